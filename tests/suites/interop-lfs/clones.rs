//! A repository with large files, clones of it, and what git and git-lfs say of them.

use std::{
    fs,
    path::{Path, PathBuf},
};

use anyhow::{Context as _, Result, ensure};
use hubkit_tests::{BareGit, GitHttp, Home, Outcome, Skip};
use tempfile::TempDir;

pub(crate) const REPO: &str = "models/lab/tiny.git";

const ATTRIBUTES: &str = "*.bin filter=lfs diff=lfs merge=lfs -text\n";

/// Says whether git and git-lfs are there.
pub(crate) fn tools() -> Result<(), Skip> {
    BareGit::available()?;
    let version = std::process::Command::new("git")
        .args(["lfs", "version"])
        .output();
    match version {
        Ok(output) if output.status.success() => Ok(()),
        _ => Err(Skip::Missing("there is no git-lfs".to_owned())),
    }
}

/// A folder of one bare repository, with its objects, behind `git http-backend`.
pub(crate) struct Origin {
    folder: TempDir,
    http: GitHttp,
}

impl Origin {
    pub(crate) fn new() -> Result<Self> {
        let folder = tempfile::tempdir()?;
        let repo = BareGit::init(&folder.path().join(REPO))?;
        repo.file(".gitattributes", ATTRIBUTES)?;
        repo.file("README.md", "# Tiny\n")?;
        for (path, bytes) in large() {
            repo.large(path, &bytes)?;
        }
        repo.git(["add", "--all"])?;
        repo.git(["update-index", "--chmod=+x", "tools/run.bin"])?;
        // Nothing is configured as a filter here, so the pointers stay as they are.
        repo.git(["commit", "--quiet", "--message", "All"])?;
        let http = GitHttp::start(folder.path())?;
        Ok(Self { folder, http })
    }

    pub(crate) fn root(&self) -> &Path {
        self.folder.path()
    }

    /// Where the repository is cloned from.
    pub(crate) fn url(&self) -> String {
        self.http.url(REPO)
    }

    /// A clone in which pointers lie where files belong.
    pub(crate) fn clone<'home>(&self, home: &'home Home, name: &str) -> Result<Clone<'home>> {
        let folder = home.path().join(name);
        let url = self.url();
        let arguments = ["clone", "--quiet", &url, name];
        git(home, home.path(), &arguments)?.success()?;
        Ok(Clone { home, folder })
    }

    /// The objects themselves, to be sent to another LFS server by git-lfs.
    pub(crate) fn push_to(&self, home: &Home, lfs: &str) -> Result<()> {
        let folder = self.root().join(REPO);
        git(home, &folder, &["config", "lfs.url", lfs])?.success()?;
        git(home, &folder, &["config", "lfs.locksverify", "false"])?.success()?;
        let origin = folder.to_string_lossy().into_owned();
        git(home, &folder, &["lfs", "push", "--all", &origin])?.success()?;
        Ok(())
    }
}

/// A file of several parts, a small one, the same again under a name that has to be quoted, and one that can be run.
pub(crate) fn large() -> Vec<(&'static str, Vec<u8>)> {
    let noise = |seed: u32, length: u32| -> Vec<u8> {
        let mut state = seed;
        let bytes = (0..length).map(|_| {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            state.to_be_bytes()[0]
        });
        bytes.collect()
    };
    vec![
        ("model.bin", noise(1, 4_500_000)),
        ("sub/small.bin", noise(2, 1000)),
        ("sub/twin gr\u{f6}\u{df}e.bin", noise(2, 1000)),
        ("tools/run.bin", noise(3, 50)),
    ]
}

pub(crate) struct Clone<'home> {
    home: &'home Home,
    pub(crate) folder: PathBuf,
}

impl Clone<'_> {
    pub(crate) fn git(&self, arguments: &[&str]) -> Result<Outcome> {
        git(self.home, &self.folder, arguments)
    }

    /// `hubkit lfs …`, at a hub.
    pub(crate) fn lfs(&self, endpoint: &str, arguments: &[&str]) -> Result<Outcome> {
        let arguments = ["lfs"].iter().chain(arguments);
        let run = self.home.hubkit(arguments)?.within(&self.folder);
        run.at(endpoint).run()
    }

    /// Every large file is there, byte for byte; git sees no change, with and without the filters of git-lfs; git-lfs
    /// finds every object.
    pub(crate) fn is_whole(&self) -> Result<()> {
        for (path, bytes) in large() {
            let found = fs::read(self.folder.join(path)).with_context(|| path.to_owned())?;
            ensure!(found == bytes, "{path} is not the file");
        }
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            let mode = |path: &str| -> Result<u32> {
                let found = fs::metadata(self.folder.join(path))?;
                Ok(found.permissions().mode() & 0o111)
            };
            ensure!(mode("tools/run.bin")? != 0, "it can't be run any more");
            ensure!(mode("model.bin")? == 0, "it can be run now");
        }
        self.is_clean()?;
        self.git(&["lfs", "install", "--local"])?.success()?;
        self.is_clean()?;
        let listed = self.git(&["lfs", "ls-files"])?.success()?.stdout;
        ensure!(listed.lines().count() == large().len(), "{listed}");
        ensure!(
            listed
                .lines()
                .all(|line| line.split(' ').nth(1) == Some("*")),
            "{listed}"
        );
        self.git(&["lfs", "fsck"])?.success()?;
        Ok(())
    }

    pub(crate) fn is_clean(&self) -> Result<()> {
        let status = self.git(&["status", "--porcelain"])?.success()?.stdout;
        ensure!(status.is_empty(), "git sees changes:\n{status}");
        Ok(())
    }
}

/// Git without anybody's configuration but the repository's.
pub(crate) fn git(home: &Home, folder: &Path, arguments: &[&str]) -> Result<Outcome> {
    let who = ["GIT_AUTHOR_NAME", "GIT_COMMITTER_NAME"];
    let mail = ["GIT_AUTHOR_EMAIL", "GIT_COMMITTER_EMAIL"];
    let mut run = home
        .program(Path::new("git"), arguments)
        .within(folder)
        .env("GIT_CONFIG_NOSYSTEM", "1")
        .env("GIT_CONFIG_GLOBAL", home.path().join("gitconfig"))
        .env("GIT_TERMINAL_PROMPT", "0");
    for name in who {
        run = run.env(name, "Ada");
    }
    for name in mail {
        run = run.env(name, "ada@lab.example");
    }
    run.run()
}
