//! From a request to its answer.

use std::{
    convert::Infallible,
    net::SocketAddr,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
};

use bytes::Bytes;
use futures_util::Stream as _;
use http_body_util::{BodyExt as _, Limited};
use hubkit::transport::{Body, Request, Response, TransportError};
use hubkit_mirror::{AskedBy, Mirror};
use hyper::{
    Method, StatusCode,
    body::{Body as _, Frame, Incoming, SizeHint},
    header::{ALLOW, CACHE_CONTROL, CONNECTION, CONTENT_LENGTH, CONTENT_TYPE, HeaderValue},
};
use serde_json::{Value, json};
use tokio::{runtime::Handle, task::JoinSet, time::timeout};

use super::{
    limits::Limits,
    places::{Place, Places},
    seen::{Observer, Watch},
};

/// What answers every request of a server.
pub(super) struct Answers {
    mirror: Mirror,
    observer: Option<Observer>,
    limits: Limits,
    places: Places,
    /// Where answers are made that keep a processor busy.
    elsewhere: Handle,
}

impl Answers {
    pub(super) fn new(
        mirror: Mirror,
        observer: Option<Observer>,
        limits: Limits,
        places: Places,
        elsewhere: Handle,
    ) -> Self {
        Self {
            mirror,
            observer,
            limits,
            places,
            elsewhere,
        }
    }

    pub(super) fn limits(&self) -> &Limits {
        &self.limits
    }

    pub(super) async fn answer(
        self: Arc<Self>,
        request: hyper::Request<Incoming>,
        remote: SocketAddr,
        place: Arc<Place>,
    ) -> Result<hyper::Response<Sent>, Infallible> {
        let (parts, body) = request.into_parts();
        let watch = self.observer.as_ref();
        let mut watch = watch.map(|observer| Watch::new(&parts, remote, observer));
        let response = if parts.uri.path() == "/healthz" {
            self.health(&parts.method)
        } else {
            match self.take(body).await {
                Ok(body) => self.ask(Request::from_parts(parts, body)).await,
                Err(status) => refuse(status),
            }
        };
        if let Some(watch) = &mut watch {
            watch.seen.status = response.status().as_u16();
            watch.seen.length = response.body().length();
            let asked_by = response.extensions().get::<AskedBy>();
            watch.seen.account = asked_by.map(|AskedBy(name)| name.clone());
        }
        Ok(response.map(|body| Sent::new(body, watch, place)))
    }

    /// Asks the mirror: for a file where the caller runs, as that takes microseconds, and for all else where it keeps no
    /// other connection waiting. What is written down, such as a request for access, blocks the thread it is answered on.
    async fn ask(&self, request: Request<Body>) -> Response<Body> {
        if is_for_a_file(&request) {
            return self.mirror.answer(request).await;
        }
        let mirror = self.mirror.clone();
        // Ends with the connection.
        let mut task = JoinSet::new();
        task.spawn_on(async move { mirror.answer(request).await }, &self.elsewhere);
        match task.join_next().await {
            Some(Ok(response)) => response,
            Some(Err(_)) | None => refuse(StatusCode::INTERNAL_SERVER_ERROR),
        }
    }

    /// The body of a request. Most have none, and nothing is collected.
    async fn take(&self, body: Incoming) -> Result<Body, StatusCode> {
        if body.is_end_stream() {
            return Ok(Body::empty());
        }
        let whole = Limited::new(body, Limits::LONGEST_BODY).collect();
        match timeout(self.limits.body, whole).await {
            Ok(Ok(body)) => Ok(body.to_bytes().into()),
            Ok(Err(_)) => Err(StatusCode::PAYLOAD_TOO_LARGE),
            Err(_) => Err(StatusCode::REQUEST_TIMEOUT),
        }
    }

    /// Whether the server works: for those who watch over it.
    fn health(&self, method: &Method) -> Response<Body> {
        if !matches!(*method, Method::GET | Method::HEAD) {
            return refuse(StatusCode::METHOD_NOT_ALLOWED);
        }
        let health = json!({
            "status": "ok",
            "version": env!("CARGO_PKG_VERSION"),
            "uptime_seconds": self.places.age().as_secs(),
            "connections": self.places.count(),
        });
        in_json(StatusCode::OK, &health, method)
    }
}

/// Whether a request looks like one for the bytes of a file. Decides only where it is answered.
fn is_for_a_file(request: &Request<Body>) -> bool {
    let mut parts = request.uri().path().split('/');
    matches!(*request.method(), Method::GET | Method::HEAD)
        && parts.any(|part| matches!(part, "resolve" | "resolve-cache" | "raw"))
}

/// A refusal that the mirror does not know of.
fn refuse(status: StatusCode) -> Response<Body> {
    let reason = status.canonical_reason().unwrap_or_default();
    let mut response = in_json(status, &json!({ "error": reason }), &Method::GET);
    let headers = response.headers_mut();
    if status == StatusCode::METHOD_NOT_ALLOWED {
        headers.insert(ALLOW, HeaderValue::from_static("GET, HEAD"));
    } else {
        // The rest of the request is not waited for.
        headers.insert(CONNECTION, HeaderValue::from_static("close"));
    }
    response
}

fn in_json(status: StatusCode, value: &Value, method: &Method) -> Response<Body> {
    let bytes = Bytes::from(value.to_string());
    let length = HeaderValue::from(bytes.len());
    let body = match *method {
        Method::HEAD => Body::empty(),
        _ => bytes.into(),
    };
    let mut response = Response::new(body);
    *response.status_mut() = status;
    let headers = response.headers_mut();
    let json = HeaderValue::from_static("application/json; charset=utf-8");
    headers.insert(CONTENT_TYPE, json);
    headers.insert(CONTENT_LENGTH, length);
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

/// The body of an answer as it is sent: counts, and says when it is over.
pub(super) struct Sent {
    body: Body,
    promised: Option<u64>,
    count: u64,
    watch: Option<Watch>,
    place: Arc<Place>,
}

impl Sent {
    fn new(body: Body, watch: Option<Watch>, place: Arc<Place>) -> Self {
        Self {
            promised: body.length(),
            body,
            count: 0,
            watch,
            place,
        }
    }
}

impl hyper::body::Body for Sent {
    type Data = Bytes;
    type Error = TransportError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, TransportError>>> {
        let chunk = Pin::new(&mut self.body).poll_next(context);
        if let Poll::Ready(Some(Ok(bytes))) = &chunk {
            self.count += bytes.len() as u64;
        }
        chunk.map(|chunk| chunk.map(|chunk| chunk.map(Frame::data)))
    }

    fn is_end_stream(&self) -> bool {
        self.promised.is_some_and(|promised| self.count >= promised)
    }

    fn size_hint(&self) -> SizeHint {
        let left = self
            .promised
            .map(|promised| promised.saturating_sub(self.count));
        left.map_or_else(SizeHint::default, SizeHint::with_exact)
    }
}

impl Drop for Sent {
    fn drop(&mut self) {
        self.place.rest();
        if let Some(watch) = &mut self.watch {
            watch.seen.sent = self.count;
            watch.seen.is_whole = self.promised.is_none_or(|promised| self.count >= promised);
        }
    }
}
