//! Files that someone else put into the folder: the user, another process, or whoever wrote to it before.

use super::*;

const DOWNLOAD: &str = ".cache/huggingface/download";

impl Fixture {
    /// Puts a file of the user's own in the place of another, `seconds` older than that.
    fn replace(&self, path: &str, bytes: &[u8], seconds: u64) {
        let path = self.at(path);
        let modified = fs::metadata(&path).and_then(|metadata| metadata.modified());
        let before = modified.expect("a time") - Duration::from_secs(seconds);
        fs::remove_file(&path).expect("removed");
        fs::write(&path, bytes).expect("written");
        let own = fs::File::options().write(true).open(&path).expect("opened");
        own.set_modified(before).expect("set");
    }

    fn key(bytes: &[u8]) -> BlobKey {
        BlobKey::new(repo(), git::blob_id(bytes).into())
    }

    /// Another process, which knows nothing of this one.
    fn again(&self) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let store = LocalDirStore::new(self.at(""), Overwrite::Refuse);
        Self { folder, store }
    }
}

#[tokio::test]
async fn an_older_file_in_the_place_of_the_stores_is_the_users_own() {
    for own in ["mine", "[]"] {
        let fixture = fixture(Overwrite::Refuse);
        fixture.publish(b"{}").await;
        let files = [file("a.bin", b"{}")];
        fixture.record(1, &files).await.expect("recorded");
        fixture.replace("a.bin", own.as_bytes(), 3600);
        assert!(!fixture.is_present(1, "a.bin").await);
        let key = Fixture::key(b"{}");
        assert!(!fixture.store.remove(key).await.expect("asked"));
        for (digit, bytes) in [(1, &b"{}"[..]), (2, b"two")] {
            fixture.publish(bytes).await;
            let recorded = fixture.record(digit, &[file("a.bin", bytes)]).await;
            assert_eq!(recorded, Err(StoreErrorKind::Occupied));
        }
        assert_eq!(fixture.read("a.bin"), own);
    }
}

#[tokio::test]
async fn the_stores_own_file_is_replaced_whatever_time_it_has() {
    let fixture = fixture(Overwrite::Refuse);
    fixture.publish(b"{}").await;
    let first = [file("a.bin", b"{}")];
    fixture.record(1, &first).await.expect("recorded");
    // As a copy of the whole folder would have it.
    fixture.replace("a.bin", b"{}", 3600);
    assert!(fixture.is_present(1, "a.bin").await);
    fixture.publish(b"two").await;
    let second = [file("a.bin", b"two")];
    fixture.record(2, &second).await.expect("recorded");
    assert_eq!(fixture.read("a.bin"), "two");
}

#[tokio::test]
async fn a_change_in_the_second_that_is_allowed_does_not_become_the_record() {
    let fixture = fixture(Overwrite::Refuse);
    fixture.publish(b"{}").await;
    let files = [file("a.bin", b"{}")];
    fixture.record(1, &files).await.expect("recorded");
    let path = fixture.at("a.bin");
    let modified = fs::metadata(&path).and_then(|metadata| metadata.modified());
    let soon = modified.expect("a time") + Duration::from_millis(500);
    fixture.own("a.bin", b"[]");
    let own = fs::File::options().write(true).open(&path).expect("opened");
    own.set_modified(soon).expect("set");
    fixture.record(1, &files).await.expect("taken for its own");
    fixture.publish(b"two").await;
    let recorded = fixture.record(2, &[file("a.bin", b"two")]).await;
    assert_eq!(recorded, Err(StoreErrorKind::Occupied));
    assert_eq!(fixture.read("a.bin"), "[]");
}

#[tokio::test]
async fn a_waiting_blob_of_another_process_is_read_before_it_is_believed() {
    let fixture = fixture(Overwrite::Refuse);
    fixture.publish(b"{}").await;
    let id = git::blob_id(b"{}");
    let verified = fixture.at(&format!("{DOWNLOAD}/{id}.verified"));
    let plant = || {
        fs::write(&verified, b"[]").expect("planted");
        // The clock of a file system may stand still for as long as this takes.
        let planted = fs::File::options().write(true).open(&verified);
        let long_ago = std::time::UNIX_EPOCH + Duration::from_secs(1_000_000_000);
        planted
            .expect("opened")
            .set_modified(long_ago)
            .expect("set");
    };
    let other = fixture.again();
    assert!(
        other
            .store
            .exists(Fixture::key(b"{}"))
            .await
            .expect("asked")
    );
    for store in [&fixture.store, &other.store] {
        plant();
        let key = Fixture::key(b"{}");
        let fault = store
            .read(key.clone(), ByteRange::new(0, 2).expect("a range"))
            .await;
        let kind = fault.err().map(|fault| fault.kind());
        assert_eq!(kind, Some(StoreErrorKind::NotFound));
        assert!(!verified.exists());
    }
    plant();
    let files = [file("a", b"{}")];
    let recorded = fixture.record(1, &files).await;
    assert_eq!(recorded, Err(StoreErrorKind::NotFound));
    assert!(!fixture.at("a").exists());
    fixture.publish(b"{}").await;
    fixture.record(1, &files).await.expect("recorded");
    assert_eq!(fixture.read("a"), "{}");
}

#[tokio::test]
async fn two_processes_that_want_the_same_both_have_it() {
    let fixture = fixture(Overwrite::Refuse);
    let other = fixture.again();
    let files = [file("a", b"{}"), file("b", b"two"), file("c/d", b"{}")];
    for bytes in [&b"{}"[..], b"two"] {
        fixture.publish(bytes).await;
        other.publish(bytes).await;
    }
    // Each has built its index before the other puts anything into place.
    let missing = Fixture::key(b"missing");
    assert!(!other.store.exists(missing).await.expect("asked"));
    let record = |fixture: &Fixture| {
        let runtime = tokio::runtime::Builder::new_current_thread().build();
        let recorded = fixture.record(1, &files);
        runtime.expect("a runtime").block_on(recorded)
    };
    let (first, second) = std::thread::scope(|scope| {
        let first = scope.spawn(|| record(&fixture));
        let second = scope.spawn(|| record(&other));
        (first.join().expect("ends"), second.join().expect("ends"))
    });
    assert_eq!((first, second), (Ok(()), Ok(())));
    // What one put into place is a source for the other.
    let moved = [file("e", b"two")];
    other.record(2, &moved).await.expect("recorded");
    fixture
        .record(3, &[file("f", b"two")])
        .await
        .expect("recorded");
    assert_eq!(fixture.read("f"), "two");
}

#[tokio::test]
async fn names_as_long_as_a_file_system_takes_are_recorded() {
    let fixture = fixture(Overwrite::Refuse);
    fixture.publish(b"{}").await;
    let paths = [230, 233, 234, 246, 247, 255].map(|length| format!("a/{}", "x".repeat(length)));
    let files: Vec<TreeFile> = paths.iter().map(|path| file(path, b"{}")).collect();
    fixture.record(1, &files).await.expect("recorded");
    let python = fixture.at(&format!("{DOWNLOAD}/{}.metadata", paths[3]));
    assert!(python.exists(), "the longest name that Python can record");
    fs::remove_dir_all(fixture.at(".cache/huggingface/trees")).expect("removed");
    let again = fixture.again();
    let found = again.store.files(repo(), commit(1)).await.expect("files");
    assert_eq!(found, files);
    fixture.publish(b"two").await;
    let second = [file(&paths[5], b"two")];
    fixture.record(2, &second).await.expect("its own");
    assert_eq!(fixture.read(&paths[5]), "two");
}

#[cfg(unix)]
#[tokio::test]
async fn a_record_that_is_no_plain_file_is_none() {
    let fixture = fixture(Overwrite::Refuse);
    fixture.publish(b"{}").await;
    let files = [file("a", b"{}")];
    fixture.record(1, &files).await.expect("recorded");
    let record = fixture.at(&format!("{DOWNLOAD}/a.metadata"));
    fs::remove_dir_all(fixture.at(".cache/huggingface/trees")).expect("removed");
    fs::remove_file(&record).expect("removed");
    std::os::unix::fs::symlink("/dev/zero", &record).expect("linked");
    assert!(!fixture.is_present(1, "a").await);
    fixture.record(1, &files).await.expect("recorded");
    assert!(fixture.is_present(1, "a").await && !record.is_symlink());
    fs::remove_dir_all(fixture.at(".cache/huggingface/trees")).expect("removed");
    fs::remove_file(&record).expect("removed");
    let made = std::process::Command::new("mkfifo").arg(&record).status();
    if made.is_ok_and(|status| status.success()) {
        assert!(!fixture.is_present(1, "a").await);
    }
}
