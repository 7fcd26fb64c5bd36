//! Files beside a card that tell of results.

use serde_yaml::Value;

use super::{
    Finding, LintSettings, Rule,
    advice::is_plain,
    draft::{Draft, Drafts, Place, quoted},
    hub, place,
    rule::{
        INVALID_BENCHMARK, INVALID_EVAL_RESULTS, INVALID_REPO_ID, MISSING_PART, ODD_TYPE,
        ODD_VALUE, UNKNOWN_FRAMEWORK, UNQUOTED_WORD,
    },
    text,
};
use crate::{
    Benchmark, Card, Diagnostic, EvalEntries, FieldPath, Metadata, MetadataError, Severity, Step,
    read_document, syntax::Document,
};

/// Says what is wrong with a file below `.eval_results/`, as [`lint`](super::lint()) does of a card.
///
/// A hub leaves out a file with an error. Takes time in proportion to the file.
pub fn lint_results(text: &str, settings: &LintSettings) -> Vec<Finding> {
    let read = EvalEntries::read(text).map(|file| file.diagnostics);
    findings(text, read, &INVALID_EVAL_RESULTS, settings, |drafts| {
        dates(text, drafts);
    })
}

/// Says what is wrong with the `eval.yaml` of a data set, as [`lint`](super::lint()) does of a card.
///
/// A hub refuses a file with an error. Takes time in proportion to the file.
pub fn lint_benchmark(text: &str, settings: &LintSettings) -> Vec<Finding> {
    let read = Benchmark::read(text).map(|benchmark| benchmark.diagnostics);
    findings(text, read, &INVALID_BENCHMARK, settings, |_| {})
}

fn findings(
    text: &str,
    read: Result<Vec<Diagnostic>, MetadataError>,
    invalid: &'static Rule,
    settings: &LintSettings,
    more: impl FnOnce(&mut Drafts),
) -> Vec<Finding> {
    let mut drafts = Drafts::default();
    let (diagnostics, fault) = match read {
        Ok(diagnostics) => (diagnostics, None),
        Err(fault) => (Vec::new(), Some(fault)),
    };
    if let Some(fault) = &fault {
        drafts.push(hub::broken(fault));
    }
    text::secret::check(text, &mut drafts);
    for diagnostic in diagnostics {
        drafts.push(draft(diagnostic, invalid));
    }
    more(&mut drafts);
    // Such a file is what the block of a card is, with nothing around it.
    let file = Card {
        text,
        block: Some(text),
        metadata: Metadata::default(),
        fault,
        body: &text[text.len()..],
    };
    place::findings(&file, drafts.finish(), settings)
}

fn draft(diagnostic: Diagnostic, invalid: &'static Rule) -> Draft {
    let Diagnostic {
        severity,
        rule,
        message,
        path,
        suggestion,
        ..
    } = diagnostic;
    // A list of something else than results is none.
    let is_shape = invalid == &INVALID_EVAL_RESULTS && path.steps().len() <= 1;
    let rule = match (rule, severity) {
        ("unknown-framework", _) => &UNKNOWN_FRAMEWORK,
        ("not-a-repository", _) => &INVALID_REPO_ID,
        (_, Severity::Error) => invalid,
        ("wrong-type", _) if is_shape => invalid,
        ("wrong-type", _) => &ODD_TYPE,
        ("missing-field", _) => &MISSING_PART,
        _ => &ODD_VALUE,
    };
    let is_token = path.steps().last() == Some(&Step::Key("verifyToken".to_owned()));
    let place = if path.is_root() {
        Place::Metadata(path)
    } else if let (true, [Step::Index(at), ..]) = (is_token, path.steps()) {
        // The place is shown with its line, and the line of a signature is not to be.
        Place::Value(FieldPath::root().index(*at))
    } else {
        Place::Value(path)
    };
    Draft::new(rule, place, message).suggest(suggestion)
}

/// Dates that Python's reader of YAML takes for something else than texts.
fn dates(text: &str, drafts: &mut Drafts) {
    let Ok(Value::Sequence(entries)) = read_document(text) else {
        return;
    };
    let mut document = None;
    for (at, entry) in entries.iter().enumerate() {
        if drafts.is_full() {
            return;
        }
        let Some(date) = entry.get("date").and_then(Value::as_str) else {
            continue;
        };
        let path = FieldPath::root().index(at).key("date");
        let document: &Option<Document<'_>> = document.get_or_insert_with(|| Document::read(text));
        let node = document.as_ref().and_then(|document| document.get(&path));
        // The value is the same with quotes and without: only what is written tells.
        if node.is_some_and(|node| is_plain(&node.content)) && is_day(date) {
            let message = format!(
                "Python's client reads {} without quotes as a date, not as a text",
                quoted(date)
            );
            let suggestion = Some(format!("\"{date}\""));
            let draft = Draft::new(&UNQUOTED_WORD, Place::Value(path), message);
            drafts.push(draft.suggest(suggestion));
        }
    }
}

fn is_day(date: &str) -> bool {
    date.get(..10).is_some_and(crate::moment::is_day)
}
