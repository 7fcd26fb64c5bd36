//! What the Hub's Python client makes of a card's fields, and refuses.
//!
//! As `repocard_data.py` of huggingface_hub 2.4.0 does it: `ModelCardData`, `DatasetCardData` and `SpaceCardData` are made
//! of the metadata, and `to_dict()` is asked of them.

mod results;

use std::collections::HashSet;

use serde_yaml::{Mapping, Number, Value};

use crate::FieldPath;

/// Why the Hub's Python client can't load a card.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error("{path}: expected {expected}, found {found}")]
#[non_exhaustive]
pub struct ToDictError {
    /// The field that it stumbles over.
    pub path: FieldPath,
    /// What it expects there.
    pub expected: &'static str,
    /// What it finds.
    pub found: &'static str,
}

impl ToDictError {
    fn new(path: &FieldPath, expected: &'static str, found: &Value) -> Self {
        Self {
            path: path.clone(),
            expected,
            found: match found {
                Value::Null => "nothing",
                Value::Bool(_) => "a truth value",
                Value::Number(_) => "a number",
                Value::String(_) => "a text",
                Value::Sequence(_) => "a list",
                Value::Mapping(_) => "a mapping",
                Value::Tagged(_) => "a value of a type of its own",
            },
        }
    }
}

const MODEL: &[&str] = &[
    "base_model",
    "datasets",
    "eval_results",
    "language",
    "library_name",
    "license",
    "license_name",
    "license_link",
    "metrics",
    "model_name",
    "pipeline_tag",
    "tags",
];
const DATASET: &[&str] = &[
    "annotations_creators",
    "language_creators",
    "language",
    "license",
    "multilinguality",
    "size_categories",
    "source_datasets",
    "task_categories",
    "task_ids",
    "paperswithcode_id",
    "pretty_name",
    "config_names",
    "train_eval_index",
];
const SPACE: &[&str] = &[
    "title",
    "sdk",
    "sdk_version",
    "python_version",
    "app_file",
    "app_port",
    "license",
    "duplicated_from",
    "models",
    "datasets",
    "tags",
];

pub(super) fn model(metadata: &Mapping) -> Result<Mapping, ToDictError> {
    let mut data = arguments(metadata, MODEL)?;
    unique_tags(&mut data)?;
    let index = data.shift_remove("model-index").unwrap_or_default();
    let own = data.get("eval_results").cloned().unwrap_or_default();
    let index = if is_true(&index) {
        Some(results::merged(&index)?)
    } else if own.is_null() {
        None
    } else {
        // What is given under this name can only be nothing: it would have to be made of objects of Python.
        let path = FieldPath::of("eval_results");
        let is_nothing = !is_true(&own) && !matches!(own, Value::Bool(_) | Value::Number(_));
        if !is_nothing {
            return Err(ToDictError::new(&path, "no such field", &own));
        }
        let name = data.get("model_name").cloned().unwrap_or_default();
        Some(results::empty(&name))
    };
    if let Some(index) = index {
        data.shift_remove("eval_results");
        data.shift_remove("model_name");
        data.insert("model-index".into(), index);
    }
    Ok(without_null(data))
}

pub(super) fn dataset(metadata: &Mapping) -> Result<Mapping, ToDictError> {
    const NAME: &str = "train-eval-index";
    let mut data = arguments(metadata, DATASET)?;
    let given = data.shift_remove("train_eval_index").unwrap_or_default();
    let index = match data.get(NAME) {
        Some(index) if !is_true(&given) => index.clone(),
        _ if is_true(&given) => given,
        _ => Value::Null,
    };
    data.insert(NAME.into(), index);
    Ok(without_null(data))
}

pub(super) fn space(metadata: &Mapping) -> Result<Mapping, ToDictError> {
    let mut data = arguments(metadata, SPACE)?;
    unique_tags(&mut data)?;
    Ok(without_null(data))
}

/// The metadata as the arguments of a function: those that it names first, then the others as they are written.
fn arguments(metadata: &Mapping, names: &[&str]) -> Result<Mapping, ToDictError> {
    const TAKEN: &[&str] = &["self", "ignore_metadata_errors", "to_dict", "_to_dict"];
    let mut data = Mapping::new();
    for name in names {
        data.insert(
            (*name).into(),
            metadata.get(name).cloned().unwrap_or_default(),
        );
    }
    for (key, value) in metadata {
        let Value::String(name) = key else {
            return Err(ToDictError::new(&FieldPath::root(), "texts for names", key));
        };
        if TAKEN.contains(&name.as_str()) {
            let path = FieldPath::of(name);
            return Err(ToDictError::new(&path, "no field of this name", value));
        }
        data.insert(key.clone(), value.clone());
    }
    Ok(data)
}

/// Keeps each tag once. A single one counts as a list of one.
fn unique_tags(data: &mut Mapping) -> Result<(), ToDictError> {
    let Some(tags) = data.get_mut("tags") else {
        return Ok(());
    };
    let items = match tags {
        Value::Null => return Ok(()),
        Value::String(_) => vec![std::mem::take(tags)],
        Value::Sequence(items) => std::mem::take(items),
        Value::Mapping(mapping) => mapping.keys().cloned().collect(),
        other => {
            let path = FieldPath::of("tags");
            return Err(ToDictError::new(&path, "a list of texts", other));
        }
    };
    let mut seen = HashSet::new();
    let is_new = |tag: &Value| seen.insert(equal(tag));
    *tags = items.into_iter().filter(is_new).collect();
    Ok(())
}

/// The value that stands for all that Python holds equal to this one: 1, 1.0 and true are.
fn equal(value: &Value) -> Value {
    const EXACT: f64 = 9_007_199_254_740_992.0;
    match value {
        Value::Bool(flag) => Value::Number(u8::from(*flag).into()),
        Value::Number(number) => match number.as_f64() {
            #[expect(clippy::cast_possible_truncation, reason = "a whole number below 2^53")]
            Some(float) if number.is_f64() && float.fract() == 0.0 && float.abs() < EXACT => {
                Value::Number(Number::from(float as i64))
            }
            _ => value.clone(),
        },
        Value::Sequence(items) => items.iter().map(equal).collect(),
        Value::Mapping(mapping) => {
            let pairs = mapping
                .iter()
                .map(|(key, value)| (equal(key), equal(value)));
            Value::Mapping(pairs.collect())
        }
        other => other.clone(),
    }
}

/// What counts as true.
fn is_true(value: &Value) -> bool {
    match value {
        Value::Null => false,
        Value::Bool(flag) => *flag,
        Value::Number(number) => number.as_f64() != Some(0.0),
        Value::String(text) => !text.is_empty(),
        Value::Sequence(items) => !items.is_empty(),
        Value::Mapping(mapping) => !mapping.is_empty(),
        Value::Tagged(tagged) => is_true(&tagged.value),
    }
}

fn without_null(data: Mapping) -> Mapping {
    data.into_iter()
        .filter(|(_, value)| !value.is_null())
        .collect()
}
