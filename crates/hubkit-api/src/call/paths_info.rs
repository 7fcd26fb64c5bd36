//! `POST /api/{kind}/{id}/paths-info/{revision}`: what lies at some paths of a revision.

use bytes::Bytes;
use http::{Request, Response};
use hubkit_types::{Repo, RepoPath, Revision};
use serde_json::json;

use super::tree::{RefusedPath, TreeEntry};
use crate::{
    ApiError, Call,
    server::{
        Incoming,
        ask::{Ask, POST, Routed},
    },
    target,
};

/// Asks what lies at these paths. A folder is answered itself, not what is in it.
///
/// A hub refuses more than [`MOST_PATHS`](crate::server::MOST_PATHS) paths at once.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct PathsInfo {
    /// The repository.
    pub repo: Repo,
    /// The revision.
    pub revision: Revision,
    /// The paths.
    pub paths: Vec<RepoPath>,
    /// Whether the hub is to look up the last commit and the security scan as well, which takes it longer.
    pub expand: bool,
}

/// What lies at the paths that were asked for. What is not there is not answered.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct PathsFound {
    /// The entries, in the server's order.
    pub entries: Vec<TreeEntry>,
    /// What came under a name that must not reach a file system.
    pub refused: Vec<RefusedPath>,
}

impl Call for PathsInfo {
    type Reply = PathsFound;

    fn request(&self) -> Request<Bytes> {
        let uri = format!(
            "{}/paths-info/{}",
            target::api(&self.repo),
            target::revision(&self.revision)
        );
        let paths: Vec<&str> = self.paths.iter().map(RepoPath::as_str).collect();
        target::post_json(uri, &json!({"paths": paths, "expand": self.expand}))
    }

    fn reply(&self, response: &Response<Bytes>) -> Result<PathsFound, ApiError> {
        let (entries, refused) = TreeEntry::read_list(response)?;
        Ok(PathsFound { entries, refused })
    }
}

/// `…/paths-info/{revision}`. The paths stand in the body, which is read apart.
pub(crate) fn route(repo: Repo, ask: &Ask<'_>) -> Routed {
    let revision = ask.last_revision()?;
    ask.answer(POST, Incoming::PathsInfo { repo, revision })
}

#[cfg(test)]
mod tests {
    use hubkit_types::{RepoKind, TreeFile};

    use super::*;
    use crate::{
        TreeItem, TreePage,
        server::{PathsAsked, read_paths_info, respond_tree, route},
    };

    const SHA: &str = "0123456789abcdef0123456789abcdef01234567";

    fn call() -> PathsInfo {
        let path = |text: &str| text.parse().expect("a path");
        PathsInfo {
            repo: Repo::new(RepoKind::Space, "a/b".parse().expect("an id")),
            revision: "refs/pr/1".parse().expect("a revision"),
            paths: vec![path("a b/\u{fc}#&+%2e.txt"), path("c")],
            expand: true,
        }
    }

    #[test]
    fn a_request_is_routed_and_its_body_read_to_what_it_was_made_from() {
        let call = call();
        let request = call.request();
        let asked = read_paths_info(request.headers(), request.body());
        let wanted = PathsAsked {
            paths: call.paths,
            expand: true,
        };
        assert_eq!(asked, Ok(wanted));
        let wanted = Incoming::PathsInfo {
            repo: call.repo,
            revision: call.revision,
        };
        assert_eq!(route(&request), Ok(wanted));
    }

    #[test]
    fn an_answer_comes_back_as_it_was_given() {
        let page = TreePage {
            entries: vec![
                TreeEntry::from(TreeItem::File(TreeFile {
                    path: "c.bin".parse().expect("a path"),
                    size: 7,
                    oid: SHA.parse().expect("an id"),
                    lfs: "ab".repeat(32).parse().ok(),
                })),
                TreeEntry::from(TreeItem::Folder {
                    path: "d".parse().expect("a path"),
                    oid: SHA.parse().expect("an id"),
                }),
            ],
            refused: Vec::new(),
            next: None,
        };
        let found = call().reply(&respond_tree(&page)).expect("an answer");
        assert_eq!((found.entries, found.refused), (page.entries, Vec::new()));
    }

    #[test]
    fn a_name_that_must_not_become_a_path_is_told_apart() {
        let body = format!(r#"[{{"type":"file","path":"../x","oid":"{SHA}","size":1}}]"#);
        let found = call().reply(&Response::new(Bytes::from(body)));
        let found = found.expect("an answer");
        assert_eq!((found.entries.len(), found.refused[0].text()), (0, "../x"));
        for wrong in [
            "{}",
            "[7]",
            r#"[{"type":"file","path":"x","oid":"7","size":1}]"#,
        ] {
            let response = Response::new(Bytes::from_static(wrong.as_bytes()));
            assert!(call().reply(&response).is_err(), "{wrong}");
        }
    }
}
