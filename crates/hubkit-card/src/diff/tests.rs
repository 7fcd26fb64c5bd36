use super::*;

fn told(old: &str, new: &str) -> Vec<String> {
    let read = |block: &str| Metadata::read(block).expect("metadata");
    let text =
        |value: Option<Value>| value.map_or_else(|| "-".to_owned(), |value| facts::text(&value));
    let line = |change: Difference| {
        let Difference {
            aspect,
            subject,
            old,
            new,
        } = change;
        format!(
            "{}: {subject}: {} → {}",
            aspect.as_str(),
            text(old),
            text(new)
        )
    };
    diff(&read(old), &read(new)).into_iter().map(line).collect()
}

/// Holds both ways: what came one way goes the other.
#[track_caller]
fn check(old: &str, new: &str, expected: &[&str]) {
    assert_eq!(told(old, new), expected);
    assert_eq!(told(new, old).len(), expected.len());
    assert!(told(old, old).is_empty() && told(new, new).is_empty());
}

#[test]
fn what_means_the_same_is_no_change() {
    check(
        "license: mit\ntags: [a, b]\nx: ~",
        "tags: [b, a]\nlicense: [mit]",
        &[],
    );
    check(
        "gated: false\nversion: 1",
        "version: '1'\ngated: false",
        &[],
    );
    check(
        "dataset_info: {features: [{name: a, dtype: string}]}",
        "dataset_info: [{config_name: default, features: [{name: a, dtype: string}]}]",
        &[],
    );
    check(
        "title: a\nemoji: b\nwidget: [{text: x}]\ncolorFrom: red",
        "title: b\nthumbnail: c",
        &[],
    );
}

#[test]
fn a_value_becomes_another_and_lists_gain_and_lose() {
    check(
        "license: mit",
        "license: [apache-2.0]",
        &["license: license: mit → apache-2.0"],
    );
    check("gated: auto", "{}", &["access: gated: auto → -"]);
    check(
        "language: [en, de, de]",
        "language: [en, no, fr, de]",
        &[
            "language: language: de → -",
            "language: language: - → no",
            "language: language: - → fr",
        ],
    );
    check(
        "base_model: a/b\nbase_model_relation: finetune\npipeline_tag: fill-mask",
        "base_model: a/c\nbase_model_relation: quantized\npipeline_tag: fill-mask\ndatasets: squad\nmine: {deep: [1, 2]}",
        &[
            "lineage: base_model: a/b → a/c",
            "lineage: base_model_relation: finetune → quantized",
            "datasets: datasets: - → squad",
            "other: mine.deep: - → [1,2]",
        ],
    );
}

#[test]
fn entries_of_lists_are_known_by_their_names() {
    check(
        "configs: [{config_name: a, data_files: [{split: train, path: x/*}]}, {config_name: b}]",
        "configs: [{config_name: c}, {config_name: a, data_files: [{split: train, path: y/*}]}]",
        &[
            "data: configs[a].data_files[train].path: x/* → y/*",
            "data: configs[b]: true → -",
            "data: configs[c]: - → true",
        ],
    );
    check(
        "dataset_info: {features: [{name: a, dtype: string}, {name: b, dtype: int32}], splits: [{name: train, num_examples: 5}]}",
        "dataset_info: {features: [{name: b, dtype: int64}, {name: c, dtype: {class_label: {names: {'0': x}}}}], \
         splits: [{name: train, num_examples: 6}]}",
        &[
            "data: dataset_info[default].features[a].dtype: string → -",
            "data: dataset_info[default].features[b].dtype: int32 → int64",
            "data: dataset_info[default].features[c].dtype.class_label.names.0: - → x",
            "data: dataset_info[default].splits[train].num_examples: 5 → 6",
        ],
    );
}

#[test]
fn results_are_known_by_what_was_measured() {
    let index = |value: &str| {
        format!(
            "model-index: [{{name: m, results: [{{task: {{type: question-answering, name: QA}}, dataset: {{name: SQuAD, type: squad, \
             split: test}}, metrics: [{{type: f1, value: {value}}}, {{type: em, value: 1}}]}}]}}]"
        )
    };
    check(
        &index("0.5"),
        &index("0.75"),
        &["results: f1 on squad (test) for question-answering: 0.5 → 0.75"],
    );
    // The name of the model is not what was measured; odd shapes are no results.
    check(&index("1"), &index("1").replace("name: m", "name: n"), &[]);
    check("model-index: [{results: 5}, x]", "model-index: {}", &[]);
    check(
        "model-index: [{results: [{metrics: [{type: f1}]}]}]",
        "{}",
        &["results: f1 on something: no value → -"],
    );
}

#[test]
fn subjects_stay_short_and_visible_whatever_names_are() {
    let name = "x".repeat(10_000);
    let old = format!("\"a\\u200bb\":\n  ? {name}\n  :\n  - 1\n  - a");
    let changes = told(&old, "{}");
    assert_eq!(changes.len(), 2);
    assert!(
        changes
            .iter()
            .all(|line| line.len() < 300 && line.contains("a\\u{200b}b")),
        "{changes:?}"
    );
}

#[test]
fn results_beside_the_card_are_held_against_each_other() {
    let entries = |text: &str| crate::EvalEntries::read(text).expect("YAML").entries;
    let metadata = Metadata::default();
    let old = entries(
        "- dataset: {id: a/b, task_id: t}\n  value: 1\n- dataset: {id: a/b, task_id: u}\n  value: 2\n",
    );
    let new = entries(
        "- dataset: {id: a/b, task_id: t}\n  value: 3\n  verifyToken: x\n- dataset: {id: a/b, task_id: u}\n  value: 2\n  notes: tools\n",
    );
    let found = diff_with_entries((&metadata, &old), (&metadata, &new));
    let told: Vec<_> = found
        .iter()
        .map(|found| {
            (
                found.subject.as_str(),
                found.old.is_some(),
                found.new.is_some(),
            )
        })
        .collect();
    assert_eq!(
        told,
        [
            ("t on a/b", true, true),
            ("t on a/b, signed", false, true),
            ("u on a/b", true, false),
            ("u on a/b (tools)", false, true),
        ]
    );
    assert!(diff_with_entries((&metadata, &new), (&metadata, &new)).is_empty());
}
