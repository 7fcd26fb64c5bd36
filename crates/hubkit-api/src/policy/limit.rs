//! How much a hub still answers, and how long to wait for more.

pub(crate) mod date;
mod told;

use std::{
    collections::BTreeMap,
    time::{Duration, Instant},
};

pub use told::{LimitsTold, RateLimit, RateLimitPolicy, RetryAfter};

/// What a hub counts together.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Bucket {
    /// Questions about repositories, accounts and so on.
    Api,
    /// Files.
    Resolvers,
    /// Everything else.
    Pages,
}

impl Bucket {
    const ALL: [Self; 3] = [Self::Api, Self::Resolvers, Self::Pages];

    /// The one that a request counts in, by its target in origin form, below whatever prefix the hub has.
    pub fn of(target: &str) -> Self {
        let path = target.split(['?', '#']).next().unwrap_or_default();
        if path.starts_with("/api/resolve-cache/") {
            Self::Resolvers
        } else if path.starts_with("/api/") {
            Self::Api
        } else if path.contains("/resolve/") {
            Self::Resolvers
        } else {
            Self::Pages
        }
    }

    /// What the hub calls it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Api => "api",
            Self::Resolvers => "resolvers",
            Self::Pages => "pages",
        }
    }

    fn read(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|bucket| bucket.as_str() == name)
    }
}

/// What is known of the limits of one hub for one caller. All who send for that caller share one.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Limits(BTreeMap<Bucket, Window>);

/// A span in which a number of requests is answered.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
struct Window {
    /// When it ends, and the next begins.
    ends: Instant,
    /// How many requests more are answered until then.
    left: u64,
    /// How many are answered in a whole window, where that was told.
    quota: Option<u64>,
    /// How long a whole one is, where that was told.
    length: Option<Duration>,
}

impl Limits {
    /// Two answers that name the end of a window so close to each other mean the same one: ends are told in whole
    /// seconds, and answers take their time.
    const SAME: Duration = Duration::from_secs(3);

    /// How long the next request of this bucket waits; with no wait it counts as sent. Ask again after the wait: others
    /// may have come first.
    ///
    /// Where nothing is known, nothing waits.
    pub fn take(&mut self, bucket: Bucket, now: Instant) -> Duration {
        let Some(window) = self.0.get_mut(&bucket) else {
            return Duration::ZERO;
        };
        if now >= window.ends {
            let next = window.quota.zip(window.length).and_then(|(quota, length)| {
                let ends = now.checked_add(length)?;
                Some(Window {
                    ends,
                    left: quota,
                    ..*window
                })
            });
            let Some(next) = next else {
                self.0.remove(&bucket);
                return Duration::ZERO;
            };
            *window = next;
        }
        if window.left == 0 {
            return window.ends - now;
        }
        window.left -= 1;
        Duration::ZERO
    }

    /// Takes note of what an answer to a request of this bucket says. `now` is when it came.
    ///
    /// Of a window that is known already, the answer can only lower what is left: others may be on their way.
    pub fn note(&mut self, bucket: Bucket, told: &LimitsTold, now: Instant) {
        for limit in &told.limits {
            let bucket = Bucket::read(&limit.bucket).unwrap_or(bucket);
            let policy = told
                .policies
                .iter()
                .find(|policy| policy.bucket == limit.bucket);
            self.narrow(bucket, (limit.remaining, limit.resets_in), policy, now);
        }
        // A hub that refuses and says for how long has nothing left until then.
        if let Some(wait) = told.retry_after.filter(|_| told.is_refusal) {
            self.narrow(bucket, (0, wait), None, now);
        }
    }

    fn narrow(
        &mut self,
        bucket: Bucket,
        (left, resets_in): (u64, Duration),
        policy: Option<&RateLimitPolicy>,
        now: Instant,
    ) {
        // Nobody waits for longer than the clock reaches.
        let Some(ends) = now.checked_add(resets_in) else {
            return;
        };
        let told = Window {
            ends,
            left,
            quota: policy.map(|policy| policy.quota),
            length: policy.map(|policy| policy.window),
        };
        let window = self.0.entry(bucket).or_insert(told);
        let is_same = window.ends.max(ends) - window.ends.min(ends) <= Self::SAME;
        // What says that it is empty for longer wins; what is over gives way.
        if now >= window.ends || (!is_same && ends > window.ends) {
            *window = Window {
                quota: told.quota.or(window.quota),
                length: told.length.or(window.length),
                ..told
            };
        } else if is_same {
            window.left = window.left.min(left);
            window.ends = window.ends.max(ends);
            window.quota = told.quota.or(window.quota);
            window.length = told.length.or(window.length);
        }
    }
}

#[cfg(test)]
mod tests;
