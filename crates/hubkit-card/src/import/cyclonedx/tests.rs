use serde_json::json;

use super::*;
use crate::{
    Asset, Card, CycloneDxVersion, Metadata, ModelDocuments, ModelShape, ModelSources, cyclonedx,
};

const BLOCK: &str = "\
license: [apache-2.0, llama3.1]
language: [en, 'no']
pipeline_tag: text-classification
library_name: peft
base_model: meta/base
base_model_relation: adapter
datasets: [glue, ./local data]
tags: [tiny]
metrics: [accuracy]
doi: 10.57967/hf/0003
co2_eq_emissions: {emissions: 1500.0, energy_consumed: 4.5, training_type: fine-tuning}
model-index:
- name: tiny
  results:
  - task: {type: text-classification}
    dataset: {type: glue, name: GLUE, config: sst2, split: test}
    metrics: [{type: accuracy, name: Accuracy, value: 0.5}]
";

fn exported(text: &str) -> Json {
    let card = Card::read(text);
    let sources = ModelSources {
        card: &card,
        asset: &Asset::default(),
        name: "tiny",
        shape: &ModelShape::default(),
        documents: ModelDocuments::default(),
        eval_results: &[],
    };
    cyclonedx(&sources, CycloneDxVersion::V1_6)
}

#[test]
fn what_a_card_says_comes_back() {
    let text = format!("---\n{BLOCK}---\nA model.\n\n# tiny\n\n## Limitations\n\nMany.\n");
    let mut document = exported(&text);
    let imported = import_cyclonedx(&document).expect("a model");
    let expected = Metadata::read(BLOCK).expect("metadata").to_json();
    let found = serde_json::to_value(&imported.metadata).expect("JSON");
    for (field, value) in expected.as_object().expect("an object") {
        // A number is a number, with or without a point.
        assert_eq!(
            found[field].to_string().replace("1500.0", "1500"),
            value.to_string(),
            "{field}"
        );
    }
    assert_eq!(
        imported.body,
        "# tiny\n\nA model.\n\n## Limitations\n\nMany.\n"
    );
    let card = imported.to_card().expect("a card");
    assert_eq!(exported(&card)["metadata"], document["metadata"], "{card}");
    // Of a document that another program wrote, the metrics tell.
    document["metadata"]["component"]["modelCard"]["properties"] = json!([]);
    let imported = import_cyclonedx(&document).expect("a model");
    let dataset = &imported.metadata["model-index"][0]["results"][0]["dataset"];
    assert_eq!(
        (&dataset["type"], &dataset["split"]),
        (&Value::from("glue"), &Value::from("test"))
    );
}

#[test]
fn losses_are_told() {
    let document = json!({"bomFormat": "CycloneDX", "components": [{
        "type": "machine-learning-model",
        "name": "m",
        "cpe": "x",
        "version": "1",
        "licenses": [{"expression": "MIT OR Zlib"}, {"license": {"name": "Mine"}}],
        "pedigree": {"ancestors": [{"name": "old"}], "patches": []},
        "modelCard": {
            "modelParameters": {"architectureFamily": "bert", "datasets": [{"ref": "gone"}]},
            "quantitativeAnalysis": {"performanceMetrics": [{"type": "f1", "value": "1"}]},
        },
        "properties": [{"name": "other:x", "value": "y"}],
    }]});
    let imported = import_cyclonedx(&document).expect("a model");
    let lost: Vec<&str> = imported
        .losses
        .iter()
        .map(|loss| loss.what.as_str())
        .collect();
    let expected = [
        "Mine",
        "other:x",
        "old",
        "patches",
        "a data set",
        "architectureFamily",
        "f1",
        "version",
        "cpe",
    ];
    assert_eq!(lost, expected);
    assert_eq!(imported.metadata["license"], "other");
    assert_eq!(imported.metadata["license_name"], "MIT OR Zlib");
}

#[test]
fn what_lies_deeper_is_told_as_well() {
    let document = json!({"bomFormat": "CycloneDX", "components": [
        {
            "type": "machine-learning-model",
            "name": "m",
            "authors": [{"name": "A", "email": "a@example.org"}],
            "licenses": [{"license": {"id": "MIT", "text": {"content": "words"}}}],
            "modelCard": {
                "modelParameters": {"datasets": [{"name": "d", "contents": {"url": "https://example.org"}}]},
                "quantitativeAnalysis": {
                    "graphics": {"description": "g"},
                    "performanceMetrics": [{"type": "f1"}],
                },
                "considerations": {
                    "fairnessAssessments": [{"groupAtRisk": "x"}],
                    "ethicalConsiderations": [
                        {"name": "e", "mitigationStrategy": "s"},
                        {"name": "f", "mitigationStrategy": "t"},
                    ],
                    "environmentalConsiderations": {
                        "energyConsumptions": [{"energyProviders": [], "co2CostOffset": {"value": 1}}],
                        "properties": [{"name": "grid", "value": "wind"}],
                    },
                },
                "properties": [{"name": "mine", "value": "x"}],
            },
        },
        {"type": "machine-learning-model", "name": "second"},
    ]});
    let imported = import_cyclonedx(&document).expect("a model");
    let lost: Vec<&str> = imported
        .losses
        .iter()
        .map(|loss| loss.what.as_str())
        .collect();
    let expected = [
        "a result",
        "license.text",
        "authors.email",
        "datasets.contents",
        "quantitativeAnalysis.graphics",
        "considerations.fairnessAssessments",
        "ethicalConsiderations.mitigationStrategy",
        "energyConsumptions.co2CostOffset",
        "mine",
        "grid",
        "second",
    ];
    assert_eq!(lost, expected);
}

#[test]
fn no_text_moves_the_cursor() {
    let document = json!({"components": [{
        "type": "machine-learning-model",
        "name": "a\u{1b}[2J",
        "description": "b\u{9b}c\td\r\ne",
    }]});
    let imported = import_cyclonedx(&document).expect("a model");
    assert_eq!(imported.body, "# a[2J\n\nbc\td\r\ne\n");
}

#[test]
fn a_document_without_a_model_is_refused() {
    for document in [
        json!(null),
        json!([]),
        json!({"components": [{"type": "library", "name": "x"}]}),
    ] {
        assert!(
            matches!(import_cyclonedx(&document), Err(ImportError::NoModel)),
            "{document}"
        );
    }
}
