//! transformers, datasets and diffusers, as they are published, load from our server what they saved before.
//!
//! What models cost is asked of transformers, accelerate and hf-mem, and held against what we tell from the same files.
//!
//! The models are tiny and their weights random. A trial is a function of one of the Python files beside this one,
//! asked in a process of its own. PyTorch takes minutes and gigabytes to install, so nobody gets this suite unasked.

mod costs;

use std::{process::ExitCode, sync::OnceLock};

use anyhow::Result;
use hubkit_tests::{Home, Python, Served, Server, Shared, Skip, defined, run, trial};

#[path = "../interop-checkpoints/told.rs"]
mod told;

const REQUIREMENTS: &[&str] = &[
    "huggingface_hub==2.4.0",
    "transformers==5.24.0",
    "datasets==5.2.0",
    "diffusers==0.42.1",
    "torch==2.15.0",
    "accelerate==1.15.0",
    "hf-mem==0.5.6",
];

/// The name of a topic, and its source.
macro_rules! topic {
    ($name:literal) => {
        ($name, include_str!(concat!($name, ".py")))
    };
}

const TOPICS: [(&str, &str); 3] = [topic!("language"), topic!("tables"), topic!("pictures")];

fn main() -> ExitCode {
    let (hub, mut trials) = (Shared::default(), Vec::new());
    for (topic, source) in TOPICS {
        for check in defined(source, "def") {
            let (name, hub) = (format!("{topic}::{check}"), hub.clone());
            trials.push(trial(&name, python, move |python| {
                ask(python, hub.get(|| serve(python))?, topic, check)
            }));
        }
    }
    trials.push(trial("checkpoints_hold_what_they_say", python, checkpoints));
    let made = Shared::default();
    for (name, check) in costs::CHECKS {
        let made = made.clone();
        trials.push(trial(&format!("costs::{name}"), python, move |python| {
            check(made.get(|| costs::costs(python))?)
        }));
    }
    run(trials)
}

/// Checkpoints as PyTorch writes them, and what we say of them.
fn checkpoints(python: &Python) -> Result<()> {
    let (home, folder) = (Home::new()?, tempfile::tempdir()?);
    let make = python.script(&home, "interop-ml/checkpoints.py", [folder.path()]);
    make.run()?.success()?;
    told::compare(folder.path())
}

fn python() -> &'static Result<Python, Skip> {
    static PYTHON: OnceLock<Result<Python, Skip>> = OnceLock::new();
    PYTHON.get_or_init(|| Python::with(REQUIREMENTS))
}

/// What all trials ask, and the same as plain files.
struct Hub {
    served: Served,
    server: Server,
}

fn serve(python: &Python) -> Result<Hub> {
    let (served, home) = (Served::new()?, Home::new()?);
    let make = python.script(&home, "interop-ml/make.py", [served.path()]);
    make.run()?.success()?;
    let server = Server::start(served.path())?;
    Ok(Hub { served, server })
}

fn ask(python: &Python, hub: &Hub, topic: &str, check: &str) -> Result<()> {
    let home = Home::new()?;
    let script = python.script(&home, "interop-ml/ask.py", [topic, check]);
    script
        .at(hub.server.endpoint())
        .env("PLAIN", hub.served.path())
        .run()?
        .success()?;
    Ok(())
}
