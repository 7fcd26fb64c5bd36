//! A blob growing in a file.

use std::{mem, sync::Arc};

use bytes::Bytes;
use hubkit_cache::{CacheError, NewBlob, Partial, Remover};
use hubkit_store::{BoxFuture, Sink, StoreError, StoreErrorKind};
use hubkit_types::ByteRange;
use tokio::task::{JoinHandle, spawn_blocking};

use crate::blocking::{lost, run, store_error};

/// How many bytes that follow each other go to disk at once.
const WRITE: usize = 1 << 20;

/// A file in which a blob grows, and the step that publishes it.
pub(crate) trait Target: Send + 'static {
    fn write_at(&mut self, offset: u64, bytes: &[u8]) -> Result<(), CacheError>;
    fn read_at(&mut self, range: ByteRange) -> Result<Vec<u8>, CacheError>;
    fn publish(self) -> Result<(), StoreError>;
    /// Removes the file, also while another thread writes to it; nothing once it was published.
    fn remover(&self) -> Option<Remover>;
}

impl Target for NewBlob {
    fn write_at(&mut self, offset: u64, bytes: &[u8]) -> Result<(), CacheError> {
        self.write_at(offset, bytes)
    }

    fn read_at(&mut self, range: ByteRange) -> Result<Vec<u8>, CacheError> {
        self.read_at(range)
    }

    fn publish(self) -> Result<(), StoreError> {
        self.publish().map_err(store_error)
    }

    fn remover(&self) -> Option<Remover> {
        Some(self.remover())
    }
}

/// What is to be done with a file whose bytes were verified.
pub(crate) type Finish = Arc<dyn Fn(Partial) -> Result<(), StoreError> + Send + Sync>;

/// A file that some function puts into its place.
pub(crate) struct Loose {
    pub(crate) partial: Partial,
    pub(crate) finish: Finish,
}

impl Target for Loose {
    fn write_at(&mut self, offset: u64, bytes: &[u8]) -> Result<(), CacheError> {
        self.partial.write_at(offset, bytes)
    }

    fn read_at(&mut self, range: ByteRange) -> Result<Vec<u8>, CacheError> {
        self.partial.read_at(range)
    }

    fn publish(self) -> Result<(), StoreError> {
        (self.finish)(self.partial)
    }

    fn remover(&self) -> Option<Remover> {
        Some(self.partial.remover())
    }
}

/// Collects bytes that follow each other and writes them behind the caller's back, one run at a time.
///
/// The next call waits for the run before, so runs reach the disk in order even when a call was cancelled, and a fault
/// of one is the answer to the next call. After a fault nothing is published any more.
///
/// Its drop removes the file at once, even while a run is being written: a program that ends does not wait for that
/// thread, and would leave the file behind.
pub(crate) struct FileSink<T: Target> {
    state: State<T>,
    remover: Option<Remover>,
    offset: u64,
    buffer: Vec<u8>,
}

enum State<T> {
    Idle(T),
    Writing(JoinHandle<(T, Result<(), CacheError>)>),
    Broken,
}

impl<T: Target> FileSink<T> {
    pub(crate) fn new(target: T) -> Self {
        Self {
            remover: target.remover(),
            state: State::Idle(target),
            offset: 0,
            buffer: Vec::new(),
        }
    }

    /// Waits until nothing is being written. May be cancelled and called again.
    async fn settle(&mut self) -> Result<(), StoreError> {
        match &mut self.state {
            State::Idle(_) => Ok(()),
            State::Broken => {
                let message = "an earlier write of this blob went wrong";
                Err(StoreError::new(StoreErrorKind::Io, message))
            }
            State::Writing(writing) => {
                let ended = writing.await;
                self.state = State::Broken;
                let (target, written) = ended.map_err(lost)?;
                written.map_err(store_error)?;
                self.state = State::Idle(target);
                Ok(())
            }
        }
    }

    /// Starts to write what was collected. Does nothing while a write is under way.
    fn flush(&mut self) {
        if self.buffer.is_empty() {
            return;
        }
        self.state = match mem::replace(&mut self.state, State::Broken) {
            State::Idle(mut target) => {
                let bytes = mem::take(&mut self.buffer);
                let offset = self.offset;
                self.offset += bytes.len() as u64;
                State::Writing(spawn_blocking(move || {
                    let written = target.write_at(offset, &bytes);
                    (target, written)
                }))
            }
            other => other,
        };
    }

    /// The file, with everything written to it.
    async fn finish(&mut self) -> Result<T, StoreError> {
        self.settle().await?;
        self.flush();
        self.settle().await?;
        match mem::replace(&mut self.state, State::Broken) {
            State::Idle(target) => Ok(target),
            _ => unreachable!("what settled without a fault is idle"),
        }
    }
}

impl<T: Target> Sink for FileSink<T> {
    fn write_at(&mut self, offset: u64, bytes: Bytes) -> BoxFuture<'_, Result<(), StoreError>> {
        Box::pin(async move {
            self.settle().await?;
            // Nothing below waits, so the bytes are taken either wholly or not at all.
            let next = self.offset + self.buffer.len() as u64;
            if offset != next || self.buffer.len() >= WRITE {
                self.flush();
                self.offset = offset;
            }
            self.buffer.extend_from_slice(&bytes);
            if self.buffer.len() >= WRITE {
                self.flush();
            }
            Ok(())
        })
    }

    fn read_at(&mut self, range: ByteRange) -> BoxFuture<'_, Result<Bytes, StoreError>> {
        Box::pin(async move {
            let mut target = self.finish().await?;
            let (target, read) = run(move || {
                let read = target.read_at(range);
                Ok((target, read))
            })
            .await?;
            self.state = State::Idle(target);
            Ok(read.map_err(store_error)?.into())
        })
    }

    fn commit(mut self: Box<Self>) -> BoxFuture<'static, Result<(), StoreError>> {
        Box::pin(async move {
            let target = self.finish().await?;
            run(move || target.publish()).await
        })
    }

    fn discard(mut self: Box<Self>) -> BoxFuture<'static, Result<(), StoreError>> {
        Box::pin(async move {
            if let State::Idle(target) = mem::replace(&mut self.state, State::Broken) {
                return run(move || {
                    drop(target);
                    Ok(())
                })
                .await;
            }
            // Dropping this removes the name; a write that is under way lets go of the bytes when it ends.
            Ok(())
        })
    }
}

impl<T: Target> Drop for FileSink<T> {
    fn drop(&mut self) {
        if let Some(remover) = &self.remover {
            remover.remove();
        }
    }
}

#[cfg(test)]
mod tests;
