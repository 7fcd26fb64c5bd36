//! One call: its request, its answer, and what both are about when it fails.

use bytes::Bytes;
use http::{HeaderMap, Request, Response, StatusCode, header::CONTENT_ENCODING};
use hubkit_api::{Call, LONGEST_ERROR_BODY};
use hubkit_transport::{Body, TransportError};
use hubkit_types::Repo;
use url::Url;

use crate::{
    Client, Error, ErrorKind, Progress,
    exchange::{Answer, Redirects},
    pace,
};

/// The longest answer about one thing, in bytes.
pub(crate) const LONGEST_ANSWER: usize = 1 << 20;

/// The longest answer that names many things, in bytes. A page of a listing with a thousand files takes about 300 kB;
/// what is known of a repository names every file, and there are repositories with a million.
pub(crate) const LONGEST_LIST: usize = 64 << 20;

/// How often an answer may break off.
const TRIES: u32 = 3;

impl Client {
    /// Asks and reads the answer, of at most `limit` bytes.
    pub(crate) async fn call<C: Call>(
        &self,
        call: &C,
        about: Option<&Repo>,
        limit: usize,
        progress: &dyn Progress,
    ) -> Result<C::Reply, Error> {
        let request = call.request();
        let (response, _) = self.fetch(&request, about, limit, progress).await?;
        let reply = call.reply(&response);
        reply.map_err(|error| self.within(about, error.into()))
    }

    /// Sends a request and collects its answer; with it, the address that answered. One that breaks off is asked for again,
    /// a few times.
    pub(crate) async fn fetch(
        &self,
        request: &Request<Bytes>,
        about: Option<&Repo>,
        limit: usize,
        progress: &dyn Progress,
    ) -> Result<(Response<Bytes>, Url), Error> {
        self.fetch_from(None, request, about, limit, progress).await
    }

    /// As [`fetch`](Self::fetch), but from an address that is known whole.
    pub(crate) async fn fetch_at(
        &self,
        url: &Url,
        request: &Request<Bytes>,
        about: Option<&Repo>,
        limit: usize,
        progress: &dyn Progress,
    ) -> Result<(Response<Bytes>, Url), Error> {
        self.fetch_from(Some(url), request, about, limit, progress)
            .await
    }

    async fn fetch_from(
        &self,
        from: Option<&Url>,
        request: &Request<Bytes>,
        about: Option<&Repo>,
        limit: usize,
        progress: &dyn Progress,
    ) -> Result<(Response<Bytes>, Url), Error> {
        let mut attempt = 1;
        loop {
            // Boxed: every call would be larger for it.
            let fetched = Box::pin(self.fetch_once(from, request, about, limit, progress));
            let broken: Error = match fetched.await? {
                Ok(answer) => return Ok(answer),
                Err(error) if error.may_retry() && attempt < TRIES => error.into(),
                Err(error) => return Err(self.within(about, error.into())),
            };
            let paused = Box::pin(self.pause(attempt, &broken, progress)).await;
            paused.map_err(|error| self.within(about, error))?;
            attempt += 1;
        }
    }

    /// The inner error is of a body that did not come to its end.
    async fn fetch_once(
        &self,
        from: Option<&Url>,
        request: &Request<Bytes>,
        about: Option<&Repo>,
        limit: usize,
        progress: &dyn Progress,
    ) -> Result<Result<(Response<Bytes>, Url), TransportError>, Error> {
        let exchanged = if let Some(url) = from {
            self.exchange_at(url, request, about, progress).await
        } else {
            let redirects = Redirects::Follow;
            self.exchange(request, about, redirects, progress).await
        };
        let Answer { response, url } = exchanged.map_err(|error| self::about(about, error))?;
        let response = self.refuse_faults(response).await;
        let (parts, body) = response
            .map_err(|error| self.within(about, error))?
            .into_parts();
        if let Some(encoding) = packed(&parts.headers) {
            let message =
                format!("the answer comes packed as `{encoding}`, which was not asked for");
            let error = Error::new(ErrorKind::Protocol, message);
            return Err(self.within(about, error));
        }
        let body = pace::collect(body, limit).await;
        Ok(body.map(|body| (Response::from_parts(parts, body), url)))
    }

    /// Turns a status of 400 or more into an error.
    pub(crate) async fn refuse_faults(
        &self,
        response: Response<Body>,
    ) -> Result<Response<Body>, Error> {
        if response.status() < StatusCode::BAD_REQUEST {
            return Ok(response);
        }
        let (parts, body) = response.into_parts();
        let body = pace::collect(body, LONGEST_ERROR_BODY)
            .await
            .unwrap_or_default();
        hubkit_api::check(&parts, &body)?;
        Err(Error::new(
            ErrorKind::Protocol,
            format!("the server answered {}", parts.status),
        ))
    }

    /// Says which repository, on which hub, an error is about.
    pub(crate) fn within(&self, about: Option<&Repo>, error: Error) -> Error {
        match about {
            Some(repo) => error.within(format_args!("{repo} at {}", self.endpoint())),
            None => error.within(self.endpoint()),
        }
    }
}

/// Says which repository an error is about that names the hub already, as those of the way there do.
fn about(repo: Option<&Repo>, error: Error) -> Error {
    match repo {
        Some(repo) => error.within(repo),
        None => error,
    }
}

/// How an answer is packed, if it is; safe to print. Every request asks for none of it: what is packed may be of any
/// length when it is unpacked.
pub(crate) fn packed(headers: &HeaderMap) -> Option<String> {
    let value = headers.get(CONTENT_ENCODING)?;
    let encoding = String::from_utf8_lossy(value.as_bytes());
    (encoding != "identity").then(|| encoding.escape_debug().take(40).collect())
}
