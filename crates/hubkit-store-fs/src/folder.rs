//! A folder of plain repositories as a store.

mod commit;
mod inside;
mod known;
mod layout;
mod scan;
mod survey;

use std::{
    collections::HashMap,
    fs,
    path::{Path, PathBuf},
    sync::{Arc, Mutex},
    time::{Duration, Instant},
};

use hubkit_store::{
    BlobKey, BlobStat, BlobStore, ByteStream, CommitRecord, Contention, Entry, History, RefStore,
    Snapshot, Staging, StoreError, StoreErrorKind, Survey, SurveyRequest, entry_by_entry,
};
use hubkit_types::{BlobId, ByteRange, CommitId, Repo, RepoPath, Revision, TreeFile};

use crate::{
    blocking::{Pace, glance, run},
    hot::Hot,
    stream,
};

use commit::{Commit, Held};
use known::{Known, locked};
use layout::Layout;

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
/// Whoever resolves `main` has the folder looked through, unless [`FolderStore::remembering`] says otherwise; a file is read
/// again when its size, its times or its identity changed. The commits before stay known, and each of their files can be read until it changes: bytes that are no
/// longer what was hashed are never served under the old name, and a stream that was begun ends with an error of kind
/// `Corrupt`. A change that leaves size, times and identity as they were is not seen.
///
/// # Cost
///
/// The first resolution of a repository reads all of it once. Digests are kept in memory, and nothing is written. What
/// takes a few looks at files, such as to open one that is known, is done where the caller runs, as long as the disk
/// answers at once.
#[derive(Clone, Debug)]
pub struct FolderStore {
    layout: Layout,
    repos: Arc<Mutex<HashMap<Repo, Arc<Known>>>>,
    longest: Duration,
    pace: Pace,
    hot: Hot,
}

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
            layout: Layout {
                root: root.into(),
                is_elsewhere: |_| false,
            },
            repos: Arc::default(),
            longest: Duration::ZERO,
            pace: Pace::default(),
            hot: Hot::none(),
        })
    }

    /// Lets `main` be answered from the last look at a folder: for a time in proportion to what the look took, and never
    /// for longer than this.
    ///
    /// Until then a file that was added is not seen, unless somebody asks for it: [`RefStore::entry`] notices what changed,
    /// went or came at the path that it is asked for, and the next resolution looks again.
    ///
    /// Also keeps the bytes of small files in memory, 32 MiB at most. They are told from there for as long as the file still
    /// looks as it did when it was hashed, which is seen to each time.
    pub fn remembering(mut self, longest: Duration) -> Self {
        self.longest = longest;
        self.hot = Hot::within(Hot::ENOUGH);
        self
    }

    /// Leaves out folders that another store serves, as a root holds git repositories beside plain ones.
    pub fn leaving(mut self, is_elsewhere: fn(&Path) -> bool) -> Self {
        self.layout.is_elsewhere = is_elsewhere;
        self
    }

    /// What lies below the root and is not served, sorted: for whoever keeps the folder to know. Blocking; reads no
    /// content. The state of git and of hub clients is no content, and not named.
    ///
    /// # Errors
    ///
    /// Of kind `Denied` or `Io` when a folder can't be looked through.
    pub fn skipped(&self) -> Result<Vec<Skipped>, StoreError> {
        let mut skipped = self.layout.skipped()?;
        for repo in self.layout.repos()? {
            if let Some(folder) = self.layout.folder_of(&repo)? {
                skipped.extend(scan::scan(&folder)?.skipped);
            }
        }
        skipped.sort_unstable();
        Ok(skipped)
    }

    /// The folder that was opened.
    pub fn root(&self) -> &Path {
        &self.layout.root
    }

    fn known(&self, repo: &Repo) -> Option<Arc<Known>> {
        locked(&self.repos).get(repo).cloned()
    }

    /// The commit of what lies in the folder now; `None` when there is no such repository.
    fn look(&self, repo: &Repo) -> Result<Option<Arc<Commit>>, StoreError> {
        let asked = Instant::now();
        let Some(folder) = self.layout.folder_of(repo)? else {
            locked(&self.repos).remove(repo);
            return Ok(None);
        };
        let known = Arc::clone(locked(&self.repos).entry(repo.clone()).or_default());
        known.look(folder, asked).map(Some)
    }

    /// The commit with this id, if it is or recently was what the folder holds.
    fn find(&self, repo: &Repo, id: CommitId) -> Result<Option<Arc<Commit>>, StoreError> {
        if let Some(commit) = self.known(repo).and_then(|known| known.commit(id)) {
            return Ok(Some(commit));
        }
        Ok(self.look(repo)?.filter(|commit| commit.id == id))
    }

    /// The commits that are known of a repository, the newest first. Where none is, all of it is hashed.
    async fn commits(&self, repo: &Repo) -> Result<Vec<Arc<Commit>>, StoreError> {
        let known = self.known(repo).map(|known| known.commits());
        if let Some(commits) = known.filter(|commits| !commits.is_empty()) {
            return Ok(commits);
        }
        let repo = repo.clone();
        self.run(move |store| Ok(store.look(&repo)?.into_iter().collect()))
            .await
    }

    /// What lies at a path of a commit. Whoever asks for what is not as it was has the folder looked through anew.
    fn entry_of(&self, repo: &Repo, commit: &Commit, path: &RepoPath) -> Entry {
        let doubt = || {
            if let Some(known) = self.known(repo) {
                known.doubt();
            }
        };
        match commit.at(path) {
            Some(held) if held.is_unchanged(self.lately()) => Entry::Present {
                size: held.file.size,
                blob: Some(held.file.blob()),
            },
            Some(_) => {
                doubt();
                Entry::Unknown
            }
            None => {
                if fs::symlink_metadata(commit.folder.join(path.as_str())).is_ok() {
                    doubt();
                }
                Entry::Absent
            }
        }
    }

    /// For how long a file that was seen unchanged needs no other look before it is opened, where it is looked at anyway.
    fn lately(&self) -> Duration {
        self.longest / 100
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
    At(Place),
    Changed(RepoPath),
    Nowhere,
}

/// Looks for a file that still is this blob, and whether one was that is no more.
fn locate(commits: Vec<Arc<Commit>>, id: BlobId, lately: Duration) -> Located {
    let mut located = Located::Nowhere;
    for commit in commits {
        for index in commit.with_blob(id) {
            let held = &commit.files[index];
            if held.is_unchanged(lately) {
                let commit = Arc::clone(&commit);
                return Located::At(Place { commit, index });
            }
            located = Located::Changed(held.file.path.clone());
        }
    }
    located
}

/// A file of a commit.
struct Place {
    commit: Arc<Commit>,
    index: usize,
}

impl Place {
    fn held(&self) -> &Held {
        &self.commit.files[self.index]
    }
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
        let commits = self.commits(&key.repo).await?;
        let lately = self.lately();
        glance(&self.pace, move || {
            Ok(match locate(commits, key.id, lately) {
                Located::At(place) => Some(BlobStat {
                    size: place.held().file.size,
                }),
                Located::Changed(_) | Located::Nowhere => None,
            })
        })
        .await
    }

    async fn read(&self, key: BlobKey, range: ByteRange) -> Result<ByteStream, StoreError> {
        let commits = self.commits(&key.repo).await?;
        let lately = self.lately();
        let known = self.known(&key.repo);
        let doubt = move || known.iter().for_each(|known| known.doubt());
        let hot = self.hot.clone();
        glance(&self.pace, move || {
            let missing = |message| Err(StoreError::new(StoreErrorKind::NotFound, message));
            let changed = |path: &RepoPath| {
                missing(format!(
                    "{key} is gone: `{path}` changed after it was hashed"
                ))
            };
            match locate(commits, key.id, lately) {
                Located::At(place) => {
                    let held = place.held();
                    let opened = stream::open_unchanged(&held.location, range, &held.stamp, &hot)?;
                    if opened.is_none() {
                        held.doubt();
                        doubt();
                    }
                    opened.map_or_else(|| changed(&held.file.path), Ok)
                }
                Located::Changed(path) => changed(&path),
                Located::Nowhere => missing(format!("{key} is not in the folder")),
            }
        })
        .await
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
        let known = self.known(&key.repo).map(|known| known.commits());
        let commits = match known.filter(|commits| !commits.is_empty()) {
            Some(commits) => commits,
            None => self.look(&key.repo).ok()?.into_iter().collect(),
        };
        match locate(commits, key.id, Duration::ZERO) {
            Located::At(place) => Some(place.held().location.clone()),
            Located::Changed(_) | Located::Nowhere => None,
        }
    }
}

#[deny(clippy::missing_trait_methods)]
impl RefStore for FolderStore {
    async fn repos(&self) -> Result<Vec<Repo>, StoreError> {
        self.run(|store| store.layout.repos()).await
    }

    async fn has_repo(&self, repo: Repo) -> Result<bool, StoreError> {
        self.run(move |store| Ok(store.layout.folder_of(&repo)?.is_some()))
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
        let wanted = revision.as_commit();
        if wanted.is_none() && revision.as_str() != "main" {
            return Ok(None);
        }
        let known = self.known(&repo).and_then(|known| match wanted {
            Some(id) => known.commit(id).map(|commit| commit.id),
            None => known.fresh(Instant::now(), self.longest),
        });
        if known.is_some() {
            return Ok(known);
        }
        self.run(move |store| {
            let commit = match wanted {
                Some(id) => store.find(&repo, id)?,
                None => store.look(&repo)?,
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
            let here = files.filter(|held| held.is_unchanged(Duration::ZERO));
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
        let held = self.known(&repo).and_then(|known| known.commit(commit));
        if let Some(commit) = held {
            let store = self.clone();
            return glance(
                &self.pace,
                move || Ok(store.entry_of(&repo, &commit, &path)),
            )
            .await;
        }
        self.run(move |store| {
            let commit = store.find(&repo, commit)?;
            Ok(commit.map_or(Entry::Unknown, |commit| {
                store.entry_of(&repo, &commit, &path)
            }))
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

    /// None are known: a folder holds one state of its files.
    async fn last_changes(
        &self,
        _repo: Repo,
        _commit: CommitId,
        _paths: Vec<RepoPath>,
    ) -> Result<Vec<(RepoPath, CommitRecord)>, StoreError> {
        Ok(Vec::new())
    }

    async fn survey(
        &self,
        repo: Repo,
        request: SurveyRequest,
    ) -> Result<Option<Survey>, StoreError> {
        self.run(move |store| {
            let folder = store.layout.folder_of(&repo)?;
            folder
                .map(|folder| survey::folder(&folder, &request))
                .transpose()
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

    fn snapshot_path(&self, repo: &Repo, commit: CommitId) -> Option<PathBuf> {
        let commit = self.find(repo, commit).ok()??;
        let is_unchanged = |held: &Held| held.is_unchanged(Duration::ZERO);
        let whole = commit.files.iter().all(is_unchanged);
        whole.then(|| commit.folder.clone())
    }
}

#[cfg(test)]
mod tests;
