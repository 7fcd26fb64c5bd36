use bytes::Bytes;
use http::HeaderMap;
use hubkit_api::{
    ApiError, AuthCheck, Call as _, ErrorKind, Gated, GetRepoInfo, InfoDetail, ListCommits,
    ListRefs, ListRepos, ListTree, PathsInfo, PullRequests, Raw, ResolveMethod, TreeDepth,
    TreeEntry, WhoAmI, check,
};
use hubkit_store::{
    BlobKey, BlobStore as _, BlobStoreExt as _, MemoryStore, RefStore as _, Snapshot, Storage,
};
use hubkit_types::{BlobId, CommitId, Etag, Repo, RepoKind, Revision};
use serde_json::Value;

use super::*;

mod accounts;
mod cards;
mod catalogue;
mod compare;
mod croissant;
mod hidden;
mod history;
mod hollow;
mod listings;
mod more;
mod requests;
use hollow::{Fault, Hollow};

const WEIGHTS: &[u8] = b"0123456789";

fn repo(id: &str) -> Repo {
    Repo::new(RepoKind::Model, id.parse().expect("an id"))
}

fn store() -> (MemoryStore, CommitId) {
    let store = MemoryStore::new();
    let files = [
        ("config.json", &b"{}"[..], Storage::Git),
        ("empty.txt", b"", Storage::Git),
        ("onnx/a.onnx", b"a", Storage::Git),
        ("onnx/deep/b.onnx", b"b", Storage::Git),
        ("onnx-notes.md", b"n", Storage::Git),
        ("model.safetensors", WEIGHTS, Storage::Lfs),
    ];
    let files = files.map(|(path, bytes, storage)| {
        let path = path.parse().expect("a path");
        (path, Bytes::from_static(bytes), storage)
    });
    let commit = store.insert(repo("me/tiny"), Revision::main(), files);
    for id in ["me/gated", "gpt2"] {
        let file = (
            "config.json".parse().expect("a path"),
            Bytes::from_static(b"{}"),
            Storage::Git,
        );
        store.insert(repo(id), Revision::main(), [file]);
    }
    let data = Repo::new(RepoKind::Dataset, "you/data".parse().expect("an id"));
    let file = (
        "train.csv".parse().expect("a path"),
        Bytes::from_static(b"a,b"),
        Storage::Git,
    );
    store.insert(data, "v1.0".parse().expect("a revision"), [file]);
    (store, commit)
}

fn open() -> Mirror {
    Mirror::new(DynStore::new(store().0))
}

fn guarded() -> Mirror {
    let access = Access::open()
        .with_user("ada", "hf_ada")
        .with_user("bob", "hf_bob")
        .with_gated(repo("me/gated"), Gated::Manual, &["ada"])
        .with_gated(repo("me/missing"), Gated::Manual, &[]);
    open().with_access(access)
}

struct Answer {
    status: u16,
    headers: HeaderMap,
    body: Bytes,
}

impl Answer {
    fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    fn json(&self) -> Value {
        serde_json::from_slice(&self.body).expect("JSON")
    }

    fn error(&self) -> ApiError {
        let mut response = Response::new(());
        *response.status_mut() = self.status.try_into().expect("a status");
        *response.headers_mut() = self.headers.clone();
        check(&response.into_parts().0, &self.body).expect_err("a refusal")
    }

    fn response(&self) -> Response<Bytes> {
        let mut response = Response::new(self.body.clone());
        *response.status_mut() = self.status.try_into().expect("a status");
        *response.headers_mut() = self.headers.clone();
        response
    }
}

async fn send(mirror: &Mirror, request: Request<Body>) -> Answer {
    let (parts, body) = mirror.answer(request).await.into_parts();
    Answer {
        status: parts.status.as_u16(),
        headers: parts.headers,
        body: body.collect(1 << 20).await.expect("a whole body"),
    }
}

async fn ask(mirror: &Mirror, method: &str, target: &str, headers: &[(&str, &str)]) -> Answer {
    let mut request = Request::builder().method(method).uri(target);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    send(mirror, request.body(Body::empty()).expect("a request")).await
}

async fn get(mirror: &Mirror, target: &str) -> Answer {
    ask(mirror, "GET", target, &[]).await
}

const MODEL: &str = "/me/tiny/resolve/main/model.safetensors";
const SHA256: &str = "84d89877f0d4041efb6bf91a16f0248f2fd573e6af05c19f96bedb9f882f7882";

#[tokio::test]
async fn a_large_file_comes_with_all_that_clients_look_for() {
    let (store, commit) = store();
    let mirror = Mirror::new(DynStore::new(store));
    let answer = get(&mirror, MODEL).await;
    assert_eq!((answer.status, &answer.body[..]), (200, WEIGHTS));
    let tag = format!("\"{SHA256}\"");
    for (name, value) in [
        ("x-repo-commit", commit.to_string().as_str()),
        ("etag", &tag),
        ("x-linked-etag", &tag),
        ("x-linked-size", "10"),
        ("content-length", "10"),
        ("accept-ranges", "bytes"),
        ("x-content-type-options", "nosniff"),
    ] {
        assert_eq!(answer.header(name), Some(value), "{name}");
    }
    assert!(answer.header("content-disposition").is_some_and(|value| {
        value.starts_with("inline;") && value.contains("filename=\"model.safetensors\"")
    }));
    assert_eq!(answer.header("x-xet-hash"), None);
    let small = get(&mirror, "/me/tiny/resolve/main/config.json").await;
    assert_eq!(small.header("x-linked-etag"), None);
    let oid = "\"9e26dfeeb6e641a33dae4961196235bdb965b21b\"";
    assert_eq!(small.header("etag"), Some(oid));
}

#[tokio::test]
async fn ranges_are_answered_by_the_letter() {
    let mirror = open();
    for (range, status, body, content_range) in [
        ("bytes=0-0", 206, "0", Some("bytes 0-0/10")),
        ("bytes=5-", 206, "56789", Some("bytes 5-9/10")),
        ("bytes=-3", 206, "789", Some("bytes 7-9/10")),
        ("bytes=8-99", 206, "89", Some("bytes 8-9/10")),
        (
            "bytes=0-18446744073709551616",
            206,
            "0123456789",
            Some("bytes 0-9/10"),
        ),
        ("bytes=10-", 416, "", Some("bytes */10")),
        ("bytes=-0", 416, "", Some("bytes */10")),
        ("bytes=0-4,2-3", 200, "0123456789", None),
        ("bytes=nonsense", 200, "0123456789", None),
    ] {
        let answer = ask(&mirror, "GET", MODEL, &[("range", range)]).await;
        assert_eq!(answer.status, status, "{range}");
        assert_eq!(answer.body, body, "{range}");
        assert_eq!(answer.header("content-range"), content_range, "{range}");
        let length = body.len().to_string();
        assert_eq!(
            answer.header("content-length"),
            Some(length.as_str()),
            "{range}"
        );
        assert!(answer.header("x-repo-commit").is_some(), "{range}");
    }
    let empty = "/me/tiny/resolve/main/empty.txt";
    let answer = get(&mirror, empty).await;
    assert_eq!(
        (answer.status, answer.header("content-length")),
        (200, Some("0"))
    );
    let answer = ask(&mirror, "GET", empty, &[("range", "bytes=0-")]).await;
    assert_eq!(answer.status, 416);
}

#[tokio::test]
async fn several_ranges_are_answered_in_parts() {
    let mirror = open();
    let answer = ask(&mirror, "GET", MODEL, &[("range", "bytes=8-9,0-1")]).await;
    assert_eq!(answer.status, 206);
    assert_eq!(answer.header("content-range"), None);
    let length = answer.body.len().to_string();
    assert_eq!(answer.header("content-length"), Some(length.as_str()));
    let kind = answer.header("content-type").expect("a type");
    let (kind, boundary) = kind.split_once("; boundary=").expect("a boundary");
    assert_eq!(kind, "multipart/byteranges");
    let body = String::from_utf8(answer.body.to_vec()).expect("text");
    let parts: Vec<&str> = body.split(&format!("--{boundary}")).collect();
    let [start, first, second, end] = parts[..] else {
        panic!("{body}");
    };
    assert_eq!((start, end), ("", "--\r\n"));
    for (part, range, bytes) in [(first, "8-9", "89"), (second, "0-1", "01")] {
        let (head, content) = part.split_once("\r\n\r\n").expect("a head");
        assert!(
            head.contains(&format!("Content-Range: bytes {range}/10")),
            "{head}"
        );
        assert_eq!(content.trim_end_matches("\r\n"), bytes);
    }
}

#[tokio::test]
async fn conditions_are_heard() {
    let mirror = open();
    let tag = format!("\"{SHA256}\"");
    let known = ask(&mirror, "GET", MODEL, &[("if-none-match", &tag)]).await;
    assert_eq!((known.status, known.body.len()), (304, 0));
    assert_eq!(known.header("etag"), Some(tag.as_str()));
    assert!(known.header("x-repo-commit").is_some());
    let range = ("range", "bytes=2-3");
    let same = ask(&mirror, "GET", MODEL, &[range, ("if-range", &tag)]).await;
    assert_eq!((same.status, &same.body[..]), (206, &b"23"[..]));
    let other = ask(&mirror, "GET", MODEL, &[range, ("if-range", "\"other\"")]).await;
    assert_eq!((other.status, &other.body[..]), (200, WEIGHTS));
}

#[tokio::test]
async fn head_has_the_headers_of_get_and_no_body() {
    let moved = Access::open().with_moved(&repo("old/name"), "me/tiny".parse().expect("an id"));
    let mirror = open().with_access(moved);
    for target in [
        MODEL,
        "/me/tiny/resolve/main/empty.txt",
        "/me/tiny/raw/main/model.safetensors",
        "/old/name/resolve/main/config.json",
        "/old/name",
        "/me/tiny.git/info/lfs/objects/batch",
        "/api/models/me/tiny/paths-info/main",
        "/",
        "/models",
        "/me/tiny",
        "/me/tiny/tree/main",
        "/me/tiny/blob/main/config.json",
        "/me/tiny/blob/main/missing",
        "/me/missing",
        "/api/models",
        "/api/models/me/tiny/refs",
        "/me/tiny/resolve/main/missing",
        "/me/missing/resolve/main/x",
        "/api/models/me/tiny",
        "/api/models/me/tiny/tree/main?recursive=true",
        "/api/telemetry/x",
    ] {
        let (head, get) = (
            ask(&mirror, "HEAD", target, &[]).await,
            get(&mirror, target).await,
        );
        assert_eq!(head.headers, get.headers, "{target}");
        assert_eq!((head.status, head.body.len()), (get.status, 0), "{target}");
        let length = get.body.len().to_string();
        assert_eq!(
            get.header("content-length"),
            Some(length.as_str()),
            "{target}"
        );
    }
}

#[tokio::test]
async fn head_and_get_agree_on_content_that_cannot_be_read() {
    let config = "/me/tiny/resolve/main/config.json";
    for (fault, status, kind) in [
        (Fault::Gone, 404, ErrorKind::EntryNotFound),
        (Fault::Vanishing, 404, ErrorKind::EntryNotFound),
        (Fault::Denied, 500, ErrorKind::Server),
        (Fault::Short, 500, ErrorKind::Server),
    ] {
        let mirror = Mirror::new(DynStore::new(Hollow::new(store().0, fault)));
        for target in [MODEL, config] {
            let (head, get) = (
                ask(&mirror, "HEAD", target, &[]).await,
                get(&mirror, target).await,
            );
            assert_eq!((head.status, get.status), (status, status), "{fault:?}");
            assert_eq!(head.headers, get.headers, "{fault:?}");
            assert_eq!(head.error().kind(), kind, "{fault:?}");
            // Without a commit nobody remembers that the commit holds no such file: it does.
            assert_eq!(get.header("x-repo-commit"), None, "{fault:?}");
        }
    }
    let mirror = Mirror::new(DynStore::new(Hollow::new(store().0, Fault::Gone)));
    let empty = "/me/tiny/resolve/main/empty.txt";
    assert_eq!(ask(&mirror, "HEAD", empty, &[]).await.status, 404);
    assert_eq!(get(&mirror, empty).await.status, 404);
}

#[tokio::test]
async fn what_a_hub_answers_and_a_mirror_does_not_is_missing_to_everyone() {
    for mirror in [open(), guarded()] {
        for target in ["/api/agent-harnesses", "/api/telemetry/x"] {
            for method in ["GET", "HEAD", "POST"] {
                let answer = ask(&mirror, method, target, &[]).await;
                assert_eq!(answer.status, 404, "{method} {target}");
                let eve = [("authorization", "Bearer hf_eve")];
                let answer = ask(&mirror, method, target, &eve).await;
                assert_eq!(answer.status, 404, "{method} {target}");
            }
        }
    }
}

#[tokio::test]
async fn what_is_missing_is_named() {
    let (store, commit) = store();
    let mirror = Mirror::new(DynStore::new(store));
    let kind = async |target: &str, headers: &[(&str, &str)]| {
        let answer = ask(&mirror, "GET", target, headers).await;
        (answer.status, answer.error().kind())
    };
    let token = [("authorization", "Bearer anything")];
    for target in [
        "/me/no/resolve/main/x",
        "/api/models/me/no",
        "/api/models/me/no/tree/main",
        "/api/models/me/no/refs",
    ] {
        assert_eq!(
            kind(target, &[]).await,
            (401, ErrorKind::RepoNotFound),
            "{target}"
        );
        assert_eq!(
            kind(target, &token).await,
            (404, ErrorKind::RepoNotFound),
            "{target}"
        );
    }
    let other_commit = "/api/models/me/tiny/revision/0123456789abcdef0123456789abcdef01234567";
    for target in [
        "/me/tiny/resolve/nope/x",
        "/api/models/me/tiny/revision/nope",
        other_commit,
    ] {
        assert_eq!(
            kind(target, &[]).await,
            (404, ErrorKind::RevisionNotFound),
            "{target}"
        );
    }
    for target in [
        "/me/tiny/resolve/main/chat_template.jinja",
        "/me/tiny/resolve/main/onnx",
        "/api/models/me/tiny/tree/main/additional_chat_templates",
    ] {
        let answer = get(&mirror, target).await;
        let error = answer.error();
        assert_eq!(
            (answer.status, error.kind()),
            (404, ErrorKind::EntryNotFound),
            "{target}"
        );
        assert_eq!(error.commit(), Some(commit), "{target}");
    }
    for target in ["/api/agent-harnesses", "/api/telemetry/x"] {
        let answer = get(&mirror, target).await;
        assert_eq!(
            (answer.status, answer.json()["error"].is_string()),
            (404, true),
            "{target}"
        );
    }
}

#[tokio::test]
async fn a_gate_closes_files_and_nothing_else() {
    let mirror = guarded();
    let file = "/me/gated/resolve/main/config.json";
    let as_user = async |target: &str, token: &str| {
        let value = format!("Bearer {token}");
        ask(&mirror, "GET", target, &[("authorization", &value)]).await
    };
    let answer = get(&mirror, file).await;
    assert_eq!(
        (answer.status, answer.error().kind()),
        (401, ErrorKind::Gated)
    );
    let answer = as_user(file, "hf_bob").await;
    assert_eq!(
        (answer.status, answer.error().kind()),
        (403, ErrorKind::Gated)
    );
    let answer = as_user(file, "hf_ada").await;
    assert_eq!((answer.status, &answer.body[..]), (200, &b"{}"[..]));
    let head = ask(&mirror, "HEAD", file, &[]).await;
    assert_eq!(head.error().kind(), ErrorKind::Gated);
    let info = get(&mirror, "/api/models/me/gated").await;
    assert_eq!(info.json()["gated"], "manual");
    assert_eq!(
        get(&mirror, "/api/models/me/gated/tree/main").await.status,
        200
    );
    assert_eq!(get(&mirror, MODEL).await.status, 200);
    let missing = get(&mirror, "/me/missing/resolve/main/x").await;
    assert_eq!(missing.error().kind(), ErrorKind::RepoNotFound);
}

#[tokio::test]
async fn a_token_says_who_asks_or_is_refused() {
    let mirror = guarded();
    let send_call = async |mirror: &Mirror, token: Option<&str>| {
        let (mut parts, _) = WhoAmI.request().into_parts();
        if let Some(token) = token {
            let value = format!("Bearer {token}").parse().expect("a value");
            parts.headers.insert("authorization", value);
        }
        let answer = send(mirror, Request::from_parts(parts, Body::empty())).await;
        WhoAmI
            .reply(&answer.response())
            .map_err(|error| error.kind())
    };
    let identity = send_call(&mirror, Some("hf_ada"))
        .await
        .expect("an identity");
    assert_eq!(identity.name, "ada");
    let unknown = send_call(&mirror, Some("hf_eve")).await;
    assert_eq!(unknown, Err(ErrorKind::BadCredentials));
    assert_eq!(send_call(&mirror, None).await, Err(ErrorKind::Unauthorized));
    assert_eq!(
        send_call(&open(), Some("x")).await,
        Err(ErrorKind::Unauthorized)
    );
    let eve = [("authorization", "Bearer hf_eve")];
    let answer = ask(&mirror, "GET", MODEL, &eve).await;
    assert_eq!(
        (answer.status, answer.error().kind()),
        (401, ErrorKind::BadCredentials)
    );
}

#[tokio::test]
async fn information_names_the_commit_and_every_file() {
    let (store, commit) = store();
    let mirror = Mirror::new(DynStore::new(store));
    for revision in [None, Some("main"), Some("HEAD"), Some(&*commit.to_string())] {
        let call = GetRepoInfo {
            repo: repo("me/tiny"),
            revision: revision.map(|text| text.parse().expect("a revision")),
            detail: InfoDetail::Usual {
                blobs: true,
                security_status: false,
            },
        };
        let answer = send(&mirror, call.request().map(Body::from)).await;
        let info = call.reply(&answer.response()).expect("information");
        assert_eq!(info.sha, Some(commit));
        assert_eq!(info.author.as_deref(), Some("me"));
        let siblings = info.siblings.expect("a list");
        assert_eq!(siblings.len(), 6);
        let large = siblings.iter().find(|file| file.rest.contains_key("lfs"));
        let large = large.expect("the large file");
        assert_eq!(large.path.as_str(), "model.safetensors");
        let lfs = serde_json::json!({"sha256": SHA256, "size": 10, "pointerSize": 127});
        assert_eq!(large.rest["lfs"], lfs);
    }
    let legacy = get(&mirror, "/api/models/gpt2").await.json();
    assert_eq!(legacy["id"], "gpt2");
    let no_main = get(&mirror, "/api/datasets/you/data").await;
    assert_eq!((no_main.status, no_main.json().get("sha")), (200, None));
}

#[tokio::test]
async fn the_history_is_the_commit_of_the_revision() {
    let (store, commit) = store();
    let mirror = Mirror::new(DynStore::new(store));
    let history = async |id: &str, revision: &str| {
        let call = ListCommits::new(repo(id), revision.parse().expect("a revision"));
        let answer = send(&mirror, call.request().map(Body::from)).await;
        call.reply(&answer.response()).map_err(|error| error.kind())
    };
    for revision in ["main", "HEAD", &commit.to_string()] {
        let page = history("me/tiny", revision).await.expect("a page");
        assert_eq!((page.total, page.next), (Some(1), None));
        assert_eq!(page.commits.len(), 1);
        assert_eq!(page.commits[0].id, commit);
        // Without one huggingface_hub fails.
        assert!(page.commits[0].date.is_some());
    }
    let second = get(&mirror, "/api/models/me/tiny/commits/main?p=1").await;
    assert_eq!(second.json(), serde_json::json!([]));
    let html = "/api/models/me/tiny/commits/main?expand[]=formatted";
    let html = get(&mirror, html).await.json();
    assert_eq!(html[0]["formatted"]["title"], html[0]["title"]);
    let found = history("me/tiny", "v9").await;
    assert_eq!(found, Err(ErrorKind::RevisionNotFound));
    assert_eq!(history("me/no", "main").await, Err(ErrorKind::RepoNotFound));
}

#[tokio::test]
async fn who_may_read_a_repository_is_told_so() {
    let mirror = guarded();
    let check = async |id: &str, token: Option<&str>| {
        let call = AuthCheck { repo: repo(id) };
        let (mut parts, _) = call.request().into_parts();
        if let Some(token) = token {
            let value = format!("Bearer {token}").parse().expect("a value");
            parts.headers.insert("authorization", value);
        }
        let answer = send(&mirror, Request::from_parts(parts, Body::empty())).await;
        let found = call.reply(&answer.response());
        (answer.status, found.map_err(|error| error.kind()))
    };
    use ErrorKind::{Gated, RepoNotFound};
    assert_eq!(check("me/tiny", None).await, (200, Ok(())));
    assert_eq!(check("me/gated", None).await, (401, Err(Gated)));
    assert_eq!(check("me/gated", Some("hf_bob")).await, (403, Err(Gated)));
    assert_eq!(check("me/gated", Some("hf_ada")).await, (200, Ok(())));
    assert_eq!(check("me/missing", None).await, (401, Err(RepoNotFound)));
    assert_eq!(
        check("me/missing", Some("hf_ada")).await,
        (404, Err(RepoNotFound))
    );
}

#[tokio::test]
async fn raw_is_what_git_holds() {
    let (store, commit) = store();
    let listed = store.listing(repo("me/tiny"), commit).await;
    let listed = listed.expect("no fault").expect("a listing");
    let large = listed.iter().find(|file| file.lfs.is_some());
    let large = large.expect("the large file").clone();
    // The pointer does not depend on the content.
    store
        .remove(BlobKey::new(repo("me/tiny"), large.blob()))
        .await
        .expect("no fault");
    let mirror = Mirror::new(DynStore::new(store));
    let raw = async |path: &str, method: ResolveMethod| {
        let call = Raw {
            repo: repo("me/tiny"),
            revision: Revision::main(),
            path: path.parse().expect("a path"),
            method,
        };
        let answer = send(&mirror, call.request().map(Body::from)).await;
        let found = call.reply(&answer.response());
        (answer, found.map_err(|error| error.kind()))
    };
    let pointer = hubkit_lfs::Pointer::new(SHA256.parse().expect("a digest"), 10).to_string();
    let (got, file) = raw("model.safetensors", ResolveMethod::Get).await;
    let file = file.expect("a file");
    assert_eq!(
        (file.content, file.commit),
        (pointer.clone().into(), Some(commit))
    );
    let tag = Etag::of(BlobId::Git(large.oid));
    assert_eq!(file.etag, Some(tag));
    let (head, file) = raw("model.safetensors", ResolveMethod::Head).await;
    assert_eq!(file.expect("a file").content, "");
    assert_eq!(head.headers, got.headers);
    assert_eq!(got.header("x-linked-etag"), None);
    let target = "/me/tiny/raw/main/model.safetensors";
    let part = ask(&mirror, "GET", target, &[("range", "bytes=8-11")]).await;
    assert_eq!(
        (part.status, &part.body[..]),
        (206, &pointer.as_bytes()[8..12])
    );
    let beyond = ask(&mirror, "GET", target, &[("range", "bytes=999-")]).await;
    assert_eq!(
        (beyond.status, beyond.header("content-length")),
        (416, Some("0"))
    );
    let (_, small) = raw("config.json", ResolveMethod::Get).await;
    assert_eq!(small.expect("a file").content, "{}");
    let (_, missing) = raw("no", ResolveMethod::Get).await;
    assert_eq!(missing, Err(ErrorKind::EntryNotFound));
    let gated = get(&guarded(), "/me/gated/raw/main/config.json").await;
    assert_eq!(gated.error().kind(), ErrorKind::Gated);
}

#[tokio::test]
async fn no_path_leads_out_of_its_repository() {
    let mirror = open();
    for path in [
        "..%2f..%2fetc%2fpasswd",
        "%2e%2e/%2e%2e/etc/passwd",
        "../../../me/gated/resolve/main/config.json",
        "..;/..;/etc/passwd",
        "..%5c..%5cwindows",
        "%252e%252e%252fetc%252fpasswd",
        "config.json%00.txt",
        "%c0%ae%c0%ae%c0%afetc",
        "%2fetc%2fpasswd",
        "C%3A%5Cwindows",
        ".git/config",
        "//etc/passwd",
    ] {
        for start in [
            "/me/tiny/resolve/main/",
            "/me/tiny/raw/main/",
            "/api/models/me/tiny/tree/main/",
        ] {
            let answer = get(&mirror, &format!("{start}{path}")).await;
            assert!(
                matches!(answer.status, 400 | 404),
                "{start}{path}: {}",
                answer.status
            );
            assert!(answer.json()["error"].is_string(), "{start}{path}");
        }
    }
}
