//! What an answer says of limits.

use std::time::{Duration, SystemTime};

use http::{HeaderMap, HeaderName, StatusCode, header::RETRY_AFTER};

use super::date;
use crate::header;

/// How much is left: one item of `RateLimit`, as `"api";r=0;t=55`.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct RateLimit {
    /// What is counted together.
    pub bucket: String,
    /// How many requests more are answered in this window.
    pub remaining: u64,
    /// How long until the next window.
    pub resets_in: Duration,
}

/// How much there is at all: `RateLimit-Policy`, as `"fixed window";"api";q=500;w=300`.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct RateLimitPolicy {
    /// What is counted together.
    pub bucket: String,
    /// How many requests are answered in a window.
    pub quota: u64,
    /// How long a window is.
    pub window: Duration,
}

/// When to come back: `Retry-After` (RFC 9110, section 10.2.3).
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum RetryAfter {
    /// So long from now.
    In(Duration),
    /// At this time, by the server's clock.
    At(SystemTime),
}

/// All that an answer says of limits.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct LimitsTold {
    /// How much is left of what.
    pub limits: Vec<RateLimit>,
    /// How much there is of what.
    pub policies: Vec<RateLimitPolicy>,
    /// How long to wait, where a time to come back was told.
    pub retry_after: Option<Duration>,
    /// Whether the answer refused for its limits: status 429.
    pub is_refusal: bool,
}

impl LimitsTold {
    /// Reads an answer. `now` is the time by which a date counts.
    pub fn of(status: StatusCode, headers: &HeaderMap, now: SystemTime) -> Self {
        Self {
            limits: RateLimit::all(headers),
            policies: RateLimitPolicy::all(headers),
            retry_after: RetryAfter::of(headers).map(|told| told.wait(now)),
            is_refusal: status == StatusCode::TOO_MANY_REQUESTS,
        }
    }
}

impl RateLimit {
    /// Reads the header of that name; what of it is malformed is passed over.
    pub fn all(headers: &HeaderMap) -> Vec<Self> {
        let read = |item: Item<'_>| {
            Some(Self {
                bucket: item.names.first()?.clone(),
                remaining: item.number("r")?,
                resets_in: Duration::from_secs(item.number("t")?),
            })
        };
        items(headers, &header::RATE_LIMIT)
            .filter_map(read)
            .collect()
    }
}

impl RateLimitPolicy {
    /// Reads the header of that name; what of it is malformed is passed over.
    pub fn all(headers: &HeaderMap) -> Vec<Self> {
        let read = |item: Item<'_>| {
            Some(Self {
                // The kind of window may stand before the bucket.
                bucket: item.names.last()?.clone(),
                quota: item.number("q")?,
                window: Duration::from_secs(item.number("w")?),
            })
        };
        items(headers, &header::RATE_LIMIT_POLICY)
            .filter_map(read)
            .collect()
    }
}

impl RetryAfter {
    /// Reads the header of that name; `None` when it is absent or malformed.
    pub fn of(headers: &HeaderMap) -> Option<Self> {
        let text = header::text(headers, &RETRY_AFTER)?;
        let seconds = read_number(text).map(|seconds| Self::In(Duration::from_secs(seconds)));
        seconds.or_else(|| date::read(text).map(Self::At))
    }

    /// How long that is from `now`; nothing for what is past.
    pub fn wait(self, now: SystemTime) -> Duration {
        match self {
            Self::In(wait) => wait,
            Self::At(time) => time.duration_since(now).unwrap_or_default(),
        }
    }
}

/// An item of a list: names in quotes, and parameters.
struct Item<'a> {
    names: Vec<String>,
    parameters: Vec<(&'a str, &'a str)>,
}

impl Item<'_> {
    fn number(&self, key: &str) -> Option<u64> {
        let found = self.parameters.iter().find(|(name, _)| *name == key);
        read_number(found?.1)
    }
}

/// How many items are read of one answer: a hub has a handful of buckets.
const MOST_ITEMS: usize = 32;

fn items<'a>(headers: &'a HeaderMap, name: &HeaderName) -> impl Iterator<Item = Item<'a>> {
    let values = headers.get_all(name).into_iter();
    let texts = values.filter_map(|value| value.to_str().ok());
    // Names of buckets have neither commas nor semicolons, so quotes need no care here.
    texts
        .flat_map(|text| text.split(','))
        .take(MOST_ITEMS)
        .map(|item| {
            let mut read = Item {
                names: Vec::new(),
                parameters: Vec::new(),
            };
            for part in item.split(';').map(str::trim) {
                match part.split_once('=') {
                    Some((key, value)) => read.parameters.push((key.trim(), value.trim())),
                    None if part.is_empty() => {}
                    None => read.names.push(part.trim_matches('"').to_owned()),
                }
            }
            read
        })
}

fn read_number(text: &str) -> Option<u64> {
    let digits = text.trim();
    let plain = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
    // More digits than fit are still a number: one that no caller waits for.
    plain.then(|| digits.parse().unwrap_or(u64::MAX))
}
