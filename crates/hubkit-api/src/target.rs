//! Request targets: how names become parts of a URL and come out of it again.

use std::borrow::Cow;

use bytes::Bytes;
use http::{
    Method, Request,
    header::{ACCEPT, CONTENT_TYPE},
};
use hubkit_types::{Repo, RepoPath, Revision};
use percent_encoding::{
    AsciiSet, NON_ALPHANUMERIC, PercentEncode, percent_decode_str, utf8_percent_encode,
};
use serde_json::Value;

use crate::ResolveMethod;

/// All but the unreserved characters of RFC 3986, section 2.3.
const RESERVED: AsciiSet = NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~');

/// Encodes text as one part of a path, slashes included.
pub(crate) fn encode(text: &str) -> String {
    encoded(text).to_string()
}

/// The same, piece by piece.
pub(crate) fn encoded(text: &str) -> PercentEncode<'_> {
    utf8_percent_encode(text, &RESERVED)
}

/// `/api/models/namespace/name`.
pub(crate) fn api(repo: &Repo) -> String {
    format!("/api/{}/{}", repo.kind.plural(), repo.id)
}

/// A revision as one part of a path.
pub(crate) fn revision(revision: &Revision) -> String {
    encode(revision.as_str())
}

/// A path with its slashes kept.
pub(crate) fn path(path: &RepoPath) -> String {
    path.parts().map(encode).collect::<Vec<_>>().join("/")
}

/// The start of a request for a file of a repository: `/namespace/name/VERB/revision/path`.
pub(crate) fn file(
    method: ResolveMethod,
    repo: &Repo,
    verb: &str,
    (revision, path): (&Revision, &RepoPath),
) -> http::request::Builder {
    let (revision, path) = (self::revision(revision), self::path(path));
    let method = match method {
        ResolveMethod::Head => Method::HEAD,
        ResolveMethod::Get => Method::GET,
    };
    let target = format!("/{repo}/{verb}/{revision}/{path}");
    Request::builder().method(method).uri(target)
}

/// A request without a body for JSON.
pub(crate) fn get_json(target: String) -> Request<Bytes> {
    Request::builder()
        .method(Method::GET)
        .uri(target)
        .header(ACCEPT, "application/json")
        .body(Bytes::new())
        .expect("encoded names make a legal target and are short enough for one")
}

/// A request that brings JSON and asks for JSON.
pub(crate) fn post_json(target: String, value: &Value) -> Request<Bytes> {
    Request::builder()
        .method(Method::POST)
        .uri(target)
        .header(ACCEPT, "application/json")
        .header(CONTENT_TYPE, "application/json")
        .body(Bytes::from(value.to_string()))
        .expect("encoded names make a legal target and are short enough for one")
}

/// Decodes one part of a path, once. `None` for a broken escape, for what is not UTF-8, and for NUL.
pub(crate) fn decode(part: &str) -> Option<Cow<'_, str>> {
    let bytes = part.as_bytes();
    if !bytes.iter().any(|byte| matches!(byte, b'%' | b'\0')) {
        return Some(part.into());
    }
    let broken = |at: usize| {
        let digits = bytes.get(at + 1..at + 3);
        !digits.is_some_and(|digits| digits.iter().all(u8::is_ascii_hexdigit))
    };
    if (0..bytes.len()).any(|at| bytes[at] == b'%' && broken(at)) {
        return None;
    }
    let text = percent_decode_str(part).decode_utf8().ok()?;
    (!text.contains('\0')).then_some(text)
}

/// Whether a text can be one part of a path as it is, and name nothing but what is below: letters, digits, `_`, `-` and
/// `.`, at most 256 of them, and not dots alone.
pub(crate) fn is_word(text: &str) -> bool {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"_-.".contains(&byte);
    (1..=256).contains(&text.len())
        && text.bytes().all(is_plain)
        && text.bytes().any(|byte| byte != b'.')
}

/// Whether the value of a flag in a query sets it, in the spelling of any client.
pub(crate) fn is_true(text: &str) -> bool {
    text == "1" || text.eq_ignore_ascii_case("true")
}

/// Decodes a query or a form: `a=1&b=2`, with `+` for a blank. `None` as for [`decode`].
pub(crate) fn decode_form(form: &str) -> Option<Vec<(String, String)>> {
    form.split('&')
        .filter(|pair| !pair.is_empty())
        .map(|pair| {
            let (key, value) = pair.split_once('=').unwrap_or((pair, ""));
            let plain = |text: &str| decode(&text.replace('+', " ")).map(Cow::into_owned);
            Some((plain(key)?, plain(value)?))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_are_decoded_once_and_broken_ones_refused() {
        assert_eq!(decode("a%20b").as_deref(), Some("a b"));
        assert_eq!(decode("%252e").as_deref(), Some("%2e"));
        for wrong in ["%", "%2", "%zz", "%00", "%ff", "%c0%ae", "a%"] {
            assert_eq!(decode(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn a_form_is_decoded_pair_by_pair() {
        let pairs = decode_form("paths=a%2Fb&paths=c+d&&expand").expect("a form");
        let pairs: Vec<_> = pairs
            .iter()
            .map(|(k, v)| (k.as_str(), v.as_str()))
            .collect();
        assert_eq!(pairs, [("paths", "a/b"), ("paths", "c d"), ("expand", "")]);
    }
}
