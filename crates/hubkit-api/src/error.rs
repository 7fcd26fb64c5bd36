//! What a hub refuses, and answers that are not a hub's.

use std::{error, fmt, time::Duration};

use http::StatusCode;
use hubkit_types::CommitId;

use crate::text::shown;

/// What kind of refusal it is, and so what a caller should do.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
#[non_exhaustive]
pub enum ErrorKind {
    /// No such repository, or none that this caller may know of. Check the name and the kind; offer a token.
    RepoNotFound,
    /// The repository has no such revision. Check its name.
    RevisionNotFound,
    /// The revision holds no such file. For an optional file that is an answer: remember it for this commit.
    EntryNotFound,
    /// The repository is gated. Ask for access on its page, or offer the token of an account that has it.
    Gated,
    /// The repository was disabled by the hub. Nothing helps.
    Disabled,
    /// The token is not valid. Offer another, or none; never send this one again.
    BadCredentials,
    /// A token is needed and none came. Offer one.
    Unauthorized,
    /// The token is valid and does not suffice. Offer one with more rights.
    Forbidden,
    /// The hub did not understand the request. Sending it again does not help.
    BadRequest,
    /// The range lies outside the file. Drop what was fetched so far and start over.
    RangeNotSatisfiable,
    /// Too many requests. Wait for [`ApiError::retry_after`].
    RateLimited,
    /// The hub, or what stands before it, failed. Trying again may help.
    Server,
    /// What answered is not a hub: a login page of a network, another web server. Check the address.
    NotAHub,
    /// A hub's answer that breaks the protocol. Trying again does not help.
    Protocol,
    /// Another refusal. Read the status.
    Other,
}

impl ErrorKind {
    fn as_str(self) -> &'static str {
        match self {
            Self::RepoNotFound => "repository not found",
            Self::RevisionNotFound => "revision not found",
            Self::EntryNotFound => "file not found",
            Self::Gated => "access to the repository is gated",
            Self::Disabled => "the repository is disabled",
            Self::BadCredentials => "the token is not valid",
            Self::Unauthorized => "a token is needed",
            Self::Forbidden => "the token does not suffice",
            Self::BadRequest => "the hub did not understand the request",
            Self::RangeNotSatisfiable => "the range lies outside the file",
            Self::RateLimited => "too many requests",
            Self::Server => "the hub failed",
            Self::NotAHub => "the answer does not look like a Hub's",
            Self::Protocol => "the hub's answer breaks the protocol",
            Self::Other => "the hub refused",
        }
    }
}

/// A response that is not the answer asked for.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ApiError {
    kind: ErrorKind,
    message: String,
    status: Option<StatusCode>,
    request_id: Option<String>,
    retry_after: Option<Duration>,
    commit: Option<CommitId>,
}

impl ApiError {
    const LONGEST_MESSAGE: usize = 500;
    const LONGEST_ID: usize = 128;

    /// An error of this kind. Control characters of the message are escaped and its length is bounded.
    pub fn new(kind: ErrorKind, message: impl AsRef<str>) -> Self {
        Self {
            kind,
            message: shown(message.as_ref(), Self::LONGEST_MESSAGE),
            status: None,
            request_id: None,
            retry_after: None,
            commit: None,
        }
    }

    pub(crate) fn protocol(message: impl AsRef<str>) -> Self {
        Self::new(ErrorKind::Protocol, message)
    }

    pub(crate) fn with_status(mut self, status: StatusCode) -> Self {
        self.status = Some(status);
        self
    }

    pub(crate) fn with_request_id(mut self, id: Option<String>) -> Self {
        self.request_id = id.map(|id| shown(&id, Self::LONGEST_ID));
        self
    }

    pub(crate) fn with_retry_after(mut self, wait: Option<Duration>) -> Self {
        self.retry_after = wait;
        self
    }

    pub(crate) fn with_commit(mut self, commit: Option<CommitId>) -> Self {
        self.commit = commit;
        self
    }

    /// What kind of refusal it is.
    pub fn kind(&self) -> ErrorKind {
        self.kind
    }

    /// The status of the response; `None` when a status has nothing to do with it.
    pub fn status(&self) -> Option<StatusCode> {
        self.status
    }

    /// What the server said, or what is wrong with its answer; safe to print. May be empty.
    pub fn message(&self) -> &str {
        &self.message
    }

    /// The id under which the hub's operators find the request; safe to print.
    pub fn request_id(&self) -> Option<&str> {
        self.request_id.as_deref()
    }

    /// How long the hub asks to wait before the next request.
    pub fn retry_after(&self) -> Option<Duration> {
        self.retry_after
    }

    /// The commit that was searched, on an error of kind `EntryNotFound`: what may be remembered as absent.
    pub fn commit(&self) -> Option<CommitId> {
        self.commit
    }
}

impl fmt::Display for ApiError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.kind.as_str())?;
        // Servers like to repeat the kind and nothing else.
        if !self.message.is_empty() && !self.message.eq_ignore_ascii_case(self.kind.as_str()) {
            write!(f, ": {}", self.message)?;
        }
        match self.status {
            Some(status) => write!(f, " (status {})", status.as_u16()),
            None => Ok(()),
        }
    }
}

impl error::Error for ApiError {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_that_only_repeats_the_kind_is_said_once() {
        let shown = |message: &str| ApiError::new(ErrorKind::RepoNotFound, message).to_string();
        assert_eq!(shown("Repository not found"), "repository not found");
        assert_eq!(shown(" REPOSITORY NOT FOUND\n"), "repository not found");
        assert_eq!(
            shown("Repository not found: a/b"),
            "repository not found: Repository not found: a/b"
        );
        let error = ApiError::new(ErrorKind::RepoNotFound, "Repository not found");
        let error = error.with_status(StatusCode::NOT_FOUND);
        assert_eq!(error.to_string(), "repository not found (status 404)");
        assert_eq!(error.message(), "Repository not found");
    }

    #[test]
    fn a_servers_words_are_escaped_and_bounded() {
        let error = ApiError::new(ErrorKind::Forbidden, "no\u{1b}[2J way");
        assert_eq!(
            error.to_string(),
            "the token does not suffice: no\\u{1b}[2J way"
        );
        let long = ApiError::new(ErrorKind::Other, "x".repeat(10_000));
        assert!(long.message().chars().count() <= 501);
        let bare = ApiError::new(ErrorKind::Server, "").with_status(StatusCode::BAD_GATEWAY);
        assert_eq!(bare.to_string(), "the hub failed (status 502)");
    }
}
