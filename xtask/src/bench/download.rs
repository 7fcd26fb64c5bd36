//! `hubkit download` beside other clients, on the workloads of a benchmark rig.

mod goals;
mod options;
mod report;
mod results;
mod rig;

use anyhow::{Context as _, Result, bail};

use self::{goals::Workload, options::Options, results::Runs, rig::Rig};
use crate::testing;

pub(super) fn command(words: &[&str]) -> Result<()> {
    if cfg!(not(target_os = "linux")) {
        bail!("the rig measures by what Linux counts, and runs nowhere else");
    }
    let options = Options::read(words, |name| std::env::var(name).ok())?;
    let rig = Rig::open(&options)?;
    let program = match testing::given_program() {
        Some(program) => program,
        None => testing::build_release_command()?.context("this workspace has no hubkit")?,
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
            rig.measured(workload, &program, options.rounds)?
        } else {
            None
        };
        let runs = match kept {
            Some(runs) => {
                println!("{} was measured before", workload.name);
                runs
            }
            None => rig.measure(workload, &program, options.rounds)?,
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
