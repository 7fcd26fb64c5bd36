//! What Python's client writes into cards is what we read there.

use std::collections::BTreeMap;

use anyhow::{Result, ensure};
use hubkit_tests::{Home, Python, trial};
use libtest_mimic::Trial;
use serde_json::Value;

use crate::python;

pub(crate) fn trials() -> Vec<Trial> {
    vec![trial(
        "cards_are_read_as_huggingface_hub_wrote_them",
        python,
        as_written,
    )]
}

fn as_written(python: &Python) -> Result<()> {
    let home = Home::new()?;
    let outcome = python
        .script(&home, "cards/write_cards.py", [home.path()])
        .run()?
        .success()?;
    let cards: BTreeMap<String, Value> = serde_json::from_value(outcome.json()?)?;
    ensure!(cards.len() > 2, "the script wrote next to nothing");
    for (name, theirs) in cards {
        let ours = home.hubkit(["card", "json", &name])?.run()?.success()?;
        let ours = ours.json()?;
        ensure!(
            ours == theirs,
            "{name}\n  ours:   {ours}\n  theirs: {theirs}"
        );
    }
    Ok(())
}
