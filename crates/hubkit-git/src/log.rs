//! What was committed, and when.

use std::path::Path;

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

    /// Of some paths of a commit, the commits that last changed them, as far as `most` steps back along first parents
    /// tell: what is not in the answer was last changed before.
    ///
    /// A merge counts as the change of what differs from its first parent.
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
        let id_in = |tree: &git2::Tree<'_>, path: &RepoPath| {
            let entry = tree.get_path(Path::new(path.as_str()));
            entry.ok().map(|entry| (entry.id(), entry.filemode()))
        };
        let mut open: Vec<_> = paths
            .iter()
            .filter_map(|path| Some((path, id_in(&tree, path)?)))
            .collect();
        let mut found = Vec::with_capacity(open.len());
        for _ in 0..most {
            if open.is_empty() {
                break;
            }
            let id = own_commit(commit.id())?;
            let Ok(parent) = commit.parent(0) else {
                // What is there from the first commit on, or from where a shallow clone was cut.
                if commit.parent_count() == 0 {
                    found.extend(open.drain(..).map(|(path, _)| (path.clone(), id)));
                }
                break;
            };
            let before = parent.tree().map_err(fault)?;
            if before.id() != tree.id() {
                open.retain(|(path, held)| {
                    let same = id_in(&before, path).as_ref() == Some(held);
                    if !same {
                        found.push(((*path).clone(), id));
                    }
                    same
                });
            }
            (commit, tree) = (parent, before);
        }
        Ok(found)
    }
}
