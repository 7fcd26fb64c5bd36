//! Which refusal a response is.

use http::{StatusCode, header::CONTENT_TYPE, response::Parts};
use serde_json::Value;

use crate::{ApiError, ErrorKind, header, retry_after};

pub(crate) const DISABLED: &str = "Access to this resource is disabled.";
pub(crate) const INVALID_CREDENTIALS: &str = "Invalid credentials in Authorization header";
/// How many bytes of an error's body are read at most: error bodies are sentences.
pub const LONGEST_ERROR_BODY: usize = 64 << 10;

/// Says whether a response is a refusal, and which: by its error code, its message and its status, in this order.
///
/// A status below 400 is none, whatever the body holds. `body` may be empty, as it is for `HEAD`; the body of any
/// error is read if it is JSON or plain text, in all the shapes that hubs use. Only its first [`LONGEST_ERROR_BODY`] bytes
/// are looked at, so whoever collects the body need take no more off the connection, and should not: the length of a
/// refusal is the server's to choose.
///
/// Unlike huggingface_hub this never reads a 401 without an error code as "no such repository": the code decides, over
/// http and https alike.
pub fn check(parts: &Parts, body: &[u8]) -> Result<(), ApiError> {
    let status = parts.status;
    if status.as_u16() < 400 {
        return Ok(());
    }
    let said = header::prose(&parts.headers, &header::ERROR_MESSAGE);
    let kind = kind_of(parts, said.as_deref());
    let message = match kind {
        ErrorKind::NotAHub => "a web page came with the error".to_owned(),
        _ => said.or_else(|| read_body(parts, body)).unwrap_or_default(),
    };
    let commit = header::text(&parts.headers, &header::REPO_COMMIT)
        .and_then(|text| text.parse().ok())
        .filter(|_| kind == ErrorKind::EntryNotFound);
    Err(ApiError::new(kind, message)
        .with_status(status)
        .with_request_id(request_id(parts))
        .with_retry_after(retry_after(&parts.headers))
        .with_commit(commit))
}

fn request_id(parts: &Parts) -> Option<String> {
    header::REQUEST_IDS
        .iter()
        .find_map(|name| header::prose(&parts.headers, name))
}

fn kind_of(parts: &Parts, said: Option<&str>) -> ErrorKind {
    match header::text(&parts.headers, &header::ERROR_CODE) {
        Some("RevisionNotFound") => return ErrorKind::RevisionNotFound,
        Some("EntryNotFound") => return ErrorKind::EntryNotFound,
        Some("GatedRepo") => return ErrorKind::Gated,
        _ if said == Some(DISABLED) => return ErrorKind::Disabled,
        Some("RepoNotFound") => return ErrorKind::RepoNotFound,
        _ => {}
    }
    match parts.status {
        StatusCode::UNAUTHORIZED if said == Some(INVALID_CREDENTIALS) => ErrorKind::BadCredentials,
        StatusCode::UNAUTHORIZED => ErrorKind::Unauthorized,
        StatusCode::FORBIDDEN => ErrorKind::Forbidden,
        StatusCode::RANGE_NOT_SATISFIABLE => ErrorKind::RangeNotSatisfiable,
        StatusCode::TOO_MANY_REQUESTS => ErrorKind::RateLimited,
        StatusCode::REQUEST_TIMEOUT => ErrorKind::Server,
        status if status.is_server_error() => ErrorKind::Server,
        // A hub's own pages carry a request id; another web server's page is no word of a hub.
        _ if header::has_media_type(&parts.headers, "text/html") && request_id(parts).is_none() => {
            ErrorKind::NotAHub
        }
        StatusCode::BAD_REQUEST => ErrorKind::BadRequest,
        _ => ErrorKind::Other,
    }
}

/// What an error body says: the shapes of hub-style JSON, or plain text. Pages for a browser say nothing.
fn read_body(parts: &Parts, body: &[u8]) -> Option<String> {
    let body = &body[..body.len().min(LONGEST_ERROR_BODY)];
    if let Ok(Value::Object(fields)) = serde_json::from_slice(body) {
        return read_fields(&fields);
    }
    let is_plain = header::has_media_type(&parts.headers, "text/plain")
        || !parts.headers.contains_key(CONTENT_TYPE);
    let text = String::from_utf8_lossy(body);
    let is_markup = text.trim_start().starts_with('<');
    (is_plain && !is_markup && !text.trim().is_empty()).then(|| text.into_owned())
}

fn read_fields(fields: &serde_json::Map<String, Value>) -> Option<String> {
    match fields.get("error") {
        Some(Value::String(error)) => {
            let more = fields.get("error_description").and_then(Value::as_str);
            return Some(more.map_or_else(|| error.clone(), |more| format!("{error}: {more}")));
        }
        Some(Value::Array(errors)) => return join(errors.iter().filter_map(Value::as_str)),
        _ => {}
    }
    let errors = fields.get("errors")?.as_array()?;
    join(
        errors
            .iter()
            .filter_map(|error| error.get("message").and_then(Value::as_str)),
    )
}

fn join<'a>(messages: impl Iterator<Item = &'a str>) -> Option<String> {
    let messages: Vec<&str> = messages.take(10).collect();
    (!messages.is_empty()).then(|| messages.join("; "))
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use http::Response;

    use super::*;

    fn refusal(status: u16, headers: &[(&str, &str)], body: &str) -> ApiError {
        let mut response = Response::builder().status(status);
        for (name, value) in headers {
            response = response.header(*name, *value);
        }
        let (parts, ()) = response.body(()).expect("a response").into_parts();
        check(&parts, body.as_bytes()).expect_err("a refusal")
    }

    const CODE: &str = "x-error-code";
    const MESSAGE: &str = "x-error-message";

    #[test]
    fn the_code_decides_then_the_message_then_the_status() {
        use ErrorKind as K;
        let html = ("content-type", "text/html; charset=utf-8");
        type Headers<'a> = &'a [(&'a str, &'a str)];
        let table: &[(u16, Headers<'_>, ErrorKind)] = &[
            (404, &[(CODE, "RevisionNotFound")], K::RevisionNotFound),
            (404, &[(CODE, "EntryNotFound")], K::EntryNotFound),
            (401, &[(CODE, "GatedRepo")], K::Gated),
            (403, &[(CODE, "GatedRepo"), (MESSAGE, DISABLED)], K::Gated),
            (403, &[(MESSAGE, DISABLED)], K::Disabled),
            (404, &[(CODE, "RepoNotFound")], K::RepoNotFound),
            (401, &[(CODE, "RepoNotFound")], K::RepoNotFound),
            (401, &[(MESSAGE, INVALID_CREDENTIALS)], K::BadCredentials),
            (401, &[], K::Unauthorized),
            (400, &[], K::BadRequest),
            (403, &[], K::Forbidden),
            (416, &[], K::RangeNotSatisfiable),
            (429, &[], K::RateLimited),
            (408, &[], K::Server),
            (500, &[], K::Server),
            (502, &[html], K::Server),
            (404, &[html], K::NotAHub),
            (404, &[html, ("x-request-id", "1")], K::Other),
            (404, &[], K::Other),
            (418, &[(CODE, "NewCode")], K::Other),
        ];
        for (status, headers, kind) in table {
            let error = refusal(*status, headers, "");
            assert_eq!(error.kind(), *kind, "{status} {headers:?}");
            assert_eq!(error.status().map(|status| status.as_u16()), Some(*status));
        }
    }

    #[test]
    fn error_bodies_of_every_shape_are_read() {
        for (body, message) in [
            (r#"{"error":"no"}"#, "no"),
            (r#"{"error":["a","b"]}"#, "a; b"),
            (r#"{"error":"a","error_description":"b"}"#, "a: b"),
            (r#"{"errors":[{"message":"a"},{"message":"b"}]}"#, "a; b"),
            (r#"{"other":1}"#, ""),
            ("plain words", "plain words"),
            ("<html>page</html>", ""),
            ("", ""),
            ("a\u{1b}[31m", "a\\u{1b}[31m"),
        ] {
            assert_eq!(refusal(400, &[], body).message(), message, "{body}");
        }
        let both = refusal(400, &[(MESSAGE, "header")], r#"{"error":"body"}"#);
        assert_eq!(both.message(), "header");
    }

    #[test]
    fn of_a_long_error_body_only_the_start_is_looked_at() {
        let start = " ".repeat(LONGEST_ERROR_BODY - 14);
        let whole = format!(r#"{start}{{"error":"no"}}"#);
        assert_eq!(whole.len(), LONGEST_ERROR_BODY);
        assert_eq!(refusal(400, &[], &whole).message(), "no");
        // What lies behind is not read, not even to find that it is no JSON.
        let longer = format!("{whole}, and more");
        assert_eq!(refusal(400, &[], &longer).message(), "no");
        let late = format!(r#"{start}    {{"error":"no"}}"#);
        assert!(!refusal(400, &[], &late).message().contains("no"));
        let deep = "[".repeat(10 << 20);
        assert!(refusal(400, &[], &deep).message().len() < 1000);
    }

    #[test]
    fn what_helps_the_caller_is_kept() {
        let sha = "0123456789abcdef0123456789abcdef01234567";
        let headers = [
            (CODE, "EntryNotFound"),
            ("x-repo-commit", sha),
            ("x-amzn-trace-id", "second"),
            ("x-request-id", "first"),
        ];
        let error = refusal(404, &headers, "");
        assert_eq!(error.request_id(), Some("first"));
        assert_eq!(error.commit().map(|c| c.to_string()).as_deref(), Some(sha));
        let error = refusal(429, &[("retry-after", "7")], "");
        assert_eq!(error.retry_after(), Some(Duration::from_secs(7)));
    }

    #[test]
    fn a_success_and_a_redirect_are_no_refusal() {
        for status in [200, 206, 302, 304] {
            let response = Response::builder().status(status).header(CODE, "GatedRepo");
            let (parts, ()) = response.body(()).expect("a response").into_parts();
            assert_eq!(check(&parts, b"{}"), Ok(()), "{status}");
        }
    }
}
