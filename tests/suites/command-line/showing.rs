//! `hubkit card show` and `hubkit card html` of files, folders and repositories.

use std::fs;

use anyhow::{Context as _, Result, ensure};
use hubkit_tests::{Home, Outcome, Served, Server};

const CARD: &str = "---\nlicense: mit\n---\n# Tiny\n\nSee [the guide](docs/guide.md#use) and [data](/datasets/lab/words).\n\n\
    ![a picture](img/a.png) ![another](https://remote.invalid/b.png)\n\n## How to use\n\nLike *this*.\n\n\
    | a | b |\n|---|---|\n| 1 | 2 |\n\n## Limits\n\nMany \u{1b}[31mof them.\n";
const CONFIG: &str =
    r#"{"model_type": "bert", "architectures": ["BertForSequenceClassification"]}"#;
const MODALITY: &str = "text → labels (text-classification, by config.json:";

fn served() -> Result<(Served, Server)> {
    let root = Served::new()?
        .file("models/lab/tiny", "README.md", CARD)?
        .file("models/lab/tiny", "config.json", CONFIG)?
        .file("models/lab/tiny", "docs/guide.md", "Guide.")?
        .file("models/lab/tiny", "img/a.png", "")?;
    let server = Server::start(root.path())?;
    Ok((root, server))
}

fn card(home: &Home, server: &Server, words: &[&str]) -> Result<Outcome> {
    let words = ["card"].iter().chain(words);
    home.hubkit(words)?.at(server.endpoint()).run()
}

/// The commit that the repository is at.
fn commit(home: &Home, server: &Server) -> Result<String> {
    let asked = home.hubkit(["info", "lab/tiny", "--format", "json"])?;
    let info = asked.at(server.endpoint()).run()?.success()?.json()?;
    Ok(info["commit"].as_str().context("a commit")?.to_owned())
}

#[test]
fn a_repository_is_shown_at_its_commit() -> Result<()> {
    let (home, (_root, server)) = (Home::new()?, served()?);
    let commit = commit(&home, &server)?;
    let at = server.endpoint();
    let shown = card(&home, &server, &["show", "lab/tiny"])?.success()?;
    for wanted in [
        &format!("{at}/lab/tiny/blob/{commit}/docs/guide.md#use"),
        &format!("{at}/datasets/lab/words"),
        &format!("{at}/lab/tiny/resolve/{commit}/img/a.png"),
        "https://remote.invalid/b.png",
        MODALITY,
    ] {
        ensure!(shown.stdout.contains(wanted), "no {wanted}\n{shown}");
    }
    // Standard output is no terminal.
    ensure!(!shown.stdout.contains('\u{1b}'), "{shown}");
    let value = card(&home, &server, &["show", "lab/tiny", "--format", "json"])?;
    let value = value.success()?.json()?;
    ensure!(
        value["modality"]["task"] == "text-classification"
            && value["modality"]["reasons"][0]["ground"] == "config"
            && value["modality"]["outputs"][0] == "labels",
        "{value:#}"
    );
    ensure!(
        value["links"][0]["address"] == format!("{at}/lab/tiny/blob/{commit}/docs/guide.md#use"),
        "{value:#}"
    );
    Ok(())
}

#[test]
fn a_page_of_a_repository_fetches_nothing_unless_it_is_asked_to() -> Result<()> {
    let (home, (_root, server)) = (Home::new()?, served()?);
    let commit = commit(&home, &server)?;
    let at = server.endpoint();
    let page = card(&home, &server, &["html", "lab/tiny"])?.success()?;
    ensure!(!page.stdout.contains("<img"), "{page}");
    for wanted in [
        &format!("<a href=\"{at}/lab/tiny/blob/{commit}/docs/guide.md#use\""),
        "<a href=\"https://remote.invalid/b.png\"",
        "img-src 'none'",
        MODALITY,
    ] {
        ensure!(page.stdout.contains(wanted), "no {wanted}\n{page}");
    }
    let page = card(&home, &server, &["html", "lab/tiny", "--remote-images"])?.success()?;
    for wanted in [
        &format!("<img src=\"{at}/lab/tiny/resolve/{commit}/img/a.png\""),
        "<img src=\"https://remote.invalid/b.png\"",
    ] {
        ensure!(page.stdout.contains(wanted), "no {wanted}\n{page}");
    }
    Ok(())
}

#[test]
fn a_section_is_shown_alone_and_one_that_is_missing_is_told() -> Result<()> {
    let (home, (_root, server)) = (Home::new()?, served()?);
    for name in ["how-to-use", "How to use", "how"] {
        let shown = card(&home, &server, &["show", "lab/tiny", "--section", name])?.success()?;
        ensure!(
            shown
                .stdout
                .starts_with("How to use\n──────────\n\nLike this.\n\na  b\n─  ─\n1  2"),
            "{shown}"
        );
        ensure!(!shown.stdout.contains("Limits"), "{shown}");
    }
    let words = [
        "show",
        "lab/tiny",
        "--section",
        "nothing\u{1b}[2J",
        "--format",
        "json",
    ];
    let missing = card(&home, &server, &words)?.expect_code(3)?;
    let error: serde_json::Value = serde_json::from_str(&missing.stderr)?;
    ensure!(error["error"]["code"] == "no_section", "{missing}");
    let hint = error["error"]["hint"].as_str().context("a hint")?;
    ensure!(
        hint == "its sections are: tiny, how-to-use, limits",
        "{hint}"
    );
    ensure!(!missing.stderr.contains("\\u001b"), "{missing}");
    Ok(())
}

#[test]
fn a_page_is_written_to_a_new_file() -> Result<()> {
    let home = Home::new()?;
    let folder = home.path();
    fs::write(folder.join("README.md"), CARD)?;
    fs::write(folder.join("config.json"), CONFIG)?;
    let make = |words: &[&str]| {
        home.hubkit(["card", "html"].iter().chain(words))?
            .offline()
            .run()
    };
    let written = make(&[".", "-o", "card.html"])?.success()?;
    ensure!(written.stdout.is_empty(), "{written}");
    let page = fs::read_to_string(folder.join("card.html"))?;
    ensure!(
        page.starts_with("<!DOCTYPE html>") && page.contains(MODALITY),
        "{page}"
    );
    ensure!(page.contains("<img src=\"./img/a.png\""), "{page}");
    ensure!(!page.contains("<img src=\"https"), "{page}");
    fs::write(folder.join("card.html"), "kept")?;
    let refused = make(&[".", "-o", "card.html", "--format", "json"])?.expect_code(8)?;
    let error: serde_json::Value = serde_json::from_str(&refused.stderr)?;
    ensure!(error["error"]["code"] == "occupied", "{refused}");
    ensure!(
        fs::read_to_string(folder.join("card.html"))? == "kept",
        "{refused}"
    );
    make(&["README.md", "-o", "card.html", "--force"])?.success()?;
    ensure!(fs::read_to_string(folder.join("card.html"))? != "kept");
    Ok(())
}

#[test]
fn a_card_is_shown_by_its_path_and_from_standard_input_in_the_width_that_was_asked_for()
-> Result<()> {
    let home = Home::new()?;
    fs::write(home.path().join("README.md"), CARD)?;
    fs::write(home.path().join("config.json"), CONFIG)?;
    for (word, knows_its_files) in [(".", true), ("README.md", true), ("-", false)] {
        for width in [20, 40, 120] {
            let columns = width.to_string();
            let run = home
                .hubkit(["card", "show", word, "--width", &columns])?
                .offline();
            let shown = run.input(CARD)?.run()?.success()?;
            ensure!(shown.stdout.contains("docs/guide.md#use"), "{shown}");
            ensure!(shown.stdout.contains("Many \\u{1b}[31mof"), "{shown}");
            ensure!(
                shown.stdout.contains("Modality") == knows_its_files,
                "{shown}"
            );
            let is_long = |line: &&str| line.chars().count() > width && !line.starts_with('[');
            let long: Vec<_> = shown.stdout.lines().filter(is_long).collect();
            // A word can't be broken.
            let has_one_word = |line: &&str| !line.trim().contains(' ');
            ensure!(long.iter().all(has_one_word), "{long:?}");
        }
    }
    Ok(())
}
