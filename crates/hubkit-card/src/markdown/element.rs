//! What the elements of HTML are in terms of Markdown.

use pulldown_cmark::{Event, LinkType, Tag, TagEnd};

use super::{tag, words::unescape};

/// An anchor's name is not longer than that, in bytes.
const LONGEST_NAME: usize = 500;

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

/// Whether an element ends the paragraph before it.
pub(super) fn is_block(name: &str) -> bool {
    const BLOCKS: &str = " address article aside body caption center dd details div dl dt fieldset figcaption figure \
        footer form header hgroup html legend main nav p search section tbody tfoot thead title tr ";
    BLOCKS.contains(&format!(" {name} "))
}

fn link(to: String) -> Tag<'static> {
    Tag::Link {
        link_type: LinkType::Inline,
        dest_url: to.into(),
        title: "".into(),
        id: "".into(),
    }
}
