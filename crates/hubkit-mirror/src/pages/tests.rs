use hubkit_api::Gated;
use hubkit_store::{DynStore, MemoryStore, Storage};
use hubkit_transport::Body;

use super::*;
use crate::{Mirror, RepoRule, Visibility};

const CARD: &str = "---\nlicense: mit\n---\n# Tiny <b>model</b>\n\n<script>alert(1)</script>\n\n\
    [more](docs/more.md) [bad](javascript:alert(1)) ![logo](logo.png) ![far](https://elsewhere/x.png)\n";

fn repo(kind: RepoKind, id: &str) -> Repo {
    Repo::new(kind, id.parse().expect("an id"))
}

fn store() -> DynStore {
    let store = MemoryStore::new();
    let file = |path: &str, bytes: &'static [u8]| {
        let path = path.parse().expect("a path");
        (path, Bytes::from_static(bytes), Storage::Git)
    };
    let files = [
        file("README.md", CARD.as_bytes()),
        file("a & 'b'.txt", b"<script>1 & 2</script>"),
        file("docs/more.md", b"More"),
        file("data.bin", b"\0\x01\xff"),
    ];
    for id in ["lab/tiny", "lab/secret", "lab/gated"] {
        store.insert(repo(RepoKind::Model, id), Revision::main(), files.clone());
    }
    let rows = repo(RepoKind::Dataset, "lab/rows");
    store.insert(rows, Revision::main(), [file("data.csv", b"a,b")]);
    DynStore::new(store)
}

fn mirror() -> Mirror {
    let secret = RepoRule {
        visibility: Some(Visibility::Private),
        ..RepoRule::default()
    };
    let access = Access::open()
        .with_user("ada", "hf_ada")
        .with_rule(repo(RepoKind::Model, "lab/secret"), secret)
        .with_gated(repo(RepoKind::Model, "lab/gated"), Gated::Manual, &["ada"]);
    Mirror::new(store()).with_access(access)
}

async fn send(mirror: &Mirror, method: &str, target: &str) -> (http::response::Parts, String) {
    let request = http::Request::builder().method(method).uri(target);
    let request = request.body(Body::empty()).expect("a request");
    let (parts, body) = mirror.answer(request).await.into_parts();
    let body = body.collect(1 << 20).await.expect("a whole body");
    (parts, String::from_utf8(body.to_vec()).expect("UTF-8"))
}

async fn page(target: &str) -> String {
    let (parts, body) = send(&mirror(), "GET", target).await;
    assert_eq!(parts.status, StatusCode::OK, "{target}: {body}");
    body
}

const PAGES: &[&str] = &[
    "/",
    "/models",
    "/models?search=%3Cscript%3E%22",
    "/datasets",
    "/spaces",
    "/lab/tiny",
    "/lab/tiny/tree/main",
    "/lab/tiny/tree/main/docs",
    "/lab/tiny/blob/main/a%20%26%20%27b%27.txt",
    "/lab/tiny/blob/main/data.bin",
    "/datasets/lab/rows",
    "/lab/none",
    "/lab/tiny/tree/none",
    "/lab/tiny/tree/main/none",
    "/lab/gated/blob/main/README.md",
];

#[tokio::test]
async fn no_page_runs_or_fetches_anything_and_head_tells_the_same() {
    for target in PAGES {
        let (parts, body) = send(&mirror(), "GET", target).await;
        let policy = parts.headers["content-security-policy"].to_str();
        let policy = policy.expect("text");
        assert!(policy.starts_with("default-src 'none';"), "{target}");
        assert!(!policy.contains("script") && !policy.contains("unsafe"));
        assert_eq!(parts.headers["x-content-type-options"], "nosniff");
        assert_eq!(parts.headers["content-type"], "text/html; charset=utf-8");
        for part in [
            "<script",
            " style=",
            " onclick",
            "javascript:",
            "src=\"http",
        ] {
            assert!(!body.contains(part), "{target} has {part}: {body}");
        }
        let (head, nothing) = send(&mirror(), "HEAD", target).await;
        assert_eq!(
            (head.status, head.headers),
            (parts.status, parts.headers),
            "{target}"
        );
        assert_eq!(nothing, "");
    }
    let (parts, body) = send(&mirror(), "GET", "/-/style.css").await;
    assert_eq!(parts.headers["content-type"], "text/css; charset=utf-8");
    assert!(!body.contains("url(") && !body.contains("@import"));
}

#[tokio::test]
async fn strangers_texts_are_shown_as_they_are() {
    let searched = page("/models?search=%3Cscript%3E%22").await;
    assert!(
        searched.contains("value=\"&lt;script&gt;&quot;\""),
        "{searched}"
    );
    let files = page("/lab/tiny/tree/main").await;
    assert!(files.contains("a &amp; 'b'.txt"), "{files}");
    let text = page("/lab/tiny/blob/main/a%20%26%20%27b%27.txt").await;
    assert!(
        text.contains("&lt;script&gt;1 &amp; 2&lt;/script&gt;"),
        "{text}"
    );
    let binary = page("/lab/tiny/blob/main/data.bin").await;
    assert!(binary.contains("no short text"), "{binary}");
}

#[tokio::test]
async fn a_card_leads_to_files_of_its_commit_and_nowhere_by_itself() {
    let card = page("/lab/tiny").await;
    assert!(card.contains("Tiny <strong>model</strong>"), "{card}");
    assert!(card.contains("/docs/more.md\""), "{card}");
    assert!(card.contains("<img src=\"/lab/tiny/resolve/"), "{card}");
    assert!(card.contains("href=\"https://elsewhere/x.png\""), "{card}");
    assert!(page("/datasets/lab/rows").await.contains("has no card"));
}

#[tokio::test]
async fn what_a_caller_may_not_know_is_on_no_page() {
    for target in ["/", "/models", "/models?search=secret"] {
        assert!(!page(target).await.contains("lab/secret"), "{target}");
    }
    let (hidden, body) = send(&mirror(), "GET", "/lab/secret").await;
    let (missing, other) = send(&mirror(), "GET", "/lab/missed").await;
    assert_eq!(hidden.status, StatusCode::UNAUTHORIZED);
    assert_eq!(
        (hidden.status, hidden.headers),
        (missing.status, missing.headers)
    );
    assert_eq!(body, other);
}

#[tokio::test]
async fn a_gated_repository_shows_its_card_and_none_of_its_files() {
    let card = page("/lab/gated").await;
    assert!(card.contains("Ask for it with"), "{card}");
    let (parts, body) = send(&mirror(), "GET", "/lab/gated/blob/main/README.md").await;
    assert_eq!(parts.status, StatusCode::UNAUTHORIZED);
    assert_eq!(parts.headers["x-error-code"], "GatedRepo");
    assert!(body.contains("restricted"), "{body}");
}

#[tokio::test]
async fn every_link_stays_below_the_prefix() {
    let endpoint = "https://hub.example/some/prefix"
        .parse()
        .expect("an endpoint");
    let mirror = mirror().with_endpoint(endpoint);
    for target in ["/", "/models", "/lab/tiny", "/lab/tiny/tree/main"] {
        let (parts, body) = send(&mirror, "GET", &format!("/some/prefix{target}")).await;
        assert_eq!(parts.status, StatusCode::OK, "{target}");
        for attribute in ["href=\"/", "src=\"/", "action=\"/"] {
            for rest in body.split(attribute).skip(1) {
                assert!(rest.starts_with("some/prefix/"), "{target}: {rest}");
            }
        }
    }
}

#[tokio::test]
async fn a_list_goes_on_at_a_page_for_people() {
    let store = MemoryStore::new();
    for index in 0..60 {
        let file = ("x".parse().expect("a path"), Bytes::new(), Storage::Git);
        let repo = repo(RepoKind::Model, &format!("lab/m{index:02}"));
        store.insert(repo, Revision::main(), [file]);
    }
    let mirror = Mirror::new(DynStore::new(store));
    let (_, first) = send(&mirror, "GET", "/models").await;
    let next = first.split("rel=\"next\" href=\"").nth(1);
    let next = next.and_then(|rest| rest.split('"').next());
    let next = next.expect("there are more").replace("&amp;", "&");
    assert!(next.starts_with("/models?"), "{next}");
    let (parts, second) = send(&mirror, "GET", &next).await;
    assert_eq!(parts.status, StatusCode::OK);
    let shown = |page: &str| page.matches("<a href=\"/lab/m").count();
    assert_eq!((shown(&first), shown(&second)), (50, 10));
}
