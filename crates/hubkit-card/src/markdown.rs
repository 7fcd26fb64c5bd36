//! A text as its readers see it: Markdown of GitHub's flavour, and what is harmless of the HTML in it.

mod block;
mod element;
mod tag;
mod words;

use std::{collections::VecDeque, iter::Peekable, ops::Range};

use pulldown_cmark::{
    CowStr, Event, LinkType, OffsetIter, Options, Parser, Tag, TagEnd, TextMergeWithOffset,
};

use tag::Piece;

/// Reads a text. The events nest properly.
///
/// HTML becomes the events that Markdown would have for it: links, images, headings, lists, tables, stress. Other tags
/// leave their words, and scripts, styles and comments nothing. What is left of HTML is [`Event::InlineHtml`] with the
/// name of an anchor, of `<a name="usage">`. Addresses that stand in the text are links. Takes time in proportion to
/// the text.
pub(crate) fn events(text: &str) -> Events<'_> {
    let options = Options::ENABLE_TABLES
        | Options::ENABLE_TASKLISTS
        | Options::ENABLE_STRIKETHROUGH
        | Options::ENABLE_FOOTNOTES
        | Options::ENABLE_GFM;
    let parser = Parser::new_ext(text, options).into_offset_iter();
    Events {
        inner: TextMergeWithOffset::new(parser).peekable(),
        ready: VecDeque::new(),
        open: Vec::new(),
        hidden: None,
        links: 0,
        images: 0,
        is_code: false,
    }
}

/// The events of a text, each with the part of the text that it is about.
pub(crate) struct Events<'a> {
    inner: Peekable<TextMergeWithOffset<'a, OffsetIter<'a>>>,
    ready: VecDeque<(Event<'a>, Range<usize>)>,
    /// What is open within the paragraph.
    open: Vec<Open>,
    /// The element whose content is passed over.
    hidden: Option<String>,
    links: usize,
    images: usize,
    is_code: bool,
}

/// Something that is open within a paragraph.
enum Open {
    Markdown,
    Html { name: String, end: TagEnd },
}

impl<'a> Iterator for Events<'a> {
    type Item = (Event<'a>, Range<usize>);

    fn next(&mut self) -> Option<Self::Item> {
        while self.ready.is_empty() {
            let (event, range) = self.inner.next()?;
            self.read(event, range);
        }
        self.ready.pop_front()
    }
}

impl<'a> Events<'a> {
    fn read(&mut self, event: Event<'a>, range: Range<usize>) {
        let is_within = match &event {
            Event::Start(tag) => is_within_paragraphs(tag.to_end()),
            Event::End(tag) => is_within_paragraphs(*tag),
            _ => true,
        };
        if !is_within {
            self.close_all(&range);
        }
        match event {
            Event::Start(Tag::HtmlBlock) => {
                let (html, places) = self.block();
                self.ready.extend(block::events(&html, &places));
            }
            Event::Start(Tag::Link { .. }) => {
                self.links += 1;
                self.start(event, range);
            }
            Event::Start(Tag::Image { .. }) => {
                self.images += 1;
                self.start(event, range);
            }
            Event::Start(_) if is_within => self.start(event, range),
            Event::Start(tag) => {
                self.is_code |= matches!(tag, Tag::CodeBlock(_));
                self.ready.push_back((Event::Start(tag), range));
            }
            Event::End(tag) if is_within => {
                while let Some(Open::Html { end, .. }) = self.open.pop() {
                    self.end(end, &range);
                }
                self.end(tag, &range);
            }
            Event::End(tag) => {
                self.is_code &= !matches!(tag, TagEnd::CodeBlock);
                self.ready.push_back((Event::End(tag), range));
            }
            Event::InlineHtml(html) => self.html(&html, &range),
            _ if self.hidden.is_some() => {}
            Event::Text(text) if self.links == 0 && self.images == 0 && !self.is_code => {
                self.text(text, range);
            }
            event => self.ready.push_back((event, range)),
        }
    }

    /// The HTML of a block, and where its lines begin: there, and in the text.
    fn block(&mut self) -> (String, Vec<(usize, usize)>) {
        let (mut html, mut places) = (String::new(), Vec::new());
        for (event, range) in self.inner.by_ref() {
            match event {
                Event::End(TagEnd::HtmlBlock) => break,
                Event::Html(line) | Event::Text(line) => {
                    places.push((html.len(), range.start));
                    html.push_str(&line);
                }
                _ => {}
            }
        }
        (html, places)
    }

    fn start(&mut self, event: Event<'a>, range: Range<usize>) {
        self.open.push(Open::Markdown);
        self.ready.push_back((event, range));
    }

    fn end(&mut self, tag: TagEnd, range: &Range<usize>) {
        match tag {
            TagEnd::Link => self.links = self.links.saturating_sub(1),
            TagEnd::Image => self.images = self.images.saturating_sub(1),
            _ => {}
        }
        self.ready.push_back((Event::End(tag), range.clone()));
    }

    /// Ends what the author's HTML left open in a paragraph.
    fn close_all(&mut self, range: &Range<usize>) {
        self.hidden = None;
        while let Some(open) = self.open.pop() {
            if let Open::Html { end, .. } = open {
                self.end(end, range);
            }
        }
    }

    /// A tag within a paragraph.
    fn html(&mut self, html: &str, range: &Range<usize>) {
        for (_, piece) in tag::pieces(html) {
            match piece {
                Piece::Close(name) => {
                    if self.hidden.as_ref() == Some(&name) {
                        self.hidden = None;
                    } else {
                        self.close(&name, range);
                    }
                }
                _ if self.hidden.is_some() || self.images > 0 => {}
                Piece::Words("") => {}
                // What looks like a tag and is none.
                Piece::Words(words) => {
                    let text = CowStr::from(words.to_owned());
                    self.ready.push_back((Event::Text(text), range.clone()));
                }
                Piece::Open(tag) => {
                    for name in element::anchors(&tag) {
                        let anchor = Event::InlineHtml(name.into());
                        self.ready.push_back((anchor, range.clone()));
                    }
                    if let Some(events) = element::alone(&tag) {
                        let ranged = events.into_iter().map(|event| (event, range.clone()));
                        self.ready.extend(ranged);
                    } else if tag.is_hidden {
                        self.hidden = Some(tag.name);
                    } else if self.open.len() < block::DEEPEST
                        && let Some(start) = element::stress(&tag)
                    {
                        let end = start.to_end();
                        self.links += usize::from(end == TagEnd::Link);
                        self.ready.push_back((Event::Start(start), range.clone()));
                        let name = tag.name;
                        self.open.push(Open::Html { name, end });
                    }
                }
            }
        }
    }

    /// Ends an element that was opened within the same paragraph and the same stress.
    fn close(&mut self, name: &str, range: &Range<usize>) {
        let within = self.open.iter().rev();
        let mut within = within.take_while(|open| matches!(open, Open::Html { .. }));
        let is_it = |open: &Open| matches!(open, Open::Html { name: open, .. } if open == name);
        let Some(depth) = within.position(is_it) else {
            return;
        };
        for _ in 0..=depth {
            if let Some(Open::Html { end, .. }) = self.open.pop() {
                self.end(end, range);
            }
        }
    }

    /// Words, with the addresses in them as links.
    fn text(&mut self, text: CowStr<'a>, range: Range<usize>) {
        let found = words::addresses(&text);
        if found.is_empty() {
            self.ready.push_back((Event::Text(text), range));
            return;
        }
        let mut from = 0;
        let piece = |part: Range<usize>| Event::Text(text[part].to_owned().into());
        // References make the words shorter than what is written, so that places in them are no longer known.
        let is_as_written = text.len() == range.len();
        let place = |part: &Range<usize>| {
            if is_as_written {
                range.start + part.start..range.start + part.end
            } else {
                range.clone()
            }
        };
        for address in found {
            if from < address.start {
                let before = from..address.start;
                let at = place(&before);
                self.ready.push_back((piece(before), at));
            }
            from = address.end;
            let at = place(&address);
            let link = Tag::Link {
                link_type: LinkType::Autolink,
                dest_url: destination(&text[address.clone()]).into(),
                title: "".into(),
                id: "".into(),
            };
            self.ready.push_back((Event::Start(link), at.clone()));
            self.ready.push_back((piece(address), at.clone()));
            self.ready.push_back((Event::End(TagEnd::Link), at));
        }
        if from < text.len() {
            let after = from..text.len();
            let at = place(&after);
            self.ready.push_back((piece(after), at));
        }
    }
}

/// Where an address that stands in a text leads.
fn destination(address: &str) -> String {
    let is_bare = address
        .get(..4)
        .is_some_and(|start| start.eq_ignore_ascii_case("www."));
    let scheme = if is_bare { "http://" } else { "" };
    format!("{scheme}{address}")
}

fn is_within_paragraphs(tag: TagEnd) -> bool {
    use TagEnd::{Emphasis, Image, Link, Strikethrough, Strong, Subscript, Superscript};
    matches!(
        tag,
        Emphasis | Strong | Strikethrough | Superscript | Subscript | Link | Image
    )
}

#[cfg(test)]
mod tests;
