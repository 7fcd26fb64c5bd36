//! Where the parts of a document are that have no value of their own: colons, dashes, remarks, lines.

use crate::syntax::{Content, Layout, Node, ScalarStyle};

/// A document with its lines.
pub(super) struct Places<'a> {
    pub(super) source: &'a str,
    /// Where each line begins.
    starts: Vec<usize>,
}

fn is_break(byte: u8) -> bool {
    matches!(byte, b'\n' | b'\r')
}

fn is_blank(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t')
}

impl<'a> Places<'a> {
    pub(super) fn of(source: &'a str) -> Self {
        let bytes = source.as_bytes();
        let is_end = |at: &usize| {
            bytes[*at] == b'\n' || bytes[*at] == b'\r' && bytes.get(at + 1) != Some(&b'\n')
        };
        let ends = (0..bytes.len()).filter(is_end).map(|at| at + 1);
        Self {
            source,
            starts: std::iter::once(0).chain(ends).collect(),
        }
    }

    pub(super) fn byte(&self, at: usize) -> Option<u8> {
        self.source.as_bytes().get(at).copied()
    }

    /// Where the line of a place begins.
    pub(super) fn line_start(&self, at: usize) -> usize {
        let after = self.starts.partition_point(|start| *start <= at);
        self.starts[after - 1]
    }

    /// Where the line after that of a place begins; the end of the source after the last.
    pub(super) fn next_line(&self, at: usize) -> usize {
        let after = self.starts.partition_point(|start| *start <= at);
        self.starts.get(after).copied().unwrap_or(self.source.len())
    }

    /// Where the text of the line of a place ends, before its line end.
    pub(super) fn line_end(&self, at: usize) -> usize {
        let start = self.line_start(at);
        let line = &self.source[start..self.next_line(at)];
        start + line.trim_end_matches(['\n', '\r']).len()
    }

    /// How many bytes are to the left of a place in its line.
    pub(super) fn column(&self, at: usize) -> usize {
        at - self.line_start(at)
    }

    /// Whether nothing but blanks is to the left of a place in its line.
    pub(super) fn is_first(&self, at: usize) -> bool {
        let left = &self.source[self.line_start(at)..at];
        left.bytes().all(is_blank)
    }

    /// The remark at the end of a line, with nothing but blanks between a place and it.
    pub(super) fn remark(&self, at: usize) -> Option<&'a str> {
        let rest = &self.source[at..self.line_end(at)];
        let remark = rest.trim_start_matches([' ', '\t']);
        let is_apart = remark.len() < rest.len() || at == self.line_start(at);
        (is_apart && remark.starts_with('#')).then_some(remark)
    }

    /// The first place from one on that is no blank, line end or remark.
    pub(super) fn skip(&self, from: usize) -> usize {
        let bytes = self.source.as_bytes();
        let mut at = from;
        while let Some(&byte) = bytes.get(at) {
            if is_blank(byte) || is_break(byte) {
                at += 1;
            } else if byte == b'#'
                && (at == 0 || is_blank(bytes[at - 1]) || is_break(bytes[at - 1]))
            {
                at = self.line_end(at);
            } else {
                break;
            }
        }
        at
    }

    /// Where the value of the whole document begins, below a line that says that a document begins.
    pub(super) fn skip_start(&self) -> usize {
        let at = self.skip(0);
        let is_mark = self.source[at..].starts_with("---")
            && !self.source[at + 3..].starts_with(|c: char| !c.is_whitespace());
        if is_mark { at + 3 } else { at }
    }

    /// Where a value begins whose anchor and tag, if any, come first after a place.
    pub(super) fn content(&self, from: usize, node: &Node<'_>) -> usize {
        let mut at = self.skip(from);
        let properties = usize::from(node.anchor != 0) + usize::from(node.tag.is_some());
        for _ in 0..properties {
            if !matches!(self.byte(at), Some(b'&' | b'!')) {
                break;
            }
            at = self.skip(self.word_end(at));
        }
        at
    }

    /// Where a word without blanks ends.
    fn word_end(&self, at: usize) -> usize {
        let rest = &self.source.as_bytes()[at..];
        let end = rest
            .iter()
            .position(|byte| is_blank(*byte) || is_break(*byte));
        at + end.unwrap_or(rest.len())
    }

    /// Where the colon after a name is; `None` where there is none, as in `{name}` or `? name`.
    pub(super) fn colon(&self, key: &Node<'_>) -> Option<usize> {
        let at = self.skip(self.name_end(key));
        (self.byte(at) == Some(b':')).then_some(at)
    }

    /// Where an entry begins: with the `?`, the anchor or the tag of its name, or the name.
    pub(super) fn entry_start(&self, key: &Node<'_>) -> usize {
        let bytes = self.source.as_bytes();
        let mut start = self.begin(key);
        let line = self.line_start(start);
        if key.span.is_empty() && self.source[..start].ends_with('?') {
            start -= 1;
        }
        loop {
            let mut end = start;
            while end > line && is_blank(bytes[end - 1]) {
                end -= 1;
            }
            let mut begin = end;
            while begin > line && !is_blank(bytes[begin - 1]) {
                begin -= 1;
            }
            let word = &self.source[begin..end];
            let is_property = word.starts_with('&') && key.anchor != 0
                || word.starts_with('!') && key.tag.is_some();
            if end == start || word != "?" && !is_property {
                return start;
            }
            start = begin;
        }
    }

    /// Where the text of a value begins. Of nothing it is right after the sign before it: a reader finds it further down.
    fn begin(&self, node: &Node<'_>) -> usize {
        let start = node.span.start;
        if node.span.is_empty() && node.as_text().is_some() {
            self.source[..start].trim_end().len()
        } else {
            start
        }
    }

    /// Where the text of a value ends, without the line end and what remarks follow it.
    pub(super) fn end(&self, node: &Node<'_>) -> usize {
        match &node.content {
            Content::Scalar {
                text,
                style: ScalarStyle::Literal | ScalarStyle::Folded,
            } => self.lines_end(node, text),
            Content::Sequence {
                items,
                layout: Layout::Block,
            } => items.last().map_or(node.span.end, |item| self.end(item)),
            Content::Mapping {
                entries,
                layout: Layout::Block,
            } => entries
                .last()
                .map_or(node.span.end, |(key, value)| self.value_end(key, value)),
            _ => node.span.end,
        }
    }

    /// Where the text of a name ends.
    fn name_end(&self, key: &Node<'_>) -> usize {
        if key.span.is_empty() {
            self.begin(key)
        } else {
            self.end(key)
        }
    }

    /// Where the text of an entry ends: after its value, or after the colon where nothing follows.
    pub(super) fn value_end(&self, key: &Node<'_>, value: &Node<'_>) -> usize {
        match self.colon(key) {
            Some(colon) => self.end(value).max(colon + 1),
            None => self.name_end(key),
        }
    }

    /// Where the lines of a `|` or `>` text end.
    fn lines_end(&self, node: &Node<'_>, text: &str) -> usize {
        let lines = &self.source[node.span.clone()];
        // What is left of the line of the next value, or of a remark, is no part of the text.
        let whole = match lines.rfind(['\n', '\r']) {
            Some(last) if lines[last + 1..].trim_matches([' ', '\t']).is_empty() => &lines[..=last],
            _ => lines,
        };
        let kept = text.len() - text.trim_end_matches('\n').len();
        // Only with `+` do blank lines at the end belong to the text.
        let lines = if kept > 1 || kept == text.len() {
            let one = whole.strip_suffix('\n').unwrap_or(whole);
            one.strip_suffix('\r').unwrap_or(one)
        } else {
            let filled = whole.trim_end();
            let rest = &whole[filled.len()..];
            let line = rest.find(['\n', '\r']).unwrap_or(rest.len());
            &whole[..filled.len() + line]
        };
        if !lines.is_empty() {
            return node.span.start + lines.len();
        }
        // A text without lines ends with the line of its sign.
        let before = self.source[..node.span.start].trim_end();
        self.line_end(before.len())
    }
}
