//! The bytes of a blob as a stream.

use std::{
    fs::File,
    io::{self, Read as _, Seek as _, SeekFrom},
    ops::ControlFlow,
    path::PathBuf,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
};

use bytes::Bytes;
use futures_core::Stream;
use futures_util::stream;
use hubkit_store::{BlobKey, ByteStream, StoreError, StoreErrorKind};
use hubkit_types::{BlobId, ByteRange, GitOid};
use tokio::{
    sync::{OwnedSemaphorePermit, Semaphore, mpsc},
    task::spawn_blocking,
};

use super::{GitStore, run};

/// What one read takes: small files and first bytes come soon, large files fast.
const FIRST: u64 = 256 << 10;
const MOST: u64 = 1 << 20;

/// A blob of at most this many bytes is read at once.
const SMALL: u64 = 1 << 20;
/// The longest blob in a pack that is read.
const LARGEST: u64 = 256 << 20;

/// What large blobs that git itself holds may take of the machine at a time.
#[derive(Clone, Debug)]
pub(super) struct Room {
    /// Megabytes of blobs that had to be read whole.
    memory: Arc<Semaphore>,
    /// Threads that read a loose blob piece by piece, for as long as a client takes.
    threads: Arc<Semaphore>,
}

impl Default for Room {
    fn default() -> Self {
        Self {
            memory: Arc::new(Semaphore::new(512)),
            threads: Arc::new(Semaphore::new(64)),
        }
    }
}

/// Waits until there is room.
async fn take(room: &Arc<Semaphore>, share: u32) -> Result<OwnedSemaphorePermit, StoreError> {
    let permit = Arc::clone(room).acquire_many_owned(share).await;
    permit
        .map_err(|fault| StoreError::new(StoreErrorKind::Io, "no room is left").with_source(fault))
}

/// Opens a blob for a range of it, cut to its end.
pub(super) async fn open(
    store: &GitStore,
    key: BlobKey,
    range: ByteRange,
) -> Result<ByteStream, StoreError> {
    let digest = match key.id {
        BlobId::Git(oid) => return open_blob(store, key, oid, range).await,
        BlobId::Sha256(digest) => digest,
    };
    let asked = key.repo.clone();
    let found =
        store.run(move |store| store.with(&asked, |repository| Ok(repository.lfs_object(digest))));
    let path = found.await?.flatten().ok_or_else(|| missing(&key))?;
    open_file(path, range).await
}

fn missing(key: &BlobKey) -> StoreError {
    let message = format!("{key} is not in the repository");
    StoreError::new(StoreErrorKind::NotFound, message)
}

async fn open_blob(
    store: &GitStore,
    key: BlobKey,
    oid: GitOid,
    range: ByteRange,
) -> Result<ByteStream, StoreError> {
    let asked = key.repo.clone();
    let found = store.run(move |store| {
        store.with(&asked, |repository| {
            let Some(size) = repository.blob_size(oid)? else {
                return Ok(None);
            };
            Ok(Some((size, size > SMALL && repository.is_loose(oid)?)))
        })
    });
    let (size, is_loose) = found.await?.flatten().ok_or_else(|| missing(&key))?;
    let range = range.within(size);
    if is_loose {
        let permit = take(&store.room.threads, 1).await?;
        return Ok(stream_blob(store, key, oid, range, permit));
    }
    if size > LARGEST {
        let message = format!(
            "{key} has {size} bytes and lies in a pack: expected at most {LARGEST}, keep such files in LFS"
        );
        return Err(StoreError::new(StoreErrorKind::Unsupported, message));
    }
    let megabytes = u32::try_from(size.div_ceil(1 << 20)).unwrap_or(u32::MAX);
    let permit = match megabytes {
        ..=1 => None,
        more => Some(take(&store.room.memory, more).await?),
    };
    let asked = key.repo.clone();
    let read =
        store.run(move |store| store.with(&asked, |repository| repository.read_blob(oid, LARGEST)));
    let bytes = Bytes::from(read.await?.flatten().ok_or_else(|| missing(&key))?);
    let index = |offset: u64| usize::try_from(offset).map_or(bytes.len(), |at| at.min(bytes.len()));
    let bytes = bytes.slice(index(range.start())..index(range.end()));
    Ok(Box::pin(Held {
        bytes,
        _permit: permit,
    }))
}

/// Bytes that are in memory, given out piece by piece, and the room they take.
struct Held {
    bytes: Bytes,
    _permit: Option<OwnedSemaphorePermit>,
}

impl Stream for Held {
    type Item = Result<Bytes, StoreError>;

    fn poll_next(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let length = self.bytes.len().min(256 << 10);
        let piece = self.bytes.split_to(length);
        Poll::Ready((!piece.is_empty()).then_some(Ok(piece)))
    }
}

/// A loose blob, read by a thread of its own: its reader can't leave the repository it is from.
fn stream_blob(
    store: &GitStore,
    key: BlobKey,
    oid: GitOid,
    range: ByteRange,
    permit: OwnedSemaphorePermit,
) -> ByteStream {
    let (sender, receiver) = mpsc::channel(2);
    let store = store.clone();
    spawn_blocking(move || {
        let streamed = store.with(&key.repo, |repository| {
            repository.stream_blob(oid, range, |piece| {
                match sender.blocking_send(Ok(Bytes::from(piece))) {
                    Ok(()) => ControlFlow::Continue(()),
                    // Nobody listens any more.
                    Err(_) => ControlFlow::Break(()),
                }
            })
        });
        let fault = match streamed {
            Ok(Some(())) => None,
            Ok(None) => Some(missing(&key)),
            Err(fault) => Some(fault),
        };
        if let Some(fault) = fault {
            // An error that nobody waits for is no loss.
            let _ = sender.blocking_send(Err(fault));
        }
        drop(permit);
    });
    Box::pin(stream::unfold(receiver, |mut receiver| async move {
        let item = receiver.recv().await?;
        Some((item, receiver))
    }))
}

struct Open {
    path: PathBuf,
    file: File,
    left: u64,
    chunk: u64,
}

/// A range of a file, cut to its end. Every read is a task of its own, so a slow client holds no thread.
async fn open_file(path: PathBuf, range: ByteRange) -> Result<ByteStream, StoreError> {
    let open = run(move || {
        let open = || -> io::Result<(File, ByteRange)> {
            let mut file = File::open(&path)?;
            let range = range.within(file.metadata()?.len());
            file.seek(SeekFrom::Start(range.start()))?;
            Ok((file, range))
        };
        let (file, range) = open()
            .map_err(|fault| StoreError::io(format!("can't open `{}`", path.display()), fault))?;
        Ok(Open {
            path,
            file,
            left: range.len(),
            chunk: FIRST,
        })
    });
    Ok(Box::pin(stream::try_unfold(open.await?, |open| async {
        if open.left == 0 {
            return Ok(None);
        }
        run(move || next(open)).await.map(Some)
    })))
}

fn next(mut open: Open) -> Result<(Bytes, Open), StoreError> {
    let mut bytes = Vec::new();
    let wanted = open.left.min(open.chunk);
    let path = open.path.display();
    let read = (&mut open.file).take(wanted).read_to_end(&mut bytes);
    read.map_err(|fault| StoreError::io(format!("can't read `{path}`"), fault))?;
    if bytes.is_empty() {
        let message = format!("`{path}` ended {} bytes too early", open.left);
        return Err(StoreError::new(StoreErrorKind::Corrupt, message));
    }
    open.left -= bytes.len() as u64;
    open.chunk = MOST;
    Ok((bytes.into(), open))
}
