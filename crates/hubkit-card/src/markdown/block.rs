//! Blocks of HTML as the events that Markdown would have for them.

mod parts;

use std::ops::Range;

use pulldown_cmark::{CodeBlockKind, CowStr, Event, HeadingLevel, Tag, TagEnd};

use super::{
    element::{alone, anchors, is_block},
    tag::{self, Piece},
    words::unescape,
};

/// So much of an author's HTML is open at a time; what goes deeper leaves its words.
pub(super) const DEEPEST: usize = 40;

/// The events of a block; `places` says where its lines begin, in the block and in the text.
pub(super) fn events(html: &str, places: &[(usize, usize)]) -> Vec<(Event<'static>, Range<usize>)> {
    let mut block = Block::default();
    for (at, piece) in tag::pieces(html) {
        let line = places.partition_point(|(begin, _)| *begin <= at);
        let (begin, place) = places
            .get(line.saturating_sub(1))
            .copied()
            .unwrap_or_default();
        block.at = place + (at - begin);
        match piece {
            Piece::Words(words) => block.words(&unescape(words)),
            Piece::Open(tag) => block.open(&tag),
            Piece::Close(name) => block.close(&name),
        }
    }
    block.close_to(0);
    block.flush();
    block.events
}

/// A block as far as it has been read.
#[derive(Default)]
struct Block {
    events: Vec<(Event<'static>, Range<usize>)>,
    /// What is open, outermost first, with the names of the elements.
    open: Vec<(String, TagEnd)>,
    /// Where the piece begins, in the text.
    at: usize,
    /// Whether a blank stands before the next word.
    is_apart: bool,
    /// Names that wait for something to stand before.
    anchors: Vec<String>,
    /// Whether a row was seen in the table that is open.
    has_head: bool,
}

impl Block {
    fn push(&mut self, event: Event<'static>) {
        self.events.push((event, self.at..self.at));
    }

    fn is_deep(&self) -> bool {
        self.open.len() >= DEEPEST
    }

    fn start(&mut self, name: &str, tag: Tag<'static>) {
        self.open.push((name.to_owned(), tag.to_end()));
        self.push(Event::Start(tag));
        self.is_apart = false;
    }

    fn flush(&mut self) {
        for name in std::mem::take(&mut self.anchors) {
            self.push(Event::InlineHtml(name.into()));
        }
    }

    fn is_open(&self, wanted: impl Fn(&TagEnd) -> bool) -> bool {
        self.open.iter().any(|(_, end)| wanted(end))
    }

    /// Ends what is open but for so many.
    fn close_to(&mut self, depth: usize) {
        while self.open.len() > depth
            && let Some((_, end)) = self.open.pop()
        {
            self.push(Event::End(end));
        }
    }

    /// Ends the paragraph or the heading, with what is in it.
    fn close_paragraph(&mut self) {
        let is_leaf =
            |(_, end): &(String, TagEnd)| matches!(end, TagEnd::Paragraph | TagEnd::Heading(_));
        if let Some(depth) = self.open.iter().position(is_leaf) {
            self.close_to(depth);
        }
    }

    /// Makes sure that words may stand here; they may not between the cells of a table.
    fn is_ready(&mut self) -> bool {
        let holds = |end: &TagEnd| {
            use TagEnd::{CodeBlock, Heading, Paragraph, TableCell};
            matches!(end, Paragraph | Heading(_) | TableCell | CodeBlock)
        };
        if self.is_open(holds) {
            self.flush();
            return true;
        }
        let may_hold = matches!(
            self.open.last(),
            None | Some((_, TagEnd::Item | TagEnd::BlockQuote(_)))
        );
        if may_hold {
            self.start("p", Tag::Paragraph);
            self.flush();
        }
        may_hold
    }

    fn words(&mut self, words: &str) {
        if self.is_open(|end| matches!(end, TagEnd::CodeBlock)) {
            self.push(Event::Text(words.to_owned().into()));
            return;
        }
        let mut text = String::new();
        let mut gap = words.starts_with(|c: char| c.is_ascii_whitespace());
        self.is_apart |= gap;
        for word in words.split_ascii_whitespace() {
            if gap || !text.is_empty() {
                text.push(' ');
            }
            text.push_str(word);
            gap = false;
        }
        let is_blank = text.trim().is_empty();
        if is_blank || !self.is_ready() {
            return;
        }
        let text = text.trim_start();
        let blank = if self.is_apart { " " } else { "" };
        let text = CowStr::from(format!("{blank}{text}"));
        self.push(Event::Text(text));
        self.is_apart = words.ends_with(|c: char| c.is_ascii_whitespace());
    }

    fn open(&mut self, tag: &tag::Tag<'_>) {
        let is_code = self.is_open(|end| matches!(end, TagEnd::CodeBlock));
        self.anchors.extend(anchors(tag));
        if let Some(events) = alone(tag) {
            if !is_code && self.is_ready() {
                if self.is_apart && tag.name != "br" {
                    self.push(Event::Text(" ".into()));
                }
                self.is_apart = false;
                for event in events {
                    self.push(event);
                }
            }
            return;
        }
        if is_code || tag.is_hidden {
            return;
        }
        let is_cell = self.is_open(|end| matches!(end, TagEnd::TableCell));
        match tag.name.as_str() {
            "td" | "th" => self.cell(),
            "tr" => self.row(),
            _ if is_cell => self.inline(tag),
            "h1" => self.heading(HeadingLevel::H1),
            "h2" => self.heading(HeadingLevel::H2),
            "h3" => self.heading(HeadingLevel::H3),
            "h4" => self.heading(HeadingLevel::H4),
            "h5" => self.heading(HeadingLevel::H5),
            "h6" => self.heading(HeadingLevel::H6),
            "hr" => {
                self.close_paragraph();
                self.push(Event::Rule);
            }
            "pre" => {
                self.close_paragraph();
                self.start("pre", Tag::CodeBlock(CodeBlockKind::Indented));
            }
            "ul" => self.container("ul", Tag::List(None)),
            "ol" => self.container("ol", Tag::List(Some(1))),
            "li" => self.item(),
            "blockquote" => self.container("blockquote", Tag::BlockQuote(None)),
            "table" => {
                self.container("table", Tag::Table(Vec::new()));
                self.has_head = false;
            }
            name if is_block(name) => self.close_paragraph(),
            _ => self.inline(tag),
        }
    }

    fn innermost(&self, name: &str) -> Option<usize> {
        self.open.iter().rposition(|(open, _)| open == name)
    }

    fn close(&mut self, name: &str) {
        let name = if name == "th" { "td" } else { name };
        let is_code = self.is_open(|end| matches!(end, TagEnd::CodeBlock));
        if is_code && name != "pre" {
            return;
        }
        match self.innermost(name) {
            // An end within a cell ends nothing around it.
            Some(depth) if !self.leaves_a_cell(name, depth) => self.close_to(depth),
            None if is_block(name) && !self.is_open(|end| matches!(end, TagEnd::TableCell)) => {
                self.close_paragraph();
            }
            _ => {}
        }
    }
}
