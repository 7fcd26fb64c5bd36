//! The transport.

use std::{fmt, time::Duration};

use http::{Method, Request, Response, header};
use hubkit_transport::{Body, Transport, TransportError, TransportErrorKind};

use crate::{
    ReqwestBuilder,
    failure::Peer,
    patience::{self, Arriving, Leaving, Progress},
    tls::Https,
};

/// Sends requests over a pool of connections kept by reqwest.
///
/// Cheap to clone; all clones share the pool. Must be used within a tokio runtime that has time and I/O enabled.
///
/// Follows no redirect, keeps no cookie, decodes no body, repeats no request, and adds no header but `Host`, `Accept: */*`
/// where there is no `Accept`, the framing of a body, and the `User-Agent` it was given.
#[derive(Clone)]
pub struct Reqwest {
    client: reqwest::Client,
    connect_timeout: Duration,
    read_timeout: Duration,
    https: Https,
}

impl Reqwest {
    /// Starts with the options that suit a hub.
    pub fn builder() -> ReqwestBuilder {
        ReqwestBuilder::default()
    }

    pub(crate) fn new(client: reqwest::Client, options: &ReqwestBuilder, https: Https) -> Self {
        Self {
            client,
            connect_timeout: options.connect_timeout,
            read_timeout: options.read_timeout,
            https,
        }
    }

    /// Why no `https` address can be asked on this machine or by this program; `None` when they can.
    ///
    /// The first call reads the certificates that the machine trusts, as the first request to an `https` address does.
    pub fn https_fault(&self) -> Option<&str> {
        self.https.fault()
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
        let progress = Progress::default();
        let request = translate(request, &progress).await?;
        let sent = patience::wait(self.client.execute(request), self.read_timeout, &progress);
        let mut answer = match sent.await {
            Some(Ok(answer)) => answer,
            Some(Err(error)) => return Err(peer.failure(error, self.connect_timeout)),
            None => return Err(peer.silence(self.read_timeout)),
        };

        let mut response = Response::new(());
        *response.status_mut() = answer.status();
        *response.version_mut() = answer.version();
        *response.headers_mut() = std::mem::take(answer.headers_mut());
        let length = answer.content_length();
        let arriving = Arriving::new(answer.bytes_stream(), peer, self.read_timeout);
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
        f.debug_struct("Reqwest")
            .field("connect_timeout", &self.connect_timeout)
            .field("read_timeout", &self.read_timeout)
            .field("https", &self.https)
            .finish_non_exhaustive()
    }
}
