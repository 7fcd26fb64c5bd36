//! The results of `model-index`, by what was measured on what.

use hubkit_types::shown;
use serde_yaml::Value;

use super::{
    Aspect,
    facts::{Take, text},
};

/// How much of a name stands in a subject, in characters.
const LONGEST: usize = 80;

pub(super) fn read(index: &Value, take: Take<'_>) {
    for model in list(Some(index)) {
        for result in list(model.get("results")) {
            let measured_on = measured_on(result);
            for metric in list(result.get("metrics")) {
                let name = named(metric, &["name", "type"]);
                let subject = format!("{name} on {measured_on}");
                let value = metric.get("value").filter(|value| !value.is_null());
                // A metric without a value still says that somebody measured.
                let value = value
                    .cloned()
                    .unwrap_or(Value::String("no value".to_owned()));
                take(Aspect::Results, subject.clone(), value);
                if let Some(verified) = metric.get("verified") {
                    take(
                        Aspect::Results,
                        format!("{subject}, verified"),
                        verified.clone(),
                    );
                }
            }
        }
    }
}

/// `squad (plain_text, validation, 1.0) for question-answering`.
fn measured_on(result: &Value) -> String {
    let empty = Value::Null;
    let data = result.get("dataset").unwrap_or(&empty);
    let parts: Vec<_> = ["config", "split", "revision"]
        .iter()
        .filter_map(|key| data.get(*key))
        .filter(|part| !part.is_null())
        .map(|part| shown(&text(part), LONGEST))
        .collect();
    let mut told = named(data, &["type", "name"]);
    if !parts.is_empty() {
        told = format!("{told} ({})", parts.join(", "));
    }
    match result.get("task") {
        Some(task) => format!("{told} for {}", named(task, &["type", "name"])),
        None => told,
    }
}

fn named(value: &Value, keys: &[&str]) -> String {
    let name = keys
        .iter()
        .find_map(|key| value.get(*key).filter(|name| !name.is_null()));
    name.map_or_else(
        || "something".to_owned(),
        |name| shown(&text(name), LONGEST),
    )
}

/// The entries of a list; anything else has none.
fn list(value: Option<&Value>) -> impl Iterator<Item = &Value> {
    value.and_then(Value::as_sequence).into_iter().flatten()
}
