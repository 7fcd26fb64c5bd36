//! From the events of the YAML parser to a tree.

use std::collections::HashSet;

use granit_parser::{Event, Marker, Parser, ScanError, Span, StructureStyle, Tag};

use super::{Content, Document, Fault, Layout, Node};
use crate::{
    Dialect, Location,
    metadata::{DEEPEST, MOST_VALUES},
};

impl From<ScanError> for Fault {
    fn from(error: ScanError) -> Self {
        Self {
            location: location(*error.marker()),
            reason: error.info(),
        }
    }
}

pub(super) fn document(source: &str, dialect: Dialect) -> Result<Document<'_>, Fault> {
    let is_python = dialect == Dialect::Python;
    let options = granit_parser::options! {
        emit_comments: false,
        emit_anchor_events: is_python,
        block_scalar_eof_without_line_feed: is_python,
        bom_inside_document_as_content: is_python,
    };
    let mut builder = Builder {
        source,
        events: Parser::new_from_str_with_options(source, options),
        nodes: 0,
        anchors: HashSet::new(),
    };
    let root = builder.root()?;
    Ok(Document { source, root })
}

struct Builder<'a, E> {
    source: &'a str,
    events: E,
    nodes: usize,
    /// Their names, where those are told.
    anchors: HashSet<String>,
}

impl<'a, E> Builder<'a, E>
where
    E: Iterator<Item = Result<(Event<'a>, Span), ScanError>>,
{
    fn next(&mut self) -> Result<(Event<'a>, Span), Fault> {
        loop {
            let (event, span) = self.events.next().ok_or_else(Fault::at_the_end)??;
            let Event::Anchor(_, name) = event else {
                return Ok((event, span));
            };
            let is_known = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_');
            if !name.chars().all(is_known) {
                return Err(fault(
                    span.start,
                    "an anchor of other than letters and digits",
                ));
            }
            if !self.anchors.insert(name.into_owned()) {
                return Err(fault(span.start, "an anchor that is there twice"));
            }
        }
    }

    /// The one document of the block.
    fn root(&mut self) -> Result<Option<Node<'a>>, Fault> {
        let mut root = None;
        loop {
            match self.next()? {
                (Event::StreamStart | Event::DocumentEnd, _) => {}
                (Event::DocumentStart(..), _) if root.is_none() => {
                    let (event, span) = self.next()?;
                    root = Some(self.node(event, span, 0)?);
                }
                (Event::StreamEnd, _) => break,
                (_, span) => return Err(fault(span.start, "a second document")),
            }
        }
        // A block without a value is read as an empty one.
        Ok(root.filter(|root| !root.span.is_empty() || !is_empty(root)))
    }

    /// The value that begins with an event.
    fn node(&mut self, event: Event<'a>, span: Span, depth: usize) -> Result<Node<'a>, Fault> {
        self.nodes += 1;
        if depth > DEEPEST || self.nodes > MOST_VALUES {
            return Err(fault(
                span.start,
                "more values, or deeper ones, than are read",
            ));
        }
        let begin = offset(span.start)?;
        let mut end = offset(span.end)?;
        let start = location(span.start);
        let (content, anchor, tag) = match event {
            Event::Alias(anchor) => (Content::Alias(anchor), 0, None),
            Event::Scalar(text, style, anchor, tag) => {
                (Content::Scalar { text, style }, anchor, tag)
            }
            Event::SequenceStart(style, anchor, tag) => {
                let mut items = Vec::new();
                loop {
                    match self.next()? {
                        (Event::SequenceEnd, span) => {
                            end = self.end(style, span, items.last())?;
                            break;
                        }
                        (event, span) => items.push(self.node(event, span, depth + 1)?),
                    }
                }
                let layout = layout(style);
                (Content::Sequence { items, layout }, anchor, tag)
            }
            Event::MappingStart(style, anchor, tag) => {
                let mut entries = Vec::new();
                loop {
                    match self.next()? {
                        (Event::MappingEnd, span) => {
                            let last = entries.last().map(|(_, value)| value);
                            end = self.end(style, span, last)?;
                            break;
                        }
                        (event, span) => {
                            let key = self.node(event, span, depth + 1)?;
                            let (event, span) = self.next()?;
                            entries.push((key, self.node(event, span, depth + 1)?));
                        }
                    }
                }
                let layout = layout(style);
                (Content::Mapping { entries, layout }, anchor, tag)
            }
            _ => return Err(fault(span.start, "no value")),
        };
        Ok(Node {
            span: begin..end.max(begin),
            start,
            anchor,
            tag: tag.map(|tag| name(&tag)),
            content,
        })
    }

    /// Where a list or a mapping ends: between brackets after them, of lines after the text of the last.
    fn end(
        &self,
        style: StructureStyle,
        span: Span,
        last: Option<&Node<'a>>,
    ) -> Result<usize, Fault> {
        let end = offset(span.end)?.min(self.source.len());
        Ok(match (style, last) {
            (StructureStyle::Block, Some(last)) => last.span.end,
            _ => end,
        })
    }
}

fn is_empty(node: &Node<'_>) -> bool {
    node.as_text().is_some_and(str::is_empty) && node.tag.is_none() && node.anchor == 0
}

fn layout(style: StructureStyle) -> Layout {
    match style {
        StructureStyle::Block => Layout::Block,
        StructureStyle::Flow => Layout::Flow,
    }
}

fn name(tag: &Tag) -> String {
    tag.to_string()
}

fn offset(marker: Marker) -> Result<usize, Fault> {
    marker
        .byte_offset()
        .ok_or_else(|| fault(marker, "no place"))
}

fn fault(marker: Marker, reason: &str) -> Fault {
    Fault {
        location: location(marker),
        reason: format!("found {reason}"),
    }
}

fn location(marker: Marker) -> Location {
    Location {
        line: marker.line(),
        column: marker.col() + 1,
    }
}
