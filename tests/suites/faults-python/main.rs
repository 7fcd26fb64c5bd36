//! The same hubs that misbehave, asked by hubkit and by Python's huggingface_hub: the table of `docs/guides/faults.md`.
//!
//! A trial is one scenario. It fails where the page says otherwise than the run; with `HUBKIT_FAULTS=write` the page is
//! written anew instead.

mod page;

use std::{
    fs,
    process::ExitCode,
    sync::{Arc, Mutex, OnceLock, PoisonError},
    time::Duration,
};

use anyhow::{Context as _, Result, bail, ensure};
use hubkit_tests::{
    Outcome, Python, Question, Scenario, Scene, Seen, Skip, run_waiting, scenarios, trial,
};
use page::Row;

/// Nobody waits longer for one file of a few kilobytes.
const LONGEST: Duration = Duration::from_mins(3);

fn main() -> ExitCode {
    let rows = Arc::<Mutex<Vec<Row>>>::default();
    let scenarios = scenarios::compared();
    let order: Vec<&str> = scenarios.iter().map(|scenario| scenario().name()).collect();
    let trials = scenarios.into_iter().map(|scenario| {
        let rows = Arc::clone(&rows);
        trial(scenario().name(), python, move |python| {
            let row = ask(python, scenario)?;
            let said = page::check(&row);
            let mut rows = rows.lock().unwrap_or_else(PoisonError::into_inner);
            rows.push(row);
            said
        })
    });
    let code = run_waiting(trials.collect());
    let mut rows = std::mem::take(&mut *rows.lock().unwrap_or_else(PoisonError::into_inner));
    rows.sort_by_key(|row| order.iter().position(|name| *name == row.name));
    page::finish(&rows, rows.len() == order.len(), code)
}

fn python() -> &'static Result<Python, Skip> {
    static PYTHON: OnceLock<Result<Python, Skip>> = OnceLock::new();
    PYTHON.get_or_init(|| Python::with(&["huggingface_hub==2.4.0"]))
}

fn ask(python: &Python, scenario: fn() -> Scenario) -> Result<Row> {
    let ours = Scene::new(scenario())?;
    let outcome = ours.prepare(&["weights.bin"])?.run_within(LONGEST)?;
    let hubkit = match outcome {
        None => waiting(),
        Some(outcome) => match outcome.code {
            Some(0) => fetched(&ours, outcome.last_line()?),
            code => format!("refused, exit {}", code.context("ended by a signal")?),
        },
    };
    ensure!(!hubkit.starts_with(KEPT), "hubkit: {hubkit}");
    let theirs = Scene::new(scenario())?;
    let arguments = [theirs.hub.repo(), "weights.bin".to_owned()];
    let script = python.script(&theirs.home, "faults-python/fetch.py", arguments);
    let outcome = theirs.pointed(script).run_within(LONGEST)?;
    let python = match outcome {
        None => waiting(),
        Some(outcome) => python_ended(&theirs, &outcome)?,
    };
    let scenario = scenario();
    Ok(Row {
        name: scenario.name(),
        about: scenario.about(),
        hubkit,
        python,
    })
}

/// What is said of a client that took what came.
const KEPT: &str = "what came";

fn python_ended(scene: &Scene, outcome: &Outcome) -> Result<String> {
    let ended: serde_json::Value = serde_json::from_str(outcome.last_line()?)?;
    match (ended["path"].as_str(), ended["error"].as_str()) {
        (Some(path), _) => Ok(fetched(scene, path)),
        (_, Some(error)) => Ok(format!("refused, `{error}`{}", taken(scene))),
        _ => bail!("no end is told\n{outcome}"),
    }
}

fn waiting() -> String {
    format!("no end within {} minutes", LONGEST.as_secs() / 60)
}

/// Whether what a client says that it fetched is what the hub has.
fn fetched(scene: &Scene, path: &str) -> String {
    let asset = &scene.hub.assets()[0];
    let is_right = fs::read(path).is_ok_and(|bytes| bytes == asset.content);
    let what = if is_right { "the right file" } else { KEPT };
    format!("{what}{}", taken(scene))
}

/// How much more was taken than the file is long, where that is much.
fn taken(scene: &Scene) -> String {
    let gets = scene.hub.asked(Question::Get);
    let taken = gets.iter().map(Seen::sent).max().unwrap_or(0);
    let length = scene.hub.assets()[0].content.len() as u64;
    if taken > length + (32 << 20) {
        return ", after more than 32 MiB".to_owned();
    }
    String::new()
}
