//! A model that people use, served by us: fetched by us and by Python's `hf`, and read as Python reads it.

use std::{fs, path::PathBuf, process::ExitCode, sync::OnceLock};

use anyhow::{Context as _, Result, ensure};
use hubkit_tests::{Home, MINILM, Python, Served, Server, Skip, files_below, run, trial};
use serde_json::Value;

const REPO: &str = "sentence-transformers/all-MiniLM-L6-v2";

fn main() -> ExitCode {
    run(vec![
        trial("hubkit_fetches_it_byte_for_byte", tools, hubkit_fetches_it),
        trial("hf_fetches_it_byte_for_byte", tools, hf_fetches_it),
        trial(
            "inspect_agrees_with_safetensors_on_every_tensor",
            tools,
            inspect_agrees,
        ),
        trial(
            "inspect_reads_the_header_alone_from_a_hub",
            tools,
            inspect_reads_the_header_alone,
        ),
        trial(
            "a_part_of_a_tensor_on_a_hub_is_that_of_numpy",
            tools,
            a_part_of_a_tensor_is_that_of_numpy,
        ),
        trial(
            "the_same_files_have_the_same_commit",
            tools,
            the_same_files_have_the_same_commit,
        ),
    ])
}

/// Python with the reference reader, and the model.
struct Tools {
    python: Python,
    model: PathBuf,
}

fn tools() -> &'static Result<Tools, Skip> {
    static TOOLS: OnceLock<Result<Tools, Skip>> = OnceLock::new();
    TOOLS.get_or_init(|| {
        let python = Python::with(&["huggingface_hub==2.4.0", "safetensors==0.8.0", "numpy"])?;
        let model = MINILM.folder(&python)?;
        Ok(Tools { python, model })
    })
}

fn served(tools: &Tools) -> Result<Served> {
    Served::new()?.copy(&format!("models/{REPO}"), &tools.model)
}

fn same_files(tools: &Tools, folder: &str) -> Result<()> {
    let (want, have) = (files_below(&tools.model)?, files_below(folder.as_ref())?);
    ensure!(
        want.len() > 10,
        "the package holds {} files only",
        want.len()
    );
    ensure!(
        want.keys().eq(have.keys()),
        "other files: {:?}",
        have.keys().collect::<Vec<_>>()
    );
    for (path, bytes) in &want {
        ensure!(have[path] == *bytes, "{path} has other bytes");
    }
    Ok(())
}

fn hubkit_fetches_it(tools: &Tools) -> Result<()> {
    let (served, home) = (served(tools)?, Home::new()?);
    let server = Server::start(served.path())?;
    let outcome = home
        .hubkit(["download", REPO, "--quiet"])?
        .at(server.endpoint())
        .run()?
        .success()?;
    same_files(tools, outcome.last_line()?)
}

fn hf_fetches_it(tools: &Tools) -> Result<()> {
    let (served, home) = (served(tools)?, Home::new()?);
    let server = Server::start(served.path())?;
    let hf = tools
        .python
        .program(&home, "hf", ["download", REPO, "--quiet"]);
    let outcome = hf.at(server.endpoint()).run()?.success()?;
    same_files(tools, outcome.last_line()?)
}

fn inspect_agrees(tools: &Tools) -> Result<()> {
    let home = Home::new()?;
    let weights = tools.model.join("model.safetensors");
    let script = tools
        .python
        .script(&home, "real-model/tensors.py", [&weights]);
    let theirs = script.run()?.success()?.json()?;
    let arguments = [
        "inspect".as_ref(),
        weights.as_os_str(),
        "--format".as_ref(),
        "json".as_ref(),
    ];
    agrees(&home.hubkit(arguments)?.run()?.success()?.json()?, &theirs)
}

fn inspect_reads_the_header_alone(tools: &Tools) -> Result<()> {
    let (served, home) = (served(tools)?, Home::new()?);
    let server = Server::start(served.path())?;
    let script = tools.python.script(
        &home,
        "real-model/tensors.py",
        [tools.model.join("model.safetensors")],
    );
    let theirs = script.run()?.success()?.json()?;
    let inspect = |more: &[&str]| {
        let words = ["inspect", REPO, "--format", "json"].iter().chain(more);
        home.hubkit(words)?
            .at(server.endpoint())
            .run()?
            .success()?
            .json()
    };
    let ours = inspect(&[])?;
    agrees(&ours, &theirs)?;
    ensure!(ours["licenses"][0] == "apache-2.0", "{}", ours["licenses"]);
    ensure!(
        ours["architecture"]["names"][0] == "BertModel",
        "{}",
        ours["architecture"]
    );
    let (asked, moved) = moved(&server)?;
    ensure!(
        moved > 10_000,
        "{moved} bytes were sent, less than the header: the log does not tell the truth"
    );
    ensure!(
        moved < 110_000,
        "{moved} bytes were sent, for all that is told"
    );
    ensure!(
        ours["reading"]["requests"] == asked,
        "{asked} requests: {}",
        ours["reading"]
    );
    agrees(&inspect(&["--weights-only"])?, &theirs)?;
    let (again, _) = self::moved(&server)?;
    ensure!(
        again == asked + 1,
        "the weights alone take one request, not {}",
        again - asked
    );
    Ok(())
}

fn a_part_of_a_tensor_is_that_of_numpy(tools: &Tools) -> Result<()> {
    let (served, home) = (served(tools)?, Home::new()?);
    let server = Server::start(served.path())?;
    let (theirs, ours) = (home.path().join("theirs.npy"), home.path().join("ours.npy"));
    for (tensor, part) in [
        ("embeddings.word_embeddings.weight", "20000:20010, 5:50"),
        ("embeddings.word_embeddings.weight", "-1"),
        ("encoder.layer.3.attention.self.query.weight", "..., :4"),
        ("encoder.layer.5.output.LayerNorm.bias", ":"),
    ] {
        let weights = tools.model.join("model.safetensors");
        let words = [
            weights.as_os_str(),
            tensor.as_ref(),
            part.as_ref(),
            theirs.as_os_str(),
        ];
        let script = tools.python.script(&home, "real-model/slice.py", words);
        script.run()?.success()?;
        let query = format!("{tensor}[{part}]");
        let arguments = ["tensor", "get", REPO, &query, "-o", "ours.npy", "--force"];
        let outcome = home
            .hubkit(arguments)?
            .at(server.endpoint())
            .run()?
            .success()?;
        ensure!(
            fs::read(&ours)? == fs::read(&theirs)?,
            "{query}: numpy writes something else\n{outcome}"
        );
    }
    let moved: u64 = server
        .requests()?
        .iter()
        .filter(|request| request["method"] == "GET")
        .filter_map(|request| request["length"].as_u64())
        .sum();
    // Four times the listing and the header, a column of a matrix of 590 KB with what lies between, and three parts.
    ensure!(
        moved < 1_500_000,
        "{moved} bytes were promised for four parts"
    );
    Ok(())
}

/// How many requests a server had, and how many bytes it sent in all its answers.
fn moved(server: &Server) -> Result<(u64, u64)> {
    let requests = server.requests()?;
    let sent = requests
        .iter()
        .filter_map(|request| request["sent"].as_u64());
    Ok((u64::try_from(requests.len())?, sent.sum()))
}

/// Compares names, dtypes and shapes of all tensors, and the number of parameters.
fn agrees(ours: &Value, theirs: &Value) -> Result<()> {
    let ours_by_name = by_name(&ours["tensors"])?;
    let theirs_by_name = by_name(&theirs["tensors"])?;
    ensure!(
        theirs_by_name.len() > 100,
        "the reference found {} tensors only",
        theirs_by_name.len()
    );
    let names = |all: &[(String, Value, Value)]| {
        all.iter()
            .map(|(name, ..)| name.clone())
            .collect::<Vec<_>>()
    };
    ensure!(
        names(&ours_by_name) == names(&theirs_by_name),
        "other tensors: {:?}",
        names(&ours_by_name)
    );
    for (ours, theirs) in ours_by_name.iter().zip(&theirs_by_name) {
        ensure!(ours == theirs, "we read {ours:?}, Python reads {theirs:?}");
    }
    let (counted, total) = (&ours["parameters"]["total"], &theirs["parameters"]["total"]);
    ensure!(
        counted == total,
        "we count {counted} parameters, Python counts {total}"
    );
    Ok(())
}

fn by_name(tensors: &Value) -> Result<Vec<(String, Value, Value)>> {
    let tensors = tensors.as_array().context("tensors is no list")?;
    let mut list = Vec::new();
    for tensor in tensors {
        let name = tensor["name"].as_str().context("a tensor has no name")?;
        list.push((
            name.to_owned(),
            tensor["dtype"].clone(),
            tensor["shape"].clone(),
        ));
    }
    list.sort_by(|one, other| one.0.cmp(&other.0));
    Ok(list)
}

fn the_same_files_have_the_same_commit(tools: &Tools) -> Result<()> {
    let mut commits = Vec::new();
    for _ in 0..2 {
        let (served, home) = (served(tools)?, Home::new()?);
        let server = Server::start(served.path())?;
        let arguments = ["download", REPO, "config.json", "--quiet"];
        home.hubkit(arguments)?
            .at(server.endpoint())
            .run()?
            .success()?;
        let folder = home
            .cache()
            .join("models--sentence-transformers--all-MiniLM-L6-v2");
        commits.push(fs::read_to_string(folder.join("refs/main"))?);
    }
    ensure!(
        commits[0] == commits[1],
        "two commits for the same files: {commits:?}"
    );
    Ok(())
}
