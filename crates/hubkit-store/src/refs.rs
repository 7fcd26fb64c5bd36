//! The seam for names: which revision is which commit, which commit holds which files.

use std::{future::Future, path::PathBuf};

use hubkit_types::{BlobId, CommitId, Repo, RepoPath, Revision, TreeFile};

use crate::{CommitRecord, History, StoreError, StoreErrorKind, Survey, SurveyRequest};

/// What a store knows of one path of one commit.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Entry {
    /// The file is here.
    Present {
        /// Its length in bytes.
        size: u64,
        /// Its digest, where the store knows it without reading the file.
        blob: Option<BlobId>,
    },
    /// The commit is known to hold no such file.
    Absent,
    /// The store can't tell.
    Unknown,
}

/// Files of one commit that belong together, all of whose blobs are in the store.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Snapshot {
    /// The repository.
    pub repo: Repo,
    /// The commit.
    pub commit: CommitId,
    /// The name that was resolved to the commit; to be remembered. A commit id is not remembered as a name.
    pub revision: Option<Revision>,
    /// The files to make present.
    pub files: Vec<TreeFile>,
    /// Everything the commit holds, where that is known; to be remembered.
    pub listing: Option<Vec<TreeFile>>,
}

/// Checks for a backend that a file may be recorded: that it holds the file's blob, `held` bytes long.
///
/// # Errors
///
/// Of kind `NotFound` when there is no such blob, of kind `Integrity` when it has another length.
pub fn check_recorded(file: &TreeFile, held: Option<u64>) -> Result<(), StoreError> {
    let (kind, found) = match held {
        Some(size) if size == file.size => return Ok(()),
        Some(size) => (StoreErrorKind::Integrity, format!("has {size} bytes")),
        None => (StoreErrorKind::NotFound, "is not in the store".to_owned()),
    };
    let (blob, path, size) = (file.blob(), &file.path, file.size);
    let message = format!("blob {blob} of `{path}`, {size} bytes, {found}");
    Err(StoreError::new(kind, message))
}

/// Answers [`RefStore::entries`] for a backend that looks for one path as quickly as for many.
pub async fn entry_by_entry(
    store: &impl RefStore,
    repo: Repo,
    commit: CommitId,
    paths: Vec<RepoPath>,
) -> Result<Vec<Entry>, StoreError> {
    let mut entries = Vec::with_capacity(paths.len());
    for path in paths {
        entries.push(store.entry(repo.clone(), commit, path).await?);
    }
    Ok(entries)
}

/// Keeps the names.
///
/// # Contract
///
/// - `record` is all or nothing to a reader that starts from the revision: the revision moves last, and only when every
///   file is present. Files of the same commit recorded earlier stay.
/// - `record` fails with kind `NotFound` when a blob is missing, and changes no revision then.
/// - Reading changes nothing, and needs no right to write.
///
/// # Cancellation
///
/// Dropping `record` may leave some of the files present; the revision is then as it was.
///
/// # Retries
///
/// None happen here.
///
/// # Wrappers
///
/// A wrapper forwards every method (`deny(clippy::missing_trait_methods)`).
pub trait RefStore: Send + Sync + 'static {
    /// Every repository that has anything here, sorted.
    fn repos(&self) -> impl Future<Output = Result<Vec<Repo>, StoreError>> + Send;

    /// Whether [`repos`](Self::repos) would name this one, told without looking for all.
    fn has_repo(&self, repo: Repo) -> impl Future<Output = Result<bool, StoreError>> + Send;

    /// Every remembered revision of a repository and its commit, sorted by revision.
    fn revisions(
        &self,
        repo: Repo,
    ) -> impl Future<Output = Result<Vec<(Revision, CommitId)>, StoreError>> + Send;

    /// The commit of a revision. A full commit id resolves to itself when the store holds anything of that commit.
    fn resolve(
        &self,
        repo: Repo,
        revision: Revision,
    ) -> impl Future<Output = Result<Option<CommitId>, StoreError>> + Send;

    /// Everything the commit is known to hold, sorted by path; `None` when no listing was recorded. Says nothing about
    /// which of the files are here.
    fn listing(
        &self,
        repo: Repo,
        commit: CommitId,
    ) -> impl Future<Output = Result<Option<Vec<TreeFile>>, StoreError>> + Send;

    /// The files of a commit that are here, sorted by path; empty when the commit is unknown. A file whose digests
    /// can't be told without reading it is read.
    fn files(
        &self,
        repo: Repo,
        commit: CommitId,
    ) -> impl Future<Output = Result<Vec<TreeFile>, StoreError>> + Send;

    /// What is known of one path of a commit.
    fn entry(
        &self,
        repo: Repo,
        commit: CommitId,
        path: RepoPath,
    ) -> impl Future<Output = Result<Entry, StoreError>> + Send;

    /// As [`entry`](Self::entry) for many paths, each in its place.
    fn entries(
        &self,
        repo: Repo,
        commit: CommitId,
        paths: Vec<RepoPath>,
    ) -> impl Future<Output = Result<Vec<Entry>, StoreError>> + Send;

    /// The commits that led to a commit, the newest first, itself the first of all: `limit` of them behind the first
    /// `skip`. `None` when the store does not know what came before, or does not have the commit.
    fn history(
        &self,
        repo: Repo,
        commit: CommitId,
        skip: u64,
        limit: usize,
    ) -> impl Future<Output = Result<Option<History>, StoreError>> + Send;

    /// Of some files and folders of a commit, the commits that changed them last, in no order, as far as that can be told
    /// without looking far: what is not in the answer is not known.
    fn last_changes(
        &self,
        repo: Repo,
        commit: CommitId,
        paths: Vec<RepoPath>,
    ) -> impl Future<Output = Result<Vec<(RepoPath, CommitRecord)>, StoreError>> + Send;

    /// What the default revision holds now, told without hashing any content: for those who look through many
    /// repositories. `None` when there is no such repository, or no default revision of it.
    fn survey(
        &self,
        repo: Repo,
        request: SurveyRequest,
    ) -> impl Future<Output = Result<Option<Survey>, StoreError>> + Send;

    /// Fails as [`record`](Self::record) would for what stands in the way of a file, and changes nothing: told before
    /// bytes move. The blobs need not be here.
    fn check(&self, snapshot: Snapshot) -> impl Future<Output = Result<(), StoreError>> + Send;

    /// Makes the files present and remembers the names.
    fn record(&self, snapshot: Snapshot) -> impl Future<Output = Result<(), StoreError>> + Send;

    /// Remembers that a commit holds no such file, and the revision under which that was asked.
    fn record_absent(
        &self,
        repo: Repo,
        commit: CommitId,
        revision: Option<Revision>,
        path: RepoPath,
    ) -> impl Future<Output = Result<(), StoreError>> + Send;

    /// The folder under which the files of this commit lie by their paths, where there is one.
    fn snapshot_path(&self, repo: &Repo, commit: CommitId) -> Option<PathBuf>;
}
