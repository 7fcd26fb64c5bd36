//! Results that we add, as Python's client writes and reads them.

use std::fs;

use anyhow::{Context as _, Result, ensure};
use hubkit_tests::{Home, Python, trial};
use libtest_mimic::Trial;
use serde_json::Value;

use crate::python;

pub(crate) fn trials() -> Vec<Trial> {
    vec![trial(
        "results_are_added_as_huggingface_hub_writes_them",
        python,
        as_theirs,
    )]
}

fn as_theirs(python: &Python) -> Result<()> {
    let home = Home::new()?;
    let script = "cards/check_results.py";
    let cases = python.script(&home, script, ["cases"]).run()?.success()?;
    let cases: Vec<Vec<Value>> = serde_json::from_value(cases.json()?)?;
    let folder = home.path().join("cases");
    for (at, case) in cases.iter().enumerate() {
        let model = folder.join(at.to_string());
        fs::create_dir_all(&model)?;
        let card = model.join("README.md");
        fs::write(&card, "---\nlicense: mit # ours\n---\n# Tiny\n")?;
        for result in case {
            add(&home, &model.to_string_lossy(), result)?;
        }
        let lint = ["card", "lint", "--fail-on", "error"]
            .map(str::to_owned)
            .into_iter()
            .chain([model.to_string_lossy().into_owned()]);
        home.hubkit(lint)?.offline().run()?.success()?;
        ensure!(
            fs::read_to_string(&card)?.starts_with("---\nlicense: mit # ours\n"),
            "{card:?}"
        );
    }
    ensure!(cases.len() > 5, "the script has next to no cases");
    let words = ["check".into(), folder.as_os_str().to_owned()];
    let wrong = python.script(&home, script, words).run()?.success()?;
    let wrong: Vec<String> = serde_json::from_value(wrong.json()?)?;
    ensure!(wrong.is_empty(), "{}", wrong.join("\n"));
    Ok(())
}

fn add(home: &Home, model: &str, result: &Value) -> Result<()> {
    let options = result["words"].as_array().context("words")?;
    let options = options.iter().filter_map(Value::as_str).map(str::to_owned);
    let mut words = ["card", "eval", "add", model].map(str::to_owned).to_vec();
    words.extend(options);
    if words.iter().any(|word| word.starts_with("--metric=")) {
        words.push("--model-name=tiny".to_owned());
    }
    if let Some(token) = result["token"].as_str() {
        let file = home.path().join("signature");
        fs::write(&file, token)?;
        words.push(format!("--verify-token-file={}", file.display()));
    }
    home.hubkit(words)?.offline().run()?.success()?;
    Ok(())
}
