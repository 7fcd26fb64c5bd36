//! Locks that other clients look at.

use std::fs::File;

use hubkit_types::BlobId;

use crate::{RepoCache, durable};

/// Holds a lock, or does not: nothing here depends on it. Dropping it lets go.
///
/// Python's client takes this lock (`flock`) while it fetches a blob. Taking it while a blob is put into place keeps
/// that client from fetching what is there a moment later. Nobody waits for it here: names are unique and renames are
/// atomic, so the worst that a missing lock costs is a second fetch.
pub(crate) struct Lock {
    _file: Option<File>,
}

impl Lock {
    pub(crate) fn try_take(repo: &RepoCache, blob: BlobId) -> Self {
        let folder = durable::folders(repo.cache_root(), &format!(".locks/{}", repo.name())).ok();
        let file =
            folder.and_then(|folder| durable::try_lock(&folder.join(format!("{blob}.lock"))).ok());
        Self { _file: file }
    }
}
