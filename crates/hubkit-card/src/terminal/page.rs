//! From the events of a text to lines.

use std::{
    collections::{BTreeMap, HashMap},
    ops::Range,
};

use pulldown_cmark::{BlockQuoteKind, CodeBlockKind, Event, HeadingLevel, LinkType, Tag, TagEnd};

use super::{
    Layout, Lines, Stress, columns, contract, inline,
    prefix::Prefixes,
    style::{Colour, Style},
    table::{self, Table},
    wrap::{Line, LongWords, Run, wrap},
};
use crate::{
    markdown,
    render::{
        Resolver,
        link::{self, Use},
    },
};

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
        page.event(event, &range);
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

/// A link that is open: the number of its address, or the address itself where the words may be the same.
struct Open {
    address: Option<String>,
    words: String,
}

/// Addresses that were named by number. One keeps its number in the whole text, and is told in every section.
#[derive(Default)]
struct Notes {
    numbers: HashMap<String, usize>,
    /// Those of this section.
    here: BTreeMap<usize, String>,
}

impl Notes {
    fn number(&mut self, address: String) -> usize {
        let next = self.numbers.len() + 1;
        let number = *self.numbers.entry(address.clone()).or_insert(next);
        self.here.entry(number).or_insert(address);
        number
    }
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

    fn event(&mut self, event: Event<'_>, range: &Range<usize>) {
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
        let _ = range;
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
                let label = inline::code(&label);
                let first = format!("[^{label}] ");
                self.prefixes.open(Some(first), "    ", Style::FAINT);
                self.is_apart = false;
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

    /// Begins a block: an empty line before it, unless nothing is above.
    fn part(&mut self) {
        if std::mem::take(&mut self.is_apart) && !self.text.is_empty() {
            let mut line = String::new();
            for (text, style) in self.prefixes.between() {
                style.write(text, self.stress, &mut line);
            }
            if self.stress == Stress::Signs {
                line.truncate(line.trim_end().len());
            }
            self.text.push_str(&line);
            self.text.push('\n');
        }
    }

    /// Writes the paragraph that was gathered.
    fn flush(&mut self) {
        let words = std::mem::take(&mut self.words);
        if words.iter().all(|run| run.text.trim().is_empty()) {
            return;
        }
        self.part();
        for line in wrap(&words, self.room(), LongWords::Whole) {
            self.line(&line.runs);
        }
    }

    fn room(&self) -> usize {
        self.width - self.prefixes.width()
    }

    fn line(&mut self, runs: &[Run]) {
        if self.is_full() {
            return;
        }
        let begin = self.text.len();
        for (text, style) in self.prefixes.next() {
            style.write(&text, self.stress, &mut self.text);
        }
        for run in runs {
            run.style.write(&run.text, self.stress, &mut self.text);
        }
        let end = begin + self.text[begin..].trim_end().len();
        self.text.truncate(end);
        self.text.push('\n');
    }

    fn rule(&mut self) {
        self.flush();
        self.part();
        let text = "─".repeat(self.room());
        let style = Style::FAINT;
        self.line(&[Run { text, style }]);
        self.is_apart = true;
    }

    fn write_heading(&mut self) {
        let Some(level) = self.heading.take() else {
            return;
        };
        let mut words = std::mem::take(&mut self.words);
        if words.iter().all(|run| run.text.trim().is_empty()) {
            return;
        }
        self.is_apart = true;
        self.part();
        for run in &mut words {
            run.style.bold = true;
            if level <= HeadingLevel::H2 {
                run.style.colour = Some(Colour::Magenta);
            }
        }
        if level > HeadingLevel::H2 && self.stress == Stress::Signs {
            let text = format!("{} ", "#".repeat(level as usize));
            let style = Style::default();
            words.insert(0, Run { text, style });
        }
        let lines = wrap(&words, self.room(), LongWords::Whole);
        let width = lines
            .iter()
            .map(|line| line.width)
            .max()
            .unwrap_or_default();
        for line in lines {
            self.line(&line.runs);
        }
        let sign = match level {
            HeadingLevel::H1 => "═",
            HeadingLevel::H2 => "─",
            _ => "",
        };
        if !sign.is_empty() {
            let text = sign.repeat(width.min(self.room()));
            let style = Style {
                colour: Some(Colour::Magenta),
                ..Style::default()
            };
            self.line(&[Run { text, style }]);
        }
        self.is_apart = level <= HeadingLevel::H2 || self.stress == Stress::Signs;
    }

    fn quote(&mut self, kind: Option<BlockQuoteKind>) {
        self.part();
        let (name, colour) = match kind {
            None => ("", None),
            Some(BlockQuoteKind::Note) => ("Note", Some(Colour::Blue)),
            Some(BlockQuoteKind::Tip) => ("Tip", Some(Colour::Green)),
            Some(BlockQuoteKind::Important) => ("Important", Some(Colour::Magenta)),
            Some(BlockQuoteKind::Warning) => ("Warning", Some(Colour::Yellow)),
            Some(BlockQuoteKind::Caution) => ("Caution", Some(Colour::Red)),
        };
        let style = Style {
            faint: colour.is_none(),
            colour,
            ..Style::default()
        };
        self.prefixes.open(None, "│ ", style);
        if !name.is_empty() {
            let style = Style {
                bold: true,
                ..style
            };
            let text = name.to_owned();
            self.line(&[Run { text, style }]);
        }
    }

    fn item(&mut self) {
        self.flush();
        self.part();
        let depth = self.lists.len();
        let number = self.lists.last_mut().and_then(|list| {
            let number = list.next;
            list.next = number.map(|number| number.saturating_add(1));
            number
        });
        let marker = match number {
            Some(number) => format!("{number}. "),
            None => ["• ", "◦ ", "▪ "][depth.saturating_sub(1) % 3].to_owned(),
        };
        let rest = " ".repeat(columns(&marker));
        let style = Style {
            colour: Some(Colour::Yellow),
            ..Style::default()
        };
        self.prefixes.open(Some(marker), &rest, style);
    }

    fn language(&mut self, info: &str) {
        const LONGEST: usize = 24;
        let name: String = info
            .chars()
            .take_while(|c| !matches!(c, ' ' | ',' | '{' | '\t'))
            .take(LONGEST)
            .collect();
        if !name.is_empty() {
            let text = format!("  {}:", inline::code(&name));
            let style = Style::FAINT;
            self.line(&[Run { text, style }]);
        }
    }

    fn write_code(&mut self) {
        let code = self.code.take().unwrap_or_default();
        let style = Style {
            colour: Some(Colour::Cyan),
            ..Style::default()
        };
        let first = code.len() - code.trim_start_matches(['\n', '\r']).len();
        for line in code[first..].trim_end().split('\n') {
            let line = line.strip_suffix('\r').unwrap_or(line);
            let text = format!("    {}", inline::code(line));
            self.line(&[Run { text, style }]);
        }
        self.is_apart = true;
    }

    fn write_table(&mut self) {
        let Some(table) = self.table.take() else {
            return;
        };
        self.part();
        let left = self.longest.saturating_sub(self.text.len());
        for Line { runs, .. } in table::lay_out(table, self.room(), left) {
            self.line(&runs);
        }
        self.is_apart = true;
    }

    fn link(&mut self, to: &str) {
        let address = link::resolve(to, Use::Link, self.resolver);
        let is_link = address.is_some();
        self.stress(|style| {
            style.underlined = is_link;
            style.colour = is_link.then_some(Colour::Blue).or(style.colour);
        });
        let words = String::new();
        self.links.push(Open { address, words });
    }

    fn end_link(&mut self) {
        self.relax();
        let Some(Open { address, words }) = self.links.pop() else {
            return;
        };
        if let Some(address) = address {
            self.refer(address, words.trim());
        }
    }

    /// Names an address by number, unless the words before are it.
    fn refer(&mut self, address: String, words: &str) {
        let is_it = |prefix: &str| address.strip_prefix(prefix) == Some(words);
        let is_same = ["", "mailto:", "http://", "https://"]
            .into_iter()
            .any(is_it)
            || address.trim_end_matches('/') == words.trim_end_matches('/');
        if is_same {
            return;
        }
        let number = self.notes.number(address);
        // The number belongs to the word before it, and stays on its line.
        inline::push(&mut self.words, &format!("\u{a0}[{number}]"), Style::FAINT);
    }

    fn write_image(&mut self) {
        let Some((to, alt)) = self.image.take() else {
            return;
        };
        let alt = alt.trim();
        let shown = if alt.is_empty() { "image" } else { alt };
        let words = match alt {
            "" => "[image]".to_owned(),
            alt => format!("[image: {alt}]"),
        };
        let style = Style {
            faint: true,
            ..self.style
        };
        inline::push(&mut self.words, &words, style);
        if let Some(link) = self.links.last_mut() {
            link.words.push_str(shown);
            return;
        }
        let address = link::resolve(&to, Use::Image, self.resolver);
        if let Some(address) = address {
            self.refer(address, shown);
        }
    }

    /// The addresses that were named by number since the last heading.
    fn tell_addresses(&mut self) {
        let here = std::mem::take(&mut self.notes.here);
        if here.is_empty() {
            return;
        }
        self.is_apart = true;
        self.part();
        for (number, address) in here {
            let text = format!("[{number}] {}", inline::code(&address));
            let style = Style::FAINT;
            self.line(&[Run { text, style }]);
        }
        self.is_apart = true;
    }

    /// The name of a card, and what else it is called.
    pub(super) fn head(&mut self, name: &str, other: &str) {
        let bold = Style {
            bold: true,
            colour: Some(Colour::Magenta),
            ..Style::default()
        };
        let mut runs = Vec::new();
        inline::push(&mut runs, name, bold);
        if name != other {
            inline::push(&mut runs, &format!(" ({other})"), Style::FAINT);
        }
        self.paragraph(runs);
        self.is_apart = true;
    }

    /// A field and its values, which stand in a column of their own.
    pub(super) fn fact(&mut self, label: &str, indent: usize, values: Vec<Run>) {
        self.part();
        let (first, style) = contract::label(label, indent);
        self.prefixes.open(Some(first), &" ".repeat(indent), style);
        self.paragraph(values);
        self.prefixes.close();
        self.is_apart = false;
    }

    pub(super) fn paragraph(&mut self, words: Vec<Run>) {
        self.words = words;
        self.flush();
    }

    pub(super) fn results(&mut self, table: Table) {
        self.is_apart = true;
        self.table = Some(table);
        self.write_table();
        self.is_apart = false;
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
