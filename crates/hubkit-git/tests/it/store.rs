//! The folder of repositories as a store.

use std::{fs, future::poll_fn};

use hubkit_git::GitStore;
use hubkit_store::{
    BlobKey, BlobStat, BlobStore as _, BlobStoreExt as _, ByteStream, Entry, RefStore as _,
    StoreErrorKind, SurveyRequest,
};
use hubkit_types::{BlobId, ByteRange, CommitId, Repo, RepoKind, RepoPath, Revision};

use crate::made::{Made, WEIGHTS, git, large};

fn repo(kind: RepoKind, id: &str) -> Repo {
    Repo::new(kind, id.parse().expect("an id"))
}

fn model() -> Repo {
    repo(RepoKind::Model, "acme/tiny")
}

fn path(text: &str) -> RepoPath {
    text.parse().expect("a path")
}

fn open(made: &Made) -> GitStore {
    GitStore::open(made.root()).expect("a folder")
}

async fn main_of(store: &GitStore, repo: &Repo) -> CommitId {
    let found = store.resolve(repo.clone(), Revision::main()).await;
    found.expect("resolved").expect("a commit")
}

async fn collect(mut stream: ByteStream) -> Vec<u8> {
    let mut bytes = Vec::new();
    while let Some(piece) = poll_fn(|context| stream.as_mut().poll_next(context)).await {
        bytes.extend_from_slice(&piece.expect("a piece"));
    }
    bytes
}

#[tokio::test]
async fn bare_repositories_and_clones_are_found_where_they_lie() {
    let Some(made) = Made::new() else { return };
    let root = made.root();
    let bare = made.bare();
    let clone = |to: &str| {
        let to = root.join(to);
        git(
            &bare,
            &[
                "clone",
                "--quiet",
                "--bare",
                ".",
                to.to_str().expect("UTF-8"),
            ],
        );
    };
    for to in [
        "models/old.git",
        "spaces/acme/no-ending",
        "models/acme/twice",
        "models/acme/twice.git",
        "models/acme/-bad.git",
    ] {
        clone(to);
    }
    fs::create_dir_all(root.join("models/acme/plain")).expect("a folder");
    fs::write(root.join("models/acme/plain/config.json"), "{}").expect("written");
    let store = open(&made);
    let wanted = [
        repo(RepoKind::Model, "acme/tiny"),
        repo(RepoKind::Model, "acme/twice"),
        repo(RepoKind::Model, "old"),
        repo(RepoKind::Dataset, "acme/clone"),
        repo(RepoKind::Space, "acme/no-ending"),
    ];
    assert_eq!(store.repos().await.expect("listed"), wanted);
    for repo in &wanted {
        assert!(store.has_repo(repo.clone()).await.expect("asked"), "{repo}");
        main_of(&store, repo).await;
    }
    for none in ["acme/plain", "acme/none", "acme/TINY", "acme", "tiny"] {
        let none = repo(RepoKind::Model, none);
        assert!(
            !store.has_repo(none.clone()).await.expect("asked"),
            "{none}"
        );
        let found = store.resolve(none.clone(), Revision::main()).await;
        assert_eq!(found.expect("asked"), None, "{none}");
        assert_eq!(store.revisions(none).await.expect("asked"), []);
    }
    let skipped = store.skipped().expect("looked through");
    let names: Vec<_> = skipped
        .iter()
        .map(|skipped| {
            skipped
                .location
                .strip_prefix(&root)
                .expect("below the root")
        })
        .map(|location| location.to_str().expect("UTF-8").to_owned())
        .collect();
    for wanted in [
        "models/acme/-bad.git",
        "models/acme/twice",
        "models/acme/tiny.git/not: servable",
        "models/acme/tiny.git/a link",
        "models/acme/tiny.git/module",
    ] {
        assert!(names.contains(&wanted.to_owned()), "{wanted} in {names:?}");
    }
}

#[tokio::test]
async fn branches_are_called_by_their_name_and_the_rest_in_full() {
    let Some(made) = Made::new() else { return };
    let hex = "0123456789abcdef0123456789abcdef01234567";
    git(
        &made.bare(),
        &["update-ref", &format!("refs/heads/{hex}"), "trunk"],
    );
    let store = open(&made);
    let found = store.revisions(model()).await.expect("listed");
    let names: Vec<&str> = found.iter().map(|(name, _)| name.as_str()).collect();
    let full = format!("refs/heads/{hex}");
    let wanted = [
        "dev/x",
        "refs/convert/parquet",
        &full,
        "refs/pr/1",
        "refs/tags/v0",
        "refs/tags/v1",
        "trunk",
    ];
    assert_eq!(names, wanted);
    for (name, target) in found {
        let resolved = store
            .resolve(model(), name.clone())
            .await
            .expect("resolved");
        assert_eq!(resolved, Some(target), "{name}");
    }
}

#[tokio::test]
async fn every_file_of_every_commit_is_given_as_git_has_it() {
    let Some(made) = Made::new() else { return };
    for packed in [false, true] {
        if packed {
            git(&made.work(), &["gc", "--quiet"]);
        }
        let (store, repo) = (open(&made), repo(RepoKind::Dataset, "acme/clone"));
        for id in made.git(&["rev-list", "--all"]).lines() {
            let commit: CommitId = id.parse().expect("an id");
            let listing = store.listing(repo.clone(), commit).await.expect("listed");
            let listing = listing.expect("a commit");
            let here = store.files(repo.clone(), commit).await.expect("listed");
            for file in &listing {
                let key = BlobKey::new(repo.clone(), file.blob());
                let entry = store.entry(repo.clone(), commit, file.path.clone()).await;
                let entry = entry.expect("asked");
                if file.path.as_str() == "absent.bin" {
                    assert_eq!(entry, Entry::Unknown);
                    assert!(!here.contains(file));
                    assert_eq!(store.stat(key.clone()).await.expect("asked"), None);
                    let read = store.read(key, ByteRange::whole(5)).await;
                    assert_eq!(
                        read.err().map(|fault| fault.kind()),
                        Some(StoreErrorKind::NotFound)
                    );
                    continue;
                }
                assert!(here.contains(file));
                let blob = Some(file.blob());
                assert_eq!(
                    entry,
                    Entry::Present {
                        size: file.size,
                        blob
                    }
                );
                let stat = store.stat(key.clone()).await.expect("asked");
                assert_eq!(stat, Some(BlobStat { size: file.size }));
                let bytes = store.read_all(key.clone(), 10 << 20).await.expect("read");
                let wanted = match file.path.as_str() {
                    "weights.bin" => WEIGHTS.to_vec(),
                    "large.txt" => large(),
                    path => {
                        let text = made.git(&["cat-file", "blob", &format!("{id}:{path}")]);
                        if text.is_empty() { text } else { text + "\n" }.into_bytes()
                    }
                };
                assert!(bytes == wanted, "{}", file.path);
                match store.local_path(&key) {
                    Some(local) => assert_eq!(fs::read(local).expect("read"), wanted),
                    None => assert!(file.lfs.is_none()),
                }
            }
        }
    }
}

#[tokio::test]
async fn ranges_of_large_and_of_small_blobs_are_exact() {
    let Some(made) = Made::new() else { return };
    let (store, repo) = (open(&made), repo(RepoKind::Dataset, "acme/clone"));
    let commit = main_of(&store, &repo).await;
    let whole = large();
    let size = whole.len() as u64;
    for _ in 0..2 {
        let listing = store.listing(repo.clone(), commit).await.expect("listed");
        for file in listing.expect("a commit") {
            let bytes = match file.path.as_str() {
                "large.txt" => &whole[..],
                "weights.bin" => WEIGHTS,
                _ => continue,
            };
            for (start, end) in [
                (0, 1),
                (3, 20),
                (1 << 20, 3 << 20),
                (size - 1, u64::MAX),
                (size, size),
            ] {
                let key = BlobKey::new(repo.clone(), file.blob());
                let range = ByteRange::new(start, end).expect("a range");
                let stream = store.read(key, range).await.expect("opened");
                let cut = range.within(bytes.len() as u64).as_range();
                let index = |at: u64| usize::try_from(at).expect("in memory");
                let wanted = &bytes[index(cut.start)..index(cut.end)];
                assert!(collect(stream).await == wanted, "{range} of {}", file.path);
            }
        }
        git(&made.work(), &["gc", "--quiet"]);
    }
}

#[tokio::test]
async fn a_large_stream_that_is_dropped_gives_its_room_back() {
    let Some(made) = Made::new() else { return };
    let (store, repo) = (open(&made), repo(RepoKind::Dataset, "acme/clone"));
    let oid = made.git(&["rev-parse", "HEAD:large.txt"]);
    let key = BlobKey::new(repo, BlobId::Git(oid.parse().expect("an id")));
    // More than there are threads for: without their room back the last ones would wait for ever.
    for _ in 0..200 {
        let stream = store.read(key.clone(), ByteRange::whole(3 << 20)).await;
        drop(stream.expect("opened"));
    }
}

#[tokio::test]
async fn what_is_not_there_is_absent_and_what_is_left_out_is_unknown() {
    let Some(made) = Made::new() else { return };
    let store = open(&made);
    let commit = main_of(&store, &model()).await;
    let entry = async |commit, at: &str| {
        let found = store.entry(model(), commit, path(at)).await;
        found.expect("asked")
    };
    for absent in ["none", "folder", "folder/none", "README.md/x"] {
        assert_eq!(entry(commit, absent).await, Entry::Absent, "{absent}");
    }
    for unknown in ["a link", "module"] {
        assert_eq!(entry(commit, unknown).await, Entry::Unknown, "{unknown}");
    }
    let other = CommitId::from_bytes([7; 20]);
    assert_eq!(entry(other, "README.md").await, Entry::Unknown);
    assert_eq!(store.listing(model(), other).await.expect("asked"), None);
    assert_eq!(store.files(model(), other).await.expect("asked"), []);
    assert_eq!(
        store.history(model(), other, 0, 10).await.expect("asked"),
        None
    );
    assert_eq!(store.snapshot_path(&model(), commit), None);
}

#[tokio::test]
async fn the_history_comes_in_pages_and_ends() {
    let Some(made) = Made::new() else { return };
    let store = open(&made);
    let commit = main_of(&store, &model()).await;
    let listed = made.git(&["log", "--format=%H"]);
    let wanted: Vec<&str> = listed.lines().collect();
    let mut found = Vec::new();
    while found.len() < wanted.len() {
        let page = store.history(model(), commit, found.len() as u64, 2).await;
        let page = page.expect("asked").expect("known");
        assert_eq!(page.total, wanted.len() as u64);
        assert!((1..=2).contains(&page.commits.len()));
        found.extend(page.commits.into_iter().map(|commit| commit.id.to_string()));
    }
    assert_eq!(found, wanted);
    let behind = store.history(model(), commit, u64::MAX, 2).await;
    assert_eq!(behind.expect("asked").expect("known").commits, []);
}

#[tokio::test]
async fn a_survey_knows_when_a_commit_or_a_large_file_came() {
    let Some(made) = Made::new() else { return };
    let store = open(&made);
    let survey = async |known: Option<String>| {
        let request = SurveyRequest {
            texts: vec![path("README.md"), path("large.txt"), path("none")],
            longest_text: 100,
            known,
        };
        let survey = store.survey(model(), request).await;
        survey.expect("asked").expect("a default branch")
    };
    let first = survey(None).await;
    let texts: Vec<_> = first
        .texts
        .iter()
        .map(|(path, text)| (path.as_str(), &text[..]))
        .collect();
    assert_eq!(texts, [("README.md", &b"# Tiny\n"[..])]);
    assert!(
        first
            .files
            .contains(&(path("weights.bin"), WEIGHTS.len() as u64))
    );
    assert!(
        !first
            .files
            .iter()
            .any(|(path, _)| path.as_str() == "absent.bin")
    );
    let modified = std::time::UNIX_EPOCH + std::time::Duration::from_secs(1_700_000_123);
    assert_eq!(first.modified, Some(modified));
    let again = survey(Some(first.version.clone())).await;
    assert_eq!(
        (again.version, again.texts.len()),
        (first.version.clone(), 0)
    );
    let folder = made.bare().join("lfs/objects/ab/ab");
    fs::create_dir_all(&folder).expect("a folder");
    fs::write(folder.join("ab".repeat(32)), "five!").expect("written");
    let second = survey(Some(first.version.clone())).await;
    assert_ne!(second.version, first.version);
    assert_eq!(second.files.len(), first.files.len() + 1);
    git(&made.bare(), &["update-ref", "refs/heads/trunk", "v0"]);
    let third = survey(Some(second.version.clone())).await;
    assert_ne!(third.version, second.version);
    assert_eq!(third.files.len(), 2);
}

#[tokio::test]
async fn what_git_writes_while_the_store_is_open_is_seen() {
    let Some(made) = Made::new() else { return };
    let (store, repo) = (open(&made), repo(RepoKind::Dataset, "acme/clone"));
    let first = main_of(&store, &repo).await;
    for round in 0..3 {
        fs::write(made.work().join("new.txt"), format!("{round}\n")).expect("written");
        made.git(&["add", "new.txt"]);
        made.git(&["commit", "--quiet", "-m", "New"]);
        if round == 1 {
            git(&made.work(), &["gc", "--quiet", "--prune=now"]);
        }
        let commit = main_of(&store, &repo).await;
        assert_eq!(commit.to_string(), made.git(&["rev-parse", "HEAD"]));
        let listing = store.listing(repo.clone(), commit).await.expect("listed");
        let listing = listing.expect("a commit");
        let file = listing.iter().find(|file| file.path.as_str() == "new.txt");
        let key = BlobKey::new(repo.clone(), file.expect("the new file").blob());
        let bytes = store.read_all(key, 10).await.expect("read");
        assert_eq!(bytes, format!("{round}\n"));
    }
    let old = store.listing(repo.clone(), first).await.expect("listed");
    assert!(old.is_some(), "the commit before is still there");
    fs::remove_dir_all(made.work()).expect("removed");
    let gone = store.resolve(repo.clone(), Revision::main()).await;
    assert_eq!(gone.expect("asked"), None);
}

#[tokio::test]
async fn nothing_is_written() {
    let Some(made) = Made::new() else { return };
    let store = open(&made);
    let key = BlobKey::new(model(), hubkit_store::git::blob_id(b"x").into());
    let unsupported = Some(StoreErrorKind::Unsupported);
    let stage = store.begin(key.clone(), 1).await;
    assert_eq!(stage.err().map(|fault| fault.kind()), unsupported);
    let removed = store.remove(key).await;
    assert_eq!(removed.err().map(|fault| fault.kind()), unsupported);
    let commit = CommitId::from_bytes([1; 20]);
    let absent = store.record_absent(model(), commit, None, path("x")).await;
    assert_eq!(absent.err().map(|fault| fault.kind()), unsupported);
}

#[tokio::test]
async fn what_changed_a_file_last_is_told_with_its_commit() {
    let Some(made) = Made::new() else { return };
    let store = open(&made);
    let commit = main_of(&store, &model()).await;
    let paths = vec![
        path("README.md"),
        path("folder"),
        path("large.txt"),
        path("none"),
    ];
    let found = store.last_changes(model(), commit, paths).await;
    let found = found.expect("walked");
    let told: Vec<_> = found
        .iter()
        .map(|(path, record)| (path.as_str(), record.message.trim_end()))
        .collect();
    let first = "First\n\nWith a body\nof two lines";
    let wanted = [
        ("README.md", first),
        ("folder", "Second"),
        ("large.txt", "Third"),
    ];
    assert_eq!(told, wanted);
    let other = CommitId::from_bytes([7; 20]);
    let found = store
        .last_changes(model(), other, vec![path("README.md")])
        .await;
    assert_eq!(found.expect("asked"), []);
}
