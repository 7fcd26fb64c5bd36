//! What a hub tells besides files and listings.

use hubkit_api::{
    AccountKind, Bucket, CreateLfsLock, DeleteLfsLock, GetAccount, GetDiscussion, GetPaper,
    GetSafetensorsMetadata, GetScan, LfsAsk, LfsBatch, LfsLockFilter, LfsLockWhose, LfsLocks,
    LfsLocksByOwner, LfsObject, LfsOutcome, ListAccounts, ListCollections, ListDiscussions,
    ListLfsFiles, ListLfsLocks, SearchPapers, TreeSize, VerifyLfsLocks,
};
use hubkit_types::{RepoPath, Sha256};

use super::*;

async fn answer_of<C: hubkit_api::Call>(mirror: &Mirror, call: &C) -> Result<C::Reply, ApiError> {
    let answer = send(mirror, call.request().map(Body::from)).await;
    call.reply(&answer.response())
}

fn digest(bytes: &[u8]) -> Sha256 {
    let mut digester = hubkit_store::Digester::sha256();
    digester.update(bytes);
    match digester.finish() {
        BlobId::Sha256(digest) => digest,
        BlobId::Git(_) => panic!("a SHA-256"),
    }
}

fn safetensors(json: &str, data: &[u8]) -> Bytes {
    let length = (json.len() as u64).to_le_bytes();
    [&length[..], json.as_bytes(), data].concat().into()
}

#[tokio::test]
async fn the_size_of_a_tree_is_that_of_the_files_below() {
    let mirror = open();
    let size = async |path: Option<&str>| {
        let call = TreeSize {
            repo: repo("me/tiny"),
            revision: Revision::main(),
            path: path.map(|path| path.parse().expect("a path")),
        };
        answer_of(&mirror, &call)
            .await
            .map_err(|error| error.kind())
    };
    assert_eq!(size(None).await, Ok(2 + 1 + 1 + 1 + 10));
    assert_eq!(size(Some("onnx")).await, Ok(2));
    assert_eq!(size(Some("model.safetensors")).await, Ok(10));
    assert_eq!(size(Some("empty.txt")).await, Ok(0));
    assert_eq!(size(Some("onn")).await, Err(ErrorKind::EntryNotFound));
}

#[tokio::test]
async fn the_headers_of_all_shards_come_at_once() {
    let store = MemoryStore::new();
    let first = r#"{"a":{"dtype":"U8","shape":[3],"data_offsets":[0,3]}}"#;
    let padding = " ".repeat(200_000);
    let second = format!(
        r#"{{"__metadata__":{{"format":"pt"}},"b":{{"dtype":"F32","shape":[],"data_offsets":[0,4]}}}}{padding}"#
    );
    let index =
        r#"{"metadata":{"total_size":7},"weight_map":{"a":"1.safetensors","b":"2.safetensors"}}"#;
    let broken = r#"{"weight_map":{"a":"config.safetensors"}}"#;
    let outside = r#"{"weight_map":{"a":"../1.safetensors"}}"#;
    let files = [
        (
            "d/model.safetensors.index.json",
            Bytes::from_static(index.as_bytes()),
            Storage::Git,
        ),
        ("d/1.safetensors", safetensors(first, b"abc"), Storage::Lfs),
        (
            "d/2.safetensors",
            safetensors(&second, &[0; 4]),
            Storage::Lfs,
        ),
        (
            "broken.json",
            Bytes::from_static(broken.as_bytes()),
            Storage::Git,
        ),
        (
            "outside.json",
            Bytes::from_static(outside.as_bytes()),
            Storage::Git,
        ),
        (
            "missing.json",
            Bytes::from_static(index.as_bytes()),
            Storage::Git,
        ),
        (
            "config.safetensors",
            Bytes::from_static(b"{}"),
            Storage::Git,
        ),
    ];
    let files = files.map(|(path, bytes, storage)| (path.parse().expect("a path"), bytes, storage));
    store.insert(repo("me/big"), Revision::main(), files);
    let mirror = Mirror::new(DynStore::new(store));
    let headers = async |index: &str| {
        let call = GetSafetensorsMetadata {
            repo: repo("me/big"),
            index: index.parse().expect("a path"),
        };
        answer_of(&mirror, &call)
            .await
            .map_err(|error| error.kind())
    };
    let found = headers("d/model.safetensors.index.json")
        .await
        .expect("headers");
    assert_eq!(found.metadata.expect("metadata")["total_size"], 7);
    let shards: Vec<&str> = found.headers.keys().map(RepoPath::as_str).collect();
    assert_eq!(shards, ["1.safetensors", "2.safetensors"]);
    let told: Vec<Value> = found.headers.into_values().map(Value::Object).collect();
    let wanted: Value = serde_json::from_str(first).expect("JSON");
    assert_eq!(told[0], wanted);
    assert_eq!(told[1]["__metadata__"]["format"], "pt");
    for (index, wanted) in [
        ("broken.json", ErrorKind::BadRequest),
        ("outside.json", ErrorKind::BadRequest),
        ("config.safetensors", ErrorKind::BadRequest),
        ("missing.json", ErrorKind::EntryNotFound),
        ("no.json", ErrorKind::EntryNotFound),
    ] {
        assert_eq!(headers(index).await.err(), Some(wanted), "{index}");
    }
}

#[tokio::test]
async fn a_batch_leads_to_the_bytes_of_the_objects_that_are_here() {
    let (store, commit) = store();
    let endpoint: Endpoint = "https://hub.example/prefix".parse().expect("an endpoint");
    let mirror = Mirror::new(DynStore::new(store)).with_endpoint(endpoint);
    let object = |oid, size| LfsObject { oid, size };
    let here = digest(WEIGHTS);
    let elsewhere = digest(b"elsewhere");
    let call = LfsBatch {
        repo: repo("me/tiny"),
        ask: LfsAsk::download(vec![object(here, 10), object(elsewhere, 9)]),
    };
    let reply = answer_of(&mirror, &call).await.expect("an answer");
    assert_eq!(reply.transfer, "basic");
    let action = reply.objects[0].1.download().expect("an action");
    let wanted = format!("https://hub.example/prefix/me/tiny/resolve/{commit}/model.safetensors");
    assert_eq!(action.href, wanted);
    assert_eq!(get(&mirror, &action.href).await.body, WEIGHTS);
    let missing = matches!(reply.objects[1].1, LfsOutcome::Error { code: 404, .. });
    assert!(missing, "{reply:?}");
    let wrong_size = LfsBatch {
        ask: LfsAsk::download(vec![object(here, 11)]),
        ..call.clone()
    };
    let reply = answer_of(&mirror, &wrong_size).await.expect("an answer");
    assert!(matches!(
        reply.objects[0].1,
        LfsOutcome::Error { code: 422, .. }
    ));
    let no_repo = LfsBatch {
        repo: repo("me/no"),
        ..call
    };
    let found = answer_of(&mirror, &no_repo).await;
    assert_eq!(
        found.map_err(|error| error.kind()),
        Err(ErrorKind::RepoNotFound)
    );
}

#[tokio::test]
async fn uploads_and_nonsense_are_refused_in_the_words_of_git_lfs() {
    let mirror = open();
    let post = async |body: &str| {
        let request = Request::post("/me/tiny.git/info/lfs/objects/batch")
            .body(Body::from(body.as_bytes().to_vec()))
            .expect("a request");
        send(&mirror, request).await
    };
    let long = "[".repeat(2 << 20);
    for (body, status) in [
        (r#"{"operation":"upload","objects":[]}"#, 403),
        ("", 422),
        (&long, 422),
    ] {
        let answer = post(body).await;
        assert_eq!(answer.status, status);
        assert!(answer.json()["message"].is_string());
        assert_eq!(
            answer.header("content-type"),
            Some("application/vnd.git-lfs+json")
        );
    }
}

#[tokio::test]
async fn there_are_no_locks_and_none_are_made() {
    let mirror = open();
    let repo = repo("me/tiny");
    let filter = LfsLockFilter::default();
    let list = ListLfsLocks {
        repo: repo.clone(),
        filter: filter.clone(),
    };
    let verify = VerifyLfsLocks {
        repo: repo.clone(),
        filter,
    };
    let locks = answer_of(&mirror, &list).await;
    assert_eq!(locks.expect("locks"), LfsLocks::default());
    let locks = answer_of(&mirror, &verify).await;
    assert_eq!(locks.expect("locks"), LfsLocksByOwner::default());
    let create = CreateLfsLock {
        repo: repo.clone(),
        path: "model.safetensors".to_owned(),
        reference: None,
    };
    let delete = DeleteLfsLock {
        repo,
        id: "1".to_owned(),
        whose: LfsLockWhose::Anyones,
        reference: None,
    };
    for refused in [
        answer_of(&mirror, &create).await,
        answer_of(&mirror, &delete).await,
    ] {
        let kind = refused.expect_err("a refusal").kind();
        assert_eq!(kind, ErrorKind::Forbidden);
    }
}

#[tokio::test]
async fn a_gate_closes_batches_and_headers_too_and_git_is_asked_for_a_password() {
    let mirror = guarded();
    let batch = LfsBatch {
        repo: repo("me/gated"),
        ask: LfsAsk::download(Vec::new()),
    };
    let answer = send(&mirror, batch.request().map(Body::from)).await;
    assert_eq!(
        (answer.status, answer.error().kind()),
        (401, ErrorKind::Gated)
    );
    assert!(answer.header("lfs-authenticate").is_some());
    let target = "/api/models/me/gated/safetensors-metadata/x.json";
    assert_eq!(get(&mirror, target).await.error().kind(), ErrorKind::Gated);
    let answer = ask(
        &mirror,
        "GET",
        target,
        &[("authorization", "Bearer hf_ada")],
    )
    .await;
    assert_eq!(answer.error().kind(), ErrorKind::EntryNotFound);
}

#[tokio::test]
async fn the_address_that_the_hub_itself_redirects_to_leads_to_the_file() {
    let (store, commit) = store();
    let mirror = Mirror::new(DynStore::new(store));
    let target = format!("/api/resolve-cache/models/me/tiny/{commit}/config.json?x=1");
    assert_eq!(Bucket::of(&target), Bucket::Resolvers);
    let answer = get(&mirror, &target).await;
    assert_eq!((answer.status, &answer.body[..]), (200, &b"{}"[..]));
    assert_eq!(answer.header("x-repo-commit"), Some(&*commit.to_string()));
    let head = ask(&mirror, "HEAD", &target, &[]).await;
    assert_eq!(
        (head.status, head.header("content-length")),
        (200, Some("2"))
    );
}

#[tokio::test]
async fn a_mirror_has_no_people_and_says_so() {
    let mirror = open();
    let empty = answer_of(&mirror, &ListCollections::default()).await;
    assert_eq!(empty.map(|page| page.items.len()), Ok(0));
    let empty = answer_of(&mirror, &SearchPapers::default()).await;
    assert_eq!(empty.map(|papers| papers.len()), Ok(0));
    let talk = ListDiscussions::new(repo("me/tiny"));
    let empty = answer_of(&mirror, &talk).await;
    assert_eq!(
        empty.map(|page| (page.count, page.has_next())),
        Ok((0, false))
    );
    let one = GetDiscussion {
        repo: repo("me/tiny"),
        number: 1,
        diff: false,
    };
    let found = answer_of(&mirror, &one).await.expect_err("none");
    assert_eq!(found.status().map(|status| status.as_u16()), Some(404));
    let id = "2311.12983".parse().expect("a number");
    let found = answer_of(&mirror, &GetPaper { id })
        .await
        .expect_err("none");
    assert_eq!(found.status().map(|status| status.as_u16()), Some(404));
    let likers = ListAccounts::Likers(repo("me/tiny"));
    assert_eq!(
        answer_of(&mirror, &likers)
            .await
            .map(|page| page.items.len()),
        Ok(0)
    );
    let scan = GetScan {
        repo: repo("me/tiny"),
    };
    assert!(
        !answer_of(&mirror, &scan)
            .await
            .expect("a report")
            .scans_done
    );
    let hidden = ListDiscussions::new(repo("me/no"));
    let hidden = answer_of(&mirror, &hidden).await;
    assert_eq!(
        hidden.map_err(|error| error.kind()),
        Err(ErrorKind::RepoNotFound)
    );
}

#[tokio::test]
async fn who_owns_repositories_here_is_an_account() {
    let mirror = open();
    let account = async |name: &str| {
        let call = GetAccount {
            kind: AccountKind::User,
            name: name.parse().expect("a name"),
        };
        answer_of(&mirror, &call).await
    };
    let me = account("me").await.expect("an account");
    assert_eq!(
        (me.name.as_str(), me.models, me.datasets),
        ("me", Some(2), Some(0))
    );
    assert!(account("nobody").await.is_err());
    let call = ListAccounts::Following("nobody".parse().expect("a name"));
    assert!(answer_of(&mirror, &call).await.is_err());
    let large = ListLfsFiles {
        repo: repo("me/tiny"),
    };
    let large = answer_of(&mirror, &large).await.expect("a page").items;
    assert_eq!((large.len(), large[0].oid), (1, digest(WEIGHTS)));
}

#[tokio::test]
async fn what_clients_send_besides_is_answered_at_once() {
    let mirror = open();
    for (method, target) in [
        ("GET", "/api/agent-harnesses"),
        ("HEAD", "/api/telemetry/hf_hub/download"),
    ] {
        assert_eq!(ask(&mirror, method, target, &[]).await.status, 404);
    }
}
