//! Results in the terms of FAIR4ML.

use serde_json::{Value as Json, json};

use super::{Node, dataset};
use crate::{
    export::{
        address,
        model::{Evaluation, Metric, Model},
    },
    moment::{is_day, is_time},
};

pub(super) fn nodes(model: &Model<'_>) -> Vec<Json> {
    let all = model.evaluations.iter();
    all.map(|evaluation| node(model, evaluation)).collect()
}

fn node(model: &Model<'_>, evaluation: &Evaluation) -> Json {
    let mut node = Node::of("fair4ml:MLModelEvaluation");
    node.0.insert(
        "@type".to_owned(),
        json!(["fair4ml:MLModelEvaluation", "CreativeWork"]),
    );
    node.set("name", title(evaluation));
    node.set("about", evaluation.task.as_deref());
    node.set("description", evaluation.notes.as_deref());
    node.set(
        "url",
        evaluation.source_url.as_deref().and_then(address::web),
    );
    node.set("creditText", evaluation.source_name.as_deref());
    let date = evaluation.date.as_deref();
    node.set(
        "dateCreated",
        date.filter(|text| is_day(text) || is_time(text)),
    );
    node.set(
        "evaluatedMLModel",
        model.page().map(|page| json!({"@id": page})),
    );
    if let Some(measured) = &evaluation.dataset {
        let mut value = dataset(model, measured);
        if let (Some(revision), Some(fields)) = (&evaluation.revision, value.as_object_mut()) {
            // Another state of the data is another node, or all states would become one.
            fields.remove("@id");
            fields.insert("version".to_owned(), revision.as_str().into());
        }
        node.set("evaluationDataset", Some(value));
    }
    let mut names: Vec<&str> = evaluation
        .metrics
        .iter()
        .map(|metric| metric.kind.as_str())
        .collect();
    crate::export::model::dedup(&mut names);
    node.all("evaluationMetrics", names);
    node.all("evaluationResults", evaluation.metrics.iter().map(result));
    Json::Object(node.0)
}

fn result(metric: &Metric) -> Json {
    json!({
        "@type": "PropertyValue",
        "name": metric.label(),
        "propertyID": metric.kind,
        "value": metric.value,
    })
}

/// What was measured where: `GLUE (sst2, test)`.
fn title(evaluation: &Evaluation) -> Option<String> {
    let dataset = evaluation.title.as_deref();
    let name = dataset.or(evaluation
        .dataset
        .as_ref()
        .map(|dataset| dataset.name.as_str()))?;
    let parts = [&evaluation.config, &evaluation.split];
    let parts: Vec<&str> = parts.into_iter().flatten().map(String::as_str).collect();
    let parts = parts.join(", ");
    Some(if parts.is_empty() {
        name.to_owned()
    } else {
        format!("{name} ({parts})")
    })
}
