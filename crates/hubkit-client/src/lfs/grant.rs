//! Leave to fetch one object, and getting it anew.

use bytes::Bytes;
use http::{HeaderMap, HeaderValue, Request, header::RANGE};
use hubkit_api::{LfsAction, LfsBatchReply, LfsObject};
use hubkit_transport::{Body, Bulk, Response};
use hubkit_types::ByteRange;
use tokio::{
    sync::Mutex,
    time::{Duration, Instant},
};
use url::Url;

use super::{LfsServer, action_of};
use crate::{Client, Error, Progress, acquire::is_expired};

/// So long before its end an address counts as expired: the request has a way to go.
const MARGIN: Duration = Duration::from_secs(5);

/// Where one object's bytes are and what to send along, for as long as that is good.
pub(crate) struct Grant<'a> {
    server: &'a LfsServer,
    object: LfsObject,
    held: Mutex<Held>,
}

#[derive(Clone)]
struct Held {
    url: Url,
    headers: HeaderMap,
    until: Option<Instant>,
    /// How often it was asked for.
    number: u32,
}

impl Held {
    fn new(
        server: &LfsServer,
        action: LfsAction,
        (reply, since): (&LfsBatchReply, Instant),
        number: u32,
    ) -> Result<Self, Error> {
        let lifetime = action.lifetime(reply.answered);
        let until = lifetime.and_then(|lifetime| {
            let margin = MARGIN.min(lifetime / 2);
            since.checked_add(lifetime.saturating_sub(margin))
        });
        Ok(Self {
            url: server.leads_to(&action.href)?,
            headers: action.headers,
            until,
            number,
        })
    }
}

impl<'a> Grant<'a> {
    pub(super) fn new(
        server: &'a LfsServer,
        object: LfsObject,
        answer: (&LfsBatchReply, Instant),
    ) -> Result<Self, Error> {
        let action = action_of(&server.address, object, answer.0)?;
        Ok(Self {
            server,
            object,
            held: Mutex::new(Held::new(server, action, answer, 0)?),
        })
    }

    /// Asks for the object, or a part of it. Where the address no longer counts, another is asked for, once.
    pub(crate) async fn ask(
        &self,
        client: &Client,
        range: Option<ByteRange>,
        progress: &dyn Progress,
    ) -> Result<Response<Body>, Error> {
        let held = self.current(progress).await?;
        let request = request(&held, range);
        let answer = client
            .exchange_at(&held.url, &request, None, progress)
            .await?;
        if !is_expired(answer.response.status()) {
            return Ok(answer.response);
        }
        let held = self.renew(held.number, progress).await?;
        let request = self::request(&held, range);
        let answer = client
            .exchange_at(&held.url, &request, None, progress)
            .await?;
        Ok(answer.response)
    }

    async fn current(&self, progress: &dyn Progress) -> Result<Held, Error> {
        let held = self.held.lock().await.clone();
        let is_over = held.until.is_some_and(|until| Instant::now() >= until);
        if is_over {
            return self.renew(held.number, progress).await;
        }
        Ok(held)
    }

    /// Several parts of one object may find out at the same time; one of them asks.
    async fn renew(&self, number: u32, progress: &dyn Progress) -> Result<Held, Error> {
        let mut held = self.held.lock().await;
        if held.number == number {
            let reply = Box::pin(self.server.ask_again(self.object, progress)).await?;
            let action = action_of(&self.server.address, self.object, &reply)?;
            *held = Held::new(self.server, action, (&reply, Instant::now()), number + 1)?;
        }
        Ok(held.clone())
    }
}

/// Without a condition: what is asked for by its digest is always the same.
fn request(held: &Held, range: Option<ByteRange>) -> Request<Bytes> {
    let mut request = Request::new(Bytes::new());
    *request.headers_mut() = held.headers.clone();
    let headers = request.headers_mut();
    if let Some(range) = range.filter(|range| !range.is_empty()) {
        let value = HeaderValue::try_from(format!("bytes={range}"));
        headers.insert(RANGE, value.expect("two numbers"));
    }
    request.extensions_mut().insert(Bulk);
    request
}
