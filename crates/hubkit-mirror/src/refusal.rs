//! Why a request is not answered as asked.

use bytes::Bytes;
use http::{Response, StatusCode};
use hubkit_api::{
    ErrorKind,
    server::{
        AccessBodyFault, PathsInfoFault, disabled, invalid_credentials, respond_error,
        respond_refusal,
    },
};
use hubkit_store::{StoreError, StoreErrorKind};
use hubkit_types::{CommitId, Repo, RepoPath, Revision};

use crate::{
    access::{Caller, UnknownToken},
    requests::NotKept,
};

/// A refusal, before it is a response.
#[derive(Debug)]
pub(crate) enum Refusal {
    UnknownToken,
    NoToken,
    NoAccounts,
    Unlisted(CommitId),
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
    Disabled,
    /// There is no gate to ask at.
    NotGated,
    /// The caller may read and no more.
    MayNotWrite,
    /// The caller may read, or not even that, and wants to decide.
    NotManager,
    /// The caller's request was rejected.
    Rejected,
    /// The account stays outside, whatever is decided.
    TurnedAway,
    /// No such request, or none in another state.
    NoRequest,
    /// What is asked for is so already.
    Already,
    /// The account to be let in is let in already.
    HasAccess,
    /// No such account.
    NoAccount,
    /// The file is not what it would have to be, for a reason that is said behind its name.
    Unreadable(RepoPath, &'static str),
    /// Two commits differ in this many files, more than are compared.
    TooDifferent(usize),
    BadBody(PathsInfoFault),
    BadAccessBody(AccessBodyFault),
    /// What was to be checked is no card in the form that the call has.
    BadCardBody,
    NotKept,
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
            Self::NoAccounts => {
                let message = "This mirror has no accounts and asks for no token";
                respond_error(ErrorKind::Unauthorized, message, None)
            }
            Self::Unlisted(commit) => {
                let message = format!(
                    "This mirror holds files of {commit}, but no list of all of them: only single files can be fetched"
                );
                respond_refusal(StatusCode::NOT_FOUND, ErrorKind::Other, &message, None)
            }
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
            Self::Disabled => disabled(),
            Self::NotGated => {
                let message = "This repository is not gated: there is nothing to ask for";
                respond_error(ErrorKind::BadRequest, message, None)
            }
            Self::HasAccess => {
                let message = "This account has access already";
                respond_error(ErrorKind::BadRequest, message, None)
            }
            Self::MayNotWrite => {
                let message = "This token does not let its account write to this repository";
                respond_error(ErrorKind::Forbidden, message, None)
            }
            Self::NotManager => {
                let message = "To decide about access takes a token with the role `write`, of the owner or of a member who may write";
                respond_error(ErrorKind::Forbidden, message, None)
            }
            Self::Rejected => {
                let message = "Your request for access to this repository was rejected";
                respond_error(ErrorKind::Forbidden, message, None)
            }
            Self::TurnedAway => {
                let message = "This account was turned away by those who run this mirror";
                respond_error(ErrorKind::Forbidden, message, None)
            }
            Self::NoRequest | Self::Already => {
                let message = "There is no such request, or none that this would change";
                respond_error(ErrorKind::Other, message, None)
            }
            Self::NoAccount => respond_error(ErrorKind::Other, "Account not found", None),
            Self::BadCardBody => {
                let message = "expected JSON: `content`, the text of a card, and `repoType`, one of `model`, `dataset` and `space`";
                respond_error(ErrorKind::BadRequest, message, None)
            }
            Self::BadAccessBody(fault) => {
                respond_error(ErrorKind::BadRequest, &fault.to_string(), None)
            }
            Self::NotKept => respond_refusal(
                StatusCode::SERVICE_UNAVAILABLE,
                ErrorKind::Server,
                "The request could not be kept, so nothing changed",
                None,
            ),
            Self::Unreadable(path, why) => {
                let message = format!("{path} {why}");
                respond_error(ErrorKind::BadRequest, &message, None)
            }
            Self::TooDifferent(files) => {
                let message = format!(
                    "The revisions differ in {files} files, too many to be compared here: `?raw=true` names them"
                );
                respond_refusal(
                    StatusCode::UNPROCESSABLE_ENTITY,
                    ErrorKind::Other,
                    &message,
                    None,
                )
            }
            Self::BadBody(fault) => respond_error(ErrorKind::BadRequest, &fault.to_string(), None),
            // What the store says names files of this machine: it is not passed on.
            Self::Store(StoreErrorKind::Io) => respond_refusal(
                StatusCode::SERVICE_UNAVAILABLE,
                ErrorKind::Server,
                "The store of this mirror can't be read now",
                None,
            ),
            Self::Store(StoreErrorKind::Unsafe) => {
                let message = "This mirror holds a file whose name can't be served, and so not the whole commit";
                respond_error(ErrorKind::Server, message, None)
            }
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

impl From<PathsInfoFault> for Refusal {
    fn from(fault: PathsInfoFault) -> Self {
        Self::BadBody(fault)
    }
}

impl From<AccessBodyFault> for Refusal {
    fn from(fault: AccessBodyFault) -> Self {
        Self::BadAccessBody(fault)
    }
}

impl From<NotKept> for Refusal {
    fn from(_: NotKept) -> Self {
        Self::NotKept
    }
}

impl From<UnknownToken> for Refusal {
    fn from(_: UnknownToken) -> Self {
        Self::UnknownToken
    }
}
