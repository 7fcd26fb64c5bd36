//! The seam.

use std::{fmt, future::Future, pin::Pin, sync::Arc};

use http::{Request, Response};

use crate::{Body, TransportError};

/// Sends one HTTP request and returns its response.
///
/// # Contract
///
/// - A status of 400 or more is a response, not an error.
/// - Redirects are not followed: a hub's 3xx carries the commit, the tag and the size of a file, and which credentials
///   go to the next address is decided by the caller.
/// - No header is added that changes the meaning of the request, and none is removed. The request's URI is absolute.
/// - The body is bytes as sent: where `Content-Encoding` is set, they are still encoded.
/// - The response's body streams; its end means that the promised length arrived.
///
/// # Cancellation
///
/// Dropping the future or the body cancels the exchange.
///
/// # Retries
///
/// None happen here. [`TransportError::may_retry`] says whether a second try is sensible.
///
/// # Wrappers
///
/// A wrapper is generic over the transport it wraps and keeps its state in itself.
pub trait Transport: Send + Sync + 'static {
    /// Sends the request; returns as soon as the response's headers are there.
    fn send(
        &self,
        request: Request<Body>,
    ) -> impl Future<Output = Result<Response<Body>, TransportError>> + Send;
}

/// A mark among a request's extensions: the answer is long, so that a connection of its own may be worth more than a share
/// of one. A hint; a transport that knows no difference ignores it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Bulk;

type Answer<'a> = Pin<Box<dyn Future<Output = Result<Response<Body>, TransportError>> + Send + 'a>>;

trait Erased: Send + Sync {
    fn send_boxed(&self, request: Request<Body>) -> Answer<'_>;
}

impl<T: Transport> Erased for T {
    fn send_boxed(&self, request: Request<Body>) -> Answer<'_> {
        Box::pin(self.send(request))
    }
}

/// Any transport, its type forgotten. Cheap to clone; all clones are the same transport.
#[derive(Clone)]
pub struct DynTransport(Arc<dyn Erased>);

impl DynTransport {
    /// Wraps a transport.
    pub fn new(transport: impl Transport) -> Self {
        Self(Arc::new(transport))
    }
}

impl Transport for DynTransport {
    async fn send(&self, request: Request<Body>) -> Result<Response<Body>, TransportError> {
        self.0.send_boxed(request).await
    }
}

impl fmt::Debug for DynTransport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("DynTransport")
    }
}
