//! The parts of a text between its headings.

use std::ops::Range;

use pulldown_cmark::{CodeBlockKind, Event, HeadingLevel, Options, Parser, Tag, TagEnd};

/// A text and its parts.
pub(super) struct Sections<'a> {
    body: &'a str,
    /// In the order they begin.
    all: Vec<Section>,
    /// Those that the last heading is below, outermost first.
    open: Vec<usize>,
    /// Comments, in order.
    comments: Vec<Range<usize>>,
    /// Blocks of code, in order: the language and the place.
    code: Vec<(String, String, usize)>,
}

struct Section {
    /// In lower case, without marks at its ends.
    title: String,
    level: HeadingLevel,
    heading: Range<usize>,
    /// Where the next heading begins that is not below this one.
    end: usize,
}

impl<'a> Sections<'a> {
    pub(super) fn read(body: &'a str) -> Self {
        let mut read = Self {
            body,
            all: Vec::new(),
            open: Vec::new(),
            comments: Vec::new(),
            code: Vec::new(),
        };
        let mut depth = 0_usize;
        let mut title = None;
        let mut code = None;
        let options = Options::ENABLE_TABLES | Options::ENABLE_GFM;
        for (event, range) in Parser::new_ext(body, options).into_offset_iter() {
            match event {
                Event::Start(tag) => {
                    match tag {
                        Tag::Heading { .. } if depth == 0 => title = Some(String::new()),
                        Tag::HtmlBlock => read.comment(range.clone()),
                        Tag::CodeBlock(kind) => {
                            let language = match kind {
                                CodeBlockKind::Fenced(info) => info.to_string(),
                                CodeBlockKind::Indented => String::new(),
                            };
                            code = Some((language, String::new(), range.start));
                        }
                        _ => {}
                    }
                    depth += 1;
                }
                Event::End(end) => {
                    depth = depth.saturating_sub(1);
                    if let (TagEnd::Heading(level), 0, Some(words)) =
                        (end, depth, title.take_if(|_| depth == 0))
                    {
                        read.heading(&words, level, range);
                    } else if end == TagEnd::CodeBlock {
                        read.code.extend(code.take());
                    }
                }
                Event::InlineHtml(_) => read.comment(range),
                Event::Text(words) => {
                    if let Some((_, text, _)) = &mut code {
                        text.push_str(&words);
                    } else if let Some(title) = &mut title {
                        title.push_str(&words);
                    }
                }
                Event::Code(words) => {
                    if let Some(title) = &mut title {
                        title.push_str(&words);
                    }
                }
                _ => {}
            }
        }
        read
    }

    fn comment(&mut self, range: Range<usize>) {
        let html = self.body.get(range.clone()).unwrap_or_default();
        if html.trim_start().starts_with("<!--") {
            self.comments.push(range);
        }
    }

    fn heading(&mut self, words: &str, level: HeadingLevel, heading: Range<usize>) {
        // Those that are open and not above end here; each is closed once.
        while let Some(last) = self
            .open
            .pop_if(|at| self.all.get(*at).is_some_and(|open| open.level >= level))
        {
            if let Some(section) = self.all.get_mut(last) {
                section.end = heading.start;
            }
        }
        self.open.push(self.all.len());
        self.all.push(Section {
            title: name(words),
            level,
            heading,
            end: self.body.len(),
        });
    }

    /// The places of the sections with some titles. One within another counts as a part of it.
    pub(super) fn spans(&self, is_wanted: impl Fn(&str) -> bool) -> Vec<Range<usize>> {
        let mut spans: Vec<Range<usize>> = Vec::new();
        for section in self.all.iter().filter(|section| is_wanted(&section.title)) {
            let begin = section.heading.end;
            if spans.last().is_none_or(|last| begin >= last.end) {
                spans.push(begin..section.end);
            }
        }
        spans
    }

    /// What the sections with some titles say together; `None` where they say nothing.
    pub(super) fn about(&self, is_wanted: impl Fn(&str) -> bool) -> Option<String> {
        let spans = self.spans(is_wanted);
        let texts: Vec<String> = spans
            .into_iter()
            .filter_map(|span| self.text(span))
            .collect();
        (!texts.is_empty()).then(|| texts.join("\n\n"))
    }

    /// What the first section with such a title says before its first heading.
    pub(super) fn opening(&self, is_wanted: impl Fn(&str) -> bool) -> Option<String> {
        let sections = self.all.iter().enumerate();
        let mut wanted = sections.filter(|(_, section)| is_wanted(&section.title));
        wanted.find_map(|(at, section)| {
            let next = self.all.get(at + 1);
            let text =
                self.text(section.heading.end..next.map_or(section.end, |next| next.heading.start));
            without_facts(&text?)
        })
    }

    /// What stands at the top, before and below the title.
    pub(super) fn lead(&self) -> Option<String> {
        let begins = |at: usize| {
            self.all
                .get(at)
                .map_or(self.body.len(), |section| section.heading.start)
        };
        let above = self.text(0..begins(0)).filter(|text| is_said(text));
        let title = self.all.first();
        above.or_else(|| {
            let text = self.text(title?.heading.end..begins(1));
            text.filter(|text| is_said(text))
        })
    }

    /// The first code in Python within some places, else the first of any language there, else the first in Python.
    pub(super) fn code(&self, spans: &[Range<usize>]) -> Option<&str> {
        let is_python = |language: &str| {
            let language = language.to_ascii_lowercase();
            language.starts_with("py")
        };
        let within = |at: &usize| {
            let next = spans.partition_point(|span| span.start <= *at);
            let span = next.checked_sub(1).and_then(|last| spans.get(last));
            span.is_some_and(|span| span.contains(at))
        };
        let there = || self.code.iter().filter(|(.., at)| within(at));
        let found = there()
            .find(|(language, ..)| is_python(language))
            .or_else(|| there().next())
            .or_else(|| self.code.iter().find(|(language, ..)| is_python(language)));
        found
            .map(|(_, text, _)| text.trim_end())
            .filter(|text| !text.is_empty())
    }

    /// What stands behind `- **Name:**`, of which the name is given in lower case.
    pub(super) fn said(&self, name: &str) -> Option<String> {
        let value = |line: &str| {
            let item = line.trim().strip_prefix(['-', '*'])?.trim_start();
            let (found, value) = item.strip_prefix("**")?.split_once("**")?;
            let found = found.trim().trim_end_matches(':').to_ascii_lowercase();
            let found = found.split(['(', '[']).next().unwrap_or_default().trim();
            let value = value.trim_start().trim_start_matches(':').trim();
            let says =
                found == name && is_filled_in(value) && value.contains(char::is_alphanumeric);
            says.then(|| value.to_owned())
        };
        self.body.lines().find_map(value)
    }

    /// The text of a place without comments and without lines that nobody filled in.
    fn text(&self, place: Range<usize>) -> Option<String> {
        let mut text = String::new();
        let mut at = place.start;
        let first = self
            .comments
            .partition_point(|comment| comment.end <= place.start);
        for comment in self.comments.get(first..).unwrap_or_default() {
            if comment.start >= place.end {
                break;
            }
            text.push_str(self.body.get(at..comment.start).unwrap_or_default());
            at = comment.end;
        }
        text.push_str(self.body.get(at..place.end).unwrap_or_default());
        filled_in(&text)
    }
}

/// A text without the lines that nobody filled in, and without headings that then have nothing below them; `None` where
/// nothing is left.
fn filled_in(text: &str) -> Option<String> {
    let mut lines: Vec<&str> = Vec::new();
    // Headings with nothing below them yet: their places and levels.
    let mut bare: Vec<(usize, usize)> = Vec::new();
    let mut fence: Option<&str> = None;
    for line in text.lines().filter(|line| is_filled_in(line)) {
        let trimmed = line.trim();
        match fence {
            Some(open) if trimmed.starts_with(open) => fence = None,
            None => {
                fence = ["```", "~~~"]
                    .into_iter()
                    .find(|mark| trimmed.starts_with(mark));
            }
            Some(_) => {}
        }
        let level = trimmed.bytes().take_while(|byte| *byte == b'#').count();
        let is_heading =
            fence.is_none() && (1..=6).contains(&level) && trimmed[level..].starts_with(' ');
        if is_heading {
            while let Some((place, _)) = bare.pop_if(|(_, above)| *above >= level) {
                lines.truncate(place);
            }
            bare.push((lines.len(), level));
        } else if trimmed.contains(char::is_alphanumeric) {
            bare.clear();
        }
        if !trimmed.is_empty() || lines.last().is_some_and(|last| !last.is_empty()) {
            lines.push(if trimmed.is_empty() {
                ""
            } else {
                line.trim_end()
            });
        }
    }
    if let Some((place, _)) = bare.first() {
        lines.truncate(*place);
    }
    let text = lines.join("\n").trim().to_owned();
    text.contains(char::is_alphanumeric).then_some(text)
}

/// A text without `- **Name:** …`, which are facts of their own.
fn without_facts(text: &str) -> Option<String> {
    let is_fact = |line: &&str| line.trim_start().starts_with("- **") && line.contains(":**");
    let lines: Vec<&str> = text.lines().filter(|line| !is_fact(line)).collect();
    let text = lines.join("\n").trim().to_owned();
    text.contains(char::is_alphanumeric).then_some(text)
}

/// Whether a line is none that a template left to be filled in.
fn is_filled_in(line: &str) -> bool {
    let line = line.to_ascii_lowercase();
    let end = line.trim_end().trim_end_matches(['.', ']', '*', '_']);
    !line.contains("[more information needed]") && !end.ends_with("more information needed")
}

/// Whether there is more in a text than pictures and markup.
fn is_said(text: &str) -> bool {
    let mut lines = text.lines().map(str::trim_start);
    lines.any(|line| {
        !line.starts_with(['!', '<', '#', '|', '-', '='])
            && !line.starts_with("[!")
            && line.contains(' ')
    })
}

/// A title in lower case, without marks and pictures at its ends.
fn name(words: &str) -> String {
    let words = words.replace("[optional]", "");
    let name = words.trim_matches(|c: char| !c.is_alphanumeric());
    name.to_lowercase()
}
