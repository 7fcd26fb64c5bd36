//! A clone's work tree: pointers in it, and putting their content in their place.

mod index;
mod place;

use std::{
    fs,
    path::{Path, PathBuf},
};

use hubkit_lfs::{Pointer, TreeAttributes, recognise};
use hubkit_store::git;
use hubkit_types::{CommitId, RepoPath};

use crate::{
    GitError, GitErrorKind, LfsObjects,
    repository::{own_commit, own_oid},
};

pub use place::{Placed, Settled, place};

/// A clone with its files checked out. Blocking; runs no hook and no filter.
pub struct WorkTree {
    pub(crate) inner: git2::Repository,
    root: PathBuf,
    objects: LfsObjects,
}

/// A pointer that lies where its file belongs.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct MetPointer {
    /// Where.
    pub path: RepoPath,
    /// To what.
    pub pointer: Pointer,
    /// Whether git would have put the content there.
    pub standing: PointerStanding,
}

/// What a pointer in a work tree is to git.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum PointerStanding {
    /// As it was checked out, and kept in LFS by the attributes: content may take its place, and git sees no change.
    CheckedOut,
    /// As it was checked out, but no attribute keeps it in LFS: with the content in its place, git would see a change.
    NoAttribute,
    /// Not what the index says, or not in the index: somebody's own.
    Changed,
}

impl WorkTree {
    /// Opens the clone that a folder belongs to, which may be a folder within it.
    ///
    /// # Errors
    ///
    /// Of kind `NotFound` where there is none, and where it is bare; else those of [`Repository::open`](crate::Repository::open).
    pub fn discover(folder: &Path) -> Result<Self, GitError> {
        let shown = folder.display();
        let inner = git2::Repository::discover(folder)
            .map_err(|fault| GitError::of(format!("there is no clone at `{shown}`"), fault))?;
        let Some(root) = inner.workdir() else {
            let message =
                format!("the repository at `{shown}` is bare: it has no files to look at");
            return Err(GitError::new(GitErrorKind::NotFound, message));
        };
        let root = root.to_owned();
        Ok(Self::of(inner, root))
    }

    /// Opens the clone that git says it works for, by GIT_DIR and GIT_WORK_TREE, as it does for the programs that it starts;
    /// else the one that the current folder belongs to. Where nothing says where the files are, they are in the current
    /// folder: git starts its filters there.
    ///
    /// # Errors
    ///
    /// Those of [`WorkTree::discover`], but for one about a bare repository.
    pub fn from_environment() -> Result<Self, GitError> {
        let inner = git2::Repository::open_from_env().map_err(|fault| {
            GitError::of("there is no clone here, nor where GIT_DIR says", fault)
        })?;
        let root = inner.workdir().unwrap_or(Path::new(".")).to_owned();
        Ok(Self::of(inner, root))
    }

    fn of(inner: git2::Repository, root: PathBuf) -> Self {
        let storage = crate::repository::lfs_folder(&inner);
        let objects = LfsObjects::new(storage.parent().unwrap_or(&storage));
        Self {
            inner,
            root,
            objects,
        }
    }

    /// The folder of the files.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// Where its LFS objects are.
    pub fn objects(&self) -> &LfsObjects {
        &self.objects
    }

    /// The commit that is checked out; `None` before the first one.
    pub fn head(&self) -> Option<CommitId> {
        let commit = self.inner.head().ok()?.peel_to_commit().ok()?;
        own_commit(commit.id()).ok()
    }

    /// Every pointer that lies in the work tree where the index has a file, sorted by path. Reads the first bytes of files
    /// that are short enough to be one, and no more.
    ///
    /// What is not a plain file is passed over, and so is what lies behind a symbolic link: git would not go there.
    ///
    /// # Errors
    ///
    /// Of kind `Corrupt` or `Io` when the index can't be read.
    pub fn pointers(&self) -> Result<Vec<MetPointer>, GitError> {
        let index = self.index()?;
        let attributes = self.attributes()?;
        let mut met = Vec::new();
        for entry in index.iter() {
            let Some(path) = path_of(&entry) else {
                continue;
            };
            if let Some((bytes, pointer)) = self.pointer_at(&path) {
                let is_same = git::blob_id(&bytes) == own_oid(entry.id)?;
                let standing = match (is_same, attributes.is_lfs(&path)) {
                    (false, _) => PointerStanding::Changed,
                    (true, true) => PointerStanding::CheckedOut,
                    (true, false) => PointerStanding::NoAttribute,
                };
                met.push(MetPointer {
                    path,
                    pointer,
                    standing,
                });
            }
        }
        met.sort_unstable_by(|one, other| one.path.cmp(&other.path));
        Ok(met)
    }

    /// The rules of all files of attributes that git reads for this work tree, but for those of the machine. One that is
    /// not checked out counts as the index has it.
    ///
    /// # Errors
    ///
    /// When the index can't be read.
    pub fn attributes(&self) -> Result<TreeAttributes, GitError> {
        let index = self.index()?;
        let mut attributes = TreeAttributes::default();
        for entry in index.iter() {
            let Ok(path) = str::from_utf8(&entry.path) else {
                continue;
            };
            let folder = match path.strip_suffix(".gitattributes") {
                Some(folder) if folder.is_empty() || folder.ends_with('/') => folder,
                _ => continue,
            };
            // A link is not followed, by git neither.
            let Ok(path) = path.parse::<RepoPath>() else {
                continue;
            };
            let is_gone = fs::symlink_metadata(self.root.join(path.as_str()))
                .is_err_and(|error| error.kind() == std::io::ErrorKind::NotFound);
            let bytes = if is_gone && path_of(&entry).is_some() {
                self.blob_below(entry.id, MOST_ATTRIBUTES)
            } else {
                self.read_plain(&path, MOST_ATTRIBUTES)
            };
            if let Some(bytes) = bytes {
                attributes = attributes.with_file(folder.trim_end_matches('/'), &bytes);
            }
        }
        if index.get_path(Path::new(".gitattributes"), 0).is_none()
            && let Ok(path) = ".gitattributes".parse()
            && let Some(bytes) = self.read_plain(&path, MOST_ATTRIBUTES)
        {
            attributes = attributes.with_file("", &bytes);
        }
        let info = self.inner.commondir().join("info/attributes");
        if let Ok(bytes) = fs::read(info) {
            attributes = attributes.with_own(&bytes);
        }
        Ok(attributes)
    }

    /// The pointer at a path, with its bytes as they are.
    fn pointer_at(&self, path: &RepoPath) -> Option<(Vec<u8>, Pointer)> {
        let bytes = self.read_plain(path, Pointer::LIMIT as u64)?;
        // An empty file is what its pointer stands for.
        let pointer = recognise(&bytes).pointer().cloned()?;
        Some((bytes, pointer))
    }

    /// A plain file shorter than `limit`, reached without a link.
    fn read_plain(&self, path: &RepoPath, limit: u64) -> Option<Vec<u8>> {
        let file = place::inside(&self.root, path)?;
        let found = fs::symlink_metadata(&file).ok()?;
        if !found.is_file() || found.len() == 0 || found.len() >= limit {
            return None;
        }
        fs::read(file).ok()
    }

    /// The bytes of a blob shorter than `limit`.
    fn blob_below(&self, id: git2::Oid, limit: u64) -> Option<Vec<u8>> {
        let (size, _) = self.inner.odb().ok()?.read_header(id).ok()?;
        if size as u64 >= limit {
            return None;
        }
        Some(self.inner.find_blob(id).ok()?.content().to_vec())
    }

    fn index(&self) -> Result<git2::Index, GitError> {
        let fault = |fault: git2::Error| {
            let message = if crate::error::is_index_extension(&fault) {
                "the index is split or sparse, which this library can't read"
            } else {
                "the index can't be read"
            };
            GitError::of(message, fault)
        };
        // Opened by its path and not through the repository: see `index.rs`.
        let path = self.inner.path().join("index");
        if !path.exists() {
            return git2::Index::new().map_err(fault);
        }
        git2::Index::open(&path).map_err(fault)
    }
}

/// Where the plain file of an entry lies; `None` for what is none, is in conflict, or has a name that not every platform has.
fn path_of(entry: &git2::IndexEntry) -> Option<RepoPath> {
    let is_file = matches!(entry.mode, 0o100_644 | 0o100_755);
    let stage = (entry.flags >> 12) & 3;
    if !is_file || stage != 0 {
        return None;
    }
    str::from_utf8(&entry.path).ok()?.parse().ok()
}

/// A longer file of attributes is nobody's; git gives up at 100 MB.
const MOST_ATTRIBUTES: u64 = 100 << 20;

impl std::fmt::Debug for WorkTree {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("WorkTree").field(&self.root).finish()
    }
}
