use hubkit_types::{RepoKind, TreeFile};

use super::*;
use crate::{ErrorKind, server::route};

fn call(kind: RepoKind, id: &str, revision: Option<&str>) -> GetRepoInfo {
    let repo = Repo::new(kind, id.parse().expect("an id"));
    GetRepoInfo::new(repo, revision.map(|text| text.parse().expect("a revision")))
}

fn read(body: &str) -> Result<RepoInfo, ApiError> {
    let response = Response::new(Bytes::copy_from_slice(body.as_bytes()));
    call(RepoKind::Model, "a/b", None).reply(&response)
}

#[test]
fn a_request_is_routed_to_what_it_was_made_from() {
    for (call, target) in [
        (call(RepoKind::Model, "gpt2", None), "/api/models/gpt2"),
        (
            call(RepoKind::Model, "gpt2", Some("main")),
            "/api/models/gpt2/revision/main",
        ),
        (
            call(RepoKind::Dataset, "a/b", Some("refs/pr/1")),
            "/api/datasets/a/b/revision/refs%2Fpr%2F1",
        ),
        (
            call(RepoKind::Space, "a/revision", Some("ü")),
            "/api/spaces/a/revision/revision/%C3%BC",
        ),
    ] {
        let request = call.request();
        assert_eq!(request.uri(), target);
        assert_eq!(route(&request), Ok(Incoming::RepoInfo(call)));
    }
}

#[test]
fn an_answer_comes_back_as_it_was_given() {
    let mut info = RepoInfo::new("a/b".parse().expect("an id"));
    info.sha = "0123456789abcdef0123456789abcdef01234567".parse().ok();
    info.gated = Gated::Auto;
    info.private = true;
    info.likes = Some(u64::MAX);
    info.tags = vec!["x".to_owned()];
    info.card_data = Some(serde_json::json!({"license": "mit"}));
    let mut sibling = Sibling::new("a b/c.bin".parse().expect("a path"));
    sibling.rest.insert("size".to_owned(), 7.into());
    info.siblings = Some(vec![sibling]);
    info.rest.insert("newField".to_owned(), Value::Null);
    info.rest
        .insert("securityRepoStatus".to_owned(), Value::Null);
    let everything = InfoDetail::Usual {
        blobs: true,
        security_status: true,
    };
    let found = call(RepoKind::Model, "a/b", None).reply(&respond_info(info.clone(), &everything));
    assert_eq!(found, Ok(info));
}

fn only(fields: &[&str]) -> InfoDetail {
    InfoDetail::Only(fields.iter().map(|field| (*field).to_owned()).collect())
}

#[test]
fn how_much_to_tell_is_routed_and_read_in_every_spelling() {
    let both = InfoDetail::Usual {
        blobs: true,
        security_status: true,
    };
    for detail in [
        InfoDetail::default(),
        both.clone(),
        only(&["sha", "model-index"]),
    ] {
        let call = GetRepoInfo {
            detail,
            ..call(RepoKind::Kernel, "a/b", Some("HEAD"))
        };
        assert_eq!(route(&call.request()), Ok(Incoming::RepoInfo(call)));
    }
    for (query, wanted) in [
        ("", InfoDetail::default()),
        ("expand=", InfoDetail::default()),
        ("blobs=True&securityStatus=1", both),
        ("expand=sha&expand=tags", only(&["sha", "tags"])),
        ("expand[]=sha&expand%5B%5D=tags", only(&["sha", "tags"])),
        ("expand=sha,tags", only(&["sha", "tags"])),
        ("expand=sha%2Ctags,,", only(&["sha", "tags"])),
        ("blobs=true&expand=sha", only(&["sha"])),
    ] {
        let request = Request::builder().uri(format!("/api/models/a/b?{query}"));
        let found = match route(&request.body(()).expect("a request")) {
            Ok(Incoming::RepoInfo(call)) => call.detail,
            other => panic!("{other:?}"),
        };
        assert_eq!(found, wanted, "{query}");
    }
}

#[test]
fn an_answer_holds_what_was_asked_for_and_nothing_else() {
    let mut info = RepoInfo::new("a/b".parse().expect("an id"));
    info.siblings = Some(vec![Sibling::with_blob(TreeFile {
        path: "x".parse().expect("a path"),
        size: 7,
        oid: "0123456789abcdef0123456789abcdef01234567"
            .parse()
            .expect("an id"),
        lfs: None,
    })]);
    info.rest
        .insert("securityRepoStatus".to_owned(), Value::Null);
    let keys = |detail: &InfoDetail| {
        let body = respond_info(info.clone(), detail).into_body();
        let value: Value = serde_json::from_slice(&body).expect("JSON");
        let keys: Vec<String> = value
            .as_object()
            .expect("an object")
            .keys()
            .cloned()
            .collect();
        let file = value["siblings"][0].as_object().map(serde_json::Map::len);
        (keys.join(","), file)
    };
    assert_eq!(keys(&only(&["sha"])), ("id".to_owned(), None));
    let (told, file) = keys(&only(&["gated", "siblings", "unheard-of"]));
    assert_eq!((told.as_str(), file), ("gated,id,siblings", Some(1)));
    let (told, file) = keys(&InfoDetail::default());
    assert!(!told.contains("securityRepoStatus"));
    assert_eq!(file, Some(1));
    let (told, file) = keys(&InfoDetail::Usual {
        blobs: true,
        security_status: true,
    });
    assert!(told.contains("securityRepoStatus"));
    assert_eq!(file, Some(3));
}

#[test]
fn only_the_id_must_be_there_and_counters_may_be_odd() {
    let info = read(r#"{"id":"gpt2"}"#).expect("an answer");
    assert_eq!((info.sha, info.gated), (None, Gated::No));
    let odd =
        r#"{"id":"a/b","likes":-1,"downloads":"many","sha":null,"gated":"new","tags":[1,"x"]}"#;
    let info = read(odd).expect("an answer");
    assert_eq!((info.likes, info.downloads), (None, None));
    assert_eq!(info.gated, Gated::Manual);
    assert_eq!(info.tags, ["x"]);
}

#[test]
fn what_would_become_a_path_or_a_key_is_refused_when_malformed() {
    for body in [
        "{}",
        "[]",
        "",
        "NaN",
        r#"{"id":"../x"}"#,
        r#"{"id":7}"#,
        r#"{"id":"a/b","sha":"main"}"#,
        r#"{"id":"a/b","sha":7}"#,
        r#"{"id":"a/b","siblings":[{}]}"#,
        r#"{"id":"\ud800"}"#,
        "\u{feff}{\"id\":\"a/b\"}",
        &"[".repeat(100_000),
    ] {
        let error = read(body).expect_err("malformed");
        assert_eq!(error.kind(), ErrorKind::Protocol, "{error}");
    }
}

#[test]
fn a_file_whose_name_must_not_become_a_path_is_not_listed() {
    let body = r#"{"id":"a/b","siblings":[{"rfilename":"../x"},{"rfilename":"y"}]}"#;
    let siblings = read(body).expect("the rest is fine").siblings;
    let expected = Sibling::new("y".parse().expect("a path"));
    assert_eq!(siblings, Some(vec![expected]));
}

#[test]
fn a_web_page_is_not_a_hub() {
    let page = Response::builder()
        .header("content-type", "text/html")
        .body(Bytes::from_static(b"<html>"))
        .expect("a response");
    let error = call(RepoKind::Model, "a/b", None).reply(&page);
    assert_eq!(error.map_err(|e| e.kind()), Err(ErrorKind::NotAHub));
}
