//! Blocks of HTML as the events that Markdown would have for them.

use std::ops::Range;

use pulldown_cmark::{CodeBlockKind, CowStr, Event, HeadingLevel, LinkType, Tag, TagEnd};

use super::{
    tag::{self, Piece},
    words::unescape,
};

/// So much of an author's HTML is open at a time; what goes deeper leaves its words.
pub(super) const DEEPEST: usize = 40;
/// An anchor's name is not longer than that, in bytes.
const LONGEST_NAME: usize = 500;

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

/// What a tag is by itself, if it has no end.
pub(super) fn alone(tag: &tag::Tag<'_>) -> Option<Vec<Event<'static>>> {
    let value = |name| tag.attribute(name).map(unescape);
    match tag.name.as_str() {
        "br" => Some(vec![Event::HardBreak]),
        "img" => {
            let image = Tag::Image {
                link_type: LinkType::Inline,
                dest_url: value("src")?.into(),
                title: "".into(),
                id: "".into(),
            };
            let alt = value("alt").unwrap_or_default();
            Some(vec![
                Event::Start(image),
                Event::Text(alt.into()),
                Event::End(TagEnd::Image),
            ])
        }
        name @ ("audio" | "video" | "source" | "iframe" | "embed") => {
            let source = value("src").filter(|source| !source.is_empty())?;
            let words = match name {
                "audio" => "audio",
                "video" => "video",
                "source" => "recording",
                _ => "embedded page",
            };
            Some(vec![
                Event::Start(link(source)),
                Event::Text(words.into()),
                Event::End(TagEnd::Link),
            ])
        }
        _ => None,
    }
}

/// What a tag that stands within a paragraph begins.
pub(super) fn stress(tag: &tag::Tag<'_>) -> Option<Tag<'static>> {
    match tag.name.as_str() {
        "a" => Some(link(unescape(tag.attribute("href")?))),
        "b" | "strong" | "summary" => Some(Tag::Strong),
        "i" | "em" => Some(Tag::Emphasis),
        // `<s>` is a word of language models more often than it is a tag.
        "del" | "strike" => Some(Tag::Strikethrough),
        _ => None,
    }
}

/// The names by which a tag can be linked to.
pub(super) fn anchors(tag: &tag::Tag<'_>) -> impl Iterator<Item = String> {
    let name = tag.attribute("name").filter(|_| tag.name == "a");
    let names = [tag.attribute("id"), name].into_iter().flatten();
    let names: Vec<String> = names
        .filter(|name| !name.is_empty() && name.len() <= LONGEST_NAME)
        .map(unescape)
        .collect();
    names.into_iter()
}

fn link(to: String) -> Tag<'static> {
    Tag::Link {
        link_type: LinkType::Inline,
        dest_url: to.into(),
        title: "".into(),
        id: "".into(),
    }
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
            "li" => {
                self.close("li");
                if !self.is_open(|end| matches!(end, TagEnd::List(_))) {
                    self.container("ul", Tag::List(None));
                }
                self.close_paragraph();
                if matches!(self.open.last(), Some((_, TagEnd::List(_)))) {
                    self.start("li", Tag::Item);
                }
            }
            "blockquote" => self.container("blockquote", Tag::BlockQuote(None)),
            "table" => {
                self.container("table", Tag::Table(Vec::new()));
                self.has_head = false;
            }
            name if is_block(name) => self.close_paragraph(),
            _ => self.inline(tag),
        }
    }

    fn inline(&mut self, tag: &tag::Tag<'_>) {
        let Some(start) = stress(tag) else { return };
        let name = tag.name.as_str();
        if name == "summary" {
            self.close_paragraph();
        }
        if self.is_deep() || !self.is_ready() {
            return;
        }
        let is_apart = std::mem::take(&mut self.is_apart);
        if is_apart {
            self.push(Event::Text(" ".into()));
        }
        self.start(name, start);
    }

    fn heading(&mut self, level: HeadingLevel) {
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

    fn container(&mut self, name: &str, tag: Tag<'static>) {
        self.close_paragraph();
        let is_between = matches!(self.open.last(), Some((_, TagEnd::List(_) | TagEnd::Table)));
        if !is_between && !self.is_deep() {
            self.start(name, tag);
        }
    }

    fn row(&mut self) {
        let Some(table) = self.innermost("table") else {
            self.close_paragraph();
            return;
        };
        self.close_to(table + 1);
        let tag = if std::mem::replace(&mut self.has_head, true) {
            Tag::TableRow
        } else {
            Tag::TableHead
        };
        self.start("tr", tag);
    }

    fn cell(&mut self) {
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

    fn leaves_a_cell(&self, name: &str, depth: usize) -> bool {
        let cell = self.innermost("td");
        cell.is_some_and(|cell| depth < cell) && !matches!(name, "tr" | "table")
    }
}

fn is_block(name: &str) -> bool {
    const BLOCKS: &str = " address article aside body caption center dd details div dl dt fieldset figcaption figure \
        footer form header hgroup html legend main nav p search section tbody tfoot thead title tr ";
    BLOCKS.contains(&format!(" {name} "))
}
