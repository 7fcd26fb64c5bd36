//! `hubkit card lint`: what a person reads, what programs get, and how it ends.

use std::fs;

use anyhow::{Result, ensure};
use hubkit_tests::{Home, Outcome, Served, Server};

const BAD: &str = "---\nlicense: Apache 2.0\n---\n# A\n\n[x](none.md) [y](use.md)\n";
const GOOD: &str = "---\nlicense: mit\n---\n# A\n\n[y](use.md)\n";

fn home(card: &str) -> Result<Home> {
    let home = Home::new()?;
    let folder = home.path().join("model");
    fs::create_dir(&folder)?;
    fs::write(folder.join("README.md"), card)?;
    fs::write(folder.join("use.md"), "x")?;
    Ok(home)
}

fn lint(home: &Home, words: &[&str]) -> Result<Outcome> {
    let words = ["card", "lint"].iter().chain(words);
    home.hubkit(words)?.offline().run()
}

#[test]
fn a_person_reads_what_is_wrong_and_where() -> Result<()> {
    let home = home(BAD)?;
    let outcome = lint(&home, &["model"])?.expect_code(1)?;
    let told = "\
model/README.md:2:10: error: license: `Apache 2.0` is no licence of the list: did you mean `apache-2.0`? [unknown-license]
 2 | license: Apache 2.0
   |          ^^^^^^^^^^
model/README.md:6:1: warning: there is no file `none.md` [broken-link]
 6 | [x](none.md) [y](use.md)
   | ^^^^^^^^^^^^
";
    assert_eq!(outcome.stdout.replace('\\', "/"), told);
    ensure!(
        outcome.stderr.contains("1 error, 1 warning in 1 card"),
        "{outcome}"
    );
    // The same, named by its file, and from its folder.
    let file = lint(&home, &["model/README.md"])?.expect_code(1)?;
    assert_eq!(file.stdout.replace('\\', "/"), told);
    let near = home
        .hubkit(["card", "lint", "README.md"])?
        .within(&home.path().join("model"))
        .run()?
        .expect_code(1)?;
    assert_eq!(near.stdout, told.replace("model/", ""));
    Ok(())
}

#[test]
fn a_good_card_prints_nothing_and_ends_with_0() -> Result<()> {
    let outcome = lint(&home(GOOD)?, &["model"])?.success()?;
    assert_eq!(outcome.stdout, "");
    ensure!(
        outcome.stderr.contains("nothing was found in 1 card"),
        "{outcome}"
    );
    Ok(())
}

#[test]
fn programs_get_json_sarif_or_commands_of_workflows() -> Result<()> {
    let home = home(BAD)?;
    let json = lint(&home, &["model", "--format", "json"])?
        .expect_code(1)?
        .json()?;
    let finding = &json["cards"][0]["findings"][0];
    assert_eq!(finding["rule"], "unknown-license");
    assert_eq!(finding["field"], "license");
    assert_eq!(
        (&finding["line"], &finding["end_column"]),
        (&2.into(), &20.into())
    );
    assert_eq!(finding["suggestion"], "apache-2.0");
    assert_eq!((&json["errors"], &json["warnings"]), (&1.into(), &1.into()));

    let sarif = lint(&home, &["model", "--format", "sarif"])?
        .expect_code(1)?
        .json()?;
    let results = &sarif["runs"][0]["results"];
    assert_eq!(results[1]["ruleId"], "broken-link");
    let place = &results[1]["locations"][0]["physicalLocation"];
    assert_eq!(place["artifactLocation"]["uri"], "model/README.md");
    assert_eq!(place["region"]["startLine"], 6);

    let github = lint(&home, &["model", "--format", "github"])?.expect_code(1)?;
    ensure!(
        github.stdout.starts_with("::error title=unknown-license,file=model/README.md,line=2,col=10,endLine=2,endColumn=20::license: "),
        "{github}"
    );
    Ok(())
}

#[test]
fn settings_are_found_above_the_card_and_told_wrong_with_their_line() -> Result<()> {
    let home = home(BAD)?;
    let settings = home.path().join("hubkit.toml");
    fs::write(
        &settings,
        "[assets]\nx = 1\n[card.lint]\nfail-on = \"warning\"\nrules = { unknown-license = \"off\" }\n",
    )?;
    let outcome = lint(&home, &["model"])?.expect_code(1)?;
    ensure!(!outcome.stdout.contains("unknown-license"), "{outcome}");
    lint(&home, &["model", "--fail-on", "error"])?.success()?;
    lint(
        &home,
        &["model", "--rule", "broken-link=error", "--fail-on", "error"],
    )?
    .expect_code(1)?;
    fs::write(&settings, "[card.lint]\nignore = [\"model/\"]\n")?;
    lint(&home, &["model"])?.success()?;
    for (text, told) in [
        (
            "[card.lint]\nrules = { unknown-licence = \"off\" }\n",
            "hubkit.toml:2: ",
        ),
        (
            "[card.lint]\n\nfail_on = \"note\"\n",
            "hubkit.toml:3: unknown key `fail_on`",
        ),
        (
            "[card.lint]\nfail-on = \"all\"\n",
            "hubkit.toml:2: `card.lint.fail-on` is `all`",
        ),
        ("[card.lint\n", "hubkit.toml:1: "),
    ] {
        fs::write(&settings, text)?;
        let outcome = lint(&home, &["model"])?.expect_code(2)?;
        ensure!(outcome.stderr.contains(told), "{outcome}");
    }
    lint(&home, &["model", "--config", "none.toml"])?.expect_code(8)?;
    lint(&home, &["model", "--rule", "none=off"])?.expect_code(2)?;
    Ok(())
}

#[test]
fn several_cards_are_looked_at_and_one_that_is_not_there_is_told() -> Result<()> {
    let home = home(GOOD)?;
    fs::write(home.path().join("other.md"), BAD)?;
    let outcome = lint(&home, &["none.md", "model", "other.md"])?.expect_code(3)?;
    ensure!(
        outcome.stdout.starts_with("other.md:2:10: error: "),
        "{outcome}"
    );
    ensure!(outcome.stderr.contains("none.md"), "{outcome}");
    lint(&home, &["none.md"])?.expect_code(3)?;
    Ok(())
}

#[test]
fn what_looks_like_a_secret_is_shown_by_no_format() -> Result<()> {
    let token = format!("hf_{}", "aB3dE6gH9jK2mN5pQ8sT1vW4yZ7aB3dE6g");
    let home = home(&format!(
        "---\nlicense: {token}\n---\n# A\n\n![]({token}) [x](#{token}) {token}\n"
    ))?;
    for format in ["human", "json", "sarif", "github"] {
        let outcome = lint(&home, &["model", "--format", format])?.expect_code(1)?;
        ensure!(outcome.stdout.contains("looks like"), "{outcome}");
        let said = format!("{}{}", outcome.stdout, outcome.stderr);
        ensure!(!said.contains(&token[..12]), "{outcome}");
    }
    Ok(())
}

#[test]
fn a_card_on_a_hub_is_held_against_its_files() -> Result<()> {
    let repos = Served::new()?
        .file("models/lab/tiny", "README.md", BAD)?
        .file("models/lab/tiny", "use.md", "x")?;
    let server = Server::start(repos.path())?;
    let home = Home::new()?;
    let run = |words: &[&str]| {
        let words = ["card", "lint"].iter().chain(words);
        home.hubkit(words)?.at(server.endpoint()).run()
    };
    let outcome = run(&["lab/tiny"])?.expect_code(1)?;
    ensure!(
        outcome.stdout.contains("there is no file `none.md`"),
        "{outcome}"
    );
    ensure!(!outcome.stdout.contains("use.md`"), "{outcome}");
    let json = run(&["lab/tiny", "--format", "sarif"])?
        .expect_code(1)?
        .json()?;
    let place = &json["runs"][0]["results"][0]["locations"][0]["physicalLocation"];
    let uri = place["artifactLocation"]["uri"]
        .as_str()
        .unwrap_or_default();
    ensure!(uri.contains("/lab/tiny/blob/"), "{uri}");
    Ok(())
}

#[test]
fn what_can_be_mended_is_mended_in_the_file_and_told() -> Result<()> {
    let card = "---\nlicense: Apache 2.0 # ours\nlanguage: no\n---\n# A\n\n[x](none.md)\n";
    let home = home(card)?;
    let file = home.path().join("model").join("README.md");
    let dry = lint(&home, &["model", "--fix", "--dry-run"])?.success()?;
    ensure!(dry.stdout.contains("-license: Apache 2.0 # ours\n-language: no\n+license: apache-2.0 # ours\n+language: 'no'\n"), "{dry}");
    assert_eq!(fs::read_to_string(&file)?, card);
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        fs::set_permissions(&file, fs::Permissions::from_mode(0o640))?;
    }
    let outcome = lint(&home, &["model", "--fix"])?.success()?;
    ensure!(
        outcome.stderr.contains("mended model") && outcome.stdout.contains("none.md"),
        "{outcome}"
    );
    let mended = "---\nlicense: apache-2.0 # ours\nlanguage: 'no'\n---\n# A\n\n[x](none.md)\n";
    assert_eq!(fs::read_to_string(&file)?, mended);
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        assert_eq!(fs::metadata(&file)?.permissions().mode() & 0o777, 0o640);
        let link = home.path().join("link.md");
        fs::write(&file, card)?;
        std::os::unix::fs::symlink(&file, &link)?;
        lint(&home, &["link.md", "--fix"])?.expect_code(2)?;
        assert_eq!(fs::read_to_string(&file)?, card);
    }
    let left = fs::read_dir(home.path().join("model"))?.count();
    assert_eq!(left, 2);
    lint(&home, &["model", "--dry-run"])?.expect_code(2)?;
    Ok(())
}
