//! From the events of a text to what it is made of.

use std::ops::Range;

use pulldown_cmark::{CodeBlockKind, Event, LinkType, Tag, TagEnd};

use super::{Call, CodeBlock, Link, LinkKind, Outline, Section, Table, code, places::Places};
use crate::{markdown, render::Anchors};

/// What is kept is not more than so many times the text, and something to begin with.
const GROWTH: usize = 32;
const FIRST: usize = 64 << 10;
/// What a thing counts besides its texts, in bytes: about what the smallest takes.
const THING: usize = 24;
/// The words of an image within links and images belong to so many of them.
const NESTED: usize = 4;

pub(super) fn read(body: &str, above: usize) -> Outline {
    let mut reading = Reading {
        places: Places::new(body, above),
        outline: Outline {
            is_whole: true,
            ..Outline::default()
        },
        names: Anchors::default(),
        left: body.len().saturating_mul(GROWTH).saturating_add(FIRST),
        heading: None,
        links: Vec::new(),
        code: None,
        table: None,
        cell: None,
        usage: None,
    };
    for (event, range) in markdown::events(body) {
        if reading.left == 0 {
            reading.outline.is_whole = false;
            break;
        }
        reading.event(event, range);
    }
    reading.finish(body.len())
}

struct Reading<'a> {
    places: Places<'a>,
    outline: Outline,
    names: Anchors,
    /// How many bytes may still be kept.
    left: usize,
    heading: Option<Section>,
    links: Vec<Link>,
    code: Option<CodeBlock>,
    table: Option<Table>,
    cell: Option<String>,
    /// The level of the section on how to use the repository that is being read.
    usage: Option<u8>,
}

impl Reading<'_> {
    fn event(&mut self, event: Event<'_>, range: Range<usize>) {
        match event {
            Event::Start(tag) => self.start(tag, range),
            Event::End(tag) => self.end(tag),
            Event::Text(text) if self.code.is_some() => self.code_text(&text, &range),
            Event::Text(text) | Event::Code(text) => self.words(&text),
            Event::SoftBreak | Event::HardBreak => self.words(" "),
            Event::InlineHtml(name) => {
                self.take(name.len());
                self.outline.anchors.insert(name.into_string());
            }
            _ => {}
        }
    }

    fn take(&mut self, bytes: usize) {
        self.left = self.left.saturating_sub(bytes + THING);
    }

    fn words(&mut self, text: &str) {
        let open = self.links.iter_mut().rev().take(NESTED);
        let open = open.map(|link| &mut link.text);
        let heading = self.heading.iter_mut().map(|section| &mut section.heading);
        let mut count = 0;
        for words in open.chain(heading).chain(self.cell.as_mut()) {
            words.push_str(text);
            count += text.len();
        }
        self.left = self.left.saturating_sub(count);
    }

    fn start(&mut self, tag: Tag<'_>, range: Range<usize>) {
        match tag {
            Tag::Heading { level, .. } => {
                let section = Section {
                    level: level as u8,
                    heading: String::new(),
                    anchor: String::new(),
                    location: self.places.of(range.start),
                    range,
                };
                self.heading = Some(section);
            }
            Tag::Link {
                link_type: LinkType::Email,
                dest_url,
                ..
            } => self.link(LinkKind::Link, format!("mailto:{dest_url}"), range),
            Tag::Link { dest_url, .. } => self.link(LinkKind::Link, dest_url.into_string(), range),
            Tag::Image { dest_url, .. } => {
                self.link(LinkKind::Image, dest_url.into_string(), range);
            }
            Tag::CodeBlock(kind) => {
                let location = self.places.of(range.start);
                let language = language(&kind);
                self.take(language.as_ref().map_or(0, String::len));
                self.code = Some(CodeBlock {
                    is_in_usage: self.usage.is_some() && code::instructs(language.as_deref()),
                    language,
                    text: String::new(),
                    location,
                    first_line: location,
                    section: self.outline.sections.len().checked_sub(1),
                    calls: Vec::new(),
                });
            }
            Tag::Table(_) => {
                let location = self.places.of(range.start);
                self.take(0);
                self.table = Some(Table {
                    header: Vec::new(),
                    rows: Vec::new(),
                    location,
                });
            }
            Tag::TableRow => {
                if let Some(table) = &mut self.table {
                    table.rows.push(Vec::new());
                }
            }
            Tag::TableCell => self.cell = Some(String::new()),
            _ => {}
        }
    }

    fn link(&mut self, kind: LinkKind, to: String, range: Range<usize>) {
        self.take(to.len() + THING);
        let location = self.places.of(range.start);
        self.links.push(Link {
            kind,
            to,
            text: String::new(),
            location,
            range,
        });
    }

    /// A piece of code: a line, or several.
    fn code_text(&mut self, text: &str, range: &Range<usize>) {
        let found = code::calls(text);
        self.take(text.len() + found.len() * THING);
        let is_as_written = text.len() == range.len();
        let first = self.places.of(range.start);
        let mut calls = Vec::with_capacity(found.len());
        for (at, name) in found {
            let at = if is_as_written { at } else { 0 };
            let location = self.places.of(range.start + at);
            calls.push(Call { name, location });
        }
        let Some(block) = &mut self.code else { return };
        if block.text.is_empty() {
            block.first_line = first;
        }
        block.text.push_str(text);
        block.calls.extend(calls);
    }

    fn end(&mut self, tag: TagEnd) {
        match tag {
            TagEnd::Heading(_) => {
                if let Some(mut section) = self.heading.take() {
                    section.heading = String::from(section.heading.trim());
                    section.anchor = self.names.name(&section.heading);
                    self.take(section.anchor.len());
                    self.section(section);
                }
            }
            TagEnd::Link | TagEnd::Image => {
                if let Some(link) = self.links.pop() {
                    self.outline.links.push(link);
                }
            }
            TagEnd::CodeBlock => self.outline.code.extend(self.code.take()),
            TagEnd::Table => self.outline.tables.extend(self.table.take()),
            TagEnd::TableCell => {
                self.take(0);
                let cell = self.cell.take().unwrap_or_default();
                if let Some(table) = &mut self.table {
                    let row = table.rows.last_mut().unwrap_or(&mut table.header);
                    row.push(cell.trim().to_owned());
                }
            }
            _ => {}
        }
    }

    fn section(&mut self, section: Section) {
        if code::is_usage(&section.heading) {
            // A section within one on usage belongs to it.
            self.usage = Some(
                self.usage
                    .map_or(section.level, |level| level.min(section.level)),
            );
        } else if self.usage.is_some_and(|level| section.level <= level) {
            self.usage = None;
        }
        self.outline.sections.push(section);
    }

    fn finish(mut self, length: usize) -> Outline {
        self.outline.code.extend(self.code.take());
        self.outline.tables.extend(self.table.take());
        // Links are found at their end, and one may hold an image.
        self.outline.links.sort_by_key(|link| link.range.start);
        // The next heading of each level, from the end.
        let mut next = [length; 7];
        for section in self.outline.sections.iter_mut().rev() {
            let level = usize::from(section.level).min(6);
            let ends = next[..=level].iter().copied();
            section.range.end = ends.min().unwrap_or(length);
            next[level] = section.range.start;
        }
        self.outline
    }
}

/// The language that the author names.
fn language(kind: &CodeBlockKind<'_>) -> Option<String> {
    let CodeBlockKind::Fenced(info) = kind else {
        return None;
    };
    let name = info.split([' ', ',', '{', '\t', ':']).next()?;
    (!name.is_empty()).then(|| name.to_lowercase())
}
