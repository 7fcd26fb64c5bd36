//! Where a blob grows before it is one.

use std::{fmt, future::Future, pin::Pin};

use bytes::Bytes;
use hubkit_types::{BlobId, ByteRange};

use crate::{Digester, RangeSet, StoreError, StoreErrorKind};

/// A boxed future, for the one trait here that backends hand over by value.
pub type BoxFuture<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// What a backend supplies to a [`Stage`]: a place for bytes, and the step that makes them a blob.
///
/// A backend never hashes and never counts: [`Stage`] does that for all of them.
pub trait Sink: Send {
    /// Keeps bytes at an offset. Offsets may come in any order.
    fn write_at(&mut self, offset: u64, bytes: Bytes) -> BoxFuture<'_, Result<(), StoreError>>;

    /// Gives back bytes that were kept.
    fn read_at(&mut self, range: ByteRange) -> BoxFuture<'_, Result<Bytes, StoreError>>;

    /// Makes what was kept the blob, durably. Called once, only when every byte is there and verified.
    fn commit(self: Box<Self>) -> BoxFuture<'static, Result<(), StoreError>>;

    /// Lets go of what was kept. Dropping the sink without this call must come to the same.
    fn discard(self: Box<Self>) -> BoxFuture<'static, Result<(), StoreError>>;
}

/// A blob in the making. Takes bytes at offsets, in any order, and publishes them only if they are what their name says.
///
/// Bytes that come in order are hashed as they come; what came out of order is read back once, by `publish`.
pub struct Stage {
    blob: BlobId,
    size: u64,
    held: RangeSet,
    digester: Digester,
    hashed: u64,
    sink: Box<dyn Sink>,
}

/// How much `publish` reads back at a time.
const READ_BACK: u64 = 1 << 20;

impl Stage {
    /// Starts an empty stage for a blob of `size` bytes. For backends.
    pub fn new(blob: BlobId, size: u64, sink: impl Sink + 'static) -> Self {
        let digester = Digester::for_blob(blob, size);
        Self {
            blob,
            size,
            held: RangeSet::new(),
            digester,
            hashed: 0,
            sink: Box::new(sink),
        }
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
    pub fn held(&self) -> &RangeSet {
        &self.held
    }

    /// Adds bytes. Bytes beyond the promised size are refused with kind `Integrity` and not written.
    ///
    /// Cancelling leaves the stage usable; the bytes then count as not held.
    pub async fn write(&mut self, offset: u64, bytes: Bytes) -> Result<(), StoreError> {
        let end = offset
            .checked_add(bytes.len() as u64)
            .filter(|end| *end <= self.size);
        let Some(range) = end.and_then(|end| ByteRange::new(offset, end)) else {
            let message = format!(
                "more than the promised {} bytes came for blob {}",
                self.size, self.blob
            );
            return Err(StoreError::new(StoreErrorKind::Integrity, message));
        };
        if offset < self.hashed {
            // What was hashed is about to be overwritten, even if this call is cancelled halfway: hash all of it again
            // when publishing.
            self.hash_anew();
        }
        self.sink.write_at(offset, bytes.clone()).await?;
        if offset == self.hashed {
            self.digester.update(&bytes);
            self.hashed = range.end();
        }
        self.held.insert(range);
        Ok(())
    }

    /// Counts nothing as held any more: what comes next is another file from its start.
    pub fn forget(&mut self) {
        self.held = RangeSet::new();
        self.hash_anew();
    }

    fn hash_anew(&mut self) {
        self.digester = Digester::for_blob(self.blob, self.size);
        self.hashed = 0;
    }

    /// Makes the bytes a blob, if all are here and hash to its name; otherwise lets go of them and fails with kind
    /// `Integrity`. When this returns, the blob survives a loss of power.
    pub async fn publish(mut self) -> Result<(), StoreError> {
        if !self.held.is_whole(self.size) {
            let message = format!(
                "{} of the promised {} bytes came for blob {}",
                self.held.len(),
                self.size,
                self.blob
            );
            self.sink.discard().await?;
            return Err(StoreError::new(StoreErrorKind::Integrity, message));
        }
        while self.hashed < self.size {
            let end = self.size.min(self.hashed + READ_BACK);
            let range = ByteRange::new(self.hashed, end).expect("the frontier lies before the end");
            let bytes = self.sink.read_at(range).await?;
            self.digester.update(&bytes);
            self.hashed = end;
        }
        let found = self.digester.finish();
        if found != self.blob {
            let message = format!("the bytes hash to {found}, not to {}", self.blob);
            self.sink.discard().await?;
            return Err(StoreError::new(StoreErrorKind::Integrity, message));
        }
        self.sink.commit().await
    }

    /// Lets go of the bytes.
    pub async fn discard(self) -> Result<(), StoreError> {
        self.sink.discard().await
    }
}

impl fmt::Debug for Stage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Stage")
            .field("blob", &self.blob)
            .field("size", &self.size)
            .field("held", &self.held.len())
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;
