//! The mirror olah, as it is published, between a client and our server: Python's client in front of it, and ours.

mod olah;

use std::{fs, path::Path, process::ExitCode, sync::OnceLock};

use anyhow::{Result, ensure};
use hubkit_tests::{Home, Python, Served, Server, Shared, Skip, files_below, library, run, trial};
use olah::Olah;

const MODEL: &str = "lab/tiny";
const DATASET: &str = "hf://datasets/lab/words";

fn main() -> ExitCode {
    type Test = fn(&Tools, &Hubs) -> Result<()>;
    let tests: [(&str, Test); 8] = [
        ("hf_fetches_a_model", |tools, hubs| {
            hf_fetches(tools, hubs, MODEL, "models/lab/tiny")
        }),
        ("hf_fetches_a_dataset", |tools, hubs| {
            hf_fetches(tools, hubs, DATASET, "datasets/lab/words")
        }),
        ("hubkit_fetches_a_model", |_, hubs| {
            hubkit_fetches(hubs, MODEL, "models/lab/tiny")
        }),
        ("hubkit_fetches_a_dataset", |_, hubs| {
            hubkit_fetches(hubs, DATASET, "datasets/lab/words")
        }),
        ("hubkit_fetches_one_file", hubkit_fetches_one_file),
        ("hubkit_lists_what_is_behind", hubkit_lists),
        ("hubkit_reads_tensors_from_a_distance", hubkit_inspects),
        ("hubkit_tells_what_is_missing", hubkit_tells_what_is_missing),
    ];
    let hubs = Shared::default();
    let trials = tests.into_iter().map(|(name, test)| {
        let hubs = hubs.clone();
        trial(name, tools, move |tools| {
            test(tools, hubs.get(|| serve(tools))?)
        })
    });
    run(trials.collect())
}

/// Python's client and olah, each with what it depends on.
struct Tools {
    hf: Python,
    olah: Python,
}

fn tools() -> &'static Result<Tools, Skip> {
    static TOOLS: OnceLock<Result<Tools, Skip>> = OnceLock::new();
    TOOLS.get_or_init(|| {
        Ok(Tools {
            hf: Python::with(&["huggingface_hub==2.4.0"])?,
            olah: Python::with(&["olah==0.5.4"])?,
        })
    })
}

/// Our server, and olah before it.
struct Hubs {
    served: Served,
    olah: Olah,
    _server: Server,
}

fn serve(tools: &Tools) -> Result<Hubs> {
    let served = library()?;
    // Olah asks for a percent sign in a name without quoting it.
    fs::remove_file(served.repo("models/lab/tiny/notes/größe 100%.txt"))?;
    let server = Server::start(served.path())?;
    let olah = Olah::before(&tools.olah, server.endpoint())?;
    Ok(Hubs {
        served,
        olah,
        _server: server,
    })
}

fn hf_fetches(tools: &Tools, hubs: &Hubs, name: &str, repo: &str) -> Result<()> {
    let home = Home::new()?;
    let download = tools.hf.program(&home, "hf", ["download", name, "--quiet"]);
    let outcome = download.at(hubs.olah.endpoint()).run()?.success()?;
    same_files(hubs, repo, outcome.last_line()?)
}

fn hubkit_fetches(hubs: &Hubs, name: &str, repo: &str) -> Result<()> {
    let home = Home::new()?;
    let download = home.hubkit(["download", name, "--quiet"])?;
    let outcome = download.at(hubs.olah.endpoint()).run()?.success()?;
    same_files(hubs, repo, outcome.last_line()?)
}

fn same_files(hubs: &Hubs, repo: &str, folder: &str) -> Result<()> {
    let want = files_below(&hubs.served.repo(repo))?;
    let have = files_below(Path::new(folder))?;
    ensure!(
        want == have,
        "{:?} instead of {:?}, or other bytes",
        have.keys().collect::<Vec<_>>(),
        want.keys().collect::<Vec<_>>()
    );
    Ok(())
}

fn hubkit_fetches_one_file(_: &Tools, hubs: &Hubs) -> Result<()> {
    let home = Home::new()?;
    let download = home.hubkit(["download", MODEL, "config.json", "--quiet"])?;
    let outcome = download.at(hubs.olah.endpoint()).run()?.success()?;
    let want = fs::read(hubs.served.repo("models/lab/tiny/config.json"))?;
    ensure!(fs::read(outcome.last_line()?)? == want, "other bytes");
    Ok(())
}

fn hubkit_lists(_: &Tools, hubs: &Hubs) -> Result<()> {
    let home = Home::new()?;
    let list = home.hubkit(["ls", MODEL])?;
    let outcome = list.at(hubs.olah.endpoint()).run()?.success()?;
    for name in files_below(&hubs.served.repo("models/lab/tiny"))?.keys() {
        let is_listed = outcome.stdout.contains(name.as_str());
        ensure!(is_listed, "{name} is not listed\n{outcome}");
    }
    Ok(())
}

fn hubkit_inspects(_: &Tools, hubs: &Hubs) -> Result<()> {
    let home = Home::new()?;
    let inspect = home.hubkit(["inspect", MODEL, "--format", "json"])?;
    let found = inspect.at(hubs.olah.endpoint()).run()?.success()?.json()?;
    ensure!(found["parameters"]["total"] == 200_004, "{found}");
    Ok(())
}

fn hubkit_tells_what_is_missing(_: &Tools, hubs: &Hubs) -> Result<()> {
    let home = Home::new()?;
    for arguments in [
        vec!["download", "lab/none"],
        vec!["download", MODEL, "vocab.txt"],
        vec!["download", MODEL, "--revision", "v9"],
    ] {
        let download = home.hubkit(arguments)?;
        download.at(hubs.olah.endpoint()).run()?.expect_code(3)?;
    }
    Ok(())
}
