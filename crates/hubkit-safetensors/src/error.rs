//! What is wrong with a header.

use std::{error, fmt};

use crate::{Dtype, ForeignFormat, Header, ParseDtypeError};

/// The bytes are not the header of a safetensors file.
#[derive(Clone, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub enum HeaderError {
    /// Another kind of file.
    Foreign(ForeignFormat),
    /// The file ends before the header does.
    Truncated {
        /// How many bytes the length and the header take; 8 where not even the length is whole.
        expected: u64,
        /// How many there are.
        found: u64,
    },
    /// The header says that it is longer than [`Header::LIMIT`].
    TooLong {
        /// What it says.
        length: u64,
    },
    /// The header is not an object of JSON from its first byte to its last, with only spaces behind.
    NotAnObject,
    /// The JSON is malformed. Says where.
    Json(String),
    /// `__metadata__` is not what it must be. Says what is wrong with it.
    Metadata(String),
    /// Two tensors of one name: two readers may see two different tensors.
    Duplicate {
        /// The name, cut where it is longer than 1000 bytes.
        name: String,
    },
    /// A tensor that can't be as it is said to be.
    Tensor {
        /// The tensor's name, cut where it is longer than 1000 bytes.
        name: String,
        /// What is wrong with it.
        fault: TensorFault,
    },
    /// The data is longer or shorter than all tensors together.
    DataLength {
        /// How many bytes the tensors take.
        expected: u64,
        /// How many there are behind the header.
        found: u64,
    },
}

/// What is wrong with a tensor.
#[derive(Clone, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub enum TensorFault {
    /// It is no object.
    NotAnObject,
    /// It is to be called `__metadata__`.
    ReservedName,
    /// Its name is longer than 16 MiB.
    NameTooLong,
    /// It lacks `dtype`, `shape` or `data_offsets`.
    MissingField(&'static str),
    /// It has one of them twice: two readers may see two different tensors.
    DuplicateField(&'static str),
    /// It has another key.
    UnknownField(String),
    /// The value of one of them is of the wrong kind: `dtype` is no text, `shape` no array of whole numbers, or
    /// `data_offsets` no array of two.
    Malformed(&'static str),
    /// No dtype that is known.
    UnknownDtype(ParseDtypeError),
    /// More dimensions than a tensor has, or all of them together: 1024 and eight millions.
    TooManyDimensions,
    /// The data ends before it starts.
    Backwards {
        /// Where it is said to start.
        start: u64,
        /// Where it is said to end.
        end: u64,
    },
    /// A number of elements, bits or bytes does not fit 64 bits.
    Overflow,
    /// The elements do not fill whole bytes.
    Misaligned(Dtype),
    /// The data does not start where that of the tensor before ends, but later: bytes that belong to no tensor.
    Hole {
        /// Where it should start.
        expected: u64,
        /// Where it does.
        found: u64,
    },
    /// The data starts before that of the tensor before ends.
    Overlap {
        /// Where it should start.
        expected: u64,
        /// Where it does.
        found: u64,
    },
    /// The shape and the dtype take another number of bytes than the offsets say.
    Size {
        /// What shape and dtype take.
        expected: u64,
        /// What the offsets span.
        found: u64,
    },
}

impl HeaderError {
    pub(crate) fn tensor(name: &str, fault: TensorFault) -> Self {
        let name = cut(name);
        Self::Tensor { name, fault }
    }

    pub(crate) fn duplicate(name: &str) -> Self {
        let name = cut(name);
        Self::Duplicate { name }
    }
}

/// A name may be as long as a header.
fn cut(name: &str) -> String {
    name[..name.floor_char_boundary(1000)].to_owned()
}

impl fmt::Display for HeaderError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Foreign(format) => write!(f, "expected a safetensors file, found {format}"),
            Self::Truncated { expected, found } => write!(
                f,
                "the file ends before its header does: expected {expected} bytes or more, found {found}"
            ),
            Self::TooLong { length } => write!(
                f,
                "expected a header of at most {} bytes, found a length of {length}",
                Header::LIMIT
            ),
            Self::NotAnObject => f.write_str(
                "expected a header that starts with `{`, ends with `}` and has only spaces behind it",
            ),
            Self::Json(message) => write!(f, "the header is malformed: {message}"),
            Self::Metadata(message) => write!(f, "`__metadata__` is malformed: {message}"),
            Self::Duplicate { name } => write!(f, "there are two tensors named `{}`", shown(name)),
            Self::Tensor { name, fault } => write!(f, "tensor `{}`: {fault}", shown(name)),
            Self::DataLength { expected, found } => write!(
                f,
                "expected {expected} bytes of data behind the header, found {found}"
            ),
        }
    }
}

impl fmt::Display for TensorFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotAnObject => f.write_str("expected an object"),
            Self::NameTooLong => f.write_str("the name is longer than 16 MiB"),
            Self::ReservedName => f.write_str("the name is the format's own"),
            Self::MissingField(field) => write!(f, "it has no `{field}`"),
            Self::DuplicateField(field) => write!(f, "`{field}` is given twice"),
            Self::UnknownField(key) => write!(
                f,
                "expected dtype, shape and data_offsets alone, found `{key}`"
            ),
            Self::Malformed(field) => {
                let expected = match *field {
                    "shape" => "an array of whole numbers",
                    "data_offsets" => "an array of two whole numbers",
                    _ => "a text",
                };
                write!(f, "expected `{field}` to be {expected}")
            }
            Self::UnknownDtype(error) => error.fmt(f),
            Self::TooManyDimensions => f.write_str("there are too many dimensions"),
            Self::Backwards { start, end } => write!(
                f,
                "the data ends at byte {end}, before it starts at {start}"
            ),
            Self::Overflow => f.write_str("the size does not fit 64 bits"),
            Self::Misaligned(dtype) => {
                write!(f, "the elements of {dtype} do not fill whole bytes")
            }
            Self::Hole { expected, found } => write!(
                f,
                "expected data from byte {expected} on, found {found}: bytes between belong to no tensor"
            ),
            Self::Overlap { expected, found } => write!(
                f,
                "expected data from byte {expected} on, found {found}: it overlaps another tensor"
            ),
            Self::Size { expected, found } => write!(
                f,
                "shape and dtype take {expected} bytes, the offsets span {found}"
            ),
        }
    }
}

impl error::Error for HeaderError {}

/// Shows text of a stranger in an error of this crate.
pub(crate) fn shown(text: &str) -> String {
    hubkit_types::shown(text, 200)
}
