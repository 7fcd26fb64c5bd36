//! The transport against servers on the loopback interface.

mod failures;
mod http;
mod server;
#[cfg(all(
    feature = "rustls",
    any(target_arch = "x86_64", target_arch = "aarch64")
))]
mod tls;

use std::error::Error as _;

use hubkit_transport::{Body, Request, TransportError};
use hubkit_transport_reqwest::Reqwest;

/// A transport that reaches the loopback interface whatever proxies the machine has set.
fn transport() -> Reqwest {
    Reqwest::builder()
        .without_proxy()
        .build()
        .expect("these options fit")
}

fn get(url: impl AsRef<str>) -> Request<Body> {
    Request::get(url.as_ref())
        .body(Body::empty())
        .expect("well formed")
}

/// The error and all its causes, as a person reads them, and as a log shows them.
fn whole_text(error: &TransportError) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        text = format!("{text}: {error}");
        cause = error.source();
    }
    format!("{text}\n{error:?}")
}
