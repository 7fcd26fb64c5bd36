//! What was measured, as the `model-index` of a card says, and files beside it.

use serde_yaml::Value;

use super::scalar;
use crate::{EvalEntry, Metadata, ModelIndex, ResultDataset};

/// A result.
#[derive(Clone, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub struct Measured {
    /// The task; empty for a benchmark, whose own tasks stand as the metric.
    pub task: String,
    /// The data set, with its configuration and split as far as they are named.
    pub dataset: String,
    /// The metric.
    pub metric: String,
    /// What came out.
    pub value: String,
}

/// What the entries of `.eval_results/` say, as far as they name what they are of.
pub(super) fn of_entries(entries: &[EvalEntry]) -> impl Iterator<Item = Measured> {
    entries.iter().filter_map(|entry| {
        let task = entry.task_id.as_deref()?;
        let metric = match &entry.notes {
            Some(notes) => format!("{task} ({notes})"),
            None => task.to_owned(),
        };
        Some(Measured {
            task: String::new(),
            dataset: entry.dataset.as_ref()?.to_string(),
            metric,
            value: entry.value.as_ref().and_then(amount)?,
        })
    })
}

pub(super) fn of(metadata: &Metadata) -> Vec<Measured> {
    let models = ModelIndex::all(metadata).into_iter();
    let mut measured = Vec::new();
    for result in models.flat_map(|model| model.results) {
        let task = result.task.unwrap_or_default();
        let task = task.name.or(task.kind).unwrap_or_default();
        let dataset = result.dataset.map(dataset).unwrap_or_default();
        for metric in result.metrics {
            let Some(value) = metric.value.as_ref().and_then(amount) else {
                continue;
            };
            measured.push(Measured {
                task: task.clone(),
                dataset: dataset.clone(),
                metric: metric.name.or(metric.kind).unwrap_or_default(),
                value,
            });
        }
    }
    measured
}

fn dataset(dataset: ResultDataset) -> String {
    let name = dataset.name.or(dataset.kind).unwrap_or_default();
    let config = dataset.config.filter(|config| !name.contains(config));
    let parts: Vec<String> = config.into_iter().chain(dataset.split).collect();
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
