//! One try of a request: from redirect to redirect, each with the credentials that belong there.

use std::{borrow::Cow, sync::atomic::Ordering, time::Duration};

use bytes::Bytes;
use http::{HeaderValue, Method, Request, StatusCode, header};
use hubkit_api::{Bucket, may_carry, next_hop, renamed};
use hubkit_auth::{TokenProvider as _, TokenRequest};
use hubkit_transport::{Body, Bulk, Transport as _, TransportError};
use hubkit_types::{Origin, Repo};
use url::Url;

use crate::{
    Client, Error, ErrorKind, Event, Progress, address,
    exchange::{Answer, Redirects},
};

/// Why there is no response.
pub(crate) enum Lost {
    Transport(TransportError),
    Refused(Error),
}

impl From<TransportError> for Lost {
    fn from(error: TransportError) -> Self {
        Self::Transport(error)
    }
}

impl From<Error> for Lost {
    fn from(error: Error) -> Self {
        Self::Refused(error)
    }
}

impl Client {
    /// Sends a request, to its place below the endpoint or to where `from` says, and follows where it is sent on to. Method and body stay as they are, but for a 303, which says
    /// that the answer is to be fetched elsewhere.
    pub(crate) async fn follow(
        &self,
        request: &Request<Bytes>,
        from: Option<&Url>,
        about: Option<&Repo>,
        redirects: Redirects,
        allowance: &mut Duration,
        progress: &dyn Progress,
    ) -> Result<Answer, Lost> {
        let target = request.uri().path_and_query();
        let target = target.map_or("/", http::uri::PathAndQuery::as_str);
        let mut url = match from {
            Some(url) => url.clone(),
            None => address::absolute(self.endpoint(), target)?,
        };
        let mut request = Cow::Borrowed(request);
        let first = origin_of(&url)?;
        let mut hops = 0;
        loop {
            let from = origin_of(&url)?;
            let bucket = address::relative(self.endpoint(), &url).map(Bucket::of);
            if let Some(bucket) = bucket {
                self.admit(bucket, allowance, progress).await?;
            }
            let hop = self.address(&request, &url, (&first, &from), about).await?;
            self.0.requests.fetch_add(1, Ordering::Relaxed);
            let response = self.0.transport.send(hop).await?;
            if let Some(bucket) = bucket {
                self.0.limiter.note(bucket, &response);
            }
            let location = response.headers().get(header::LOCATION);
            let Some(location) = location.filter(|_| response.status().is_redirection()) else {
                return Ok(Answer { response, url });
            };
            let target = location
                .to_str()
                .ok()
                .and_then(|location| address::redirected(self.endpoint(), &url, location))
                .ok_or_else(|| {
                    let message = format!("{from} redirects to an address that can't be read");
                    Error::new(ErrorKind::Protocol, message)
                })?;
            let to = origin_of(&target)?;
            next_hop(hops, &from, &to).map_err(|refusal| {
                let began = if first == from {
                    String::new()
                } else {
                    format!(", which began at {first},")
                };
                let message =
                    format!("a redirect from {from} to {to}{began} is not followed: {refusal}");
                Error::new(ErrorKind::Protocol, message)
            })?;
            if redirects == Redirects::StopAtOtherOrigin && from != to {
                return Ok(Answer { response, url });
            }
            if !is_question(request.method()) {
                if response.status() == StatusCode::SEE_OTHER {
                    request = Cow::Owned(fetched_instead(&request));
                } else if from != to {
                    let message =
                        format!("what is sent to {from} is not sent on to {to}, as it asks");
                    return Err(Error::new(ErrorKind::Protocol, message).into());
                }
            }
            self.tell_name(about, &url, &target, progress);
            hops += 1;
            url = target;
        }
    }

    /// Tells the new name of a repository where a redirect says it.
    fn tell_name(&self, about: Option<&Repo>, from: &Url, to: &Url, progress: &dyn Progress) {
        let endpoint = self.endpoint();
        let places = address::relative(endpoint, from).zip(address::relative(endpoint, to));
        if let (Some(repo), Some((from, to))) = (about, places)
            && let Some(name) = renamed(repo, from, to)
        {
            progress.event(&Event::Renamed { repo, name: &name });
        }
    }

    /// The request as it goes to one hop. Whether a token goes along is decided anew for each; what of the request's own
    /// headers is secret goes to the first origin only, and takes the place of a token.
    async fn address(
        &self,
        request: &Request<Bytes>,
        url: &Url,
        (first, to): (&Origin, &Origin),
        about: Option<&Repo>,
    ) -> Result<Request<Body>, Error> {
        let mut hop = Request::builder()
            .method(request.method())
            .uri(url.as_str());
        let mut has_own = false;
        for (name, value) in request.headers() {
            if !value.is_sensitive() || first == to {
                hop = hop.header(name, value);
                has_own |= name == header::AUTHORIZATION;
            }
        }
        hop = hop.header(header::USER_AGENT, &self.0.user_agent);
        if let Some(bulk) = request.extensions().get::<Bulk>() {
            hop = hop.extension(*bulk);
        }
        if !request.headers().contains_key(header::ACCEPT_ENCODING) {
            // Nothing here unpacks, and what is packed can be larger than it looks.
            hop = hop.header(header::ACCEPT_ENCODING, "identity");
        }
        if !has_own && let Some(value) = self.credentials(to, about).await? {
            hop = hop.header(header::AUTHORIZATION, value);
        }
        hop.body(request.body().clone().into()).map_err(|error| {
            let message = format!("the address of a request to {to} is malformed");
            Error::new(ErrorKind::Protocol, message).with_source(error)
        })
    }

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

/// Whether a request brings nothing that another server should not see.
fn is_question(method: &Method) -> bool {
    method == Method::GET || method == Method::HEAD
}

/// The request that a 303 asks for.
fn fetched_instead(request: &Request<Bytes>) -> Request<Bytes> {
    let mut fetch = Request::new(Bytes::new());
    *fetch.uri_mut() = request.uri().clone();
    *fetch.headers_mut() = request.headers().clone();
    fetch.headers_mut().remove(header::CONTENT_TYPE);
    fetch
}

fn origin_of(url: &Url) -> Result<Origin, Error> {
    let origin = Origin::split(url.as_str()).map(|(origin, _)| origin);
    origin.map_err(|error| {
        let message = format!("a redirect leads to an address that is not followed: {error}");
        Error::new(ErrorKind::Protocol, message)
    })
}
