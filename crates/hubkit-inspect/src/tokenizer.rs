//! `tokenizer.json`: how text becomes tokens, as the library `tokenizers` writes it.
//!
//! There is no specification but that library's serialisation. The vocabulary is counted and not kept.

use std::collections::{BTreeMap, HashSet};

use hubkit_types::shown;

use crate::{
    Format, InspectError, Inspection, MetadataValue, Severity,
    findings::Findings,
    view::{Step, View},
};

mod read;
mod recognise;
mod sketch;

use read::Tokenizer;
pub(crate) use recognise::is_tokenizer;
use sketch::Sketch;

/// The longest file that is read, in bytes; the largest vocabularies take a third of it.
const LONGEST: u64 = 100_000_000;

/// So many special tokens are told by name.
const NAMED: usize = 64;

pub(crate) fn inspect(view: &View) -> Step<Inspection> {
    if view.size() > LONGEST {
        let (wanted, most) = (view.size(), LONGEST);
        return Err(InspectError::TooLarge { wanted, most }.into());
    }
    let json = view.bytes(0, view.size())?;
    let read = |known| {
        read::tokenizer(json, known).map_err(|fault| {
            InspectError::malformed(Format::Tokenizer, shown(&fault.to_string(), 200))
        })
    };
    let mut tokenizer = read(HashSet::new())?;
    if tokenizer.model_came_first {
        // Which added tokens are in the vocabulary can be told once they are known.
        tokenizer = read(std::mem::take(&mut tokenizer.added.contents))?;
    }
    if !tokenizer.has_model {
        let found = Some("a JSON document".to_owned());
        return Err(InspectError::Unrecognised { found }.into());
    }
    Ok(described(tokenizer))
}

fn described(tokenizer: Tokenizer) -> Inspection {
    let mut findings = Findings::default();
    for key in &tokenizer.twice {
        findings.add(Severity::Fault, "duplicate-key", || {
            format!("'{}' stands twice in one object", shown(key, 80))
        });
    }
    let kind = tokenizer.kind();
    if !matches!(kind.as_str(), "BPE" | "WordPiece" | "WordLevel" | "Unigram") {
        findings.add(Severity::Warning, "model", || {
            format!(
                "expected a model of kind BPE, WordPiece, WordLevel or Unigram, found '{}'",
                shown(&kind, 80)
            )
        });
    }
    let mut metadata = BTreeMap::new();
    let mut add = |key: &str, value: MetadataValue| {
        metadata.insert(key.to_owned(), value);
    };
    let number = |number: u64| MetadataValue::Integer(number.into());
    add("model.type", MetadataValue::Text(kind));
    add("model.vocabulary", number(tokenizer.vocabulary));
    if let Some(merges) = tokenizer.merges {
        add("model.merges", number(merges));
    }
    let Tokenizer { added, .. } = &tokenizer;
    add(
        "vocabulary",
        number(tokenizer.vocabulary + added.contents.len() as u64 - tokenizer.known),
    );
    add("added_tokens", number(added.contents.len() as u64));
    let first = added.special.iter().take(NAMED).cloned();
    let special = MetadataValue::List {
        element: "STRING",
        length: added.special.len() as u64,
        first: first.map(MetadataValue::Text).collect(),
    };
    add("special_tokens", special);
    for (key, value) in tokenizer.model {
        if let Some(value) = value.scalar() {
            add(&format!("model.{key}"), value);
        }
    }
    for (key, value) in tokenizer.rest {
        match key.as_str() {
            "normalizer" | "pre_tokenizer" | "post_processor" | "decoder" => {
                if let Some(kinds) = value.kinds() {
                    add(&key, MetadataValue::Text(kinds));
                }
            }
            "truncation" | "padding" => {
                let Sketch::Map(entries) = value else {
                    continue;
                };
                for (name, value) in entries {
                    if let Some(value) = value.scalar() {
                        add(&format!("{key}.{name}"), value);
                    }
                }
            }
            _ => {
                if let Some(value) = value.scalar() {
                    add(&key, value);
                }
            }
        }
    }
    Inspection {
        metadata,
        findings: findings.finish(),
        ..Inspection::new(Format::Tokenizer)
    }
}

#[cfg(test)]
mod tests;
