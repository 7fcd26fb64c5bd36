//! What goes right.

use std::{
    io::Write as _,
    sync::{Arc, Mutex, mpsc},
};

use hubkit_transport::{Body, DynTransport, Record, Response, Transport as _, conformance};
use hubkit_transport_reqwest::Reqwest;

use crate::{get, server, transport};

#[tokio::test]
async fn the_contract_is_kept() {
    let address = server::start_http(conformance::answer);
    let base = format!("http://{address}");
    conformance::check(&transport(), &base).await;
    conformance::check(&DynTransport::new(transport()), &base).await;
    conformance::check(&Record::new(transport()), &base).await;
}

#[tokio::test]
async fn only_the_headers_that_are_promised_are_added() {
    let seen = Arc::new(Mutex::new(Vec::new()));
    let log = Arc::clone(&seen);
    let address = server::start_http(move |request| {
        let names = request.headers().keys().map(ToString::to_string);
        log.lock()
            .expect("no panic")
            .push(names.collect::<Vec<_>>());
        Response::new(Body::empty())
    });
    let named = Reqwest::builder().without_proxy().user_agent("demo/1");
    let named = named.build().expect("these options fit");
    for transport in [transport(), named] {
        let response = transport.send(get(format!("http://{address}/"))).await;
        assert_eq!(response.expect("a response").body().length(), Some(0));
    }
    let mut seen = seen.lock().expect("no panic").clone();
    for names in &mut seen {
        names.sort();
    }
    assert_eq!(
        seen,
        [vec!["accept", "host"], vec!["accept", "host", "user-agent"]]
    );
}

/// The server holds back the second half until the first was read.
#[tokio::test]
async fn the_body_arrives_while_the_server_still_has_the_rest() {
    let (read, wait) = mpsc::channel();
    let wait = Arc::new(Mutex::new(wait));
    let address = server::start(move |mut stream| {
        server::read_request(&mut stream);
        let head = b"HTTP/1.1 200 OK\r\ncontent-length: 8\r\n\r\nhalf";
        stream.write_all(head).expect("the client waits");
        let first_half = wait.lock().expect("one connection").recv();
        first_half.expect("the test goes on");
        stream.write_all(b"half").expect("the client waits");
    });
    let response = transport().send(get(format!("http://{address}/"))).await;
    let mut body = response.expect("the headers are there").into_body();
    assert_eq!(body.length(), Some(8));
    assert_eq!(body.chunk().await.expect("more").expect("bytes"), "half");
    read.send(()).expect("the server waits");
    assert_eq!(body.chunk().await.expect("more").expect("bytes"), "half");
    assert!(body.chunk().await.is_none());
}

#[tokio::test]
async fn a_response_without_a_length_ends_when_the_connection_does() {
    let address = server::start_saying(b"HTTP/1.1 200 OK\r\n\r\nall of it");
    let response = transport().send(get(format!("http://{address}/"))).await;
    let body = response.expect("a response").into_body();
    assert_eq!(body.length(), None);
    assert_eq!(
        body.collect(100).await.expect("the end is the end"),
        "all of it"
    );
}
