//! Hubs that misbehave, and machines: what the command believes, how long it waits, what it says and what it leaves behind.
//!
//! What the hubs do is in `hubkit_tests::scenarios`, where other clients can be asked too. Each module here is a list of
//! trials, and says which rows of the lists of faults they answer; one trial holds that against the lists.

mod bytes;
mod rows;

use std::process::ExitCode;

use anyhow::Result;
use hubkit_tests::{Scenario, Scene, run_waiting, trial};
use libtest_mimic::Trial;

/// A row of a list of faults, and the trials that answer it.
type Row = (&'static str, &'static [&'static str]);

fn main() -> ExitCode {
    let mut trials = Vec::new();
    trials.extend(bytes::trials());
    let rows = [bytes::ROWS].concat();
    trials.push(rows::trial_of(&rows, &trials));
    run_waiting(trials)
}

/// A trial of one scenario.
fn case(name: &str, scenario: fn() -> Scenario, check: fn(&Scene) -> Result<()>) -> Trial {
    free(name, move || check(&Scene::new(scenario())?))
}

/// A trial that needs no tool.
fn free(name: &str, test: impl FnOnce() -> Result<()> + Send + 'static) -> Trial {
    trial(name, || &Ok(()), move |()| test())
}
