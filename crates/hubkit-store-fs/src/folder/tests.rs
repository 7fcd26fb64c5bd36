use std::{fs, path::Path, process::Command};

use hubkit_store::{BlobStoreExt as _, DynStore};
use hubkit_types::{ByteRange, GitOid};

use super::*;

struct Folder {
    root: tempfile::TempDir,
}

impl Folder {
    fn new(files: &[(&str, &[u8])]) -> Self {
        let folder = Self {
            root: tempfile::tempdir().expect("a folder for tests"),
        };
        for (path, content) in files {
            folder.write(path, content);
        }
        folder
    }

    fn at(&self, path: &str) -> PathBuf {
        self.root.path().join(path)
    }

    fn write(&self, path: &str, content: &[u8]) {
        let location = self.at(path);
        fs::create_dir_all(location.parent().expect("below the root")).expect("room");
        fs::write(location, content).expect("room");
    }

    fn store(&self) -> FolderStore {
        FolderStore::open(self.root.path().to_owned()).expect("a folder")
    }
}

fn model(id: &str) -> Repo {
    Repo::new(hubkit_types::RepoKind::Model, id.parse().expect("an id"))
}

fn path(text: &str) -> RepoPath {
    text.parse().expect("a path")
}

async fn main_of(store: &FolderStore, repo: &Repo) -> Option<CommitId> {
    let resolved = store.resolve(repo.clone(), Revision::main()).await;
    resolved.expect("it can be read")
}

async fn paths(store: &FolderStore, repo: &Repo) -> Vec<String> {
    let commit = main_of(store, repo).await.expect("it is there");
    let listing = store.listing(repo.clone(), commit).await.expect("no fault");
    let files = listing.expect("just resolved");
    files.iter().map(|file| file.path.to_string()).collect()
}

#[tokio::test]
async fn repositories_are_found_by_where_they_lie() {
    let folder = Folder::new(&[
        ("models/acme/tiny/config.json", b"{}"),
        ("models/acme/tiny/onnx/model.onnx", b"x"),
        ("models/acme/other/README.md", b"x"),
        ("models/gpt2/config.json", b"{}"),
        ("models/gpt2/onnx/model.onnx", b"x"),
        ("models/.hidden/x/config.json", b"{}"),
        ("models/bad name/x/config.json", b"{}"),
        ("models/acme/bad--name/config.json", b"{}"),
        ("models/stray.txt", b"x"),
        ("datasets/acme/rows/data.csv", b"a"),
        ("datasets/acme/.DS_Store", b"x"),
        ("kernels/acme/relu/build.toml", b"k"),
        ("elsewhere/acme/tiny/config.json", b"{}"),
    ]);
    let store = folder.store();
    let repos = store.repos().await.expect("it can be read");
    let names: Vec<String> = repos.iter().map(ToString::to_string).collect();
    assert_eq!(
        names,
        [
            "acme/other",
            "acme/tiny",
            "gpt2",
            "datasets/acme/rows",
            "kernels/acme/relu"
        ]
    );
    for repo in &repos {
        assert!(main_of(&store, repo).await.is_some(), "{repo}");
        assert_eq!(
            store.revisions(repo.clone()).await.expect("no fault").len(),
            1
        );
    }
    for missing in ["acme/none", "acme", "gpt2/onnx", "none/none", "none"] {
        let repo = model(missing);
        assert_eq!(main_of(&store, &repo).await, None, "{missing}");
        assert_eq!(store.revisions(repo.clone()).await.expect("no fault"), []);
        assert_eq!(store.list(repo).await.expect("no fault"), []);
    }
    let other = store
        .resolve(model("gpt2"), "v1.0".parse().expect("a tag"))
        .await;
    assert_eq!(other.expect("no fault"), None);
}

#[test]
fn what_is_no_folder_is_not_opened() {
    let folder = Folder::new(&[("file", b"x")]);
    for (place, kind) in [
        ("file", StoreErrorKind::Unsupported),
        ("none", StoreErrorKind::NotFound),
    ] {
        let error = FolderStore::open(folder.at(place)).expect_err("no folder");
        assert_eq!(error.kind(), kind);
        assert!(error.to_string().contains(place), "{error}");
    }
}

#[tokio::test]
async fn files_are_read_and_named_as_a_hub_names_them() {
    let large = vec![7; 10_000_001];
    let largest_plain = vec![7; 10_000_000];
    let folder = Folder::new(&[
        (
            "models/acme/tiny/.gitattributes",
            b"*.safetensors filter=lfs diff=lfs merge=lfs -text\n",
        ),
        ("models/acme/tiny/hello.txt", b"hello\n"),
        ("models/acme/tiny/a/model.safetensors", b"hello\n"),
        ("models/acme/tiny/large.bin", &large),
        ("models/acme/tiny/plain.bin", &largest_plain),
    ]);
    let store = folder.store();
    let repo = model("acme/tiny");
    let commit = main_of(&store, &repo).await.expect("it is there");
    let files = store.files(repo.clone(), commit).await.expect("no fault");
    let by_path = |name: &str| {
        files
            .iter()
            .find(|file| file.path.as_str() == name)
            .expect("listed")
    };

    let plain = by_path("hello.txt");
    assert_eq!(
        plain.oid.to_string(),
        "ce013625030ba8dba906f756967f9e9ca394464a"
    );
    assert_eq!((plain.size, plain.lfs), (6, None));
    let weights = by_path("a/model.safetensors");
    let sha256 = "5891b5b522d5df086d0ff0b110fbd9d21bb4fc7163af34d08286a2e846f6be03";
    assert_eq!(weights.blob().to_string(), sha256);
    let pointer =
        format!("version https://git-lfs.github.com/spec/v1\noid sha256:{sha256}\nsize 6\n");
    assert_eq!(weights.oid, hubkit_store::git::blob_id(pointer.as_bytes()));
    assert!(by_path("large.bin").lfs.is_some());
    assert!(by_path("plain.bin").lfs.is_none());

    let store = DynStore::new(store);
    for (file, content) in [
        (plain, &b"hello\n"[..]),
        (weights, b"hello\n"),
        (by_path("large.bin"), &large),
    ] {
        let key = BlobKey::new(repo.clone(), file.blob());
        let size = content.len() as u64;
        let stat = store.stat(key.clone()).await.expect("no fault");
        assert_eq!(stat, Some(BlobStat { size }));
        let bytes = store
            .read_all(key.clone(), 1 << 24)
            .await
            .expect("it is there");
        assert_eq!(bytes, content);
        let local = store.local_path(&key).expect("a file");
        assert_eq!(fs::read(local).expect("it is there"), content);
    }
    let key = BlobKey::new(repo.clone(), plain.blob());
    let range = ByteRange::new(1, 4).expect("forwards");
    let mut stream = store.read(key, range).await.expect("it is there");
    let chunk = std::future::poll_fn(|context| stream.as_mut().poll_next(context)).await;
    assert_eq!(chunk.expect("bytes").expect("no fault"), "ell");

    assert_eq!(
        store.snapshot_path(&repo, commit),
        Some(folder.at("models/acme/tiny"))
    );
    let present = store.entry(repo.clone(), commit, path("hello.txt")).await;
    let blob = Some(plain.blob());
    assert_eq!(present.expect("no fault"), Entry::Present { size: 6, blob });
    let absent = store.entry(repo.clone(), commit, path("none")).await;
    assert_eq!(absent.expect("no fault"), Entry::Absent);
    let mut blobs = store.list(repo).await.expect("no fault");
    blobs.retain(|id| files.iter().any(|file| file.blob() == *id));
    assert_eq!(blobs.len(), files.len());
}

#[tokio::test]
async fn the_same_content_is_the_same_commit_everywhere() {
    let files: [(&str, &[u8]); 2] = [("models/a/b/one", b"1"), ("models/a/b/in/two", b"2")];
    let first = Folder::new(&files);
    let second = Folder::new(&[
        files[1],
        files[0],
        ("models/x/y/one", b"1"),
        ("models/x/y/in/two", b"2"),
    ]);
    let one = main_of(&first.store(), &model("a/b")).await;
    assert!(one.is_some());
    assert_eq!(one, main_of(&second.store(), &model("a/b")).await);
    assert_eq!(one, main_of(&second.store(), &model("x/y")).await);
    second.write("models/x/y/one", b"9");
    assert_ne!(one, main_of(&second.store(), &model("x/y")).await);
}

#[tokio::test]
async fn a_change_makes_a_new_commit_and_old_files_stay_while_unchanged() {
    let folder = Folder::new(&[("models/a/b/kept", b"kept"), ("models/a/b/old", b"old")]);
    let store = folder.store();
    let repo = model("a/b");
    let first = main_of(&store, &repo).await.expect("it is there");
    let old = BlobKey::new(repo.clone(), hubkit_store::git::blob_id(b"old").into());
    assert!(store.stat(old.clone()).await.expect("no fault").is_some());

    // Another length, so that the change shows whatever the clock's grain is.
    folder.write("models/a/b/old", b"newer");
    folder.write("models/a/b/more", b"more");
    let error = store.read_all(old.clone(), 100).await.expect_err("changed");
    assert_eq!(error.kind(), StoreErrorKind::NotFound);
    let Err(error) = store.read(old.clone(), ByteRange::whole(3)).await else {
        panic!("bytes that are not those that were hashed");
    };
    assert!(error.to_string().contains("`old` changed"), "{error}");
    assert_eq!(store.local_path(&old), None);

    let second = main_of(&store, &repo).await.expect("it is there");
    assert_ne!(first, second);
    let names = |files: Vec<TreeFile>| {
        files
            .into_iter()
            .map(|file| file.path.to_string())
            .collect::<Vec<_>>()
    };
    let listed = store.listing(repo.clone(), first).await.expect("no fault");
    assert_eq!(names(listed.expect("remembered")), ["kept", "old"]);
    let left = store.files(repo.clone(), first).await.expect("no fault");
    assert_eq!(names(left), ["kept"]);
    let gone = store.entry(repo.clone(), first, path("old")).await;
    assert_eq!(gone.expect("no fault"), Entry::Unknown);
    assert_eq!(store.snapshot_path(&repo, first), None);
    let resolved = store.resolve(repo.clone(), first.into()).await;
    assert_eq!(resolved.expect("no fault"), Some(first));

    // Back as it was: the first commit again.
    folder.write("models/a/b/old", b"old");
    fs::remove_file(folder.at("models/a/b/more")).expect("it is there");
    assert_eq!(main_of(&store, &repo).await, Some(first));
    assert_eq!(
        store
            .files(repo.clone(), first)
            .await
            .expect("no fault")
            .len(),
        2
    );
    fs::remove_dir_all(folder.at("models/a/b")).expect("it is there");
    assert_eq!(main_of(&store, &repo).await, None);
}

#[tokio::test]
async fn a_commit_pinned_before_a_restart_is_found_again() {
    let folder = Folder::new(&[("models/a/b/file", b"x")]);
    let repo = model("a/b");
    let commit = main_of(&folder.store(), &repo).await.expect("it is there");
    let key = BlobKey::new(repo.clone(), hubkit_store::git::blob_id(b"x").into());
    assert!(folder.store().stat(key).await.expect("no fault").is_some());
    assert_eq!(
        folder
            .store()
            .files(repo.clone(), commit)
            .await
            .expect("no fault")
            .len(),
        1
    );
    let unknown = CommitId::from_bytes([1; 20]);
    let store = folder.store();
    assert_eq!(
        store
            .listing(repo.clone(), unknown)
            .await
            .expect("no fault"),
        None
    );
    assert_eq!(
        store.files(repo.clone(), unknown).await.expect("no fault"),
        []
    );
    let entry = store.entry(repo.clone(), unknown, path("file")).await;
    assert_eq!(entry.expect("no fault"), Entry::Unknown);
    assert_eq!(
        store.resolve(repo, unknown.into()).await.expect("no fault"),
        None
    );
}

#[tokio::test]
async fn new_rules_rename_a_file_that_did_not_change() {
    let folder = Folder::new(&[("models/a/b/w.bin", b"x")]);
    let store = folder.store();
    let repo = model("a/b");
    let plain = main_of(&store, &repo).await.expect("it is there");
    folder.write("models/a/b/.gitattributes", b"*.bin filter=lfs\n");
    let commit = main_of(&store, &repo).await.expect("it is there");
    assert_ne!(plain, commit);
    let files = store.files(repo, commit).await.expect("no fault");
    assert!(files.iter().any(|file| file.lfs.is_some()), "{files:?}");
}

#[tokio::test]
async fn names_that_are_no_paths_are_left_out() {
    let folder = Folder::new(&[
        ("models/a/b/file", b"x"),
        ("models/a/b/.gitignore", b"x"),
        ("models/a/b/.git/config", b"secret"),
        ("models/a/b/sub/.GIT/config", b"secret"),
        ("models/a/b/.cache/huggingface/token", b"secret"),
        ("models/a/b/.cache/kept", b"x"),
    ]);
    let found = paths(&folder.store(), &model("a/b")).await;
    assert_eq!(found, [".cache/kept", ".gitignore", "file"]);
    let skipped = folder.store().skipped().expect("it can be looked through");
    assert_eq!(skipped, [], "the state of git and of clients is no content");
}

#[cfg(unix)]
#[test]
fn what_is_not_served_is_named_with_its_reason() {
    let folder = Folder::new(&[
        ("models/a/b/file", b"x"),
        ("models/a/b/c:d.txt", b"x"),
        ("models/a/bad name/file", b"x"),
        ("datasets/-x/y/file", b"x"),
    ]);
    std::os::unix::fs::symlink("nowhere", folder.at("models/a/b/link")).expect("a new name");
    let skipped = folder.store().skipped().expect("it can be looked through");
    let names: Vec<_> = skipped
        .iter()
        .map(|skipped| {
            skipped
                .location
                .strip_prefix(folder.root.path())
                .expect("below")
        })
        .collect();
    let expected = [
        "datasets/-x",
        "models/a/b/c:d.txt",
        "models/a/b/link",
        "models/a/bad name",
    ];
    assert_eq!(names, expected.map(Path::new));
    assert!(skipped.iter().all(|skipped| !skipped.reason.is_empty()));
}

#[cfg(unix)]
#[tokio::test]
async fn links_are_followed_within_the_repository_alone() {
    use std::os::unix::{fs::symlink, net::UnixListener};
    let folder = Folder::new(&[
        ("models/a/b/dir/file", b"x"),
        ("models/a/b/.git/config", b"secret"),
        ("models/a/bc/file", b"secret"),
        ("outside", b"secret"),
    ]);
    let at = |name: &str| folder.at(&format!("models/a/b/{name}"));
    for (target, link) in [
        ("dir/file", "inside"),
        ("../../../outside", "outside"),
        ("../bc/file", "neighbour"),
        ("/etc/hostname", "absolute"),
        (".git/config", "hidden"),
        ("dir", "folder"),
        (".", "loop"),
        ("nowhere", "broken"),
        ("self", "self"),
    ] {
        symlink(target, at(link)).expect("a new name");
    }
    let _socket = UnixListener::bind(at("socket")).expect("a new name");
    let store = folder.store();
    let repo = model("a/b");
    assert_eq!(paths(&store, &repo).await, ["dir/file", "inside"]);

    // A link that is turned outwards later is not read.
    let key = BlobKey::new(repo, hubkit_store::git::blob_id(b"x").into());
    fs::remove_file(at("inside")).expect("it is there");
    fs::remove_file(at("dir/file")).expect("it is there");
    for link in ["inside", "dir/file"] {
        symlink(folder.at("outside"), at(link)).expect("a free name");
    }
    assert!(store.read(key, ByteRange::whole(1)).await.is_err());
}

#[tokio::test]
async fn nothing_can_be_written() {
    let folder = Folder::new(&[("models/a/b/file", b"x")]);
    let store = folder.store();
    let key = BlobKey::new(model("a/b"), hubkit_store::git::blob_id(b"x").into());
    let commit = CommitId::from_bytes([1; 20]);
    let snapshot = Snapshot {
        repo: model("a/b"),
        commit,
        revision: None,
        files: Vec::new(),
        listing: None,
    };
    let faults = [
        store.begin(key.clone(), 1).await.err(),
        store.remove(key).await.err(),
        store.record(snapshot).await.err(),
        store
            .record_absent(model("a/b"), commit, None, path("file"))
            .await
            .err(),
    ];
    for fault in faults {
        assert_eq!(
            fault.map(|fault| fault.kind()),
            Some(StoreErrorKind::Unsupported)
        );
    }
}

/// The judge: git itself, over the same files, with the pointers that stand for those kept in LFS.
#[tokio::test]
async fn git_computes_the_same_commit() {
    let files: [(&str, &[u8]); 7] = [
        ("README.md", b"# A model\n"),
        ("a/z", b"1"),
        ("a.b", b"2"),
        ("a0", b"3"),
        ("deep/er/and/deeper/file.bin", b"4"),
        ("empty", b""),
        ("name with spaces and \u{e9}", b"5"),
    ];
    let folder = Folder::new(&[]);
    let clone = Folder::new(&[]);
    for (name, content) in files.iter().map(|(name, content)| (*name, *content)) {
        folder.write(&format!("models/a/b/{name}"), content);
        clone.write(name, content);
    }
    let weights = b"weights";
    folder.write(
        "models/a/b/.gitattributes",
        b"*.safetensors filter=lfs -text\n",
    );
    clone.write(".gitattributes", b"*.safetensors filter=lfs -text\n");
    folder.write("models/a/b/model.safetensors", weights);
    let mut digester = hubkit_store::Digester::sha256();
    digester.update(weights);
    let pointer = format!(
        "version https://git-lfs.github.com/spec/v1\noid sha256:{}\nsize {}\n",
        digester.finish(),
        weights.len()
    );
    clone.write("model.safetensors", pointer.as_bytes());

    let Some(expected) = commit_by_git(clone.root.path()) else {
        return;
    };
    let store = folder.store();
    let commit = main_of(&store, &model("a/b")).await.expect("it is there");
    assert_eq!(GitOid::from_bytes(*commit.as_bytes()).to_string(), expected);
}

/// `None`, with the reason on the test's output, when there is no git.
#[expect(clippy::print_stderr, reason = "says why a test did not run")]
fn commit_by_git(folder: &Path) -> Option<String> {
    let git = |arguments: &[&str]| {
        let output = Command::new("git")
            .args(["-c", "core.autocrlf=false", "-c", "core.fileMode=false"])
            // Git-lfs would make a pointer of a pointer's file name; the pointers are there already.
            .args(["-c", "filter.lfs.clean=", "-c", "filter.lfs.process="])
            .args(["-c", "filter.lfs.required=false"])
            .args(arguments)
            .current_dir(folder)
            .envs(["GIT_AUTHOR", "GIT_COMMITTER"].iter().flat_map(|who| {
                [
                    (format!("{who}_NAME"), "hubkit"),
                    (format!("{who}_EMAIL"), "hubkit@localhost"),
                    (format!("{who}_DATE"), "@0 +0000"),
                ]
            }))
            .output();
        output
            .inspect_err(|fault| eprintln!("not compared with git: {fault}"))
            .ok()
            .map(|output| {
                assert!(output.status.success(), "git {arguments:?}: {output:?}");
                String::from_utf8(output.stdout)
                    .expect("hex")
                    .trim()
                    .to_owned()
            })
    };
    git(&["init", "-q", "."])?;
    git(&["add", "-A"])?;
    let tree = git(&["write-tree"])?;
    git(&["commit-tree", &tree, "-m", commit::MESSAGE])
}

#[tokio::test]
async fn a_stream_breaks_off_when_its_file_is_rewritten() {
    use std::io::{Seek as _, SeekFrom, Write as _};

    let content = vec![7; 3 << 20];
    let folder = Folder::new(&[("models/acme/tiny/large.bin", &content)]);
    let store = folder.store();
    let repo = model("acme/tiny");
    let commit = main_of(&store, &repo).await.expect("it is there");
    let files = store.files(repo.clone(), commit).await.expect("no fault");
    let key = BlobKey::new(repo, files[0].blob());
    let range = ByteRange::new(0, 3 << 20).expect("a range");
    let mut stream = store.read(key, range).await.expect("it is there");
    let mut next =
        async || std::future::poll_fn(|context| stream.as_mut().poll_next(context)).await;
    let first = next().await.expect("more").expect("read");
    assert!(first.iter().all(|byte| *byte == 7));
    let location = folder.at("models/acme/tiny/large.bin");
    let mut file = fs::File::options()
        .write(true)
        .open(location)
        .expect("opened");
    let before = file.metadata().and_then(|metadata| metadata.modified());
    file.seek(SeekFrom::Start(2 << 20)).expect("sought");
    file.write_all(&vec![8; 1 << 20]).expect("written");
    let later = before.expect("a time") + std::time::Duration::from_secs(1);
    file.set_modified(later).expect("set");
    let fault = next().await.expect("an answer").expect_err("it changed");
    assert_eq!(fault.kind(), StoreErrorKind::Corrupt);
    assert!(next().await.is_none());
}

#[tokio::test]
async fn a_survey_sees_every_change_and_hashes_nothing() {
    let folder = Folder::new(&[
        ("models/acme/tiny/README.md", b"# Tiny"),
        ("models/acme/tiny/model.bin", b"weights"),
    ]);
    let (store, repo) = (folder.store(), model("acme/tiny"));
    let survey = async |known: Option<String>| {
        let request = hubkit_store::SurveyRequest {
            texts: vec![path("README.md"), path("none")],
            longest_text: 100,
            known,
        };
        let survey = store.survey(repo.clone(), request).await;
        survey.expect("it can be read").expect("it is there")
    };
    let first = survey(None).await;
    assert_eq!(
        first.files,
        [(path("README.md"), 6), (path("model.bin"), 7)]
    );
    assert_eq!(&first.texts[&path("README.md")][..], b"# Tiny");
    assert!(first.modified.is_some());
    assert!(store.known(&repo).is_none(), "no commit was computed");
    let again = survey(Some(first.version.clone())).await;
    assert_eq!(again.version, first.version);
    assert!(again.texts.is_empty());
    folder.write("models/acme/tiny/model.bin", b"other weights");
    let changed = survey(Some(first.version.clone())).await;
    assert_ne!(changed.version, first.version);
    assert_eq!(changed.files[1].1, 13);
}

#[tokio::test]
async fn what_is_remembered_gives_way_to_what_is_asked_for() {
    let day = std::time::Duration::from_hours(24);
    let folder = Folder::new(&[("models/acme/tiny/file", b"first")]);
    let (store, repo) = (folder.store().remembering(day), model("acme/tiny"));
    let mut last = main_of(&store, &repo).await.expect("it is there");

    // A file that came, one that changed, and one that changed after it was looked at.
    folder.write("models/acme/tiny/new", b"new");
    let entry = store.entry(repo.clone(), last, path("new")).await;
    assert_eq!(entry.expect("no fault"), Entry::Absent, "in that commit");
    let mut expect_another = async |what: &str| {
        let now = main_of(&store, &repo).await.expect("it is there");
        assert_ne!(now, last, "{what}");
        last = now;
        now
    };
    let commit = expect_another("it came").await;
    folder.write("models/acme/tiny/file", b"other");
    let entry = store.entry(repo.clone(), commit, path("file")).await;
    assert_eq!(entry.expect("no fault"), Entry::Unknown);
    let commit = expect_another("it changed").await;
    let entry = store.entry(repo.clone(), commit, path("file")).await;
    let Entry::Present {
        blob: Some(blob), ..
    } = entry.expect("no fault")
    else {
        panic!("it is there");
    };
    folder.write("models/acme/tiny/file", b"third");
    let key = BlobKey::new(repo.clone(), blob);
    let read = store.read(key, ByteRange::whole(5)).await;
    assert_eq!(
        read.err().map(|error| error.kind()),
        Some(StoreErrorKind::NotFound)
    );
    expect_another("it changed again").await;
}

#[tokio::test]
async fn what_another_store_serves_is_left_to_it() {
    let folder = Folder::new(&[
        ("models/acme/tiny/config.json", b"{}"),
        ("models/acme/other.git/HEAD", b"ref: refs/heads/main"),
        ("models/old.git/HEAD", b"ref: refs/heads/main"),
        ("models/acme/taken/config.json", b"{}"),
    ]);
    let is_elsewhere = |folder: &Path| {
        let name = folder.file_name().and_then(|name| name.to_str());
        name.is_some_and(|name| name.ends_with(".git") || name == "taken")
    };
    assert_eq!(folder.store().skipped().expect("looked through").len(), 2);
    let store = folder.store().leaving(is_elsewhere);
    assert_eq!(store.repos().await.expect("listed"), [model("acme/tiny")]);
    assert_eq!(store.skipped().expect("looked through"), []);
    let taken = store.has_repo(model("acme/taken")).await;
    assert!(!taken.expect("asked"));
}

#[tokio::test]
async fn a_file_that_changed_is_not_told_from_memory() {
    let day = std::time::Duration::from_hours(24);
    let folder = Folder::new(&[("models/acme/tiny/file", b"first")]);
    let (store, repo) = (folder.store().remembering(day), model("acme/tiny"));
    let commit = main_of(&store, &repo).await.expect("it is there");
    let entry = store.entry(repo.clone(), commit, path("file")).await;
    let Entry::Present {
        blob: Some(blob), ..
    } = entry.expect("no fault")
    else {
        panic!("it is there");
    };
    let key = BlobKey::new(repo.clone(), blob);
    let location = folder.at("models/acme/tiny/file");
    let stamp = crate::stamp::Stamp::at(&location).expect("a file");
    // As after a read, on file systems that do not tell what is in memory too.
    store
        .hot
        .put(&location, stamp, bytes::Bytes::from_static(b"first"));
    let all = DynStore::new(store.clone());
    assert_eq!(
        all.read_all(key.clone(), 10).await.expect("no fault"),
        "first"
    );
    let part = ByteRange::new(1, 3).expect("a range");
    let mut stream = store.read(key.clone(), part).await.expect("no fault");
    let chunk = std::future::poll_fn(|context| stream.as_mut().poll_next(context)).await;
    assert_eq!(chunk.expect("bytes").expect("no fault"), "ir");
    let ended = std::future::poll_fn(|context| stream.as_mut().poll_next(context)).await;
    assert!(ended.is_none());
    let replaced = folder.at("models/acme/tiny/.new");
    let changes: [&dyn Fn(); 3] = [
        // Longer, as the clock of a file system may stand still for so long.
        &|| folder.write("models/acme/tiny/file", b"longer"),
        &|| {
            fs::write(&replaced, "third").expect("room");
            fs::rename(&replaced, &location).expect("room");
        },
        &|| fs::remove_file(&location).expect("it is there"),
    ];
    for change in changes {
        change();
        let read = store.read(key.clone(), ByteRange::whole(5)).await;
        assert_eq!(
            read.err().map(|error| error.kind()),
            Some(StoreErrorKind::NotFound)
        );
    }
}
