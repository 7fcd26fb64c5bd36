//! What goes wrong between wanting an asset and having it.

use std::{error, fmt, time::Duration};

use http::StatusCode;
use hubkit_api::ApiError;
use hubkit_auth::AuthError;
use hubkit_store::{StoreError, StoreErrorKind};
use hubkit_transport::TransportError;
use hubkit_types::Repo;

type BoxError = Box<dyn error::Error + Send + Sync>;

/// What kind of thing went wrong, and so what a caller should do.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
#[non_exhaustive]
pub enum ErrorKind {
    /// The hub has no such repository, or hides it from who asked. Check the name; log in if it is private.
    RepoNotFound,
    /// The repository has no such branch, tag or commit. List its revisions.
    RevisionNotFound,
    /// The commit holds no such file. List its files.
    FileNotFound,
    /// The hub has no such account, collection or paper, or does not tell of such things at all. Check the name.
    NotFound,
    /// A token is missing, refused, or may not do this. Get another.
    Authentication,
    /// The repository is open only to those whom its owner accepted. Ask for access on its page.
    Gated,
    /// The hub can't be reached, or the connection broke again and again. Try later.
    Network,
    /// What answered does not speak the protocol, or failed on its own side. Check the endpoint; try later.
    Protocol,
    /// The hub asks to slow down, for longer than was allowed to wait. Try after the time it names.
    RateLimited,
    /// What came is not what was promised: another digest, more bytes, fewer bytes. Nothing of it was kept.
    Integrity,
    /// The hub names files that can't be stored safely. Nothing was written; exclude them.
    Unsafe,
    /// The store could not keep or find something. [`Error::store_kind`] says which kind of thing went wrong there.
    Store,
    /// The revision is another commit than the one that was expected. Nothing was fetched or written; look at what changed.
    OtherCommit,
    /// The answer is not in the store and the client is offline. Go online, or fetch it beforehand.
    Offline,
}

/// An asset could not be had.
pub struct Error {
    kind: ErrorKind,
    message: String,
    source: Option<BoxError>,
    store_kind: Option<StoreErrorKind>,
    retry_after: Option<Duration>,
}

impl Error {
    pub(crate) fn new(kind: ErrorKind, message: impl Into<String>) -> Self {
        Self {
            kind,
            message: message.into(),
            source: None,
            store_kind: None,
            retry_after: None,
        }
    }

    /// The store has room for so many bytes, and so many are to come.
    pub(crate) fn no_room(repo: &Repo, needed: u64, room: u64) -> Self {
        let message = format!(
            "{repo} needs {needed} bytes more and there is room for {room}: free some, or keep it elsewhere"
        );
        Self {
            store_kind: Some(StoreErrorKind::Full),
            ..Self::new(ErrorKind::Store, message)
        }
    }

    pub(crate) fn with_retry_after(mut self, wait: Duration) -> Self {
        self.retry_after = Some(wait);
        self
    }

    pub(crate) fn with_source(mut self, source: impl Into<BoxError>) -> Self {
        self.source = Some(source.into());
        self
    }

    /// The same error once more, for another thing that it met too; its cause stays with the first.
    pub(crate) fn again(&self) -> Self {
        Self {
            store_kind: self.store_kind,
            retry_after: self.retry_after,
            ..Self::new(self.kind, self.message.clone())
        }
    }

    /// Puts what this layer knows before the cause: what was being done, to which file.
    pub(crate) fn within(self, doing: impl fmt::Display) -> Self {
        Self {
            message: format!("{doing}: {}", self.message),
            ..self
        }
    }

    /// What kind of thing went wrong.
    pub fn kind(&self) -> ErrorKind {
        self.kind
    }

    /// What went wrong in the store, when that is where it did.
    pub fn store_kind(&self) -> Option<StoreErrorKind> {
        self.store_kind
    }

    /// How long the hub asks to wait before the next request, when that is why this one failed.
    pub fn retry_after(&self) -> Option<Duration> {
        self.retry_after
    }
}

impl From<ApiError> for Error {
    fn from(error: ApiError) -> Self {
        use hubkit_api::ErrorKind as Api;
        let kind = match error.kind() {
            Api::RepoNotFound => ErrorKind::RepoNotFound,
            Api::RevisionNotFound => ErrorKind::RevisionNotFound,
            Api::EntryNotFound => ErrorKind::FileNotFound,
            Api::Gated => ErrorKind::Gated,
            Api::BadCredentials | Api::Unauthorized | Api::Forbidden | Api::Disabled => {
                ErrorKind::Authentication
            }
            Api::RateLimited => ErrorKind::RateLimited,
            Api::Other
                if matches!(
                    error.status(),
                    Some(StatusCode::NOT_FOUND | StatusCode::GONE)
                ) =>
            {
                ErrorKind::NotFound
            }
            _ => ErrorKind::Protocol,
        };
        let message = match error.retry_after() {
            Some(wait) => format!("{error}; it asks to wait {} seconds", wait.as_secs()),
            None => error.to_string(),
        };
        Self {
            retry_after: error.retry_after(),
            ..Self::new(kind, message).with_source(error)
        }
    }
}

impl From<TransportError> for Error {
    fn from(error: TransportError) -> Self {
        use hubkit_transport::TransportErrorKind as Transport;
        let kind = match error.kind() {
            Transport::Protocol | Transport::Unsupported => ErrorKind::Protocol,
            _ => ErrorKind::Network,
        };
        Self::new(kind, error.to_string()).with_source(error)
    }
}

impl From<StoreError> for Error {
    fn from(error: StoreError) -> Self {
        let store_kind = Some(error.kind());
        let kind = match error.kind() {
            StoreErrorKind::Integrity => ErrorKind::Integrity,
            StoreErrorKind::Unsafe => ErrorKind::Unsafe,
            _ => ErrorKind::Store,
        };
        Self {
            store_kind,
            ..Self::new(kind, error.to_string()).with_source(error)
        }
    }
}

impl From<AuthError> for Error {
    fn from(error: AuthError) -> Self {
        Self::new(ErrorKind::Authentication, error.to_string())
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Error")
            .field("kind", &self.kind)
            .field("message", &self.message)
            .field("source", &self.source)
            .finish_non_exhaustive()
    }
}

impl error::Error for Error {
    /// The cause beneath: the message of the outermost cause is part of this error's own text already.
    fn source(&self) -> Option<&(dyn error::Error + 'static)> {
        self.source.as_ref().and_then(|source| source.source())
    }
}
