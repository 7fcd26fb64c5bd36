//! `hubkit card new`: what a first card is made of, where it goes, and what it leaves alone.

use std::fs;

use anyhow::{Result, ensure};
use hubkit_tests::{Home, Outcome, Served, Server};
use serde_json::json;

fn card(home: &Home, words: &[&str]) -> Result<Outcome> {
    home.hubkit(["card"].iter().chain(words))?.offline().run()
}

/// Weights in safetensors: the length of the header, the header, the numbers.
fn weights() -> Vec<u8> {
    let header =
        json!({ "bert.weight": { "dtype": "F16", "shape": [3, 5], "data_offsets": [0, 30] } });
    let header = header.to_string();
    let length = header.len() as u64;
    let mut bytes = length.to_le_bytes().to_vec();
    bytes.extend_from_slice(header.as_bytes());
    bytes.extend_from_slice(&[0; 30]);
    bytes
}

fn model() -> Result<Home> {
    let home = Home::new()?;
    let folder = home.path().join("tiny");
    fs::create_dir(&folder)?;
    let config = json!({
        "_name_or_path": "google-bert/bert-base-uncased", "architectures": ["BertForMaskedLM"],
        "model_type": "bert", "max_position_embeddings": 512,
    });
    fs::write(folder.join("config.json"), config.to_string())?;
    fs::write(folder.join("model.safetensors"), weights())?;
    let results = json!({ "eval_loss": 1.25, "eval_runtime": 3.0 });
    fs::write(folder.join("eval_results.json"), results.to_string())?;
    Ok(home)
}

#[test]
fn a_folder_gets_the_card_that_its_files_make() -> Result<()> {
    let home = model()?;
    let printed = card(&home, &["new", "tiny"])?.success()?;
    for line in [
        "base_model: google-bert/bert-base-uncased",
        "pipeline_tag: fill-mask",
        "| Parameters | 15 |",
        "| Context length | 512 tokens |",
        "| `eval_loss` | 1.25 |",
        "repo = \"NAMESPACE/tiny\"",
    ] {
        ensure!(printed.stdout.contains(line), "{line}\n{printed}");
    }
    for line in [
        "base_model: from config.json: _name_or_path",
        "parameters: from model.safetensors",
        "to do: the licence",
    ] {
        ensure!(printed.stderr.contains(line), "{line}\n{printed}");
    }
    // The log of a long training is left out, and nothing else.
    let log = home.path().join("tiny/trainer_state.json");
    fs::write(&log, " ".repeat((8 << 20) + 1))?;
    let printed = card(&home, &["new", "tiny"])?.success()?;
    let told = "left out: trainer_state.json: it is longer than 8388608 bytes";
    ensure!(printed.stderr.contains(told), "{printed}");
    ensure!(printed.stdout.contains("| Parameters | 15 |"), "{printed}");
    fs::remove_file(&log)?;
    ensure!(
        !home.path().join("tiny/README.md").exists(),
        "it was written"
    );
    let words = [
        "new",
        "tiny",
        "--name",
        "lab/tiny",
        "--license",
        "mit",
        "--language",
        "no",
        "-o",
        "tiny",
    ];
    card(&home, &words)?.success()?;
    let there = home.path().join("tiny/README.md");
    let written = fs::read_to_string(&there)?;
    ensure!(written.starts_with("---\nlicense: mit\n"), "{written}");
    ensure!(written.contains("language: 'no'\n"), "{written}");
    ensure!(written.contains("repo = \"lab/tiny\""), "{written}");
    let checked = card(&home, &["lint", "tiny", "--fail-on", "note"])?.success()?;
    ensure!(checked.stdout.trim().is_empty(), "{checked}");
    Ok(())
}

#[test]
fn a_card_that_is_there_stays() -> Result<()> {
    let home = model()?;
    let there = home.path().join("tiny/README.md");
    fs::write(&there, "# Mine\n")?;
    let refused = card(&home, &["new", "tiny", "-o", "tiny"])?.expect_code(8)?;
    ensure!(refused.stderr.contains("card merge"), "{refused}");
    ensure!(fs::read_to_string(&there)? == "# Mine\n", "it was changed");
    card(&home, &["new", "tiny", "-o", "tiny/README.md", "--force"])?.success()?;
    ensure!(
        fs::read_to_string(&there)?.contains("fill-mask"),
        "it was not replaced"
    );
    Ok(())
}

#[test]
fn a_configuration_alone_is_all_that_is_read() -> Result<()> {
    let home = model()?;
    let made = card(
        &home,
        &["new", "--from", "tiny/config.json", "--format", "json"],
    )?
    .success()?;
    let value = made.json()?;
    let metadata = json!({
        "base_model": "google-bert/bert-base-uncased", "library_name": "transformers", "pipeline_tag": "fill-mask",
    });
    ensure!(value["metadata"] == metadata, "{made}");
    let text = value["card"].as_str().unwrap_or_default();
    ensure!(
        text.contains("512 tokens") && !text.contains("Parameters"),
        "{made}"
    );
    let origins = value["origins"]
        .as_array()
        .map(Vec::as_slice)
        .unwrap_or_default();
    let origin = json!({ "what": "pipeline_tag", "in_metadata": true, "source": "config.json" });
    ensure!(origins.contains(&origin), "{made}");
    fs::write(home.path().join("broken.json"), "{")?;
    card(&home, &["new", "--from", "broken.json"])?.expect_code(7)?;
    card(&home, &["new", "--from", "missing.json"])?.expect_code(3)?;
    fs::create_dir(home.path().join("empty"))?;
    let unknown = card(&home, &["new", "empty"])?.expect_code(2)?;
    ensure!(unknown.stderr.contains("--repo-type"), "{unknown}");
    let wrong = card(&home, &["new", "tiny", "--license", "apache-2"])?.expect_code(2)?;
    ensure!(wrong.stderr.contains("apache-2.0"), "{wrong}");
    Ok(())
}

#[test]
fn a_repository_gets_the_card_of_its_commit() -> Result<()> {
    let home = model()?;
    let repos = Served::new()?.copy("models/lab/tiny", &home.path().join("tiny"))?;
    let server = Server::start(repos.path())?;
    let made = home
        .hubkit(["card", "new", "lab/tiny"])?
        .at(server.endpoint())
        .run()?
        .success()?;
    ensure!(made.stdout.contains("| Parameters | 15 |"), "{made}");
    ensure!(
        made.stdout.contains("repo = \"lab/tiny\"\nrevision = \""),
        "{made}"
    );
    ensure!(!made.stdout.contains("COMMIT"), "{made}");
    Ok(())
}
