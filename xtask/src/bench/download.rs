//! `hubkit download`, and what `hubkit inspect` reads of weights, beside other clients, on the workloads of a benchmark rig.

mod goals;
mod measure;
pub(super) mod options;
mod report;
mod results;

use std::fs;

use anyhow::{Context as _, Result, bail};

use self::{goals::Workload, measure::Measurement, options::Options, results::Runs};
use super::rig::Rig;
use crate::{metadata::Metadata, testing};

pub(super) fn command(words: &[&str]) -> Result<()> {
    if cfg!(not(target_os = "linux")) {
        bail!("the rig measures by what Linux counts, and runs nowhere else");
    }
    let options = Options::read(words, |name| std::env::var(name).ok())?;
    let rig = Rig::open(&options.place)?;
    let program = match testing::given_program() {
        Some(program) => program,
        None => testing::build_release_command()?.context("this workspace has no hubkit")?,
    };
    let folder = Metadata::read()?.target_directory.join("bench/download");
    fs::create_dir_all(&folder)?;
    let measurement = Measurement {
        rig: &rig,
        program: &program,
        rounds: options.rounds,
        folder,
    };
    let mut measured: Vec<(&Workload, Runs)> = Vec::new();
    for (index, workload) in options.workloads.iter().enumerate() {
        println!(
            "\n{} ({} of {}): {}",
            workload.name,
            index + 1,
            options.workloads.len(),
            workload.about
        );
        let kept = if options.resume {
            measurement.kept(workload)?
        } else {
            None
        };
        let runs = match kept {
            Some(runs) => {
                println!("{} was measured before", workload.name);
                runs
            }
            None => measurement.take(workload)?,
        };
        println!("{}", report::goals(&[(workload, &runs)]).table());
        measured.push((workload, runs));
    }
    let measured: Vec<_> = measured
        .iter()
        .map(|(workload, runs)| (*workload, runs))
        .collect();
    let report = report::goals(&measured);
    println!("\n{}\n", rig.versions(options.rounds)?);
    println!("{}\n\n{}", report::seconds(&measured), report.table());
    if report.missed > 0 {
        bail!("{} of {} figures are not met", report.missed, report.all);
    }
    Ok(())
}
