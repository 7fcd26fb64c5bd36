//! Inspecting a file of this machine.

use std::{
    error, fmt,
    io::{self, Read, Seek, SeekFrom},
};

use crate::{InspectError, Inspection, Inspector};

/// So much room is made at once for what is asked for; more as it comes.
const MOST_ROOM: u64 = 1 << 20;

/// Inspects a whole file. Reads no more than [`Inspector`] asks for, and leaves the position anywhere.
///
/// # Errors
///
/// What the source reports, or that nothing can be told.
pub fn inspect_reader(source: &mut (impl Read + Seek)) -> Result<Inspection, ReadInspectionError> {
    let mut inspector = Inspector::new(source.seek(SeekFrom::End(0))?);
    let mut buffer = Vec::new();
    while let Some(range) = inspector.need() {
        source.seek(SeekFrom::Start(range.start()))?;
        buffer.clear();
        buffer.reserve(usize::try_from(range.len().min(MOST_ROOM)).unwrap_or_default());
        source.by_ref().take(range.len()).read_to_end(&mut buffer)?;
        inspector.feed(&buffer);
    }
    Ok(inspector.finish()?)
}

/// A file could not be inspected.
#[derive(Debug)]
#[non_exhaustive]
pub enum ReadInspectionError {
    /// It could not be read.
    Io(io::Error),
    /// Nothing can be told of it.
    Inspect(InspectError),
}

impl From<io::Error> for ReadInspectionError {
    fn from(fault: io::Error) -> Self {
        Self::Io(fault)
    }
}

impl From<InspectError> for ReadInspectionError {
    fn from(fault: InspectError) -> Self {
        Self::Inspect(fault)
    }
}

impl fmt::Display for ReadInspectionError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Io(_) => "the file can't be read",
            Self::Inspect(_) => "nothing can be told of the file",
        })
    }
}

impl error::Error for ReadInspectionError {
    fn source(&self) -> Option<&(dyn error::Error + 'static)> {
        Some(match self {
            Self::Io(fault) => fault,
            Self::Inspect(fault) => fault,
        })
    }
}
