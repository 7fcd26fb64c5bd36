//! Exchanges kept for later, and how they are written down.

use std::{error, fmt};

use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, Method, Request, StatusCode};

use crate::{Body, TransportErrorKind, redact};

/// Exchanges in the order in which they were sent.
///
/// Holds no credential: secret headers are left out, passwords and signed queries are stars, and the body of a response
/// that hands out keys or presigned addresses is not kept.
#[derive(Clone, Default, Debug, PartialEq, Eq)]
pub struct Recording {
    /// The exchanges.
    pub exchanges: Vec<Exchange>,
}

/// One request and what came of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Exchange {
    /// The method.
    pub method: Method,
    /// The address, without secrets.
    pub uri: String,
    /// Those headers of the request on which a response may depend ([`Exchange::SELECTED`]).
    pub request_headers: HeaderMap,
    /// What came of it.
    pub reply: Reply,
}

/// What came of a recorded request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reply {
    /// A response.
    Response {
        /// The status.
        status: StatusCode,
        /// The headers, without secrets.
        headers: HeaderMap,
        /// The bytes that were kept.
        body: Bytes,
        /// Whether these are all bytes of the body.
        whole: bool,
    },
    /// No response.
    Failure(TransportErrorKind, String),
}

impl Exchange {
    /// The headers of a request that are recorded and must be the same for a replay.
    pub const SELECTED: [HeaderName; 5] = [
        http::header::ACCEPT,
        http::header::CONTENT_TYPE,
        http::header::RANGE,
        http::header::IF_RANGE,
        http::header::IF_NONE_MATCH,
    ];

    pub(crate) fn of(request: &Request<Body>) -> Self {
        let mut selected = HeaderMap::new();
        for name in Self::SELECTED {
            for value in request.headers().get_all(&name) {
                selected.append(name.clone(), value.clone());
            }
        }
        Self {
            method: request.method().clone(),
            uri: redact::uri(request.uri()),
            request_headers: redact::without_secrets(&selected),
            // Stays if the caller lets go of the request before anything came.
            reply: Reply::Failure(
                TransportErrorKind::Interrupted,
                "the request was cancelled".to_owned(),
            ),
        }
    }

    pub(crate) fn asks_the_same_as(&self, other: &Self) -> bool {
        self.method == other.method
            && self.uri == other.uri
            && self.request_headers == other.request_headers
    }
}

const FIRST_LINE: &str = "hubkit recording 1";

const KINDS: [(TransportErrorKind, &str); 6] = [
    (TransportErrorKind::Connect, "connect"),
    (TransportErrorKind::Tls, "tls"),
    (TransportErrorKind::Timeout, "timeout"),
    (TransportErrorKind::Interrupted, "interrupted"),
    (TransportErrorKind::Protocol, "protocol"),
    (TransportErrorKind::Unsupported, "unsupported"),
];

impl Recording {
    /// Writes the exchanges down: lines of text, and the bodies as they are.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut out = format!("{FIRST_LINE}\n").into_bytes();
        for exchange in &self.exchanges {
            line(
                &mut out,
                &[
                    b"> ",
                    exchange.method.as_str().as_bytes(),
                    b" ",
                    exchange.uri.as_bytes(),
                ],
            );
            header_lines(&mut out, &exchange.request_headers);
            match &exchange.reply {
                Reply::Response {
                    status,
                    headers,
                    body,
                    whole,
                } => {
                    line(&mut out, &[b"< ", status.as_str().as_bytes()]);
                    header_lines(&mut out, headers);
                    let word: &[u8] = if *whole { b"= whole " } else { b"= cut " };
                    line(&mut out, &[word, body.len().to_string().as_bytes()]);
                    line(&mut out, &[body]);
                }
                Reply::Failure(kind, message) => {
                    let name = KINDS.iter().find(|(known, _)| known == kind);
                    let name = name.map_or("interrupted", |(_, name)| name);
                    let message = message.replace(['\r', '\n'], " ");
                    line(
                        &mut out,
                        &[b"! ", name.as_bytes(), b" ", message.as_bytes()],
                    );
                }
            }
        }
        out
    }

    /// Reads what [`Recording::to_bytes`] wrote.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, ParseRecordingError> {
        let mut reader = Reader {
            rest: bytes,
            number: 0,
        };
        if reader.line() != Some(FIRST_LINE.as_bytes()) {
            return Err(reader.fault("the first line of a recording"));
        }
        let mut recording = Self::default();
        while let Some(head) = reader.line() {
            recording.exchanges.push(reader.exchange(head)?);
        }
        Ok(recording)
    }
}

fn line(out: &mut Vec<u8>, parts: &[&[u8]]) {
    for part in parts {
        out.extend_from_slice(part);
    }
    out.push(b'\n');
}

fn header_lines(out: &mut Vec<u8>, headers: &HeaderMap) {
    for (name, value) in headers {
        line(
            out,
            &[b"  ", name.as_str().as_bytes(), b": ", value.as_bytes()],
        );
    }
}

struct Reader<'a> {
    rest: &'a [u8],
    number: usize,
}

impl<'a> Reader<'a> {
    fn line(&mut self) -> Option<&'a [u8]> {
        let end = self.rest.iter().position(|byte| *byte == b'\n')?;
        let line = &self.rest[..end];
        self.rest = &self.rest[end + 1..];
        self.number += 1;
        Some(line)
    }

    fn fault(&self, expected: &'static str) -> ParseRecordingError {
        ParseRecordingError {
            line: self.number.max(1),
            expected,
        }
    }

    fn exchange(&mut self, head: &[u8]) -> Result<Exchange, ParseRecordingError> {
        let (method, uri) = text(head)
            .and_then(|head| head.strip_prefix("> ")?.split_once(' '))
            .ok_or_else(|| self.fault("`> METHOD URI`"))?;
        let method = method.parse().map_err(|_| self.fault("a method"))?;
        let (request_headers, next) = self.headers()?;
        let reply = match next.split_at_checked(2) {
            Some((b"< ", status)) => {
                let status = StatusCode::from_bytes(status).map_err(|_| self.fault("a status"))?;
                let (headers, next) = self.headers()?;
                let (whole, length) = text(next)
                    .and_then(|text| text.strip_prefix("= ")?.split_once(' '))
                    .and_then(|(word, length)| Some((word == "whole", length.parse().ok()?)))
                    .ok_or_else(|| self.fault("`= whole LENGTH` or `= cut LENGTH`"))?;
                let (body, behind) = self
                    .rest
                    .split_at_checked(length)
                    .filter(|(_, behind)| behind.first() == Some(&b'\n'))
                    .ok_or_else(|| self.fault("a body of the length given"))?;
                self.rest = &behind[1..];
                self.number += body.split(|byte| *byte == b'\n').count();
                Reply::Response {
                    status,
                    headers,
                    body: Bytes::copy_from_slice(body),
                    whole,
                }
            }
            Some((b"! ", failure)) => {
                let (name, message) = text(failure)
                    .and_then(|text| text.split_once(' '))
                    .ok_or_else(|| self.fault("`! KIND MESSAGE`"))?;
                let (kind, _) = KINDS
                    .iter()
                    .find(|(_, known)| *known == name)
                    .ok_or_else(|| self.fault("the kind of an error"))?;
                Reply::Failure(*kind, message.to_owned())
            }
            _ => return Err(self.fault("`< STATUS` or `! KIND MESSAGE`")),
        };
        Ok(Exchange {
            method,
            uri: uri.to_owned(),
            request_headers,
            reply,
        })
    }

    /// The headers that follow, and the first line behind them.
    fn headers(&mut self) -> Result<(HeaderMap, &'a [u8]), ParseRecordingError> {
        let mut headers = HeaderMap::new();
        loop {
            let line = self.line().ok_or_else(|| self.fault("another line"))?;
            let Some(header) = line.strip_prefix(b"  ") else {
                return Ok((headers, line));
            };
            let parsed = header
                .windows(2)
                .position(|pair| pair == b": ")
                .and_then(|colon| {
                    let name = HeaderName::from_bytes(&header[..colon]).ok()?;
                    let value = HeaderValue::from_bytes(&header[colon + 2..]).ok()?;
                    Some((name, value))
                });
            let (name, value) = parsed.ok_or_else(|| self.fault("a header"))?;
            if headers.try_append(name, value).is_err() {
                return Err(self.fault("fewer headers"));
            }
        }
    }
}

fn text(bytes: &[u8]) -> Option<&str> {
    std::str::from_utf8(bytes).ok()
}

/// The bytes are not a recording.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ParseRecordingError {
    line: usize,
    expected: &'static str,
}

impl fmt::Display for ParseRecordingError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "line {} of the recording: expected {}",
            self.line, self.expected
        )
    }
}

impl error::Error for ParseRecordingError {}

#[cfg(test)]
mod tests {
    use super::*;

    fn sample() -> Recording {
        let mut headers = HeaderMap::new();
        headers.append("link", HeaderValue::from_static("<a>; rel=next"));
        headers.append("link", HeaderValue::from_static("<b>: x"));
        headers.append("x-empty", HeaderValue::from_static(""));
        let exchange = |reply| Exchange {
            method: Method::GET,
            uri: "https://hub.example/a?b=c d".replace(' ', "%20"),
            request_headers: headers.clone(),
            reply,
        };
        let response = |body: &'static [u8], whole| Reply::Response {
            status: StatusCode::PARTIAL_CONTENT,
            headers: headers.clone(),
            body: Bytes::from_static(body),
            whole,
        };
        Recording {
            exchanges: vec![
                exchange(response(b"> GET\n\n= whole 3\n\0\xff", true)),
                exchange(Reply::Failure(
                    TransportErrorKind::Tls,
                    "no proof".to_owned(),
                )),
                exchange(response(b"", false)),
            ],
        }
    }

    #[test]
    fn what_is_written_is_read_again() {
        let sample = sample();
        assert_eq!(Recording::from_bytes(&sample.to_bytes()), Ok(sample));
        let empty = Recording::default();
        assert_eq!(Recording::from_bytes(&empty.to_bytes()), Ok(empty));
    }

    #[test]
    fn damage_is_an_error_or_another_recording_but_never_a_panic() {
        let bytes = sample().to_bytes();
        for length in 0..bytes.len() {
            // Behind a whole exchange the shorter text is a recording too.
            if let Ok(shorter) = Recording::from_bytes(&bytes[..length]) {
                assert!(shorter.exchanges.len() < 3);
            }
            let mut changed = bytes.clone();
            changed[length] ^= 0x15;
            drop(Recording::from_bytes(&changed));
        }
        let huge = b"hubkit recording 1\n> GET /\n< 200\n= whole 18446744073709551615\nx\n";
        let error = Recording::from_bytes(huge).expect_err("no such body");
        assert_eq!(
            error.to_string(),
            "line 4 of the recording: expected a body of the length given"
        );
    }
}
