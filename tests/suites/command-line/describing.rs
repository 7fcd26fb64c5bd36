//! `hubkit card croissant` and `hubkit card import`: what is printed, what is told beside it, and how they end.

use std::fs;

use anyhow::{Result, ensure};
use hubkit_tests::{Home, Outcome, Served, Server};

const CARD: &str = "---\nlicense: mit\n---\n# Words\n\nWords, and how many there are.\n";

fn home() -> Result<Home> {
    let home = Home::new()?;
    let folder = home.path().join("words");
    fs::create_dir(&folder)?;
    fs::write(folder.join("README.md"), CARD)?;
    fs::write(folder.join("train.csv"), "word,n\nhub,1\n")?;
    Ok(home)
}

fn card(home: &Home, words: &[&str]) -> Result<Outcome> {
    home.hubkit(["card"].iter().chain(words))?.offline().run()
}

#[test]
fn a_folder_is_described_and_what_is_left_out_is_told_beside() -> Result<()> {
    let home = home()?;
    let outcome = card(&home, &["croissant", "words"])?.success()?;
    let document = outcome.json()?;
    ensure!(document["name"] == "words", "{outcome}");
    ensure!(
        document["license"] == "https://spdx.org/licenses/MIT",
        "{outcome}"
    );
    // As sha256sum prints it.
    let digest = "34e5bf2b6b0578bcbb1aed1cf747dec21503923f185f0c90527ca0b21c047343";
    let file = &document["distribution"][0];
    ensure!(
        file["sha256"] == digest && file["contentUrl"] == "train.csv",
        "{outcome}"
    );
    ensure!(
        outcome
            .stderr
            .contains("left out: url: a folder has no page"),
        "{outcome}"
    );
    let programs = card(&home, &["croissant", "words", "--format", "json"])?.success()?;
    ensure!(programs.json()? == document, "{programs}");
    let told: serde_json::Value = serde_json::from_str(&programs.stderr)?;
    ensure!(told["left_out"][0]["what"] == "url", "{programs}");
    Ok(())
}

#[test]
fn a_repository_is_described_by_the_command_and_by_the_server() -> Result<()> {
    let home = home()?;
    let repos = Served::new()?.copy("datasets/lab/words", &home.path().join("words"))?;
    let server = Server::start(repos.path())?;
    let outcome = home
        .hubkit(["card", "croissant", "lab/words"])?
        .at(server.endpoint())
        .run()?
        .success()?;
    let answer = server.get("/api/datasets/lab/words/croissant")?;
    let answer = String::from_utf8(answer)?;
    let (_, body) = answer.split_once("\r\n\r\n").unwrap_or_default();
    let theirs: serde_json::Value = serde_json::from_str(body)?;
    ensure!(outcome.json()? == theirs, "{outcome}\n{body}");
    Ok(())
}

#[test]
fn a_description_becomes_a_card_and_mends_one() -> Result<()> {
    let home = home()?;
    card(&home, &["croissant", "words", "-o", "words.json"])?.success()?;
    let printed = card(&home, &["import", "words.json"])?.success()?;
    ensure!(
        printed.stdout.starts_with("---\nlicense: mit\n"),
        "{printed}"
    );
    let there = home.path().join("README.md");
    fs::write(&there, "---\nlicense: gpl-3.0 # ours\n---\nText")?;
    card(&home, &["import", "words.json", "--into", "-"])?.expect_code(2)?;
    let mended = card(&home, &["import", "words.json", "--into", "README.md"])?.success()?;
    ensure!(
        mended
            .stderr
            .contains("license: the card says something else"),
        "{mended}"
    );
    let text = fs::read_to_string(&there)?;
    ensure!(
        text.starts_with("---\nlicense: gpl-3.0 # ours\npretty_name: words\n"),
        "{text}"
    );
    ensure!(text.ends_with("---\nText"), "{text}");
    Ok(())
}

#[test]
fn what_can_not_be_described_or_read_is_refused() -> Result<()> {
    let home = home()?;
    fs::write(home.path().join("x.json"), "{")?;
    fs::write(
        home.path().join("model.json"),
        r#"{"@type":"\u001b[2JModel"}"#,
    )?;
    fs::write(home.path().join("space.md"), "---\nsdk: static\n---\n")?;
    fs::write(
        home.path().join("model.md"),
        "---\npipeline_tag: fill-mask\n---\n",
    )?;
    let said = &["croissant", "model.md", "--repo-type", "dataset"];
    card(&home, said)?.success()?;
    for (words, code, name) in [
        (&["croissant", "space.md"] as &[&str], 2, "not_a_dataset"),
        (&["croissant", "model.md"], 2, "not_a_dataset"),
        (
            &["croissant", "words", "--repo-type", "model"],
            2,
            "not_a_dataset",
        ),
        (&["croissant", "./nowhere"], 3, "file_not_found"),
        (&["import", "x.json"], 7, "malformed_description"),
        (&["import", "model.json"], 7, "malformed_description"),
        (&["import", "words"], 2, "not_a_file"),
        (&["import", "nowhere.json"], 3, "file_not_found"),
    ] {
        let words = [words, &["--format", "json"]].concat();
        let outcome = card(&home, &words)?.expect_code(code)?;
        let error: serde_json::Value = serde_json::from_str(&outcome.stderr)?;
        ensure!(error["error"]["code"] == name, "{outcome}");
        ensure!(error["error"]["hint"].is_string(), "{outcome}");
        ensure!(!outcome.stderr.contains("\\u001b"), "{outcome}");
    }
    Ok(())
}
