//! Lists that come page by page.

use bytes::Bytes;
use http::{HeaderMap, HeaderValue, Response, StatusCode};
use serde_json::Value;

use crate::{ApiError, header, json, next_link};

/// One page of a list.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct PageOf<T> {
    /// What is on it, in the server's order. An empty page may have a next one.
    pub items: Vec<T>,
    /// How many there are on all pages together, if the server counted them.
    pub total: Option<u64>,
    /// The address of the next page, as the server wrote it: absolute, or relative to the request.
    pub next: Option<String>,
}

impl<T> PageOf<T> {
    /// The only page of a list.
    pub fn only(items: Vec<T>) -> Self {
        Self {
            items,
            total: None,
            next: None,
        }
    }

    /// Reads a JSON array and the headers about it. `what` names the items in an error.
    pub(crate) fn read(
        response: &Response<Bytes>,
        what: &str,
        item: impl Fn(Value) -> Result<T, ApiError>,
    ) -> Result<Self, ApiError> {
        Ok(Self {
            items: json::read_list(response, what, item)?,
            total: read_total(response.headers()),
            next: next_link(response.headers()),
        })
    }

    /// Writes what [`PageOf::read`] reads. A `next` that can't stand in a header is left out.
    pub(crate) fn respond(&self, item: impl Fn(&T) -> Value) -> Response<Bytes> {
        let items = self.items.iter().map(item).collect();
        let mut response = json::respond(StatusCode::OK, &items);
        header::put_next(response.headers_mut(), self.next.as_deref());
        put_total(response.headers_mut(), self.total);
        response
    }
}

pub(super) fn read_total(headers: &HeaderMap) -> Option<u64> {
    header::text(headers, &header::TOTAL_COUNT)?
        .trim()
        .parse()
        .ok()
}

pub(super) fn put_total(headers: &mut HeaderMap, total: Option<u64>) {
    if let Some(total) = total {
        headers.insert(header::TOTAL_COUNT, HeaderValue::from(total));
    }
}
