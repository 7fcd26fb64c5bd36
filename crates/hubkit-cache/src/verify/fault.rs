//! What may be wrong.

use std::{fmt, path::PathBuf};

use hubkit_types::{BlobId, CommitId};

/// What is wrong with a file of a cache. Printed, it is a lower-case fragment that says what was expected and found.
#[derive(Clone, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub enum Fault {
    /// The bytes are others than the name or the listing says.
    Content {
        /// What they should hash to.
        expected: BlobId,
        /// What they hash to.
        found: BlobId,
    },
    /// There are more or fewer bytes than the listing says.
    Size {
        /// How many there should be.
        expected: u64,
        /// How many there are.
        found: u64,
    },
    /// There are no bytes, and the name is not that of no bytes.
    Empty,
    /// A link to what is not here.
    Dangling {
        /// What it says.
        target: PathBuf,
    },
    /// A link out of the repository's folder.
    LeadsOut {
        /// What it says.
        target: PathBuf,
    },
    /// A file that the commit does not hold.
    Unlisted,
    /// A name of a commit of which nothing is here.
    UnknownCommit(CommitId),
    /// A name that is no commit's.
    NoCommit,
    /// A link or a file where a folder should be.
    NoFolder,
    /// It can't be read, and why.
    Unreadable(String),
}

impl Fault {
    /// One word for programs, which stays as it is.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Content { .. } => "content",
            Self::Size { .. } => "size",
            Self::Empty => "empty",
            Self::Dangling { .. } => "dangling",
            Self::LeadsOut { .. } => "leads-out",
            Self::Unlisted => "unlisted",
            Self::UnknownCommit(_) => "unknown-commit",
            Self::NoCommit => "no-commit",
            Self::NoFolder => "no-folder",
            Self::Unreadable(_) => "unreadable",
        }
    }

    /// Whether it goes away when the file is removed, and can be fetched anew.
    pub fn can_be_repaired(&self) -> bool {
        !matches!(self, Self::Unlisted | Self::NoFolder | Self::Unreadable(_))
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Content { expected, found } => {
                write!(f, "hashes to {found}, where {expected} was expected")
            }
            Self::Size { expected, found } => {
                write!(f, "has {found} bytes, where {expected} were expected")
            }
            Self::Empty => f.write_str("is empty, which its name is not that of"),
            Self::Dangling { target } => write!(
                f,
                "leads to `{}`, which is not here",
                target.to_string_lossy().escape_debug()
            ),
            Self::LeadsOut { target } => write!(
                f,
                "leads to `{}`, out of the repository's folder",
                target.to_string_lossy().escape_debug()
            ),
            Self::Unlisted => f.write_str("is no file of its commit, by the commit's listing"),
            Self::UnknownCommit(commit) => {
                write!(f, "names the commit {commit}, of which nothing is here")
            }
            Self::NoCommit => f.write_str("holds no commit, where one was expected"),
            Self::NoFolder => f.write_str("is a link or a file, where a folder was expected"),
            Self::Unreadable(why) => write!(f, "can't be read: {why}"),
        }
    }
}
