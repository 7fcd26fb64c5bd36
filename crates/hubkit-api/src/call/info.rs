//! `GET /api/{models|datasets|spaces}/{id}[/revision/{revision}]`: what a hub knows of a repository.

use bytes::Bytes;
use http::{Request, Response, StatusCode};
use hubkit_types::{CommitId, Repo, RepoId, RepoPath, Revision, TreeFile};
use serde_json::{Map, Value, json};

use super::tree::pointer_size;
use crate::{
    ApiError, Call,
    json::{self, Fields},
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
}

/// Who may read the files of a repository that everyone may know of.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
pub enum Gated {
    /// Everyone.
    #[default]
    No,
    /// Who asked for access; it is given at once.
    Auto,
    /// Whom the owner accepted.
    Manual,
}

impl Gated {
    fn read(value: Option<Value>) -> Self {
        match value {
            None | Some(Value::Bool(false)) => Self::No,
            Some(Value::String(text)) if text == "auto" => Self::Auto,
            // A form of gate that is not known here is a gate.
            Some(_) => Self::Manual,
        }
    }

    fn write(self) -> Value {
        match self {
            Self::No => Value::Bool(false),
            Self::Auto => "auto".into(),
            Self::Manual => "manual".into(),
        }
    }
}

/// A file as it is listed with the repository.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Sibling {
    /// Where it lies.
    pub path: RepoPath,
    /// What else was said of it.
    pub rest: Map<String, Value>,
}

impl Sibling {
    /// A file of which only the path is told.
    pub fn new(path: RepoPath) -> Self {
        Self {
            path,
            rest: Map::new(),
        }
    }

    /// A file with its size and digests, as `?blobs=true` asks for them.
    pub fn with_blob(file: TreeFile) -> Self {
        let mut rest = Map::new();
        rest.insert("size".to_owned(), file.size.into());
        rest.insert("blobId".to_owned(), file.oid.to_string().into());
        if let Some(digest) = file.lfs {
            // Named `oid` in listings, `sha256` here. Without any of the three huggingface_hub fails.
            let lfs = json!({
                "sha256": digest.to_string(),
                "size": file.size,
                "pointerSize": pointer_size(digest, file.size),
            });
            rest.insert("lfs".to_owned(), lfs);
        }
        Self {
            path: file.path,
            rest,
        }
    }

    /// `None` for a name that is not a path of a repository.
    fn read(value: Value) -> Result<Option<Self>, ApiError> {
        let mut fields = Fields::of(value, "a sibling")?;
        let name: String = fields.required("rfilename")?;
        let rest = fields.rest();
        Ok(name.parse().ok().map(|path| Self { path, rest }))
    }
}

/// What a hub knows of a repository. Texts are the server's own: escape them before showing them.
///
/// Only `id` is always there. What is not named here is kept in `rest`, so that a mirror can hand it on.
#[derive(Clone, PartialEq, Debug)]
pub struct RepoInfo {
    /// The name, in the spelling of the hub.
    pub id: RepoId,
    /// The commit that the revision is at.
    pub sha: Option<CommitId>,
    /// Whether only some may know of it.
    pub private: bool,
    /// Whether only some may read it.
    pub gated: Gated,
    /// Whether the hub disabled it.
    pub disabled: bool,
    /// The user or organisation that owns it.
    pub author: Option<String>,
    /// When it changed last, in ISO 8601.
    pub last_modified: Option<String>,
    /// When it was made, in ISO 8601.
    pub created_at: Option<String>,
    /// Downloads of the last thirty days.
    pub downloads: Option<u64>,
    /// How many people like it.
    pub likes: Option<u64>,
    /// Its tags.
    pub tags: Vec<String>,
    /// The task a model is for.
    pub pipeline_tag: Option<String>,
    /// The library a model is for.
    pub library_name: Option<String>,
    /// The metadata of its card.
    pub card_data: Option<Value>,
    /// Its files, but for those whose names must not reach a file system: the tree tells of all.
    ///
    /// `None` where the answer does not say: that is not the same as none.
    pub siblings: Option<Vec<Sibling>>,
    /// Every field that is not named above.
    pub rest: Map<String, Value>,
}

impl RepoInfo {
    /// What is known of a repository of which only the name is known.
    pub fn new(id: RepoId) -> Self {
        Self {
            author: id.namespace().map(str::to_owned),
            id,
            sha: None,
            private: false,
            gated: Gated::No,
            disabled: false,
            last_modified: None,
            created_at: None,
            downloads: None,
            likes: None,
            tags: Vec::new(),
            pipeline_tag: None,
            library_name: None,
            card_data: None,
            siblings: None,
            rest: Map::new(),
        }
    }

    pub(super) fn read(value: Value) -> Result<Self, ApiError> {
        let mut fields = Fields::of(value, "the repository's information")?;
        let siblings = match fields.any("siblings") {
            Some(Value::Array(list)) => Some(read_siblings(list)?),
            _ => None,
        };
        Ok(Self {
            id: fields.required("id")?,
            sha: fields.parsed("sha")?,
            private: fields.flag("private"),
            gated: Gated::read(fields.any("gated")),
            disabled: fields.flag("disabled"),
            author: fields.text("author"),
            last_modified: fields.text("lastModified"),
            created_at: fields.text("createdAt"),
            downloads: fields.count("downloads"),
            likes: fields.count("likes"),
            tags: fields.texts("tags"),
            pipeline_tag: fields.text("pipeline_tag"),
            library_name: fields.text("library_name"),
            card_data: fields.any("cardData"),
            siblings,
            rest: fields.rest(),
        })
    }

    /// Takes it apart: of a large repository the siblings are not copied once more.
    pub(super) fn write(self) -> Value {
        let mut map = self.rest;
        let mut put = |key: &str, value: Option<Value>| {
            if let Some(value) = value {
                map.insert(key.to_owned(), value);
            }
        };
        let text = |text: Option<String>| text.map(Value::from);
        put("id", Some(self.id.as_str().into()));
        put("sha", self.sha.map(|sha| sha.to_string().into()));
        put("private", Some(self.private.into()));
        put("gated", Some(self.gated.write()));
        put("disabled", Some(self.disabled.into()));
        put("author", text(self.author));
        put("lastModified", text(self.last_modified));
        put("createdAt", text(self.created_at));
        put("downloads", self.downloads.map(Value::from));
        put("likes", self.likes.map(Value::from));
        put("tags", Some(self.tags.into()));
        put("pipeline_tag", text(self.pipeline_tag));
        put("library_name", text(self.library_name));
        put("cardData", self.card_data);
        let sibling = |sibling: Sibling| {
            let mut map = sibling.rest;
            map.insert("rfilename".to_owned(), sibling.path.as_str().into());
            Value::Object(map)
        };
        let siblings = self.siblings;
        put(
            "siblings",
            siblings.map(|list| list.into_iter().map(sibling).collect()),
        );
        Value::Object(map)
    }
}

fn read_siblings(list: Vec<Value>) -> Result<Vec<Sibling>, ApiError> {
    let siblings = list.into_iter().map(Sibling::read);
    Ok(siblings
        .collect::<Result<Vec<_>, _>>()?
        .into_iter()
        .flatten()
        .collect())
}

impl Call for GetRepoInfo {
    type Reply = RepoInfo;

    fn request(&self) -> Request<Bytes> {
        let mut uri = target::api(&self.repo);
        if let Some(revision) = &self.revision {
            uri.push_str("/revision/");
            uri.push_str(&target::revision(revision));
        }
        target::get_json(uri)
    }

    fn reply(&self, response: &Response<Bytes>) -> Result<RepoInfo, ApiError> {
        RepoInfo::read(json::read(response)?)
    }
}

/// Nothing behind the id.
pub(crate) fn route(repo: Repo, ask: &Ask<'_>) -> Routed {
    let revision = None;
    ask.answer(READ, Incoming::RepoInfo(GetRepoInfo { repo, revision }))
}

/// `…/revision/{revision}`.
pub(crate) fn route_revision(repo: Repo, ask: &Ask<'_>) -> Routed {
    let revision = Some(ask.last_revision()?);
    ask.answer(READ, Incoming::RepoInfo(GetRepoInfo { repo, revision }))
}

/// The answer to [`GetRepoInfo`].
pub fn respond_info(info: RepoInfo) -> Response<Bytes> {
    json::respond(StatusCode::OK, &info.write())
}

#[cfg(test)]
mod tests {
    use hubkit_types::RepoKind;

    use super::*;
    use crate::{ErrorKind, server::route};

    fn call(kind: RepoKind, id: &str, revision: Option<&str>) -> GetRepoInfo {
        GetRepoInfo {
            repo: Repo::new(kind, id.parse().expect("an id")),
            revision: revision.map(|text| text.parse().expect("a revision")),
        }
    }

    fn read(body: &str) -> Result<RepoInfo, ApiError> {
        let response = Response::new(Bytes::copy_from_slice(body.as_bytes()));
        call(RepoKind::Model, "a/b", None).reply(&response)
    }

    #[test]
    fn a_request_is_routed_to_what_it_was_made_from() {
        for (call, target) in [
            (call(RepoKind::Model, "gpt2", None), "/api/models/gpt2"),
            (
                call(RepoKind::Model, "gpt2", Some("main")),
                "/api/models/gpt2/revision/main",
            ),
            (
                call(RepoKind::Dataset, "a/b", Some("refs/pr/1")),
                "/api/datasets/a/b/revision/refs%2Fpr%2F1",
            ),
            (
                call(RepoKind::Space, "a/revision", Some("ü")),
                "/api/spaces/a/revision/revision/%C3%BC",
            ),
        ] {
            let request = call.request();
            assert_eq!(request.uri(), target);
            assert_eq!(route(&request), Ok(Incoming::RepoInfo(call)));
        }
    }

    #[test]
    fn an_answer_comes_back_as_it_was_given() {
        let mut info = RepoInfo::new("a/b".parse().expect("an id"));
        info.sha = "0123456789abcdef0123456789abcdef01234567".parse().ok();
        info.gated = Gated::Auto;
        info.private = true;
        info.likes = Some(u64::MAX);
        info.tags = vec!["x".to_owned()];
        info.card_data = Some(serde_json::json!({"license": "mit"}));
        let mut sibling = Sibling::new("a b/c.bin".parse().expect("a path"));
        sibling.rest.insert("size".to_owned(), 7.into());
        info.siblings = Some(vec![sibling]);
        info.rest.insert("newField".to_owned(), Value::Null);
        let found = call(RepoKind::Model, "a/b", None).reply(&respond_info(info.clone()));
        assert_eq!(found, Ok(info));
    }

    #[test]
    fn only_the_id_must_be_there_and_counters_may_be_odd() {
        let info = read(r#"{"id":"gpt2"}"#).expect("an answer");
        assert_eq!((info.sha, info.gated), (None, Gated::No));
        let odd =
            r#"{"id":"a/b","likes":-1,"downloads":"many","sha":null,"gated":"new","tags":[1,"x"]}"#;
        let info = read(odd).expect("an answer");
        assert_eq!((info.likes, info.downloads), (None, None));
        assert_eq!(info.gated, Gated::Manual);
        assert_eq!(info.tags, ["x"]);
    }

    #[test]
    fn what_would_become_a_path_or_a_key_is_refused_when_malformed() {
        for body in [
            "{}",
            "[]",
            "",
            "NaN",
            r#"{"id":"../x"}"#,
            r#"{"id":7}"#,
            r#"{"id":"a/b","sha":"main"}"#,
            r#"{"id":"a/b","sha":7}"#,
            r#"{"id":"a/b","siblings":[{}]}"#,
            r#"{"id":"\ud800"}"#,
            "\u{feff}{\"id\":\"a/b\"}",
            &"[".repeat(100_000),
        ] {
            let error = read(body).expect_err("malformed");
            assert_eq!(error.kind(), ErrorKind::Protocol, "{error}");
        }
    }

    #[test]
    fn a_file_whose_name_must_not_become_a_path_is_not_listed() {
        let body = r#"{"id":"a/b","siblings":[{"rfilename":"../x"},{"rfilename":"y"}]}"#;
        let siblings = read(body).expect("the rest is fine").siblings;
        let expected = Sibling::new("y".parse().expect("a path"));
        assert_eq!(siblings, Some(vec![expected]));
    }

    #[test]
    fn a_web_page_is_not_a_hub() {
        let page = Response::builder()
            .header("content-type", "text/html")
            .body(Bytes::from_static(b"<html>"))
            .expect("a response");
        let error = call(RepoKind::Model, "a/b", None).reply(&page);
        assert_eq!(error.map_err(|e| e.kind()), Err(ErrorKind::NotAHub));
    }
}
