//! Clones with pointers in them, made by git itself.

use std::{
    fs,
    path::{Path, PathBuf},
};

use hubkit_git::{
    GitErrorKind, LfsObjects, LfsPlace, Placed, PointerStanding, Settled, ToldBy, WorkTree, place,
};
use hubkit_lfs::Pointer;
use hubkit_store::Digester;
use hubkit_types::{BlobId, RepoPath, Sha256};
use tempfile::TempDir;

use crate::made::{Made, git};

const CONTENT: &[u8] = b"as long as weights should be";

fn digest(bytes: &[u8]) -> Sha256 {
    let mut digester = Digester::sha256();
    digester.update(bytes);
    match digester.finish() {
        BlobId::Sha256(digest) => digest,
        BlobId::Git(_) => unreachable!("it was started as SHA-256"),
    }
}

fn pointer() -> Pointer {
    Pointer::new(digest(CONTENT), CONTENT.len() as u64)
}

fn path(text: &str) -> RepoPath {
    text.parse().expect("a path")
}

/// A clone in which three pointers are committed, one of them with no attribute for it. `None` without git.
fn clone() -> Option<TempDir> {
    Made::new()?;
    let folder = tempfile::tempdir().expect("a temporary folder");
    let root = folder.path();
    let write = |path: &str, text: &str| {
        let path = root.join(path);
        fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
        fs::write(path, text).expect("written");
    };
    git(root, &["init", "--quiet", "--initial-branch=main"]);
    write(".gitattributes", "*.bin filter=lfs -text\n");
    write("tests/.gitattributes", "*.bin -filter\n");
    let text = pointer().to_string();
    write("model.bin", &text);
    write("d/e/other.bin", &text);
    write("tests/fixture.bin", &text);
    write("README.md", "version of this text\n");
    git(root, &["add", "--all"]);
    git(root, &["commit", "--quiet", "-m", "All"]);
    Some(folder)
}

fn growing(root: &Path) -> PathBuf {
    root.join(".git/lfs/tmp")
}

fn standings(clone: &WorkTree) -> Vec<(String, PointerStanding)> {
    let met = clone.pointers().expect("an index").into_iter();
    met.map(|met| (met.path.to_string(), met.standing))
        .collect()
}

#[test]
fn pointers_are_told_by_what_they_are_to_git() {
    let Some(folder) = clone() else { return };
    let root = folder.path();
    let clone = WorkTree::discover(&root.join("d")).expect("a clone");
    let changed = Pointer::new(Sha256::from_bytes([7; 32]), 5).to_string();
    fs::write(root.join("d/e/other.bin"), changed).expect("written");
    fs::write(root.join("untracked.bin"), pointer().to_string()).expect("written");
    let expected = [
        ("d/e/other.bin", PointerStanding::Changed),
        ("model.bin", PointerStanding::CheckedOut),
        ("tests/fixture.bin", PointerStanding::NoAttribute),
    ];
    let expected = expected.map(|(path, standing)| (path.to_owned(), standing));
    assert_eq!(standings(&clone), expected);
    fs::write(root.join(".git/info/attributes"), "*.bin -filter\n").expect("written");
    assert_eq!(standings(&clone)[1].1, PointerStanding::NoAttribute);
}

#[test]
fn content_in_place_of_a_pointer_is_no_change_to_git() {
    let Some(folder) = clone() else { return };
    let root = folder.path();
    let clone = WorkTree::discover(root).expect("a clone");
    let kept = clone.objects().keep(CONTENT).expect("kept");
    assert_eq!(kept, pointer());
    let object = clone.objects().path(kept.oid());
    assert!(
        object.starts_with(
            fs::canonicalize(root)
                .expect("a folder")
                .join(".git/lfs/objects")
        )
    );
    let files = ["model.bin", "d/e/other.bin"].map(|name| {
        let settled = put(root, name, &kept, &object);
        assert_eq!(fs::read(root.join(name)).expect("read"), CONTENT);
        settled
    });
    let again = place(root, &path("model.bin"), &kept, &object, &growing(root));
    assert!(matches!(again, Ok(Placed::There(_))), "{again:?}");
    let status = || git(root, &["status", "--porcelain"]);
    clone.refresh(&files).expect("an index");
    assert_eq!(status(), "");
    // A change is one still.
    fs::write(root.join("model.bin"), "mine").expect("written");
    assert_eq!(status().trim_start(), "M model.bin");
}

fn put(root: &Path, name: &str, pointer: &Pointer, object: &Path) -> Settled {
    match place(root, &path(name), pointer, object, &growing(root)).expect("no fault of the disk") {
        Placed::Done(settled) => settled,
        other => panic!("{name}: {other:?}"),
    }
}

#[test]
fn what_was_changed_since_is_a_change_to_git() {
    let Some(folder) = clone() else { return };
    let root = folder.path();
    let clone = WorkTree::discover(root).expect("a clone");
    let kept = clone.objects().keep(CONTENT).expect("kept");
    let object = clone.objects().path(kept.oid());
    let files = ["model.bin", "d/e/other.bin"].map(|name| put(root, name, &kept, &object));
    // As long as the content is, and there before the index is told.
    fs::write(root.join("model.bin"), [b'x'; CONTENT.len()]).expect("written");
    // The index has another pointer by then.
    let other = Pointer::new(Sha256::from_bytes([7; 32]), 5).to_string();
    let content = fs::read(root.join("d/e/other.bin")).expect("read");
    fs::write(root.join("blob"), other).expect("written");
    let id = git(root, &["hash-object", "-w", "blob"]);
    fs::remove_file(root.join("blob")).expect("removed");
    let entry = format!("100644,{},d/e/other.bin", id.trim());
    git(root, &["update-index", "--cacheinfo", &entry]);
    assert_eq!(content, CONTENT);
    clone.refresh(&files).expect("an index");
    let status = git(root, &["status", "--porcelain"]);
    assert_eq!(status, "MM d/e/other.bin\n M model.bin");
}

#[test]
fn what_the_index_was_not_told_of_is_made_up_for() {
    let Some(folder) = clone() else { return };
    let root = folder.path();
    let clone = WorkTree::discover(root).expect("a clone");
    let kept = clone.objects().keep(CONTENT).expect("kept");
    let object = clone.objects().path(kept.oid());
    let unrecorded = || clone.unrecorded(|_| true).expect("an index");
    assert_eq!(unrecorded().len(), 0, "only pointers are there");
    let placed = put(root, "model.bin", &kept, &object);
    // As long, and something else.
    fs::write(root.join("d/e/other.bin"), [b'x'; CONTENT.len()]).expect("written");
    fs::write(root.join(".git/index.lock"), "").expect("written");
    assert!(clone.refresh(&[placed]).is_err(), "another holds the index");
    fs::remove_file(root.join(".git/index.lock")).expect("removed");
    let found = unrecorded();
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].path(), &path("model.bin"));
    clone.refresh(&found).expect("an index");
    assert_eq!(git(root, &["status", "--porcelain"]), " M d/e/other.bin");
    assert_eq!(unrecorded().len(), 0, "the index has it now");
    // Not for the second time either, when git had its own look.
    git(root, &["update-index", "-q", "--refresh", "model.bin"]);
    assert_eq!(git(root, &["status", "--porcelain"]), " M d/e/other.bin");
}

#[test]
fn attributes_that_are_not_checked_out_count_as_the_index_has_them() {
    let Some(folder) = clone() else { return };
    let root = folder.path();
    let clone = WorkTree::discover(root).expect("a clone");
    let before = standings(&clone);
    fs::remove_file(root.join(".gitattributes")).expect("removed");
    fs::remove_file(root.join("tests/.gitattributes")).expect("removed");
    assert_eq!(standings(&clone), before);
    fs::write(root.join(".gitattributes"), "# none\n").expect("written");
    assert_eq!(standings(&clone)[0].1, PointerStanding::NoAttribute);
}

#[test]
fn a_split_index_is_not_taken_for_a_broken_one() {
    let Some(folder) = clone() else { return };
    let root = folder.path();
    git(root, &["update-index", "--split-index"]);
    let clone = WorkTree::discover(root).expect("a clone");
    let error = clone.pointers().expect_err("it can't be read");
    assert_eq!(error.kind(), GitErrorKind::UnsupportedIndex, "{error:?}");
    git(root, &["update-index", "--no-split-index"]);
    assert_eq!(clone.pointers().expect("a plain index").len(), 3);
}

#[test]
fn nothing_but_the_pointer_is_replaced() {
    let Some(folder) = clone() else { return };
    let root = folder.path();
    let clone = WorkTree::discover(root).expect("a clone");
    let kept = clone.objects().keep(CONTENT).expect("kept");
    let object = clone.objects().path(kept.oid());
    let put = |name: &str, object: &Path| {
        place(root, &path(name), &kept, object, &growing(root)).expect("no fault of the disk")
    };
    fs::write(root.join("wrong"), [b'x'; CONTENT.len()]).expect("written");
    let damaged = put("model.bin", &root.join("wrong"));
    assert!(matches!(damaged, Placed::Damaged), "{damaged:?}");
    let is_left = |name: &str| {
        let placed = put(name, &object);
        assert!(matches!(placed, Placed::Changed), "{name}: {placed:?}");
    };
    is_left("README.md");
    is_left("no/such.bin");
    #[cfg(unix)]
    {
        let outside = tempfile::tempdir().expect("a temporary folder");
        let target = outside.path().join("other.bin");
        fs::write(&target, pointer().to_string()).expect("written");
        fs::remove_dir_all(root.join("d/e")).expect("removed");
        std::os::unix::fs::symlink(outside.path(), root.join("d/e")).expect("a link");
        std::os::unix::fs::symlink(&target, root.join("link.bin")).expect("a link");
        is_left("d/e/other.bin");
        is_left("link.bin");
        let text = fs::read_to_string(target).expect("read");
        assert_eq!(text, pointer().to_string());
    }
    let text = fs::read_to_string(root.join("model.bin")).expect("read");
    assert_eq!(text, pointer().to_string());
    let left = fs::read_dir(root).expect("a folder").flatten();
    assert!(
        left.into_iter()
            .all(|entry| !entry.file_name().to_string_lossy().starts_with(".hubkit"))
    );
    let left = fs::read_dir(growing(root)).expect("a folder");
    assert_eq!(left.count(), 0, "nothing is left behind");
}

#[test]
fn what_is_broken_off_lies_out_of_the_way_and_not_for_good() {
    let Some(folder) = clone() else { return };
    let root = folder.path();
    let clone = WorkTree::discover(root).expect("a clone");
    let kept = clone.objects().keep(CONTENT).expect("kept");
    let object = clone.objects().path(kept.oid());
    fs::create_dir_all(growing(root)).expect("a folder");
    let left = |name: &str, hours: u64| {
        let file = fs::File::create(growing(root).join(name)).expect("made");
        let modified = file.metadata().and_then(|found| found.modified());
        let then = modified.expect("a time") - std::time::Duration::from_hours(hours);
        file.set_modified(then).expect("set");
    };
    left("hubkit-old", 25);
    left("hubkit-new", 23);
    left("of-git-lfs", 25);
    // A folder that nothing can be made in is no obstacle.
    let placed = place(root, &path("d/e/other.bin"), &kept, &object, &object);
    assert!(matches!(placed, Ok(Placed::Done(_))), "{placed:?}");
    put(root, "model.bin", &kept, &object);
    let left = fs::read_dir(growing(root)).expect("a folder").flatten();
    let mut left: Vec<_> = left.map(|entry| entry.file_name()).collect();
    left.sort();
    assert_eq!(left, ["hubkit-new", "of-git-lfs"]);
}

#[tokio::test]
async fn an_object_grows_across_stages_and_is_kept_only_if_it_is_right() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let objects = LfsObjects::new(folder.path().join("lfs"));
    let content: Vec<u8> = (0..3_000_000_u32).map(|n| n.to_le_bytes()[0]).collect();
    let (oid, size) = (digest(&content), content.len() as u64);
    let stage = objects.stage(oid, size).expect("a stage");
    stage
        .write(0, content[..2_000_000].to_vec().into())
        .await
        .expect("written");
    // Somebody else at the same object gets a place of their own.
    let beside = objects.stage(oid, size).expect("a stage");
    assert!(beside.held().is_empty());
    drop(beside);
    drop(stage);
    assert_eq!(objects.find(oid, size), None);
    let stage = objects.stage(oid, size).expect("a stage");
    assert_eq!(stage.held().len(), 2_000_000);
    stage
        .write(2_000_000, content[2_000_000..].to_vec().into())
        .await
        .expect("written");
    stage.publish().await.expect("the right bytes");
    let found = objects.find(oid, size).expect("kept");
    assert_eq!(fs::read(found).expect("read"), content);
    assert_eq!(objects.find(oid, size + 1), None);

    let wrong = digest(b"other");
    let stage = objects.stage(wrong, 5).expect("a stage");
    stage.write(0, b"wrong"[..].into()).await.expect("written");
    assert!(stage.publish().await.is_err());
    assert_eq!(objects.find(wrong, 5), None);
    let left = fs::read_dir(folder.path().join("lfs/incomplete"));
    assert_eq!(left.expect("a folder").count(), 0, "nothing is left behind");
}

#[test]
fn the_clone_says_where_its_large_files_are() {
    let Some(folder) = clone() else { return };
    let root = folder.path();
    let clone = || WorkTree::discover(root).expect("a clone");
    let told = || {
        let remote = clone().lfs_remote().expect("a remote");
        match remote.place {
            LfsPlace::Server(address) => (address.to_string(), remote.told_by),
            LfsPlace::Folder(folder) => (folder.display().to_string(), remote.told_by),
        }
    };
    assert!(clone().lfs_remote().is_err(), "nothing names one");
    git(
        root,
        &["remote", "add", "origin", "https://me:secret@h.example/a/b"],
    );
    assert_eq!(
        told(),
        (
            "https://h.example/a/b.git/info/lfs".to_owned(),
            ToldBy::User
        )
    );
    git(
        root,
        &[
            "config",
            "url.https://other.example/.insteadOf",
            "https://me:secret@h.example/",
        ],
    );
    assert_eq!(told().0, "https://other.example/a/b.git/info/lfs");
    git(
        root,
        &["config", "--unset", "url.https://other.example/.insteadOf"],
    );
    // What came with the repository counts, and is not trusted beyond its own origin.
    let lfsconfig = |url: &str| {
        fs::write(root.join(".lfsconfig"), format!("[lfs]\n\turl = {url}\n")).expect("written");
    };
    lfsconfig("https://h.example/lfs");
    assert_eq!(told(), ("https://h.example/lfs".to_owned(), ToldBy::User));
    lfsconfig("https://evil.example/lfs");
    assert_eq!(
        told(),
        ("https://evil.example/lfs".to_owned(), ToldBy::Stranger)
    );
    fs::write(
        root.join(".lfsconfig"),
        "[include]\n\tpath = /etc/passwd\n[lfs]\n\turl = https://x\n",
    )
    .expect("written");
    assert_eq!(told().0, "https://h.example/a/b.git/info/lfs");
    lfsconfig("file:///etc");
    assert!(clone().lfs_remote().is_err(), "a stranger names no folder");
    git(
        root,
        &["config", "remote.origin.lfsurl", "https://own.example/x"],
    );
    assert_eq!(told(), ("https://own.example/x".to_owned(), ToldBy::User));
    git(root, &["config", "lfs.url", "https://first.example/x"]);
    assert_eq!(told().0, "https://first.example/x");
}

#[test]
fn the_hub_may_know_another_revision_than_the_one_checked_out() {
    let Some(origin) = clone() else { return };
    let home = tempfile::tempdir().expect("a temporary folder");
    let url = origin.path().to_str().expect("text");
    git(home.path(), &["clone", "--quiet", url, "clone"]);
    let root = home.path().join("clone");
    let revisions = || {
        let clone = WorkTree::discover(&root).expect("a clone");
        let revisions = clone.revisions();
        revisions
            .iter()
            .map(ToString::to_string)
            .collect::<Vec<_>>()
    };
    let head = || {
        let clone = WorkTree::discover(&root).expect("a clone");
        clone.head().expect("a commit").to_string()
    };
    let pushed = head();
    assert_eq!(revisions(), [pushed.clone(), "main".to_owned()]);
    git(&root, &["commit", "--quiet", "--allow-empty", "-m", "Mine"]);
    assert_ne!(head(), pushed);
    assert_eq!(revisions(), [head(), pushed, "main".to_owned()]);
    git(&root, &["checkout", "--quiet", "--detach"]);
    assert_eq!(revisions(), [head()]);
}
