//! Checks that a transport, or a wrapper of one, keeps the contract of [`Transport`].
//!
//! [`check`] sends requests through a transport to a server that answers as [`answer`] says. For a wrapper, wrap
//! [`Server`], which is that server without a socket; for a transport that does reach a network, run [`answer`] behind
//! a port of the loopback interface.

use std::{
    fmt::Write as _,
    pin::Pin,
    task::{Context, Poll},
};

use bytes::Bytes;
use futures_core::Stream;
use http::{HeaderValue, Method, Request, Response, StatusCode, header};

use crate::{Body, Transport, TransportError, TransportErrorKind};

/// The address under which [`Server`] answers; any other would do.
pub const BASE: &str = "http://conformance.invalid";

/// The server that [`check`] expects, as a transport: for the tests of wrappers.
#[derive(Clone, Copy, Default, Debug)]
pub struct Server;

impl Transport for Server {
    async fn send(&self, request: Request<Body>) -> Result<Response<Body>, TransportError> {
        let (parts, body) = request.into_parts();
        let body = body.collect(1 << 20).await?;
        Ok(answer(&Request::from_parts(parts, body)))
    }
}

const CHUNK: usize = 16 * 1024;
const LONG: u64 = 20 * CHUNK as u64;
const PROMISED: u64 = 100;
const DELIVERED: u64 = 60;

/// The response to a request of [`check`].
///
/// A server behind a socket sends the body's [`length`](Body::length) as `Content-Length`, where there is one and no
/// header says so already, or else sends the body in chunks; a body that ends with an error breaks the connection
/// there. A response to `HEAD` has an empty body, whatever its headers say.
pub fn answer(request: &Request<Bytes>) -> Response<Body> {
    let response = Response::builder();
    let path = request.uri().path();
    let built = match path.trim_start_matches('/').split_once('/') {
        Some(("status", code)) => {
            let code = code.parse().unwrap_or(500);
            response
                .status(code)
                .body(format!("status {code}").into_bytes().into())
        }
        Some(("redirect", code)) => response
            .status(code.parse().unwrap_or(500))
            .header(header::LOCATION, "/landing?***")
            .header("x-repo-commit", "c0ffee")
            .header("x-linked-size", "12")
            .body("moved".into()),
        Some(("file", "head")) => response
            .header(header::CONTENT_LENGTH, 12_345)
            .header(header::ETAG, "\"tag\"")
            .body(Body::empty()),
        Some(("file", "coded")) => response
            .header(header::CONTENT_ENCODING, "gzip")
            .body("not gzip at all".into()),
        Some(("file", "headers")) => response
            .header(header::LINK, "<a>; rel=\"next\"")
            .header(header::LINK, "<b>; rel=\"last\"")
            .header(
                "x-latin",
                HeaderValue::from_bytes(b"caf\xe9").expect("allowed by RFC 9110"),
            )
            .body(Body::empty()),
        Some(("file", "long")) => response.body(Pattern::body(LONG, Some(LONG))),
        Some(("file", "chunked")) => response.body(Pattern::body(LONG, None)),
        Some(("file", "short")) => response.body(Pattern::body(DELIVERED, Some(PROMISED))),
        Some(("file", "endless")) => response.body(Pattern::body(1 << 28, Some(1 << 40))),
        _ if path == "/echo" => response.body(echo(request).into_bytes().into()),
        _ => response.status(StatusCode::NOT_FOUND).body(Body::empty()),
    };
    built.expect("every header is well formed and every status is one")
}

fn echo(request: &Request<Bytes>) -> String {
    let target = request
        .uri()
        .path_and_query()
        .map_or("/", http::uri::PathAndQuery::as_str);
    let mut text = format!("{} {target}\n", request.method());
    for (name, value) in request.headers() {
        let value = String::from_utf8_lossy(value.as_bytes());
        writeln!(text, "{name}: {value}").expect("a string takes everything");
    }
    text.push('\n');
    text.push_str(&String::from_utf8_lossy(request.body()));
    text
}

/// Bytes that count up, as many as there are to give; an error behind them if more were promised.
struct Pattern {
    offset: u64,
    end: u64,
    promised: Option<u64>,
}

impl Pattern {
    fn body(end: u64, promised: Option<u64>) -> Body {
        let pattern = Self {
            offset: 0,
            end,
            promised,
        };
        Body::from_stream(pattern, promised)
    }

    fn at(offset: u64) -> u8 {
        // 251 is prime to every size of a buffer, so that a lost or doubled piece shows.
        u8::try_from(offset % 251).expect("less than 251")
    }
}

impl Stream for Pattern {
    type Item = Result<Bytes, TransportError>;

    fn poll_next(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        if self.offset == self.end {
            let broken = self
                .promised
                .take()
                .is_some_and(|promised| promised > self.end);
            return Poll::Ready(broken.then(|| {
                Err(TransportError::new(
                    TransportErrorKind::Interrupted,
                    "the server stopped in the middle of the body",
                ))
            }));
        }
        let end = self.end.min(self.offset + CHUNK as u64);
        let chunk: Vec<u8> = (self.offset..end).map(Self::at).collect();
        self.offset = end;
        Poll::Ready(Some(Ok(chunk.into())))
    }
}

/// Checks every clause of the contract of [`Transport`] that can be seen from outside.
///
/// `base` is the address of a server that answers as [`answer`] does, without a slash at its end.
///
/// # Panics
///
/// When the contract is broken; the message says which clause.
pub async fn check(transport: &impl Transport, base: &str) {
    let probe = Probe { transport, base };
    probe.statuses_are_responses().await;
    probe.redirects_are_not_followed().await;
    probe.requests_arrive_as_they_were_made().await;
    probe.bodies_are_sent().await;
    probe.heads_keep_their_headers().await;
    probe.bodies_come_as_they_were_sent().await;
    probe.bodies_stream().await;
    probe.short_bodies_are_interrupted().await;
}

struct Probe<'a, T> {
    transport: &'a T,
    base: &'a str,
}

impl<T: Transport> Probe<'_, T> {
    fn request(&self, method: Method, path: &str) -> Request<Body> {
        Request::builder()
            .method(method)
            .uri(format!("{}{path}", self.base))
            .body(Body::empty())
            .expect("the base is an absolute URL without a slash at its end")
    }

    async fn send(&self, request: Request<Body>) -> Response<Body> {
        let line = format!("{} {}", request.method(), request.uri());
        match self.transport.send(request).await {
            Ok(response) => response,
            Err(error) => panic!("{line}: expected a response, got {error:?}"),
        }
    }

    async fn get(&self, path: &str) -> Response<Body> {
        self.send(self.request(Method::GET, path)).await
    }

    async fn statuses_are_responses(&self) {
        for code in [200, 201, 304, 401, 403, 404, 416, 429, 500, 503] {
            let response = self.get(&format!("/status/{code}")).await;
            assert_eq!(
                response.status(),
                code,
                "a status is a response, whatever it says"
            );
            if code != 304 {
                let text = text(response).await;
                assert_eq!(
                    text,
                    format!("status {code}"),
                    "the body of {code} is there"
                );
            }
        }
        let response = self.get("/status/204").await;
        assert_eq!(response.status(), 204);
    }

    async fn redirects_are_not_followed(&self) {
        for code in [301, 302, 303, 307, 308] {
            for method in [Method::GET, Method::HEAD] {
                let request = self.request(method, &format!("/redirect/{code}"));
                let response = self.send(request).await;
                assert_eq!(response.status(), code, "a redirect is not followed");
                let headers = response.headers();
                assert_eq!(
                    headers[header::LOCATION],
                    "/landing?***",
                    "Location is kept"
                );
                assert_eq!(
                    headers["x-repo-commit"], "c0ffee",
                    "headers of a {code} are kept"
                );
            }
        }
    }

    async fn requests_arrive_as_they_were_made(&self) {
        let target = "/echo?path=a%2Fb%20c&plus=1+2&empty=";
        let mut request = self.request(Method::GET, target);
        let sent = [
            ("authorization", "Bearer conformance"),
            ("user-agent", "conformance/1"),
            ("accept-encoding", "identity"),
            ("range", "bytes=3-9"),
            ("if-range", "\"tag\""),
            ("x-many", "one"),
            ("x-many", "two"),
        ];
        for (name, value) in sent {
            request
                .headers_mut()
                .append(name, HeaderValue::from_static(value));
        }
        let echoed = text(self.send(request).await).await;
        let mut lines = echoed.lines();
        let first = lines.next().unwrap_or_default();
        assert_eq!(
            first,
            format!("GET {target}"),
            "path and query stay as written"
        );
        let arrived: Vec<&str> = lines.collect();
        for (name, value) in sent {
            let expected = format!("{name}: {value}");
            assert!(arrived.contains(&expected.as_str()), "`{expected}` arrives");
        }
        let plain = text(self.get("/echo").await).await;
        for (transport, unwanted) in [
            ("cookie:", &plain),
            ("referer:", &plain),
            ("accept-encoding:", &plain),
            ("authorization:", &plain),
            ("range:", &plain),
        ] {
            assert!(
                !unwanted.lines().any(|line| line.starts_with(transport)),
                "no `{transport}` is added"
            );
        }
    }

    async fn bodies_are_sent(&self) {
        for streamed in [false, true] {
            for method in [Method::POST, Method::PUT, Method::PATCH] {
                let body = if streamed {
                    Body::from_stream(Pieces(vec!["left ", "all "]), Some(9))
                } else {
                    Body::from("all left ")
                };
                let mut request = self.request(method.clone(), "/echo");
                *request.body_mut() = body;
                let echoed = text(self.send(request).await).await;
                assert!(
                    echoed.starts_with(&format!("{method} ")),
                    "the method stays"
                );
                assert!(
                    echoed.ends_with("\n\nall left "),
                    "the body of a {method} arrives"
                );
            }
        }
    }

    async fn heads_keep_their_headers(&self) {
        let response = self.send(self.request(Method::HEAD, "/file/head")).await;
        assert_eq!(
            response.headers()[header::CONTENT_LENGTH],
            "12345",
            "the length is kept"
        );
        assert_eq!(
            response.headers()[header::ETAG],
            "\"tag\"",
            "the tag is kept"
        );
        assert_eq!(
            text(response).await,
            "",
            "the body of a HEAD is empty and no error"
        );

        let response = self.get("/file/headers").await;
        let links: Vec<_> = response.headers().get_all(header::LINK).iter().collect();
        assert_eq!(
            links,
            ["<a>; rel=\"next\"", "<b>; rel=\"last\""],
            "a header that comes twice is there twice, in order"
        );
        let latin = response.headers()["x-latin"].as_bytes();
        assert_eq!(latin, b"caf\xe9", "bytes outside ASCII are kept");
    }

    async fn bodies_come_as_they_were_sent(&self) {
        let response = self.get("/file/coded").await;
        let coding = response.headers().get(header::CONTENT_ENCODING);
        assert_eq!(
            coding,
            Some(&HeaderValue::from_static("gzip")),
            "the coding is kept"
        );
        assert_eq!(
            text(response).await,
            "not gzip at all",
            "nothing is decoded"
        );

        for path in ["/file/long", "/file/chunked"] {
            let response = self.get(path).await;
            let promised = response.body().length();
            assert!(
                promised.is_none_or(|length| length == LONG),
                "{path}: promised {promised:?}"
            );
            let bytes = response.into_body().collect(1 << 20).await;
            let bytes = bytes.unwrap_or_else(|error| panic!("{path}: {error:?}"));
            assert_eq!(bytes.len() as u64, LONG, "{path} comes whole");
            assert!(
                (0..)
                    .zip(&bytes)
                    .all(|(offset, byte)| *byte == Pattern::at(offset)),
                "{path} comes in order"
            );
        }
    }

    /// A transport that gathers a body before it returns would wait for far more than the server gives.
    async fn bodies_stream(&self) {
        for _ in 0..2 {
            let mut body = self.get("/file/endless").await.into_body();
            let chunk = body.chunk().await.expect("a body that goes on");
            let chunk =
                chunk.unwrap_or_else(|error| panic!("the first bytes come at once: {error:?}"));
            assert_eq!(chunk.first(), Some(&0), "the body starts at its start");
        }
        let after = self.get("/status/200").await;
        assert_eq!(
            after.status(),
            200,
            "a body that was dropped harms no other exchange"
        );
    }

    async fn short_bodies_are_interrupted(&self) {
        let mut body = self.get("/file/short").await.into_body();
        let mut received = 0;
        loop {
            match body.chunk().await {
                Some(Ok(chunk)) => received += chunk.len() as u64,
                Some(Err(error)) => {
                    assert_eq!(error.kind(), TransportErrorKind::Interrupted, "{error:?}");
                    assert!(error.may_retry(), "an interruption may be tried again");
                    break;
                }
                None => panic!("a body that is shorter than promised does not just end"),
            }
        }
        assert!(received <= DELIVERED, "no byte is made up");
    }
}

struct Pieces(Vec<&'static str>);

impl Stream for Pieces {
    type Item = Result<Bytes, TransportError>;

    fn poll_next(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        Poll::Ready(
            self.0
                .pop()
                .map(|piece| Ok(Bytes::from_static(piece.as_bytes()))),
        )
    }
}

async fn text(response: Response<Body>) -> String {
    let bytes = response.into_body().collect(1 << 20).await;
    let bytes = bytes.unwrap_or_else(|error| panic!("the body comes whole: {error:?}"));
    String::from_utf8_lossy(&bytes).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::DynTransport;

    #[tokio::test]
    async fn the_server_and_the_handle_keep_the_contract() {
        check(&Server, BASE).await;
        check(&DynTransport::new(Server), BASE).await;
    }

    struct Meddler(fn(Response<Body>) -> Response<Body>);

    impl Transport for Meddler {
        async fn send(&self, request: Request<Body>) -> Result<Response<Body>, TransportError> {
            Server.send(request).await.map(self.0)
        }
    }

    #[test]
    fn a_transport_that_meddles_is_found_out() {
        let meddlers: [fn(Response<Body>) -> Response<Body>; 3] = [
            |mut response| {
                response.headers_mut().remove(header::LOCATION);
                response
            },
            |mut response| {
                if response.status() == 404 {
                    *response.status_mut() = StatusCode::OK;
                }
                response
            },
            |response| {
                let short = response.body().length() == Some(PROMISED);
                response.map(|body| if short { Body::empty() } else { body })
            },
        ];
        for meddler in meddlers {
            let caught = std::panic::catch_unwind(|| {
                tokio::runtime::Builder::new_current_thread()
                    .build()
                    .expect("a runtime needs nothing")
                    .block_on(check(&Meddler(meddler), BASE));
            });
            assert!(caught.is_err());
        }
    }
}
