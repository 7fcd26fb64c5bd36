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
    let is_inside = |character: &char| !matches!(character, '\n' | '\r');
    let mut before: Vec<char> = card
        .text
        .get(..span.start)?
        .chars()
        .rev()
        .take_while(is_inside)
        .take(WIDEST / 2 + 1)
        .collect();
    // Of a long line what is around the place is shown.
    let is_cut = before.len() > WIDEST / 2;
    before.truncate(WIDEST / 2);
    let before: String = before.iter().rev().collect();
    let before = plain(&before.replace('\t', " "));
    let room = WIDEST.saturating_sub(before.chars().count());
    let rest = |text: &str| -> String { text.chars().take_while(is_inside).take(room).collect() };
    let shown = plain(&rest(card.text.get(span.start..)?).replace('\t', " "));
    let meant = plain(&rest(card.text.get(span.clone())?).replace('\t', " "));
    let width = meant.chars().count().max(1);
    let cut = if is_cut { "…" } else { "" };
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
        let mut secrets = self
            .findings
            .iter()
            .filter(|finding| finding.diagnostic.rule == "secret")
            .filter_map(|finding| finding.span.as_ref())
            .peekable();
        if secrets.peek().is_none() {
            return false;
        }
        let line = line_of(&self.text, span.start);
        secrets.any(|secret| secret.start < line.end.max(span.end) && line.start < secret.end)
    }
}
