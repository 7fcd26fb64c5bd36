//! What was measured, as the `model-index` of a card says.

use serde_yaml::Value;

use super::scalar;
use crate::Metadata;

/// A result.
#[derive(Clone, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub struct Measured {
    /// The task.
    pub task: String,
    /// The data set, with its configuration and split as far as they are named.
    pub dataset: String,
    /// The metric.
    pub metric: String,
    /// What came out.
    pub value: String,
}

pub(super) fn of(metadata: &Metadata) -> Vec<Measured> {
    let models = metadata.get("model-index").and_then(Value::as_sequence);
    let models = models.into_iter().flatten();
    let results = models.filter_map(|model| model.get("results")?.as_sequence());
    let mut measured = Vec::new();
    for result in results.flatten() {
        let task = named(result.get("task"), &["name", "type"]).unwrap_or_default();
        let dataset = dataset(result.get("dataset"));
        let metrics = result.get("metrics").and_then(Value::as_sequence);
        for metric in metrics.into_iter().flatten() {
            let Some(value) = metric.get("value").and_then(amount) else {
                continue;
            };
            measured.push(Measured {
                task: task.clone(),
                dataset: dataset.clone(),
                metric: named(Some(metric), &["name", "type"]).unwrap_or_default(),
                value,
            });
        }
    }
    measured
}

fn named(value: Option<&Value>, keys: &[&str]) -> Option<String> {
    let value = value?;
    let mut names = keys
        .iter()
        .filter_map(|key| value.get(key).and_then(scalar));
    names.find(|name| !name.trim().is_empty())
}

fn dataset(value: Option<&Value>) -> String {
    let name = named(value, &["name", "type"]).unwrap_or_default();
    let config = named(value, &["config"]).filter(|config| !name.contains(config.as_str()));
    let split = named(value, &["split"]);
    let parts: Vec<String> = config.into_iter().chain(split).collect();
    if parts.is_empty() {
        return name;
    }
    format!("{name} ({})", parts.join(", "))
}

/// A single value, or the values of a list.
fn amount(value: &Value) -> Option<String> {
    const MOST: usize = 8;
    match value {
        Value::Sequence(values) => {
            let texts: Vec<String> = values.iter().take(MOST).filter_map(scalar).collect();
            (!texts.is_empty()).then(|| texts.join(", "))
        }
        value => scalar(value),
    }
}
