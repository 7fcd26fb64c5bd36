//! How a person asks for access to a gated repository: `POST /{prefix}{id}/ask-access`, and
//! `POST /api/{models|datasets|spaces}/{id}/user-access-request/cancel`.

use std::{error, fmt, str::FromStr};

use bytes::Bytes;
use http::{
    HeaderMap, HeaderValue, Method, Request, Response, StatusCode,
    header::{ACCEPT, CONTENT_TYPE, LOCATION},
};
use hubkit_types::Repo;
use serde_json::json;

use crate::{
    ApiError, Call, ErrorKind, header,
    json::{self, Fields},
    server::{
        Incoming,
        ask::{Ask, POST, Routed},
    },
    target,
};

const FORM: &str = "application/x-www-form-urlencoded";

/// Asks for access to the files of a gated repository, in the name of whoever's token is sent.
///
/// Where access is given at once the answer is [`RequestStatus::Accepted`]; else its owner is asked. A hub that answers
/// with a page instead of a status is read as `None`: ask it with [`AuthCheck`](crate::AuthCheck) then.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct AskAccess {
    /// The repository.
    pub repo: Repo,
    /// What the form on the repository's page asks for, name and answer. The names stand in the repository's card.
    pub fields: Vec<(String, String)>,
}

/// What became of a request for access.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum RequestStatus {
    /// Nobody decided yet.
    Pending,
    /// Access was given.
    Accepted,
    /// Access was refused.
    Rejected,
}

impl RequestStatus {
    /// Every status.
    pub const ALL: [Self; 3] = [Self::Pending, Self::Accepted, Self::Rejected];

    /// `pending`, `accepted` or `rejected`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Accepted => "accepted",
            Self::Rejected => "rejected",
        }
    }
}

impl fmt::Display for RequestStatus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for RequestStatus {
    type Err = ParseRequestStatusError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let found = Self::ALL.into_iter().find(|status| status.as_str() == text);
        found.ok_or(ParseRequestStatusError)
    }
}

/// The text is no status of a request for access.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct ParseRequestStatusError;

impl fmt::Display for ParseRequestStatusError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("not a status of a request: expected pending, accepted or rejected")
    }
}

impl error::Error for ParseRequestStatusError {}

impl Call for AskAccess {
    type Reply = Option<RequestStatus>;

    fn request(&self) -> Request<Bytes> {
        let pairs = self.fields.iter();
        let pairs = pairs
            .map(|(name, value)| format!("{}={}", target::encode(name), target::encode(value)));
        Request::builder()
            .method(Method::POST)
            .uri(format!("/{}/ask-access", self.repo))
            .header(ACCEPT, "application/json")
            .header(CONTENT_TYPE, FORM)
            .body(Bytes::from(pairs.collect::<Vec<_>>().join("&")))
            .expect("encoded names make a legal target and are short enough for one")
    }

    fn reply(&self, response: &Response<Bytes>) -> Result<Self::Reply, ApiError> {
        if response.status().is_redirection() {
            return is_done(response).map(|()| None);
        }
        let body = json::success(response).map(|_| json::read(response));
        match body {
            Ok(Ok(value)) => Fields::of(value, "the request for access")?.parsed("status"),
            Ok(Err(_)) => Ok(None),
            // The repository's own page.
            Err(error) if error.kind() == ErrorKind::NotAHub && error.status().is_none() => {
                Ok(None)
            }
            Err(error) => Err(error),
        }
    }
}

/// A redirect as browsers get one after a form: done, unless it leads to where people log in.
fn is_done(response: &Response<Bytes>) -> Result<(), ApiError> {
    let to = header::text(response.headers(), &LOCATION).unwrap_or_default();
    let path = to.split_once("://").map_or(to, |(_, rest)| {
        rest.find('/').map_or("", |slash| &rest[slash..])
    });
    if path == "/login" || path.starts_with("/login?") {
        let message = "the hub asks to log in first";
        return Err(ApiError::new(ErrorKind::Unauthorized, message));
    }
    Ok(())
}

/// Takes back a request for access that nobody decided about yet.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct CancelAccessRequest {
    /// The repository.
    pub repo: Repo,
}

impl Call for CancelAccessRequest {
    type Reply = ();

    fn request(&self) -> Request<Bytes> {
        let target = format!("{}/user-access-request/cancel", target::api(&self.repo));
        target::post_json(target, &json!({}))
    }

    fn reply(&self, response: &Response<Bytes>) -> Result<(), ApiError> {
        json::success(response).map(drop)
    }
}

/// `…/ask-access`.
pub(crate) fn route(repo: Repo, ask: &Ask<'_>) -> Routed {
    ask.end()?;
    ask.answer(POST, Incoming::AskAccess(repo))
}

/// How many fields a request for access may bring.
const MOST_FIELDS: usize = 64;
/// How long their names and values may be together, in bytes: they are kept for as long as the request is.
const LONGEST_FIELDS: usize = 16 << 10;

/// What is wrong with the body of a request about access.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum AccessBodyFault {
    /// It is no form, or not the JSON that was expected.
    Malformed,
    /// It brings more than is kept.
    TooLong,
}

impl fmt::Display for AccessBodyFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Malformed => "the body is not what this request brings",
            Self::TooLong => "the body has too many fields, or too long ones",
        })
    }
}

impl error::Error for AccessBodyFault {}

/// Reads the form of [`AskAccess`]: each name with what was answered. An empty body is an empty form.
pub fn read_ask_access(
    headers: &HeaderMap,
    body: &[u8],
) -> Result<Vec<(String, String)>, AccessBodyFault> {
    if body.is_empty() {
        return Ok(Vec::new());
    }
    let is_form = header::has_media_type(headers, FORM);
    let text = std::str::from_utf8(body).ok().filter(|_| is_form);
    let fields = text.and_then(target::decode_form);
    let fields = fields.ok_or(AccessBodyFault::Malformed)?;
    let length: usize = fields
        .iter()
        .map(|(name, value)| name.len() + value.len())
        .sum();
    if fields.len() > MOST_FIELDS || length > LONGEST_FIELDS {
        return Err(AccessBodyFault::TooLong);
    }
    Ok(fields)
}

/// The answer to [`AskAccess`]: as JSON for who asks for that, and for a browser on its way back to the repository's page,
/// of which `page` is the address (status 303).
pub fn respond_asked(headers: &HeaderMap, status: RequestStatus, page: &str) -> Response<Bytes> {
    let accept = header::text(headers, &ACCEPT).unwrap_or_default();
    if accept.contains("application/json") {
        return json::respond(StatusCode::OK, &json!({ "status": status.as_str() }));
    }
    let mut response = Response::new(Bytes::new());
    *response.status_mut() = StatusCode::SEE_OTHER;
    if let Ok(page) = HeaderValue::try_from(page) {
        response.headers_mut().insert(LOCATION, page);
    }
    response
}

/// The answer to a change that tells nothing but that it was made.
pub fn respond_changed() -> Response<Bytes> {
    json::respond(StatusCode::OK, &json!({}))
}

#[cfg(test)]
mod tests {
    use hubkit_types::RepoKind;

    use super::*;
    use crate::server::{respond_error, route};

    fn repo(kind: RepoKind, id: &str) -> Repo {
        Repo::new(kind, id.parse().expect("an id"))
    }

    fn ask(id: &str) -> AskAccess {
        let field = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        AskAccess {
            repo: repo(RepoKind::Dataset, id),
            fields: vec![field("Company & Co", "a=b+c \u{fc}"), field("agree", "on")],
        }
    }

    #[test]
    fn a_request_is_routed_and_its_form_read_to_what_it_was_made_from() {
        for id in ["a/b", "squad", "a/ask-access"] {
            let call = ask(id);
            let request = call.request();
            assert_eq!(route(&request), Ok(Incoming::AskAccess(call.repo.clone())));
            let fields = read_ask_access(request.headers(), request.body());
            assert_eq!(fields, Ok(call.fields));
        }
        for kind in RepoKind::ALL {
            let repo = repo(kind, "a/b");
            let call = CancelAccessRequest { repo };
            let wanted = Incoming::CancelAccessRequest(call.clone());
            assert_eq!(route(&call.request()), Ok(wanted));
        }
    }

    #[test]
    fn what_became_of_it_comes_back_as_it_was_given() {
        let call = ask("a/b");
        let request = call.request();
        for status in RequestStatus::ALL {
            let response = respond_asked(request.headers(), status, "/datasets/a/b");
            assert_eq!(call.reply(&response), Ok(Some(status)));
            assert_eq!(status.as_str().parse(), Ok(status));
        }
        let browser = respond_asked(&HeaderMap::new(), RequestStatus::Pending, "/datasets/a/b");
        assert_eq!(browser.status(), 303);
        assert_eq!(browser.headers()["location"], "/datasets/a/b");
        assert_eq!(call.reply(&browser), Ok(None));
        let page = Response::builder().header("content-type", "text/html");
        let page = page.body(Bytes::from_static(b"<html>")).expect("a page");
        assert_eq!(call.reply(&page), Ok(None));
        let cancel = CancelAccessRequest { repo: call.repo };
        assert_eq!(cancel.reply(&respond_changed()), Ok(()));
    }

    #[test]
    fn a_refusal_or_the_way_to_the_login_is_an_error() {
        let call = ask("a/b");
        for kind in [ErrorKind::Forbidden, ErrorKind::RepoNotFound] {
            let found = call.reply(&respond_error(kind, "no", None));
            assert_eq!(found.map_err(|error| error.kind()), Err(kind));
        }
        for location in [
            "/login",
            "/login?next=%2Fa",
            "https://hub.example/login?next=x",
        ] {
            let response = Response::builder().status(302).header("location", location);
            let response = response.body(Bytes::new()).expect("a redirect");
            let found = call.reply(&response).map_err(|error| error.kind());
            assert_eq!(found, Err(ErrorKind::Unauthorized), "{location}");
        }
    }

    #[test]
    fn a_form_that_is_none_or_too_long_is_refused() {
        let read = |media_type: &str, body: &str| {
            let mut headers = HeaderMap::new();
            headers.insert("content-type", media_type.parse().expect("a value"));
            read_ask_access(&headers, body.as_bytes())
        };
        assert_eq!(read("text/plain", ""), Ok(Vec::new()));
        for (media_type, body) in [(FORM, "a=%zz"), ("application/json", "{}"), ("", "a=b")] {
            assert_eq!(read(media_type, body), Err(AccessBodyFault::Malformed));
        }
        let many = "a=b&".repeat(MOST_FIELDS + 1);
        let long = format!("a={}", "b".repeat(LONGEST_FIELDS));
        for body in [many, long] {
            assert_eq!(read(FORM, &body), Err(AccessBodyFault::TooLong));
        }
    }
}
