//! Results of evaluations: files beside a card that are checked.

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
