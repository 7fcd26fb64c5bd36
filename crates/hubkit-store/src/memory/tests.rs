use hubkit_types::RepoKind;

use super::*;
use crate::{BlobStoreExt as _, DynStore, conformance};

fn repo() -> Repo {
    Repo::new(RepoKind::Model, "acme/tiny".parse().expect("an id"))
}

fn path(path: &str) -> RepoPath {
    path.parse().expect("a path")
}

#[tokio::test]
async fn the_store_keeps_the_contracts() {
    conformance::blobs(&MemoryStore::new()).await;
    conformance::refs(&MemoryStore::new(), conformance::Keeps::Everything).await;
}

#[tokio::test]
async fn the_handle_keeps_the_contracts() {
    conformance::blobs(&DynStore::new(MemoryStore::new())).await;
    let store = DynStore::new(MemoryStore::new());
    conformance::refs(&store, conformance::Keeps::Everything).await;
}

#[tokio::test]
async fn an_inserted_commit_is_listed_resolved_and_read() {
    let store = MemoryStore::new();
    let weights = Bytes::from(vec![7; 600_000]);
    let files = [
        (
            path("weights/model.safetensors"),
            weights.clone(),
            Storage::Lfs,
        ),
        (path("config.json"), Bytes::from_static(b"{}"), Storage::Git),
    ];
    let commit = store.insert(repo(), Revision::main(), files.clone());
    assert_eq!(store.insert(repo(), Revision::main(), files), commit);
    let resolved = store
        .resolve(repo(), Revision::main())
        .await
        .expect("a name");
    assert_eq!(resolved, Some(commit));
    let listing = store
        .listing(repo(), commit)
        .await
        .expect("read")
        .expect("listed");
    assert_eq!(listing, store.files(repo(), commit).await.expect("files"));
    assert_eq!(commit, git::commit_id(&listing, "import"));
    let [config, model] = listing.as_slice() else {
        panic!("{listing:?}");
    };
    assert_eq!((config.lfs, config.oid), (None, git::blob_id(b"{}")));
    assert_eq!(model.size, 600_000);
    assert_ne!(model.oid, git::blob_id(&weights), "git holds the pointer");
    let key = BlobKey::new(repo(), model.blob());
    assert_eq!(
        store.read_all(key.clone(), 600_000).await.expect("bytes"),
        weights
    );
    let fault = store.read_all(key, 599_999).await.expect_err("too long");
    assert_eq!(fault.kind(), StoreErrorKind::Unsupported);
}

#[tokio::test]
async fn clones_are_one_store() {
    let store = MemoryStore::new();
    let clone = store.clone();
    store.insert(repo(), Revision::main(), []);
    assert_eq!(clone.repos().await.expect("repos"), [repo()]);
}

#[tokio::test]
async fn a_file_recorded_with_another_size_than_its_blob_has_is_refused() {
    let store = MemoryStore::new();
    let files = [(path("a"), Bytes::from_static(b"{}"), Storage::Git)];
    let commit = store.insert(repo(), Revision::main(), files);
    let mut files = store.files(repo(), commit).await.expect("files");
    files[0].size = 3;
    let snapshot = Snapshot {
        repo: repo(),
        commit,
        revision: Some("v1".parse().expect("a name")),
        files,
        listing: None,
    };
    let fault = store.record(snapshot).await.expect_err("the sizes differ");
    assert_eq!(fault.kind(), StoreErrorKind::Integrity);
    assert_eq!(store.revisions(repo()).await.expect("names").len(), 1);
}
