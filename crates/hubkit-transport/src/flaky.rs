//! A transport that goes wrong on purpose.

use std::{
    pin::Pin,
    sync::atomic::{AtomicU64, Ordering},
    task::{Context, Poll},
};

use bytes::{Bytes, BytesMut};
use futures_core::Stream;
use http::{Method, Request, Response, StatusCode};

use crate::{Body, Transport, TransportError, TransportErrorKind};

/// What goes wrong.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub enum Fault {
    /// The request is not sent; an error of this kind comes instead.
    Fail(TransportErrorKind),
    /// The connection breaks when this many bytes of the response's body have come and there were more.
    Cut(u64),
    /// Every bit of the byte at this offset of the response's body is wrong.
    Flip(u64),
    /// The response has this status instead of its own.
    Status(StatusCode),
}

/// Which requests a fault befalls. Requests are counted from one, and only those that fit the rest of the pattern.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct When {
    turn: Turn,
    method: Option<Method>,
    text: Option<String>,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Turn {
    Nth(u64),
    First(u64),
    Every(u64),
}

impl When {
    /// The request with this number alone.
    pub fn nth(number: u64) -> Self {
        Self::at(Turn::Nth(number))
    }

    /// The requests up to this number.
    pub fn first(count: u64) -> Self {
        Self::at(Turn::First(count))
    }

    /// Each request whose number this divides; none for zero.
    pub fn every(step: u64) -> Self {
        Self::at(Turn::Every(step))
    }

    /// All requests.
    pub fn always() -> Self {
        Self::every(1)
    }

    fn at(turn: Turn) -> Self {
        Self {
            turn,
            method: None,
            text: None,
        }
    }

    /// Of those with this method.
    pub fn method(mut self, method: Method) -> Self {
        self.method = Some(method);
        self
    }

    /// Of those whose URI contains this text.
    pub fn containing(mut self, text: impl Into<String>) -> Self {
        self.text = Some(text.into());
        self
    }

    fn fits(&self, request: &Request<Body>) -> bool {
        self.method
            .as_ref()
            .is_none_or(|method| method == request.method())
            && self
                .text
                .as_ref()
                .is_none_or(|text| request.uri().to_string().contains(text))
    }

    fn is_due(&self, number: u64) -> bool {
        match self.turn {
            Turn::Nth(nth) => number == nth,
            Turn::First(count) => number <= count,
            Turn::Every(step) => step != 0 && number.is_multiple_of(step),
        }
    }
}

/// A transport that injects faults into another.
///
/// Each fault counts the requests that fit its own pattern; all faults that are due befall the same exchange.
#[derive(Debug)]
pub struct Flaky<T> {
    transport: T,
    rules: Vec<Rule>,
}

#[derive(Debug)]
struct Rule {
    when: When,
    fault: Fault,
    count: AtomicU64,
}

impl<T: Transport> Flaky<T> {
    /// Wraps a transport; nothing goes wrong yet.
    pub fn new(transport: T) -> Self {
        Self {
            transport,
            rules: Vec::new(),
        }
    }

    /// Fails the request with this number, counted from one, as if the connection had broken.
    pub fn nth(transport: T, number: u64) -> Self {
        Self::new(transport).with(
            When::nth(number),
            Fault::Fail(TransportErrorKind::Interrupted),
        )
    }

    /// Adds a fault.
    pub fn with(mut self, when: When, fault: Fault) -> Self {
        self.rules.push(Rule {
            when,
            fault,
            count: AtomicU64::new(0),
        });
        self
    }

    fn due(&self, request: &Request<Body>) -> Vec<Fault> {
        self.rules
            .iter()
            .filter(|rule| {
                rule.when.fits(request)
                    && rule
                        .when
                        .is_due(rule.count.fetch_add(1, Ordering::Relaxed) + 1)
            })
            .map(|rule| rule.fault)
            .collect()
    }
}

impl<T: Transport> Transport for Flaky<T> {
    async fn send(&self, request: Request<Body>) -> Result<Response<Body>, TransportError> {
        let faults = self.due(&request);
        for fault in &faults {
            if let Fault::Fail(kind) = fault {
                return Err(TransportError::new(*kind, "a fault was injected"));
            }
        }
        let mut response = self.transport.send(request).await?;
        for fault in faults {
            match fault {
                Fault::Fail(_) => {}
                Fault::Cut(after) => response = response.map(|body| Damaged::cut(body, after)),
                Fault::Flip(offset) => response = response.map(|body| Damaged::flip(body, offset)),
                Fault::Status(status) => *response.status_mut() = status,
            }
        }
        Ok(response)
    }
}

struct Damaged {
    body: Body,
    offset: u64,
    damage: Damage,
}

enum Damage {
    Cut(u64),
    Flip(u64),
    Done,
}

impl Damaged {
    fn cut(body: Body, after: u64) -> Body {
        Self::wrap(body, Damage::Cut(after))
    }

    fn flip(body: Body, offset: u64) -> Body {
        Self::wrap(body, Damage::Flip(offset))
    }

    fn wrap(body: Body, damage: Damage) -> Body {
        let length = body.length();
        let damaged = Self {
            body,
            offset: 0,
            damage,
        };
        Body::from_stream(damaged, length)
    }

    /// The position within a chunk of this length that is `at` in the body, if it lies there.
    fn position(&self, at: u64, length: usize) -> Option<usize> {
        usize::try_from(at.checked_sub(self.offset)?)
            .ok()
            .filter(|position| *position < length)
    }
}

impl Stream for Damaged {
    type Item = Result<Bytes, TransportError>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let chunk = match Pin::new(&mut self.body).poll_next(context) {
            Poll::Ready(Some(Ok(chunk))) => chunk,
            other => return other,
        };
        let chunk = match self.damage {
            Damage::Cut(after) => match self.position(after, chunk.len()) {
                Some(0) => {
                    self.body = Body::empty();
                    self.damage = Damage::Done;
                    return Poll::Ready(Some(Err(TransportError::new(
                        TransportErrorKind::Interrupted,
                        format!("a fault was injected after {after} bytes of the body"),
                    ))));
                }
                Some(position) => {
                    // What is behind the cut goes back, so that the next poll finds it and fails.
                    let mut kept = chunk;
                    self.body = kept.split_off(position).into();
                    kept
                }
                None => chunk,
            },
            Damage::Flip(offset) => match self.position(offset, chunk.len()) {
                Some(position) => {
                    self.damage = Damage::Done;
                    let mut bytes = BytesMut::from(chunk);
                    bytes[position] = !bytes[position];
                    bytes.freeze()
                }
                None => chunk,
            },
            Damage::Done => chunk,
        };
        self.offset += chunk.len() as u64;
        Poll::Ready(Some(Ok(chunk)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::conformance;

    const URI: &str = "http://conformance.invalid/status/200";

    async fn body_of(flaky: &Flaky<conformance::Server>) -> (Vec<u8>, Option<TransportErrorKind>) {
        let request = Request::get(URI).body(Body::empty()).expect("well formed");
        let mut body = flaky.send(request).await.expect("a response").into_body();
        let mut bytes = Vec::new();
        while let Some(chunk) = body.chunk().await {
            match chunk {
                Ok(chunk) => bytes.extend_from_slice(&chunk),
                Err(error) => return (bytes, Some(error.kind())),
            }
        }
        (bytes, None)
    }

    async fn kind_of(
        flaky: &Flaky<conformance::Server>,
        method: Method,
    ) -> Option<TransportErrorKind> {
        let request = Request::builder()
            .method(method)
            .uri(URI)
            .body(Body::empty());
        let answer = flaky.send(request.expect("well formed")).await;
        answer.err().map(|error| error.kind())
    }

    #[tokio::test]
    async fn without_a_fault_the_contract_is_kept() {
        conformance::check(&Flaky::new(conformance::Server), conformance::BASE).await;
    }

    #[tokio::test]
    async fn only_the_requests_of_the_pattern_fail() {
        let fail = Fault::Fail(TransportErrorKind::Timeout);
        let timeout = Some(TransportErrorKind::Timeout);
        for (when, expected) in [
            (When::nth(2), [None, timeout, None, None]),
            (When::first(2), [timeout, timeout, None, None]),
            (When::every(2), [None, timeout, None, timeout]),
            (When::every(0), [None; 4]),
            (When::always(), [timeout; 4]),
            (When::always().containing("elsewhere"), [None; 4]),
            (When::nth(1).method(Method::HEAD), [None; 4]),
        ] {
            let flaky = Flaky::new(conformance::Server).with(when.clone(), fail);
            let mut found = Vec::new();
            for _ in 0..4 {
                found.push(kind_of(&flaky, Method::GET).await);
            }
            assert_eq!(found, expected, "{when:?}");
        }
        let flaky = Flaky::new(conformance::Server).with(When::nth(1).method(Method::HEAD), fail);
        assert_eq!(kind_of(&flaky, Method::GET).await, None);
        assert_eq!(kind_of(&flaky, Method::HEAD).await, timeout);
        let flaky = Flaky::nth(conformance::Server, 1);
        assert_eq!(
            kind_of(&flaky, Method::GET).await,
            Some(TransportErrorKind::Interrupted)
        );
    }

    #[tokio::test]
    async fn bodies_are_cut_and_bytes_flipped_where_told() {
        let whole = body_of(&Flaky::new(conformance::Server)).await.0;
        let length = whole.len() as u64;
        let interrupted = Some(TransportErrorKind::Interrupted);
        for (after, kept, error) in [
            (0, 0, interrupted),
            (3, 3, interrupted),
            (length - 1, whole.len() - 1, interrupted),
            (length, whole.len(), None),
        ] {
            let flaky = Flaky::new(conformance::Server).with(When::nth(1), Fault::Cut(after));
            assert_eq!(body_of(&flaky).await, (whole[..kept].to_vec(), error));
            assert_eq!(
                body_of(&flaky).await,
                (whole.clone(), None),
                "the second is whole"
            );
        }
        let flaky = Flaky::new(conformance::Server).with(When::nth(1), Fault::Flip(2));
        let mut flipped = whole;
        flipped[2] = !flipped[2];
        assert_eq!(body_of(&flaky).await, (flipped, None));
    }

    #[tokio::test]
    async fn a_status_is_replaced() {
        let flaky = Flaky::new(conformance::Server).with(
            When::always(),
            Fault::Status(StatusCode::SERVICE_UNAVAILABLE),
        );
        let request = Request::get(URI).body(Body::empty()).expect("well formed");
        let response = flaky.send(request).await.expect("a response");
        assert_eq!(response.status(), StatusCode::SERVICE_UNAVAILABLE);
    }
}
