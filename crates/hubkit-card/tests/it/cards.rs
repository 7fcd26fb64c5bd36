//! What js-yaml, which the Hub reads cards with, made of each card, and what we make of it.
//!
//! The edge cases lie in `tests/fixtures/cards`. Real cards belong to others and are not kept here: name a folder of
//! them with `HUBKIT_CARDS`, each `NAME.md` with a `NAME.json` beside it whose `js_yaml` says `has_block`, and `error`
//! or `raw`; where `raw` is absent the one outside counts.

use std::{
    env, fs,
    path::{Path, PathBuf},
};

use hubkit_card::{Card, Metadata, MetadataError, split};
use serde_json::Value;

pub(crate) fn fixtures(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../../tests/fixtures")
        .join(name)
}

/// The real cards, each with its name.
pub(crate) fn real_cards() -> Option<Vec<(String, String)>> {
    #[expect(clippy::disallowed_methods, reason = "a test asks where its data lies")]
    let folder = env::var_os("HUBKIT_CARDS").map(PathBuf::from);
    let Some(folder) = folder else {
        #[expect(clippy::print_stderr, reason = "a test that tests nothing says so")]
        {
            eprintln!("skipped: HUBKIT_CARDS names no folder of real cards");
        }
        return None;
    };
    Some(cards(&folder))
}

/// Every card of a folder, each with its name.
pub(crate) fn cards(folder: &Path) -> Vec<(String, String)> {
    let mut cards = Vec::new();
    for entry in fs::read_dir(folder).expect("a folder of cards") {
        let path = entry.expect("a file").path();
        if path.extension().is_some_and(|extension| extension == "md") {
            let name = path.file_stem().expect("a name").to_string_lossy();
            let bytes = fs::read(&path).expect("a card");
            cards.push((
                name.into_owned(),
                String::from_utf8_lossy(&bytes).into_owned(),
            ));
        }
    }
    cards.sort();
    assert!(cards.len() > 40, "{} cards were read", cards.len());
    cards
}

/// What the reference makes of a card.
enum Reference {
    NoBlock,
    Fault,
    Value(Value),
}

#[track_caller]
fn check(card: &str, reference: &Reference) -> Result<(), String> {
    let Some(block) = split(card).block else {
        return match reference {
            Reference::NoBlock => Ok(()),
            _ => Err("no block was found".to_owned()),
        };
    };
    match (Metadata::read(block), reference) {
        (_, Reference::NoBlock) => Err("a block was found".to_owned()),
        (Err(_), Reference::Fault) => Ok(()),
        (Ok(found), Reference::Fault) => Err(format!("was read as {}", found.to_json())),
        (Err(MetadataError::NotAMapping { .. }), Reference::Value(value)) if !value.is_object() => {
            Ok(())
        }
        (Err(error), Reference::Value(_)) => Err(error.to_string()),
        (Ok(found), Reference::Value(Value::Null)) if found.is_empty() => Ok(()),
        (Ok(found), Reference::Value(value)) => {
            let found = found.to_json();
            let handed_on = found.as_object().map(Metadata::from_json);
            if handed_on.is_none_or(|again| again.to_json() != found) {
                return Err(format!("{found} changes where a hub hands it on"));
            }
            let same = is_same(&found, value);
            same.then_some(()).ok_or(format!("{found} is not {value}"))
        }
    }
}

/// JavaScript has one kind of number.
fn is_same(left: &Value, right: &Value) -> bool {
    match (left, right) {
        (Value::Number(left), Value::Number(right)) => left.as_f64() == right.as_f64(),
        (Value::Array(left), Value::Array(right)) => {
            left.len() == right.len()
                && left
                    .iter()
                    .zip(right)
                    .all(|(left, right)| is_same(left, right))
        }
        (Value::Object(left), Value::Object(right)) => {
            let mut pairs = left.iter();
            left.len() == right.len()
                && pairs.all(|(key, left)| right.get(key).is_some_and(|right| is_same(left, right)))
        }
        (left, right) => left == right,
    }
}

/// Edge cases that are read otherwise, and why.
const OTHERWISE: &[(&str, &str)] = &[
    (
        "numbers",
        "the oracle writes 1e999 as a text, which JSON has no number for; here it is null",
    ),
    (
        "nan-inf",
        "the oracle writes NaN as a text; as JSON it is null",
    ),
    (
        "dates",
        "a date stays the text that was written; js-yaml makes a moment of it, even of a 45th day",
    ),
    ("int-key", "a date as a key stays as it was written"),
    (
        "binary",
        "bytes that are UTF-8 are a text; the oracle writes them in hexadecimal",
    ),
    (
        "set-tag",
        "a set is a type of its own, and refused with all others",
    ),
];

#[test]
fn edge_cases_are_read_as_the_hub_reads_them() {
    let folder = fixtures("cards");
    let oracle = fs::read(folder.join("oracle.json")).expect("the oracle");
    let oracle: Value = serde_json::from_slice(&oracle).expect("JSON");
    let mut wrong = Vec::new();
    for (name, card) in cards(&folder) {
        let said = &oracle[&name];
        let reference = match (&said["block"], &said["error"]) {
            (Value::Bool(false), _) => Reference::NoBlock,
            (_, Value::String(_)) => Reference::Fault,
            _ => Reference::Value(said["value"].clone()),
        };
        let case = said["case"].as_str().expect("a case");
        let is_exception = OTHERWISE.iter().any(|(otherwise, _)| *otherwise == case);
        match (check(&card, &reference), is_exception) {
            (Ok(()), false) | (Err(_), true) => {}
            (Ok(()), true) => wrong.push(format!("{name} {case}: is no exception any more")),
            (Err(why), false) => wrong.push(format!("{name} {case}: {why}")),
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

/// Real cards that are read otherwise, and why.
const REAL_OTHERWISE: &[(&str, &str)] = &[
    (
        "054",
        "a template with mappings for keys: two of them are different here, and `[object Object]` twice in JavaScript",
    ),
    (
        "269",
        "a list between brackets that goes on below a tab, which YAML forbids and js-yaml reads",
    ),
];

#[test]
fn real_cards_are_read_as_the_hub_reads_them() {
    let Some(cards) = real_cards() else { return };
    #[expect(clippy::disallowed_methods, reason = "a test asks where its data lies")]
    let folder = PathBuf::from(env::var_os("HUBKIT_CARDS").expect("it was there"));
    let mut wrong = Vec::new();
    for (name, card) in cards {
        let said = fs::read(folder.join(format!("{name}.json"))).expect("what was made of it");
        let said: Value = serde_json::from_slice(&said).expect("JSON");
        let script = &said["js_yaml"];
        let reference = if script["has_block"] == Value::Bool(false) {
            Reference::NoBlock
        } else if !script["error"].is_null() {
            Reference::Fault
        } else {
            Reference::Value(script.get("raw").unwrap_or(&said["raw"]).clone())
        };
        let is_exception = REAL_OTHERWISE
            .iter()
            .any(|(otherwise, _)| *otherwise == name);
        match (check(&card, &reference), is_exception) {
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

#[test]
fn a_card_with_broken_metadata_still_has_its_text() {
    let card = Card::read("---\na: [\n---\n# Text\n");
    assert!(card.fault.is_some() && card.metadata.is_empty());
    assert_eq!(card.body, "# Text\n");
}
