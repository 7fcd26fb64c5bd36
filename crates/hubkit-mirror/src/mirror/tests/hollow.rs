//! A store that lists files whose content it may not give, with a history that a test makes up.

use std::path::PathBuf;

use hubkit_store::{
    BlobKey, BlobStat, BlobStore, ByteStream, CommitRecord, Contention, Entry, History,
    MemoryStore, RefStore, Snapshot, Staging, StoreError, StoreErrorKind, Survey, SurveyRequest,
    entry_by_entry,
};
use hubkit_types::{BlobId, ByteRange, CommitId, Repo, RepoPath, Revision, TreeFile};

/// What is wrong with the content.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Fault {
    /// It is not there.
    Gone,
    /// It is there until it is read.
    Vanishing,
    /// It must not be read.
    Denied,
    /// It is shorter than the commit says.
    Short,
    /// Nothing.
    None,
}

/// Knows what the store within knows, but for the content.
pub(super) struct Hollow {
    store: MemoryStore,
    fault: Fault,
    history: Vec<CommitRecord>,
}

impl Hollow {
    pub(super) fn new(store: MemoryStore, fault: Fault) -> Self {
        Self {
            store,
            fault,
            history: Vec::new(),
        }
    }

    /// Remembers these commits, the newest first, each made from the next.
    pub(super) fn remembering(mut self, history: Vec<CommitRecord>) -> Self {
        self.history = history;
        self
    }
}

#[deny(clippy::missing_trait_methods)]
impl BlobStore for Hollow {
    async fn stat(&self, key: BlobKey) -> Result<Option<BlobStat>, StoreError> {
        let stat = self.store.stat(key).await?;
        Ok(match self.fault {
            Fault::Gone => None,
            Fault::Vanishing | Fault::Denied | Fault::None => stat,
            Fault::Short => stat.map(|stat| BlobStat {
                size: stat.size / 2,
            }),
        })
    }

    async fn read(&self, key: BlobKey, range: ByteRange) -> Result<ByteStream, StoreError> {
        match self.fault {
            Fault::Gone | Fault::Vanishing => {
                Err(StoreError::new(StoreErrorKind::NotFound, "gone"))
            }
            Fault::Denied => Err(StoreError::new(StoreErrorKind::Denied, "denied")),
            Fault::Short | Fault::None => self.store.read(key, range).await,
        }
    }

    async fn stage(
        &self,
        key: BlobKey,
        size: u64,
        contention: Contention,
    ) -> Result<Staging, StoreError> {
        self.store.stage(key, size, contention).await
    }

    async fn room(&self, repo: Repo) -> Result<Option<u64>, StoreError> {
        self.store.room(repo).await
    }

    async fn remove(&self, key: BlobKey) -> Result<bool, StoreError> {
        self.store.remove(key).await
    }

    async fn list(&self, repo: Repo) -> Result<Vec<BlobId>, StoreError> {
        self.store.list(repo).await
    }

    fn local_path(&self, key: &BlobKey) -> Option<PathBuf> {
        self.store.local_path(key)
    }
}

#[deny(clippy::missing_trait_methods)]
impl RefStore for Hollow {
    async fn repos(&self) -> Result<Vec<Repo>, StoreError> {
        self.store.repos().await
    }

    async fn has_repo(&self, repo: Repo) -> Result<bool, StoreError> {
        self.store.has_repo(repo).await
    }

    async fn revisions(&self, repo: Repo) -> Result<Vec<(Revision, CommitId)>, StoreError> {
        self.store.revisions(repo).await
    }

    async fn resolve(
        &self,
        repo: Repo,
        revision: Revision,
    ) -> Result<Option<CommitId>, StoreError> {
        self.store.resolve(repo, revision).await
    }

    async fn listing(
        &self,
        repo: Repo,
        commit: CommitId,
    ) -> Result<Option<Vec<TreeFile>>, StoreError> {
        self.store.listing(repo, commit).await
    }

    async fn files(&self, repo: Repo, commit: CommitId) -> Result<Vec<TreeFile>, StoreError> {
        self.store.files(repo, commit).await
    }

    async fn entry(
        &self,
        repo: Repo,
        commit: CommitId,
        path: RepoPath,
    ) -> Result<Entry, StoreError> {
        self.store.entry(repo, commit, path).await
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
        if !self.store.has_repo(repo).await? {
            return Ok(None);
        }
        let from = self.history.iter().position(|known| known.id == commit);
        Ok(from.map(|from| {
            let behind = self.history[from..].iter();
            History {
                total: behind.len() as u64,
                commits: behind
                    .skip(usize::try_from(skip).unwrap_or(usize::MAX))
                    .take(limit)
                    .cloned()
                    .collect(),
            }
        }))
    }

    async fn last_changes(
        &self,
        repo: Repo,
        commit: CommitId,
        paths: Vec<RepoPath>,
    ) -> Result<Vec<(RepoPath, CommitRecord)>, StoreError> {
        let is_here = self.store.has_repo(repo).await?;
        let known = self.history.iter().any(|known| known.id == commit);
        // What lies deeper was changed too long ago.
        let paths = paths
            .into_iter()
            .filter(|path| !path.as_str().contains('/'));
        let oldest = self.history.last().filter(|_| is_here && known);
        Ok(paths
            .filter_map(|path| Some((path, oldest?.clone())))
            .collect())
    }

    async fn survey(
        &self,
        repo: Repo,
        request: SurveyRequest,
    ) -> Result<Option<Survey>, StoreError> {
        self.store.survey(repo, request).await
    }

    async fn check(&self, snapshot: Snapshot) -> Result<(), StoreError> {
        self.store.check(snapshot).await
    }

    async fn record(&self, snapshot: Snapshot) -> Result<(), StoreError> {
        self.store.record(snapshot).await
    }

    async fn record_absent(
        &self,
        repo: Repo,
        commit: CommitId,
        revision: Option<Revision>,
        path: RepoPath,
    ) -> Result<(), StoreError> {
        self.store.record_absent(repo, commit, revision, path).await
    }

    fn snapshot_path(&self, repo: &Repo, commit: CommitId) -> Option<PathBuf> {
        self.store.snapshot_path(repo, commit)
    }
}
