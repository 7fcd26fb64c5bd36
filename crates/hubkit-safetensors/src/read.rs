//! Reading a header from a file of this machine.

use std::{
    error, fmt,
    io::{self, Read, Seek, SeekFrom},
};

use crate::{Header, HeaderError, Survey};

/// Reads the header of a whole file, and checks the length of the data behind it.
///
/// Reads no more than the header, in one or two steps, and leaves the position somewhere behind.
///
/// # Errors
///
/// What the source reports, or what is wrong with the header.
pub fn read_header(source: &mut (impl Read + Seek)) -> Result<Header, ReadHeaderError> {
    Ok(survey_header(source)?.into_header()?)
}

/// Reads all that can be read of the header of a whole file, and notes every fault. Reads as much as [`read_header`].
///
/// # Errors
///
/// What the source reports.
pub fn survey_header(source: &mut (impl Read + Seek)) -> io::Result<Survey> {
    let size = source.seek(SeekFrom::End(0))?;
    source.seek(SeekFrom::Start(0))?;
    let mut start = Vec::new();
    while let Some(range) = Survey::needs(&start, Some(size)) {
        // Never more than the file has.
        let wanted = usize::try_from(range.len()).map_err(io::Error::other)?;
        start.reserve_exact(wanted);
        if source.by_ref().take(range.len()).read_to_end(&mut start)? == 0 {
            // It became shorter meanwhile.
            break;
        }
    }
    Ok(Survey::of_start(&start, Some(size)))
}

/// A header could not be read from a file.
#[derive(Debug)]
#[non_exhaustive]
pub enum ReadHeaderError {
    /// The file could not be read.
    Io(io::Error),
    /// What was read is not a header.
    Header(HeaderError),
}

impl From<io::Error> for ReadHeaderError {
    fn from(error: io::Error) -> Self {
        Self::Io(error)
    }
}

impl From<HeaderError> for ReadHeaderError {
    fn from(error: HeaderError) -> Self {
        Self::Header(error)
    }
}

impl fmt::Display for ReadHeaderError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Io(_) => "the header can't be read",
            Self::Header(_) => "not a correct safetensors file",
        })
    }
}

impl error::Error for ReadHeaderError {
    fn source(&self) -> Option<&(dyn error::Error + 'static)> {
        Some(match self {
            Self::Io(error) => error,
            Self::Header(error) => error,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_data_behind_the_header_is_measured_and_not_read() {
        let json = br#"{"a":{"dtype":"U8","shape":[3],"data_offsets":[0,3]}}"#;
        let mut file = (json.len() as u64).to_le_bytes().to_vec();
        file.extend_from_slice(json);
        file.extend_from_slice(&[0; 3]);
        let mut source = io::Cursor::new(&file);
        assert_eq!(read_header(&mut source).expect("a header").parameters(), 3);
        assert_eq!(source.position(), 8 + json.len() as u64 + 3);
        file.push(0);
        let fault = read_header(&mut io::Cursor::new(&file));
        assert!(matches!(
            fault,
            Err(ReadHeaderError::Header(HeaderError::DataLength {
                expected: 3,
                found: 4
            }))
        ));
    }
}
