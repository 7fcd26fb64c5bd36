//! Models that were made from others.

use std::fmt::Write as _;

use hubkit_types::RepoId;
use serde_yaml::Value;

use crate::{
    Card, CardData, FieldPath,
    lint::{
        Surroundings,
        draft::{Draft, Drafts, Place, quoted},
        rule::MISSING_BASE_MODEL,
    },
};

pub(super) fn check(
    card: &Card<'_>,
    data: &CardData,
    around: &Surroundings<'_>,
    drafts: &mut Drafts,
) {
    if card.metadata.given("base_model").is_some() {
        return;
    }
    let told = named_by_adapter(around).or_else(|| named_in_text(card.body));
    let told = told.filter(|base| !is_itself(base, card, around));
    let Some(sign) = sign(data, around).or_else(|| told.as_ref().map(|_| "the text says so"))
    else {
        return;
    };
    let mut message = format!("expected which model this was made from ({sign}), found none");
    if let Some(base) = &told {
        let _ = write!(message, ": was it {}?", quoted(base.as_str()));
    }
    let place = Place::Metadata(FieldPath::of("base_model"));
    drafts.push(
        Draft::new(&MISSING_BASE_MODEL, place, message).suggest(told.map(|base| base.to_string())),
    );
}

/// Whether a name is that of the model itself, as programs write it where training went on.
fn is_itself(base: &RepoId, card: &Card<'_>, around: &Surroundings<'_>) -> bool {
    let index = card
        .metadata
        .get("model-index")
        .and_then(|index| index.get(0));
    let name = index
        .and_then(|entry| entry.get("name"))
        .and_then(Value::as_str);
    around.repo == Some(base) || name == Some(base.name())
}

/// What shows that a model was made from another one.
fn sign(data: &CardData, around: &Surroundings<'_>) -> Option<&'static str> {
    let files = around.files.unwrap_or_default();
    let is_tagged = |tags: &[&str]| data.tags.iter().any(|tag| tags.contains(&tag.as_str()));
    if files.contains(&"adapter_config.json") || data.library_name.as_deref() == Some("peft") {
        return Some("it is an adapter");
    }
    if files.iter().any(|file| file.ends_with(".gguf"))
        || data.library_name.as_deref() == Some("gguf")
    {
        return Some("its weights are GGUF");
    }
    let is_quantized = around
        .config
        .is_some_and(|config| config.get("quantization_config").is_some());
    if is_quantized || is_tagged(&["gguf", "gptq", "awq", "exl2"]) {
        return Some("its weights are quantized");
    }
    if is_tagged(&["lora", "adapter", "merge", "mergekit"]) {
        return Some("its tags say so");
    }
    None
}

/// The model that an adapter was trained on.
fn named_by_adapter(around: &Surroundings<'_>) -> Option<RepoId> {
    let base = around.adapter?.get("base_model_name_or_path")?.as_str()?;
    base.contains('/').then(|| base.parse().ok())?
}

/// The model that a text names in the words that training programs write: `a fine-tuned version of [NAME](https://…)`.
fn named_in_text(body: &str) -> Option<RepoId> {
    const SIGN: &str = "fine-tuned version of [";
    let (_, after) = body.split_once(SIGN)?;
    let (words, target) = after.split_once("](")?;
    let words = words.trim_matches('`');
    let (target, _) = target.split_once(')')?;
    let named = target.strip_prefix("https://huggingface.co/")?;
    (named.trim_end_matches('/') == words).then(|| words.parse().ok())?
}
