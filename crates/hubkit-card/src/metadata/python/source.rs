//! What PyYAML refuses or reads otherwise before there are values: characters, line ends, tabs.

use std::{borrow::Cow, ops::Range};

use crate::{
    Location,
    syntax::{Content, Document, Fault, Layout, Node, ScalarStyle},
};

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

/// A source in which every line end of YAML 1.1 is one that YAML 1.2 knows.
pub(super) struct Lines<'s> {
    pub(super) text: Cow<'s, str>,
    /// The separators that were replaced, each with its place in the text.
    separators: Vec<(usize, char)>,
}

impl<'s> Lines<'s> {
    pub(super) fn new(source: &'s str) -> Self {
        let mut separators = Vec::new();
        if !source.contains([NEXT_LINE, SEPARATORS[0], SEPARATORS[1]]) {
            let text = Cow::Borrowed(source);
            return Self { text, separators };
        }
        let mut text = String::with_capacity(source.len());
        for c in source.chars() {
            if SEPARATORS.contains(&c) {
                separators.push((text.len(), c));
            }
            let is_line_end = c == NEXT_LINE || SEPARATORS.contains(&c);
            text.push(if is_line_end { '\n' } else { c });
        }
        let text = Cow::Owned(text);
        Self { text, separators }
    }

    /// The text with those separators again that stand within the texts of a document that was read from it, each before
    /// the line end; [`text`] takes that away. `None` where there are none.
    pub(super) fn with_separators(&self, document: &Document<'_>) -> Option<String> {
        if self.separators.is_empty() {
            return None;
        }
        let mut spans = Vec::new();
        if let Some(root) = &document.root {
            scalars(root, &mut spans);
        }
        let mut spans = spans.into_iter().peekable();
        let mut kept = String::with_capacity(self.text.len() + 3 * self.separators.len());
        let mut from = 0;
        for (at, separator) in &self.separators {
            kept.push_str(self.text.get(from..*at).unwrap_or_default());
            from = *at;
            while spans.next_if(|(span, _)| span.end <= *at).is_some() {}
            let Some((_, style)) = spans.peek().filter(|(span, _)| span.contains(at)) else {
                continue;
            };
            if !matches!(style, ScalarStyle::Literal | ScalarStyle::Folded) {
                kept.truncate(kept.trim_end_matches([' ', '\t']).len());
            }
            kept.push(*separator);
        }
        kept.push_str(self.text.get(from..).unwrap_or_default());
        Some(kept)
    }
}

/// Where the texts stand, in the order of the source.
fn scalars(node: &Node<'_>, spans: &mut Vec<(Range<usize>, ScalarStyle)>) {
    match &node.content {
        Content::Scalar { style, .. } => spans.push((node.span.clone(), *style)),
        Content::Alias(_) => {}
        Content::Sequence { items, .. } => {
            for item in items {
                scalars(item, spans);
            }
        }
        Content::Mapping { entries, .. } => {
            for (key, value) in entries {
                scalars(key, spans);
                scalars(value, spans);
            }
        }
    }
}

/// The text of a scalar, without the line ends behind separators.
pub(super) fn text<'a>(source: &str, node: &Node<'_>, text: &'a str) -> Cow<'a, str> {
    let written = source.get(node.span.clone()).unwrap_or_default();
    if !text.contains(SEPARATORS) || !written.contains(SEPARATORS) {
        return Cow::Borrowed(text);
    }
    let is_literal =
        matches!(&node.content, Content::Scalar { style, .. } if *style == ScalarStyle::Literal);
    // Lines that are folded are joined by a blank, others by the line end itself.
    let joint = if is_literal { '\n' } else { ' ' };
    let mut kept = String::with_capacity(text.len());
    let mut after_separator = false;
    for c in text.chars() {
        if after_separator && c == joint {
            after_separator = false;
            continue;
        }
        let is_separator = SEPARATORS.contains(&c);
        if is_separator && !is_literal && kept.ends_with(' ') {
            kept.pop();
        }
        kept.push(c);
        after_separator = is_separator;
    }
    Cow::Owned(kept)
}

/// Refuses what YAML 1.2 allows and PyYAML does not: tabs between values and within plain texts, some signs in plain
/// texts between brackets, keys that are not written or that are longer than a line.
pub(super) fn check_signs(document: &Document<'_>) -> Result<(), Fault> {
    let source = document.source;
    if starts_with_an_end(source) {
        return Err(fault(
            source,
            0,
            "found the end of a document, expected its begin",
        ));
    }
    let mut texts = Vec::new();
    if let Some(root) = &document.root {
        collect(root, Layout::Block, source, &mut texts)?;
    }
    if !source.contains('\t') {
        return Ok(());
    }
    let mut from = 0;
    for text in texts {
        check_tabs(source, from..text.start)?;
        from = from.max(text.end);
    }
    check_tabs(source, from..source.len())
}

/// Collects where texts stand that may hold tabs, in the order of the source.
fn collect(
    node: &Node<'_>,
    around: Layout,
    source: &str,
    texts: &mut Vec<Range<usize>>,
) -> Result<(), Fault> {
    match &node.content {
        Content::Scalar { text, .. } if is_plain(node) => {
            let is_flow = around == Layout::Flow;
            if is_flow && (text.contains('?') || text.starts_with(':')) {
                let reason = "found a question mark or a colon in a plain text between brackets";
                return Err(fault(source, node.span.start, reason));
            }
            let before = source.get(..node.span.start).unwrap_or_default();
            if is_flow
                && node.tag.is_some()
                && text.is_empty()
                && !before.ends_with([' ', '\n', '\r'])
            {
                return Err(fault(
                    source,
                    node.span.start,
                    "found a tag without a blank behind it",
                ));
            }
        }
        // An empty block of lines has no text that could hold a tab.
        Content::Scalar { text, style } => {
            let is_block = matches!(style, ScalarStyle::Literal | ScalarStyle::Folded);
            if !(is_block && text.is_empty()) {
                texts.push(node.span.clone());
            }
        }
        Content::Alias(_) => {}
        Content::Sequence { items, layout } => {
            for item in items {
                collect(item, inner(around, *layout), source, texts)?;
            }
        }
        Content::Mapping { entries, layout } => {
            for (key, value) in entries {
                if is_missing(source, key) {
                    let reason = "found a colon, expected a key before it";
                    return Err(fault(source, key.span.start, reason));
                }
                if *layout == Layout::Flow && is_too_long(source, key, value) {
                    let reason = "found a key of several lines between brackets";
                    return Err(fault(source, key.span.start, reason));
                }
                collect(key, inner(around, *layout), source, texts)?;
                collect(value, inner(around, *layout), source, texts)?;
            }
        }
    }
    Ok(())
}

/// Whether a key is not written at all, not even as nothing behind a question mark.
fn is_missing(source: &str, key: &Node<'_>) -> bool {
    key.tag.is_none()
        && key.anchor == 0
        && is_plain(key)
        && key.span.is_empty()
        && !is_marked(source, key)
}

/// Whether a key between brackets goes on to another line before its colon.
fn is_too_long(source: &str, key: &Node<'_>, value: &Node<'_>) -> bool {
    let text = source
        .get(key.span.start..value.span.start)
        .unwrap_or_default();
    let is_broken = |text: &str| text.contains(['\n', '\r']);
    let written = key.span.len().min(text.len());
    let (key_text, between) = text.split_at(written);
    let Some((blanks, _)) = between.split_once(':') else {
        return false;
    };
    (is_broken(key_text) || is_broken(blanks)) && !is_marked(source, key)
}

/// Whether a key stands behind a question mark.
fn is_marked(source: &str, key: &Node<'_>) -> bool {
    let before = source.get(..key.span.start).unwrap_or_default();
    for line in before.rsplit(['\n', '\r']) {
        let line = line.trim_ascii();
        let line = line
            .split_once(" #")
            .map_or(line, |(line, _)| line.trim_ascii_end());
        if !line.is_empty() && !line.starts_with('#') {
            return line.ends_with('?');
        }
    }
    false
}

fn starts_with_an_end(source: &str) -> bool {
    let mut lines = source.trim_start_matches('\u{feff}').split(['\n', '\r']);
    let first =
        lines.find(|line| !line.trim_ascii().is_empty() && !line.trim_ascii().starts_with('#'));
    first.is_some_and(|line| line == "..." || line.starts_with("... "))
}

fn inner(around: Layout, layout: Layout) -> Layout {
    match around {
        Layout::Flow => Layout::Flow,
        Layout::Block => layout,
    }
}

/// Refuses tabs that are in no remark.
fn check_tabs(source: &str, range: Range<usize>) -> Result<(), Fault> {
    let begin = range.start;
    let Some(text) = source.get(range) else {
        return Ok(());
    };
    let mut before = '\n';
    let mut in_remark = false;
    for (at, c) in text.char_indices() {
        match c {
            '\n' | '\r' => in_remark = false,
            '#' if matches!(before, '\n' | '\r' | ' ') => in_remark = true,
            '\t' if !in_remark => {
                return Err(fault(source, begin + at, "found a tab between values"));
            }
            _ => {}
        }
        before = c;
    }
    Ok(())
}

fn is_plain(node: &Node<'_>) -> bool {
    matches!(&node.content, Content::Scalar { style, .. } if *style == ScalarStyle::Plain)
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
