//! From the events of a text to lines.

mod blocks;
mod facts;
mod lines;
mod links;

use pulldown_cmark::{CodeBlockKind, Event, HeadingLevel, LinkType, Tag, TagEnd};

use super::{
    Layout, Lines, Stress, inline,
    prefix::Prefixes,
    style::{Colour, Style},
    table::Table,
    wrap::Run,
};
use crate::{markdown, render::Resolver};
use links::{Notes, Open};

pub(super) fn lay_out(body: &str, resolver: &impl Resolver, layout: &Layout) -> Lines {
    let mut page = Page::new(resolver, layout);
    let part = layout.part.clone().unwrap_or(0..body.len());
    // What began before the part ends within it and is passed over.
    let mut depth = 0_usize;
    for (event, range) in markdown::events(body) {
        if page.is_full() || depth == 0 && range.start >= part.end && !part.is_empty() {
            break;
        }
        if range.start < part.start {
            continue;
        }
        match &event {
            Event::Start(_) => depth += 1,
            Event::End(_) if depth == 0 => continue,
            Event::End(_) => depth -= 1,
            _ => {}
        }
        page.event(event);
    }
    page.finish()
}

pub(super) struct Page<'r, R> {
    resolver: &'r R,
    stress: Stress,
    width: usize,
    longest: usize,
    text: String,
    prefixes: Prefixes,
    /// Whether an empty line comes before the next block.
    is_apart: bool,
    /// The words of the paragraph, the heading or the cell that is being read.
    words: Vec<Run>,
    style: Style,
    styles: Vec<Style>,
    lists: Vec<List>,
    heading: Option<HeadingLevel>,
    code: Option<String>,
    table: Option<Table>,
    is_head: bool,
    links: Vec<Open>,
    image: Option<(String, String)>,
    notes: Notes,
}

/// A list that is open.
struct List {
    /// The number of the next item, in a list of numbers.
    next: Option<u64>,
    /// Whether its items are paragraphs.
    is_loose: bool,
}

impl<'r, R: Resolver> Page<'r, R> {
    pub(super) fn new(resolver: &'r R, layout: &Layout) -> Self {
        Self {
            resolver,
            stress: layout.stress,
            width: layout.width.max(20),
            longest: layout.longest,
            text: String::new(),
            prefixes: Prefixes::new(layout.width.max(20)),
            is_apart: false,
            words: Vec::new(),
            style: Style::default(),
            styles: Vec::new(),
            lists: Vec::new(),
            heading: None,
            code: None,
            table: None,
            is_head: false,
            links: Vec::new(),
            image: None,
            notes: Notes::default(),
        }
    }

    fn is_full(&self) -> bool {
        self.text.len() >= self.longest
    }

    fn event(&mut self, event: Event<'_>) {
        match event {
            Event::Start(tag) => self.start(tag),
            Event::End(tag) => self.end(tag),
            Event::Text(text) | Event::Code(text) if self.image.is_some() => {
                if let Some((_, alt)) = &mut self.image {
                    alt.push_str(&text);
                }
            }
            Event::Text(text) => match &mut self.code {
                Some(code) => code.push_str(&text),
                None => self.say(&text),
            },
            Event::Code(text) | Event::InlineMath(text) | Event::DisplayMath(text) => {
                self.say_code(&text);
            }
            Event::SoftBreak => self.say(" "),
            Event::HardBreak if self.image.is_none() => inline::line_end(&mut self.words),
            Event::Rule => self.rule(),
            Event::TaskListMarker(is_done) => self.say(if is_done { "[x] " } else { "[ ] " }),
            Event::FootnoteReference(label) => self.say(&format!("[^{label}]")),
            Event::HardBreak | Event::Html(_) | Event::InlineHtml(_) => {}
        }
    }

    fn say(&mut self, words: &str) {
        if let Some(link) = self.links.last_mut()
            && link.words.len() < 4096
        {
            link.words.push_str(words);
        }
        inline::push(&mut self.words, words, self.style);
    }

    fn say_code(&mut self, code: &str) {
        let style = Style {
            colour: Some(Colour::Cyan),
            ..self.style
        };
        let sign = if self.stress == Stress::Signs {
            "`"
        } else {
            ""
        };
        inline::push(&mut self.words, &format!("{sign}{code}{sign}"), style);
        if let Some(link) = self.links.last_mut() {
            link.words.push('`');
        }
    }

    fn stress(&mut self, change: impl FnOnce(&mut Style)) {
        self.styles.push(self.style);
        change(&mut self.style);
    }

    fn relax(&mut self) {
        self.style = self.styles.pop().unwrap_or_default();
    }

    fn start(&mut self, tag: Tag<'_>) {
        match tag {
            Tag::Paragraph => {
                if let Some(list) = self.lists.last_mut() {
                    list.is_loose = true;
                }
            }
            Tag::Heading { level, .. } => {
                self.flush();
                self.tell_addresses();
                self.heading = Some(level);
            }
            Tag::BlockQuote(kind) => {
                self.flush();
                self.quote(kind);
            }
            Tag::CodeBlock(kind) => {
                self.flush();
                self.part();
                if let CodeBlockKind::Fenced(info) = &kind {
                    self.language(info);
                }
                self.code = Some(String::new());
            }
            Tag::List(next) => {
                let is_within = !self.lists.is_empty();
                self.flush();
                if is_within && !self.lists.last().is_some_and(|list| list.is_loose) {
                    self.is_apart = false;
                }
                let is_loose = false;
                self.lists.push(List { next, is_loose });
            }
            Tag::Item => self.item(),
            Tag::FootnoteDefinition(label) => {
                self.flush();
                self.part();
                self.note(&label);
            }
            Tag::Table(alignments) => {
                self.flush();
                self.table = Some(Table {
                    alignments,
                    rows: Vec::new(),
                });
            }
            Tag::TableHead => {
                self.is_head = true;
                self.row();
            }
            Tag::TableRow => self.row(),
            Tag::TableCell => {
                let is_head = self.is_head;
                self.stress(|style| style.bold = is_head);
            }
            Tag::Emphasis => self.stress(|style| style.italic = true),
            Tag::Strong => self.stress(|style| style.bold = true),
            Tag::Strikethrough => self.stress(|style| style.struck = true),
            Tag::Link {
                link_type: LinkType::Email,
                dest_url,
                ..
            } => self.link(&format!("mailto:{dest_url}")),
            Tag::Link { dest_url, .. } => self.link(&dest_url),
            Tag::Image { dest_url, .. } => {
                self.image = Some((dest_url.into_string(), String::new()));
            }
            _ => {}
        }
    }

    fn end(&mut self, tag: TagEnd) {
        match tag {
            TagEnd::Paragraph => {
                self.flush();
                self.is_apart = true;
            }
            TagEnd::Heading(_) => self.write_heading(),
            TagEnd::BlockQuote(_) | TagEnd::FootnoteDefinition => {
                self.flush();
                if self.prefixes.waits() {
                    self.line(&[]);
                }
                self.prefixes.close();
                self.is_apart = true;
            }
            TagEnd::CodeBlock => self.write_code(),
            TagEnd::List(_) => {
                self.lists.pop();
                self.is_apart = self.lists.last().is_none_or(|list| list.is_loose);
            }
            TagEnd::Item => {
                let is_tight = !self.lists.last().is_some_and(|list| list.is_loose);
                self.flush();
                if self.prefixes.waits() {
                    self.line(&[]);
                }
                self.prefixes.close();
                self.is_apart = !is_tight;
            }
            TagEnd::Table => self.write_table(),
            TagEnd::TableHead => self.is_head = false,
            TagEnd::TableCell => {
                self.relax();
                let cell = std::mem::take(&mut self.words);
                if let Some(row) = self.table.as_mut().and_then(|table| table.rows.last_mut()) {
                    row.push(cell);
                }
            }
            TagEnd::Emphasis | TagEnd::Strong | TagEnd::Strikethrough => self.relax(),
            TagEnd::Link => self.end_link(),
            TagEnd::Image => self.write_image(),
            _ => {}
        }
    }

    fn row(&mut self) {
        if let Some(table) = &mut self.table {
            table.rows.push(Vec::new());
        }
    }

    pub(super) fn finish(mut self) -> Lines {
        self.flush();
        self.write_table();
        self.tell_addresses();
        Lines {
            is_whole: !self.is_full(),
            text: self.text,
        }
    }
}
