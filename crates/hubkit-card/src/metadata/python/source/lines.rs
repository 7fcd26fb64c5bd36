//! Line ends that YAML 1.1 knows and YAML 1.2 does not.

use std::{borrow::Cow, ops::Range};

use super::{NEXT_LINE, SEPARATORS};
use crate::syntax::{Content, Document, Node, ScalarStyle};

/// A source in which every line end of YAML 1.1 is one that YAML 1.2 knows.
pub(in crate::metadata::python) struct Lines<'s> {
    pub(in crate::metadata::python) text: Cow<'s, str>,
    /// The separators that were replaced, each with its place in the text.
    separators: Vec<(usize, char)>,
}

impl<'s> Lines<'s> {
    pub(in crate::metadata::python) fn new(source: &'s str) -> Self {
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
    pub(in crate::metadata::python) fn with_separators(
        &self,
        document: &Document<'_>,
    ) -> Option<String> {
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
pub(in crate::metadata::python) fn text<'a>(
    source: &str,
    node: &Node<'_>,
    text: &'a str,
) -> Cow<'a, str> {
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
