//! Metadata as single facts: a subject and a value.

use hubkit_types::shown;
use serde_yaml::Value;

use super::{Aspect, results};
use crate::Metadata;

/// How much of one name stands in a subject, in characters. Names nest, and would make subjects longer than the card.
const LONGEST: usize = 80;

/// What entries of lists are known by, the first that one has.
const NAMES: [&str; 6] = ["config_name", "name", "split", "id", "path", "src"];

/// Receives facts.
pub(super) type Take<'a> = &'a mut dyn FnMut(Aspect, String, Value);

/// Reads all facts of a card.
pub(super) fn read(metadata: &Metadata, take: Take<'_>) {
    for (key, value) in metadata.as_mapping() {
        let key = text(key);
        let Some(aspect) = Aspect::of(&key) else {
            continue;
        };
        if key == "model-index" {
            results::read(metadata, take);
            continue;
        }
        let subject = shown(&key, LONGEST);
        match (key.as_str(), value) {
            // The one configuration of a data set needs no name.
            ("dataset_info", Value::Mapping(_)) => {
                entry(aspect, &subject, value, Some("default"), take);
            }
            _ => facts(aspect, &subject, value, take),
        }
    }
}

fn facts(aspect: Aspect, subject: &str, value: &Value, take: Take<'_>) {
    match value {
        Value::Null => {}
        Value::Sequence(list) if list.iter().all(Value::is_number) && list.len() > 1 => {
            // A shape: its order counts.
            take(aspect, subject.to_owned(), value.clone());
        }
        Value::Sequence(list) => {
            for item in list {
                match item {
                    Value::Mapping(_) => entry(aspect, subject, item, None, take),
                    other => facts(aspect, subject, other, take),
                }
            }
        }
        Value::Mapping(map) => {
            for (key, value) in map {
                let subject = format!("{subject}.{}", shown(&text(key), LONGEST));
                facts(aspect, &subject, value, take);
            }
        }
        Value::Tagged(tagged) => facts(aspect, subject, &tagged.value, take),
        scalar => take(aspect, subject.to_owned(), scalar.clone()),
    }
}

/// An entry of a list, by its name; that it is there is a fact of its own.
fn entry(aspect: Aspect, subject: &str, item: &Value, unnamed: Option<&str>, take: Take<'_>) {
    let named = NAMES.iter().find_map(|key| {
        let name = item.get(*key).filter(|name| is_scalar(name))?;
        Some((*key, text(name)))
    });
    let (key, name) = match (named, unnamed) {
        (Some((key, name)), _) => (Some(key), name),
        (None, Some(name)) => (None, name.to_owned()),
        (None, None) => return facts(aspect, subject, item, take),
    };
    let subject = format!("{subject}[{}]", shown(&name, LONGEST));
    let mut is_empty = true;
    for (field, value) in item.as_mapping().into_iter().flatten() {
        let field = text(field);
        if Some(field.as_str()) != key && !value.is_null() {
            is_empty = false;
            let subject = format!("{subject}.{}", shown(&field, LONGEST));
            facts(aspect, &subject, value, take);
        }
    }
    if is_empty {
        take(aspect, subject, Value::Bool(true));
    }
}

fn is_scalar(value: &Value) -> bool {
    value.is_string() || value.is_number() || value.is_bool()
}

/// A value as text; the same for two that are written alike.
pub(super) fn text(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Bool(flag) => flag.to_string(),
        Value::Number(number) => number.to_string(),
        Value::Null => "null".to_owned(),
        other => serde_json::to_string(other).unwrap_or_default(),
    }
}
