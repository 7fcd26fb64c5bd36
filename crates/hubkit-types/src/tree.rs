//! What a commit holds.

use crate::{BlobId, GitOid, RepoPath, Sha256};

/// One file of a commit: what a hub's tree listing says of it.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct TreeFile {
    /// Where it lies.
    pub path: RepoPath,
    /// Its length in bytes; for a large file the length of the real content, not of its pointer.
    pub size: u64,
    /// The id of what git itself holds: the file, or the pointer that stands for a large file.
    pub oid: GitOid,
    /// The digest of the real content, for a file kept in LFS.
    pub lfs: Option<Sha256>,
}

impl TreeFile {
    /// What the file's bytes must hash to, and what the cache calls them.
    pub fn blob(&self) -> BlobId {
        self.lfs.map_or(BlobId::Git(self.oid), BlobId::Sha256)
    }
}
