//! A hub made of a function, and what it was asked.

use std::sync::{Arc, Mutex};

use bytes::Bytes;
use hubkit_client::{Client, ClientBuilder};
use hubkit_store::{Digester, MemoryStore};
use hubkit_transport::{Body, Request, Response, Transport, TransportError, TransportErrorKind};
use hubkit_types::{BlobId, CommitId, Repo, RepoKind};

pub(crate) const COMMIT: &str = "0123456789abcdef0123456789abcdef01234567";

type Answer = dyn Fn(&Request<Body>) -> Option<Response<Body>> + Send + Sync;

/// Answers what the given function answers, the rest as a hub with one repository of plain files does.
#[derive(Clone)]
pub(crate) struct Hub {
    files: Arc<Vec<(&'static str, Bytes)>>,
    special: Arc<Answer>,
    pub(crate) asked: Arc<Mutex<Vec<Asked>>>,
}

/// One request.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Asked {
    pub(crate) line: String,
    pub(crate) token: Option<String>,
    pub(crate) range: Option<String>,
    pub(crate) if_range: Option<String>,
}

pub(crate) fn repo() -> Repo {
    Repo::new(RepoKind::Model, "a/b".parse().expect("an id"))
}

pub(crate) fn commit() -> CommitId {
    COMMIT.parse().expect("a commit")
}

pub(crate) fn git_id(bytes: &[u8]) -> BlobId {
    let mut digester = Digester::git_blob(bytes.len() as u64);
    digester.update(bytes);
    digester.finish()
}

pub(crate) fn answer(
    status: u16,
    headers: &[(&str, &str)],
    body: impl Into<Body>,
) -> Response<Body> {
    let mut response = Response::builder().status(status);
    for (name, value) in headers {
        response = response.header(*name, *value);
    }
    response.body(body.into()).expect("well-formed")
}

/// A body that breaks off after these bytes.
pub(crate) fn broken(bytes: &Bytes) -> Body {
    let mut parts = vec![
        Err(TransportError::new(
            TransportErrorKind::Interrupted,
            "the connection broke",
        )),
        Ok(bytes.clone()),
    ];
    Body::from_stream(
        futures_util::stream::poll_fn(move |_| std::task::Poll::Ready(parts.pop())),
        None,
    )
}

impl Hub {
    pub(crate) fn new(files: &[(&'static str, &'static [u8])]) -> Self {
        let files = files
            .iter()
            .map(|(path, bytes)| (*path, Bytes::from_static(bytes)))
            .collect();
        Self {
            files: Arc::new(files),
            special: Arc::new(|_| None),
            asked: Arc::default(),
        }
    }

    /// Answers some requests otherwise.
    pub(crate) fn with(
        mut self,
        special: impl Fn(&Request<Body>) -> Option<Response<Body>> + Send + Sync + 'static,
    ) -> Self {
        self.special = Arc::new(special);
        self
    }

    pub(crate) fn client(&self) -> Client {
        self.builder().build()
    }

    pub(crate) fn builder(&self) -> ClientBuilder {
        Client::builder(
            "https://hub.test".parse().expect("an endpoint"),
            self.clone(),
        )
        .store(MemoryStore::new())
    }

    /// The requests so far, as `METHOD path`.
    pub(crate) fn lines(&self) -> Vec<String> {
        self.asked
            .lock()
            .expect("no panic")
            .iter()
            .map(|asked| asked.line.clone())
            .collect()
    }

    pub(crate) fn plain(&self, request: &Request<Body>) -> Response<Body> {
        let path = request.uri().path();
        let json = |text: String| {
            answer(
                200,
                &[("content-type", "application/json")],
                text.into_bytes(),
            )
        };
        if path.starts_with("/api/models/a/b/tree/") {
            let entry = |(path, bytes): &(&str, Bytes)| {
                format!(
                    r#"{{"type":"file","path":"{path}","size":{},"oid":"{}"}}"#,
                    bytes.len(),
                    git_id(bytes)
                )
            };
            return json(format!(
                "[{}]",
                self.files.iter().map(entry).collect::<Vec<_>>().join(",")
            ));
        }
        if path.starts_with("/api/models/a/b") {
            return json(format!(r#"{{"id":"a/b","sha":"{COMMIT}"}}"#));
        }
        let found = self
            .files
            .iter()
            .find(|(name, _)| path.ends_with(&format!("/{name}")));
        let Some((_, bytes)) = found else {
            return answer(
                404,
                &[("x-error-code", "EntryNotFound"), ("x-repo-commit", COMMIT)],
                "",
            );
        };
        let tag = format!("\"{}\"", git_id(bytes));
        let length = bytes.len().to_string();
        let headers = [
            ("etag", tag.as_str()),
            ("x-repo-commit", COMMIT),
            ("content-length", length.as_str()),
        ];
        match request
            .headers()
            .get("range")
            .and_then(|range| range.to_str().ok()?.strip_prefix("bytes=")?.parse().ok())
        {
            Some(range) => {
                let range: hubkit_types::ByteRange = range;
                let (start, end) = (range.start(), range.end().min(bytes.len() as u64));
                let total = format!("bytes {start}-{}/{}", end - 1, bytes.len());
                let part = bytes.slice(
                    usize::try_from(start).expect("small")..usize::try_from(end).expect("small"),
                );
                answer(
                    206,
                    &[
                        ("etag", tag.as_str()),
                        ("x-repo-commit", COMMIT),
                        ("content-range", &total),
                    ],
                    part,
                )
            }
            None if request.method() == "HEAD" => answer(200, &headers, ""),
            None => answer(200, &headers, bytes.clone()),
        }
    }
}

impl Transport for Hub {
    async fn send(&self, request: Request<Body>) -> Result<Response<Body>, TransportError> {
        let header = |name: &str| {
            request
                .headers()
                .get(name)
                .map(|value| value.to_str().expect("text").to_owned())
        };
        let uri = request.uri().to_string();
        self.asked.lock().expect("no panic").push(Asked {
            line: format!(
                "{} {}",
                request.method(),
                uri.strip_prefix("https://hub.test").unwrap_or(&uri)
            ),
            token: header("authorization"),
            range: header("range"),
            if_range: header("if-range"),
        });
        Ok((self.special)(&request).unwrap_or_else(|| self.plain(&request)))
    }
}
