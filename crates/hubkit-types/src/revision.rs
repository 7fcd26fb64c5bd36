//! Revisions: names of states that may move.

use std::{error, fmt, str::FromStr};

use crate::{CommitId, hex::shown};

/// A branch, a tag, a reference such as `refs/pr/4`, or a commit id.
///
/// Follows git's rules for reference names (`git check-ref-format`), so it is also safe as the name of a file below
/// the cache's `refs` folder. May move; resolve it to a [`CommitId`] once and go on with that.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Revision(String);

impl Revision {
    const LONGEST: usize = 255;

    /// The default branch.
    pub fn main() -> Self {
        Self("main".to_owned())
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The commit, when this revision is a full commit id and so can't move.
    pub fn as_commit(&self) -> Option<CommitId> {
        CommitId::from_hex(&self.0)
    }
}

impl Default for Revision {
    fn default() -> Self {
        Self::main()
    }
}

impl From<CommitId> for Revision {
    fn from(commit: CommitId) -> Self {
        Self(commit.to_string())
    }
}

impl FromStr for Revision {
    type Err = ParseRevisionError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let fault = |expected| ParseRevisionError {
            text: shown(text),
            expected,
        };
        if text.is_empty() || text.len() > Self::LONGEST {
            return Err(fault("1 to 255 bytes"));
        }
        if text
            .chars()
            .any(|c| c.is_control() || c.is_whitespace() || "~^:?*[\\\"<>|".contains(c))
        {
            return Err(fault(
                "no space, no control character and none of ~^:?*[\\\"<>|",
            ));
        }
        if text.contains("..") || text.contains("@{") || text == "@" {
            return Err(fault("no `..`, no `@{` and not `@` alone"));
        }
        let bad_part = |part: &str| {
            part.is_empty()
                || part.starts_with('.')
                || part.ends_with('.')
                || part.ends_with(".lock")
        };
        if text.split('/').any(bad_part) || text.starts_with('-') {
            return Err(fault(
                "parts that are not empty, start and end with no dot and do not end with `.lock`",
            ));
        }
        Ok(Self(text.to_owned()))
    }
}

impl fmt::Display for Revision {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The text is not a revision.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ParseRevisionError {
    text: String,
    expected: &'static str,
}

impl fmt::Display for ParseRevisionError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "`{}` is not a revision: expected {}",
            self.text, self.expected
        )
    }
}

impl error::Error for ParseRevisionError {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn branches_tags_pull_requests_and_commits_are_revisions() {
        for text in [
            "main",
            "v1.0",
            "refs/pr/4",
            "feature/x-y",
            "HEAD",
            "refs/convert/parquet",
        ] {
            let revision: Revision = text.parse().expect(text);
            assert_eq!((revision.as_str(), revision.as_commit()), (text, None));
        }
        let commit = "0123456789abcdef0123456789abcdef01234567";
        assert!(
            commit
                .parse::<Revision>()
                .expect("a commit")
                .as_commit()
                .is_some()
        );
    }

    #[test]
    fn what_git_refuses_or_a_folder_could_not_hold_is_refused() {
        let long = "x".repeat(256);
        for wrong in [
            "",
            "/",
            "a/",
            "/a",
            "a//b",
            "..",
            "a/../b",
            ".a",
            "a/.b",
            "a.",
            "a.lock",
            "a b",
            "a\nb",
            "a~1",
            "a:b",
            "a\\b",
            "@",
            "a@{1}",
            "-x",
            long.as_str(),
        ] {
            assert!(wrong.parse::<Revision>().is_err(), "{wrong:?}");
        }
    }
}
