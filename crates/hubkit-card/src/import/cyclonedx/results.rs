//! Results of a document, as `model-index`.

use serde_json::{Map, Value as Json, json};
use serde_yaml::Value;

use super::items;
use crate::Loss;

/// The results: those that hubkit kept whole, or else the metrics of the model card, each with the data set that its slice
/// names.
pub(super) fn read(
    component: &Map<String, Json>,
    card: &Json,
    task: Option<&str>,
    losses: &mut Vec<Loss>,
) -> Option<Value> {
    let mut properties = items(card.get("properties"));
    let whole = properties.find(|property| property["name"] == "hubkit:results");
    let whole = whole
        .and_then(|property| serde_json::from_str::<Vec<Json>>(property["value"].as_str()?).ok());
    let results = whole.unwrap_or_else(|| {
        let metrics = items(card.pointer("/quantitativeAnalysis/performanceMetrics"));
        metrics
            .filter_map(|metric| result(metric, task, losses))
            .collect()
    });
    if results.is_empty() {
        return None;
    }
    let name = component
        .get("name")
        .and_then(Json::as_str)
        .unwrap_or("model");
    serde_yaml::to_value(json!([{"name": name, "results": results}])).ok()
}

fn result(metric: &Json, task: Option<&str>, losses: &mut Vec<Loss>) -> Option<Json> {
    let (Some(kind), Some(text)) = (metric["type"].as_str(), metric["value"].as_str()) else {
        losses.push(Loss::new("a result", "it has no type or no value"));
        return None;
    };
    let (Some(task), Some(slice)) = (task, metric["slice"].as_str()) else {
        losses.push(Loss::new(
            kind,
            "a result without a task and a data set has no place in `model-index`",
        ));
        return None;
    };
    if metric.get("confidenceInterval").is_some() {
        losses.push(Loss::new(
            format!("confidenceInterval of {kind}"),
            "a card has no field for it",
        ));
    }
    let number = text.parse::<f64>().ok().filter(|number| number.is_finite());
    let value = number.map_or_else(|| json!(text), |number| json!(number));
    Some(json!({
        "task": {"type": task},
        "dataset": dataset(slice),
        "metrics": [{"type": kind, "value": value}],
    }))
}

/// `glue (config: sst2, split: test)`, or the name of a data set alone.
fn dataset(slice: &str) -> Json {
    let (name, parts) = match slice
        .strip_suffix(')')
        .and_then(|slice| slice.split_once(" ("))
    {
        Some((name, parts)) => (name, parts),
        None => (slice, ""),
    };
    let mut dataset = json!({"type": name, "name": name});
    for (key, value) in parts.split(", ").filter_map(|part| part.split_once(": ")) {
        if matches!(key, "config" | "split" | "revision") {
            dataset[key] = value.into();
        }
    }
    dataset
}
