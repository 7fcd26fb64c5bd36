//! What is taken over, what is left, and what is in the way.

use serde_yaml::Value;

use super::*;
use crate::{edit::edit, read_document};

fn value(text: &str) -> Value {
    read_document(text).expect("YAML")
}

fn mapping(text: &str) -> Mapping {
    value(text).as_mapping().expect("a mapping").clone()
}

const OVERWRITE: MergeRules = MergeRules {
    differing: Differing::Overwrite,
    lists: MergedLists::Extend,
};

/// A block, what is given, the block after it, and the paths in the way.
#[track_caller]
fn check(rules: MergeRules, before: &str, given: &str, after: &str, conflicts: &[&str]) {
    let merged = merge(&mapping(before), &mapping(given), rules).expect("a merge");
    let found: Vec<_> = merged
        .conflicts
        .iter()
        .map(|found| found.path.to_string())
        .collect();
    assert_eq!(found, conflicts, "{before:?} {given:?}");
    let card = |block: &str| format!("---\n{block}\n---\n# Text\n");
    let changed = edit(&card(before), &merged.edits).expect("a card");
    assert_eq!(changed, card(after), "{before:?} {given:?}");
    let again = merge(&mapping(after), &mapping(given), rules).expect("a merge");
    let mut twice = Value::Mapping(mapping(after));
    for edit in &again.edits {
        edit.apply(&mut twice).expect("a change");
    }
    assert_eq!(twice, value(after), "{before:?} {given:?} once more");
}

#[test]
fn what_is_missing_is_added_and_what_differs_is_a_conflict() {
    let keep = MergeRules::default();
    check(keep, "a: 1", "b: 2", "a: 1\nb: 2", &[]);
    check(keep, "a: 1 # c", "a: 1.0", "a: 1 # c", &[]);
    check(keep, "a: x", "{a: y, b: 1}", "a: x\nb: 1", &["a"]);
    check(
        OVERWRITE,
        "a: x # c",
        "{a: y, b: 1}",
        "a: y # c\nb: 1",
        &["a"],
    );
    check(
        keep,
        "c:\n  e: 1 # c\n  s: x",
        "c: {s: y, t: z, e: 1}",
        "c:\n  e: 1 # c\n  s: x\n  t: z",
        &["c.s"],
    );
    check(keep, "a: x", "a: {b: 1}", "a: x", &["a"]);
    check(OVERWRITE, "a: x", "a: {b: 1}", "a:\n  b: 1", &["a"]);
    check(
        keep,
        "a:\nb: []",
        "{a: x, b: {c: 1}}",
        "a: x\nb:\n  c: 1",
        &[],
    );
    check(keep, "a: x", "{a: null, b: null}", "a: x", &[]);
    check(OVERWRITE, "a: [x]", "{a: []}", "a: [x]", &[]);
    check(
        keep,
        "n: {0: a}",
        "n: {0: b, 1: c}",
        "n: {0: a, 1: c}",
        &["n.0"],
    );
}

#[test]
fn lists_of_single_values_get_what_they_lack() {
    let keep = MergeRules::default();
    check(
        keep,
        "tags: [b, a] # c",
        "tags: [a, c, c]",
        "tags: [b, a, c] # c",
        &[],
    );
    check(
        keep,
        "language: en",
        "language: ['no', en]",
        "language:\n- en\n- 'no'",
        &[],
    );
    check(
        keep,
        "language: [en]",
        "language: de",
        "language: [en, de]",
        &[],
    );
    check(
        keep,
        "language: en",
        "language: de",
        "language: en",
        &["language"],
    );
    check(
        keep,
        "license: mit",
        "license: [gpl]",
        "license: mit",
        &["license"],
    );
    check(
        keep,
        "license: [mit]",
        "license: [gpl]",
        "license: [mit]",
        &["license"],
    );
    check(
        keep,
        "license: [mit]",
        "license: mit",
        "license: [mit]",
        &[],
    );
    check(
        keep,
        "license: [a, b]",
        "license: a",
        "license: [a, b]",
        &["license"],
    );
    let replace = MergeRules {
        lists: MergedLists::Replace,
        ..keep
    };
    check(replace, "tags: [b, a]", "tags: [a, c]", "tags: [a, c]", &[]);
    // What holds more than single values is one value.
    let (configs, other) = ("configs:\n- config_name: a", "configs: [{config_name: b}]");
    check(keep, configs, other, configs, &["configs"]);
    check(
        OVERWRITE,
        configs,
        other,
        "configs:\n- config_name: b",
        &["configs"],
    );
}

const INDEX: &str = "\
model-index:
- name: m
  results:
  - task: {type: t}
    dataset: {type: d, name: D}
    metrics:
    - type: acc
      value: 0.5 # run 1
      verified: true
      verifyToken: x
    - {type: f1, value: 1}";

fn given(model: &str, data: &str, metrics: &str) -> String {
    format!(
        "model-index: [{{{model}results: [{{task: {{type: t}}, dataset: {{{data}}}, metrics: [{metrics}]}}]}}]"
    )
}

#[test]
fn results_are_found_by_what_was_measured() {
    let keep = MergeRules::default();
    let same = "type: d, name: D";
    for metrics in ["{type: acc, value: 0.5}", "{type: f1, value: 1.0}"] {
        check(keep, INDEX, &given("name: m, ", same, metrics), INDEX, &[]);
    }
    let other = given("", same, "{type: acc, value: 0.6}, {type: bleu, value: 7}");
    let added = format!("{INDEX}\n    - type: bleu\n      value: 7");
    let path = "model-index[0].results[0].metrics[0].value";
    check(keep, INDEX, &other, &added, &[path]);
    let unsigned = "      verified: true\n      verifyToken: x\n";
    let written = added.replace("0.5", "0.6").replace(unsigned, "");
    let merged = merge(&mapping(INDEX), &mapping(&other), OVERWRITE).expect("a merge");
    let changed = edit(&format!("---\n{INDEX}\n---\n"), &merged.edits);
    assert_eq!(changed, Ok(format!("---\n{written}\n---\n")));
    let more = given(
        "name: m, ",
        "type: d, name: D, split: test",
        "{type: acc, value: 1}",
    );
    let added = "\n  - task:\n      type: t\n    dataset:\n      type: d\n      name: D\n      split: test\n    metrics:\n    - type: acc\n      value: 1";
    check(keep, INDEX, &more, &format!("{INDEX}{added}"), &[]);
    let named = "{type: acc, name: Accuracy, value: 1}";
    let added = "\n    - type: acc\n      name: Accuracy\n      value: 1";
    check(
        keep,
        INDEX,
        &given("", same, named),
        &format!("{INDEX}{added}"),
        &[],
    );
}

#[test]
fn another_model_or_source_has_results_of_its_own() {
    let keep = MergeRules::default();
    let other = "model-index: [{name: n, results: []}]";
    check(
        keep,
        INDEX,
        other,
        &format!("{INDEX}\n- name: n\n  results: []"),
        &[],
    );
    let block = "model-index:\n- name: m\n  results:\n  - source: {url: 'https://a'}\n    metrics:\n    - {type: a, value: 1}";
    let result = |source: &str| {
        format!("model-index: [{{results: [{{{source}metrics: [{{type: a, value: 2}}]}}]}}]")
    };
    let path = "model-index[0].results[0].metrics[0].value";
    check(keep, block, &result(""), block, &[path]);
    check(
        keep,
        block,
        &result("source: {url: 'https://a'}, "),
        block,
        &[path],
    );
    let added = "\n  - source:\n      url: https://b\n    metrics:\n    - type: a\n      value: 2";
    let given = result("source: {url: 'https://b'}, ");
    check(keep, block, &given, &format!("{block}{added}"), &[]);
}

#[test]
fn no_metric_gets_a_source_that_nobody_named_for_it() {
    let keep = MergeRules::default();
    let result = |source: &str, metrics: &str| {
        format!("model-index: [{{results: [{{{source}metrics: [{metrics}]}}]}}]")
    };
    let of_a = "source: {url: 'https://a'}, ";
    let (one, two) = ("{type: a, value: 1}", "{type: b, value: 2}");
    let both = format!("{one}, {two}");
    let block = "model-index:\n- name: m\n  results:\n  - metrics:\n    - {type: a, value: 1}";
    // All that is there was measured by the source.
    check(
        keep,
        block,
        &result(of_a, &both),
        &format!("{block}\n    - type: b\n      value: 2\n    source:\n      url: https://a"),
        &[],
    );
    // Of what is there the source says nothing.
    let own = "\n  - source:\n      url: https://a\n    metrics:\n    - type: b\n      value: 2";
    check(
        keep,
        block,
        &result(of_a, two),
        &format!("{block}{own}"),
        &[],
    );
    // What is given has no source, so it does not get that of what is there.
    let block = "model-index:\n- name: m\n  results:\n  - source: {url: 'https://a'}\n    metrics:\n    - {type: a, value: 1}";
    check(
        keep,
        block,
        &result("", &both),
        &format!("{block}\n  - metrics:\n    - type: b\n      value: 2"),
        &[],
    );
}

#[test]
fn a_model_index_that_is_none_is_one_value() {
    for (there, given) in [
        ("[x]", "[{name: m}]"),
        ("[{name: m}]", "x"),
        ("[{name: m}]", "[x]"),
        ("[{name: m, results: x}]", "[{name: m, results: []}]"),
        ("[{name: m}]", "[{name: m, results: [x]}]"),
        ("[{name: m}]", "[{name: m, results: [{metrics: {}}]}]"),
    ] {
        let block = format!("model-index: {there}");
        let given = format!("model-index: {given}");
        check(
            MergeRules::default(),
            &block,
            &given,
            &block,
            &["model-index"],
        );
    }
    // A result without metrics in a list is in nobody's way.
    let block = "model-index:\n- name: m\n  results:\n  - metrics: {a: 1}";
    let given = "model-index: [{results: [{metrics: [{type: a}]}]}]";
    check(
        MergeRules::default(),
        block,
        given,
        &format!("{block}\n  - metrics:\n    - type: a"),
        &[],
    );
}

#[test]
fn a_name_that_no_path_can_say_is_refused() {
    let given = mapping("? [a]\n: 1");
    let error = merge(&Mapping::new(), &given, MergeRules::default());
    let message = "the metadata: expected a value that cards can hold, found a list";
    assert_eq!(error.expect_err("an error").to_string(), message);
}

#[test]
fn many_fractions_and_results_take_no_more_than_their_number() {
    // All fractions have one hash: looked up by it, each would be compared with each.
    let list = |begin: u32| -> Value {
        let items = (begin..begin + 40_000).map(|number| Value::from(f64::from(number) + 0.5));
        items.collect::<Vec<_>>().into()
    };
    let tags = |list: Value| Mapping::from_iter([("tags".into(), list)]);
    let merged = merge(&tags(list(0)), &tags(list(20_000)), MergeRules::default());
    assert_eq!(merged.expect("a merge").edits.len(), 20_000);
}
