//! The body of `POST /{prefix}{id}.git/info/lfs/objects/batch`, and what is wrong with it.

use std::{error, fmt};

use bytes::Bytes;
use http::{Response, StatusCode};
use serde_json::{Value, json};

use crate::{
    LfsAsk, LfsObject, LfsOperation, MOST_LFS_OBJECTS, call::lfs_batch::as_lfs, json, json::Fields,
};

/// What is wrong with a batch request.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum LfsFault {
    /// It is no batch request, or an object in it has no digest or no size.
    Malformed,
    /// It names more than [`MOST_LFS_OBJECTS`](crate::MOST_LFS_OBJECTS) objects.
    TooMany,
    /// It names objects by something else than their SHA-256.
    OtherHash,
    /// It wants to upload, and this server takes nothing.
    ReadOnly,
    /// It wants to lock a file, or give a lock back, and this server has no locks.
    NoLocks,
}

impl fmt::Display for LfsFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Malformed => f.write_str(
                "expected JSON with an `operation` and `objects`, each with a SHA-256 as `oid` and a `size` in bytes",
            ),
            Self::TooMany => write!(
                f,
                "expected at most {MOST_LFS_OBJECTS} objects in one request"
            ),
            Self::OtherHash => f.write_str("expected `sha256` as `hash_algo`"),
            Self::ReadOnly => f.write_str("this server takes no uploads"),
            Self::NoLocks => f.write_str("this server takes no uploads, so it keeps no locks"),
        }
    }
}

impl error::Error for LfsFault {}

impl LfsFault {
    /// The refusal, as Git LFS reads it.
    pub fn respond(self) -> Response<Bytes> {
        let status = match self {
            Self::Malformed => StatusCode::UNPROCESSABLE_ENTITY,
            Self::TooMany => StatusCode::PAYLOAD_TOO_LARGE,
            Self::OtherHash => StatusCode::CONFLICT,
            Self::ReadOnly | Self::NoLocks => StatusCode::FORBIDDEN,
        };
        as_lfs(json::respond(
            status,
            &json!({ "message": self.to_string() }),
        ))
    }
}

/// Reads what a batch request asks for. What stands twice is asked for once.
pub fn read_lfs_batch(body: &[u8]) -> Result<LfsAsk, LfsFault> {
    let value: Value = serde_json::from_slice(body).map_err(|_| LfsFault::Malformed)?;
    let mut fields = Fields::of(value, "a batch").map_err(|_| LfsFault::Malformed)?;
    let operation = fields.text("operation");
    let operation = operation.and_then(|text| LfsOperation::read(&text));
    if fields
        .text("hash_algo")
        .is_some_and(|name| !name.eq_ignore_ascii_case("sha256"))
    {
        return Err(LfsFault::OtherHash);
    }
    let list = fields.list("objects");
    if list.len() > MOST_LFS_OBJECTS {
        return Err(LfsFault::TooMany);
    }
    let mut objects: Vec<LfsObject> = Vec::with_capacity(list.len());
    for value in list {
        let object =
            Fields::of(value, "an object").and_then(|mut fields| LfsObject::read(&mut fields));
        let object = object.map_err(|_| LfsFault::Malformed)?;
        if !objects.contains(&object) {
            objects.push(object);
        }
    }
    let reference = fields.any("ref");
    Ok(LfsAsk {
        operation: operation.ok_or(LfsFault::Malformed)?,
        transfers: fields.texts("transfers"),
        objects,
        reference: reference.and_then(|value| Fields::of(value, "a reference").ok()?.text("name")),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_batch_is_told_why() {
        let oid = "ab".repeat(32);
        let one = format!(r#"{{"oid":"{oid}","size":1}}"#);
        let with = |more: &str| format!(r#"{{"operation":"download","objects":[{one}]{more}}}"#);
        let many = |count: usize| {
            let list = vec![one.clone(); count].join(",");
            format!(r#"{{"operation":"download","objects":[{list}]}}"#)
        };
        for (body, wanted) in [
            (with(""), Ok(1)),
            (with(r#","hash_algo":"SHA256","new":7"#), Ok(1)),
            (with(r#","hash_algo":"blake3""#), Err(LfsFault::OtherHash)),
            (many(MOST_LFS_OBJECTS), Ok(1)),
            (many(MOST_LFS_OBJECTS + 1), Err(LfsFault::TooMany)),
            (r#"{"operation":"download"}"#.to_owned(), Ok(0)),
            (
                r#"{"operation":"move","objects":[]}"#.to_owned(),
                Err(LfsFault::Malformed),
            ),
            (with("").replace(&oid, "../x"), Err(LfsFault::Malformed)),
            (with("").replace(":1", ":-1"), Err(LfsFault::Malformed)),
            ("[]".to_owned(), Err(LfsFault::Malformed)),
            ("[".repeat(100_000), Err(LfsFault::Malformed)),
        ] {
            let found = read_lfs_batch(body.as_bytes()).map(|ask| ask.objects.len());
            assert_eq!(found, wanted, "{}", &body[..body.len().min(100)]);
        }
    }

    #[test]
    fn every_fault_is_a_refusal_that_git_lfs_reads() {
        for (fault, status) in [
            (LfsFault::Malformed, 422),
            (LfsFault::TooMany, 413),
            (LfsFault::OtherHash, 409),
            (LfsFault::ReadOnly, 403),
            (LfsFault::NoLocks, 403),
        ] {
            let response = fault.respond();
            assert_eq!(response.status().as_u16(), status);
            let media_type = &response.headers()["content-type"];
            assert_eq!(media_type, "application/vnd.git-lfs+json");
            assert!(response.body().starts_with(b"{\"message\":"));
        }
    }
}
