//! The smallest part of a block that a change may touch, by the located tree.

use std::ops::Range;

use super::super::{Change, Edit, place::Places};
use crate::{
    FieldPath, Step,
    syntax::{Content, Document, Layout, Node},
};

/// What a change may do to the bytes of a text.
pub(super) enum Region {
    /// New lines in one place.
    Insertion,
    /// Other bytes in the place of these, which are whole lines of the block.
    Lines(Range<usize>),
}

impl Region {
    /// Of a change that does something. `block` is the block with a line end after the last line.
    pub(super) fn of(block: &str, document: &Document<'_>, edit: &Edit) -> Self {
        let places = Places::of(block);
        let Some(root) = &document.root else {
            return Self::Lines(0..block.len());
        };
        let mut walk = Walk {
            places,
            node: root,
            lines: 0..block.len(),
            parent: None,
        };
        for step in edit.path.steps() {
            match walk.step(step) {
                Found::Inside => {}
                Found::Missing => return Self::Insertion,
                Found::Here => return Self::Lines(walk.lines),
            }
        }
        match (&edit.change, &walk.node.content) {
            (
                Change::Append(_) | Change::Include(_),
                Content::Sequence {
                    layout: Layout::Block,
                    ..
                },
            ) => Self::Insertion,
            // Of what was in brackets in lines, or the last of its kind, the rest is written anew.
            (Change::Remove, _) => Self::Lines(walk.removed()),
            _ => Self::Lines(walk.lines),
        }
    }

    /// Whether a changed text is the text with nothing else changed. The block begins at `base`.
    #[track_caller]
    pub(super) fn check(&self, text: &str, base: usize, changed: &str, what: &str) {
        match self {
            Self::Insertion => {
                let pairs = text.bytes().zip(changed.bytes());
                let head = pairs.take_while(|(one, two)| one == two).count();
                let pairs = text.bytes().rev().zip(changed.bytes().rev());
                let tail = pairs.take_while(|(one, two)| one == two).count();
                assert!(
                    head + tail >= text.len(),
                    "{what}: more than an insertion\n{changed}"
                );
            }
            Self::Lines(lines) => {
                let (head, tail) = (
                    &text[..base + lines.start],
                    &text[text.len().min(base + lines.end)..],
                );
                assert!(
                    changed.starts_with(head),
                    "{what}: changed above\n{changed}"
                );
                assert!(changed.ends_with(tail), "{what}: changed below\n{changed}");
                assert!(
                    changed.len() >= head.len() + tail.len(),
                    "{what}\n{changed}"
                );
            }
        }
    }
}

struct Walk<'d, 'a> {
    places: Places<'a>,
    node: &'d Node<'a>,
    /// The lines of the innermost entry or item that stands in lines of its own.
    lines: Range<usize>,
    /// The entry's place among those beside it, and the lines of what they are in.
    parent: Option<Parent>,
}

struct Parent {
    /// How many there are.
    count: usize,
    lines: Range<usize>,
    is_root: bool,
    /// Where the next one begins.
    next: Option<usize>,
    start: usize,
}

enum Found {
    Inside,
    Missing,
    /// No further: what is here is written anew.
    Here,
}

impl Walk<'_, '_> {
    fn step(&mut self, step: &Step) -> Found {
        let is_root = self.parent.is_none();
        match (&self.node.content, step) {
            (
                Content::Mapping {
                    entries,
                    layout: Layout::Block,
                },
                Step::Key(name),
            ) => {
                let Some(at) = entries
                    .iter()
                    .position(|(key, _)| key.as_text() == Some(name))
                else {
                    return Found::Missing;
                };
                let (key, value) = &entries[at];
                let start = self.places.entry_start(key);
                let next = entries
                    .get(at + 1)
                    .map(|(key, _)| self.places.entry_start(key));
                self.go(
                    start,
                    self.places.value_end(key, value),
                    next,
                    entries.len(),
                    is_root,
                );
                self.node = value;
                Found::Inside
            }
            (
                Content::Sequence {
                    items,
                    layout: Layout::Block,
                },
                Step::Index(at),
            ) => {
                let Some(item) = items.get(*at) else {
                    return Found::Missing;
                };
                let dash = |item: &Node<'_>| {
                    let before = &self.places.source[..item.span.start];
                    before.rfind('-').unwrap_or(item.span.start)
                };
                let (start, next) = (dash(item), items.get(at + 1).map(dash));
                self.go(
                    start,
                    self.places.end(item).max(start + 1),
                    next,
                    items.len(),
                    false,
                );
                self.node = item;
                Found::Inside
            }
            // Between brackets, and in what an alias stands for, the whole is one region.
            _ => Found::Here,
        }
    }

    fn go(&mut self, start: usize, end: usize, next: Option<usize>, count: usize, is_root: bool) {
        let lines = self.places.line_start(start)..self.places.next_line(end);
        let outer = std::mem::replace(&mut self.lines, lines);
        self.parent = Some(Parent {
            count,
            lines: outer,
            is_root,
            next,
            start,
        });
    }

    /// The lines that go with an entry or an item.
    fn removed(&self) -> Range<usize> {
        let Some(parent) = &self.parent else {
            return self.lines.clone();
        };
        if parent.count == 1 && !parent.is_root {
            return parent.lines.clone();
        }
        let mut end = self.lines.end;
        if !self.places.is_first(parent.start) {
            // In the line of a dash the next one moves up.
            end = parent.next.map_or(end, |next| self.places.next_line(next));
        }
        // Remarks further to the right than the name belong to it.
        let column = self.places.column(parent.start);
        while let Some(line) = self.places.source.get(end..self.places.line_end(end)) {
            let remark = line.trim_start();
            if !remark.starts_with('#') || line.len() - remark.len() <= column {
                break;
            }
            end = self.places.next_line(end);
        }
        self.lines.start..end
    }
}

/// The value at a path as it is written, with what stands before and after it in its line.
pub(super) fn written<'a>(
    document: &Document<'a>,
    path: &FieldPath,
) -> Option<(&'a str, &'a str, &'a str)> {
    let Range { start, end } = document.get(path)?.span.clone();
    let (before, rest) = document.source.split_at(start);
    let (value, after) = rest.split_at(end - start);
    let line = before.rfind(['\n', '\r']).map_or(0, |end| end + 1);
    let length = after.find(['\n', '\r']).unwrap_or(after.len());
    Some((&before[line..], value, &after[..length]))
}
