//! Why nothing can be told of a file.

use std::{error, fmt};

use hubkit_lfs::Pointer;

use crate::Format;

/// Nothing can be told of a file.
#[derive(Clone, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub enum InspectError {
    /// The pointer of a file in Git LFS, not the file.
    Pointer(Box<Pointer>),
    /// Of no kind that this crate knows. The text says what it looks like, where it looks like anything.
    Unrecognised {
        /// What it looks like, as in `a web page`.
        found: Option<String>,
    },
    /// Of this format, but so damaged or so made that nothing in it can be relied on.
    Malformed {
        /// The format.
        format: Format,
        /// What was expected and what was found, without the name of the file.
        message: String,
    },
    /// The file ends before what it must hold does.
    Truncated {
        /// How long it would have to be, at least, in bytes.
        expected: u64,
        /// How long it is.
        found: u64,
    },
    /// More of the file would have to be read than any honest one takes.
    TooLarge {
        /// How many bytes were read and how many more were wanted, in all.
        wanted: u64,
        /// The most that is read.
        most: u64,
    },
}

impl InspectError {
    /// Of this format, but malformed. The message names what was expected and what was found.
    pub(crate) fn malformed(format: Format, message: impl Into<String>) -> Self {
        Self::Malformed {
            format,
            message: message.into(),
        }
    }
}

impl fmt::Display for InspectError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Pointer(pointer) => pointer.not_the_file().fmt(f),
            Self::Unrecognised { found: Some(found) } => {
                write!(f, "expected a model file, found {found}")
            }
            Self::Unrecognised { found: None } => {
                f.write_str("expected a model file, found bytes of no known format")
            }
            Self::Malformed { format, message } => {
                write!(f, "not a sound {format} file: {message}")
            }
            Self::Truncated { expected, found } => write!(
                f,
                "the file is cut off: expected {expected} bytes or more, found {found}"
            ),
            Self::TooLarge { wanted, most } => write!(
                f,
                "what describes the file takes {wanted} bytes or more, expected at most {most}"
            ),
        }
    }
}

impl error::Error for InspectError {}
