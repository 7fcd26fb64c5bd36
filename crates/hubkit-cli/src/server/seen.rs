//! What a server tells of each request.

use std::{
    net::SocketAddr,
    sync::Arc,
    time::{Duration, Instant},
};

use hubkit::transport::shown_url;
use hyper::{HeaderMap, header, http::request::Parts};

/// What was asked and how it was answered, told when the answer is over. Holds no secret: of the headers only two, and
/// no query that is a permission.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Seen {
    /// The method.
    pub method: String,
    /// Path and query.
    pub path: String,
    /// The `Range` header.
    pub range: Option<String>,
    /// How the client calls itself.
    pub user_agent: Option<String>,
    /// Where the request came from.
    pub remote: SocketAddr,
    /// The account whose token came with the request.
    pub account: Option<String>,
    /// The status of the answer.
    pub status: u16,
    /// How many bytes the body of the answer promises.
    pub length: Option<u64>,
    /// How many bytes of the body were sent.
    pub sent: u64,
    /// Whether that was all of them.
    pub is_whole: bool,
    /// From the head of the request to the last byte of the answer.
    pub duration: Duration,
}

/// Is told of every request.
pub type Observer = Arc<dyn Fn(&Seen) + Send + Sync>;

/// A request under way, told of when dropped.
pub(super) struct Watch {
    pub(super) seen: Seen,
    start: Instant,
    observer: Observer,
}

impl Watch {
    pub(super) fn new(parts: &Parts, remote: SocketAddr, observer: &Observer) -> Self {
        let target = parts
            .uri
            .path_and_query()
            .map_or("", |target| target.as_str());
        Self {
            seen: Seen {
                method: parts.method.to_string(),
                path: shown_url(target),
                range: text(&parts.headers, &header::RANGE),
                user_agent: text(&parts.headers, &header::USER_AGENT),
                remote,
                account: None,
                status: 0,
                length: None,
                sent: 0,
                is_whole: false,
                duration: Duration::ZERO,
            },
            start: Instant::now(),
            observer: Arc::clone(observer),
        }
    }
}

#[cfg(test)]
impl Seen {
    /// A small file that was sent.
    pub(crate) fn example(path: &str) -> Self {
        Self {
            method: "GET".to_owned(),
            path: path.to_owned(),
            range: None,
            user_agent: None,
            remote: SocketAddr::from(([127, 0, 0, 1], 1)),
            account: None,
            status: 200,
            length: Some(5),
            sent: 5,
            is_whole: true,
            duration: Duration::ZERO,
        }
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        self.seen.duration = self.start.elapsed();
        (self.observer)(&self.seen);
    }
}

/// The value of a header, no more of it than a log should hold.
fn text(headers: &HeaderMap, name: &header::HeaderName) -> Option<String> {
    const LONGEST: usize = 256;
    let value = headers.get(name)?.to_str().ok()?;
    Some(value.chars().take(LONGEST).collect())
}
