//! What a document says of a model, and nobody reads.

use std::collections::BTreeSet;

use serde_json::{Map, Value as Json};

use super::{items, named};
use crate::Loss;

/// Where a component says something, `*` being each item of a list, and what is read or told of there.
const READ: [(&str, &[&str]); 12] = [
    (
        "licenses/*",
        &["license", "expression", "acknowledgement", "bom-ref"],
    ),
    (
        "licenses/*/license",
        &[
            "id",
            "name",
            "url",
            "properties",
            "acknowledgement",
            "bom-ref",
        ],
    ),
    ("authors/*", &["name", "bom-ref"]),
    (
        "modelCard",
        &[
            "bom-ref",
            "modelParameters",
            "quantitativeAnalysis",
            "considerations",
            "properties",
        ],
    ),
    (
        "modelCard/modelParameters",
        &[
            "task",
            "datasets",
            "approach",
            "architectureFamily",
            "modelArchitecture",
            "inputs",
            "outputs",
        ],
    ),
    (
        "modelCard/modelParameters/datasets/*",
        &["ref", "name", "type", "bom-ref"],
    ),
    ("modelCard/quantitativeAnalysis", &["performanceMetrics"]),
    (
        "modelCard/quantitativeAnalysis/performanceMetrics/*",
        &["type", "value", "slice", "confidenceInterval"],
    ),
    (
        "modelCard/considerations",
        &[
            "users",
            "useCases",
            "technicalLimitations",
            "performanceTradeoffs",
            "ethicalConsiderations",
            "environmentalConsiderations",
        ],
    ),
    (
        "modelCard/considerations/ethicalConsiderations/*",
        &["name"],
    ),
    (
        "modelCard/considerations/environmentalConsiderations",
        &["energyConsumptions", "properties"],
    ),
    (
        "modelCard/considerations/environmentalConsiderations/energyConsumptions/*",
        &["activity", "activityEnergyCost", "co2CostEquivalent"],
    ),
];

/// Where properties are, and how the names of those begin that are read.
const PROPERTIES: [(&str, &str); 2] = [
    ("modelCard/properties/*", "hubkit:results"),
    (
        "modelCard/considerations/environmentalConsiderations/properties/*",
        "hubkit:co2_eq_emissions",
    ),
];

/// Every name once for each place, however many items have it, and every model but the one that is read.
pub(super) fn of(document: &Json, component: &Map<String, Json>) -> Vec<Loss> {
    let mut losses = Vec::new();
    for (place, read) in READ {
        let objects = at(component, place).into_iter().filter_map(Json::as_object);
        let said = objects.flatten().filter(|(_, value)| !is_empty(value));
        let names: BTreeSet<&str> = said
            .map(|(name, _)| name.as_str())
            .filter(|name| !read.contains(name))
            .collect();
        let inner = place.trim_end_matches("/*");
        let inner = inner.rsplit('/').next().unwrap_or(inner);
        let lost = |name| Loss::new(format!("{inner}.{name}"), "a card has no field for it");
        losses.extend(names.into_iter().map(lost));
    }
    for (place, read) in PROPERTIES {
        let properties = at(component, place).into_iter();
        let names = properties.filter_map(|property| property["name"].as_str());
        let names: BTreeSet<&str> = names.filter(|name| !name.starts_with(read)).collect();
        losses.extend(
            names
                .into_iter()
                .map(|name| Loss::new(name, "a card has no field for it")),
        );
    }
    let all = document
        .pointer("/metadata/component")
        .into_iter()
        .chain(items(document.get("components")));
    let models = all.filter(|part| part["type"] == "machine-learning-model");
    losses.extend(
        models
            .skip(1)
            .map(|model| Loss::new(named(model), "a card is of one model")),
    );
    losses
}

fn at<'a>(component: &'a Map<String, Json>, place: &str) -> Vec<&'a Json> {
    let mut steps = place.split('/');
    let first = steps.next().and_then(|name| component.get(name));
    steps.fold(
        first.into_iter().collect(),
        |found: Vec<&Json>, step| match step {
            "*" => found
                .into_iter()
                .flat_map(|list| items(Some(list)))
                .collect(),
            name => found
                .into_iter()
                .filter_map(|value| value.get(name))
                .collect(),
        },
    )
}

fn is_empty(value: &Json) -> bool {
    match value {
        Json::Null => true,
        Json::Array(list) => list.is_empty(),
        Json::Object(map) => map.is_empty(),
        _ => false,
    }
}
