//! `hubkit card jsonld` and `hubkit card bom`: what a model is described by, what is told beside it, and how they end.

use std::fs;

use anyhow::{Result, ensure};
use hubkit_tests::{Home, Outcome, Served, Server};
use serde_json::Value;

const CARD: &str = "---\nlicense: mit\nbase_model: lab/base\n---\n# Tiny\n\nA model.\n";
const CONFIG: &str =
    r#"{"model_type": "whisper", "architectures": ["WhisperForConditionalGeneration"]}"#;
/// One tensor of two numbers.
const HEADER: &[u8] = br#"{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}} "#;

fn weights() -> Vec<u8> {
    let length = u64::try_from(HEADER.len()).unwrap_or_default();
    [&length.to_le_bytes(), HEADER, &[0; 8]].concat()
}

fn home() -> Result<Home> {
    let home = Home::new()?;
    let folder = home.path().join("tiny");
    fs::create_dir(&folder)?;
    fs::write(folder.join("README.md"), CARD)?;
    fs::write(folder.join("config.json"), CONFIG)?;
    fs::write(folder.join("model.safetensors"), weights())?;
    Ok(home)
}

fn card(home: &Home, words: &[&str]) -> Result<Outcome> {
    home.hubkit(["card"].iter().chain(words))?.offline().run()
}

fn parameters(document: &Value) -> &Value {
    &document["metadata"]["component"]["modelCard"]["modelParameters"]
}

#[test]
fn a_bill_says_what_weights_and_configuration_say() -> Result<()> {
    let home = home()?;
    for (spec, version) in [("cyclonedx-1.6", "1.6"), ("cyclonedx-1.7", "1.7")] {
        let outcome = card(&home, &["bom", "tiny", "--spec", spec])?.success()?;
        let document = outcome.json()?;
        ensure!(document["specVersion"] == version, "{outcome}");
        let told = parameters(&document);
        ensure!(told["task"] == "automatic-speech-recognition", "{outcome}");
        ensure!(told["inputs"][0]["format"] == "audio", "{outcome}");
        ensure!(told["outputs"][0]["format"] == "text", "{outcome}");
        ensure!(
            outcome.stdout.contains("hubkit:parameters") && outcome.stderr.is_empty(),
            "{outcome}"
        );
    }
    Ok(())
}

#[test]
fn a_model_without_sound_weights_is_described_by_its_configuration() -> Result<()> {
    let home = home()?;
    let weights = home.path().join("tiny/model.safetensors");
    fs::write(&weights, "no weights")?;
    let broken = card(&home, &["bom", "tiny"])?.success()?;
    ensure!(broken.stderr.contains("model.safetensors: "), "{broken}");
    ensure!(broken.stderr.contains("is left out"), "{broken}");
    fs::remove_file(&weights)?;
    let none = card(&home, &["bom", "tiny"])?.success()?;
    ensure!(none.stderr.is_empty(), "{none}");
    for outcome in [broken, none] {
        let document = outcome.json()?;
        ensure!(
            parameters(&document)["architectureFamily"] == "whisper",
            "{outcome}"
        );
    }
    fs::write(home.path().join("tiny/config.json"), "{")?;
    let odd = card(&home, &["bom", "tiny"])?.success()?;
    ensure!(odd.stderr.contains("config.json: it is no JSON"), "{odd}");
    Ok(())
}

#[test]
fn a_repository_is_described_at_its_commit_and_a_broken_way_to_it_is_an_error() -> Result<()> {
    let home = home()?;
    let repos = Served::new()?.copy("models/lab/tiny", &home.path().join("tiny"))?;
    let server = Server::start(repos.path())?;
    let at = |words: &[&str]| {
        home.hubkit(["card"].iter().chain(words))?
            .at(server.endpoint())
            .run()
    };
    let outcome = at(&["jsonld", "lab/tiny"])?.success()?;
    let document = outcome.json()?;
    let address = format!("{}/lab/tiny", server.endpoint());
    ensure!(document["@id"] == address, "{outcome}");
    let commit = document["version"].as_str().unwrap_or_default();
    ensure!(commit.len() == 40, "{outcome}");
    let bill = at(&["bom", "lab/tiny"])?.success()?.json()?;
    let purl = bill["metadata"]["component"]["purl"]
        .as_str()
        .unwrap_or_default();
    ensure!(
        purl.starts_with(&format!("pkg:huggingface/lab/tiny@{commit}")),
        "{purl}"
    );
    at(&["bom", "lab/none"])?.expect_code(3)?;
    let endpoint = server.endpoint().to_owned();
    drop(server);
    let unreachable = home
        .hubkit(["card", "bom", "lab/tiny"])?
        .at(&endpoint)
        .run()?;
    unreachable.expect_code(5)?;
    Ok(())
}

#[test]
fn a_document_is_written_whole_and_over_nothing_unasked() -> Result<()> {
    let home = home()?;
    let file = home.path().join("tiny.cdx.json");
    let write = &["bom", "tiny", "-o", "tiny.cdx.json"];
    let first = card(&home, write)?.success()?;
    ensure!(first.stdout.is_empty(), "{first}");
    let printed = card(&home, &["bom", "tiny"])?.success()?;
    ensure!(fs::read_to_string(&file)? == printed.stdout, "{printed}");
    fs::write(&file, "mine")?;
    card(&home, write)?.expect_code(8)?;
    ensure!(fs::read_to_string(&file)? == "mine", "it was written over");
    card(&home, &[write, &["--force"][..]].concat())?.success()?;
    ensure!(fs::read_to_string(&file)? == printed.stdout, "{printed}");
    card(&home, &["jsonld", "tiny", "-o", "nowhere/tiny.json"])?.expect_code(3)?;
    Ok(())
}

#[test]
fn a_document_beside_the_model_does_not_list_itself() -> Result<()> {
    let home = home()?;
    let file = home.path().join("tiny/tiny.json");
    for command in ["bom", "jsonld"] {
        let write = [command, "tiny", "-o", "tiny/tiny.json", "--force"];
        card(&home, &write)?.success()?;
        let first = fs::read(&file)?;
        card(&home, &write)?.success()?;
        ensure!(fs::read(&file)? == first, "{command} says something else");
        fs::remove_file(&file)?;
    }
    Ok(())
}

#[test]
fn no_document_takes_the_place_of_its_card() -> Result<()> {
    let home = home()?;
    let readme = home.path().join("tiny/README.md");
    let before = fs::read(&readme)?;
    for command in ["bom", "jsonld", "html"] {
        for place in ["tiny", "tiny/README.md"] {
            let write = [command, place, "-o", "tiny/../tiny/README.md", "--force"];
            let outcome = card(&home, &write)?.expect_code(2)?;
            ensure!(outcome.stderr.contains("is the card itself"), "{outcome}");
        }
    }
    ensure!(fs::read(&readme)? == before, "the card is another");
    Ok(())
}

#[test]
fn the_header_of_a_gguf_file_tells_what_goes_in() -> Result<()> {
    let home = home()?;
    let folder = home.path().join("gguf");
    fs::create_dir(&folder)?;
    fs::write(folder.join("README.md"), "---\nlicense: mit\n---\n# G\n")?;
    fs::write(folder.join("g.gguf"), crate::showing::gguf("llama"))?;
    let outcome = card(&home, &["bom", "gguf"])?.success()?;
    let document = outcome.json()?;
    let parameters = parameters(&document);
    ensure!(parameters["task"] == "text-generation", "{parameters}");
    ensure!(
        parameters["inputs"].to_string().contains("text"),
        "{parameters}"
    );
    Ok(())
}

#[test]
fn a_long_configuration_is_read_and_one_without_end_is_left_out() -> Result<()> {
    let home = home()?;
    let config = home.path().join("tiny/config.json");
    let classes = vec!["a class of many"; 100_000];
    let long = serde_json::json!({"model_type": "vit", "id2label": classes});
    fs::write(&config, long.to_string())?;
    let outcome = card(&home, &["bom", "tiny"])?.success()?;
    ensure!(
        parameters(&outcome.json()?)["architectureFamily"] == "vit",
        "{outcome}"
    );
    let endless = fs::File::create(&config)?;
    endless.set_len(11 << 20)?;
    let outcome = card(&home, &["bom", "tiny"])?.success()?;
    ensure!(
        outcome.stderr.contains("config.json: expected at most"),
        "{outcome}"
    );
    Ok(())
}

#[test]
fn what_a_bill_says_comes_back_as_a_card() -> Result<()> {
    let home = home()?;
    card(&home, &["bom", "tiny", "-o", "tiny.cdx.json"])?.success()?;
    let outcome = card(&home, &["import", "tiny.cdx.json"])?.success()?;
    for line in ["license: mit", "base_model: lab/base", "A model."] {
        ensure!(
            outcome.stdout.lines().any(|found| found == line),
            "{line}\n{outcome}"
        );
    }
    ensure!(
        outcome.stderr.contains("left out: hubkit:parameters"),
        "{outcome}"
    );
    Ok(())
}

#[test]
fn what_is_no_model_is_refused() -> Result<()> {
    let home = home()?;
    fs::write(home.path().join("space.md"), "---\nsdk: static\n---\n")?;
    fs::write(
        home.path().join("data.md"),
        "---\ntask_categories: [other]\n---\nMany words.\n",
    )?;
    fs::write(home.path().join("broken.md"), "---\na: [\n---\n")?;
    for (words, code, name) in [
        (&["bom", "space.md"] as &[&str], 2, "not_a_model"),
        (&["jsonld", "space.md"], 2, "not_a_model"),
        (&["bom", "data.md"], 2, "not_a_model"),
        (&["bom", "broken.md"], 7, "malformed_card"),
        (&["bom", "tiny", "--spec", "spdx"], 2, "usage"),
        (
            &["bom", "tiny", "--created", "2026-11-27T08:00:00Z"],
            2,
            "usage",
        ),
        (&["bom", "./nowhere"], 3, "file_not_found"),
    ] {
        let words = [words, &["--format", "json"]].concat();
        let outcome = card(&home, &words)?.expect_code(code)?;
        let error: Value = serde_json::from_str(&outcome.stderr)?;
        ensure!(error["error"]["code"] == name, "{outcome}");
        ensure!(error["error"]["hint"].is_string(), "{outcome}");
    }
    // A data set has a description of its own kind.
    let data = card(&home, &["jsonld", "data.md"])?.success()?;
    ensure!(data.json()?["@type"] == "sc:Dataset", "{data}");
    Ok(())
}
