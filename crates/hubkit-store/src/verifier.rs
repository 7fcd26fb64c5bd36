//! The digest of a blob in the making, in order, however its bytes come.

use std::{
    collections::VecDeque,
    future::poll_fn,
    mem,
    sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError},
    task::{Poll, Waker},
    thread,
};

use bytes::Bytes;
use hubkit_types::{BlobId, ByteRange};

use crate::{Digester, Sink, StoreError};

/// Blobs of more bytes than this are hashed on a thread of their own; starting one costs more than hashing less.
const ALONE: u64 = 1 << 20;

/// How much is read back at a time.
const READ_BACK: u64 = 1 << 20;

/// How many bytes wait to be hashed. What comes faster waits, since nothing is finished before it is hashed.
const QUEUED: usize = 8 << 20;

/// Hashes the bytes behind the frontier. Bytes that come in order are hashed as they came; what came out of order is read
/// back from the sink once everything before it is hashed.
pub(crate) struct Verifier {
    shared: Arc<Shared>,
    alone: bool,
}

struct Shared {
    blob: BlobId,
    size: u64,
    /// Let go of with the stage, whoever still hashes: the next stage of this blob may want what it holds.
    sink: Mutex<Option<Arc<dyn Sink>>>,
    state: Mutex<State>,
    changed: Condvar,
}

struct State {
    digester: Digester,
    /// How many bytes the digester has taken in.
    hashed: u64,
    /// How many are hashed, being hashed or in the queue.
    fed: u64,
    queue: VecDeque<Bytes>,
    queued: usize,
    /// How many bytes from the start are in the sink.
    frontier: u64,
    /// Counts the fresh starts: what is under way from before one is thrown away.
    start: u64,
    running: bool,
    stopped: bool,
    fault: Option<StoreError>,
    waiting: Vec<Waker>,
}

impl State {
    fn wake(&mut self) {
        for waker in mem::take(&mut self.waiting) {
            waker.wake();
        }
    }
}

impl Verifier {
    pub(crate) fn new(
        blob: BlobId,
        size: u64,
        sink: Arc<dyn Sink>,
        from: Option<(u64, Digester)>,
    ) -> Self {
        let (hashed, digester) = from.unwrap_or_else(|| (0, Digester::for_blob(blob, size)));
        let state = State {
            digester,
            hashed,
            fed: hashed,
            queue: VecDeque::new(),
            queued: 0,
            frontier: hashed,
            start: 0,
            running: false,
            stopped: false,
            fault: None,
            waiting: Vec::new(),
        };
        let shared = Shared {
            blob,
            size,
            sink: Mutex::new(Some(sink)),
            state: Mutex::new(state),
            changed: Condvar::new(),
        };
        Self {
            shared: Arc::new(shared),
            alone: size > ALONE,
        }
    }

    /// How many bytes are hashed, and the digest so far.
    pub(crate) fn checkpoint(&self) -> (u64, Digester) {
        let state = self.shared.lock();
        (state.hashed, state.digester.clone())
    }

    /// Hashes all anew if any of these bytes are hashed, or about to be: they will be overwritten.
    pub(crate) fn overwrite(&self, offset: u64) {
        if offset < self.shared.lock().fed {
            self.restart();
        }
    }

    /// Takes note that bytes from this offset are in the sink, and that there is no gap before `frontier`.
    ///
    /// Waits while there is much to hash. Cancelling loses nothing: the bytes are read back then.
    pub(crate) async fn feed(&self, offset: u64, bytes: Bytes, frontier: u64) {
        let mut bytes = Some(bytes);
        let start = self.shared.lock().start;
        poll_fn(|context| {
            let mut state = self.shared.lock();
            let is_next = state.start == start && offset == state.fed;
            if is_next && state.queued >= QUEUED && state.running && state.fault.is_none() {
                state.waiting.push(context.waker().clone());
                return Poll::Pending;
            }
            if let Some(bytes) = bytes.take_if(|_| is_next) {
                state.fed += bytes.len() as u64;
                state.queued += bytes.len();
                state.queue.push_back(bytes);
            }
            if state.start == start {
                state.frontier = state.frontier.max(frontier);
            }
            Poll::Ready(())
        })
        .await;
        self.shared.run(self.shared.lock(), self.alone);
    }

    /// Lets what is in the sink up to `frontier` be hashed.
    pub(crate) fn go_on(&self, frontier: u64) {
        let mut state = self.shared.lock();
        state.frontier = state.frontier.max(frontier);
        self.shared.run(state, self.alone);
    }

    /// Forgets all that was hashed.
    pub(crate) fn restart(&self) {
        let mut state = self.shared.lock();
        state.digester = Digester::for_blob(self.shared.blob, self.shared.size);
        (state.hashed, state.fed, state.frontier) = (0, 0, 0);
        (state.queued, state.start) = (0, state.start + 1);
        state.queue.clear();
        state.wake();
    }

    /// The digest of all bytes, which are all in the sink.
    pub(crate) async fn finish(&self) -> Result<BlobId, StoreError> {
        self.go_on(self.shared.size);
        poll_fn(|context| {
            let mut state = self.shared.lock();
            if let Some(fault) = state.fault.take() {
                return Poll::Ready(Err(fault));
            }
            if state.hashed == self.shared.size {
                return Poll::Ready(Ok(state.digester.clone().finish()));
            }
            state.waiting.push(context.waker().clone());
            Poll::Pending
        })
        .await
    }
}

impl Drop for Verifier {
    fn drop(&mut self) {
        self.shared.lock().stopped = true;
        self.shared.sink().take();
        self.shared.changed.notify_all();
    }
}

/// What happens when there is nothing to hash.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Idle {
    Wait,
    End,
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn sink(&self) -> MutexGuard<'_, Option<Arc<dyn Sink>>> {
        self.sink.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Starts or wakes whoever hashes.
    fn run(self: &Arc<Self>, mut state: MutexGuard<'_, State>, alone: bool) {
        let is_needed = state.hashed < state.frontier && !state.running;
        state.running |= is_needed;
        drop(state);
        if !is_needed {
            self.changed.notify_all();
            return;
        }
        if alone {
            let worker = self.clone();
            let thread = thread::Builder::new().name("hubkit-hash".to_owned());
            if thread.spawn(move || worker.work(Idle::Wait)).is_ok() {
                return;
            }
            // Where no thread is to be had, the work is done here.
        }
        self.work(Idle::End);
    }

    fn work(&self, idle: Idle) {
        let mut state = self.lock();
        while !state.stopped && state.fault.is_none() {
            let (start, hashed) = (state.start, state.hashed);
            let bytes = if let Some(bytes) = state.queue.pop_front() {
                state.queued -= bytes.len();
                state.wake();
                Ok(bytes)
            } else if state.frontier > hashed {
                let end = state.frontier.min(hashed + READ_BACK);
                state.fed = end;
                drop(state);
                let range = ByteRange::new(hashed, end).expect("the frontier lies ahead");
                let sink = self.sink().clone();
                let Some(sink) = sink else { return };
                let read = sink.read_at(range);
                drop(sink);
                state = self.lock();
                read
            } else if idle == Idle::End || hashed == self.size {
                break;
            } else {
                let woken = self.changed.wait(state);
                state = woken.unwrap_or_else(PoisonError::into_inner);
                continue;
            };
            let mut digester = state.digester.clone();
            if state.start != start {
                continue;
            }
            drop(state);
            let hashed = bytes.map(|bytes| {
                digester.update(&bytes);
                hashed + bytes.len() as u64
            });
            state = self.lock();
            if state.start == start {
                match hashed {
                    Ok(hashed) => (state.hashed, state.digester) = (hashed, digester),
                    Err(fault) => state.fault = Some(fault),
                }
            }
        }
        state.running = false;
        state.wake();
    }
}
