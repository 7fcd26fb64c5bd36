//! What is made of models, held against the tools of each standard: FAIR4ML and schema.org, CycloneDX, SPDX.

use std::{
    collections::BTreeMap,
    env,
    ffi::OsStr,
    fs,
    path::{Path, PathBuf},
    thread,
};

use anyhow::{Context as _, Result, ensure};
use hubkit_tests::{Answer, Home, Python, Served, Server, trial};
use libtest_mimic::Trial;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use crate::python;

pub(crate) fn trials() -> Vec<Trial> {
    vec![
        trial(
            "every_card_makes_documents_that_their_tools_accept",
            python,
            every_card,
        ),
        trial("the_tools_refuse_what_is_wrong", python, refused),
        trial("documents_tell_what_is_on_the_hub", python, on_a_hub),
    ]
}

/// The documents, by the ending of their names, and what makes each.
const DOCUMENTS: [(&str, &[&str]); 4] = [
    ("jsonld", &["jsonld"]),
    ("16.cdx.json", &["bom", "--spec", "cyclonedx-1.6"]),
    ("17.cdx.json", &["bom", "--spec", "cyclonedx-1.7"]),
    (
        "spdx.json",
        &["bom", "--spec", "spdx", "--created", "2026-11-27T08:00:00Z"],
    ),
];

fn make<A: AsRef<OsStr>>(
    home: &Home,
    document: &[&str],
    rest: impl IntoIterator<Item = A>,
) -> Result<()> {
    let rest: Vec<_> = rest
        .into_iter()
        .map(|word| word.as_ref().to_owned())
        .collect();
    let words = ["card"].iter().chain(document).map(|word| (*word).into());
    home.hubkit(words.chain(rest))?.run()?.success()?;
    Ok(())
}

fn check(
    python: &Python,
    home: &Home,
    folder: &Path,
) -> Result<(BTreeMap<String, u64>, BTreeMap<String, String>)> {
    let shapes = Path::new(env!("CARGO_MANIFEST_DIR")).join("suites/cards/shapes.ttl");
    let told = python
        .script(home, "cards/check_models.py", [folder, &shapes])
        .run()?
        .success()?
        .json()?;
    Ok((
        serde_json::from_value(told["checked"].clone())?,
        serde_json::from_value(told["wrong"].clone())?,
    ))
}

/// The cards of the fixtures, and real ones where `HUBKIT_CARDS` names a folder of them.
fn cards() -> Result<Vec<PathBuf>> {
    let fixtures = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/cards");
    let folders = [
        Some(fixtures),
        env::var_os("HUBKIT_CARDS").map(PathBuf::from),
    ];
    let mut cards = Vec::new();
    for folder in folders.into_iter().flatten() {
        for entry in fs::read_dir(folder)? {
            let path = entry?.path();
            if path.extension().is_some_and(|ending| ending == "md") {
                cards.push(path);
            }
        }
    }
    cards.sort();
    Ok(cards)
}

fn every_card(python: &Python) -> Result<()> {
    let home = Home::new()?;
    let folder = home.path().join("documents");
    fs::create_dir(&folder)?;
    let cards = cards()?;
    let made = thread::scope(|scope| {
        let workers: Vec<_> = (0..4)
            .map(|worker| {
                let (home, cards, folder) = (&home, &cards, &folder);
                scope.spawn(move || -> Result<u64> {
                    let mut made = 0;
                    for (at, card) in cards.iter().enumerate().skip(worker).step_by(4) {
                        made += u64::from(documents(home, card, &folder.join(format!("{at:03}")))?);
                    }
                    Ok(made)
                })
            })
            .collect();
        let outcomes = workers
            .into_iter()
            .map(|worker| worker.join().ok().context("a worker")?);
        outcomes.sum::<Result<u64>>()
    })?;
    let (checked, wrong) = check(python, &home, &folder)?;
    ensure!(wrong.is_empty(), "{wrong:#?}");
    let expected = ["CycloneDX 1.6", "CycloneDX 1.7", "JSON-LD", "SPDX 3.0.1"];
    let expected: BTreeMap<_, _> = expected
        .iter()
        .map(|name| ((*name).to_owned(), made))
        .collect();
    ensure!(
        made > 40 && checked == expected,
        "of {made} cards, {checked:?} were checked"
    );
    Ok(())
}

/// Makes every document of a card; none of one whose metadata can't be read, which ends with 7.
fn documents(home: &Home, card: &Path, to: &Path) -> Result<bool> {
    let read = home
        .hubkit([OsStr::new("card"), OsStr::new("json"), card.as_os_str()])?
        .run()?;
    if read.code == Some(7) {
        return Ok(false);
    }
    for (ending, document) in DOCUMENTS {
        let file = to.with_extension(ending);
        let rest = [
            OsStr::new("--repo-type"),
            OsStr::new("model"),
            OsStr::new("-o"),
            file.as_os_str(),
            card.as_os_str(),
        ];
        make(home, document, rest)?;
    }
    Ok(true)
}

const CARD: &str = "\
---
license: [apache-2.0, llama3.1]
language: [en, no]
pipeline_tag: text-classification
library_name: peft
base_model: meta/base
datasets: [glue, ./local data]
tags: [tiny]
doi: 10.57967/hf/0003
co2_eq_emissions: {emissions: 1500, energy_consumed: 4.5, training_type: fine-tuning}
model-index:
- name: x
  results:
  - task: {type: text-classification}
    dataset: {type: glue, name: GLUE, config: sst2, split: test}
    metrics: [{type: accuracy, value: 0.5, name: Accuracy}, {type: f1, value: 1}]
---
# Tiny

A model for tests, see https://arxiv.org/abs/1706.03762.

## Intended uses & limitations

Tests \"only\" <script>.

## How to use

```python
import tiny
```
";

const RESULTS: &str = "- {dataset: {id: cais/hle, task_id: default}, value: 20.9, source: {url: 'https://x.org/a b', name: me}}\n";

fn served() -> Result<(Served, Server)> {
    let header = br#"{"a":{"dtype":"U8","shape":[4],"data_offsets":[0,4]}}"#;
    let mut weights = (header.len() as u64).to_le_bytes().to_vec();
    weights.extend_from_slice(header);
    weights.extend_from_slice(b"1234");
    let root = Served::new()?
        .file("models/lab/tiny", "README.md", CARD)?
        .file("models/lab/tiny", ".eval_results/hle.yaml", RESULTS)?
        .file(
            "models/lab/tiny",
            "config.json",
            r#"{"model_type": "bert", "architectures": ["BertModel"]}"#,
        )?
        .file("models/lab/tiny", "a b/weights #1.bin", [7; 1000])?
        .file("models/lab/tiny", "model.safetensors", weights)?;
    let server = Server::start(root.path())?;
    Ok((root, server))
}

fn on_a_hub(python: &Python) -> Result<()> {
    let (root, server) = served()?;
    let home = Home::new()?;
    let folder = home.path().join("documents");
    fs::create_dir(&folder)?;
    for (ending, document) in DOCUMENTS {
        let made = |name: &str| -> Result<Vec<u8>> {
            let file = folder.join(name).with_extension(ending);
            let words = ["card"]
                .iter()
                .chain(document)
                .map(|word| OsStr::new(*word));
            let rest = [OsStr::new("lab/tiny"), OsStr::new("-o"), file.as_os_str()];
            home.hubkit(words.chain(rest))?
                .at(server.endpoint())
                .run()?
                .success()?;
            Ok(fs::read(file)?)
        };
        ensure!(
            made("first")? == made("second")?,
            "{ending} is not the same twice"
        );
    }
    let (checked, wrong) = check(python, &home, &folder)?;
    ensure!(
        wrong.is_empty() && checked.len() == 4,
        "{checked:?} {wrong:#?}"
    );
    let read = |ending: &str| -> Result<Value> {
        let file = folder.join("first").with_extension(ending);
        Ok(serde_json::from_slice(&fs::read(file)?)?)
    };
    json_ld(&read("jsonld")?, &root, &server)?;
    for ending in ["16.cdx.json", "17.cdx.json"] {
        cyclonedx(&read(ending)?, &root)?;
    }
    spdx(&read("spdx.json")?, &root)
}

/// What the file in a repository hashes to.
fn digest(root: &Served, path: &str) -> Result<String> {
    let bytes = fs::read(root.repo("models/lab/tiny").join(path))?;
    Ok(Sha256::digest(bytes)
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect())
}

const PATHS: [&str; 5] = [
    ".eval_results/hle.yaml",
    "README.md",
    "a b/weights #1.bin",
    "config.json",
    "model.safetensors",
];

fn json_ld(document: &Value, root: &Served, server: &Server) -> Result<()> {
    let files = document["distribution"].as_array().context("files")?;
    let names: Vec<_> = files
        .iter()
        .filter_map(|file| file["name"].as_str())
        .collect();
    ensure!(names == PATHS, "{names:?}");
    for (file, path) in files.iter().zip(PATHS) {
        ensure!(file["sha256"] == digest(root, path)?, "{file}");
        let address = file["contentUrl"].as_str().context("an address")?;
        let way = address
            .strip_prefix(server.endpoint())
            .context("on the hub")?;
        let bytes = Answer::read(&server.get(way)?)?.body;
        ensure!(
            file["contentSize"] == format!("{} B", bytes.len()),
            "{file}"
        );
        ensure!(
            way.contains(document["version"].as_str().context("a commit")?),
            "{way} moves"
        );
    }
    let evaluations = document["hasEvaluation"].as_array().context("results")?;
    ensure!(
        evaluations.len() == 2 && evaluations[1]["url"] == "https://x.org/a%20b",
        "{evaluations:#?}"
    );
    ensure!(
        document["modelCategory"] == json!(["bert", "BertModel"]),
        "{document:#}"
    );
    Ok(())
}

fn cyclonedx(document: &Value, root: &Served) -> Result<()> {
    for path in PATHS {
        let files = document["components"].as_array().context("components")?;
        let file = files
            .iter()
            .find(|file| file["name"] == path)
            .context("a file")?;
        ensure!(
            file["hashes"][0]["content"] == digest(root, path)?,
            "{file}"
        );
    }
    let model = &document["metadata"]["component"];
    let card = &model["modelCard"];
    let address = model["purl"].as_str().context("a package URL")?;
    ensure!(
        address.starts_with("pkg:huggingface/lab/tiny@")
            && address.contains("?repository_url=http:%2F%2F127"),
        "{address}"
    );
    ensure!(
        card["modelParameters"]["modelArchitecture"] == "BertModel",
        "{card:#}"
    );
    let metrics = card["quantitativeAnalysis"]["performanceMetrics"]
        .as_array()
        .context("metrics")?;
    ensure!(
        metrics.len() == 3
            && metrics[2] == json!({"type": "default", "value": "20.9", "slice": "cais/hle"}),
        "{metrics:#?}"
    );
    Ok(())
}

fn spdx(document: &Value, root: &Served) -> Result<()> {
    let graph = document["@graph"].as_array().context("a graph")?;
    for path in PATHS {
        let file = graph
            .iter()
            .find(|element| element["name"] == path)
            .context("a file")?;
        ensure!(
            file["verifiedUsing"][0]["hashValue"] == digest(root, path)?,
            "{file}"
        );
    }
    Ok(())
}

/// Changes to documents that are right, of which each makes one that is wrong.
fn refused(python: &Python) -> Result<()> {
    let (_root, server) = served()?;
    let home = Home::new()?;
    let folder = home.path().join("documents");
    fs::create_dir(&folder)?;
    type Change = fn(&mut Value);
    let changes: [(&str, &[&str], Change); 8] = [
        ("name.jsonld", DOCUMENTS[0].1, |document| {
            document["name"] = json!(["a", "b"])
        }),
        ("word.jsonld", DOCUMENTS[0].1, |document| {
            document["nonsense"] = json!("x")
        }),
        ("term.jsonld", DOCUMENTS[0].1, |document| {
            document["fair4ml:nonsense"] = json!("x")
        }),
        ("digest.jsonld", DOCUMENTS[0].1, |document| {
            document["distribution"][0]["sha256"] = json!("x")
        }),
        ("word.cdx.json", DOCUMENTS[1].1, |document| {
            document["metadata"]["component"]["modelCard"]["nonsense"] = json!("x");
        }),
        ("ref.cdx.json", DOCUMENTS[2].1, |document| {
            document["dependencies"][0]["ref"] = json!("x")
        }),
        ("word.spdx.json", DOCUMENTS[3].1, |document| {
            document["@graph"][1]["nonsense"] = json!("x")
        }),
        ("id.spdx.json", DOCUMENTS[3].1, |document| {
            document["@graph"][0]["createdBy"] = json!(["https://x.org/nobody"]);
        }),
    ];
    for (name, document, change) in &changes {
        let words = ["card"].iter().chain(*document).chain(&["lab/tiny"]);
        let run = home.hubkit(words)?.at(server.endpoint()).run()?.success()?;
        let mut document = run.json()?;
        change(&mut document);
        fs::write(folder.join(name), document.to_string())?;
    }
    let (checked, wrong) = check(python, &home, &folder)?;
    let names: Vec<_> = wrong.keys().map(String::as_str).collect();
    let mut expected = changes.map(|(name, ..)| name);
    expected.sort_unstable();
    ensure!(
        names == expected,
        "of these only {names:?} were refused, and {checked:?} accepted"
    );
    Ok(())
}
