//! A cache whose snapshots hold the files themselves, as other clients leave it where there are no links.

use super::*;

/// One listed file, and nothing in `blobs`.
fn plain() -> Fixture {
    let fixture = fixture();
    let snapshot = fixture.on_disk(&format!("snapshots/{COMMIT}/a"));
    fs::create_dir_all(&snapshot).unwrap();
    fs::write(snapshot.join("config.json"), b"{}").unwrap();
    let files = [listed("a/config.json", 2)];
    fixture.repo.write_listing(fixture.commit, &files).unwrap();
    fixture
}

#[test]
fn the_listing_says_which_blob_a_file_is() {
    let fixture = plain();
    let Lookup::Present { size, blob, path } = fixture.lookup("a/config.json") else {
        panic!("the file is not found");
    };
    assert_eq!((size, blob), (2, Some(fixture.blob)));
    assert_eq!(fixture.repo.blob(fixture.blob).unwrap(), None);
    let shown = fixture.repo.shown(fixture.blob).unwrap().unwrap();
    assert_eq!(
        (fs::read(shown.path).unwrap(), shown.size),
        (b"{}".to_vec(), 2)
    );
    fs::write(path, b"{ }").unwrap();
    assert_eq!(fixture.lookup("a/config.json"), Lookup::Unknown);
    assert_eq!(fixture.repo.shown(fixture.blob).unwrap(), None);
}

#[test]
fn a_file_of_one_commit_is_shown_by_another_too() {
    let fixture = plain();
    let commit = CommitId::from_bytes([1; 20]);
    let path = repo_path("config.json");
    fixture.repo.link(commit, &path, fixture.blob).unwrap();
    let shown = fixture.on_disk(&format!("snapshots/{commit}/config.json"));
    assert!(!shown.is_symlink());
    assert_eq!(fs::read(shown).unwrap(), b"{}");
    assert_eq!(names(&fixture.on_disk("blobs")), [""; 0]);
}

#[cfg(unix)]
#[test]
fn a_link_out_of_the_cache_is_no_file_of_a_commit() {
    let fixture = plain();
    let secret = fixture.folder.path().join("secret");
    fs::write(&secret, b"{}").unwrap();
    let path = fixture.on_disk(&format!("snapshots/{COMMIT}/a/config.json"));
    fs::remove_file(&path).unwrap();
    std::os::unix::fs::symlink(&secret, &path).unwrap();
    assert_eq!(fixture.repo.shown(fixture.blob).unwrap(), None);
}
