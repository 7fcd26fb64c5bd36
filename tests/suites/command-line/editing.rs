//! `hubkit card show`, `get`, `set`, `remove` and `diff`: what changes, what stays, and how they end.

use std::fs;

use anyhow::{Result, ensure};
use hubkit_tests::{Home, Outcome};

/// With everything that a careless writer loses: line ends, a remark, quotes, an order of its own.
const CARD: &str = "\u{feff}---\r\ntags: [tiny, 'test'] # ours\r\nlicense:   \"mit\"\r\nlanguage: no\r\n---\r\n# Tiny\r\n";

fn home() -> Result<Home> {
    let home = Home::new()?;
    fs::write(home.path().join("README.md"), CARD)?;
    Ok(home)
}

fn card(home: &Home, words: &[&str]) -> Result<Outcome> {
    home.hubkit(["card"].iter().chain(words))?.offline().run()
}

#[test]
fn a_change_changes_its_line_and_no_other() -> Result<()> {
    let home = home()?;
    let there = home.path().join("README.md");
    let shown = card(&home, &["set", ".", "license=apache-2.0", "--dry-run"])?.success()?;
    ensure!(shown.stdout.contains("+license: "), "{shown}");
    ensure!(fs::read_to_string(&there)? == CARD, "a dry run wrote");
    card(&home, &["set", ".", "license=apache-2.0", "tags+=rust"])?.success()?;
    let expected = CARD
        .replace("license:   \"mit\"", "license: apache-2.0")
        .replace("'test']", "'test', rust]");
    let found = fs::read_to_string(&there)?;
    ensure!(found == expected, "{found:?}");
    card(&home, &["set", ".", "license=apache-2.0", "tags+=rust"])?.success()?;
    ensure!(fs::read_to_string(&there)? == expected, "the same twice");
    card(&home, &["remove", "README.md", "tags"])?.success()?;
    let found = fs::read_to_string(&there)?;
    ensure!(
        !found.contains("tags") && found.contains("language: no\r\n"),
        "{found:?}"
    );
    Ok(())
}

#[test]
fn what_is_asked_for_is_printed_and_what_is_missing_is_a_no() -> Result<()> {
    let home = home()?;
    let tags = card(&home, &["get", ".", "tags"])?.success()?;
    ensure!(tags.stdout == "tiny\ntest\n", "{tags}");
    let language = card(&home, &["get", ".", "language", "--format", "json"])?.success()?;
    ensure!(language.json()? == "no", "{language}");
    let missing = card(&home, &["get", ".", "datasets[0]"])?.expect_code(1)?;
    ensure!(missing.stdout.is_empty(), "{missing}");
    let shown = card(&home, &["show", "."])?.success()?;
    ensure!(
        shown.stdout.contains("MIT") && shown.stdout.contains("Tiny"),
        "{shown}"
    );
    ensure!(!shown.stdout.contains('\u{1b}'), "{shown}");
    Ok(())
}

#[test]
fn two_cards_differ_in_what_they_promise() -> Result<()> {
    let home = home()?;
    let other = "---\nlicense: [mit]\nlanguage: 'no'\ntags: [test, tiny]\n---\nOther words.\n";
    fs::write(home.path().join("other.md"), other)?;
    let same = card(&home, &["diff", ".", "other.md"])?.success()?;
    ensure!(same.stdout.is_empty(), "{same}");
    card(&home, &["set", "other.md", "license=gpl-3.0"])?.success()?;
    let differ = card(&home, &["diff", ".", "other.md"])?.expect_code(1)?;
    ensure!(differ.stdout.contains("license: mit → gpl-3.0"), "{differ}");
    let differ = card(&home, &["diff", ".", "other.md", "--format", "json"])?.expect_code(1)?;
    ensure!(differ.json()?[0]["after"] == "gpl-3.0", "{differ}");
    Ok(())
}

#[test]
fn what_can_not_be_changed_stays_as_it_is() -> Result<()> {
    let home = home()?;
    let there = home.path().join("README.md");
    let broken = "---\na: [\n---\nText\n";
    fs::write(&there, broken)?;
    card(&home, &["set", ".", "license=mit"])?.expect_code(7)?;
    ensure!(
        fs::read_to_string(&there)? == broken,
        "a broken card changed"
    );
    card(&home, &["set", "lab/tiny", "license=mit"])?.expect_code(3)?;
    card(&home, &["set", ".", "license"])?.expect_code(2)?;
    Ok(())
}
