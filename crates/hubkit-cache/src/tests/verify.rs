//! What is wrong is found, and mended.

use super::*;
use crate::{Digesting, Fault, Hashing, Reading, Verification, Verified};

const NOTHING: &str = "e69de29bb2d1d6434b8b29ae775ad8c2e48c5391";

/// A digest of these tests: right for `{}` and for nothing, and for all else the bytes' own sum.
struct Sum {
    bytes: Vec<u8>,
}

impl Digesting for Sum {
    fn update(&mut self, bytes: &[u8]) {
        self.bytes.extend_from_slice(bytes);
    }

    fn finish(self: Box<Self>) -> BlobId {
        match &self.bytes[..] {
            b"{}" => EMPTY_OBJECT.parse().unwrap(),
            b"" => NOTHING.parse().unwrap(),
            other => {
                let sum = other
                    .iter()
                    .fold(1, |sum: u8, byte| sum.wrapping_mul(31) ^ byte);
                format!("{sum:040x}").parse().unwrap()
            }
        }
    }
}

fn verify(fixture: &Fixture, what: &Verification) -> Verified {
    let read = std::sync::atomic::AtomicU64::new(0);
    let progress = |reading| {
        if let Reading::Bytes(bytes) = reading {
            read.fetch_add(bytes, std::sync::atomic::Ordering::Relaxed);
        }
    };
    let hashing = Hashing {
        begin: &|_, _| Box::new(Sum { bytes: Vec::new() }),
        threads: 3,
        progress: &progress,
    };
    let verified = fixture.cache.verify(what, hashing).unwrap();
    assert_eq!(read.into_inner(), verified.bytes);
    verified
}

fn found(verified: &Verified) -> Vec<(String, &'static str)> {
    let name = |path: &Path| path.file_name().unwrap().to_str().unwrap().to_owned();
    let findings = verified.findings.iter();
    findings
        .map(|finding| (name(&finding.path), finding.fault.code()))
        .collect()
}

fn filled() -> Fixture {
    let fixture = fixture();
    fixture.publish(b"{}");
    fixture.show("config.json");
    fixture.show("a/config.json");
    let files = [
        listed("a/config.json", 2),
        listed("config.json", 2),
        listed("not/here", 2),
    ];
    fixture.repo.write_listing(fixture.commit, &files).unwrap();
    let main = Revision::main();
    fixture.repo.write_ref(&main, fixture.commit).unwrap();
    fixture
}

const QUICK: Verification = Verification {
    repo: None,
    quick: true,
    repair: false,
};
const WHOLE: Verification = Verification {
    quick: false,
    ..QUICK
};
const REPAIR: Verification = Verification {
    repair: true,
    ..WHOLE
};

#[test]
fn a_sound_cache_is_sound_and_each_blob_is_read_once() {
    let fixture = filled();
    let verified = verify(&fixture, &WHOLE);
    assert!(verified.is_sound() && verified.findings.is_empty());
    let Verified {
        repositories,
        files,
        blobs,
        bytes,
        unverifiable,
        ..
    } = verified;
    assert_eq!(
        (repositories, files, blobs, bytes, unverifiable),
        (1, 2, 1, 2, 0)
    );
    assert_eq!(verify(&fixture, &QUICK).bytes, 0);
    let other = Repo::new(RepoKind::Model, "acme/other".parse().unwrap());
    let what = Verification {
        repo: Some(other),
        ..QUICK
    };
    let hashing = Hashing {
        begin: &|_, _| Box::new(Sum { bytes: Vec::new() }),
        threads: 1,
        progress: &|_| {},
    };
    let missing = fixture.cache.verify(&what, hashing).unwrap_err();
    assert_eq!(missing.kind(), CacheErrorKind::NotFound);
}

#[test]
fn damage_is_found_by_length_or_content_and_goes_when_it_is_repaired() {
    for (content, fault, is_quick) in [
        ("{ ", "content", false),
        ("{} ", "size", true),
        ("{", "size", true),
        ("", "size", true),
    ] {
        let fixture = filled();
        let blob = fixture.on_disk(&format!("blobs/{EMPTY_OBJECT}"));
        fs::write(&blob, content).unwrap();
        let expected = vec![(EMPTY_OBJECT.to_owned(), fault)];
        let verified = verify(&fixture, &WHOLE);
        assert_eq!(found(&verified), expected, "{content:?}");
        assert!(!verified.is_sound() && blob.exists());
        assert_eq!(
            found(&verify(&fixture, &QUICK)).len(),
            usize::from(is_quick)
        );
        let repaired = verify(&fixture, &REPAIR);
        assert!(repaired.is_sound() && repaired.findings.len() == 1);
        assert!(!blob.exists());
        assert!(verify(&fixture, &WHOLE).findings.is_empty());
        assert_eq!(fixture.lookup("config.json"), Lookup::Unknown);
        fixture.publish(b"{}");
        fixture.show("config.json");
        assert!(verify(&fixture, &WHOLE).findings.is_empty());
    }
}

#[test]
fn files_that_are_no_links_are_held_against_the_listing() {
    let fixture = fixture();
    let folder = fixture.on_disk(&format!("snapshots/{COMMIT}"));
    fs::create_dir_all(&folder).unwrap();
    for (name, content) in [
        ("right", "{}"),
        ("wrong", "{ "),
        ("long", "{} "),
        ("new", ""),
    ] {
        fs::write(folder.join(name), content).unwrap();
    }
    assert_eq!(verify(&fixture, &WHOLE).unverifiable, 4);
    let files = ["long", "right", "wrong"].map(|name| listed(name, 2));
    fixture.repo.write_listing(fixture.commit, &files).unwrap();
    let expected = [("long", "size"), ("new", "unlisted"), ("wrong", "content")]
        .map(|(name, fault)| (name.to_owned(), fault));
    assert_eq!(found(&verify(&fixture, &WHOLE)), expected);
    let repaired = verify(&fixture, &REPAIR);
    let repaired: Vec<bool> = repaired.findings.iter().map(|one| one.repaired).collect();
    assert_eq!(repaired, [true, false, true]);
    assert_eq!(names(&folder), ["new", "right"]);
}

#[test]
fn names_that_lead_to_no_commit_are_found() {
    let fixture = filled();
    fs::write(fixture.on_disk("refs/gone"), "1".repeat(40)).unwrap();
    fs::write(fixture.on_disk("refs/noise"), "noise").unwrap();
    fs::write(fixture.on_disk("refs/main.00000001.tmp"), "").unwrap();
    let expected = [("gone", "unknown-commit"), ("noise", "no-commit")]
        .map(|(name, fault)| (name.to_owned(), fault));
    assert_eq!(found(&verify(&fixture, &QUICK)), expected);
    assert!(verify(&fixture, &REPAIR).is_sound());
    assert_eq!(
        names(&fixture.on_disk("refs")),
        ["main", "main.00000001.tmp"]
    );
}

#[cfg(unix)]
#[test]
fn links_that_lead_nowhere_or_out_are_found_and_what_is_outside_stays() {
    use std::os::unix::fs::symlink;

    let fixture = filled();
    let secret = fixture.folder.path().join("secret");
    fs::write(&secret, b"{}").unwrap();
    let neighbour = fixture.cache.root().join("models--acme--other/blobs");
    fs::create_dir_all(&neighbour).unwrap();
    fs::write(neighbour.join(EMPTY_OBJECT), b"{}").unwrap();
    let folder = fixture.on_disk(&format!("snapshots/{COMMIT}"));
    let files = ["a/config.json", "config.json", "nowhere", "out", "over"];
    let files = files.map(|path| listed(path, 2));
    fixture.repo.write_listing(fixture.commit, &files).unwrap();
    symlink(format!("../../blobs/{NOTHING}"), folder.join("nowhere")).unwrap();
    symlink(&secret, folder.join("out")).unwrap();
    symlink(
        format!("../../../models--acme--other/blobs/{EMPTY_OBJECT}"),
        folder.join("over"),
    )
    .unwrap();
    symlink(fixture.folder.path(), folder.join("whole")).unwrap();
    let blob = "1".repeat(40);
    symlink(&secret, fixture.on_disk(&format!("blobs/{blob}"))).unwrap();
    let verified = verify(&fixture, &WHOLE);
    let expected = [
        (blob.as_str(), "leads-out"),
        ("nowhere", "dangling"),
        ("out", "leads-out"),
        ("over", "leads-out"),
        ("whole", "unlisted"),
    ]
    .map(|(name, fault)| (name.to_owned(), fault));
    assert_eq!(found(&verified), expected);
    let target = &verified.findings[2].fault;
    let expected = Fault::LeadsOut {
        target: secret.clone(),
    };
    assert_eq!(*target, expected);
    let repaired = verify(&fixture, &REPAIR);
    assert_eq!(
        repaired.findings.iter().filter(|one| !one.repaired).count(),
        1
    );
    assert_eq!(fs::read(secret).unwrap(), b"{}");
    assert_eq!(names(&neighbour), [EMPTY_OBJECT]);
    assert_eq!(names(&folder), ["a", "config.json", "whole"]);
    assert_eq!(names(&fixture.on_disk("blobs")), [EMPTY_OBJECT]);
}

#[test]
fn what_somebody_fetches_is_not_removed() {
    let fixture = filled();
    fs::write(fixture.on_disk(&format!("blobs/{EMPTY_OBJECT}")), "{ ").unwrap();
    let locks = fixture.cache.root().join(".locks/models--acme--tiny");
    fs::create_dir_all(&locks).unwrap();
    let lock = fs::File::create(locks.join(format!("{EMPTY_OBJECT}.lock"))).unwrap();
    lock.lock().unwrap();
    assert!(!verify(&fixture, &REPAIR).is_sound());
    drop(lock);
    assert!(verify(&fixture, &REPAIR).is_sound());
}
