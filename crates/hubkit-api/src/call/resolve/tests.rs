use http::Response;
use hubkit_types::RepoKind;

use super::*;
use crate::server::{FileAnswer, FileFacts, FileRequest, Incoming, file_headers, route};

const SHA: &str = "0123456789abcdef0123456789abcdef01234567";
const OID: &str = "89abcdef0123456789abcdef0123456789abcdef";

fn call(kind: RepoKind, id: &str, revision: &str, path: &str) -> Resolve {
    Resolve::get(
        Repo::new(kind, id.parse().expect("an id")),
        revision.parse().expect("a revision"),
        path.parse().expect("a path"),
    )
}

fn metadata(status: u16, headers: &[(&str, &str)]) -> Result<FileMetadata, ApiError> {
    let mut response = Response::builder().status(status);
    for (name, value) in headers {
        response = response.header(*name, *value);
    }
    let (parts, ()) = response.body(()).expect("a response").into_parts();
    call(RepoKind::Model, "a/b", "main", "x").metadata(&parts)
}

#[test]
fn a_request_is_routed_to_what_it_was_made_from() {
    let mut ranged = call(RepoKind::Space, "a/b", SHA, "resolve/resolve");
    ranged.range = ByteRange::new(5, 9);
    ranged.if_range = Some(format!("\"{OID}\"").parse().expect("a tag"));
    let mut head = call(RepoKind::Model, "gpt2", "main", "config.json");
    head.method = ResolveMethod::Head;
    for (call, target) in [
        (head, "/gpt2/resolve/main/config.json"),
        (
            call(RepoKind::Dataset, "a/b", "refs/pr/1", "a b/ü%.txt"),
            "/datasets/a/b/resolve/refs%2Fpr%2F1/a%20b/%C3%BC%25.txt",
        ),
        (
            ranged,
            "/spaces/a/b/resolve/0123456789abcdef0123456789abcdef01234567/resolve/resolve",
        ),
    ] {
        let request = call.request();
        assert_eq!(request.uri(), target);
        assert_eq!(request.headers()["accept-encoding"], "identity");
        let wanted = Incoming::Resolve(FileRequest::from(call));
        assert_eq!(route(&request), Ok(wanted));
    }
}

#[test]
fn an_answer_comes_back_as_it_was_given() {
    let facts = FileFacts {
        commit: SHA.parse().expect("a commit"),
        path: "a/b.bin".parse().expect("a path"),
        size: 100,
        blob: "ab".repeat(32).parse().expect("a digest"),
    };
    let range = ByteRange::new(10, 20).expect("a range");
    for answer in [
        FileAnswer::Whole,
        FileAnswer::Parts(vec![range]),
        FileAnswer::NotModified,
    ] {
        let (parts, ()) = file_headers(&facts, &answer).into_parts();
        let found = call(RepoKind::Model, "a/b", "main", "a/b.bin").metadata(&parts);
        let wanted = FileMetadata {
            commit: facts.commit,
            etag: Etag::of(facts.blob),
            size: 100,
            location: None,
        };
        assert_eq!(found, Ok(wanted), "{answer:?}");
    }
}

#[test]
fn a_weak_tag_guards_no_range_and_an_empty_range_is_none() {
    let mut weak = call(RepoKind::Model, "a/b", "main", "x");
    weak.range = ByteRange::new(5, 9);
    weak.if_range = Some("W/\"x\"".parse().expect("a tag"));
    assert!(!weak.request().headers().contains_key(RANGE));
    assert!(!weak.request().headers().contains_key(IF_RANGE));
    let mut empty = call(RepoKind::Model, "a/b", "main", "x");
    empty.range = ByteRange::new(5, 5);
    assert!(!empty.request().headers().contains_key(RANGE));
}

#[test]
fn what_belongs_to_the_large_object_wins() {
    let linked = "cd".repeat(32);
    let quoted = format!("\"{linked}\"");
    let headers = [
        ("x-repo-commit", SHA),
        ("etag", OID),
        ("x-linked-etag", &quoted),
        ("x-linked-size", "5000000000"),
        ("content-length", "1234"),
        ("location", "https://cdn.example/x?sig=1"),
    ];
    let found = metadata(302, &headers).expect("metadata");
    assert_eq!(found.etag.as_str(), linked);
    assert_eq!(found.size, 5_000_000_000);
    assert_eq!(
        found.location.as_deref(),
        Some("https://cdn.example/x?sig=1")
    );
}

#[test]
fn a_size_comes_from_the_header_that_means_the_whole_file() {
    let size = |status: u16, extra: &[(&str, &str)]| {
        let headers = [&[("x-repo-commit", SHA), ("etag", OID)], extra].concat();
        metadata(status, &headers).map(|found| found.size).ok()
    };
    assert_eq!(size(200, &[("content-length", "7")]), Some(7));
    assert_eq!(size(200, &[("content-length", "0")]), Some(0));
    let part = [("content-length", "1"), ("content-range", "bytes 0-0/7")];
    assert_eq!(size(206, &part), Some(7));
    assert_eq!(size(307, &[("content-length", "7")]), None);
    assert_eq!(size(200, &[]), None);
    assert_eq!(size(206, &[("content-range", "bytes 0-0/*")]), None);
    let packed = [("content-length", "7"), ("content-encoding", "gzip")];
    assert_eq!(size(200, &packed), None);
    for wrong in ["", "-1", "+1", "1e9", "18446744073709551616"] {
        assert_eq!(size(200, &[("x-linked-size", wrong)]), None, "{wrong}");
    }
}

#[test]
fn a_size_that_no_file_has_breaks_the_protocol() {
    let size = |name: &str, value: &str| {
        let headers = [("x-repo-commit", SHA), ("etag", OID), (name, value)];
        metadata(200, &headers)
            .map(|found| found.size)
            .map_err(|error| error.kind())
    };
    let longest = "9007199254740992";
    for name in ["x-linked-size", "content-length"] {
        assert_eq!(size(name, longest), Ok(crate::LONGEST_FILE), "{name}");
        for wrong in ["9007199254740993", "18446744073709551615"] {
            assert_eq!(size(name, wrong), Err(ErrorKind::Protocol), "{name}");
        }
    }
    for wrong in ["bytes 0-0/9007199254740993", "bytes */18446744073709551615"] {
        let found = size("content-range", wrong);
        assert_eq!(found, Err(ErrorKind::Protocol), "{wrong}");
    }
}

#[test]
fn without_a_commit_or_a_tag_it_is_no_hub() {
    let kind = |headers: &[(&str, &str)]| metadata(200, headers).map_err(|error| error.kind());
    let length = ("content-length", "1");
    for commit in [
        "",
        "main",
        "../..",
        "0123456789ABCDEF0123456789ABCDEF01234567",
        &"a".repeat(64),
    ] {
        let found = kind(&[("x-repo-commit", commit), ("etag", OID), length]);
        assert_eq!(found, Err(ErrorKind::NotAHub), "{commit}");
    }
    assert_eq!(kind(&[("etag", OID), length]), Err(ErrorKind::NotAHub));
    let commit = ("x-repo-commit", SHA);
    assert_eq!(kind(&[commit, length]), Err(ErrorKind::NotAHub));
    let error = metadata(200, &[commit, length]).expect_err("no tag");
    assert!(
        error.to_string().contains("does not look like a Hub"),
        "{error}"
    );
    assert!(error.message().contains("etag"), "{error}");
    for tag in ["", "\"\"", "\"a b\""] {
        let found = kind(&[commit, length, ("etag", tag)]);
        assert_eq!(found, Err(ErrorKind::Protocol), "{tag}");
    }
    for tag in [OID, "W/\"0123\"", "\"ABCDEF\""] {
        assert!(kind(&[commit, length, ("etag", tag)]).is_ok(), "{tag}");
    }
}

#[test]
fn a_content_range_is_whole_or_nothing() {
    let read = |value: &str| {
        let mut headers = HeaderMap::new();
        headers.insert(CONTENT_RANGE, value.parse().expect("a value"));
        ContentRange::of(&headers).map(|found| {
            let range = found.range.map(|range| (range.start(), range.end()));
            (range, found.total)
        })
    };
    assert_eq!(read("bytes 0-9/100"), Some((Some((0, 10)), Some(100))));
    assert_eq!(read("bytes 0-9/*"), Some((Some((0, 10)), None)));
    assert_eq!(read("bytes */100"), Some((None, Some(100))));
    for wrong in [
        "",
        "bytes",
        "bytes */*",
        "bytes 9-0/10",
        "bytes 0-9/5",
        "items 0-9/10",
        "bytes 0-9/+10",
        "bytes 0-9/9007199254740993",
        "bytes 0-9007199254740992/*",
    ] {
        assert_eq!(read(wrong), None, "{wrong}");
    }
}
