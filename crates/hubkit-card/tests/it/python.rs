//! What the Hub's Python client 2.4.0 with PyYAML 6.0.3 made of each card, and what we make of it.
//!
//! Of each card is told how far it came (`stage`: `decode`, `yaml`, `not_a_dict`, `card`, `ok`), the value of its YAML
//! (`raw`), and what the client writes back (`to_dict`; where that is absent, the same). Numbers that JSON has no sign for
//! are written as texts there, and bytes in hexadecimal. For real cards see `cards.rs`.

use std::{env, fs, path::PathBuf};

use hubkit_card::{Card, Dialect, MetadataError, Value};
use serde_json::Value as Json;

use crate::cards::{cards, fixtures, real_cards};

/// A card, and what Python made of it.
pub(crate) struct Case {
    pub(crate) name: String,
    pub(crate) text: String,
    pub(crate) said: Json,
}

impl Case {
    pub(crate) fn stage(&self) -> &str {
        self.said["stage"].as_str().expect("a stage")
    }
}

pub(crate) fn edge_cases() -> Vec<Case> {
    let folder = fixtures("cards");
    let oracle = fs::read(folder.join("python.json")).expect("the oracle");
    let oracle: Json = serde_json::from_slice(&oracle).expect("JSON");
    let case = |(name, text): (String, String)| {
        let said = oracle[&name].clone();
        let name = said["case"].as_str().expect("a case").to_owned();
        Case { name, text, said }
    };
    cards(&folder).into_iter().map(case).collect()
}

pub(crate) fn real_cases() -> Vec<Case> {
    let Some(cards) = real_cards() else {
        return Vec::new();
    };
    #[expect(clippy::disallowed_methods, reason = "a test asks where its data lies")]
    let folder = PathBuf::from(env::var_os("HUBKIT_CARDS").expect("it was there"));
    let case = |(name, text): (String, String)| {
        let said = fs::read(folder.join(format!("{name}.json"))).expect("what was made of it");
        let said = serde_json::from_slice(&said).expect("JSON");
        Case { name, text, said }
    };
    cards.into_iter().map(case).collect()
}

/// Whether a value is what Python wrote as JSON.
pub(crate) fn is_same(ours: &Value, said: &Json) -> bool {
    match (ours, said) {
        (Value::Null, Json::Null) => true,
        (Value::Bool(ours), Json::Bool(said)) => ours == said,
        (Value::Number(ours), Json::Number(said)) => ours.as_f64() == said.as_f64(),
        (Value::Number(ours), Json::String(said)) => {
            let float = ours.as_f64().unwrap_or_default();
            !float.is_finite() && float.to_string().to_lowercase() == *said
        }
        (Value::String(ours), Json::String(said)) => ours == said,
        (Value::Sequence(ours), Json::Array(said)) => {
            ours.len() == said.len()
                && ours
                    .iter()
                    .zip(said)
                    .all(|(ours, said)| is_same(ours, said))
        }
        (Value::Mapping(ours), Json::Object(said)) => {
            ours.len() == said.len()
                && ours.iter().all(|(key, ours)| {
                    let name = match key {
                        Value::String(text) => text.clone(),
                        Value::Null => "null".to_owned(),
                        Value::Bool(flag) => flag.to_string(),
                        Value::Number(number) => number.to_string(),
                        other => panic!("{other:?} is no key"),
                    };
                    said.get(&name).is_some_and(|said| is_same(ours, said))
                })
        }
        _ => false,
    }
}

fn check(case: &Case) -> Result<(), String> {
    let card = Card::read_as(&case.text, Dialect::Python);
    let is_block = case.said.get("has_block") != Some(&Json::Bool(false));
    match (case.stage(), case.said.get("raw"), &card.fault) {
        ("ok", None, None) if !is_block || card.block.is_none() => card
            .block
            .is_none()
            .then_some(())
            .ok_or("a block was found".to_owned()),
        // What is no UTF-8 is no text here, and can't be given to the reader as it is.
        ("decode", _, _) if case.text.contains('\u{fffd}') => Ok(()),
        ("yaml", _, Some(MetadataError::NotAMapping { .. }) | None) => {
            Err(format!("was read as {:?}", card.metadata))
        }
        ("yaml", _, Some(_)) | ("not_a_dict", _, Some(MetadataError::NotAMapping { .. })) => Ok(()),
        ("ok", Some(Json::Null), None) if card.metadata.is_empty() => Ok(()),
        ("ok" | "card", Some(raw), None) => {
            let ours = Value::Mapping(card.metadata.as_mapping().clone());
            let same = is_same(&ours, raw);
            same.then_some(())
                .ok_or_else(|| format!("{ours:?} is not {raw}"))
        }
        (stage, _, fault) => Err(format!("{stage} there, {fault:?} here")),
    }
}

/// Runs a check over cases; those that are named as exceptions must still differ.
#[track_caller]
pub(crate) fn check_all(
    cases: &[Case],
    otherwise: &[(&str, &str)],
    check: impl Fn(&Case) -> Result<(), String>,
) {
    let mut wrong = Vec::new();
    for case in cases {
        let name = &case.name;
        let is_exception = otherwise.iter().any(|(otherwise, _)| otherwise == name);
        match (check(case), is_exception) {
            (Ok(()), false) | (Err(_), true) => {}
            (Ok(()), true) => wrong.push(format!("{name}: is no exception any more")),
            (Err(why), false) => {
                let shown: String = why.chars().take(300).collect();
                wrong.push(format!("{name}: {shown}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

/// Edge cases that are read otherwise, and why.
const OTHERWISE: &[(&str, &str)] = &[(
    "binary",
    "bytes that are UTF-8 are a text; the oracle writes them in hexadecimal",
)];

/// Real cards that are read otherwise, and why.
const REAL_OTHERWISE: &[(&str, &str)] = &[];

#[test]
fn edge_cases_are_read_as_python_reads_them() {
    check_all(&edge_cases(), OTHERWISE, check);
}

#[test]
fn real_cards_are_read_as_python_reads_them() {
    check_all(&real_cases(), REAL_OTHERWISE, check);
}
