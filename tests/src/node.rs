//! Node with packages that nobody here wrote.

use std::{
    ffi::OsStr,
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::Context as _;

use crate::{
    Home, Run, Skip, suite_cache,
    tools::{call, fingerprint},
    under_lock,
};

/// A folder of installed packages, and the suite that named them.
#[derive(Debug)]
pub struct Node {
    packages: PathBuf,
    suite: PathBuf,
}

impl Node {
    /// Installs what the lock file of a suite names, or finds what an earlier run installed.
    pub fn with_packages_of(suite: &str) -> Result<Self, Skip> {
        let suite = Path::new(env!("CARGO_MANIFEST_DIR"))
            .join("suites")
            .join(suite);
        call(Command::new("node").arg("--version"))?;
        let lock = fs::read_to_string(suite.join("package-lock.json"))
            .context("the suite has no lock file")?;
        let packages = suite_cache()?.join(format!("npm-{}", fingerprint(&[&lock])));
        under_lock(&packages, |folder| {
            for name in ["package.json", "package-lock.json"] {
                fs::copy(suite.join(name), folder.join(name))
                    .context("the suite has no package")?;
            }
            call(
                Command::new(npm())
                    .args(["ci", "--ignore-scripts", "--no-audit", "--no-fund"])
                    .current_dir(folder),
            )
        })?;
        Ok(Self { packages, suite })
    }

    /// Prepares a script of the suite. It finds the packages at `NODE_PACKAGES`.
    pub fn script<'home, A: AsRef<OsStr>>(
        &self,
        home: &'home Home,
        name: &str,
        arguments: impl IntoIterator<Item = A>,
    ) -> Run<'home> {
        let words = arguments.into_iter().map(|word| word.as_ref().to_owned());
        let script = self.suite.join(name).into_os_string();
        home.program(Path::new("node"), std::iter::once(script).chain(words))
            // A folder, for `createRequire`, ends with a slash.
            .env("NODE_PACKAGES", self.packages.join(""))
    }
}

fn npm() -> &'static str {
    if cfg!(windows) { "npm.cmd" } else { "npm" }
}
