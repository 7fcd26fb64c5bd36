//! Results as CycloneDX keeps them: a kind, a value and a slice of data, all of them texts.

use serde_json::{Value as Json, json};

use super::property;
use crate::export::model::{Evaluation, Model};

pub(super) fn metrics(model: &Model<'_>) -> Vec<Json> {
    let mut all = Vec::new();
    for evaluation in &model.evaluations {
        let slice = slice(evaluation);
        for metric in &evaluation.metrics {
            let mut told = json!({"type": metric.kind, "value": metric.text()});
            if let Some(slice) = &slice {
                told["slice"] = slice.as_str().into();
            }
            all.push(told);
        }
    }
    all
}

/// `glue (config: sst2, split: test)`.
fn slice(evaluation: &Evaluation) -> Option<String> {
    let dataset = evaluation.dataset.as_ref()?;
    let parts = [
        ("config", &evaluation.config),
        ("split", &evaluation.split),
        ("revision", &evaluation.revision),
    ];
    let parts = parts
        .into_iter()
        .filter_map(|(name, value)| Some(format!("{name}: {}", value.as_ref()?)));
    let parts: Vec<String> = parts.collect();
    Some(if parts.is_empty() {
        dataset.name.clone()
    } else {
        format!("{} ({})", dataset.name, parts.join(", "))
    })
}

/// All results as one JSON text, with what a metric of CycloneDX has no field for: names for people, tasks, sources,
/// dates. What reads a document back goes by it.
pub(super) fn properties(model: &Model<'_>) -> Vec<Json> {
    if model.evaluations.is_empty() {
        return Vec::new();
    }
    let all: Vec<Json> = model.evaluations.iter().map(Evaluation::to_json).collect();
    vec![property("results", Json::Array(all).to_string())]
}
