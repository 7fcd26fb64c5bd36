//! Python's huggingface_hub, as it is published, against our server.
//!
//! A trial is a function of one of the Python files beside this one, asked in a process of its own. What is served lies
//! in a folder of plain files, in a cache, and in bare git repositories.

mod roots;

use std::{process::ExitCode, sync::OnceLock};

use anyhow::Result;
use hubkit_tests::{BareGit, Home, Python, Skip, defined, run, trial};
use libtest_mimic::Trial;
use roots::Root;

/// The name of a topic, and its source.
macro_rules! topic {
    ($name:literal) => {
        ($name, include_str!(concat!($name, ".py")))
    };
}

type Topic = (&'static str, &'static str);

const DOWNLOAD: Topic = topic!("download");
const INFO: Topic = topic!("info");
const TREE: Topic = topic!("tree");
const FILESYSTEM: Topic = topic!("filesystem");
const WEIGHTS: Topic = topic!("weights");
const ERRORS: Topic = topic!("errors");
const LISTS: Topic = topic!("lists");

fn main() -> ExitCode {
    let mut trials = Vec::new();
    for topic in [DOWNLOAD, INFO, TREE, FILESYSTEM, WEIGHTS, ERRORS, LISTS] {
        trials.extend(checks(Root::Folder, topic));
    }
    for topic in [DOWNLOAD, TREE] {
        trials.extend(checks(Root::Cache, topic));
    }
    for topic in [DOWNLOAD, INFO, TREE] {
        trials.extend(checks(Root::Git, topic));
    }
    run(trials)
}

fn python() -> &'static Result<Python, Skip> {
    static PYTHON: OnceLock<Result<Python, Skip>> = OnceLock::new();
    PYTHON.get_or_init(|| Python::with(&["huggingface_hub==2.4.0"]))
}

fn python_and_git() -> &'static Result<Python, Skip> {
    static BOTH: OnceLock<Result<Python, Skip>> = OnceLock::new();
    BOTH.get_or_init(|| {
        BareGit::available()?;
        Python::with(&["huggingface_hub==2.4.0"])
    })
}

/// One trial for each check of a topic: each of its functions that does not start with an underscore.
fn checks(root: Root, (topic, source): Topic) -> Vec<Trial> {
    let needs = match root {
        Root::Git => python_and_git,
        Root::Folder | Root::Cache => python,
    };
    let checks = defined(source, "def");
    let trials = checks.map(|check| {
        let name = format!("{}::{topic}::{check}", root.name());
        trial(&name, needs, move |python| ask(python, root, topic, check))
    });
    trials.collect()
}

fn ask(python: &Python, root: Root, topic: &str, check: &str) -> Result<()> {
    let (hub, home) = (root.hub()?, Home::new()?);
    let script = python.script(&home, "interop-python/ask.py", [topic, check]);
    script
        .at(hub.server.endpoint())
        .env("PLAIN", hub.plain())
        .env("ACCESS_LOG", hub.server.log())
        .run()?
        .success()?;
    Ok(())
}
