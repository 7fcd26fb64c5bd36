//! Findings for people.

use std::{fmt::Write as _, ops::Range};

use hubkit_card::Finding;

use super::report::{Linted, Report};
use crate::ui::plain;

/// So many characters of a line are shown.
const WIDEST: usize = 100;

/// `None` where nothing was found.
pub(super) fn text(report: &Report) -> Option<String> {
    let mut text = String::new();
    for card in &report.cards {
        if let Some(diff) = &card.diff {
            let _ = writeln!(text, "{diff}");
        }
        for finding in &card.findings {
            let diagnostic = &finding.diagnostic;
            let _ = writeln!(text, "{}:{}", card.name, plain(&diagnostic.to_string()));
            if let Some(shown) = excerpt(card, finding) {
                text.push_str(&shown);
            }
        }
    }
    let length = text.trim_end().len();
    text.truncate(length);
    (!text.is_empty()).then_some(text)
}

/// The line that a finding is about, and a mark below what is meant.
fn excerpt(card: &Linted, finding: &Finding) -> Option<String> {
    let span = finding.span.clone()?;
    // What looks like a secret is not shown a second time: output ends up in logs.
    if card.is_secret(&span) {
        return None;
    }
    let number = finding.diagnostic.location?.line.to_string();
    let line = line_of(&card.text, span.start);
    let end = span.end.clamp(span.start, line.end.max(span.start));
    let before = card.text.get(line.start..span.start)?;
    let meant = card.text.get(span.start..end)?;
    // Of a long line what is around the place is shown.
    let skipped = before.chars().count().saturating_sub(WIDEST / 2);
    let before: String = before.chars().skip(skipped).collect();
    let before = plain(&before.replace('\t', " "));
    let room = WIDEST.saturating_sub(before.chars().count());
    let shown = card.text.get(span.start..line.end)?.chars().take(room);
    let shown = plain(&shown.collect::<String>().replace('\t', " "));
    let meant: String = meant.chars().take(room).collect();
    let width = plain(&meant.replace('\t', " ")).chars().count().max(1);
    let cut = if skipped > 0 { "…" } else { "" };
    let (blank, mark) = (" ".repeat(number.len()), "^".repeat(width));
    let indent = " ".repeat(before.chars().count() + cut.chars().count());
    Some(format!(
        " {number} | {cut}{before}{shown}\n {blank} | {indent}{mark}\n"
    ))
}

/// The line that a byte stands in, without its end.
fn line_of(text: &str, at: usize) -> Range<usize> {
    let before = text.get(..at).unwrap_or_default();
    let begin = before.rfind(['\n', '\r']).map_or(0, |end| end + 1);
    let after = text.get(at..).unwrap_or_default();
    let length = after.find(['\n', '\r']).unwrap_or(after.len());
    begin..at + length
}

impl Linted {
    /// Whether the lines of a span hold what looks like a secret.
    fn is_secret(&self, span: &Range<usize>) -> bool {
        let line = line_of(&self.text, span.start);
        self.findings
            .iter()
            .filter(|finding| finding.diagnostic.rule == "secret")
            .filter_map(|finding| finding.span.as_ref())
            .any(|secret| secret.start < line.end.max(span.end) && line.start < secret.end)
    }
}
