//! A folder of plain repositories as a store.

mod commit;
mod layout;
mod scan;
mod survey;

use std::{
    collections::{HashMap, VecDeque},
    path::{Path, PathBuf},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use hubkit_store::{
    BlobKey, BlobStat, BlobStore, ByteStream, Entry, History, RefStore, Snapshot, Stage,
    StoreError, StoreErrorKind, Survey, SurveyRequest,
};
use hubkit_types::{BlobId, ByteRange, CommitId, Repo, RepoPath, Revision, TreeFile};

use crate::{blocking::run, stream};

use commit::{Commit, Digests, Held};

pub use scan::Skipped;

/// Folders of plain files, each a repository with one commit: a store that can only be read.
///
/// Repositories lie at `ROOT/{models,datasets,spaces,kernels}/NAMESPACE/NAME`. A folder directly below `models` and its like
/// that holds a file itself is a repository whose name has one part; a hidden file does not count for that.
///
/// The one revision is `main`. Its commit is the one that git would make of the same files with a fixed author and
/// date, so that the same content has the same id on every machine. Files of more than 10,000,000 bytes, and those
/// that the repository's `.gitattributes` says LFS keeps, are named by their SHA-256, and stand in the tree as pointers.
///
/// Left out are names that are no [`RepoPath`] (`.git` among them), symbolic links to folders, links that lead out of
/// the repository or to a name that would be left out, and what is neither file nor folder. [`FolderStore::skipped`]
/// names them.
///
/// # Changes
///
/// Whoever resolves `main` has the folder looked through; a file is read again when its size, its times or its identity
/// changed. The commits before stay known, and each of their files can be read until it changes: bytes that are no
/// longer what was hashed are never served under the old name, and a stream that was begun ends with an error of kind
/// `Corrupt`. A change that leaves size, times and identity as they were is not seen.
///
/// # Cost
///
/// The first resolution of a repository reads all of it once. Digests are kept in memory, and nothing is written.
#[derive(Clone, Debug)]
pub struct FolderStore {
    root: Arc<Path>,
    repos: Arc<Mutex<HashMap<Repo, Arc<State>>>>,
}

/// What is known of one repository.
#[derive(Debug, Default)]
struct State {
    /// Held for as long as the repository is looked through, so that no file is hashed twice at a time.
    digests: Mutex<Digests>,
    /// The newest last.
    commits: Mutex<VecDeque<Arc<Commit>>>,
}

/// How many commits of a repository are remembered.
const REMEMBERED: usize = 8;

impl FolderStore {
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
            repos: Arc::default(),
        })
    }

    /// What lies below the root and is not served, sorted: for whoever keeps the folder to know. Blocking; reads no
    /// content. The state of git and of hub clients is no content, and not named.
    ///
    /// # Errors
    ///
    /// Of kind `Denied` or `Io` when a folder can't be looked through.
    pub fn skipped(&self) -> Result<Vec<Skipped>, StoreError> {
        let mut skipped = layout::skipped(&self.root)?;
        for repo in layout::repos(&self.root)? {
            if let Some(folder) = layout::folder_of(&self.root, &repo)? {
                skipped.extend(scan::scan(&folder)?.skipped);
            }
        }
        skipped.sort_unstable();
        Ok(skipped)
    }

    /// The folder that was opened.
    pub fn root(&self) -> &Path {
        &self.root
    }

    fn state(&self, repo: &Repo) -> Arc<State> {
        Arc::clone(locked(&self.repos).entry(repo.clone()).or_default())
    }

    fn remembered(&self, repo: &Repo) -> Vec<Arc<Commit>> {
        let state = locked(&self.repos).get(repo).cloned();
        state.map_or_else(Vec::new, |state| {
            let commits = locked(&state.commits);
            commits.iter().rev().cloned().collect()
        })
    }

    /// The commit of what lies in the folder now; `None` when there is no such repository.
    fn look(&self, repo: &Repo) -> Result<Option<Arc<Commit>>, StoreError> {
        let Some(folder) = layout::folder_of(&self.root, repo)? else {
            locked(&self.repos).remove(repo);
            return Ok(None);
        };
        let state = self.state(repo);
        let mut digests = locked(&state.digests);
        let found = Commit::of(folder, &mut digests)?;
        let mut commits = locked(&state.commits);
        // The same content may have new times, and come back after a while.
        commits.retain(|commit| commit.id != found.id);
        if commits.len() == REMEMBERED {
            commits.pop_front();
        }
        let found = Arc::new(found);
        commits.push_back(Arc::clone(&found));
        Ok(Some(found))
    }

    /// The commit with this id, if it is or recently was what the folder holds.
    fn find(&self, repo: &Repo, id: CommitId) -> Result<Option<Arc<Commit>>, StoreError> {
        let known = self.remembered(repo);
        if let Some(commit) = known.into_iter().find(|commit| commit.id == id) {
            return Ok(Some(commit));
        }
        Ok(self.look(repo)?.filter(|commit| commit.id == id))
    }

    /// A file that still is this blob, and whether one was that is no more.
    fn locate(&self, key: &BlobKey) -> Result<Located, StoreError> {
        let mut known = self.remembered(&key.repo);
        if known.is_empty() {
            known.extend(self.look(&key.repo)?);
        }
        let mut located = Located::Nowhere;
        for held in known.iter().flat_map(|commit| commit.with_blob(key.id)) {
            if held.is_unchanged() {
                return Ok(Located::At(held.clone()));
            }
            located = Located::Changed(held.file.path.clone());
        }
        Ok(located)
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

enum Located {
    At(Held),
    Changed(RepoPath),
    Nowhere,
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    // What is guarded is whole between any two statements.
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

fn read_only<T>() -> Result<T, StoreError> {
    Err(StoreError::new(
        StoreErrorKind::Unsupported,
        "a folder of repositories can only be read",
    ))
}

#[deny(clippy::missing_trait_methods)]
impl BlobStore for FolderStore {
    async fn stat(&self, key: BlobKey) -> Result<Option<BlobStat>, StoreError> {
        self.run(move |store| {
            Ok(match store.locate(&key)? {
                Located::At(held) => Some(BlobStat {
                    size: held.file.size,
                }),
                Located::Changed(_) | Located::Nowhere => None,
            })
        })
        .await
    }

    async fn read(&self, key: BlobKey, range: ByteRange) -> Result<ByteStream, StoreError> {
        self.run(move |store| {
            let missing = |message| Err(StoreError::new(StoreErrorKind::NotFound, message));
            let changed = |path: &RepoPath| {
                missing(format!(
                    "{key} is gone: `{path}` changed after it was hashed"
                ))
            };
            match store.locate(&key)? {
                Located::At(held) => {
                    match stream::open_unchanged(&held.location, range, held.stamp)? {
                        Some(stream) => Ok(stream),
                        None => changed(&held.file.path),
                    }
                }
                Located::Changed(path) => changed(&path),
                Located::Nowhere => missing(format!("{key} is not in the folder")),
            }
        })
        .await
    }

    async fn stage(&self, _: BlobKey, _: u64) -> Result<Stage, StoreError> {
        read_only()
    }

    async fn remove(&self, _: BlobKey) -> Result<bool, StoreError> {
        read_only()
    }

    async fn list(&self, repo: Repo) -> Result<Vec<BlobId>, StoreError> {
        self.run(move |store| {
            let commit = store.look(&repo)?;
            let mut blobs: Vec<BlobId> = commit
                .iter()
                .flat_map(|commit| &commit.files)
                .map(|held| held.file.blob())
                .collect();
            blobs.sort_unstable();
            blobs.dedup();
            Ok(blobs)
        })
        .await
    }

    fn local_path(&self, key: &BlobKey) -> Option<PathBuf> {
        match self.locate(key) {
            Ok(Located::At(held)) => Some(held.location),
            _ => None,
        }
    }
}

#[deny(clippy::missing_trait_methods)]
impl RefStore for FolderStore {
    async fn repos(&self) -> Result<Vec<Repo>, StoreError> {
        self.run(|store| layout::repos(&store.root)).await
    }

    async fn has_repo(&self, repo: Repo) -> Result<bool, StoreError> {
        self.run(move |store| Ok(layout::folder_of(&store.root, &repo)?.is_some()))
            .await
    }

    async fn revisions(&self, repo: Repo) -> Result<Vec<(Revision, CommitId)>, StoreError> {
        self.run(move |store| {
            let commit = store.look(&repo)?;
            let revision = commit.map(|commit| (Revision::main(), commit.id));
            Ok(revision.into_iter().collect())
        })
        .await
    }

    async fn resolve(
        &self,
        repo: Repo,
        revision: Revision,
    ) -> Result<Option<CommitId>, StoreError> {
        self.run(move |store| {
            let commit = match revision.as_commit() {
                Some(id) => store.find(&repo, id)?,
                None if revision == Revision::main() => store.look(&repo)?,
                None => None,
            };
            Ok(commit.map(|commit| commit.id))
        })
        .await
    }

    async fn listing(
        &self,
        repo: Repo,
        commit: CommitId,
    ) -> Result<Option<Vec<TreeFile>>, StoreError> {
        self.run(move |store| {
            let commit = store.find(&repo, commit)?;
            Ok(commit.map(|commit| commit.files.iter().map(|held| held.file.clone()).collect()))
        })
        .await
    }

    async fn files(&self, repo: Repo, commit: CommitId) -> Result<Vec<TreeFile>, StoreError> {
        self.run(move |store| {
            let commit = store.find(&repo, commit)?;
            let files = commit.iter().flat_map(|commit| &commit.files);
            let here = files.filter(|held| held.is_unchanged());
            Ok(here.map(|held| held.file.clone()).collect())
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
            let Some(commit) = store.find(&repo, commit)? else {
                return Ok(Entry::Unknown);
            };
            Ok(match commit.at(&path) {
                Some(held) if held.is_unchanged() => Entry::Present {
                    size: held.file.size,
                    blob: Some(held.file.blob()),
                },
                Some(_) => Entry::Unknown,
                None => Entry::Absent,
            })
        })
        .await
    }

    /// None: a folder holds one state of its files.
    async fn history(
        &self,
        _repo: Repo,
        _commit: CommitId,
        _skip: u64,
        _limit: usize,
    ) -> Result<Option<History>, StoreError> {
        Ok(None)
    }

    async fn survey(
        &self,
        repo: Repo,
        request: SurveyRequest,
    ) -> Result<Option<Survey>, StoreError> {
        self.run(move |store| {
            let folder = layout::folder_of(&store.root, &repo)?;
            folder
                .map(|folder| survey::folder(&folder, &request))
                .transpose()
        })
        .await
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

    fn snapshot_path(&self, repo: &Repo, commit: CommitId) -> Option<PathBuf> {
        let commit = self.find(repo, commit).ok()??;
        let whole = commit.files.iter().all(Held::is_unchanged);
        whole.then(|| commit.folder.clone())
    }
}

#[cfg(test)]
mod tests;
