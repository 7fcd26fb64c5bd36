//! A store in memory.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::PathBuf,
    pin::Pin,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    task::{Context, Poll},
};

use bytes::{Bytes, BytesMut};
use futures_core::Stream;
use hubkit_types::{BlobId, ByteRange, CommitId, Repo, RepoPath, Revision, TreeFile};

use crate::{
    BlobKey, BlobStat, BlobStore, BoxFuture, ByteStream, CommitRecord, Contention, Digester, Entry,
    History, RefStore, Sink, Snapshot, Stage, Staging, StoreError, StoreErrorKind, Survey,
    SurveyRequest, check_recorded, entry_by_entry, git,
};

/// Where a hub would keep a file: it decides by what digest the file goes.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Storage {
    /// In git itself.
    Git,
    /// Beside git, with a pointer in its place.
    Lfs,
}

/// Keeps everything in memory: for tests, demos and mirrors of little.
///
/// Holds to the contracts of both traits, but for the loss of power. Cheap to clone; all clones are the same store.
#[derive(Clone, Default, Debug)]
pub struct MemoryStore(Arc<Mutex<BTreeMap<Repo, Held>>>);

#[derive(Default, Debug)]
struct Held {
    blobs: BTreeMap<BlobId, Bytes>,
    commits: BTreeMap<CommitId, Commit>,
    revisions: BTreeMap<Revision, CommitId>,
}

#[derive(Default, Debug)]
struct Commit {
    files: BTreeMap<RepoPath, TreeFile>,
    listing: Option<BTreeMap<RepoPath, TreeFile>>,
    absent: BTreeSet<RepoPath>,
}

impl MemoryStore {
    /// An empty store.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a commit of these files, with its listing, and moves the revision to it.
    ///
    /// The commit's id is computed from the files as git does it (see [`git::commit_id`], message `import`). Of two
    /// files with one path the last counts. A revision that is a commit id is not remembered.
    pub fn insert(
        &self,
        repo: Repo,
        revision: Revision,
        files: impl IntoIterator<Item = (RepoPath, Bytes, Storage)>,
    ) -> CommitId {
        let mut blobs = BTreeMap::new();
        let mut tree = BTreeMap::new();
        for (path, bytes, storage) in files {
            let file = tree_file(path.clone(), &bytes, storage);
            blobs.insert(file.blob(), bytes);
            tree.insert(path, file);
        }
        let listed: Vec<TreeFile> = tree.values().cloned().collect();
        let id = git::commit_id(&listed, "import");
        let mut repos = self.lock();
        let held = repos.entry(repo).or_default();
        held.blobs.extend(blobs);
        let commit = held.commits.entry(id).or_default();
        commit.listing = Some(tree.clone());
        commit.files = tree;
        if revision.as_commit().is_none() {
            held.revisions.insert(revision, id);
        }
        id
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<Repo, Held>> {
        // Every change below is made in one go, so what a panicking thread left is whole.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn blob(&self, key: &BlobKey) -> Option<Bytes> {
        self.lock().get(&key.repo)?.blobs.get(&key.id).cloned()
    }
}

/// What a hub's listing says of a file with these bytes.
fn tree_file(path: RepoPath, bytes: &[u8], storage: Storage) -> TreeFile {
    let size = bytes.len() as u64;
    let lfs = match storage {
        Storage::Git => None,
        Storage::Lfs => {
            let mut digester = Digester::sha256();
            digester.update(bytes);
            match digester.finish() {
                BlobId::Sha256(digest) => Some(digest),
                BlobId::Git(_) => None,
            }
        }
    };
    let oid = match lfs {
        None => git::blob_id(bytes),
        Some(digest) => git::blob_id(
            hubkit_lfs::Pointer::new(digest, size)
                .to_string()
                .as_bytes(),
        ),
    };
    TreeFile {
        path,
        size,
        oid,
        lfs,
    }
}

#[deny(clippy::missing_trait_methods)]
impl BlobStore for MemoryStore {
    async fn stat(&self, key: BlobKey) -> Result<Option<BlobStat>, StoreError> {
        let size = |bytes: Bytes| bytes.len() as u64;
        Ok(self.blob(&key).map(size).map(|size| BlobStat { size }))
    }

    async fn read(&self, key: BlobKey, range: ByteRange) -> Result<ByteStream, StoreError> {
        let Some(bytes) = self.blob(&key) else {
            let message = format!("{key} is not in the store");
            return Err(StoreError::new(StoreErrorKind::NotFound, message));
        };
        let range = range.within(bytes.len() as u64);
        Ok(Box::pin(Chunks(slice(&bytes, range.start(), range.end()))))
    }

    async fn stage(&self, key: BlobKey, size: u64, _: Contention) -> Result<Staging, StoreError> {
        let sink = MemorySink {
            store: self.clone(),
            key: key.clone(),
            pieces: Mutex::default(),
        };
        Ok(Staging::Ready(Stage::new(key.id, size, sink)))
    }

    async fn room(&self, _repo: Repo) -> Result<Option<u64>, StoreError> {
        Ok(None)
    }

    async fn remove(&self, key: BlobKey) -> Result<bool, StoreError> {
        let mut repos = self.lock();
        let held = repos.get_mut(&key.repo);
        Ok(held.is_some_and(|held| held.blobs.remove(&key.id).is_some()))
    }

    async fn list(&self, repo: Repo) -> Result<Vec<BlobId>, StoreError> {
        let repos = self.lock();
        let held = repos.get(&repo);
        Ok(held.map_or_else(Vec::new, |held| held.blobs.keys().copied().collect()))
    }

    fn local_path(&self, _key: &BlobKey) -> Option<PathBuf> {
        None
    }
}

#[deny(clippy::missing_trait_methods)]
impl RefStore for MemoryStore {
    async fn repos(&self) -> Result<Vec<Repo>, StoreError> {
        Ok(self.lock().keys().cloned().collect())
    }

    async fn has_repo(&self, repo: Repo) -> Result<bool, StoreError> {
        Ok(self.lock().contains_key(&repo))
    }

    async fn revisions(&self, repo: Repo) -> Result<Vec<(Revision, CommitId)>, StoreError> {
        let repos = self.lock();
        let revisions = repos.get(&repo).map(|held| held.revisions.iter());
        let owned = |(revision, commit): (&Revision, &CommitId)| (revision.clone(), *commit);
        Ok(revisions.into_iter().flatten().map(owned).collect())
    }

    async fn resolve(
        &self,
        repo: Repo,
        revision: Revision,
    ) -> Result<Option<CommitId>, StoreError> {
        let repos = self.lock();
        Ok(repos
            .get(&repo)
            .and_then(|held| match revision.as_commit() {
                Some(commit) => held.commits.contains_key(&commit).then_some(commit),
                None => held.revisions.get(&revision).copied(),
            }))
    }

    async fn listing(
        &self,
        repo: Repo,
        commit: CommitId,
    ) -> Result<Option<Vec<TreeFile>>, StoreError> {
        let repos = self.lock();
        let listing = repos
            .get(&repo)
            .and_then(|held| held.commits.get(&commit)?.listing.as_ref());
        Ok(listing.map(|listing| listing.values().cloned().collect()))
    }

    async fn files(&self, repo: Repo, commit: CommitId) -> Result<Vec<TreeFile>, StoreError> {
        let repos = self.lock();
        let Some(held) = repos.get(&repo) else {
            return Ok(Vec::new());
        };
        let files = held
            .commits
            .get(&commit)
            .map(|commit| commit.files.values());
        let here = |file: &&TreeFile| held.blobs.contains_key(&file.blob());
        Ok(files.into_iter().flatten().filter(here).cloned().collect())
    }

    async fn entry(
        &self,
        repo: Repo,
        commit: CommitId,
        path: RepoPath,
    ) -> Result<Entry, StoreError> {
        let repos = self.lock();
        let Some(held) = repos.get(&repo) else {
            return Ok(Entry::Unknown);
        };
        let Some(commit) = held.commits.get(&commit) else {
            return Ok(Entry::Unknown);
        };
        let here = |file: &&TreeFile| held.blobs.contains_key(&file.blob());
        if let Some(file) = commit.files.get(&path).filter(here) {
            return Ok(Entry::Present {
                size: file.size,
                blob: Some(file.blob()),
            });
        }
        let absent = match &commit.listing {
            Some(listing) => !listing.contains_key(&path),
            None => !commit.files.contains_key(&path) && commit.absent.contains(&path),
        };
        Ok(if absent {
            Entry::Absent
        } else {
            Entry::Unknown
        })
    }

    async fn entries(
        &self,
        repo: Repo,
        commit: CommitId,
        paths: Vec<RepoPath>,
    ) -> Result<Vec<Entry>, StoreError> {
        entry_by_entry(self, repo, commit, paths).await
    }

    /// None: a commit here is what it was made of, and knows no other.
    async fn history(
        &self,
        _repo: Repo,
        _commit: CommitId,
        _skip: u64,
        _limit: usize,
    ) -> Result<Option<History>, StoreError> {
        Ok(None)
    }

    /// None are known: a commit here knows no other.
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
        let repos = self.lock();
        let Some(held) = repos.get(&repo) else {
            return Ok(None);
        };
        let Some(id) = held.revisions.get(&Revision::main()) else {
            return Ok(None);
        };
        let commit = held.commits.get(id);
        let files = commit.into_iter().flat_map(|commit| commit.files.values());
        let here: Vec<&TreeFile> = files
            .filter(|file| held.blobs.contains_key(&file.blob()))
            .collect();
        let marks = here
            .iter()
            .map(|file| format!("{} {}", file.blob(), file.path));
        let version = Survey::mark(std::iter::once(id.to_string()).chain(marks));
        let wanted = |file: &&&TreeFile| {
            request.known.as_ref() != Some(&version)
                && file.size <= request.longest_text
                && request.texts.contains(&file.path)
        };
        let texts = here
            .iter()
            .filter(wanted)
            .map(|file| (file.path.clone(), held.blobs[&file.blob()].clone()));
        Ok(Some(Survey {
            texts: texts.collect(),
            version,
            modified: None,
            files: here
                .iter()
                .map(|file| (file.path.clone(), file.size))
                .collect(),
        }))
    }

    /// Nothing ever stands in the way.
    async fn check(&self, _snapshot: Snapshot) -> Result<(), StoreError> {
        Ok(())
    }

    async fn record(&self, snapshot: Snapshot) -> Result<(), StoreError> {
        let by_path = |files: Vec<TreeFile>| -> BTreeMap<RepoPath, TreeFile> {
            files
                .into_iter()
                .map(|file| (file.path.clone(), file))
                .collect()
        };
        let mut repos = self.lock();
        for file in &snapshot.files {
            let held = repos.get(&snapshot.repo);
            let bytes = held.and_then(|held| held.blobs.get(&file.blob()));
            check_recorded(file, bytes.map(|bytes| bytes.len() as u64))?;
        }
        let held = repos.entry(snapshot.repo).or_default();
        let commit = held.commits.entry(snapshot.commit).or_default();
        commit.files.extend(by_path(snapshot.files));
        if let Some(listing) = snapshot.listing {
            commit.listing = Some(by_path(listing));
        }
        if let Some(revision) = snapshot.revision.filter(|name| name.as_commit().is_none()) {
            held.revisions.insert(revision, snapshot.commit);
        }
        Ok(())
    }

    async fn record_absent(
        &self,
        repo: Repo,
        commit: CommitId,
        revision: Option<Revision>,
        path: RepoPath,
    ) -> Result<(), StoreError> {
        let mut repos = self.lock();
        let held = repos.entry(repo).or_default();
        held.commits.entry(commit).or_default().absent.insert(path);
        if let Some(revision) = revision.filter(|name| name.as_commit().is_none()) {
            held.revisions.insert(revision, commit);
        }
        Ok(())
    }

    fn snapshot_path(&self, _repo: &Repo, _commit: CommitId) -> Option<PathBuf> {
        None
    }
}

/// Hands out bytes a piece at a time, so that a reader meets what it meets with any other store.
struct Chunks(Bytes);

const CHUNK: usize = 256 << 10;

impl Stream for Chunks {
    type Item = Result<Bytes, StoreError>;

    fn poll_next(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let length = self.0.len().min(CHUNK);
        let chunk = self.0.split_to(length);
        Poll::Ready((!chunk.is_empty()).then_some(Ok(chunk)))
    }
}

/// Keeps pieces rather than one long buffer: what is promised costs nothing until it comes.
struct MemorySink {
    store: MemoryStore,
    key: BlobKey,
    pieces: Mutex<Pieces>,
}

/// By offset; no two overlap.
#[derive(Default)]
struct Pieces(BTreeMap<u64, Bytes>);

impl Pieces {
    fn write(&mut self, offset: u64, bytes: Bytes) {
        let end = offset + bytes.len() as u64;
        if bytes.is_empty() {
            return;
        }
        let overlapped: Vec<u64> = self
            .0
            .range(..end)
            .rev()
            .take_while(|(start, piece)| *start + piece.len() as u64 > offset)
            .map(|(start, _)| *start)
            .collect();
        for start in overlapped {
            let Some(piece) = self.0.remove(&start) else {
                continue;
            };
            let piece_end = start + piece.len() as u64;
            if start < offset {
                self.0.insert(start, slice(&piece, 0, offset - start));
            }
            if piece_end > end {
                let rest = slice(&piece, end - start, piece_end - start);
                self.0.insert(end, rest);
            }
        }
        self.0.insert(offset, bytes);
    }

    fn read(&self, range: ByteRange) -> Bytes {
        let mut bytes = BytesMut::new();
        let from = self.0.range(..=range.start()).next_back();
        let first = from.map_or(range.start(), |(start, _)| *start);
        for (start, piece) in self.0.range(first..) {
            let end = range.end().min(start + piece.len() as u64);
            let start_here = range.start().max(*start);
            if start_here >= end {
                continue;
            }
            bytes.extend_from_slice(&slice(piece, start_here - start, end - start));
        }
        bytes.freeze()
    }
}

impl MemorySink {
    fn pieces(&self) -> MutexGuard<'_, Pieces> {
        self.pieces.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Sink for MemorySink {
    fn write_at(&self, offset: u64, bytes: Bytes) -> BoxFuture<'_, Result<(), StoreError>> {
        self.pieces().write(offset, bytes);
        Box::pin(async { Ok(()) })
    }

    fn read_at(&self, range: ByteRange) -> Result<Bytes, StoreError> {
        Ok(self.pieces().read(range))
    }

    fn note(&self, _note: &[u8]) {}

    fn settle(&self) -> BoxFuture<'_, Result<(), StoreError>> {
        Box::pin(async { Ok(()) })
    }

    fn commit(&self) -> BoxFuture<'_, Result<(), StoreError>> {
        let pieces = self.pieces();
        let end = pieces
            .0
            .last_key_value()
            .map_or(0, |(start, piece)| start + piece.len() as u64);
        let bytes = pieces.read(ByteRange::whole(end));
        let mut repos = self.store.lock();
        let held = repos.entry(self.key.repo.clone()).or_default();
        held.blobs.insert(self.key.id, bytes);
        Box::pin(async { Ok(()) })
    }

    fn discard(&self) -> BoxFuture<'_, Result<(), StoreError>> {
        self.pieces().0.clear();
        Box::pin(async { Ok(()) })
    }
}

/// A part of bytes that are in memory, so that its bounds fit.
fn slice(bytes: &Bytes, start: u64, end: u64) -> Bytes {
    let index = |offset: u64| usize::try_from(offset).map_or(bytes.len(), |at| at.min(bytes.len()));
    bytes.slice(index(start)..index(end).max(index(start)))
}

#[cfg(test)]
mod tests;
