use std::{
    io::Write as _,
    path::Path,
    process::{Command, Stdio},
};

use super::*;

fn file(path: &str, bytes: &[u8]) -> TreeFile {
    TreeFile {
        path: path.parse().expect("a path"),
        size: bytes.len() as u64,
        oid: blob_id(bytes),
        lfs: None,
    }
}

/// Names around a folder's slash (`-` and `.` sort before it, `0` after it), folders in folders, accents.
fn files() -> Vec<TreeFile> {
    let paths = [
        "a0",
        "a/z",
        "a.b",
        "a-b",
        "a/b/c/d",
        "a/b.c",
        "é/ü",
        "Z",
        "README.md",
        "b",
        "a/b/c.d",
    ];
    paths
        .iter()
        .map(|path| file(path, path.as_bytes()))
        .collect()
}

#[test]
fn nothing_at_all_is_gits_empty_tree() {
    assert_eq!(
        tree_id(&[]).to_string(),
        "4b825dc642cb6eb9a060e54bf8d69288fbee4904"
    );
}

#[test]
fn the_order_of_files_makes_no_difference_and_content_does() {
    let mut reversed = files();
    reversed.reverse();
    assert_eq!(commit_id(&files(), "x"), commit_id(&reversed, "x"));
    assert_ne!(commit_id(&files(), "x"), commit_id(&files(), "y"));
    reversed[3].oid = blob_id(b"other");
    assert_ne!(tree_id(&files()), tree_id(&reversed));
}

#[test]
fn paths_that_exclude_each_other_are_no_panic() {
    tree_id(&[file("a", b""), file("a/b", b""), file("a", b"x")]);
}

#[test]
fn a_folder_has_the_id_of_the_tree_of_its_files() {
    let files = files();
    let ids = folder_ids(&files);
    let paths: Vec<&str> = ids.keys().map(RepoPath::as_str).collect();
    assert_eq!(paths, ["a", "a/b", "a/b/c", "é"]);
    for (folder, id) in ids {
        let prefix = format!("{folder}/");
        let inside: Vec<TreeFile> = files
            .iter()
            .filter_map(|file| {
                let path = file.path.as_str().strip_prefix(&prefix)?;
                let path = path.parse().expect("a path");
                Some(TreeFile {
                    path,
                    ..file.clone()
                })
            })
            .collect();
        assert_eq!(id, tree_id(&inside), "{folder}");
    }
    assert_eq!(folder_ids(&[]), BTreeMap::new());
}

#[test]
fn git_computes_the_same_ids() {
    let folder = tempfile::tempdir().expect("a folder");
    let Some(git) = Git::start(folder.path()) else {
        skip("there is no git here to compare with");
        return;
    };
    let mut index = Vec::new();
    for file in files() {
        let path = file.path.as_str();
        let oid = git.run(&["hash-object", "-w", "--stdin"], path.as_bytes());
        assert_eq!(oid, file.oid.to_string(), "{path}");
        writeln!(index, "100644 {oid}\t{path}").expect("memory takes it");
    }
    git.run(&["update-index", "--add", "--index-info"], &index);
    let tree = git.run(&["write-tree"], b"");
    assert_eq!(tree, tree_id(&files()).to_string());
    let commit = git.run(&["commit-tree", &tree, "-m", "import"], b"");
    assert_eq!(commit, commit_id(&files(), "import").to_string());
}

struct Git<'a>(&'a Path);

impl<'a> Git<'a> {
    fn start(folder: &'a Path) -> Option<Self> {
        let made = Command::new("git")
            .args(["init", "--quiet"])
            .arg(folder)
            .status();
        made.is_ok_and(|status| status.success())
            .then_some(Self(folder))
    }

    fn run(&self, arguments: &[&str], input: &[u8]) -> String {
        let mut child = Command::new("git")
            .args(arguments)
            .current_dir(self.0)
            .envs([
                ("GIT_AUTHOR_NAME", "hubkit"),
                ("GIT_AUTHOR_EMAIL", "hubkit@localhost"),
                ("GIT_AUTHOR_DATE", "@0 +0000"),
                ("GIT_COMMITTER_NAME", "hubkit"),
                ("GIT_COMMITTER_EMAIL", "hubkit@localhost"),
                ("GIT_COMMITTER_DATE", "@0 +0000"),
            ])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("git started a moment ago");
        let mut stdin = child.stdin.take().expect("the input is piped");
        stdin.write_all(input).expect("git reads its input");
        drop(stdin);
        let output = child.wait_with_output().expect("git ends");
        assert!(output.status.success(), "git {arguments:?}");
        String::from_utf8(output.stdout)
            .expect("text")
            .trim()
            .to_owned()
    }
}

#[expect(clippy::print_stderr, reason = "a test that could not run says why")]
fn skip(reason: &str) {
    eprintln!("skipped: {reason}");
}
