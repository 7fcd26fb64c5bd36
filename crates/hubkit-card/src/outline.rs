//! What the text of a card is made of.

mod code;
mod places;
mod read;

use std::{collections::BTreeSet, ops::Range};

use crate::{
    Location,
    render::{
        Resolver, Target,
        link::{self, Use},
    },
};

pub use code::{Call, CodeBlock};

/// What the text of a card is made of: sections, links, images, code, tables.
///
/// HTML in the text counts as the Markdown that would say the same. What stands in HTML that is not shown (comments,
/// scripts) is not found. Texts are the author's: escape them before showing them.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
#[non_exhaustive]
pub struct Outline {
    /// Every heading with what follows it.
    pub sections: Vec<Section>,
    /// Links and images in the order of the text.
    pub links: Vec<Link>,
    /// Blocks of code.
    pub code: Vec<CodeBlock>,
    /// Tables.
    pub tables: Vec<Table>,
    /// Names that the author's HTML gives to places, by `id` and `name`.
    pub anchors: BTreeSet<String>,
    /// Whether all of the text is in it. A text that repeats a long address by a short name has a bound.
    pub is_whole: bool,
}

/// A heading and what follows it.
#[derive(Clone, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub struct Section {
    /// From 1, the highest, to 6.
    pub level: u8,
    /// The words of the heading.
    pub heading: String,
    /// The name by which the Hub and GitHub link to it.
    pub anchor: String,
    /// Where its heading begins.
    pub location: Location,
    /// Its part of the text, in bytes: from the heading to the next one of its level or a higher one.
    pub range: Range<usize>,
}

/// What is linked to, or shown.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum LinkKind {
    /// A link.
    Link,
    /// An image.
    Image,
}

/// A link or an image.
#[derive(Clone, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub struct Link {
    /// Which of the two.
    pub kind: LinkKind,
    /// Where it leads, as it is written.
    pub to: String,
    /// The words that are linked, or that stand for the image.
    pub text: String,
    /// Where it begins.
    pub location: Location,
    /// Its part of the text, in bytes; of one written in HTML where it begins.
    pub range: Range<usize>,
}

/// A table.
#[derive(Clone, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub struct Table {
    /// The words of its head.
    pub header: Vec<String>,
    /// The words of its rows.
    pub rows: Vec<Vec<String>>,
    /// Where it begins.
    pub location: Location,
}

impl Outline {
    /// Reads the text of a card, without its metadata. Lines count from its first, which is 1.
    ///
    /// Takes one pass, and memory in proportion to the text.
    pub fn read(body: &str) -> Self {
        Self::read_below(body, 0)
    }

    /// Reads a text that has so many lines above it.
    pub(crate) fn read_below(body: &str, lines: usize) -> Self {
        read::read(body, lines)
    }

    /// What the text is called: its first heading of level 1, or its first heading where there is none.
    pub fn title(&self) -> Option<&str> {
        let mut highest = self.sections.iter().filter(|section| section.level == 1);
        let title = highest.next().or(self.sections.first());
        title.map(|section| section.heading.as_str())
    }

    /// The section that a name means: an anchor or a heading, in any case; else the first whose heading begins so.
    pub fn section(&self, name: &str) -> Option<&Section> {
        let name = name.trim().to_lowercase();
        let anchor = name.strip_prefix('#').unwrap_or(&name);
        let heading = |section: &&Section| section.heading.trim().to_lowercase();
        let is_it = |section: &&Section| section.anchor == anchor || heading(section) == name;
        let begins_so =
            |section: &&Section| !name.is_empty() && heading(section).starts_with(&name);
        let mut sections = self.sections.iter();
        sections
            .clone()
            .find(is_it)
            .or_else(|| sections.find(begins_so))
    }

    /// Whether a link to `#name` leads to a place of the text.
    pub fn has_anchor(&self, name: &str) -> bool {
        let is = |anchor: &str| anchor == name || anchor.eq_ignore_ascii_case(name);
        self.sections.iter().any(|section| is(&section.anchor))
            || self.anchors.iter().any(|anchor| is(anchor))
    }

    /// The blocks of code that show how to use the repository: those that load a model or a data set, and all in
    /// sections that are called so.
    pub fn snippets(&self) -> impl Iterator<Item = &CodeBlock> {
        self.code.iter().filter(|block| block.is_snippet())
    }
}

impl Link {
    /// What it leads to; `None` for what leads nowhere: another scheme, or a path that leaves the repository.
    pub fn target(&self) -> Option<Target<'_>> {
        link::read(&self.to)
    }

    /// Its address: what `resolver` makes of a link to the repository or the hub, and other addresses as they are.
    /// `None` for what leads nowhere, and for a heading of the same text.
    pub fn resolve(&self, resolver: &impl Resolver) -> Option<String> {
        let wanted = match self.kind {
            LinkKind::Link => Use::Link,
            LinkKind::Image => Use::Image,
        };
        link::resolve(&self.to, wanted, resolver)
    }
}

#[cfg(test)]
mod tests;
