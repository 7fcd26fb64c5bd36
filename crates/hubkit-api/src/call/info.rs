//! `GET /api/{kind}/{id}[/revision/{revision}]`: what a hub knows of a repository.

mod card;
mod known;
mod repo;

use bytes::Bytes;
use http::{Request, Response, StatusCode};
use hubkit_types::{Repo, Revision};
use serde_json::Value;

pub use known::{FileWithIssue, InferenceProvider, SafetensorsTotals, SecurityReport};
pub use repo::{Gated, RepoInfo, Sibling};

use crate::{
    ApiError, Call, json,
    query::{Query, QueryText},
    server::{
        Incoming,
        ask::{Ask, READ, Routed},
    },
    target,
};

/// Asks what a hub knows of a repository, at a revision or at the default branch.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct GetRepoInfo {
    /// The repository.
    pub repo: Repo,
    /// The revision; the default branch when there is none.
    pub revision: Option<Revision>,
    /// How much to tell.
    pub detail: InfoDetail,
}

/// How much is told of a repository.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum InfoDetail {
    /// The server's own choice of fields, and what is asked for besides.
    Usual {
        /// Size and digests of each file: `?blobs=true`.
        blobs: bool,
        /// What the scans of the files found: `?securityStatus=true`.
        security_status: bool,
    },
    /// The fields of these names and the id, and nothing else: `?expand=…`.
    Only(Vec<String>),
}

impl Default for InfoDetail {
    /// What the server tells on its own.
    fn default() -> Self {
        Self::Usual {
            blobs: false,
            security_status: false,
        }
    }
}

impl InfoDetail {
    /// `expand` is not together with the two others; where a client sends both, it is the more precise one.
    fn of_query(query: &Query) -> Self {
        let fields = query.list("expand");
        if fields.is_empty() {
            Self::Usual {
                blobs: query.flag("blobs"),
                security_status: query.flag("securityStatus"),
            }
        } else {
            Self::Only(fields)
        }
    }

    fn query(&self) -> QueryText {
        let mut query = QueryText::default();
        match self {
            Self::Usual {
                blobs,
                security_status,
            } => {
                query.put_flag("blobs", *blobs);
                query.put_flag("securityStatus", *security_status);
            }
            Self::Only(fields) => query.put("expand", fields.iter().map(String::as_str)),
        }
        query
    }

    /// Leaves of the JSON what was asked for.
    pub(super) fn narrow(&self, value: Value) -> Value {
        let Value::Object(mut map) = value else {
            return value;
        };
        match self {
            Self::Only(fields) => {
                map.retain(|key, _| key == "id" || fields.contains(key));
                strip_blobs(&mut map);
            }
            Self::Usual {
                blobs,
                security_status,
            } => {
                if !blobs {
                    strip_blobs(&mut map);
                }
                if !security_status {
                    map.remove("securityRepoStatus");
                }
            }
        }
        Value::Object(map)
    }
}

fn strip_blobs(map: &mut serde_json::Map<String, Value>) {
    let siblings = map.get_mut("siblings").and_then(Value::as_array_mut);
    for sibling in siblings.into_iter().flatten() {
        if let Value::Object(sibling) = sibling {
            sibling.retain(|key, _| !matches!(key.as_str(), "size" | "blobId" | "lfs"));
        }
    }
}

impl GetRepoInfo {
    /// Asks for what the server tells on its own.
    pub fn new(repo: Repo, revision: Option<Revision>) -> Self {
        Self {
            repo,
            revision,
            detail: InfoDetail::default(),
        }
    }
}

impl Call for GetRepoInfo {
    type Reply = RepoInfo;

    /// # Panics
    ///
    /// If the names of the fields make a target of more than 65,534 bytes.
    fn request(&self) -> Request<Bytes> {
        let mut uri = target::api(&self.repo);
        if let Some(revision) = &self.revision {
            uri.push_str("/revision/");
            uri.push_str(&target::revision(revision));
        }
        uri.push_str(self.detail.query().as_str());
        target::get_json(uri)
    }

    fn reply(&self, response: &Response<Bytes>) -> Result<RepoInfo, ApiError> {
        RepoInfo::read(json::read(response)?)
    }
}

/// Nothing behind the id.
pub(crate) fn route(repo: Repo, ask: &Ask<'_>) -> Routed {
    answer(repo, None, ask)
}

/// `…/revision/{revision}`.
pub(crate) fn route_revision(repo: Repo, ask: &Ask<'_>) -> Routed {
    let revision = ask.last_revision()?;
    answer(repo, Some(revision), ask)
}

fn answer(repo: Repo, revision: Option<Revision>, ask: &Ask<'_>) -> Routed {
    let call = GetRepoInfo {
        repo,
        revision,
        detail: InfoDetail::of_query(ask.query),
    };
    ask.answer(READ, Incoming::RepoInfo(call))
}

/// The answer to [`GetRepoInfo`]: of what is known, as much as was asked for.
pub fn respond_info(info: RepoInfo, detail: &InfoDetail) -> Response<Bytes> {
    json::respond(StatusCode::OK, &detail.narrow(info.write()))
}

#[cfg(test)]
mod tests;
