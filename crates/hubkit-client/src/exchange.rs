//! A request's way to the hub and, through second tries, back.

use std::{
    hash::{BuildHasher as _, RandomState},
    time::Duration,
};

use bytes::Bytes;
use http::{Request, Response, StatusCode};
use hubkit_api::{Bucket, Decision, Failure, retry_after};
use hubkit_transport::{Body, TransportError, TransportErrorKind};
use hubkit_types::Repo;
use tokio::time::Instant;
use url::Url;

use crate::{Client, Connectivity, Error, ErrorKind, Event, Progress, hop::Lost, pour::Patience};

/// What happens at a redirect.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Redirects {
    /// All are followed.
    Follow,
    /// One to another origin is the answer: a hub says on it what is behind it.
    StopAtOtherOrigin,
}

/// What came back, and the address that it came from behind all redirects.
pub(crate) struct Answer {
    pub(crate) response: Response<Body>,
    pub(crate) url: Url,
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
    ) -> Result<Answer, Error> {
        self.exchange_from(None, request, about, redirects, progress)
            .await
    }

    /// As [`exchange`](Self::exchange), but sends the request to an address that the hub sent us to before.
    pub(crate) async fn exchange_at(
        &self,
        url: &Url,
        request: &Request<Bytes>,
        about: Option<&Repo>,
        progress: &dyn Progress,
    ) -> Result<Answer, Error> {
        self.exchange_from(Some(url), request, about, Redirects::Follow, progress)
            .await
    }

    async fn exchange_from(
        &self,
        from: Option<&Url>,
        request: &Request<Bytes>,
        about: Option<&Repo>,
        redirects: Redirects,
        progress: &dyn Progress,
    ) -> Result<Answer, Error> {
        if self.connectivity() == Connectivity::Offline {
            let message = format!("{} can't be asked: the client is offline", self.endpoint());
            return Err(Error::new(ErrorKind::Offline, message));
        }
        let mut attempt = 1;
        // The time that the hub may make this request wait, all its tries together.
        let mut allowance = self.0.retry.max_wait;
        loop {
            let start = Instant::now();
            let followed = self.follow(request, from, about, redirects, &mut allowance, progress);
            let (reason, after) = match Box::pin(followed).await {
                Ok(answer) => {
                    self.0.connections.note_answer(start.elapsed());
                    let status = answer.response.status();
                    if matches!(
                        status,
                        StatusCode::TOO_MANY_REQUESTS | StatusCode::SERVICE_UNAVAILABLE
                    ) {
                        self.0.connections.slow_down();
                    }
                    let retry_after = retry_after(answer.response.headers());
                    let failure = Failure::Status {
                        status,
                        retry_after,
                    };
                    match self.0.retry.decide(attempt, failure, jitter()) {
                        Decision::Retry { after }
                            if retry_after.is_none_or(|_| after <= allowance) =>
                        {
                            if retry_after.is_some() {
                                allowance -= after;
                            }
                            (format!("the hub answered {status}"), after)
                        }
                        _ => return Ok(answer),
                    }
                }
                Err(Lost::Transport(error)) => {
                    let hopeless =
                        !error.may_retry() || (is_silence(&error) && attempt >= SILENCES);
                    match self.0.retry.decide(attempt, Failure::Connection, jitter()) {
                        Decision::Retry { after } if !hopeless => (error.to_string(), after),
                        _ => return Err(give_up(error.into(), attempt)),
                    }
                }
                Err(Lost::Refused(error)) => return Err(error),
            };
            wait(&reason, after, progress).await;
            attempt += 1;
        }
    }

    /// Waits before a broken body is picked up again, unless so many tries were in vain (`None`) that it is given up.
    pub(crate) async fn pick_up(
        &self,
        fruitless: Option<u32>,
        broken: Error,
        progress: &dyn Progress,
    ) -> Result<(), Error> {
        let Some(fruitless) = fruitless else {
            let tries = Patience::TRIES;
            return Err(broken.within(format_args!(
                "gave up after {tries} tries that brought too little"
            )));
        };
        self.pause(fruitless, &broken, progress).await
    }

    /// Waits before an answer that broke off is asked for again.
    pub(crate) async fn pause(
        &self,
        attempt: u32,
        broken: &Error,
        progress: &dyn Progress,
    ) -> Result<(), Error> {
        match self.0.retry.decide(attempt, Failure::Connection, jitter()) {
            Decision::Retry { after } => {
                wait(&broken.to_string(), after, progress).await;
                Ok(())
            }
            Decision::GiveUp => Err(Error::new(broken.kind(), broken.to_string())),
        }
    }

    /// Waits until the hub's limits let a request through, no longer than is allowed.
    pub(crate) async fn admit(
        &self,
        bucket: Bucket,
        allowance: &mut Duration,
        progress: &dyn Progress,
    ) -> Result<(), Error> {
        while let Some(pause) = self.0.limiter.pause(bucket) {
            // Those who waited together do not all come in the same moment.
            let delay = pause + Duration::from_secs_f64(jitter());
            let Some(left) = allowance.checked_sub(delay) else {
                return Err(self.used_up(pause, *allowance));
            };
            *allowance = left;
            wait("the hub's limit of requests is used up", delay, progress).await;
        }
        Ok(())
    }

    fn used_up(&self, pause: Duration, allowance: Duration) -> Error {
        let (endpoint, opens) = (self.endpoint(), seconds(pause));
        let message = format!(
            "{endpoint} takes no more requests for {opens} seconds, longer than the {} that may be waited",
            allowance.as_secs()
        );
        Error::new(ErrorKind::RateLimited, message).with_retry_after(pause)
    }
}

async fn wait(reason: &str, delay: Duration, progress: &dyn Progress) {
    progress.event(&Event::Waiting { reason, delay });
    tokio::time::sleep(delay).await;
}

/// Whole seconds, none too few.
fn seconds(time: Duration) -> u64 {
    time.as_secs() + u64::from(time.subsec_nanos() > 0)
}

/// How often nobody answers before that is the answer: each time takes long, and a person waits.
const SILENCES: u32 = 3;

fn is_silence(error: &TransportError) -> bool {
    matches!(
        error.kind(),
        TransportErrorKind::Connect | TransportErrorKind::Timeout
    )
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
