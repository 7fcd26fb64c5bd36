//! The layout on disk, from both sides, and what may be wrong with it.

use std::{fs, path::Path};

use hubkit_types::{BlobId, CommitId, Repo, RepoKind, RepoPath, Revision, TreeFile};
use tempfile::TempDir;

use crate::{Cache, CacheErrorKind, Lookup, RepoCache, link::Method};

mod gc;
mod many;
mod planted;
mod unpublished;
mod verify;
mod without_links;

const COMMIT: &str = "0123456789abcdef0123456789abcdef01234567";
/// Git's id of `{}`.
const EMPTY_OBJECT: &str = "9e26dfeeb6e641a33dae4961196235bdb965b21b";

struct Fixture {
    folder: TempDir,
    cache: Cache,
    repo: RepoCache,
    commit: CommitId,
    blob: BlobId,
}

fn fixture() -> Fixture {
    let folder = tempfile::tempdir().unwrap();
    let cache = Cache::new(folder.path().join("hub"));
    let repo = Repo::new(RepoKind::Model, "acme/tiny".parse().unwrap());
    Fixture {
        repo: cache.repo(&repo),
        cache,
        folder,
        commit: COMMIT.parse().unwrap(),
        blob: EMPTY_OBJECT.parse().unwrap(),
    }
}

impl Fixture {
    fn publish(&self, bytes: &[u8]) {
        let new = self.repo.begin(self.blob, bytes.len() as u64).unwrap();
        new.write_at(0, bytes).unwrap();
        new.publish().unwrap();
    }

    fn show(&self, path: &str) {
        self.repo
            .link(self.commit, &repo_path(path), self.blob)
            .unwrap();
    }

    fn lookup(&self, path: &str) -> Lookup {
        self.repo.lookup(self.commit, &repo_path(path)).unwrap()
    }

    fn on_disk(&self, path: &str) -> std::path::PathBuf {
        self.repo.folder().join(path)
    }
}

fn listed(path: &str, size: u64) -> TreeFile {
    TreeFile {
        path: repo_path(path),
        size,
        oid: EMPTY_OBJECT.parse().unwrap(),
        lfs: None,
    }
}

fn repo_path(path: &str) -> RepoPath {
    path.parse().unwrap()
}

fn names(folder: &Path) -> Vec<String> {
    let mut names: Vec<String> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}

#[test]
fn the_layout_is_the_one_that_python_reads() {
    let fixture = fixture();
    fixture.publish(b"{}");
    fixture.show("config.json");
    fixture.show("a/b/config.json");
    let pull_request: Revision = "refs/pr/4".parse().unwrap();
    fixture
        .repo
        .write_ref(&Revision::main(), fixture.commit)
        .unwrap();
    fixture
        .repo
        .write_ref(&pull_request, fixture.commit)
        .unwrap();
    fixture
        .repo
        .write_ref(&fixture.commit.into(), fixture.commit)
        .unwrap();
    fixture
        .repo
        .mark_absent(fixture.commit, &repo_path("x/none.json"))
        .unwrap();

    let root = fixture.cache.root();
    assert_eq!(names(root), ["CACHEDIR.TAG", "models--acme--tiny"]);
    let tag = fs::read_to_string(root.join("CACHEDIR.TAG")).unwrap();
    assert!(tag.starts_with("Signature: 8a477f597d28d172789f06886806bc55\n"));
    assert_eq!(
        names(fixture.repo.folder()),
        [".no_exist", "blobs", "refs", "snapshots"]
    );
    assert_eq!(names(&fixture.on_disk("blobs")), [EMPTY_OBJECT]);
    assert_eq!(names(&fixture.on_disk("refs")), ["main", "refs"]);
    assert_eq!(
        fs::read_to_string(fixture.on_disk("refs/main")).unwrap(),
        COMMIT
    );
    assert_eq!(
        fs::read_to_string(fixture.on_disk("refs/refs/pr/4")).unwrap(),
        COMMIT
    );
    let marker = fixture.on_disk(&format!(".no_exist/{COMMIT}/x/none.json"));
    assert_eq!(fs::read(marker).unwrap(), b"");
    #[cfg(unix)]
    for (path, target) in [
        ("config.json", format!("../../blobs/{EMPTY_OBJECT}")),
        (
            "a/b/config.json",
            format!("../../../../blobs/{EMPTY_OBJECT}"),
        ),
    ] {
        let link = fixture.on_disk(&format!("snapshots/{COMMIT}/{path}"));
        assert_eq!(fs::read_link(&link).unwrap(), Path::new(&target));
        assert_eq!(fs::read(link).unwrap(), b"{}");
    }
    assert_eq!(
        fixture.repo.revisions().unwrap(),
        [
            (Revision::main(), fixture.commit),
            (pull_request, fixture.commit)
        ]
    );
    assert_eq!(fixture.repo.files(fixture.commit).unwrap().len(), 2);
    assert_eq!(fixture.repo.blobs().unwrap(), [fixture.blob]);
    assert_eq!(fixture.lookup("x/none.json"), Lookup::Absent);
    assert_eq!(fixture.lookup("other"), Lookup::Unknown);
    assert_eq!(fixture.cache.repos().unwrap().len(), 1);
}

#[test]
fn the_listing_has_pythons_fields_and_is_read_back() {
    let fixture = fixture();
    let mut large = listed("model.safetensors", 7);
    large.lfs = Some("ab".repeat(32).parse().unwrap());
    let files = [listed("z.json", 2), large.clone()];
    fixture.repo.write_listing(fixture.commit, &files).unwrap();
    let path = fixture.on_disk(&format!("trees/{COMMIT}.json"));
    let text = fs::read_to_string(&path).unwrap();
    let expected = format!(
        "{{\n \"format_version\": 1,\n \"files\": {{\n  \"model.safetensors\": {{\n   \"size\": 7,\n   \"blob_id\": \
         \"{EMPTY_OBJECT}\",\n   \"lfs_sha256\": \"{}\",\n   \"lfs_size\": 7\n  }},\n  \"z.json\": {{\n   \"size\": 2,\n   \
         \"blob_id\": \"{EMPTY_OBJECT}\"\n  }}\n }}\n}}",
        "ab".repeat(32)
    );
    assert_eq!(text, expected);
    let read = fixture.repo.listing(fixture.commit).unwrap().unwrap();
    assert_eq!(*read, [large, files[0].clone()]);
    assert_eq!(fixture.lookup("not-listed"), Lookup::Absent);
    assert_eq!(fixture.lookup("z.json"), Lookup::Unknown);
}

#[test]
fn a_listing_that_says_the_same_keeps_what_only_python_knows() {
    let fixture = fixture();
    let path = fixture.on_disk(&format!("trees/{COMMIT}.json"));
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    let text = format!(
        r#"{{"format_version": 1, "files": {{"a": {{"size": 2, "blob_id": "{EMPTY_OBJECT}", "xet_hash": "{}"}}}}}}"#,
        "cd".repeat(32)
    );
    fs::write(&path, &text).unwrap();
    let files = [listed("a", 2)];
    fixture.repo.write_listing(fixture.commit, &files).unwrap();
    assert_eq!(fs::read_to_string(&path).unwrap(), text);
}

#[test]
fn a_listing_that_is_not_understood_is_none() {
    let fixture = fixture();
    let path = fixture.on_disk(&format!("trees/{COMMIT}.json"));
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    let file = |path: &str, blob: &str| {
        format!(r#"{{"format_version":1,"files":{{"{path}":{{"size":1,"blob_id":"{blob}"}}}}}}"#)
    };
    for (index, text) in [
        String::new(),
        "[]".to_owned(),
        file("a", EMPTY_OBJECT).replace(":1,", ":2,"),
        file("a", "../../x"),
        file("a", EMPTY_OBJECT).replace("\"size\":1", "\"size\":-1"),
        "[".repeat(10_000),
    ]
    .iter()
    .enumerate()
    {
        fs::write(&path, text).unwrap();
        assert_eq!(
            fixture.repo.listing(fixture.commit).unwrap(),
            None,
            "{index}"
        );
    }
}

#[test]
fn a_name_that_can_not_be_stored_makes_the_whole_an_error_and_leaves_single_files() {
    let fixture = fixture();
    fixture.publish(b"hello\n");
    fixture.show("a.txt");
    let path = fixture.on_disk(&format!("trees/{COMMIT}.json"));
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    let names = ["a.txt", "t_12:00:05.json", "../x"];
    let files = names.map(|name| format!(r#""{name}":{{"size":6,"blob_id":"{EMPTY_OBJECT}"}}"#));
    let text = format!(r#"{{"format_version":1,"files":{{{}}}}}"#, files.join(","));
    fs::write(path, text).unwrap();
    let error = fixture.repo.listing(fixture.commit).unwrap_err();
    assert_eq!(error.kind(), crate::CacheErrorKind::Unsafe);
    assert!(fixture.repo.files(fixture.commit).is_err());
    assert!(matches!(fixture.lookup("a.txt"), Lookup::Present { .. }));
}

#[test]
fn only_a_commit_is_read_from_a_ref() {
    let fixture = fixture();
    fs::create_dir_all(fixture.on_disk("refs")).unwrap();
    let cases = [
        (COMMIT.to_owned(), true),
        (format!("{COMMIT}\n"), true),
        (format!("{COMMIT}\r\n"), true),
        (format!("{COMMIT}\n\n"), false),
        (format!(" {COMMIT}"), false),
        (COMMIT.to_uppercase(), false),
        ("../../../..".to_owned(), false),
        (String::new(), false),
    ];
    for (text, is_commit) in cases {
        fs::write(fixture.on_disk("refs/main"), &text).unwrap();
        let commit = fixture.repo.resolve(&Revision::main()).unwrap();
        assert_eq!(commit.is_some(), is_commit, "{text:?}");
        assert_eq!(
            fixture.repo.revisions().unwrap().len(),
            usize::from(is_commit),
            "{text:?}"
        );
    }
    fs::write(fixture.on_disk("refs/main.0a1b2c3d.tmp"), COMMIT).unwrap();
    assert_eq!(fixture.repo.revisions().unwrap(), []);
}

#[test]
fn what_is_torn_is_unknown_and_healed_by_the_next_publish() {
    let fixture = fixture();
    fixture.publish(b"{}");
    fixture.show("config.json");
    let files = [listed("config.json", 2)];
    fixture.repo.write_listing(fixture.commit, &files).unwrap();
    let blob = fixture.on_disk(&format!("blobs/{EMPTY_OBJECT}"));
    for torn in [&b"{"[..], b"{}\n", b""] {
        fs::write(&blob, torn).unwrap();
        assert_eq!(fixture.lookup("config.json"), Lookup::Unknown);
        assert_eq!(fixture.repo.files(fixture.commit).unwrap(), []);
        fixture.publish(b"{}");
        assert!(matches!(
            fixture.lookup("config.json"),
            Lookup::Present { size: 2, .. }
        ));
    }
    fs::write(&blob, b"[]").unwrap();
    fixture.publish(b"{}");
    assert_eq!(fs::read(&blob).unwrap(), b"{}");
    assert!(fixture.repo.remove_blob(fixture.blob).unwrap());
    assert!(!fixture.repo.remove_blob(fixture.blob).unwrap());
    assert_eq!(fixture.lookup("config.json"), Lookup::Unknown);
    let fault = fixture
        .repo
        .link(fixture.commit, &repo_path("x"), fixture.blob)
        .unwrap_err();
    assert_eq!(fault.kind(), CacheErrorKind::NotFound);
}

#[test]
fn a_partial_is_seen_by_nobody_and_gone_when_dropped() {
    let fixture = fixture();
    let new = fixture.repo.begin(fixture.blob, 2).unwrap();
    new.write_at(1, b"}").unwrap();
    let name = new.path().file_name().unwrap().to_str().unwrap().to_owned();
    let random = name
        .strip_prefix(&format!("{EMPTY_OBJECT}."))
        .and_then(|name| name.strip_suffix(".incomplete"))
        .unwrap();
    assert!(
        random.len() == 8 && random.bytes().all(|byte| byte.is_ascii_hexdigit()),
        "{name}"
    );
    assert_eq!(fixture.repo.blobs().unwrap(), []);
    assert_eq!(fixture.repo.blob(fixture.blob).unwrap(), None);
    assert_eq!(
        new.write_at(1, b"}}").unwrap_err().kind(),
        CacheErrorKind::Integrity
    );
    assert_eq!(
        new.write_at(u64::MAX, b"}").unwrap_err().kind(),
        CacheErrorKind::Integrity
    );
    drop(new);
    assert_eq!(names(&fixture.on_disk("blobs")), [""; 0]);
    let short = fixture.repo.begin(fixture.blob, 2).unwrap();
    short.write_at(0, b"{").unwrap();
    assert_eq!(
        short.publish().unwrap_err().kind(),
        CacheErrorKind::Integrity
    );
    assert_eq!(names(&fixture.on_disk("blobs")), [""; 0]);
}

#[test]
fn two_may_publish_one_blob() {
    let fixture = fixture();
    let first = fixture.repo.begin(fixture.blob, 2).unwrap();
    let second = fixture.repo.begin(fixture.blob, 2).unwrap();
    first.write_at(0, b"{}").unwrap();
    second.write_at(0, b"{}").unwrap();
    second.publish().unwrap();
    first.publish().unwrap();
    assert_eq!(names(&fixture.on_disk("blobs")), [EMPTY_OBJECT]);
}

#[test]
fn a_lock_held_by_another_stops_nobody() {
    let fixture = fixture();
    let folder = fixture.cache.root().join(".locks/models--acme--tiny");
    fs::create_dir_all(&folder).unwrap();
    let lock = fs::File::create(folder.join(format!("{EMPTY_OBJECT}.lock"))).unwrap();
    lock.lock().unwrap();
    fixture.publish(b"{}");
    assert!(fixture.repo.blob(fixture.blob).unwrap().is_some());
}

#[test]
fn without_links_a_file_is_shown_as_a_second_name_or_a_copy() {
    for methods in [
        [Method::HardLink, Method::Copy],
        [Method::Copy, Method::Copy],
    ] {
        let fixture = fixture();
        fixture.publish(b"{}");
        let path = repo_path("a/config.json");
        for _ in 0..2 {
            fixture
                .repo
                .link_by(fixture.commit, &path, fixture.blob, &methods)
                .unwrap();
        }
        let Lookup::Present { path, size, blob } = fixture.lookup("a/config.json") else {
            panic!("the file is not shown");
        };
        assert_eq!((size, blob), (2, None));
        assert!(!path.is_symlink());
        assert_eq!(names(&fixture.on_disk("blobs")), [EMPTY_OBJECT]);
        // Where links work again, the next recording makes one.
        fixture.show("a/config.json");
        #[cfg(unix)]
        assert!(path.is_symlink());
    }
}

#[test]
fn a_scan_counts_each_blob_once_and_goes_on_past_what_is_wrong() {
    let fixture = fixture();
    fixture.publish(b"{}");
    fixture.show("config.json");
    fixture.show("a/config.json");
    fixture
        .repo
        .write_ref(&Revision::main(), fixture.commit)
        .unwrap();
    let scan = fixture.cache.scan().unwrap();
    assert_eq!((scan.size_on_disk(), scan.warnings.len()), (2, 0));
    let [repo] = scan.repos.as_slice() else {
        panic!("{scan:?}");
    };
    assert_eq!((repo.files, repo.blobs, repo.size_on_disk), (2, 1, 2));
    let [revision] = repo.revisions.as_slice() else {
        panic!("{repo:?}");
    };
    assert_eq!((revision.files, revision.size), (2, 2));
    assert_eq!(revision.refs, [Revision::main()]);
    assert!(revision.last_modified.is_some() && repo.last_accessed.is_some());

    let root = fixture.cache.root();
    fs::write(root.join("stray"), b"").unwrap();
    fs::create_dir(root.join("datasets--acme--empty")).unwrap();
    fs::write(fixture.on_disk("snapshots/stray"), b"").unwrap();
    fs::write(fixture.on_disk("refs/broken"), b"no commit").unwrap();
    fs::write(fixture.on_disk("refs/lost"), COMMIT.replace('0', "f")).unwrap();
    fs::write(fixture.on_disk("blobs/x.0a1b2c3d.incomplete"), b"123").unwrap();
    let scan = fixture.cache.scan().unwrap();
    assert_eq!((scan.repos.len(), scan.size_on_disk()), (1, 2));
    assert_eq!(scan.incomplete.iter().map(|file| file.size).sum::<u64>(), 3);
    let warned: Vec<_> = scan
        .warnings
        .iter()
        .map(|warning| warning.path.strip_prefix(root).unwrap().to_str().unwrap())
        .collect();
    assert_eq!(
        warned,
        [
            "datasets--acme--empty",
            "models--acme--tiny/refs/broken",
            "models--acme--tiny/refs/lost",
            "models--acme--tiny/snapshots/stray",
            "stray",
        ]
    );
    fixture.repo.remove_blob(fixture.blob).unwrap();
    assert_eq!(fixture.cache.scan().unwrap().warnings.len(), 7);
}

#[test]
fn a_cache_that_is_not_there_is_empty_and_stays_so() {
    let fixture = fixture();
    assert_eq!(fixture.cache.repos().unwrap(), []);
    assert_eq!(fixture.cache.scan().unwrap().repos, []);
    assert_eq!(fixture.repo.resolve(&Revision::main()).unwrap(), None);
    assert_eq!(fixture.repo.revisions().unwrap(), []);
    assert_eq!(fixture.repo.files(fixture.commit).unwrap(), []);
    assert_eq!(fixture.repo.blobs().unwrap(), []);
    assert_eq!(fixture.lookup("x"), Lookup::Unknown);
    assert!(!fixture.repo.remove_blob(fixture.blob).unwrap());
    assert_eq!(names(fixture.folder.path()), [""; 0]);
}

#[cfg(unix)]
mod links {
    use std::os::unix::fs::{PermissionsExt as _, symlink};

    use super::*;

    #[test]
    fn a_link_out_of_the_cache_is_refused() {
        let fixture = fixture();
        let secret = fixture.folder.path().join("secret");
        fs::write(&secret, b"{}").unwrap();
        let snapshot = fixture.on_disk(&format!("snapshots/{COMMIT}"));
        fs::create_dir_all(&snapshot).unwrap();
        fs::create_dir_all(fixture.on_disk("blobs")).unwrap();
        symlink(&secret, snapshot.join("absolute")).unwrap();
        symlink("../../../../secret", snapshot.join("relative")).unwrap();
        symlink(fixture.folder.path(), snapshot.join("folder")).unwrap();
        symlink(&secret, fixture.on_disk(&format!("blobs/{EMPTY_OBJECT}"))).unwrap();
        symlink(
            format!("../../blobs/{EMPTY_OBJECT}"),
            snapshot.join("two-hops"),
        )
        .unwrap();
        for path in ["absolute", "relative", "folder/secret", "two-hops"] {
            let fault = fixture
                .repo
                .lookup(fixture.commit, &repo_path(path))
                .unwrap_err();
            assert_eq!(fault.kind(), CacheErrorKind::Corrupt, "{path}");
        }
        assert_eq!(
            fixture.repo.blob(fixture.blob).unwrap_err().kind(),
            CacheErrorKind::Corrupt
        );
        let scan = fixture.cache.scan().unwrap();
        assert_eq!((scan.size_on_disk(), scan.warnings.len()), (0, 4));
        // A blob that is published replaces the link and does not write through it.
        fixture.publish(b"[]");
        assert_eq!(fs::read(&secret).unwrap(), b"{}");
        assert!(matches!(fixture.lookup("two-hops"), Lookup::Present { .. }));
    }

    #[test]
    fn a_folder_that_is_a_link_is_not_written_into() {
        for planted in ["blobs", "refs", "trees", ".no_exist"] {
            let fixture = fixture();
            let elsewhere = fixture.folder.path().join("elsewhere");
            fs::create_dir(&elsewhere).unwrap();
            fs::create_dir_all(fixture.repo.folder()).unwrap();
            symlink(&elsewhere, fixture.on_disk(planted)).unwrap();
            let fault = match planted {
                "blobs" => fixture.repo.begin(fixture.blob, 2).unwrap_err(),
                "refs" => fixture
                    .repo
                    .write_ref(&Revision::main(), fixture.commit)
                    .unwrap_err(),
                "trees" => fixture.repo.write_listing(fixture.commit, &[]).unwrap_err(),
                _ => fixture
                    .repo
                    .mark_absent(fixture.commit, &repo_path("x"))
                    .unwrap_err(),
            };
            assert_eq!(fault.kind(), CacheErrorKind::Corrupt, "{planted}");
            assert_eq!(names(&elsewhere), [""; 0]);
        }
        let fixture = fixture();
        fixture.publish(b"{}");
        let elsewhere = fixture.folder.path().join("elsewhere");
        fs::create_dir(&elsewhere).unwrap();
        fs::create_dir_all(fixture.on_disk(&format!("snapshots/{COMMIT}"))).unwrap();
        symlink(
            &elsewhere,
            fixture.on_disk(&format!("snapshots/{COMMIT}/a")),
        )
        .unwrap();
        let fault = fixture
            .repo
            .link(fixture.commit, &repo_path("a/x"), fixture.blob)
            .unwrap_err();
        assert_eq!(fault.kind(), CacheErrorKind::Corrupt);
        assert_eq!(names(&elsewhere), [""; 0]);
    }

    #[test]
    fn a_link_under_a_name_to_come_is_never_written_through() {
        let fixture = fixture();
        let victim = fixture.folder.path().join("victim");
        fs::write(&victim, b"precious").unwrap();
        fs::create_dir_all(fixture.on_disk("blobs")).unwrap();
        fs::create_dir_all(fixture.on_disk("refs")).unwrap();
        // Older clients share one name for all who fetch a blob, so it can be planted.
        symlink(
            &victim,
            fixture.on_disk(&format!("blobs/{EMPTY_OBJECT}.incomplete")),
        )
        .unwrap();
        symlink(&victim, fixture.on_disk("refs/main")).unwrap();
        let locks = fixture.cache.root().join(".locks/models--acme--tiny");
        fs::create_dir_all(&locks).unwrap();
        symlink(&victim, locks.join(format!("{EMPTY_OBJECT}.lock"))).unwrap();
        let taken = fixture.on_disk("blobs/name.00000000.incomplete");
        symlink(&victim, &taken).unwrap();
        let made = crate::durable::Temporary::make(taken.parent().unwrap(), "x", "", |_| {
            fs::OpenOptions::new()
                .write(true)
                .create_new(true)
                .open(&taken)
        });
        assert!(made.is_err());
        fixture.publish(b"{}");
        fixture.show("config.json");
        fixture
            .repo
            .write_ref(&Revision::main(), fixture.commit)
            .unwrap();
        assert_eq!(fs::read(&victim).unwrap(), b"precious");
        assert_eq!(
            fs::read_to_string(fixture.on_disk("refs/main")).unwrap(),
            COMMIT
        );
        assert!(!fixture.on_disk("refs/main").is_symlink());
    }

    #[test]
    fn payloads_that_python_shares_are_read_through_when_marked() {
        let fixture = fixture();
        let shared = fixture.cache.root().join("blobs");
        fs::create_dir_all(shared.join("ab")).unwrap();
        fs::write(shared.join("ab/payload"), b"{}").unwrap();
        fs::create_dir_all(fixture.on_disk("blobs")).unwrap();
        let blob = fixture.on_disk(&format!("blobs/{EMPTY_OBJECT}"));
        symlink("../../blobs/ab/payload", &blob).unwrap();
        assert_eq!(
            fixture.repo.blob(fixture.blob).unwrap_err().kind(),
            CacheErrorKind::Corrupt
        );
        fs::write(shared.join(".huggingface-shared-blobs"), b"1\n").unwrap();
        fixture.show("config.json");
        let Lookup::Present { blob, size, .. } = fixture.lookup("config.json") else {
            panic!("the payload is not found");
        };
        assert_eq!((blob, size), (Some(fixture.blob), 2));
        let scan = fixture.cache.scan().unwrap();
        assert_eq!((scan.size_on_disk(), scan.warnings), (2, vec![]));
        // The link goes, the payload stays.
        assert!(fixture.repo.remove_blob(fixture.blob).unwrap());
        assert!(shared.join("ab/payload").exists());
    }

    #[test]
    fn a_read_only_cache_is_read() {
        let fixture = fixture();
        fixture.publish(b"{}");
        fixture.show("config.json");
        fixture
            .repo
            .write_ref(&Revision::main(), fixture.commit)
            .unwrap();
        let set_mode = |mode: u32| {
            for path in [
                "",
                "blobs",
                "refs",
                "snapshots",
                &format!("snapshots/{COMMIT}"),
            ] {
                let permissions = fs::Permissions::from_mode(mode);
                fs::set_permissions(fixture.on_disk(path), permissions).unwrap();
            }
        };
        set_mode(0o555);
        let read = fixture.lookup("config.json");
        let resolved = fixture.repo.resolve(&Revision::main()).unwrap();
        let refused = fixture.repo.begin(fixture.blob, 2).map(drop);
        set_mode(0o755);
        assert!(matches!(read, Lookup::Present { size: 2, .. }));
        assert_eq!(resolved, Some(fixture.commit));
        // The superuser may write where nobody may; there is nothing to see then.
        if let Err(fault) = refused {
            assert_eq!(fault.kind(), CacheErrorKind::Denied);
        }
    }

    #[test]
    fn a_blob_has_the_mode_that_the_umask_gives() {
        let fixture = fixture();
        fixture.publish(b"{}");
        let plain = fixture.folder.path().join("plain");
        fs::write(&plain, b"").unwrap();
        let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode();
        let blob = fixture.on_disk(&format!("blobs/{EMPTY_OBJECT}"));
        assert_eq!(mode(&blob), mode(&plain));
    }
}
