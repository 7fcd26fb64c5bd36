//! A folder of git repositories as a store.

mod handles;
mod layout;
mod remembered;
mod stream;
mod survey;

use std::{
    collections::HashMap,
    path::{Path, PathBuf},
    sync::Arc,
};

use hubkit_store::{
    BlobKey, BlobStat, BlobStore, ByteStream, CommitRecord, Contention, Entry, History, RefStore,
    Snapshot, Staging, StoreError, StoreErrorKind, Survey, SurveyRequest, entry_by_entry,
};
use hubkit_types::{BlobId, ByteRange, CommitId, Repo, RepoPath, Revision, TreeFile};
use tokio::task::spawn_blocking;

use crate::{GitError, GitErrorKind, Node, Repository};

use handles::Handles;
use remembered::Remembered;
use stream::Room;

pub use layout::Skipped;

/// Git repositories in a folder: a store that can only be read.
///
/// Repositories lie at `ROOT/{models,datasets,spaces,kernels}/NAMESPACE/NAME.git`, and those whose name has one part at
/// `ROOT/models/NAME.git` and its like. The `.git` may be missing. What lies there is a bare repository, or a clone with
/// a folder `.git` in it, of which the commits are served and not the work tree.
///
/// Branches are revisions by their name alone, all else by its full name: `refs/tags/v1`, `refs/pr/4`,
/// `refs/convert/parquet`. What else resolves is told at [`Repository::resolve`]. Every commit that the repository
/// holds can be asked for, whether or not a reference leads to it.
///
/// A file that git holds as an LFS pointer has the length and the digest that the pointer names; its content comes from
/// the repository's folder of LFS objects, and is `NotFound` where it is not there. Symbolic links, submodules and names
/// that are no [`RepoPath`] are left out of listings; [`GitStore::skipped`] names those of the default branches.
///
/// # Cost
///
/// The last listings and logs that were asked for stay in memory, a million entries at most. A large file that git itself
/// holds is read piece by piece where it lies in a file of its own. In a pack it has to be held in memory while it is
/// sent: of more than 256 MB it is refused with kind `Unsupported`, and all of them together take 512 MB at most, so that
/// some readers wait.
///
/// Every method but `local_path` does its work on tokio's threads for that, and so must run within a tokio runtime.
#[derive(Clone, Debug)]
pub struct GitStore {
    root: Arc<Path>,
    handles: Arc<Handles>,
    trees: Arc<Remembered<TreeFile>>,
    logs: Arc<Remembered<CommitId>>,
    room: Room,
}

/// How many commits and changed files are looked at to tell what changed a file last.
const FURTHEST: usize = 20_000;

impl GitStore {
    /// Opens a folder of repositories. Blocking; looks at the folder alone.
    ///
    /// # Errors
    ///
    /// Of kind `NotFound`, `Denied` or `Io` when the folder can't be looked at, and of kind `Unsupported` when it is no
    /// folder.
    pub fn open(root: PathBuf) -> Result<Self, StoreError> {
        let metadata = std::fs::metadata(&root)
            .map_err(|fault| StoreError::io(format!("can't open `{}`", root.display()), fault))?;
        if !metadata.is_dir() {
            let message = format!("`{}` is not a folder", root.display());
            return Err(StoreError::new(StoreErrorKind::Unsupported, message));
        }
        Ok(Self {
            root: root.into(),
            handles: Arc::default(),
            trees: Arc::default(),
            logs: Arc::default(),
            room: Room::default(),
        })
    }

    /// What is not served, sorted: repositories that can't be opened or called, and what the default branches hold that
    /// is no file under a path for every platform. Blocking; reads no content.
    ///
    /// # Errors
    ///
    /// Of kind `Denied` or `Io` when a folder can't be looked through.
    pub fn skipped(&self) -> Result<Vec<Skipped>, StoreError> {
        let (found, mut skipped) = layout::scan(&self.root)?;
        for (_, folder) in found {
            match left_out(&folder) {
                Ok(reasons) => skipped.extend(reasons),
                Err(fault) => skipped.push(Skipped::of(folder, &fault)),
            }
        }
        skipped.sort_unstable();
        Ok(skipped)
    }

    /// The folder that was opened.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// Works with a repository; `None` when there is none.
    fn with<T>(
        &self,
        repo: &Repo,
        work: impl FnOnce(&Repository) -> Result<T, GitError>,
    ) -> Result<Option<T>, StoreError> {
        let Some(folder) = layout::folder_of(&self.root, repo) else {
            return Ok(None);
        };
        let done = self.handles.with(&folder, work);
        done.map(Some).map_err(|fault| store_error(repo, fault))
    }

    fn resolve_now(
        &self,
        repo: &Repo,
        revision: &Revision,
    ) -> Result<Option<CommitId>, StoreError> {
        let found = self.with(repo, |repository| repository.resolve(revision))?;
        Ok(found.flatten())
    }

    /// The files of a commit; `None` when the repository holds no such commit.
    fn tree(&self, repo: &Repo, commit: CommitId) -> Result<Option<Arc<[TreeFile]>>, StoreError> {
        let made = self.with(repo, |repository| {
            if !repository.has_commit(commit)? {
                return Ok(None);
            }
            let make = || Ok(repository.tree(commit)?.files);
            self.trees.get(repo, commit, make).map(Some)
        })?;
        Ok(made.flatten())
    }

    fn history(
        &self,
        repo: &Repo,
        commit: CommitId,
        (skip, limit): (u64, usize),
    ) -> Result<Option<History>, StoreError> {
        let made = self.with(repo, |repository| {
            if !repository.has_commit(commit)? {
                return Ok(None);
            }
            let log = self.logs.get(repo, commit, || repository.log(commit))?;
            let skip = usize::try_from(skip).unwrap_or(usize::MAX).min(log.len());
            let page = log[skip..].iter().take(limit);
            let mut commits = Vec::new();
            for id in page {
                commits.extend(repository.commit(*id)?.map(record_of));
            }
            Ok(Some(History {
                commits,
                total: log.len() as u64,
            }))
        })?;
        Ok(made.flatten())
    }

    /// Runs disk work with a handle of this store.
    async fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Self) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, StoreError> {
        let store = self.clone();
        run(move || work(&store)).await
    }
}

/// Runs disk work on a thread where waiting harms nobody. Work that began goes on when the future is dropped.
async fn run<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, StoreError> + Send + 'static,
) -> Result<T, StoreError> {
    spawn_blocking(work).await.map_err(|fault| {
        StoreError::new(StoreErrorKind::Io, "disk work did not come to an end").with_source(fault)
    })?
}

/// Whether the content of a file is here: that of a large one, whole as far as its length tells.
fn is_here(repository: &Repository, file: &TreeFile) -> bool {
    file.lfs.is_none_or(|digest| {
        let path = repository.lfs_object(digest);
        let metadata = path.and_then(|path| std::fs::metadata(path).ok());
        metadata.is_some_and(|metadata| metadata.len() == file.size)
    })
}

fn left_out(folder: &Path) -> Result<Vec<Skipped>, GitError> {
    let repository = Repository::open(folder)?;
    let Some(branch) = repository.default_branch()? else {
        return Ok(Vec::new());
    };
    let left_out = repository.left_out(branch.target)?.into_iter();
    Ok(left_out
        .map(|left_out| Skipped::new(folder.join(left_out.name), left_out.reason))
        .collect())
}

fn record_of(commit: crate::Commit) -> CommitRecord {
    CommitRecord {
        id: commit.id,
        parents: commit.parents,
        author: commit.author,
        seconds: commit.seconds,
        message: commit.message,
    }
}

/// The same fault in the words of the seam.
fn store_error(repo: &Repo, fault: GitError) -> StoreError {
    let kind = match fault.kind() {
        GitErrorKind::NotFound | GitErrorKind::Ambiguous => StoreErrorKind::NotFound,
        GitErrorKind::Denied => StoreErrorKind::Denied,
        GitErrorKind::Corrupt => StoreErrorKind::Corrupt,
        GitErrorKind::TooLarge | GitErrorKind::Unsupported | GitErrorKind::UnsupportedIndex => {
            StoreErrorKind::Unsupported
        }
        GitErrorKind::Io => StoreErrorKind::Io,
    };
    StoreError::new(kind, format!("{repo}: {fault}")).with_source(fault)
}

fn read_only<T>() -> Result<T, StoreError> {
    Err(StoreError::new(
        StoreErrorKind::Unsupported,
        "a folder of git repositories can only be read",
    ))
}

#[deny(clippy::missing_trait_methods)]
impl BlobStore for GitStore {
    async fn stat(&self, key: BlobKey) -> Result<Option<BlobStat>, StoreError> {
        self.run(move |store| {
            let size = store.with(&key.repo, |repository| match key.id {
                BlobId::Git(oid) => repository.blob_size(oid),
                BlobId::Sha256(digest) => {
                    let path = repository.lfs_object(digest);
                    let metadata = path.and_then(|path| std::fs::metadata(path).ok());
                    Ok(metadata.map(|metadata| metadata.len()))
                }
            })?;
            Ok(size.flatten().map(|size| BlobStat { size }))
        })
        .await
    }

    async fn read(&self, key: BlobKey, range: ByteRange) -> Result<ByteStream, StoreError> {
        stream::open(self, key, range).await
    }

    async fn stage(&self, _: BlobKey, _: u64, _: Contention) -> Result<Staging, StoreError> {
        read_only()
    }

    async fn room(&self, _repo: Repo) -> Result<Option<u64>, StoreError> {
        read_only()
    }

    async fn remove(&self, _: BlobKey) -> Result<bool, StoreError> {
        read_only()
    }

    async fn list(&self, repo: Repo) -> Result<Vec<BlobId>, StoreError> {
        self.run(move |store| {
            let blobs = store.with(&repo, |repository| {
                let objects = repository.lfs_objects().into_iter().map(BlobId::Sha256);
                let blobs = repository.blobs()?.into_iter().map(BlobId::Git);
                Ok(blobs.chain(objects).collect())
            })?;
            Ok(blobs.unwrap_or_default())
        })
        .await
    }

    /// The file of an LFS object. What git itself holds lies in no file of its own.
    fn local_path(&self, key: &BlobKey) -> Option<PathBuf> {
        let BlobId::Sha256(digest) = key.id else {
            return None;
        };
        let found = self.with(&key.repo, |repository| Ok(repository.lfs_object(digest)));
        found.ok().flatten().flatten()
    }
}

#[deny(clippy::missing_trait_methods)]
impl RefStore for GitStore {
    async fn repos(&self) -> Result<Vec<Repo>, StoreError> {
        self.run(|store| {
            let (found, _) = layout::scan(&store.root)?;
            Ok(found.into_iter().map(|(repo, _)| repo).collect())
        })
        .await
    }

    async fn has_repo(&self, repo: Repo) -> Result<bool, StoreError> {
        self.run(move |store| Ok(layout::folder_of(&store.root, &repo).is_some()))
            .await
    }

    async fn revisions(&self, repo: Repo) -> Result<Vec<(Revision, CommitId)>, StoreError> {
        self.run(move |store| {
            let found = store.with(&repo, Repository::references)?;
            let mut revisions: Vec<_> = found
                .unwrap_or_default()
                .into_iter()
                .map(|found| (found.revision(), found.target))
                .collect();
            revisions.sort_unstable();
            Ok(revisions)
        })
        .await
    }

    async fn resolve(
        &self,
        repo: Repo,
        revision: Revision,
    ) -> Result<Option<CommitId>, StoreError> {
        self.run(move |store| store.resolve_now(&repo, &revision))
            .await
    }

    async fn listing(
        &self,
        repo: Repo,
        commit: CommitId,
    ) -> Result<Option<Vec<TreeFile>>, StoreError> {
        self.run(move |store| Ok(store.tree(&repo, commit)?.map(|files| files.to_vec())))
            .await
    }

    async fn files(&self, repo: Repo, commit: CommitId) -> Result<Vec<TreeFile>, StoreError> {
        self.run(move |store| {
            let Some(files) = store.tree(&repo, commit)? else {
                return Ok(Vec::new());
            };
            let here = store.with(&repo, |repository| {
                let here = files.iter().filter(|file| is_here(repository, file));
                Ok(here.cloned().collect())
            })?;
            Ok(here.unwrap_or_default())
        })
        .await
    }

    async fn entry(
        &self,
        repo: Repo,
        commit: CommitId,
        path: RepoPath,
    ) -> Result<Entry, StoreError> {
        self.run(move |store| {
            let found = store.with(&repo, |repository| {
                if !repository.has_commit(commit)? {
                    return Ok(Entry::Unknown);
                }
                Ok(match repository.node(commit, &path)? {
                    Some(Node::File(file)) if is_here(repository, &file) => Entry::Present {
                        size: file.size,
                        blob: Some(file.blob()),
                    },
                    // It is listed, or at least in git, and can't be given.
                    Some(Node::File(_) | Node::LeftOut) => Entry::Unknown,
                    Some(Node::Folder(_)) | None => Entry::Absent,
                })
            })?;
            Ok(found.unwrap_or(Entry::Unknown))
        })
        .await
    }

    async fn entries(
        &self,
        repo: Repo,
        commit: CommitId,
        paths: Vec<RepoPath>,
    ) -> Result<Vec<Entry>, StoreError> {
        entry_by_entry(self, repo, commit, paths).await
    }

    async fn history(
        &self,
        repo: Repo,
        commit: CommitId,
        skip: u64,
        limit: usize,
    ) -> Result<Option<History>, StoreError> {
        self.run(move |store| store.history(&repo, commit, (skip, limit)))
            .await
    }

    async fn last_changes(
        &self,
        repo: Repo,
        commit: CommitId,
        paths: Vec<RepoPath>,
    ) -> Result<Vec<(RepoPath, CommitRecord)>, StoreError> {
        self.run(move |store| {
            let found = store.with(&repo, |repository| {
                if !repository.has_commit(commit)? {
                    return Ok(Vec::new());
                }
                let mut records: HashMap<CommitId, CommitRecord> = HashMap::new();
                let mut found = Vec::new();
                for (path, id) in repository.last_changes(commit, &paths, FURTHEST)? {
                    if !records.contains_key(&id) {
                        records
                            .extend(repository.commit(id)?.map(|commit| (id, record_of(commit))));
                    }
                    found.extend(records.get(&id).map(|record| (path, record.clone())));
                }
                Ok(found)
            })?;
            Ok(found.unwrap_or_default())
        })
        .await
    }

    async fn survey(
        &self,
        repo: Repo,
        request: SurveyRequest,
    ) -> Result<Option<Survey>, StoreError> {
        self.run(move |store| {
            let Some(commit) = store.resolve_now(&repo, &Revision::main())? else {
                return Ok(None);
            };
            let files = store.tree(&repo, commit)?.unwrap_or_default();
            store.with(&repo, |repository| {
                survey::survey(repository, (commit, &files), &request)
            })
        })
        .await
    }

    async fn check(&self, _snapshot: Snapshot) -> Result<(), StoreError> {
        read_only()
    }

    async fn record(&self, _: Snapshot) -> Result<(), StoreError> {
        read_only()
    }

    async fn record_absent(
        &self,
        _: Repo,
        _: CommitId,
        _: Option<Revision>,
        _: RepoPath,
    ) -> Result<(), StoreError> {
        read_only()
    }

    /// None: the files of a commit lie nowhere by their paths.
    fn snapshot_path(&self, _: &Repo, _: CommitId) -> Option<PathBuf> {
        None
    }
}
