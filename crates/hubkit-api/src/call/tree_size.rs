//! `GET /api/{kind}/{id}/treesize/{revision}[/{path}]`: how many bytes lie below a folder.

use bytes::Bytes;
use http::{Request, Response, StatusCode};
use hubkit_types::{Repo, RepoPath, Revision};
use serde_json::json;

use crate::{
    ApiError, Call,
    json::{self, Fields},
    server::{
        Incoming,
        ask::{Ask, READ, Routed},
    },
    target,
};

/// Asks how many bytes the files of a revision have together.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct TreeSize {
    /// The repository.
    pub repo: Repo,
    /// The revision.
    pub revision: Revision,
    /// The folder, or a single file; all when there is none.
    pub path: Option<RepoPath>,
}

impl Call for TreeSize {
    type Reply = u64;

    fn request(&self) -> Request<Bytes> {
        let mut uri = format!(
            "{}/treesize/{}",
            target::api(&self.repo),
            target::revision(&self.revision)
        );
        if let Some(path) = &self.path {
            uri.push('/');
            uri.push_str(&target::path(path));
        }
        target::get_json(uri)
    }

    /// Bytes, and up to a thousand times [`LONGEST_FILE`](crate::LONGEST_FILE) of them.
    fn reply(&self, response: &Response<Bytes>) -> Result<u64, ApiError> {
        let mut fields = Fields::of(json::read(response)?, "the size of a tree")?;
        fields
            .count("size")
            .ok_or_else(|| ApiError::protocol("the size of a tree has no `size`"))
    }
}

/// `…/treesize/{revision}[/{path}]`.
pub(crate) fn route(repo: Repo, ask: &Ask<'_>) -> Routed {
    let (revision, path) = ask.folder()?;
    let call = TreeSize {
        repo,
        revision,
        path,
    };
    ask.answer(READ, Incoming::TreeSize(call))
}

/// The answer to [`TreeSize`]: a size in bytes.
pub fn respond_tree_size(call: &TreeSize, size: u64) -> Response<Bytes> {
    let path = call.path.as_ref().map_or("/", RepoPath::as_str);
    json::respond(StatusCode::OK, &json!({ "path": path, "size": size }))
}

#[cfg(test)]
mod tests {
    use hubkit_types::RepoKind;

    use super::*;
    use crate::server::route;

    fn call(path: Option<&str>) -> TreeSize {
        TreeSize {
            repo: Repo::new(RepoKind::Dataset, "a/b".parse().expect("an id")),
            revision: "refs/pr/1".parse().expect("a revision"),
            path: path.map(|path| path.parse().expect("a path")),
        }
    }

    #[test]
    fn request_and_answer_come_back_as_they_were_given() {
        for call in [call(None), call(Some("d/\u{fc} e"))] {
            assert_eq!(call.reply(&respond_tree_size(&call, 7)), Ok(7));
            assert_eq!(route(&call.request()), Ok(Incoming::TreeSize(call)));
        }
        let found = call(None).reply(&Response::new(Bytes::from_static(b"{\"size\":-1}")));
        assert!(found.is_err());
    }
}
