//! Results of evaluations: how they are added and listed, and files beside a card that are checked.

use std::fs;

use anyhow::{Result, ensure};
use hubkit_tests::{Home, Outcome, Served, Server};

const CARD: &str = "---\nlicense: mit\n---\n# Tiny\n\nA model for tests.\n";
const BAD: &str = "- dataset: {id: cais/hle}\n  value: 20.9\n";

fn card(home: &Home, words: &[&str]) -> Result<Outcome> {
    home.hubkit(["card"].iter().chain(words))?.offline().run()
}

/// A home with a model whose results are in a file.
fn home(results: &str) -> Result<Home> {
    let home = Home::new()?;
    let folder = home.path().join("model/.eval_results");
    fs::create_dir_all(&folder)?;
    fs::write(home.path().join("model/README.md"), CARD)?;
    fs::write(folder.join("hle.yaml"), results)?;
    Ok(home)
}

#[test]
fn files_of_results_are_checked_with_the_card() -> Result<()> {
    let home = home(BAD)?;
    let found = card(&home, &["lint", "model"])?.expect_code(1)?;
    let told = "model/.eval_results/hle.yaml:1:12: error: [0].dataset: expected a field `task_id`, found none [invalid-eval-results]\n";
    ensure!(found.stdout.replace('\\', "/").starts_with(told), "{found}");
    ensure!(
        found.stderr.contains("1 error in 1 card and 1 file beside"),
        "{found}"
    );
    let sarif = card(&home, &["lint", "model/README.md", "--format", "sarif"])?.expect_code(1)?;
    let place = &sarif.json()?["runs"][0]["results"][0]["locations"][0]["physicalLocation"];
    assert_eq!(
        place["artifactLocation"]["uri"],
        "model/.eval_results/hle.yaml"
    );
    assert_eq!(place["region"]["startColumn"], 12);
    fs::write(
        home.path().join("hubkit.toml"),
        "[card.lint]\nignore = [\".eval_results/*\", \"model/.eval_results/*\"]\n",
    )?;
    card(&home, &["lint", "model"])?.success()?;
    Ok(())
}

#[test]
fn a_benchmark_on_a_hub_is_checked_with_its_card() -> Result<()> {
    let benchmark = "name: x\ndescription: y\nevaluation_framework: inspect\ntasks: [{id: a}]\n";
    let repos = Served::new()?
        .file("datasets/lab/bench", "README.md", CARD)?
        .file("datasets/lab/bench", "eval.yaml", benchmark)?;
    let server = Server::start(repos.path())?;
    let home = Home::new()?;
    let words = [
        "card",
        "lint",
        "lab/bench",
        "--type",
        "dataset",
        "--format",
        "sarif",
    ];
    let run = home.hubkit(words)?.at(server.endpoint()).run()?;
    let report = run.expect_code(1)?.json()?;
    let results = report["runs"][0]["results"].as_array();
    let framework = results.and_then(|found| {
        found
            .iter()
            .find(|found| found["ruleId"] == "unknown-framework")
    });
    let place = framework.map(|found| &found["locations"][0]["physicalLocation"]);
    let uri = place.and_then(|place| place["artifactLocation"]["uri"].as_str());
    let ending = uri.is_some_and(|uri| {
        uri.contains("/datasets/lab/bench/blob/") && uri.ends_with("/eval.yaml")
    });
    ensure!(ending, "{report:#}");
    Ok(())
}

/// Words of a command line, apart by blanks.
fn add(home: &Home, words: &str) -> Result<Outcome> {
    let words: Vec<&str> = words.split(' ').collect();
    card(home, &[&["eval", "add"], words.as_slice()].concat())
}

fn read(home: &Home, path: &str) -> Result<String> {
    Ok(fs::read_to_string(home.path().join(path))?)
}

const FILE: &str = "model/.eval_results/cais-hle.yaml";
const ENTRY: &str =
    "- dataset:\n    id: cais/hle\n    task_id: default\n  value: 20.9\n  date: '2026-01-02'\n";

#[test]
fn a_result_is_added_to_a_file_that_hubs_read() -> Result<()> {
    let home = home("[]\n")?;
    let words = "model --dataset cais/hle --task default --value 20.90 --date 2026-01-02";
    let dry = add(&home, &format!("{words} --dry-run"))?.success()?;
    ensure!(dry.stdout.contains("+    id: cais/hle\n"), "{dry}");
    ensure!(!home.path().join(FILE).exists(), "a dry run wrote");
    let added = add(&home, &format!("{words} --format json"))?.success()?;
    let file = &added.json()?["files"][0];
    ensure!(file["new"] == true && file["written"] == true, "{added}");
    assert_eq!(read(&home, FILE)?, ENTRY);
    // The same twice changes nothing; another value is a no, until it is to take its place.
    add(&home, words)?.success()?;
    let other = words.replace("20.90", "21");
    let refused = add(&home, &other)?.expect_code(1)?;
    ensure!(
        refused.stderr.contains("is there already, as 20.9")
            && refused.stderr.contains("--replace"),
        "{refused}"
    );
    assert_eq!(read(&home, FILE)?, ENTRY);
    add(&home, &format!("{other} --replace"))?.success()?;
    assert_eq!(read(&home, FILE)?, ENTRY.replace("20.9", "21"));
    // It is found in whatever file it is, and what else is there stays.
    let ours = format!("# ours\r\n{}", ENTRY.replace('\n', "\r\n"));
    fs::rename(
        home.path().join(FILE),
        home.path().join("model/.eval_results/ours.yml"),
    )?;
    fs::write(home.path().join("model/.eval_results/ours.yml"), &ours)?;
    add(&home, &format!("{other} --replace"))?.success()?;
    assert_eq!(
        read(&home, "model/.eval_results/ours.yml")?,
        ours.replace("20.9", "21")
    );
    add(&home, &format!("{other} --notes tools"))?.success()?;
    ensure!(
        read(&home, FILE)?.contains("notes: tools\n"),
        "another way to measure"
    );
    card(&home, &["lint", "model"])?.success()?;
    Ok(())
}

#[test]
fn a_result_is_added_to_the_card_and_both_are_listed() -> Result<()> {
    let home = home("[]\n")?;
    let words = "model/README.md --dataset lab/words --dataset-split test --task spelling --metric accuracy \
                 --task-type text-classification --value 0.5 --source-url https://example.org/log";
    add(&home, words)?.success()?;
    let index = "model-index:\n- name: model\n  results:\n  - task:\n      type: text-classification\n    dataset:\n      name: lab/words\n      \
                 type: lab/words\n      split: test\n    metrics:\n    - type: accuracy\n      value: 0.5\n    source:\n      url: https://example.org/log\n";
    assert_eq!(
        read(&home, "model/README.md")?,
        CARD.replace("---\n#", &format!("{index}---\n#"))
    );
    let listed = card(&home, &["eval", "list", "model", "--format", "json"])?
        .success()?
        .json()?;
    let told = |at: usize, field: &str| listed[at][field].clone();
    assert_eq!(
        (told(0, "file"), told(0, "task")),
        (".eval_results/lab-words.yaml".into(), "spelling".into())
    );
    assert_eq!(
        (told(1, "file"), told(1, "metric")),
        ("README.md".into(), "accuracy".into())
    );
    assert_eq!(
        (told(0, "value"), told(1, "value")),
        (0.5.into(), 0.5.into())
    );
    let shown = card(&home, &["eval", "list", "model"])?.success()?;
    ensure!(
        shown.stdout.lines().count() == 2 && shown.stdout.contains("lab/words (test)"),
        "{shown}"
    );
    Ok(())
}

#[test]
fn results_beside_a_card_are_shown_and_compared_with_it() -> Result<()> {
    let home = home(ENTRY)?;
    let shown = card(&home, &["show", "model"])?.success()?;
    ensure!(
        shown.stdout.contains("cais/hle") && shown.stdout.contains("20.9"),
        "{shown}"
    );
    let shown = card(&home, &["show", "model", "--format", "json"])?.success()?;
    assert_eq!(shown.json()?["results"][0]["metric"], "default");
    let page = card(&home, &["html", "model"])?.success()?;
    ensure!(page.stdout.contains("cais/hle"), "{page}");
    let other = home.path().join("other");
    fs::create_dir_all(other.join(".eval_results"))?;
    fs::write(other.join("README.md"), CARD)?;
    fs::write(other.join(".eval_results/x.yml"), ENTRY)?;
    card(&home, &["diff", "model", "other"])?.success()?;
    fs::write(
        other.join(".eval_results/x.yml"),
        ENTRY.replace("20.9", "21"),
    )?;
    let differ = card(&home, &["diff", "model", "other"])?.expect_code(1)?;
    assert_eq!(differ.stdout, "results\n  default on cais/hle: 20.9 → 21\n");
    // Of files alone nothing beside them counts.
    card(&home, &["diff", "model/README.md", "other/README.md"])?.success()?;
    Ok(())
}

#[test]
fn a_signature_is_written_and_shown_nowhere() -> Result<()> {
    let home = home("[]\n")?;
    fs::write(home.path().join("signature"), "open.sesame\n")?;
    let words = "model --dataset lab/words --task spelling --metric accuracy --task-type text-classification --value 0.5 \
                 --verify-token-file signature";
    let mut told = Vec::new();
    told.push(add(&home, &format!("{words} --dry-run"))?.success()?);
    told.push(add(&home, &format!("{words} --format json"))?.success()?);
    told.push(add(&home, &words.replace("0.5", "0.7"))?.expect_code(1)?);
    told.push(add(&home, &words.replace("0.5", "0.7 --replace --dry-run"))?.success()?);
    told.push(add(&home, "model --dataset lab/words --task spelling --value 0.8 --replace --dry-run --format json")?.success()?);
    told.push(card(&home, &["eval", "list", "model", "--format", "json"])?.success()?);
    fs::write(home.path().join("signature"), "open sesame")?;
    told.push(add(&home, words)?.expect_code(2)?);
    for outcome in &told {
        ensure!(!format!("{outcome}").contains("sesame"), "{outcome}");
    }
    for file in ["model/.eval_results/lab-words.yaml", "model/README.md"] {
        ensure!(
            read(&home, file)?.contains("verifyToken: open.sesame\n"),
            "{file}"
        );
    }
    Ok(())
}

#[test]
fn what_is_no_result_is_written_nowhere() -> Result<()> {
    let home = home("a: [\n")?;
    for (words, code) in [
        ("model --dataset ../x/y --task a --value 1", 2),
        ("model --dataset /etc/passwd --task a --value 1", 2),
        ("model --dataset a/b --task a --value much", 2),
        ("model --dataset a/b --value 1", 2),
        ("model --dataset a/b --metric accuracy --value 1", 2),
        ("model --dataset a/b --task a --value 1 --date yesterday", 2),
        ("model --dataset a/b --task a --value 1 --source-user me", 2),
        (
            "model --dataset a/b --task a --value 1 --source-url file:///x",
            2,
        ),
        (
            "model --dataset a/b --task a --value 1 --dataset-revision main",
            2,
        ),
        (
            "model --dataset a/b --metric m --task-type t --value 1 --date 2026-01-02",
            2,
        ),
        ("lab/none --dataset a/b --task a --value 1", 3),
        (
            "model --dataset a/b --task a --value 1 --benchmark none.yaml",
            3,
        ),
        ("- --dataset a/b --task a --value 1", 2),
        // That file is broken, and what is in it is not known.
        ("model --dataset hle --task a --value 1", 7),
    ] {
        add(&home, words)?.expect_code(code)?;
    }
    assert_eq!(read(&home, "model/README.md")?, CARD);
    assert_eq!(
        fs::read_dir(home.path().join("model/.eval_results"))?.count(),
        1
    );
    Ok(())
}

#[cfg(unix)]
#[test]
fn nothing_is_written_where_a_link_leads() -> Result<()> {
    use std::os::unix::fs::symlink;
    let home = home("[]\n")?;
    let elsewhere = home.path().join("elsewhere");
    fs::create_dir(&elsewhere)?;
    fs::write(elsewhere.join("blob"), "[]\n")?;
    symlink(elsewhere.join("blob"), home.path().join(FILE))?;
    let words = "model --dataset cais/hle --task default --value 1";
    add(&home, words)?.expect_code(2)?;
    fs::remove_dir_all(home.path().join("model/.eval_results"))?;
    symlink(&elsewhere, home.path().join("model/.eval_results"))?;
    add(&home, words)?.expect_code(8)?;
    assert_eq!(fs::read_to_string(elsewhere.join("blob"))?, "[]\n");
    assert_eq!(fs::read_dir(&elsewhere)?.count(), 1);
    Ok(())
}

#[test]
fn a_task_is_held_against_the_benchmark() -> Result<()> {
    let benchmark = "name: x\ndescription: y\nevaluation_framework: mteb\ntasks: [{id: spelling}, {id: counting}]\n";
    let repos = Served::new()?
        .file("datasets/lab/bench", "README.md", CARD)?
        .file("datasets/lab/bench", "eval.yaml", benchmark)?
        .file("datasets/lab/words", "README.md", CARD)?;
    let server = Server::start(repos.path())?;
    let home = home("[]\n")?;
    fs::write(home.path().join("eval.yaml"), benchmark)?;
    let asked = |words: &str| -> Result<Outcome> {
        let words = ["card", "eval", "add", "model", "--value", "1"]
            .into_iter()
            .chain(words.split(' '));
        home.hubkit(words)?.at(server.endpoint()).run()
    };
    asked("--dataset lab/bench --task counting --check")?.success()?;
    let refused = asked("--dataset lab/bench --task speling --check")?.expect_code(2)?;
    ensure!(
        refused.stderr.contains("did you mean `spelling`?"),
        "{refused}"
    );
    let none = asked("--dataset lab/words --task counting --check")?.expect_code(3)?;
    ensure!(none.stderr.contains("it is no benchmark"), "{none}");
    asked("--dataset lab/none --task counting --check")?.expect_code(3)?;
    asked("--dataset lab/other --task spelling --benchmark eval.yaml")?.success()?;
    asked("--dataset lab/other --task none --benchmark .")?.expect_code(2)?;
    Ok(())
}
