//! Files that come packed although that was not asked for, as proxies do.

use std::{io::Write as _, mem};

use bytes::{Buf as _, Bytes};
use flate2::write::MultiGzDecoder;
use futures_util::stream;
use http::{StatusCode, header::CONTENT_ENCODING};
use hubkit_transport::{Body, Response, TransportError, TransportErrorKind};

use crate::ask::packed;

/// Unpacked a piece at a time: one of this many bytes can't become more than a thousand times as many, and who reads them
/// knows when there are too many.
const PIECE: usize = 1 << 10;

/// Puts a body that unpacks itself in the place of one that comes as gzip. Returns whether it did: the places of the bytes
/// are then not those that the server counts by. A part of a packed file is not touched, nor what is packed in another way.
pub(crate) fn unpack(response: &mut Response<Body>) -> bool {
    let is_gzip = packed(response.headers()).is_some_and(|name| {
        name.eq_ignore_ascii_case("gzip") || name.eq_ignore_ascii_case("x-gzip")
    });
    if !is_gzip || response.status() != StatusCode::OK {
        return false;
    }
    response.headers_mut().remove(CONTENT_ENCODING);
    let body = mem::take(response.body_mut());
    *response.body_mut() = Body::from_stream(stream::try_unfold(Unpacking::new(body), next), None);
    true
}

struct Unpacking {
    body: Body,
    pending: Bytes,
    decoder: MultiGzDecoder<Vec<u8>>,
    is_over: bool,
}

impl Unpacking {
    fn new(body: Body) -> Self {
        Self {
            body,
            pending: Bytes::new(),
            decoder: MultiGzDecoder::new(Vec::new()),
            is_over: false,
        }
    }
}

async fn next(mut state: Unpacking) -> Result<Option<(Bytes, Unpacking)>, TransportError> {
    loop {
        let unpacked = mem::take(state.decoder.get_mut());
        if !unpacked.is_empty() {
            return Ok(Some((unpacked.into(), state)));
        }
        if state.is_over {
            return Ok(None);
        }
        let written = if state.pending.has_remaining() {
            let piece = state.pending.split_to(state.pending.len().min(PIECE));
            state.decoder.write_all(&piece)
        } else if let Some(chunk) = state.body.chunk().await {
            state.pending = chunk?;
            Ok(())
        } else {
            state.is_over = true;
            state.decoder.try_finish()
        };
        written.map_err(|error| {
            let message = "the file comes packed as `gzip`, and can't be unpacked";
            TransportError::new(TransportErrorKind::Protocol, message.to_owned()).with_source(error)
        })?;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `length` times the letter a, packed.
    fn gzip(length: usize) -> Vec<u8> {
        let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
        encoder.write_all(&vec![b'a'; length]).expect("memory");
        encoder.finish().expect("memory")
    }

    fn answer(status: u16, encoding: &str, body: Vec<u8>) -> Response<Body> {
        let response = Response::builder().status(status);
        let response = response.header(CONTENT_ENCODING, encoding);
        response.body(body.into()).expect("well formed")
    }

    #[tokio::test]
    async fn what_was_packed_comes_as_it_was_a_piece_at_a_time() {
        let mut response = answer(200, "GZIP", gzip(10_000_000));
        assert!(unpack(&mut response));
        assert!(!response.headers().contains_key(CONTENT_ENCODING));
        let mut length = 0;
        while let Some(chunk) = response.body_mut().chunk().await {
            let chunk = chunk.expect("whole");
            assert!(chunk.len() < 2 << 20 && chunk.iter().all(|byte| *byte == b'a'));
            length += chunk.len();
        }
        assert_eq!(length, 10_000_000);
    }

    #[tokio::test]
    async fn what_is_not_whole_is_an_error() {
        let mut short = gzip(100_000);
        short.truncate(short.len() - 9);
        for body in [short, b"no gzip at all".to_vec()] {
            let mut response = answer(200, "gzip", body);
            assert!(unpack(&mut response));
            let all = response.into_body().collect(1 << 20).await;
            let error = all.expect_err("no whole gzip");
            assert_eq!(error.kind(), TransportErrorKind::Protocol);
        }
    }

    #[test]
    fn parts_and_other_ways_are_left_alone() {
        for (status, encoding) in [(206, "gzip"), (200, "br"), (200, "identity")] {
            assert!(!unpack(&mut answer(status, encoding, gzip(10))));
        }
    }
}
