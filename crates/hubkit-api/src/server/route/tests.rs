use proptest::prelude::*;

use super::*;
use crate::ListRepos;

fn of(method: &str, target: &str) -> Result<Incoming, Unroutable> {
    let request = Request::builder().method(method).uri(target).body(());
    route(&request.expect("a request"))
}

/// A short form of what came out, for tables.
fn short(target: &str) -> String {
    match of("GET", target) {
        Ok(Incoming::RepoInfo(call)) => match call.revision {
            Some(revision) => format!("info {} @{revision}", call.repo),
            None => format!("info {}", call.repo),
        },
        Ok(Incoming::Tree(tree)) => format!(
            "tree {} @{} {:?} {:?} {:?} {:?}",
            tree.call.repo,
            tree.call.revision,
            tree.call
                .path
                .map(|path| path.to_string())
                .unwrap_or_default(),
            tree.call.depth,
            tree.call.limit,
            tree.cursor.unwrap_or_default(),
        ),
        Ok(Incoming::Resolve(file)) => {
            format!("file {} @{} {}", file.repo, file.revision, file.path)
        }
        Ok(Incoming::Raw(file)) => format!("raw {} @{} {}", file.repo, file.revision, file.path),
        Ok(Incoming::Refs(call)) => format!("refs {} {:?}", call.repo, call.pull_requests),
        Ok(Incoming::Commits(asked)) => {
            format!("commits {} @{}", asked.call.repo, asked.call.revision)
        }
        Ok(other) => format!("{other:?}"),
        Err(fault) => format!("{fault:?}"),
    }
}

#[test]
fn calls_are_recognised_in_every_spelling() {
    for (target, wanted) in [
        ("/api/models/gpt2", "info gpt2"),
        ("/api/models/a/b", "info a/b"),
        ("/api/models/a/b/", "info a/b"),
        ("/api/models/a%2Fb", "info a/b"),
        ("/api/kernels/a/b", "info kernels/a/b"),
        ("/kernels/a/b/resolve/main/c", "file kernels/a/b @main c"),
        ("/api/models/a/b?blobs=true&expand[]=sha", "info a/b"),
        ("/api/models/gpt2/revision/main", "info gpt2 @main"),
        ("/api/models/gpt2/refs", "refs gpt2 LeaveOut"),
        (
            "/api/models/gpt2/commits/refs/pr/1",
            "commits gpt2 @refs/pr/1",
        ),
        ("/api/models/a/b/commits/main?limit=1", "commits a/b @main"),
        ("/api/models/a/refs/refs", "refs a/refs LeaveOut"),
        (
            "/api/datasets/a/b/refs?include_prs=1",
            "refs datasets/a/b Include",
        ),
        (
            "/api/models/a/b/revision/refs%2Fpr%2F1",
            "info a/b @refs/pr/1",
        ),
        ("/api/models/a/b/revision/refs/pr/1", "info a/b @refs/pr/1"),
        (
            "/api/models/a/b/revision/feature%2Fx",
            "info a/b @feature/x",
        ),
        (
            "/api/spaces/a/b/tree/main?recursive=true&limit=5&cursor=a%2Fb%3D",
            r#"tree spaces/a/b @main "" Recursive Some(5) "a/b=""#,
        ),
        (
            "/api/models/a/b/tree/main/d%2Fe?recursive=false",
            r#"tree a/b @main "d/e" Folder None """#,
        ),
        (
            "/api/models/a/b/tree/main/d/e/",
            r#"tree a/b @main "d/e" Folder None """#,
        ),
        (
            "/api/models/gpt2/tree/main",
            r#"tree gpt2 @main "" Folder None """#,
        ),
        (
            "/api/resolve-cache/models/a/b/0123456789abcdef0123456789abcdef01234567/c%20d/e?x=1",
            "file a/b @0123456789abcdef0123456789abcdef01234567 c d/e",
        ),
        (
            "/api/resolve-cache/datasets/squad/0123456789abcdef0123456789abcdef01234567/c",
            "file datasets/squad @0123456789abcdef0123456789abcdef01234567 c",
        ),
        ("/a/b/resolve/main/c", "file a/b @main c"),
        ("/a/b/resolve/main/c?download=true", "file a/b @main c"),
        ("/gpt2/raw/main/c/d", "raw gpt2 @main c/d"),
        (
            "/datasets/a/raw/raw/refs/pr/1/c",
            "raw datasets/a/raw @refs/pr/1 c",
        ),
        ("/gpt2/resolve/main/c/d", "file gpt2 @main c/d"),
        (
            "/datasets/squad/resolve/main/c",
            "file datasets/squad @main c",
        ),
        (
            "/spaces/a/b/resolve/refs%2Fpr%2F1/c",
            "file spaces/a/b @refs/pr/1 c",
        ),
        ("/a/b/resolve/refs/pr/1/c", "file a/b @refs/pr/1 c"),
        (
            "/a/b/resolve/refs/convert/parquet/c",
            "file a/b @refs/convert/parquet c",
        ),
        (
            "/a/resolve/resolve/resolve/resolve",
            "file a/resolve @resolve resolve",
        ),
        (
            "/a/b/resolve/main/100%25%20%C3%BC.txt",
            "file a/b @main 100% ü.txt",
        ),
        ("/a/b/resolve/main/%252e%252e", "file a/b @main %2e%2e"),
        ("http://hub.example/a/b/resolve/main/c", "file a/b @main c"),
    ] {
        assert_eq!(short(target), wanted, "{target}");
    }
}

#[test]
fn what_would_leave_its_repository_is_a_bad_path() {
    for target in [
        "/a/b/resolve/main/..%2f..%2fetc/passwd",
        "/a/b/resolve/main/%2e%2e/x",
        "/a/b/resolve/main/../x",
        "/a/b/resolve/main/x/..",
        "/a/b/resolve/main/./x",
        "/a/b/resolve/main/..%5cx",
        "/a/b/resolve/main/x%00.txt",
        "/a/b/resolve/main/%c0%ae%c0%ae/x",
        "/a/b/resolve/main/%ff",
        "/a/b/resolve/main/%zz",
        "/a/b/resolve/main/%2",
        "/a/b/resolve/main//x",
        "/a/b/resolve/main/%2Fetc/passwd",
        "/a/b/resolve/main/C%3A/x",
        "/a/b/resolve/main/.git/config",
        "/a/b/raw/main/..%2f..%2fetc/passwd",
        "/a/b/resolve/main/",
        "/a/b/resolve/..%2f/x",
        "/a/b/resolve/refs%2F..%2F..%2Fx/y",
        "/%2e%2e/b/resolve/main/x",
        "/a--b/c/resolve/main/x",
        "/api/models/..%2f..",
        "/api/models/a/..%2fb/revision/main",
        "/api/models/a/b/tree/main/..%2fx",
        "/api/models/a/b/revision/%00",
        "/api/models/a/b?search=%ff",
    ] {
        assert_eq!(of("GET", target), Err(Unroutable::BadPath), "{target}");
    }
    // `;` starts no parameter here: this is a folder of that name, in a repository and nowhere else.
    assert_eq!(short("/a/b/resolve/main/..;/x"), "file a/b @main ..;/x");
}

#[test]
fn other_paths_are_not_found() {
    for target in [
        "/a/b/resolve/main",
        "/a/b/c/resolve/main/x",
        "/api",
        "/api/",
        "/api/resolve-cache/models/a/b/main/x",
        "/api/resolve-cache/models",
        "/api/resolve-cache",
        "/api/agent-harnesses",
        "/api/telemetry/x",
        "/api/buckets/a/b",
        "/api/models/a/b/c",
        "/api/models/a/b/xet-read-token/main",
        "/api/models/a/b/revision/main/more",
        "/api/models/a/b/commits",
        "/api/models/a/b/commits/main/x",
    ] {
        assert_eq!(of("GET", target), Err(Unroutable::NotFound), "{target}");
    }
}

#[test]
fn a_method_that_is_no_calls_is_named_as_such() {
    let refused = |method, target| match of(method, target) {
        Err(Unroutable::MethodNotAllowed { allow }) => allow,
        other => panic!("{method} {target}: {other:?}"),
    };
    assert_eq!(refused("POST", "/a/b/resolve/main/x"), "GET, HEAD");
    assert_eq!(refused("DELETE", "/api/models/a/b"), "GET, HEAD");
    assert_eq!(refused("GET", "/api/models/a/b/paths-info/main"), "POST");
    let posted = of("POST", "/api/models/a/b/paths-info/refs%2Fpr%2F1");
    assert!(matches!(posted, Ok(Incoming::PathsInfo { .. })));
    assert!(matches!(of("HEAD", "/api/whoami-v2"), Ok(Incoming::WhoAmI)));
}

#[test]
fn a_list_takes_its_filters_from_the_query() {
    let wanted = ListRepos {
        search: vec!["a b".to_owned(), "c".to_owned()],
        author: Some("x".to_owned()),
        filter: vec!["p:q".to_owned(), "r".to_owned()],
        apps: vec!["d".to_owned(), "e".to_owned()],
        limit: Some(3),
        full: true,
        expand: vec!["sha".to_owned(), "tags".to_owned()],
        ..ListRepos::new(RepoKind::Dataset)
    };
    let target = "/api/datasets?search=a+b&search=c&apps=d,e&author=x&filter=p:q&filter=r&limit=3&full=True&expand[]=sha&expand=tags&cursor=c";
    let found = of("GET", target);
    let request = ListRequest {
        call: wanted,
        cursor: Some("c".to_owned()),
    };
    assert_eq!(found, Ok(Incoming::List(request)));
    let none = of(
        "GET",
        "/api/models?limit=many&author=&sort=colour&direction=up",
    );
    let nothing = ListRequest {
        call: ListRepos::new(RepoKind::Model),
        cursor: None,
    };
    assert_eq!(none, Ok(Incoming::List(nothing)));
}

#[test]
fn the_address_of_a_page_of_a_list_leads_back_to_it() {
    for target in [
        "/api/models?cursor=a%2Fb%26",
        "/api/spaces?search=a&limit=2&cursor=%25",
    ] {
        let Ok(Incoming::List(list)) = of("GET", target) else {
            panic!("a list");
        };
        assert_eq!(list.target(), target);
    }
}

#[test]
fn the_address_of_a_page_leads_back_to_it() {
    let target = "/api/models/a/b/tree/main?recursive=true&limit=2&cursor=d%2F%C3%BC%26%2B%20%25";
    let Ok(Incoming::Tree(tree)) = of("GET", target) else {
        panic!("a listing");
    };
    assert_eq!(tree.cursor.as_deref(), Some("d/ü&+ %"));
    assert_eq!(of("GET", &tree.target()), Ok(Incoming::Tree(tree)));
}

proptest! {
    #[test]
    fn what_comes_out_stays_in_its_repository(
        target in "/(api/models/|datasets/)?(a/b/)?(resolve/|tree/|revision/)?[a-z./%025cefF;:?&=\\\\-]{0,40}"
    ) {
        let Ok(request) = Request::builder().uri(target).body(()) else {
            return Ok(());
        };
        let path = match route(&request) {
            Ok(Incoming::Resolve(file)) => Some(file.path),
            Ok(Incoming::Tree(tree)) => tree.call.path,
            _ => None,
        };
        if let Some(path) = path {
            prop_assert!(path.parts().all(|part| !part.is_empty() && part != ".." && part != "."));
            prop_assert!(!path.as_str().contains(['\\', '\0']));
        }
    }
}
