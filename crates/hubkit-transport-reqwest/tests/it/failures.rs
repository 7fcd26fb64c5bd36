//! What goes wrong.

use std::{net::TcpListener, time::Duration};

use hubkit_transport::{Body, Request, Transport as _, TransportError, TransportErrorKind as Kind};
use hubkit_transport_reqwest::Reqwest;

use crate::{get, server, transport, whole_text};

/// Asks an address that carries a secret in every place that may hold one, and checks that the error repeats none.
async fn failure(transport: &Reqwest, address: &str) -> TransportError {
    let request = Request::get(format!("http://{address}/s3cret?Signature=s3cret"))
        .header("authorization", "Bearer s3cret")
        .body(Body::empty())
        .expect("well formed");
    let error = transport.send(request).await.expect_err("no response");
    check_text(&error, address);
    error
}

#[track_caller]
fn check_text(error: &TransportError, address: &str) {
    let text = whole_text(error);
    assert!(!text.contains("s3cret"), "{text}");
    assert!(text.contains(address), "{text}");
}

fn impatient(milliseconds: u64) -> Reqwest {
    Reqwest::builder()
        .without_proxy()
        .read_timeout(Duration::from_millis(milliseconds))
        .build()
        .expect("these options fit")
}

#[tokio::test]
async fn nobody_listens() {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let address = listener.local_addr().expect("it is bound").to_string();
    drop(listener);
    let error = failure(&transport(), &address).await;
    assert_eq!(error.kind(), Kind::Connect);
    assert_eq!(error.to_string(), format!("no connection to {address}"));
    let text = whole_text(&error);
    assert!(text.contains("os error"), "the cause is named: {text}");
}

#[tokio::test]
async fn garbage_is_not_http() {
    for garbage in [
        &b"SSH-2.0-OpenSSH_9.9\r\n\r\n"[..],
        b"HTTP/1.1 abc\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nbroken header\r\n\r\n",
        b"\x15\x03\x01\x00\x02\x02\x46",
    ] {
        let address = server::start_saying(garbage);
        let error = failure(&transport(), &address).await;
        assert_eq!(error.kind(), Kind::Protocol, "{garbage:?}: {error:?}");
    }
}

#[tokio::test]
async fn a_header_without_end_is_not_read_for_ever() {
    use std::io::Write as _;
    let address = server::start(|mut stream| {
        server::read_request(&mut stream);
        let long = vec![b'x'; 1 << 20];
        let mut sent = stream.write_all(b"HTTP/1.1 200 OK\r\nx: ");
        for _ in 0..64 {
            sent = sent.and_then(|()| stream.write_all(&long));
        }
    });
    let error = failure(&transport(), &address).await;
    assert_eq!(error.kind(), Kind::Protocol, "{error:?}");
}

#[tokio::test]
async fn the_server_says_nothing_and_closes() {
    let address = server::start_saying(b"");
    let error = failure(&transport(), &address).await;
    assert_eq!(error.kind(), Kind::Interrupted);
}

#[tokio::test]
async fn the_body_breaks_off() {
    for (sent, kind) in [
        (
            &b"HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nhalf"[..],
            Kind::Interrupted,
        ),
        (
            b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n4\r\nhalf\r\n",
            Kind::Interrupted,
        ),
        (
            b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n4\r\nhalf\r\nno number\r\n",
            Kind::Protocol,
        ),
    ] {
        let address = server::start_saying(sent);
        let response = transport().send(get(format!("http://{address}/"))).await;
        let mut body = response.expect("the headers are whole").into_body();
        assert_eq!(body.chunk().await.expect("more").expect("bytes"), "half");
        let error = body
            .chunk()
            .await
            .expect("not the end")
            .expect_err("broken");
        assert_eq!(error.kind(), kind, "{error:?}");
        check_text(&error, &address);
        assert!(
            body.chunk().await.is_none(),
            "nothing comes behind an error"
        );
    }
}

#[tokio::test]
async fn headers_that_never_come_time_out() {
    let address = server::start(|mut stream| {
        server::read_request(&mut stream);
        // Waits until the client has gone.
        server::read_request(&mut stream);
    });
    let error = failure(&impatient(40), &address).await;
    assert_eq!(error.kind(), Kind::Timeout);
    assert_eq!(
        error.to_string(),
        format!("nothing came from {address} for 40ms")
    );
}

#[tokio::test]
async fn a_body_that_stalls_times_out() {
    use std::io::Write as _;
    let address = server::start(|mut stream| {
        server::read_request(&mut stream);
        stream
            .write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nhalf")
            .ok();
        server::read_request(&mut stream);
    });
    // Long enough for the headers on a busy machine.
    let response = impatient(500).send(get(format!("http://{address}/"))).await;
    let mut body = response.expect("the headers are there").into_body();
    body.chunk().await.expect("more").expect("bytes");
    let error = body
        .chunk()
        .await
        .expect("not the end")
        .expect_err("silence");
    assert_eq!(error.kind(), Kind::Timeout);
    check_text(&error, &address);
}

#[tokio::test]
async fn addresses_that_cannot_be_asked_are_refused() {
    for address in [
        "ftp://hub.example/",
        "/relative",
        "http://me:s3cret@hub.example/",
    ] {
        let error = transport().send(get(address)).await.expect_err("refused");
        assert_eq!(error.kind(), Kind::Unsupported, "{address}");
        assert!(!whole_text(&error).contains("s3cret"));
    }
}

#[tokio::test]
async fn a_fault_of_the_request_s_own_body_keeps_its_kind() {
    struct Broken;
    impl futures_core::Stream for Broken {
        type Item = Result<bytes::Bytes, TransportError>;
        fn poll_next(
            self: std::pin::Pin<&mut Self>,
            _: &mut std::task::Context<'_>,
        ) -> std::task::Poll<Option<Self::Item>> {
            let fault = TransportError::new(Kind::Unsupported, "the file can't be read");
            std::task::Poll::Ready(Some(Err(fault)))
        }
    }
    let address = server::start_saying(b"HTTP/1.1 200 OK\r\n\r\n");
    let request = Request::put(format!("http://{address}/"))
        .body(Body::from_stream(Broken, Some(10)))
        .expect("well formed");
    let error = transport()
        .send(request)
        .await
        .expect_err("no body to send");
    assert_eq!(error.kind(), Kind::Unsupported, "{error:?}");
    assert!(whole_text(&error).contains("the file can't be read"));
}

#[test]
fn options_that_do_not_fit_are_refused() {
    let agent = Reqwest::builder().user_agent("line\nbreak").build();
    assert!(agent.is_err());
    let roots = Reqwest::builder()
        .extra_root_certificates("no certificate")
        .build();
    assert!(roots.is_err() || !cfg!(any(feature = "rustls", feature = "native-tls")));
}
