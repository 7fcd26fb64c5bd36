//! A mirror on a port.

use std::{convert::Infallible, io, net::SocketAddr, sync::Arc, time::Duration};

use bytes::Bytes;
use futures_util::TryStreamExt as _;
use http_body_util::{BodyExt as _, Limited, StreamBody, combinators::UnsyncBoxBody};
use hubkit::transport::{Body, Request, Response, TransportError};
use hubkit_mirror::Mirror;
use hyper::{body::Frame, body::Incoming, server::conn::http1, service::service_fn};
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::{
    net::{TcpListener, TcpStream},
    sync::Semaphore,
    task::JoinSet,
};

/// What was asked and how it was answered. Holds no header but the range, so no secret.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Seen {
    /// The method.
    pub method: String,
    /// Path and query.
    pub path: String,
    /// The `Range` header.
    pub range: Option<String>,
    /// How the client calls itself.
    pub user_agent: Option<String>,
    /// The status of the answer.
    pub status: u16,
    /// How many bytes the answer promises.
    pub length: Option<u64>,
}

/// Is told of every request.
pub type Observer = Arc<dyn Fn(&Seen) + Send + Sync>;

/// Listens on a port, to answer with a mirror.
pub struct Server {
    listener: TcpListener,
}

/// How many connections are served at a time; more wait to be accepted.
const MOST_CONNECTIONS: usize = 4096;
/// How long a connection may take to send the headers of a request.
const HEADER_TIME: Duration = Duration::from_secs(30);
/// The longest request body, in bytes. Those of the read protocol are lists of paths.
const LONGEST_REQUEST: usize = 1 << 20;

impl Server {
    /// Takes the port; port 0 takes any that is free.
    ///
    /// # Errors
    ///
    /// When the address can't be listened on.
    pub async fn bind(address: SocketAddr) -> io::Result<Self> {
        let listener = TcpListener::bind(address).await?;
        Ok(Self { listener })
    }

    /// The address of the hub.
    ///
    /// # Errors
    ///
    /// When the operating system does not tell the port.
    pub fn url(&self) -> io::Result<String> {
        Ok(format!("http://{}", self.listener.local_addr()?))
    }

    /// Answers with the mirror, and tells of every request, until the future is dropped, which closes every connection.
    ///
    /// # Errors
    ///
    /// When no connection can be accepted any more.
    pub async fn run(self, mirror: Mirror, observer: Observer) -> io::Result<Infallible> {
        let places = Arc::new(Semaphore::new(MOST_CONNECTIONS));
        let mut connections = JoinSet::new();
        loop {
            let place = Arc::clone(&places)
                .acquire_owned()
                .await
                .map_err(io::Error::other)?;
            let Ok((stream, _)) = self.listener.accept().await else {
                // One client that gave up, or a moment without free descriptors, is no reason to end.
                tokio::time::sleep(Duration::from_millis(50)).await;
                continue;
            };
            let (mirror, observer) = (mirror.clone(), Arc::clone(&observer));
            connections.spawn(async move {
                serve(stream, mirror, observer).await;
                drop(place);
            });
            while connections.try_join_next().is_some() {}
        }
    }
}

async fn serve(stream: TcpStream, mirror: Mirror, observer: Observer) {
    let _ = stream.set_nodelay(true);
    let service = service_fn(|request| answer(request, mirror.clone(), Arc::clone(&observer)));
    // A connection that breaks is its client's affair.
    let _ = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEADER_TIME)
        .serve_connection(TokioIo::new(stream), service)
        .await;
}

type Sent = UnsyncBoxBody<Bytes, TransportError>;

async fn answer(
    request: hyper::Request<Incoming>,
    mirror: Mirror,
    observer: Observer,
) -> Result<hyper::Response<Sent>, Infallible> {
    let (parts, body) = request.into_parts();
    let text = |name: &str| {
        parts
            .headers
            .get(name)
            .and_then(|value| value.to_str().ok())
            .map(str::to_owned)
    };
    let mut seen = Seen {
        method: parts.method.to_string(),
        path: parts
            .uri
            .path_and_query()
            .map_or_else(String::new, ToString::to_string),
        range: text("range"),
        user_agent: text("user-agent"),
        status: 413,
        length: None,
    };
    let response = if let Ok(body) = Limited::new(body, LONGEST_REQUEST).collect().await {
        let body = Body::from(body.to_bytes());
        mirror.answer(Request::from_parts(parts, body)).await
    } else {
        let mut response = Response::new(Body::from("the request is too long\n"));
        *response.status_mut() = hyper::StatusCode::PAYLOAD_TOO_LARGE;
        response
    };
    seen.status = response.status().as_u16();
    seen.length = response.body().length();
    observer(&seen);
    // The mirror sets Content-Length itself, so a stream needs no hint of its own.
    Ok(response.map(|body| StreamBody::new(body.map_ok(Frame::data)).boxed_unsync()))
}
