//! Why a request is not answered as asked.

use bytes::Bytes;
use http::{Response, StatusCode};
use hubkit_api::{
    ErrorKind,
    server::{invalid_credentials, respond_error, respond_refusal},
};
use hubkit_store::{StoreError, StoreErrorKind};
use hubkit_types::{CommitId, Repo, RepoPath, Revision};

use crate::access::{Caller, UnknownToken};

/// A refusal, before it is a response.
#[derive(Debug)]
pub(crate) enum Refusal {
    UnknownToken,
    NoToken,
    NoRepo {
        is_anonymous: bool,
    },
    NoRevision(Revision),
    /// With the commit only where it is known to hold no such file: clients remember that.
    NoEntry(RepoPath, Option<CommitId>),
    Gated {
        repo: Repo,
        is_anonymous: bool,
    },
    BadBody,
    Store(StoreErrorKind),
}

impl Refusal {
    pub(crate) fn no_repo(caller: Caller<'_>) -> Self {
        Self::NoRepo {
            is_anonymous: caller == Caller::Anonymous,
        }
    }

    pub(crate) fn gated(caller: Caller<'_>, repo: Repo) -> Self {
        Self::Gated {
            repo,
            is_anonymous: caller == Caller::Anonymous,
        }
    }

    pub(crate) fn respond(self) -> Response<Bytes> {
        match self {
            Self::UnknownToken => invalid_credentials(),
            Self::NoToken => respond_error(ErrorKind::Unauthorized, "No token was sent", None),
            Self::NoRepo { is_anonymous } => respond_refusal(
                if is_anonymous {
                    StatusCode::UNAUTHORIZED
                } else {
                    StatusCode::NOT_FOUND
                },
                ErrorKind::RepoNotFound,
                "Repository not found",
                None,
            ),
            Self::NoRevision(revision) => {
                let message = format!("Invalid rev id: {revision}");
                respond_error(ErrorKind::RevisionNotFound, &message, None)
            }
            Self::NoEntry(path, commit) => {
                let message = format!("{path} does not exist");
                respond_error(ErrorKind::EntryNotFound, &message, commit)
            }
            Self::Gated { repo, is_anonymous } => {
                let (status, rest) = if is_anonymous {
                    (
                        StatusCode::UNAUTHORIZED,
                        "log in with an account that has access",
                    )
                } else {
                    (StatusCode::FORBIDDEN, "this account has no access")
                };
                let message = format!("Access to {repo} is restricted: {rest}");
                respond_refusal(status, ErrorKind::Gated, &message, None)
            }
            Self::BadBody => {
                let message = "The body is neither a form nor JSON with `paths`";
                respond_error(ErrorKind::BadRequest, message, None)
            }
            // What the store says names files of this machine: it is not passed on.
            Self::Store(StoreErrorKind::Io) => respond_refusal(
                StatusCode::SERVICE_UNAVAILABLE,
                ErrorKind::Server,
                "The store of this mirror can't be read now",
                None,
            ),
            Self::Store(_) => {
                let message = "The store of this mirror can't be read";
                respond_error(ErrorKind::Server, message, None)
            }
        }
    }
}

impl From<StoreError> for Refusal {
    fn from(error: StoreError) -> Self {
        Self::Store(error.kind())
    }
}

impl From<UnknownToken> for Refusal {
    fn from(_: UnknownToken) -> Self {
        Self::UnknownToken
    }
}
