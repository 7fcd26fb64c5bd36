//! `/{prefix}{id}.git/info/lfs/locks`: who may change which file, for files that can't be merged.
//!
//! The locking API of Git LFS (`docs/api/locking.md` of its specification).

use bytes::Bytes;
use http::{
    HeaderValue, Request, Response, StatusCode,
    header::{ACCEPT, CONTENT_TYPE},
};
use hubkit_types::Repo;
use serde_json::{Value, json};

use super::lfs_batch::{MEDIA_TYPE, as_lfs};
use crate::{
    ApiError, Call,
    json::{self, Fields, Object},
    server::{
        Incoming, Unroutable,
        ask::{Ask, Routed},
    },
    target,
};

/// A lock on a file.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct LfsLock {
    /// What the server calls it.
    pub id: String,
    /// The path of the file. A stranger's text.
    pub path: String,
    /// When it was locked, in RFC 3339.
    pub locked_at: String,
    /// Who locked it, if that was told.
    pub owner: Option<String>,
}

/// Which part of a list of locks is asked for. With nothing set: the first ones of all.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct LfsLockFilter {
    /// Locks on this path alone.
    pub path: Option<String>,
    /// This lock alone.
    pub id: Option<String>,
    /// Where the page before ended, as [`LfsLocks::next_cursor`] told it.
    pub cursor: Option<String>,
    /// How many at most.
    pub limit: Option<u64>,
    /// The reference that the caller works on. Decides nothing here.
    pub refspec: Option<String>,
}

/// Asks for the locks of a repository.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ListLfsLocks {
    /// The repository.
    pub repo: Repo,
    /// Which of them.
    pub filter: LfsLockFilter,
}

/// Asks which locks the caller has and which others have, as git-lfs does before a push.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct VerifyLfsLocks {
    /// The repository.
    pub repo: Repo,
    /// Cursor, limit and reference; the others count for nothing here.
    pub filter: LfsLockFilter,
}

/// Asks for a lock on a file.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct CreateLfsLock {
    /// The repository.
    pub repo: Repo,
    /// The path of the file.
    pub path: String,
    /// The reference that the caller works on: `refs/heads/main`.
    pub reference: Option<String>,
}

/// Gives a lock back.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct DeleteLfsLock {
    /// The repository.
    pub repo: Repo,
    /// What the server calls the lock.
    pub id: String,
    /// Whether it may be another's.
    pub whose: LfsLockWhose,
    /// The reference that the caller works on.
    pub reference: Option<String>,
}

/// Whose lock may be given back.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum LfsLockWhose {
    /// The caller's own.
    Own,
    /// Anybody's, by force.
    Anyones,
}

/// A page of locks.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct LfsLocks {
    /// The locks.
    pub locks: Vec<LfsLock>,
    /// Where to go on, if there are more.
    pub next_cursor: Option<String>,
}

/// A page of locks, by whose they are.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct LfsLocksByOwner {
    /// The caller's own.
    pub ours: Vec<LfsLock>,
    /// Those of others.
    pub theirs: Vec<LfsLock>,
    /// Where to go on, if there are more.
    pub next_cursor: Option<String>,
}

/// What a request about locks is, as its address says it. Bodies are read apart.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum LfsLockRequest {
    /// [`ListLfsLocks`].
    List(LfsLockFilter),
    /// [`VerifyLfsLocks`].
    Verify,
    /// [`CreateLfsLock`].
    Create,
    /// [`DeleteLfsLock`], with the id of the lock.
    Delete(String),
}

impl LfsLock {
    fn read(value: Value) -> Result<Self, ApiError> {
        let mut fields = Fields::of(value, "a lock")?;
        let owner = fields.any("owner");
        Ok(Self {
            id: fields.required("id")?,
            path: fields.required("path")?,
            locked_at: fields.text("locked_at").unwrap_or_default(),
            owner: owner.and_then(|owner| Fields::of(owner, "an owner").ok()?.text("name")),
        })
    }

    fn write(&self) -> Value {
        let mut object = Object::default();
        object.put("id", Some(self.id.as_str()));
        object.put("path", Some(self.path.as_str()));
        object.put("locked_at", Some(self.locked_at.as_str()));
        let owner = self.owner.as_ref();
        object.put("owner", owner.map(|name| json!({ "name": name })));
        object.done()
    }

    fn read_list(fields: &mut Fields, key: &str) -> Result<Vec<Self>, ApiError> {
        fields.list(key).into_iter().map(Self::read).collect()
    }

    fn write_list(locks: &[Self]) -> Value {
        locks.iter().map(Self::write).collect()
    }

    /// The lock that an answer is about.
    fn replied(response: &Response<Bytes>) -> Result<Self, ApiError> {
        let mut fields = Fields::of(json::read(response)?, "the answer about a lock")?;
        let lock = fields.any("lock");
        Self::read(lock.ok_or_else(|| ApiError::protocol("expected a `lock`"))?)
    }
}

impl LfsLockFilter {
    fn pairs(&self) -> impl Iterator<Item = (&'static str, String)> {
        let limit = self.limit.map(|limit| limit.to_string());
        let pairs = [
            ("path", self.path.clone()),
            ("id", self.id.clone()),
            ("cursor", self.cursor.clone()),
            ("limit", limit),
            ("refspec", self.refspec.clone()),
        ];
        pairs
            .into_iter()
            .filter_map(|(key, value)| Some((key, value?)))
    }
}

fn reference(name: Option<&String>) -> Option<Value> {
    name.map(|name| json!({ "name": name }))
}

fn place(repo: &Repo, rest: &str) -> String {
    format!("/{repo}.git/info/lfs/locks{rest}")
}

fn as_lfs_request(mut request: Request<Bytes>) -> Request<Bytes> {
    let media_type = HeaderValue::from_static(MEDIA_TYPE);
    request.headers_mut().insert(ACCEPT, media_type.clone());
    if request.headers().contains_key(CONTENT_TYPE) {
        request.headers_mut().insert(CONTENT_TYPE, media_type);
    }
    request
}

impl Call for ListLfsLocks {
    type Reply = LfsLocks;

    fn request(&self) -> Request<Bytes> {
        let pairs = self.filter.pairs();
        let query: Vec<String> = pairs
            .map(|(key, value)| format!("{key}={}", target::encode(&value)))
            .collect();
        let query = if query.is_empty() {
            String::new()
        } else {
            format!("?{}", query.join("&"))
        };
        as_lfs_request(target::get_json(place(&self.repo, &query)))
    }

    fn reply(&self, response: &Response<Bytes>) -> Result<LfsLocks, ApiError> {
        let mut fields = Fields::of(json::read(response)?, "a list of locks")?;
        Ok(LfsLocks {
            locks: LfsLock::read_list(&mut fields, "locks")?,
            next_cursor: fields.text("next_cursor").filter(|text| !text.is_empty()),
        })
    }
}

impl Call for VerifyLfsLocks {
    type Reply = LfsLocksByOwner;

    fn request(&self) -> Request<Bytes> {
        let mut object = Object::default();
        object.put("cursor", self.filter.cursor.as_deref());
        object.put("limit", self.filter.limit);
        object.put("ref", reference(self.filter.refspec.as_ref()));
        let place = place(&self.repo, "/verify");
        as_lfs_request(target::post_json(place, &object.done()))
    }

    fn reply(&self, response: &Response<Bytes>) -> Result<LfsLocksByOwner, ApiError> {
        let mut fields = Fields::of(json::read(response)?, "locks by their owners")?;
        Ok(LfsLocksByOwner {
            ours: LfsLock::read_list(&mut fields, "ours")?,
            theirs: LfsLock::read_list(&mut fields, "theirs")?,
            next_cursor: fields.text("next_cursor").filter(|text| !text.is_empty()),
        })
    }
}

impl Call for CreateLfsLock {
    type Reply = LfsLock;

    fn request(&self) -> Request<Bytes> {
        let mut object = Object::default();
        object.put("path", Some(self.path.as_str()));
        object.put("ref", reference(self.reference.as_ref()));
        as_lfs_request(target::post_json(place(&self.repo, ""), &object.done()))
    }

    fn reply(&self, response: &Response<Bytes>) -> Result<LfsLock, ApiError> {
        let mut response = response.clone();
        if response.status() == StatusCode::CREATED {
            *response.status_mut() = StatusCode::OK;
        }
        LfsLock::replied(&response)
    }
}

impl Call for DeleteLfsLock {
    type Reply = LfsLock;

    fn request(&self) -> Request<Bytes> {
        let mut object = Object::default();
        object.put("force", Some(self.whose == LfsLockWhose::Anyones));
        object.put("ref", reference(self.reference.as_ref()));
        let rest = format!("/{}/unlock", target::encode(&self.id));
        as_lfs_request(target::post_json(place(&self.repo, &rest), &object.done()))
    }

    fn reply(&self, response: &Response<Bytes>) -> Result<LfsLock, ApiError> {
        LfsLock::replied(response)
    }
}

/// `…/info/lfs/locks…`.
pub(crate) fn route(repo: Repo, ask: &Ask<'_>) -> Routed {
    let (allow, request) = match ask.rest {
        [] if ask.method == http::Method::POST => ("GET, HEAD, POST", LfsLockRequest::Create),
        [] => {
            let filter = LfsLockFilter {
                path: ask.query.text("path"),
                id: ask.query.text("id"),
                cursor: ask.query.text("cursor"),
                limit: ask.query.parsed("limit"),
                refspec: ask.query.text("refspec"),
            };
            ("GET, HEAD, POST", LfsLockRequest::List(filter))
        }
        ["verify"] => ("POST", LfsLockRequest::Verify),
        [id, "unlock"] => ("POST", LfsLockRequest::Delete((*id).to_owned())),
        _ => return Err(Unroutable::NotFound),
    };
    ask.answer(allow, Incoming::LfsLocks { repo, request })
}

/// Reads the body of [`CreateLfsLock`]. `None` for what is none.
pub fn read_lfs_lock(repo: Repo, body: &[u8]) -> Option<CreateLfsLock> {
    let (mut fields, reference) = read_body(body)?;
    Some(CreateLfsLock {
        repo,
        path: fields.text("path").filter(|path| !path.is_empty())?,
        reference,
    })
}

/// Reads the body of [`VerifyLfsLocks`]. `None` for what is none.
pub fn read_lfs_locks_verify(repo: Repo, body: &[u8]) -> Option<VerifyLfsLocks> {
    let (mut fields, refspec) = read_body(body)?;
    let filter = LfsLockFilter {
        cursor: fields.text("cursor").filter(|text| !text.is_empty()),
        limit: fields.count("limit"),
        refspec,
        ..LfsLockFilter::default()
    };
    Some(VerifyLfsLocks { repo, filter })
}

/// Reads the body of [`DeleteLfsLock`]. `None` for what is none.
pub fn read_lfs_unlock(repo: Repo, id: String, body: &[u8]) -> Option<DeleteLfsLock> {
    let (mut fields, reference) = read_body(body)?;
    let whose = if fields.flag("force") {
        LfsLockWhose::Anyones
    } else {
        LfsLockWhose::Own
    };
    Some(DeleteLfsLock {
        repo,
        id,
        whose,
        reference,
    })
}

fn read_body(body: &[u8]) -> Option<(Fields, Option<String>)> {
    let mut fields = Fields::of(serde_json::from_slice(body).ok()?, "a lock").ok()?;
    let reference = fields.any("ref");
    let reference = reference.and_then(|value| Fields::of(value, "a reference").ok()?.text("name"));
    Some((fields, reference))
}

/// The answer to [`ListLfsLocks`].
pub fn respond_lfs_locks(locks: &LfsLocks) -> Response<Bytes> {
    let mut object = Object::default();
    object.put("locks", Some(LfsLock::write_list(&locks.locks)));
    object.put("next_cursor", locks.next_cursor.as_deref());
    as_lfs(json::respond(StatusCode::OK, &object.done()))
}

/// The answer to [`VerifyLfsLocks`].
pub fn respond_lfs_locks_verify(locks: &LfsLocksByOwner) -> Response<Bytes> {
    let mut object = Object::default();
    object.put("ours", Some(LfsLock::write_list(&locks.ours)));
    object.put("theirs", Some(LfsLock::write_list(&locks.theirs)));
    object.put("next_cursor", locks.next_cursor.as_deref());
    as_lfs(json::respond(StatusCode::OK, &object.done()))
}

/// The answer to [`CreateLfsLock`] (201) and [`DeleteLfsLock`] (200), where the lock was made or given back. With 409 the
/// lock that is in the way.
pub fn respond_lfs_lock(status: StatusCode, lock: &LfsLock) -> Response<Bytes> {
    let mut object = Object::default();
    object.put("lock", Some(lock.write()));
    if status == StatusCode::CONFLICT {
        object.put("message", Some("already created lock"));
    }
    as_lfs(json::respond(status, &object.done()))
}

#[cfg(test)]
mod tests;
