//! What of an exchange may be kept or shown.

use http::{HeaderMap, HeaderName, HeaderValue, Uri};

/// What stands where a secret was.
pub(crate) const STARS: &str = "***";

/// The URI without the password and without a query that is itself a permission.
pub(crate) fn uri(uri: &Uri) -> String {
    url(&uri.to_string())
}

/// A URL or a reference, absolute or not, as it may be kept or shown: without the password, and with stars for a query
/// that is itself a permission.
pub fn url(text: &str) -> String {
    let (text, fragment) = text.split_at(text.find('#').unwrap_or(text.len()));
    let (address, query) = text.split_at(text.find('?').unwrap_or(text.len()));
    let mut shown = without_password(address);
    if is_signed(query.trim_start_matches('?')) {
        shown.push('?');
        shown.push_str(STARS);
    } else {
        shown.push_str(query);
    }
    shown.push_str(fragment);
    shown
}

fn without_password(address: &str) -> String {
    let Some(start) = address.find("//").map(|slashes| slashes + 2) else {
        return address.to_owned();
    };
    let end = address[start..]
        .find('/')
        .map_or(address.len(), |slash| start + slash);
    match address[start..end].rfind('@') {
        Some(at) => format!("{}{STARS}{}", &address[..start], &address[start + at..]),
        None => address.to_owned(),
    }
}

/// Whether a query carries a signature or a token, as presigned addresses of object stores and CDNs do.
fn is_signed(query: &str) -> bool {
    const NAMES: [&str; 13] = [
        "signature",
        "sig",
        "token",
        "access_token",
        "policy",
        "key-pair-id",
        "awsaccesskeyid",
        "googleaccessid",
        "hdnea",
        "hdnts",
        "jwt",
        "api_key",
        "apikey",
    ];
    query.split('&').any(|pair| {
        let name = pair.split('=').next().unwrap_or(pair).to_ascii_lowercase();
        NAMES.contains(&name.as_str())
            || ["x-amz-", "x-goog-", "x-xet-", "x-oss-"]
                .iter()
                .any(|prefix| name.starts_with(prefix))
    })
}

/// Whether bytes hold a presigned address or a key, as answers to upload and batch requests do.
pub(crate) fn holds_secret(bytes: &[u8]) -> bool {
    const MARKS: [&[u8]; 6] = [
        b"signature=",
        b"x-amz-credential",
        b"\"authorization\"",
        b"\"accesstoken\"",
        b"\"access_token\"",
        b"bearer ",
    ];
    let contains = |mark: &[u8]| {
        bytes
            .windows(mark.len())
            .any(|window| window.eq_ignore_ascii_case(mark))
    };
    MARKS.into_iter().any(contains)
}

fn is_secret(name: &HeaderName, value: &HeaderValue) -> bool {
    value.is_sensitive()
        || ["authorization", "cookie", "token", "secret", "api-key"]
            .iter()
            .any(|word| name.as_str().contains(word))
}

/// The headers with stars for every secret: that one was sent stays visible.
pub(crate) fn headers(headers: &HeaderMap) -> HeaderMap {
    let stars = HeaderValue::from_static(STARS);
    headers
        .iter()
        .map(|(name, value)| {
            let value = if is_secret(name, value) {
                stars.clone()
            } else {
                harmless(name, value).unwrap_or_else(|| stars.clone())
            };
            (name.clone(), value)
        })
        .collect()
}

/// The headers without any that holds a secret.
pub(crate) fn without_secrets(headers: &HeaderMap) -> HeaderMap {
    headers
        .iter()
        .filter(|(name, value)| !is_secret(name, value))
        .filter_map(|(name, value)| Some((name.clone(), harmless(name, value)?)))
        .collect()
}

fn harmless(name: &HeaderName, value: &HeaderValue) -> Option<HeaderValue> {
    if *name == http::header::LOCATION || *name == http::header::CONTENT_LOCATION {
        return HeaderValue::from_str(&url(value.to_str().ok()?)).ok();
    }
    (!holds_secret(value.as_bytes())).then(|| value.clone())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn presigned_queries_and_passwords_become_stars() {
        for (text, shown) in [
            ("https://hub.example/a?b=c", "https://hub.example/a?b=c"),
            (
                "https://cdn.example/a?x=1&X-Amz-Signature=abc",
                "https://cdn.example/a?***",
            ),
            (
                "https://cdn.example/a?Expires=1&Policy=p&Key-Pair-Id=k#here",
                "https://cdn.example/a?***#here",
            ),
            (
                "https://az.example/a?sv=1&sig=abc",
                "https://az.example/a?***",
            ),
            ("http://me:word@hub.example/a", "http://***@hub.example/a"),
            ("//me@hub.example", "//***@hub.example"),
            ("/relative?token=1", "/relative?***"),
            ("/a@b/c", "/a@b/c"),
            ("/a?design=1", "/a?design=1"),
            ("https://cdn.example/a?***", "https://cdn.example/a?***"),
        ] {
            assert_eq!(url(text), shown);
        }
    }

    #[test]
    fn secret_headers_are_starred_or_left_out() {
        let mut secret = HeaderValue::from_static("quiet");
        secret.set_sensitive(true);
        let all: HeaderMap = [
            ("authorization", HeaderValue::from_static("Bearer hf_x")),
            ("set-cookie", HeaderValue::from_static("a=b")),
            ("x-xet-access-token", HeaderValue::from_static("jwt")),
            ("x-any", secret),
            (
                "link",
                HeaderValue::from_static("<https://c/?Signature=x>; rel=next"),
            ),
            ("etag", HeaderValue::from_static("\"1\"")),
            ("location", HeaderValue::from_static("https://c/a?sig=x")),
        ]
        .into_iter()
        .map(|(name, value)| (HeaderName::from_static(name), value))
        .collect();
        let starred = headers(&all);
        for name in [
            "authorization",
            "set-cookie",
            "x-xet-access-token",
            "x-any",
            "link",
        ] {
            assert_eq!(starred[name], "***", "{name}");
        }
        let kept = without_secrets(&all);
        assert_eq!(kept.len(), 2, "{kept:?}");
        assert_eq!(kept["etag"], "\"1\"");
        assert_eq!(kept["location"], "https://c/a?***");
    }
}
