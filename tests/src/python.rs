//! Python with packages that nobody here wrote.

use std::{
    ffi::OsStr,
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::Context as _;

use crate::{
    Home, Run, Skip, suite_cache,
    tools::{call, fingerprint},
    under_lock,
};

/// A virtual environment.
#[derive(Debug)]
pub struct Python {
    folder: PathBuf,
}

impl Python {
    /// Makes an environment with these requirements, or finds the one that an earlier run made.
    pub fn with(requirements: &[&str]) -> Result<Self, Skip> {
        let folder = suite_cache()?.join(format!("venv-{}", fingerprint(requirements)));
        let python = Self { folder };
        under_lock(&python.folder, |folder| {
            call(
                Command::new(system_python())
                    .args(["-m", "venv", "--clear"])
                    .arg(folder),
            )?;
            if requirements.is_empty() {
                return Ok(());
            }
            call(
                Command::new(python.interpreter())
                    .args(["-m", "pip", "install", "--quiet"])
                    .args(requirements),
            )
        })?;
        Ok(python)
    }

    /// Prepares a script of a suite.
    pub fn script<'home, A: AsRef<OsStr>>(
        &self,
        home: &'home Home,
        path: &str,
        arguments: impl IntoIterator<Item = A>,
    ) -> Run<'home> {
        let script = Path::new(env!("CARGO_MANIFEST_DIR"))
            .join("suites")
            .join(path);
        let words = arguments.into_iter().map(|word| word.as_ref().to_owned());
        quiet(home.program(
            &self.interpreter(),
            std::iter::once(script.into_os_string()).chain(words),
        ))
    }

    /// Prepares a program that one of the packages brought along.
    pub fn program<'home, A: AsRef<OsStr>>(
        &self,
        home: &'home Home,
        name: &str,
        arguments: impl IntoIterator<Item = A>,
    ) -> Run<'home> {
        quiet(home.program(&self.executable(name), arguments))
    }

    /// Downloads one package without what it depends on, and unpacks it into a folder.
    pub(crate) fn unpack(&self, requirement: &str, folder: &Path) -> Result<(), Skip> {
        let wheels = tempfile::tempdir().context("no temporary folder")?;
        let mut download = Command::new(self.interpreter());
        download
            .args([
                "-m",
                "pip",
                "download",
                "--quiet",
                "--no-deps",
                requirement,
                "--dest",
            ])
            .arg(wheels.path());
        call(&mut download)?;
        let entries = std::fs::read_dir(wheels.path()).context("pip left no folder")?;
        for wheel in entries {
            let wheel = wheel.context("pip left an unreadable folder")?.path();
            call(
                Command::new(self.interpreter())
                    .args(["-m", "zipfile", "-e"])
                    .arg(wheel)
                    .arg(folder),
            )?;
        }
        Ok(())
    }

    fn interpreter(&self) -> PathBuf {
        self.executable("python")
    }

    fn executable(&self, name: &str) -> PathBuf {
        if cfg!(windows) {
            self.folder.join("Scripts").join(name).with_extension("exe")
        } else {
            self.folder.join("bin").join(name)
        }
    }
}

/// Keeps Python's client from drawing, asking home for news, and using a protocol that our server does not speak.
fn quiet(run: Run<'_>) -> Run<'_> {
    run.env("HF_HUB_DISABLE_XET", "1")
        .env("HF_HUB_DISABLE_UPDATE_CHECK", "1")
        .env("HF_HUB_DISABLE_TELEMETRY", "1")
        .env("HF_HUB_DISABLE_PROGRESS_BARS", "1")
        .env("PYTHONUTF8", "1")
        .env("PYTHONDONTWRITEBYTECODE", "1")
        .env("NO_COLOR", "1")
}

fn system_python() -> &'static str {
    if cfg!(windows) { "python" } else { "python3" }
}
