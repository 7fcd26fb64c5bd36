//! What servers and what stands before them do to answers.

use hubkit_client::{ErrorKind, Silent, SnapshotRequest};
use hubkit_types::{BlobId, Revision};

use crate::hub::{COMMIT, Hub, answer, commit, git_id, repo};

const FILES: &[(&str, &[u8])] = &[("config.json", b"{}")];

#[tokio::test]
async fn a_weak_tag_names_the_file_as_well() {
    let hub = Hub::new(FILES).with(|request| {
        let tag = format!("W/\"{}\"", git_id(b"{}"));
        let headers = [
            ("etag", tag.as_str()),
            ("x-repo-commit", COMMIT),
            ("content-length", "2"),
        ];
        (request.method() == "HEAD").then(|| answer(200, &headers, ""))
    });
    let path = "config.json".parse().expect("a path");
    let (_, file) = hub
        .client()
        .file(&repo(), &Revision::main(), &path, &Silent)
        .await
        .expect("a file");
    assert_eq!(file.blob, Some(git_id(b"{}")));
}

#[tokio::test]
async fn a_length_that_was_taken_off_is_asked_for_otherwise() {
    let oid = git_id(b"{}");
    let hub = Hub::new(FILES).with(move |request| {
        let tag = format!("\"{oid}\"");
        let headers = [("etag", tag.as_str()), ("x-repo-commit", COMMIT)];
        let entry = format!(r#"[{{"type":"file","path":"config.json","oid":"{oid}","size":2}}]"#);
        if request.uri().path().contains("/paths-info/") {
            return Some(answer(200, &[], entry.into_bytes()));
        }
        (request.method() == "HEAD").then(|| answer(200, &headers, ""))
    });
    let path = "config.json".parse().expect("a path");
    let found = hub
        .client()
        .file(&repo(), &Revision::main(), &path, &Silent)
        .await;
    let (found, file) = found.expect("a file");
    assert_eq!(
        (found, file.size, file.blob),
        (commit(), 2, Some(git_id(b"{}")))
    );
    assert_eq!(
        hub.lines()[1],
        format!("POST /api/models/a/b/paths-info/{COMMIT}")
    );
}

#[tokio::test]
async fn where_nobody_tells_the_length_the_first_answer_is_the_error() {
    let hub = Hub::new(FILES).with(|request| {
        let headers = [("etag", "\"x\""), ("x-repo-commit", COMMIT)];
        (request.method() == "HEAD").then(|| answer(200, &headers, ""))
    });
    let path = "config.json".parse().expect("a path");
    let error = hub
        .client()
        .file(&repo(), &Revision::main(), &path, &Silent)
        .await
        .expect_err("no length");
    assert_eq!(error.kind(), ErrorKind::Protocol);
    assert!(
        error.to_string().contains("size of the file is not told"),
        "{error}"
    );
}

#[tokio::test]
async fn nothing_packed_is_asked_for_and_nothing_packed_is_read() {
    let hub = Hub::new(FILES).with(|request| {
        assert_eq!(request.headers()["accept-encoding"], "identity");
        let headers = [("content-encoding", "gzip")];
        request
            .uri()
            .path()
            .contains("/revision/")
            .then(|| answer(200, &headers, "\x1f\u{8b}"))
    });
    let error = hub
        .client()
        .snapshot(&SnapshotRequest::new(repo()), &Silent)
        .await
        .expect_err("packed");
    assert_eq!(error.kind(), ErrorKind::Protocol);
    assert_eq!(
        error.to_string(),
        "a/b at https://hub.test: the answer comes packed as `gzip`, which was not asked for"
    );
    let whole = Hub::new(FILES).with(|request| {
        assert_eq!(request.headers()["accept-encoding"], "identity");
        None
    });
    let found = whole
        .client()
        .snapshot(&SnapshotRequest::new(repo()), &Silent)
        .await
        .expect("a snapshot");
    assert!(matches!(found.files[0].blob, Some(BlobId::Git(_))));
}
