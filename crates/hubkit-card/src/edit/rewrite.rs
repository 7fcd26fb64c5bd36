//! From one value of a document to another, by as few changes to its text as can be.

use std::{collections::HashSet, ops::Range};

use serde_yaml::Value;

use super::{
    EditError,
    emit::{self, Written},
    gone::Gone,
    layout::Layout,
    place::Places,
    scalar::Within,
    way::{Reach, Way},
};
use crate::{
    FieldPath, Step,
    syntax::{Content, Document, Layout as Brackets, Node},
};

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
    pub(super) way: Way,
    pub(super) gone: &'a Gone,
    splices: Vec<(Range<usize>, String)>,
    /// The anchors that aliases name.
    aliased: HashSet<usize>,
    /// A value with such an anchor that is changed.
    pub(super) shared: Option<FieldPath>,
    path: Vec<Step>,
}

impl<'a> Rewriter<'a> {
    pub(super) fn new(
        source: &'a str,
        document: &Document<'a>,
        line_end: &'a str,
        way: Way,
        gone: &'a Gone,
    ) -> Self {
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
        let has_literals = way.reach == Reach::Lines;
        Self {
            layout: Layout {
                has_literals,
                ..Layout::of(&places, document)
            },
            places,
            line_end,
            way,
            gone,
            splices: Vec::new(),
            aliased,
            shared: None,
            path: Vec::new(),
        }
    }

    pub(super) fn root(
        &mut self,
        document: &Document<'a>,
        old: &Value,
        new: &Value,
    ) -> Result<(), EditError> {
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

    pub(super) fn written<'v>(&self, value: &'v Value) -> Result<Written<'v>, EditError> {
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
    pub(super) fn lines_of(&self, value: &Value, indent: usize) -> Result<String, EditError> {
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
    pub(super) fn finish(mut self) -> String {
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
