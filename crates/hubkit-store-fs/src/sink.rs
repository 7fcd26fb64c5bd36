//! A blob growing in a file.

use std::{
    future::poll_fn,
    mem,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    task::{Poll, Waker},
};

use bytes::Bytes;
use hubkit_cache::{CacheError, NewBlob, Remover};
use hubkit_store::{BoxFuture, RangeSet, Sink, StoreError, StoreErrorKind};
use hubkit_types::ByteRange;
use tokio::task::{JoinHandle, spawn_blocking};

use crate::{
    blocking::{Pace, glance, lost, run, store_error},
    commits::Commits,
};

/// After so many bytes the disk is told to take them, so that little is left to wait for at the end.
const FLUSH: u64 = 16 << 20;

/// A file in which a blob grows, and the step that publishes it.
pub(crate) trait Target: Send + Sync + 'static {
    fn write_at(&self, offset: u64, bytes: &[u8]) -> Result<(), CacheError>;
    fn read_at(&self, range: ByteRange) -> Result<Vec<u8>, CacheError>;
    fn note(&self, note: &[u8]);
    /// Lets the disk begin to take a part that was written.
    fn begin_flush(&self, part: ByteRange) -> Result<(), CacheError>;
    fn publish(self) -> BoxFuture<'static, Result<(), StoreError>>;
    /// Removes the file, and whatever would let another go on with it.
    fn discard(&self);
    /// Removes the file, also while another thread writes to it; nothing once it was published or is to be kept.
    fn remover(&self) -> Option<Remover>;
}

/// A blob of the cache, published together with others or alone.
pub(crate) struct CacheTarget {
    pub(crate) blob: NewBlob,
    /// Where others wait to be published; `None` for a blob so large that waiting for it alone costs less.
    pub(crate) commits: Option<Commits>,
}

impl Target for CacheTarget {
    fn write_at(&self, offset: u64, bytes: &[u8]) -> Result<(), CacheError> {
        self.blob.write_at(offset, bytes)
    }

    fn read_at(&self, range: ByteRange) -> Result<Vec<u8>, CacheError> {
        self.blob.read_at(range)
    }

    fn note(&self, note: &[u8]) {
        self.blob.note(note);
    }

    fn begin_flush(&self, part: ByteRange) -> Result<(), CacheError> {
        self.blob.begin_flush(part)
    }

    fn publish(self) -> BoxFuture<'static, Result<(), StoreError>> {
        Box::pin(async move {
            match self.commits {
                Some(commits) => commits.publish(self.blob).await,
                None => run(move || self.blob.publish().map_err(store_error)).await,
            }
        })
    }

    fn discard(&self) {
        self.blob.discard();
    }

    fn remover(&self) -> Option<Remover> {
        Some(self.blob.remover())
    }
}

/// Writes bytes where the caller runs as long as the disk takes them at once, on another thread where it does not. After a
/// fault nothing is published any more.
///
/// Its drop removes the file at once, unless it is to be kept, even while bytes are being written: a program that ends does
/// not wait for that thread, and would leave the file behind.
pub(crate) struct FileSink<T: Target> {
    target: Mutex<Option<Arc<T>>>,
    remover: Option<Remover>,
    pace: Pace,
    broken: AtomicBool,
    writes: Arc<Writes>,
    flushing: Mutex<Flushing>,
}

#[derive(Default)]
struct Flushing {
    /// What was written since the disk was last told.
    written: RangeSet,
    under_way: Option<JoinHandle<Result<(), CacheError>>>,
}

/// Writes that were cancelled and go on all the same: nothing may be written to the same place before they end.
#[derive(Default)]
struct Writes(Mutex<Cancelled>);

#[derive(Default)]
struct Cancelled {
    under_way: usize,
    waiting: Vec<Waker>,
}

impl Writes {
    fn lock(&self) -> MutexGuard<'_, Cancelled> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn ended(&self) {
        poll_fn(|context| {
            let mut cancelled = self.lock();
            if cancelled.under_way == 0 {
                return Poll::Ready(());
            }
            cancelled.waiting.push(context.waker().clone());
            Poll::Pending
        })
        .await;
    }
}

/// One write, seen from both sides: the caller's future, which may be dropped, and the thread that does the work.
struct Write {
    writes: Arc<Writes>,
    state: Mutex<Sides>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Sides {
    Both,
    /// The caller went away; the work goes on.
    Cancelled,
    Ended,
}

/// Held by the caller.
struct Caller(Arc<Write>);

impl Drop for Caller {
    fn drop(&mut self) {
        let mut state = self.0.state.lock().unwrap_or_else(PoisonError::into_inner);
        if *state == Sides::Both {
            *state = Sides::Cancelled;
            self.0.writes.lock().under_way += 1;
        }
    }
}

/// Held by the work.
struct Work(Arc<Write>);

impl Drop for Work {
    fn drop(&mut self) {
        let mut state = self.0.state.lock().unwrap_or_else(PoisonError::into_inner);
        if mem::replace(&mut *state, Sides::Ended) == Sides::Cancelled {
            let mut cancelled = self.0.writes.lock();
            cancelled.under_way -= 1;
            for waker in mem::take(&mut cancelled.waiting) {
                waker.wake();
            }
        }
    }
}

impl<T: Target> FileSink<T> {
    pub(crate) fn new(target: T, pace: Pace) -> Self {
        Self {
            remover: target.remover(),
            target: Mutex::new(Some(Arc::new(target))),
            pace,
            broken: AtomicBool::new(false),
            writes: Arc::default(),
            flushing: Mutex::default(),
        }
    }

    fn target(&self) -> Result<Arc<T>, StoreError> {
        if self.broken.load(Ordering::Relaxed) {
            let message = "an earlier write of this blob went wrong";
            return Err(StoreError::new(StoreErrorKind::Io, message));
        }
        let target = self.target.lock().unwrap_or_else(PoisonError::into_inner);
        target.clone().ok_or_else(|| {
            let message = "this blob was published or let go of";
            StoreError::new(StoreErrorKind::Io, message)
        })
    }

    /// The file for its last step, once nobody else is at it.
    async fn last(&self) -> Result<T, StoreError> {
        self.writes.ended().await;
        let flushing = self.flushing().under_way.take();
        if let Some(flushing) = flushing {
            flushing.await.map_err(lost)?.map_err(store_error)?;
        }
        let target = self
            .target
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .take();
        target.and_then(Arc::into_inner).ok_or_else(|| {
            let message = "this blob was published or let go of, or is still being written";
            StoreError::new(StoreErrorKind::Io, message)
        })
    }

    fn flushing(&self) -> MutexGuard<'_, Flushing> {
        self.flushing.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Starts to bring to the disk what came, now and then.
    fn flush_now_and_then(&self, target: &Arc<T>, written: ByteRange) {
        let mut flushing = self.flushing();
        flushing.written.insert(written);
        let is_busy = flushing
            .under_way
            .as_ref()
            .is_some_and(|flush| !flush.is_finished());
        if flushing.written.len() >= FLUSH && !is_busy {
            let written = mem::take(&mut flushing.written);
            let target = target.clone();
            flushing.under_way = Some(spawn_blocking(move || {
                let mut parts = written.runs().iter();
                parts.try_for_each(|part| target.begin_flush(*part))
            }));
        }
    }
}

impl<T: Target> Sink for FileSink<T> {
    fn write_at(&self, offset: u64, bytes: Bytes) -> BoxFuture<'_, Result<(), StoreError>> {
        Box::pin(async move {
            self.writes.ended().await;
            let target = self.target()?;
            let range = ByteRange::new(offset, offset + bytes.len() as u64);
            let write = Arc::new(Write {
                writes: self.writes.clone(),
                state: Mutex::new(Sides::Both),
            });
            let (caller, work, at) = (Caller(write.clone()), Work(write), target.clone());
            let written = glance(&self.pace, move || {
                let written = at.write_at(offset, &bytes).map_err(store_error);
                drop((at, work));
                written
            })
            .await;
            drop(caller);
            if written.is_err() {
                self.broken.store(true, Ordering::Relaxed);
            } else if let Some(range) = range {
                self.flush_now_and_then(&target, range);
            }
            written
        })
    }

    fn read_at(&self, range: ByteRange) -> Result<Bytes, StoreError> {
        let bytes = self.target()?.read_at(range).map_err(store_error)?;
        Ok(bytes.into())
    }

    fn note(&self, note: &[u8]) {
        if let Ok(target) = self.target() {
            target.note(note);
        }
    }

    fn settle(&self) -> BoxFuture<'_, Result<(), StoreError>> {
        Box::pin(async move {
            self.writes.ended().await;
            Ok(())
        })
    }

    fn commit(&self) -> BoxFuture<'_, Result<(), StoreError>> {
        Box::pin(async move {
            self.target()?;
            self.last().await?.publish().await
        })
    }

    fn discard(&self) -> BoxFuture<'_, Result<(), StoreError>> {
        Box::pin(async move {
            self.writes.ended().await;
            let target = self.target.lock();
            let target = target.unwrap_or_else(PoisonError::into_inner).take();
            match target {
                Some(target) => {
                    run(move || {
                        target.discard();
                        Ok(())
                    })
                    .await
                }
                None => Ok(()),
            }
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
