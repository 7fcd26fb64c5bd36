//! What a block is made of: headings, lists, quotations, tables, and stress within them.

use std::mem;

use pulldown_cmark::{Event, HeadingLevel, Tag, TagEnd};

use super::{
    super::{element::stress, tag},
    Block,
};

impl Block {
    pub(super) fn inline(&mut self, tag: &tag::Tag<'_>) {
        let Some(start) = stress(tag) else { return };
        let name = tag.name.as_str();
        if name == "summary" {
            self.close_paragraph();
        }
        if self.is_deep() || !self.is_ready() {
            return;
        }
        let is_apart = mem::take(&mut self.is_apart);
        if is_apart {
            self.push(Event::Text(" ".into()));
        }
        self.start(name, start);
    }

    pub(super) fn heading(&mut self, level: HeadingLevel) {
        self.close_paragraph();
        if self.is_open(|end| matches!(end, TagEnd::Table)) {
            return;
        }
        let tag = Tag::Heading {
            level,
            id: None,
            classes: Vec::new(),
            attrs: Vec::new(),
        };
        self.start(&level.to_string(), tag);
        self.flush();
    }

    pub(super) fn container(&mut self, name: &str, tag: Tag<'static>) {
        self.close_paragraph();
        let is_between = matches!(self.open.last(), Some((_, TagEnd::List(_) | TagEnd::Table)));
        if !is_between && !self.is_deep() {
            self.start(name, tag);
        }
    }

    /// An item, which makes a list of its own where none is open.
    pub(super) fn item(&mut self) {
        self.close("li");
        if !self.is_open(|end| matches!(end, TagEnd::List(_))) {
            self.container("ul", Tag::List(None));
        }
        self.close_paragraph();
        if matches!(self.open.last(), Some((_, TagEnd::List(_)))) {
            self.start("li", Tag::Item);
        }
    }

    pub(super) fn row(&mut self) {
        let Some(table) = self.innermost("table") else {
            self.close_paragraph();
            return;
        };
        self.close_to(table + 1);
        let tag = if mem::replace(&mut self.has_head, true) {
            Tag::TableRow
        } else {
            Tag::TableHead
        };
        self.start("tr", tag);
    }

    pub(super) fn cell(&mut self) {
        if self.innermost("table").is_none() {
            // A table that an empty line cuts in two: what its second part means can't be known.
            self.is_apart = true;
            return;
        }
        let Some(row) = self.innermost("tr") else {
            self.row();
            self.start("td", Tag::TableCell);
            return;
        };
        self.close_to(row + 1);
        self.start("td", Tag::TableCell);
    }

    pub(super) fn leaves_a_cell(&self, name: &str, depth: usize) -> bool {
        let cell = self.innermost("td");
        cell.is_some_and(|cell| depth < cell) && !matches!(name, "tr" | "table")
    }
}
