//! `hubkit card show`, `get`, `set`, `remove`, `merge` and `diff`: what changes, what stays, and how they end.

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
fn what_can_not_be_read_is_told_with_its_line_in_the_card() -> Result<()> {
    let home = home()?;
    fs::write(home.path().join("twice.md"), "---\na: 1\na: 2\n---\n")?;
    fs::write(home.path().join("more.yaml"), "b: 1\n")?;
    for words in [
        &["set", "twice.md", "b=1"][..],
        &["remove", "twice.md", "a"],
        &["get", "twice.md"],
        &["merge", "twice.md", "more.yaml"],
        &["merge", "README.md", "twice.md"],
    ] {
        let outcome = card(&home, words)?.expect_code(7)?;
        ensure!(outcome.stderr.contains("twice.md:3:1: "), "{outcome}");
    }
    let missing = card(&home, &["new", "nowhere/at-all"])?;
    ensure!(
        missing
            .stderr
            .contains("no file or folder `nowhere/at-all`"),
        "{missing}"
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
    let words = ["get", ".", "datasets[0]", "--format", "json"];
    let missing = card(&home, &words)?.expect_code(1)?;
    ensure!(missing.json()?.is_null(), "{missing}");
    fs::write(home.path().join("open.md"), "---\nlicense: mit\n")?;
    let open = card(&home, &["get", "open.md"])?.success()?;
    ensure!(open.stderr.contains("has no metadata"), "{open}");
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

#[test]
fn metadata_of_another_card_is_put_into_one() -> Result<()> {
    let home = home()?;
    let there = home.path().join("README.md");
    let other = "---\ntags: [test, rust]\ndatasets: glue\n---\n# Other words\n";
    fs::write(home.path().join("other.md"), other)?;
    let shown = card(&home, &["merge", ".", "other.md", "--dry-run"])?.success()?;
    ensure!(shown.stdout.contains("+datasets: glue"), "{shown}");
    ensure!(fs::read_to_string(&there)? == CARD, "a dry run wrote");
    card(&home, &["merge", ".", "other.md"])?.success()?;
    let expected = CARD
        .replace("'test']", "'test', rust]")
        .replace("language: no\r\n", "language: no\r\ndatasets: glue\r\n");
    ensure!(fs::read_to_string(&there)? == expected, "{expected:?}");
    let again = card(&home, &["merge", ".", "other.md", "--format", "json"])?.success()?;
    ensure!(again.json()?["changed"] == false, "{again}");
    // What a program writes as JSON, a pair of surrogates among it.
    let json = r#"{"pretty_name": "\ud83e\udd5a", "inference": {"parameters": {"n": 1}}}"#;
    let words = ["card", "merge", "README.md", "-"];
    home.hubkit(words)?.input(json)?.run()?.success()?;
    let found = fs::read_to_string(&there)?;
    let added = "pretty_name: 🥚\r\ninference:\r\n  parameters:\r\n    n: 1\r\n---\r\n# Tiny\r\n";
    ensure!(found.ends_with(added), "{found:?}");
    let run = home.hubkit(["card", "merge", "-", "other.md"])?;
    let printed = run.input("---\r\na: 1\r\n---\r\n")?.run()?.success()?;
    let expected = "---\r\na: 1\r\ntags:\r\n- test\r\n- rust\r\ndatasets: glue\r\n---\r\n";
    ensure!(printed.stdout == expected, "{printed}");
    // For programs a piped card is a value too, and a dry run shows the difference.
    let piped = |last: &[&str]| {
        let words = ["card", "set", "-", "license=mit"];
        let run = home.hubkit(words.iter().chain(last).copied())?;
        run.input("---\na: 1\n---\n")?.run()?.success()
    };
    let json = piped(&["--format", "json"])?.json()?;
    ensure!(
        json["card"] == "---\na: 1\nlicense: mit\n---\n" && json["written"] == false,
        "{json}"
    );
    let shown = piped(&["--dry-run"])?;
    ensure!(shown.stdout.contains("\n+license: mit\n"), "{shown}");
    Ok(())
}

#[test]
fn values_that_disagree_are_all_named_and_nothing_is_written() -> Result<()> {
    let home = home()?;
    let there = home.path().join("README.md");
    let given = "license: gpl-3.0\ntags: [new]\nlanguage: [en]\nco2_eq_emissions: 1\n";
    fs::write(home.path().join("more.yaml"), given)?;
    fs::write(home.path().join("last.json"), r#"{"co2_eq_emissions": 2}"#)?;
    let words = ["merge", ".", "more.yaml", "last.json"];
    let refused = card(&home, &words)?.expect_code(1)?;
    for line in [
        "license: \"mit\" there, \"gpl-3.0\" in more.yaml",
        "co2_eq_emissions: 1 in more.yaml, 2 in last.json",
    ] {
        ensure!(refused.stderr.contains(line), "{refused}");
    }
    ensure!(refused.stdout.is_empty(), "{refused}");
    ensure!(fs::read_to_string(&there)? == CARD, "something was written");
    let json = card(&home, &["merge", ".", "more.yaml", "--format", "json"])?.expect_code(1)?;
    let conflict = &json.json()?["conflicts"][0];
    ensure!(
        conflict["path"] == "license"
            && conflict["there"] == "mit"
            && conflict["there_in"] == "./README.md"
            && conflict["given"] == "gpl-3.0",
        "{json}"
    );
    ensure!(json.stderr.contains("\"code\":\"conflict\""), "{json}");
    let written = words
        .iter()
        .chain(&["--overwrite", "--replace-lists"])
        .copied();
    card(&home, &written.collect::<Vec<_>>())?.success()?;
    let expected = "\u{feff}---\r\ntags: [new] # ours\r\nlicense: gpl-3.0\r\nlanguage:\r\n- en\r\nco2_eq_emissions: 2\r\n---\r\n# Tiny\r\n";
    let found = fs::read_to_string(&there)?;
    ensure!(found == expected, "{found:?}");
    Ok(())
}

#[test]
fn what_is_no_metadata_is_not_put_into_a_card() -> Result<()> {
    let home = home()?;
    for (name, text) in [
        ("list.yaml", "- a\n"),
        ("broken.json", "{\"a\": "),
        ("broken.md", "---\na: [\n---\n"),
    ] {
        fs::write(home.path().join(name), text)?;
        card(&home, &["merge", ".", name])?.expect_code(7)?;
    }
    card(&home, &["merge", ".", "missing.yaml"])?.expect_code(3)?;
    card(&home, &["merge", "-", "-"])?.expect_code(2)?;
    card(&home, &["merge", "."])?.expect_code(2)?;
    let found = fs::read_to_string(home.path().join("README.md"))?;
    ensure!(found == CARD, "{found:?}");
    Ok(())
}

#[test]
fn a_description_goes_into_a_card_as_a_change_does() -> Result<()> {
    let home = home()?;
    let there = home.path().join("README.md");
    let described = r#"{"@type": "Dataset", "name": "words", "license": "https://spdx.org/licenses/Apache-2.0.html"}"#;
    fs::write(home.path().join("words.json"), described)?;
    let into = |card: &str| self::card(&home, &["import", "words.json", "--into", card]);
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        fs::set_permissions(&there, fs::Permissions::from_mode(0o640))?;
        std::os::unix::fs::symlink(&there, home.path().join("link.md"))?;
        std::os::unix::fs::symlink("nowhere", home.path().join("dangling.md"))?;
        for link in ["link.md", "dangling.md"] {
            let refused = into(link)?.expect_code(2)?;
            ensure!(refused.stderr.contains("symbolic link"), "{refused}");
        }
        ensure!(fs::read_to_string(&there)? == CARD, "a link was followed");
    }
    let told = into(".")?.success()?;
    ensure!(
        told.stderr
            .contains("license: the card says something else"),
        "{told}"
    );
    let expected = CARD.replace("language: no\r\n", "language: no\r\npretty_name: words\r\n");
    let found = fs::read_to_string(&there)?;
    ensure!(found == expected, "{found:?}");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        ensure!(fs::metadata(&there)?.permissions().mode() & 0o777 == 0o640);
    }
    fs::write(&there, "---\nlicense: mit\n")?;
    into("README.md")?.expect_code(7)?;
    fs::create_dir(home.path().join("new"))?;
    into("new")?.success()?;
    let made = fs::read_to_string(home.path().join("new/README.md"))?;
    ensure!(made.starts_with("---\nlicense: apache-2.0\n"), "{made:?}");
    Ok(())
}
