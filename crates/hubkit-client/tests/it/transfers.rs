//! What moves, what does not, and what is kept.

use std::sync::atomic::{AtomicUsize, Ordering};

use bytes::Bytes;
use hubkit_auth::{Bound, Fixed};
use hubkit_client::{Connectivity, ErrorKind, Event, Silent, SnapshotRequest, Source};
use hubkit_store::{BlobStore as _, MemoryStore};
use hubkit_transport::{Body, Request};
use hubkit_types::Revision;

use crate::hub::{COMMIT, Hub, answer, broken, commit, git_id, repo};

const FILES: &[(&str, &[u8])] = &[
    ("README.md", b"# a"),
    ("config.json", b"{}"),
    ("sub/weights.bin", b"0123456789"),
];

fn is_body(request: &Request<Body>, name: &str) -> bool {
    request.method() == "GET" && request.uri().path().ends_with(name)
}

#[tokio::test]
async fn a_snapshot_takes_one_request_for_the_commit_one_for_the_listing_and_one_a_file() {
    let hub = Hub::new(FILES);
    let store = MemoryStore::new();
    let client = hub.builder().store(store.clone()).max_workers(1).build();
    let snapshot = client
        .snapshot(&SnapshotRequest::new(repo()), &Silent)
        .await
        .expect("a snapshot");
    assert_eq!(snapshot.commit, commit());
    assert_eq!(hub.lines().len(), 2 + FILES.len());
    assert!(
        hub.lines()[2..]
            .iter()
            .all(|line| line.contains(&format!("/resolve/{COMMIT}/"))),
        "{:?}",
        hub.lines()
    );

    let again = client
        .snapshot(&SnapshotRequest::new(repo()), &Silent)
        .await
        .expect("a snapshot");
    assert!(again.files.iter().all(|file| file.source == Source::Reused));
    assert_eq!(
        hub.lines().len(),
        3 + FILES.len(),
        "the branch is asked for, nothing else"
    );

    let pinned = SnapshotRequest::new(repo()).with_revision(commit().into());
    client.snapshot(&pinned, &Silent).await.expect("a snapshot");
    assert_eq!(
        hub.lines().len(),
        3 + FILES.len(),
        "a commit that is there takes no request"
    );

    let offline = hub
        .builder()
        .store(store)
        .connectivity(Connectivity::Offline)
        .build();
    let files = offline
        .snapshot(&SnapshotRequest::new(repo()), &Silent)
        .await
        .expect("from the store")
        .files;
    assert_eq!(
        (files.len(), hub.lines().len()),
        (FILES.len(), 3 + FILES.len())
    );
}

#[tokio::test]
async fn one_file_is_described_and_then_fetched_at_its_commit() {
    let hub = Hub::new(FILES);
    let client = hub.client();
    let path = "config.json".parse().expect("a path");
    let (found, file) = client
        .file(&repo(), &Revision::main(), &path, &Silent)
        .await
        .expect("a file");
    assert_eq!(
        (found, file.size, file.source),
        (commit(), 2, Source::Fetched)
    );
    let lines = [
        "HEAD /a/b/resolve/main/config.json".to_owned(),
        format!("GET /a/b/resolve/{COMMIT}/config.json"),
    ];
    assert_eq!(hub.lines(), lines);
    client
        .file(&repo(), &commit().into(), &path, &Silent)
        .await
        .expect("a file");
    assert_eq!(
        hub.lines().len(),
        2,
        "a pinned file that is there takes no request"
    );
}

#[tokio::test]
async fn offline_sends_nothing() {
    let hub = Hub::new(FILES);
    let client = hub.builder().connectivity(Connectivity::Offline).build();
    let path = "config.json".parse().expect("a path");
    let error = client
        .file(&repo(), &Revision::main(), &path, &Silent)
        .await
        .expect_err("not there");
    assert_eq!(error.kind(), ErrorKind::Offline);
    let error = client
        .snapshot(&SnapshotRequest::new(repo()), &Silent)
        .await
        .expect_err("not there");
    assert_eq!(error.kind(), ErrorKind::Offline);
    assert_eq!(
        client.who_am_i().await.expect_err("offline").kind(),
        ErrorKind::Offline
    );
    assert!(hub.lines().is_empty());
}

#[tokio::test]
async fn wrong_bytes_of_the_right_length_are_an_error_and_never_a_blob() {
    let hub = Hub::new(FILES).with(|request| {
        is_body(request, "weights.bin")
            .then(|| answer(200, &[("content-type", "text/html")], "0123456780"))
    });
    let store = MemoryStore::new();
    let client = hub.builder().store(store.clone()).build();
    let error = client
        .snapshot(&SnapshotRequest::new(repo()), &Silent)
        .await
        .expect_err("a flipped byte");
    assert_eq!(error.kind(), ErrorKind::Integrity);
    assert!(
        error.to_string().contains("sub/weights.bin") && error.to_string().contains("HTML"),
        "{error}"
    );
    let held = store.list(repo()).await.expect("a list");
    assert!(!held.contains(&git_id(b"0123456789")) && !held.contains(&git_id(b"0123456780")));
    let tries = hub
        .lines()
        .iter()
        .filter(|line| line.ends_with("weights.bin"))
        .count();
    assert_eq!(tries, 2, "once more from scratch, then never again");
}

#[tokio::test]
async fn a_body_longer_or_shorter_than_promised_is_an_error() {
    for body in ["0123456789+", "012345678", ""] {
        let hub = Hub::new(FILES)
            .with(move |request| is_body(request, "weights.bin").then(|| answer(200, &[], body)));
        let error = hub
            .client()
            .snapshot(&SnapshotRequest::new(repo()), &Silent)
            .await
            .expect_err(body);
        assert_eq!(error.kind(), ErrorKind::Integrity, "{body}: {error}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_broken_connection_is_picked_up_where_it_broke() {
    let tries = AtomicUsize::new(0);
    let hub = Hub::new(FILES).with(move |request| {
        let first = is_body(request, "weights.bin") && tries.fetch_add(1, Ordering::Relaxed) == 0;
        first.then(|| {
            answer(
                200,
                &[("etag", "\"v1\"")],
                broken(&Bytes::from_static(b"01234")),
            )
        })
    });
    hub.client()
        .snapshot(&SnapshotRequest::new(repo()), &Silent)
        .await
        .expect("a snapshot");
    let asked = hub.asked.lock().expect("no panic");
    let last = asked
        .iter()
        .rfind(|asked| asked.line.ends_with("weights.bin"))
        .expect("asked twice");
    assert_eq!(last.range.as_deref(), Some("bytes=5-9"));
    assert_eq!(last.if_range.as_deref(), Some("\"v1\""));
}

#[tokio::test(start_paused = true)]
async fn a_server_that_ignores_the_range_makes_the_file_start_over() {
    let tries = AtomicUsize::new(0);
    let hub = Hub::new(FILES).with(move |request| {
        let body =
            is_body(request, "weights.bin").then(|| tries.fetch_add(1, Ordering::Relaxed))?;
        let part = if body == 0 {
            broken(&Bytes::from_static(b"XXXXX"))
        } else {
            "0123456789".into()
        };
        Some(answer(200, &[("etag", "\"v1\"")], part))
    });
    let restarted = AtomicUsize::new(0);
    let progress = |event: &Event<'_>| {
        if let Event::Restarted { bytes, .. } = event {
            restarted.fetch_add(usize::try_from(*bytes).expect("small"), Ordering::Relaxed);
        }
    };
    hub.client()
        .snapshot(&SnapshotRequest::new(repo()), &progress)
        .await
        .expect("a snapshot");
    assert_eq!(restarted.load(Ordering::Relaxed), 5);
}

#[tokio::test]
async fn a_redirect_to_another_origin_gets_no_token() {
    let hub = Hub::new(FILES).with(|request| {
        let on_hub = request.uri().host() == Some("hub.test");
        let target = format!("https://cdn.test{}", request.uri().path());
        let headers = [
            ("location", target.as_str()),
            ("x-repo-commit", COMMIT),
            ("etag", "\"x\""),
        ];
        (on_hub && request.uri().path().contains("/resolve/")).then(|| answer(302, &headers, ""))
    });
    let token = Bound::new(
        "https://hub.test".parse().expect("an origin"),
        Fixed::new("hf_x".parse().expect("a token")),
    );
    let client = hub.builder().tokens(token).build();
    client
        .snapshot(&SnapshotRequest::new(repo()), &Silent)
        .await
        .expect("a snapshot");
    let asked = hub.asked.lock().expect("no panic");
    let (away, home): (Vec<_>, Vec<_>) = asked
        .iter()
        .partition(|asked| asked.line.contains("cdn.test"));
    assert_eq!(away.len(), FILES.len());
    assert!(away.iter().all(|asked| asked.token.is_none()));
    assert!(
        home.iter()
            .all(|asked| asked.token.as_deref() == Some("Bearer hf_x"))
    );
}

#[tokio::test]
async fn even_a_token_for_everyone_stays_with_the_hub() {
    let hub = Hub::new(FILES).with(|request| {
        let on_hub =
            request.uri().host() == Some("hub.test") && request.uri().path().contains("/resolve/");
        on_hub.then(|| {
            answer(
                302,
                &[(
                    "location",
                    &format!("https://cdn.test{}", request.uri().path()),
                )],
                "",
            )
        })
    });
    let client = hub
        .builder()
        .tokens(Fixed::new("hf_x".parse().expect("a token")))
        .build();
    client
        .snapshot(&SnapshotRequest::new(repo()), &Silent)
        .await
        .expect("a snapshot");
    let asked = hub.asked.lock().expect("no panic");
    assert!(
        asked
            .iter()
            .filter(|asked| asked.line.contains("cdn.test"))
            .all(|asked| asked.token.is_none())
    );
}
