//! Listings of what a commit holds.

use std::{
    borrow::Cow,
    collections::{BTreeMap, HashMap, VecDeque},
    fmt, fs,
    path::PathBuf,
    sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError},
    time::SystemTime,
};

use hubkit_types::{BlobId, CommitId, ParseRepoPathError, TreeFile};
use serde::{
    Deserialize, Deserializer, Serialize,
    de::{MapAccess, Visitor},
};

use crate::{CacheError, CacheErrorKind, durable, error::found, read_plain};

/// Python's number of this format; another is not understood.
const FORMAT_VERSION: u64 = 1;

/// Larger files are not read: a million files take about 200 MiB.
const LONGEST: u64 = 512 << 20;

/// How many listings are remembered, and how many files these may name together.
pub(crate) const REMEMBERED: usize = 8;
const REMEMBERED_FILES: usize = 1 << 20;

/// The listings below one folder: `trees/<commit>.json`, in the form that Python's client reads and writes.
///
/// Remembers the last few listings that it read, each for as long as its file does not change.
#[derive(Clone, Debug)]
pub struct Trees {
    base: PathBuf,
    below: String,
    memo: Memo,
}

/// The last listings read, the newest first, each with what tells whether its file is still the same.
#[derive(Clone, Default, Debug)]
pub(crate) struct Memo(Arc<Mutex<Held>>);

type Held = VecDeque<(Stamp, Arc<Listing>)>;

type Stamp = (PathBuf, Option<SystemTime>, u64);

/// A listing, and which of its files have which blob.
#[derive(Debug)]
pub(crate) struct Listing {
    pub(crate) files: Arc<Vec<TreeFile>>,
    by_blob: OnceLock<HashMap<BlobId, Vec<usize>>>,
}

impl Listing {
    fn new(files: Vec<TreeFile>) -> Self {
        Self {
            files: Arc::new(files),
            by_blob: OnceLock::new(),
        }
    }

    pub(crate) fn with_blob(&self, blob: BlobId) -> impl Iterator<Item = &TreeFile> {
        let by_blob = self.by_blob.get_or_init(|| {
            let mut by_blob: HashMap<BlobId, Vec<usize>> = HashMap::new();
            for (index, file) in self.files.iter().enumerate() {
                by_blob.entry(file.blob()).or_default().push(index);
            }
            by_blob
        });
        let indexes = by_blob.get(&blob).into_iter().flatten();
        indexes.map(|index| &self.files[*index])
    }
}

impl Memo {
    fn held(&self) -> MutexGuard<'_, Held> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn get(&self, stamp: &Stamp) -> Option<Arc<Listing>> {
        let mut held = self.held();
        let index = held.iter().position(|(known, _)| known == stamp)?;
        let found = held.remove(index)?;
        let listing = found.1.clone();
        held.push_front(found);
        Some(listing)
    }

    fn put(&self, stamp: Stamp, listing: Arc<Listing>) {
        let mut held = self.held();
        held.retain(|((path, ..), _)| *path != stamp.0);
        held.push_front((stamp, listing));
        let mut files = 0;
        let few = held.iter().take_while(|(_, listing)| {
            files += listing.files.len();
            files <= REMEMBERED_FILES
        });
        let keep = few.count().clamp(1, REMEMBERED);
        held.truncate(keep);
    }
}

#[derive(Serialize)]
struct Written<'a> {
    format_version: u64,
    files: BTreeMap<&'a str, Item<'a>>,
}

#[derive(Deserialize)]
struct Document<'a> {
    format_version: u64,
    #[serde(borrow)]
    files: Items<'a>,
}

/// Names as they stand in the text, in the order in which they do: a map would look for the place of each.
struct Items<'a>(Vec<(Name<'a>, Item<'a>)>);

#[derive(Deserialize)]
#[serde(transparent)]
struct Name<'a>(#[serde(borrow)] Cow<'a, str>);

#[derive(Serialize, Deserialize)]
struct Item<'a> {
    size: u64,
    #[serde(borrow)]
    blob_id: Cow<'a, str>,
    #[serde(default, borrow, skip_serializing_if = "Option::is_none")]
    lfs_sha256: Option<Cow<'a, str>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    lfs_size: Option<u64>,
}

impl<'de: 'a, 'a> Deserialize<'de> for Items<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Collect;
        impl<'de> Visitor<'de> for Collect {
            type Value = Items<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("files by their paths")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Items<'de>, A::Error> {
                let mut items = Vec::new();
                while let Some(item) = map.next_entry()? {
                    items.push(item);
                }
                Ok(Items(items))
            }
        }
        deserializer.deserialize_map(Collect)
    }
}

impl Trees {
    /// Names the folder in which `trees` is, or will be: `below` (parts with `/` between them) under `base`.
    ///
    /// `base` is taken as it is. A link below it is refused with kind `Corrupt`.
    pub fn new(base: PathBuf, below: &str) -> Self {
        Self::with_memo(base, below, Memo::default())
    }

    pub(crate) fn with_memo(base: PathBuf, below: &str, memo: Memo) -> Self {
        let below = format!("{below}/trees");
        Self { base, below, memo }
    }

    /// Everything the commit holds, sorted by path; `None` when there is no listing, or none that can be understood.
    ///
    /// A listing that names a file by something that is no path of a repository is an error of kind `Unsafe`: without
    /// that file it would pass for the whole.
    pub fn read(&self, commit: CommitId) -> Result<Option<Arc<Vec<TreeFile>>>, CacheError> {
        let listing = self.load(commit)?;
        Ok(listing.map(|listing| listing.files.clone()))
    }

    /// What the listing says, as a source of facts about single files: where [`read`](Self::read) refuses to give it
    /// whole, there is none.
    pub fn facts(&self, commit: CommitId) -> Result<Option<Arc<Vec<TreeFile>>>, CacheError> {
        let listing = self.find(commit)?;
        Ok(listing.map(|listing| listing.files.clone()))
    }

    pub(crate) fn find(&self, commit: CommitId) -> Result<Option<Arc<Listing>>, CacheError> {
        match self.load(commit) {
            Err(error) if error.kind() == CacheErrorKind::Unsafe => Ok(None),
            other => other,
        }
    }

    fn load(&self, commit: CommitId) -> Result<Option<Arc<Listing>>, CacheError> {
        let Some(folder) = durable::existing(&self.base, &self.below)? else {
            return Ok(None);
        };
        let path = folder.join(format!("{commit}.json"));
        let Some(metadata) = found(fs::symlink_metadata(&path), "can't read", &path)? else {
            return Ok(None);
        };
        let stamp = (path, metadata.modified().ok(), metadata.len());
        if let Some(listing) = self.memo.get(&stamp) {
            return Ok(Some(listing));
        }
        // Nobody waits for this: two that ask for the same at once both read it.
        let bytes = read_plain(&stamp.0, LONGEST)?;
        let Some(document) = bytes.and_then(|bytes| parse(&bytes)) else {
            return Ok(None);
        };
        let files = match document {
            Ok(files) => files,
            Err(refused) => {
                let message = format!(
                    "{} lists a file that can't be stored safely: {refused}",
                    stamp.0.display()
                );
                return Err(CacheError::new(CacheErrorKind::Unsafe, message));
            }
        };
        let listing = Arc::new(Listing::new(files));
        self.memo.put(stamp, listing.clone());
        Ok(Some(listing))
    }

    /// Keeps a listing. One that is there already and says the same stays as it is, with what else it knows.
    pub fn write(&self, commit: CommitId, files: &[TreeFile]) -> Result<(), CacheError> {
        let mut sorted = files.to_vec();
        sorted.sort_by(|left, right| left.path.cmp(&right.path));
        if self.find(commit)?.is_some_and(|held| *held.files == sorted) {
            return Ok(());
        }
        let folder = durable::folders(&self.base, &self.below)?;
        durable::write(
            &folder.join(format!("{commit}.json")),
            &Self::render(&sorted),
        )
    }

    /// What the file of a listing holds.
    ///
    /// # Panics
    ///
    /// Never: text and numbers are always JSON.
    pub fn render(files: &[TreeFile]) -> Vec<u8> {
        let item = |file: &TreeFile| Item {
            size: file.size,
            blob_id: file.oid.to_string().into(),
            lfs_sha256: file.lfs.map(|digest| digest.to_string().into()),
            lfs_size: file.lfs.map(|_| file.size),
        };
        let document = Written {
            format_version: FORMAT_VERSION,
            files: files
                .iter()
                .map(|file| (file.path.as_str(), item(file)))
                .collect(),
        };
        let mut bytes = Vec::new();
        let formatter = serde_json::ser::PrettyFormatter::with_indent(b" ");
        let mut serializer = serde_json::Serializer::with_formatter(&mut bytes, formatter);
        document
            .serialize(&mut serializer)
            .expect("text and numbers are always JSON, and memory takes every byte");
        bytes
    }
}

/// `None` for what is no listing, an error for one with a name that must not become a path.
fn parse(bytes: &[u8]) -> Option<Result<Vec<TreeFile>, ParseRepoPathError>> {
    let document: Document<'_> = serde_json::from_slice(bytes).ok()?;
    if document.format_version != FORMAT_VERSION {
        return None;
    }
    let mut files = Vec::with_capacity(document.files.0.len());
    let mut refused = None;
    for (Name(path), item) in document.files.0 {
        let lfs = item.lfs_sha256.map(|digest| digest.parse()).transpose();
        let (oid, lfs) = (item.blob_id.parse().ok()?, lfs.ok()?);
        let size = item.lfs_size.unwrap_or(item.size);
        match path.parse() {
            Ok(path) => files.push(TreeFile {
                path,
                size,
                oid,
                lfs,
            }),
            Err(fault) => refused = Some(fault),
        }
    }
    if let Some(refused) = refused {
        return Some(Err(refused));
    }
    // Of a name that comes twice the last counts, as for every reader of JSON.
    files.sort_by(|left, right| left.path.cmp(&right.path));
    files.dedup_by(|later, kept| {
        let is_same = later.path == kept.path;
        if is_same {
            std::mem::swap(later, kept);
        }
        is_same
    });
    Some(Ok(files))
}
