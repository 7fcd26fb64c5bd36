//! The plain interface.

use std::{collections::BTreeMap, ops::ControlFlow};

use hubkit_git::{GitErrorKind, Node, Repository, is_repository};
use hubkit_types::{ByteRange, CommitId, GitOid, RepoPath, Revision};

use crate::made::{Made, WEIGHTS, digest_of, feed, git, large};

fn revision(text: &str) -> Revision {
    text.parse().expect("a revision")
}

fn path(text: &str) -> RepoPath {
    text.parse().expect("a path")
}

fn both(made: &Made) -> [Repository; 2] {
    [made.bare(), made.work()].map(|folder| Repository::open(&folder).expect("a repository"))
}

#[test]
fn references_are_those_that_git_lists() {
    let Some(made) = Made::new() else { return };
    let places = ["refs/heads", "refs/tags", "refs/pr", "refs/convert"];
    // A tag with a message is an object of its own; `*objectname` is what it leads to.
    let format = "--format=%(refname) %(objectname) %(*objectname)";
    let listed = made.git(&[&["for-each-ref", format], &places[..]].concat());
    let wanted: Vec<(String, String)> = listed
        .lines()
        .map(|line| {
            let mut words = line.split_ascii_whitespace();
            let name = words.next().expect("a name").to_owned();
            (name, words.next_back().expect("an id").to_owned())
        })
        .collect();
    assert_eq!(wanted.len(), 6, "{listed}");
    for repository in both(&made) {
        let found = repository.references().expect("listed");
        let found: Vec<_> = found
            .into_iter()
            .map(|found| (found.name.to_string(), found.target.to_string()))
            .collect();
        assert_eq!(found, wanted);
    }
}

#[test]
fn every_spelling_of_a_revision_is_what_git_says() {
    let Some(made) = Made::new() else { return };
    let full = made.git(&["rev-parse", "HEAD~1"]);
    for repository in both(&made) {
        for (asked, known_to_git) in [
            ("trunk", "trunk"),
            ("main", "trunk"),
            ("HEAD", "trunk"),
            ("refs/heads/trunk", "trunk"),
            ("dev/x", "dev/x"),
            ("v0", "v0"),
            ("v1", "v1"),
            ("refs/tags/v1", "v1"),
            ("refs/pr/1", "dev/x"),
            ("refs/convert/parquet", "dev/x"),
            (full.as_str(), "HEAD~1"),
            (&full[..7], "HEAD~1"),
            (&full[..39], "HEAD~1"),
        ] {
            let wanted = made.git(&["rev-parse", &format!("{known_to_git}^{{commit}}")]);
            let found = repository.resolve(&revision(asked)).expect(asked);
            assert_eq!(found.map(|id| id.to_string()), Some(wanted), "{asked}");
        }
        let blob = made.git(&["rev-parse", "HEAD:README.md"]);
        for none in [
            "master",
            "refs/heads/main",
            "refs/pr/2",
            "refs/notes/elsewhere",
            "refs/remotes/origin/HEAD",
            "heads/trunk",
            "0000000000000000000000000000000000000000",
            "0000000",
            &full[..6],
            blob.as_str(),
            &blob[..10],
        ] {
            let found = repository.resolve(&revision(none)).expect(none);
            assert_eq!(found, None, "{none}");
        }
    }
}

#[test]
fn what_no_reference_leads_to_is_found_by_its_whole_id_alone() {
    let Some(made) = Made::new() else { return };
    let taken_back = made.git(&["commit-tree", "HEAD^{tree}", "-p", "HEAD", "-m", "a secret"]);
    let repository = Repository::open(&made.work()).expect("a repository");
    let find = |asked: &str| {
        let found = repository.resolve(&revision(asked)).expect("resolved");
        found.map(|id| id.to_string())
    };
    assert_eq!(find(&taken_back), Some(taken_back.clone()));
    assert_eq!(find(&taken_back[..7]), None);
    assert_eq!(find(&taken_back[..39]), None);
    made.git(&["update-ref", "refs/pr/9", &taken_back]);
    assert_eq!(find(&taken_back[..7]), Some(taken_back.clone()));
}

#[test]
fn a_branch_goes_before_a_tag_of_the_same_name() {
    let Some(made) = Made::new() else { return };
    made.git(&["tag", "dev/x", "trunk"]);
    made.git(&["tag", "main", "v0"]);
    let repository = Repository::open(&made.work()).expect("a repository");
    for (asked, known_to_git) in [("dev/x", "refs/heads/dev/x"), ("main", "refs/tags/main")] {
        let found = repository.resolve(&revision(asked)).expect("resolved");
        let wanted = made.git(&["rev-parse", known_to_git]);
        assert_eq!(found.map(|id| id.to_string()), Some(wanted), "{asked}");
    }
}

#[test]
fn without_a_branch_that_head_names_the_only_one_is_the_default() {
    let Some(made) = Made::new() else { return };
    let bare = made.bare();
    git(&bare, &["symbolic-ref", "HEAD", "refs/heads/none"]);
    let default = || {
        let repository = Repository::open(&bare).expect("a repository");
        let branch = repository.default_branch().expect("read");
        branch.map(|branch| branch.name.to_string())
    };
    assert_eq!(default(), None, "two branches, and neither is named");
    git(&bare, &["update-ref", "-d", "refs/heads/dev/x"]);
    assert_eq!(default().as_deref(), Some("refs/heads/trunk"));
    let head = made.git(&["rev-parse", "v0"]);
    git(&bare, &["update-ref", "--no-deref", "HEAD", &head]);
    git(&bare, &["branch", "-D", "trunk"]);
    assert_eq!(default(), None);
    let repository = Repository::open(&bare).expect("a repository");
    let found = repository.resolve(&revision("main")).expect("resolved");
    assert_eq!(
        found.map(|id| id.to_string()),
        Some(head),
        "a detached HEAD"
    );
}

#[test]
fn every_commit_holds_what_git_lists() {
    let Some(made) = Made::new() else { return };
    for repository in both(&made) {
        for commit in made.git(&["rev-list", "--all"]).lines() {
            let id: CommitId = commit.parse().expect("an id");
            let tree = repository.tree(id).expect("a tree");
            let mut left_out = BTreeMap::new();
            let mut files = Vec::new();
            for line in made.git(&["ls-tree", "-r", "--long", commit]).lines() {
                let (words, name) = line.split_once('\t').expect("a name");
                let words: Vec<&str> = words.split_ascii_whitespace().collect();
                let [file_mode, _, oid, size] = words[..] else {
                    panic!("{line}");
                };
                match (file_mode, name.parse::<RepoPath>()) {
                    ("100644" | "100755", Ok(path)) => {
                        files.push((path, oid.to_owned(), size.to_owned()));
                    }
                    _ => drop(left_out.insert(name.to_owned(), file_mode.to_owned())),
                }
            }
            files.sort_unstable();
            let found: Vec<_> = tree
                .files
                .iter()
                .map(|file| {
                    // Git lists the length of a pointer, we that of the content.
                    let size = match file.lfs {
                        Some(_) => repository.blob_size(file.oid).expect("a size"),
                        None => Some(file.size),
                    };
                    let size = size.expect("a blob").to_string();
                    (file.path.clone(), file.oid.to_string(), size)
                })
                .collect();
            assert_eq!(found, files, "{commit}");
            let names: Vec<&String> = left_out.keys().collect();
            let found: Vec<&String> = tree.left_out.iter().map(|left| &left.name).collect();
            assert_eq!(found, names, "{commit}");
            assert_eq!(repository.left_out(id).expect("walked"), tree.left_out);
            for file in &tree.files {
                let node = repository.node(id, &file.path).expect("looked up");
                assert_eq!(node, Some(Node::File(file.clone())));
            }
        }
    }
}

#[test]
fn a_node_is_a_file_a_folder_or_nothing() {
    let Some(made) = Made::new() else { return };
    let repository = Repository::open(&made.bare()).expect("a repository");
    let head = repository.resolve(&Revision::main()).expect("resolved");
    let node = |text: &str| {
        let found = repository.node(head.expect("a commit"), &path(text));
        found.expect("looked up")
    };
    let folder = made.git(&["rev-parse", "HEAD:folder/deep"]);
    let wanted = Node::Folder(folder.parse::<GitOid>().expect("an id"));
    assert_eq!(node("folder/deep"), Some(wanted));
    assert_eq!(node("module"), Some(Node::LeftOut));
    assert_eq!(node("a link"), Some(Node::LeftOut));
    for none in ["none", "folder/none", "README.md/none", "module/none"] {
        assert_eq!(node(none), None, "{none}");
    }
    let Some(Node::File(weights)) = node("weights.bin") else {
        panic!("a file");
    };
    assert_eq!(weights.size, WEIGHTS.len() as u64);
    let digest = weights.lfs.expect("a large file");
    assert_eq!(digest.to_string(), digest_of(WEIGHTS));
    let object = repository.lfs_object(digest).expect("it is here");
    assert_eq!(std::fs::read(object).expect("read"), WEIGHTS);
    assert_eq!(repository.lfs_objects(), [digest]);
    let Some(Node::File(absent)) = node("absent.bin") else {
        panic!("a file");
    };
    assert_eq!(repository.lfs_object(absent.lfs.expect("large")), None);
}

#[test]
fn the_log_is_that_of_git() {
    let Some(made) = Made::new() else { return };
    for repository in both(&made) {
        for start in ["HEAD", "v0", "dev/x"] {
            let wanted = made.git(&[
                "log",
                "--format=%H%x00%P%x00%an%x00%ae%x00%ct%x00%B%x01",
                start,
            ]);
            let first: Vec<&str> = wanted.split('\u{1}').map(str::trim_start).collect();
            let id = made.git(&["rev-parse", start]).parse().expect("an id");
            let log = repository.log(id).expect("a log");
            assert_eq!(log.len(), first.len() - 1, "{wanted}");
            for (id, line) in log.into_iter().zip(first) {
                let commit = repository.commit(id).expect("read").expect("it is here");
                let parents: Vec<String> = commit.parents.iter().map(ToString::to_string).collect();
                let found = [
                    id.to_string(),
                    parents.join(" "),
                    commit.author,
                    commit.email,
                    commit.seconds.to_string(),
                    commit.message,
                ];
                assert_eq!(found.join("\0"), line);
            }
        }
    }
}

#[test]
fn the_commit_that_changed_a_path_last_is_the_one_that_git_finds() {
    let Some(made) = Made::new() else { return };
    let repository = Repository::open(&made.bare()).expect("a repository");
    let head: CommitId = made.git(&["rev-parse", "HEAD"]).parse().expect("an id");
    let tree = repository.tree(head).expect("a tree");
    let mut paths: Vec<RepoPath> = tree.files.into_iter().map(|file| file.path).collect();
    paths.extend([path("folder"), path("folder/deep")]);
    let found = repository.last_changes(head, &paths, 100).expect("walked");
    assert_eq!(found.len(), paths.len());
    for (path, id) in found {
        let arguments = ["log", "-1", "--first-parent", "--format=%H", "HEAD", "--"];
        let wanted = made.git(&[&arguments[..], &[path.as_str()]].concat());
        assert_eq!(id.to_string(), wanted, "{path}");
    }
    let none = repository.last_changes(head, &paths, 0).expect("walked");
    assert_eq!(none, [], "nothing was looked at");
    let bounded = repository.last_changes(head, &paths, 1).expect("walked");
    let bounded: Vec<_> = bounded.iter().map(|(path, _)| path.as_str()).collect();
    assert_eq!(
        bounded,
        ["large.txt", "run.sh"],
        "one step tells of these only"
    );
}

#[test]
fn blobs_are_read_whole_and_in_parts_loose_and_packed() {
    let Some(made) = Made::new() else { return };
    let work = made.work();
    let oid = made
        .git(&["rev-parse", "HEAD:large.txt"])
        .parse()
        .expect("an id");
    let bytes = large();
    let size = bytes.len() as u64;
    let repository = Repository::open(&work).expect("a repository");
    assert!(repository.is_loose(oid).expect("asked"));
    let ranges = [
        (0, size),
        (0, 10),
        (1_500_000, 2_700_000),
        (size - 3, u64::MAX),
        (size, u64::MAX),
    ];
    for (start, end) in ranges {
        let range = ByteRange::new(start, end).expect("a range");
        let mut streamed = Vec::new();
        let done = repository.stream_blob(oid, range, |piece| {
            streamed.extend_from_slice(&piece);
            ControlFlow::Continue(())
        });
        done.expect("streamed");
        let index = |at: u64| usize::try_from(at.min(size)).expect("in memory");
        assert!(streamed == bytes[index(start)..index(end)], "{range}");
    }
    git(&work, &["gc", "--quiet"]);
    assert!(
        !repository.is_loose(oid).expect("asked"),
        "it went into a pack"
    );
    let read = repository.read_blob(oid, size).expect("read");
    assert!(read.expect("a blob") == bytes);
    let fault = repository.read_blob(oid, size - 1).expect_err("too long");
    assert_eq!(fault.kind(), GitErrorKind::TooLarge);
    let commit = made.git(&["rev-parse", "HEAD"]).parse().expect("an id");
    assert_eq!(
        repository.blob_size(commit).expect("asked"),
        None,
        "a commit is no blob"
    );
    let listed = repository.blobs().expect("listed");
    let objects = made.git(&[
        "cat-file",
        "--batch-all-objects",
        "--batch-check=%(objecttype) %(objectname)",
    ]);
    let wanted: Vec<GitOid> = objects
        .lines()
        .filter_map(|line| line.strip_prefix("blob ")?.parse().ok())
        .collect();
    assert_eq!(listed, wanted);
}

#[test]
fn a_tree_that_names_itself_over_and_over_is_refused() {
    let Some(made) = Made::new() else { return };
    let mut tree = made.git(&["rev-parse", "v0^{tree}"]);
    // Ten folders in each of ten, twelve times over: few objects, and more files than anybody has.
    for _ in 0..12 {
        let lines = (0..10).map(|number| format!("040000 tree {tree}\td{number}\n"));
        tree = feed(&made.work(), &["mktree"], &lines.collect::<String>());
    }
    let commit = made.git(&["commit-tree", "-m", "Too much", &tree]);
    let repository = Repository::open(&made.work()).expect("a repository");
    let repository = repository.with_most_files(10_000);
    let fault = repository.tree(commit.parse().expect("an id"));
    assert_eq!(fault.expect_err("refused").kind(), GitErrorKind::TooLarge);
}

#[test]
fn what_is_no_repository_is_told_so() {
    let folder = tempfile::tempdir().expect("a folder");
    assert!(!is_repository(folder.path()));
    let fault = Repository::open(folder.path()).expect_err("nothing there");
    assert_eq!(fault.kind(), GitErrorKind::NotFound);
    let Some(made) = Made::new() else { return };
    assert!(is_repository(&made.bare()) && is_repository(&made.work()));
    let below = made.work().join("folder");
    assert!(!is_repository(&below), "folders above are not searched");
    assert!(Repository::open(&below).is_err());
    git(
        folder.path(),
        &["init", "--quiet", "--object-format=sha256"],
    );
    let fault = Repository::open(folder.path()).expect_err("SHA-256");
    assert_eq!(fault.kind(), GitErrorKind::Unsupported, "{fault:?}");
}
