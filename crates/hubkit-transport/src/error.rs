//! What goes wrong between a request and its response.

use std::{error, fmt};

type BoxError = Box<dyn error::Error + Send + Sync>;

/// What kind of thing went wrong, and so what a caller should do.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
#[non_exhaustive]
pub enum TransportErrorKind {
    /// No connection came about (name not found, refused, unreachable). Sending again is safe.
    Connect,
    /// The other side could not prove who it is. Sending again does not help.
    Tls,
    /// Nothing came in the time allowed. Sending again is safe for requests that change nothing.
    Timeout,
    /// The connection broke while bytes were moving. Sending again is safe for requests that change nothing.
    Interrupted,
    /// What came is not HTTP, or breaks a limit. Sending again does not help.
    Protocol,
    /// The request can't be sent by this transport. Sending again does not help.
    Unsupported,
}

/// No response, or no whole body of one. A response with a status of 400 or more is not an error here.
pub struct TransportError {
    kind: TransportErrorKind,
    message: String,
    source: Option<BoxError>,
}

impl TransportError {
    /// An error of this kind. The message is a lower-case fragment and holds no secret: no URL with its query, no
    /// header.
    pub fn new(kind: TransportErrorKind, message: impl Into<String>) -> Self {
        Self {
            kind,
            message: message.into(),
            source: None,
        }
    }

    /// Adds what caused it.
    pub fn with_source(mut self, source: impl Into<BoxError>) -> Self {
        self.source = Some(source.into());
        self
    }

    pub(crate) fn too_long(limit: usize) -> Self {
        Self::new(
            TransportErrorKind::Protocol,
            format!("the body is longer than the {limit} bytes allowed"),
        )
    }

    /// What kind of thing went wrong.
    pub fn kind(&self) -> TransportErrorKind {
        self.kind
    }

    /// Whether the same request may succeed if it is sent again, given that it changes nothing on the server.
    pub fn may_retry(&self) -> bool {
        use TransportErrorKind::{Connect, Interrupted, Timeout};
        matches!(self.kind, Connect | Timeout | Interrupted)
    }
}

impl fmt::Display for TransportError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl fmt::Debug for TransportError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TransportError")
            .field("kind", &self.kind)
            .field("message", &self.message)
            .field("source", &self.source)
            .finish()
    }
}

impl error::Error for TransportError {
    fn source(&self) -> Option<&(dyn error::Error + 'static)> {
        self.source.as_ref().map(|source| &**source as _)
    }
}
