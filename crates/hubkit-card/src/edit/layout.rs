//! How the author of a block lays it out, so that what is added looks like the rest.

use super::place::Places;
use crate::syntax::{Content, Document, Layout as Written, Node};

/// How what is added is laid out.
#[derive(Clone, Copy, Debug)]
pub(super) struct Layout {
    /// How far what belongs to a name is moved to the right of it.
    pub(super) step: usize,
    /// The same for the dashes of a list.
    pub(super) dash: usize,
    /// Whether texts of several lines stand below a `|`.
    pub(super) has_literals: bool,
}

/// The line end that most lines of a text have.
pub(super) fn line_end(text: &str) -> &'static str {
    let all = text.bytes().filter(|byte| *byte == b'\n').count();
    let windows = text.matches("\r\n").count();
    if windows * 2 > all { "\r\n" } else { "\n" }
}

impl Layout {
    /// The layout of the first nested mapping and the first list of a document.
    pub(super) fn of(places: &Places<'_>, document: &Document<'_>) -> Self {
        let mut found = Found::default();
        if let Some(root) = &document.root {
            found.look(places, root);
        }
        let step = found.step.unwrap_or(2);
        let dash = found.dash.unwrap_or(0);
        Self {
            step,
            dash,
            has_literals: true,
        }
    }
}

#[derive(Default)]
struct Found {
    step: Option<usize>,
    dash: Option<usize>,
}

impl Found {
    fn look(&mut self, places: &Places<'_>, node: &Node<'_>) {
        if self.step.is_some() && self.dash.is_some() {
            return;
        }
        match &node.content {
            Content::Mapping {
                entries,
                layout: Written::Block,
            } => {
                for (key, value) in entries {
                    self.distance(places, key, value);
                    self.look(places, value);
                }
            }
            Content::Sequence {
                items,
                layout: Written::Block,
            } => {
                for item in items {
                    self.look(places, item);
                }
            }
            _ => {}
        }
    }

    /// How far a value on lines of its own is to the right of its name.
    fn distance(&mut self, places: &Places<'_>, key: &Node<'_>, value: &Node<'_>) {
        let slot = match &value.content {
            Content::Sequence {
                layout: Written::Block,
                ..
            } => &mut self.dash,
            Content::Mapping {
                layout: Written::Block,
                ..
            } => &mut self.step,
            _ => return,
        };
        let Some(colon) = places.colon(key) else {
            return;
        };
        let name = places.column(places.entry_start(key));
        let begin = places.content(colon + 1, value);
        if slot.is_none() {
            *slot = places.column(begin).checked_sub(name);
        }
    }
}
