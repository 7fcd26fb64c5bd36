//! The words of an author's own HTML, without the HTML.

/// Elements whose content is for machines.
const HIDDEN: [&str; 8] = [
    "script", "style", "iframe", "object", "svg", "math", "template", "noscript",
];

/// The text between the tags of a piece of HTML, with its character references as they are. A tag becomes a blank; what
/// is cut off in the middle of a tag, a comment or a script is dropped.
pub(super) fn words(html: &str) -> String {
    let mut text = String::new();
    let mut rest = html;
    while let Some((before, tag)) = rest.split_once('<') {
        text.push_str(before);
        if let Some(comment) = tag.strip_prefix("!--") {
            rest = comment.split_once("-->").map_or("", |(_, rest)| rest);
            continue;
        }
        if !tag.starts_with(|c: char| c.is_ascii_alphabetic() || matches!(c, '/' | '!' | '?')) {
            text.push('<');
            rest = tag;
            continue;
        }
        text.push(' ');
        let (inside, after) = tag.split_at(end_of_tag(tag));
        rest = after.get(1..).unwrap_or_default();
        let mut hidden = HIDDEN.into_iter().filter(|name| is_named(inside, name));
        if let Some(name) = hidden.next().filter(|_| !inside.ends_with('/')) {
            rest = after_closing(rest, name);
        }
    }
    text.push_str(rest);
    text
}

fn is_named(tag: &str, name: &str) -> bool {
    let head = tag.get(..name.len());
    head.is_some_and(|head| head.eq_ignore_ascii_case(name))
        && !tag[name.len()..].starts_with(|c: char| c.is_ascii_alphanumeric() || c == '-')
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

/// What follows the closing tag of a name; nothing without one.
fn after_closing<'a>(html: &'a str, name: &str) -> &'a str {
    let mut rest = html;
    while let Some((_, tag)) = rest.split_once("</") {
        if is_named(tag, name) {
            return tag.get(end_of_tag(tag) + 1..).unwrap_or_default();
        }
        rest = tag;
    }
    ""
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(html: &str, wanted: &str) {
        let text = words(html);
        let words: Vec<&str> = text.split_whitespace().collect();
        assert_eq!(words.join(" "), wanted, "{html}");
    }

    #[test]
    fn words_between_tags_stay() {
        check(
            "<div align=\"center\">\n<b>Tiny</b> <i\n title='a>b'>model</i>\n</div>\n",
            "Tiny model",
        );
        check("a < b <c", "a < b");
        check("<!-- a\nb --> c", "c");
        check("x&nbsp;y", "x&nbsp;y");
    }

    #[test]
    fn scripts_and_styles_are_no_words() {
        check("<script>\nalert('</b>')\n</SCRIPT >x", "x");
        check("<style>p{}</style>y<svg/>z", "y z");
        check("<script", "");
        check("<scripted>x", "x");
        check("a<SCRIPT src=x>b", "a");
        check("<!-- a", "");
    }
}
