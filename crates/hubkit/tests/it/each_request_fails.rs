//! The engine against a hub in the same process, where each request in its turn goes wrong: the first, then the second, until
//! none is left that could. No clock is waited for.

use std::sync::{
    Arc, LazyLock,
    atomic::{AtomicU64, Ordering::Relaxed},
};

use bytes::Bytes;
use hubkit::{
    Client, CommitId, Error, ErrorKind, Repo, RepoKind, Revision, Silent, SnapshotRequest,
    cache::Cache,
    store::{BlobKey, BlobStoreExt as _, DynStore, MemoryStore, RefStore as _, Storage},
    store_fs::FsStore,
    transport::{
        Body, Fault, Flaky, Request, Response, Transport, TransportError, TransportErrorKind, When,
    },
};
use hubkit_mirror::Mirror;

/// One file that comes in parts, one that comes whole, and small ones.
fn files() -> Vec<(&'static str, Bytes, Storage)> {
    vec![
        ("weights.bin", content(5 << 20), Storage::Lfs),
        ("tokenizer.bin", content(300_000), Storage::Lfs),
        ("README.md", "# Title\n".into(), Storage::Git),
        ("sub/config.json", "{}\n".into(), Storage::Git),
        ("sub/empty", Bytes::new(), Storage::Git),
    ]
}

/// Bytes that differ from each other.
fn content(length: usize) -> Bytes {
    static BYTES: LazyLock<Bytes> = LazyLock::new(|| {
        let numbers = 0..(5_u32 << 18);
        let words = numbers.map(|number| number.wrapping_mul(2_654_435_761).to_le_bytes());
        words.collect::<Vec<_>>().concat().into()
    });
    BYTES.slice(..length)
}

fn repo() -> Repo {
    Repo::new(RepoKind::Model, "lab/tiny".parse().expect("an id"))
}

/// A hub with these files, and the commit that it has.
fn hub() -> (Mirror, CommitId) {
    let store = MemoryStore::new();
    let files = files().into_iter().map(|(path, bytes, storage)| {
        let path = path.parse().expect("a path");
        (path, bytes, storage)
    });
    let commit = store.insert(repo(), Revision::main(), files);
    (Mirror::new(DynStore::new(store)), commit)
}

/// Counts what is sent.
struct Counting<T>(T, Arc<AtomicU64>);

impl<T: Transport> Transport for Counting<T> {
    async fn send(&self, request: Request<Body>) -> Result<Response<Body>, TransportError> {
        self.1.fetch_add(1, Relaxed);
        self.0.send(request).await
    }
}

/// Fetches everything while one request goes wrong. Returns how many were sent, and how it ended.
async fn fetch(store: DynStore, number: u64, fault: Fault) -> (u64, Result<(), Error>) {
    let (hub, commit) = hub();
    let sent = Arc::<AtomicU64>::default();
    let flaky = Flaky::new(hub).with(When::nth(number), fault);
    let endpoint = "https://hub.test".parse().expect("an endpoint");
    let client = Client::builder(endpoint, Counting(flaky, Arc::clone(&sent)))
        .store(store.clone())
        .build();
    let asked = SnapshotRequest::new(repo());
    let fetched = client.snapshot(&asked, &Silent).await;
    let resolved = store.resolve(repo(), Revision::main()).await;
    let resolved = resolved.expect("a look at the store");
    let outcome = match fetched {
        Ok(snapshot) => {
            assert_eq!(
                (snapshot.commit, resolved),
                (commit, Some(commit)),
                "{fault:?} of request {number}"
            );
            expect_right(&store, commit).await;
            Ok(())
        }
        Err(error) => {
            assert_eq!(resolved, None, "{fault:?} of request {number}: {error}");
            Err(error)
        }
    };
    (sent.load(Relaxed), outcome)
}

/// Every file, byte by byte.
async fn expect_right(store: &DynStore, commit: CommitId) {
    let shown = store.files(repo(), commit).await.expect("a snapshot");
    assert_eq!(shown.len(), files().len());
    for (path, bytes, _) in files() {
        let file = shown.iter().find(|file| file.path.as_str() == path);
        let file = file.expect("each file is shown");
        let key = BlobKey::new(repo(), file.blob());
        let held = store
            .read_all(key, bytes.len() as u64)
            .await
            .expect("each blob is held");
        assert!(held == bytes, "other bytes in {path}");
    }
}

/// Lets each request in its turn go wrong.
async fn each_in_its_turn(store: impl Fn() -> DynStore, fault: Fault, may_fail: &[ErrorKind]) {
    for number in 1..100 {
        let (sent, outcome) = fetch(store(), number, fault).await;
        if let Err(error) = outcome {
            let kind = error.kind();
            assert!(
                may_fail.contains(&kind),
                "{fault:?} of request {number}: {kind:?}: {error}"
            );
        }
        if sent < number {
            assert!(number > 7, "only {sent} requests");
            return;
        }
    }
    panic!("{fault:?}: there is no end of requests");
}

fn in_memory() -> DynStore {
    DynStore::new(MemoryStore::new())
}

/// A new cache each time, in one folder that goes at the end.
fn on_disk() -> (tempfile::TempDir, impl Fn() -> DynStore) {
    let folder = tempfile::tempdir().expect("a folder");
    let (root, next) = (folder.path().to_owned(), AtomicU64::new(0));
    let make = move || {
        let cache = root.join(next.fetch_add(1, Relaxed).to_string());
        DynStore::new(FsStore::new(Cache::new(cache)))
    };
    (folder, make)
}

/// What passes by itself. It is asked again, and nothing of it is seen in the end.
const PASSING: [Fault; 8] = [
    Fault::Fail(TransportErrorKind::Interrupted),
    Fault::Fail(TransportErrorKind::Timeout),
    Fault::Fail(TransportErrorKind::Connect),
    Fault::Status(http::StatusCode::SERVICE_UNAVAILABLE),
    Fault::Status(http::StatusCode::TOO_MANY_REQUESTS),
    Fault::Cut(0),
    Fault::Cut(1),
    Fault::Cut(100_000),
];

#[tokio::test(start_paused = true)]
async fn what_passes_by_itself_is_not_seen_in_a_store_in_memory() {
    for fault in PASSING {
        each_in_its_turn(in_memory, fault, &[]).await;
    }
}

#[tokio::test(start_paused = true)]
async fn what_passes_by_itself_is_not_seen_in_the_cache() {
    for fault in PASSING {
        let (_folder, store) = on_disk();
        each_in_its_turn(store, fault, &[]).await;
    }
}

/// A wrong byte in a listing may be anything; one in a file is asked for again.
#[tokio::test(start_paused = true)]
async fn a_wrong_byte_is_an_error_or_comes_again_right() {
    let errors = [
        ErrorKind::Protocol,
        ErrorKind::Integrity,
        ErrorKind::Unsafe,
        ErrorKind::NotFound,
    ];
    for fault in [Fault::Flip(0), Fault::Flip(5), Fault::Flip(70_000)] {
        each_in_its_turn(in_memory, fault, &errors).await;
        let (_folder, store) = on_disk();
        each_in_its_turn(store, fault, &errors).await;
    }
}
