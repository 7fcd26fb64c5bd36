use hubkit_types::{RepoKind, Sha256, TreeFile};

use super::*;
use crate::{ErrorKind, LONGEST_FILE, server::route};

const SHA: &str = "0123456789abcdef0123456789abcdef01234567";

fn call(path: Option<&str>, depth: TreeDepth) -> ListTree {
    let repo = Repo::new(RepoKind::Model, "a/b".parse().expect("an id"));
    ListTree {
        path: path.map(|path| path.parse().expect("a path")),
        ..ListTree::new(repo, "refs/pr/1".parse().expect("a revision"), depth)
    }
}

fn folder(path: &str) -> TreeEntry {
    let path = path.parse().expect("a path");
    let oid = SHA.parse().expect("an id");
    TreeItem::Folder { path, oid }.into()
}

fn file(path: &str, size: u64, lfs: Option<Sha256>) -> TreeEntry {
    let file = TreeFile {
        path: path.parse().expect("a path"),
        size,
        oid: SHA.parse().expect("an id"),
        lfs,
    };
    TreeItem::File(file).into()
}

fn page(entries: Vec<TreeEntry>) -> TreePage {
    TreePage {
        entries,
        refused: Vec::new(),
        next: Some("/api/models/a/b/tree/main?cursor=x".to_owned()),
    }
}

fn read(body: &str) -> Result<TreePage, ApiError> {
    let response = Response::new(Bytes::copy_from_slice(body.as_bytes()));
    call(None, TreeDepth::Recursive).reply(&response)
}

#[test]
fn a_request_is_routed_to_what_it_was_made_from() {
    for call in [
        call(None, TreeDepth::Recursive),
        call(Some("a b/%2e/ü#&+.txt"), TreeDepth::Folder),
        ListTree {
            expand: true,
            limit: Some(7),
            ..call(None, TreeDepth::Folder)
        },
    ] {
        let wanted = Incoming::Tree(TreeRequest {
            call: call.clone(),
            cursor: None,
        });
        assert_eq!(route(&call.request()), Ok(wanted));
    }
}

#[test]
fn a_sub_path_is_read_with_its_slashes_plain_and_encoded() {
    let call = call(Some("d/\u{fc} e"), TreeDepth::Folder);
    for path in ["d%2F%C3%BC%20e", "d/%C3%BC%20e", "d/%C3%BC%20e/"] {
        let target = format!("/api/models/a/b/tree/refs%2Fpr%2F1/{path}?recursive=false");
        let request = Request::builder().uri(target).body(()).expect("a request");
        let Ok(Incoming::Tree(found)) = route(&request) else {
            panic!("a listing");
        };
        assert_eq!(found.call, call, "{path}");
    }
}

#[test]
fn a_page_comes_back_as_it_was_given() {
    let page = page(vec![
        folder("a"),
        file("a/b.txt", 0, None),
        file("c.bin", LONGEST_FILE, "ab".repeat(32).parse().ok()),
    ]);
    let found = call(None, TreeDepth::Recursive).reply(&respond_tree(&page));
    assert_eq!(found, Ok(page));
}

fn with_detail(mut entry: TreeEntry, detail: TreeDetail) -> TreeEntry {
    entry.detail = Some(Box::new(detail));
    entry
}

fn last_commit() -> LastCommit {
    LastCommit {
        id: SHA.parse().expect("an id"),
        title: "a \"title\"".to_owned(),
        date: Some("2026-01-02T03:04:05.000Z".to_owned()),
    }
}

#[test]
fn commit_and_scan_of_an_entry_come_back_as_they_were_given() {
    let commit = TreeDetail {
        last_commit: Some(last_commit()),
        ..TreeDetail::default()
    };
    let all = TreeDetail {
        security_status: Some(serde_json::json!({"status": "safe", "avScan": {"status": "safe"}})),
        ..commit.clone()
    };
    let page = page(vec![
        with_detail(folder("a"), commit),
        with_detail(file("b", 1, None), all),
    ]);
    let found = call(None, TreeDepth::Recursive).reply(&respond_tree(&page));
    assert_eq!(found, Ok(page));
}

#[test]
fn neither_a_scan_by_halves_nor_a_xet_hash_is_told() {
    let detail = TreeDetail {
        last_commit: None,
        security_status: Some(serde_json::json!({"status": "safe"})),
        xet_hash: "cd".repeat(32).parse().ok(),
    };
    let told = respond_tree(&page(vec![with_detail(file("b", 1, None), detail)]));
    let found = call(None, TreeDepth::Recursive).reply(&told);
    assert_eq!(found, Ok(page(vec![file("b", 1, None)])));
}

#[test]
fn the_digest_of_a_large_file_is_read_under_both_its_names_and_oddities_are_passed_over() {
    let (digest, xet) = ("ab".repeat(32), "cd".repeat(32));
    for (name, more, detail) in [
        ("oid", String::new(), TreeDetail::default()),
        (
            "sha256",
            format!(r#","xetHash":"{xet}","lastCommit":null"#),
            TreeDetail {
                xet_hash: xet.parse().ok(),
                ..TreeDetail::default()
            },
        ),
        (
            "sha256",
            r#","xetHash":"../x","lastCommit":{"id":"main"},"securityFileStatus":null"#.to_owned(),
            TreeDetail::default(),
        ),
    ] {
        let body = format!(
            r#"[{{"type":"file","path":"x","oid":"{SHA}","size":7,"lfs":{{"{name}":"{digest}","size":7}}{more}}}]"#
        );
        let mut wanted = file("x", 7, digest.parse().ok());
        wanted.detail = (detail != TreeDetail::default()).then(|| Box::new(detail));
        let found = read(&body).map(|page| page.entries);
        assert_eq!(found, Ok(vec![wanted]));
    }
}

#[test]
fn a_name_that_must_not_become_a_path_is_told_apart() {
    for path in ["../x", "/x", ".git/hooks/x", "a|b"] {
        let file = format!(r#"{{"type":"file","path":"{path}","oid":"{SHA}","size":1}}"#);
        let page = read(&format!("[{file}]")).expect("a page");
        assert!(page.entries.is_empty());
        assert_eq!(page.refused.len(), 1);
        assert_eq!(page.refused[0].text(), path);
    }
}

#[test]
fn of_a_long_name_that_is_refused_only_the_start_is_kept() {
    // The cut falls into the last letter that would fit.
    let path = format!("/{}", "\u{fc}".repeat(50_000));
    let file = format!(r#"{{"type":"file","path":"{path}","oid":"{SHA}","size":1}}"#);
    let page = read(&format!("[{file}]")).expect("a page");
    let refused = &page.refused[0];
    assert_eq!(refused.text(), &path[..4095]);
    assert_eq!(refused.length(), 100_001);
    assert!(refused.error().to_string().len() < 1000);
}

#[test]
fn a_malformed_entry_refuses_the_page() {
    let large = |size: &str| {
        format!(
            r#""size":1,"lfs":{{"oid":"{}","size":{size}}}"#,
            "ab".repeat(32)
        )
    };
    for (path, oid, rest) in [
        ("x", "main", r#""size":1"#),
        ("x", SHA, r#""size":-1"#),
        ("x", SHA, r#""size":1.5"#),
        ("x", SHA, r#""lfs":null"#),
        ("x", SHA, r#""size":null"#),
        ("x", SHA, r#""size":9007199254740993"#),
        ("x", SHA, r#""size":18446744073709551615"#),
        ("x", SHA, r#""size":99999999999999999999"#),
        ("x", SHA, &large("9007199254740993")),
        ("x", SHA, &large("99999999999999999999")),
        ("x", SHA, &large("-1")),
        ("x", SHA, r#""size":1,"lfs":{"oid":"../x","size":1}"#),
        ("x", SHA, r#""size":1,"lfs":{"size":1}"#),
        ("x", SHA, r#""size":1,"lfs":true"#),
    ] {
        let body = format!(r#"[{{"type":"file","path":"{path}","oid":"{oid}",{rest}}}]"#);
        let error = read(&body).expect_err("malformed");
        assert_eq!(error.kind(), ErrorKind::Protocol, "{body}");
    }
    assert!(read("{}").is_err());
    assert!(read(r#"[{"type":"file","path":7}]"#).is_err());
    assert_eq!(read("[]").map(|page| page.entries.len()), Ok(0));
}
