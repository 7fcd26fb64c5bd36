//! Files that are read like files: parts, jumps, breaks, and never bytes of another version.

use std::{
    io::SeekFrom,
    pin::Pin,
    sync::atomic::{AtomicUsize, Ordering},
    task::{Context, Poll},
};

use bytes::Bytes;
use hubkit_client::{Client, Connectivity, Error, ErrorKind, RepoFile, Silent, SnapshotRequest};
use hubkit_store::{BlobKey, BlobStore as _, MemoryStore, RefStore as _};
use hubkit_transport::{Body, Request};
use hubkit_types::{BlobId, ByteRange, TreeFile};
use tokio::io::{AsyncRead as _, AsyncReadExt as _, AsyncSeekExt as _, ReadBuf};

use crate::hub::{Hub, answer, broken, commit, git_id, repo};

const SMALL: &[u8] = b"0123456789";
const LARGE: usize = 3_000_000;

/// Numbers without a pattern that a mistake of offsets would not change.
fn large() -> &'static [u8] {
    let numbers = (0_u32..).map(|number| number.wrapping_mul(2_654_435_761));
    let bytes: Vec<u8> = numbers.flat_map(u32::to_le_bytes).take(LARGE).collect();
    Box::leak(bytes.into_boxed_slice())
}

fn file(bytes: &[u8]) -> TreeFile {
    let BlobId::Git(oid) = git_id(bytes) else {
        unreachable!("a git id")
    };
    TreeFile {
        path: "weights.bin".parse().expect("a path"),
        size: bytes.len() as u64,
        oid,
        lfs: None,
    }
}

fn hub(bytes: &'static [u8]) -> Hub {
    Hub::new(&[("weights.bin", bytes)])
}

async fn open(client: &Client, bytes: &[u8]) -> RepoFile {
    client
        .open(&repo(), commit(), &file(bytes))
        .await
        .expect("nothing is asked yet")
}

fn kind(error: &std::io::Error) -> ErrorKind {
    let inner = error
        .get_ref()
        .and_then(|error| error.downcast_ref::<Error>());
    inner.expect("an error of the client").kind()
}

fn ranges(hub: &Hub) -> Vec<String> {
    let asked = hub.asked.lock().expect("no panic");
    asked
        .iter()
        .filter_map(|asked| asked.range.clone())
        .collect()
}

fn is_body(request: &Request<Body>) -> bool {
    request.uri().path().contains("/resolve/")
}

#[tokio::test]
async fn a_file_is_read_in_parts_that_grow_and_leaves_no_trace() {
    let (bytes, store) = (large(), MemoryStore::new());
    let hub = hub(bytes);
    let client = hub.builder().store(store.clone()).build();
    let mut read = Vec::new();
    open(&client, bytes)
        .await
        .read_to_end(&mut read)
        .await
        .expect("all of it");
    assert!(read == bytes);
    let kib = 1 << 10;
    let mut at = 0;
    let expected = [128 * kib, 256 * kib, 512 * kib, 1024 * kib, 2048 * kib].map(|length| {
        let end = (at + length).min(LARGE);
        let range = format!("bytes={at}-{}", end - 1);
        at = end;
        range
    });
    assert_eq!(ranges(&hub), expected);
    assert!(store.repos().await.expect("a list").is_empty());
}

#[tokio::test]
async fn only_what_is_read_is_asked_for_and_a_small_step_is_no_request() {
    let bytes = large();
    let hub = hub(bytes);
    let mut file = open(&hub.client(), bytes).await;
    assert_eq!(
        file.seek(SeekFrom::End(-10)).await.expect("a place"),
        LARGE as u64 - 10
    );
    let mut tail = Vec::new();
    file.read_to_end(&mut tail).await.expect("ten bytes");
    assert_eq!(tail, bytes[LARGE - 10..]);
    let mut eight = [0; 8];
    for (place, at) in [
        (SeekFrom::Start(1000), 1000),
        (SeekFrom::Current(992), 2000),
        (SeekFrom::Current(100_000), 102_008),
    ] {
        assert_eq!(file.seek(place).await.expect("a place"), at as u64);
        file.read_exact(&mut eight).await.expect("eight bytes");
        assert_eq!(eight, bytes[at..at + 8], "{at}");
    }
    assert_eq!(ranges(&hub), ["bytes=2999990-2999999", "bytes=1000-132071"]);
    assert_eq!(
        file.seek(SeekFrom::Start(u64::MAX)).await.expect("far"),
        u64::MAX
    );
    assert_eq!(file.read(&mut eight).await.expect("nothing there"), 0);
    let error = file
        .seek(SeekFrom::End(-3_000_001))
        .await
        .expect_err("before the start");
    assert_eq!(error.kind(), std::io::ErrorKind::InvalidInput);
    assert_eq!(ranges(&hub).len(), 2);
}

#[tokio::test]
async fn a_file_that_is_in_the_store_takes_no_request() {
    let (bytes, store) = (large(), MemoryStore::new());
    let hub = hub(bytes);
    let online = hub.builder().store(store.clone()).build();
    let request = SnapshotRequest::new(repo());
    online
        .snapshot(&request, &Silent)
        .await
        .expect("a snapshot");
    let asked = hub.lines().len();
    let offline = hub
        .builder()
        .store(store)
        .connectivity(Connectivity::Offline)
        .build();
    for client in [online, offline] {
        let mut read = Vec::new();
        let mut file = open(&client, bytes).await;
        file.read_to_end(&mut read).await.expect("all of it");
        assert!(read == bytes);
        let part = ByteRange::new(7, 12).expect("forwards");
        let found = client
            .read_range(&repo(), commit(), file.file(), part)
            .await;
        assert_eq!(found.expect("a part"), &bytes[7..12]);
    }
    assert_eq!(hub.lines().len(), asked);
}

#[tokio::test]
async fn a_file_that_goes_away_from_the_store_is_read_on_from_the_hub() {
    let (bytes, store) = (large(), MemoryStore::new());
    let hub = hub(bytes);
    let client = hub.builder().store(store.clone()).build();
    let request = SnapshotRequest::new(repo());
    client.snapshot(&request, &Silent).await.expect("all of it");
    let asked = hub.lines().len();
    let (mut first, mut rest) = (vec![0; 1000], Vec::new());
    let mut file = open(&client, bytes).await;
    file.read_exact(&mut first).await.expect("the start");
    assert_eq!(hub.lines().len(), asked);
    let key = BlobKey::new(repo(), file.file().blob());
    assert!(store.remove(key).await.expect("removed"));
    file.read_to_end(&mut rest).await.expect("the rest");
    assert!(first == bytes[..1000] && rest == bytes[1000..]);
    assert!(hub.lines().len() > asked);
}

#[tokio::test]
async fn offline_what_is_not_in_the_store_is_not_opened() {
    let hub = hub(SMALL);
    let client = hub.builder().connectivity(Connectivity::Offline).build();
    let opened = client.open(&repo(), commit(), &file(SMALL)).await;
    assert_eq!(opened.expect_err("not there").kind(), ErrorKind::Offline);
    let whole = ByteRange::whole(10);
    let mut bytes = client.bytes(&repo(), commit(), &file(SMALL), whole);
    let error = bytes
        .chunk()
        .await
        .expect("an answer")
        .expect_err("not there");
    assert_eq!(error.kind(), ErrorKind::Offline);
    assert!(
        bytes.chunk().await.is_none(),
        "nothing comes behind an error"
    );
    assert!(hub.lines().is_empty());
}

#[tokio::test(start_paused = true)]
async fn a_broken_connection_is_picked_up_under_the_guard_of_the_first_tag() {
    let tries = AtomicUsize::new(0);
    let hub = hub(SMALL).with(move |request| {
        let is_first = is_body(request) && tries.fetch_add(1, Ordering::Relaxed) == 0;
        let tag = format!("\"{}\"", git_id(SMALL));
        let headers = [("etag", tag.as_str()), ("content-range", "bytes 0-9/10")];
        is_first.then(|| answer(206, &headers, broken(&Bytes::from_static(b"01234"))))
    });
    let mut read = Vec::new();
    let mut file = open(&hub.client(), SMALL).await;
    file.read_to_end(&mut read).await.expect("all of it");
    assert_eq!(read, SMALL);
    let asked = hub.asked.lock().expect("no panic");
    let last = asked.last().expect("two requests");
    let tag = format!("\"{}\"", git_id(SMALL));
    assert_eq!(last.range.as_deref(), Some("bytes=5-9"));
    assert_eq!(last.if_range.as_deref(), Some(tag.as_str()));
}

#[tokio::test(start_paused = true)]
async fn bytes_of_another_version_are_never_returned() {
    type Headers = &'static [(&'static str, &'static str)];
    let others: [(u16, Headers, &'static str); 4] = [
        (200, &[("etag", "\"v2\"")], "abcdefghij"),
        (
            206,
            &[("etag", "\"v2\""), ("content-range", "bytes 5-9/10")],
            "fghij",
        ),
        (206, &[("content-range", "bytes 5-9/10")], "fghij"),
        (200, &[("etag", "\"v1\"")], "abcdefghijk"),
    ];
    for (status, headers, body) in others {
        let tries = AtomicUsize::new(0);
        let hub = hub(SMALL).with(move |_| {
            let first = [("etag", "\"v1\""), ("content-range", "bytes 0-9/10")];
            Some(match tries.fetch_add(1, Ordering::Relaxed) {
                0 => answer(206, &first, broken(&Bytes::from_static(b"01234"))),
                _ => answer(status, headers, body),
            })
        });
        let mut read = Vec::new();
        let mut file = open(&hub.client(), SMALL).await;
        let error = file
            .read_to_end(&mut read)
            .await
            .expect_err("another version");
        assert_eq!(
            kind(&error),
            ErrorKind::Integrity,
            "{status} {headers:?}: {error}"
        );
        assert_eq!(read, b"01234", "what came before is of the first version");
    }
}

#[tokio::test(start_paused = true)]
async fn a_server_that_ignores_ranges_is_read_from_its_start() {
    let tries = AtomicUsize::new(0);
    let hub = hub(SMALL).with(move |_| {
        let body = match tries.fetch_add(1, Ordering::Relaxed) {
            0 => broken(&Bytes::from_static(b"01234")),
            _ => "0123456789".into(),
        };
        Some(answer(200, &[("etag", "\"v1\"")], body))
    });
    let whole = ByteRange::whole(10);
    let found = hub
        .client()
        .read_range(&repo(), commit(), &file(SMALL), whole)
        .await;
    assert_eq!(found.expect("all of it"), SMALL);
}

#[tokio::test(start_paused = true)]
async fn a_connection_that_always_breaks_is_given_up() {
    let hub = hub(SMALL).with(|request| {
        let first = [("etag", "\"v1\""), ("content-range", "bytes 0-9/10")];
        let start = request
            .headers()
            .get("range")
            .is_some_and(|range| range == "bytes=0-9");
        let rest = [("etag", "\"v1\""), ("content-range", "bytes 5-9/10")];
        Some(if start {
            answer(206, &first, broken(&Bytes::from_static(b"01234")))
        } else {
            answer(206, &rest, broken(&Bytes::new()))
        })
    });
    let mut read = Vec::new();
    let mut file = open(&hub.client(), SMALL).await;
    let error = file.read_to_end(&mut read).await.expect_err("no end");
    assert_eq!(kind(&error), ErrorKind::Network);
    assert_eq!((read.as_slice(), ranges(&hub).len()), (&b"01234"[..], 5));
}

#[tokio::test]
async fn a_whole_read_of_wrong_bytes_never_comes_to_its_end() {
    let hub = hub(SMALL).with(|request| {
        is_body(request).then(|| answer(206, &[("content-range", "bytes 0-9/10")], "012345678X"))
    });
    let client = hub.client();
    let mut opened = open(&client, SMALL).await;
    let mut read = Vec::new();
    for _ in 0..2 {
        let error = opened
            .read_to_end(&mut read)
            .await
            .expect_err("wrong bytes");
        assert_eq!(kind(&error), ErrorKind::Integrity);
        assert!(
            error
                .to_string()
                .contains("`weights.bin` of a/b: the bytes hash to"),
            "{error}"
        );
    }
    assert!(read.is_empty(), "one chunk, and it was the last");
    let whole = ByteRange::whole(10);
    let error = client
        .read_range(&repo(), commit(), &file(SMALL), whole)
        .await;
    assert_eq!(error.expect_err("wrong bytes").kind(), ErrorKind::Integrity);
}

/// A body that gives a byte each second time it is asked.
fn hesitant(bytes: &'static [u8]) -> Body {
    let mut turn = 0;
    let next = move |context: &mut Context<'_>| {
        turn += 1;
        if turn % 2 == 1 {
            context.waker().wake_by_ref();
            return Poll::Pending;
        }
        let byte = bytes.get(turn / 2 - 1..turn / 2);
        Poll::Ready(byte.map(|byte| Ok(Bytes::from_static(byte))))
    };
    Body::from_stream(futures_util::stream::poll_fn(next), None)
}

#[tokio::test]
async fn a_read_that_is_dropped_loses_nothing() {
    let hub = hub(SMALL).with(|request| {
        let headers = [("content-range", "bytes 0-9/10")];
        is_body(request).then(|| answer(206, &headers, hesitant(SMALL)))
    });
    let mut file = open(&hub.client(), SMALL).await;
    let (mut read, mut dropped) = (Vec::new(), 0);
    while read.len() < SMALL.len() {
        let mut byte = [0];
        // A future of one read, polled once and dropped where it is not ready.
        let once = std::future::poll_fn(|context| {
            let mut buffer = ReadBuf::new(&mut byte);
            Poll::Ready(match Pin::new(&mut file).poll_read(context, &mut buffer) {
                Poll::Ready(read) => read.map(|()| buffer.filled().len()),
                Poll::Pending => Ok(0),
            })
        });
        match once.await.expect("no fault") {
            0 => dropped += 1,
            _ => read.push(byte[0]),
        }
    }
    assert_eq!(read, SMALL);
    assert!(dropped >= SMALL.len(), "{dropped}");
    assert_eq!(ranges(&hub).len(), 1, "all of it on one connection");
}

#[tokio::test]
async fn an_empty_file_is_at_its_end() {
    let hub = hub(b"");
    let mut file = open(&hub.client(), b"").await;
    let mut read = Vec::new();
    assert_eq!(file.read_to_end(&mut read).await.expect("nothing"), 0);
    assert!(hub.lines().is_empty());
}

#[tokio::test(start_paused = true)]
async fn a_reader_may_take_its_time() {
    let hub = hub(SMALL).with(|request| {
        let headers = [("content-range", "bytes 0-9/10")];
        is_body(request).then(|| answer(206, &headers, hesitant(SMALL)))
    });
    let mut file = open(&hub.client(), SMALL).await;
    for expected in SMALL {
        tokio::time::sleep(std::time::Duration::from_mins(10)).await;
        assert_eq!(file.read_u8().await.expect("a byte"), *expected);
    }
    assert_eq!(ranges(&hub).len(), 1, "nothing was asked for twice");
}
