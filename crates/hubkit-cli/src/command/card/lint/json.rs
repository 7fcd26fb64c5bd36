//! Findings for programs.

use hubkit_card::{Finding, Location, Severity};
use serde_json::{Value, json};

use super::report::{Linted, Report};

pub(super) fn text(report: &Report) -> String {
    let cards: Vec<_> = report.cards.iter().map(card).collect();
    json!({
        "cards": cards,
        "errors": report.count(Severity::Error),
        "warnings": report.count(Severity::Warning),
        "notes": report.count(Severity::Note),
    })
    .to_string()
}

fn card(card: &Linted) -> Value {
    let left = card.findings.iter();
    // What was mended stands where it was, and its end with what it was.
    let mended = card.mended.iter();
    json!({
        "card": card.name,
        "kind": card.kind.as_str(),
        "findings": left.map(|found| finding(found, card.end(found))).collect::<Value>(),
        "mended": mended.map(|found| finding(found, None)).collect::<Value>(),
        "diff": card.diff,
    })
}

fn finding(finding: &Finding, end: Option<Location>) -> Value {
    let diagnostic = &finding.diagnostic;
    json!({
        "rule": diagnostic.rule,
        "severity": diagnostic.severity.as_str(),
        "message": diagnostic.message,
        "field": (!diagnostic.path.is_root()).then(|| diagnostic.path.to_string()),
        "line": diagnostic.location.map(|at| at.line),
        "column": diagnostic.location.map(|at| at.column),
        "end_line": end.map(|at| at.line),
        "end_column": end.map(|at| at.column),
        "suggestion": diagnostic.suggestion,
        "fixable": finding.is_fixable(),
    })
}
