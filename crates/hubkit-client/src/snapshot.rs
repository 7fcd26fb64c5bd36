//! Many files of one commit.

use std::{collections::BTreeMap, path::PathBuf};

use hubkit_api::Sibling;
use hubkit_plan::{Selection, collisions};
use hubkit_store::{Entry, RefStore as _, Snapshot};
use hubkit_types::{BlobId, CommitId, Repo, RepoPath, Revision, TreeFile};

use crate::{
    Client, Connectivity, Error, ErrorKind, Event, Progress,
    listing::{Listing, ListingSource, unsafe_name},
};

/// Which files of which state of a repository are wanted.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct SnapshotRequest {
    /// The repository.
    pub repo: Repo,
    /// The state; `main` unless told otherwise.
    pub revision: Revision,
    /// Patterns of paths to take and to leave; everything unless told otherwise.
    pub selection: Selection,
    /// Exactly these files, and an error if one does not exist; all that the selection keeps when empty.
    pub files: Vec<RepoPath>,
}

impl SnapshotRequest {
    /// Everything on `main`.
    pub fn new(repo: Repo) -> Self {
        Self {
            repo,
            revision: Revision::main(),
            selection: Selection::default(),
            files: Vec::new(),
        }
    }

    /// Another state.
    pub fn with_revision(mut self, revision: Revision) -> Self {
        self.revision = revision;
        self
    }

    /// Only what the patterns keep.
    pub fn with_selection(mut self, selection: Selection) -> Self {
        self.selection = selection;
        self
    }

    /// Only these files.
    pub fn with_files(mut self, files: Vec<RepoPath>) -> Self {
        self.files = files;
        self
    }
}

/// How a file came to be in the store.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Source {
    /// Its bytes moved, and were verified.
    Fetched,
    /// It was there.
    Reused,
}

/// A file that is in the store.
#[derive(Clone, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub struct LocalFile {
    /// Its path in the repository.
    pub path: RepoPath,
    /// Its length in bytes.
    pub size: u64,
    /// Its digest, where the store knows it.
    pub blob: Option<BlobId>,
    /// Its path on this machine, where the store keeps files by their paths.
    pub local_path: Option<PathBuf>,
    /// How it came there.
    pub source: Source,
}

/// Files of one commit that are in the store.
#[derive(Clone, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub struct LocalSnapshot {
    /// The repository.
    pub repo: Repo,
    /// The commit.
    pub commit: CommitId,
    /// The folder that holds the files by their paths, where the store has one.
    pub folder: Option<PathBuf>,
    /// The files, sorted by path.
    pub files: Vec<LocalFile>,
}

/// What of a snapshot is here, and what must move.
struct Sorted {
    files: Vec<LocalFile>,
    missing: BTreeMap<BlobId, TreeFile>,
    /// Every file lies under its path already; a blob without its path does not count.
    all_present: bool,
}

impl Client {
    /// Brings the files of a snapshot into the store and returns where they are.
    ///
    /// The revision is resolved once; everything else is asked of its commit. Nothing is written before the names of all
    /// wanted files are known to be safe together. Every file that moves is verified against the digest in the listing;
    /// the snapshot becomes visible only when all of them are there. A commit whose listing and files are in the store
    /// takes no request at all.
    ///
    /// # Cancellation
    ///
    /// Dropping the future keeps the files that were verified so far and nothing of the others.
    ///
    /// # Errors
    ///
    /// Of any kind; see [`ErrorKind`] for what to do about each.
    pub async fn snapshot(
        &self,
        request: &SnapshotRequest,
        progress: &dyn Progress,
    ) -> Result<LocalSnapshot, Error> {
        let repo = &request.repo;
        let (commit, named) = self
            .resolve_named(repo, &request.revision, progress)
            .await?;
        let listing = self.listing(repo, commit, progress).await?;
        self.check_named(repo, &listing, &named)?;
        if request.files.is_empty()
            && let Some(refused) = listing
                .refused
                .iter()
                .find(|refused| request.selection.keeps_text(refused.text()))
        {
            return Err(unsafe_name(repo, refused));
        }
        let wanted = select(request, &listing.files, commit)?;
        collisions::check(wanted.iter().map(|file| &file.path)).map_err(|collision| {
            Error::new(ErrorKind::Unsafe, collision.to_string()).with_source(collision)
        })?;
        let recorded = Snapshot {
            repo: repo.clone(),
            commit,
            revision: Some(request.revision.clone()),
            files: wanted.clone(),
            listing: None,
        };
        // Before anything is asked of the store: it comes to know what of the user's is as it should be.
        self.0.store.check(recorded).await?;
        let Sorted {
            mut files,
            missing,
            all_present,
        } = self.sort_out(repo, commit, &wanted).await?;
        // Sizes are a stranger's words.
        let total = |sizes: &mut dyn Iterator<Item = u64>| sizes.fold(0, u64::saturating_add);
        let bytes = total(&mut wanted.iter().map(|file| file.size));
        let to_move = total(&mut missing.values().map(|file| file.size));
        progress.event(&Event::Planned {
            files: wanted.len(),
            bytes,
            missing: to_move,
        });
        for file in files.iter().filter(|file| file.source == Source::Reused) {
            progress.event(&Event::Reused {
                path: &file.path,
                size: file.size,
            });
        }
        if self.connectivity() == Connectivity::Offline && !missing.is_empty() {
            return Err(offline_misses(repo, commit, &missing));
        }
        let missing: Vec<TreeFile> = missing.into_values().collect();
        self.acquire(repo, commit, &missing, progress).await?;
        if listing.source == ListingSource::Hub
            || !all_present
            || self.is_unnamed(repo, &request.revision, commit).await?
        {
            let revision = Some(request.revision.clone());
            // What is recorded must be all of it: a part would pass for the whole.
            let is_whole = listing.source != ListingSource::Found && listing.refused.is_empty();
            let listing = is_whole.then_some(listing.files);
            let snapshot = Snapshot {
                repo: repo.clone(),
                commit,
                revision,
                files: wanted,
                listing,
            };
            self.record(snapshot, all_present).await?;
        }
        if !all_present {
            self.check_arrived(repo, commit, &files).await?;
        }
        // Only now: a store has no folder for a commit before it holds something of it.
        let folder = self.0.store.snapshot_path(repo, commit);
        for file in &mut files {
            file.local_path = folder
                .as_ref()
                .map(|folder| folder.join(file.path.as_str()));
        }
        Ok(LocalSnapshot {
            repo: repo.clone(),
            commit,
            folder,
            files,
        })
    }

    /// Whether the hub's listing holds every file that the hub named when it was asked for the commit. The other way round
    /// it need not: of a very large repository not all are named.
    fn check_named(&self, repo: &Repo, listing: &Listing, named: &[Sibling]) -> Result<(), Error> {
        let files = &listing.files;
        let is_listed = |path| files.binary_search_by(|file| file.path.cmp(path)).is_ok();
        let lost = named.iter().find(|sibling| !is_listed(&sibling.path));
        match lost.filter(|_| listing.source == ListingSource::Hub) {
            None => Ok(()),
            Some(Sibling { path, .. }) => {
                let message = format!(
                    "the listing lacks `{path}`, which the hub names elsewhere, so it is not whole"
                );
                let error = Error::new(ErrorKind::Protocol, message);
                Err(self.within(Some(repo), error))
            }
        }
    }

    /// Tells what is in the store from what must move. Two paths of one blob move once.
    async fn sort_out(
        &self,
        repo: &Repo,
        commit: CommitId,
        wanted: &[TreeFile],
    ) -> Result<Sorted, Error> {
        let mut missing = BTreeMap::new();
        let mut files = Vec::with_capacity(wanted.len());
        let mut all_present = true;
        for file in wanted {
            let mut source = Source::Reused;
            if !self.has(repo, commit, file).await? {
                all_present = false;
                if !self.holds(repo, file).await? {
                    missing.entry(file.blob()).or_insert_with(|| file.clone());
                    source = Source::Fetched;
                }
            }
            files.push(LocalFile {
                path: file.path.clone(),
                size: file.size,
                blob: Some(file.blob()),
                local_path: None,
                source,
            });
        }
        Ok(Sorted {
            files,
            missing,
            all_present,
        })
    }

    /// Whether everything that the listing promised is in the store now, under its path and of its length.
    async fn check_arrived(
        &self,
        repo: &Repo,
        commit: CommitId,
        files: &[LocalFile],
    ) -> Result<(), Error> {
        for file in files {
            let entry = self.known(repo, commit, &file.path).await?;
            if !matches!(entry, Entry::Present { size, .. } if size == file.size) {
                let path = &file.path;
                let message = format!(
                    "`{path}` of {repo} at {commit} was fetched and is not in the store: something removes files there"
                );
                return Err(Error::new(ErrorKind::Integrity, message));
            }
        }
        Ok(())
    }

    /// Whether the store holds this file under its path, as far as can be told without reading it.
    async fn has(&self, repo: &Repo, commit: CommitId, file: &TreeFile) -> Result<bool, Error> {
        let entry = self.known(repo, commit, &file.path).await?;
        Ok(match entry {
            Entry::Present { size, blob } => {
                size == file.size && blob.is_none_or(|blob| blob == file.blob())
            }
            Entry::Absent | Entry::Unknown => false,
        })
    }

    /// Whether the store would not find this commit by this name.
    async fn is_unnamed(
        &self,
        repo: &Repo,
        revision: &Revision,
        commit: CommitId,
    ) -> Result<bool, Error> {
        Ok(self.0.store.resolve(repo.clone(), revision.clone()).await? != Some(commit))
    }

    /// Records a snapshot. Where every file was there before, a store that can't be written to is no obstacle: what
    /// would be recorded is a convenience for the next time.
    pub(crate) async fn record(&self, snapshot: Snapshot, all_present: bool) -> Result<(), Error> {
        use hubkit_store::StoreErrorKind::{Denied, Full};
        match self.0.store.record(snapshot).await {
            Err(error) if all_present && matches!(error.kind(), Denied | Full) => Ok(()),
            other => Ok(other?),
        }
    }
}

fn select(
    request: &SnapshotRequest,
    listing: &[TreeFile],
    commit: CommitId,
) -> Result<Vec<TreeFile>, Error> {
    if request.files.is_empty() {
        return Ok(listing
            .iter()
            .filter(|file| request.selection.keeps(&file.path))
            .cloned()
            .collect());
    }
    let find = |path: &RepoPath| {
        listing
            .iter()
            .find(|file| file.path == *path)
            .cloned()
            .ok_or_else(|| {
                let message = format!("{} at {commit} has no file `{path}`", request.repo);
                Error::new(ErrorKind::FileNotFound, message)
            })
    };
    let mut files: Vec<TreeFile> = request.files.iter().map(find).collect::<Result<_, _>>()?;
    files.sort_by(|a, b| a.path.cmp(&b.path));
    files.dedup_by(|a, b| a.path == b.path);
    Ok(files)
}

fn offline_misses(repo: &Repo, commit: CommitId, missing: &BTreeMap<BlobId, TreeFile>) -> Error {
    let first = missing
        .values()
        .map(|file| file.path.as_str())
        .min()
        .unwrap_or_default();
    let message = format!(
        "{} of the wanted files of {repo} at {commit} are not in the store, `{first}` among them, and the client is offline",
        missing.len()
    );
    Error::new(ErrorKind::Offline, message)
}
