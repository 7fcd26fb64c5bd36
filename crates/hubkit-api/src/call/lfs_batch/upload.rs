//! What an upload says after its batch: parts, their end, and that the object is there.

use bytes::Bytes;
use http::{
    HeaderName, HeaderValue, Request,
    header::{ACCEPT, CONTENT_TYPE},
};
use hubkit_types::Sha256;
use serde_json::{Value, json};

use super::{LfsAction, LfsObject, MEDIA_TYPE};
use crate::{ApiError, json::Fields};

/// How an object is to be sent in parts: what the `upload` action of the transfer `multipart` says in its headers, as the
/// Hub has it.
#[derive(Clone, PartialEq, Eq)]
pub struct LfsParts {
    /// How many bytes every part has but the last, which may be shorter.
    pub part_size: u64,
    /// Where each part is to be `PUT`, the first one first. Secrets, as any address of an action.
    pub hrefs: Vec<String>,
}

/// Says that all parts were sent. Goes to the address of the action itself.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct LfsPartsSent {
    /// The object.
    pub oid: Sha256,
    /// The `ETag` that came back for each part, the first one first.
    pub etags: Vec<String>,
}

/// Says that an object was sent whole, and asks the server to look: the `verify` action.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct LfsVerify {
    /// The object.
    pub object: LfsObject,
}

impl LfsAction {
    /// The parts in which an object of this size is to be sent; `None` for an action that wants it whole.
    ///
    /// # Errors
    ///
    /// Of kind `Protocol` when the parts don't make up the object.
    pub fn parts(&self, size: u64) -> Result<Option<LfsParts>, ApiError> {
        let text = |name: &str| self.headers.get(name).and_then(|value| value.to_str().ok());
        let Some(part_size) = text("chunk_size") else {
            return Ok(None);
        };
        let wrong = |what: String| Err(ApiError::protocol(what));
        let part_size: u64 = match part_size.parse() {
            Ok(size) if size > 0 => size,
            _ => return wrong("expected `chunk_size` to be a number above 0".to_owned()),
        };
        // As many as there are headers, whatever the sizes say.
        let hrefs: Vec<String> = (1..=self.headers.len())
            .map_while(|number| text(&number.to_string()).map(str::to_owned))
            .collect();
        let expected = size.div_ceil(part_size);
        if hrefs.len() as u64 != expected {
            let found = hrefs.len();
            return wrong(format!(
                "expected {expected} parts of {part_size} bytes for {size} bytes, found {found}"
            ));
        }
        Ok(Some(LfsParts { part_size, hrefs }))
    }

    /// The same action, asking for parts.
    pub fn in_parts(mut self, parts: &LfsParts) -> Self {
        let addresses = parts.hrefs.iter().enumerate();
        let pairs = addresses.map(|(index, href)| ((index + 1).to_string(), href.clone()));
        for (name, value) in pairs.chain([("chunk_size".to_owned(), parts.part_size.to_string())]) {
            let name = HeaderName::try_from(name);
            if let (Ok(name), Ok(mut value)) = (name, HeaderValue::try_from(value)) {
                value.set_sensitive(true);
                self.headers.insert(name, value);
            }
        }
        self
    }
}

impl LfsPartsSent {
    /// The request, to the address of the `upload` action.
    pub fn request(&self, action: &LfsAction) -> Result<Request<Bytes>, ApiError> {
        let parts = self.etags.iter().enumerate();
        let parts = parts.map(|(index, etag)| json!({ "partNumber": index + 1, "etag": etag }));
        let body = json!({ "oid": self.oid.to_string(), "parts": parts.collect::<Value>() });
        // The headers of this action are the parts, and none of the request's.
        post(&LfsAction::new(action.href.clone()), &body)
    }

    /// Reads the body of such a request. `None` for what is none, and where a part is missing or stands twice.
    pub fn read(body: &[u8]) -> Option<Self> {
        let mut fields = Fields::of(serde_json::from_slice(body).ok()?, "parts").ok()?;
        let oid = fields.required("oid").ok()?;
        let list = fields.list("parts");
        let mut etags = vec![None; list.len()];
        for part in list {
            let mut part = Fields::of(part, "a part").ok()?;
            let number = usize::try_from(part.count("partNumber")?).ok()?;
            let place = etags.get_mut(number.checked_sub(1)?)?;
            if place.replace(part.text("etag")?).is_some() {
                return None;
            }
        }
        let etags = etags.into_iter().collect::<Option<Vec<String>>>()?;
        Some(Self { oid, etags })
    }
}

impl LfsVerify {
    /// The request that a `verify` action asks for.
    ///
    /// # Errors
    ///
    /// Of kind `Protocol` when the address is none.
    pub fn request(&self, action: &LfsAction) -> Result<Request<Bytes>, ApiError> {
        post(action, &self.object.write().done())
    }

    /// Reads the body of such a request. `None` for what is none.
    pub fn read(body: &[u8]) -> Option<Self> {
        let mut fields = Fields::of(serde_json::from_slice(body).ok()?, "an object").ok()?;
        let object = LfsObject::read(&mut fields).ok()?;
        Some(Self { object })
    }
}

fn post(action: &LfsAction, body: &Value) -> Result<Request<Bytes>, ApiError> {
    let media_type = HeaderValue::from_static(MEDIA_TYPE);
    let mut request = Request::post(action.href.as_str())
        .body(Bytes::from(body.to_string()))
        .map_err(|_| ApiError::protocol("the address of an action is malformed"))?;
    *request.headers_mut() = action.headers.clone();
    request.headers_mut().insert(ACCEPT, media_type.clone());
    request.headers_mut().insert(CONTENT_TYPE, media_type);
    Ok(request)
}

impl std::fmt::Debug for LfsParts {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("LfsParts")
            .field("part_size", &self.part_size)
            .field("hrefs", &self.hrefs.len())
            .finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ErrorKind;

    fn parts(count: usize) -> LfsParts {
        LfsParts {
            part_size: 10,
            hrefs: (0..count)
                .map(|n| format!("https://s3.example/{n}?secret"))
                .collect(),
        }
    }

    #[test]
    fn parts_come_back_as_they_were_told_and_make_up_the_object() {
        let action = LfsAction::new("https://s3.example/done").in_parts(&parts(3));
        let read = LfsAction::read(action.write()).expect("an action");
        assert_eq!(read.parts(21).expect("parts"), Some(parts(3)));
        assert_eq!(read.parts(30).expect("parts"), Some(parts(3)));
        for size in [0, 20, 31, u64::MAX] {
            let error = read.parts(size).expect_err("another number of parts");
            assert_eq!(error.kind(), ErrorKind::Protocol, "{size}");
        }
        let whole = LfsAction::new("https://s3.example/x");
        assert_eq!(whole.parts(5).expect("no parts"), None);
        assert!(!format!("{:?}", parts(1)).contains("secret"));
    }

    #[test]
    fn what_says_that_parts_were_sent_is_read_as_it_was_written() {
        let sent = LfsPartsSent {
            oid: "a".repeat(64).parse().expect("a digest"),
            etags: ["\"x\"", "y"].map(str::to_owned).to_vec(),
        };
        let action = LfsAction::new("https://s3.example/done?secret").in_parts(&parts(2));
        let request = sent.request(&action).expect("a request");
        assert_eq!(request.uri(), "https://s3.example/done?secret");
        assert!(!request.headers().contains_key("chunk_size"));
        assert_eq!(LfsPartsSent::read(request.body()), Some(sent));
        let oid = "a".repeat(64);
        for wrong in [
            "[]".to_owned(),
            format!(r#"{{"oid":"{oid}","parts":[{{"partNumber":2,"etag":"x"}}]}}"#),
            format!(r#"{{"oid":"{oid}","parts":[{{"partNumber":0,"etag":"x"}}]}}"#),
            format!(r#"{{"oid":"{oid}","parts":[{{"partNumber":1}}]}}"#),
        ] {
            assert_eq!(LfsPartsSent::read(wrong.as_bytes()), None, "{wrong}");
        }
    }

    #[test]
    fn a_verification_is_read_as_it_was_written() {
        let object = LfsObject {
            oid: "b".repeat(64).parse().expect("a digest"),
            size: 7,
        };
        let verify = LfsVerify { object };
        let mut action = LfsAction::new("https://hub.example/verify");
        action
            .headers
            .insert("x-key", HeaderValue::from_static("1"));
        let request = verify.request(&action).expect("a request");
        assert_eq!(request.headers()["x-key"], "1");
        assert_eq!(request.headers()["content-type"], MEDIA_TYPE);
        assert_eq!(LfsVerify::read(request.body()), Some(verify));
        assert_eq!(LfsVerify::read(b"{}"), None);
        assert!(verify.request(&LfsAction::new("not an address")).is_err());
    }
}
