use std::{
    future::{pending, poll_fn},
    task::Poll,
};

use hubkit_types::{Repo, RepoKind};
use proptest::prelude::*;

use super::*;
use crate::{BlobKey, BlobStoreExt as _, MemoryStore};

fn digest(bytes: &[u8]) -> BlobId {
    let mut digester = Digester::git_blob(bytes.len() as u64);
    digester.update(bytes);
    digester.finish()
}

fn key(bytes: &[u8]) -> BlobKey {
    let repo = Repo::new(RepoKind::Model, "acme/tiny".parse().expect("an id"));
    BlobKey::new(repo, digest(bytes))
}

fn wait<T>(future: impl Future<Output = T>) -> T {
    let runtime = tokio::runtime::Builder::new_current_thread().build();
    runtime.expect("a runtime").block_on(future)
}

/// Stages a blob that should be `expected` from these writes. Says what `publish` said, and what is in the store then.
fn stage(expected: &[u8], writes: &[(u64, &[u8])]) -> (Result<(), StoreErrorKind>, Option<Bytes>) {
    let store = MemoryStore::new();
    wait(async {
        let size = expected.len() as u64;
        let mut stage = store.begin(key(expected), size).await.expect("a stage");
        for (offset, bytes) in writes {
            let written = stage.write(*offset, Bytes::copy_from_slice(bytes)).await;
            if let Err(fault) = written {
                assert_eq!(fault.kind(), StoreErrorKind::Integrity);
            }
        }
        let published = stage.publish().await.map_err(|fault| fault.kind());
        (published, store.read_all(key(expected), 100).await.ok())
    })
}

#[track_caller]
fn publishes(expected: &[u8], writes: &[(u64, &[u8])]) {
    let bytes = Some(Bytes::copy_from_slice(expected));
    assert_eq!(stage(expected, writes), (Ok(()), bytes));
}

#[track_caller]
fn never_publishes(expected: &[u8], writes: &[(u64, &[u8])]) {
    let refused = Err(StoreErrorKind::Integrity);
    assert_eq!(stage(expected, writes), (refused, None));
}

#[test]
fn bytes_may_come_in_any_order_and_more_than_once() {
    publishes(b"", &[]);
    publishes(b"abcdef", &[(0, b"abc"), (3, b"def")]);
    publishes(b"abcdef", &[(3, b"def"), (0, b"abc")]);
    publishes(b"abcdef", &[(4, b"ef"), (0, b"abc"), (2, b"cde")]);
    publishes(b"abcdef", &[(0, b"abc"), (0, b"abcd"), (3, b"def")]);
}

#[test]
fn bytes_that_are_overwritten_do_not_count() {
    publishes(b"abcdef", &[(0, b"xxxdef"), (0, b"abc")]);
    never_publishes(b"abcdef", &[(0, b"abcdef"), (0, b"x")]);
    never_publishes(b"abcdef", &[(3, b"def"), (0, b"abc"), (4, b"x")]);
}

#[test]
fn what_is_missing_or_wrong_is_never_published() {
    never_publishes(b"abcdef", &[]);
    never_publishes(b"abcdef", &[(0, b"abcde")]);
    never_publishes(b"abcdef", &[(1, b"bcdef")]);
    never_publishes(b"abcdef", &[(0, b"abc"), (4, b"ef")]);
    never_publishes(b"abcdef", &[(0, b"abcdeg")]);
    never_publishes(b"abcdef", &[(0, b"abc"), (3, b"defg")]);
    never_publishes(b"abcdef", &[(u64::MAX, b"x")]);
}

proptest! {
    #[test]
    fn what_is_published_is_what_was_written_last(
        writes in prop::collection::vec((0_usize..24, prop::collection::vec(0_u8..3, 0..12)), 0..24),
    ) {
        let mut last = [0; 24];
        let mut written = [false; 24];
        let fits: Vec<_> = writes.iter().filter(|(offset, bytes)| offset + bytes.len() <= 24).collect();
        for (offset, bytes) in &fits {
            last[*offset..offset + bytes.len()].copy_from_slice(bytes);
            written[*offset..offset + bytes.len()].fill(true);
        }
        let writes: Vec<(u64, &[u8])> = fits.iter().map(|(offset, bytes)| (*offset as u64, bytes.as_slice())).collect();
        let (published, found) = stage(&last, &writes);
        prop_assert_eq!(published.is_ok(), written.iter().all(|written| *written));
        prop_assert_eq!(found, published.ok().map(|()| Bytes::copy_from_slice(&last)));
    }
}

/// A place that takes the bytes but never comes back from the second write: what a cancelled call may leave.
struct Stuck {
    bytes: Vec<u8>,
    writes: usize,
}

impl Sink for Stuck {
    fn write_at(&mut self, offset: u64, bytes: Bytes) -> BoxFuture<'_, Result<(), StoreError>> {
        let offset = usize::try_from(offset).expect("small");
        self.bytes[offset..offset + bytes.len()].copy_from_slice(&bytes);
        self.writes += 1;
        if self.writes == 2 {
            return Box::pin(pending());
        }
        Box::pin(async { Ok(()) })
    }

    fn read_at(&mut self, range: ByteRange) -> BoxFuture<'_, Result<Bytes, StoreError>> {
        let index = |offset: u64| usize::try_from(offset).expect("small");
        let bytes = &self.bytes[index(range.start())..index(range.end())];
        let bytes = Bytes::copy_from_slice(bytes);
        Box::pin(async { Ok(bytes) })
    }

    fn commit(self: Box<Self>) -> BoxFuture<'static, Result<(), StoreError>> {
        Box::pin(async { Ok(()) })
    }

    fn discard(self: Box<Self>) -> BoxFuture<'static, Result<(), StoreError>> {
        Box::pin(async { Ok(()) })
    }
}

#[test]
fn a_cancelled_overwrite_is_noticed() {
    let sink = Stuck {
        bytes: vec![0; 3],
        writes: 0,
    };
    let mut stage = Stage::new(digest(b"abc"), 3, sink);
    let published = wait(async {
        stage
            .write(0, Bytes::from_static(b"abc"))
            .await
            .expect("taken");
        let mut overwrite = Box::pin(stage.write(1, Bytes::from_static(b"x")));
        poll_fn(|context| {
            assert!(overwrite.as_mut().poll(context).is_pending());
            Poll::Ready(())
        })
        .await;
        drop(overwrite);
        stage.publish().await
    });
    let fault = published.expect_err("the bytes were overwritten");
    assert_eq!(fault.kind(), StoreErrorKind::Integrity);
}
