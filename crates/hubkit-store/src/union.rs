//! Several stores as one.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    path::PathBuf,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use hubkit_types::{BlobId, ByteRange, CommitId, Repo, RepoPath, Revision, TreeFile};

use crate::{
    BlobKey, BlobStat, BlobStore, ByteStream, CommitRecord, Contention, DynStore, Entry, History,
    RefStore, Snapshot, Staging, StoreError, StoreErrorKind, Survey, SurveyRequest,
};

/// Several stores as one, asked in their order. Cheap to clone.
///
/// A repository belongs to the first store that has it: that store alone answers for it, so that no commit is a mixture
/// and a file that is missing there is missing. A repository that none has goes to the first store. Files that programs
/// may open, `local_path` and `snapshot_path`, are looked for in all: what is there under a digest is the same anywhere.
///
/// Which store has a repository is remembered until somebody asks for all repositories ([`RefStore::repos`]): one that an
/// earlier store gets meanwhile is seen then.
#[derive(Clone, Debug)]
pub struct Union {
    stores: Arc<[DynStore]>,
    /// Where repositories were found, by the number of the store.
    owners: Arc<Mutex<HashMap<Repo, usize>>>,
}

/// How many places are remembered: more than are asked for at a time.
const MOST_OWNERS: usize = 65_536;

impl Union {
    /// Puts stores together; the first ones win. Without any, nothing is here and nothing can be kept.
    pub fn new(stores: impl IntoIterator<Item = DynStore>) -> Self {
        Self {
            stores: stores.into_iter().collect(),
            owners: Arc::default(),
        }
    }

    /// The repositories that more than one store has, sorted: only the first store's is seen.
    ///
    /// # Errors
    ///
    /// Those of [`RefStore::repos`].
    pub async fn shadowed(&self) -> Result<Vec<Repo>, StoreError> {
        let mut counts: BTreeMap<Repo, usize> = BTreeMap::new();
        for store in &*self.stores {
            for repo in store.repos().await? {
                *counts.entry(repo).or_default() += 1;
            }
        }
        let several = counts.into_iter().filter(|(_, count)| *count > 1);
        Ok(several.map(|(repo, _)| repo).collect())
    }

    /// The store that has a repository.
    async fn owner(&self, repo: &Repo) -> Result<Option<&DynStore>, StoreError> {
        let known = self.owners().get(repo).copied();
        if let Some(index) = known {
            return Ok(self.stores.get(index));
        }
        for (index, store) in self.stores.iter().enumerate() {
            if store.has_repo(repo.clone()).await? {
                let mut owners = self.owners();
                if owners.len() >= MOST_OWNERS {
                    owners.clear();
                }
                owners.insert(repo.clone(), index);
                return Ok(Some(store));
            }
        }
        Ok(None)
    }

    fn owners(&self) -> MutexGuard<'_, HashMap<Repo, usize>> {
        // Each change is one step, so what a panicking thread left is whole.
        self.owners.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The store that has a repository, or is to have it.
    async fn keeper(&self, repo: &Repo) -> Result<&DynStore, StoreError> {
        let owner = self.owner(repo).await?;
        owner.or(self.stores.first()).ok_or_else(|| {
            let message = format!("there is no store that could keep {repo}");
            StoreError::new(StoreErrorKind::Unsupported, message)
        })
    }
}

#[deny(clippy::missing_trait_methods)]
impl BlobStore for Union {
    async fn stat(&self, key: BlobKey) -> Result<Option<BlobStat>, StoreError> {
        match self.owner(&key.repo).await? {
            Some(store) => store.stat(key).await,
            None => Ok(None),
        }
    }

    async fn read(&self, key: BlobKey, range: ByteRange) -> Result<ByteStream, StoreError> {
        if let Some(store) = self.owner(&key.repo).await? {
            return store.read(key, range).await;
        }
        let message = format!("{key} is in none of the stores");
        Err(StoreError::new(StoreErrorKind::NotFound, message))
    }

    async fn stage(
        &self,
        key: BlobKey,
        size: u64,
        contention: Contention,
    ) -> Result<Staging, StoreError> {
        let keeper = self.keeper(&key.repo).await?;
        keeper.stage(key, size, contention).await
    }

    async fn room(&self, repo: Repo) -> Result<Option<u64>, StoreError> {
        self.keeper(&repo).await?.room(repo).await
    }

    async fn remove(&self, key: BlobKey) -> Result<bool, StoreError> {
        match self.owner(&key.repo).await? {
            Some(store) => store.remove(key).await,
            None => Ok(false),
        }
    }

    async fn list(&self, repo: Repo) -> Result<Vec<BlobId>, StoreError> {
        match self.owner(&repo).await? {
            Some(store) => store.list(repo).await,
            None => Ok(Vec::new()),
        }
    }

    fn local_path(&self, key: &BlobKey) -> Option<PathBuf> {
        self.stores.iter().find_map(|store| store.local_path(key))
    }
}

#[deny(clippy::missing_trait_methods)]
impl RefStore for Union {
    async fn repos(&self) -> Result<Vec<Repo>, StoreError> {
        let mut repos = BTreeSet::new();
        self.owners().clear();
        for store in &*self.stores {
            repos.extend(store.repos().await?);
        }
        Ok(repos.into_iter().collect())
    }

    async fn has_repo(&self, repo: Repo) -> Result<bool, StoreError> {
        match self.owner(&repo).await? {
            Some(store) if store.has_repo(repo.clone()).await? => Ok(true),
            Some(_) => {
                // It went away, and another store may have one of that name.
                self.owners().remove(&repo);
                Ok(self.owner(&repo).await?.is_some())
            }
            None => Ok(false),
        }
    }

    async fn revisions(&self, repo: Repo) -> Result<Vec<(Revision, CommitId)>, StoreError> {
        match self.owner(&repo).await? {
            Some(store) => store.revisions(repo).await,
            None => Ok(Vec::new()),
        }
    }

    async fn resolve(
        &self,
        repo: Repo,
        revision: Revision,
    ) -> Result<Option<CommitId>, StoreError> {
        match self.owner(&repo).await? {
            Some(store) => store.resolve(repo, revision).await,
            None => Ok(None),
        }
    }

    async fn listing(
        &self,
        repo: Repo,
        commit: CommitId,
    ) -> Result<Option<Vec<TreeFile>>, StoreError> {
        match self.owner(&repo).await? {
            Some(store) => store.listing(repo, commit).await,
            None => Ok(None),
        }
    }

    async fn files(&self, repo: Repo, commit: CommitId) -> Result<Vec<TreeFile>, StoreError> {
        match self.owner(&repo).await? {
            Some(store) => store.files(repo, commit).await,
            None => Ok(Vec::new()),
        }
    }

    async fn entry(
        &self,
        repo: Repo,
        commit: CommitId,
        path: RepoPath,
    ) -> Result<Entry, StoreError> {
        match self.owner(&repo).await? {
            Some(store) => store.entry(repo, commit, path).await,
            None => Ok(Entry::Unknown),
        }
    }

    async fn entries(
        &self,
        repo: Repo,
        commit: CommitId,
        paths: Vec<RepoPath>,
    ) -> Result<Vec<Entry>, StoreError> {
        match self.owner(&repo).await? {
            Some(store) => store.entries(repo, commit, paths).await,
            None => Ok(vec![Entry::Unknown; paths.len()]),
        }
    }

    async fn history(
        &self,
        repo: Repo,
        commit: CommitId,
        skip: u64,
        limit: usize,
    ) -> Result<Option<History>, StoreError> {
        match self.owner(&repo).await? {
            Some(store) => store.history(repo, commit, skip, limit).await,
            None => Ok(None),
        }
    }

    async fn last_changes(
        &self,
        repo: Repo,
        commit: CommitId,
        paths: Vec<RepoPath>,
    ) -> Result<Vec<(RepoPath, CommitRecord)>, StoreError> {
        match self.owner(&repo).await? {
            Some(store) => store.last_changes(repo, commit, paths).await,
            None => Ok(Vec::new()),
        }
    }

    async fn survey(
        &self,
        repo: Repo,
        request: SurveyRequest,
    ) -> Result<Option<Survey>, StoreError> {
        match self.owner(&repo).await? {
            Some(store) => store.survey(repo, request).await,
            None => Ok(None),
        }
    }

    async fn check(&self, snapshot: Snapshot) -> Result<(), StoreError> {
        self.keeper(&snapshot.repo).await?.check(snapshot).await
    }

    async fn record(&self, snapshot: Snapshot) -> Result<(), StoreError> {
        self.keeper(&snapshot.repo).await?.record(snapshot).await
    }

    async fn record_absent(
        &self,
        repo: Repo,
        commit: CommitId,
        revision: Option<Revision>,
        path: RepoPath,
    ) -> Result<(), StoreError> {
        let keeper = self.keeper(&repo).await?;
        keeper.record_absent(repo, commit, revision, path).await
    }

    fn snapshot_path(&self, repo: &Repo, commit: CommitId) -> Option<PathBuf> {
        let mut stores = self.stores.iter();
        stores.find_map(|store| store.snapshot_path(repo, commit))
    }
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;
    use hubkit_types::RepoKind;

    use super::*;
    use crate::{BlobStoreExt as _, MemoryStore, Storage, conformance};

    fn repo(id: &str) -> Repo {
        Repo::new(RepoKind::Model, id.parse().expect("an id"))
    }

    fn put(store: &MemoryStore, id: &str, bytes: &'static [u8]) -> CommitId {
        let path = "a".parse().expect("a path");
        let file = (path, Bytes::from_static(bytes), Storage::Git);
        store.insert(repo(id), Revision::main(), [file])
    }

    fn two() -> (MemoryStore, MemoryStore, Union) {
        let (first, second) = (MemoryStore::new(), MemoryStore::new());
        let stores = [DynStore::new(first.clone()), DynStore::new(second.clone())];
        (first, second, Union::new(stores))
    }

    #[tokio::test]
    async fn several_stores_keep_the_contracts_of_one() {
        conformance::blobs(&two().2).await;
        conformance::refs(&two().2, conformance::Keeps::Everything).await;
        let nested = Union::new([DynStore::new(Union::new([])), DynStore::new(two().2)]);
        let stat = nested.stat(BlobKey::new(repo("a/b"), crate::git::blob_id(b"x").into()));
        assert_eq!(stat.await.expect("asked"), None);
    }

    #[tokio::test]
    async fn a_repository_is_answered_for_by_the_first_store_that_has_it() {
        let (first, second, union) = two();
        let here = put(&first, "a/both", b"first");
        let shadowed = put(&second, "a/both", b"second");
        let other = put(&second, "a/other", b"other");
        let resolve = async |id: &str, revision: Revision| {
            let found = union.resolve(repo(id), revision).await;
            found.expect("resolved")
        };
        assert_eq!(resolve("a/both", Revision::main()).await, Some(here));
        assert_eq!(resolve("a/other", Revision::main()).await, Some(other));
        assert_eq!(resolve("a/both", shadowed.into()).await, None);
        let bytes = crate::git::blob_id(b"second").into();
        let fault = union
            .read_all(BlobKey::new(repo("a/both"), bytes), 10)
            .await;
        assert_eq!(
            fault.map_err(|fault| fault.kind()),
            Err(StoreErrorKind::NotFound)
        );
        let repos = union.repos().await.expect("listed");
        assert_eq!(repos, [repo("a/both"), repo("a/other")]);
        assert_eq!(union.shadowed().await.expect("asked"), [repo("a/both")]);
    }

    #[tokio::test]
    async fn an_earlier_store_wins_from_the_next_look_at_all_repositories() {
        let (first, second, union) = two();
        let later = put(&second, "a/b", b"second");
        let main = async || {
            union
                .resolve(repo("a/b"), Revision::main())
                .await
                .expect("resolved")
        };
        assert_eq!(main().await, Some(later));
        let earlier = put(&first, "a/b", b"first");
        assert_eq!(main().await, Some(later), "remembered");
        union.repos().await.expect("listed");
        assert_eq!(main().await, Some(earlier));
    }

    #[tokio::test]
    async fn what_none_has_goes_to_the_first_and_what_one_has_stays_there() {
        let (first, second, union) = two();
        put(&second, "a/b", b"old");
        for (id, keeper) in [("a/b", &second), ("a/new", &first)] {
            let blob = crate::git::blob_id(b"new").into();
            let key = BlobKey::new(repo(id), blob);
            let stage = union.begin(key.clone(), 3).await.expect("a stage");
            stage
                .write(0, Bytes::from_static(b"new"))
                .await
                .expect("written");
            stage.publish().await.expect("published");
            assert!(keeper.exists(key).await.expect("asked"), "{id}");
        }
        let none = Union::new([]);
        let blob = crate::git::blob_id(b"new").into();
        let stage = none.begin(BlobKey::new(repo("a/b"), blob), 3).await;
        let kind = stage.err().map(|fault| fault.kind());
        assert_eq!(kind, Some(StoreErrorKind::Unsupported));
    }
}
