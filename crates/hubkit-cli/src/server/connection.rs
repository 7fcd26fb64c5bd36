//! One connection, from its first byte to its last.

use std::{net::SocketAddr, sync::Arc, time::Duration};

use hyper::{server::conn::http1, service::service_fn};
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
    time::timeout,
};

use super::{answer::Answers, limits::Limits, patient::Patient, places::Place};

/// Answers what comes on a connection until one side has enough.
pub(super) async fn serve(
    stream: TcpStream,
    remote: SocketAddr,
    place: Place,
    answers: &Arc<Answers>,
) {
    let _ = stream.set_nodelay(true);
    let limits = answers.limits();
    let place = Arc::new(place);
    let service = service_fn(|request| {
        place.work();
        Arc::clone(answers).answer(request, remote, Arc::clone(&place))
    });
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(limits.head)
        .max_buf_size(Limits::LONGEST_HEAD)
        .serve_connection(TokioIo::new(Patient::new(stream, limits.stall)), service);
    let mut connection = std::pin::pin!(connection);
    // A connection that breaks is its client's affair.
    tokio::select! {
        _ = connection.as_mut() => return,
        () = place.sent_away() => connection.as_mut().graceful_shutdown(),
    }
    let _ = connection.await;
}

/// Tells a client that there is no place for it.
pub(super) async fn turn_away(mut stream: TcpStream) {
    const ANSWER: &[u8] = b"HTTP/1.1 503 Service Unavailable\r\nretry-after: 1\r\nconnection: close\r\n\
        content-type: text/plain\r\ncontent-length: 46\r\n\r\nthis mirror has too many connections; wait...\n";
    let told = async {
        let _ = stream.write_all(ANSWER).await;
        let _ = stream.shutdown().await;
        // To close with bytes unread would take the answer back.
        let mut unread = [0; 1024];
        while let Ok(1..) = stream.read(&mut unread).await {}
    };
    let _ = timeout(Duration::from_secs(1), told).await;
}
