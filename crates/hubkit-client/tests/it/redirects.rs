//! Repositories that moved, and files that lie elsewhere on the hub.

use std::sync::{Arc, Mutex};

use hubkit_client::{ErrorKind, Event, Silent, SnapshotRequest};
use hubkit_store::{MemoryStore, RefStore as _};
use hubkit_transport::{Body, Request, Response};
use hubkit_types::{Repo, RepoKind, Revision};

use crate::hub::{COMMIT, Hub, answer, commit};

const FILES: &[(&str, &[u8])] = &[("config.json", b"{}")];

/// Sends every request about `Old/name` on to `a/b`, as the Hub does for moved and differently cased names.
fn moved(request: &Request<Body>) -> Option<Response<Body>> {
    let target = request.uri().path_and_query()?.as_str();
    let to = target.replacen("Old/name", "a/b", 1);
    (to != target).then(|| answer(307, &[("location", &to)], ""))
}

fn old() -> Repo {
    Repo::new(RepoKind::Model, "Old/name".parse().expect("an id"))
}

#[tokio::test]
async fn a_moved_repository_is_found_and_kept_under_the_name_that_was_asked_for() {
    let hub = Hub::new(FILES).with(moved);
    let store = MemoryStore::new();
    let client = hub.builder().store(store.clone()).build();
    let names = Mutex::new(Vec::new());
    let progress = |event: &Event<'_>| {
        if let Event::Renamed { repo, name } = event {
            names
                .lock()
                .expect("no panic")
                .push(format!("{repo} is {name}"));
        }
    };
    let snapshot = client
        .snapshot(&SnapshotRequest::new(old()), &progress)
        .await
        .expect("it moved");
    assert_eq!(snapshot.repo, old());
    let names = names.into_inner().expect("no panic");
    assert!(
        !names.is_empty() && names.iter().all(|name| name == "Old/name is a/b"),
        "{names:?}"
    );
    // As Python's client does, so that both find what the other fetched by that name.
    let kept = store
        .resolve(old(), Revision::main())
        .await
        .expect("a store");
    assert_eq!(kept, Some(commit()));
    let info = client.info(&old(), None).await.expect("it moved");
    assert_eq!(info.id.as_str(), "a/b");
}

#[tokio::test]
async fn a_question_with_a_body_keeps_method_and_body() {
    let bodies = Arc::new(Mutex::new(Vec::new()));
    let seen = Arc::clone(&bodies);
    let hub = Hub::new(FILES).with(move |request| {
        let body = request.body().as_bytes().expect("in memory").to_vec();
        seen.lock()
            .expect("no panic")
            .push((request.method().clone(), body));
        moved(request).or_else(|| Some(answer(200, &[], "[]")))
    });
    let paths = ["x".parse().expect("a path")];
    let found = hub
        .client()
        .paths_info(&old(), &Revision::main(), &paths)
        .await
        .expect("an answer");
    assert!(found.is_empty());
    let bodies = bodies.lock().expect("no panic");
    assert_eq!(bodies.len(), 2);
    assert_eq!(bodies[0], bodies[1]);
    assert_eq!(bodies[0].0, "POST");
    assert_eq!(hub.lines()[1], "POST /api/models/a/b/paths-info/main");
}

#[tokio::test]
async fn a_body_is_not_sent_on_to_another_origin() {
    let hub = Hub::new(FILES).with(|request| {
        let to = format!("https://other.test{}", request.uri().path());
        Some(answer(307, &[("location", &to)], ""))
    });
    let paths = ["x".parse().expect("a path")];
    let asked = hub
        .client()
        .paths_info(&old(), &Revision::main(), &paths)
        .await;
    assert_eq!(asked.expect_err("elsewhere").kind(), ErrorKind::Protocol);
    assert_eq!(hub.lines().len(), 1);
}

#[tokio::test]
async fn see_other_is_fetched_without_the_body() {
    let hub = Hub::new(FILES).with(|request| {
        Some(if request.method() == "POST" {
            answer(303, &[("location", "/api/answer")], "")
        } else {
            assert_eq!(request.body().length(), Some(0));
            assert!(!request.headers().contains_key("content-type"));
            answer(200, &[], "[]")
        })
    });
    let paths = ["x".parse().expect("a path")];
    hub.client()
        .paths_info(&old(), &Revision::main(), &paths)
        .await
        .expect("an answer");
    assert_eq!(hub.lines()[1], "GET /api/answer");
}

#[tokio::test]
async fn a_cached_address_on_the_hub_is_followed_to_the_file() {
    let cached = format!("/api/resolve-cache/models/a/b/{COMMIT}/config.json");
    let hub = Hub::new(FILES).with(move |request| {
        let is_file = request.uri().path().contains("/resolve/");
        let headers = [("location", cached.as_str()), ("x-repo-commit", COMMIT)];
        is_file.then(|| answer(307, &headers, ""))
    });
    let repo = crate::hub::repo();
    let path = "config.json".parse().expect("a path");
    let (found, file) = hub
        .client()
        .file(&repo, &Revision::main(), &path, &Silent)
        .await
        .expect("a file");
    assert_eq!((found, file.size), (commit(), 2));
    let lines = hub.lines();
    assert_eq!(lines.len(), 4, "{lines:?}");
    assert!(
        lines[1].starts_with("HEAD /api/resolve-cache/")
            && lines[3].starts_with("GET /api/resolve-cache/")
    );
}

#[tokio::test]
async fn redirects_that_go_round_end() {
    let hub = Hub::new(FILES).with(|request| {
        let to = request.uri().path().to_owned();
        Some(answer(307, &[("location", &to)], ""))
    });
    let error = hub.client().info(&old(), None).await.expect_err("a circle");
    assert_eq!(error.kind(), ErrorKind::Protocol, "{error}");
    assert_eq!(hub.lines().len(), 11);
}
