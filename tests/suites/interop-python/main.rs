//! Python's huggingface_hub, as it is published, against our server.
//!
//! A trial is a function of one of the Python files beside this one, asked in a process of its own. What is served lies
//! in a folder of plain files, in a cache, and in bare git repositories.

mod grown;
mod roots;

use std::{process::ExitCode, sync::OnceLock};

use anyhow::{Result, anyhow, ensure};
use hubkit_tests::{
    BareGit, Home, MINILM, Python, Served, Server, Shared, Skip, defined, files_below, library,
    run_together, trial,
};
use libtest_mimic::Trial;
use roots::{Hub, Root};

/// The name of a topic, and its source.
macro_rules! topic {
    ($name:literal) => {
        ($name, include_str!(concat!($name, ".py")))
    };
}

const NO_ARGUMENTS: [&str; 0] = [];

type Topic = (&'static str, &'static str);

const DOWNLOAD: Topic = topic!("download");
const INFO: Topic = topic!("info");
const TREE: Topic = topic!("tree");
const FILESYSTEM: Topic = topic!("filesystem");
const WEIGHTS: Topic = topic!("weights");
const ERRORS: Topic = topic!("errors");
const LISTS: Topic = topic!("lists");
const HISTORY: Topic = topic!("history");
const ACCESS: Topic = topic!("access");
const CARDS: Topic = topic!("cards");

fn main() -> ExitCode {
    let topics = [
        (
            Root::Folder,
            &[
                DOWNLOAD, INFO, TREE, FILESYSTEM, WEIGHTS, ERRORS, LISTS, CARDS,
            ][..],
        ),
        (Root::Cache, &[DOWNLOAD, TREE]),
        (Root::Git, &[DOWNLOAD, INFO, TREE, HISTORY]),
    ];
    let mut trials = Vec::new();
    for (root, topics) in topics {
        let hub = Shared::default();
        for topic in topics {
            trials.extend(checks(root, || hub.clone(), *topic));
        }
    }
    // What one of them is granted must not show to the next.
    trials.extend(checks(Root::Guarded, Shared::default, ACCESS));
    trials.push(trial(
        "what_was_fetched_is_read_offline",
        python,
        read_offline,
    ));
    trials.push(trial(
        "a_model_that_people_use_is_read",
        python,
        read_a_real_model,
    ));
    run_together(trials)
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

/// One trial for each check of a topic: each of its functions that does not start with an underscore. `hub` says which
/// hub each of them gets.
fn checks(root: Root, hub: impl Fn() -> Shared<Hub>, (topic, source): Topic) -> Vec<Trial> {
    let needs = match root {
        Root::Git => python_and_git,
        Root::Folder | Root::Cache | Root::Guarded => python,
    };
    let checks = defined(source, "def");
    let trials = checks.map(|check| {
        let name = format!("{}::{topic}::{check}", root.name());
        let hub = hub();
        trial(&name, needs, move |python| {
            ask(python, hub.get(|| root.serve())?, topic, check)
        })
    });
    trials.collect()
}

fn ask(python: &Python, hub: &Hub, topic: &str, check: &str) -> Result<()> {
    let home = Home::new()?;
    let script = python.script(&home, "interop-python/ask.py", [topic, check]);
    let mut script = script
        .at(hub.server.endpoint())
        .env("PLAIN", hub.plain())
        .env("ACCESS_LOG", hub.server.log())
        // By this the script finds its own requests in the log.
        .env("HF_HUB_USER_AGENT_ORIGIN", check);
    for (name, fact) in &hub.facts {
        script = script.env(name, fact);
    }
    script.run()?.success()?;
    Ok(())
}

/// Offline means that nothing is asked, and that what was fetched is all there.
fn read_offline(python: &Python) -> Result<()> {
    let (served, home) = (library()?, Home::new()?);
    let keep = || python.script(&home, "interop-python/keep.py", NO_ARGUMENTS);
    let server = Server::start(served.path())?;
    let online = keep().at(server.endpoint()).run()?.success()?;
    let silent = Server::start(served.path())?;
    let offline = keep().at(silent.endpoint()).offline().run()?.success()?;
    ensure!(online.stdout == offline.stdout, "{online}\n{offline}");
    silent.expect_silence()?;
    let folders: Vec<_> = offline.stdout.lines().collect();
    for (folder, repo) in folders
        .iter()
        .zip(["models/lab/tiny", "datasets/lab/words"])
    {
        let have = files_below(folder.as_ref())?;
        ensure!(
            have == files_below(&served.repo(repo))?,
            "{folder} has other files"
        );
    }
    ensure!(folders.len() == 2, "{offline}");
    Ok(())
}

fn read_a_real_model(python: &Python) -> Result<()> {
    let model = MINILM.folder(python).map_err(|skip| anyhow!("{skip}"))?;
    let (served, home) = (
        Served::new()?.copy("models/lab/minilm", &model)?,
        Home::new()?,
    );
    let server = Server::start(served.path())?;
    let hf = |arguments: &[&str]| {
        let program = python.program(&home, "hf", arguments);
        program.at(server.endpoint()).run()?.success()
    };
    let fetched = hf(&["download", "lab/minilm", "--quiet"])?;
    let have = files_below(fetched.last_line()?.as_ref())?;
    ensure!(
        have == files_below(&model)?,
        "other files: {:?}",
        have.keys()
    );
    hf(&[
        "cache",
        "verify",
        "lab/minilm",
        "--fail-on-missing-files",
        "--fail-on-extra-files",
    ])?;
    let script = python.script(&home, "interop-python/count.py", ["lab/minilm"]);
    let counted = script.at(server.endpoint()).run()?.success()?.json()?;
    ensure!(
        counted["F32"]
            .as_u64()
            .is_some_and(|count| count > 20_000_000),
        "{counted}"
    );
    Ok(())
}
