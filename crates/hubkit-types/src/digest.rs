//! Digests of content: what a blob is called by.

use std::{error, fmt, str::FromStr};

use crate::hex::{self, Case, shown};

/// The SHA-256 of a file's bytes: the name of an LFS or Xet object.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Sha256([u8; 32]);

/// A git object id: the SHA-1 of `blob <length>\0` and the bytes (or of a tree or a commit in the same manner).
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct GitOid([u8; 20]);

/// The name of a file in Xet storage, in the spelling of a hub: no digest of the file's bytes as they are.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct XetHash([u8; 32]);

/// The name of a blob on a hub: the digest its bytes must have.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum BlobId {
    /// A regular file, kept in git itself.
    Git(GitOid),
    /// A large file, kept beside git.
    Sha256(Sha256),
}

macro_rules! digest {
    ($name:ident, $length:literal, $algorithm:literal) => {
        impl $name {
            /// Makes the digest from its bytes.
            pub fn from_bytes(bytes: [u8; $length]) -> Self {
                Self(bytes)
            }

            /// The digest's bytes.
            pub fn as_bytes(&self) -> &[u8; $length] {
                &self.0
            }
        }

        impl FromStr for $name {
            type Err = ParseDigestError;

            /// Reads hex of either case; prints lower case.
            fn from_str(text: &str) -> Result<Self, Self::Err> {
                hex::decode(text, Case::Either)
                    .map(Self)
                    .ok_or_else(|| ParseDigestError {
                        text: shown(text),
                        expected: $algorithm,
                    })
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                hex::encode(&self.0, f)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{}({self})", stringify!($name))
            }
        }
    };
}

digest!(Sha256, 32, "a SHA-256 (64 hex digits)");
digest!(GitOid, 20, "a git object id (40 hex digits)");
digest!(XetHash, 32, "a Xet hash (64 hex digits)");

impl FromStr for BlobId {
    type Err = ParseDigestError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text.len() {
            40 => text.parse().map(Self::Git),
            64 => text.parse().map(Self::Sha256),
            _ => Err(ParseDigestError {
                text: shown(text),
                expected: "a digest (40 or 64 hex digits)",
            }),
        }
    }
}

impl fmt::Display for BlobId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Git(oid) => oid.fmt(f),
            Self::Sha256(digest) => digest.fmt(f),
        }
    }
}

impl From<GitOid> for BlobId {
    fn from(oid: GitOid) -> Self {
        Self::Git(oid)
    }
}

impl From<Sha256> for BlobId {
    fn from(digest: Sha256) -> Self {
        Self::Sha256(digest)
    }
}

/// The text is not a digest of the expected kind.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ParseDigestError {
    text: String,
    expected: &'static str,
}

impl fmt::Display for ParseDigestError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}` is not {}", self.text, self.expected)
    }
}

impl error::Error for ParseDigestError {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_blob_id_is_told_by_its_length_and_printed_in_lower_case() {
        let git = "E69DE29BB2D1D6434B8B29AE775AD8C2E48C5391";
        let lfs = "E3B0C44298FC1C149AFBF4C8996FB92427AE41E4649B934CA495991B7852B855";
        assert!(matches!(git.parse(), Ok(BlobId::Git(_))));
        assert!(matches!(lfs.parse(), Ok(BlobId::Sha256(_))));
        assert_eq!(
            git.parse::<BlobId>().map(|id| id.to_string()),
            Ok(git.to_lowercase())
        );
        for wrong in [
            "",
            "abc",
            "../../../../x",
            &git[..39],
            &lfs.replace('E', "g"),
        ] {
            assert!(wrong.parse::<BlobId>().is_err(), "{wrong}");
        }
    }
}
