//! Why bytes are no pointer.

use std::{error, fmt};

/// The bytes are not a pointer of Git LFS.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
#[non_exhaustive]
pub enum ParsePointerError {
    /// 1,024 bytes or more.
    TooLong,
    /// Not UTF-8.
    NotText,
    /// Does not start with a `version` line.
    NoVersion,
    /// A version that is not known here.
    UnknownVersion,
    /// An extension that is malformed, or two with one priority.
    Extension,
    /// No `oid` line where it belongs, or not a SHA-256 in lower case.
    Oid,
    /// No `size` line where it belongs, or not a decimal number of at most 63 bits.
    Size,
    /// Something behind the `size` line.
    MoreLines,
    /// A pointer, but not written as git-lfs writes it.
    NotCanonical,
}

impl fmt::Display for ParsePointerError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let expected = match self {
            Self::TooLong => "expected fewer than 1024 bytes",
            Self::NotText => "expected UTF-8 text",
            Self::NoVersion => "expected a line `version …` first",
            Self::UnknownVersion => "expected the version https://git-lfs.github.com/spec/v1",
            Self::Extension => "expected extensions as `ext-DIGIT-NAME sha256:…`, each digit once",
            Self::Oid => "expected a line `oid sha256:…` with 64 lower-case hex digits",
            Self::Size => "expected a line `size …` with a decimal number",
            Self::MoreLines => "expected nothing behind the line `size …`",
            Self::NotCanonical => {
                return f.write_str(
                    "a git-lfs pointer that is not canonical: expected three lines as git-lfs writes them",
                );
            }
        };
        write!(f, "not a git-lfs pointer: {expected}")
    }
}

impl error::Error for ParsePointerError {}
