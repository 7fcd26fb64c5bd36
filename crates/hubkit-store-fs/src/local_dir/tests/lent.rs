//! Files that the shared cache has already.

use hubkit_cache::Cache;
use hubkit_types::Sha256;

use super::*;
use crate::FsStore;

fn large(path: &str, bytes: &[u8]) -> TreeFile {
    let mut digester = hubkit_store::Digester::sha256();
    digester.update(bytes);
    let BlobId::Sha256(digest) = digester.finish() else {
        panic!("a digest of the wrong kind");
    };
    let pointer = hubkit_lfs::Pointer::new(digest, bytes.len() as u64).to_string();
    TreeFile {
        lfs: Some(digest as Sha256),
        oid: git::blob_id(pointer.as_bytes()),
        ..file(path, bytes)
    }
}

struct Lent {
    fixture: Fixture,
    cache: Cache,
}

impl Lent {
    /// A cache with these files of commit 1, and a folder beside it.
    async fn new(sharing: Sharing, files: &[(TreeFile, &[u8])]) -> Self {
        let mut fixture = fixture(Overwrite::Refuse);
        let cache = Cache::new(fixture.folder.path().join("cache"));
        let store = FsStore::new(cache.clone());
        for (file, bytes) in files {
            let key = BlobKey::new(repo(), file.blob());
            let stage = store.begin(key, file.size).await.expect("a stage");
            let written = stage.write(0, Bytes::copy_from_slice(bytes)).await;
            written.expect("written");
            stage.publish().await.expect("published");
        }
        let files: Vec<TreeFile> = files.iter().map(|(file, _)| file.clone()).collect();
        let recorded = store.record(snapshot(1, &files)).await;
        recorded.expect("recorded");
        fixture.store = fixture.store.clone().with_cache(cache.clone(), sharing);
        Self { fixture, cache }
    }

    fn blob(&self, file: &TreeFile) -> PathBuf {
        let folder = self.cache.repo(&repo()).folder().to_owned();
        folder.join(format!("blobs/{}", file.blob()))
    }

    async fn holds(&self, file: &TreeFile) -> bool {
        let key = BlobKey::new(repo(), file.blob());
        self.fixture.store.exists(key).await.expect("asked")
    }
}

#[tokio::test]
async fn what_the_cache_has_is_copied_into_the_folder() {
    for sharing in [Sharing::Copies, Sharing::HardLinks] {
        let small = (file("a/config.json", b"{}"), &b"{}"[..]);
        let lent = Lent::new(sharing, &[small.clone(), (file("b", b"{}"), b"{}")]).await;
        assert!(lent.holds(&small.0).await);
        let key = BlobKey::new(repo(), small.0.blob());
        let read = lent.fixture.store.read_all(key, 9).await;
        assert_eq!(read.expect("read"), &b"{}"[..]);
        let main = lent.fixture.store.resolve(repo(), Revision::main()).await;
        assert_eq!(main.expect("asked"), Some(commit(1)));
        let listed = lent.fixture.store.listing(repo(), commit(1)).await;
        let files = listed.expect("asked").expect("a listing");
        lent.fixture.record(1, &files).await.expect("recorded");
        for path in ["a/config.json", "b"] {
            assert_eq!(lent.fixture.read(path), "{}");
            // Whatever becomes of the copy, the cache keeps what it has.
            lent.fixture.own(path, b"[]");
        }
        assert_eq!(fs::read(lent.blob(&small.0)).expect("read"), b"{}");
        let waiting = names(&lent.fixture.at(".cache/huggingface/download"));
        assert_eq!(waiting, ["a", "b.metadata"], "nothing waits any more");
    }
}

#[tokio::test]
async fn a_damaged_file_of_the_cache_is_never_taken() {
    for (sharing, bytes) in [
        (Sharing::Copies, &b"[]"[..]),
        (Sharing::HardLinks, b"[]"),
        (Sharing::Copies, b"{"),
    ] {
        let good = large("model.bin", b"{}");
        let lent = Lent::new(sharing, &[(good.clone(), b"{}")]).await;
        fs::write(lent.blob(&good), bytes).expect("damaged");
        let recorded = lent.fixture.record(1, std::slice::from_ref(&good)).await;
        assert!(recorded.is_err(), "{recorded:?}");
        assert!(!lent.fixture.at("model.bin").exists());
        if bytes.len() == 2 {
            assert_eq!(recorded, Err(StoreErrorKind::NotFound), "fetch it");
            assert!(!lent.holds(&good).await, "it is known now");
        }
        // What is fetched is taken, and what is healed is.
        fs::remove_file(lent.blob(&good)).expect("removed");
        fs::write(lent.blob(&good), b"{}").expect("healed");
        assert!(lent.holds(&good).await);
        lent.fixture.record(1, &[good]).await.expect("recorded");
        assert_eq!(lent.fixture.read("model.bin"), "{}");
    }
}

#[cfg(unix)]
#[tokio::test]
async fn only_large_files_get_a_second_name_and_only_where_told_so() {
    use std::os::unix::fs::MetadataExt as _;
    for sharing in [Sharing::Copies, Sharing::HardLinks] {
        let linked = sharing == Sharing::HardLinks;
        let (small, big) = (file("small", b"{}"), large("big", b"weights"));
        let both = [(small.clone(), &b"{}"[..]), (big.clone(), b"weights")];
        let lent = Lent::new(sharing, &both).await;
        let inode = |path: &Path| fs::metadata(path).expect("there").ino();
        let files = [big.clone(), small.clone()];
        lent.fixture.record(1, &files).await.expect("recorded");
        let here = |path: &str| inode(&lent.fixture.at(path));
        assert_ne!(here("small"), inode(&lent.blob(&small)));
        assert_eq!(here("big") == inode(&lent.blob(&big)), linked);
        let mode = fs::metadata(lent.fixture.at("big")).expect("there").mode();
        assert_eq!(mode & 0o222 == 0, linked, "{mode:o}");
        // Another commit takes the place of the name and not of the bytes.
        lent.fixture.publish(b"two").await;
        let second = [file("big", b"two")];
        lent.fixture.record(2, &second).await.expect("replaced");
        assert_eq!(lent.fixture.read("big"), "two");
        assert_eq!(fs::read(lent.blob(&big)).expect("read"), b"weights");
    }
}
