use std::{
    future::{pending, poll_fn},
    task::Poll,
};

use hubkit_types::{Repo, RepoKind};
use proptest::prelude::*;

use super::*;
use crate::{BlobKey, BlobStoreExt as _, Digester, MemoryStore};

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
        let stage = store.begin(key(expected), size).await.expect("a stage");
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

/// A place that takes the bytes, keeps the notes and, where told so, never comes back from the second write: what a
/// cancelled call may leave.
#[derive(Clone, Default)]
struct Place(Arc<Mutex<Kept>>);

#[derive(Default)]
struct Kept {
    bytes: Vec<u8>,
    note: Vec<u8>,
    writes: usize,
    read_back: u64,
    sticks: bool,
}

impl Place {
    fn of(size: usize) -> Self {
        let place = Self::default();
        place.kept().bytes.resize(size, 0);
        place
    }

    fn kept(&self) -> MutexGuard<'_, Kept> {
        self.0.lock().expect("nobody panicked")
    }
}

fn index(offset: u64) -> usize {
    usize::try_from(offset).expect("small")
}

impl Sink for Place {
    fn write_at(&self, offset: u64, bytes: Bytes) -> BoxFuture<'_, Result<(), StoreError>> {
        let mut kept = self.kept();
        kept.bytes[index(offset)..index(offset) + bytes.len()].copy_from_slice(&bytes);
        kept.writes += 1;
        if kept.sticks && kept.writes == 2 {
            return Box::pin(pending());
        }
        Box::pin(async { Ok(()) })
    }

    fn read_at(&self, range: ByteRange) -> Result<Bytes, StoreError> {
        let mut kept = self.kept();
        kept.read_back += range.len();
        let bytes = &kept.bytes[index(range.start())..index(range.end())];
        Ok(Bytes::copy_from_slice(bytes))
    }

    fn note(&self, note: &[u8]) {
        self.kept().note = note.to_vec();
    }

    fn settle(&self) -> BoxFuture<'_, Result<(), StoreError>> {
        Box::pin(async { Ok(()) })
    }

    fn commit(&self) -> BoxFuture<'_, Result<(), StoreError>> {
        Box::pin(async { Ok(()) })
    }

    fn discard(&self) -> BoxFuture<'_, Result<(), StoreError>> {
        Box::pin(async { Ok(()) })
    }
}

#[test]
fn a_cancelled_overwrite_is_noticed() {
    let place = Place::of(3);
    place.kept().sticks = true;
    let stage = Stage::new(digest(b"abc"), 3, place);
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

const LARGE: usize = 3 << 20;

fn large() -> (Bytes, BlobId) {
    let bytes: Vec<u8> = (0..LARGE)
        .map(|at| u8::try_from((at / 11 + at / 4093) % 251).expect("small"))
        .collect();
    let mut digester = Digester::sha256();
    digester.update(&bytes);
    (bytes.into(), digester.finish())
}

async fn put(stage: &Stage, bytes: &Bytes, part: std::ops::Range<usize>) {
    for start in part.clone().step_by(100_000) {
        let end = part.end.min(start + 100_000);
        let written = stage.write(start as u64, bytes.slice(start..end)).await;
        written.expect("written");
    }
}

#[test]
fn what_comes_in_order_is_hashed_as_it_came() {
    let (bytes, id) = large();
    let place = Place::of(LARGE);
    let stage = Stage::new(id, LARGE as u64, place.clone());
    wait(async {
        put(&stage, &bytes, 0..LARGE).await;
        stage.publish().await.expect("published");
    });
    assert_eq!(place.kept().read_back, 0);
}

#[test]
fn what_comes_from_several_places_at_once_is_read_back_once() {
    let (bytes, id) = large();
    let (third, place) = (LARGE / 3, Place::of(LARGE));
    let stage = Stage::new(id, LARGE as u64, place.clone());
    wait(async {
        let parts = [2, 1, 0].map(|part| part * third..(part + 1) * third);
        let [last, middle, first] = parts.map(|part| put(&stage, &bytes, part));
        // Each takes turns with the others.
        futures_join(vec![Box::pin(last), Box::pin(middle), Box::pin(first)]).await;
        stage.publish().await.expect("published");
    });
    assert!(place.kept().read_back <= LARGE as u64);
}

/// Polls all in turn until all are done.
async fn futures_join<'a>(mut futures: Vec<Pin<Box<dyn Future<Output = ()> + 'a>>>) {
    poll_fn(|context| {
        futures.retain_mut(|future| future.as_mut().poll(context).is_pending());
        if futures.is_empty() {
            return Poll::Ready(());
        }
        context.waker().wake_by_ref();
        Poll::Pending
    })
    .await;
}

#[test]
fn a_stage_goes_on_where_one_before_it_broke_off() {
    let (bytes, id) = large();
    for hashed_counts in [true, false] {
        let place = Place::of(LARGE);
        wait(async {
            let stage = Stage::new(id, LARGE as u64, place.clone());
            stage.set_validator(Some("\"v1\"".parse().expect("a tag")));
            put(&stage, &bytes, 0..LARGE / 2).await;
            put(&stage, &bytes, LARGE - 50..LARGE).await;
            drop(stage);
            let note = place.kept().note.clone();
            let stage = Stage::resume(id, LARGE as u64, place.clone(), &note, hashed_counts);
            assert_eq!(stage.held().len(), (LARGE / 2 + 50) as u64);
            assert_eq!(stage.validator(), "\"v1\"".parse().ok());
            put(&stage, &bytes, LARGE / 2..LARGE - 50).await;
            stage.publish().await.expect("published");
        });
    }
}

#[test]
fn what_changed_between_two_stages_is_noticed_where_the_machine_may_have_crashed() {
    let (bytes, id) = large();
    let place = Place::of(LARGE);
    let published = wait(async {
        let stage = Stage::new(id, LARGE as u64, place.clone());
        put(&stage, &bytes, 0..LARGE - 1).await;
        drop(stage);
        place.kept().bytes[7] ^= 1;
        let note = place.kept().note.clone();
        let stage = Stage::resume(id, LARGE as u64, place.clone(), &note, false);
        put(&stage, &bytes, LARGE - 1..LARGE).await;
        stage.publish().await
    });
    assert_eq!(
        published.map_err(|fault| fault.kind()),
        Err(StoreErrorKind::Integrity)
    );
}

#[test]
fn a_crash_loses_little_of_what_came() {
    let (bytes, id) = large();
    let place = Place::of(LARGE);
    wait(async {
        let stage = Stage::new(id, LARGE as u64, place.clone());
        let mut came = 0;
        for end in (0..LARGE).step_by(50_000) {
            put(&stage, &bytes, came..end).await;
            came = end;
            // The process might end here.
            let note = place.kept().note.clone();
            let again = Stage::resume(id, LARGE as u64, Place::of(LARGE), &note, true);
            assert!(again.held().len() + 100_000 >= came as u64);
        }
    });
}

#[test]
fn a_fresh_start_forgets_what_came() {
    let (bytes, id) = large();
    let place = Place::of(LARGE);
    wait(async {
        let stage = Stage::new(id, LARGE as u64, place.clone());
        let other = Bytes::from(vec![7; LARGE / 2]);
        put(&stage, &other, 0..LARGE / 2).await;
        stage.restart().await.expect("restarted");
        assert!(stage.held().is_empty());
        put(&stage, &bytes, 0..LARGE).await;
        stage.publish().await.expect("published");
    });
}
