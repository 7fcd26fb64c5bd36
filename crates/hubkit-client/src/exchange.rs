//! A request's way to the hub and, through redirects and second tries, back.

use std::{
    hash::{BuildHasher as _, RandomState},
    time::Duration,
};

use bytes::Bytes;
use http::{HeaderValue, Request, Response, header};
use hubkit_api::{Decision, Failure, may_carry, next_hop, retry_after};
use hubkit_auth::{TokenProvider as _, TokenRequest};
use hubkit_transport::{Body, Transport as _};
use hubkit_types::{Origin, Repo};
use url::Url;

use crate::{Client, Connectivity, Error, ErrorKind, Event, Progress};

/// What happens at a redirect.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Redirects {
    /// All are followed.
    Follow,
    /// One to another origin is the answer: a hub says on it what is behind it.
    StopAtOtherOrigin,
}

impl Client {
    /// Sends a request, given relative to the endpoint, until there is an answer worth having or no hope of one. A
    /// status of 400 or more is an answer.
    pub(crate) async fn exchange(
        &self,
        request: &Request<Bytes>,
        about: Option<&Repo>,
        redirects: Redirects,
        progress: &dyn Progress,
    ) -> Result<Response<Body>, Error> {
        if self.connectivity() == Connectivity::Offline {
            let message = format!("{} can't be asked: the client is offline", self.endpoint());
            return Err(Error::new(ErrorKind::Offline, message));
        }
        let mut attempt = 1;
        loop {
            let (reason, decision) = match Box::pin(self.follow(request, about, redirects)).await {
                Ok(response) => {
                    let retry_after = retry_after(response.headers());
                    let failure = Failure::Status {
                        status: response.status(),
                        retry_after,
                    };
                    match self.0.retry.decide(attempt, failure, jitter()) {
                        Decision::GiveUp => return Ok(response),
                        again @ Decision::Retry { .. } => {
                            (format!("the hub answered {}", response.status()), again)
                        }
                    }
                }
                Err(Lost::Transport(error))
                    if error.may_retry() && !(is_connect(&error) && attempt >= CONNECTS) =>
                {
                    match self.0.retry.decide(attempt, Failure::Connection, jitter()) {
                        Decision::GiveUp => return Err(give_up(error.into(), attempt)),
                        again @ Decision::Retry { .. } => (error.to_string(), again),
                    }
                }
                Err(Lost::Transport(error)) => return Err(give_up(error.into(), attempt)),
                Err(Lost::Refused(error)) => return Err(error),
            };
            if let Decision::Retry { after } = decision {
                self.wait(&reason, after, progress).await;
            }
            attempt += 1;
        }
    }

    /// Waits before a broken body is picked up again.
    pub(crate) async fn pause(
        &self,
        attempt: u32,
        broken: &Error,
        progress: &dyn Progress,
    ) -> Result<(), Error> {
        match self.0.retry.decide(attempt, Failure::Connection, jitter()) {
            Decision::Retry { after } => {
                self.wait(&broken.to_string(), after, progress).await;
                Ok(())
            }
            Decision::GiveUp => Err(Error::new(broken.kind(), broken.to_string())),
        }
    }

    async fn wait(&self, reason: &str, delay: Duration, progress: &dyn Progress) {
        progress.event(&Event::Waiting { reason, delay });
        tokio::time::sleep(delay).await;
    }

    async fn follow(
        &self,
        request: &Request<Bytes>,
        about: Option<&Repo>,
        redirects: Redirects,
    ) -> Result<Response<Body>, Lost> {
        let path = request
            .uri()
            .path_and_query()
            .map_or("/", http::uri::PathAndQuery::as_str);
        let mut url = parse(&self.endpoint().url(path))?;
        let mut hops = 0;
        loop {
            let from = origin_of(&url)?;
            let hop = self.address(request, &url, &from, about).await?;
            let response = self.0.transport.send(hop).await?;
            let target = response
                .headers()
                .get(header::LOCATION)
                .filter(|_| response.status().is_redirection());
            let Some(target) = target else {
                return Ok(response);
            };
            let target = target
                .to_str()
                .ok()
                .and_then(|target| url.join(target).ok())
                .ok_or_else(|| {
                    Error::new(
                        ErrorKind::Protocol,
                        format!("{from} redirects to an address that can't be read"),
                    )
                })?;
            let to = origin_of(&target)?;
            next_hop(hops, &from, &to).map_err(|refusal| {
                Error::new(
                    ErrorKind::Protocol,
                    format!("a redirect from {from} to {to} is not followed: {refusal}"),
                )
            })?;
            if redirects == Redirects::StopAtOtherOrigin && from != to {
                return Ok(response);
            }
            hops += 1;
            url = target;
        }
    }

    /// The request as it goes to one hop. Whether a token goes along is decided anew for each.
    async fn address(
        &self,
        request: &Request<Bytes>,
        url: &Url,
        to: &Origin,
        about: Option<&Repo>,
    ) -> Result<Request<Body>, Error> {
        let mut hop = Request::builder()
            .method(request.method())
            .uri(url.as_str());
        for (name, value) in request.headers() {
            hop = hop.header(name, value);
        }
        hop = hop.header(header::USER_AGENT, &self.0.user_agent);
        if let Some(value) = self.credentials(to, about).await? {
            hop = hop.header(header::AUTHORIZATION, value);
        }
        hop.body(request.body().clone().into()).map_err(|error| {
            Error::new(
                ErrorKind::Protocol,
                format!("the address of a request to {to} is malformed"),
            )
            .with_source(error)
        })
    }
}

impl Client {
    /// The token for this hop. Only the hub's own origin ever gets one.
    async fn credentials(
        &self,
        to: &Origin,
        about: Option<&Repo>,
    ) -> Result<Option<HeaderValue>, Error> {
        if to != self.endpoint().origin() {
            return Ok(None);
        }
        let mut ask = TokenRequest::read(to);
        if let Some(repo) = about {
            ask = ask.about(repo);
        }
        let Some(token) = self.0.tokens.token(&ask).await? else {
            return Ok(None);
        };
        if !may_carry(self.endpoint().origin(), to, self.0.insecure_tokens) {
            let message = format!("a token is not sent to {to}: others could read it on the way");
            return Err(Error::new(ErrorKind::Authentication, message));
        }
        let value = HeaderValue::try_from(format!("Bearer {}", token.expose()));
        let mut value = value.expect("a token is printable ASCII");
        value.set_sensitive(true);
        Ok(Some(value))
    }
}

/// Why there is no response.
enum Lost {
    Transport(hubkit_transport::TransportError),
    Refused(Error),
}

impl From<hubkit_transport::TransportError> for Lost {
    fn from(error: hubkit_transport::TransportError) -> Self {
        Self::Transport(error)
    }
}

impl From<Error> for Lost {
    fn from(error: Error) -> Self {
        Self::Refused(error)
    }
}

/// How often a connection is tried that does not come about: a person waits for the answer.
const CONNECTS: u32 = 3;

fn is_connect(error: &hubkit_transport::TransportError) -> bool {
    error.kind() == hubkit_transport::TransportErrorKind::Connect
}

fn parse(url: &str) -> Result<Url, Error> {
    Url::parse(url).map_err(|error| {
        Error::new(ErrorKind::Protocol, "the address of a request is malformed").with_source(error)
    })
}

fn origin_of(url: &Url) -> Result<Origin, Error> {
    Origin::split(url.as_str())
        .map(|(origin, _)| origin)
        .map_err(|error| {
            Error::new(
                ErrorKind::Protocol,
                format!("a redirect leads to an address that is not followed: {error}"),
            )
        })
}

fn give_up(error: Error, attempts: u32) -> Error {
    if attempts > 1 {
        error.within(format_args!("tried {attempts} times"))
    } else {
        error
    }
}

/// A number from 0 up to 1, different each time. Not for secrets.
fn jitter() -> f64 {
    let bits = RandomState::new().hash_one(()) >> 11;
    #[expect(clippy::cast_precision_loss, reason = "53 bits fit")]
    let jitter = bits as f64 / (1_u64 << 53) as f64;
    jitter
}
