//! The types that a hub takes in `model-index`.

use serde_yaml::{Mapping, Value};

use super::kind_of;
use crate::{
    FieldPath, Metadata,
    lint::{
        draft::{Draft, Drafts, Place},
        fix::Fix,
        rule::INVALID_MODEL_INDEX,
    },
};

pub(super) fn check(metadata: &Metadata, drafts: &mut Drafts) {
    const FIELD: &str = "model-index";
    let Some(value) = metadata.given(FIELD) else {
        return;
    };
    let path = FieldPath::of(FIELD);
    for (path, entry) in mappings(value, &path, drafts) {
        texts(entry, &path, &["name"], drafts);
        let Some(results) = entry.get("results").filter(|value| !value.is_null()) else {
            continue;
        };
        for (path, result) in mappings(results, &path.key("results"), drafts) {
            self::result(result, &path, drafts);
        }
    }
}

fn result(result: &Mapping, path: &FieldPath, drafts: &mut Drafts) {
    if let Some(task) = mapping(result, path, "task", drafts) {
        texts(task, &path.key("task"), &["type", "name"], drafts);
    }
    if let Some(dataset) = mapping(result, path, "dataset", drafts) {
        let fields = ["type", "name", "config", "split", "revision"];
        texts(dataset, &path.key("dataset"), &fields, drafts);
    }
    if let Some(metrics) = result.get("metrics").filter(|value| !value.is_null()) {
        for (path, metric) in mappings(metrics, &path.key("metrics"), drafts) {
            texts(metric, &path, &["type", "name", "config"], drafts);
        }
    }
}

/// The mappings of a list; what is none is told of.
fn mappings<'a>(
    value: &'a Value,
    path: &FieldPath,
    drafts: &mut Drafts,
) -> Vec<(FieldPath, &'a Mapping)> {
    let Some(list) = value.as_sequence() else {
        drafts.push(wrong(path.clone(), value, "a list", "an array"));
        return Vec::new();
    };
    let mut found = Vec::new();
    for (at, item) in list.iter().enumerate() {
        if drafts.is_full() {
            break;
        }
        let path = path.index(at);
        match item.as_mapping() {
            Some(mapping) => found.push((path, mapping)),
            None => drafts.push(wrong(path, item, "a mapping", "of type object")),
        }
    }
    found
}

fn mapping<'a>(
    of: &'a Mapping,
    path: &FieldPath,
    key: &str,
    drafts: &mut Drafts,
) -> Option<&'a Mapping> {
    let value = of.get(key).filter(|value| !value.is_null())?;
    if value.as_mapping().is_none() {
        drafts.push(wrong(path.key(key), value, "a mapping", "of type object"));
    }
    value.as_mapping()
}

fn texts(of: &Mapping, path: &FieldPath, keys: &[&str], drafts: &mut Drafts) {
    for key in keys {
        let Some(value) = of.get(key) else { continue };
        if !value.is_string() && !value.is_null() {
            let draft = wrong(path.key(key), value, "a text", "a string");
            let fix = value.is_number().then(|| Fix::quote(&path.key(key)));
            drafts.push(draft.fixed_by(fix));
        }
    }
}

fn wrong(path: FieldPath, value: &Value, expected: &str, wanted: &str) -> Draft {
    let answer = format!("\"{path}\" must be {wanted}");
    let message = format!("expected {expected}, found {}", kind_of(value));
    Draft::new(&INVALID_MODEL_INDEX, Place::Value(path), message).refused(answer)
}
