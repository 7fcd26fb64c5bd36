//! TLS by rustls.

use std::{
    error::Error as _,
    io::Write as _,
    net::TcpStream,
    sync::{Arc, mpsc},
    time::Duration,
};

use hubkit_transport::{Bulk, Transport as _, TransportErrorKind as Kind, conformance};
use hubkit_transport_reqwest::{Reqwest, ReqwestBuilder, Tls};
use rustls::{
    CertificateError, ServerConfig, ServerConnection, StreamOwned,
    pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject as _},
};

use crate::{get, server, whole_text};

const AUTHORITY: &str = include_str!("certificates/authority.pem");
const CERTIFICATE: &str = include_str!("certificates/server.pem");
const KEY: &str = include_str!("certificates/server-key.pem");

fn server_config() -> ServerConfig {
    let chain =
        vec![CertificateDer::from_pem_slice(CERTIFICATE.as_bytes()).expect("a certificate")];
    let key = PrivateKeyDer::from_pem_slice(KEY.as_bytes()).expect("a key");
    ServerConfig::builder_with_provider(Arc::new(rustls_graviola::default_provider()))
        .with_safe_default_protocol_versions()
        .expect("it has suites for them")
        .with_no_client_auth()
        .with_single_cert(chain, key)
        .expect("they belong together")
}

fn start_https() -> String {
    let config = Arc::new(server_config());
    server::start(move |stream: TcpStream| {
        let connection =
            ServerConnection::new(Arc::clone(&config)).expect("the configuration is good");
        let mut stream = StreamOwned::new(connection, stream);
        if let Some(request) = server::read_request(&mut stream) {
            server::write_response(&mut stream, request.method(), conformance::answer(&request));
            let is_whole = !request.uri().path().ends_with("short");
            if is_whole {
                stream.conn.send_close_notify();
                stream.flush().ok();
            }
        }
    })
}

fn builder() -> ReqwestBuilder {
    Reqwest::builder().without_proxy().tls(Tls::Rustls)
}

// Apple's verifier refuses certificates of more than 825 days, Windows' has its own view of test authorities.
#[cfg(not(any(target_vendor = "apple", windows)))]
#[tokio::test]
async fn an_extra_root_is_trusted_and_the_contract_kept_over_tls() {
    let address = start_https();
    let transport = builder()
        .extra_root_certificates(AUTHORITY)
        .build()
        .expect("a good certificate");
    assert_eq!(transport.https_fault(), None);
    conformance::check(&transport, &format!("https://{address}")).await;

    let elsewhere = format!(
        "https://localhost:{}/",
        address.rsplit(':').next().expect("a port")
    );
    let error = transport
        .send(get(elsewhere))
        .await
        .expect_err("another name");
    assert_eq!(error.kind(), Kind::Tls, "{error:?}");
    assert!(whole_text(&error).contains("localhost"));
}

/// What a client offers is what counts; the server hangs up when it has seen it.
#[cfg(not(any(target_vendor = "apple", windows)))]
#[tokio::test]
async fn what_is_long_goes_over_a_connection_of_its_own() {
    let mut config = server_config();
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    let config = Arc::new(config);
    let (agreed, seen) = mpsc::channel();
    let address = server::start(move |mut stream: TcpStream| {
        let mut connection =
            ServerConnection::new(Arc::clone(&config)).expect("the configuration is good");
        while connection.is_handshaking() {
            if connection.complete_io(&mut stream).is_err() {
                return;
            }
        }
        let protocol = connection.alpn_protocol().map(<[u8]>::to_vec);
        agreed.send(protocol).expect("the test waits");
    });
    let transport = builder().extra_root_certificates(AUTHORITY).build();
    let transport = transport.expect("a good certificate");
    for (bulk, protocol) in [(false, "h2"), (true, "http/1.1"), (false, "h2")] {
        let mut request = get(format!("https://{address}/"));
        if bulk {
            request.extensions_mut().insert(Bulk);
        }
        let answer = transport.send(request).await;
        assert!(answer.is_err(), "the server hung up");
        let agreed = seen.recv().expect("the server saw a client");
        assert_eq!(agreed.as_deref(), Some(protocol.as_bytes()));
    }
}

#[tokio::test]
async fn an_unknown_authority_is_refused_and_named_as_the_cause() {
    let transport = builder().build().expect("these options fit");
    if let Some(fault) = transport.https_fault() {
        // A machine without any trusted certificate can't tell this one from others.
        assert!(fault.contains("certificates"), "{fault}");
        return;
    }
    let address = start_https();
    let request = get(format!("https://{address}/status/200?sig=s3cret"));
    let error = transport.send(request).await.expect_err("not trusted");
    assert_eq!(error.kind(), Kind::Tls);
    assert!(!error.may_retry());
    let cause = error
        .source()
        .and_then(|cause| cause.downcast_ref::<rustls::Error>());
    assert!(
        matches!(
            cause,
            Some(rustls::Error::InvalidCertificate(
                CertificateError::UnknownIssuer | CertificateError::Other(_)
            ))
        ),
        "{cause:?}"
    );
    let text = whole_text(&error);
    assert!(
        text.contains(&address) && !text.contains("s3cret"),
        "{text}"
    );
}

#[tokio::test]
async fn a_plain_http_port_has_no_tls() {
    let transport = builder().extra_root_certificates(AUTHORITY).build();
    let transport = transport.expect("a good certificate");
    let address = server::start(|mut stream| {
        stream
            .write_all(b"HTTP/1.1 400 Bad Request\r\ncontent-length: 0\r\n\r\n")
            .ok();
        server::read_request(&mut stream);
    });
    let error = transport
        .send(get(format!("https://{address}/")))
        .await
        .expect_err("no TLS");
    assert_eq!(error.kind(), Kind::Tls, "{error:?}");
}

#[tokio::test]
async fn a_handshake_that_never_ends_counts_as_no_connection() {
    let transport = builder()
        .extra_root_certificates(AUTHORITY)
        .connect_timeout(Duration::from_millis(40))
        .build()
        .expect("a good certificate");
    let address = server::start(|mut stream| {
        server::read_request(&mut stream);
    });
    let error = transport
        .send(get(format!("https://{address}/")))
        .await
        .expect_err("silence");
    assert_eq!(error.kind(), Kind::Connect, "{error:?}");
    assert_eq!(
        error.to_string(),
        format!("no connection to {address} within 40ms")
    );
}
