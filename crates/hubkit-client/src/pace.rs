//! Bodies that must keep a least pace.

use std::{borrow::BorrowMut, time::Duration};

use bytes::{Bytes, BytesMut};
use hubkit_transport::{Body, TransportError, TransportErrorKind};
use tokio::time::{Instant, timeout_at};

/// In every such time at least [`LEAST`] bytes must come: a trickle that never stalls would never end.
const WINDOW: Duration = Duration::from_mins(1);
const LEAST: u64 = 60_000;

/// A body, and how fast it comes.
pub(crate) struct Paced<B> {
    body: B,
    window: Instant,
    /// Bytes of this window.
    moved: u64,
}

impl<B: BorrowMut<Body>> Paced<B> {
    pub(crate) fn new(body: B) -> Self {
        let window = Instant::now() + WINDOW;
        Self {
            body,
            window,
            moved: 0,
        }
    }

    /// Counts anew: the reader was away, and the body is not to blame for what did not come meanwhile.
    pub(crate) fn resume(&mut self) {
        (self.window, self.moved) = (Instant::now() + WINDOW, 0);
    }

    /// The next chunk that is not empty; `None` behind the last one. Too slow is an error of kind `Timeout`.
    pub(crate) async fn chunk(&mut self) -> Result<Option<Bytes>, TransportError> {
        loop {
            match timeout_at(self.window, self.body.borrow_mut().chunk()).await {
                Ok(Some(Ok(chunk))) if chunk.is_empty() => {}
                Ok(Some(Ok(chunk))) => {
                    self.moved += chunk.len() as u64;
                    return Ok(Some(chunk));
                }
                Ok(chunk) => return chunk.transpose(),
                Err(_) if self.moved < LEAST => {
                    let (moved, seconds) = (self.moved, WINDOW.as_secs());
                    let message = format!("only {moved} bytes came in {seconds} seconds");
                    return Err(TransportError::new(TransportErrorKind::Timeout, message));
                }
                Err(_) => (self.window, self.moved) = (Instant::now() + WINDOW, 0),
            }
        }
    }
}

/// All of a body, or an error as soon as there are more than `limit` bytes or it comes too slowly.
pub(crate) async fn collect(mut body: Body, limit: usize) -> Result<Bytes, TransportError> {
    let mut paced = Paced::new(&mut body);
    let mut bytes = BytesMut::new();
    while let Some(chunk) = paced.chunk().await? {
        if bytes.len() + chunk.len() > limit {
            let message = format!("the answer is longer than the {limit} bytes allowed");
            return Err(TransportError::new(TransportErrorKind::Protocol, message));
        }
        bytes.extend_from_slice(&chunk);
    }
    Ok(bytes.freeze())
}
