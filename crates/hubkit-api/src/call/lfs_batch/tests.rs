use std::time::Duration;

use hubkit_types::RepoKind;

use super::*;
use crate::{
    ErrorKind,
    server::{read_lfs_batch, route},
};

fn object(digit: &str) -> LfsObject {
    LfsObject {
        oid: digit.repeat(64).parse().expect("a digest"),
        size: 7,
    }
}

fn call(kind: RepoKind, id: &str) -> LfsBatch {
    LfsBatch {
        repo: Repo::new(kind, id.parse().expect("an id")),
        ask: LfsAsk {
            operation: LfsOperation::Download,
            transfers: ["basic", "multipart", "xet", "new"]
                .map(str::to_owned)
                .to_vec(),
            objects: vec![object("a"), object("b"), object("c")],
            reference: Some("refs/heads/main".to_owned()),
        },
    }
}

fn read(body: &str) -> Result<LfsBatchReply, ApiError> {
    let response = Response::new(Bytes::copy_from_slice(body.as_bytes()));
    call(RepoKind::Model, "a/b").reply(&response)
}

#[test]
fn a_request_is_routed_and_its_body_read_to_what_it_was_made_from() {
    for call in [
        call(RepoKind::Model, "a/b"),
        call(RepoKind::Model, "gpt2"),
        call(RepoKind::Dataset, "a/b.c"),
        call(RepoKind::Space, "squad"),
        LfsBatch {
            ask: LfsAsk {
                operation: LfsOperation::Upload,
                ..LfsAsk::download(Vec::new())
            },
            ..call(RepoKind::Kernel, "a/b")
        },
    ] {
        let request = call.request();
        assert_eq!(read_lfs_batch(request.body()), Ok(call.ask));
        let wanted = Incoming::LfsBatch { repo: call.repo };
        assert_eq!(route(&request), Ok(wanted));
    }
}

#[test]
fn only_a_batch_is_routed() {
    let of = |method: &str, target: &str| {
        let request = Request::builder().method(method).uri(target).body(());
        route(&request.expect("a request"))
    };
    let target = "/a/b.git/info/lfs/objects/batch";
    let allow = "POST";
    let refused = Err(Unroutable::MethodNotAllowed { allow });
    assert_eq!(of("GET", target), refused);
    for target in [
        "/a/b.git/info/refs",
        "/a/b.git.git/info/lfs/objects/batch",
        "/.git/info/lfs/objects/batch",
    ] {
        assert!(of("POST", target).is_err(), "{target}");
    }
}

#[test]
fn an_answer_comes_back_as_it_was_given() {
    let mut action = LfsAction::new("https://cdn.example/x?signature=secret");
    let value = HeaderValue::from_static("Basic secret");
    action.headers.insert("authorization", value);
    action.expires_in = Some(3600);
    action.expires_at = Some(SystemTime::UNIX_EPOCH + Duration::from_secs(1_709_208_007));
    let actions = [
        ("download".to_owned(), action),
        ("new".to_owned(), LfsAction::new("y")),
    ];
    let reply = LfsBatchReply {
        transfer: "basic".to_owned(),
        objects: vec![
            (object("a"), LfsOutcome::Actions(actions.into())),
            (object("b"), LfsOutcome::Actions(BTreeMap::new())),
            (
                object("c"),
                LfsOutcome::Error {
                    code: 404,
                    message: "not here".to_owned(),
                },
            ),
        ],
        answered: None,
    };
    let call = call(RepoKind::Model, "a/b");
    let response = respond_lfs_batch(&reply);
    assert_eq!(response.headers()["content-type"], MEDIA_TYPE);
    let found = call.reply(&response).expect("an answer");
    assert_eq!(found, reply);
    let download = found.objects[0].1.download().expect("an action");
    assert!(download.href.ends_with("secret"));
    assert!(!format!("{found:?}").contains("secret"));
}

#[test]
fn an_action_is_good_for_as_long_as_was_told() {
    let with = |date: Option<&str>, expiry: &str| {
        let oid = "a".repeat(64);
        let body = format!(
            r#"{{"objects":[{{"oid":"{oid}","size":7,"actions":{{"download":{{"href":"x"{expiry}}}}}}}]}}"#
        );
        let mut response = Response::new(Bytes::from(body));
        if let Some(date) = date {
            let value = HeaderValue::try_from(date).expect("a value");
            response.headers_mut().insert(DATE, value);
        }
        let reply = call(RepoKind::Model, "a/b")
            .reply(&response)
            .expect("an answer");
        let action = reply.objects[0].1.download().cloned().expect("an action");
        action.lifetime(reply.answered).map(|time| time.as_secs())
    };
    let date = Some("Thu, 29 Feb 2024 12:00:00 GMT");
    let moment = r#","expires_at":"2024-02-29T12:10:00Z""#;
    assert_eq!(with(date, ""), None);
    assert_eq!(with(date, moment), Some(600));
    assert_eq!(
        with(None, moment),
        None,
        "nobody knows what time it is there"
    );
    let both = format!(r#"{moment},"expires_in":60"#);
    assert_eq!(with(date, &both), Some(60));
    assert_eq!(with(Some("Thu, 29 Feb 2024 13:00:00 GMT"), moment), Some(0));
    assert_eq!(
        with(
            date,
            r#","expires_in":-1,"expires_at":"0001-01-01T00:00:00Z""#
        ),
        None
    );
}

#[test]
fn what_was_not_asked_for_is_passed_over_and_what_contradicts_is_an_error() {
    let (asked, other) = ("a".repeat(64), "d".repeat(64));
    let reply = read(&format!(
        r#"{{"objects":[{{"oid":"{other}","size":1}},{{"oid":"{asked}","size":0,"error":{{"code":410}}}}]}}"#
    ));
    let reply = reply.expect("an answer");
    assert_eq!(reply.transfer, "basic");
    let gone = LfsOutcome::Error {
        code: 410,
        message: String::new(),
    };
    assert_eq!(reply.objects, [(object("a"), gone)]);
    let with = |rest: &str| read(&format!(r#"{{"objects":[{{"oid":"{asked}",{rest}}}]}}"#));
    assert!(with(r#""size":7,"actions":{"download":null}"#).is_ok());
    for wrong in [
        r#""size":8"#,
        r#""size":7,"actions":{"download":{}}"#,
        r#""size":7,"actions":{"download":{"href":"x","header":{"a b":"x"}}}"#,
        r#""size":7,"actions":{"download":{"href":"x","header":{"a":"\r\n"}}}"#,
        r#""size":7,"actions":{"download":{"href":"x","header":{"a":[]}}}"#,
        r#""size":7,"actions":[]"#,
    ] {
        let error = with(wrong).expect_err("a contradiction");
        assert_eq!(error.kind(), ErrorKind::Protocol, "{wrong}");
    }
}
