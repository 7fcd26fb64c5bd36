//! Words as they are gathered.

use hubkit_types::is_invisible;

use super::{style::Style, wrap::Run};

/// Adds an author's words to what was gathered. Control characters are escaped, and what is only invisible is left out.
pub(super) fn push(runs: &mut Vec<Run>, words: &str, style: Style) {
    let words: String = words.chars().flat_map(seen).collect();
    if words.is_empty() {
        return;
    }
    match runs.last_mut() {
        Some(run) if run.style == style => run.text.push_str(&words),
        _ => runs.push(Run { text: words, style }),
    }
}

/// Asks for a line end.
pub(super) fn line_end(runs: &mut Vec<Run>) {
    let style = Style::default();
    let text = "\n".to_owned();
    runs.push(Run { text, style });
}

/// A character as it may be shown in a text.
fn seen(c: char) -> impl Iterator<Item = char> {
    let is_blank = matches!(c, '\n' | '\r' | '\t' | '\u{2028}' | '\u{2029}' | '\u{85}');
    let (shown, escaped) = if is_blank {
        (Some(' '), None)
    } else if c.is_control() {
        (None, Some(c.escape_default()))
    } else {
        (Some(c).filter(|c| !is_invisible(*c)), None)
    };
    shown.into_iter().chain(escaped.into_iter().flatten())
}

/// A line of code: what can't be seen is escaped, since it may change what the code means.
pub(super) fn code(line: &str) -> String {
    let mut shown = String::with_capacity(line.len());
    for c in line.chars() {
        match c {
            '\t' => shown.push_str("    "),
            c if is_invisible(c) => shown.extend(c.escape_default()),
            c => shown.push(c),
        }
    }
    shown
}
