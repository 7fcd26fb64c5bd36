//! What goes and what stays.

use std::{
    fs::File,
    time::{Duration, SystemTime},
};

use super::*;
use crate::{Collected, Collection, Garbage};

const NOTHING: &str = "e69de29bb2d1d6434b8b29ae775ad8c2e48c5391";
const HOUR: Duration = Duration::from_hours(1);

/// A blob that a commit shows, and the time at which it came.
fn filled() -> (Fixture, SystemTime) {
    let fixture = fixture();
    fixture.publish(b"{}");
    fixture.show("config.json");
    let blob = fixture.on_disk(&format!("blobs/{EMPTY_OBJECT}"));
    let now = fs::metadata(blob).and_then(|metadata| metadata.modified());
    (fixture, now.unwrap())
}

fn leave(fixture: &Fixture, name: &str, modified: SystemTime) -> std::path::PathBuf {
    let path = fixture.on_disk(name);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(&path, b"{").unwrap();
    let file = File::options().write(true).open(&path).unwrap();
    file.set_modified(modified).unwrap();
    path
}

fn collect(fixture: &Fixture, what: &Collection) -> Collected {
    fixture.cache.collect(what).unwrap()
}

fn gone(collected: &Collected) -> Vec<(String, Garbage)> {
    let name = |path: &Path| path.file_name().unwrap().to_str().unwrap().to_owned();
    let removed = collected.removed.iter();
    removed
        .map(|removed| (name(&removed.path), removed.kind))
        .collect()
}

#[test]
fn what_nobody_holds_goes_at_once_and_what_cannot_be_told_when_it_is_old() {
    let (fixture, now) = filled();
    let blobs = |end: &str| format!("blobs/{EMPTY_OBJECT}.{end}");
    let partial = leave(&fixture, &blobs("00000001.incomplete"), now);
    let journal = leave(&fixture, &blobs("00000001.journal"), now);
    let temporary = leave(&fixture, "refs/a/main.00000002.tmp", now);
    let old = leave(&fixture, &blobs("incomplete"), now - 25 * HOUR);
    let young = leave(&fixture, &blobs("part"), now - 23 * HOUR);
    let others = [
        leave(&fixture, "refs/main.tmp", now - 25 * HOUR),
        leave(&fixture, &blobs("00000001.verified"), now - 25 * HOUR),
        leave(&fixture, "blobs/notes.00000001.incomplete", now - 25 * HOUR),
        leave(&fixture, "notes.00000001.tmp", now - 25 * HOUR),
    ];
    let mut what = Collection::new(now);
    what.dry_run = true;
    let would = collect(&fixture, &what);
    assert!(partial.exists() && journal.exists() && temporary.exists() && old.exists());
    what.dry_run = false;
    let did = collect(&fixture, &what);
    assert_eq!(would, did);
    let expected = [
        (
            format!("{EMPTY_OBJECT}.00000001.incomplete"),
            Garbage::Unfinished,
        ),
        (
            format!("{EMPTY_OBJECT}.00000001.journal"),
            Garbage::Unfinished,
        ),
        (format!("{EMPTY_OBJECT}.incomplete"), Garbage::Unfinished),
        ("main.00000002.tmp".to_owned(), Garbage::Temporary),
    ];
    assert_eq!((gone(&did), did.bytes()), (expected.to_vec(), 4));
    assert!(!partial.exists() && !journal.exists() && !temporary.exists() && !old.exists());
    assert!(young.exists() && others.iter().all(|other| other.exists()));
    let [kept] = &did.kept[..] else {
        panic!("{:?}", did.kept);
    };
    assert_eq!(kept.path, young);
    what.older_than = HOUR;
    assert_eq!(collect(&fixture, &what).removed.len(), 1);
    assert!(matches!(
        fixture.lookup("config.json"),
        Lookup::Present { .. }
    ));
}

#[test]
fn what_somebody_writes_or_fetches_stays_however_old() {
    let (fixture, now) = filled();
    let old = now - 1000 * HOUR;
    let own = leave(
        &fixture,
        &format!("blobs/{EMPTY_OBJECT}.00000001.incomplete"),
        old,
    );
    let journal = leave(
        &fixture,
        &format!("blobs/{EMPTY_OBJECT}.00000001.journal"),
        old,
    );
    let fetched = leave(
        &fixture,
        &format!("blobs/{NOTHING}.00000002.incomplete"),
        old,
    );
    let new = fixture.repo.begin(NOTHING.parse().unwrap(), 1).unwrap();
    new.write_at(0, b"{").unwrap();
    let file = File::open(&own).unwrap();
    file.lock().unwrap();
    let locks = fixture.cache.root().join(".locks/models--acme--tiny");
    fs::create_dir_all(&locks).unwrap();
    let lock = File::create(locks.join(format!("{NOTHING}.lock"))).unwrap();
    lock.lock().unwrap();
    let what = Collection::new(now);
    let collected = collect(&fixture, &what);
    assert_eq!(gone(&collected), []);
    assert_eq!(collected.kept.len(), 4, "{collected:?}");
    drop((file, lock));
    assert_eq!(collect(&fixture, &what).removed.len(), 3);
    assert!(!own.exists() && !journal.exists() && !fetched.exists());
    assert!(new.path().exists());
}

#[cfg(unix)]
#[test]
fn links_to_blobs_that_are_gone_go_and_those_that_lead_elsewhere_stay() {
    use std::os::unix::fs::symlink;

    let (fixture, now) = filled();
    let snapshot = fixture.on_disk(&format!("snapshots/{COMMIT}"));
    fs::create_dir(snapshot.join("a")).unwrap();
    symlink(format!("../../../blobs/{NOTHING}"), snapshot.join("a/gone")).unwrap();
    symlink("/mnt/not-there-just-now/file", snapshot.join("a/away")).unwrap();
    symlink("/mnt/not-there-just-now", snapshot.join("folder")).unwrap();
    // The stump of a link that did not come to its place.
    let stump = format!("{EMPTY_OBJECT}.00000001.incomplete");
    symlink(EMPTY_OBJECT, fixture.on_disk(&format!("blobs/{stump}"))).unwrap();
    let mut what = Collection::new(now);
    let expected = [
        (stump, Garbage::Unfinished),
        ("gone".to_owned(), Garbage::DanglingLink),
    ];
    for dry_run in [true, false] {
        what.dry_run = dry_run;
        assert_eq!(gone(&collect(&fixture, &what)), expected, "{dry_run}");
    }
    assert_eq!(names(&snapshot.join("a")), ["away"]);
    assert_eq!(names(&snapshot), ["a", "config.json", "folder"]);
    assert_eq!(names(&fixture.on_disk("blobs")), [EMPTY_OBJECT]);
}

#[test]
fn blobs_that_no_commit_shows_go_when_they_are_old_and_only_when_asked_for() {
    let (fixture, now) = filled();
    let old = leave(&fixture, &format!("blobs/{NOTHING}"), now - 25 * HOUR);
    let young = leave(&fixture, &format!("blobs/{}", "1".repeat(40)), now);
    let mut what = Collection::new(now);
    assert_eq!(gone(&collect(&fixture, &what)), []);
    what.unreferenced = true;
    let collected = collect(&fixture, &what);
    let expected = [(NOTHING.to_owned(), Garbage::Unreferenced)];
    assert_eq!(
        (gone(&collected), collected.bytes()),
        (expected.to_vec(), 1)
    );
    assert!(!old.exists() && young.exists());
    what.older_than = Duration::ZERO;
    // A file that is no link may be any blob, unless the listing says which.
    let plain = leave(&fixture, &format!("snapshots/{COMMIT}/plain"), now);
    let collected = collect(&fixture, &what);
    assert_eq!((gone(&collected), collected.kept.len()), (vec![], 1));
    let file = TreeFile {
        oid: "1".repeat(40).parse().unwrap(),
        ..listed("plain", 1)
    };
    let files = [listed("config.json", 2), file];
    fixture.repo.write_listing(fixture.commit, &files).unwrap();
    assert_eq!(gone(&collect(&fixture, &what)), []);
    fs::remove_file(plain).unwrap();
    assert_eq!(collect(&fixture, &what).removed.len(), 1);
    assert!(!young.exists());
    assert!(matches!(
        fixture.lookup("config.json"),
        Lookup::Present { .. }
    ));
}

#[cfg(unix)]
#[test]
fn nothing_goes_through_a_folder_that_is_a_link() {
    for planted in ["", "blobs", "snapshots", "refs"] {
        let (fixture, now) = filled();
        let partial = format!("blobs/{EMPTY_OBJECT}.00000001.incomplete");
        leave(&fixture, &partial, now - 25 * HOUR);
        leave(&fixture, &format!("blobs/{NOTHING}"), now - 25 * HOUR);
        leave(&fixture, "refs/main.00000002.tmp", now - 25 * HOUR);
        let elsewhere = fixture.folder.path().join("elsewhere");
        let link = fixture.on_disk(planted);
        let link = link.components().as_path();
        fs::rename(link, &elsewhere).unwrap();
        std::os::unix::fs::symlink(&elsewhere, link).unwrap();
        let before = crate::walk(&elsewhere).unwrap();
        let mut what = Collection::new(now);
        what.unreferenced = true;
        collect(&fixture, &what);
        assert_eq!(crate::walk(&elsewhere).unwrap(), before, "{planted}");
    }
}
