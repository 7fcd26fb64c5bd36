//! Both seams behind one handle.

use std::{fmt, path::PathBuf, sync::Arc};

use hubkit_types::{BlobId, ByteRange, CommitId, Repo, RepoPath, Revision, TreeFile};

use crate::{
    BlobKey, BlobStat, BlobStore, BoxFuture, ByteStream, CommitRecord, Contention, Entry, History,
    RefStore, Snapshot, Staging, StoreError, Survey, SurveyRequest,
};

/// Content and names together: what a client fetches into and a mirror serves from.
pub trait Store: BlobStore + RefStore {}

impl<S: BlobStore + RefStore> Store for S {}

type Answer<'a, T> = BoxFuture<'a, Result<T, StoreError>>;

trait Erased: Send + Sync {
    fn stat_boxed(&self, key: BlobKey) -> Answer<'_, Option<BlobStat>>;
    fn read_boxed(&self, key: BlobKey, range: ByteRange) -> Answer<'_, ByteStream>;
    fn stage_boxed(&self, key: BlobKey, size: u64, contention: Contention) -> Answer<'_, Staging>;
    fn room_boxed(&self, repo: Repo) -> Answer<'_, Option<u64>>;
    fn remove_boxed(&self, key: BlobKey) -> Answer<'_, bool>;
    fn list_boxed(&self, repo: Repo) -> Answer<'_, Vec<BlobId>>;
    fn local_path_erased(&self, key: &BlobKey) -> Option<PathBuf>;
    fn repos_boxed(&self) -> Answer<'_, Vec<Repo>>;
    fn has_repo_boxed(&self, repo: Repo) -> Answer<'_, bool>;
    fn revisions_boxed(&self, repo: Repo) -> Answer<'_, Vec<(Revision, CommitId)>>;
    fn resolve_boxed(&self, repo: Repo, revision: Revision) -> Answer<'_, Option<CommitId>>;
    fn listing_boxed(&self, repo: Repo, commit: CommitId) -> Answer<'_, Option<Vec<TreeFile>>>;
    fn files_boxed(&self, repo: Repo, commit: CommitId) -> Answer<'_, Vec<TreeFile>>;
    fn entry_boxed(&self, repo: Repo, commit: CommitId, path: RepoPath) -> Answer<'_, Entry>;
    fn entries_boxed(
        &self,
        repo: Repo,
        commit: CommitId,
        paths: Vec<RepoPath>,
    ) -> Answer<'_, Vec<Entry>>;
    fn history_boxed(
        &self,
        repo: Repo,
        commit: CommitId,
        skip: u64,
        limit: usize,
    ) -> Answer<'_, Option<History>>;
    fn last_changes_boxed(
        &self,
        repo: Repo,
        commit: CommitId,
        paths: Vec<RepoPath>,
    ) -> Answer<'_, Vec<(RepoPath, CommitRecord)>>;
    fn survey_boxed(&self, repo: Repo, request: SurveyRequest) -> Answer<'_, Option<Survey>>;
    fn check_boxed(&self, snapshot: Snapshot) -> Answer<'_, ()>;
    fn record_boxed(&self, snapshot: Snapshot) -> Answer<'_, ()>;
    fn record_absent_boxed(
        &self,
        repo: Repo,
        commit: CommitId,
        revision: Option<Revision>,
        path: RepoPath,
    ) -> Answer<'_, ()>;
    fn snapshot_path_erased(&self, repo: &Repo, commit: CommitId) -> Option<PathBuf>;
}

impl<S: Store> Erased for S {
    fn stat_boxed(&self, key: BlobKey) -> Answer<'_, Option<BlobStat>> {
        Box::pin(self.stat(key))
    }

    fn read_boxed(&self, key: BlobKey, range: ByteRange) -> Answer<'_, ByteStream> {
        Box::pin(self.read(key, range))
    }

    fn stage_boxed(&self, key: BlobKey, size: u64, contention: Contention) -> Answer<'_, Staging> {
        Box::pin(self.stage(key, size, contention))
    }

    fn room_boxed(&self, repo: Repo) -> Answer<'_, Option<u64>> {
        Box::pin(self.room(repo))
    }

    fn remove_boxed(&self, key: BlobKey) -> Answer<'_, bool> {
        Box::pin(self.remove(key))
    }

    fn list_boxed(&self, repo: Repo) -> Answer<'_, Vec<BlobId>> {
        Box::pin(self.list(repo))
    }

    fn local_path_erased(&self, key: &BlobKey) -> Option<PathBuf> {
        self.local_path(key)
    }

    fn repos_boxed(&self) -> Answer<'_, Vec<Repo>> {
        Box::pin(self.repos())
    }

    fn has_repo_boxed(&self, repo: Repo) -> Answer<'_, bool> {
        Box::pin(self.has_repo(repo))
    }

    fn revisions_boxed(&self, repo: Repo) -> Answer<'_, Vec<(Revision, CommitId)>> {
        Box::pin(self.revisions(repo))
    }

    fn resolve_boxed(&self, repo: Repo, revision: Revision) -> Answer<'_, Option<CommitId>> {
        Box::pin(self.resolve(repo, revision))
    }

    fn listing_boxed(&self, repo: Repo, commit: CommitId) -> Answer<'_, Option<Vec<TreeFile>>> {
        Box::pin(self.listing(repo, commit))
    }

    fn files_boxed(&self, repo: Repo, commit: CommitId) -> Answer<'_, Vec<TreeFile>> {
        Box::pin(self.files(repo, commit))
    }

    fn entry_boxed(&self, repo: Repo, commit: CommitId, path: RepoPath) -> Answer<'_, Entry> {
        Box::pin(self.entry(repo, commit, path))
    }

    fn entries_boxed(
        &self,
        repo: Repo,
        commit: CommitId,
        paths: Vec<RepoPath>,
    ) -> Answer<'_, Vec<Entry>> {
        Box::pin(self.entries(repo, commit, paths))
    }

    fn history_boxed(
        &self,
        repo: Repo,
        commit: CommitId,
        skip: u64,
        limit: usize,
    ) -> Answer<'_, Option<History>> {
        Box::pin(self.history(repo, commit, skip, limit))
    }

    fn last_changes_boxed(
        &self,
        repo: Repo,
        commit: CommitId,
        paths: Vec<RepoPath>,
    ) -> Answer<'_, Vec<(RepoPath, CommitRecord)>> {
        Box::pin(self.last_changes(repo, commit, paths))
    }

    fn survey_boxed(&self, repo: Repo, request: SurveyRequest) -> Answer<'_, Option<Survey>> {
        Box::pin(self.survey(repo, request))
    }

    fn check_boxed(&self, snapshot: Snapshot) -> Answer<'_, ()> {
        Box::pin(self.check(snapshot))
    }

    fn record_boxed(&self, snapshot: Snapshot) -> Answer<'_, ()> {
        Box::pin(self.record(snapshot))
    }

    fn record_absent_boxed(
        &self,
        repo: Repo,
        commit: CommitId,
        revision: Option<Revision>,
        path: RepoPath,
    ) -> Answer<'_, ()> {
        Box::pin(self.record_absent(repo, commit, revision, path))
    }

    fn snapshot_path_erased(&self, repo: &Repo, commit: CommitId) -> Option<PathBuf> {
        self.snapshot_path(repo, commit)
    }
}

/// Any store, its type forgotten. Cheap to clone; all clones are the same store.
#[derive(Clone)]
pub struct DynStore(Arc<dyn Erased>);

impl DynStore {
    /// Wraps a store.
    pub fn new(store: impl Store) -> Self {
        Self(Arc::new(store))
    }
}

#[deny(clippy::missing_trait_methods)]
impl BlobStore for DynStore {
    async fn stat(&self, key: BlobKey) -> Result<Option<BlobStat>, StoreError> {
        self.0.stat_boxed(key).await
    }

    async fn read(&self, key: BlobKey, range: ByteRange) -> Result<ByteStream, StoreError> {
        self.0.read_boxed(key, range).await
    }

    async fn stage(
        &self,
        key: BlobKey,
        size: u64,
        contention: Contention,
    ) -> Result<Staging, StoreError> {
        self.0.stage_boxed(key, size, contention).await
    }

    async fn room(&self, repo: Repo) -> Result<Option<u64>, StoreError> {
        self.0.room_boxed(repo).await
    }

    async fn remove(&self, key: BlobKey) -> Result<bool, StoreError> {
        self.0.remove_boxed(key).await
    }

    async fn list(&self, repo: Repo) -> Result<Vec<BlobId>, StoreError> {
        self.0.list_boxed(repo).await
    }

    fn local_path(&self, key: &BlobKey) -> Option<PathBuf> {
        self.0.local_path_erased(key)
    }
}

#[deny(clippy::missing_trait_methods)]
impl RefStore for DynStore {
    async fn repos(&self) -> Result<Vec<Repo>, StoreError> {
        self.0.repos_boxed().await
    }

    async fn has_repo(&self, repo: Repo) -> Result<bool, StoreError> {
        self.0.has_repo_boxed(repo).await
    }

    async fn revisions(&self, repo: Repo) -> Result<Vec<(Revision, CommitId)>, StoreError> {
        self.0.revisions_boxed(repo).await
    }

    async fn resolve(
        &self,
        repo: Repo,
        revision: Revision,
    ) -> Result<Option<CommitId>, StoreError> {
        self.0.resolve_boxed(repo, revision).await
    }

    async fn listing(
        &self,
        repo: Repo,
        commit: CommitId,
    ) -> Result<Option<Vec<TreeFile>>, StoreError> {
        self.0.listing_boxed(repo, commit).await
    }

    async fn files(&self, repo: Repo, commit: CommitId) -> Result<Vec<TreeFile>, StoreError> {
        self.0.files_boxed(repo, commit).await
    }

    async fn entry(
        &self,
        repo: Repo,
        commit: CommitId,
        path: RepoPath,
    ) -> Result<Entry, StoreError> {
        self.0.entry_boxed(repo, commit, path).await
    }

    async fn entries(
        &self,
        repo: Repo,
        commit: CommitId,
        paths: Vec<RepoPath>,
    ) -> Result<Vec<Entry>, StoreError> {
        self.0.entries_boxed(repo, commit, paths).await
    }

    async fn history(
        &self,
        repo: Repo,
        commit: CommitId,
        skip: u64,
        limit: usize,
    ) -> Result<Option<History>, StoreError> {
        self.0.history_boxed(repo, commit, skip, limit).await
    }

    async fn last_changes(
        &self,
        repo: Repo,
        commit: CommitId,
        paths: Vec<RepoPath>,
    ) -> Result<Vec<(RepoPath, CommitRecord)>, StoreError> {
        self.0.last_changes_boxed(repo, commit, paths).await
    }

    async fn survey(
        &self,
        repo: Repo,
        request: SurveyRequest,
    ) -> Result<Option<Survey>, StoreError> {
        self.0.survey_boxed(repo, request).await
    }

    async fn check(&self, snapshot: Snapshot) -> Result<(), StoreError> {
        self.0.check_boxed(snapshot).await
    }

    async fn record(&self, snapshot: Snapshot) -> Result<(), StoreError> {
        self.0.record_boxed(snapshot).await
    }

    async fn record_absent(
        &self,
        repo: Repo,
        commit: CommitId,
        revision: Option<Revision>,
        path: RepoPath,
    ) -> Result<(), StoreError> {
        self.0
            .record_absent_boxed(repo, commit, revision, path)
            .await
    }

    fn snapshot_path(&self, repo: &Repo, commit: CommitId) -> Option<PathBuf> {
        self.0.snapshot_path_erased(repo, commit)
    }
}

impl fmt::Debug for DynStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("DynStore")
    }
}
