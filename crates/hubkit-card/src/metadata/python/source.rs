//! What PyYAML refuses or reads otherwise before there are values: characters, line ends, tabs.

mod lines;
mod signs;

pub(super) use self::{
    lines::{Lines, text},
    signs::check_signs,
};
use crate::{Location, syntax::Fault};

/// Line ends of YAML 1.1 that stay what they are within a text.
pub(super) const SEPARATORS: [char; 2] = ['\u{2028}', '\u{2029}'];
/// A line end of YAML 1.1 that counts as any other.
const NEXT_LINE: char = '\u{85}';

/// Refuses what can't be printed.
pub(super) fn check_characters(source: &str) -> Result<(), Fault> {
    let is_fine = |c: char| matches!(c, '\t' | '\n' | '\r' | ' '..='~' | NEXT_LINE | '\u{a0}'..='\u{fffd}' | '\u{10000}'..);
    let Some(at) = source.find(|c| !is_fine(c)) else {
        return Ok(());
    };
    Err(fault(source, at, "found a character that can't be printed"))
}

fn fault(source: &str, at: usize, reason: &str) -> Fault {
    let before = source.get(..at).unwrap_or_default();
    let line = before.rsplit(['\n', '\r']).next().unwrap_or_default();
    Fault {
        location: Location {
            line: 1 + before.matches('\n').count(),
            column: 1 + line.chars().count(),
        },
        reason: reason.to_owned(),
    }
}
