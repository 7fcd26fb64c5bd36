//! Listings of what a commit holds.

use std::{
    collections::BTreeMap,
    fs::{self, File},
    io::Read as _,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, PoisonError},
    time::SystemTime,
};

use hubkit_types::{CommitId, TreeFile};
use serde::{Deserialize, Serialize};

use crate::{CacheError, durable, error::found};

/// Python's number of this format; another is not understood.
const FORMAT_VERSION: u64 = 1;

/// Larger files are not read: a million files take about 200 MiB.
const LONGEST: u64 = 512 << 20;

/// The listings below one folder: `trees/<commit>.json`, in the form that Python's client reads and writes.
///
/// Remembers the last listing that it read for as long as its file does not change.
#[derive(Clone, Debug)]
pub struct Trees {
    folder: PathBuf,
    memo: Memo,
}

/// The last listing read, with what tells whether its file is still the same.
#[derive(Clone, Default, Debug)]
pub(crate) struct Memo(Arc<Mutex<Option<(Stamp, Listing)>>>);

type Listing = Arc<Vec<TreeFile>>;
type Stamp = (PathBuf, Option<SystemTime>, u64);

#[derive(Serialize, Deserialize)]
struct Document {
    format_version: u64,
    files: BTreeMap<String, Item>,
}

#[derive(Serialize, Deserialize)]
struct Item {
    size: u64,
    blob_id: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    lfs_sha256: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    lfs_size: Option<u64>,
}

impl Trees {
    /// Names the folder in which `trees` is, or will be.
    pub fn new(folder: PathBuf) -> Self {
        Self::with_memo(folder, Memo::default())
    }

    pub(crate) fn with_memo(folder: PathBuf, memo: Memo) -> Self {
        Self { folder, memo }
    }

    /// Everything the commit holds, sorted by path; `None` when there is no listing, or none that can be understood.
    pub fn read(&self, commit: CommitId) -> Result<Option<Arc<Vec<TreeFile>>>, CacheError> {
        let path = self.path(commit);
        let tried = "can't read";
        let Some(metadata) = found(fs::metadata(&path), tried, &path)? else {
            return Ok(None);
        };
        if !metadata.is_file() || metadata.len() > LONGEST {
            return Ok(None);
        }
        let stamp = (path.clone(), metadata.modified().ok(), metadata.len());
        let mut memo = self.memo.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, listing)) = memo.as_ref().filter(|(held, _)| *held == stamp) {
            return Ok(Some(listing.clone()));
        }
        let Some(file) = found(File::open(&path), tried, &path)? else {
            return Ok(None);
        };
        let mut bytes = Vec::new();
        file.take(LONGEST)
            .read_to_end(&mut bytes)
            .map_err(|fault| CacheError::io(tried, &path, fault))?;
        let listing = parse(&bytes).map(Arc::new);
        *memo = listing.clone().map(|listing| (stamp, listing));
        Ok(listing)
    }

    /// Keeps a listing. One that is there already and says the same stays as it is, with what else it knows.
    pub fn write(&self, commit: CommitId, files: &[TreeFile]) -> Result<(), CacheError> {
        let mut sorted = files.to_vec();
        sorted.sort_by(|left, right| left.path.cmp(&right.path));
        if self.read(commit)?.is_some_and(|held| *held == sorted) {
            return Ok(());
        }
        durable::folders(&self.folder, "trees")?;
        durable::write(&self.path(commit), &render(&sorted))
    }

    fn path(&self, commit: CommitId) -> PathBuf {
        self.folder
            .join(Path::new("trees"))
            .join(format!("{commit}.json"))
    }
}

fn parse(bytes: &[u8]) -> Option<Vec<TreeFile>> {
    let document: Document = serde_json::from_slice(bytes).ok()?;
    if document.format_version != FORMAT_VERSION {
        return None;
    }
    let file = |(path, item): (String, Item)| {
        let lfs = item.lfs_sha256.map(|digest| digest.parse()).transpose();
        Some(TreeFile {
            path: path.parse().ok()?,
            size: item.lfs_size.unwrap_or(item.size),
            oid: item.blob_id.parse().ok()?,
            lfs: lfs.ok()?,
        })
    };
    document.files.into_iter().map(file).collect()
}

fn render(files: &[TreeFile]) -> Vec<u8> {
    let item = |file: &TreeFile| Item {
        size: file.size,
        blob_id: file.oid.to_string(),
        lfs_sha256: file.lfs.map(|digest| digest.to_string()),
        lfs_size: file.lfs.map(|_| file.size),
    };
    let document = Document {
        format_version: FORMAT_VERSION,
        files: files
            .iter()
            .map(|file| (file.path.to_string(), item(file)))
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
