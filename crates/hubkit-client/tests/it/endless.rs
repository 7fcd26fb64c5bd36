//! Hubs that never come to an end, and stores that can't be trusted.

use std::sync::atomic::{AtomicUsize, Ordering};

use bytes::Bytes;
use hubkit_client::{Client, Connectivity, ErrorKind, Silent, SnapshotRequest};
use hubkit_transport::{Body, Request, Response};
use hubkit_types::{ByteRange, Revision, TreeFile};

use crate::hub::{COMMIT, Hub, answer, broken, commit, git_id, repo};

const FILES: &[(&str, &[u8])] = &[("weights.bin", b"0123456789")];

fn is_body(request: &Request<Body>) -> bool {
    request.method() == "GET" && request.uri().path().ends_with("weights.bin")
}

async fn fetch(client: &Client) -> ErrorKind {
    let request = SnapshotRequest::new(repo());
    let outcome = client.snapshot(&request, &Silent).await;
    outcome.expect_err("it can't succeed").kind()
}

fn half(headers: &[(&str, &str)]) -> Response<Body> {
    answer(200, headers, broken(&Bytes::from_static(b"01234")))
}

#[tokio::test(start_paused = true)]
async fn a_body_that_always_breaks_at_the_same_place_is_given_up() {
    // Without a tag, with a weak one, with one that the server does not recognise: each time from the start.
    for tag in [None, Some("W/\"v\""), Some("abc")] {
        let hub = Hub::new(FILES).with(move |request| {
            let headers: Vec<_> = tag.map(|tag| ("etag", tag)).into_iter().collect();
            is_body(request).then(|| half(&headers))
        });
        assert_eq!(fetch(&hub.client()).await, ErrorKind::Network);
        let asked = hub.lines().len() - 2;
        assert!(asked <= 5, "{tag:?}: {asked} requests");
    }
}

#[tokio::test(start_paused = true)]
async fn a_range_refused_again_and_again_is_given_up() {
    let hub = Hub::new(FILES).with(|request| {
        let is_range = request.headers().contains_key("range");
        let refused = || answer(416, &[], "");
        is_body(request).then(|| {
            if is_range {
                refused()
            } else {
                half(&[("etag", "\"v\"")])
            }
        })
    });
    fetch(&hub.client()).await;
    assert!(hub.lines().len() <= 12, "{:?}", hub.lines());
}

#[tokio::test(start_paused = true)]
async fn a_shorter_part_than_was_asked_for_is_taken() {
    let tries = AtomicUsize::new(0);
    let hub = Hub::new(FILES).with(move |request| {
        let tag = ("etag", "\"v\"");
        is_body(request).then(|| match tries.fetch_add(1, Ordering::Relaxed) {
            0 => half(&[tag]),
            1 => answer(206, &[tag, ("content-range", "bytes 5-6/10")], "56"),
            2 => answer(206, &[tag, ("content-range", "bytes 7-9/*")], "789"),
            _ => answer(500, &[], ""),
        })
    });
    let snapshot = hub
        .client()
        .snapshot(&SnapshotRequest::new(repo()), &Silent)
        .await;
    assert_eq!(snapshot.expect("all parts came").files.len(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_new_file_under_the_old_name_is_not_mixed_with_the_old_one() {
    let tries = AtomicUsize::new(0);
    let hub = Hub::new(FILES).with(move |request| {
        is_body(request).then(|| match tries.fetch_add(1, Ordering::Relaxed) {
            0 => answer(
                200,
                &[("etag", "\"old\"")],
                broken(&Bytes::from_static(b"XXXXXXXX")),
            ),
            // The file changed, so it comes from its start, and breaks off earlier than the old one.
            1 => answer(
                200,
                &[("etag", "\"new\"")],
                broken(&Bytes::from_static(b"012")),
            ),
            _ => {
                assert_eq!(request.headers()["range"], "bytes=3-9");
                answer(
                    206,
                    &[("etag", "\"new\""), ("content-range", "bytes 3-9/10")],
                    "3456789",
                )
            }
        })
    });
    hub.client()
        .snapshot(&SnapshotRequest::new(repo()), &Silent)
        .await
        .expect("the new file");
}

#[tokio::test(start_paused = true)]
async fn a_trickle_is_given_up() {
    let hub = Hub::new(FILES).with(|request| {
        let drops = futures_util::stream::unfold((), |()| async {
            tokio::time::sleep(std::time::Duration::from_secs(20)).await;
            Some((Ok(Bytes::new()), ()))
        });
        is_body(request).then(|| answer(200, &[], Body::from_stream(Box::pin(drops), None)))
    });
    assert_eq!(fetch(&hub.client()).await, ErrorKind::Network);
}

#[tokio::test(start_paused = true)]
async fn an_answer_that_trickles_is_given_up() {
    let hub = Hub::new(FILES).with(|_| {
        let drops = futures_util::stream::unfold((), |()| async {
            tokio::time::sleep(std::time::Duration::from_secs(5)).await;
            Some((Ok(Bytes::from_static(b" ")), ()))
        });
        let body = Body::from_stream(Box::pin(drops), None);
        Some(answer(200, &[("content-type", "application/json")], body))
    });
    assert_eq!(fetch(&hub.client()).await, ErrorKind::Network);
}

#[tokio::test]
async fn a_listing_without_an_end_is_given_up() {
    let pages = AtomicUsize::new(0);
    let hub = Hub::new(FILES).with(move |request| {
        let page = pages.fetch_add(1, Ordering::Relaxed);
        let link = format!("</api/models/a/b/tree/x?cursor={page}>; rel=\"next\"");
        request
            .uri()
            .path()
            .contains("/tree/")
            .then(|| answer(200, &[("link", &link)], "[]"))
    });
    assert_eq!(fetch(&hub.client()).await, ErrorKind::Protocol);
    assert!(hub.lines().len() < 200);
}

#[tokio::test]
async fn sizes_that_no_file_has_are_refused_without_a_panic() {
    let hub = Hub::new(FILES).with(|request| {
        let oid = git_id(b"");
        let file = |path: &str, size: u64| {
            format!(r#"{{"type":"file","path":"{path}","size":{size},"oid":"{oid}"}}"#)
        };
        let page = format!("[{},{}]", file("a", 1 << 63), file("b", (1 << 63) + 5));
        request
            .uri()
            .path()
            .contains("/tree/")
            .then(|| answer(200, &[], page.into_bytes()))
    });
    fetch(&hub.client()).await;
}

#[tokio::test]
async fn another_commit_than_the_pinned_one_is_refused() {
    let hub = Hub::new(FILES).with(|request| {
        let tag = format!("\"{}\"", git_id(b"0123456789"));
        let headers = [
            ("etag", tag.as_str()),
            ("x-repo-commit", COMMIT),
            ("content-length", "10"),
        ];
        (request.method() == "HEAD").then(|| answer(200, &headers, ""))
    });
    let pinned: Revision = "d".repeat(40).parse().expect("a commit");
    let path = "weights.bin".parse().expect("a path");
    let error = hub
        .client()
        .file(&repo(), &pinned, &path, &Silent)
        .await
        .expect_err("another commit");
    assert_eq!(error.kind(), ErrorKind::Protocol, "{error}");
}

fn weights() -> TreeFile {
    let hubkit_types::BlobId::Git(oid) = git_id(b"0123456789") else {
        unreachable!("a git id")
    };
    TreeFile {
        path: "weights.bin".parse().expect("a path"),
        size: 10,
        oid,
        lfs: None,
    }
}

#[tokio::test]
async fn a_part_is_what_was_asked_for_or_an_error() {
    let part = ByteRange::new(2, 5).expect("forwards");
    let hub = Hub::new(FILES);
    let bytes = hub
        .client()
        .read_range(&repo(), commit(), &weights(), part)
        .await
        .expect("a part");
    assert_eq!(bytes, "234");
    let whole = Hub::new(FILES).with(|_| Some(answer(200, &[], "0123456789")));
    let bytes = whole
        .client()
        .read_range(&repo(), commit(), &weights(), part)
        .await
        .expect("cut out");
    assert_eq!(bytes, "234");
    let wrong = [
        answer_of(206, Some("bytes 5-7/10"), "567"),
        answer_of(206, None, "234"),
        answer_of(302, None, "234"),
        answer_of(206, Some("bytes 2-4/10"), "2"),
    ];
    for wrong in wrong {
        let client = Hub::new(FILES).with(move |_| Some(wrong())).client();
        let error = client
            .read_range(&repo(), commit(), &weights(), part)
            .await
            .expect_err("wrong");
        assert_eq!(error.kind(), ErrorKind::Protocol, "{error}");
    }
}

fn answer_of(
    status: u16,
    range: Option<&'static str>,
    body: &'static str,
) -> Box<dyn Fn() -> Response<Body> + Send + Sync> {
    Box::new(move || {
        let headers: Vec<_> = range
            .map(|range| ("content-range", range))
            .into_iter()
            .collect();
        answer(status, &headers, body)
    })
}

#[tokio::test]
async fn a_small_file_is_verified_wherever_it_comes_from() {
    let client = Hub::new(FILES).client();
    assert_eq!(
        client
            .read(&repo(), commit(), &weights(), 100)
            .await
            .expect("sound"),
        "0123456789"
    );
    let hub =
        Hub::new(FILES).with(|request| is_body(request).then(|| answer(200, &[], "012345678X")));
    let error = hub
        .client()
        .read(&repo(), commit(), &weights(), 100)
        .await
        .expect_err("wrong bytes");
    assert_eq!(error.kind(), ErrorKind::Integrity);
    let offline = Hub::new(FILES)
        .builder()
        .connectivity(Connectivity::Offline)
        .build();
    let error = offline
        .read(&repo(), commit(), &weights(), 100)
        .await
        .expect_err("not there");
    assert_eq!(error.kind(), ErrorKind::Offline);
}
