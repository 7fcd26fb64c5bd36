use hubkit_types::{CommitId, GitOid, RepoPath, Revision, TreeFile};

use super::{done, git_id, key, kind, publish, repo};
use crate::{Entry, History, Snapshot, Store, StoreErrorKind, Survey, SurveyRequest, git};

/// How much of what it is told a store can keep.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Keeps {
    /// Names, listings, absences, and the files of all commits beside each other.
    Everything,
    /// The files of one commit at a time and its listing: a folder that a person downloads into.
    FilesAlone,
}

/// Checks the contract of [`RefStore`](crate::RefStore) on an empty store.
pub async fn refs(store: &impl Store, keeps: Keeps) {
    nothing_is_known(store).await;
    a_missing_blob_changes_nothing(store).await;
    what_is_recorded_is_found(store, keeps).await;
    files_are_added_to_a_commit(store, keeps).await;
    a_lost_blob_is_unknown(store).await;
    a_history_starts_with_its_commit_or_is_not_known(store).await;
    if keeps == Keeps::Everything {
        a_revision_moves_and_its_old_commit_stays(store).await;
        a_survey_tells_what_is_here(store).await;
        absence_is_remembered(store).await;
    }
}

fn commit(digit: u8) -> CommitId {
    CommitId::from_bytes([digit; 20])
}

fn path(text: &str) -> RepoPath {
    text.parse().expect("a legal path")
}

fn revision(text: &str) -> Revision {
    text.parse().expect("a legal revision")
}

fn file(at: &str, bytes: &[u8]) -> TreeFile {
    TreeFile {
        path: path(at),
        size: bytes.len() as u64,
        oid: git::blob_id(bytes),
        lfs: None,
    }
}

fn snapshot(commit: CommitId, revision: Option<Revision>, files: &[TreeFile]) -> Snapshot {
    Snapshot {
        repo: repo(),
        commit,
        revision,
        files: files.to_vec(),
        listing: None,
    }
}

async fn entry(store: &impl Store, commit: CommitId, at: &str) -> Entry {
    let tried = format!("ask for `{at}`");
    done(store.entry(repo(), commit, path(at)).await, &tried)
}

async fn is_present(store: &impl Store, commit: CommitId, expected: &TreeFile) {
    let at = expected.path.as_str();
    match entry(store, commit, at).await {
        Entry::Present { size, blob } => {
            assert_eq!(size, expected.size, "the size of `{at}`");
            let right = blob.is_none_or(|blob| blob == expected.blob());
            assert!(right, "the digest of `{at}` is {blob:?}");
        }
        other => panic!("`{at}` was recorded and is {other:?}"),
    }
    if let Some(folder) = store.snapshot_path(&repo(), commit) {
        let bytes = std::fs::read(folder.join(at)).expect("the file lies in the snapshot");
        let oid = git::blob_id(&bytes);
        assert_eq!(oid, expected.oid, "the bytes of `{at}` in its snapshot");
    }
}

async fn resolve(store: &impl Store, name: &Revision) -> Option<CommitId> {
    done(
        store.resolve(repo(), name.clone()).await,
        "resolve a revision",
    )
}

async fn nothing_is_known(store: &impl Store) {
    let has_repo = done(store.has_repo(repo()).await, "ask for a repository");
    assert!(!has_repo, "an empty store has no repository");
    let main = Revision::main();
    assert_eq!(resolve(store, &main).await, None, "an unknown name");
    let unknown = commit(1);
    assert_eq!(resolve(store, &unknown.into()).await, None, "a commit");
    let revisions = done(store.revisions(repo()).await, "list the revisions");
    assert_eq!(revisions, [], "an empty store has no revision");
    let listing = done(store.listing(repo(), unknown).await, "ask for a listing");
    assert_eq!(listing, None, "an unknown commit has no listing");
    let files = done(store.files(repo(), unknown).await, "ask for files");
    assert_eq!(files, [], "an unknown commit has no files");
    assert_eq!(entry(store, unknown, "a").await, Entry::Unknown);
}

async fn a_missing_blob_changes_nothing(store: &impl Store) {
    let files = [file("a", b"one"), file("b", b"not here")];
    publish(store, git_id(b"one"), b"one").await;
    let recorded = store.record(snapshot(commit(1), Some(Revision::main()), &files));
    let expected = Some(StoreErrorKind::NotFound);
    assert_eq!(kind(recorded.await), expected, "a blob is missing");
    let main = resolve(store, &Revision::main()).await;
    assert_eq!(main, None, "the revision did not move");
}

async fn what_is_recorded_is_found(store: &impl Store, keeps: Keeps) {
    for bytes in [&b"one"[..], b"two", b""] {
        publish(store, git_id(bytes), bytes).await;
    }
    let here = [
        file("folder/deep/b.txt", b"two"),
        file("a", b"one"),
        file("again", b"one"),
        file("empty", b""),
    ];
    let mut listing = here.to_vec();
    listing.push(file("folder/elsewhere", b"not fetched"));
    let mut recorded = snapshot(commit(1), Some(revision("refs/pr/1")), &here);
    recorded.listing = Some(listing.clone());
    done(store.record(recorded).await, "record");
    for expected in &here {
        is_present(store, commit(1), expected).await;
    }
    let elsewhere = entry(store, commit(1), "folder/elsewhere").await;
    assert_eq!(elsewhere, Entry::Unknown, "listed, and not fetched");
    let none = entry(store, commit(1), "folder/none").await;
    assert_eq!(none, Entry::Absent, "not in the listing");
    let folder = entry(store, commit(1), "folder").await;
    assert_eq!(folder, Entry::Absent, "a folder is no file");
    assert_eq!(resolve(store, &commit(1).into()).await, Some(commit(1)));

    let sorted = |mut files: Vec<TreeFile>| {
        files.sort_by(|left, right| left.path.cmp(&right.path));
        files
    };
    let listed = done(store.listing(repo(), commit(1)).await, "ask for a listing");
    assert_eq!(listed, Some(sorted(listing)), "the listing");
    let files = done(store.files(repo(), commit(1)).await, "ask for files");
    assert_eq!(files, sorted(here.to_vec()), "the files that are here");
    if keeps == Keeps::Everything {
        let name = revision("refs/pr/1");
        assert_eq!(resolve(store, &name).await, Some(commit(1)));
        let revisions = done(store.revisions(repo()).await, "list the revisions");
        assert_eq!(revisions, [(name, commit(1))]);
        let repos = done(store.repos().await, "list the repositories");
        assert_eq!(repos, [repo()]);
        let has_repo = done(store.has_repo(repo()).await, "ask for a repository");
        assert!(has_repo, "what is listed is here");
    }
}

async fn files_are_added_to_a_commit(store: &impl Store, keeps: Keeps) {
    publish(store, git_id(b"three"), b"three").await;
    let added = file("c", b"three");
    let name = Some(commit(1).into());
    done(
        store
            .record(snapshot(commit(1), name, std::slice::from_ref(&added)))
            .await,
        "record more",
    );
    is_present(store, commit(1), &added).await;
    is_present(store, commit(1), &file("a", b"one")).await;
    let listed = done(store.listing(repo(), commit(1)).await, "ask for a listing");
    assert_eq!(listed.map(|files| files.len()), Some(5), "it stays");
    let revisions = done(store.revisions(repo()).await, "list the revisions");
    let names = usize::from(keeps == Keeps::Everything);
    assert_eq!(revisions.len(), names, "a commit id is no name");
}

async fn a_lost_blob_is_unknown(store: &impl Store) {
    let three = git_id(b"three");
    assert!(done(store.remove(key(three)).await, "remove a blob"));
    let lost = entry(store, commit(1), "c").await;
    let present = matches!(lost, Entry::Present { .. });
    assert!(!present, "its blob is gone");
    let files = done(store.files(repo(), commit(1)).await, "ask for files");
    let shown = files.iter().any(|file| file.path == path("c"));
    assert!(!shown, "a file without its blob is not here");
}

async fn a_revision_moves_and_its_old_commit_stays(store: &impl Store) {
    publish(store, git_id(b"new"), b"new").await;
    let main = Some(Revision::main());
    for (commit, bytes) in [(commit(2), &b"one"[..]), (commit(3), b"new")] {
        let files = [file("a", bytes)];
        done(
            store.record(snapshot(commit, main.clone(), &files)).await,
            "record",
        );
        let resolved = resolve(store, &Revision::main()).await;
        assert_eq!(resolved, Some(commit), "the revision moved");
        let listed = done(store.listing(repo(), commit).await, "ask for a listing");
        assert_eq!(listed, None, "no listing was recorded");
    }
    is_present(store, commit(2), &file("a", b"one")).await;
    is_present(store, commit(3), &file("a", b"new")).await;
    let twin = GitOid::from_bytes([9; 20]);
    let lost = TreeFile {
        oid: twin,
        ..file("a", b"one")
    };
    let recorded = store.record(snapshot(commit(4), main, &[lost])).await;
    assert_eq!(kind(recorded), Some(StoreErrorKind::NotFound));
    let resolved = resolve(store, &Revision::main()).await;
    assert_eq!(resolved, Some(commit(3)), "the revision stayed");
}

async fn history(store: &impl Store, commit: CommitId) -> Option<History> {
    let asked = store.history(repo(), commit, 0, 10);
    done(asked.await, "ask for the history")
}

async fn a_history_starts_with_its_commit_or_is_not_known(store: &impl Store) {
    assert_eq!(history(store, commit(99)).await, None, "an unknown commit");
    if let Some(history) = history(store, commit(1)).await {
        assert_eq!(history.commits[0].id, commit(1), "the newest comes first");
        assert!(history.total >= history.commits.len() as u64);
    }
}

async fn survey(store: &impl Store, known: Option<String>, longest_text: u64) -> Survey {
    let request = SurveyRequest {
        texts: vec![path("a"), path("none")],
        longest_text,
        known,
    };
    let survey = done(store.survey(repo(), request).await, "survey");
    survey.expect("the repository has a default revision")
}

async fn a_survey_tells_what_is_here(store: &impl Store) {
    let first = survey(store, None, 3).await;
    assert_eq!(first.files, [(path("a"), 3)], "the files of `main`");
    let texts: Vec<_> = first
        .texts
        .iter()
        .map(|(path, bytes)| (path.as_str(), &bytes[..]))
        .collect();
    assert_eq!(texts, [("a", &b"new"[..])], "the text that was asked for");
    let short = survey(store, None, 2).await;
    assert!(short.texts.is_empty(), "a longer text is not given");
    let again = survey(store, Some(first.version.clone()), 3).await;
    assert_eq!(again.version, first.version, "nothing changed");
    assert!(again.texts.is_empty(), "what is known is not read again");
    let mut more = snapshot(commit(3), Some(Revision::main()), &[file("b", b"one")]);
    more.files.push(file("a", b"new"));
    done(store.record(more).await, "record more");
    let changed = survey(store, Some(first.version.clone()), 3).await;
    assert_ne!(changed.version, first.version, "a file was added");
    assert_eq!(changed.files.len(), 2);
    assert_eq!(changed.texts.len(), 1, "it changed, so it is read");
}

async fn absence_is_remembered(store: &impl Store) {
    let name = revision("feature/x");
    let none = path("folder/none.json");
    let absent = store.record_absent(repo(), commit(5), Some(name.clone()), none);
    done(absent.await, "record an absence");
    let answer = entry(store, commit(5), "folder/none.json").await;
    assert_eq!(answer, Entry::Absent);
    let other = entry(store, commit(5), "folder/other").await;
    assert_eq!(other, Entry::Unknown, "nobody asked for this one");
    assert_eq!(resolve(store, &name).await, Some(commit(5)));
    let names: Vec<Revision> = done(store.revisions(repo()).await, "list the revisions")
        .into_iter()
        .map(|(name, _)| name)
        .collect();
    assert_eq!(names, [name, Revision::main(), revision("refs/pr/1")]);
}
