//! A folder that a person downloads into, as a store.

mod folder_state;
mod metadata;
mod recording;

use std::{path::PathBuf, sync::Arc};

use hubkit_cache::Partial;
use hubkit_store::{
    BlobKey, BlobStat, BlobStore, ByteStream, CommitRecord, Contention, Entry, History, RefStore,
    Snapshot, Stage, Staging, StoreError, StoreErrorKind, Survey, SurveyRequest,
};
use hubkit_types::{BlobId, ByteRange, CommitId, Repo, RepoPath, Revision, TreeFile};

use crate::{
    blocking::{Pace, run, store_error},
    sink::{FileSink, Finish, Loose},
    stream,
};
use folder_state::FolderState;

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
/// repository it holds: the repository that a caller names is not looked at. Absences are not kept.
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
        Self(Arc::new(FolderState::new(root, overwrite)))
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
            let blob = state.blob(key.id)?;
            Ok(blob.map(|(_, size)| BlobStat { size }))
        })
        .await
    }

    async fn read(&self, key: BlobKey, range: ByteRange) -> Result<ByteStream, StoreError> {
        self.run(move |state| {
            let Some((path, _)) = state.blob(key.id)? else {
                let message = format!("{key} is not in the folder");
                return Err(StoreError::new(StoreErrorKind::NotFound, message));
            };
            stream::open(&path, range)
        })
        .await
    }

    async fn stage(&self, key: BlobKey, size: u64, _: Contention) -> Result<Staging, StoreError> {
        let state = self.0.clone();
        let partial = self.run(move |state| state.begin(key.id, size)).await?;
        let finish: Finish = Arc::new(move |partial: Partial| {
            let verified = state.verified(key.id);
            partial.publish(&verified).map_err(store_error)?;
            state.digests().trust(&verified, key.id);
            Ok(())
        });
        let sink = FileSink::new(Loose { partial, finish }, Pace::default());
        Ok(Staging::Ready(Stage::new(key.id, size, sink)))
    }

    async fn room(&self, _repo: Repo) -> Result<Option<u64>, StoreError> {
        Ok(None)
    }

    /// Removes the file itself too, if it is the store's own.
    async fn remove(&self, key: BlobKey) -> Result<bool, StoreError> {
        self.run(move |state| state.remove(key.id)).await
    }

    async fn list(&self, _repo: Repo) -> Result<Vec<BlobId>, StoreError> {
        self.run(FolderState::blobs).await
    }

    fn local_path(&self, key: &BlobKey) -> Option<PathBuf> {
        let blob = self.0.blob(key.id).ok()?;
        blob.map(|(path, _)| path)
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
        _repo: Repo,
        revision: Revision,
    ) -> Result<Option<CommitId>, StoreError> {
        let Some(commit) = revision.as_commit() else {
            return Ok(None);
        };
        let known = self.run(move |state| state.knows(commit)).await?;
        Ok(known.then_some(commit))
    }

    async fn listing(
        &self,
        _repo: Repo,
        commit: CommitId,
    ) -> Result<Option<Vec<TreeFile>>, StoreError> {
        self.run(move |state| {
            let listing = state.listing(commit)?;
            Ok(listing.map(|listing| listing.to_vec()))
        })
        .await
    }

    async fn files(&self, _repo: Repo, commit: CommitId) -> Result<Vec<TreeFile>, StoreError> {
        self.run(move |state| state.files(commit)).await
    }

    async fn entry(
        &self,
        _repo: Repo,
        commit: CommitId,
        path: RepoPath,
    ) -> Result<Entry, StoreError> {
        self.run(move |state| state.entry(commit, &path)).await
    }

    async fn entries(
        &self,
        repo: Repo,
        commit: CommitId,
        paths: Vec<RepoPath>,
    ) -> Result<Vec<Entry>, StoreError> {
        let mut entries = Vec::with_capacity(paths.len());
        for path in paths {
            entries.push(self.entry(repo.clone(), commit, path).await?);
        }
        Ok(entries)
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
        self.run(move |state| recording::check(state, &snapshot.files))
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
        let known = self.0.knows(commit).unwrap_or(false);
        known.then(|| self.0.root().to_owned())
    }
}

#[cfg(test)]
mod tests;
