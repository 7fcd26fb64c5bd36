//! The id of one immutable state of a repository.

use std::{error, fmt, str::FromStr};

use crate::hex::{self, Case, shown};

/// Forty lower-case hex digits that name one immutable state of a repository.
///
/// The only form of revision that may be the key of a cache. Upper case is refused: the shared cache on disk
/// recognises commits by lower-case hex alone, and two spellings of one commit would be two folders.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CommitId([u8; 20]);

impl CommitId {
    /// Makes an id from its twenty bytes.
    pub fn from_bytes(bytes: [u8; 20]) -> Self {
        Self(bytes)
    }

    /// Reads an id; `None` for anything else, without the words for it.
    pub(crate) fn from_hex(text: &str) -> Option<Self> {
        hex::decode(text, Case::Lower).map(Self)
    }

    /// The twenty bytes.
    pub fn as_bytes(&self) -> &[u8; 20] {
        &self.0
    }
}

impl FromStr for CommitId {
    type Err = ParseCommitIdError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::from_hex(text).ok_or_else(|| ParseCommitIdError(shown(text)))
    }
}

impl fmt::Display for CommitId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        hex::encode(&self.0, f)
    }
}

impl fmt::Debug for CommitId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "CommitId({self})")
    }
}

/// The text is not forty lower-case hex digits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ParseCommitIdError(String);

impl fmt::Display for ParseCommitIdError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "`{}` is not a commit id: expected 40 lower-case hex digits",
            self.0
        )
    }
}

impl error::Error for ParseCommitIdError {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_forty_lower_case_hex_digits_are_a_commit() {
        let id = "0123456789abcdef0123456789abcdef01234567";
        assert_eq!(
            id.parse::<CommitId>().map(|commit| commit.to_string()),
            Ok(id.to_owned())
        );
        for wrong in [
            "",
            "main",
            "../../..",
            &id[1..],
            &id.to_uppercase(),
            &format!("{id}00"),
            &id.repeat(2),
        ] {
            assert!(wrong.parse::<CommitId>().is_err(), "{wrong}");
        }
    }
}
