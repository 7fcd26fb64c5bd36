//! Refusals, as clients of a hub recognise them.

use bytes::Bytes;
use http::{
    HeaderValue, Response, StatusCode,
    header::{ALLOW, CACHE_CONTROL},
};
use hubkit_types::CommitId;
use serde_json::{Value, json};

use super::Unroutable;
use crate::{
    ErrorKind,
    check::{DISABLED, INVALID_CREDENTIALS},
    header, json,
    text::shown,
};

/// Any JSON with status 200.
pub fn respond_json(value: &Value) -> Response<Bytes> {
    json::respond(StatusCode::OK, value)
}

/// A refusal with the status that usually goes with its kind. `commit` is the commit that was searched.
///
/// The message stands in a header and in the body; what can't stand in a header is escaped.
pub fn respond_error(kind: ErrorKind, message: &str, commit: Option<CommitId>) -> Response<Bytes> {
    respond_refusal(usual_status(kind), kind, message, commit)
}

/// A refusal with another status than the usual: a gated or hidden repository is 401 to those who did not say who
/// they are.
pub fn respond_refusal(
    status: StatusCode,
    kind: ErrorKind,
    message: &str,
    commit: Option<CommitId>,
) -> Response<Bytes> {
    let message = shown(message, 500);
    let mut response = json::respond(status, &json!({ "error": message }));
    let headers = response.headers_mut();
    if let Some(code) = code_of(kind) {
        headers.insert(header::ERROR_CODE, HeaderValue::from_static(code));
    }
    if let Ok(value) = HeaderValue::from_bytes(message.as_bytes()) {
        headers.insert(header::ERROR_MESSAGE, value);
    }
    if let Some(commit) = commit.and_then(|commit| HeaderValue::try_from(commit.to_string()).ok()) {
        headers.insert(header::REPO_COMMIT, commit);
    }
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

/// The refusal of a token that nobody holds, in the words that clients compare.
pub fn invalid_credentials() -> Response<Bytes> {
    respond_error(ErrorKind::BadCredentials, INVALID_CREDENTIALS, None)
}

/// The refusal of a repository that was disabled, in the words that clients compare.
pub fn disabled() -> Response<Bytes> {
    respond_error(ErrorKind::Disabled, DISABLED, None)
}

/// The refusal of a request that is no call.
pub fn respond_unroutable(fault: Unroutable) -> Response<Bytes> {
    let refuse = |status, kind, message| respond_refusal(status, kind, message, None);
    match fault {
        Unroutable::NotFound => refuse(StatusCode::NOT_FOUND, ErrorKind::Other, "Not Found"),
        Unroutable::BadPath => refuse(
            StatusCode::BAD_REQUEST,
            ErrorKind::BadRequest,
            "The path of the request is malformed",
        ),
        Unroutable::MethodNotAllowed { allow } => {
            let mut response = refuse(
                StatusCode::METHOD_NOT_ALLOWED,
                ErrorKind::Other,
                "Method Not Allowed",
            );
            let allow = HeaderValue::from_static(allow);
            response.headers_mut().insert(ALLOW, allow);
            response
        }
    }
}

fn usual_status(kind: ErrorKind) -> StatusCode {
    match kind {
        ErrorKind::RepoNotFound
        | ErrorKind::RevisionNotFound
        | ErrorKind::EntryNotFound
        | ErrorKind::Other => StatusCode::NOT_FOUND,
        ErrorKind::Gated | ErrorKind::Disabled | ErrorKind::Forbidden => StatusCode::FORBIDDEN,
        ErrorKind::BadCredentials | ErrorKind::Unauthorized => StatusCode::UNAUTHORIZED,
        ErrorKind::BadRequest => StatusCode::BAD_REQUEST,
        ErrorKind::RangeNotSatisfiable => StatusCode::RANGE_NOT_SATISFIABLE,
        ErrorKind::RateLimited => StatusCode::TOO_MANY_REQUESTS,
        ErrorKind::Server | ErrorKind::NotAHub | ErrorKind::Protocol => {
            StatusCode::INTERNAL_SERVER_ERROR
        }
    }
}

fn code_of(kind: ErrorKind) -> Option<&'static str> {
    match kind {
        ErrorKind::RepoNotFound => Some("RepoNotFound"),
        ErrorKind::RevisionNotFound => Some("RevisionNotFound"),
        ErrorKind::EntryNotFound => Some("EntryNotFound"),
        ErrorKind::Gated => Some("GatedRepo"),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{ApiError, check};

    fn read(response: Response<Bytes>) -> ApiError {
        let (parts, body) = response.into_parts();
        check(&parts, &body).expect_err("a refusal")
    }

    #[test]
    fn a_refusal_comes_back_as_it_was_given() {
        let commit = CommitId::from_bytes([7; 20]);
        for kind in [
            ErrorKind::RepoNotFound,
            ErrorKind::RevisionNotFound,
            ErrorKind::EntryNotFound,
            ErrorKind::Gated,
            ErrorKind::Unauthorized,
            ErrorKind::Forbidden,
            ErrorKind::BadRequest,
            ErrorKind::RangeNotSatisfiable,
            ErrorKind::RateLimited,
            ErrorKind::Server,
            ErrorKind::Other,
        ] {
            let error = read(respond_error(kind, "why: it's \u{fc}", Some(commit)));
            assert_eq!(error.kind(), kind);
            assert_eq!(error.message(), "why: it's \u{fc}");
            let wanted = Some(commit).filter(|_| kind == ErrorKind::EntryNotFound);
            assert_eq!(error.commit(), wanted);
        }
        assert_eq!(
            read(invalid_credentials()).kind(),
            ErrorKind::BadCredentials
        );
        assert_eq!(read(disabled()).kind(), ErrorKind::Disabled);
    }

    #[test]
    fn no_message_breaks_out_of_its_header() {
        let response = respond_error(ErrorKind::Other, "a\r\nset-cookie: x\0", None);
        assert_eq!(
            response.headers()["x-error-message"],
            "a\\r\\nset-cookie: x\\0"
        );
    }

    #[test]
    fn requests_that_are_no_call_are_refused_in_json() {
        for (fault, status) in [
            (Unroutable::NotFound, 404),
            (Unroutable::BadPath, 400),
            (Unroutable::MethodNotAllowed { allow: "GET, HEAD" }, 405),
        ] {
            let response = respond_unroutable(fault);
            assert_eq!(response.status().as_u16(), status);
            assert!(response.body().starts_with(b"{\"error\":"));
        }
    }
}
