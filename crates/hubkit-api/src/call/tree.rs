//! `GET /api/{kind}/{id}/tree/{revision}[/{path}]`: the files of a revision, page by page.

mod entry;

use bytes::Bytes;
use http::{Request, Response, StatusCode};
use hubkit_types::{Repo, RepoPath, Revision};

pub(crate) use entry::pointer_size;
pub use entry::{LastCommit, RefusedPath, TreeDetail, TreeEntry, TreeItem};

use crate::{
    ApiError, Call, header, json, next_link,
    query::QueryText,
    server::{
        Incoming,
        ask::{Ask, READ, Routed},
    },
    target,
};

/// Asks for the files of a revision: the first page of them.
///
/// The pages after it have addresses that the server makes: [`TreePage::next`]. Send a plain `GET` there and give the
/// answer to [`Call::reply`] as well.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ListTree {
    /// The repository.
    pub repo: Repo,
    /// The revision.
    pub revision: Revision,
    /// The folder to list; the top when there is none.
    pub path: Option<RepoPath>,
    /// Whether to go into folders.
    pub depth: TreeDepth,
    /// Whether the hub is to look up the last commit and the security scan of each entry as well, which takes it longer
    /// and makes its pages shorter.
    pub expand: bool,
    /// How many entries the page may have at most; the server's choice when there is none.
    pub limit: Option<usize>,
}

/// How far down a listing goes.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum TreeDepth {
    /// Everything below the folder.
    Recursive,
    /// What lies in the folder itself.
    Folder,
}

/// One page of a listing.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct TreePage {
    /// What is on it, in the server's order.
    pub entries: Vec<TreeEntry>,
    /// What is on it under a name that must not reach a file system. Whether that matters is for the caller to say: it
    /// may not want these files.
    pub refused: Vec<RefusedPath>,
    /// The address of the next page, as the server wrote it: absolute, or relative to the request.
    pub next: Option<String>,
}

impl ListTree {
    /// Asks for the files and folders of a revision, or of the top of it.
    pub fn new(repo: Repo, revision: Revision, depth: TreeDepth) -> Self {
        Self {
            repo,
            revision,
            path: None,
            depth,
            expand: false,
            limit: None,
        }
    }

    fn target(&self, cursor: Option<&str>) -> String {
        let mut uri = format!(
            "{}/tree/{}",
            target::api(&self.repo),
            target::revision(&self.revision)
        );
        if let Some(path) = &self.path {
            uri.push('/');
            uri.push_str(&target::path(path));
        }
        let mut query = QueryText::default();
        let recursive = match self.depth {
            TreeDepth::Recursive => "true",
            TreeDepth::Folder => "false",
        };
        query.put("recursive", Some(recursive));
        query.put("expand", Some(if self.expand { "true" } else { "false" }));
        query.put_number("limit", self.limit);
        query.put("cursor", cursor);
        uri.push_str(query.as_str());
        uri
    }
}

impl Call for ListTree {
    type Reply = TreePage;

    fn request(&self) -> Request<Bytes> {
        target::get_json(self.target(None))
    }

    fn reply(&self, response: &Response<Bytes>) -> Result<TreePage, ApiError> {
        let (entries, refused) = TreeEntry::read_list(response)?;
        Ok(TreePage {
            entries,
            refused,
            next: next_link(response.headers()),
        })
    }
}

/// A request for one page of a listing.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct TreeRequest {
    /// What to list.
    pub call: ListTree,
    /// Where the page starts: what the server wrote into the address of this page.
    pub cursor: Option<String>,
}

impl TreeRequest {
    /// The request's target in origin form: what a server writes into the `Link` to the next page.
    pub fn target(&self) -> String {
        self.call.target(self.cursor.as_deref())
    }
}

/// `…/tree/{revision}[/{path}]`.
pub(crate) fn route(repo: Repo, ask: &Ask<'_>) -> Routed {
    let (revision, path) = ask.folder()?;
    let depth = if ask.query.flag("recursive") {
        TreeDepth::Recursive
    } else {
        TreeDepth::Folder
    };
    let request = TreeRequest {
        call: ListTree {
            repo,
            revision,
            path,
            depth,
            expand: ask.query.flag("expand"),
            limit: ask.query.parsed("limit"),
        },
        cursor: ask.query.text("cursor"),
    };
    ask.answer(READ, Incoming::Tree(request))
}

/// The answer to [`ListTree`]. A `next` that can't stand in a header is left out.
pub fn respond_tree(page: &TreePage) -> Response<Bytes> {
    let entries = page.entries.iter().map(TreeEntry::write).collect();
    let mut response = json::respond(StatusCode::OK, &entries);
    header::put_next(response.headers_mut(), page.next.as_deref());
    response
}

#[cfg(test)]
mod tests;
