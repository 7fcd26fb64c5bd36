//! A large file in several parts: what is asked, what is believed, and what an unreliable server can't do to it.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use bytes::Bytes;
use hubkit_client::{Client, ErrorKind, Event, Silent, SnapshotRequest};
use hubkit_store::{BlobKey, BlobStoreExt as _, MemoryStore};
use hubkit_transport::{Body, Request, Response};
use hubkit_types::ByteRange;

use crate::hub::{Hub, answer, broken, git_id, repo};

const SIZE: usize = 24 << 20;
const NAME: &str = "weights.bin";

fn large() -> &'static [u8] {
    let bytes: Vec<u8> = (0..SIZE)
        .map(|at| u8::try_from((at / 13 + at / 4099) % 251).expect("small"))
        .collect();
    bytes.leak()
}

fn asked_range(request: &Request<Body>) -> Option<ByteRange> {
    let range = request.headers().get("range")?.to_str().ok()?;
    range.strip_prefix("bytes=")?.parse().ok()
}

fn is_file(request: &Request<Body>) -> bool {
    request.uri().path().ends_with(NAME)
}

fn index(offset: u64) -> usize {
    usize::try_from(offset).expect("in memory")
}

/// What a content server answers to a request for a part.
fn part(bytes: &'static [u8], range: ByteRange, tag: &str) -> Response<Body> {
    let total = format!(
        "bytes {}-{}/{}",
        range.start(),
        range.end() - 1,
        bytes.len()
    );
    let body = Bytes::from_static(&bytes[index(range.start())..index(range.end())]);
    answer(206, &[("etag", tag), ("content-range", &total)], body)
}

/// A hub that sends on to a content server, and what that answers.
fn hub(
    bytes: &'static [u8],
    content: impl Fn(&Request<Body>, ByteRange) -> Response<Body> + Send + Sync + 'static,
) -> Hub {
    let signed = AtomicUsize::new(0);
    Hub::new(Vec::leak(vec![(NAME, bytes)])).with(move |request| {
        if !is_file(request) {
            return None;
        }
        if request.uri().host() == Some("hub.test") {
            let signature = signed.fetch_add(1, Ordering::Relaxed);
            let location = format!("https://cdn.test/{NAME}?signature={signature}");
            return Some(answer(302, &[("location", &location)], ""));
        }
        let range = asked_range(request).unwrap_or(ByteRange::whole(SIZE as u64));
        Some(content(request, range))
    })
}

async fn fetch(client: &Client, store: &MemoryStore, bytes: &[u8]) {
    let request = SnapshotRequest::new(repo());
    client
        .snapshot(&request, &Silent)
        .await
        .expect("a snapshot");
    let key = BlobKey::new(repo(), git_id(bytes));
    let held = store.read_all(key, SIZE as u64).await.expect("read");
    assert!(held == bytes, "the bytes are the right ones");
}

fn client(hub: &Hub) -> (Client, MemoryStore) {
    let store = MemoryStore::new();
    (hub.builder().store(store.clone()).build(), store)
}

/// The parts that the content server was asked for, in order of their places.
fn parts(hub: &Hub) -> Vec<ByteRange> {
    let asked = hub.asked.lock().expect("no panic");
    let cdn = asked.iter().filter(|asked| asked.line.contains("cdn.test"));
    let mut parts: Vec<ByteRange> = cdn
        .filter_map(|asked| asked.range.as_ref()?.strip_prefix("bytes=")?.parse().ok())
        .collect();
    parts.sort_by_key(|part| part.start());
    parts
}

#[tokio::test(start_paused = true)]
async fn every_byte_is_asked_for_once_of_where_the_hub_sent_us_and_the_hub_once() {
    let bytes = large();
    let hub = hub(bytes, move |_, range| part(bytes, range, "\"v1\""));
    let (client, store) = client(&hub);
    fetch(&client, &store, bytes).await;
    let parts = parts(&hub);
    assert!(parts.len() > 2, "{parts:?}");
    let mut frontier = 0;
    for part in &parts {
        assert_eq!(part.start(), frontier, "{parts:?}");
        frontier = part.end();
    }
    assert_eq!(frontier, SIZE as u64);
    let lines = hub.lines();
    let resolved = lines.iter().filter(|line| line.contains("/resolve/"));
    assert_eq!(resolved.count(), 1, "{lines:?}");
}

#[tokio::test(start_paused = true)]
async fn an_address_that_expired_is_asked_for_again_in_the_middle() {
    let bytes = large();
    let answers = AtomicUsize::new(0);
    let hub = hub(bytes, move |request, range| {
        let is_first = request.uri().query() == Some("signature=0");
        if is_first && answers.fetch_add(1, Ordering::Relaxed) >= 2 {
            return answer(403, &[("content-type", "application/xml")], "<Expired/>");
        }
        part(bytes, range, "\"v1\"")
    });
    let (client, store) = client(&hub);
    fetch(&client, &store, bytes).await;
    let lines = hub.lines();
    let resolved = lines.iter().filter(|line| line.contains("/resolve/"));
    assert!(resolved.count() >= 2, "{lines:?}");
}

#[tokio::test(start_paused = true)]
async fn parts_that_break_off_are_picked_up_where_they_broke() {
    let bytes = large();
    let answers = AtomicUsize::new(0);
    let hub = hub(bytes, move |_, range| {
        let whole = part(bytes, range, "\"v1\"");
        if answers.fetch_add(1, Ordering::Relaxed) % 2 == 1 {
            return whole;
        }
        let half = range.start() + range.len() / 2;
        let (head, _) = whole.into_parts();
        let bytes = Bytes::from_static(&bytes[index(range.start())..index(half)]);
        Response::from_parts(head, broken(&bytes))
    });
    let (client, store) = client(&hub);
    fetch(&client, &store, bytes).await;
    let moved: u64 = {
        let asked = hub.asked.lock().expect("no panic");
        let guarded = asked
            .iter()
            .filter(|asked| asked.if_range.as_deref() == Some("\"v1\""));
        guarded.count() as u64
    };
    assert!(
        moved > 0,
        "what follows the first answer is guarded by its version"
    );
}

#[tokio::test(start_paused = true)]
async fn a_file_that_is_replaced_between_two_parts_is_fetched_anew_and_never_mixed() {
    let bytes = large();
    let other: &[u8] = vec![7; SIZE].leak();
    let answers = AtomicUsize::new(0);
    let hub = hub(bytes, move |_, range| {
        if answers.fetch_add(1, Ordering::Relaxed) < 2 {
            part(other, range, "\"old\"")
        } else {
            part(bytes, range, "\"new\"")
        }
    });
    let (client, store) = client(&hub);
    fetch(&client, &store, bytes).await;
}

#[tokio::test(start_paused = true)]
async fn a_server_that_gives_no_parts_gives_the_whole() {
    let bytes = large();
    let hub = hub(bytes, move |_, _| {
        answer(200, &[("etag", "\"v1\"")], Bytes::from_static(bytes))
    });
    let (client, store) = client(&hub);
    fetch(&client, &store, bytes).await;
}

#[tokio::test(start_paused = true)]
async fn parts_without_a_name_of_their_version_are_not_put_together() {
    let bytes = large();
    let hub = hub(bytes, move |request, range| {
        if request.headers().contains_key("range") {
            let (mut head, body) = part(bytes, range, "\"x\"").into_parts();
            head.headers.remove("etag");
            return Response::from_parts(head, body);
        }
        answer(200, &[], Bytes::from_static(bytes))
    });
    let (client, store) = client(&hub);
    fetch(&client, &store, bytes).await;
    let asked = hub.asked.lock().expect("no panic");
    let last = asked.iter().rfind(|asked| asked.line.contains(NAME));
    assert_eq!(last.expect("asked").range, None);
}

#[tokio::test(start_paused = true)]
async fn a_part_that_is_another_one_than_was_asked_for_is_not_believed() {
    let bytes = large();
    let wrong = Arc::new(AtomicUsize::new(0));
    let seen = wrong.clone();
    let hub = hub(bytes, move |request, range| {
        if !request.headers().contains_key("range") {
            return answer(200, &[("etag", "\"v1\"")], Bytes::from_static(bytes));
        }
        if range.start() > 0 {
            seen.fetch_add(1, Ordering::Relaxed);
            let length = range.len().min(1000);
            let other = ByteRange::new(0, length).expect("forwards");
            return part(bytes, other, "\"v1\"");
        }
        part(bytes, range, "\"v1\"")
    });
    let (client, store) = client(&hub);
    fetch(&client, &store, bytes).await;
    assert!(wrong.load(Ordering::Relaxed) > 0);
}

#[tokio::test(start_paused = true)]
async fn more_than_the_part_that_was_asked_for_is_an_error() {
    let bytes = large();
    let hub = hub(bytes, move |_, range| {
        let (head, _) = part(bytes, range, "\"v1\"").into_parts();
        let body = Bytes::from_static(&bytes[index(range.start())..]);
        Response::from_parts(head, body.into())
    });
    let (client, _) = client(&hub);
    let request = SnapshotRequest::new(repo());
    let error = client
        .snapshot(&request, &Silent)
        .await
        .expect_err("too much");
    assert_eq!(error.kind(), ErrorKind::Protocol, "{error}");
}

#[tokio::test(start_paused = true)]
async fn a_file_that_keeps_changing_is_given_up() {
    let bytes = large();
    let other: &[u8] = vec![7; SIZE].leak();
    let answers = AtomicUsize::new(0);
    let hub = hub(bytes, move |_, range| {
        let tag = format!("\"{}\"", answers.fetch_add(1, Ordering::Relaxed));
        if range.len() == SIZE as u64 {
            return answer(200, &[("etag", &tag)], Bytes::from_static(other));
        }
        part(other, range, &tag)
    });
    let (client, _) = client(&hub);
    let request = SnapshotRequest::new(repo());
    let error = client
        .snapshot(&request, &Silent)
        .await
        .expect_err("never whole");
    assert_eq!(error.kind(), ErrorKind::Integrity, "{error}");
    assert!(hub.lines().len() < 100);
}

#[tokio::test(start_paused = true)]
async fn what_came_before_a_fault_is_told_and_not_asked_for_again_by_the_same_request() {
    let bytes = large();
    let answers = AtomicUsize::new(0);
    let hub = hub(bytes, move |_, range| {
        match answers.fetch_add(1, Ordering::Relaxed) {
            1 => answer(503, &[], ""),
            _ => part(bytes, range, "\"v1\""),
        }
    });
    let received = AtomicUsize::new(0);
    let progress = |event: &Event<'_>| {
        if let Event::Received { bytes, .. } = event {
            received.fetch_add(index(*bytes), Ordering::Relaxed);
        }
    };
    let (client, _) = client(&hub);
    let request = SnapshotRequest::new(repo());
    client
        .snapshot(&request, &progress)
        .await
        .expect("a snapshot");
    assert_eq!(received.load(Ordering::Relaxed), SIZE);
}
