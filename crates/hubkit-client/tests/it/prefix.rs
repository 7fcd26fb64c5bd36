//! Hubs with a path before all of their own.

use hubkit_api::{LfsObject, ListRepos, ListTree, PullRequests, TreeDepth};
use hubkit_auth::Fixed;
use hubkit_client::{Client, Silent, SnapshotRequest};
use hubkit_store::MemoryStore;
use hubkit_transport::{Body, Request, Response, Transport, TransportError};
use hubkit_types::{RepoKind, Revision};

use crate::hub::{COMMIT, Hub, answer, commit, repo};

const FILES: &[(&str, &[u8])] = &[("config.json", b"{}"), ("sub/w.bin", b"0123456789")];

/// A proxy that keeps a hub below `/hf` and takes that off before it asks. What the hub writes into `Location` and
/// `Link` it does not change.
#[derive(Clone)]
struct Proxy(Hub);

impl Transport for Proxy {
    async fn send(&self, request: Request<Body>) -> Result<Response<Body>, TransportError> {
        let (mut parts, body) = request.into_parts();
        let uri = parts.uri.to_string();
        let Some(rest) = uri.strip_prefix("https://proxy.test:8443/hf/") else {
            panic!("{uri} is not below the endpoint");
        };
        assert!(
            parts.headers.contains_key("authorization"),
            "{uri} has no token"
        );
        parts.uri = format!("https://hub.test/{rest}")
            .parse()
            .expect("an address");
        self.0.send(Request::from_parts(parts, body)).await
    }
}

fn client(hub: &Hub, endpoint: &str) -> Client {
    Client::builder(endpoint.parse().expect("an endpoint"), Proxy(hub.clone()))
        .store(MemoryStore::new())
        .tokens(Fixed::new("hf_x".parse().expect("a token")))
        .build()
}

#[tokio::test]
async fn every_call_goes_below_the_prefix() {
    for endpoint in ["https://proxy.test:8443/hf", "https://proxy.test:8443/hf/"] {
        let hub = Hub::new(FILES).with(|request| {
            let path = request.uri().path();
            let list = path.contains("/commits/")
                || path.contains("/paths-info/")
                || path == "/api/models";
            list.then(|| answer(200, &[], "[]"))
                .or_else(|| path.ends_with("/refs").then(|| answer(200, &[], "{}")))
                .or_else(|| {
                    let oid = "ab".repeat(32);
                    let body = format!(r#"{{"objects":[{{"oid":"{oid}","size":7}}]}}"#);
                    let is_batch = path == "/a/b.git/info/lfs/objects/batch";
                    is_batch.then(|| answer(200, &[], body.into_bytes()))
                })
                .or_else(|| {
                    (path == "/api/whoami-v2")
                        .then(|| answer(200, &[], r#"{"type":"user","name":"ada"}"#))
                })
        });
        let client = client(&hub, endpoint);
        let (repo, main, path) = (
            repo(),
            Revision::main(),
            "config.json".parse().expect("a path"),
        );
        client
            .snapshot(&SnapshotRequest::new(repo.clone()), &Silent)
            .await
            .expect("a snapshot");
        client
            .file(&repo, &main, &path, &Silent)
            .await
            .expect("a file");
        client.who_am_i().await.expect("a name");
        client
            .refs(&repo, PullRequests::LeaveOut)
            .await
            .expect("references");
        client
            .commits(&repo, &main)
            .next()
            .await
            .expect("a history");
        client
            .list(ListRepos::new(RepoKind::Model))
            .next()
            .await
            .expect("a list");
        client
            .paths_info(&repo, &main, std::slice::from_ref(&path))
            .await
            .expect("entries");
        client.raw(&repo, &main, &path, 99).await.expect("a file");
        client.auth_check(&repo).await.expect("leave");
        let object = LfsObject {
            oid: "ab".repeat(32).parse().expect("a digest"),
            size: 7,
        };
        let found = client.lfs_objects(&repo, &[object]).await;
        assert_eq!(found.expect("an answer").len(), 1);
        assert!(
            client
                .file_exists(&repo, &main, &path)
                .await
                .expect("an answer")
        );
        assert!(
            client
                .revision_exists(&repo, &main)
                .await
                .expect("an answer")
        );
        // What is asked below is exactly what is asked of a hub without a prefix.
        assert!(
            hub.lines().iter().all(|line| !line.contains("hf/")),
            "{:?}",
            hub.lines()
        );
        assert!(hub.lines().len() >= 12);
    }
}

#[tokio::test]
async fn pages_and_redirects_stay_below_the_prefix_whoever_writes_them() {
    for next in [
        "https://proxy.test:8443/hf/api/models/a/b/tree/x?cursor=2",
        "https://proxy.test:8443/api/models/a/b/tree/x?cursor=2",
        "/hf/api/models/a/b/tree/x?cursor=2",
        "/api/models/a/b/tree/x?cursor=2",
        "?cursor=2",
    ] {
        let hub = Hub::new(FILES).with(move |request| {
            let uri = request.uri();
            let first = uri.path().contains("/tree/")
                && !uri.query().is_some_and(|query| query.contains("cursor"));
            let link = format!("<{next}>; rel=\"next\"");
            first.then(|| answer(200, &[("link", &link)], "[]"))
        });
        let mut pages = client(&hub, "https://proxy.test:8443/hf").list_tree(ListTree::new(
            repo(),
            commit().into(),
            TreeDepth::Recursive,
        ));
        assert_eq!(
            pages.collect(9).await.expect(next).len(),
            FILES.len(),
            "{next}"
        );
    }
    for location in [
        format!("/a/b/resolve/{COMMIT}/config.json?moved"),
        format!("/hf/a/b/resolve/{COMMIT}/config.json?moved"),
        format!("https://proxy.test:8443/hf/a/b/resolve/{COMMIT}/config.json?moved"),
    ] {
        let hub = Hub::new(FILES).with(move |request| {
            let uri = request.uri();
            let first = uri.path().contains("/resolve/") && uri.query().is_none();
            first.then(|| answer(307, &[("location", &location)], ""))
        });
        let client = client(&hub, "https://proxy.test:8443/hf");
        let path = "config.json".parse().expect("a path");
        client
            .file(&repo(), &Revision::main(), &path, &Silent)
            .await
            .expect("a file");
    }
}
