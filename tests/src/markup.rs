//! Texts that try to leave their place on a page.

use std::{fs, path::Path};

use anyhow::{Context as _, Result, ensure};
use serde_json::Value;

/// Cards whose text or metadata tries to run something, to fetch something, or to change the page around it; each with its
/// name. Where a script of theirs runs, it calls `canary()`; what they would fetch lies at `remote.invalid`.
pub fn markup() -> Result<Vec<(String, String)>> {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/markup.jsonl");
    let mut cards = Vec::new();
    for line in fs::read_to_string(file)?.lines() {
        let value: Value = serde_json::from_str(line)?;
        let text = |key: &str| value[key].as_str().map(str::to_owned).context("a text");
        cards.push((text("name")?, text("card")?));
    }
    ensure!(cards.len() > 200, "{} cards", cards.len());
    Ok(cards)
}
