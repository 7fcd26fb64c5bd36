//! What was committed, and when.

use std::{collections::HashSet, path::Path, str::from_utf8};

use git2::Sort;
use hubkit_types::{CommitId, RepoPath};

use crate::{GitError, GitErrorKind, Repository, repository::own_commit};

/// More commits than any repository of weights has.
const MOST_COMMITS: usize = 1_000_000;

/// A commit. Texts are their author's own: escape them before showing them.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Commit {
    /// Its id.
    pub id: CommitId,
    /// The commits it was made from: none for a first one, several for a merge.
    pub parents: Vec<CommitId>,
    /// The whole message.
    pub message: String,
    /// The name of the author.
    pub author: String,
    /// The address of the author.
    pub email: String,
    /// When it was committed, in seconds since 1970.
    pub seconds: i64,
}

impl Repository {
    /// The ids of a commit and of all commits that led to it, the newest first, in the order of `git log`.
    ///
    /// A shallow clone ends where it was cut.
    ///
    /// # Errors
    ///
    /// Of kind `NotFound` when there is no such commit, and `TooLarge` when more than a million led to it.
    pub fn log(&self, commit: CommitId) -> Result<Vec<CommitId>, GitError> {
        let start = self.expect_commit(commit)?.id();
        let fault = |fault| GitError::of(format!("can't walk what led to {commit}"), fault);
        let mut walk = self.inner.revwalk().map_err(fault)?;
        walk.set_sorting(Sort::NONE).map_err(fault)?;
        walk.push(start).map_err(fault)?;
        let mut commits = Vec::new();
        for id in walk {
            if commits.len() == MOST_COMMITS {
                let message = format!("more than {MOST_COMMITS} commits led to {commit}");
                return Err(GitError::new(GitErrorKind::TooLarge, message));
            }
            commits.push(own_commit(id.map_err(fault)?)?);
        }
        Ok(commits)
    }

    /// What is known of a commit; `None` when it is not here.
    ///
    /// # Errors
    ///
    /// Of kind `Corrupt` or `Io` when it can't be read.
    pub fn commit(&self, id: CommitId) -> Result<Option<Commit>, GitError> {
        let Some(found) = self.find_commit(id)? else {
            return Ok(None);
        };
        let author = found.author();
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        Ok(Some(Commit {
            id,
            parents: found
                .parent_ids()
                .map(own_commit)
                .collect::<Result<_, _>>()?,
            message: text(found.message_bytes()),
            author: text(author.name_bytes()),
            email: text(author.email_bytes()),
            seconds: found.time().seconds(),
        }))
    }

    /// Of some files and folders of a commit, the commits that last changed them.
    ///
    /// Goes back along first parents, and counts a merge as the change of what differs from its first parent. Ends when
    /// `most` commits and changed files were looked at: what is not in the answer was last changed before.
    ///
    /// # Errors
    ///
    /// Of kind `NotFound` when there is no such commit.
    pub fn last_changes(
        &self,
        commit: CommitId,
        paths: &[RepoPath],
        most: usize,
    ) -> Result<Vec<(RepoPath, CommitId)>, GitError> {
        let fault = |fault| GitError::of(format!("can't walk what led to {commit}"), fault);
        let mut commit = self.expect_commit(commit)?;
        let mut tree = commit.tree().map_err(fault)?;
        let here = |path: &&RepoPath| tree.get_path(Path::new(path.as_str())).is_ok();
        let mut open: HashSet<&RepoPath> = paths.iter().filter(here).collect();
        let mut found = Vec::with_capacity(open.len());
        let mut looked_at = 0;
        while !open.is_empty() && looked_at < most {
            let id = own_commit(commit.id())?;
            let Ok(parent) = commit.parent(0) else {
                // What is there from the first commit on; in a shallow clone that is not known.
                if commit.parent_count() == 0 {
                    found.extend(open.drain().map(|path| (path.clone(), id)));
                }
                break;
            };
            let before = parent.tree().map_err(fault)?;
            let diff = self
                .inner
                .diff_tree_to_tree(Some(&before), Some(&tree), None);
            let diff = diff.map_err(fault)?;
            looked_at += 1;
            for delta in diff.deltas() {
                looked_at += 1;
                let bytes = delta.new_file().path_bytes();
                // A file's change is one of all folders above it.
                let mut changed = bytes.and_then(|bytes| from_utf8(bytes).ok());
                while let Some(path) = changed {
                    if let Some(path) = path
                        .parse()
                        .ok()
                        .and_then(|path: RepoPath| open.take(&path))
                    {
                        found.push((path.clone(), id));
                    }
                    changed = path.rsplit_once('/').map(|(folder, _)| folder);
                }
            }
            (commit, tree) = (parent, before);
        }
        found.sort_unstable();
        Ok(found)
    }
}
