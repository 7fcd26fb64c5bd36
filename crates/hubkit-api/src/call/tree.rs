//! `GET /api/{models|datasets|spaces}/{id}/tree/{revision}[/{path}]`: the files of a revision, page by page.

use bytes::Bytes;
use http::{Request, Response, StatusCode};
use hubkit_types::{GitOid, ParseRepoPathError, Repo, RepoPath, Revision, Sha256, TreeFile};
use serde_json::{Value, json};

use crate::{
    ApiError, Call, header,
    json::{self, Fields},
    next_link,
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

/// A name in a listing that is not a path of a repository.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct RefusedPath {
    text: String,
    length: usize,
    error: ParseRepoPathError,
}

impl RefusedPath {
    /// A path of a repository has no more bytes either.
    const LONGEST_TEXT: usize = 4 << 10;

    fn new(mut text: String, error: ParseRepoPathError) -> Self {
        let length = text.len();
        let mut end = length.min(Self::LONGEST_TEXT);
        while !text.is_char_boundary(end) {
            end -= 1;
        }
        text.truncate(end);
        // What is cut away must not stay in memory.
        text.shrink_to_fit();
        Self {
            text,
            length,
            error,
        }
    }

    /// The name as the server wrote it, for comparing with patterns; of a long one the first 4 KiB. Never make a path
    /// of it.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// How many bytes the whole name has.
    pub fn length(&self) -> usize {
        self.length
    }

    /// Why it was refused; safe to print.
    pub fn error(&self) -> &ParseRepoPathError {
        &self.error
    }
}

/// What a listing holds.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum TreeEntry {
    /// A file.
    File(TreeFile),
    /// A folder.
    Folder {
        /// Where it lies.
        path: RepoPath,
        /// The id of its git tree.
        oid: GitOid,
    },
}

impl TreeEntry {
    /// Where it lies.
    pub fn path(&self) -> &RepoPath {
        match self {
            Self::File(file) => &file.path,
            Self::Folder { path, .. } => path,
        }
    }

    /// Reads a list, and tells apart what must not become a path.
    pub(super) fn read_list(value: Value) -> Result<(Vec<Self>, Vec<RefusedPath>), ApiError> {
        let Value::Array(list) = value else {
            return Err(ApiError::protocol("expected the tree as a list"));
        };
        let mut entries = Vec::with_capacity(list.len());
        let mut refused = Vec::new();
        for value in list {
            match Self::read(value)? {
                Ok(entry) => entries.push(entry),
                Err(path) => refused.push(path),
            }
        }
        Ok((entries, refused))
    }

    fn read(value: Value) -> Result<Result<Self, RefusedPath>, ApiError> {
        let mut fields = Fields::of(value, "an entry of the tree")?;
        let text: String = fields.required("path")?;
        let path: RepoPath = match text.parse() {
            Ok(path) => path,
            Err(error) => return Ok(Err(RefusedPath::new(text, error))),
        };
        let oid = fields.required("oid")?;
        if fields.text("type").as_deref() != Some("file") {
            return Ok(Ok(Self::Folder { path, oid }));
        }
        let mut size = fields.required_size("size")?;
        let mut lfs = None;
        if let Some(value) = fields.any("lfs") {
            let mut pointer = Fields::of(value, "the LFS object of a tree entry")?;
            lfs = Some(pointer.required("oid")?);
            size = pointer.size("size")?.unwrap_or(size);
        }
        Ok(Ok(Self::File(TreeFile {
            path,
            size,
            oid,
            lfs,
        })))
    }

    fn write(&self) -> Value {
        match self {
            Self::Folder { path, oid } => json!({
                "type": "directory",
                "oid": oid.to_string(),
                "size": 0,
                "path": path.as_str(),
            }),
            Self::File(file) => {
                let mut value = json!({
                    "type": "file",
                    "oid": file.oid.to_string(),
                    "size": file.size,
                    "path": file.path.as_str(),
                });
                if let Some(digest) = file.lfs {
                    value["lfs"] = json!({
                        "oid": digest.to_string(),
                        "size": file.size,
                        "pointerSize": pointer_size(digest, file.size),
                    });
                }
                value
            }
        }
    }
}

/// The length of the text that stands in git for a large file.
pub(super) fn pointer_size(digest: Sha256, size: u64) -> usize {
    format!("version https://git-lfs.github.com/spec/v1\noid sha256:{digest}\nsize {size}\n").len()
}

impl ListTree {
    fn target(&self, limit: Option<usize>, cursor: Option<&str>) -> String {
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
        query.put("expand", Some("false"));
        query.put_number("limit", limit);
        query.put("cursor", cursor);
        uri.push_str(query.as_str());
        uri
    }
}

impl Call for ListTree {
    type Reply = TreePage;

    fn request(&self) -> Request<Bytes> {
        target::get_json(self.target(None, None))
    }

    fn reply(&self, response: &Response<Bytes>) -> Result<TreePage, ApiError> {
        let (entries, refused) = TreeEntry::read_list(json::read(response)?)?;
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
    /// How many entries the page may have at most.
    pub limit: Option<usize>,
    /// Where the page starts: what the server wrote into the address of this page.
    pub cursor: Option<String>,
}

impl TreeRequest {
    /// The request's target in origin form: what a server writes into the `Link` to the next page.
    pub fn target(&self) -> String {
        self.call.target(self.limit, self.cursor.as_deref())
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
        },
        limit: ask.query.parsed("limit"),
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
mod tests {
    use hubkit_types::RepoKind;

    use super::*;
    use crate::{ErrorKind, LONGEST_FILE, server::route};

    const SHA: &str = "0123456789abcdef0123456789abcdef01234567";

    fn call(path: Option<&str>, depth: TreeDepth) -> ListTree {
        ListTree {
            repo: Repo::new(RepoKind::Model, "a/b".parse().expect("an id")),
            revision: "refs/pr/1".parse().expect("a revision"),
            path: path.map(|path| path.parse().expect("a path")),
            depth,
        }
    }

    fn read(body: &str) -> Result<TreePage, ApiError> {
        let response = Response::new(Bytes::copy_from_slice(body.as_bytes()));
        call(None, TreeDepth::Recursive).reply(&response)
    }

    #[test]
    fn a_request_is_routed_to_what_it_was_made_from() {
        for call in [
            call(None, TreeDepth::Recursive),
            call(Some("a b/%2e/ü#&+.txt"), TreeDepth::Folder),
        ] {
            let wanted = Incoming::Tree(TreeRequest {
                call: call.clone(),
                limit: None,
                cursor: None,
            });
            assert_eq!(route(&call.request()), Ok(wanted));
        }
    }

    #[test]
    fn a_page_comes_back_as_it_was_given() {
        let page = TreePage {
            entries: vec![
                TreeEntry::Folder {
                    path: "a".parse().expect("a path"),
                    oid: SHA.parse().expect("an id"),
                },
                TreeEntry::File(TreeFile {
                    path: "a/b.txt".parse().expect("a path"),
                    size: 0,
                    oid: SHA.parse().expect("an id"),
                    lfs: None,
                }),
                TreeEntry::File(TreeFile {
                    path: "c.bin".parse().expect("a path"),
                    size: LONGEST_FILE,
                    oid: SHA.parse().expect("an id"),
                    lfs: "ab".repeat(32).parse().ok(),
                }),
            ],
            refused: Vec::new(),
            next: Some("/api/models/a/b/tree/main?cursor=x".to_owned()),
        };
        let found = call(None, TreeDepth::Recursive).reply(&respond_tree(&page));
        assert_eq!(found, Ok(page));
    }

    #[test]
    fn a_name_that_must_not_become_a_path_is_told_apart() {
        for path in ["../x", "/x", ".git/hooks/x", "a|b"] {
            let file = format!(r#"{{"type":"file","path":"{path}","oid":"{SHA}","size":1}}"#);
            let page = read(&format!("[{file}]")).expect("a page");
            assert!(page.entries.is_empty());
            assert_eq!(page.refused.len(), 1);
            assert_eq!(page.refused[0].text(), path);
        }
    }

    #[test]
    fn of_a_long_name_that_is_refused_only_the_start_is_kept() {
        // The cut falls into the last letter that would fit.
        let path = format!("/{}", "\u{fc}".repeat(50_000));
        let file = format!(r#"{{"type":"file","path":"{path}","oid":"{SHA}","size":1}}"#);
        let page = read(&format!("[{file}]")).expect("a page");
        let refused = &page.refused[0];
        assert_eq!(refused.text(), &path[..4095]);
        assert_eq!(refused.length(), 100_001);
        assert!(refused.error().to_string().len() < 1000);
    }

    #[test]
    fn a_malformed_entry_refuses_the_page() {
        let large = |size: &str| {
            format!(
                r#""size":1,"lfs":{{"oid":"{}","size":{size}}}"#,
                "ab".repeat(32)
            )
        };
        for (path, oid, rest) in [
            ("x", "main", r#""size":1"#),
            ("x", SHA, r#""size":-1"#),
            ("x", SHA, r#""size":1.5"#),
            ("x", SHA, r#""lfs":null"#),
            ("x", SHA, r#""size":null"#),
            ("x", SHA, r#""size":9007199254740993"#),
            ("x", SHA, r#""size":18446744073709551615"#),
            ("x", SHA, r#""size":99999999999999999999"#),
            ("x", SHA, &large("9007199254740993")),
            ("x", SHA, &large("99999999999999999999")),
            ("x", SHA, &large("-1")),
            ("x", SHA, r#""size":1,"lfs":{"oid":"../x","size":1}"#),
            ("x", SHA, r#""size":1,"lfs":{"size":1}"#),
            ("x", SHA, r#""size":1,"lfs":true"#),
        ] {
            let body = format!(r#"[{{"type":"file","path":"{path}","oid":"{oid}",{rest}}}]"#);
            let error = read(&body).expect_err("malformed");
            assert_eq!(error.kind(), ErrorKind::Protocol, "{body}");
        }
        assert!(read("{}").is_err());
        assert!(read(r#"[{"type":"file","path":7}]"#).is_err());
        assert_eq!(read("[]").map(|page| page.entries.len()), Ok(0));
    }
}
