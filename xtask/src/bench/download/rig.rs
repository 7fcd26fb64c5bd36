//! The rig: its parts, its runs, its versions.

use std::{
    fs::{self, File},
    net::{Ipv4Addr, TcpListener},
    path::{Path, PathBuf},
    process::Command,
    time::UNIX_EPOCH,
};

use anyhow::{Context as _, Result, bail};
use serde::Deserialize;

use super::{
    goals::{OURS, Workload},
    options::Options,
    results::Runs,
};
use crate::{
    bench::tools::{self, Tool},
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

/// A rig that is set up.
pub(super) struct Rig {
    folder: PathBuf,
    work: PathBuf,
    /// Where the results are kept, one file a workload.
    kept: PathBuf,
    /// Held until the end: two measurements at once would measure each other, in the same folders.
    _lock: File,
}

impl Rig {
    /// Sets the rig up where it is not.
    pub(super) fn open(options: &Options) -> Result<Self> {
        let target = Metadata::read()?.target_directory.join("bench/download");
        let folder = options.rig.canonicalize();
        let folder = folder.with_context(|| format!("no rig at {}", options.rig.display()))?;
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
        let work = options.work.clone().unwrap_or_else(|| target.join("rig"));
        fs::create_dir_all(&work)?;
        let work = work.canonicalize()?;
        let kept = target.join("results");
        fs::create_dir_all(&kept)?;
        let lock = File::create(work.join("xtask.lock"))?;
        if lock.try_lock().is_err() {
            bail!("another measurement runs in {}", work.display());
        }
        let rig = Self {
            folder,
            work,
            kept,
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
    fn clean(&self) -> Result<()> {
        let out = self.scratch();
        if out.exists() {
            fs::remove_dir_all(&out).with_context(|| format!("can't clean {}", out.display()))?;
        }
        Ok(())
    }

    /// The folder for what the programs write.
    fn scratch(&self) -> PathBuf {
        self.work.join("xtask")
    }

    /// What was measured before with this very program, if all of it was.
    pub(super) fn measured(
        &self,
        workload: &Workload,
        program: &Path,
        rounds: usize,
    ) -> Result<Option<Runs>> {
        let Ok(text) = fs::read_to_string(self.results(workload)) else {
            return Ok(None);
        };
        let Some((head, lines)) = text.split_once('\n') else {
            return Ok(None);
        };
        if head != heading(program)? {
            return Ok(None);
        }
        let runs = Runs::read(lines, self.size(workload)?)?;
        Ok(runs.check(workload, rounds).is_ok().then_some(runs))
    }

    /// Runs the programs in turn, round by round.
    pub(super) fn measure(
        &self,
        workload: &Workload,
        program: &Path,
        rounds: usize,
    ) -> Result<Runs> {
        let results = self.results(workload);
        let fresh = results.with_extension("part");
        fs::write(&fresh, "")?;
        fs::create_dir_all(self.scratch())?;
        let mut peers: Vec<_> = workload.peers.iter().map(|peer| peer.name()).collect();
        peers.push(OURS);
        let mut bench = Command::new(self.python());
        for (name, _) in std::env::vars_os() {
            let name_text = name.to_string_lossy();
            if name_text.starts_with("RIG_") || name_text.starts_with("HUBKIT_") {
                bench.env_remove(&name);
            }
        }
        bench
            .arg(self.folder.join("bench.py"))
            .args(workload.before)
            .args([workload.name, "-v", "-n", &rounds.to_string()])
            .args(["--peers", &peers.join(","), "--base", peers[0]])
            .env("RIG_WORK", &self.work)
            .env("RIG_OUT", self.scratch().join("out"))
            .env("RIG_RESULTS", &fresh)
            .env("RIG_PORT", free_ports()?.to_string())
            .env("RIG_OURS", program);
        let outcome = run(&mut bench);
        self.clean()?;
        outcome?;
        let lines = fs::read_to_string(&fresh)?;
        let runs = Runs::read(&lines, self.size(workload)?)?;
        runs.check(workload, rounds)?;
        fs::write(&results, format!("{}\n{lines}", heading(program)?))?;
        fs::remove_file(&fresh)?;
        Ok(runs)
    }

    fn results(&self, workload: &Workload) -> PathBuf {
        self.kept.join(format!("{}.jsonl", workload.name))
    }

    fn python(&self) -> PathBuf {
        self.work.join("venv/bin/python")
    }

    /// How many bytes the files of the workload's repository have.
    #[expect(
        clippy::cast_precision_loss,
        reason = "for ratios, and far below 2^53 bytes"
    )]
    fn size(&self, workload: &Workload) -> Result<f64> {
        #[derive(Deserialize)]
        struct Manifest {
            files: Vec<Entry>,
        }
        #[derive(Deserialize)]
        struct Entry {
            size: u64,
        }
        let path = self.work.join("data/models").join(workload.repo);
        let text = fs::read_to_string(path.join("manifest.json"))?;
        let manifest: Manifest = serde_json::from_str(&text)?;
        Ok(manifest.files.iter().map(|file| file.size).sum::<u64>() as f64)
    }

    /// What was measured, in one sentence.
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
        let kernel = ask(Command::new("uname").arg("-sr"))?;
        Ok(format!(
            "Medians of {rounds} rounds in turn; `hf` of huggingface_hub {hf} with hf_xet {xet}, hf-hub {hf_hub}, curl {}, \
             aria2 {}; {} processors, {}.",
            second("curl", 1)?,
            second("aria2c", 2)?,
            std::thread::available_parallelism()?,
            kernel.trim()
        ))
    }
}

/// Tells one build of the program from another.
fn heading(program: &Path) -> Result<String> {
    let metadata = program
        .metadata()
        .with_context(|| format!("no program at {}", program.display()))?;
    let modified = metadata.modified()?.duration_since(UNIX_EPOCH)?;
    Ok(format!(
        "{} bytes, modified at {}",
        metadata.len(),
        modified.as_nanos()
    ))
}

/// The version of a package in a lock file.
fn locked<'a>(lock: &'a str, package: &str) -> Option<&'a str> {
    let (_, entry) = lock.split_once(&format!("name = \"{package}\"\nversion = \""))?;
    Some(entry.split_once('"')?.0)
}

/// A port that is free, and the next one too: the rig's server takes both.
fn free_ports() -> Result<u16> {
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

    #[test]
    fn another_build_is_another_program() -> Result<()> {
        let folder = std::env::temp_dir().join(format!("hubkit-xtask-{}", std::process::id()));
        fs::create_dir_all(&folder)?;
        let program = folder.join("hubkit");
        fs::write(&program, "one")?;
        let before = heading(&program)?;
        assert_eq!(before, heading(&program)?);
        fs::write(&program, "another")?;
        assert_ne!(before, heading(&program)?);
        fs::remove_dir_all(&folder)?;
        Ok(())
    }
}
