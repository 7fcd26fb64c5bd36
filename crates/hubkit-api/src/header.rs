//! The names of a hub's own headers, and how header values become text.

use http::{HeaderMap, HeaderName, HeaderValue, header::LINK};

pub(crate) const REPO_COMMIT: HeaderName = HeaderName::from_static("x-repo-commit");
pub(crate) const LINKED_ETAG: HeaderName = HeaderName::from_static("x-linked-etag");
pub(crate) const LINKED_SIZE: HeaderName = HeaderName::from_static("x-linked-size");
pub(crate) const ERROR_CODE: HeaderName = HeaderName::from_static("x-error-code");
pub(crate) const ERROR_MESSAGE: HeaderName = HeaderName::from_static("x-error-message");
pub(crate) const TOTAL_COUNT: HeaderName = HeaderName::from_static("x-total-count");
pub(crate) const RATE_LIMIT: HeaderName = HeaderName::from_static("ratelimit");
pub(crate) const RATE_LIMIT_POLICY: HeaderName = HeaderName::from_static("ratelimit-policy");
/// In the order in which clients of the Hub look for a request's id.
pub(crate) const REQUEST_IDS: [HeaderName; 3] = [
    HeaderName::from_static("x-request-id"),
    HeaderName::from_static("x-amzn-trace-id"),
    HeaderName::from_static("x-amz-cf-id"),
];

/// The value of a header that has to be ASCII to mean anything; `None` when it is absent or not.
pub(crate) fn text<'a>(headers: &'a HeaderMap, name: &HeaderName) -> Option<&'a str> {
    headers.get(name).and_then(|value| value.to_str().ok())
}

/// The value of a header meant for people; bytes that are not UTF-8 are replaced.
pub(crate) fn prose(headers: &HeaderMap, name: &HeaderName) -> Option<String> {
    headers
        .get(name)
        .map(|value| String::from_utf8_lossy(value.as_bytes()).into_owned())
}

/// Whether the content is declared to be of this media type, whatever its parameters.
pub(crate) fn has_media_type(headers: &HeaderMap, wanted: &str) -> bool {
    text(headers, &http::header::CONTENT_TYPE).is_some_and(|value| {
        let essence = value.split(';').next().unwrap_or(value);
        essence.trim().eq_ignore_ascii_case(wanted)
    })
}

/// Says where the next page is; what can't stand in a header is left out.
pub(crate) fn put_next(headers: &mut HeaderMap, next: Option<&str>) {
    let link = next.map(|next| format!("<{next}>; rel=\"next\""));
    if let Some(link) = link.and_then(|link| HeaderValue::try_from(link).ok()) {
        headers.insert(LINK, link);
    }
}
