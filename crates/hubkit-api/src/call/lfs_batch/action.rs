//! A request that a batch tells to make.

use std::{
    fmt,
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use http::{HeaderMap, HeaderName, HeaderValue};
use serde_json::{Map, Value};

use super::moment;
use crate::{
    ApiError,
    json::{Fields, Object},
};

/// A request to make for an object. Address and headers are secrets: who has them needs no token.
#[derive(Clone, PartialEq, Eq)]
pub struct LfsAction {
    /// Where to: an absolute URL. A stranger's text: parse it, and decide about credentials anew, before going there.
    pub href: String,
    /// What to send along.
    pub headers: HeaderMap,
    /// For how many seconds from the answer on it is good, if that was told. Counts more than a moment.
    pub expires_in: Option<u64>,
    /// Until when it is good by the server's clock, if that was told.
    pub expires_at: Option<SystemTime>,
}

impl LfsAction {
    /// A request that needs no headers and stays good.
    pub fn new(href: impl Into<String>) -> Self {
        Self {
            href: href.into(),
            headers: HeaderMap::new(),
            expires_in: None,
            expires_at: None,
        }
    }

    /// For how long it is good, counted from the answer; `None` where that was not told, or only as a moment by a clock
    /// that did not say how late it was ([`LfsBatchReply::answered`](super::LfsBatchReply::answered)).
    pub fn lifetime(&self, answered: Option<SystemTime>) -> Option<Duration> {
        if let Some(seconds) = self.expires_in {
            return Some(Duration::from_secs(seconds));
        }
        let (end, start) = (self.expires_at?, answered?);
        Some(end.duration_since(start).unwrap_or_default())
    }

    pub(super) fn read(value: Value) -> Result<Self, ApiError> {
        let mut fields = Fields::of(value, "an action")?;
        let mut headers = HeaderMap::new();
        if let Some(value) = fields.any("header") {
            for (name, value) in Fields::of(value, "the headers of an action")?.rest() {
                let text = match value {
                    Value::String(text) => text,
                    Value::Number(number) => number.to_string(),
                    _ => return Err(ApiError::protocol("a header of an action is no text")),
                };
                let name = HeaderName::try_from(&name);
                let value = HeaderValue::try_from(text);
                let (Ok(name), Ok(mut value)) = (name, value) else {
                    return Err(ApiError::protocol("a header of an action is malformed"));
                };
                value.set_sensitive(true);
                headers.append(name, value);
            }
        }
        Ok(Self {
            href: fields.required("href")?,
            headers,
            // Some servers send a negative number, or the first moment of all, for what never expires.
            expires_in: fields.count("expires_in").filter(|seconds| *seconds > 0),
            expires_at: fields
                .text("expires_at")
                .and_then(|text| moment::read(&text))
                .filter(|moment| *moment > UNIX_EPOCH),
        })
    }

    /// Headers whose values are not text are left out: they have no form in JSON.
    pub(super) fn write(&self) -> Value {
        let mut object = Object::default();
        object.put("href", Some(self.href.as_str()));
        let pairs = self.headers.iter();
        let pairs = pairs.filter_map(|(name, value)| {
            let value = value.to_str().ok()?;
            Some((name.as_str().to_owned(), Value::from(value)))
        });
        let headers: Map<String, Value> = pairs.collect();
        object.put("header", Some(headers).filter(|map| !map.is_empty()));
        object.put("expires_in", self.expires_in);
        object.put("expires_at", self.expires_at.map(moment::write));
        object.done()
    }
}

impl fmt::Debug for LfsAction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let shown = match self.href.split_once('?') {
            Some((place, _)) => format!("{place}?***"),
            None => self.href.clone(),
        };
        let names: Vec<&str> = self.headers.keys().map(HeaderName::as_str).collect();
        f.debug_struct("LfsAction")
            .field("href", &shown)
            .field("headers", &names)
            .field("expires_in", &self.expires_in)
            .field("expires_at", &self.expires_at)
            .finish()
    }
}
