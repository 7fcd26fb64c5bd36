//! What someone else, a crash or a time long past left in the folder.

use std::{
    fs::File,
    sync::Arc,
    time::{Duration, SystemTime},
};

use super::*;

/// The id of no bytes.
const NOTHING: &str = "e69de29bb2d1d6434b8b29ae775ad8c2e48c5391";

fn age(path: &Path, now: SystemTime, hours: u64) {
    let file = File::options().write(true).open(path).unwrap();
    file.set_modified(now - Duration::from_secs(hours * 3600))
        .unwrap();
}

#[test]
fn an_empty_file_is_a_blob_only_under_the_name_of_no_bytes() {
    let fixture = fixture();
    fixture.publish(b"{}");
    fixture.show("config.json");
    fs::write(fixture.on_disk(&format!("blobs/{EMPTY_OBJECT}")), b"").unwrap();
    assert_eq!(fixture.lookup("config.json"), Lookup::Unknown);
    assert_eq!(fixture.repo.blob(fixture.blob).unwrap(), None);
    assert_eq!(fixture.repo.blobs().unwrap(), []);
    assert_eq!(fixture.repo.files(fixture.commit).unwrap(), []);
    fixture.publish(b"{}");
    assert!(matches!(
        fixture.lookup("config.json"),
        Lookup::Present { size: 2, .. }
    ));
    let nothing: BlobId = NOTHING.parse().unwrap();
    fixture.repo.begin(nothing, 0).unwrap().publish().unwrap();
    let path = repo_path("empty");
    fixture.repo.link(fixture.commit, &path, nothing).unwrap();
    assert!(matches!(
        fixture.lookup("empty"),
        Lookup::Present { size: 0, .. }
    ));
}

#[test]
fn what_a_broken_download_left_goes_when_it_is_old_and_nobody_holds_it() {
    let fixture = fixture();
    fixture.publish(b"{}");
    let now = fs::metadata(fixture.on_disk(&format!("blobs/{EMPTY_OBJECT}")))
        .and_then(|metadata| metadata.modified())
        .unwrap();
    let left = |name: &str, hours| {
        let path = fixture.on_disk(&format!("blobs/{name}"));
        fs::write(&path, b"{").unwrap();
        age(&path, now, hours);
        path
    };
    let old = left(&format!("{EMPTY_OBJECT}.00000001.incomplete"), 25);
    let held = left(&format!("{NOTHING}.00000002.incomplete"), 25);
    let young = left(&format!("{EMPTY_OBJECT}.00000003.incomplete"), 23);
    let others = [
        left(&format!("{EMPTY_OBJECT}.incomplete"), 25),
        left("notes.00000004.incomplete", 25),
        left(NOTHING, 25),
    ];
    let lock = File::open(&held).unwrap();
    lock.lock().unwrap();
    // Not before something else is done: it could have been gone on with.
    let new = fixture.repo.begin(fixture.blob, 2).unwrap();
    assert!(old.exists());
    fixture.repo.sweep();
    assert!(!old.exists());
    assert!(held.exists() && young.exists() && others.iter().all(|other| other.exists()));
    drop(lock);
    // A file that grows is not swept, however long it stood still.
    age(new.path(), now, 25);
    // Once for each folder and cache.
    fixture.repo.sweep();
    assert!(held.exists());
    let again = Cache::new(fixture.cache.root().to_owned());
    let repo = Repo::new(RepoKind::Model, "acme/tiny".parse().unwrap());
    again.repo(&repo).sweep();
    assert!(!held.exists() && new.path().exists());
}

#[test]
fn a_file_on_its_way_is_removed_while_another_thread_has_it() {
    let fixture = fixture();
    let new = fixture.repo.begin(fixture.blob, 2).unwrap();
    let remover = new.remover();
    new.write_at(0, b"{").unwrap();
    remover.remove();
    #[cfg(unix)]
    assert_eq!(names(&fixture.on_disk("blobs")), [""; 0]);
    new.write_at(1, b"}").unwrap();
    drop(new);
    assert_eq!(names(&fixture.on_disk("blobs")), [""; 0]);
    // Too late for what was published.
    let new = fixture.repo.begin(fixture.blob, 2).unwrap();
    let remover = new.remover();
    new.write_at(0, b"{}").unwrap();
    new.publish().unwrap();
    remover.remove();
    assert_eq!(names(&fixture.on_disk("blobs")), [EMPTY_OBJECT]);
}

#[test]
fn listings_of_several_commits_are_remembered_at_a_time() {
    let fixture = fixture();
    let commits = [1, 2].map(|digit| CommitId::from_bytes([digit; 20]));
    let files = [listed("a", 2)];
    let read = |commit| fixture.repo.listing(commit).unwrap().unwrap();
    for commit in commits {
        fixture.repo.write_listing(commit, &files).unwrap();
    }
    let first = commits.map(read);
    let second = commits.map(read);
    assert!(Arc::ptr_eq(&first[0], &second[0]) && Arc::ptr_eq(&first[1], &second[1]));
    let changed = [listed("a", 2), listed("b", 2)];
    fixture.repo.write_listing(commits[0], &changed).unwrap();
    assert_eq!(*read(commits[0]), changed);
    for digit in 3..11 {
        let commit = CommitId::from_bytes([digit; 20]);
        fixture.repo.write_listing(commit, &files).unwrap();
        read(commit);
    }
    assert!(!Arc::ptr_eq(&first[1], &read(commits[1])));
}

#[test]
fn names_of_any_length_are_written_beside_their_place() {
    let fixture = fixture();
    for length in [230, 242, 243, 255] {
        let revision: Revision = "r".repeat(length).parse().unwrap();
        fixture.repo.write_ref(&revision, fixture.commit).unwrap();
        assert_eq!(
            fixture.repo.resolve(&revision).unwrap(),
            Some(fixture.commit)
        );
        let path = fixture.on_disk(&"\u{e4}".repeat(length / 2));
        crate::durable::write(&path, b"x").unwrap();
        assert_eq!(fs::read(path).unwrap(), b"x");
    }
    let too_long = fixture.on_disk(&"r".repeat(256));
    assert_eq!(crate::read_plain(&too_long, 1).unwrap(), None);
}

#[test]
fn a_folder_is_taken_for_what_its_name_says_to_the_letter() {
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir(folder.path().join("models--acme--tiny")).unwrap();
    let is_spelled = |name| crate::durable::is_spelled(folder.path(), name).unwrap();
    assert!(is_spelled("models--acme--tiny"));
    assert!(!is_spelled("models--Acme--tiny"));
    assert!(!is_spelled("MODELS--ACME--TINY"));
    // Where case counts, both may be there.
    let _ = fs::create_dir(folder.path().join("MODELS--ACME--TINY"));
    assert!(is_spelled("models--acme--tiny"));
}

#[cfg(unix)]
mod special {
    use std::os::unix::{fs::symlink, net::UnixListener};

    use super::*;

    #[test]
    fn what_is_no_plain_file_is_not_opened() {
        let fixture = fixture();
        fs::create_dir_all(fixture.on_disk("refs")).unwrap();
        fs::create_dir_all(fixture.on_disk("trees")).unwrap();
        let shared = fixture.cache.root().join("blobs");
        fs::create_dir_all(&shared).unwrap();
        let main = fixture.on_disk("refs/main");
        let listing = fixture.on_disk(&format!("trees/{COMMIT}.json"));
        let marker = shared.join(".huggingface-shared-blobs");
        for path in [&main, &listing, &marker] {
            symlink("/dev/zero", path).unwrap();
        }
        let read = |fixture: &Fixture| {
            assert_eq!(fixture.repo.resolve(&Revision::main()).unwrap(), None);
            assert_eq!(fixture.repo.revisions().unwrap(), []);
            assert_eq!(fixture.repo.listing(fixture.commit).unwrap(), None);
            assert_eq!(fixture.cache.scan().unwrap().repos, []);
        };
        read(&fixture);
        for path in [&main, &listing, &marker] {
            fs::remove_file(path).unwrap();
            // As a pipe nobody writes to, opening it would never end.
            let made = std::process::Command::new("mkfifo").arg(path).status();
            if !made.is_ok_and(|status| status.success()) {
                drop(UnixListener::bind(path));
            }
        }
        read(&fixture);
        fixture
            .repo
            .write_ref(&Revision::main(), fixture.commit)
            .unwrap();
        let files = [listed("a", 2)];
        fixture.repo.write_listing(fixture.commit, &files).unwrap();
        assert_eq!(
            fixture.repo.resolve(&Revision::main()).unwrap(),
            Some(fixture.commit)
        );
        assert_eq!(
            *fixture.repo.listing(fixture.commit).unwrap().unwrap(),
            files
        );
        fs::write(&listing, vec![b' '; 1 << 20]).unwrap();
        assert_eq!(crate::read_plain(&listing, (1 << 20) - 1).unwrap(), None);
    }

    #[test]
    fn a_repository_that_is_a_link_is_neither_read_nor_written() {
        for planted in ["", "blobs", "refs", "snapshots", "trees"] {
            let fixture = fixture();
            let elsewhere = fixture.folder.path().join("elsewhere");
            fixture.publish(b"{}");
            fixture.show("config.json");
            let main = Revision::main();
            fixture.repo.write_ref(&main, fixture.commit).unwrap();
            let files = [listed("config.json", 2)];
            fixture.repo.write_listing(fixture.commit, &files).unwrap();
            let link = match planted {
                "" => fixture.repo.folder().to_owned(),
                planted => fixture.on_disk(planted),
            };
            fs::rename(&link, &elsewhere).unwrap();
            symlink(&elsewhere, &link).unwrap();
            let before = crate::walk(&elsewhere).unwrap();
            let other: BlobId = NOTHING.parse().unwrap();
            let commit = CommitId::from_bytes([1; 20]);
            let path = repo_path("new");
            let written = [
                fixture.repo.begin(other, 0).map(drop),
                fixture.repo.write_ref(&main, commit),
                fixture.repo.make_snapshot(commit),
                fixture.repo.write_listing(commit, &files),
                fixture.repo.link(fixture.commit, &path, fixture.blob),
            ];
            let refused = written.iter().filter_map(|result| result.as_ref().err());
            let kinds: Vec<_> = refused.map(crate::CacheError::kind).collect();
            assert!(!kinds.is_empty(), "{planted}");
            assert!(kinds.iter().all(|kind| *kind == CacheErrorKind::Corrupt));
            let _ = fixture.repo.remove_blob(fixture.blob);
            assert_eq!(crate::walk(&elsewhere).unwrap(), before, "{planted}");
            let found = match planted {
                "refs" => fixture.repo.resolve(&main).map(drop),
                "blobs" => fixture.repo.blob(fixture.blob).map(drop),
                "snapshots" => fixture.repo.files(fixture.commit).map(drop),
                _ => fixture.repo.listing(fixture.commit).map(drop),
            };
            assert_eq!(found.unwrap_err().kind(), CacheErrorKind::Corrupt);
            if planted.is_empty() {
                assert_eq!(fixture.cache.repos().unwrap(), []);
                assert_eq!(fixture.cache.scan().unwrap().warnings.len(), 1);
                assert_eq!(fixture.repo.snapshot(fixture.commit), None);
            }
        }
    }
}
