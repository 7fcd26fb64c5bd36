//! From one value of a document to another, by as few changes to its text as can be.

use std::{collections::HashSet, ops::Range};

use serde_yaml::Value;

use super::{
    EditError,
    emit::{self, Written},
    layout::Layout,
    place::Places,
    scalar::Within,
};
use crate::{
    FieldPath, Step,
    syntax::{Content, Document, Layout as Brackets, Node, ScalarStyle},
};

/// Tries the ways to write a change, from the one that touches least on, until one is as it is meant.
pub(super) fn first(
    source: &str,
    line_end: &str,
    old: &Value,
    new: &Value,
    accept: impl Fn(&str) -> Option<String>,
) -> Result<String, EditError> {
    // With a line end after the last line no line is special.
    let is_open = !source.ends_with(['\n', '\r']);
    let end = if is_open { line_end } else { "" };
    let whole = format!("{source}{end}");
    let document = Document::read(&whole).ok_or(EditError::NotKept)?;
    let mut failure = EditError::NotKept;
    for reach in [Reach::Lines, Reach::Blanks] {
        let mut rewriter = Rewriter::new(&whole, &document, line_end, reach);
        rewriter.root(&document, old, new)?;
        if let Some(path) = rewriter.shared.take() {
            failure = EditError::Shared { path };
        }
        let mut changed = rewriter.finish();
        if is_open && let Some(one) = changed.strip_suffix('\n') {
            changed.truncate(one.strip_suffix('\r').unwrap_or(one).len());
        }
        if let Some(accepted) = accept(&changed) {
            return Ok(accepted);
        }
        // A block of nothing is none where the text below has a line of dashes.
        if changed.is_empty()
            && let Some(accepted) = accept("{}")
        {
            return Ok(accepted);
        }
    }
    Err(failure)
}

/// What goes with an entry that is removed.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Reach {
    /// Its lines, and the remarks below them that stand further to the right than its name.
    Lines,
    /// The blank lines and remarks up to the next entry as well.
    Blanks,
}

/// Where a value stands.
#[derive(Clone, Copy, Debug)]
pub(super) struct Slot {
    /// The first place after the colon or the dash; of an item between brackets its own first place.
    pub(super) from: usize,
    pub(super) kind: Kind,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Kind {
    /// The whole document.
    Root,
    /// After a colon; its name is so far to the right.
    Entry(usize),
    /// After a dash that is so far to the right.
    Item(usize),
    /// After a colon between brackets.
    FlowEntry,
    /// Between brackets.
    FlowItem,
}

pub(super) struct Rewriter<'a> {
    pub(super) places: Places<'a>,
    pub(super) layout: Layout,
    pub(super) line_end: &'a str,
    pub(super) reach: Reach,
    splices: Vec<(Range<usize>, String)>,
    /// The anchors that aliases name.
    aliased: HashSet<usize>,
    /// A value with such an anchor that is changed.
    shared: Option<FieldPath>,
    path: Vec<Step>,
}

impl<'a> Rewriter<'a> {
    fn new(source: &'a str, document: &Document<'a>, line_end: &'a str, reach: Reach) -> Self {
        let places = Places::of(source);
        let mut aliased = HashSet::new();
        if let Some(root) = &document.root {
            root.each(&mut |node| {
                if let Content::Alias(anchor) = node.content {
                    aliased.insert(anchor);
                }
            });
        }
        // Blanks in an empty line below would be a part of such a text.
        let has_literals = reach == Reach::Lines;
        Self {
            layout: Layout {
                has_literals,
                ..Layout::of(&places, document)
            },
            places,
            line_end,
            reach,
            splices: Vec::new(),
            aliased,
            shared: None,
            path: Vec::new(),
        }
    }

    fn root(&mut self, document: &Document<'a>, old: &Value, new: &Value) -> Result<(), EditError> {
        let Some(root) = &document.root else {
            let lines = self.lines_of(new, 0)?;
            let end = self.places.source.trim_end_matches(['\n', '\r']).len();
            // Below remarks, or alone.
            let at = if end == 0 {
                0
            } else {
                self.places.next_line(end)
            };
            let empty = if end == 0 {
                self.places.source.len()
            } else {
                at
            };
            self.splice(at..empty, lines);
            return Ok(());
        };
        let slot = Slot {
            from: self.places.skip_start(),
            kind: Kind::Root,
        };
        self.value(slot, root, old, new)
    }

    /// Makes a value another one.
    pub(super) fn value(
        &mut self,
        slot: Slot,
        node: &Node<'_>,
        old: &Value,
        new: &Value,
    ) -> Result<(), EditError> {
        if old == new {
            return Ok(());
        }
        self.note(node);
        let is_simple = node.tag.is_none();
        let is_done = match (&node.content, old, new) {
            (Content::Mapping { entries, layout }, Value::Mapping(old), Value::Mapping(new))
                if is_simple && !entries.is_empty() =>
            {
                match layout {
                    Brackets::Block => self.block_mapping(slot, entries, old, new)?,
                    Brackets::Flow => self.flow_mapping(node, entries, old, new)?,
                }
            }
            (Content::Sequence { items, layout }, Value::Sequence(old), Value::Sequence(new))
                if is_simple && items.len() == old.len() && !items.is_empty() =>
            {
                match layout {
                    Brackets::Block => self.block_list(slot, node, items, old, new)?,
                    Brackets::Flow => self.flow_list(node, items, old, new)?,
                }
            }
            _ => false,
        };
        if is_done {
            Ok(())
        } else {
            self.replace(slot, node, new)
        }
    }

    /// Writes another value in the place of one.
    fn replace(&mut self, slot: Slot, node: &Node<'_>, new: &Value) -> Result<(), EditError> {
        node.each(&mut |node| self.note(node));
        let from = slot.from;
        let end = self.places.end(node).max(from);
        match slot.kind {
            Kind::FlowItem => {
                let text = self.inline(new, Within::Flow)?;
                self.splice(from..end, text);
            }
            Kind::FlowEntry => {
                let text = self.inline(new, Within::Flow)?;
                let is_nothing = self.places.content(from, node) >= end && node.span.is_empty();
                let begin = if is_nothing {
                    end
                } else {
                    self.places.skip(from).min(end)
                };
                let blank = if begin == from { " " } else { "" };
                self.splice(begin..end, format!("{blank}{text}"));
            }
            Kind::Root => {
                let begin = self.places.content(from, node).min(end);
                let lines = self.lines_of(new, 0)?;
                let text = lines.strip_suffix(self.line_end).unwrap_or(&lines);
                self.splice(begin..end, text.to_owned());
            }
            Kind::Entry(column) | Kind::Item(column) => {
                self.replace_on_lines(slot, column, end, node, new)?;
            }
        }
        Ok(())
    }

    fn replace_on_lines(
        &mut self,
        slot: Slot,
        column: usize,
        end: usize,
        node: &Node<'_>,
        new: &Value,
    ) -> Result<(), EditError> {
        let from = slot.from;
        let is_item = matches!(slot.kind, Kind::Item(_));
        // Blanks at the end of the line go with the value.
        let close = self.places.line_end(end);
        let ends_line = self.places.source[end..close].trim().is_empty();
        let end = if ends_line { close } else { end };
        let is_brackets = matches!(
            &node.content,
            Content::Sequence {
                layout: Brackets::Flow,
                ..
            } | Content::Mapping {
                layout: Brackets::Flow,
                ..
            }
        );
        if is_brackets && is_filled(new) && !is_empty(node) {
            let text = self.inline(new, Within::Flow)?;
            let begin = self.places.skip(from).min(end);
            let blank = if begin == from { " " } else { "" };
            self.splice(begin..end, format!("{blank}{text}"));
            return Ok(());
        }
        // The remark of the first line stays there, and so does the one after the last.
        let head = self.head_remark(from, end, node);
        let head_text = head.map(|remark| format!(" {remark}")).unwrap_or_default();
        match self.written(new)? {
            Written::Inline(text) => self.splice(from..end, format!(" {text}{head_text}")),
            Written::Literal(sign, texts) => {
                self.splice(from..end, format!(" {sign}{head_text}"));
                let indent = column + if is_item { 2 } else { self.layout.step };
                let mut lines = Vec::new();
                emit::literal(&texts, indent, &mut lines);
                let text = self.joined(&lines);
                self.insert_below(end, text);
            }
            Written::Lines => {
                let has_remark = head.is_some() || self.places.remark(end).is_some();
                let is_list = new.is_sequence();
                let indent = column
                    + match (is_item, is_list) {
                        (true, _) => 2,
                        (false, true) => self.layout.dash,
                        (false, false) => self.layout.step,
                    };
                let text = self.lines_of(new, indent)?;
                if is_item && !has_remark {
                    let text = text.strip_suffix(self.line_end).unwrap_or(&text);
                    self.splice(from..end, format!(" {}", text.trim_start_matches(' ')));
                } else {
                    self.splice(from..end, head_text);
                    self.insert_below(end, text);
                }
            }
        }
        Ok(())
    }

    /// The remark of the line of a colon or a dash whose value stands below it.
    fn head_remark(&self, from: usize, end: usize, node: &Node<'_>) -> Option<&'a str> {
        let line_end = self.places.line_end(from);
        if end <= line_end {
            return None;
        }
        let line = &self.places.source[from..line_end];
        match &node.content {
            // Between brackets, and between quotes, a sharp means what it means there.
            Content::Scalar { style, .. }
                if !matches!(style, ScalarStyle::Literal | ScalarStyle::Folded) =>
            {
                return None;
            }
            Content::Sequence {
                layout: Brackets::Flow,
                ..
            }
            | Content::Mapping {
                layout: Brackets::Flow,
                ..
            } => return None,
            Content::Mapping { .. } | Content::Sequence { .. } if node.span.start < line_end => {
                return None;
            }
            _ => {}
        }
        let at = line.find(" #").or_else(|| line.find("\t#"))?;
        Some(&line[at + 1..])
    }

    /// Remembers a value that other places repeat.
    pub(super) fn note(&mut self, node: &Node<'_>) {
        if node.anchor != 0 && self.shared.is_none() && self.aliased.contains(&node.anchor) {
            self.shared = Some(self.here());
        }
    }

    /// The path of the value that is being changed.
    pub(super) fn here(&self) -> FieldPath {
        self.path
            .iter()
            .fold(FieldPath::root(), |path, step| match step {
                Step::Key(key) => path.key(key),
                Step::Index(index) => path.index(*index),
            })
    }

    /// Does something one step further down.
    pub(super) fn below<T>(&mut self, step: Step, act: impl FnOnce(&mut Self) -> T) -> T {
        self.path.push(step);
        let done = act(self);
        self.path.pop();
        done
    }

    pub(super) fn splice(&mut self, range: Range<usize>, text: String) {
        self.splices.push((range, text));
    }

    /// Puts whole lines below the line of a place.
    pub(super) fn insert_below(&mut self, at: usize, lines: String) {
        let next = self.places.next_line(at);
        self.splice(next..next, lines);
    }

    fn written<'v>(&self, value: &'v Value) -> Result<Written<'v>, EditError> {
        emit::written(value, self.layout).map_err(|found| self.unwritable(found))
    }

    pub(super) fn inline(&self, value: &Value, within: Within) -> Result<String, EditError> {
        emit::inline(value, within).map_err(|found| self.unwritable(found))
    }

    pub(super) fn unwritable(&self, found: &'static str) -> EditError {
        EditError::Unwritable {
            path: self.here(),
            found,
        }
    }

    /// A value as whole lines.
    fn lines_of(&self, value: &Value, indent: usize) -> Result<String, EditError> {
        let mut lines = Vec::new();
        match self.written(value)? {
            Written::Inline(text) => lines.push(text),
            Written::Literal(..) => lines.push(self.inline(value, Within::Flow)?),
            Written::Lines => emit::collection(value, indent, self.layout, &mut lines)
                .map_err(|found| self.unwritable(found))?,
        }
        Ok(self.joined(&lines))
    }

    pub(super) fn joined(&self, lines: &[String]) -> String {
        lines
            .iter()
            .flat_map(|line| [line.as_str(), self.line_end])
            .collect()
    }

    /// The text with all changes.
    fn finish(mut self) -> String {
        self.splices
            .sort_by_key(|(range, _)| (range.start, range.end));
        let source = self.places.source;
        let mut text = String::with_capacity(source.len());
        let mut done = 0;
        for (range, new) in &self.splices {
            // Changes that overlap are a fault of ours; what comes of it is read back and refused.
            text.push_str(source.get(done..range.start).unwrap_or_default());
            text.push_str(new);
            done = done.max(range.end);
        }
        text.push_str(source.get(done..).unwrap_or_default());
        text
    }
}

fn is_filled(value: &Value) -> bool {
    match value {
        Value::Sequence(items) => !items.is_empty(),
        Value::Mapping(entries) => !entries.is_empty(),
        _ => false,
    }
}

fn is_empty(node: &Node<'_>) -> bool {
    match &node.content {
        Content::Sequence { items, .. } => items.is_empty(),
        Content::Mapping { entries, .. } => entries.is_empty(),
        _ => false,
    }
}
