//! What is wrong with the text of a card, found in one pass over it.

mod link;
pub(super) mod secret;
mod snippet;
mod template;

use std::ops::Range;

use pulldown_cmark::{Event, Tag, TagEnd};

use super::{
    Surroundings,
    draft::{Draft, Drafts, Place},
    place::offset,
    rule::{EMPTY_TEXT, MISSING_ALT_TEXT, UNREAD_METADATA},
};
use crate::{Card, markdown};

use self::{link::Links, snippet::Snippets};
pub(super) use template::is_left;

pub(super) fn check(card: &Card<'_>, around: &Surroundings<'_>, drafts: &mut Drafts) {
    secret::check(card.text, drafts);
    if card.body.trim().is_empty() {
        let message = "expected a text below the metadata, found none";
        drafts.push(Draft::new(&EMPTY_TEXT, Place::Text, message));
        return;
    }
    if card.block.is_none()
        && let Some(draft) = unread(card.text)
    {
        drafts.push(draft);
    }
    let mut reader = Reader {
        base: offset(card.text, card.body),
        body: card.body,
        links: Links::default(),
        snippets: Snippets::default(),
        pictures: Tally::default(),
        templates: Tally::default(),
        heading: None,
        headings: 0,
        picture: None,
        code: None,
    };
    for (event, span) in markdown::events(card.body) {
        reader.event(event, span);
    }
    reader.finish(around, drafts);
}

/// What was meant as metadata and is read as text.
fn unread(text: &str) -> Option<Draft> {
    let start = text.trim_start_matches(|c: char| c.is_whitespace() || c == '\u{feff}');
    let (above, from) = match start.strip_prefix("<!--") {
        Some(comment) => {
            let end = comment.find("-->")? + 3;
            ("a comment stands above it", comment[end..].trim_start())
        }
        None => ("its first line is not exactly three dashes", start),
    };
    let mut lines = from.lines();
    let first = lines.next()?.trim_end();
    if first.len() < 3 || first.bytes().any(|byte| byte != b'-') {
        return None;
    }
    let is_field = |line: &str| {
        let name = line.split_once(':').map(|(name, _)| name);
        name.is_some_and(|name| {
            !name.is_empty()
                && name
                    .chars()
                    .all(|c| c.is_ascii_alphanumeric() || c == '_' || c == '-')
        })
    };
    let mut lines = lines.take(1_000).skip_while(|line| line.trim().is_empty());
    if !is_field(lines.next()?) {
        return None;
    }
    let reason = if lines
        .any(|line| line.trim_end().trim_start_matches('-').is_empty() && line.starts_with("---"))
    {
        above
    } else {
        "no line of three dashes ends it"
    };
    let begin = offset(text, from);
    let message = format!("what was meant as metadata is read as text: {reason}");
    Some(Draft::new(
        &UNREAD_METADATA,
        Place::Bytes(begin..begin + 3),
        message,
    ))
}

/// Things of one sort, of which the first is shown.
#[derive(Debug, Default)]
struct Tally {
    first: Option<Range<usize>>,
    count: usize,
}

impl Tally {
    fn add(&mut self, span: Range<usize>) {
        self.first.get_or_insert(span);
        self.count += 1;
    }

    /// How many there are besides the first, to end a message with.
    fn others(&self) -> String {
        match self.count {
            0 | 1 => String::new(),
            2 => " (and once more)".to_owned(),
            count => format!(" (and {} times more)", count - 1),
        }
    }
}

struct Reader<'a> {
    /// Where the text begins in the card.
    base: usize,
    body: &'a str,
    links: Links,
    snippets: Snippets,
    /// Images without words.
    pictures: Tally,
    templates: Tally,
    /// The words of the heading that is being read.
    heading: Option<String>,
    headings: usize,
    /// Where the image that is being read stands, and whether it has words.
    picture: Option<(Range<usize>, bool)>,
    /// Where the code that is being read stands.
    code: Option<Range<usize>>,
}

impl Reader<'_> {
    /// A part of the text as a part of the card.
    fn place(&self, span: &Range<usize>) -> Range<usize> {
        self.base + span.start..self.base + span.end
    }

    fn event(&mut self, event: Event<'_>, span: Range<usize>) {
        match event {
            Event::Start(Tag::Heading { .. }) => self.heading = Some(String::new()),
            Event::End(TagEnd::Heading(_)) => {
                self.headings += 1;
                self.links
                    .add_heading(&self.heading.take().unwrap_or_default());
            }
            Event::Start(Tag::CodeBlock(_)) => self.code = Some(span),
            Event::End(TagEnd::CodeBlock) => {
                if let Some(span) = self.code.take() {
                    let code = self.body.get(span.clone()).unwrap_or_default();
                    self.snippets.read_block(code, self.base + span.start);
                }
            }
            Event::Start(Tag::Link { dest_url, .. }) => {
                let place = self.place(&span);
                self.links.add(&dest_url, place);
            }
            Event::Start(Tag::Image { dest_url, .. }) => {
                let place = self.place(&span);
                self.links.add(&dest_url, place.clone());
                self.picture.get_or_insert((place, false));
            }
            Event::End(TagEnd::Image) => {
                if let Some((place, false)) = self.picture.take() {
                    self.pictures.add(place);
                }
            }
            Event::InlineHtml(name) => self.links.add_anchor(&name),
            Event::Text(text) => self.read_words(&text, span, false),
            Event::Code(text) => self.read_words(&text, span, true),
            _ => {}
        }
    }

    fn read_words(&mut self, text: &str, span: Range<usize>, is_code: bool) {
        if let Some((_, has_words)) = &mut self.picture {
            *has_words |= !text.trim().is_empty();
        }
        if let Some(heading) = &mut self.heading {
            heading.push_str(text);
        }
        if self.code.is_some() {
            return;
        }
        let place = self.place(&span);
        let source = self.body.get(span).unwrap_or_default();
        self.snippets.read_words(text, source, place.clone());
        if !is_code && template::is_left(text) {
            self.templates.add(place);
        }
    }

    fn finish(self, around: &Surroundings<'_>, drafts: &mut Drafts) {
        template::check(self.body, self.base, self.templates, drafts);
        self.snippets.finish(drafts);
        self.links.finish(around, drafts);
        if let Some(place) = self.pictures.first.clone() {
            let message = format!(
                "an image without a text in its place{}",
                self.pictures.others()
            );
            drafts.push(Draft::new(&MISSING_ALT_TEXT, Place::Bytes(place), message));
        }
        if self.headings == 0 {
            let message = "expected a heading that says what this is, found none";
            drafts.push(Draft::new(
                &super::rule::MISSING_TITLE,
                Place::Text,
                message,
            ));
        }
    }
}
