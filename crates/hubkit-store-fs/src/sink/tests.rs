use std::{
    future::{Future, poll_fn},
    sync::mpsc,
    task::Poll,
};

use hubkit_cache::{Partial, durable};
use hubkit_store::{Digester, Stage};
use hubkit_types::BlobId;

use super::*;

/// Where writes are noted, in order, and one of them goes wrong or waits at a gate.
#[derive(Default)]
struct Noted {
    writes: Arc<Mutex<Vec<(u64, usize)>>>,
    bytes: Mutex<Vec<u8>>,
    fails_at: Option<usize>,
    gate: Mutex<Option<mpsc::Receiver<()>>>,
    partial: Option<Partial>,
}

impl Target for Noted {
    fn write_at(&self, offset: u64, bytes: &[u8]) -> Result<(), CacheError> {
        let gate = self
            .gate
            .lock()
            .expect("nobody panicked")
            .take_if(|_| offset == 0);
        if let Some(gate) = gate {
            gate.recv().expect("the gate opens");
        }
        let mut writes = self.writes.lock().expect("nobody panicked");
        if self.fails_at == Some(writes.len()) {
            return Err(durable::write("/no/such/folder/x".as_ref(), b"").expect_err("no folder"));
        }
        writes.push((offset, bytes.len()));
        let start = usize::try_from(offset).expect("small");
        let end = start + bytes.len();
        let mut held = self.bytes.lock().expect("nobody panicked");
        let length = held.len().max(end);
        held.resize(length, 0);
        held[start..end].copy_from_slice(bytes);
        Ok(())
    }

    fn read_at(&self, range: ByteRange) -> Result<Vec<u8>, CacheError> {
        let index = |offset: u64| usize::try_from(offset).expect("small");
        let held = self.bytes.lock().expect("nobody panicked");
        Ok(held[index(range.start())..index(range.end())].to_vec())
    }

    fn note(&self, note: &[u8]) {
        if let Some(partial) = &self.partial {
            partial.note(note);
        }
    }

    fn begin_flush(&self, _part: ByteRange) -> Result<(), CacheError> {
        Ok(())
    }

    fn publish(self) -> BoxFuture<'static, Result<(), StoreError>> {
        Box::pin(async { Ok(()) })
    }

    fn discard(&self) {
        if let Some(partial) = &self.partial {
            partial.discard();
        }
    }

    fn remover(&self) -> Option<Remover> {
        self.partial.as_ref().map(Partial::remover)
    }
}

const CHUNK: usize = 1 << 20;

fn stage(target: Noted, pace: Pace, bytes: &[u8]) -> Stage {
    let mut digester = Digester::sha256();
    digester.update(bytes);
    let id: BlobId = digester.finish();
    Stage::new(id, bytes.len() as u64, FileSink::new(target, pace))
}

/// A pace that gives every write a thread.
fn slow() -> Pace {
    let pace = Pace::default();
    pace.note_slow();
    pace
}

async fn is_pending(future: &mut (impl Future + Unpin)) -> bool {
    poll_fn(|context| {
        let polled = std::pin::Pin::new(&mut *future).poll(context);
        Poll::Ready(polled.is_pending())
    })
    .await
}

#[tokio::test]
async fn a_write_that_goes_wrong_keeps_the_blob_from_being_published() {
    let bytes = vec![7; 2 * CHUNK];
    for fails_at in [0, 1] {
        let target = Noted {
            fails_at: Some(fails_at),
            ..Noted::default()
        };
        let stage = stage(target, Pace::default(), &bytes);
        let mut faults = 0;
        for (index, chunk) in bytes.chunks(CHUNK).enumerate() {
            let chunk = Bytes::copy_from_slice(chunk);
            let written = stage.write((index * CHUNK) as u64, chunk).await;
            faults += usize::from(written.is_err());
        }
        assert!(faults > 0);
        stage.publish().await.expect_err("bytes are not on disk");
    }
}

#[tokio::test]
async fn a_cancelled_write_is_not_held_and_later_writes_come_behind_it() {
    let bytes = vec![7; 2 * CHUNK];
    let (open, gate) = mpsc::channel();
    let target = Noted {
        gate: Mutex::new(Some(gate)),
        ..Noted::default()
    };
    let writes = target.writes.clone();
    let stage = stage(target, slow(), &bytes);
    let half = Bytes::copy_from_slice(&bytes[..CHUNK]);
    let mut first = Box::pin(stage.write(0, half.clone()));
    assert!(is_pending(&mut first).await, "it waits at the gate");
    drop(first);
    assert_eq!(stage.held().len(), 0);
    let mut again = Box::pin(stage.write(0, half.clone()));
    assert!(is_pending(&mut again).await, "the cancelled one goes on");
    assert!(writes.lock().expect("nobody panicked").is_empty());
    open.send(()).expect("the write waits");
    again.await.expect("written");
    stage.write(CHUNK as u64, half).await.expect("written");
    stage.publish().await.expect("published");
    let writes = writes.lock().expect("nobody panicked").clone();
    assert_eq!(writes, [(0, CHUNK), (0, CHUNK), (CHUNK as u64, CHUNK)]);
}

#[tokio::test]
async fn several_writes_are_under_way_at_once() {
    let bytes = vec![7; 2 * CHUNK];
    let (open, gate) = mpsc::channel();
    let target = Noted {
        gate: Mutex::new(Some(gate)),
        ..Noted::default()
    };
    let stage = stage(target, slow(), &bytes);
    let half = Bytes::copy_from_slice(&bytes[..CHUNK]);
    let mut first = Box::pin(stage.write(0, half.clone()));
    assert!(is_pending(&mut first).await, "one waits at the gate");
    stage.write(CHUNK as u64, half).await.expect("written");
    assert_eq!(stage.held().len(), CHUNK as u64);
    open.send(()).expect("the write waits");
    first.await.expect("written");
    stage.publish().await.expect("published");
}

/// A file that grows in a folder of its own.
fn partial(folder: &tempfile::TempDir) -> Partial {
    Partial::create(folder.path(), "x", 2 * CHUNK as u64).expect("a file")
}

#[tokio::test]
async fn a_sink_that_is_dropped_while_it_writes_leaves_no_file() {
    let folder = tempfile::tempdir().expect("a folder");
    let partial = partial(&folder);
    let path = partial.path().to_owned();
    let (open, gate) = mpsc::channel();
    let target = Noted {
        gate: Mutex::new(Some(gate)),
        partial: Some(partial),
        ..Noted::default()
    };
    let bytes = vec![7; 2 * CHUNK];
    let stage = stage(target, slow(), &bytes);
    let half = Bytes::copy_from_slice(&bytes[..CHUNK]);
    let mut write = Box::pin(stage.write(0, half));
    assert!(is_pending(&mut write).await, "it waits at the gate");
    assert!(path.exists());
    drop(write);
    drop(stage);
    // The write still hangs.
    #[cfg(unix)]
    assert!(!path.exists());
    open.send(()).expect("the write waits");
}

#[tokio::test]
async fn what_is_let_go_of_leaves_no_file() {
    let folder = tempfile::tempdir().expect("a folder");
    let target = Noted {
        partial: Some(partial(&folder)),
        ..Noted::default()
    };
    let bytes = vec![7; 2 * CHUNK];
    let stage = stage(target, Pace::default(), &bytes);
    let half = Bytes::copy_from_slice(&bytes[..CHUNK]);
    stage.write(0, half).await.expect("written");
    stage.discard().await.expect("discarded");
    let left = std::fs::read_dir(folder.path()).expect("listed");
    assert_eq!(left.count(), 0);
}

#[test]
fn a_fault_of_the_cache_keeps_its_kind_and_cause() {
    let fault = durable::write("/no/such/folder/x".as_ref(), b"").expect_err("no folder");
    let fault = store_error(fault);
    assert_eq!(fault.kind(), StoreErrorKind::NotFound);
    assert!(std::error::Error::source(&fault).is_some());
}
