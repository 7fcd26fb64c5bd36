//! What CI runs: every check, and all failures in one report.

use std::time::{Duration, Instant};

use anyhow::{Result, bail};

use crate::{
    codegen::{self, Mode},
    deny, explain, layers, process,
    process::cargo,
    testing, tidy,
};

/// How a step ended when it did not fail.
pub(crate) enum Outcome {
    Done,
    Skipped(&'static str),
}

pub(crate) fn command() -> Result<()> {
    let mut report = Report::default();
    report.step("fmt", || run(["fmt", "--all", "--check"]));
    report.step("clippy", || {
        run([
            "clippy",
            "--workspace",
            "--all-targets",
            "--",
            "--deny=warnings",
        ])
    });
    report.step("doc", || {
        process::run(
            cargo(["doc", "--workspace", "--no-deps"]).env("RUSTDOCFLAGS", "-D warnings"),
        )?;
        Ok(Outcome::Done)
    });
    report.step("layers", || layers::command().map(|()| Outcome::Done));
    report.step("tidy", || tidy::command().map(|()| Outcome::Done));
    report.step("codegen", || {
        codegen::command(Mode::Check).map(|()| Outcome::Done)
    });
    report.step("deny", deny::check);
    report.step("advisories", deny::advisories);
    let mut tally = None;
    report.step("test", || {
        let (counted, verdict) = testing::run()?;
        tally = Some(counted);
        verdict.map(|()| Outcome::Done)
    });

    report.print();
    if let Some(tally) = tally {
        println!("\n{tally}");
    }
    report.verdict()
}

fn run<'a>(arguments: impl IntoIterator<Item = &'a str>) -> Result<Outcome> {
    process::run(&mut cargo(arguments))?;
    Ok(Outcome::Done)
}

#[derive(Default)]
struct Report {
    steps: Vec<(&'static str, Duration, Result<Outcome>)>,
}

impl Report {
    /// Runs a step; a failure is kept for the end, so that one run shows all of them.
    fn step(&mut self, name: &'static str, run: impl FnOnce() -> Result<Outcome>) {
        println!("\n== {name}");
        let start = Instant::now();
        let outcome = run();
        match &outcome {
            Ok(Outcome::Done) => {}
            Ok(Outcome::Skipped(why)) => println!("skipped: {why}"),
            Err(error) => println!("{}", explain(error)),
        }
        self.steps.push((name, start.elapsed(), outcome));
    }

    fn print(&self) {
        println!();
        for (name, time, outcome) in &self.steps {
            let seconds = time.as_secs_f64();
            match outcome {
                Ok(Outcome::Done) => println!("{name:<12} {seconds:>7.1} s  ok"),
                Ok(Outcome::Skipped(why)) => {
                    println!("{name:<12} {seconds:>7.1} s  skipped: {why}");
                }
                Err(_) => println!("{name:<12} {seconds:>7.1} s  FAILED"),
            }
        }
    }

    fn verdict(&self) -> Result<()> {
        let failed: Vec<_> = self
            .steps
            .iter()
            .filter(|(.., outcome)| outcome.is_err())
            .map(|(name, ..)| *name)
            .collect();
        if failed.is_empty() {
            Ok(())
        } else {
            bail!("failed: {}", failed.join(", "))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failure_does_not_keep_the_next_step_from_running() {
        let mut report = Report::default();
        report.step("first", || bail!("broken"));
        report.step("second", || Ok(Outcome::Skipped("no tool")));
        report.step("third", || Ok(Outcome::Done));
        assert_eq!(report.steps.len(), 3);
        let verdict = report.verdict().map_err(|error| error.to_string());
        assert_eq!(verdict, Err("failed: first".to_owned()));
    }
}
