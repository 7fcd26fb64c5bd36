//! Files of which only the name is known: how few requests they take, and that parts are never of two versions.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use bytes::Bytes;
use hubkit_client::{Connectivity, ErrorKind, FileRanges};
use hubkit_transport::{Body, Request, Response};
use hubkit_types::{BlobId, ByteRange, Revision};

use crate::hub::{COMMIT, Hub, answer, broken, commit, git_id, repo};

const FILE: &[u8] = b"0123456789";
const DIGEST: &str = "abababababababababababababababababababababababababababababababab";

fn file(hub: &Hub) -> FileRanges {
    let path = "weights.bin".parse().expect("a path");
    hub.client().ranges(&repo(), &Revision::main(), &path)
}

fn range(start: u64, end: u64) -> ByteRange {
    ByteRange::new(start, end).expect("forward")
}

fn hub() -> Hub {
    Hub::new(&[("weights.bin", FILE), ("empty.bin", b"")])
}

fn part(request: &Request<Body>) -> ByteRange {
    let value = request.headers()["range"].to_str().expect("text");
    let range = value.strip_prefix("bytes=").expect("bytes");
    range.parse::<ByteRange>().expect("a range").within(10)
}

/// A hub that keeps large files on another server, at addresses that count so often.
fn elsewhere(uses: usize) -> Hub {
    let left = Arc::new(AtomicUsize::new(0));
    hub().with(move |request: &Request<Body>| -> Option<Response<Body>> {
        let uri = request.uri().to_string();
        if uri.contains("/resolve/") {
            left.store(uses, Ordering::Relaxed);
            let tag = format!("\"{DIGEST}\"");
            let headers = [
                ("location", "https://cdn.test/x?Signature=y"),
                ("x-repo-commit", COMMIT),
                ("x-linked-size", "10"),
                ("x-linked-etag", tag.as_str()),
            ];
            return Some(answer(302, &headers, "Found. Redirecting"));
        }
        if !uri.starts_with("https://cdn.test/") {
            return None;
        }
        let is_over = left
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| {
                left.checked_sub(1)
            })
            .is_err();
        if is_over {
            return Some(answer(403, &[], "expired"));
        }
        let part = part(request);
        let place = format!("bytes {part}/10");
        let bytes = Bytes::from_static(FILE);
        let bytes = bytes.slice(
            usize::try_from(part.start()).expect("small")
                ..usize::try_from(part.end()).expect("small"),
        );
        let headers = [("content-range", place.as_str()), ("etag", "\"cdn\"")];
        Some(answer(206, &headers, bytes))
    })
}

#[tokio::test]
async fn one_request_tells_of_a_file_and_each_part_takes_one() {
    let hub = hub();
    let mut file = file(&hub);
    assert_eq!(
        (file.commit(), file.size(), file.blob()),
        (None, None, None)
    );
    assert_eq!(file.read_part(range(2, 4)).await.expect("a part"), "23");
    assert_eq!((file.commit(), file.size()), (Some(commit()), Some(10)));
    assert_eq!(file.blob(), Some(git_id(FILE)));
    assert_eq!(file.read_part(range(8, 400)).await.expect("the rest"), "89");
    assert!(
        file.read_part(range(50, 60))
            .await
            .expect("nothing")
            .is_empty()
    );
    let (first, second) = (
        "GET /a/b/resolve/main/weights.bin".to_owned(),
        format!("GET /a/b/resolve/{COMMIT}/weights.bin"),
    );
    assert_eq!(hub.lines(), [first, second], "the commit is pinned");
    let asked = hub.asked.lock().expect("no panic");
    assert_eq!(asked[1].if_range, Some(format!("\"{}\"", git_id(FILE))));
}

#[tokio::test]
async fn where_the_hub_sent_us_is_where_we_go_again() {
    let hub = elsewhere(2);
    let mut file = file(&hub);
    assert_eq!(file.read_part(range(0, 3)).await.expect("a part"), "012");
    let digest = DIGEST.parse().map(BlobId::Sha256).expect("a digest");
    assert_eq!((file.size(), file.blob()), (Some(10), Some(digest)));
    for part in [3, 6] {
        file.read_part(range(part, part + 3)).await.expect("a part");
    }
    let lines: Vec<String> = hub.lines();
    let hosts: Vec<&str> = lines
        .iter()
        .map(|line| line.split(['?', ' ']).nth(1).expect("an address"))
        .collect();
    let cdn = "https://cdn.test/x";
    let pinned = format!("/a/b/resolve/{COMMIT}/weights.bin");
    // The third read finds that the address has expired, and the hub gives another.
    assert_eq!(
        hosts,
        ["/a/b/resolve/main/weights.bin", cdn, cdn, cdn, &pinned, cdn]
    );
    let asked = hub.asked.lock().expect("no panic");
    assert!(asked.iter().all(|asked| asked.token.is_none()));
}

#[tokio::test]
async fn a_part_that_breaks_off_is_picked_up_where_it_broke() {
    let times = AtomicUsize::new(0);
    let hub = hub().with(move |request| {
        let is_first = request.uri().path().contains("/resolve/")
            && times.fetch_add(1, Ordering::Relaxed) == 0;
        let tag = format!("\"{}\"", git_id(FILE));
        let headers = [
            ("etag", tag.as_str()),
            ("x-repo-commit", COMMIT),
            ("content-range", "bytes 0-8/10"),
        ];
        is_first.then(|| answer(206, &headers, broken(&Bytes::from_static(b"0123"))))
    });
    tokio::time::pause();
    let mut file = file(&hub);
    assert_eq!(
        file.read_part(range(0, 9)).await.expect("all of it"),
        "012345678"
    );
    let asked = hub.asked.lock().expect("no panic");
    let ranges: Vec<_> = asked
        .iter()
        .filter_map(|asked| asked.range.as_deref())
        .collect();
    assert_eq!(ranges, ["bytes=0-8", "bytes=4-8"]);
}

#[tokio::test]
async fn a_server_without_ranges_is_read_from_its_start() {
    let hub = hub().with(|request| {
        let tag = format!("\"{}\"", git_id(FILE));
        let headers = [
            ("etag", tag.as_str()),
            ("x-repo-commit", COMMIT),
            ("content-length", "10"),
        ];
        request
            .uri()
            .path()
            .contains("/resolve/")
            .then(|| answer(200, &headers, Bytes::from_static(FILE)))
    });
    assert_eq!(
        file(&hub).read_part(range(3, 5)).await.expect("a part"),
        "34"
    );
}

#[tokio::test]
async fn another_version_is_refused_and_a_whole_file_is_verified() {
    let hub_of = |tag: &'static str, body: &'static [u8]| {
        hub().with(move |request| {
            let headers = [
                ("etag", tag),
                ("x-repo-commit", COMMIT),
                ("content-range", "bytes 0-9/10"),
            ];
            (request.headers().contains_key("range") && !request.headers().contains_key("if-range"))
                .then(|| answer(206, &headers, Bytes::from_static(body)))
        })
    };
    let other = "\"0000000000000000000000000000000000000000\"";
    let mut changed = file(&hub_of(other, FILE));
    changed
        .read_part(range(0, 10))
        .await
        .expect("the first version");
    let error = changed
        .read_part(range(0, 10))
        .await
        .expect_err("another version");
    assert_eq!(error.kind(), ErrorKind::Integrity);

    let mut forged = file(&hub_of(other, FILE));
    let error = forged.read_whole(10).await.expect_err("other bytes");
    assert_eq!(error.kind(), ErrorKind::Integrity);
    assert_eq!(file(&hub()).read_whole(10).await.expect("sound"), FILE);
    let error = file(&hub()).read_whole(9).await.expect_err("longer");
    assert_eq!(error.kind(), ErrorKind::Protocol);
}

#[tokio::test]
async fn what_is_not_there_or_may_not_be_asked_for_says_so() {
    let hub = hub();
    let path = "other.bin".parse().expect("a path");
    let mut missing = hub.client().ranges(&repo(), &Revision::main(), &path);
    let error = missing
        .read_part(range(0, 1))
        .await
        .expect_err("no such file");
    assert_eq!(error.kind(), ErrorKind::FileNotFound);
    let offline = hub.builder().connectivity(Connectivity::Offline).build();
    let before = hub.lines().len();
    let mut file = offline.ranges(&repo(), &Revision::main(), &path);
    let error = file.read_part(range(0, 1)).await.expect_err("offline");
    assert_eq!(
        (error.kind(), hub.lines().len()),
        (ErrorKind::Offline, before)
    );
}

#[tokio::test]
async fn requests_are_counted_with_their_redirects() {
    let hub = elsewhere(9);
    let client = hub.client();
    let path = "weights.bin".parse().expect("a path");
    let mut file = client.clone().ranges(&repo(), &Revision::main(), &path);
    assert_eq!(client.requests(), 0);
    file.read_part(range(0, 3)).await.expect("a part");
    file.read_part(range(3, 6)).await.expect("a part");
    assert_eq!(client.requests(), 3);
}
