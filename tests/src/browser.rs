//! A browser without a window.

use std::{
    net::SocketAddr,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use anyhow::{Context as _, Result, bail};
use tempfile::TempDir;

use crate::{Skip, suite_cache, under_lock};

/// Chromium, in one of the names it is installed under.
#[derive(Debug)]
pub struct Browser {
    program: PathBuf,
}

const NAMES: [&str; 3] = ["chromium", "chromium-browser", "google-chrome"];

/// Nothing is fetched but the page: no updates, no variations, no first-run tour.
const QUIET: [&str; 9] = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--hide-scrollbars",
];

/// What a page became.
#[derive(Debug)]
pub struct Visit {
    /// The document, after everything on it was loaded.
    pub document: String,
    /// What the browser complained of: refused styles, images and scripts among it.
    pub complaints: Vec<String>,
}

impl Browser {
    /// Finds the browser, or installs it where the system's packages can be installed.
    pub fn find() -> Result<Self, Skip> {
        if let Some(program) = installed() {
            return Ok(Self { program });
        }
        under_lock(&suite_cache()?.join("chromium"), |_| {
            for words in [
                &["update", "-qq"][..],
                &["install", "-y", "-qq", "chromium"],
            ] {
                let status = Command::new("apt-get")
                    .args(words)
                    .env("DEBIAN_FRONTEND", "noninteractive")
                    .stdout(Stdio::null())
                    .stderr(Stdio::null())
                    .status();
                if !status.is_ok_and(|status| status.success()) {
                    let what = "no chromium, and `apt-get install chromium` does not bring it";
                    return Err(Skip::Missing(what.to_owned()));
                }
            }
            Ok(())
        })?;
        installed()
            .map(|program| Self { program })
            .ok_or_else(|| Skip::Missing("no chromium".to_owned()))
    }

    /// Opens a page and waits until it is loaded.
    pub fn visit(&self, address: &str) -> Result<Visit> {
        self.look(&[], address)
    }

    /// Does the same, with every name that ends in `.invalid` leading to one server.
    pub fn visit_through(&self, address: &str, server: SocketAddr) -> Result<Visit> {
        // The browser has questions of its own to its makers, which lead nowhere.
        let rules = format!("--host-resolver-rules=MAP *.invalid {server}");
        self.look(&[&rules], address)
    }

    fn look(&self, words: &[&str], address: &str) -> Result<Visit> {
        let words = [words, &["--dump-dom", "--enable-logging=stderr"]].concat();
        let output = self.run(&words, address)?;
        let log = String::from_utf8_lossy(&output.stderr);
        let complaints = log
            .lines()
            .filter(|line| line.contains("CONSOLE"))
            .map(str::to_owned);
        Ok(Visit {
            document: String::from_utf8(output.stdout).context("the document is not UTF-8")?,
            complaints: complaints.collect(),
        })
    }

    /// Takes a picture of a page, as PNG.
    pub fn picture(&self, address: &str, (width, height): (u32, u32), to: &Path) -> Result<()> {
        let file = format!("--screenshot={}", to.display());
        let size = format!("--window-size={width},{height}");
        self.run(&[&file, &size], address)?;
        if !to.is_file() {
            bail!("the browser left no picture of {address}");
        }
        Ok(())
    }

    fn run(&self, words: &[&str], address: &str) -> Result<std::process::Output> {
        let profile = TempDir::new()?;
        let output = Command::new(&self.program)
            .args(QUIET)
            .arg(format!("--user-data-dir={}", profile.path().display()))
            .args(words)
            .arg(address)
            .stdin(Stdio::null())
            .output()
            .context("the browser can't be started")?;
        if !output.status.success() {
            bail!("the browser failed at {address}: {}", output.status);
        }
        Ok(output)
    }
}

fn installed() -> Option<PathBuf> {
    let works = |name: &&str| {
        let status = Command::new(name)
            .arg("--version")
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .status();
        status.is_ok_and(|status| status.success())
    };
    NAMES.into_iter().find(works).map(PathBuf::from)
}
