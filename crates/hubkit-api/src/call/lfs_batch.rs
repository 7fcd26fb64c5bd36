//! `POST /{prefix}{id}.git/info/lfs/objects/batch`: where the bytes of large files are, many at once.
//!
//! The batch API of Git LFS (`docs/api/batch.md` of its specification), as a hub speaks it.

mod action;
mod moment;
mod upload;

use std::{collections::BTreeMap, time::SystemTime};

use bytes::Bytes;
use http::{
    HeaderValue, Request, Response, StatusCode,
    header::{ACCEPT, CONTENT_TYPE, DATE},
};
use hubkit_types::{Repo, Sha256};
use serde_json::{Value, json};

pub use action::LfsAction;
pub use upload::{LfsParts, LfsPartsSent, LfsVerify};

use super::lfs_locks;
use crate::{
    ApiError, Call,
    json::{self, Fields, Object},
    policy::read_date,
    server::{
        Incoming, Unroutable,
        ask::{Ask, POST, Routed},
    },
    size::believed,
};

/// How many objects one request may name.
pub const MOST_LFS_OBJECTS: usize = 256;

pub(crate) const MEDIA_TYPE: &str = "application/vnd.git-lfs+json";

/// Asks where the bytes of large files are, or where they are to go. A hub refuses more than [`MOST_LFS_OBJECTS`] at
/// once.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct LfsBatch {
    /// The repository.
    pub repo: Repo,
    /// What is to be done, and with which objects.
    pub ask: LfsAsk,
}

/// The body of a batch request.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct LfsAsk {
    /// Which way the bytes are to go.
    pub operation: LfsOperation,
    /// The ways of transfer that the caller knows, the best first; `basic` when there is none. A server passes over
    /// those that it does not know.
    pub transfers: Vec<String>,
    /// Which objects.
    pub objects: Vec<LfsObject>,
    /// The reference that they belong to: `refs/heads/main`. Decides nothing here.
    pub reference: Option<String>,
}

/// Which way bytes go.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum LfsOperation {
    /// To the caller.
    Download,
    /// To the server.
    Upload,
}

/// The content of a large file.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct LfsObject {
    /// Its digest.
    pub oid: Sha256,
    /// Its length in bytes.
    pub size: u64,
}

/// What a server answers to a batch request.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct LfsBatchReply {
    /// The way of transfer that the server chose: `basic` when it names none.
    pub transfer: String,
    /// What is to be done with each object.
    pub objects: Vec<(LfsObject, LfsOutcome)>,
    /// When the server says that it answered: moments that it names are to be seen from there, whatever the caller's clock
    /// says. A server's HTTP stack writes it, [`respond_lfs_batch`](crate::server::respond_lfs_batch) does not.
    pub answered: Option<SystemTime>,
}

/// What is to be done with one object.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum LfsOutcome {
    /// Requests to make, by their names: `download`, `upload`, `verify`. None at all for what is where it should be.
    Actions(BTreeMap<String, LfsAction>),
    /// Nothing can be done, for a reason in the manner of a status: 404 for what is not there.
    Error {
        /// The status.
        code: u16,
        /// Words for people.
        message: String,
    },
}

impl LfsOperation {
    const ALL: [Self; 2] = [Self::Download, Self::Upload];

    fn as_str(self) -> &'static str {
        match self {
            Self::Download => "download",
            Self::Upload => "upload",
        }
    }

    pub(crate) fn read(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|one| one.as_str() == text)
    }
}

impl LfsObject {
    pub(crate) fn read(fields: &mut Fields) -> Result<Self, ApiError> {
        Ok(Self {
            oid: fields.required("oid")?,
            size: fields.required_size("size")?,
        })
    }

    fn write(self) -> Object {
        let mut object = Object::default();
        object.put("oid", Some(self.oid.to_string()));
        object.put("size", Some(self.size));
        object
    }
}

impl LfsOutcome {
    /// The request that brings the bytes.
    pub fn download(&self) -> Option<&LfsAction> {
        match self {
            Self::Actions(actions) => actions.get("download"),
            Self::Error { .. } => None,
        }
    }

    fn read(fields: &mut Fields) -> Result<Self, ApiError> {
        if let Some(error) = fields.any("error") {
            let mut error = Fields::of(error, "the error of an object")?;
            let code = error
                .count("code")
                .and_then(|code| u16::try_from(code).ok());
            return Ok(Self::Error {
                code: code.unwrap_or(500),
                message: error.text("message").unwrap_or_default(),
            });
        }
        let mut actions = BTreeMap::new();
        if let Some(value) = fields.any("actions") {
            for (name, action) in Fields::of(value, "the actions of an object")?.rest() {
                // An action that is null is none.
                if !action.is_null() {
                    actions.insert(name, LfsAction::read(action)?);
                }
            }
        }
        Ok(Self::Actions(actions))
    }

    fn write(&self, object: &mut Object) {
        match self {
            Self::Error { code, message } => {
                object.put("error", Some(json!({ "code": code, "message": message })));
            }
            Self::Actions(actions) if actions.is_empty() => {}
            Self::Actions(actions) => {
                let actions = actions.iter();
                let actions = actions.map(|(name, action)| (name.clone(), action.write()));
                object.put("actions", Some(Value::Object(actions.collect())));
            }
        }
    }
}

impl LfsAsk {
    /// Asks for the bytes of these objects.
    pub fn download(objects: Vec<LfsObject>) -> Self {
        Self {
            operation: LfsOperation::Download,
            transfers: vec!["basic".to_owned()],
            objects,
            reference: None,
        }
    }

    /// The request, to a place where a batch API is: `/OWNER/NAME.git/info/lfs/objects/batch` at a hub, whatever another
    /// server calls it.
    ///
    /// # Errors
    ///
    /// Of kind `Protocol` when the place is no address.
    pub fn request_to(&self, place: &str) -> Result<Request<Bytes>, ApiError> {
        let media_type = HeaderValue::from_static(MEDIA_TYPE);
        Request::post(place)
            .header(ACCEPT, media_type.clone())
            .header(CONTENT_TYPE, media_type)
            .body(Bytes::from(self.write().to_string()))
            .map_err(|_| ApiError::protocol("the address of a batch API is malformed"))
    }

    /// Reads the answer. What was not asked for is passed over.
    ///
    /// # Errors
    ///
    /// What the server refuses, and of kind `Protocol` what is no answer to this.
    pub fn read_reply(&self, response: &Response<Bytes>) -> Result<LfsBatchReply, ApiError> {
        let mut fields = Fields::of(json::read(response)?, "the answer to a batch")?;
        let mut objects = Vec::new();
        for value in fields.list("objects") {
            let mut fields = Fields::of(value, "an object")?;
            let oid: Sha256 = fields.required("oid")?;
            let Some(asked) = self.objects.iter().find(|asked| asked.oid == oid) else {
                continue;
            };
            // Some servers leave the size of what they refuse at 0 or out.
            let told = fields.count("size").and_then(believed);
            let outcome = LfsOutcome::read(&mut fields)?;
            if let (LfsOutcome::Actions(_), Some(size)) = (&outcome, told)
                && size != asked.size
            {
                let wanted = asked.size;
                let message = format!("expected {oid} to have {wanted} bytes, found {size}");
                return Err(ApiError::protocol(message));
            }
            objects.push((*asked, outcome));
        }
        Ok(LfsBatchReply {
            transfer: fields
                .text("transfer")
                .unwrap_or_else(|| "basic".to_owned()),
            objects,
            answered: response
                .headers()
                .get(DATE)
                .and_then(|value| value.to_str().ok())
                .and_then(read_date),
        })
    }

    fn write(&self) -> Value {
        let mut object = Object::default();
        object.put("operation", Some(self.operation.as_str()));
        object.put("transfers", Some(self.transfers.clone()));
        let objects = self.objects.iter().map(|one| one.write().done());
        object.put("objects", Some(objects.collect::<Value>()));
        object.put("hash_algo", Some("sha256"));
        let reference = self.reference.as_ref();
        object.put("ref", reference.map(|name| json!({ "name": name })));
        object.done()
    }
}

impl Call for LfsBatch {
    type Reply = LfsBatchReply;

    fn request(&self) -> Request<Bytes> {
        let place = format!("/{}.git/info/lfs/objects/batch", self.repo);
        let request = self.ask.request_to(&place);
        request.expect("the name of a repository makes a legal target")
    }

    fn reply(&self, response: &Response<Bytes>) -> Result<LfsBatchReply, ApiError> {
        self.ask.read_reply(response)
    }
}

/// `/{prefix}{id}.git/info/…`. Which objects are asked for stands in the body, which is read apart.
pub(crate) fn route(repo: Repo, ask: &Ask<'_>) -> Routed {
    match ask.rest {
        ["lfs", "objects", "batch"] => ask.answer(POST, Incoming::LfsBatch { repo }),
        ["lfs", "locks", ..] => lfs_locks::route(repo, &ask.behind(2)),
        _ => Err(Unroutable::NotFound),
    }
}

/// The answer to [`LfsBatch`].
pub fn respond_lfs_batch(reply: &LfsBatchReply) -> Response<Bytes> {
    let objects = reply.objects.iter().map(|(object, outcome)| {
        let mut written = object.write();
        outcome.write(&mut written);
        written.done()
    });
    let value = json!({
        "transfer": reply.transfer,
        "objects": objects.collect::<Value>(),
        "hash_algo": "sha256",
    });
    as_lfs(json::respond(StatusCode::OK, &value))
}

/// Declares the JSON of an answer to be of Git LFS, which reads no other.
pub(crate) fn as_lfs(mut response: Response<Bytes>) -> Response<Bytes> {
    let media_type = HeaderValue::from_static(MEDIA_TYPE);
    response.headers_mut().insert(CONTENT_TYPE, media_type);
    response
}

#[cfg(test)]
mod tests;
