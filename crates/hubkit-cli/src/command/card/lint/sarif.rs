//! Findings as SARIF 2.1.0, which code hosts and editors take.
//!
//! <https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html>

use hubkit_card::{Finding, RULES, Severity};
use serde_json::{Value, json};

use super::{
    super::places::encoded,
    report::{Linted, Report},
};

const SCHEMA: &str =
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json";

pub(super) fn text(report: &Report) -> String {
    let rules: Vec<_> = RULES
        .iter()
        .map(|rule| {
            json!({
                "id": rule.id,
                "shortDescription": { "text": format!("{}.", rule.summary) },
                "defaultConfiguration": { "level": level(rule.severity) },
            })
        })
        .collect();
    let results: Vec<_> = report
        .cards
        .iter()
        .flat_map(|card| card.findings.iter().map(|finding| result(card, finding)))
        .collect();
    json!({
        "$schema": SCHEMA,
        "version": "2.1.0",
        "runs": [{
            "tool": { "driver": {
                "name": "hubkit",
                "version": env!("CARGO_PKG_VERSION"),
                "informationUri": env!("CARGO_PKG_REPOSITORY"),
                "rules": rules,
            } },
            "columnKind": "unicodeCodePoints",
            "results": results,
        }],
    })
    .to_string()
}

fn result(card: &Linted, finding: &Finding) -> Value {
    let diagnostic = &finding.diagnostic;
    let field = if diagnostic.path.is_root() {
        String::new()
    } else {
        format!("{}: ", diagnostic.path)
    };
    let index = RULES.iter().position(|rule| rule.id == diagnostic.rule);
    let mut location = json!({ "physicalLocation": {
        "artifactLocation": { "uri": card.address.as_deref().map_or("stdin".to_owned(), uri) },
    } });
    if let Some(begin) = diagnostic.location {
        let mut region = json!({ "startLine": begin.line, "startColumn": begin.column });
        if let Some(end) = card.end(finding) {
            region["endLine"] = end.line.into();
            region["endColumn"] = end.column.into();
        }
        location["physicalLocation"]["region"] = region;
    }
    let mut result = json!({
        "ruleId": diagnostic.rule,
        "level": level(diagnostic.severity),
        "message": { "text": format!("{field}{}", diagnostic.message) },
        "locations": [location],
    });
    if let Some(index) = index {
        result["ruleIndex"] = index.into();
    }
    result
}

fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Note => "note",
    }
}

/// A path as a reference: addresses stay, and what has a meaning in one is escaped.
fn uri(address: &str) -> String {
    if address.starts_with("https://") || address.starts_with("http://") {
        return address.to_owned();
    }
    let scheme = if address.starts_with('/') {
        "file://"
    } else {
        ""
    };
    format!("{scheme}{}", encoded(address))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_is_a_reference() {
        for (address, wanted) in [
            ("README.md", "README.md"),
            ("my cards/ä#1.md", "my%20cards/%C3%A4%231.md"),
            ("/a:b.md", "file:///a%3Ab.md"),
            (
                "https://hub/a/b/blob/c/README.md",
                "https://hub/a/b/blob/c/README.md",
            ),
        ] {
            assert_eq!(uri(address), wanted);
        }
    }
}
