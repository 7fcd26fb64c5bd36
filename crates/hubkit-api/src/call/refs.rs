//! `GET /api/{kind}/{id}/refs`: the branches, the tags and the hub's own references.

use bytes::Bytes;
use http::{Request, Response, StatusCode};
use hubkit_types::{CommitId, Repo, Revision};
use serde_json::{Map, Value, json};

use crate::{
    ApiError, Call,
    json::{self, Fields},
    server::{
        Incoming,
        ask::{Ask, READ, Routed},
    },
    target,
};

/// Asks for the references of a repository.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ListRefs {
    /// The repository.
    pub repo: Repo,
    /// Whether to list those of pull requests too.
    pub pull_requests: PullRequests,
}

/// Whether the references of pull requests are listed.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum PullRequests {
    /// They are; of some repositories there are thousands.
    Include,
    /// They are not.
    LeaveOut,
}

/// The references of a repository, in the server's order.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Refs {
    /// The branches: `refs/heads/…`.
    pub branches: Vec<GitRef>,
    /// The tags: `refs/tags/…`.
    pub tags: Vec<GitRef>,
    /// What the hub converted on its own: `refs/convert/…`.
    pub converts: Vec<GitRef>,
    /// Pull requests: `refs/pr/…`; `None` where the server tells nothing of them, as when it was not asked to.
    pub pull_requests: Option<Vec<GitRef>>,
    /// How many more came under names that are no [`Revision`], and so can't be asked for.
    pub refused: usize,
}

/// A reference: a name of a commit that may move.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct GitRef {
    /// The name without its place: `main`, `v1.0`, `parquet`. Ask for branches and tags with it.
    pub name: Revision,
    /// The name in full: `refs/heads/main`, `refs/convert/parquet`. Ask for all others with it.
    pub reference: Revision,
    /// The commit it is at; of a tag with a message the commit that was tagged.
    pub target: CommitId,
}

impl GitRef {
    /// `None` for a name that is no revision.
    fn read(value: Value) -> Result<Option<Self>, ApiError> {
        let mut fields = Fields::of(value, "a reference")?;
        let name: String = fields.required("name")?;
        let reference: String = fields.required("ref")?;
        let target = fields.required("targetCommit")?;
        let names = name.parse().ok().zip(reference.parse().ok());
        Ok(names.map(|(name, reference)| Self {
            name,
            reference,
            target,
        }))
    }

    fn write(&self) -> Value {
        json!({
            "name": self.name.as_str(),
            "ref": self.reference.as_str(),
            "targetCommit": self.target.to_string(),
        })
    }
}

impl Refs {
    fn read(value: Value) -> Result<Self, ApiError> {
        let mut fields = Fields::of(value, "the list of references")?;
        let mut refused = 0;
        let mut read = |list: Vec<Value>| -> Result<Vec<GitRef>, ApiError> {
            let mut found = Vec::with_capacity(list.len());
            for value in list {
                match GitRef::read(value)? {
                    Some(reference) => found.push(reference),
                    None => refused += 1,
                }
            }
            Ok(found)
        };
        let mut refs = Self {
            branches: read(fields.list("branches"))?,
            tags: read(fields.list("tags"))?,
            converts: read(fields.list("converts"))?,
            pull_requests: None,
            refused: 0,
        };
        if let Some(Value::Array(list)) = fields.any("pullRequests") {
            refs.pull_requests = Some(read(list)?);
        }
        refs.refused = refused;
        Ok(refs)
    }

    fn write(&self) -> Value {
        let mut map = Map::new();
        let mut put = |key: &str, list: &[GitRef]| {
            let list = list.iter().map(GitRef::write).collect();
            map.insert(key.to_owned(), list);
        };
        put("branches", &self.branches);
        put("tags", &self.tags);
        put("converts", &self.converts);
        if let Some(list) = &self.pull_requests {
            put("pullRequests", list);
        }
        Value::Object(map)
    }
}

impl Call for ListRefs {
    type Reply = Refs;

    fn request(&self) -> Request<Bytes> {
        let query = match self.pull_requests {
            PullRequests::Include => "?include_prs=1",
            PullRequests::LeaveOut => "",
        };
        target::get_json(format!("{}/refs{query}", target::api(&self.repo)))
    }

    fn reply(&self, response: &Response<Bytes>) -> Result<Refs, ApiError> {
        Refs::read(json::read(response)?)
    }
}

/// `…/refs[?include_prs=1]`.
pub(crate) fn route(repo: Repo, ask: &Ask<'_>) -> Routed {
    ask.end()?;
    let pull_requests = if ask.query.flag("include_prs") {
        PullRequests::Include
    } else {
        PullRequests::LeaveOut
    };
    let call = ListRefs {
        repo,
        pull_requests,
    };
    ask.answer(READ, Incoming::Refs(call))
}

/// The answer to [`ListRefs`].
pub fn respond_refs(refs: &Refs) -> Response<Bytes> {
    json::respond(StatusCode::OK, &refs.write())
}

#[cfg(test)]
mod tests {
    use hubkit_types::RepoKind;

    use super::*;
    use crate::server::route;

    const SHA: &str = "0123456789abcdef0123456789abcdef01234567";

    fn call(pull_requests: PullRequests) -> ListRefs {
        ListRefs {
            repo: Repo::new(RepoKind::Dataset, "a/b".parse().expect("an id")),
            pull_requests,
        }
    }

    fn reference(name: &str, reference: &str) -> GitRef {
        GitRef {
            name: name.parse().expect("a revision"),
            reference: reference.parse().expect("a revision"),
            target: SHA.parse().expect("an id"),
        }
    }

    fn read(body: &str) -> Result<Refs, ApiError> {
        let response = Response::new(Bytes::copy_from_slice(body.as_bytes()));
        call(PullRequests::LeaveOut).reply(&response)
    }

    #[test]
    fn a_request_is_routed_to_what_it_was_made_from() {
        for call in [call(PullRequests::Include), call(PullRequests::LeaveOut)] {
            assert_eq!(route(&call.request()), Ok(Incoming::Refs(call)));
        }
    }

    #[test]
    fn an_answer_comes_back_as_it_was_given() {
        let mut refs = Refs {
            branches: vec![reference("dev/x", "refs/heads/dev/x")],
            tags: vec![reference("v1.0", "refs/tags/v1.0")],
            converts: vec![reference("parquet", "refs/convert/parquet")],
            pull_requests: None,
            refused: 0,
        };
        let call = call(PullRequests::Include);
        assert_eq!(call.reply(&respond_refs(&refs)), Ok(refs.clone()));
        refs.pull_requests = Some(vec![reference("refs/pr/1", "refs/pr/1")]);
        assert_eq!(call.reply(&respond_refs(&refs)), Ok(refs));
    }

    #[test]
    fn a_name_that_is_no_revision_is_counted_and_what_points_nowhere_is_an_error() {
        for name in ["../x", "a|b", "x.lock"] {
            let one =
                format!(r#"{{"name":"{name}","ref":"refs/heads/{name}","targetCommit":"{SHA}"}}"#);
            let refs = read(&format!(r#"{{"branches":[{one}]}}"#)).expect("references");
            assert_eq!((refs.branches.len(), refs.refused), (0, 1), "{name}");
        }
        assert_eq!(read("{}"), Ok(Refs::default()));
        for wrong in [
            "[]",
            r#"{"tags":[7]}"#,
            r#"{"tags":[{"name":"x","ref":"refs/tags/x"}]}"#,
            r#"{"tags":[{"name":"x","ref":"refs/tags/x","targetCommit":"main"}]}"#,
        ] {
            assert!(read(wrong).is_err(), "{wrong}");
        }
    }
}
