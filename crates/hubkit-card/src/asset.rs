//! What a card belongs to.

use hubkit_types::{CommitId, Endpoint, GitOid, Repo, RepoPath, Sha256, TreeFile};

/// What a card belongs to: a repository at a commit, or a folder that is to become one.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct Asset {
    /// Its name; `None` for a folder.
    pub repo: Option<Repo>,
    /// The hub it is on.
    pub endpoint: Option<Endpoint>,
    /// The state of it.
    pub commit: Option<CommitId>,
    /// When it was made, in RFC 3339.
    pub created: Option<String>,
    /// When it changed last, in RFC 3339.
    pub modified: Option<String>,
    /// Its files, sorted by path.
    pub files: Vec<AssetFile>,
}

/// A file of an asset.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct AssetFile {
    /// Where it lies.
    pub path: RepoPath,
    /// Its length in bytes.
    pub size: u64,
    /// What it hashes to, where that is known: hubs know it of files kept in LFS.
    pub sha256: Option<Sha256>,
    /// The id that git knows the file itself by.
    pub oid: Option<GitOid>,
}

impl From<&TreeFile> for AssetFile {
    fn from(file: &TreeFile) -> Self {
        Self {
            path: file.path.clone(),
            size: file.size,
            sha256: file.lfs,
            // In LFS it is the id of a pointer.
            oid: file.lfs.is_none().then_some(file.oid),
        }
    }
}
