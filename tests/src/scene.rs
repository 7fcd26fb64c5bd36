//! A misbehaving hub, and somebody who fetches from it with a token.

use std::{fs, path::PathBuf};

use anyhow::{Context as _, Result, ensure};

use crate::{AUTHORITY, COMMIT, Door, FaultyHub, Home, Outcome, Run, Scenario, files_below};

/// What a client of a faulty hub has for a token. No hub knows it.
pub const TOKEN: &str = "hf_NobodyMayReadThisOfTheFaultSuite";

/// The file of the certificates that are trusted.
const CERTIFICATES: &str = "authority.pem";

/// A hub and a home. The cache lies a few folders below the home, so that who climbs out of it still stays within.
pub struct Scene {
    /// The hub.
    pub hub: FaultyHub,
    /// The home.
    pub home: Home,
}

impl Scene {
    /// Starts a hub and makes a home.
    pub fn new(scenario: Scenario) -> Result<Self> {
        Self::behind(Door::Open, scenario)
    }

    /// Starts a hub behind a door, and makes a home where what [`AUTHORITY`] vouches for is trusted.
    pub fn behind(door: Door, scenario: Scenario) -> Result<Self> {
        let hub = FaultyHub::behind(door, scenario)?;
        let scene = Self {
            hub,
            home: Home::new()?,
        };
        fs::write(scene.home.path().join(CERTIFICATES), AUTHORITY)?;
        Ok(scene)
    }

    /// The folder of the cache.
    pub fn cache(&self) -> PathBuf {
        self.home.path().join("b/c/d/e/cache")
    }

    /// Prepares the command, pointed at the hub.
    pub fn hubkit(&self, arguments: &[&str]) -> Result<Run<'_>> {
        Ok(self.pointed(self.home.hubkit(arguments)?))
    }

    /// Points a program at the hub, with the token and the cache.
    pub fn pointed<'run>(&self, run: Run<'run>) -> Run<'run> {
        run.at(self.hub.endpoint())
            .env("HF_HUB_CACHE", self.cache())
            .env("HUBKIT_CA_BUNDLE", self.home.path().join(CERTIFICATES))
            .env("HF_TOKEN", TOKEN)
    }

    /// Prepares a download of the repository, or of files of it.
    pub fn prepare(&self, arguments: &[&str]) -> Result<Run<'_>> {
        let repo = self.hub.repo();
        let words = ["download", &repo].into_iter();
        self.hubkit(&words.chain(arguments.iter().copied()).collect::<Vec<_>>())
    }

    /// Downloads the repository, or files of it. However that ends: no panic, no token in sight, nothing outside the
    /// cache, and no token at another server.
    pub fn download(&self, arguments: &[&str]) -> Result<Outcome> {
        self.end(self.prepare(arguments)?)
    }

    /// Runs what was prepared to its end, with the same certainties.
    pub fn end(&self, run: Run<'_>) -> Result<Outcome> {
        let outcome = run.run()?;
        for text in [&outcome.stdout, &outcome.stderr] {
            ensure!(!text.contains(TOKEN), "the token is shown\n{outcome}");
            ensure!(!text.contains("panicked"), "{outcome}");
            let is_plain = |c: char| !c.is_control() || c == '\n';
            ensure!(
                text.chars().all(is_plain),
                "control characters {text:?}\n{outcome}"
            );
        }
        ensure!(outcome.code.is_some(), "ended by a signal\n{outcome}");
        let strays = self.strays()?;
        ensure!(strays.is_empty(), "outside the cache: {strays:?}");
        for seen in self.hub.seen() {
            let is_elsewhere = seen.origin == crate::Origin::Elsewhere;
            ensure!(
                !(is_elsewhere && seen.has_secrets()),
                "secrets went elsewhere: {seen:?}"
            );
        }
        Ok(outcome)
    }

    /// What lies in the home and not in the cache.
    fn strays(&self) -> Result<Vec<String>> {
        let cache = self.cache();
        let cache = cache.strip_prefix(self.home.path())?.to_string_lossy();
        let names = files_below(self.home.path())?.into_keys();
        Ok(names
            .filter(|name| {
                !name.starts_with(&*cache) && !name.starts_with("local/") && name != CERTIFICATES
            })
            .collect())
    }

    /// What of the repository is in the cache, half-finished files aside.
    pub fn published(&self) -> Result<Vec<String>> {
        if !self.cache().exists() {
            return Ok(Vec::new());
        }
        let is_unfinished =
            |name: &str| name.ends_with(".incomplete") || name.ends_with(".journal");
        let is_place = |name: &str| {
            ["/blobs/", "/snapshots/", "/refs/"]
                .iter()
                .any(|place| name.contains(place))
        };
        let names = files_below(&self.cache())?.into_keys();
        Ok(names
            .filter(|name| is_place(name) && !is_unfinished(name))
            .collect())
    }

    /// Fails when the cache holds anything that could pass for a file.
    pub fn expect_nothing_published(&self) -> Result<()> {
        let published = self.published()?;
        ensure!(published.is_empty(), "published: {published:?}");
        Ok(())
    }

    /// Fails unless the snapshot holds every file of the repository, as it is on the hub.
    pub fn expect_right(&self) -> Result<()> {
        let folder = self.hub.repo().replace('/', "--");
        let folder = self
            .cache()
            .join(format!("models--{folder}/snapshots/{COMMIT}"));
        for asset in self.hub.assets() {
            let path = folder.join(&asset.path);
            let bytes =
                fs::read(&path).with_context(|| format!("can't read {}", path.display()))?;
            ensure!(bytes == asset.content, "other bytes in {}", asset.path);
        }
        Ok(())
    }
}

impl Outcome {
    /// Returns the outcome if the program ended with this code and each of these is on standard error.
    pub fn refused(self, code: i32, words: &[&str]) -> Result<Self> {
        let outcome = self.expect_code(code)?;
        for word in words {
            ensure!(
                outcome.stderr.contains(word),
                "`{word}` is not said\n{outcome}"
            );
        }
        Ok(outcome)
    }
}
