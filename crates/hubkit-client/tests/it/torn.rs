//! Listings that lost parts on the way.

use std::sync::atomic::{AtomicUsize, Ordering};

use hubkit_client::{Client, ErrorKind, Event, Silent, SnapshotRequest};
use hubkit_transport::{Body, Request, Response};

use crate::hub::{COMMIT, Hub, answer, git_id, repo};

const FILES: &[(&str, &[u8])] = &[
    ("README.md", b"# a"),
    ("sub/deep/deeper/w.bin", b"0123456789"),
    ("sub/x.bin", b"x"),
    ("z/y", b"y"),
];

/// Lists one level, whatever was asked: the query was lost.
fn one_level(request: &Request<Body>) -> Option<Response<Body>> {
    let (_, place) = request.uri().path().split_once("/tree/")?;
    let top = place
        .split_once('/')
        .map_or(String::new(), |(_, folder)| format!("{folder}/"));
    let mut entries = std::collections::BTreeSet::new();
    for (path, bytes) in FILES {
        let Some(rest) = path.strip_prefix(top.as_str()) else {
            continue;
        };
        let (size, oid) = (bytes.len(), git_id(bytes));
        entries.insert(match rest.split_once('/') {
            Some((folder, _)) => format!(
                r#"{{"type":"directory","path":"{top}{folder}","oid":"{COMMIT}","size":0}}"#
            ),
            None => format!(r#"{{"type":"file","path":"{path}","size":{size},"oid":"{oid}"}}"#),
        });
    }
    let entries: Vec<_> = entries.into_iter().collect();
    Some(answer(
        200,
        &[],
        format!("[{}]", entries.join(",")).into_bytes(),
    ))
}

async fn fetch(client: &Client) -> Result<Vec<String>, hubkit_client::Error> {
    let snapshot = client
        .snapshot(&SnapshotRequest::new(repo()), &Silent)
        .await?;
    Ok(snapshot
        .files
        .iter()
        .map(|file| file.path.to_string())
        .collect())
}

#[tokio::test]
async fn a_hub_whose_recursion_is_lost_is_listed_folder_by_folder() {
    let hub = Hub::new(FILES).with(one_level);
    let broken = AtomicUsize::new(0);
    let progress = |event: &Event<'_>| {
        if let Event::ListingBroken { folders, .. } = event {
            broken.fetch_add(*folders, Ordering::Relaxed);
        }
    };
    let snapshot = hub
        .client()
        .snapshot(&SnapshotRequest::new(repo()), &progress)
        .await;
    let found: Vec<_> = snapshot
        .expect("all of it")
        .files
        .iter()
        .map(|file| file.path.to_string())
        .collect();
    let wanted: Vec<_> = FILES.iter().map(|(path, _)| (*path).to_owned()).collect();
    assert_eq!(found, wanted);
    assert_eq!(broken.into_inner(), 2);
    let trees = hub
        .lines()
        .iter()
        .filter(|line| line.contains("/tree/"))
        .count();
    assert_eq!(
        trees,
        5,
        "the top and each of four folders: {:?}",
        hub.lines()
    );
}

#[tokio::test]
async fn a_whole_listing_with_folders_takes_no_further_request() {
    let hub = Hub::new(FILES).with(|request| {
        let file = |(path, bytes): &(&str, &[u8])| {
            let (size, oid) = (bytes.len(), git_id(bytes));
            format!(r#"{{"type":"file","path":"{path}","size":{size},"oid":"{oid}"}}"#)
        };
        let folders = ["sub", "sub/deep", "sub/deep/deeper", "z"]
            .map(|path| format!(r#"{{"type":"directory","path":"{path}","oid":"{COMMIT}"}}"#));
        let entries: Vec<_> = folders.into_iter().chain(FILES.iter().map(file)).collect();
        request
            .uri()
            .path()
            .contains("/tree/")
            .then(|| answer(200, &[], format!("[{}]", entries.join(",")).into_bytes()))
    });
    assert_eq!(
        fetch(&hub.client()).await.expect("all of it").len(),
        FILES.len()
    );
    let trees = hub
        .lines()
        .iter()
        .filter(|line| line.contains("/tree/"))
        .count();
    assert_eq!(trees, 1);
}

#[tokio::test]
async fn a_folder_that_stays_empty_is_an_error_and_nothing_is_kept() {
    let hub = Hub::new(FILES).with(|request| {
        let (_, place) = request.uri().path().split_once("/tree/")?;
        let top = format!(r#"[{{"type":"directory","path":"sub","oid":"{COMMIT}"}}]"#);
        Some(answer(
            200,
            &[],
            if place.contains('/') {
                b"[]".to_vec()
            } else {
                top.into_bytes()
            },
        ))
    });
    let error = fetch(&hub.client())
        .await
        .expect_err("git has no empty folders");
    assert_eq!(error.kind(), ErrorKind::Protocol);
    assert_eq!(
        error.to_string(),
        "a/b at https://hub.test: the listing names the folder `sub` and nothing in it, so it is not whole"
    );
    assert!(!hub.lines().iter().any(|line| line.contains("/resolve/")));
}

#[tokio::test]
async fn a_folder_s_listing_that_is_another_s_is_an_error() {
    // The path is lost too: every folder is answered with the top.
    let hub = Hub::new(FILES).with(|request| {
        let top = format!(r#"[{{"type":"directory","path":"sub","oid":"{COMMIT}"}}]"#);
        request
            .uri()
            .path()
            .contains("/tree/")
            .then(|| answer(200, &[], top.into_bytes()))
    });
    let error = fetch(&hub.client()).await.expect_err("contradictory");
    assert_eq!(error.kind(), ErrorKind::Protocol);
    assert!(error.to_string().contains("which is elsewhere"), "{error}");
}

#[tokio::test]
async fn folders_without_an_end_are_given_up() {
    let hub = Hub::new(FILES).with(|request| {
        let (_, place) = request.uri().path().split_once("/tree/")?;
        let top = place
            .split_once('/')
            .map_or(String::new(), |(_, folder)| format!("{folder}/"));
        let below = format!(r#"[{{"type":"directory","path":"{top}d","oid":"{COMMIT}"}}]"#);
        Some(answer(200, &[], below.into_bytes()))
    });
    fetch(&hub.client()).await.expect_err("no end");
    assert!(hub.lines().len() < 10_010);
}

#[tokio::test]
async fn a_file_that_the_hub_names_and_does_not_list_is_an_error() {
    let hub = Hub::new(FILES).with(|request| {
        let info = format!(r#"{{"id":"a/b","sha":"{COMMIT}","siblings":[{{"rfilename":"README.md"}},{{"rfilename":"lost.bin"}}]}}"#);
        request.uri().path().ends_with("/revision/main").then(|| answer(200, &[], info.into_bytes()))
    });
    let error = fetch(&hub.client()).await.expect_err("not whole");
    assert_eq!(error.kind(), ErrorKind::Protocol);
    assert!(error.to_string().contains("lacks `lost.bin`"), "{error}");
    assert!(!hub.lines().iter().any(|line| line.contains("/resolve/")));
}
