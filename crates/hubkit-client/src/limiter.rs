//! One view of the hub's limits for everything that asks it.

use std::{
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use http::{Response, StatusCode};
use hubkit_api::{Bucket, Limits, LimitsTold, RateLimit, RateLimitPolicy, retry_after};
use hubkit_transport::Body;
use tokio::time::Instant;

/// What the hub said of its limits so far. Clones share it.
#[derive(Clone, Debug, Default)]
pub(crate) struct Limiter(Arc<Mutex<Limits>>);

impl Limiter {
    /// How long a request of this bucket has to wait; with `None` it counts as sent.
    pub(crate) fn pause(&self, bucket: Bucket) -> Option<Duration> {
        let pause = self.lock().take(bucket, Instant::now().into_std());
        Some(pause).filter(|pause| !pause.is_zero())
    }

    /// Takes note of what an answer to a request of this bucket says of limits.
    pub(crate) fn note(&self, bucket: Bucket, response: &Response<Body>) {
        let headers = response.headers();
        let told = LimitsTold {
            limits: RateLimit::all(headers),
            policies: RateLimitPolicy::all(headers),
            retry_after: retry_after(headers),
            is_refusal: response.status() == StatusCode::TOO_MANY_REQUESTS,
        };
        self.lock().note(bucket, &told, Instant::now().into_std());
    }

    fn lock(&self) -> MutexGuard<'_, Limits> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
