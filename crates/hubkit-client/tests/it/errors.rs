//! What each refusal becomes.

use hubkit_auth::Fixed;
use hubkit_client::{ErrorKind, Silent, SnapshotRequest};
use hubkit_plan::Selection;
use hubkit_types::Revision;

use crate::hub::{COMMIT, Hub, answer, repo};

const FILES: &[(&str, &[u8])] = &[("config.json", b"{}")];

#[tokio::test]
async fn a_listing_with_an_unsafe_name_refuses_the_whole_snapshot() {
    for name in [
        "../../x",
        "/etc/passwd",
        "..\\\\..\\\\x",
        "a\\u0000b",
        ".git/hooks/x",
        "x\\u202egpj.exe",
        "CON",
        "a|b",
    ] {
        let hub = Hub::new(FILES).with(move |request| {
            let oid = "0".repeat(40);
            let page = format!(
                r#"[{{"type":"file","path":"config.json","size":2,"oid":"{oid}"}},{{"type":"file","path":"{name}","size":2,"oid":"{oid}"}}]"#
            );
            request.uri().path().contains("/tree/").then(|| answer(200, &[], page.into_bytes()))
        });
        let error = hub
            .client()
            .snapshot(&SnapshotRequest::new(repo()), &Silent)
            .await
            .expect_err(name);
        assert_eq!(error.kind(), ErrorKind::Unsafe, "{name}: {error}");
        assert!(
            error.to_string().chars().all(|c| !c.is_control()),
            "{error:?}"
        );
        assert!(
            !hub.lines().iter().any(|line| line.contains("/resolve/")),
            "{name}: nothing is fetched"
        );
    }
}

#[tokio::test]
async fn a_name_that_can_not_be_stored_may_be_left_out() {
    let hub = Hub::new(FILES).with(|request| {
        let oid = crate::hub::git_id(b"{}");
        let page = format!(
            r#"[{{"type":"file","path":"config.json","size":2,"oid":"{oid}"}},{{"type":"file","path":"a|b.json","size":2,"oid":"{oid}"}}]"#
        );
        request.uri().path().contains("/tree/").then(|| answer(200, &[], page.into_bytes()))
    });
    let selection = Selection::new([], ["a|*"]);
    let request = SnapshotRequest::new(repo()).with_selection(selection);
    let snapshot = hub
        .client()
        .snapshot(&request, &Silent)
        .await
        .expect("the others are fine");
    assert_eq!(snapshot.files.len(), 1);
}

#[tokio::test]
async fn names_that_would_meet_in_one_file_are_refused() {
    let hub = Hub::new(&[("Model.bin", b"1"), ("model.bin", b"2")]);
    let error = hub
        .client()
        .snapshot(&SnapshotRequest::new(repo()), &Silent)
        .await
        .expect_err("a collision");
    assert_eq!(error.kind(), ErrorKind::Unsafe);
    assert!(!hub.lines().iter().any(|line| line.contains("/resolve/")));
}

#[tokio::test]
async fn each_refusal_of_a_hub_is_told_apart() {
    type Row = (u16, &'static [(&'static str, &'static str)], ErrorKind);
    let table: &[Row] = &[
        (
            401,
            &[("x-error-code", "RepoNotFound")],
            ErrorKind::RepoNotFound,
        ),
        (
            404,
            &[("x-error-code", "RepoNotFound")],
            ErrorKind::RepoNotFound,
        ),
        (
            404,
            &[("x-error-code", "RevisionNotFound")],
            ErrorKind::RevisionNotFound,
        ),
        (403, &[("x-error-code", "GatedRepo")], ErrorKind::Gated),
        (
            401,
            &[(
                "x-error-message",
                "Invalid credentials in Authorization header",
            )],
            ErrorKind::Authentication,
        ),
        (403, &[], ErrorKind::Authentication),
        (429, &[("retry-after", "86400")], ErrorKind::RateLimited),
        (400, &[], ErrorKind::Protocol),
        (404, &[("content-type", "text/html")], ErrorKind::Protocol),
    ];
    for (status, headers, kind) in table {
        let hub = Hub::new(FILES).with(move |_| Some(answer(*status, headers, "")));
        let error = hub
            .client()
            .snapshot(&SnapshotRequest::new(repo()), &Silent)
            .await
            .expect_err("refused");
        assert_eq!(error.kind(), *kind, "{status} {headers:?}: {error}");
        assert_eq!(hub.lines().len(), 1, "{status}: not tried again");
    }
}

#[tokio::test]
async fn a_page_for_people_is_not_a_hub() {
    let hub = Hub::new(FILES).with(|_| {
        Some(answer(
            200,
            &[("content-type", "text/html")],
            "<html>log in</html>",
        ))
    });
    let path = "config.json".parse().expect("a path");
    for error in [
        hub.client()
            .snapshot(&SnapshotRequest::new(repo()), &Silent)
            .await
            .expect_err("a login page"),
        hub.client()
            .file(&repo(), &Revision::main(), &path, &Silent)
            .await
            .expect_err("a login page"),
    ] {
        assert_eq!(error.kind(), ErrorKind::Protocol, "{error}");
    }
}

#[tokio::test]
async fn a_tag_that_is_no_digest_is_refused_before_anything_moves() {
    let hub = Hub::new(FILES).with(|request| {
        let headers = [
            ("etag", "\"../../../../x\""),
            ("x-repo-commit", COMMIT),
            ("content-length", "2"),
        ];
        (request.method() == "HEAD").then(|| answer(200, &headers, ""))
    });
    let path = "config.json".parse().expect("a path");
    let error = hub
        .client()
        .file(&repo(), &Revision::main(), &path, &Silent)
        .await
        .expect_err("no digest");
    assert_eq!(error.kind(), ErrorKind::Integrity);
    assert_eq!(hub.lines().len(), 1);
}

#[tokio::test]
async fn a_listing_that_goes_on_elsewhere_is_not_followed() {
    for next in [
        "https://evil.test/api/models/a/b/tree/x",
        "//evil.test/x",
        "http://hub.test/x",
        "file:///x",
    ] {
        let hub = Hub::new(FILES).with(move |request| {
            let link = format!("<{next}>; rel=\"next\"");
            request
                .uri()
                .path()
                .contains("/tree/")
                .then(|| answer(200, &[("link", &link)], "[]"))
        });
        let client = hub
            .builder()
            .tokens(Fixed::new("hf_x".parse().expect("a token")))
            .build();
        let error = client
            .snapshot(&SnapshotRequest::new(repo()), &Silent)
            .await
            .expect_err(next);
        assert_eq!(error.kind(), ErrorKind::Protocol, "{next}: {error}");
        assert!(
            hub.lines().iter().all(|line| !line.contains("evil")),
            "{:?}",
            hub.lines()
        );
    }
}

#[tokio::test]
async fn a_listing_that_leads_back_to_itself_ends() {
    let hub = Hub::new(FILES).with(|request| {
        let link = format!("<{}>; rel=\"next\"", request.uri());
        request
            .uri()
            .path()
            .contains("/tree/")
            .then(|| answer(200, &[("link", &link)], "[]"))
    });
    let error = hub
        .client()
        .snapshot(&SnapshotRequest::new(repo()), &Silent)
        .await
        .expect_err("a loop");
    assert_eq!(error.kind(), ErrorKind::Protocol, "{error}");
    assert!(hub.lines().len() < 10, "{:?}", hub.lines());
}

#[tokio::test]
async fn a_token_is_not_sent_where_others_could_read_it() {
    let hub = Hub::new(FILES);
    let client = hubkit_client::Client::builder(
        "http://hub.example".parse().expect("an endpoint"),
        hub.clone(),
    )
    .tokens(Fixed::new("hf_x".parse().expect("a token")))
    .build();
    let error = client.info(&repo(), None).await.expect_err("plain http");
    assert_eq!(error.kind(), ErrorKind::Authentication);
    assert!(hub.lines().is_empty() && !error.to_string().contains("hf_x"));
}
