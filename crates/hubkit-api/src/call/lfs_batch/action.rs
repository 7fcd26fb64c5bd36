//! A request that a batch tells to make.

use std::fmt;

use http::{HeaderMap, HeaderName, HeaderValue};
use serde_json::{Map, Value};

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
    /// For how many seconds from now it is good, if that was told.
    pub expires_in: Option<u64>,
}

impl LfsAction {
    /// A request that needs no headers and stays good.
    pub fn new(href: impl Into<String>) -> Self {
        Self {
            href: href.into(),
            headers: HeaderMap::new(),
            expires_in: None,
        }
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
            // The form of the specification; that with a date needs a clock and is rarely sent alone.
            expires_in: fields.count("expires_in"),
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
            .finish()
    }
}
