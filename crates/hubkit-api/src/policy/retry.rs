//! When to ask again, and after how long.

use std::time::Duration;

use http::{HeaderMap, StatusCode, header::DATE};

use super::limit::{RateLimit, RetryAfter, date};
use crate::header;

/// How often and how patiently to ask again. For requests that change nothing.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct RetryPolicy {
    /// How often a request is sent at most, the first time included.
    pub attempts: u32,
    /// The pause after the first failure; doubles with every further one.
    pub base: Duration,
    /// The longest pause that doubling leads to.
    pub longest: Duration,
    /// The longest pause that a server may ask for. If it asks for more, that is an error and not a sleep.
    pub max_wait: Duration,
}

impl Default for RetryPolicy {
    /// Five attempts, pauses of 1 to 8 seconds; as long as the Hub's rate windows (300 seconds) where it asks to wait.
    fn default() -> Self {
        Self {
            attempts: 5,
            base: Duration::from_secs(1),
            longest: Duration::from_secs(8),
            max_wait: Duration::from_mins(5),
        }
    }
}

/// What went wrong with an attempt.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub enum Failure {
    /// No whole response came, and sending again is safe.
    Connection,
    /// A response came that is an error.
    Status {
        /// Its status.
        status: StatusCode,
        /// How long it asks to wait, as [`retry_after`] reads it.
        retry_after: Option<Duration>,
    },
}

/// What to do about a failure.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Decision {
    /// Send the request again.
    Retry {
        /// After this pause.
        after: Duration,
    },
    /// Report the failure.
    GiveUp,
}

impl RetryPolicy {
    /// Asks once and never again.
    pub fn never() -> Self {
        Self {
            attempts: 1,
            ..Self::default()
        }
    }

    /// Decides after a failed attempt. `attempt` counts from 1; `jitter` is a random number from 0 to 1, which spreads
    /// the clients that failed together.
    ///
    /// Retried are failed connections and the statuses 408, 429, 500, 502, 503 and 504.
    pub fn decide(&self, attempt: u32, failure: Failure, jitter: f64) -> Decision {
        if attempt >= self.attempts {
            return Decision::GiveUp;
        }
        let jitter = if jitter.is_nan() {
            0.0
        } else {
            jitter.clamp(0.0, 1.0)
        };
        let asked = match failure {
            Failure::Connection => None,
            Failure::Status {
                status,
                retry_after,
            } if matches!(status.as_u16(), 408 | 429 | 500 | 502 | 503 | 504) => retry_after,
            Failure::Status { .. } => return Decision::GiveUp,
        };
        match asked {
            Some(wait) if wait > self.max_wait => Decision::GiveUp,
            Some(wait) => Decision::Retry {
                after: wait.saturating_add(scaled(self.base, jitter)),
            },
            None => Decision::Retry {
                after: scaled(self.backoff(attempt), 0.5 + jitter / 2.0),
            },
        }
    }

    fn backoff(&self, attempt: u32) -> Duration {
        let doublings = attempt.saturating_sub(1).min(31);
        self.base.saturating_mul(1 << doublings).min(self.longest)
    }
}

/// A fraction of a pause. Near the longest that there is, rounding would leave the type: the pause as it is then.
fn scaled(pause: Duration, factor: f64) -> Duration {
    Duration::try_from_secs_f64(pause.as_secs_f64() * factor).unwrap_or(pause)
}

/// How long a response asks to wait: `Retry-After` in whole seconds or, where a `RateLimit` header says that nothing
/// remains, the seconds until its window ends; the longer of the two.
///
/// A `Retry-After` with a date counts from the `Date` of the same answer, so that no clock has to agree with the
/// server's; without that header it counts for nothing here.
pub fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    let sent = || header::text(headers, &DATE).and_then(date::read);
    let plain = RetryAfter::of(headers).and_then(|told| match told {
        RetryAfter::In(wait) => Some(wait),
        told @ RetryAfter::At(_) => Some(told.wait(sent()?)),
    });
    let limits = RateLimit::all(headers).into_iter();
    let empty = limits.filter(|limit| limit.remaining == 0);
    plain.max(empty.map(|limit| limit.resets_in).max())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn status(code: u16, retry_after: Option<u64>) -> Failure {
        Failure::Status {
            status: StatusCode::from_u16(code).expect("a status"),
            retry_after: retry_after.map(Duration::from_secs),
        }
    }

    #[test]
    fn pauses_double_up_to_the_longest_and_attempts_end() {
        let policy = RetryPolicy {
            attempts: 7,
            ..RetryPolicy::default()
        };
        let pause = |attempt, jitter| match policy.decide(attempt, Failure::Connection, jitter) {
            Decision::Retry { after } => Some(after.as_millis()),
            Decision::GiveUp => None,
        };
        let full: Vec<_> = (1..=7).map(|attempt| pause(attempt, 1.0)).collect();
        let wanted = [1000, 2000, 4000, 8000, 8000, 8000].map(Some);
        assert_eq!(full, [&wanted[..], &[None]].concat());
        assert_eq!(pause(1, 0.0), Some(500));
        assert_eq!(pause(1, f64::NAN), Some(500));
        assert_eq!(pause(1, -7.0), Some(500));
        assert_eq!(pause(1, f64::INFINITY), Some(1000));
        let endless = RetryPolicy {
            attempts: u32::MAX,
            base: Duration::MAX,
            ..policy
        };
        let late = endless.decide(u32::MAX - 1, Failure::Connection, 1.0);
        let after = Duration::from_secs(8);
        assert_eq!(late, Decision::Retry { after });
    }

    #[test]
    fn only_statuses_that_pass_are_retried() {
        let policy = RetryPolicy::default();
        for code in [408, 429, 500, 502, 503, 504] {
            let decision = policy.decide(1, status(code, None), 0.5);
            assert_ne!(decision, Decision::GiveUp, "{code}");
        }
        for code in [400, 401, 403, 404, 409, 412, 416, 501, 505, 507] {
            let decision = policy.decide(1, status(code, Some(1)), 0.5);
            assert_eq!(decision, Decision::GiveUp, "{code}");
        }
        let decision = RetryPolicy::never().decide(1, Failure::Connection, 0.0);
        assert_eq!(decision, Decision::GiveUp);
    }

    #[test]
    fn a_wait_that_is_asked_for_is_kept_or_refused() {
        let policy = RetryPolicy::default();
        let retry = |seconds| Decision::Retry {
            after: Duration::from_secs(seconds),
        };
        assert_eq!(policy.decide(1, status(429, Some(3)), 0.0), retry(3));
        assert_eq!(policy.decide(1, status(503, Some(300)), 1.0), retry(301));
        let day = policy.decide(1, status(429, Some(86_400)), 0.0);
        assert_eq!(day, Decision::GiveUp);
    }

    #[test]
    fn both_headers_are_read_and_the_longer_wait_wins() {
        let wait = |pairs: &[(&'static str, &'static str)]| {
            let mut headers = HeaderMap::new();
            for (name, value) in pairs {
                headers.insert(*name, value.parse().expect("a value"));
            }
            retry_after(&headers).map(|wait| wait.as_secs())
        };
        assert_eq!(wait(&[("retry-after", "3")]), Some(3));
        assert_eq!(
            wait(&[("retry-after", "99999999999999999999")]),
            Some(u64::MAX)
        );
        for wrong in [
            "",
            "soon",
            "-1",
            "1.5",
            "+3",
            "Wed, 21 Oct 2026 07:28:00 GMT",
        ] {
            assert_eq!(wait(&[("retry-after", wrong)]), None, "{wrong}");
        }
        assert_eq!(wait(&[("ratelimit", "\"api\";r=0;t=55")]), Some(55));
        assert_eq!(wait(&[("ratelimit", "\"api\"; r=0; t=55")]), Some(55));
        assert_eq!(wait(&[("ratelimit", "\"api\";r=4;t=55")]), None);
        assert_eq!(
            wait(&[("ratelimit", "\"a\";r=1;t=9, \"b\";r=0;t=5")]),
            Some(5)
        );
        assert_eq!(wait(&[("ratelimit", "r=0;t")]), None);
        let date = ("retry-after", "Wed, 21 Oct 2026 07:28:00 GMT");
        let sent = |date| {
            [
                ("date", date),
                ("retry-after", "Wed, 21 Oct 2026 07:28:00 GMT"),
            ]
        };
        assert_eq!(wait(&[date]), None, "by which clock?");
        assert_eq!(wait(&sent("Wed, 21 Oct 2026 07:27:18 GMT")), Some(42));
        assert_eq!(wait(&sent("Wed, 21 Oct 2026 07:28:18 GMT")), Some(0));
        assert_eq!(wait(&sent("now")), None);
        let both = [("retry-after", "3"), ("ratelimit", "\"api\";r=0;t=55")];
        assert_eq!(wait(&both), Some(55));
    }
}
