//! A repository on this machine.

use std::{
    fmt,
    path::{Path, PathBuf},
};

use git2::{ObjectType, RepositoryOpenFlags};
use hubkit_types::{CommitId, GitOid};

use crate::{GitError, GitErrorKind, error::Optional as _};

/// A local git repository, bare or with a work tree, opened for reading.
///
/// Blocking. What is answered is what git holds: the work tree is not looked at. Nothing is written, no hook and no
/// filter runs. A handle can be sent to another thread, and is used by one thread at a time.
pub struct Repository {
    pub(crate) inner: git2::Repository,
    lfs: PathBuf,
    pub(crate) most_files: usize,
}

impl Repository {
    /// More files than any hub takes in one repository.
    const MOST_FILES: usize = 1_000_000;

    /// Opens the repository at a folder: a bare one, or a work tree with `.git` in it. Folders above are not searched.
    ///
    /// # Errors
    ///
    /// Of kind `NotFound` when there is none, `Denied` when it belongs to another user, and `Unsupported` when its
    /// objects are named by SHA-256.
    pub fn open(folder: &Path) -> Result<Self, GitError> {
        let no_ceiling: [&Path; 0] = [];
        let inner = git2::Repository::open_ext(folder, RepositoryOpenFlags::NO_SEARCH, no_ceiling)
            .map_err(|fault| {
                GitError::of(
                    format!("can't open the repository `{}`", folder.display()),
                    fault,
                )
            })?;
        let lfs = lfs_folder(&inner);
        Ok(Self {
            inner,
            lfs,
            most_files: Self::MOST_FILES,
        })
    }

    /// Refuses commits that hold more files and folders than this; a million, if nothing else is said. A few objects can
    /// stand for more files than a machine can list.
    pub fn with_most_files(mut self, most: usize) -> Self {
        self.most_files = most;
        self
    }

    /// The folder where git keeps its own state: the repository itself when it is bare, `.git` otherwise.
    pub fn folder(&self) -> &Path {
        self.inner.commondir()
    }

    /// The folder of LFS objects: `lfs/objects` beside git's own, or below what `lfs.storage` of the configuration names.
    pub fn lfs_folder(&self) -> &Path {
        &self.lfs
    }

    /// Whether the repository holds this commit, reachable from a reference or not.
    ///
    /// # Errors
    ///
    /// Of kind `Corrupt` or `Io` when that can't be told.
    pub fn has_commit(&self, commit: CommitId) -> Result<bool, GitError> {
        let found = self.header(GitOid::from_bytes(*commit.as_bytes()))?;
        Ok(found.is_some_and(|(_, kind)| kind == ObjectType::Commit))
    }

    pub(crate) fn header(&self, oid: GitOid) -> Result<Option<(u64, ObjectType)>, GitError> {
        let message = || format!("can't look up the object {oid}");
        let odb = self
            .inner
            .odb()
            .map_err(|fault| GitError::of(message(), fault))?;
        let found = odb.read_header(foreign(oid)).optional(message)?;
        Ok(found.map(|(size, kind)| (size as u64, kind)))
    }

    pub(crate) fn find_commit(&self, id: CommitId) -> Result<Option<git2::Commit<'_>>, GitError> {
        if !self.has_commit(id)? {
            return Ok(None);
        }
        let oid = GitOid::from_bytes(*id.as_bytes());
        let found = self.inner.find_commit(foreign(oid));
        found.optional(|| format!("can't read the commit {id}"))
    }

    pub(crate) fn expect_commit(&self, id: CommitId) -> Result<git2::Commit<'_>, GitError> {
        self.find_commit(id)?.ok_or_else(|| {
            let message = format!("the repository holds no commit {id}");
            GitError::new(GitErrorKind::NotFound, message)
        })
    }
}

impl fmt::Debug for Repository {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Repository").field(&self.folder()).finish()
    }
}

/// Whether a folder is a git repository by what lies in it: a bare one, or a work tree with a folder `.git`. Opens
/// nothing.
///
/// A file `.git`, as worktrees and submodules have, does not count: it leads to a folder elsewhere.
pub fn is_repository(folder: &Path) -> bool {
    let has_state = |folder: &Path| {
        folder.join("HEAD").is_file()
            && folder.join("objects").is_dir()
            && folder.join("refs").is_dir()
    };
    has_state(folder) || has_state(&folder.join(".git"))
}

pub(crate) fn lfs_folder(repository: &git2::Repository) -> PathBuf {
    let own = repository.commondir();
    let named = repository
        .config()
        .and_then(|config| config.get_path("lfs.storage"));
    let storage = named.map_or_else(|_| own.join("lfs"), |named| own.join(named));
    storage.join("objects")
}

pub(crate) fn foreign(oid: GitOid) -> git2::Oid {
    git2::Oid::from_bytes(oid.as_bytes()).expect("twenty bytes make an id")
}

pub(crate) fn own_oid(oid: git2::Oid) -> Result<GitOid, GitError> {
    twenty(oid).map(GitOid::from_bytes)
}

pub(crate) fn own_commit(oid: git2::Oid) -> Result<CommitId, GitError> {
    twenty(oid).map(CommitId::from_bytes)
}

fn twenty(oid: git2::Oid) -> Result<[u8; 20], GitError> {
    oid.as_bytes().try_into().map_err(|_| {
        let message = format!("expected an object id of 20 bytes, found {oid}");
        GitError::new(GitErrorKind::Unsupported, message)
    })
}
