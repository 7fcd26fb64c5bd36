use std::sync::{Mutex, mpsc};

use hubkit_cache::durable;
use hubkit_store::{Digester, Stage};
use hubkit_types::BlobId;

use super::*;

/// Where writes are noted, in order, and one of them goes wrong.
#[derive(Default)]
struct Noted {
    writes: Arc<Mutex<Vec<(u64, usize)>>>,
    bytes: Vec<u8>,
    fails_at: Option<usize>,
    gate: Option<mpsc::Receiver<()>>,
    partial: Option<Partial>,
}

impl Target for Noted {
    fn write_at(&mut self, offset: u64, bytes: &[u8]) -> Result<(), CacheError> {
        if let Some(gate) = self.gate.take() {
            gate.recv().expect("the gate opens");
        }
        let mut writes = self.writes.lock().expect("nobody panicked");
        if self.fails_at == Some(writes.len()) {
            return Err(durable::write("/no/such/folder/x".as_ref(), b"").expect_err("no folder"));
        }
        writes.push((offset, bytes.len()));
        let start = usize::try_from(offset).expect("small");
        let end = start + bytes.len();
        self.bytes.resize(self.bytes.len().max(end), 0);
        self.bytes[start..end].copy_from_slice(bytes);
        Ok(())
    }

    fn read_at(&mut self, range: ByteRange) -> Result<Vec<u8>, CacheError> {
        let index = |offset: u64| usize::try_from(offset).expect("small");
        Ok(self.bytes[index(range.start())..index(range.end())].to_vec())
    }

    fn publish(self) -> Result<(), StoreError> {
        Ok(())
    }

    fn remover(&self) -> Option<Remover> {
        self.partial.as_ref().map(Partial::remover)
    }
}

fn stage(target: Noted, bytes: &[u8]) -> Stage {
    let mut digester = Digester::sha256();
    digester.update(bytes);
    let id: BlobId = digester.finish();
    Stage::new(id, bytes.len() as u64, FileSink::new(target))
}

#[tokio::test]
async fn bytes_that_follow_each_other_go_to_disk_together() {
    let bytes = vec![7; 3 * WRITE + 5];
    let target = Noted::default();
    let writes = target.writes.clone();
    let mut stage = stage(target, &bytes);
    for (index, chunk) in bytes.chunks(64 << 10).enumerate() {
        let chunk = Bytes::copy_from_slice(chunk);
        stage
            .write((index * (64 << 10)) as u64, chunk)
            .await
            .expect("written");
    }
    stage.publish().await.expect("published");
    let at = |index: usize| (index * WRITE) as u64;
    let writes = writes.lock().expect("nobody panicked").clone();
    assert_eq!(
        writes,
        [(0, WRITE), (at(1), WRITE), (at(2), WRITE), (at(3), 5)]
    );
}

#[tokio::test]
async fn a_write_that_goes_wrong_later_keeps_the_blob_from_being_published() {
    let bytes = vec![7; 2 * WRITE];
    for fails_at in [0, 1] {
        let target = Noted {
            fails_at: Some(fails_at),
            ..Noted::default()
        };
        let mut stage = stage(target, &bytes);
        for (index, chunk) in bytes.chunks(WRITE).enumerate() {
            let chunk = Bytes::copy_from_slice(chunk);
            // The fault of one write is the answer to the next call.
            let _ = stage.write((index * WRITE) as u64, chunk).await;
        }
        stage.publish().await.expect_err("bytes are not on disk");
    }
}

#[tokio::test]
async fn a_cancelled_write_is_not_held_and_later_writes_come_behind_it() {
    let bytes = vec![7; 2 * WRITE];
    let (open, gate) = mpsc::channel();
    let target = Noted {
        gate: Some(gate),
        ..Noted::default()
    };
    let writes = target.writes.clone();
    let mut stage = stage(target, &bytes);
    let half = Bytes::copy_from_slice(&bytes[..WRITE]);
    stage.write(0, half.clone()).await.expect("taken");
    let mut second = Box::pin(stage.write(WRITE as u64, half.clone()));
    std::future::poll_fn(|context| {
        assert!(
            second.as_mut().poll(context).is_pending(),
            "the first write hangs"
        );
        std::task::Poll::Ready(())
    })
    .await;
    drop(second);
    assert_eq!(stage.held().len(), WRITE as u64);
    open.send(()).expect("the write waits");
    stage.write(WRITE as u64, half).await.expect("written");
    stage.publish().await.expect("published");
    let writes = writes.lock().expect("nobody panicked").clone();
    assert_eq!(writes, [(0, WRITE), (WRITE as u64, WRITE)]);
}

#[tokio::test]
async fn a_sink_that_is_dropped_while_it_writes_leaves_no_file() {
    for discarded in [false, true] {
        let folder = tempfile::tempdir().expect("a folder");
        let partial = Partial::create(folder.path(), "x", 2 * WRITE as u64).expect("a file");
        let path = partial.path().to_owned();
        let (open, gate) = mpsc::channel();
        let target = Noted {
            gate: Some(gate),
            partial: Some(partial),
            ..Noted::default()
        };
        let bytes = vec![7; 2 * WRITE];
        let mut stage = stage(target, &bytes);
        let half = Bytes::copy_from_slice(&bytes[..WRITE]);
        stage.write(0, half).await.expect("taken");
        assert!(path.exists());
        if discarded {
            stage.discard().await.expect("discarded");
        } else {
            drop(stage);
        }
        // The write still hangs.
        #[cfg(unix)]
        assert!(!path.exists());
        open.send(()).expect("the write waits");
    }
}

#[test]
fn a_fault_of_the_cache_keeps_its_kind_and_cause() {
    let fault = durable::write("/no/such/folder/x".as_ref(), b"").expect_err("no folder");
    let fault = store_error(fault);
    assert_eq!(fault.kind(), StoreErrorKind::NotFound);
    assert!(std::error::Error::source(&fault).is_some());
}
