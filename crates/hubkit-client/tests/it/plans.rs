//! What is told before anything is done.

use std::sync::Mutex;

use hubkit_client::{Connectivity, ErrorKind, Event, Silent, SnapshotRequest, Source, Standing};
use hubkit_store::{MemoryStore, RefStore as _};
use hubkit_types::{CommitId, Revision};

use crate::hub::{COMMIT, Hub, answer, commit, repo};

const FILES: &[(&str, &[u8])] = &[
    ("README.md", b"# a"),
    ("again/weights.bin", b"0123456789"),
    ("config.json", b"{}"),
    ("weights.bin", b"0123456789"),
];

fn other() -> CommitId {
    "89abcdef0123456789abcdef0123456789abcdef"
        .parse()
        .expect("a commit")
}

#[tokio::test]
async fn a_plan_says_what_would_move_and_moves_and_writes_nothing() {
    let (hub, store) = (Hub::new(FILES), MemoryStore::new());
    let client = hub.builder().store(store.clone()).build();
    let told = Mutex::new(None);
    let progress = |event: &Event<'_>| {
        if let Event::Planned {
            files,
            bytes,
            missing,
        } = *event
        {
            *told.lock().expect("no panic") = Some((files, bytes, missing));
        }
    };
    let plan = client
        .plan(&SnapshotRequest::new(repo()), &progress)
        .await
        .expect("a plan");
    assert_eq!((plan.commit(), plan.bytes()), (commit(), 25));
    let standings: Vec<_> = plan.files().iter().map(|each| each.standing).collect();
    let expected = [
        Standing::Missing,
        Standing::Missing,
        Standing::Missing,
        Standing::Shared,
    ];
    assert_eq!(standings, expected, "equal bytes move once");
    assert_eq!((plan.missing().count(), plan.missing_bytes()), (3, 15));
    assert_eq!(*told.lock().expect("no panic"), Some((4, 25, 15)));
    assert!(plan.obstacle().is_none());
    assert!(
        !hub.lines().iter().any(|line| line.contains("/resolve/")),
        "{:?}",
        hub.lines()
    );
    assert!(store.repos().await.expect("a list").is_empty());

    let snapshot = client.carry_out(plan, &Silent).await.expect("a snapshot");
    assert!(
        snapshot
            .files
            .iter()
            .all(|file| file.source == Source::Fetched)
    );
    let asked = hub.lines().len();
    let again = client
        .plan(&SnapshotRequest::new(repo()), &Silent)
        .await
        .expect("a plan");
    assert!(
        again
            .files()
            .iter()
            .all(|each| each.standing == Standing::Present)
    );
    assert_eq!(hub.lines().len(), asked + 1, "the branch is asked for");
}

#[tokio::test]
async fn a_plan_without_a_network_names_what_is_lacking() {
    let (hub, store) = (Hub::new(FILES), MemoryStore::new());
    let online = hub.builder().store(store.clone()).build();
    let part = SnapshotRequest::new(repo()).with_files(vec!["README.md".parse().expect("a path")]);
    online.snapshot(&part, &Silent).await.expect("a snapshot");
    let offline = Connectivity::Offline;
    let client = hub.builder().store(store).connectivity(offline).build();
    let plan = client
        .plan(&SnapshotRequest::new(repo()), &Silent)
        .await
        .expect("the listing is there");
    assert_eq!((plan.files().len(), plan.missing().count()), (4, 2));
    let obstacle = plan.obstacle().expect("files are lacking");
    assert_eq!(obstacle.kind(), ErrorKind::Offline);
    let error = client.carry_out(plan, &Silent).await.expect_err("lacking");
    assert_eq!(error.kind(), ErrorKind::Offline);
    assert!(error.to_string().contains("`again/weights.bin`"), "{error}");
}

#[tokio::test]
async fn a_revision_that_is_not_the_expected_commit_moves_and_writes_nothing() {
    let (hub, store) = (Hub::new(FILES), MemoryStore::new());
    let client = hub.builder().store(store.clone()).build();
    let path = "config.json".parse().expect("a path");
    let request = SnapshotRequest::new(repo()).expecting(other());
    let found = [
        client.snapshot(&request, &Silent).await.err(),
        client.plan(&request, &Silent).await.err(),
        client
            .file_expecting(&repo(), &Revision::main(), &path, other(), &Silent)
            .await
            .err(),
    ];
    for error in found.map(|error| error.expect("another commit")) {
        assert_eq!(error.kind(), ErrorKind::OtherCommit);
        let text = error.to_string();
        assert!(
            text.contains(COMMIT) && text.contains(&other().to_string()),
            "{text}"
        );
    }
    assert_eq!(hub.lines().len(), 3, "one question each: {:?}", hub.lines());
    assert!(!hub.lines().iter().any(|line| line.starts_with("GET /a/b")));
    assert!(store.repos().await.expect("a list").is_empty());

    let pinned = request.with_revision(commit().into());
    let error = client.snapshot(&pinned, &Silent).await.expect_err("pinned");
    assert_eq!(error.kind(), ErrorKind::OtherCommit);
    assert_eq!(hub.lines().len(), 3, "nobody need be asked for that");
}

#[tokio::test]
async fn the_expected_commit_is_fetched_and_found_offline() {
    let (hub, store) = (Hub::new(FILES), MemoryStore::new());
    let client = hub.builder().store(store.clone()).build();
    let path = "config.json".parse().expect("a path");
    let main = Revision::main();
    let request = SnapshotRequest::new(repo()).expecting(commit());
    client
        .file_expecting(&repo(), &main, &path, commit(), &Silent)
        .await
        .expect("the file");
    client.snapshot(&request, &Silent).await.expect("all");
    let offline = Connectivity::Offline;
    let client = hub.builder().store(store).connectivity(offline).build();
    client.snapshot(&request, &Silent).await.expect("all");
    let wrong = SnapshotRequest::new(repo()).expecting(other());
    let found = [
        client.snapshot(&wrong, &Silent).await.err(),
        client
            .file_expecting(&repo(), &main, &path, other(), &Silent)
            .await
            .err(),
    ];
    for error in found.map(|error| error.expect("another commit")) {
        assert_eq!(error.kind(), ErrorKind::OtherCommit);
    }
}

#[tokio::test]
async fn of_another_commit_not_even_an_absence_is_remembered() {
    let (hub, store) = (Hub::new(FILES), MemoryStore::new());
    let client = hub.builder().store(store.clone()).build();
    let path = "absent".parse().expect("a path");
    let error = client
        .file_expecting(&repo(), &Revision::main(), &path, other(), &Silent)
        .await
        .expect_err("another");
    assert_eq!(error.kind(), ErrorKind::OtherCommit);
    assert!(store.repos().await.expect("a list").is_empty());
}

#[tokio::test]
async fn sizes_that_no_disk_holds_do_not_overflow() {
    let hub = Hub::new(FILES).with(|request| {
        let file = |number: usize| {
            let (oid, size) = (format!("{number:040x}"), 1_u64 << 53);
            format!(r#"{{"type":"file","path":"f{number}","size":{size},"oid":"{oid}"}}"#)
        };
        let files = (1..3000).map(file).collect::<Vec<_>>().join(",");
        let is_listing = request.uri().path().contains("/tree/");
        is_listing.then(|| answer(200, &[], format!("[{files}]").into_bytes()))
    });
    let plan = hub
        .client()
        .plan(&SnapshotRequest::new(repo()), &Silent)
        .await
        .expect("a plan");
    assert_eq!(plan.missing_bytes(), u64::MAX);
}

#[tokio::test]
async fn what_the_store_foresaw_counts_only_if_it_came_true() {
    let (hub, store) = (Hub::new(FILES), MemoryStore::new());
    let client = hub.builder().store(store.clone()).build();
    let request = SnapshotRequest::new(repo());
    let part = request
        .clone()
        .with_files(vec!["README.md".parse().expect("a path")]);
    client.snapshot(&part, &Silent).await.expect("a snapshot");
    let asked = hub.lines().len();
    let plan = client.plan(&request, &Silent).await.expect("a plan");
    let missing = plan.missing().count();
    assert_eq!(
        (plan.files().len(), missing),
        (4, 2),
        "one is here, two are one"
    );
    assert_eq!(plan.files()[0].standing, Standing::Present);
    assert_eq!(hub.lines().len(), asked + 1, "the listing was recorded");
    // The branch was another commit when the store last heard of it.
    let before = hubkit_store::Snapshot {
        repo: repo(),
        commit: other(),
        revision: Some(Revision::main()),
        files: Vec::new(),
        listing: Some(Vec::new()),
    };
    store.record(before).await.expect("recorded");
    let plan = client.plan(&request, &Silent).await.expect("a plan");
    assert_eq!((plan.commit(), plan.missing().count()), (commit(), 2));
}
