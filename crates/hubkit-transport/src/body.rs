//! The bytes of a request or a response.

use std::{
    fmt,
    pin::Pin,
    task::{Context, Poll},
};

use bytes::Bytes;
use futures_core::Stream;

use crate::TransportError;

type BoxStream = Pin<Box<dyn Stream<Item = Result<Bytes, TransportError>> + Send>>;

/// A body: nothing, bytes in memory, or bytes that are still to come.
///
/// Itself a [`Stream`] of chunks. Dropping it before its end cancels what feeds it.
pub struct Body(Inner);

enum Inner {
    Memory(Option<Bytes>),
    Stream {
        stream: BoxStream,
        length: Option<u64>,
    },
}

impl Body {
    /// No bytes.
    pub fn empty() -> Self {
        Self(Inner::Memory(None))
    }

    /// Bytes that come one chunk after another. `length` is what is promised, in bytes, if anything is.
    pub fn from_stream(
        stream: impl Stream<Item = Result<Bytes, TransportError>> + Send + 'static,
        length: Option<u64>,
    ) -> Self {
        Self(Inner::Stream {
            stream: Box::pin(stream),
            length,
        })
    }

    /// How many bytes are to come, where that is known. A stream's figure is a promise, not a fact.
    pub fn length(&self) -> Option<u64> {
        match &self.0 {
            Inner::Memory(bytes) => Some(bytes.as_ref().map_or(0, |bytes| bytes.len() as u64)),
            Inner::Stream { length, .. } => *length,
        }
    }

    /// The bytes, if all of them are in memory already.
    pub fn as_bytes(&self) -> Option<&[u8]> {
        match &self.0 {
            Inner::Memory(bytes) => Some(bytes.as_deref().unwrap_or_default()),
            Inner::Stream { .. } => None,
        }
    }

    /// The next chunk; `None` behind the last one. Cancelling loses no bytes.
    pub async fn chunk(&mut self) -> Option<Result<Bytes, TransportError>> {
        std::future::poll_fn(|context| Pin::new(&mut *self).poll_next(context)).await
    }

    /// All bytes, or an error as soon as there are more than `limit`.
    pub async fn collect(mut self, limit: usize) -> Result<Bytes, TransportError> {
        let mut gathered = Vec::new();
        let mut first: Option<Bytes> = None;
        while let Some(chunk) = self.chunk().await {
            let chunk = chunk?;
            let so_far = first.as_ref().map_or(0, Bytes::len) + gathered.len();
            if so_far + chunk.len() > limit {
                return Err(TransportError::too_long(limit));
            }
            match first.take() {
                None if gathered.is_empty() => first = Some(chunk),
                None => gathered.extend_from_slice(&chunk),
                Some(head) => {
                    gathered.extend_from_slice(&head);
                    gathered.extend_from_slice(&chunk);
                }
            }
        }
        Ok(first.unwrap_or_else(|| gathered.into()))
    }
}

impl Stream for Body {
    type Item = Result<Bytes, TransportError>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        match &mut self.0 {
            Inner::Memory(bytes) => Poll::Ready(bytes.take().map(Ok)),
            Inner::Stream { stream, .. } => stream.as_mut().poll_next(context),
        }
    }
}

impl From<Bytes> for Body {
    fn from(bytes: Bytes) -> Self {
        Self(Inner::Memory(Some(bytes).filter(|bytes| !bytes.is_empty())))
    }
}

impl From<Vec<u8>> for Body {
    fn from(bytes: Vec<u8>) -> Self {
        Bytes::from(bytes).into()
    }
}

impl From<&'static str> for Body {
    fn from(text: &'static str) -> Self {
        Bytes::from_static(text.as_bytes()).into()
    }
}

impl Default for Body {
    fn default() -> Self {
        Self::empty()
    }
}

impl fmt::Debug for Body {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Inner::Memory(bytes) => {
                write!(f, "Body({} bytes)", bytes.as_ref().map_or(0, Bytes::len))
            }
            Inner::Stream {
                length: Some(length),
                ..
            } => write!(f, "Body(stream of {length} bytes)"),
            Inner::Stream { length: None, .. } => f.write_str("Body(stream)"),
        }
    }
}
