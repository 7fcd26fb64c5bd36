//! A look at a repository that hashes nothing.

use std::{collections::BTreeMap, time::SystemTime};

use bytes::Bytes;
use hubkit_types::{CommitId, RepoPath};

use crate::Digester;

/// What to look at besides names and sizes.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct SurveyRequest {
    /// The small files whose bytes are wanted too, where they are here.
    pub texts: Vec<RepoPath>,
    /// Of a file with more bytes than this none are given.
    pub longest_text: u64,
    /// The version that is known already: should it still be the one, no bytes are read and none are given.
    pub known: Option<String>,
}

/// What a repository holds at its default revision.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Survey {
    /// An opaque mark of what is told here: it changes when a file is added, changed or removed.
    pub version: String,
    /// When something changed last, where that is known.
    pub modified: Option<SystemTime>,
    /// The files that are here and their lengths in bytes, sorted by path.
    pub files: Vec<(RepoPath, u64)>,
    /// The bytes that were asked for.
    pub texts: BTreeMap<RepoPath, Bytes>,
}

impl Survey {
    /// A mark made of whatever distinguishes two states: for backends, as [`Survey::version`].
    pub fn mark(parts: impl IntoIterator<Item = String>) -> String {
        let mut digester = Digester::sha256();
        for part in parts {
            digester.update(&(part.len() as u64).to_le_bytes());
            digester.update(part.as_bytes());
        }
        digester.finish().to_string()
    }
}

/// A part of the commits that led to a commit.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct History {
    /// The commits, the newest first.
    pub commits: Vec<CommitRecord>,
    /// How many there are in all.
    pub total: u64,
}

/// What is remembered of a commit. Texts are the author's own: escape them before showing them.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct CommitRecord {
    /// Its id.
    pub id: CommitId,
    /// The commits it was made from: none for a first one, several for a merge.
    pub parents: Vec<CommitId>,
    /// The name of whoever wrote it.
    pub author: String,
    /// When it was made, in seconds since 1970 (UTC).
    pub seconds: i64,
    /// The whole message.
    pub message: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_differ_where_the_parts_do() {
        let mark = |parts: &[&str]| Survey::mark(parts.iter().map(|part| (*part).to_owned()));
        assert_eq!(mark(&["a", "b"]), mark(&["a", "b"]));
        assert_ne!(mark(&["a", "b"]), mark(&["ab"]));
        assert_ne!(mark(&["a", "b"]), mark(&["b", "a"]));
        assert_ne!(mark(&[]), mark(&[""]));
    }
}
