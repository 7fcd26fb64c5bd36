//! Time-outs on progress.

use std::{
    future::Future,
    pin::{Pin, pin},
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    task::{Context, Poll, ready},
    time::Duration,
};

use bytes::Bytes;
use futures_core::Stream;
use hubkit_transport::{Body, TransportError};
use tokio::time::Sleep;

use crate::failure::Peer;

/// Counts what moved towards the server.
#[derive(Clone, Default)]
pub(crate) struct Progress(Arc<AtomicU64>);

impl Progress {
    fn count(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }

    fn step(&self) {
        self.0.fetch_add(1, Ordering::Relaxed);
    }
}

/// Waits for a future as long as there is progress; `None` when there was none for this long, or at most twice as long.
pub(crate) async fn wait<F: Future>(
    future: F,
    limit: Duration,
    progress: &Progress,
) -> Option<F::Output> {
    let mut future = pin!(future);
    loop {
        let before = progress.count();
        match tokio::time::timeout(limit, &mut future).await {
            Ok(output) => return Some(output),
            Err(_) if progress.count() != before => {}
            Err(_) => return None,
        }
    }
}

/// A request's body that counts its own progress.
pub(crate) struct Leaving {
    pub(crate) body: Body,
    pub(crate) progress: Progress,
}

impl Stream for Leaving {
    type Item = Result<Bytes, TransportError>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.progress.step();
        Pin::new(&mut self.body).poll_next(context)
    }
}

/// A response's body that fails when nothing comes.
pub(crate) struct Arriving<S> {
    stream: Pin<Box<S>>,
    peer: Peer,
    limit: Duration,
    waiting: Option<Pin<Box<Sleep>>>,
    over: bool,
}

impl<S> Arriving<S> {
    pub(crate) fn new(stream: S, peer: Peer, limit: Duration) -> Self {
        Self {
            stream: Box::pin(stream),
            peer,
            limit,
            waiting: None,
            over: false,
        }
    }
}

impl<S: Stream<Item = reqwest::Result<Bytes>>> Stream for Arriving<S> {
    type Item = Result<Bytes, TransportError>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        if self.over {
            return Poll::Ready(None);
        }
        if let Poll::Ready(polled) = self.stream.as_mut().poll_next(context) {
            self.waiting = None;
            self.over = !matches!(polled, Some(Ok(_)));
            return Poll::Ready(
                polled.map(|chunk| chunk.map_err(|error| self.peer.body_failure(error))),
            );
        }
        // The clock runs only while somebody waits: a slow reader is not the server's fault.
        let limit = self.limit;
        let waiting = self
            .waiting
            .get_or_insert_with(|| Box::pin(tokio::time::sleep(limit)));
        ready!(waiting.as_mut().poll(context));
        self.over = true;
        Poll::Ready(Some(Err(self.peer.silence(limit))))
    }
}
