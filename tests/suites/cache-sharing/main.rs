//! One cache on disk, used by hubkit and by Python's huggingface_hub in turn.
//!
//! "Without a request" is shown by a server of its own for the second client, whose request log stays empty.

mod folders;

use std::{collections::BTreeMap, fs, path::Path, process::ExitCode, sync::OnceLock};

use anyhow::{Context as _, Result, ensure};
use hubkit_tests::{Home, Python, Served, Server, Skip, files_below, run, trial};
use serde_json::Value;

const MODEL: &str = "lab/tiny";
const DATASET: &str = "lab/words";

fn main() -> ExitCode {
    let mut trials = vec![
        trial(
            "python_serves_offline_what_we_fetched",
            python,
            python_serves_offline_what_we_fetched,
        ),
        trial(
            "python_lists_what_we_fetched_without_a_warning",
            python,
            python_lists_what_we_fetched,
        ),
        trial(
            "python_moves_no_byte_again_of_what_we_fetched",
            python,
            python_moves_no_byte_again,
        ),
        trial(
            "python_verifies_what_we_fetched",
            python,
            python_verifies_what_we_fetched,
        ),
        trial(
            "we_serve_offline_what_python_fetched",
            python,
            we_serve_offline_what_python_fetched,
        ),
        trial(
            "we_list_what_python_fetched",
            python,
            we_list_what_python_fetched,
        ),
        trial(
            "we_move_no_byte_again_of_what_python_fetched",
            python,
            we_move_no_byte_again,
        ),
        trial(
            "we_ask_nothing_for_a_commit_that_python_fetched",
            python,
            we_ask_nothing_for_a_commit,
        ),
        trial(
            "python_asks_nothing_for_a_commit_that_we_fetched",
            python,
            python_asks_nothing_for_a_commit,
        ),
        trial(
            "both_lay_out_the_cache_alike",
            python,
            both_lay_out_the_cache_alike,
        ),
        trial(
            "both_finish_what_the_other_began",
            python,
            both_finish_what_the_other_began,
        ),
        trial(
            "python_reads_a_listing_of_more_than_a_page",
            python,
            python_reads_a_long_listing,
        ),
        trial(
            "a_file_that_python_knows_to_be_absent_is_absent_for_us",
            python,
            absent_stays_absent,
        ),
    ];
    trials.extend(folders::trials());
    run(trials)
}

fn python() -> &'static Result<Python, Skip> {
    static PYTHON: OnceLock<Result<Python, Skip>> = OnceLock::new();
    PYTHON.get_or_init(|| Python::with(&["huggingface_hub==2.4.0"]))
}

/// A model and a dataset: regular files, an LFS file, a folder, an empty file, a name that URLs must quote.
fn served() -> Result<Served> {
    let model = format!("models/{MODEL}");
    let weights: Vec<u8> = (0..200_000_u32).flat_map(u32::to_le_bytes).collect();
    Served::new()?
        .file(
            &model,
            ".gitattributes",
            "*.safetensors filter=lfs diff=lfs merge=lfs -text\n",
        )?
        .file(&model, "README.md", "---\nlicense: mit\n---\n# Tiny\n")?
        .file(&model, "config.json", "{\"model_type\": \"bert\"}\n")?
        .file(&model, "model.safetensors", weights)?
        .file(&model, "1_Pooling/config.json", "{}\n")?
        .file(&model, "notes/größe 100%.txt", "ein Wort\n")?
        .file(&model, "empty.txt", "")?
        .file(&format!("datasets/{DATASET}"), "README.md", "# Words\n")?
        .file(
            &format!("datasets/{DATASET}"),
            "data/train.csv",
            "word\nhub\n",
        )
}

fn python_reads_a_long_listing(python: &Python) -> Result<()> {
    let mut served = Served::new()?;
    for number in 0..1100 {
        served = served.file("datasets/lab/many", &format!("part/{number:04}.txt"), "x")?;
    }
    let hub = Server::start(served.path())?;
    let home = Home::new()?;
    let arguments = ["dataset", "lab/many"];
    let listing = python.script(&home, "cache-sharing/tree.py", arguments);
    let outcome = listing.at(hub.endpoint()).run()?.success()?;
    ensure!(
        outcome.last_line()? == "1101",
        "files and their folder\n{outcome}"
    );
    let pages = hub.requested("GET", "/tree/")?;
    ensure!(pages.len() == 2, "{pages:?}");
    Ok(())
}

/// Fetches both repositories with our client.
fn we_fetch(home: &Home, endpoint: &str) -> Result<()> {
    home.hubkit(["download", MODEL, "--quiet"])?
        .at(endpoint)
        .run()?
        .success()?;
    home.hubkit(["download", DATASET, "--repo-type", "dataset", "--quiet"])?
        .at(endpoint)
        .run()?
        .success()?;
    Ok(())
}

/// Fetches both repositories with Python's client.
fn python_fetches(python: &Python, home: &Home, endpoint: &str) -> Result<()> {
    snapshot(python, home, endpoint, &["model", MODEL])?;
    snapshot(python, home, endpoint, &["dataset", DATASET])?;
    Ok(())
}

/// Asks Python's client for a snapshot and returns its folder.
fn snapshot(python: &Python, home: &Home, endpoint: &str, which: &[&str]) -> Result<String> {
    let outcome = python
        .script(home, "cache-sharing/snapshot.py", which)
        .at(endpoint)
        .run()?
        .success()?;
    Ok(outcome.last_line()?.to_owned())
}

fn same_files(served: &Served, repo: &str, folder: &str) -> Result<()> {
    let (want, have) = (
        files_below(&served.repo(repo))?,
        files_below(Path::new(folder))?,
    );
    ensure!(
        want.keys().eq(have.keys()),
        "{folder} holds {:?} instead of {:?}",
        have.keys().collect::<Vec<_>>(),
        want.keys().collect::<Vec<_>>()
    );
    for (path, bytes) in &want {
        ensure!(have[path] == *bytes, "{path} has other bytes in {folder}");
    }
    Ok(())
}

/// The commit that the cache holds for `main`.
fn commit(home: &Home) -> Result<String> {
    let path = home.cache().join("models--lab--tiny/refs/main");
    fs::read_to_string(&path).with_context(|| format!("can't read {}", path.display()))
}

fn python_serves_offline_what_we_fetched(python: &Python) -> Result<()> {
    let (served, home) = (served()?, Home::new()?);
    we_fetch(&home, Server::start(served.path())?.endpoint())?;

    let silent = Server::start(served.path())?;
    for (kind, id) in [("model", MODEL), ("dataset", DATASET)] {
        let script = python.script(&home, "cache-sharing/snapshot.py", [kind, id]);
        let outcome = script.at(silent.endpoint()).offline().run()?.success()?;
        same_files(&served, &format!("{kind}s/{id}"), outcome.last_line()?)?;
    }
    for path in ["config.json", "notes/größe 100%.txt", "model.safetensors"] {
        let script = python.script(&home, "cache-sharing/file.py", [MODEL, path, "main"]);
        let outcome = script.at(silent.endpoint()).offline().run()?.success()?;
        let bytes = fs::read(served.repo("models/lab/tiny").join(path))?;
        ensure!(
            fs::read(outcome.last_line()?)? == bytes,
            "{path} has other bytes"
        );
    }
    silent.expect_silence()
}

fn python_lists_what_we_fetched(python: &Python) -> Result<()> {
    let (served, home) = (served()?, Home::new()?);
    we_fetch(&home, Server::start(served.path())?.endpoint())?;
    let no_arguments: [&str; 0] = [];
    let list = python
        .script(&home, "cache-sharing/scan.py", no_arguments)
        .run()?
        .success()?
        .json()?;
    ensure!(
        list["warnings"] == Value::Array(Vec::new()),
        "warnings: {list:#}"
    );
    ensure!(
        list["incomplete"] == 0,
        "temporary files were left: {list:#}"
    );
    let commit = commit(&home)?;
    let model = &list["repos"][format!("model/{MODEL}")];
    ensure!(
        model["revisions"][&commit]["refs"][0] == "main",
        "main is missing: {list:#}"
    );
    ensure!(
        model["revisions"][&commit]["files"] == 7,
        "files are missing: {list:#}"
    );
    let dataset = &list["repos"][format!("dataset/{DATASET}")];
    ensure!(
        dataset["revisions"]
            .as_object()
            .is_some_and(|all| all.len() == 1),
        "no dataset: {list:#}"
    );
    Ok(())
}

fn python_moves_no_byte_again(python: &Python) -> Result<()> {
    let (served, home) = (served()?, Home::new()?);
    let server = Server::start(served.path())?;
    we_fetch(&home, server.endpoint())?;
    let before = server.requested("GET", "/resolve/")?.len();
    ensure!(
        before >= 8,
        "{before} requests for eight files with content: the log does not tell the truth"
    );
    let folder = snapshot(python, &home, server.endpoint(), &["model", MODEL])?;
    same_files(&served, "models/lab/tiny", &folder)?;
    let moved = server.requested("GET", "/resolve/")?.split_off(before);
    ensure!(moved.is_empty(), "fetched again: {moved:?}");
    Ok(())
}

fn python_verifies_what_we_fetched(python: &Python) -> Result<()> {
    let (served, home) = (served()?, Home::new()?);
    let server = Server::start(served.path())?;
    we_fetch(&home, server.endpoint())?;
    let arguments = [
        "cache",
        "verify",
        MODEL,
        "--fail-on-missing-files",
        "--fail-on-extra-files",
    ];
    python
        .program(&home, "hf", arguments)
        .at(server.endpoint())
        .run()?
        .success()?;
    Ok(())
}

fn we_serve_offline_what_python_fetched(python: &Python) -> Result<()> {
    let (served, home) = (served()?, Home::new()?);
    python_fetches(python, &home, Server::start(served.path())?.endpoint())?;

    let silent = Server::start(served.path())?;
    let arguments = ["download", MODEL, "--quiet"];
    let outcome = home
        .hubkit(arguments)?
        .at(silent.endpoint())
        .offline()
        .run()?
        .success()?;
    same_files(&served, "models/lab/tiny", outcome.last_line()?)?;
    let arguments = ["download", DATASET, "--repo-type", "dataset", "--quiet"];
    let outcome = home
        .hubkit(arguments)?
        .at(silent.endpoint())
        .offline()
        .run()?
        .success()?;
    same_files(&served, "datasets/lab/words", outcome.last_line()?)?;
    let arguments = ["download", MODEL, "1_Pooling/config.json", "--quiet"];
    let outcome = home
        .hubkit(arguments)?
        .at(silent.endpoint())
        .offline()
        .run()?
        .success()?;
    ensure!(
        fs::read(outcome.last_line()?)? == b"{}\n",
        "one file has other bytes"
    );
    silent.expect_silence()
}

fn we_list_what_python_fetched(python: &Python) -> Result<()> {
    let (served, home) = (served()?, Home::new()?);
    python_fetches(python, &home, Server::start(served.path())?.endpoint())?;
    let list = home
        .hubkit(["cache", "ls", "--format", "json"])?
        .run()?
        .success()?;
    list.json()?;
    for name in [MODEL, DATASET] {
        ensure!(list.stdout.contains(name), "{name} is not listed:\n{list}");
    }
    Ok(())
}

fn we_move_no_byte_again(python: &Python) -> Result<()> {
    let (served, home) = (served()?, Home::new()?);
    let server = Server::start(served.path())?;
    python_fetches(python, &home, server.endpoint())?;
    let before = server.requested("GET", "/resolve/")?.len();
    ensure!(
        before >= 8,
        "{before} requests for eight files with content: the log does not tell the truth"
    );
    let outcome = home
        .hubkit(["download", MODEL, "--quiet"])?
        .at(server.endpoint())
        .run()?
        .success()?;
    same_files(&served, "models/lab/tiny", outcome.last_line()?)?;
    let moved = server.requested("GET", "/resolve/")?.split_off(before);
    ensure!(moved.is_empty(), "fetched again: {moved:?}");
    Ok(())
}

fn we_ask_nothing_for_a_commit(python: &Python) -> Result<()> {
    let (served, home) = (served()?, Home::new()?);
    python_fetches(python, &home, Server::start(served.path())?.endpoint())?;

    let silent = Server::start(served.path())?;
    let commit = commit(&home)?;
    let arguments = [
        "download",
        MODEL,
        "config.json",
        "--revision",
        &commit,
        "--quiet",
    ];
    home.hubkit(arguments)?
        .at(silent.endpoint())
        .run()?
        .success()?;
    let arguments = ["download", MODEL, "--revision", &commit, "--quiet"];
    let outcome = home
        .hubkit(arguments)?
        .at(silent.endpoint())
        .run()?
        .success()?;
    same_files(&served, "models/lab/tiny", outcome.last_line()?)?;
    silent.expect_silence()
}

fn python_asks_nothing_for_a_commit(python: &Python) -> Result<()> {
    let (served, home) = (served()?, Home::new()?);
    we_fetch(&home, Server::start(served.path())?.endpoint())?;

    let silent = Server::start(served.path())?;
    let commit = commit(&home)?;
    let script = python.script(
        &home,
        "cache-sharing/file.py",
        [MODEL, "config.json", &commit],
    );
    script.at(silent.endpoint()).run()?.success()?;
    silent.expect_silence()
}

fn both_lay_out_the_cache_alike(python: &Python) -> Result<()> {
    let (served, ours, theirs) = (served()?, Home::new()?, Home::new()?);
    let server = Server::start(served.path())?;
    we_fetch(&ours, server.endpoint())?;
    python_fetches(python, &theirs, server.endpoint())?;
    let (ours, theirs) = (layout(&ours.cache())?, layout(&theirs.cache())?);
    for (path, entry) in &theirs {
        let have = ours.get(path);
        ensure!(
            have == Some(entry),
            "{path}: Python has {entry:?}, we have {have:?}"
        );
    }
    let extra: Vec<_> = ours
        .keys()
        .filter(|path| !theirs.contains_key(*path))
        .collect();
    ensure!(extra.is_empty(), "Python has no {extra:?}");
    Ok(())
}

/// Every path below a cache, with the target of a link and the bytes of a file.
///
/// Locks are left out: they are nobody's promise. Trees are compared as JSON, since white space is not part of the format.
fn layout(cache: &Path) -> Result<BTreeMap<String, String>> {
    let mut entries = BTreeMap::new();
    let mut folders = vec![cache.to_path_buf()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder)? {
            let path = entry?.path();
            let name = path
                .strip_prefix(cache)?
                .to_string_lossy()
                .replace('\\', "/");
            if name == ".locks" {
                continue;
            }
            if path.is_symlink() {
                entries.insert(name, format!("→ {}", fs::read_link(&path)?.display()));
            } else if path.is_dir() {
                folders.push(path);
            } else if name.contains("/trees/") {
                let tree: Value = serde_json::from_slice(&fs::read(&path)?)?;
                entries.insert(name, tree.to_string());
            } else if name == "CACHEDIR.TAG" {
                // The signature is the format; the comment below it is free.
                entries.insert(
                    name,
                    fs::read_to_string(&path)?
                        .lines()
                        .next()
                        .unwrap_or_default()
                        .to_owned(),
                );
            } else {
                let bytes = fs::read(&path)?;
                let text = if bytes.len() > 200 {
                    format!("{} bytes", bytes.len())
                } else {
                    format!("{bytes:?}")
                };
                entries.insert(name, text);
            }
        }
    }
    Ok(entries)
}

fn both_finish_what_the_other_began(python: &Python) -> Result<()> {
    let (served, home) = (served()?, Home::new()?);
    let server = Server::start(served.path())?;
    let one = |path| {
        home.hubkit(["download", MODEL, path, "--quiet"])?
            .at(server.endpoint())
            .run()?
            .success()
    };
    one("model.safetensors")?;
    let script = python.script(
        &home,
        "cache-sharing/file.py",
        [MODEL, "config.json", "main"],
    );
    script.at(server.endpoint()).run()?.success()?;
    one("README.md")?;
    let folder = snapshot(python, &home, server.endpoint(), &["model", MODEL])?;
    same_files(&served, "models/lab/tiny", &folder)?;
    let weights = server.requested("GET", "/model.safetensors")?;
    ensure!(
        weights.len() == 1,
        "the weights were fetched {} times: {weights:?}",
        weights.len()
    );
    Ok(())
}

fn absent_stays_absent(python: &Python) -> Result<()> {
    let (served, home) = (served()?, Home::new()?);
    let server = Server::start(served.path())?;
    python_fetches(python, &home, server.endpoint())?;
    let script = python.script(&home, "cache-sharing/absent.py", [MODEL, "tokenizer.json"]);
    script.at(server.endpoint()).run()?.success()?;
    drop(server);

    let silent = Server::start(served.path())?;
    let commit = commit(&home)?;
    let arguments = [
        "download",
        MODEL,
        "tokenizer.json",
        "--revision",
        &commit,
        "--quiet",
    ];
    home.hubkit(arguments)?
        .at(silent.endpoint())
        .offline()
        .run()?
        .expect_code(3)?;
    silent.expect_silence()
}
