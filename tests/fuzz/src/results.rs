//! Results that are added to what a stranger wrote.

use hubkit_card::{
    Benchmark, Card, EvalEntries, EvalEntry, EvalResult, Existing, LintSettings, Metric,
    ResultDataset, ResultTask, Value, add_entry, add_result, edit, lint_benchmark, lint_results,
    read_document,
};

use crate::Target;

pub(crate) const TARGETS: &[Target] = &[("card-eval", results)];

/// Refused, or there as it was meant, with all that was there before.
fn results(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    let settings = LintSettings::default();
    for finding in lint_results(&text, &settings)
        .into_iter()
        .chain(lint_benchmark(&text, &settings))
    {
        let span = finding.span.clone();
        assert!(span.is_none_or(|span| text.get(span).is_some()));
    }
    let _ = Benchmark::read(&text);
    entry(&text);
    index(&text);
}

fn entry(text: &str) {
    let mut new = EvalEntry::default();
    new.dataset = "cais/hle".parse().ok();
    new.task_id = Some("no".to_owned());
    new.value = Some(1e-7.into());
    new.notes = Some("a: b # c".to_owned());
    let Ok(added) = add_entry(text, &new, Existing::Replace) else {
        return;
    };
    let there = EvalEntries::read(&added).expect("what was added reads");
    let found: Vec<_> = there
        .entries
        .iter()
        .filter(|entry| entry.is_of_the_same(&new))
        .collect();
    assert!(matches!(found[..], [entry] if *entry == new));
    // The same once more changes nothing.
    assert_eq!(add_entry(&added, &new, Existing::Keep).as_ref(), Ok(&added));
    let list = |text: &str| match read_document(text) {
        Ok(Value::Sequence(list)) => list,
        _ => Vec::new(),
    };
    let (before, after) = (list(text), list(&added));
    let changed = before.iter().zip(&after).filter(|(old, new)| old != new);
    let is_new = after.len() > before.len();
    assert!(changed.count() <= usize::from(!is_new) && after.len() <= before.len() + 1);
}

fn index(text: &str) {
    let mut new = EvalResult::default();
    let mut task = ResultTask::default();
    task.kind = Some("text-classification".to_owned());
    let mut dataset = ResultDataset::default();
    dataset.kind = Some("glue".to_owned());
    dataset.name = Some("no".to_owned());
    let mut metric = Metric::default();
    metric.kind = Some("accuracy".to_owned());
    metric.value = Some("20.0 ± 1.2".into());
    (new.task, new.dataset, new.metrics) = (Some(task), Some(dataset), vec![metric]);
    let card = Card::read(text);
    if card.fault.is_some() {
        return;
    }
    let Ok(edits) = add_result(&card.metadata, None, "tiny", &new, Existing::Replace) else {
        return;
    };
    let Ok(changed) = edit(text, &edits) else {
        return;
    };
    let after = Card::read(&changed);
    let again = add_result(&after.metadata, None, "tiny", &new, Existing::Keep);
    assert_eq!(again, Ok(Vec::new()));
    assert_eq!(after.body, card.body);
}
