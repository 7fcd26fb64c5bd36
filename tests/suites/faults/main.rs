//! Hubs that misbehave, and machines: what the command believes, how long it waits, what it says and what it leaves behind.
//!
//! What the hubs do is in `hubkit_tests::scenarios`, where other clients can be asked too. Each module here is a list of
//! trials, and says which rows of the lists of faults they answer; one trial holds that against the lists.

mod breaks;
mod bytes;
mod caches;
mod calls;
mod clocks;
mod crowds;
mod disk;
mod folders;
mod heads;
mod kills;
mod large;
mod listings;
mod patience;
mod plants;
mod redirects;
mod refusals;
mod rows;
mod secrets;
mod tls;

use std::process::ExitCode;

use anyhow::Result;
use hubkit_tests::{Scenario, Scene, run_waiting, trial};
use libtest_mimic::Trial;

/// A row of a list of faults, and the trials that answer it.
type Row = (&'static str, &'static [&'static str]);

/// Both ways to fetch: one file by its name, and all of a repository.
const WAYS: [&[&str]; 2] = [&["weights.bin"], &[]];

fn main() -> ExitCode {
    let mut trials = Vec::new();
    let mut rows = Vec::new();
    let mut add = |more: Vec<Trial>, answered: &'static [Row]| {
        trials.extend(more);
        rows.extend(answered);
    };
    // Those that wait longest begin first.
    add(patience::trials(), patience::ROWS);
    add(kills::trials(), kills::ROWS);
    add(crowds::trials(), crowds::ROWS);
    add(disk::trials(), disk::ROWS);
    add(clocks::trials(), clocks::ROWS);
    add(calls::trials(), calls::ROWS);
    add(plants::trials(), plants::ROWS);
    add(breaks::trials(), breaks::ROWS);
    add(bytes::trials(), bytes::ROWS);
    add(caches::trials(), caches::ROWS);
    add(folders::trials(), folders::ROWS);
    add(heads::trials(), heads::ROWS);
    add(large::trials(), &[]);
    add(listings::trials(), listings::ROWS);
    add(redirects::trials(), redirects::ROWS);
    add(refusals::trials(), refusals::ROWS);
    add(secrets::trials(), secrets::ROWS);
    add(tls::trials(), tls::ROWS);
    trials.push(rows::trial_of(&rows, &trials));
    run_waiting(trials)
}

/// Whether somebody has time for all that could be tried.
fn is_thorough() -> bool {
    std::env::var_os("HUBKIT_FAULTS").is_some_and(|value| value == "all")
}

/// A trial of one scenario.
fn case(name: &str, scenario: fn() -> Scenario, check: fn(&Scene) -> Result<()>) -> Trial {
    free(name, move || check(&Scene::new(scenario())?))
}

/// A trial that needs no tool.
fn free(name: &str, test: impl FnOnce() -> Result<()> + Send + 'static) -> Trial {
    trial(name, || &Ok(()), move |()| test())
}
