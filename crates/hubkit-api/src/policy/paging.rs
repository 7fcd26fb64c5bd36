//! Where the next page is.

use http::{HeaderMap, header::LINK};

/// The target of the link with relation `next` (RFC 8288), as the server wrote it: an absolute URL or a reference
/// relative to the request. A stranger's text: parse it, and decide about credentials anew, before following it.
pub fn next_link(headers: &HeaderMap) -> Option<String> {
    headers
        .get_all(LINK)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .find_map(find_next)
}

fn find_next(mut rest: &str) -> Option<String> {
    loop {
        let (_, behind) = rest.split_once('<')?;
        let (target, behind) = behind.split_once('>')?;
        let (parameters, next) = split_link(behind);
        if has_relation_next(parameters) {
            return Some(target.trim().to_owned()).filter(|target| !target.is_empty());
        }
        rest = next;
    }
}

/// Splits behind the first comma that stands outside quotes.
fn split_link(text: &str) -> (&str, &str) {
    let mut quoted = false;
    for (at, byte) in text.bytes().enumerate() {
        match byte {
            b'"' => quoted = !quoted,
            b',' if !quoted => return (&text[..at], &text[at + 1..]),
            _ => {}
        }
    }
    (text, "")
}

fn has_relation_next(parameters: &str) -> bool {
    parameters
        .split(';')
        .filter_map(|parameter| parameter.split_once('='))
        .filter(|(key, _)| key.trim().eq_ignore_ascii_case("rel"))
        .any(|(_, value)| {
            let value = value.trim().trim_matches('"');
            value
                .split_ascii_whitespace()
                .any(|relation| relation.eq_ignore_ascii_case("next"))
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_link_named_next_is_found_among_others() {
        let table = [
            (
                r#"<https://h/api?cursor=a%3D>; rel="next""#,
                Some("https://h/api?cursor=a%3D"),
            ),
            ("</api/x?a=1,2>; rel=next", Some("/api/x?a=1,2")),
            (
                r#"<a>; rel="xet-auth", <b>; title="x, <y>"; rel="prev next""#,
                Some("b"),
            ),
            ("<a>; REL=NEXT", Some("a")),
            (r#"<a>; rel="nextish""#, None),
            (r#"<a>; title="rel=next""#, None),
            (r#"<>; rel="next""#, None),
            (r#"<a; rel="next""#, None),
            ("", None),
            ("rel=next", None),
        ];
        for (value, wanted) in table {
            let mut headers = HeaderMap::new();
            headers.append(LINK, r#"<first>; rel="first""#.parse().expect("a value"));
            headers.append(LINK, value.parse().expect("a value"));
            assert_eq!(next_link(&headers).as_deref(), wanted, "{value}");
        }
    }
}
