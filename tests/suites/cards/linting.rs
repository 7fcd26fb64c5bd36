//! Reports about cards are what other people's programs take them for.

use std::{fs, path::Path};

use anyhow::{Context as _, Result, ensure};
use hubkit_tests::{Home, Python, trial};
use libtest_mimic::Trial;

use crate::python;

pub(crate) fn trials() -> Vec<Trial> {
    vec![trial(
        "reports_are_sarif_with_nothing_that_sarif_does_not_know",
        python,
        sarif,
    )]
}

/// Of every edge case, of a good card, and of one with a name that needs escapes.
fn sarif(python: &Python) -> Result<()> {
    let home = Home::new()?;
    fs::write(home.path().join("good.md"), "---\nlicense: mit\n---\n# A\n")?;
    fs::write(home.path().join("ä 1#2.md"), "---\nlicense: x\n---\n# A\n")?;
    let cards = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/cards");
    let mut words = vec![
        "card".into(),
        "lint".into(),
        "good.md".into(),
        "ä 1#2.md".into(),
    ];
    for entry in fs::read_dir(cards)? {
        let path = entry?.path();
        if path.extension().is_some_and(|ending| ending == "md") {
            words.push(path.into_os_string());
        }
    }
    ensure!(words.len() > 50, "there are hardly any cards");
    words.extend(["--format".into(), "sarif".into()]);
    let report = home.hubkit(&words)?.run()?.expect_code(1)?;
    let file = home.path().join("report.sarif");
    fs::write(&file, &report.stdout)?;
    let checked = python
        .script(&home, "cards/check_sarif.py", [&file])
        .run()?
        .success()?;
    let results: usize = checked
        .stdout
        .trim()
        .parse()
        .context("a number of results")?;
    ensure!(results > 50, "{results} results\n{checked}");
    Ok(())
}
