//! JSON answers, read field by field so that what is not known here is kept.

mod bounded;

use bytes::Bytes;
use http::{
    HeaderValue, Response, StatusCode,
    header::{CONTENT_TYPE, X_CONTENT_TYPE_OPTIONS},
};
use serde_core::de::DeserializeSeed as _;
use serde_json::{Map, Value};

use self::bounded::{Budget, List, Tree};
use crate::{ApiError, ErrorKind, check, header, size::believed};

/// Reads the JSON of a successful answer, or says which refusal it is.
pub(crate) fn read(response: &Response<Bytes>) -> Result<Value, ApiError> {
    expect_ok(response)?;
    let mut budget = Budget::of(Budget::WHOLE);
    let mut reader = serde_json::Deserializer::from_slice(response.body());
    let value = Tree(&mut budget).deserialize(&mut reader);
    let value = value.and_then(|value| reader.end().map(|()| value));
    value.map_err(|error| malformed(response, &error))
}

/// How many items a page of a list may have: a hundred times as many as the Hub puts on one.
pub const MOST_ON_PAGE: usize = 100_000;

/// Reads the list of a successful answer, item by item: only what `item` makes of them is held. `what` names the items
/// in an error.
pub(crate) fn read_list<T>(
    response: &Response<Bytes>,
    what: &str,
    item: impl FnMut(Value) -> Result<T, ApiError>,
) -> Result<Vec<T>, ApiError> {
    expect_ok(response)?;
    let mut fault = None;
    let list = List {
        item,
        fault: &mut fault,
        what,
        most: MOST_ON_PAGE,
    };
    let mut reader = serde_json::Deserializer::from_slice(response.body());
    let list = list.deserialize(&mut reader);
    let list = list.and_then(|list| reader.end().map(|()| list));
    list.map_err(|error| fault.unwrap_or_else(|| malformed(response, &error)))
}

fn malformed(response: &Response<Bytes>, error: &serde_json::Error) -> ApiError {
    if is_page(response) {
        ApiError::new(ErrorKind::NotAHub, "expected JSON, found a web page")
    } else {
        ApiError::protocol(format!("expected JSON: {error}"))
    }
}

/// The body of a successful answer that need not be JSON, or which refusal it is. A page for a browser is no answer.
pub(crate) fn success(response: &Response<Bytes>) -> Result<&Bytes, ApiError> {
    expect_ok(response)?;
    if is_page(response) {
        return Err(ApiError::new(
            ErrorKind::NotAHub,
            "expected an answer, found a web page",
        ));
    }
    Ok(response.body())
}

fn expect_ok(response: &Response<Bytes>) -> Result<(), ApiError> {
    let (parts, ()) = response_parts(response);
    check(&parts, response.body())?;
    if parts.status != StatusCode::OK {
        let message = format!("expected status 200, found {}", parts.status.as_u16());
        return Err(ApiError::protocol(message).with_status(parts.status));
    }
    Ok(())
}

fn is_page(response: &Response<Bytes>) -> bool {
    header::has_media_type(response.headers(), "text/html")
}

fn response_parts(response: &Response<Bytes>) -> (http::response::Parts, ()) {
    let mut copy = Response::new(());
    *copy.status_mut() = response.status();
    *copy.headers_mut() = response.headers().clone();
    copy.into_parts()
}

/// An answer with a JSON body.
pub(crate) fn respond(status: StatusCode, value: &Value) -> Response<Bytes> {
    let mut response = Response::new(Bytes::from(value.to_string()));
    *response.status_mut() = status;
    response.headers_mut().insert(
        CONTENT_TYPE,
        HeaderValue::from_static("application/json; charset=utf-8"),
    );
    // A browser must not take an answer that quotes a stranger for a page.
    response
        .headers_mut()
        .insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    response
}

/// An object that is written field by field, over what was kept of it.
#[derive(Default)]
pub(crate) struct Object(Map<String, Value>);

impl Object {
    pub(crate) fn over(rest: &Map<String, Value>) -> Self {
        Self(rest.clone())
    }

    /// Writes a field where there is a value for it.
    pub(crate) fn put(&mut self, key: &str, value: Option<impl Into<Value>>) {
        if let Some(value) = value {
            self.0.insert(key.to_owned(), value.into());
        }
    }

    pub(crate) fn done(self) -> Value {
        Value::Object(self.0)
    }
}

/// The fields of an object, taken one by one; what is left over was not known.
pub(crate) struct Fields {
    map: Map<String, Value>,
    what: &'static str,
}

impl Fields {
    pub(crate) fn of(value: Value, what: &'static str) -> Result<Self, ApiError> {
        match value {
            Value::Object(map) => Ok(Self { map, what }),
            _ => Err(ApiError::protocol(format!("expected {what} as an object"))),
        }
    }

    /// A text; absent when it is anything else.
    pub(crate) fn text(&mut self, key: &str) -> Option<String> {
        match self.map.remove(key) {
            Some(Value::String(text)) => Some(text),
            _ => None,
        }
    }

    /// A count; absent when it is anything else.
    pub(crate) fn count(&mut self, key: &str) -> Option<u64> {
        self.map.remove(key).and_then(|value| value.as_u64())
    }

    /// A flag; false when it is anything else.
    pub(crate) fn flag(&mut self, key: &str) -> bool {
        self.map.remove(key) == Some(Value::Bool(true))
    }

    /// The texts of a list; empty when it is anything else.
    pub(crate) fn texts(&mut self, key: &str) -> Vec<String> {
        self.list(key)
            .into_iter()
            .filter_map(|value| match value {
                Value::String(text) => Some(text),
                _ => None,
            })
            .collect()
    }

    /// A list; empty when it is anything else.
    pub(crate) fn list(&mut self, key: &str) -> Vec<Value> {
        match self.map.remove(key) {
            Some(Value::Array(list)) => list,
            _ => Vec::new(),
        }
    }

    /// Any value but null.
    pub(crate) fn any(&mut self, key: &str) -> Option<Value> {
        self.map.remove(key).filter(|value| !value.is_null())
    }

    /// A text that is parsed into a type of ours: `None` when absent or null, an error when malformed.
    pub(crate) fn parsed<T>(&mut self, key: &str) -> Result<Option<T>, ApiError>
    where
        T: std::str::FromStr<Err: std::fmt::Display>,
    {
        let what = self.what;
        match self.any(key) {
            None => Ok(None),
            Some(Value::String(text)) => text
                .parse()
                .map(Some)
                .map_err(|error| ApiError::protocol(format!("`{key}` of {what}: {error}"))),
            Some(_) => Err(ApiError::protocol(format!(
                "`{key}` of {what} is not a text"
            ))),
        }
    }

    /// As [`Fields::parsed`], for what may not be absent.
    pub(crate) fn required<T>(&mut self, key: &str) -> Result<T, ApiError>
    where
        T: std::str::FromStr<Err: std::fmt::Display>,
    {
        self.parsed(key)?
            .ok_or_else(|| ApiError::protocol(format!("{} has no `{key}`", self.what)))
    }

    /// As [`Fields::required`], for what has two names: the first that is there counts.
    pub(crate) fn required_either<T>(&mut self, key: &str, other: &str) -> Result<T, ApiError>
    where
        T: std::str::FromStr<Err: std::fmt::Display>,
    {
        match self.parsed(key)? {
            Some(value) => Ok(value),
            None => self.required(other),
        }
    }

    /// The length of a file: `None` when absent or null, an error when it is none that a file can have.
    pub(crate) fn size(&mut self, key: &str) -> Result<Option<u64>, ApiError> {
        let what = self.what;
        self.any(key)
            .map(|value| {
                value.as_u64().and_then(believed).ok_or_else(|| {
                    ApiError::protocol(format!("`{key}` of {what} is not a size in bytes"))
                })
            })
            .transpose()
    }

    /// As [`Fields::size`], for what may not be absent.
    pub(crate) fn required_size(&mut self, key: &str) -> Result<u64, ApiError> {
        self.size(key)?
            .ok_or_else(|| ApiError::protocol(format!("{} has no `{key}`", self.what)))
    }

    /// Takes over the fields of another object; of those that both have, the other's.
    pub(crate) fn under(mut self, other: Self) -> Self {
        self.map.extend(other.map);
        self
    }

    /// What was not taken.
    pub(crate) fn rest(self) -> Map<String, Value> {
        self.map
    }
}
