//! The text of a card as lines for a terminal.

mod contract;
mod inline;
mod page;
mod prefix;
mod style;
mod table;
mod wrap;

use std::ops::Range;

use crate::render::Resolver;

pub use contract::Extent;

/// How text is stressed.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
pub enum Stress {
    /// By signs alone, for files and pipes.
    #[default]
    Signs,
    /// By the control sequences that terminals know (ECMA-48, select graphic rendition).
    Sequences,
}

/// How a text is laid out.
#[derive(Clone, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub struct Layout {
    /// How many columns a line has.
    pub width: usize,
    /// How text is stressed.
    pub stress: Stress,
    /// Where the text ends at the latest, in bytes.
    pub longest: usize,
    /// The part of the text that is shown, in bytes: that of a [`Section`](crate::Section). All of it without one.
    pub part: Option<Range<usize>>,
}

impl Layout {
    /// A layout with that many columns, stress by signs, and 4 MiB of text.
    pub fn new(width: usize) -> Self {
        Self {
            width,
            stress: Stress::Signs,
            longest: 4 << 20,
            part: None,
        }
    }

    /// Says how text is stressed.
    pub fn stress(mut self, stress: Stress) -> Self {
        self.stress = stress;
        self
    }

    /// Shows a part of the text only.
    pub fn part(mut self, part: Option<Range<usize>>) -> Self {
        self.part = part;
        self
    }
}

/// The text of a card as lines for a terminal.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Lines {
    /// The lines, each with its end.
    pub text: String,
    /// Whether all of the text is in it; false where the bound was reached.
    pub is_whole: bool,
}

/// Lays Markdown out as lines for a terminal.
///
/// No line is wider than the layout, but for code and for words that can't be broken, such as addresses. Wide and
/// combining characters count as terminals show them. Links are numbered, and their addresses follow before the next
/// heading. Of what an author wrote no character reaches the terminal that it would obey: control characters and marks
/// of direction are escaped in code and elsewhere escaped or left out.
///
/// Takes time in proportion to the text and the lines made of it.
pub fn lay_out(body: &str, resolver: &impl Resolver, layout: &Layout) -> Lines {
    page::lay_out(body, resolver, layout)
}

/// How many columns a text takes on a terminal.
pub fn columns(text: &str) -> usize {
    unicode_width::UnicodeWidthStr::width(text)
}

#[cfg(test)]
mod tests;
