//! One workload's runs, and those that were kept of an earlier time.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
    time::UNIX_EPOCH,
};

use anyhow::{Context as _, Result};
use serde::Deserialize;

use super::{
    goals::{OURS, Workload},
    results::Runs,
};
use crate::{
    bench::rig::{Rig, free_ports},
    process::run,
};

/// Measures one program.
pub(super) struct Measurement<'a> {
    pub(super) rig: &'a Rig,
    pub(super) program: &'a Path,
    pub(super) rounds: usize,
    /// Where the results are kept, one file a workload.
    pub(super) folder: PathBuf,
}

impl Measurement<'_> {
    /// What was measured before with this very program, if all of it was.
    pub(super) fn kept(&self, workload: &Workload) -> Result<Option<Runs>> {
        let Ok(text) = fs::read_to_string(self.results(workload)) else {
            return Ok(None);
        };
        let Some((head, lines)) = text.split_once('\n') else {
            return Ok(None);
        };
        if head != heading(self.program)? {
            return Ok(None);
        }
        let runs = Runs::read(lines, self.size(workload)?)?;
        Ok(runs.check(workload, self.rounds).is_ok().then_some(runs))
    }

    /// Runs the programs in turn, round by round.
    pub(super) fn take(&self, workload: &Workload) -> Result<Runs> {
        let results = self.results(workload);
        let fresh = results.with_extension("part");
        fs::write(&fresh, "")?;
        fs::create_dir_all(self.rig.scratch())?;
        let mut peers: Vec<_> = workload.peers.iter().map(|peer| peer.name()).collect();
        peers.push(OURS);
        let mut bench = Command::new(self.rig.python());
        for (name, _) in std::env::vars_os() {
            let name_text = name.to_string_lossy();
            if name_text.starts_with("RIG_") || name_text.starts_with("HUBKIT_") {
                bench.env_remove(&name);
            }
        }
        bench
            .arg(self.rig.folder().join("bench.py"))
            .args(workload.before)
            .args([workload.name, "-v", "-n", &self.rounds.to_string()])
            .args(["--peers", &peers.join(","), "--base", peers[0]])
            .env("RIG_WORK", self.rig.work())
            .env("RIG_OUT", self.rig.scratch().join("out"))
            .env("RIG_RESULTS", &fresh)
            .env("RIG_PORT", free_ports()?.to_string())
            .env("RIG_OURS", self.program)
            .envs(workload.task.variable());
        let outcome = run(&mut bench);
        self.rig.clean()?;
        outcome?;
        let lines = fs::read_to_string(&fresh)?;
        let runs = Runs::read(&lines, self.size(workload)?)?;
        runs.check(workload, self.rounds)?;
        fs::write(&results, format!("{}\n{lines}", heading(self.program)?))?;
        fs::remove_file(&fresh)?;
        Ok(runs)
    }

    fn results(&self, workload: &Workload) -> PathBuf {
        self.folder.join(format!("{}.jsonl", workload.name))
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
        let path = self.rig.repo(workload.repo);
        let text = fs::read_to_string(path.join("manifest.json"))?;
        let manifest: Manifest = serde_json::from_str(&text)?;
        Ok(manifest.files.iter().map(|file| file.size).sum::<u64>() as f64)
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

#[cfg(test)]
mod tests {
    use super::*;

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
