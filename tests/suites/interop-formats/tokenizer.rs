//! The library `tokenizers` writes its files and reads them.

use anyhow::{Result, ensure};
use hubkit_inspect::{Format, MetadataValue, Verdict};
use hubkit_tests::{Home, Python};
use serde_json::json;

use crate::{inspect, same, written};

pub(crate) fn as_python(python: &Python) -> Result<()> {
    let home = Home::new()?;
    for (name, theirs) in written(python, &home, "write_tokenizers.py")? {
        let ours = inspect(&home.path().join(&name))?;
        ensure!(ours.format == Format::Tokenizer, "{name}: {}", ours.format);
        ensure!(
            ours.verdict() == Verdict::Sound,
            "{name}: {:?}",
            ours.findings
        );
        let text = |key: &str| ours.metadata.get(key).and_then(MetadataValue::as_text);
        let number = |key: &str| ours.metadata.get(key).and_then(MetadataValue::as_u64);
        let special = match &ours.metadata["special_tokens"] {
            MetadataValue::List { length, .. } => Some(*length),
            _ => None,
        };
        let described = json!({
            "model": text("model.type"),
            "vocabulary": number("vocabulary"),
            "own": number("model.vocabulary"),
            "added": number("added_tokens"),
            "special": special,
            "normalizer": text("normalizer"),
            "pre_tokenizer": text("pre_tokenizer"),
            "post_processor": text("post_processor"),
            "decoder": text("decoder"),
            "longest": number("truncation.max_length"),
            "padded_with": text("padding.pad_token"),
        });
        same(&name, &described, &theirs)?;
    }
    Ok(())
}
