//! Transports that record exchanges and play them again.

use std::{
    pin::Pin,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    task::{Context, Poll},
};

use bytes::{Bytes, BytesMut};
use futures_core::Stream;
use http::{Request, Response};

use crate::{
    Body, Exchange, Recording, Reply, Transport, TransportError, TransportErrorKind, redact,
};

/// A transport that writes down what goes through it.
///
/// Bodies of responses are kept up to a bound; bodies of requests are not. See [`Recording`] for what is left out.
#[derive(Debug)]
pub struct Record<T> {
    transport: T,
    limit: usize,
    tape: Tape,
}

/// What a [`Record`] has written down so far. Cheap to clone; all clones are the same tape.
#[derive(Clone, Default, Debug)]
pub struct Tape(Arc<Mutex<Recording>>);

impl Tape {
    /// A copy of what is recorded. A body that is still coming is in it as far as it came, and marked as cut.
    pub fn recording(&self) -> Recording {
        self.exchanges().clone()
    }

    fn exchanges(&self) -> MutexGuard<'_, Recording> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn add(&self, exchange: Exchange) -> usize {
        let mut recording = self.exchanges();
        recording.exchanges.push(exchange);
        recording.exchanges.len() - 1
    }

    fn set(&self, index: usize, reply: Reply) {
        if let Some(exchange) = self.exchanges().exchanges.get_mut(index) {
            exchange.reply = reply;
        }
    }
}

impl<T: Transport> Record<T> {
    /// How many bytes of each body are kept unless told otherwise.
    pub const DEFAULT_LIMIT: usize = 1 << 20;

    /// Wraps a transport.
    pub fn new(transport: T) -> Self {
        Self {
            transport,
            limit: Self::DEFAULT_LIMIT,
            tape: Tape::default(),
        }
    }

    /// Keeps at most this many bytes of each body.
    pub fn with_limit(mut self, bytes: usize) -> Self {
        self.limit = bytes;
        self
    }

    /// The tape; take it before the transport is handed on.
    pub fn tape(&self) -> Tape {
        self.tape.clone()
    }
}

impl<T: Transport> Transport for Record<T> {
    async fn send(&self, request: Request<Body>) -> Result<Response<Body>, TransportError> {
        let index = self.tape.add(Exchange::of(&request));
        match self.transport.send(request).await {
            Ok(response) => {
                let (parts, body) = response.into_parts();
                let length = body.length();
                let mut tee = Tee {
                    kept: Kept {
                        tape: self.tape.clone(),
                        index,
                        limit: self.limit,
                        bytes: BytesMut::new(),
                        status: parts.status,
                        headers: redact::without_secrets(&parts.headers),
                        cut: false,
                        ended: false,
                    },
                    body,
                };
                // An empty body is often never asked for its end.
                tee.kept.ended = length == Some(0);
                Ok(Response::from_parts(parts, Body::from_stream(tee, length)))
            }
            Err(error) => {
                let message = if redact::holds_secret(error.to_string().as_bytes()) {
                    redact::STARS.to_owned()
                } else {
                    error.to_string()
                };
                self.tape.set(index, Reply::Failure(error.kind(), message));
                Err(error)
            }
        }
    }
}

struct Tee {
    body: Body,
    kept: Kept,
}

/// What of a body is kept; writes itself down when it is dropped, because a caller may stop in the middle.
struct Kept {
    tape: Tape,
    index: usize,
    limit: usize,
    bytes: BytesMut,
    status: http::StatusCode,
    headers: http::HeaderMap,
    cut: bool,
    ended: bool,
}

impl Kept {
    fn keep(&mut self, chunk: &Bytes) {
        let room = (self.limit - self.bytes.len()).min(chunk.len());
        self.bytes.extend_from_slice(&chunk[..room]);
        self.cut |= room < chunk.len();
    }

    fn write_down(&mut self) {
        let bytes = self.bytes.split().freeze();
        let secret = redact::holds_secret(&bytes);
        let reply = Reply::Response {
            status: self.status,
            headers: std::mem::take(&mut self.headers),
            whole: self.ended && !self.cut && !secret,
            body: if secret { Bytes::new() } else { bytes },
        };
        self.tape.set(self.index, reply);
    }
}

impl Drop for Kept {
    fn drop(&mut self) {
        self.write_down();
    }
}

impl Stream for Tee {
    type Item = Result<Bytes, TransportError>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let polled = Pin::new(&mut self.body).poll_next(context);
        match &polled {
            Poll::Ready(Some(Ok(chunk))) => self.kept.keep(chunk),
            Poll::Ready(Some(Err(_))) => self.kept.cut = true,
            Poll::Ready(None) => self.kept.ended = true,
            Poll::Pending => {}
        }
        polled
    }
}

/// A transport that answers from a [`Recording`].
///
/// A request is answered by the first exchange not yet played with the same method, address and selected headers
/// ([`Exchange::SELECTED`]); signed queries count as equal. A request that has none gets an error of kind
/// `Unsupported`. A body that was not recorded whole ends with an error of kind `Interrupted`.
#[derive(Debug)]
pub struct Replay {
    left: Mutex<Vec<Option<Exchange>>>,
}

impl Replay {
    /// Plays this recording.
    pub fn new(recording: Recording) -> Self {
        Self {
            left: Mutex::new(recording.exchanges.into_iter().map(Some).collect()),
        }
    }

    /// What was not played, as `METHOD URI`, in the order of the recording.
    pub fn left(&self) -> Vec<String> {
        let line = |exchange: &Exchange| format!("{} {}", exchange.method, exchange.uri);
        self.exchanges().iter().flatten().map(line).collect()
    }

    fn exchanges(&self) -> MutexGuard<'_, Vec<Option<Exchange>>> {
        self.left.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn take(&self, asked: &Exchange) -> Option<Reply> {
        let mut left = self.exchanges();
        let found = left.iter_mut().find(|slot| {
            slot.as_ref()
                .is_some_and(|exchange| exchange.asks_the_same_as(asked))
        })?;
        found.take().map(|exchange| exchange.reply)
    }
}

impl Transport for Replay {
    async fn send(&self, request: Request<Body>) -> Result<Response<Body>, TransportError> {
        let asked = Exchange::of(&request);
        let reply = self.take(&asked).ok_or_else(|| {
            TransportError::new(
                TransportErrorKind::Unsupported,
                format!(
                    "the recording holds no unused answer to {} {}",
                    asked.method, asked.uri
                ),
            )
        })?;
        match reply {
            Reply::Failure(kind, message) => Err(TransportError::new(kind, message)),
            Reply::Response {
                status,
                headers,
                body,
                whole,
            } => {
                let body = if whole {
                    body.into()
                } else {
                    Body::from_stream(CutShort(Some(body), false), None)
                };
                let mut response = Response::new(body);
                *response.status_mut() = status;
                *response.headers_mut() = headers;
                Ok(response)
            }
        }
    }
}

struct CutShort(Option<Bytes>, bool);

impl Stream for CutShort {
    type Item = Result<Bytes, TransportError>;

    fn poll_next(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        if let Some(bytes) = self.0.take().filter(|bytes| !bytes.is_empty()) {
            return Poll::Ready(Some(Ok(bytes)));
        }
        if std::mem::replace(&mut self.1, true) {
            return Poll::Ready(None);
        }
        Poll::Ready(Some(Err(TransportError::new(
            TransportErrorKind::Interrupted,
            "the recording does not hold the rest of the body",
        ))))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Script, conformance};

    fn get(uri: &str) -> Request<Body> {
        Request::get(uri)
            .header("authorization", "Bearer s3cret")
            .header("cookie", "s3cret")
            .body(Body::empty())
            .expect("well formed")
    }

    #[tokio::test]
    async fn recording_keeps_the_contract() {
        let record = Record::new(conformance::Server).with_limit(10);
        conformance::check(&record, conformance::BASE).await;
    }

    #[tokio::test]
    async fn what_was_recorded_is_played_again_without_a_secret() {
        let script = Script::new()
            .answer(|_| {
                let response = Response::builder()
                    .status(302)
                    .header("location", "https://cdn.example/f?Signature=s3cret")
                    .header("set-cookie", "s3cret");
                Ok(response.body(Body::empty()).expect("well formed"))
            })
            .answer(|_| Ok(Response::new("content".into())))
            .answer(|_| Ok(Response::new(r#"{"accessToken":"s3cret"}"#.into())))
            .answer(|_| {
                Err(TransportError::new(
                    TransportErrorKind::Connect,
                    "no connection",
                ))
            });
        let record = Record::new(script);
        let uris = [
            "https://hub.example/f",
            "https://cdn.example/f?Signature=s3cret",
            "https://hub.example/keys",
            "https://down.example/",
        ];
        for uri in uris {
            if let Ok(response) = record.send(get(uri)).await {
                response.into_body().collect(100).await.expect("in memory");
            }
        }
        let text = record.tape().recording().to_bytes();
        let shown = String::from_utf8_lossy(&text);
        assert!(!shown.contains("s3cret"), "{shown}");

        let replay = Replay::new(Recording::from_bytes(&text).expect("just written"));
        let down = replay.send(get(uris[3])).await.expect_err("recorded");
        assert_eq!(down.kind(), TransportErrorKind::Connect);
        let moved = replay.send(get(uris[0])).await.expect("recorded");
        assert_eq!(moved.headers()["location"], "https://cdn.example/f?***");
        let signed_anew = get("https://cdn.example/f?Signature=another");
        let content = replay.send(signed_anew).await.expect("recorded");
        let content = content.into_body().collect(100).await.expect("whole");
        assert_eq!(content, "content");
        assert_eq!(replay.left(), ["GET https://hub.example/keys"]);
        let keys = replay.send(get(uris[2])).await.expect("recorded");
        let withheld = keys.into_body().collect(100).await.expect_err("not kept");
        assert_eq!(withheld.kind(), TransportErrorKind::Interrupted);
        let twice = replay.send(get(uris[0])).await.expect_err("played once");
        assert_eq!(twice.kind(), TransportErrorKind::Unsupported);
    }

    #[tokio::test]
    async fn a_long_body_is_kept_up_to_the_bound() {
        let record = Record::new(Script::new().answer(|_| Ok(Response::new("0123456789".into()))));
        let record = record.with_limit(4);
        let response = record
            .send(get("https://hub.example/f"))
            .await
            .expect("scripted");
        let whole = response.into_body().collect(100).await.expect("untouched");
        assert_eq!(whole.len(), 10);
        let replay = Replay::new(record.tape().recording());
        let response = replay
            .send(get("https://hub.example/f"))
            .await
            .expect("recorded");
        let mut body = response.into_body();
        assert_eq!(body.chunk().await.expect("first").expect("kept"), "0123");
        let error = body.chunk().await.expect("second").expect_err("cut");
        assert_eq!(error.kind(), TransportErrorKind::Interrupted);
        assert!(body.chunk().await.is_none());
    }

    #[tokio::test]
    async fn ranges_are_told_apart() {
        let ranged = |range: &'static str| {
            let mut request = get("https://hub.example/f");
            request
                .headers_mut()
                .insert("range", http::HeaderValue::from_static(range));
            request
        };
        let record = Record::new(
            Script::new()
                .answer(|_| Ok(Response::new("a".into())))
                .answer(|_| Ok(Response::new("b".into()))),
        );
        for range in ["bytes=0-0", "bytes=1-1"] {
            let response = record.send(ranged(range)).await.expect("scripted");
            response.into_body().collect(9).await.expect("in memory");
        }
        let replay = Replay::new(record.tape().recording());
        for (range, expected) in [("bytes=1-1", "b"), ("bytes=0-0", "a")] {
            let response = replay.send(ranged(range)).await.expect("recorded");
            assert_eq!(
                response.into_body().collect(9).await.expect("whole"),
                expected
            );
        }
    }
}
