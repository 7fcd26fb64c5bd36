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

/// The beginning of a GGUF file of an architecture, and no tensors.
pub(crate) fn gguf(architecture: &str) -> Vec<u8> {
    let text = |text: &str| [&(text.len() as u64).to_le_bytes()[..], text.as_bytes()].concat();
    let counts = [0u64.to_le_bytes(), 1u64.to_le_bytes()].concat();
    [
        b"GGUF\x03\0\0\0",
        &counts[..],
        &text("general.architecture"),
        &8u32.to_le_bytes(),
        &text(architecture),
    ]
    .concat()
}

#[test]
fn the_header_of_a_gguf_file_tells_what_goes_in_with_a_card_and_without() -> Result<()> {
    let home = Home::new()?;
    let folder = home.path().join("tiny");
    fs::create_dir(&folder)?;
    let show = || home.hubkit(["card", "show", "tiny"])?.run();
    show()?.expect_code(3)?;
    fs::write(folder.join("tiny-Q4_K_M.gguf"), gguf("llama"))?;
    let told = "Modality  text → text (text-generation, by the header of a GGUF file: llama)";
    let alone = show()?.success()?;
    ensure!(alone.stdout.contains(told), "{alone}");
    ensure!(alone.stderr.contains("README.md"), "{alone}");
    fs::write(folder.join("README.md"), CARD)?;
    let shown = show()?.success()?;
    ensure!(
        shown.stdout.contains(told) && shown.stderr.is_empty(),
        "{shown}"
    );
    // The file itself is no card, and what its header can't tell is not told.
    let words = ["card", "show", "tiny/tiny-Q4_K_M.gguf"];
    let file = home.hubkit(words)?.run()?.expect_code(7)?;
    ensure!(
        file.stderr.contains("GGUF") && file.stdout.is_empty(),
        "{file}"
    );
    fs::write(folder.join("tiny-Q4_K_M.gguf"), "GGUF")?;
    let broken = show()?.success()?;
    ensure!(!broken.stdout.contains("Modality"), "{broken}");
    ensure!(broken.stderr.contains("tiny-Q4_K_M.gguf"), "{broken}");
    // From a hub it is read by ranges.
    let root = Served::new()?.file("models/lab/tiny", "README.md", CARD)?;
    fs::write(root.path().join("models/lab/tiny/tiny.gguf"), gguf("llama"))?;
    let server = Server::start(root.path())?;
    let there = card(&home, &server, &["show", "lab/tiny"])?.success()?;
    ensure!(there.stdout.contains(told), "{there}");
    Ok(())
}

#[test]
fn a_page_is_a_value_too_and_never_takes_the_place_of_its_card() -> Result<()> {
    let home = Home::new()?;
    fs::write(home.path().join("README.md"), CARD)?;
    let html = |words: &[&str]| {
        let words = ["card", "html", "README.md"].iter().chain(words);
        home.hubkit(words)?.run()
    };
    let refused = html(&["-o", "README.md", "--force"])?.expect_code(2)?;
    ensure!(refused.stderr.contains("the card itself"), "{refused}");
    assert_eq!(fs::read_to_string(home.path().join("README.md"))?, CARD);
    let value = html(&["--format", "json"])?.success()?.json()?;
    let page = value["html"].as_str().context("a page")?;
    ensure!(
        page.starts_with("<!DOCTYPE html>") && value["title"] == "Tiny",
        "{value}"
    );
    let value = html(&["-o", "a.html", "--format", "json"])?
        .success()?
        .json()?;
    ensure!(
        value["file"] == "a.html" && value["html"].is_null(),
        "{value}"
    );
    assert_eq!(fs::read_to_string(home.path().join("a.html"))?, page);
    Ok(())
}

#[test]
fn what_is_no_card_is_told_so_and_bytes_that_are_no_text_too() -> Result<()> {
    let home = Home::new()?;
    fs::write(home.path().join("data.yaml"), "license: mit\n")?;
    fs::write(home.path().join("other.md"), b"---\nlicense: m\xe9\n---\n")?;
    fs::write(
        home.path().join("broken.md"),
        "---\na: 1\nb: &b [*b]\n---\n",
    )?;
    let run = |words: &[&str]| home.hubkit(["card"].iter().chain(words))?.run();
    let refused = run(&["diff", "data.yaml", "other.md"])?.expect_code(7)?;
    ensure!(refused.stderr.contains("data.yaml is no card"), "{refused}");
    let read = run(&["json", "other.md"])?.success()?;
    ensure!(read.stderr.contains("expected UTF-8"), "{read}");
    // However many parts of a command look at the card, it is told once.
    for command in ["get", "json", "show", "html", "bom", "jsonld"] {
        let read = run(&[command, "other.md"])?.success()?;
        let told = read.stderr.matches("expected UTF-8").count();
        ensure!(told == 1, "{read}");
    }
    // A place is told once, as it counts in the card.
    let broken = run(&["json", "broken.md"])?.expect_code(7)?;
    let told =
        "broken.md:3:8: the metadata can't be read: an alias stands within what it repeats\n";
    ensure!(broken.stderr.contains(told), "{broken}");
    // Of several the others are looked at, and each failure is told once.
    let several = run(&["lint", "data.yaml", "missing.md", "broken.md"])?.expect_code(7)?;
    ensure!(several.stdout.contains("broken.md:3:8"), "{several}");
    ensure!(several.stderr.contains("error: missing.md"), "{several}");
    ensure!(!several.stderr.contains("error: error"), "{several}");
    Ok(())
}
