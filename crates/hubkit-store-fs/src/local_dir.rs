//! A folder that a person downloads into, as a store.

mod beneath;
mod contents;
mod metadata;
mod obstacles;
mod recording;
mod records;
mod reuse;
mod stage;
mod state;

use std::{path::PathBuf, sync::Arc};

use hubkit_cache::{Cache, durable};
use hubkit_store::{
    BlobKey, BlobStat, BlobStore, ByteStream, CommitRecord, Contention, Entry, History, RefStore,
    Snapshot, Staging, StoreError, StoreErrorKind, Survey, SurveyRequest,
};
use hubkit_types::{BlobId, ByteRange, CommitId, Repo, RepoPath, Revision, TreeFile};

use crate::{
    blocking::{Pace, run},
    stream,
};
use reuse::Lender;
pub use reuse::Sharing;
use state::FolderState;

/// What happens to a file of the user's own that stands where a file is to go.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Overwrite {
    /// It stays, and the recording fails with kind `Occupied` before it changes anything.
    Refuse,
    /// It goes.
    Replace,
}

/// A folder of plain files with its records beside them, as `hf download --local-dir` makes it.
///
/// Holds the files of one commit of one repository at a time: recording another commit puts its files in the place of
/// those that this store wrote. It keeps no names, so no revision but a commit id resolves, and it does not know which
/// repository it holds: the repository that a caller names is looked at only in the [cache](Self::with_cache), where there
/// is one. Absences are not kept.
///
/// A file counts as the store's own as long as its time is the recorded one, or else its bytes are the recorded ones;
/// any other file is the user's. One of the user's with the right bytes is taken over as it is. Nothing is ever written through a link or out
/// of the folder.
///
/// Cheap to clone; all clones are the same store. Needs a tokio runtime as [`FsStore`](crate::FsStore) does.
#[derive(Clone, Debug)]
pub struct LocalDirStore(Arc<FolderState>);

impl LocalDirStore {
    /// Names the folder, which need not exist yet.
    pub fn new(root: PathBuf, overwrite: Overwrite) -> Self {
        Self(Arc::new(FolderState::new(root, overwrite, None)))
    }

    /// The same folder, taking from the shared cache what that has of the repository that a caller names.
    ///
    /// What the cache has counts as held: it can be asked for and read, and so can its names and listings. When a blob is recorded it comes into the folder as
    /// `sharing` says, and is hashed on the way; a file of the cache that is not what its name says counts as missing from
    /// then on, and the recording fails with kind `NotFound`. Nothing in the cache is removed.
    #[must_use]
    pub fn with_cache(self, cache: Cache, sharing: Sharing) -> Self {
        let (root, overwrite) = (self.0.root().to_owned(), self.0.overwrite());
        let lender = Some(Lender::new(cache, sharing));
        Self(Arc::new(FolderState::new(root, overwrite, lender)))
    }

    async fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce(&FolderState) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, StoreError> {
        let state = self.0.clone();
        run(move || work(&state)).await
    }
}

#[deny(clippy::missing_trait_methods)]
impl BlobStore for LocalDirStore {
    async fn stat(&self, key: BlobKey) -> Result<Option<BlobStat>, StoreError> {
        self.run(move |state| {
            let blob = state.blob(&key)?;
            Ok(blob.map(|blob| BlobStat { size: blob.size }))
        })
        .await
    }

    async fn read(&self, key: BlobKey, range: ByteRange) -> Result<ByteStream, StoreError> {
        self.run(move |state| {
            let Some(blob) = state.blob(&key)? else {
                let message = format!("{key} is not in the folder");
                return Err(StoreError::new(StoreErrorKind::NotFound, message));
            };
            let file = state.open_blob(key.id, &blob.source)?;
            stream::of_open(&state.path_of(key.id, blob.source), file, range)
        })
        .await
    }

    async fn stage(&self, key: BlobKey, size: u64, _: Contention) -> Result<Staging, StoreError> {
        let (state, pace) = (self.0.clone(), Pace::default());
        let begun = run(move || stage::begin(state, key.id, size, pace)).await?;
        Ok(Staging::Ready(begun))
    }

    async fn room(&self, _repo: Repo) -> Result<Option<u64>, StoreError> {
        self.run(|state| Ok(durable::room(state.root()))).await
    }

    /// Removes the file itself too, if it is the store's own.
    async fn remove(&self, key: BlobKey) -> Result<bool, StoreError> {
        self.run(move |state| state.within(false, |opened| opened.remove(key.id)))
            .await
    }

    async fn list(&self, _repo: Repo) -> Result<Vec<BlobId>, StoreError> {
        self.run(FolderState::blobs).await
    }

    fn local_path(&self, key: &BlobKey) -> Option<PathBuf> {
        let blob = self.0.blob(key).ok()??;
        Some(self.0.path_of(key.id, blob.source))
    }
}

#[deny(clippy::missing_trait_methods)]
impl RefStore for LocalDirStore {
    /// Nothing: the folder does not say which repository it holds.
    async fn repos(&self) -> Result<Vec<Repo>, StoreError> {
        Ok(Vec::new())
    }

    /// Never: the folder does not say which repository it holds.
    async fn has_repo(&self, _repo: Repo) -> Result<bool, StoreError> {
        Ok(false)
    }

    /// Nothing: the folder keeps no names.
    async fn revisions(&self, _repo: Repo) -> Result<Vec<(Revision, CommitId)>, StoreError> {
        Ok(Vec::new())
    }

    async fn resolve(
        &self,
        repo: Repo,
        revision: Revision,
    ) -> Result<Option<CommitId>, StoreError> {
        self.run(move |state| state.resolve(&repo, &revision)).await
    }

    async fn listing(
        &self,
        repo: Repo,
        commit: CommitId,
    ) -> Result<Option<Vec<TreeFile>>, StoreError> {
        self.run(move |state| {
            let listing = state.listing(&repo, commit)?;
            Ok(listing.map(|listing| listing.to_vec()))
        })
        .await
    }

    async fn files(&self, repo: Repo, commit: CommitId) -> Result<Vec<TreeFile>, StoreError> {
        self.run(move |state| state.files(&repo, commit)).await
    }

    async fn entry(
        &self,
        repo: Repo,
        commit: CommitId,
        path: RepoPath,
    ) -> Result<Entry, StoreError> {
        let mut entries = self.entries(repo, commit, vec![path]).await?;
        Ok(entries.pop().unwrap_or(Entry::Unknown))
    }

    async fn entries(
        &self,
        repo: Repo,
        commit: CommitId,
        paths: Vec<RepoPath>,
    ) -> Result<Vec<Entry>, StoreError> {
        self.run(move |state| state.entries(&repo, commit, &paths))
            .await
    }

    /// None: the folder holds one state of the files.
    async fn history(
        &self,
        _repo: Repo,
        _commit: CommitId,
        _skip: u64,
        _limit: usize,
    ) -> Result<Option<History>, StoreError> {
        Ok(None)
    }

    /// None are known: the folder holds one state of the files.
    async fn last_changes(
        &self,
        _repo: Repo,
        _commit: CommitId,
        _paths: Vec<RepoPath>,
    ) -> Result<Vec<(RepoPath, CommitRecord)>, StoreError> {
        Ok(Vec::new())
    }

    /// None: the folder does not say which repository it holds.
    async fn survey(
        &self,
        _repo: Repo,
        _request: SurveyRequest,
    ) -> Result<Option<Survey>, StoreError> {
        Ok(None)
    }

    async fn check(&self, snapshot: Snapshot) -> Result<(), StoreError> {
        self.run(move |state| obstacles::check(state, &snapshot.files))
            .await
    }

    async fn record(&self, snapshot: Snapshot) -> Result<(), StoreError> {
        self.run(move |state| recording::record(state, &snapshot))
            .await
    }

    /// Does nothing: the folder keeps no absences.
    async fn record_absent(
        &self,
        _repo: Repo,
        _commit: CommitId,
        _revision: Option<Revision>,
        _path: RepoPath,
    ) -> Result<(), StoreError> {
        Ok(())
    }

    fn snapshot_path(&self, _repo: &Repo, commit: CommitId) -> Option<PathBuf> {
        let known = self.0.knows(commit).unwrap_or_default();
        known.then(|| self.0.root().to_owned())
    }
}

#[cfg(test)]
mod tests;
