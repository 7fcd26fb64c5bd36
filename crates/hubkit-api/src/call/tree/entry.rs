//! What a listing holds, and how it stands in JSON.

use bytes::Bytes;
use http::Response;
use hubkit_types::{CommitId, GitOid, ParseRepoPathError, RepoPath, Sha256, TreeFile, XetHash};
use serde_json::{Value, json};

use crate::{
    ApiError,
    json::{self, Fields},
};

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
pub struct TreeEntry {
    /// The file or the folder.
    pub item: TreeItem,
    /// What else was said of it, if anything was.
    pub detail: Option<Box<TreeDetail>>,
}

/// What an entry of a listing is.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum TreeItem {
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

/// What a hub says of an entry beyond what git knows. All but the hash only where [`expand`](super::ListTree::expand)
/// asks for it.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct TreeDetail {
    /// The commit that changed it last.
    pub last_commit: Option<LastCommit>,
    /// What the scans of the file found, as the hub wrote it.
    pub security_status: Option<Value>,
    /// The file's name in Xet storage. Read, and never written: who reads it asks for tokens of that storage, and
    /// Python's client takes no other way then.
    pub xet_hash: Option<XetHash>,
}

/// The commit that changed an entry last. The title is its author's own: escape it before showing it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct LastCommit {
    /// Its id.
    pub id: CommitId,
    /// The first line of its message.
    pub title: String,
    /// When it was made, in ISO 8601.
    pub date: Option<String>,
}

impl From<TreeItem> for TreeEntry {
    fn from(item: TreeItem) -> Self {
        Self { item, detail: None }
    }
}

impl TreeItem {
    /// Where it lies.
    pub fn path(&self) -> &RepoPath {
        match self {
            Self::File(file) => &file.path,
            Self::Folder { path, .. } => path,
        }
    }
}

impl LastCommit {
    /// `None` for what is no commit: nothing depends on it.
    fn read(value: Value) -> Option<Self> {
        let mut fields = Fields::of(value, "a last commit").ok()?;
        Some(Self {
            id: fields.required("id").ok()?,
            title: fields.text("title").unwrap_or_default(),
            date: fields.text("date"),
        })
    }

    fn write(&self) -> Value {
        json!({ "id": self.id.to_string(), "title": self.title, "date": self.date })
    }
}

impl TreeDetail {
    fn read(fields: &mut Fields) -> Option<Box<Self>> {
        let detail = Self {
            last_commit: fields.any("lastCommit").and_then(LastCommit::read),
            security_status: fields.any("securityFileStatus"),
            xet_hash: fields.text("xetHash").and_then(|text| text.parse().ok()),
        };
        (detail != Self::default()).then(|| Box::new(detail))
    }

    fn write(&self, value: &mut Value) {
        if let Some(commit) = &self.last_commit {
            value["lastCommit"] = commit.write();
        }
        // Without `avScan` huggingface_hub fails: whole, or not at all.
        let status = self.security_status.as_ref();
        if let Some(status) = status.filter(|status| status.get("avScan").is_some()) {
            value["securityFileStatus"] = status.clone();
        }
    }
}

impl TreeEntry {
    /// Where it lies.
    pub fn path(&self) -> &RepoPath {
        self.item.path()
    }

    /// Reads a list, and tells apart what must not become a path.
    pub(crate) fn read_list(
        response: &Response<Bytes>,
    ) -> Result<(Vec<Self>, Vec<RefusedPath>), ApiError> {
        let read = json::read_list(response, "entries of a tree", Self::read)?;
        let mut entries = Vec::with_capacity(read.len());
        let mut refused = Vec::new();
        for entry in read {
            match entry {
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
        let detail = TreeDetail::read(&mut fields);
        if fields.text("type").as_deref() != Some("file") {
            let item = TreeItem::Folder { path, oid };
            return Ok(Ok(Self { item, detail }));
        }
        let mut size = fields.required_size("size")?;
        let mut lfs = None;
        if let Some(value) = fields.any("lfs") {
            let mut pointer = Fields::of(value, "the LFS object of a tree entry")?;
            lfs = Some(pointer.required_either("oid", "sha256")?);
            size = pointer.size("size")?.unwrap_or(size);
        }
        let item = TreeItem::File(TreeFile {
            path,
            size,
            oid,
            lfs,
        });
        Ok(Ok(Self { item, detail }))
    }

    pub(crate) fn write(&self) -> Value {
        let mut value = match &self.item {
            TreeItem::Folder { path, oid } => json!({
                "type": "directory",
                "oid": oid.to_string(),
                "size": 0,
                "path": path.as_str(),
            }),
            TreeItem::File(file) => {
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
        };
        if let Some(detail) = &self.detail {
            detail.write(&mut value);
        }
        value
    }
}

/// The length of the text that stands in git for a large file.
pub(crate) fn pointer_size(digest: Sha256, size: u64) -> usize {
    format!("version https://git-lfs.github.com/spec/v1\noid sha256:{digest}\nsize {size}\n").len()
}
