//! Words as they were meant: character references, and addresses that stand in a text.

use std::ops::Range;

use pulldown_cmark::{Event, Parser};

/// Replaces the character references of HTML by what they stand for.
pub(super) fn unescape(html: &str) -> String {
    let mut text = String::with_capacity(html.len());
    let mut rest = html;
    while let Some((before, after)) = rest.split_once('&') {
        text.push_str(before);
        let Some((meant, length)) = reference(after) else {
            text.push('&');
            rest = after;
            continue;
        };
        text.push_str(&meant);
        rest = &after[length..];
    }
    text.push_str(rest);
    text
}

/// What a reference stands for, and how long it is after its `&`.
fn reference(text: &str) -> Option<(String, usize)> {
    const LONGEST: usize = 33;
    let name = text.strip_prefix('#').unwrap_or(text);
    let end = name.find(|c: char| !c.is_ascii_alphanumeric())?;
    if !(1..LONGEST).contains(&end) || !name[end..].starts_with(';') {
        return None;
    }
    let length = text.len() - name.len() + end + 1;
    let written = &text[..length];
    let meant = match written {
        "amp;" => "&".to_owned(),
        "lt;" => "<".to_owned(),
        "gt;" => ">".to_owned(),
        "quot;" => "\"".to_owned(),
        "nbsp;" => "\u{a0}".to_owned(),
        // Markdown has the same references, and its parser has their table.
        _ => Parser::new(&format!("&{written}"))
            .filter_map(|event| match event {
                Event::Text(text) => Some(text.into_string()),
                _ => None,
            })
            .collect(),
    };
    Some((meant, length))
}

/// Finds the addresses that stand in a text without any sign around them, as GitHub does.
///
/// <https://github.github.com/gfm/#autolinks-extension->
pub(super) fn addresses(text: &str) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    let mut from = 0;
    while let Some(next) = begin(text, from) {
        let may_begin = text[..next].chars().next_back().is_none_or(|c| {
            c.is_whitespace() || matches!(c, '*' | '_' | '~' | '(') || !c.is_ascii()
        });
        if !may_begin {
            from = next + 1;
            continue;
        }
        let length = length(&text[next..]);
        // What is no address is passed over as a whole, or each of its parts would be read to its end again.
        from = next + length.max(1);
        let address = &text[next..next + length];
        let host = address.split_once("//").map_or(address, |(_, host)| host);
        let is_host = host.starts_with(|c: char| c.is_alphanumeric());
        if is_host && (host.contains('.') || host.starts_with("localhost")) {
            found.push(next..next + length);
        }
    }
    found
}

fn begin(text: &str, from: usize) -> Option<usize> {
    let bytes = text.as_bytes();
    let starts = |at: usize, word: &str| {
        let head = bytes.get(at..at + word.len());
        head.is_some_and(|head| head.eq_ignore_ascii_case(word.as_bytes()))
    };
    (from..bytes.len()).find(|at| match bytes[*at] {
        b'h' | b'H' => starts(*at, "http://") || starts(*at, "https://"),
        b'w' | b'W' => starts(*at, "www."),
        _ => false,
    })
}

/// How long the address at the start of a text is: to a blank or a `<`, without the punctuation of the sentence.
fn length(text: &str) -> usize {
    let end =
        text.find(|c: char| c.is_whitespace() || c.is_control() || matches!(c, '<' | '`' | '"'));
    let mut address = &text[..end.unwrap_or(text.len())];
    let count = |sign: char| address.matches(sign).count();
    let mut surplus = count(')').saturating_sub(count('('));
    loop {
        let shorter = address.trim_end_matches([
            '?', '!', '.', ',', ':', '*', '_', '~', '\'', ']', '}', '。', '，', '、', '）',
        ]);
        address = match shorter.strip_suffix(')') {
            Some(shorter) if surplus > 0 => {
                surplus -= 1;
                shorter
            }
            _ if shorter.len() < address.len() => shorter,
            _ => return address.len(),
        };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn references_are_what_they_stand_for() {
        assert_eq!(
            unescape("a&amp;b &lt;c&gt; &#65;&#x42; &eacute;"),
            "a&b <c> AB é"
        );
        assert_eq!(
            unescape("&amp;amp; & &; &none; &#0;"),
            "&amp; & &; &none; \u{fffd}"
        );
    }

    #[test]
    fn addresses_in_a_text_end_before_its_punctuation() {
        let found = |text: &'static str| -> Vec<&str> {
            addresses(text)
                .into_iter()
                .map(|range| &text[range])
                .collect()
        };
        assert_eq!(found("See https://a.b/c_d?e=f."), ["https://a.b/c_d?e=f"]);
        assert_eq!(
            found("(http://a.b/c_(d)), HTTPS://e.f!"),
            ["http://a.b/c_(d)", "HTTPS://e.f"]
        );
        assert_eq!(
            found("www.a.b and xhttp://c.d http:// https://x"),
            ["www.a.b"]
        );
        assert_eq!(found("见https://a.b/c。"), ["https://a.b/c"]);
        assert!(found("").is_empty());
    }
}
