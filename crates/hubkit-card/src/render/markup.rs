//! From the events of a Markdown parser to HTML.

mod classes;
mod links;

use pulldown_cmark::{Alignment, Event, HeadingLevel, LinkType, Tag, TagEnd};

use super::{
    RemoteImages, Rendered, Resolver,
    anchor::{Anchors, ID_PREFIX, slug},
    writer::Writer,
};
use crate::markdown;
use classes::{alert, aligned, language};
use links::Image;

pub(super) fn render(
    body: &str,
    resolver: &impl Resolver,
    longest: usize,
    remote_images: RemoteImages,
) -> Rendered {
    let mut page = Page {
        out: Writer::new(longest),
        resolver,
        anchors: Anchors::default(),
        remote_images,
        heading: None,
        image: None,
        links: Vec::new(),
        columns: Vec::new(),
        column: 0,
        in_head: false,
    };
    for (event, _) in markdown::events(body) {
        if page.out.is_full() {
            break;
        }
        page.event(event);
    }
    let (html, is_whole) = page.out.finish();
    Rendered { html, is_whole }
}

struct Page<'r, R> {
    out: Writer,
    resolver: &'r R,
    anchors: Anchors,
    remote_images: RemoteImages,
    /// The events of the heading that is being read: its name comes before its text.
    heading: Option<Vec<Event<'static>>>,
    image: Option<Image>,
    /// The links that are open; false for those that lead nowhere.
    links: Vec<bool>,
    columns: Vec<Alignment>,
    column: usize,
    in_head: bool,
}

impl<R: Resolver> Page<'_, R> {
    fn event(&mut self, event: Event<'_>) {
        if let Some(held) = &mut self.heading {
            match event {
                Event::End(TagEnd::Heading(level)) => self.write_heading(level),
                event => held.push(event.into_static()),
            }
            return;
        }
        if self.image.is_some() {
            self.within_image(event);
            return;
        }
        match event {
            Event::Start(tag) => self.start(tag),
            Event::End(tag) => self.end(tag),
            Event::Text(text) => self.out.text(&text),
            Event::Code(text) | Event::InlineMath(text) | Event::DisplayMath(text) => {
                self.out.open("code", &[]);
                self.out.text(&text);
                self.out.close("code");
            }
            Event::InlineHtml(name) => {
                let id = format!("{ID_PREFIX}{name}");
                self.out.open("span", &[("id", &id)]);
                self.out.close("span");
            }
            // All other HTML has become events.
            Event::Html(_) => {}
            Event::SoftBreak => self.out.text("\n"),
            Event::HardBreak => {
                self.out.single("br", &[]);
                self.out.line();
            }
            Event::Rule => {
                self.out.line();
                self.out.single("hr", &[]);
                self.out.line();
            }
            Event::TaskListMarker(done) => {
                let box_ = [("type", "checkbox"), ("disabled", ""), ("checked", "")];
                let shown = if done { &box_[..] } else { &box_[..2] };
                self.out.single("input", shown);
                self.out.text(" ");
            }
            Event::FootnoteReference(label) => self.note(&label),
        }
    }

    fn start(&mut self, tag: Tag<'_>) {
        match tag {
            Tag::Paragraph => self.block("p", &[]),
            Tag::Heading { .. } => self.heading = Some(Vec::new()),
            Tag::BlockQuote(kind) => match kind.map(alert) {
                Some(class) => self.block("blockquote", &[("class", class)]),
                None => self.block("blockquote", &[]),
            },
            Tag::CodeBlock(kind) => {
                self.block("pre", &[]);
                match language(&kind) {
                    Some(class) => self.out.open("code", &[("class", &class)]),
                    None => self.out.open("code", &[]),
                }
            }
            Tag::List(None) => self.block("ul", &[]),
            Tag::List(Some(1)) => self.block("ol", &[]),
            Tag::List(Some(start)) => self.block("ol", &[("start", &start.to_string())]),
            Tag::Item => self.block("li", &[]),
            Tag::FootnoteDefinition(label) => {
                let id = format!("{ID_PREFIX}fn-{}", slug(&label));
                self.block("div", &[("class", "footnote"), ("id", &id)]);
                self.out.open("sup", &[]);
                self.out.text(&label);
                self.out.close("sup");
                self.out.text(" ");
            }
            Tag::Table(columns) => {
                self.columns = columns;
                self.block("table", &[]);
            }
            Tag::TableHead => {
                self.in_head = true;
                self.column = 0;
                self.block("thead", &[]);
                self.out.open("tr", &[]);
            }
            Tag::TableRow => {
                self.column = 0;
                self.block("tr", &[]);
            }
            Tag::TableCell => {
                let name = self.cell();
                let column = self.columns.get(self.column).copied();
                self.column += 1;
                match column.and_then(aligned) {
                    Some(class) => self.out.open(name, &[("class", class)]),
                    None => self.out.open(name, &[]),
                }
            }
            Tag::Emphasis => self.out.open("em", &[]),
            Tag::Strong => self.out.open("strong", &[]),
            Tag::Strikethrough => self.out.open("del", &[]),
            Tag::Link {
                link_type: LinkType::Email,
                dest_url,
                ..
            } => self.open_link(&format!("mailto:{dest_url}")),
            Tag::Link { dest_url, .. } => self.open_link(&dest_url),
            Tag::Image { dest_url, .. } => {
                self.image = Some(Image::at(dest_url.into_string()));
            }
            // Nothing below is asked of the parser.
            Tag::HtmlBlock
            | Tag::Superscript
            | Tag::Subscript
            | Tag::DefinitionList
            | Tag::DefinitionListTitle
            | Tag::DefinitionListDefinition
            | Tag::MetadataBlock(_) => {}
        }
    }

    fn end(&mut self, tag: TagEnd) {
        match tag {
            TagEnd::Paragraph => self.end_block("p"),
            TagEnd::BlockQuote(_) => self.end_block("blockquote"),
            TagEnd::CodeBlock => {
                self.out.close("code");
                self.end_block("pre");
            }
            TagEnd::List(is_numbered) => self.end_block(if is_numbered { "ol" } else { "ul" }),
            TagEnd::Item => self.end_block("li"),
            TagEnd::FootnoteDefinition => self.end_block("div"),
            TagEnd::Table => {
                self.out.close("tbody");
                self.end_block("table");
            }
            TagEnd::TableHead => {
                self.in_head = false;
                self.out.close("tr");
                self.end_block("thead");
                self.out.open("tbody", &[]);
            }
            TagEnd::TableRow => self.end_block("tr"),
            TagEnd::TableCell => self.out.close(self.cell()),
            TagEnd::Emphasis => self.out.close("em"),
            TagEnd::Strong => self.out.close("strong"),
            TagEnd::Strikethrough => self.out.close("del"),
            TagEnd::Link => self.close_link(),
            // A heading and an image are written where they end, and nothing else is asked of the parser.
            TagEnd::Heading(_)
            | TagEnd::Image
            | TagEnd::HtmlBlock
            | TagEnd::Superscript
            | TagEnd::Subscript
            | TagEnd::DefinitionList
            | TagEnd::DefinitionListTitle
            | TagEnd::DefinitionListDefinition
            | TagEnd::MetadataBlock(_) => {}
        }
    }

    fn block(&mut self, name: &'static str, attributes: &[(&'static str, &str)]) {
        self.out.line();
        self.out.open(name, attributes);
    }

    fn end_block(&mut self, name: &'static str) {
        self.out.close(name);
        self.out.line();
    }

    fn cell(&self) -> &'static str {
        if self.in_head { "th" } else { "td" }
    }

    fn write_heading(&mut self, level: HeadingLevel) {
        let events = self.heading.take().unwrap_or_default();
        let texts = events.iter().filter_map(|event| match event {
            Event::Text(text) | Event::Code(text) => Some(&**text),
            Event::SoftBreak | Event::HardBreak => Some(" "),
            _ => None,
        });
        let id = format!(
            "{ID_PREFIX}{}",
            self.anchors.name(&texts.collect::<String>())
        );
        let name = match level {
            HeadingLevel::H1 => "h1",
            HeadingLevel::H2 => "h2",
            HeadingLevel::H3 => "h3",
            HeadingLevel::H4 => "h4",
            HeadingLevel::H5 => "h5",
            HeadingLevel::H6 => "h6",
        };
        self.block(name, &[("id", &id)]);
        for event in events {
            self.event(event);
        }
        self.end_block(name);
    }
}
