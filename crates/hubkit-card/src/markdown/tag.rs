//! The HTML that authors put into Markdown, cut into words and tags.

/// Elements whose content is for machines.
const HIDDEN: [&str; 9] = [
    "script", "style", "iframe", "object", "svg", "math", "template", "noscript", "head",
];

/// The elements of HTML. What looks like a tag and is none is a word of the author's: `<mask>`.
const ELEMENTS: &str = " a abbr acronym address applet area article aside audio b base basefont bdi bdo big blockquote \
    body br button canvas caption center cite code col colgroup data datalist dd del details dfn dialog dir div dl dt \
    em embed fieldset figcaption figure font footer form frame frameset g h1 h2 h3 h4 h5 h6 head header hgroup hr html \
    i iframe img input ins kbd label legend li link main map mark marquee math menu meta meter nav nobr noframes \
    noscript object ol optgroup option output p param path picture pre progress q rect rp rt ruby s samp script search \
    section select slot small source span strike strong style sub summary sup svg table tbody td template textarea \
    tfoot th thead time title tr track tt u ul var video wbr xmp ";

/// A piece of HTML.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Piece<'a> {
    /// The text between tags, with its character references as they are.
    Words(&'a str),
    Open(Tag<'a>),
    /// The end of an element, with its name in lower case.
    Close(String),
}

/// The beginning of an element.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Tag<'a> {
    /// In lower case.
    pub(super) name: String,
    /// What stands between the name and the `>`.
    attributes: &'a str,
    /// Whether the content of the element is not for people. It has been passed over.
    pub(super) is_hidden: bool,
}

/// Cuts HTML into pieces, each with where it begins. What is cut off in the middle of a tag, a comment or a script is
/// dropped. Takes one pass.
pub(super) fn pieces(html: &str) -> impl Iterator<Item = (usize, Piece<'_>)> {
    let mut at = 0;
    let mut held = None;
    std::iter::from_fn(move || {
        if let Some(tag) = held.take() {
            return Some(tag);
        }
        let begin = at;
        while let Some(found) = html[at..].find('<') {
            let from = at + found;
            let inside = &html[from + 1..];
            if let Some(comment) = inside.strip_prefix("!--") {
                let end = comment.find("-->").map(|end| from + 4 + end + 3);
                at = end.unwrap_or(html.len());
            } else if inside.starts_with(['!', '?']) {
                at = from + 1 + (end_of_tag(inside) + 1).min(inside.len());
            } else if let Some((piece, length)) = tag(inside) {
                at = (from + 1 + length).min(html.len());
                held = Some((from, piece));
            } else {
                at = from + 1;
                continue;
            }
            if begin < from {
                return Some((begin, Piece::Words(&html[begin..from])));
            }
            return held.take().or(Some((from, Piece::Words(""))));
        }
        at = html.len();
        (begin < at).then(|| (begin, Piece::Words(&html[begin..])))
    })
}

/// The tag after a `<`, and how long it is with its `>` and, where that is hidden, its content; `None` for a `<` that
/// begins no element.
fn tag(inside: &str) -> Option<(Piece<'_>, usize)> {
    let (is_end, named) = match inside.strip_prefix('/') {
        Some(named) => (true, named),
        None => (false, inside),
    };
    let length = named
        .find(|c: char| !c.is_ascii_alphanumeric())
        .unwrap_or(named.len());
    let name = named[..length].to_ascii_lowercase();
    let ends_there = !named[length..].starts_with(['-', ':', '_', '.', '@']);
    let is_element = ends_there && ELEMENTS.contains(&format!(" {name} "));
    if name.is_empty() || !is_element {
        return None;
    }
    let end = end_of_tag(inside);
    if is_end {
        return Some((Piece::Close(name), end + 1));
    }
    // Of a tag that is cut off nothing is known.
    let attributes = inside.get(length..end).filter(|_| end < inside.len());
    let attributes = attributes.unwrap_or_default();
    let is_hidden = HIDDEN.contains(&name.as_str()) && !attributes.ends_with('/');
    let mut length = end + 1;
    if is_hidden {
        let after = inside.get(length..).unwrap_or_default();
        length += past_closing(after, &name);
    }
    let tag = Tag {
        name,
        attributes,
        is_hidden,
    };
    Some((Piece::Open(tag), length))
}

impl Tag<'_> {
    /// The value of an attribute, with its character references as they are.
    pub(super) fn attribute(&self, wanted: &str) -> Option<&str> {
        let mut rest = self.attributes;
        loop {
            rest = rest.trim_start_matches(|c: char| c.is_ascii_whitespace() || c == '/');
            let end = rest.find(|c: char| c.is_ascii_whitespace() || matches!(c, '=' | '/'));
            let (name, after) = rest.split_at(end.unwrap_or(rest.len()));
            let after = after.trim_start();
            let Some(value) = after.strip_prefix('=') else {
                if name.is_empty() {
                    return None;
                }
                rest = after;
                continue;
            };
            let value = value.trim_start();
            let quote = value.chars().next().filter(|c| matches!(c, '"' | '\''));
            let (value, after) = if let Some(quote) = quote {
                let value = &value[1..];
                value.split_once(quote).unwrap_or((value, ""))
            } else {
                let end = value.find(|c: char| c.is_ascii_whitespace());
                value.split_at(end.unwrap_or(value.len()))
            };
            if name.eq_ignore_ascii_case(wanted) {
                return Some(value);
            }
            rest = after;
        }
    }
}

/// Where the `>` of a tag is; its end if there is none. A `>` between quotes belongs to a value.
fn end_of_tag(tag: &str) -> usize {
    let mut quote = None;
    for (at, byte) in tag.bytes().enumerate() {
        match (quote, byte) {
            (None, b'>') => return at,
            (None, b'"' | b'\'') => quote = Some(byte),
            (Some(open), byte) if open == byte => quote = None,
            _ => {}
        }
    }
    tag.len()
}

/// How long the content of an element and its closing tag are; without one, everything belongs to it.
fn past_closing(html: &str, name: &str) -> usize {
    let mut from = 0;
    while let Some(found) = html[from..].find("</") {
        from += found + 2;
        let tag = &html[from..];
        let head = tag.get(..name.len());
        if head.is_some_and(|head| head.eq_ignore_ascii_case(name))
            && !tag[name.len()..].starts_with(|c: char| c.is_ascii_alphanumeric() || c == '-')
        {
            return (from + end_of_tag(tag) + 1).min(html.len());
        }
    }
    html.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(html: &str, wanted: &str) {
        let text: Vec<String> = pieces(html)
            .map(|(_, piece)| match piece {
                Piece::Words(words) => words.to_owned(),
                _ => " ".to_owned(),
            })
            .collect();
        let text = text.concat();
        let words: Vec<&str> = text.split_whitespace().collect();
        assert_eq!(words.join(" "), wanted, "{html}");
    }

    #[test]
    fn words_between_tags_stay() {
        check(
            "<div align=\"center\">\n<b>Tiny</b> <i\n title='a>b'>model</i>\n</div>\n",
            "Tiny model",
        );
        check("a < b <c", "a < b <c");
        check(
            "the <mask> and </s-x> <unk_1>",
            "the <mask> and </s-x> <unk_1>",
        );
        check("<!-- a\nb --> c <!DOCTYPE html>d", "c d");
        check("x&nbsp;y", "x&nbsp;y");
        check("<br>", "");
        check("", "");
    }

    #[test]
    fn scripts_and_styles_are_no_words() {
        check("<script>\nalert('</b>')\n</SCRIPT >x", "x");
        check("<style>p{}</style>y<svg/>z", "y z");
        check("<script", "");
        check("a<SCRIPT src=x>b", "a");
        check("<!-- a", "");
        check("</script", "");
    }

    #[test]
    fn attributes_are_read_as_browsers_read_them() {
        let html = "<a HREF = 'x y' id=b/c checked title=\"d>e\" empty=>";
        let Some((0, Piece::Open(tag))) = pieces(html).next() else {
            panic!("no tag");
        };
        let values = ["href", "id", "checked", "title", "none"].map(|name| tag.attribute(name));
        assert_eq!(values, [Some("x y"), Some("b/c"), None, Some("d>e"), None]);
    }
}
