//! The metadata as it is written: every value with the place of its text.
//!
//! [`Metadata`](crate::Metadata) says what the block means; this says where. It is what diagnostics point with, what
//! edits go by, and what other dialects of YAML are read from.

mod build;

use std::ops::Range;

pub(crate) use granit_parser::ScalarStyle;

use crate::{Dialect, FieldPath, Location, Step};

/// Why a block has no tree.
#[derive(Debug)]
pub(crate) struct Fault {
    /// Where in the block.
    pub(crate) location: Location,
    /// What was found there.
    pub(crate) reason: String,
}

impl Fault {
    fn at_the_end() -> Self {
        Self {
            location: Location { line: 1, column: 1 },
            reason: "found the end too early".to_owned(),
        }
    }
}

/// A block of metadata as it is written.
#[derive(Debug)]
pub(crate) struct Document<'a> {
    /// The block.
    pub(crate) source: &'a str,
    /// Its value; `None` where it holds nothing but blanks and remarks.
    pub(crate) root: Option<Node<'a>>,
}

/// A value as it is written.
#[derive(Debug)]
pub(crate) struct Node<'a> {
    /// Where its text is in the block, in bytes: without its anchor and its tag. Of a list or a mapping of lines it begins
    /// with the text of the first item, after its dash, and ends with that of the last. Of a
    /// `|` or `>` text it begins below that sign and ends where the next value's line begins.
    pub(crate) span: Range<usize>,
    /// Where it begins within the block.
    pub(crate) start: Location,
    /// The number by which aliases name it; 0 for none.
    pub(crate) anchor: usize,
    /// The tag it is given, resolved: `tag:yaml.org,2002:str`, `!local`.
    pub(crate) tag: Option<String>,
    /// What it holds.
    pub(crate) content: Content<'a>,
}

/// What a value holds.
#[derive(Debug)]
pub(crate) enum Content<'a> {
    Scalar {
        /// The text after escapes.
        text: std::borrow::Cow<'a, str>,
        style: ScalarStyle,
    },
    Sequence {
        items: Vec<Node<'a>>,
        layout: Layout,
    },
    Mapping {
        /// In the order they are written, repeated and merge keys included.
        entries: Vec<(Node<'a>, Node<'a>)>,
        layout: Layout,
    },
    /// The value that has this anchor, once more.
    Alias(usize),
}

/// How a list or a mapping is written.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Layout {
    /// An item a line.
    Block,
    /// Between brackets.
    Flow,
}

impl<'a> Document<'a> {
    /// Reads a block; `None` where it is no YAML, or nests or repeats beyond what [`Metadata`](crate::Metadata) reads.
    pub(crate) fn read(source: &'a str) -> Option<Self> {
        Self::read_as(source, Dialect::Hub).ok()
    }

    /// Reads a block as its dialect is told apart into values. What they mean is said elsewhere.
    pub(crate) fn read_as(source: &'a str, dialect: Dialect) -> Result<Self, Fault> {
        build::document(source, dialect)
    }

    /// The value at a path. Aliases are not followed.
    pub(crate) fn get(&self, path: &FieldPath) -> Option<&Node<'a>> {
        path.steps()
            .iter()
            .try_fold(self.root.as_ref()?, |node, step| node.step(step))
    }

    /// Where the value at a path begins within the block, or else its nearest neighbour above it.
    pub(crate) fn locate(&self, path: &FieldPath) -> Option<Location> {
        let mut found = self.root.as_ref()?;
        for step in path.steps() {
            match found.step(step) {
                Some(node) => found = node,
                None => break,
            }
        }
        Some(found.start)
    }
}

impl<'a> Node<'a> {
    fn step(&self, step: &Step) -> Option<&Node<'a>> {
        match (step, &self.content) {
            (Step::Key(key), Content::Mapping { entries, .. }) => entries
                .iter()
                .find(|(name, _)| name.as_text() == Some(key))
                .map(|(_, value)| value),
            (Step::Index(index), Content::Sequence { items, .. }) => items.get(*index),
            _ => None,
        }
    }

    /// Shows it and every value in it, keys included.
    pub(crate) fn each(&self, see: &mut impl FnMut(&Self)) {
        see(self);
        match &self.content {
            Content::Scalar { .. } | Content::Alias(_) => {}
            Content::Sequence { items, .. } => items.iter().for_each(|item| item.each(see)),
            Content::Mapping { entries, .. } => {
                for (key, value) in entries {
                    key.each(see);
                    value.each(see);
                }
            }
        }
    }

    /// The text of a scalar.
    pub(crate) fn as_text(&self) -> Option<&str> {
        match &self.content {
            Content::Scalar { text, .. } => Some(text),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn place(block: &str, path: &str) -> (String, String) {
        let document = Document::read(block).expect("YAML");
        let node = document.get(&path.parse().expect("a path")).expect("there");
        (block[node.span.clone()].to_owned(), node.start.to_string())
    }

    #[test]
    fn every_value_has_its_place() {
        let block = "# ä\nlicense: \"mit\" # why\ntags:\n- a\n- &x b # c\nm: {k: [1, *x]}\nt: |\n  one\n  two\n\nz: ä ö\n";
        for (path, text, at) in [
            ("license", "\"mit\"", "2:10"),
            ("tags", "a\n- &x b", "4:3"),
            ("tags[1]", "b", "5:6"),
            ("m.k", "[1, *x]", "6:8"),
            ("m.k[1]", "*x", "6:12"),
            ("z", "ä ö", "11:4"),
        ] {
            assert_eq!(
                place(block, path),
                (text.to_owned(), at.to_owned()),
                "{path}"
            );
        }
        assert_eq!(place(block, "t").0, "one\n  two\n\n");
    }

    #[test]
    fn what_is_beyond_bounds_has_no_places() {
        assert!(Document::read(&"[".repeat(100)).is_none());
        assert!(Document::read("a: [").is_none());
        assert!(Document::read("a: 1\n---\nb: 2").is_none());
        assert!(Document::read("# only\n").expect("YAML").root.is_none());
    }
}
