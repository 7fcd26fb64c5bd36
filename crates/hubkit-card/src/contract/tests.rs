use super::*;
use crate::Card;

fn contract(block: &str) -> Contract {
    Contract::of(&Card::read(&format!("---\n{block}---\n")).metadata)
}

fn facts(block: &str) -> Vec<String> {
    let contract = contract(block);
    let facts = contract.facts.iter().map(|fact| {
        let values: Vec<&str> = fact
            .values
            .iter()
            .map(|worth| worth.text.as_str())
            .collect();
        format!("{}: {}", fact.label, values.join(", "))
    });
    facts.collect()
}

#[test]
fn a_contract_has_the_names_that_people_know() {
    let found = facts(
        "license: apache-2.0\npipeline_tag: text-generation\nlibrary_name: sentence-transformers\n\
         base_model: me/larger\nbase_model_relation: quantized\nlanguage: [no, en]\ngated: manual\n\
         co2_eq_emissions: {emissions: 12.5}\ndatasets: squad\n",
    );
    let wanted = [
        "License: Apache license 2.0 (apache-2.0)",
        "Access: gated: the authors decide",
        "Task: Text Generation",
        "Library: sentence-transformers",
        "Quantized from: me/larger",
        "Datasets: squad",
        "Languages: no, en",
        "CO₂: 12.5 g",
    ];
    assert_eq!(found, wanted);
    assert_eq!(
        facts("license: other\nlicense_name: my-own\nlicense_link: LICENSE\n"),
        ["License: my-own (other)"]
    );
    assert!(facts("license: {a: b}\ntags: 5.5\nlanguage:\n").len() == 1);
}

#[test]
fn results_are_rows_and_odd_ones_are_left_out() {
    let contract = contract(
        "model-index:\n- name: x\n  results:\n  - task: {type: t}\n    dataset: {name: d, config: c, split: test}\n    \
         metrics:\n    - {type: f1, name: F1, value: 0.5}\n    - {type: f1}\n    - nonsense\n  - 5\n- 6\n",
    );
    let wanted = Measured {
        task: "t".to_owned(),
        dataset: "d (c, test)".to_owned(),
        metric: "F1".to_owned(),
        value: "0.5".to_owned(),
    };
    assert_eq!(contract.results, [wanted]);
}

#[test]
fn results_beside_the_card_come_first() {
    let metadata = Metadata::read(
        "model-index: [{name: x, results: [{task: {type: t}, dataset: {name: d, type: d}, metrics: [{type: m, value: 1}]}]}]",
    );
    let file = crate::EvalEntries::read(
        "- dataset: {id: cais/hle, task_id: one}\n  value: 20.9\n  notes: tools\n- value: 3\n",
    );
    let contract = Contract::of(&metadata.expect("metadata"));
    let contract = contract.with_entries(&file.expect("YAML").entries);
    let told = contract.results.iter().map(|result| {
        let Measured {
            task,
            dataset,
            metric,
            value,
        } = result;
        format!("{task}|{dataset}|{metric}|{value}")
    });
    let told: Vec<_> = told.collect();
    assert_eq!(told, ["|cais/hle|one (tools)|20.9", "t|d|m|1"]);
}

#[test]
fn what_goes_in_and_out_is_told_with_what_tells_it() {
    let config = serde_json::json!({"architectures": ["BertForSequenceClassification"]});
    let evidence = crate::Evidence {
        config: Some(&config),
        ..crate::Evidence::default()
    };
    let told = |kind, block: &str| {
        let card = format!("---\n{block}---\n");
        let card = Card::read(&card);
        let modality = crate::modality(kind, &card.metadata, &evidence);
        let contract = Contract::of(&card.metadata).with_modality(&modality);
        let facts = contract.facts.into_iter();
        let facts = facts.map(|fact| format!("{}: {}", fact.label, fact.values[0].text));
        facts.collect::<Vec<_>>()
    };
    assert_eq!(
        told(RepoKind::Model, "license: mit\nlanguage: en\n")[1..],
        [
            "Modality: text → labels (text-classification, by config.json: BertForSequenceClassification)",
            "Languages: en"
        ]
    );
    assert_eq!(
        told(RepoKind::Model, "pipeline_tag: text-to-image\n"),
        [
            "Task: Text-to-Image",
            "Modality: text → image (by its task)"
        ]
    );
    assert_eq!(told(RepoKind::Space, "sdk: gradio\n").len(), 1);
}
