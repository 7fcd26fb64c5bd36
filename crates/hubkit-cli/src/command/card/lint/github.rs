//! Findings as commands of GitHub's workflows, which show them beside the lines of a change.
//!
//! <https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-commands>

use std::fmt::Write as _;

use hubkit_card::{Finding, Severity};

use super::report::{Linted, Report};
use crate::ui::plain;

/// `None` where nothing was found.
pub(super) fn text(report: &Report) -> Option<String> {
    let findings = report.cards.iter().flat_map(|card| {
        let findings = card.findings.iter();
        findings.map(move |finding| command(card, finding))
    });
    let lines: Vec<_> = findings.collect();
    (!lines.is_empty()).then(|| lines.join("\n"))
}

fn command(card: &Linted, finding: &Finding) -> String {
    let diagnostic = &finding.diagnostic;
    let command = match diagnostic.severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Note => "notice",
    };
    let mut line = format!("::{command} title={}", property(diagnostic.rule));
    if let Some(address) = &card.address {
        let _ = write!(line, ",file={}", property(address));
    }
    if let Some(begin) = diagnostic.location {
        let _ = write!(line, ",line={},col={}", begin.line, begin.column);
    }
    if let Some(end) = card.end(finding) {
        let _ = write!(line, ",endLine={},endColumn={}", end.line, end.column);
    }
    let field = if diagnostic.path.is_root() {
        String::new()
    } else {
        format!("{}: ", diagnostic.path)
    };
    let _ = write!(
        line,
        "::{}",
        message(&format!("{field}{}", diagnostic.message))
    );
    line
}

/// What ends a line is written so that it ends none: a card must not give commands of its own.
fn message(text: &str) -> String {
    let text = text.replace('%', "%25").replace('\r', "%0D");
    plain(&text.replace('\n', "%0A"))
}

fn property(text: &str) -> String {
    message(text).replace(':', "%3A").replace(',', "%2C")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_can_give_no_command() {
        assert_eq!(message("50 %\r\n::error::x"), "50 %25%0D%0A::error::x");
        assert_eq!(property("a,b:c\n"), "a%2Cb%3Ac%0A");
    }
}
