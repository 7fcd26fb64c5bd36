use std::{
    fs,
    path::Path,
    time::{Duration, UNIX_EPOCH},
};

use bytes::Bytes;
use hubkit_store::{BlobStoreExt as _, DynStore, Storage, conformance, conformance::Keeps};
use hubkit_types::RepoKind;
use tempfile::TempDir;

use super::*;

fn repo() -> Repo {
    Repo::new(RepoKind::Model, "acme/tiny".parse().expect("an id"))
}

fn store() -> (TempDir, FsStore) {
    let folder = tempfile::tempdir().expect("a folder");
    let store = FsStore::new(Cache::new(folder.path().join("hub")));
    (folder, store)
}

fn names(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).expect("a folder");
    let name = |entry: std::io::Result<fs::DirEntry>| entry.expect("an entry").file_name();
    let mut names: Vec<String> = entries
        .map(|entry| name(entry).into_string().expect("text"))
        .collect();
    names.sort();
    names
}

/// Changes a file, so that its time tells: the clock of a file system may stand still for as long as a test takes.
fn rewrite(path: &Path, bytes: &[u8]) {
    fs::write(path, bytes).expect("written");
    let file = fs::File::options().write(true).open(path).expect("opened");
    let long_ago = UNIX_EPOCH + Duration::from_secs(1_000_000_000);
    file.set_modified(long_ago).expect("set");
}

async fn publish(store: &FsStore, id: BlobId, bytes: &[u8]) {
    let key = BlobKey::new(repo(), id);
    let stage = store.begin(key, bytes.len() as u64).await.expect("a stage");
    let written = stage.write(0, Bytes::copy_from_slice(bytes)).await;
    written.expect("written");
    stage.publish().await.expect("published");
}

/// A commit of one file in git and one beside it, as a hub lists them.
async fn sample() -> (CommitId, Vec<TreeFile>) {
    let hub = hubkit_store::MemoryStore::new();
    let files = [
        ("config.json", &b"{}"[..], Storage::Git),
        ("onnx/model.bin", b"weights", Storage::Lfs),
    ];
    let files = files.map(|(path, bytes, storage)| {
        let path = path.parse().expect("a path");
        (path, Bytes::from_static(bytes), storage)
    });
    let commit = hub.insert(repo(), Revision::main(), files);
    (commit, hub.files(repo(), commit).await.expect("files"))
}

async fn record(store: &FsStore, listed: bool) -> (CommitId, Vec<TreeFile>) {
    let (commit, files) = sample().await;
    publish(store, files[0].blob(), b"{}").await;
    publish(store, files[1].blob(), b"weights").await;
    let snapshot = Snapshot {
        repo: repo(),
        commit,
        revision: Some(Revision::main()),
        files: files.clone(),
        listing: listed.then(|| files.clone()),
    };
    store.record(snapshot).await.expect("recorded");
    (commit, files)
}

#[tokio::test]
async fn the_store_keeps_the_contracts() {
    let (_folder, store) = store();
    conformance::blobs(&store).await;
    let (_folder, store) = self::store();
    conformance::refs(&store, Keeps::Everything).await;
    let (_folder, store) = self::store();
    conformance::refs(&DynStore::new(store), Keeps::Everything).await;
}

#[tokio::test]
async fn what_is_recorded_lies_where_python_looks() {
    let (folder, store) = store();
    let (commit, files) = record(&store, true).await;
    let repo = folder.path().join("hub/models--acme--tiny");
    assert_eq!(names(&repo), ["blobs", "refs", "snapshots", "trees"]);
    let mut blobs = files
        .iter()
        .map(|file| file.blob().to_string())
        .collect::<Vec<_>>();
    blobs.sort();
    assert_eq!(names(&repo.join("blobs")), blobs);
    let main = fs::read_to_string(repo.join("refs/main")).expect("a ref");
    assert_eq!(main, commit.to_string());
    let snapshot = repo.join(format!("snapshots/{commit}"));
    assert_eq!(
        store.snapshot_path(&self::repo(), commit),
        Some(snapshot.clone())
    );
    assert_eq!(names(&snapshot), ["config.json", "onnx"]);
    #[cfg(unix)]
    {
        let target = fs::read_link(snapshot.join("onnx/model.bin")).expect("a link");
        assert_eq!(
            target,
            Path::new(&format!("../../../blobs/{}", files[1].blob()))
        );
    }
    let scan = store.cache().scan().expect("scanned");
    assert_eq!((scan.size_on_disk(), scan.warnings), (9, vec![]));
}

#[tokio::test]
async fn digests_are_told_from_the_names_of_blobs_where_there_is_no_listing() {
    let (_folder, store) = store();
    let (commit, files) = record(&store, false).await;
    assert_eq!(store.listing(repo(), commit).await.expect("read"), None);
    assert_eq!(store.files(repo(), commit).await.expect("files"), files);
}

#[tokio::test]
async fn a_plain_file_in_a_snapshot_is_told_by_the_listing_or_else_by_its_bytes() {
    for listed in [true, false] {
        let (_folder, store) = store();
        let (commit, files) = record(&store, listed).await;
        let snapshot = store.snapshot_path(&repo(), commit).expect("a snapshot");
        for (path, bytes) in [("config.json", &b"{}"[..]), ("onnx/model.bin", b"weights")] {
            fs::remove_file(snapshot.join(path)).expect("removed");
            fs::write(snapshot.join(path), bytes).expect("written");
        }
        let found = store.files(repo(), commit).await.expect("files");
        assert_eq!(found[0], files[0]);
        assert_eq!(
            found[1].lfs.is_some(),
            listed,
            "only the listing knows of LFS"
        );
        rewrite(&snapshot.join("onnx/model.bin"), b"WEIGHTS");
        let found = store.files(repo(), commit).await.expect("files");
        let told_by_listing = found[1].blob() == files[1].blob();
        assert_eq!(told_by_listing, listed, "as a blob is told by its name");
    }
}

#[tokio::test]
async fn a_torn_blob_is_neither_recorded_nor_shown() {
    let (_folder, store) = store();
    let (commit, files) = record(&store, true).await;
    let key = BlobKey::new(repo(), files[1].blob());
    let blob = store.local_path(&key).expect("a file");
    fs::write(&blob, b"weigh").expect("torn");
    let entry = store.entry(repo(), commit, files[1].path.clone()).await;
    assert_eq!(entry.expect("asked"), Entry::Unknown);
    let snapshot = Snapshot {
        repo: repo(),
        commit: CommitId::from_bytes([1; 20]),
        revision: Some(Revision::main()),
        files,
        listing: None,
    };
    let fault = store.record(snapshot).await.expect_err("torn");
    assert_eq!(fault.kind(), StoreErrorKind::Integrity);
    let main = store.resolve(repo(), Revision::main()).await;
    assert_eq!(main.expect("resolved"), Some(commit), "the revision stayed");
    publish(&store, key.id, b"weights").await;
    assert_eq!(store.read_all(key, 7).await.expect("read"), &b"weights"[..]);
}

#[tokio::test]
async fn a_stage_that_ends_leaves_no_file_but_what_another_can_go_on_with() {
    for size in [7, IN_MEMORY + 1, SHORT + 1] {
        for ending in 0..3 {
            let (folder, store) = store();
            let (_, files) = sample().await;
            let key = BlobKey::new(repo(), files[1].blob());
            let stage = store.begin(key, size).await.expect("a stage");
            let bytes = vec![7; usize::try_from(size).expect("small")];
            stage.write(0, bytes.into()).await.expect("written");
            match ending {
                0 => drop(stage),
                1 => stage.discard().await.expect("discarded"),
                _ => drop(stage.publish().await.expect_err("other bytes")),
            }
            let blobs = folder.path().join("hub/models--acme--tiny/blobs");
            let left = fs::read_dir(&blobs).map_or(0, Iterator::count);
            let expected = if ending == 0 && size > SHORT { 2 } else { 0 };
            assert_eq!(left, expected, "{size} bytes, ending {ending}");
        }
    }
}

#[tokio::test]
async fn a_stage_that_nothing_came_for_leaves_nothing() {
    let (folder, store) = store();
    let (bytes, key) = large();
    drop(store.begin(key, bytes.len() as u64).await.expect("a stage"));
    let blobs = folder.path().join("hub/models--acme--tiny/blobs");
    assert_eq!(names(&blobs), [""; 0]);
}

/// A large blob, whose first half is what one stage brings before it breaks off.
fn large() -> (Bytes, BlobKey) {
    let bytes: Vec<u8> = (0..2_000_000_u32)
        .map(|at| u8::try_from(at % 251).expect("small"))
        .collect();
    let mut digester = hubkit_store::Digester::sha256();
    digester.update(&bytes);
    (bytes.into(), BlobKey::new(repo(), digester.finish()))
}

#[tokio::test]
async fn another_store_goes_on_where_one_broke_off() {
    let (folder, store) = store();
    let (bytes, key) = large();
    let size = bytes.len() as u64;
    let half = bytes.len() / 2;
    let stage = store.begin(key.clone(), size).await.expect("a stage");
    stage.write(0, bytes.slice(..half)).await.expect("written");
    stage.set_validator("\"v1\"".parse().ok());
    drop(stage);
    let again = FsStore::new(Cache::new(folder.path().join("hub")));
    let stage = again.begin(key.clone(), size).await.expect("a stage");
    assert_eq!(stage.held().len(), half as u64);
    assert_eq!(stage.validator(), "\"v1\"".parse().ok());
    let rest = bytes.slice(half..);
    stage.write(half as u64, rest).await.expect("written");
    stage.publish().await.expect("published");
    let held = again.read_all(key, size).await.expect("read");
    assert!(held == bytes);
    assert_eq!(
        names(&folder.path().join("hub/models--acme--tiny/blobs")).len(),
        1
    );
}

#[tokio::test]
async fn who_brings_a_large_blob_in_is_told_to_whoever_wants_it_too() {
    let (_folder, store) = store();
    let (bytes, key) = large();
    let size = bytes.len() as u64;
    let stage = store.begin(key.clone(), size).await.expect("a stage");
    stage
        .write(0, bytes.slice(..1_000_000))
        .await
        .expect("written");
    let busy = async || match store.stage(key.clone(), size, Contention::Yield).await {
        Ok(Staging::Busy(holder)) => Some(holder),
        Ok(Staging::Ready(_)) => None,
        Err(fault) => panic!("{fault}"),
    };
    let holder = busy().await.expect("it is taken");
    assert!(
        holder
            .held
            .is_some_and(|held| held > 0 && held <= 1_000_000)
    );
    let beside = store.begin(key.clone(), size).await.expect("a stage");
    assert!(beside.held().is_empty(), "two never write to one file");
    stage
        .write(1_000_000, bytes.slice(1_000_000..))
        .await
        .expect("written");
    assert_ne!(busy().await.expect("it is taken").mark, holder.mark);
    stage.publish().await.expect("published");
    assert_eq!(busy().await, None);
    beside.write(0, bytes).await.expect("written");
    beside.publish().await.expect("both succeed");
}

#[tokio::test]
async fn a_store_that_is_only_read_is_not_even_created() {
    let (folder, store) = store();
    let (commit, files) = sample().await;
    let key = BlobKey::new(repo(), files[0].blob());
    assert_eq!(store.stat(key.clone()).await.expect("asked"), None);
    assert_eq!(store.repos().await.expect("asked"), []);
    let entry = store.entry(repo(), commit, files[0].path.clone()).await;
    assert_eq!(entry.expect("asked"), Entry::Unknown);
    assert!(!store.remove(key).await.expect("asked"));
    assert_eq!(names(folder.path()), [""; 0]);
}

/// A cache as Python leaves it where there are no links: the files themselves, and no blobs.
fn without_links(store: &FsStore, commit: CommitId) {
    let snapshot = store.snapshot_path(&repo(), commit).expect("a snapshot");
    for (path, bytes) in [("config.json", &b"{}"[..]), ("onnx/model.bin", b"weights")] {
        fs::remove_file(snapshot.join(path)).expect("removed");
        fs::write(snapshot.join(path), bytes).expect("written");
    }
    let blobs = snapshot.join("../../blobs");
    fs::remove_dir_all(&blobs).expect("removed");
}

#[tokio::test]
async fn a_cache_without_links_is_read_by_digest_and_recorded_anew() {
    let (folder, store) = store();
    let (commit, files) = record(&store, true).await;
    without_links(&store, commit);
    let again = FsStore::new(Cache::new(folder.path().join("hub")));
    for (file, bytes) in files.iter().zip([&b"{}"[..], b"weights"]) {
        let key = BlobKey::new(repo(), file.blob());
        let entry = store.entry(repo(), commit, file.path.clone()).await;
        let blob = Some(file.blob());
        let size = file.size;
        assert_eq!(entry.expect("asked"), Entry::Present { size, blob });
        let stat = again.stat(key.clone()).await.expect("asked");
        assert_eq!(stat, Some(BlobStat { size }));
        assert!(again.local_path(&key).is_some());
        assert_eq!(again.read_all(key, 9).await.expect("read"), bytes);
    }
    for digit in [None, Some(1)] {
        let snapshot = Snapshot {
            repo: repo(),
            commit: digit.map_or(commit, |digit| CommitId::from_bytes([digit; 20])),
            revision: Some(Revision::main()),
            files: files.clone(),
            listing: Some(files.clone()),
        };
        let commit = snapshot.commit;
        again.record(snapshot).await.expect("nothing to fetch");
        assert_eq!(again.files(repo(), commit).await.expect("files"), files);
    }
    let missing = BlobKey::new(repo(), hubkit_store::git::blob_id(b"other").into());
    assert_eq!(again.stat(missing).await.expect("asked"), None);
}

#[tokio::test]
async fn a_plain_file_in_no_listing_is_read_by_the_digest_it_was_listed_with() {
    let (_folder, store) = store();
    let (commit, _) = record(&store, false).await;
    without_links(&store, commit);
    let files = store.files(repo(), commit).await.expect("files");
    let key = BlobKey::new(repo(), files[1].blob());
    let bytes = store.read_all(key.clone(), 9).await.expect("read");
    assert_eq!(bytes, &b"weights"[..]);
    let other = Repo::new(RepoKind::Model, "acme/other".parse().expect("an id"));
    let elsewhere = BlobKey::new(other, key.id);
    assert_eq!(store.stat(elsewhere).await.expect("asked"), None);
    let path = store.local_path(&key).expect("a file");
    rewrite(&path, b"changed");
    assert_eq!(store.stat(key).await.expect("asked"), None);
}

#[tokio::test]
async fn a_blob_whose_file_changed_is_not_told_from_memory() {
    let (_folder, store) = store();
    let store = store.remembering(Duration::from_hours(24));
    let (_, files) = sample().await;
    let (file, bytes) = (&files[0], b"{}");
    publish(&store, file.blob(), bytes).await;
    let key = BlobKey::new(repo(), file.blob());
    let read = async || store.read_all(key.clone(), 10).await.expect("no fault");
    for _ in 0..2 {
        assert_eq!(read().await, &bytes[..]);
    }
    let path = store.local_path(&key).expect("it is there");
    rewrite(&path, b"[]");
    assert_eq!(read().await, "[]", "what a reader of the cache finds");
    fs::remove_file(&path).expect("it is there");
    let gone = store.read(key.clone(), ByteRange::whole(2)).await;
    assert_eq!(
        gone.err().map(|error| error.kind()),
        Some(StoreErrorKind::NotFound)
    );
}
