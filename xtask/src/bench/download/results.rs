//! What the rig wrote down about each run.

use anyhow::{Context as _, Result, bail};
use serde::Deserialize;

use super::goals::{OURS, Workload};
use crate::bench::median;

/// One run of one program.
#[derive(Clone, Deserialize, Debug)]
pub(super) struct Run {
    pub(super) workload: String,
    pub(super) peer: String,
    pub(super) round: usize,
    /// The exit code.
    rc: i32,
    /// Files that are missing afterwards, or have the wrong size.
    #[serde(default)]
    bad: usize,
    /// Seconds.
    pub(super) wall: f64,
    /// Seconds of processor time.
    pub(super) cpu: f64,
    /// Peak resident memory.
    pub(super) rss_mib: f64,
    pub(super) requests: f64,
    cdn_bytes: Option<f64>,
    /// Share of the machine that others used meanwhile.
    pub(super) foreign: f64,
    /// How much had been sent when the program was stopped, as a share of all.
    pub(super) first_pass: Option<f64>,
}

/// The runs of a workload, and how many bytes its repository has.
pub(super) struct Runs {
    pub(super) all: Vec<Run>,
    pub(super) size: f64,
}

impl Runs {
    /// Reads one run a line.
    pub(super) fn read(lines: &str, size: f64) -> Result<Self> {
        let runs = lines.lines().map(|line| {
            serde_json::from_str(line)
                .with_context(|| format!("the rig wrote an unexpected line: {line}"))
        });
        let all = runs.collect::<Result<_>>()?;
        Ok(Self { all, size })
    }

    /// Fails unless each program ran in each round, and each run did what it should.
    pub(super) fn check(&self, workload: &Workload, rounds: usize) -> Result<()> {
        let peers = workload
            .peers
            .iter()
            .map(|peer| (workload.name, peer.name()));
        let before = workload.before.map(|before| (before, OURS));
        for (name, peer) in peers.chain([(workload.name, OURS)]).chain(before) {
            let runs = self.of(name, peer);
            if runs.len() != rounds {
                bail!("{peer} ran {} of {rounds} times in {name}", runs.len());
            }
            for run in runs {
                let Run { rc, bad, round, .. } = run;
                if *rc != 0 || *bad > 0 {
                    bail!(
                        "{peer} failed in round {round} of {name}: exit code {rc}, {bad} files missing or too short"
                    );
                }
            }
        }
        Ok(())
    }

    pub(super) fn of(&self, workload: &str, peer: &str) -> Vec<&Run> {
        let runs = self.all.iter();
        runs.filter(|run| run.workload == workload && run.peer == peer)
            .collect()
    }

    /// The median of the rounds' own ratios of time.
    pub(super) fn ratio(&self, workload: &str, peer: &str) -> f64 {
        let theirs = self.of(workload, peer);
        let ours = self.of(workload, OURS);
        let ratios = ours.iter().filter_map(|our| {
            let their = theirs.iter().find(|their| their.round == our.round)?;
            Some(our.wall / their.wall)
        });
        median(ratios.collect())
    }

    /// The median of the bytes that came from the content servers, as a share of the repository.
    pub(super) fn sent(&self, workload: &str) -> f64 {
        let runs = self.of(workload, OURS);
        let shares = runs
            .iter()
            .filter_map(|run| Some(run.cdn_bytes? / self.size));
        median(shares.collect())
    }
}

pub(super) fn middle(runs: &[&Run], figure: impl Fn(&Run) -> f64) -> f64 {
    median(runs.iter().map(|run| figure(run)).collect())
}

/// The greatest; not a number when there is none.
pub(super) fn greatest(runs: &[&Run], figure: impl Fn(&Run) -> f64) -> f64 {
    runs.iter().map(|run| figure(run)).fold(f64::NAN, f64::max)
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::bench::download::goals::WORKLOADS;

    /// A line as the rig writes it, with what is not read left out but for one.
    pub(crate) fn line(peer: &str, round: usize, wall: f64, rest: &str) -> String {
        format!(
            r#"{{"workload":"W2","peer":"{peer}","round":{round},"rc":0,"bad":0,"wall":{wall},"cpu":1.0,"rss_mib":50.0,"requests":4003,"cdn_bytes":500,"foreign":0.01,"steal":0.0{rest}}}"#
        )
    }

    #[test]
    fn ratios_are_those_of_the_same_round() -> Result<()> {
        let lines = [
            line("hf", 0, 10.0, ""),
            line("ours", 0, 1.0, ""),
            line("hf", 1, 1000.0, ""),
            line("ours", 1, 100.0, ""),
            line("ours", 2, 1.0, ""),
            line("hf", 2, 4.0, ""),
        ];
        let runs = Runs::read(&lines.join("\n"), 1000.0)?;
        assert!((runs.ratio("W2", "hf") - 0.1).abs() < 1e-9);
        assert!((runs.sent("W2") - 0.5).abs() < 1e-9);
        assert!(runs.ratio("W2", "curl").is_nan());
        Ok(())
    }

    #[test]
    fn every_program_must_have_run_and_succeeded() -> Result<()> {
        let w2 = WORKLOADS.iter().find(|workload| workload.name == "W2");
        let w2 = w2.context("W2 is a workload")?;
        let whole = ["hf", "hfhub", "ours"].map(|peer| line(peer, 0, 1.0, ""));
        Runs::read(&whole.join("\n"), 1.0)?.check(w2, 1)?;
        assert!(
            Runs::read(&whole[..2].join("\n"), 1.0)?
                .check(w2, 1)
                .is_err()
        );
        assert!(Runs::read(&whole.join("\n"), 1.0)?.check(w2, 2).is_err());
        for fault in [r#""rc":0"#, r#""bad":0"#] {
            let failed = whole.join("\n").replace(fault, &fault.replace('0', "1"));
            assert!(Runs::read(&failed, 1.0)?.check(w2, 1).is_err(), "{fault}");
        }
        Ok(())
    }
}
