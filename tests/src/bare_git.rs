//! Bare git repositories to be served, made by git itself.

use std::{
    fmt::Write as _,
    fs,
    io::Write as _,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use anyhow::{Context as _, Result, ensure};
use sha2::{Digest as _, Sha256};
use tempfile::TempDir;

use crate::Skip;

/// A second before the first commit; each further commit is an hour later.
const BEGIN: u64 = 1_700_000_000;

/// A bare repository, and the files that its next commit will hold.
///
/// What is large lies in `lfs/objects`, as git-lfs leaves it, and git holds its pointer.
#[derive(Debug)]
pub struct BareGit {
    folder: PathBuf,
    files: TempDir,
    commits: u64,
}

impl BareGit {
    /// Says whether there is a git to make one.
    pub fn available() -> Result<(), Skip> {
        let version = Command::new("git").arg("--version").output();
        version.map_err(|error| Skip::Missing(format!("git can't be started: {error}")))?;
        Ok(())
    }

    /// Makes an empty repository with the branch `main`.
    pub fn init(folder: &Path) -> Result<Self> {
        fs::create_dir_all(folder)?;
        let made = Self {
            folder: folder.to_owned(),
            files: tempfile::tempdir()?,
            commits: 0,
        };
        let mut init = Command::new("git");
        init.args(["init", "--bare", "--quiet", "--initial-branch=main"]);
        made.run(init.arg(folder))?;
        // Bytes are committed as they are, on Windows too.
        made.git(["config", "core.autocrlf", "false"])?;
        Ok(made)
    }

    /// Puts a file into the next commit.
    pub fn file(&self, path: &str, bytes: impl AsRef<[u8]>) -> Result<()> {
        let path = self.files.path().join(path);
        fs::create_dir_all(path.parent().context("a file lies in a folder")?)?;
        Ok(fs::write(path, bytes)?)
    }

    /// Puts a large file into the next commit: git gets the pointer.
    pub fn large(&self, path: &str, bytes: &[u8]) -> Result<()> {
        let mut digest = String::new();
        for byte in Sha256::digest(bytes) {
            write!(digest, "{byte:02x}")?;
        }
        let object = self.folder.join("lfs/objects");
        let object = object.join(&digest[..2]).join(&digest[2..4]).join(&digest);
        fs::create_dir_all(object.parent().context("an object lies in a folder")?)?;
        fs::write(object, bytes)?;
        let pointer = format!(
            "version https://git-lfs.github.com/spec/v1\noid sha256:{digest}\nsize {}\n",
            bytes.len()
        );
        self.file(path, pointer)
    }

    /// Takes a file out of the next commit.
    pub fn remove(&self, path: &str) -> Result<()> {
        Ok(fs::remove_file(self.files.path().join(path))?)
    }

    /// Commits what was put in, and returns the commit's id. The message's first line is its title.
    pub fn commit(&mut self, message: &str) -> Result<String> {
        self.commits += 1;
        self.git(["add", "--all"])?;
        self.git(["commit", "--quiet", "--allow-empty", "--message", message])?;
        self.git(["rev-parse", "HEAD"])
    }

    /// Makes a branch of so many empty commits, named `Commit 0` and on, in one go.
    pub fn long_branch(&self, branch: &str, commits: u64) -> Result<()> {
        let mut stream = String::new();
        for number in 0..commits {
            let message = format!("Commit {number}");
            writeln!(stream, "commit refs/heads/{branch}")?;
            writeln!(
                stream,
                "committer Ada <ada@lab.example> {} +0000",
                BEGIN + number
            )?;
            writeln!(stream, "data {}\n{message}", message.len())?;
        }
        let mut import = Command::new("git");
        import.arg("--git-dir").arg(&self.folder);
        let mut child = import
            .args(["fast-import", "--quiet"])
            .stdin(Stdio::piped())
            .spawn()?;
        let stdin = child.stdin.take();
        let mut stdin = stdin.context("standard input was asked for as a pipe")?;
        stdin.write_all(stream.as_bytes())?;
        drop(stdin);
        ensure!(child.wait()?.success(), "git fast-import failed");
        Ok(())
    }

    /// Runs git in the repository and returns what it printed, without the line's end.
    pub fn git<const N: usize>(&self, arguments: [&str; N]) -> Result<String> {
        let mut command = Command::new("git");
        command
            .arg("--git-dir")
            .arg(&self.folder)
            .arg("--work-tree")
            .arg(self.files.path())
            .args(arguments);
        self.run(&mut command)
    }

    fn run(&self, command: &mut Command) -> Result<String> {
        let date = format!("{} +0000", BEGIN + 3600 * self.commits);
        command
            .current_dir(self.files.path())
            // What the person has configured must not show in a commit.
            .env("GIT_CONFIG_GLOBAL", self.folder.join("none"))
            .env("GIT_CONFIG_NOSYSTEM", "1");
        for who in ["AUTHOR", "COMMITTER"] {
            command
                .env(format!("GIT_{who}_NAME"), "Ada")
                .env(format!("GIT_{who}_EMAIL"), "ada@lab.example")
                .env(format!("GIT_{who}_DATE"), &date);
        }
        let output = command.output().context("can't start git")?;
        ensure!(
            output.status.success(),
            "{command:?} failed:\n{}",
            String::from_utf8_lossy(&output.stderr)
        );
        Ok(String::from_utf8(output.stdout)?.trim_end().to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    #[expect(clippy::print_stderr, reason = "says why nothing was tested")]
    fn git_holds_the_pointer_of_a_large_file() -> Result<()> {
        let place = tempfile::tempdir()?;
        if let Err(skip) = BareGit::available() {
            eprintln!("{skip}");
            return Ok(());
        }
        let mut repo = BareGit::init(&place.path().join("tiny.git"))?;
        repo.file("a/small.txt", "small\n")?;
        repo.large("weights.bin", b"0123456789")?;
        let first = repo.commit("Add both\n\nAt once.")?;
        repo.remove("a/small.txt")?;
        let second = repo.commit("Remove one")?;
        assert_ne!(first, second);
        assert_eq!(
            repo.git(["ls-tree", "-r", "--name-only", "HEAD"])?,
            "weights.bin"
        );
        let pointer = repo.git(["cat-file", "blob", "HEAD:weights.bin"])?;
        let digest = "84d89877f0d4041efb6bf91a16f0248f2fd573e6af05c19f96bedb9f882f7882";
        assert!(
            pointer.ends_with(&format!("oid sha256:{digest}\nsize 10")),
            "{pointer}"
        );
        assert_eq!(repo.git(["log", "--format=%at"])?, "1700007200\n1700003600");
        repo.long_branch("long", 3)?;
        let titles = repo.git(["log", "--format=%s", "long"])?;
        assert_eq!(titles, "Commit 2\nCommit 1\nCommit 0");
        let object = place.path().join("tiny.git/lfs/objects/84/d8").join(digest);
        assert_eq!(fs::read(object)?, b"0123456789");
        Ok(())
    }
}
