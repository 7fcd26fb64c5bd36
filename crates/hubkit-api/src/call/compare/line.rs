//! One line of a raw diff.

use std::fmt;

use hubkit_types::{GitOid, ParseRepoPathError, RepoPath};

use crate::{ApiError, size::believed, text::shown};

/// A file that is another in the new state.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Change {
    /// What happened to it.
    pub status: ChangeStatus,
    /// Where it lies; of what is gone, where it lay.
    pub path: RepoPath,
    /// Where it lay before, for what was renamed or copied.
    pub old_path: Option<RepoPath>,
    /// What git held before; `None` for what is new.
    pub old: Option<GitOid>,
    /// What git holds now; `None` for what is gone.
    pub new: Option<GitOid>,
    /// The length of the file in bytes, of a large one that of its content; of what is gone, the length it had.
    pub size: u64,
    /// Whether git takes it for binary.
    pub is_binary: bool,
}

/// What happened to a file.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
#[non_exhaustive]
pub enum ChangeStatus {
    /// It is new.
    Added,
    /// It is new, and like another.
    Copied,
    /// It is gone.
    Deleted,
    /// It holds something else.
    Modified,
    /// It lies elsewhere.
    Renamed,
    /// It became another kind of thing, as a link that was a file.
    TypeChanged,
    /// Something that has no name here.
    Other,
}

const LETTERS: [(ChangeStatus, char); 7] = [
    (ChangeStatus::Added, 'A'),
    (ChangeStatus::Copied, 'C'),
    (ChangeStatus::Deleted, 'D'),
    (ChangeStatus::Modified, 'M'),
    (ChangeStatus::Renamed, 'R'),
    (ChangeStatus::TypeChanged, 'T'),
    (ChangeStatus::Other, 'X'),
];

const NONE: &str = "0000000000000000000000000000000000000000";

impl Change {
    /// Reads a line; `None` when a name in it must not become a path.
    pub(super) fn read(line: &str) -> Result<Option<Self>, ApiError> {
        let malformed = || {
            let shown = shown(line, 200);
            ApiError::protocol(format!("`{shown}` is no line of a diff"))
        };
        let parsed = Self::parse(line).ok_or_else(malformed)?;
        Ok(parsed.ok())
    }

    fn parse(line: &str) -> Option<Result<Self, ParseRepoPathError>> {
        let mut fields = line.splitn(3, '\t');
        let (kind, size) = fields.next()?.split_once(' ')?;
        let size = size.parse().ok().and_then(believed)?;
        let mut words = fields.next()?.strip_prefix(':')?.split(' ').skip(2);
        let mut oid = || -> Option<GitOid> {
            let word = words.next()?;
            word.strip_suffix("...").unwrap_or(word).parse().ok()
        };
        let is_there = |oid: &GitOid| oid.as_bytes() != &[0; 20];
        let old = Some(oid()?).filter(is_there);
        let new = Some(oid()?).filter(is_there);
        let letter = words.next()?.chars().next()?;
        let known = LETTERS.iter().find(|(_, known)| *known == letter);
        let status = known.map_or(ChangeStatus::Other, |(status, _)| *status);
        let paths = fields.next()?;
        let is_pair = matches!(status, ChangeStatus::Renamed | ChangeStatus::Copied);
        // Some servers put a blank between the two, which is part of many names.
        let pair = paths.split_once('\t').or_else(|| paths.split_once(' '));
        let (old_path, path) = match pair.filter(|_| is_pair) {
            Some((old_path, path)) => (Some(old_path), path),
            None => (None, paths),
        };
        let paths = || Ok((path.parse()?, old_path.map(str::parse).transpose()?));
        Some(paths().map(|(path, old_path)| Self {
            status,
            path,
            old_path,
            old,
            new,
            size,
            is_binary: kind != "T",
        }))
    }
}

/// The line, without its end.
impl fmt::Display for Change {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let oid = |oid: Option<GitOid>| oid.map_or_else(|| NONE.to_owned(), |oid| oid.to_string());
        let file_mode = |oid: Option<GitOid>| if oid.is_some() { "100644" } else { "000000" };
        let letter = LETTERS.iter().find(|(status, _)| *status == self.status);
        write!(
            f,
            "{} {}\t:{} {} {}... {}... {}",
            if self.is_binary { 'B' } else { 'T' },
            self.size,
            file_mode(self.old),
            file_mode(self.new),
            oid(self.old),
            oid(self.new),
            letter.map_or('X', |(_, letter)| *letter),
        )?;
        match &self.old_path {
            // Only what is wholly alike is said to be.
            Some(old_path) => write!(f, "100\t{old_path}\t{}", self.path),
            None => write!(f, "\t{}", self.path),
        }
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::ErrorKind;

    const OLD: &str = "97e7432a448baa9e97ec5e4f03c57b09b8e116ed";
    const NEW: &str = "30a03d21620ebc6167e350aef9e2ac2774cf372d";

    fn change(status: ChangeStatus, path: &str) -> Change {
        Change {
            status,
            path: path.parse().expect("a path"),
            old_path: None,
            old: OLD.parse().ok(),
            new: NEW.parse().ok(),
            size: 7,
            is_binary: false,
        }
    }

    /// One of each sort.
    pub(in crate::call::compare) fn some() -> Vec<Change> {
        let mut added = change(ChangeStatus::Added, "a b/\u{30a8}.txt");
        (added.old, added.is_binary) = (None, true);
        let mut deleted = change(ChangeStatus::Deleted, "gone");
        deleted.new = None;
        let mut renamed = change(ChangeStatus::Renamed, "new name");
        renamed.old_path = "old name".parse().ok();
        let modified = change(ChangeStatus::Modified, "m");
        vec![added, deleted, renamed, modified]
    }

    #[test]
    fn lines_are_those_of_the_hub() {
        let lines: Vec<String> = some().iter().map(ToString::to_string).collect();
        let wanted = [
            format!("B 7\t:000000 100644 {NONE}... {NEW}... A\ta b/\u{30a8}.txt"),
            format!("T 7\t:100644 000000 {OLD}... {NONE}... D\tgone"),
            format!("T 7\t:100644 100644 {OLD}... {NEW}... R100\told name\tnew name"),
            format!("T 7\t:100644 100644 {OLD}... {NEW}... M\tm"),
        ];
        assert_eq!(lines, wanted);
    }

    #[test]
    fn other_spellings_are_read_too() {
        let blank = format!("B 421211\t:100644 100644 {OLD}... {NONE}... C68\tx/a.rs x/b");
        let read = Change::read(&blank).expect("a line").expect("a path");
        assert_eq!(read.status, ChangeStatus::Copied);
        assert_eq!(read.old_path.expect("a path").as_str(), "x/a.rs");
        assert_eq!(
            (read.path.as_str(), read.size, read.new),
            ("x/b", 421_211, None)
        );
        let unknown = format!("T 1\t:120000 100644 {OLD} {NEW} Q\tx");
        let read = Change::read(&unknown).expect("a line").expect("a path");
        assert_eq!(read.status, ChangeStatus::Other);
    }

    #[test]
    fn a_name_that_must_not_become_a_path_is_told_apart() {
        for path in ["../x", "/x", ".git/config", "a:b"] {
            let line = format!("T 1\t:100644 100644 {OLD}... {NEW}... M\t{path}");
            assert_eq!(Change::read(&line), Ok(None), "{path}");
            let line = format!("T 1\t:100644 100644 {OLD}... {NEW}... R100\t{path}\tx");
            assert_eq!(Change::read(&line), Ok(None), "{path}");
        }
    }

    #[test]
    fn what_is_no_line_is_an_error() {
        let whole = format!("T 1\t:100644 100644 {OLD}... {NEW}... M\tx");
        assert!(Change::read(&whole).is_ok());
        for end in 0..whole.len() - 2 {
            let error = Change::read(&whole[..end]).expect_err("cut off");
            assert_eq!(error.kind(), ErrorKind::Protocol);
        }
        for wrong in [
            whole.replace("T 1\t", "T -1\t"),
            whole.replace("T 1\t", "T 99999999999999999999\t"),
            whole.replace("97e7432a", "zzzzzzzz"),
            whole.replace('\t', " "),
        ] {
            assert!(Change::read(&wrong).is_err(), "{wrong}");
        }
    }
}
