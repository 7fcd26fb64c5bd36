//! Signs and tabs where PyYAML does not take them.

use std::ops::Range;

use super::fault;
use crate::syntax::{Content, Document, Fault, Layout, Node, ScalarStyle};

/// Refuses what YAML 1.2 allows and PyYAML does not: tabs between values and within plain texts, some signs in plain
/// texts between brackets, keys that are not written or that are longer than a line.
pub(in crate::metadata::python) fn check_signs(document: &Document<'_>) -> Result<(), Fault> {
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
