//! The text of a card, as a page, as lines and as an outline.

use hubkit_card::{
    Card, Layout, Outline, Reference, RemoteImages, Resolver, Stress, columns, lay_out, render_with,
};

use crate::Target;

pub(crate) const TARGETS: &[Target] = &[("card-body", body)];

/// So many bytes become a page or lines at most.
const LONGEST: usize = 1 << 20;
/// What is open where a bound is reached is closed beyond it.
const MORE: usize = 4096;

fn body(data: &[u8]) {
    // The first byte says how wide the terminal is.
    let (width, data) = data.split_first().unwrap_or((&80, data));
    let width = usize::from(*width).max(20);
    let text = String::from_utf8_lossy(data);
    let body = Card::read(&text).body;
    for images in [RemoteImages::Linked, RemoteImages::Shown] {
        let page = render_with(body, &Credulous, LONGEST, images);
        scan(&page.html, images);
        is_bounded(body, page.html.len());
    }
    let outline = Outline::read(body);
    let parts = outline.sections.iter().map(|section| section.range.clone());
    assert!(parts.clone().all(|part| body.get(part).is_some()));
    for part in parts.take(3).map(Some).chain([None]) {
        let mut layout = Layout::new(width).part(part);
        layout.longest = LONGEST;
        let lines = lay_out(body, &Credulous, &layout).text;
        is_bounded(body, lines.len());
        for line in lines.lines() {
            assert!(!line.contains(char::is_control), "{line:?}");
            fits(line, width, !outline.code.is_empty());
        }
        let lines = lay_out(body, &Credulous, &layout.stress(Stress::Sequences)).text;
        obeyed(&lines);
    }
}

/// Says yes to everything, in the words of the author.
struct Credulous;

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

/// A text makes no more than its own length explains. References and rows of tables repeat what stands once; there only
/// the bound holds.
fn is_bounded(body: &str, made: usize) {
    assert!(made <= LONGEST + MORE, "{made}");
    let repeats = body.contains("]:") || body.contains('|');
    assert!(repeats || made <= 100 * body.len() + MORE, "{made}");
}

/// Only elements and attributes that are expected, well nested, with addresses that lead somewhere at most.
fn scan(html: &str, images: RemoteImages) {
    const ELEMENTS: &str = " a blockquote br code del div em h1 h2 h3 h4 h5 h6 hr img input li ol p pre span strong sup \
        table tbody td th thead tr ul ";
    let mut open = Vec::new();
    let mut parts = html.split('<');
    let first = parts.next().unwrap_or_default();
    assert!(!first.contains('>'), "{first}");
    for part in parts {
        let (tag, text) = part.split_once('>').expect("a tag that ends");
        assert!(!text.contains(['>', '"', '\'']), "{text}");
        if let Some(name) = tag.strip_prefix('/') {
            assert_eq!(open.pop(), Some(name));
            continue;
        }
        let (name, attributes) = tag.split_once(' ').unwrap_or((tag, ""));
        assert!(ELEMENTS.contains(&format!(" {name} ")), "{tag}");
        assert!(name != "a" || !open.contains(&"a"), "a link within a link");
        let may_hold_blocks = !matches!(open.last(), Some(&("p" | "em" | "strong" | "a" | "sup")));
        assert!(name != "p" || may_hold_blocks, "{open:?}");
        if !matches!(name, "br" | "hr" | "img" | "input") {
            open.push(name);
        }
        attributed(tag, attributes, images);
    }
    assert!(open.is_empty(), "{open:?}");
}

fn attributed(tag: &str, attributes: &str, images: RemoteImages) {
    let mut quoted = attributes.split('"');
    while let (Some(key), Some(value)) = (quoted.next(), quoted.next()) {
        let lower = value.to_ascii_lowercase();
        let leads = |schemes: &[&str]| schemes.iter().any(|scheme| lower.starts_with(scheme));
        let head = lower.split(['/', '?', '#']).next().unwrap_or_default();
        let is_near = !head.contains(':') && !lower.starts_with("//") && !lower.contains('\\');
        let is_fine = match key.trim() {
            "href=" => is_near || leads(&["https://", "http://", "mailto:"]),
            "src=" => is_near || images == RemoteImages::Shown && leads(&["https://", "http://"]),
            "id=" => value.starts_with("card-"),
            "class=" | "alt=" | "rel=" | "loading=" | "referrerpolicy=" | "start=" => true,
            "type=" => value == "checkbox",
            "disabled=" | "checked=" => value.is_empty(),
            _ => false,
        };
        assert!(is_fine, "{tag}");
    }
}

/// A line is no wider than was asked, but for code and for a word that can't be broken.
fn fits(line: &str, width: usize, has_code: bool) {
    if columns(line) <= width {
        return;
    }
    let words = line.trim_start_matches(['│', '•', '◦', '▪', ' ']);
    // An address stays whole, blanks in it too.
    let number = words
        .strip_prefix('[')
        .and_then(|rest| rest.split_once("] "));
    if number.is_some_and(|(number, _)| number.parse::<u64>().is_ok()) {
        return;
    }
    // Code stands four columns behind what is before it.
    let is_before = |c: char| c.is_ascii_digit() || "│•◦▪. ".contains(c);
    if has_code && columns(line) - columns(line.trim_start_matches(is_before)) >= 4 {
        return;
    }
    let may_break = |c: char| c.is_whitespace() && !matches!(c, '\u{a0}' | '\u{202f}' | '\u{2007}');
    // An item's number, a note's name and a link's stand before a word of their own.
    let is_mark = |word: &str| {
        word.starts_with('[') && word.ends_with(']')
            || word
                .strip_suffix('.')
                .is_some_and(|number| number.parse::<u64>().is_ok())
            || word.starts_with('#')
    };
    let long = words
        .split(may_break)
        .filter(|word| !word.is_empty() && !is_mark(word));
    assert!(
        long.count() <= 1,
        "{} columns of {width}: {line:?}",
        columns(line)
    );
}

/// Nothing but the sequences that stress text.
fn obeyed(lines: &str) {
    let mut parts = lines.split('\u{1b}');
    let mut is_plain = |text: &str| !text.contains(|c: char| c.is_control() && c != '\n');
    assert!(parts.next().is_none_or(&mut is_plain), "{lines:?}");
    for part in parts {
        let (sequence, text) = part.split_once('m').expect("a sequence that ends");
        let digits = sequence.strip_prefix('[').expect("a sequence of stress");
        assert!(
            digits.chars().all(|c| c.is_ascii_digit() || c == ';'),
            "{sequence:?}"
        );
        assert!(is_plain(text), "{text:?}");
    }
}
