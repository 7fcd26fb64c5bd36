//! A log of what was sent.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use http::{HeaderMap, Method, Request, Response, StatusCode};

use crate::{Body, Transport, TransportError, TransportErrorKind, redact};

/// One request as a log keeps it: stars stand for credentials, passwords and signed queries.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct LoggedRequest {
    /// The method.
    pub method: Method,
    /// The address; `?***` for a query that is itself a permission.
    pub uri: String,
    /// The headers; the value of a secret one is `***`, so that it can be told whether one was sent.
    pub headers: HeaderMap,
    /// How many bytes of body were announced, where that is known.
    pub body_length: Option<u64>,
    /// What came of it, once something did.
    pub outcome: Option<Outcome>,
}

/// What came of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Outcome {
    /// A response with this status.
    Response(StatusCode),
    /// No response.
    Failure(TransportErrorKind),
}

impl LoggedRequest {
    pub(crate) fn of(request: &Request<Body>) -> Self {
        Self {
            method: request.method().clone(),
            uri: redact::uri(request.uri()),
            headers: redact::headers(request.headers()),
            body_length: request.body().length(),
            outcome: None,
        }
    }

    /// The method and the address, as in `GET https://hub.example/api/models`.
    pub fn line(&self) -> String {
        format!("{} {}", self.method, self.uri)
    }

    /// The text of a header; `None` when it was not sent or is no text.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }
}

/// The requests that went through, in order. Cheap to clone; all clones are the same log.
#[derive(Clone, Default, Debug)]
pub struct RequestLog(Arc<Mutex<Vec<LoggedRequest>>>);

impl RequestLog {
    /// What was logged so far.
    pub fn all(&self) -> Vec<LoggedRequest> {
        self.entries().clone()
    }

    /// [`LoggedRequest::line`] of each.
    pub fn lines(&self) -> Vec<String> {
        self.entries().iter().map(LoggedRequest::line).collect()
    }

    /// How many requests were logged so far.
    pub fn count(&self) -> usize {
        self.entries().len()
    }

    pub(crate) fn add(&self, request: LoggedRequest) -> usize {
        let mut entries = self.entries();
        entries.push(request);
        entries.len() - 1
    }

    pub(crate) fn conclude(&self, index: usize, answer: &Result<Response<Body>, TransportError>) {
        if let Some(entry) = self.entries().get_mut(index) {
            entry.outcome = Some(match answer {
                Ok(response) => Outcome::Response(response.status()),
                Err(error) => Outcome::Failure(error.kind()),
            });
        }
    }

    fn entries(&self) -> MutexGuard<'_, Vec<LoggedRequest>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A transport that keeps a [`RequestLog`] of what goes through it.
#[derive(Debug)]
pub struct Requests<T> {
    transport: T,
    log: RequestLog,
}

impl<T: Transport> Requests<T> {
    /// Wraps a transport.
    pub fn new(transport: T) -> Self {
        Self {
            transport,
            log: RequestLog::default(),
        }
    }

    /// The log; take it before the transport is handed on.
    pub fn log(&self) -> RequestLog {
        self.log.clone()
    }
}

impl<T: Transport> Transport for Requests<T> {
    async fn send(&self, request: Request<Body>) -> Result<Response<Body>, TransportError> {
        let index = self.log.add(LoggedRequest::of(&request));
        let answer = self.transport.send(request).await;
        self.log.conclude(index, &answer);
        answer
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Script, conformance};

    #[tokio::test]
    async fn the_log_keeps_the_contract() {
        conformance::check(&Requests::new(conformance::Server), conformance::BASE).await;
    }

    #[tokio::test]
    async fn what_is_logged_tells_that_a_token_was_sent_but_not_which() {
        let script = Script::new().answer(|_| Ok(Response::new(Body::empty())));
        let transport = Requests::new(script);
        let log = transport.log();
        let request = Request::get("https://cdn.example/f?Signature=s3cret")
            .header("authorization", "Bearer s3cret")
            .body(Body::empty())
            .expect("well formed");
        transport.send(request).await.expect("scripted");
        assert_eq!(log.lines(), ["GET https://cdn.example/f?***"]);
        assert_eq!(log.all()[0].header("authorization"), Some("***"));
        assert_eq!(
            log.all()[0].outcome,
            Some(Outcome::Response(StatusCode::OK))
        );
        assert!(!format!("{log:?}").contains("s3cret"));
    }
}
