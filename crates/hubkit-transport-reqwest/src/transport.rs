//! The transport.

use std::{
    fmt,
    sync::{Arc, OnceLock},
};

use http::{Method, Request, Response, header};
use hubkit_transport::{Body, Bulk, Transport, TransportError, TransportErrorKind};

use crate::{
    ReqwestBuilder,
    failure::Peer,
    patience::{self, Arriving, Leaving, Progress},
    tls::{Setup, Versions},
};

/// Sends requests over a pool of connections kept by reqwest.
///
/// Cheap to clone; all clones share the pool. Must be used within a tokio runtime that has time and I/O enabled.
///
/// Follows no redirect, keeps no cookie, decodes no body, repeats no request, and adds no header but `Host`, `Accept: */*`
/// where there is no `Accept`, the framing of a body, and the `User-Agent` it was given.
///
/// A request that is marked as [`Bulk`] goes over HTTP/1.1, so over a connection that carries nothing else meanwhile, from
/// a pool of its own. All others share connections of HTTP/2 where the server speaks it.
#[derive(Clone)]
pub struct Reqwest(Arc<Parts>);

struct Parts {
    options: ReqwestBuilder,
    tls: Setup,
    client: reqwest::Client,
    /// Made for the first request that needs it.
    bulk: OnceLock<reqwest::Client>,
}

impl Reqwest {
    /// Starts with the options that suit a hub.
    pub fn builder() -> ReqwestBuilder {
        ReqwestBuilder::default()
    }

    pub(crate) fn new(options: ReqwestBuilder, tls: Setup, client: reqwest::Client) -> Self {
        Self(Arc::new(Parts {
            options,
            tls,
            client,
            bulk: OnceLock::new(),
        }))
    }

    /// Why no `https` address can be asked on this machine or by this program; `None` when they can.
    ///
    /// The first call reads the certificates that the machine trusts, as the first request to an `https` address does.
    pub fn https_fault(&self) -> Option<&str> {
        self.0.tls.https.fault()
    }

    fn client_for(&self, request: &Request<Body>) -> &reqwest::Client {
        let Parts {
            options,
            tls,
            client,
            bulk,
        } = &*self.0;
        if request.extensions().get::<Bulk>().is_none() {
            return client;
        }
        // What was possible once is possible again; if not, a shared connection is slower and no fault.
        let made = || options.client(tls, Versions::One);
        bulk.get_or_init(|| made().unwrap_or_else(|_| client.clone()))
    }
}

impl Transport for Reqwest {
    async fn send(&self, request: Request<Body>) -> Result<Response<Body>, TransportError> {
        let peer = Peer::of(request.uri())?;
        if peer.is_https()
            && let Some(reason) = self.https_fault()
        {
            return Err(peer.no_https(reason));
        }
        let ReqwestBuilder {
            connect_timeout,
            read_timeout,
            ..
        } = self.0.options;
        let client = self.client_for(&request);
        let progress = Progress::default();
        let request = translate(request, &progress).await?;
        let sent = patience::wait(client.execute(request), read_timeout, &progress);
        let mut answer = match sent.await {
            Some(Ok(answer)) => answer,
            Some(Err(error)) => return Err(peer.failure(error, connect_timeout)),
            None => return Err(peer.silence(read_timeout)),
        };

        let mut response = Response::new(());
        *response.status_mut() = answer.status();
        *response.version_mut() = answer.version();
        *response.headers_mut() = std::mem::take(answer.headers_mut());
        let length = answer.content_length();
        let arriving = Arriving::new(answer.bytes_stream(), peer, read_timeout);
        Ok(response.map(|()| Body::from_stream(arriving, length)))
    }
}

async fn translate(
    request: Request<Body>,
    progress: &Progress,
) -> Result<reqwest::Request, TransportError> {
    let (parts, mut body) = request.into_parts();
    let url = reqwest::Url::parse(&parts.uri.to_string()).map_err(|source| {
        TransportError::new(
            TransportErrorKind::Unsupported,
            "the address is not one that can be asked",
        )
        .with_source(source)
    })?;
    let is_reading = matches!(parts.method, Method::GET | Method::HEAD);
    let mut translated = reqwest::Request::new(parts.method, url);
    *translated.headers_mut() = parts.headers;
    if body.as_bytes().is_some() {
        let bytes = body.chunk().await.transpose()?.unwrap_or_default();
        if !(is_reading && bytes.is_empty()) {
            *translated.body_mut() = Some(bytes.into());
        }
    } else {
        if let Some(length) = body.length() {
            let headers = translated.headers_mut();
            headers
                .entry(header::CONTENT_LENGTH)
                .or_insert_with(|| length.into());
        }
        let leaving = Leaving {
            body,
            progress: progress.clone(),
        };
        *translated.body_mut() = Some(reqwest::Body::wrap_stream(leaving));
    }
    Ok(translated)
}

impl fmt::Debug for Reqwest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Reqwest").field(&self.0.options).finish()
    }
}

#[cfg(all(
    test,
    feature = "rustls",
    any(target_arch = "x86_64", target_arch = "aarch64")
))]
mod tests {
    use super::*;
    use crate::{Tls, tls::Https};

    #[tokio::test]
    async fn plain_http_needs_no_certificates() {
        let options = Reqwest::builder().without_proxy().tls(Tls::Rustls);
        let transport = options.build().expect("these options fit");
        let Https::Platform(platform) = &transport.0.tls.https else {
            // Only a processor that is too old for TLS has no use for certificates at all.
            assert!(transport.https_fault().is_some());
            return;
        };
        let nobody = Request::get("http://127.0.0.1:1/").body(Body::empty());
        let answer = transport.send(nobody.expect("well formed")).await;
        assert!(answer.is_err(), "nobody listens there");
        assert!(!platform.is_read());
        let _ = transport.https_fault();
        assert!(platform.is_read());
    }
}
