//! Repositories that the `git` command makes.

use std::{
    fs,
    io::Write as _,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use tempfile::TempDir;

/// The bytes of the large file, which only its pointer stands for in git.
pub(crate) const WEIGHTS: &[u8] = b"a few bytes that count as large\n";

/// A folder to serve, with one repository in it.
pub(crate) struct Made {
    folder: TempDir,
}

impl Made {
    /// `None`, and a word why, where there is no git.
    #[expect(clippy::print_stderr, reason = "says why nothing was compared")]
    pub(crate) fn new() -> Option<Self> {
        let folder = tempfile::tempdir().expect("a temporary folder");
        if Command::new("git").arg("--version").output().is_err() {
            eprintln!("skipped: there is no git on the search path");
            return None;
        }
        let made = Self { folder };
        fs::create_dir_all(made.work()).expect("a folder");
        made.fill();
        Some(made)
    }

    pub(crate) fn root(&self) -> PathBuf {
        self.folder.path().join("root")
    }

    /// The bare repository.
    pub(crate) fn bare(&self) -> PathBuf {
        self.root().join("models/acme/tiny.git")
    }

    /// The clone that it was made from.
    pub(crate) fn work(&self) -> PathBuf {
        self.root().join("datasets/acme/clone")
    }

    pub(crate) fn git(&self, arguments: &[&str]) -> String {
        git(&self.work(), arguments)
    }

    fn write(&self, path: &str, bytes: &[u8]) {
        let path = self.work().join(path);
        fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
        fs::write(path, bytes).expect("written");
    }

    fn commit(&self, message: &str) {
        self.git(&["add", "--all"]);
        self.git(&["commit", "--quiet", "--allow-empty", "-m", message]);
    }

    fn fill(&self) {
        self.git(&["init", "--quiet", "--initial-branch=trunk"]);
        self.write("config.json", b"{}\n");
        self.write("README.md", b"# Tiny\n");
        self.commit("First\n\nWith a body\nof two lines");
        self.git(&["tag", "v0"]);
        self.git(&["branch", "dev/x"]);
        self.write("folder/deep/b.txt", b"b\n");
        self.write("folder/caf\u{e9}.txt", b"accents\n");
        self.write("empty", b"");
        let pointer = |digest: &str, size: usize| {
            format!(
                "version https://git-lfs.github.com/spec/v1\noid sha256:{digest}\nsize {size}\n"
            )
        };
        let digest = digest_of(WEIGHTS);
        self.write("weights.bin", pointer(&digest, WEIGHTS.len()).as_bytes());
        let absent = "ab".repeat(32);
        self.write("absent.bin", pointer(&absent, 5).as_bytes());
        self.commit("Second");
        self.git(&["tag", "--annotate", "v1", "-m", "a tag with a message"]);
        self.git(&["checkout", "--quiet", "dev/x"]);
        self.write("side.txt", b"side\n");
        self.commit("On the side");
        self.git(&["update-ref", "refs/pr/1", "HEAD"]);
        self.git(&["update-ref", "refs/convert/parquet", "HEAD"]);
        self.git(&["update-ref", "refs/notes/elsewhere", "HEAD"]);
        self.git(&["checkout", "--quiet", "trunk"]);
        self.git(&["merge", "--quiet", "--no-ff", "dev/x", "-m", "Merge"]);
        self.write("large.txt", &large());
        self.git(&["add", "--all"]);
        let blob = self.git(&["hash-object", "-w", "README.md"]);
        for (mode, path) in [
            ("100755", "run.sh"),
            ("100644", "not: servable"),
            ("120000", "a link"),
        ] {
            let entry = format!("{mode},{blob},{path}");
            self.git(&["update-index", "--add", "--cacheinfo", &entry]);
        }
        let commit = self.git(&["rev-parse", "HEAD"]);
        let submodule = format!("160000,{commit},module");
        self.git(&["update-index", "--add", "--cacheinfo", &submodule]);
        self.git(&["commit", "--quiet", "-m", "Third"]);
        let bare = self.bare();
        let bare = bare.to_str().expect("a path in UTF-8");
        self.git(&["clone", "--quiet", "--mirror", ".", bare]);
        for folder in [self.bare(), self.work().join(".git")] {
            let objects = folder
                .join("lfs/objects")
                .join(&digest[..2])
                .join(&digest[2..4]);
            fs::create_dir_all(&objects).expect("a folder");
            fs::write(objects.join(&digest), WEIGHTS).expect("written");
        }
    }
}

/// Three megabytes of text in which no two neighbouring pages are alike.
pub(crate) fn large() -> Vec<u8> {
    let lines = (0..200_000_u32).map(|number| format!("line {number:08}\n"));
    lines.collect::<String>().into_bytes()
}

pub(crate) fn digest_of(bytes: &[u8]) -> String {
    let mut digester = hubkit_store::Digester::sha256();
    digester.update(bytes);
    digester.finish().to_string()
}

/// What git prints, without the last newline. Git runs apart from the configuration of this machine.
#[track_caller]
pub(crate) fn git(folder: &Path, arguments: &[&str]) -> String {
    feed(folder, arguments, "")
}

/// As [`git`], with something to read.
#[track_caller]
pub(crate) fn feed(folder: &Path, arguments: &[&str], input: &str) -> String {
    let mut child = Command::new("git")
        .args(["-c", "core.quotePath=false", "-c", "gc.auto=0"])
        .args(arguments)
        .current_dir(folder)
        .env_remove("GIT_DIR")
        .env_remove("GIT_WORK_TREE")
        .env("GIT_CONFIG_NOSYSTEM", "1")
        .env("GIT_CONFIG_GLOBAL", folder.join("no-such-file"))
        .env("GIT_AUTHOR_NAME", "Ada Lovelace")
        .env("GIT_AUTHOR_EMAIL", "ada@example.org")
        .env("GIT_AUTHOR_DATE", "1700000000 +0200")
        .env("GIT_COMMITTER_NAME", "Someone Else")
        .env("GIT_COMMITTER_EMAIL", "else@example.org")
        .env("GIT_COMMITTER_DATE", "1700000123 +0200")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("git runs");
    let mut stdin = child.stdin.take().expect("a pipe was asked for");
    stdin.write_all(input.as_bytes()).expect("git reads");
    drop(stdin);
    let output = child.wait_with_output().expect("git ends");
    let shown = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "git {arguments:?}: {shown}");
    let text = String::from_utf8(output.stdout).expect("UTF-8");
    text.strip_suffix('\n').unwrap_or(&text).to_owned()
}
