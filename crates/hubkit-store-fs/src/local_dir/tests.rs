use std::{fs, path::Path, time::Duration};

use bytes::Bytes;
use hubkit_store::{BlobStoreExt as _, DynStore, conformance, conformance::Keeps, git};
use hubkit_types::RepoKind;
use tempfile::TempDir;

use super::*;

#[cfg(unix)]
mod flips;
mod lent;
mod strangers;

fn repo() -> Repo {
    Repo::new(RepoKind::Model, "acme/tiny".parse().expect("an id"))
}

fn commit(digit: u8) -> CommitId {
    CommitId::from_bytes([digit; 20])
}

fn file(path: &str, bytes: &[u8]) -> TreeFile {
    TreeFile {
        path: path.parse().expect("a path"),
        size: bytes.len() as u64,
        oid: git::blob_id(bytes),
        lfs: None,
    }
}

fn snapshot(digit: u8, files: &[TreeFile]) -> Snapshot {
    Snapshot {
        repo: repo(),
        commit: commit(digit),
        revision: Some(Revision::main()),
        files: files.to_vec(),
        listing: Some(files.to_vec()),
    }
}

struct Fixture {
    folder: TempDir,
    store: LocalDirStore,
}

fn fixture(overwrite: Overwrite) -> Fixture {
    let folder = tempfile::tempdir().expect("a folder");
    let store = LocalDirStore::new(folder.path().join("model"), overwrite);
    Fixture { folder, store }
}

impl Fixture {
    fn at(&self, path: &str) -> PathBuf {
        self.folder.path().join("model").join(path)
    }

    fn read(&self, path: &str) -> String {
        fs::read_to_string(self.at(path)).unwrap_or_default()
    }

    /// A file of the user's own.
    fn own(&self, path: &str, bytes: &[u8]) {
        let path = self.at(path);
        fs::create_dir_all(path.parent().expect("a folder")).expect("made");
        fs::write(path, bytes).expect("written");
    }

    async fn publish(&self, bytes: &[u8]) {
        self.try_publish(bytes).await.expect("published");
    }

    async fn try_publish(&self, bytes: &[u8]) -> Result<(), StoreErrorKind> {
        let published = async {
            let key = BlobKey::new(repo(), git::blob_id(bytes).into());
            let stage = self.store.begin(key, bytes.len() as u64).await?;
            stage.write(0, Bytes::copy_from_slice(bytes)).await?;
            stage.publish().await
        };
        published.await.map_err(|fault| fault.kind())
    }

    async fn record(&self, digit: u8, files: &[TreeFile]) -> Result<(), StoreErrorKind> {
        let recorded = self.store.record(snapshot(digit, files)).await;
        recorded.map_err(|fault| fault.kind())
    }

    async fn check(&self, files: &[TreeFile]) -> Result<(), StoreErrorKind> {
        let checked = self.store.check(snapshot(1, files)).await;
        checked.map_err(|fault| fault.kind())
    }

    async fn is_present(&self, digit: u8, path: &str) -> bool {
        let path = path.parse().expect("a path");
        let entry = self.store.entry(repo(), commit(digit), path).await;
        matches!(entry.expect("asked"), Entry::Present { .. })
    }
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

#[tokio::test]
async fn the_store_keeps_the_contracts() {
    for overwrite in [Overwrite::Refuse, Overwrite::Replace] {
        conformance::blobs(&fixture(overwrite).store).await;
        let fixture = fixture(overwrite);
        conformance::refs(&fixture.store, Keeps::FilesAlone).await;
        let fixture = self::fixture(overwrite);
        let store = DynStore::new(fixture.store);
        conformance::refs(&store, Keeps::FilesAlone).await;
    }
}

#[tokio::test]
async fn the_layout_is_the_one_that_python_reads() {
    let fixture = fixture(Overwrite::Refuse);
    fixture.publish(b"{}").await;
    let files = [file("a/config.json", b"{}"), file("config.json", b"{}")];
    fixture.record(1, &files).await.expect("recorded");
    assert_eq!(names(&fixture.at("")), [".cache", "a", "config.json"]);
    assert_eq!(fixture.read("a/config.json"), "{}");
    let state = fixture.at(".cache/huggingface");
    assert_eq!(
        names(&state),
        [".gitignore", ".lock", "CACHEDIR.TAG", "download", "trees"]
    );
    assert_eq!(fixture.read(".cache/huggingface/.gitignore"), "*");
    let download = state.join("download");
    assert_eq!(names(&download), ["a", "config.json.metadata"]);
    assert_eq!(names(&download.join("a")), ["config.json.metadata"]);
    assert_eq!(names(&state.join("trees")), [format!("{}.json", commit(1))]);
    let record = fixture.read(".cache/huggingface/download/config.json.metadata");
    let lines: Vec<&str> = record.lines().collect();
    assert_eq!(
        lines[..2],
        [commit(1).to_string(), git::blob_id(b"{}").to_string()]
    );
    assert!(lines[2].parse::<f64>().expect("a number") > 1e9);
    assert!(record.ends_with('\n') && lines.len() == 3);
}

#[tokio::test]
async fn a_second_commit_replaces_what_the_first_put_there() {
    let fixture = fixture(Overwrite::Refuse);
    fixture.publish(b"one").await;
    fixture.publish(b"two").await;
    let first = [file("a", b"one"), file("b", b"two")];
    fixture.record(1, &first).await.expect("recorded");
    // The two change places: nothing has to be fetched, and neither may be lost.
    let second = [file("a", b"two"), file("b", b"one")];
    fixture.record(2, &second).await.expect("recorded");
    assert_eq!(
        (fixture.read("a"), fixture.read("b")),
        ("two".into(), "one".into())
    );
    assert!(fixture.is_present(2, "a").await && fixture.is_present(2, "b").await);
    assert!(!fixture.is_present(1, "a").await);
    let files = fixture.store.files(repo(), commit(2)).await.expect("files");
    assert_eq!(files, second);
    // A store that starts anew finds the same.
    let again = LocalDirStore::new(fixture.at(""), Overwrite::Refuse);
    let key = BlobKey::new(repo(), git::blob_id(b"two").into());
    assert_eq!(again.read_all(key, 3).await.expect("read"), &b"two"[..]);
    assert_eq!(again.list(repo()).await.expect("list").len(), 2);
}

#[tokio::test]
async fn a_file_of_the_users_own_stays_unless_it_may_go() {
    for (overwrite, expected, content) in [
        (Overwrite::Refuse, Err(StoreErrorKind::Occupied), "mine"),
        (Overwrite::Replace, Ok(()), "hub's"),
    ] {
        let fixture = fixture(overwrite);
        fixture.own("README.md", b"mine");
        fixture.publish(b"{}").await;
        fixture.publish(b"hub's").await;
        let files = [file("config.json", b"{}"), file("README.md", b"hub's")];
        assert_eq!(fixture.record(1, &files).await, expected);
        assert_eq!(fixture.read("README.md"), content);
        let written = fixture.at("config.json").exists();
        assert_eq!(written, expected.is_ok(), "all or nothing");
    }
}

#[tokio::test]
async fn a_pointer_in_the_way_is_called_one() {
    let fixture = fixture(Overwrite::Refuse);
    let digest = hubkit_types::Sha256::from_bytes([7; 32]);
    let pointer = hubkit_lfs::Pointer::new(digest, 4_900_000_000);
    fixture.own("model.bin", pointer.to_string().as_bytes());
    let wanted = snapshot(1, &[file("model.bin", &[b'x'; 500])]);
    let error = fixture
        .store
        .check(wanted)
        .await
        .expect_err("it is in the way");
    assert_eq!(error.kind(), StoreErrorKind::Occupied);
    let told = error.to_string();
    assert!(told.contains("is a Git LFS pointer to 4.9 GB"), "{told}");
}

#[tokio::test]
async fn a_file_of_the_users_own_with_the_right_bytes_is_taken_over() {
    let fixture = fixture(Overwrite::Refuse);
    fixture.own("config.json", b"{}");
    let files = [file("config.json", b"{}")];
    assert!(!fixture.is_present(1, "config.json").await);
    fixture.record(1, &files).await.expect("no blob is needed");
    assert!(fixture.is_present(1, "config.json").await);
    assert!(
        fixture
            .at(".cache/huggingface/download/config.json.metadata")
            .exists()
    );
}

#[tokio::test]
async fn a_file_that_was_edited_is_the_users_own() {
    let fixture = fixture(Overwrite::Refuse);
    fixture.publish(b"{}").await;
    let files = [file("config.json", b"{}")];
    fixture.record(1, &files).await.expect("recorded");
    fixture.own("config.json", b"[]");
    let edited = fs::File::options()
        .write(true)
        .open(fixture.at("config.json"));
    let edited = edited.expect("opened");
    let modified = edited.metadata().and_then(|metadata| metadata.modified());
    let later = modified.expect("a time") + Duration::from_secs(5);
    edited.set_modified(later).expect("set");
    assert!(!fixture.is_present(1, "config.json").await);
    fixture.publish(b"{}").await;
    assert_eq!(
        fixture.record(1, &files).await,
        Err(StoreErrorKind::Occupied)
    );
    assert_eq!(fixture.read("config.json"), "[]");
}

#[tokio::test]
async fn a_source_that_was_changed_is_found_out_and_disowned() {
    let fixture = fixture(Overwrite::Refuse);
    fixture.publish(b"{}").await;
    fixture
        .record(1, &[file("a", b"{}")])
        .await
        .expect("recorded");
    // Within the second that the record allows.
    fixture.own("a", b"[]");
    let copy = [file("b", b"{}")];
    assert_eq!(
        fixture.record(2, &copy).await,
        Err(StoreErrorKind::Integrity)
    );
    let key = BlobKey::new(repo(), git::blob_id(b"{}").into());
    assert!(!fixture.store.exists(key).await.expect("asked"));
    assert!(!fixture.at("b").exists());
}

#[tokio::test]
async fn a_record_that_makes_no_sense_is_none() {
    let fixture = fixture(Overwrite::Refuse);
    fixture.publish(b"{}").await;
    let files = [file("config.json", b"{}")];
    fixture.record(1, &files).await.expect("recorded");
    let path = fixture.at(".cache/huggingface/download/config.json.metadata");
    fs::remove_dir_all(fixture.at(".cache/huggingface/trees")).expect("removed");
    let (id, blob) = (commit(1), git::blob_id(b"{}"));
    for text in [
        String::new(),
        format!("{id}\n{blob}\n"),
        format!("{id}\n../../x\n9e9\n"),
        format!("main\n{blob}\n9e9\n"),
        format!("{id}\n{blob}\nNaN\n"),
        "x".repeat(5000),
    ] {
        fs::write(&path, &text).expect("written");
        assert!(!fixture.is_present(1, "config.json").await, "{text}");
    }
    fs::write(&path, format!("{id}\n{blob}\n9e9")).expect("written");
    assert!(fixture.is_present(1, "config.json").await);
}

#[cfg(unix)]
#[tokio::test]
async fn nothing_is_written_through_a_link_or_out_of_the_folder() {
    use std::os::unix::fs::symlink;
    for overwrite in [Overwrite::Refuse, Overwrite::Replace] {
        let fixture = fixture(overwrite);
        let elsewhere = fixture.folder.path().join("elsewhere");
        fs::create_dir(&elsewhere).expect("made");
        fs::write(elsewhere.join("victim"), b"precious").expect("written");
        fs::create_dir_all(fixture.at("")).expect("made");
        symlink(&elsewhere, fixture.at("folder")).expect("linked");
        symlink(elsewhere.join("victim"), fixture.at("link")).expect("linked");
        fixture.publish(b"{}").await;
        for path in ["folder/new", "folder/victim", "folder/deep/new"] {
            let recorded = fixture.record(1, &[file(path, b"{}")]).await;
            assert_eq!(recorded, Err(StoreErrorKind::Occupied), "{path}");
        }
        let recorded = fixture.record(1, &[file("link", b"{}")]).await;
        assert_eq!(recorded.is_ok(), overwrite == Overwrite::Replace);
        assert_eq!(
            fixture.at("link").is_symlink(),
            overwrite == Overwrite::Refuse
        );
        assert_eq!(names(&elsewhere), ["victim"]);
        let victim = fs::read(elsewhere.join("victim")).expect("read");
        assert_eq!(victim, b"precious");

        let fixture = self::fixture(overwrite);
        fs::create_dir_all(fixture.at("")).expect("made");
        symlink(&elsewhere, fixture.at(".cache")).expect("linked");
        let key = BlobKey::new(repo(), git::blob_id(b"{}").into());
        let fault = fixture.store.begin(key, 2).await.expect_err("a link");
        assert_eq!(fault.kind(), StoreErrorKind::Corrupt);
        assert_eq!(names(&elsewhere), ["victim"]);
    }
}

#[tokio::test]
async fn a_folder_is_never_replaced() {
    let fixture = fixture(Overwrite::Replace);
    fixture.own("model/notes", b"mine");
    fixture.publish(b"{}").await;
    let recorded = fixture.record(1, &[file("model", b"{}")]).await;
    assert_eq!(recorded, Err(StoreErrorKind::Occupied));
    let recorded = fixture
        .record(1, &[file("model/notes/deeper", b"{}")])
        .await;
    assert_eq!(recorded, Err(StoreErrorKind::Occupied));
    assert_eq!(fixture.read("model/notes"), "mine");
}

#[tokio::test]
async fn what_stands_in_the_way_is_told_before_bytes_move() {
    let fixture = fixture(Overwrite::Refuse);
    fixture.own("README.md", b"mine");
    fixture.own("right.json", b"{}");
    let before = names(&fixture.at(""));
    let taken = [file("README.md", b"hub's")];
    assert_eq!(fixture.check(&taken).await, Err(StoreErrorKind::Occupied));
    let right = [file("right.json", b"{}"), file("new/config.json", b"[]")];
    assert_eq!(fixture.check(&right).await, Ok(()));
    assert_eq!(names(&fixture.at("")), before, "nothing was changed");
    // The user's own file is as good as a fetched one from here on.
    let key = BlobKey::new(repo(), git::blob_id(b"{}").into());
    assert!(fixture.store.exists(key).await.expect("asked"));
}
