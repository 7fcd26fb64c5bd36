//! Large files by their digests: who gets which secret, what expires, what is wrong.

use futures_util::FutureExt as _;
use http::Method;
use hubkit_api::LfsObject;
use hubkit_auth::{Fixed, Token};
use hubkit_client::{Client, Error, ErrorKind, LfsServer, LfsWanted, Silent};
use hubkit_store::{
    BlobKey, BlobStore as _, BlobStoreExt as _, Contention, Digester, MemoryStore, Stage, Staging,
    StoreError,
};
use hubkit_transport::{Expected, Script};
use hubkit_types::{BlobId, Sha256};

use crate::hub::{answer, repo};

const WEIGHTS: &[u8] = b"0123456789";
const HUB: &str = "https://hub.example/a/b.git/info/lfs/objects/batch";
const TOKEN: &str = "Bearer hf_secret";

fn digest(bytes: &[u8]) -> Sha256 {
    let mut digester = Digester::sha256();
    digester.update(bytes);
    match digester.finish() {
        BlobId::Sha256(digest) => digest,
        BlobId::Git(_) => unreachable!("it was started as SHA-256"),
    }
}

fn wanted(path: &str, bytes: &[u8]) -> LfsWanted {
    LfsWanted {
        path: path.parse().expect("a path"),
        object: LfsObject {
            oid: digest(bytes),
            size: bytes.len() as u64,
        },
    }
}

fn client(script: &Script) -> Client {
    let endpoint = "https://hub.example".parse().expect("an endpoint");
    let token: Token = "hf_secret".parse().expect("a token");
    Client::builder(endpoint, script.clone())
        .tokens(Fixed::new(token))
        .build()
}

/// The answer to a batch about the weights.
fn granted(action: &str) -> http::Response<hubkit_transport::Body> {
    let oid = digest(WEIGHTS);
    let body =
        format!(r#"{{"objects":[{{"oid":"{oid}","size":10,"actions":{{"download":{action}}}}}]}}"#);
    let headers = [("content-type", "application/vnd.git-lfs+json")];
    answer(200, &headers, body.into_bytes())
}

fn asks(url: &str) -> Expected {
    Expected::new(Method::POST, url)
}

async fn fetch(server: &LfsServer, store: &MemoryStore) -> Result<(), Error> {
    let files = [wanted("model.bin", WEIGHTS)];
    let outcomes = server.fetch(&files, stages(store), &Silent).await?;
    outcomes.into_iter().next().expect("one outcome")
}

fn stages(store: &MemoryStore) -> impl Fn(&LfsObject) -> Result<Stage, StoreError> + Sync {
    |object: &LfsObject| {
        let key = BlobKey::new(repo(), BlobId::Sha256(object.oid));
        let staging = store.stage(key, object.size, Contention::Proceed);
        match staging.now_or_never().expect("memory never waits")? {
            Staging::Ready(stage) => Ok(stage),
            Staging::Busy(_) => unreachable!("it proceeds"),
        }
    }
}

async fn held(store: &MemoryStore) -> Option<Vec<u8>> {
    let key = BlobKey::new(repo(), BlobId::Sha256(digest(WEIGHTS)));
    let bytes = store.read_all(key, 100).await.ok()?;
    Some(bytes.to_vec())
}

#[tokio::test]
async fn a_token_stays_at_the_hub_and_the_headers_of_an_action_at_its_origin() {
    let script = Script::new()
        .expect(
            asks(HUB).with_header("authorization", TOKEN),
            granted(r#"{"href":"https://cdn.example/x","header":{"Authorization":"Basic s","x-key":"k"}}"#),
        )
        .expect(
            Expected::get("https://cdn.example/x")
                .with_header("authorization", "Basic s")
                .with_header("x-key", "k"),
            answer(302, &[("location", "https://other.example/y")], ""),
        )
        .expect(
            Expected::get("https://other.example/y")
                .without_header("authorization")
                .without_header("x-key"),
            answer(200, &[], WEIGHTS.to_vec()),
        );
    let (store, client) = (MemoryStore::new(), client(&script));
    let server = client.lfs(&repo()).expect("an address");
    fetch(&server, &store).await.expect("fetched");
    assert_eq!(held(&store).await.as_deref(), Some(WEIGHTS));
    script.finish();
}

#[tokio::test]
async fn an_action_at_the_hub_gets_the_token_unless_it_brings_its_own() {
    for (header, expected) in [
        ("", TOKEN),
        (r#","header":{"authorization":"Basic s"}"#, "Basic s"),
    ] {
        let action = format!(r#"{{"href":"https://hub.example/x"{header}}}"#);
        let script = Script::new()
            .expect(asks(HUB), granted(&action))
            .answer(move |request| {
                let sent = request.headers().get_all("authorization").iter();
                let sent: Vec<_> = sent.map(|value| value.to_str().ok()).collect();
                assert_eq!(sent, [Some(expected)], "one secret, not two");
                Ok(answer(200, &[], WEIGHTS.to_vec()))
            });
        let (store, client) = (MemoryStore::new(), client(&script));
        let server = client.lfs(&repo()).expect("an address");
        fetch(&server, &store).await.expect("fetched");
        script.finish();
    }
}

#[tokio::test]
async fn a_server_elsewhere_never_gets_the_token_and_cannot_lend_it() {
    let bare = |expected: Expected| expected.without_header("authorization");
    let script = Script::new()
        .expect(
            bare(asks("https://lfs.example/x/objects/batch")),
            granted(r#"{"href":"https://hub.example/private"}"#),
        )
        .expect(
            bare(Expected::get("https://hub.example/private")),
            answer(200, &[], WEIGHTS.to_vec()),
        );
    let (store, client) = (MemoryStore::new(), client(&script));
    let server = client.lfs_at("https://lfs.example/x".parse().expect("an address"));
    fetch(&server, &store).await.expect("fetched");
    script.finish();
    let script = Script::new()
        .expect(
            bare(asks(HUB)),
            granted(r#"{"href":"https://hub.example/x"}"#),
        )
        .expect(
            bare(Expected::get("https://hub.example/x")),
            answer(200, &[], WEIGHTS.to_vec()),
        );
    let server = self::client(&script).lfs(&repo()).expect("an address");
    fetch(&server.anonymous(), &MemoryStore::new())
        .await
        .expect("fetched");
    script.finish();
}

#[tokio::test]
async fn an_address_that_no_longer_counts_is_asked_for_again() {
    for status in [401, 403, 404, 410] {
        let script = Script::new()
            .expect(asks(HUB), granted(r#"{"href":"https://cdn.example/old"}"#))
            .expect(
                Expected::get("https://cdn.example/old"),
                answer(status, &[], ""),
            )
            .expect(asks(HUB), granted(r#"{"href":"https://cdn.example/new"}"#))
            .expect(
                Expected::get("https://cdn.example/new"),
                answer(200, &[], WEIGHTS.to_vec()),
            );
        let (store, client) = (MemoryStore::new(), client(&script));
        let server = client.lfs(&repo()).expect("an address");
        fetch(&server, &store).await.expect("fetched");
        script.finish();
    }
    // Once: what is refused twice is refused.
    let refused = || answer(403, &[], "");
    let script = Script::new()
        .expect(asks(HUB), granted(r#"{"href":"https://cdn.example/x"}"#))
        .expect(Expected::get("https://cdn.example/x"), refused())
        .expect(asks(HUB), granted(r#"{"href":"https://cdn.example/x"}"#))
        .expect(Expected::get("https://cdn.example/x"), refused());
    let server = client(&script).lfs(&repo()).expect("an address");
    let error = fetch(&server, &MemoryStore::new()).await;
    assert_eq!(
        error.expect_err("refused").kind(),
        ErrorKind::Authentication
    );
    script.finish();
}

#[tokio::test(start_paused = true)]
async fn an_address_is_not_used_beyond_its_time() {
    let many: Vec<LfsWanted> = (0..2_u8)
        .map(|number| wanted(&format!("{number}.bin"), &[number; 10]))
        .collect();
    let reply = |name: &str, expiry: &str| {
        let objects: Vec<String> = many
            .iter()
            .map(|one| {
                let oid = one.object.oid;
                format!(
                    r#"{{"oid":"{oid}","size":10,"actions":{{"download":{{"href":"https://cdn.example/{name}/{oid}"{expiry}}}}}}}"#
                )
            })
            .collect();
        let body = format!(r#"{{"objects":[{}]}}"#, objects.join(","));
        let date = [("date", "Thu, 29 Feb 2024 12:00:00 GMT")];
        answer(200, &date, body.into_bytes())
    };
    let get = |name: &str, index: usize| {
        Expected::get(format!(
            "https://cdn.example/{name}/{}",
            many[index].object.oid
        ))
    };
    // The first file takes longer than the addresses are good for.
    let slow = hubkit_transport::Body::from_stream(
        futures_util::stream::once(async {
            tokio::time::sleep(std::time::Duration::from_secs(20)).await;
            Ok(bytes::Bytes::from_static(&[0; 10]))
        }),
        Some(10),
    );
    let script = Script::new()
        .expect(
            asks(HUB),
            reply("old", r#","expires_at":"2024-02-29T12:00:15Z""#),
        )
        .expect(get("old", 0), answer(200, &[], slow))
        .expect(asks(HUB), reply("new", ""))
        .expect(get("new", 1), answer(200, &[], vec![1; 10]));
    let endpoint = "https://hub.example".parse().expect("an endpoint");
    let client = Client::builder(endpoint, script.clone())
        .max_workers(1)
        .build();
    let server = client.lfs(&repo()).expect("an address");
    let store = MemoryStore::new();
    let outcomes = server.fetch(&many, stages(&store), &Silent).await;
    for outcome in outcomes.expect("an answer") {
        outcome.expect("fetched");
    }
    script.finish();
}

#[tokio::test]
async fn what_is_not_the_object_is_never_kept() {
    let wrong = || answer(200, &[("content-type", "text/html")], "<html></a>");
    let script = Script::new()
        .expect(asks(HUB), granted(r#"{"href":"https://cdn.example/x"}"#))
        .expect(Expected::get("https://cdn.example/x"), wrong())
        .expect(Expected::get("https://cdn.example/x"), wrong());
    let (store, client) = (MemoryStore::new(), client(&script));
    let server = client.lfs(&repo()).expect("an address");
    let error = fetch(&server, &store).await.expect_err("another file");
    assert_eq!(error.kind(), ErrorKind::Integrity);
    assert!(error.to_string().contains("a page of HTML"), "{error}");
    assert_eq!(held(&store).await, None);
    script.finish();
}

#[tokio::test]
async fn each_object_has_its_own_outcome() {
    let files = [
        wanted("model.bin", WEIGHTS),
        wanted("gone.bin", b"gone"),
        wanted("silent.bin", b"silent"),
        wanted("odd.bin", b"odd"),
    ];
    let oid = |index: usize| files[index].object.oid;
    let body = format!(
        r#"{{"transfer":"basic","objects":[
            {{"oid":"{}","size":4,"error":{{"code":404,"message":"not\u001b here"}}}},
            {{"oid":"{}","size":10,"actions":{{"download":{{"href":"/x"}}}}}},
            {{"oid":"{}","size":3,"actions":{{"download":{{"href":"http://cdn.example/odd"}}}}}}]}}"#,
        oid(1),
        oid(0),
        oid(3),
    );
    let script = Script::new()
        .expect(asks(HUB), answer(200, &[], body.into_bytes()))
        .expect(
            Expected::get("https://hub.example/x"),
            answer(200, &[], WEIGHTS.to_vec()),
        );
    let (store, client) = (MemoryStore::new(), client(&script));
    let server = client.lfs(&repo()).expect("an address");
    let outcomes = server.fetch(&files, stages(&store), &Silent).await;
    let outcomes = outcomes.expect("an answer");
    let kinds: Vec<_> = outcomes
        .iter()
        .map(|outcome| outcome.as_ref().err().map(Error::kind))
        .collect();
    let expected = [
        None,
        Some(ErrorKind::FileNotFound),
        Some(ErrorKind::Protocol),
        // From https to http.
        Some(ErrorKind::Protocol),
    ];
    assert_eq!(kinds, expected, "{outcomes:?}");
    let said = outcomes[1].as_ref().expect_err("gone").to_string();
    assert!(
        said.starts_with("`gone.bin`") && !said.contains('\u{1b}'),
        "{said}"
    );
    script.finish();
}

#[tokio::test]
async fn what_a_later_request_meets_leaves_the_outcomes_before_it() {
    let missing = |count: usize| {
        let objects: Vec<String> = (0..count)
            .map(|number| {
                let object = wanted("x", format!("{number}").as_bytes()).object;
                let (oid, size) = (object.oid, object.size);
                format!(
                    r#"{{"oid":"{oid}","size":{size},"error":{{"code":404,"message":"gone"}}}}"#
                )
            })
            .collect();
        let body = format!(r#"{{"objects":[{}]}}"#, objects.join(","));
        let headers = [("content-type", "application/vnd.git-lfs+json")];
        answer(200, &headers, body.into_bytes())
    };
    let script = Script::new().expect(asks(HUB), missing(100)).expect(
        asks(HUB),
        answer(403, &[("x-error-message", "the quota is used up")], ""),
    );
    let (store, client) = (MemoryStore::new(), client(&script));
    let server = client.lfs(&repo()).expect("an address");
    let files: Vec<LfsWanted> = (0..250)
        .map(|number| wanted(&format!("{number}.bin"), format!("{number}").as_bytes()))
        .collect();
    let outcomes = server.fetch(&files, stages(&store), &Silent).await;
    let outcomes = outcomes.expect("outcomes of each");
    assert_eq!(outcomes.len(), 250);
    for (number, outcome) in outcomes.iter().enumerate() {
        let error = outcome.as_ref().expect_err("nothing was there");
        let (kind, said) = if number < 100 {
            (ErrorKind::FileNotFound, "gone")
        } else {
            (ErrorKind::Authentication, "the quota is used up")
        };
        assert_eq!(error.kind(), kind, "{number}: {error}");
        assert!(error.to_string().contains(said), "{number}: {error}");
    }
    script.finish();
}
