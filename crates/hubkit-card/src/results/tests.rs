use serde_yaml::Value;

use super::*;
use crate::{
    Card, EntrySource, EvalEntry, EvalResult, Metric, ResultDataset, ResultSource, ResultTask,
    VerifyToken, edit,
};

fn entry(task: &str, value: f64) -> EvalEntry {
    EvalEntry {
        dataset: "cais/hle".parse().ok(),
        task_id: Some(task.to_owned()),
        value: Some(value.into()),
        ..EvalEntry::default()
    }
}

fn result(metric: &str, value: f64) -> EvalResult {
    EvalResult {
        task: Some(ResultTask {
            kind: Some("text-classification".to_owned()),
            ..ResultTask::default()
        }),
        dataset: Some(ResultDataset {
            kind: Some("glue".to_owned()),
            name: Some("GLUE".to_owned()),
            config: Some("sst2".to_owned()),
            ..ResultDataset::default()
        }),
        metrics: vec![Metric {
            kind: Some(metric.to_owned()),
            value: Some(value.into()),
            ..Metric::default()
        }],
        ..EvalResult::default()
    }
}

/// What becomes of a file, or why nothing does.
#[track_caller]
fn check(file: &str, entry: &EvalEntry, existing: Existing, wanted: &str) {
    let found = add_entry(file, entry, existing).unwrap_or_else(|error| error.to_string());
    assert_eq!(found, wanted);
}

#[test]
fn a_new_file_is_written_as_it_is_documented() {
    let entry = EvalEntry {
        revision: Some("5503434ddd753f426f4b38109466949a1217c2bb".to_owned()),
        verify_token: Some(VerifyToken::new("eyJ.x.y")),
        date: Some("2026-01-02".to_owned()),
        source: Some(EntrySource {
            url: Some("https://example.org/a".to_owned()),
            name: Some("Logs: ours".to_owned()),
            user: Some("0010".to_owned()),
            org: None,
            ..EntrySource::default()
        }),
        notes: Some("no".to_owned()),
        ..entry("default", 1e-7)
    };
    let wanted = "\
- dataset:
    id: cais/hle
    task_id: default
    revision: 5503434ddd753f426f4b38109466949a1217c2bb
  value: 1.0e-7
  verifyToken: eyJ.x.y
  date: '2026-01-02'
  source:
    url: https://example.org/a
    name: 'Logs: ours'
    user: '0010'
  notes: 'no'
";
    check("", &entry, Existing::Keep, wanted);
    check(wanted, &entry, Existing::Keep, wanted);
    check(
        "# ours\n",
        &entry,
        Existing::Keep,
        &format!("# ours\n{wanted}"),
    );
}

#[test]
fn what_is_there_stays_byte_for_byte() {
    let file = "# ours\r\n-   dataset: {id: 'cais/hle', task_id: one}   # first\r\n    value: 20.90\r\n    x: y\r\n";
    let more = format!(
        "{file}-   dataset:\r\n      id: cais/hle\r\n      task_id: two\r\n    value: 3.5\r\n"
    );
    let added = add_entry(file, &entry("two", 3.5), Existing::Keep).expect("added");
    assert!(added.starts_with(file), "{added}");
    assert_eq!(read(&added), read(&more));
    let replaced = add_entry(file, &entry("one", 3.5), Existing::Replace).expect("replaced");
    assert!(
        replaced.starts_with(
            "# ours\r\n-   dataset: {id: 'cais/hle', task_id: one}   # first\r\n    value: 3.5\r\n"
        ),
        "{replaced}"
    );
    assert!(!replaced.contains("x: y"), "{replaced}");
    let marked = format!("\u{feff}{file}");
    let added = add_entry(&marked, &entry("two", 3.5), Existing::Keep).expect("added");
    assert!(added.starts_with(&marked), "{added}");
    assert_eq!(read(&added), read(&more));
}

fn read(text: &str) -> Value {
    crate::read_document(text).expect("YAML")
}

#[test]
fn the_same_is_not_measured_twice() {
    let file = "- dataset: {id: cais/hle, task_id: one}\n  value: 20.90\n";
    check(file, &entry("one", 20.9), Existing::Keep, file);
    let refused = "a result for `one` of cais/hle is there already, as 20.9";
    check(file, &entry("one", 21.0), Existing::Keep, refused);
    let noted = EvalEntry {
        notes: Some("tools".to_owned()),
        ..entry("one", 21.0)
    };
    let both = add_entry(file, &noted, Existing::Keep).expect("another way to do it");
    assert!(both.starts_with(file), "{both}");
    let twice = format!("{file}{file}");
    let refused = "a result for `one` of cais/hle is there 2 times";
    check(&twice, &entry("one", 21.0), Existing::Replace, refused);
    for odd in ["a: b\n", "text\n", "- text\n"] {
        let refused = "expected a list of results, found other things in it";
        check(odd, &entry("one", 1.0), Existing::Replace, refused);
    }
    check(
        "- [",
        &entry("one", 1.0),
        Existing::Keep,
        "the results can't be read",
    );
}

#[test]
fn a_result_is_as_hubs_take_it() {
    type Change = fn(&mut EvalEntry);
    let changes: [(Change, &str); 9] = [
        (
            |entry| entry.dataset = None,
            "dataset.id: expected the name of a data set, found nothing",
        ),
        (
            |entry| entry.task_id = Some("a\nb".to_owned()),
            "dataset.task_id: expected a text on one line, found `a\\nb`",
        ),
        (
            |entry| entry.revision = Some("main".to_owned()),
            "dataset.revision: expected a commit of the data set, as 40 hexadecimal digits, found `main`",
        ),
        (
            |entry| entry.value = Some(f64::NAN.into()),
            "value: expected a number, found .nan",
        ),
        (
            |entry| entry.value = Some("20 %".into()),
            "value: expected a number, found `20 %`",
        ),
        (
            |entry| entry.date = Some("today".to_owned()),
            "date: expected a day or a moment of ISO 8601, as `2026-01-02`, found `today`",
        ),
        (
            |entry| {
                entry.source = Some(EntrySource {
                    user: Some("me".to_owned()),
                    ..EntrySource::default()
                });
            },
            "source.url: expected an address that begins with `https://` or `http://`, found nothing",
        ),
        (
            |entry| {
                entry.source = Some(EntrySource {
                    url: Some("http://x".to_owned()),
                    org: Some("a/b".to_owned()),
                    ..EntrySource::default()
                });
            },
            "source.org: expected the name of an account, found `a/b`",
        ),
        (
            |entry| entry.verify_token = Some(VerifyToken::new("open sesame")),
            "verifyToken: expected one word of letters, digits and signs, found something else",
        ),
    ];
    for (change, refused) in changes {
        let mut entry = entry("one", 1.0);
        change(&mut entry);
        check("", &entry, Existing::Keep, refused);
        assert!(!format!("{entry:?}").contains("sesame"));
    }
}

/// The `model-index` of a card with a result added.
fn index(card: &str, model: Option<&str>, result: &EvalResult, existing: Existing) -> String {
    let metadata = Card::read(card).metadata;
    match add_result(&metadata, model, "tiny", result, existing) {
        Ok(edits) => edit(card, &edits).expect("a card"),
        Err(error) => error.to_string(),
    }
}

const CARD: &str = "\
---
license: mit # ours
model-index:
- name: tiny
  results:
  - task:
      type: text-classification
    dataset:
      name: GLUE
      type: glue
      config: sst2
    metrics:
    - type: accuracy
      value: 0.5
---
# Tiny
";

#[test]
fn results_of_a_card_are_grouped_by_what_they_are_of() {
    let keep = |card: &str, result: &EvalResult| index(card, None, result, Existing::Keep);
    let bare = "---\nlicense: mit # ours\n---\n# Tiny\n";
    assert_eq!(keep(bare, &result("accuracy", 0.5)), CARD);
    assert_eq!(keep(CARD, &result("accuracy", 0.5)), CARD);
    let more = CARD.replace("0.5\n", "0.5\n    - type: f1\n      value: 0.25\n");
    assert_eq!(keep(CARD, &result("f1", 0.25)), more);
    let mut other = result("f1", 0.25);
    other.source = Some(ResultSource {
        url: Some("https://x.org".to_owned()),
        ..ResultSource::default()
    });
    let found = keep(CARD, &other);
    assert!(
        found.starts_with(CARD.trim_end_matches("---\n# Tiny\n")),
        "{found}"
    );
    assert!(
        found.contains("    source:\n      url: https://x.org\n---\n"),
        "{found}"
    );
}

#[test]
fn another_value_takes_the_place_of_one_when_that_is_asked_for() {
    let new = result("accuracy", 0.75);
    let kept = index(CARD, None, &new, Existing::Keep);
    assert_eq!(kept, "`accuracy` on `glue` is there already, as 0.5");
    let signed = CARD.replace(
        "0.5\n",
        "0.5\n      verified: true\n      verifyToken: abc\n",
    );
    let wanted = CARD.replace("0.5\n", "0.75\n");
    for card in [CARD, &signed] {
        assert_eq!(index(card, None, &new, Existing::Replace), wanted);
    }
}

#[test]
fn results_belong_to_the_model_that_is_there() {
    let new = result("f1", 0.25);
    let named = |card: &str, model| index(card, model, &new, Existing::Keep);
    assert!(named(CARD, Some("tiny")).contains("type: f1"));
    let refused = "expected the name of a model of `model-index`, one of `tiny`, found `large`";
    assert_eq!(named(CARD, Some("large")), refused);
    let two = CARD.replace(
        "model-index:\n",
        "model-index:\n- name: large\n  results: []\n",
    );
    assert!(named(&two, None).ends_with("one of `large`, `tiny`, found none"));
    assert!(named(&two, Some("large")).contains("type: f1"));
    for odd in [
        "model-index: {name: x}",
        "model-index: [text]",
        "model-index: [{name: x, results: [1]}]",
    ] {
        let found = named(&format!("---\n{odd}\n---\n"), None);
        assert_eq!(
            found,
            "expected a list of results, found other things in it"
        );
    }
    let empty = named("---\nmodel-index: []\n---\n", Some("large"));
    assert!(empty.contains("- name: large\n"), "{empty}");
}
