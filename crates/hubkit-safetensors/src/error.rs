//! What is wrong with a header.

use std::{error, fmt};

use crate::{Dtype, ForeignFormat, Header};

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
    /// The JSON is malformed, or has a key or a type that does not belong.
    Json(String),
    /// Two tensors of one name: two readers may see two different tensors.
    Duplicate {
        /// The name.
        name: String,
    },
    /// A tensor that can't be as it is said to be.
    Tensor {
        /// The tensor's name.
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
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub enum TensorFault {
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
