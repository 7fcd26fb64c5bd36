//! Blobs that are published together.
//!
//! A blob counts only once the disk has it, and asking the disk takes milliseconds whatever the size. So those that are
//! ready while the disk is busy wait, and are then brought to it in one go.

use std::{
    collections::BTreeSet,
    mem,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use bytes::Bytes;
use hubkit_cache::{NewBlob, RepoCache, durable};
use hubkit_store::{BoxFuture, Sink, StoreError, StoreErrorKind};
use hubkit_types::{BlobId, ByteRange};
use tokio::{sync::oneshot, task::spawn_blocking};

use crate::blocking::{Pace, glance, store_error};

/// How many are published in one go.
const TOGETHER: usize = 512;

/// From how many on it pays to ask for the whole file system instead of for each file: others may have written much to it.
const WORTH_ALL: usize = 4;

/// The blobs that wait. Cheap to clone; all clones are the same queue.
#[derive(Clone, Default, Debug)]
pub(crate) struct Commits(Arc<Mutex<Queue>>);

#[derive(Default, Debug)]
struct Queue {
    waiting: Vec<Job>,
    running: bool,
}

#[derive(Debug)]
struct Job {
    blob: NewBlob,
    done: oneshot::Sender<Result<(), StoreError>>,
}

impl Commits {
    /// Publishes a blob whose bytes were verified. Returns when it survives a loss of power. Goes on when cancelled.
    pub(crate) async fn publish(&self, blob: NewBlob) -> Result<(), StoreError> {
        let (done, outcome) = oneshot::channel();
        {
            let mut queue = self.lock();
            queue.waiting.push(Job { blob, done });
            if !mem::replace(&mut queue.running, true) {
                let commits = self.clone();
                drop(spawn_blocking(move || commits.run()));
            }
        }
        outcome.await.unwrap_or_else(|_| {
            let message = "disk work did not come to an end";
            Err(StoreError::new(StoreErrorKind::Io, message))
        })
    }

    fn run(&self) {
        loop {
            let jobs: Vec<Job> = {
                let mut queue = self.lock();
                let count = queue.waiting.len().min(TOGETHER);
                if count == 0 {
                    queue.running = false;
                    return;
                }
                queue.waiting.drain(..count).collect()
            };
            publish(jobs);
        }
    }

    fn lock(&self) -> MutexGuard<'_, Queue> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Brings all to the disk, gives each its name, and brings the names to the disk.
fn publish(jobs: Vec<Job>) {
    let flushed = flush(jobs.iter().map(|job| &job.blob));
    let mut named = Vec::with_capacity(jobs.len());
    let mut folders = BTreeSet::new();
    for Job { blob, done } in jobs {
        if flushed.is_err() {
            // What the system could not write it may forget: nobody is to go on with it.
            blob.discard();
        }
        let published = flushed.as_ref().map_err(again);
        match published.and_then(|()| blob.publish_flushed().map_err(store_error)) {
            Ok(folder) => {
                folders.insert(folder);
                named.push(done);
            }
            Err(fault) => answer(done, Err(fault)),
        }
    }
    let mut folders = folders.iter();
    let synced = folders.try_for_each(|folder| durable::sync_folder(folder));
    let synced = synced.map_err(store_error);
    for done in named {
        answer(done, synced.as_ref().copied().map_err(again));
    }
}

fn flush<'a>(blobs: impl ExactSizeIterator<Item = &'a NewBlob>) -> Result<(), StoreError> {
    let mut blobs = blobs.peekable();
    if blobs.len() >= WORTH_ALL
        && let Some(first) = blobs.peek()
    {
        let folder = first.path().parent().unwrap_or(first.path());
        if durable::sync_all_around(folder).map_err(store_error)? {
            return Ok(());
        }
    }
    blobs.try_for_each(|blob| blob.flush().map_err(store_error))
}

/// Who no longer waits does not hear it.
fn answer(done: oneshot::Sender<Result<(), StoreError>>, outcome: Result<(), StoreError>) {
    let _ = done.send(outcome);
}

/// One fault for each of those that it keeps from being published.
fn again(fault: &StoreError) -> StoreError {
    StoreError::new(fault.kind(), fault.to_string())
}

/// A blob so small that it is in memory until it is verified.
pub(crate) struct MemorySink {
    pub(crate) repo: RepoCache,
    pub(crate) blob: BlobId,
    pub(crate) commits: Commits,
    pub(crate) pace: Pace,
    pub(crate) bytes: Mutex<Vec<u8>>,
}

impl MemorySink {
    fn bytes(&self) -> MutexGuard<'_, Vec<u8>> {
        self.bytes.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn index(offset: u64) -> usize {
    usize::try_from(offset).unwrap_or(usize::MAX)
}

impl Sink for MemorySink {
    fn write_at(&self, offset: u64, bytes: Bytes) -> BoxFuture<'_, Result<(), StoreError>> {
        let (start, mut held) = (index(offset), self.bytes());
        let end = start + bytes.len();
        if held.len() < end {
            held.resize(end, 0);
        }
        held[start..end].copy_from_slice(&bytes);
        Box::pin(async { Ok(()) })
    }

    fn read_at(&self, range: ByteRange) -> Result<Bytes, StoreError> {
        let (start, end) = (index(range.start()), index(range.end()));
        Ok(Bytes::copy_from_slice(&self.bytes()[start..end]))
    }

    fn note(&self, _note: &[u8]) {}

    fn settle(&self) -> BoxFuture<'_, Result<(), StoreError>> {
        Box::pin(async { Ok(()) })
    }

    fn commit(&self) -> BoxFuture<'_, Result<(), StoreError>> {
        let bytes = mem::take(&mut *self.bytes());
        let (repo, id) = (self.repo.clone(), self.blob);
        Box::pin(async move {
            let written = glance(&self.pace, move || {
                let blob = repo.begin(id, bytes.len() as u64).map_err(store_error)?;
                blob.write_at(0, &bytes).map_err(store_error)?;
                Ok(blob)
            });
            self.commits.publish(written.await?).await
        })
    }

    fn discard(&self) -> BoxFuture<'_, Result<(), StoreError>> {
        self.bytes().clear();
        Box::pin(async { Ok(()) })
    }
}

#[cfg(test)]
mod tests {
    use hubkit_cache::Cache;
    use hubkit_store::git;
    use hubkit_types::{Repo, RepoKind};

    use super::*;

    fn new(repo: &RepoCache, id: BlobId, bytes: &[u8]) -> NewBlob {
        let blob = repo.begin(id, bytes.len() as u64).expect("a file");
        blob.write_at(0, bytes).expect("written");
        blob
    }

    #[tokio::test]
    async fn many_are_published_while_the_disk_is_busy_with_the_first() {
        let root = tempfile::tempdir().expect("a folder");
        let id = "acme/tiny".parse().expect("an id");
        let repo = Cache::new(root.path().to_owned()).repo(&Repo::new(RepoKind::Model, id));
        let commits = Commits::default();
        let texts: Vec<String> = (0..700).map(|number| format!("text {number}")).collect();
        let waiting: Vec<_> = texts
            .iter()
            .map(|text| {
                let blob = git::blob_id(text.as_bytes()).into();
                let new = new(&repo, blob, text.as_bytes());
                let commits = commits.clone();
                tokio::spawn(async move { commits.publish(new).await })
            })
            .collect();
        for each in waiting {
            each.await.expect("ended").expect("published");
        }
        for text in &texts {
            let blob = git::blob_id(text.as_bytes()).into();
            let held = repo.blob(blob).expect("no fault").expect("published");
            assert_eq!(std::fs::read_to_string(held.path).expect("read"), *text);
        }
        let left = std::fs::read_dir(repo.folder().join("blobs")).expect("listed");
        assert_eq!(left.count(), 700, "nothing is left beside them");
    }

    #[tokio::test]
    async fn who_can_not_be_published_keeps_no_other_from_it() {
        let root = tempfile::tempdir().expect("a folder");
        let repo = |id: &str| {
            let id = id.parse().expect("an id");
            Cache::new(root.path().to_owned()).repo(&Repo::new(RepoKind::Model, id))
        };
        let id = git::blob_id(b"x").into();
        let (bad, good) = (repo("acme/bad"), repo("acme/good"));
        let (first, second) = (new(&bad, id, b"x"), new(&good, id, b"x"));
        // Something in the place of the blob that a file can't replace.
        let place = bad.folder().join(format!("blobs/{id}/inside"));
        std::fs::create_dir_all(place).expect("made");
        let commits = Commits::default();
        let other = commits.clone();
        let first = tokio::spawn(async move { other.publish(first).await });
        commits.publish(second).await.expect("published");
        assert!(first.await.expect("ended").is_err());
    }
}
