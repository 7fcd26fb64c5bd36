//! What is known of a repository, and how it stands in JSON.

use hubkit_types::{CommitId, RepoId, RepoPath, TreeFile};
use serde_json::{Map, Value, json};

use crate::{ApiError, call::tree::pointer_size, json::Fields};

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

    pub(crate) fn read(value: Value) -> Result<Self, ApiError> {
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
    pub(crate) fn write(self) -> Value {
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
