//! Lists that come page by page.

use std::{
    sync::atomic::{AtomicUsize, Ordering},
    time::Duration,
};

use futures_util::StreamExt as _;
use hubkit_api::{ListRepos, ListTree, PullRequests, TreeDepth};
use hubkit_auth::Fixed;
use hubkit_client::{Client, ErrorKind};
use hubkit_transport::{Body, Request, Response, Transport, TransportError};
use hubkit_types::{RepoKind, Revision};
use tokio::time::timeout;

use crate::hub::{COMMIT, Hub, answer, commit, repo};

fn models() -> ListRepos {
    ListRepos::new(RepoKind::Model)
}

/// A page: its target, its body, and the address of the next one.
type Listed = (&'static str, &'static str, Option<&'static str>);

/// A hub whose list of models has these pages, each with the address that it names next.
fn paged(pages: &'static [Listed]) -> Hub {
    Hub::new(&[]).with(move |request| {
        let asked = request.uri().path_and_query()?.as_str();
        let (_, body, next) = pages.iter().find(|(target, ..)| *target == asked)?;
        Some(page(body, *next))
    })
}

fn page(body: &'static str, next: Option<&str>) -> Response<Body> {
    let link = next.map(|next| format!("<{next}>; rel=\"next\""));
    let headers: Vec<_> = link.iter().map(|link| ("link", link.as_str())).collect();
    answer(200, &headers, body)
}

#[tokio::test]
async fn pages_are_followed_to_the_last_one_and_no_sooner_than_they_are_wanted() {
    let hub = paged(&[
        (
            "/api/models",
            r#"[{"id":"a/1"},{"id":"a/2"}]"#,
            Some("https://hub.test/api/models?cursor=2"),
        ),
        // An empty page with a next one goes on.
        ("/api/models?cursor=2", "[]", Some("/api/models?cursor=3")),
        (
            "/api/models?cursor=3",
            r#"[{"id":"a/3"}]"#,
            Some("?cursor=4"),
        ),
        ("/api/models?cursor=4", "[]", None),
    ]);
    let mut pages = hub.client().list(models());
    assert!(hub.lines().is_empty(), "lazy");
    let mut found = Vec::new();
    let mut asked = Vec::new();
    while let Some(repo) = pages.next().await.expect("a list") {
        found.push(repo.id.to_string());
        asked.push(hub.lines().len());
    }
    assert_eq!(found, ["a/1", "a/2", "a/3"]);
    assert_eq!(asked, [1, 1, 3]);
    assert_eq!(pages.next().await.expect("still at the end"), None);
    assert_eq!(hub.lines().len(), 4);

    let stream = hub.client().list(models()).into_stream();
    let found: Vec<_> = stream
        .map(|repo| repo.expect("a list").id.to_string())
        .collect()
        .await;
    assert_eq!(found, ["a/1", "a/2", "a/3"]);

    let mut pages = hub.client().list(models());
    assert_eq!(pages.collect(1).await.expect("a list").len(), 1);
    assert_eq!(
        pages
            .next_page()
            .await
            .expect("the rest")
            .expect("of the page")
            .len(),
        1
    );
    assert_eq!(pages.next_page().await.expect("a page"), Some(Vec::new()));
    assert_eq!(pages.collect(99).await.expect("a list").len(), 1);
    assert_eq!(pages.next_page().await.expect("the end"), None);
}

#[tokio::test]
async fn a_page_that_was_read_already_ends_the_list_with_an_error() {
    let table: [(&[Listed], &str); 2] = [
        (&[("/api/models", "[]", Some("/api/models"))], "itself"),
        (
            &[
                (
                    "/api/models",
                    r#"[{"id":"a/1"}]"#,
                    Some("/api/models?cursor=2"),
                ),
                ("/api/models?cursor=2", "[]", Some("/api/models?cursor=3")),
                (
                    "/api/models?cursor=3",
                    "[]",
                    Some("https://hub.test:443/api/models?cursor=2"),
                ),
            ],
            "an earlier one",
        ),
    ];
    for (pages, what) in table {
        let hub = paged(pages);
        let error = hub
            .client()
            .list(models())
            .collect(99)
            .await
            .expect_err(what);
        assert_eq!(error.kind(), ErrorKind::Protocol, "{what}: {error}");
        assert!(
            error
                .to_string()
                .contains("https://hub.test: the list leads back"),
            "{error}"
        );
        assert_eq!(hub.lines().len(), pages.len(), "{what}");
    }
}

#[tokio::test]
async fn a_list_without_an_end_is_given_up() {
    let count = AtomicUsize::new(0);
    let hub = Hub::new(&[]).with(move |_| {
        let next = format!(
            "/api/models?cursor={}",
            count.fetch_add(1, Ordering::Relaxed)
        );
        Some(page("[]", Some(&next)))
    });
    let error = hub
        .client()
        .list(models())
        .next()
        .await
        .expect_err("no end");
    assert_eq!(error.kind(), ErrorKind::Protocol, "{error}");
    assert!(hub.lines().len() < 200);
}

#[tokio::test]
async fn a_page_elsewhere_is_not_asked_for_and_no_page_gets_another_token() {
    for next in [
        "https://evil.test/x",
        "//evil.test/x",
        "http://hub.test/api/models?x",
        "https://u:p@hub.test/x",
    ] {
        let hub = Hub::new(&[]).with(move |_| Some(page("[]", Some(next))));
        let token = Fixed::new("hf_x".parse().expect("a token"));
        let client = hub.builder().tokens(token).build();
        let error = client.list(models()).next().await.expect_err(next);
        assert_eq!(error.kind(), ErrorKind::Protocol, "{next}: {error}");
        assert!(!error.to_string().contains("u:p"), "{error}");
        assert_eq!(hub.lines(), ["GET /api/models"], "{next}");
    }
    let hub = paged(&[
        ("/api/models", "[]", Some("/api/models?cursor=2")),
        ("/api/models?cursor=2", "[]", None),
    ]);
    let token = Fixed::new("hf_x".parse().expect("a token"));
    hub.builder()
        .tokens(token)
        .build()
        .list(models())
        .next()
        .await
        .expect("a list");
    let asked = hub.asked.lock().expect("no panic");
    assert!(
        asked
            .iter()
            .all(|asked| asked.token.as_deref() == Some("Bearer hf_x"))
    );
}

#[tokio::test]
async fn a_page_that_failed_is_asked_for_again_and_nothing_is_lost() {
    let tries = AtomicUsize::new(0);
    let hub = Hub::new(&[]).with(move |request| {
        if request.uri().query().is_none() {
            return Some(page(r#"[{"id":"a/1"}]"#, Some("/api/models?cursor=2")));
        }
        let fails = tries.fetch_add(1, Ordering::Relaxed) == 0;
        Some(if fails {
            answer(403, &[], "")
        } else {
            page(r#"[{"id":"a/2"}]"#, None)
        })
    });
    let mut pages = hub.client().list(models());
    assert!(pages.next().await.expect("the first").is_some());
    pages.next().await.expect_err("the page fails");
    let second = pages.next().await.expect("it comes").expect("the second");
    assert_eq!(second.id.as_str(), "a/2");
}

/// Takes a second for each answer.
struct Slow(Hub);

impl Transport for Slow {
    async fn send(&self, request: Request<Body>) -> Result<Response<Body>, TransportError> {
        let response = self.0.send(request).await;
        tokio::time::sleep(Duration::from_secs(1)).await;
        response
    }
}

#[tokio::test(start_paused = true)]
async fn a_dropped_future_loses_nothing() {
    let hub = paged(&[
        (
            "/api/models",
            r#"[{"id":"a/1"}]"#,
            Some("/api/models?cursor=2"),
        ),
        ("/api/models?cursor=2", r#"[{"id":"a/2"}]"#, None),
    ]);
    let endpoint = "https://hub.test".parse().expect("an endpoint");
    let client = Client::builder(endpoint, Slow(hub.clone())).build();
    let mut pages = client.list(models());
    let in_time = Duration::from_millis(1500);
    timeout(in_time / 3, pages.next())
        .await
        .expect_err("dropped before the first page");
    // Cut off between the pages: what came is not lost.
    timeout(in_time, pages.collect(9))
        .await
        .expect_err("dropped before the second page");
    let found = pages.collect(9).await.expect("a list");
    let found: Vec<_> = found.iter().map(|repo| repo.id.as_str()).collect();
    assert_eq!(found, ["a/1", "a/2"]);
    assert_eq!(hub.lines().len(), 4, "each page twice, none three times");
}

#[tokio::test]
async fn a_history_is_paged_and_counted() {
    let commit = format!(r#"[{{"id":"{COMMIT}","title":"x"}}]"#);
    let hub = Hub::new(&[]).with(move |request| {
        let (link, total) = ("</api/models/a/b/commits/main?p=1>; rel=\"next\"", "2");
        let headers = [("x-total-count", total), ("link", link)];
        let headers = if request.uri().query().is_some() {
            &headers[..1]
        } else {
            &headers[..]
        };
        Some(answer(200, headers, commit.clone().into_bytes()))
    });
    let mut commits = hub.client().commits(&repo(), &Revision::main());
    assert_eq!(commits.total(), None);
    let first = commits.next().await.expect("a history").expect("a commit");
    assert_eq!((first.title.as_str(), commits.total()), ("x", Some(2)));
    assert_eq!(commits.collect(9).await.expect("the rest").len(), 1);
}

#[tokio::test]
async fn a_folder_is_listed_lazily_and_names_that_are_no_paths_are_told_apart() {
    let body = format!(
        r#"[{{"type":"directory","path":"d/e","oid":"{COMMIT}"}},{{"type":"file","path":"../x","oid":"{COMMIT}","size":1}}]"#
    );
    let hub = Hub::new(&[]).with(move |_| Some(answer(200, &[], body.clone().into_bytes())));
    let mut call = ListTree::new(repo(), commit().into(), TreeDepth::Folder);
    call.path = "d".parse().ok();
    let mut pages = hub.client().list_tree(call);
    let folder = pages.next().await.expect("a tree").expect("an entry");
    assert_eq!(folder.expect("a path").item.path().as_str(), "d/e");
    let refused = pages.next().await.expect("a tree").expect("an entry");
    assert_eq!(refused.expect_err("no path").text(), "../x");
    assert_eq!(hub.lines().len(), 1);
}

#[tokio::test]
async fn a_thousand_paths_go_in_one_question() {
    let hub = Hub::new(&[]).with(|request: &Request<Body>| {
        let body = request.body().as_bytes().expect("in memory");
        let asked: serde_json::Value = serde_json::from_slice(body).expect("JSON");
        let entry = |path: &serde_json::Value| {
            format!(r#"{{"type":"file","path":{path},"oid":"{COMMIT}","size":1}}"#)
        };
        let mut entries: Vec<_> = asked["paths"]
            .as_array()
            .expect("paths")
            .iter()
            .map(entry)
            .collect();
        assert!(entries.len() <= 1000);
        entries.push(entry(&"never-asked".into()));
        Some(answer(
            200,
            &[],
            format!("[{}]", entries.join(",")).into_bytes(),
        ))
    });
    let paths: Vec<_> = (0..2500)
        .map(|n| format!("f{n}").parse().expect("a path"))
        .collect();
    let found = hub
        .client()
        .paths_info(&repo(), &Revision::main(), &paths)
        .await
        .expect("entries");
    assert_eq!((found.len(), hub.lines().len()), (2500, 3));
    let none = hub
        .client()
        .paths_info(&repo(), &Revision::main(), &[])
        .await
        .expect("nothing");
    assert_eq!((none.len(), hub.lines().len()), (0, 3));
}

#[tokio::test]
async fn references_raw_files_and_leave_are_asked_for_at_their_addresses() {
    let hub = Hub::new(&[]).with(|request| {
        let path = request.uri().path();
        let refs = format!(r#"{{"branches":[{{"name":"main","ref":"refs/heads/main","targetCommit":"{COMMIT}"}}]}}"#);
        Some(if path.ends_with("/refs") {
            answer(200, &[], refs.into_bytes())
        } else {
            answer(200, &[("x-repo-commit", COMMIT)], "pointer")
        })
    });
    let client = hub.client();
    let refs = client
        .refs(&repo(), PullRequests::Include)
        .await
        .expect("references");
    assert_eq!(refs.branches[0].target, commit());
    let path = "w.bin".parse().expect("a path");
    let raw = client
        .raw(&repo(), &Revision::main(), &path, 99)
        .await
        .expect("a file");
    assert_eq!(
        (raw.commit, &raw.content[..]),
        (Some(commit()), &b"pointer"[..])
    );
    let error = client
        .raw(&repo(), &Revision::main(), &path, 3)
        .await
        .expect_err("too long");
    assert_eq!(error.kind(), ErrorKind::Protocol, "{error}");
    client.auth_check(&repo()).await.expect("leave");
    let lines = [
        "GET /api/models/a/b/refs?include_prs=1",
        "GET /a/b/raw/main/w.bin",
        "GET /a/b/raw/main/w.bin",
        "GET /api/models/a/b/auth-check",
    ];
    assert_eq!(hub.lines(), lines);
}

#[tokio::test]
async fn changes_are_asked_for_as_text_and_by_file() {
    let line = format!("T 2\t:100644 100644 {COMMIT} {COMMIT} M\tconfig.json\n");
    let hub = Hub::new(&[]).with(move |request| {
        let body = if request.uri().query().is_some() {
            line.clone()
        } else {
            "diff --git".to_owned()
        };
        Some(answer(200, &[], body.into_bytes()))
    });
    let (client, spec) = (hub.client(), "v1..main".parse().expect("two revisions"));
    assert_eq!(
        client.diff(&repo(), &spec).await.expect("a diff"),
        "diff --git"
    );
    let changes = client.changes(&repo(), &spec).await.expect("changes");
    assert_eq!(changes.files[0].path.as_str(), "config.json");
    assert_eq!(hub.lines()[0], "GET /api/models/a/b/compare/v1..main");
}

#[tokio::test]
async fn what_is_not_there_is_an_answer_and_what_may_not_be_known_is_not() {
    let refusing = |status, code| {
        Hub::new(&[]).with(move |_| Some(answer(status, &[("x-error-code", code)], "")))
    };
    let path = "x".parse().expect("a path");
    for (status, code) in [
        (401, "RepoNotFound"),
        (404, "RevisionNotFound"),
        (404, "EntryNotFound"),
    ] {
        let client = refusing(status, code).client();
        assert!(!client.repo_exists(&repo()).await.expect(code));
        assert!(
            !client
                .revision_exists(&repo(), &Revision::main())
                .await
                .expect(code)
        );
        assert!(
            !client
                .file_exists(&repo(), &Revision::main(), &path)
                .await
                .expect(code)
        );
    }
    let client = refusing(403, "GatedRepo").client();
    let error = client
        .file_exists(&repo(), &Revision::main(), &path)
        .await
        .expect_err("gated");
    assert_eq!(error.kind(), ErrorKind::Gated);
    assert!(
        error.to_string().starts_with("a/b at https://hub.test: "),
        "{error}"
    );
    let client = Hub::new(&[("x", b"1")]).client();
    assert!(client.repo_exists(&repo()).await.expect("it does"));
    assert!(
        client
            .file_exists(&repo(), &Revision::main(), &path)
            .await
            .expect("it does")
    );
}
