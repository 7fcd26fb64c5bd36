//! What went wrong, in words that hold no secret.

use std::{error::Error, fmt, io, iter, time::Duration};

use http::Uri;
use hubkit_transport::{TransportError, TransportErrorKind};

/// The other side, as messages name it: host and port, and nothing else of an address.
#[derive(Clone)]
pub(crate) struct Peer {
    name: String,
    is_https: bool,
}

impl Peer {
    /// Who is asked; an error when this transport can't ask.
    pub(crate) fn of(uri: &Uri) -> Result<Self, TransportError> {
        let unsupported = |message: &str| {
            Err(TransportError::new(
                TransportErrorKind::Unsupported,
                message.to_owned(),
            ))
        };
        let is_https = match uri.scheme_str() {
            Some("https") => true,
            Some("http") => false,
            Some(_) => return unsupported("the address is neither http nor https"),
            None => return unsupported("the address names no scheme and no host"),
        };
        let Some(authority) = uri.authority() else {
            return unsupported("the address names no host");
        };
        if authority.as_str().contains('@') {
            return unsupported("the address holds a user or a password; use a header");
        }
        let port = authority
            .port_u16()
            .unwrap_or(if is_https { 443 } else { 80 });
        Ok(Self {
            name: format!("{}:{port}", authority.host()),
            is_https,
        })
    }

    pub(crate) fn is_https(&self) -> bool {
        self.is_https
    }

    /// Nothing came for this long.
    pub(crate) fn silence(&self, limit: Duration) -> TransportError {
        TransportError::new(
            TransportErrorKind::Timeout,
            format!("nothing came from {} for {limit:?}", self.name),
        )
    }

    /// No TLS can be had at all.
    pub(crate) fn no_https(&self, reason: &str) -> TransportError {
        TransportError::new(
            TransportErrorKind::Unsupported,
            format!("{} can't be asked over https: {reason}", self.name),
        )
    }

    /// No response came.
    pub(crate) fn failure(
        &self,
        error: reqwest::Error,
        connect_timeout: Duration,
    ) -> TransportError {
        let name = &self.name;
        let (kind, message) = if let Some(own) = find::<TransportError>(&error) {
            (
                own.kind(),
                format!("the body of the request to {name} can't be had"),
            )
        } else if is_tls_fault(&error, self.is_https) {
            (TransportErrorKind::Tls, self.tls_fault(&error))
        } else if error.is_connect() && error.is_timeout() {
            let message = format!("no connection to {name} within {connect_timeout:?}");
            (TransportErrorKind::Connect, message)
        } else if error.is_connect() {
            (
                TransportErrorKind::Connect,
                format!("no connection to {name}"),
            )
        } else if error.is_timeout() {
            (
                TransportErrorKind::Timeout,
                format!("nothing came from {name} in time"),
            )
        } else if error.is_builder() {
            (
                TransportErrorKind::Unsupported,
                format!("the request to {name} can't be sent"),
            )
        } else if is_no_http(&error) {
            (
                TransportErrorKind::Protocol,
                format!("what {name} sent is not HTTP"),
            )
        } else {
            (
                TransportErrorKind::Interrupted,
                format!("the connection to {name} broke before the response"),
            )
        };
        TransportError::new(kind, message).with_source(cause(error))
    }

    /// Why there is no TLS; that it is not trusted, only where it is.
    fn tls_fault(&self, error: &reqwest::Error) -> String {
        let name = &self.name;
        #[cfg(feature = "rustls")]
        match find::<rustls::Error>(error) {
            Some(rustls::Error::InvalidMessage(_)) => {
                return format!("what {name} sent is not TLS");
            }
            Some(rustls::Error::AlertReceived(_) | rustls::Error::PeerIncompatible(_)) => {
                return format!("no TLS with {name}");
            }
            _ => {}
        }
        let _ = error;
        format!("no trust in {name}")
    }

    /// The response's body does not end as it should.
    pub(crate) fn body_failure(&self, error: reqwest::Error) -> TransportError {
        let name = &self.name;
        let (kind, message) = if error.is_timeout() {
            (
                TransportErrorKind::Timeout,
                format!("nothing came from {name} in time"),
            )
        } else if is_no_http(&error) {
            (
                TransportErrorKind::Protocol,
                format!("what {name} sent is not HTTP"),
            )
        } else {
            (
                TransportErrorKind::Interrupted,
                format!("the connection to {name} broke within the body"),
            )
        };
        TransportError::new(kind, message).with_source(cause(error))
    }
}

/// The error and what caused it. An `io::Error` hides the error it was made of from `source`.
fn chain<'a>(error: &'a (dyn Error + 'static)) -> impl Iterator<Item = &'a (dyn Error + 'static)> {
    iter::successors(Some(error), |&error| {
        let inner = error
            .downcast_ref::<io::Error>()
            .and_then(io::Error::get_ref);
        match inner {
            Some(inner) => Some(inner as &(dyn Error + 'static)),
            None => error.source(),
        }
    })
}

fn find<'a, E: Error + 'static>(error: &'a (dyn Error + 'static)) -> Option<&'a E> {
    chain(error).find_map(|cause| cause.downcast_ref())
}

fn is_tls_fault(error: &reqwest::Error, is_https: bool) -> bool {
    #[cfg(feature = "rustls")]
    if find::<rustls::Error>(error).is_some() {
        return true;
    }
    // The platform's stacks have a type of error each; what is left over when a connection came about is theirs.
    cfg!(feature = "native-tls")
        && is_https
        && error.is_connect()
        && !error.is_dns()
        && !error.is_timeout()
        && find::<io::Error>(error).is_none()
}

fn is_no_http(error: &reqwest::Error) -> bool {
    use io::ErrorKind::{InvalidData, InvalidInput};
    find::<hyper::Error>(error).is_some_and(hyper::Error::is_parse)
        || find::<io::Error>(error)
            .is_some_and(|error| matches!(error.kind(), InvalidData | InvalidInput))
}

/// The innermost cause, which says what happened; the layers around it say only that something did.
fn cause(error: reqwest::Error) -> Box<dyn Error + Send + Sync> {
    let error = error.without_url();
    #[cfg(feature = "rustls")]
    if let Some(tls) = find::<rustls::Error>(&error) {
        return Box::new(tls.clone());
    }
    if let Some(code) = find::<io::Error>(&error).and_then(io::Error::raw_os_error) {
        return Box::new(io::Error::from_raw_os_error(code));
    }
    match chain(&error).last() {
        Some(innermost) => Box::new(Cause(innermost.to_string())),
        None => Box::new(error),
    }
}

#[derive(Debug)]
struct Cause(String);

impl fmt::Display for Cause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Error for Cause {}
