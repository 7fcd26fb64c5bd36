//! Every page that is made of a card, read as a browser reads it: nothing but what the crate itself writes.

use std::time::Instant;

use hubkit_card::{Card, CardData, ID_PREFIX, Outline, Reference, Resolver, render};

use crate::cards::{cards, fixtures, real_cards};

/// Says yes to everything, in the words of the author.
pub(crate) struct Credulous;

impl Resolver for Credulous {
    fn link(&self, reference: &Reference<'_>) -> Option<String> {
        Some(match reference {
            Reference::File { path, fragment } => format!("{path}{}", fragment.unwrap_or_default()),
            Reference::Hub(path) => (*path).to_owned(),
        })
    }

    fn image(&self, reference: &Reference<'_>) -> Option<String> {
        self.link(reference)
    }
}

/// What a text may be made of, again and again.
pub(crate) const PIECES: &[&str] = &[
    "[",
    "![",
    "<",
    "<a ",
    "<!--",
    "*",
    "_a_ ",
    "`",
    "> ",
    "- ",
    "|a",
    "[^a]",
    "&",
    "~~",
    "[a](",
    "![a](b",
    "](",
    "# ",
    "\\",
    "<script>",
    "a\n",
    "[a]: b\n",
    "|-|-\n",
    "1. ",
    "```\n",
    "<div>\n\n",
    "<b>",
    "<ul><li>",
    "<blockquote>",
    "<table><tr><td>",
    "<a href=\"b\">",
    "<a href=b",
    "</b>",
    "(http://",
    "www.",
    "https://a.b",
    "https://a.b)",
    "&amp;",
    "<mask>",
    "<div>\n<i>",
];

const ELEMENTS: &[&str] = &[
    "a",
    "blockquote",
    "br",
    "code",
    "del",
    "div",
    "em",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "hr",
    "img",
    "input",
    "li",
    "ol",
    "p",
    "pre",
    "span",
    "strong",
    "sup",
    "table",
    "tbody",
    "td",
    "th",
    "thead",
    "tr",
    "ul",
];
const EMPTY: &[&str] = &["br", "hr", "img", "input"];
const CLASSES: &[&str] = &[
    "left",
    "right",
    "center",
    "footnote",
    "alert",
    "note",
    "tip",
    "important",
    "warning",
    "caution",
];

/// Makes a page of a text and reads it: known elements, well nested, with known attributes and harmless addresses.
#[track_caller]
pub(crate) fn check(name: &str, body: &str) {
    let longest = 4 << 20;
    let html = render(body, &Credulous, longest).html;
    assert!(html.len() <= longest + 1000, "{name}: {}", html.len());
    assert!(
        !html
            .chars()
            .any(|c| c.is_control() && c != '\n' && c != '\t'),
        "{name}"
    );
    let mut open = Vec::new();
    let mut rest = html.as_str();
    while let Some((text, tag)) = rest.split_once('<') {
        assert!(!text.contains('>'), "{name}: {text}");
        let (tag, after) = tag
            .split_once('>')
            .unwrap_or_else(|| panic!("{name}: an open tag"));
        rest = after;
        if let Some(closed) = tag.strip_prefix('/') {
            assert_eq!(open.pop(), Some(closed), "{name}");
            continue;
        }
        let (element, attributes) = tag.split_once(' ').unwrap_or((tag, ""));
        assert!(ELEMENTS.contains(&element), "{name}: {tag}");
        if !EMPTY.contains(&element) {
            open.push(element);
        }
        check_attributes(name, attributes);
    }
    assert!(open.is_empty() && !rest.contains('>'), "{name}: {open:?}");
    check_outline(name, body);
}

/// Every part of a text is a part of it, and every place one of its lines.
#[track_caller]
fn check_outline(name: &str, body: &str) {
    let outline = Outline::read(body);
    for section in &outline.sections {
        assert!(
            body.get(section.range.clone()).is_some(),
            "{name}: {section:?}"
        );
    }
    let lines = body.split(['\n', '\r']).count();
    for link in &outline.links {
        assert!(body.get(link.range.clone()).is_some(), "{name}: {link:?}");
        assert!(
            (1..=lines).contains(&link.location.line),
            "{name}: {link:?}"
        );
        if let Some(address) = link.resolve(&Credulous) {
            assert!(
                !address.to_lowercase().starts_with("javascript:"),
                "{name}: {address}"
            );
        }
    }
    for block in &outline.code {
        assert!(
            (1..=lines).contains(&block.first_line.line),
            "{name}: {block:?}"
        );
    }
}

#[track_caller]
fn check_attributes(name: &str, mut attributes: &str) {
    while !attributes.is_empty() {
        let (key, value) = attributes.trim_start().split_once("=\"").expect("a value");
        let (value, after) = value.split_once('"').expect("an end");
        attributes = after;
        let is_fine = match key {
            "href" => {
                ["https://", "http://", "mailto:"]
                    .iter()
                    .any(|scheme| value.to_lowercase().starts_with(scheme))
                    || is_relative(value)
            }
            "src" => is_relative(value),
            "id" => value.starts_with(ID_PREFIX),
            "class" => value
                .split(' ')
                .all(|class| class.starts_with("language-") || CLASSES.contains(&class)),
            "alt" => true,
            "rel" => value == "nofollow noopener noreferrer",
            "loading" => value == "lazy",
            "referrerpolicy" => value == "no-referrer",
            "type" => value == "checkbox",
            "disabled" | "checked" => value.is_empty(),
            "start" => value.parse::<u64>().is_ok(),
            _ => false,
        };
        assert!(is_fine, "{name}: {key}={value:?}");
    }
}

fn is_relative(address: &str) -> bool {
    let end = address.find([':', '/', '?', '#']);
    !end.is_some_and(|end| address[end..].starts_with(':'))
        && !address.starts_with("//")
        && !address.contains('\\')
}

#[test]
fn pages_of_edge_cases_and_hostile_cards_hold_only_what_is_written_here() {
    for folder in ["cards", "yaml"] {
        for (name, text) in cards(&fixtures(folder)) {
            check(&name, Card::read(&text).body);
            check(&name, &text);
        }
    }
}

#[test]
fn pages_of_real_cards_hold_only_what_is_written_here() {
    for (name, text) in real_cards().unwrap_or_default() {
        check(&name, Card::read(&text).body);
    }
}

#[test]
fn pages_of_markup_that_means_harm_hold_only_what_is_written_here() {
    for (name, text) in markup() {
        check(&name, Card::read(&text).body);
    }
}

/// Cards whose text or metadata tries to leave its place on a page.
fn markup() -> Vec<(String, String)> {
    let file = fixtures("markup.jsonl");
    let lines = std::fs::read_to_string(file).expect("the fixture");
    let cards: Vec<_> = lines
        .lines()
        .map(|line| {
            let value: serde_json::Value = serde_json::from_str(line).expect("JSON");
            let text = |key: &str| value[key].as_str().expect("a text").to_owned();
            (text("name"), text("card"))
        })
        .collect();
    assert!(cards.len() > 100);
    cards
}

#[test]
fn no_beginning_of_a_card_is_too_odd() {
    let edge = cards(&fixtures("cards"));
    let real = real_cards().unwrap_or_default();
    for (name, text) in edge.iter().chain(&real) {
        // Every beginning of a short card; of a longer one about a hundred.
        let step = (text.len() / 100).max(1);
        for end in (0..text.len()).step_by(step) {
            let Some(beginning) = text.get(..end) else {
                continue;
            };
            let card = Card::read(beginning);
            let _ = (CardData::of(&card.metadata), card.metadata.to_json());
            if beginning.len() < 4_000 || end % 10 == 0 {
                check(name, card.body);
            }
        }
    }
}

#[test]
fn a_text_that_is_all_beginnings_takes_no_longer_than_its_length_explains() {
    for piece in PIECES {
        let text = piece.repeat(50_000 / piece.len());
        let start = Instant::now();
        check(piece, &text);
        let took = start.elapsed();
        assert!(took.as_secs() < 10, "{piece:?}: {took:?}");
    }
}
