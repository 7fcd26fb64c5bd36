//! Where a blob grows before it is one.

use std::{
    fmt,
    future::Future,
    pin::Pin,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use bytes::Bytes;
use hubkit_types::{BlobId, ByteRange, Etag};

use crate::{RangeSet, StoreError, StoreErrorKind, note::Note, verifier::Verifier};

/// A boxed future, for the one trait here that backends hand over by value.
pub type BoxFuture<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// What a backend supplies to a [`Stage`]: a place for bytes, and the step that makes them a blob.
///
/// A backend never hashes and never counts: [`Stage`] does that for all of them. Its drop lets go of what was kept, but for
/// what it can give back, with the last note, to a later stage of the same blob.
pub trait Sink: Send + Sync + 'static {
    /// Keeps bytes at an offset. Offsets may come in any order, and several writes may be under way at once as long as
    /// they don't overlap. A write that was cancelled has ended before the next one begins.
    fn write_at(&self, offset: u64, bytes: Bytes) -> BoxFuture<'_, Result<(), StoreError>>;

    /// Gives back bytes that were kept. Called where it may block.
    fn read_at(&self, range: ByteRange) -> Result<Bytes, StoreError>;

    /// Keeps a few lines that say how far the blob has come, in place of those before; called again and again, so it
    /// should cost little. An empty note says that there is nothing to go on from. What can't be kept is no fault: a later stage then starts afresh.
    fn note(&self, note: &[u8]);

    /// Waits until no write is under way.
    fn settle(&self) -> BoxFuture<'_, Result<(), StoreError>>;

    /// Makes what was kept the blob, durably. Called once, only when every byte is there and verified.
    fn commit(&self) -> BoxFuture<'_, Result<(), StoreError>>;

    /// Lets go of all that was kept.
    fn discard(&self) -> BoxFuture<'_, Result<(), StoreError>>;
}

/// A blob in the making. Takes bytes at offsets, in any order and several at a time, and publishes them only if they are
/// what their name says.
///
/// Bytes that come in order are hashed as they come, those of a large blob on a thread of its own; what came out of order is
/// read back as soon as no gap is left before it.
///
/// Dropping a stage keeps what its backend can give back to the next stage of the same blob.
pub struct Stage {
    blob: BlobId,
    size: u64,
    sink: Arc<dyn Sink>,
    verifier: Verifier,
    progress: Mutex<Held>,
}

struct Held {
    runs: RangeSet,
    validator: Option<Etag>,
    /// How many bytes came since the last note.
    unnoted: u64,
    /// Whether a note is worth its while: not once the blob is published or let go of.
    notes: bool,
}

/// Blobs of more bytes than this leave notes.
const NOTED: u64 = 1 << 20;

/// How much of a blob moves again, at most, after a crash: this part of it, and no more than so many bytes.
const PART: u64 = 128;
const MOST_AGAIN: u64 = 4 << 20;

impl Stage {
    /// Starts an empty stage for a blob of `size` bytes. For backends.
    pub fn new(blob: BlobId, size: u64, sink: impl Sink) -> Self {
        Self::with(blob, size, Arc::new(sink), None)
    }

    /// Goes on where an earlier stage of the same blob ended, as the note says that it left. One that can't be understood
    /// counts as none. For backends: the sink holds what the earlier one was given.
    ///
    /// Unless `hashed_counts`, what is there is hashed again: after a crash of the machine the disk may hold something else
    /// than what was hashed.
    pub fn resume(
        blob: BlobId,
        size: u64,
        sink: impl Sink,
        note: &[u8],
        hashed_counts: bool,
    ) -> Self {
        let mut note = Note::decode(note, blob, size);
        if let Some(note) = note.as_mut().filter(|_| !hashed_counts) {
            note.hashed = 0;
            note.digester = crate::Digester::for_blob(blob, size);
        }
        Self::with(blob, size, Arc::new(sink), note)
    }

    /// How many bytes a stage had when it left this note; `None` for what is no note about this blob.
    pub fn noted(note: &[u8], blob: BlobId, size: u64) -> Option<u64> {
        let note = Note::decode(note, blob, size)?;
        Some(note.held.len())
    }

    fn with(blob: BlobId, size: u64, sink: Arc<dyn Sink>, note: Option<Note>) -> Self {
        let (mut runs, mut validator, mut from) = (RangeSet::new(), None, None);
        if let Some(note) = note {
            (runs, validator) = (note.held, note.validator);
            from = Some((note.hashed, note.digester));
        }
        let frontier = runs.frontier();
        let stage = Self {
            blob,
            size,
            verifier: Verifier::new(blob, size, sink.clone(), from),
            sink,
            progress: Mutex::new(Held {
                runs,
                validator,
                unnoted: 0,
                notes: size > NOTED,
            }),
        };
        if frontier > 0 {
            stage.verifier.go_on(frontier);
        }
        stage
    }

    /// The digest that the bytes must have.
    pub fn blob(&self) -> BlobId {
        self.blob
    }

    /// How many bytes there must be.
    pub fn size(&self) -> u64 {
        self.size
    }

    /// The bytes that are here already.
    pub fn held(&self) -> RangeSet {
        self.lock().runs.clone()
    }

    /// Which version of the file the bytes are of, as the server that sent them calls it; `None` when it has no name that
    /// could tell one from another.
    pub fn validator(&self) -> Option<Etag> {
        self.lock().validator.clone()
    }

    /// Remembers which version of the file the bytes are of that come now.
    pub fn set_validator(&self, validator: Option<Etag>) {
        self.lock().validator = validator;
    }

    /// Adds bytes. Bytes beyond the promised size are refused with kind `Integrity` and not written.
    ///
    /// Several writes may be under way at the same time if they don't overlap. Cancelling leaves the stage usable; the bytes
    /// then count as not held.
    pub async fn write(&self, offset: u64, bytes: Bytes) -> Result<(), StoreError> {
        let length = bytes.len() as u64;
        let end = offset.checked_add(length).filter(|end| *end <= self.size);
        let Some(range) = end.and_then(|end| ByteRange::new(offset, end)) else {
            let message = format!(
                "more than the promised {} bytes came for blob {}",
                self.size, self.blob
            );
            return Err(StoreError::new(StoreErrorKind::Integrity, message));
        };
        // What was hashed is about to be overwritten, even if this call is cancelled halfway.
        self.verifier.overwrite(offset);
        self.sink.write_at(offset, bytes.clone()).await?;
        let frontier = {
            let mut held = self.lock();
            held.runs.insert(range);
            held.unnoted += length;
            held.runs.frontier()
        };
        self.note_if_due();
        self.verifier.feed(offset, bytes, frontier).await;
        Ok(())
    }

    /// Counts nothing as held any more: what comes next is another file from its start.
    pub async fn restart(&self) -> Result<(), StoreError> {
        self.sink.settle().await?;
        {
            let mut held = self.lock();
            held.runs = RangeSet::new();
            held.validator = None;
        }
        self.verifier.restart();
        self.note();
        Ok(())
    }

    fn note_if_due(&self) {
        let due = MOST_AGAIN.min(self.size / PART);
        if self.lock().unnoted >= due {
            self.note();
        }
    }

    fn note(&self) {
        // What is hashed is told first, so that it is never more than what is held.
        let (hashed, digester) = self.verifier.checkpoint();
        let mut held = self.lock();
        if !held.notes {
            return;
        }
        held.unnoted = 0;
        let note = Note {
            held: held.runs.clone(),
            validator: held.validator.clone(),
            hashed,
            digester,
        };
        // Under the lock: an older note must not come after a newer one.
        self.sink.note(&note.encode(self.blob, self.size));
    }

    /// Makes the bytes a blob, if all are here and hash to its name; otherwise lets go of them and fails with kind
    /// `Integrity`. When this returns, the blob survives a loss of power.
    pub async fn publish(self) -> Result<(), StoreError> {
        let held = self.held();
        if !held.is_whole(self.size) {
            let message = format!(
                "{} of the promised {} bytes came for blob {}",
                held.len(),
                self.size,
                self.blob
            );
            self.discard().await?;
            return Err(StoreError::new(StoreErrorKind::Integrity, message));
        }
        self.sink.settle().await?;
        let found = self.verifier.finish().await?;
        if found != self.blob {
            let message = format!("the bytes hash to {found}, not to {}", self.blob);
            self.discard().await?;
            return Err(StoreError::new(StoreErrorKind::Integrity, message));
        }
        self.lock().notes = false;
        self.sink.commit().await
    }

    /// Lets go of the bytes, for good.
    pub async fn discard(self) -> Result<(), StoreError> {
        self.lock().notes = false;
        self.sink.discard().await
    }

    fn lock(&self) -> MutexGuard<'_, Held> {
        self.progress.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Stage {
    fn drop(&mut self) {
        let (is_empty, notes) = {
            let held = self.lock();
            (held.runs.is_empty(), held.notes)
        };
        if !is_empty {
            self.note();
        } else if notes {
            self.sink.note(b"");
        }
    }
}

impl fmt::Debug for Stage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Stage")
            .field("blob", &self.blob)
            .field("size", &self.size)
            .field("held", &self.held().len())
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;
