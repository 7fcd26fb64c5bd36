//! A benchmark rig: servers, other clients and data, all made by a `setup.sh`.

use std::{
    fs::{self, File},
    net::{Ipv4Addr, TcpListener},
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context as _, Result, bail};

use super::tools::{self, Tool};
use crate::{
    metadata::Metadata,
    process::{ask, run},
};

const TOOLS: &[Tool] = &[
    Tool {
        program: "curl",
        package: "curl",
    },
    Tool {
        program: "wget",
        package: "wget",
    },
    Tool {
        program: "aria2c",
        package: "aria2",
    },
    Tool {
        program: "python3",
        package: "python3-venv",
    },
];

/// What `setup.sh` leaves in the working folder.
const PARTS: &[&str] = &[
    "build/release/hubsim",
    "build/release/floor",
    "build/release/hfhub-peer",
    "venv/bin/hf",
    "data/models",
    "scan-cache",
    "micro",
];

/// Where a rig is.
#[derive(PartialEq, Eq, Debug)]
pub(super) struct Place {
    /// The rig's own folder; nothing is written into it.
    rig: Option<PathBuf>,
    /// What the rig builds, makes and writes; `None` for a folder below cargo's target folder.
    work: Option<PathBuf>,
}

impl Place {
    /// As the environment says.
    pub(super) fn read(environment: impl Fn(&str) -> Option<String>) -> Self {
        Self {
            rig: environment("HUBKIT_RIG").map(PathBuf::from),
            work: environment("RIG_WORK").map(PathBuf::from),
        }
    }

    /// Takes an option that says where; `false` when it is another one.
    pub(super) fn take(&mut self, option: &str, value: &str) -> bool {
        match option {
            "--rig" => self.rig = Some(value.into()),
            "--work" => self.work = Some(value.into()),
            _ => return false,
        }
        true
    }
}

/// A rig that is set up.
pub(super) struct Rig {
    folder: PathBuf,
    work: PathBuf,
    /// Held until the end: two measurements at once would measure each other, in the same folders.
    _lock: File,
}

impl Rig {
    /// Sets the rig up where it is not.
    pub(super) fn open(place: &Place) -> Result<Self> {
        let rig = place.rig.as_deref();
        let rig = rig.context("where is the rig? --rig, or HUBKIT_RIG in the environment, says")?;
        let folder = rig.canonicalize();
        let folder = folder.with_context(|| format!("no rig at {}", rig.display()))?;
        if !folder.join("bench.py").is_file() {
            bail!("{} holds no bench.py, so it is no rig", folder.display());
        }
        let missing = tools::provide(TOOLS)?;
        if !missing.is_empty() {
            let packages: Vec<_> = missing.iter().map(|tool| tool.package).collect();
            bail!(
                "install {} first, or run this as a user who may",
                packages.join(", ")
            );
        }
        let work = match &place.work {
            Some(work) => work.clone(),
            None => Metadata::read()?.target_directory.join("bench/rig"),
        };
        fs::create_dir_all(&work)?;
        let work = work.canonicalize()?;
        let lock = File::create(work.join("xtask.lock"))?;
        if lock.try_lock().is_err() {
            bail!("another measurement runs in {}", work.display());
        }
        let rig = Self {
            folder,
            work,
            _lock: lock,
        };
        rig.set_up()?;
        rig.clean()?;
        Ok(rig)
    }

    fn set_up(&self) -> Result<()> {
        let missing = || PARTS.iter().find(|part| !self.work.join(part).exists());
        if missing().is_none() {
            return Ok(());
        }
        run(Command::new("bash")
            .arg(self.folder.join("setup.sh"))
            .arg(&self.work))?;
        match missing() {
            Some(part) => bail!("the rig's setup.sh made no {part}"),
            None => Ok(()),
        }
    }

    /// What a run that was killed may have left: gigabytes.
    pub(super) fn clean(&self) -> Result<()> {
        let out = self.scratch();
        if out.exists() {
            fs::remove_dir_all(&out).with_context(|| format!("can't clean {}", out.display()))?;
        }
        Ok(())
    }

    /// The folder for what the programs write.
    pub(super) fn scratch(&self) -> PathBuf {
        self.work.join("xtask")
    }

    pub(super) fn folder(&self) -> &Path {
        &self.folder
    }

    pub(super) fn work(&self) -> &Path {
        &self.work
    }

    /// One of the programs that the rig builds.
    pub(super) fn program(&self, name: &str) -> PathBuf {
        self.work.join("build/release").join(name)
    }

    /// What the rig's server serves.
    pub(super) fn data(&self) -> PathBuf {
        self.work.join("data")
    }

    /// What it has of a repository: its manifest and its files.
    pub(super) fn repo(&self, name: &str) -> PathBuf {
        self.data().join("models").join(name)
    }

    pub(super) fn python(&self) -> PathBuf {
        self.work.join("venv/bin/python")
    }

    /// Who was measured, in one sentence.
    pub(super) fn versions(&self, rounds: usize) -> Result<String> {
        let mut python = Command::new(self.python());
        python.args([
            "-c",
            "from importlib.metadata import version as v; print(v('huggingface_hub'), v('hf_xet'))",
        ]);
        let python = ask(&mut python)?;
        let (hf, xet) = python
            .trim()
            .split_once(' ')
            .context("Python names two versions")?;
        let lock = fs::read_to_string(self.folder.join("peers/hfhub/Cargo.lock"))?;
        let hf_hub = locked(&lock, "hf-hub").context("the rig's Cargo.lock names no hf-hub")?;
        let second = |program: &str, word: usize| -> Result<String> {
            let text = ask(Command::new(program).arg("--version"))?;
            let word = text.split_whitespace().nth(word);
            Ok(word.context("a version")?.to_owned())
        };
        Ok(format!(
            "Medians of {rounds} rounds in turn; `hf` of huggingface_hub {hf} with hf_xet {xet}, hf-hub {hf_hub}, curl {}, \
             aria2 {}; {}.",
            second("curl", 1)?,
            second("aria2c", 2)?,
            machine()?
        ))
    }
}

/// On what was measured.
pub(super) fn machine() -> Result<String> {
    let processors = std::thread::available_parallelism()?;
    let kernel = ask(Command::new("uname").arg("-sr"))?;
    Ok(format!("{processors} processors, {}", kernel.trim()))
}

/// The version of a package in a lock file.
fn locked<'a>(lock: &'a str, package: &str) -> Option<&'a str> {
    let (_, entry) = lock.split_once(&format!("name = \"{package}\"\nversion = \""))?;
    Some(entry.split_once('"')?.0)
}

/// A port that is free, and the next one too: the rig's server takes both.
pub(super) fn free_ports() -> Result<u16> {
    for _ in 0..100 {
        let first = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
        let port = first.local_addr()?.port();
        let next = port.checked_add(1);
        if next.is_some_and(|next| TcpListener::bind((Ipv4Addr::LOCALHOST, next)).is_ok()) {
            return Ok(port);
        }
    }
    bail!("no two ports in a row are free");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_version_is_read_from_a_lock_file() {
        let lock = "[[package]]\nname = \"hf-hub-x\"\nversion = \"9\"\n\n[[package]]\nname = \"hf-hub\"\nversion = \"1.0.0\"\n";
        assert_eq!(locked(lock, "hf-hub"), Some("1.0.0"));
        assert_eq!(locked(lock, "tokio"), None);
    }
}
