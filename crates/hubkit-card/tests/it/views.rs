//! Typed views: what they give of well-formed cards, of odd ones, and what Python's client makes of the same.

use hubkit_card::{
    Benchmark, Card, DatasetCard, Dialect, EvalEntries, Feature, GatedFieldKind, Inference,
    Mapping, ModelCard, Severity, SpaceCard, Value,
};
use serde_json::Value as Json;

use crate::{
    cards::{cards, fixtures, real_cards},
    python::{Case, check_all, edge_cases, is_same, real_cases},
};

/// What the client writes back of a card, as this crate says and as it did.
fn check(case: &Case) -> Result<(), String> {
    let card = Card::read_as(&case.text, Dialect::Python);
    let kind = case.said["kind"].as_str().expect("a kind");
    let ours = match (kind, &card.fault) {
        (_, Some(_)) => return Ok(()),
        ("dataset", _) => card.dataset().to_dict(),
        ("space", _) => card.space().to_dict(),
        _ => card.model().to_dict(),
    };
    let said = match case.said.get("to_dict") {
        Some(said) => said,
        None => &case.said["raw"],
    };
    match (case.stage(), ours) {
        ("ok", Ok(ours)) if ours.is_empty() && said.is_null() => Ok(()),
        ("ok", Ok(ours)) => {
            let ours = Value::Mapping(ours);
            let same = is_same(&ours, said);
            same.then_some(())
                .ok_or_else(|| format!("{ours:?} is not {said}"))
        }
        ("ok", Err(error)) => Err(format!("{error}, but {said}")),
        ("decode", _) | ("card" | "to_dict", Err(_)) => Ok(()),
        (stage, ours) => Err(format!("{stage} there, {ours:?} here")),
    }
}

/// Edge cases of which other is made, and why.
const OTHERWISE: &[(&str, &str)] = &[(
    "binary",
    "bytes that are UTF-8 are a text; the oracle writes them in hexadecimal",
)];

/// Real cards of which other is made, and why.
const REAL_OTHERWISE: &[(&str, &str)] = &[];

#[test]
fn edge_cases_are_written_back_as_python_does() {
    let cases = edge_cases();
    assert!(cases.iter().any(|case| case.stage() == "card"));
    check_all(&cases, OTHERWISE, check);
}

#[test]
fn real_cards_are_written_back_as_python_does() {
    check_all(&real_cases(), REAL_OTHERWISE, check);
}

/// Reads a card in every way there is. Each diagnostic has its place, and each value is somewhere.
#[track_caller]
pub(crate) fn check_views(name: &str, text: &str) {
    for dialect in [Dialect::Hub, Dialect::Python] {
        let card = Card::read_as(text, dialect);
        let (model, dataset, space) = (card.model(), card.dataset(), card.space());
        let said = [&model.diagnostics, &dataset.diagnostics, &space.diagnostics];
        for said in said.into_iter().flatten() {
            assert!(said.location.is_some(), "{name}: {said}");
            assert!(
                !said.to_string().contains(char::is_control),
                "{name}: {said:?}"
            );
        }
        let _ = (
            model.to_dict(),
            dataset.to_dict(),
            space.to_dict(),
            card.metadata.likely_kind(),
        );
        if let Some(block) = card.block {
            let _ = (EvalEntries::read(block), Benchmark::read(block));
        }
    }
}

#[test]
fn no_card_is_too_odd_for_a_view() {
    for folder in ["cards", "yaml"] {
        for (name, text) in cards(&fixtures(folder)) {
            check_views(&name, &text);
        }
    }
    for (name, text) in real_cards().unwrap_or_default() {
        check_views(&name, &text);
    }
}

#[test]
fn kinds_of_real_cards_are_told() {
    let (mut told, mut wrong, mut all) = (0, Vec::new(), 0);
    for case in real_cases() {
        let card = Card::read(&case.text);
        all += 1;
        if let Some(kind) = card.metadata.likely_kind() {
            told += 1;
            if kind.as_str() != case.said["kind"] {
                wrong.push(case.name);
            }
        }
    }
    assert!(all == 0 || told * 10 > all * 7, "{told} of {all}");
    assert!(wrong.len() * 50 <= told, "{wrong:?} of {told}");
}

fn model(block: &str) -> ModelCard {
    let text = format!("---\n{block}\n---\n");
    Card::read(&text).model()
}

fn said(diagnostics: &[hubkit_card::Diagnostic]) -> Vec<String> {
    diagnostics.iter().map(ToString::to_string).collect()
}

#[test]
fn results_of_a_model_are_told() {
    let card = model(
        "\
model-index:
- name: tiny
  results:
  - task: {type: automatic-speech-recognition, name: Speech}
    dataset: {type: common_voice, name: Common Voice, config: 2016, split: test, args: {language: 'no'}}
    metrics:
    - {type: wer, value: 20.5, verified: true, verifyToken: abc, unit: '%'}
    - {type: cer, value: 5 ± 1}
    source: {name: Board, url: 'https://example.org'}
  - tasks: {type: x}
    metrics: none",
    );
    let index = &card.model_index[0];
    assert_eq!(index.name.as_deref(), Some("tiny"));
    let result = &index.results[0];
    let dataset = result.dataset.as_ref().expect("a data set");
    assert_eq!(dataset.config.as_deref(), Some("2016"));
    assert_eq!(result.metrics[0].value, Some(20.5.into()));
    assert_eq!(result.metrics[0].verified, Some(true));
    assert_eq!(result.metrics[0].extra.len(), 1);
    assert_eq!(result.metrics[1].value, Some("5 ± 1".into()));
    let kept: Vec<_> = index.results[1]
        .extra
        .keys()
        .filter_map(Value::as_str)
        .collect();
    assert_eq!(kept, ["tasks", "metrics"]);
    assert_eq!(
        said(&card.diagnostics),
        [
            "6:63: error: model-index[0].results[0].dataset.config: expected a text, found the number 2016 [wrong-type]",
            "11:5: warning: model-index[0].results[1]: expected a field `task`, found none [missing-field]",
            "11:5: warning: model-index[0].results[1]: expected a field `dataset`, found none [missing-field]",
            "12:14: error: model-index[0].results[1].metrics: expected a list of mappings, found \"none\" [wrong-type]",
        ]
    );
}

#[test]
fn the_rest_of_a_model_is_told() {
    let card = model(
        "\
base_model: [a/b, ./local/path]
base_model_relation: distilled
co2_eq_emissions: {emissions: '12.5', source: meter, unit: g}
inference: {parameters: {temperature: 1}}
widget:
- text: hello
  example_title: one
  messages: []
- just a text
extra_gated_fields:
  Name: text
  Country: country
  Where: {type: ip_location}
  Why: {type: select, options: [a, {label: Other, value: o}]}
  Odd: colour
own: {x: 1}",
    );
    let emissions = card.emissions.as_ref().expect("emissions");
    assert_eq!((emissions.grams, emissions.extra.len()), (Some(12.5), 1));
    assert_eq!(
        model("co2_eq_emissions: 3").emissions.expect("some").grams,
        Some(3.0)
    );
    let text = model("co2_eq_emissions: 11 kg")
        .emissions
        .expect("some")
        .text;
    assert_eq!(text.as_deref(), Some("11 kg"));
    assert!(matches!(&card.inference, Some(Inference::Settings(set)) if set.len() == 1));
    assert_eq!(
        model("inference: false").inference,
        Some(Inference::Enabled(false))
    );
    assert_eq!(card.widget.len(), 2);
    assert_eq!(card.widget[0].inputs.len(), 1);
    assert_eq!(card.widget[1].text.as_deref(), Some("just a text"));
    let kinds: Vec<_> = card.gating.fields.iter().map(|field| &field.kind).collect();
    assert!(matches!(
        kinds.as_slice(),
        [
            GatedFieldKind::Text,
            GatedFieldKind::Country,
            GatedFieldKind::IpLocation,
            GatedFieldKind::Select(options),
            GatedFieldKind::Other(_),
        ] if options[1].value == "o" && options[1].label == "Other"
    ));
    let kept: Vec<_> = card.extra.keys().filter_map(Value::as_str).collect();
    assert_eq!(kept, ["base_model", "base_model_relation", "own"]);
    let rules: Vec<_> = card
        .diagnostics
        .iter()
        .map(|said| (said.rule, said.path.to_string()))
        .collect();
    assert_eq!(
        rules,
        [
            ("not-a-repository", "base_model[1]".to_owned()),
            ("unknown-value", "base_model_relation".to_owned()),
            ("wrong-type", "widget[1]".to_owned()),
            ("unknown-value", "extra_gated_fields.Odd".to_owned()),
        ]
    );
}

#[test]
fn the_layout_of_a_data_set_is_told() {
    let text = "---
configs:
- config_name: default
  data_files:
  - split: train
    path: [a.csv, b.csv]
  - split: test
    path: c.csv
  default: true
  sep: ';'
- config_name: other
  data_files: data/*.parquet
- data_files: [x, y]
dataset_info:
  features:
  - name: id
    dtype: int64
  splits:
  - name: train
    num_bytes: 10
    num_examples: many
  download_size: 5
train-eval-index:
- config: default
  task: text-classification
  splits: {train_split: train, eval_split: test}
  col_mapping: {text: text, label: target}
  metrics: [{type: accuracy, name: Accuracy}]
---
";
    let card = Card::read(text).dataset();
    let [first, second, third] = card.configs.as_slice() else {
        panic!("{:?}", card.configs);
    };
    assert_eq!(first.default, Some(true));
    assert_eq!(first.data_files[0].paths, ["a.csv", "b.csv"]);
    assert_eq!(first.data_files[1].split.as_deref(), Some("test"));
    assert_eq!(first.parameters.len(), 1);
    assert_eq!(second.data_files[0].paths, ["data/*.parquet"]);
    assert_eq!(third.data_files[0].paths, ["x", "y"]);
    let info = &card.infos[0];
    assert!(matches!(&info.features[0].feature, Feature::Value { dtype } if dtype == "int64"));
    assert_eq!(info.splits[0].num_bytes, Some(10));
    assert_eq!(info.splits[0].extra.len(), 1);
    let mapping = &card.train_eval_index[0];
    assert_eq!(mapping.splits.eval.as_deref(), Some("test"));
    assert_eq!(
        mapping.columns[1],
        ("label".to_owned(), "target".to_owned())
    );
    assert_eq!(
        said(&card.diagnostics),
        [
            "13:3: warning: configs[2]: expected a field `config_name`, found none [missing-field]",
            "21:19: warning: dataset_info.splits[0].num_examples: expected a whole number, found \"many\" [wrong-type]",
        ]
    );
    let older = Card::read("---\nconfigs: [en, de]\nconfig_names: [fr]\n---\n").dataset();
    assert_eq!(older.config_names, ["fr", "en", "de"]);
    assert!(older.configs.is_empty() && older.diagnostics.is_empty());
    assert!(DatasetCard::default().gating.is_empty());
}

#[test]
fn what_a_space_asks_for_is_told() {
    let text = "---
title: Demo
sdk: docker
app_port: '7860'
hf_oauth: true
hf_oauth_scopes: [read-repos]
hf_oauth_expiration_minutes: 60
custom_headers: {cross-origin-embedder-policy: require-corp}
preload_from_hub:
- a/b
- c/d x.json,y.bin 0123
- ''
fullWidth: yes
---
";
    let card = Card::read(text).space();
    assert_eq!(card.oauth, Some(true));
    assert_eq!(card.oauth_expiration_minutes, Some(60));
    assert_eq!(card.custom_headers[0].1, "require-corp");
    assert_eq!(card.preload_from_hub[1].files, ["x.json", "y.bin"]);
    assert_eq!(card.preload_from_hub[1].revision.as_deref(), Some("0123"));
    assert_eq!(card.full_width, None);
    assert_eq!(SpaceCard::of(&card.metadata).diagnostics.len(), 2);
    let python = Card::read_as(text, Dialect::Python).space();
    assert_eq!(python.full_width, Some(true));
}

#[test]
fn results_beside_the_card_are_told() {
    let text = "\
- dataset: {id: cais/hle, task_id: default, revision: abc}
  value: 20.9
  date: 2025-01-15
  source: {url: 'https://example.org', org: cais}
  notes: no-tools
- dataset: {id: not an id}
  source: {name: x}
- just a text
";
    let file = EvalEntries::read(text).expect("YAML");
    assert_eq!(file.entries.len(), 2);
    let entry = &file.entries[0];
    assert_eq!(
        entry.dataset.as_ref().map(ToString::to_string).as_deref(),
        Some("cais/hle")
    );
    assert_eq!(entry.date.as_deref(), Some("2025-01-15"));
    assert!(
        file.diagnostics
            .iter()
            .all(|said| said.severity >= Severity::Warning)
    );
    assert_eq!(
        said(&file.diagnostics),
        [
            "6:3: error: [1]: expected a field `value`, found none [missing-field]",
            "6:12: error: [1].dataset: expected a field `task_id`, found none [missing-field]",
            "6:17: error: [1].dataset.id: expected the name of a repository, as NAMESPACE/NAME, found \"not an id\" [not-a-repository]",
            "7:11: error: [1].source: expected a field `url`, found none [missing-field]",
            "8:3: warning: [2]: expected a mapping, found \"just a text\" [wrong-type]",
        ]
    );
    let odd = "- dataset: {id: a/b, task_id: t}\n  value: 20 %\n  date: yesterday\n  source: {url: 'file:///x'}\n  verifyToken: sesame\n";
    let file = EvalEntries::read(odd).expect("YAML");
    assert!(!format!("{file:?}").contains("sesame"));
    assert_eq!(
        said(&file.diagnostics),
        [
            "2:10: warning: [0].value: expected a number, by which leaderboards order, found \"20 %\" [wrong-type]",
            "3:9: warning: [0].date: expected a day or a moment of ISO 8601, as `2026-01-02`, found \"yesterday\" [unknown-value]",
            "4:17: warning: [0].source.url: expected an address that begins with `https://` or `http://`, found \"file:///x\" [unknown-value]",
        ]
    );
    assert!(EvalEntries::read("").expect("YAML").entries.is_empty());
    assert!(EvalEntries::read("[").is_err());
}

#[test]
fn a_benchmark_is_told() {
    let text = "\
name: Tiny
description: A few questions.
evaluation_framework: inspect-ai
tasks:
- id: one
  config: default
  field_spec: {input: question, target: answer}
  solvers: [{name: generate}]
  scorers: [{name: match, args: {location: end}}]
- config: two
";
    let benchmark = Benchmark::read(text).expect("YAML");
    assert_eq!(
        benchmark.tasks[0].field_spec.as_ref().map(Mapping::len),
        Some(2)
    );
    assert_eq!(benchmark.tasks[0].scorers[0].name.as_deref(), Some("match"));
    assert_eq!(
        said(&benchmark.diagnostics),
        [
            "10:3: warning: tasks[1]: expected a field `field_spec`, found none [missing-field]",
            "10:3: warning: tasks[1]: expected a field `solvers`, found none [missing-field]",
            "10:3: warning: tasks[1]: expected a field `scorers`, found none [missing-field]",
            "10:3: error: tasks[1]: expected a field `id`, found none [missing-field]",
        ]
    );
    let other = Benchmark::read("name: x\nevaluation_framework: MTEP\ntasks: [{id: a}, {id: a}]\n");
    assert_eq!(
        said(&other.expect("YAML").diagnostics),
        [
            "1:1: error: expected a field `description`, found none [missing-field]",
            "2:23: error: evaluation_framework: \"MTEP\" is no framework of the list: did you mean `mteb`? [unknown-framework]",
            "3:23: error: tasks[1].id: expected a name of its own, found \"a\" again [repeated-name]",
        ]
    );
}

#[test]
fn what_python_can_not_load_is_said_with_its_place() {
    let card = model("model-index:\n- name: x\n  results:\n  - task: {type: t}\n    metrics: []");
    let error = card.to_dict().expect_err("no data set");
    assert_eq!(
        error.to_string(),
        "model-index[0].results[0].dataset: expected such a field, found none"
    );
    let _: Json = card.metadata.to_json();
}
