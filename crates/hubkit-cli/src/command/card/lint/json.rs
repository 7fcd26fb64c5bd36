//! Findings for programs.

use hubkit_card::Severity;
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
    let findings = card.findings.iter().map(|finding| {
        let diagnostic = &finding.diagnostic;
        let end = card.end(finding);
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
    });
    json!({
        "card": card.name,
        "kind": card.kind.as_str(),
        "findings": findings.collect::<Vec<_>>(),
    })
}
