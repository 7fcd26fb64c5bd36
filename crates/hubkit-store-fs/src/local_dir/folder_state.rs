//! What is in the folder: the files, their records, and blobs that wait for their place.

use std::{
    collections::{BTreeSet, HashMap},
    fs::{self, File, TryLockError},
    io,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, MutexGuard, Once, PoisonError},
    thread,
    time::Duration,
};

use hubkit_cache::{CacheError, Partial, Trees, durable, sweep, walk, write_tag};
use hubkit_store::{Digester, Entry, StoreError, StoreErrorKind};
use hubkit_types::{BlobId, CommitId, RepoPath, TreeFile};

use super::{
    Overwrite,
    metadata::{Record, Tolerance},
};
use crate::{
    blocking::store_error,
    digest::{self, Digests},
};

const STATE: &str = ".cache/huggingface";
const DOWNLOAD: &str = ".cache/huggingface/download";

/// What one process holds while it records.
const LOCK: &str = ".cache/huggingface/.lock";

/// How often that is asked for, and how long between.
const LOCK_ATTEMPTS: usize = 400;
const LOCK_PAUSE: Duration = Duration::from_millis(25);

/// The longest name of a record that common file systems take.
const LONGEST_NAME: usize = 255;

/// Which paths were recorded with which blob. Only a hint: each answer is checked against the disk.
pub(super) type Index = HashMap<BlobId, BTreeSet<RepoPath>>;

/// A folder and how to treat what is in it. All methods block.
#[derive(Debug)]
pub(super) struct FolderState {
    root: PathBuf,
    overwrite: Overwrite,
    trees: Trees,
    index: Mutex<Option<Index>>,
    recording: Mutex<()>,
    digests: Digests,
    swept: Once,
}

/// Nobody else of this process, and as a rule no other process, records as long as this is held.
pub(super) struct Alone<'a> {
    _here: MutexGuard<'a, ()>,
    _elsewhere: Option<File>,
}

/// What stands at a path of the folder.
pub(super) enum Found {
    Nothing,
    File(fs::Metadata),
    /// A link, at the end of the path.
    Link,
    Folder,
    /// A link or a file where the path needs a folder.
    Blocked(PathBuf),
}

impl FolderState {
    pub(super) fn new(root: PathBuf, overwrite: Overwrite) -> Self {
        Self {
            trees: Trees::new(root.clone(), STATE),
            root,
            overwrite,
            index: Mutex::default(),
            recording: Mutex::default(),
            digests: Digests::default(),
            swept: Once::new(),
        }
    }

    pub(super) fn root(&self) -> &Path {
        &self.root
    }

    pub(super) fn overwrite(&self) -> Overwrite {
        self.overwrite
    }

    pub(super) fn trees(&self) -> &Trees {
        &self.trees
    }

    pub(super) fn digests(&self) -> &Digests {
        &self.digests
    }

    /// Held while files are put into place: two recordings at once would look at each other's halves.
    ///
    /// Waits some seconds for another process and then goes on: where there are no locks, or one is held by a process
    /// that hangs, a half is still told by its digest.
    pub(super) fn alone(&self) -> Alone<'_> {
        let here = self.recording.lock();
        let path = self.root.join(LOCK);
        let mut elsewhere = None;
        for _ in 0..LOCK_ATTEMPTS {
            match durable::try_lock(&path) {
                Err(TryLockError::WouldBlock) => thread::sleep(LOCK_PAUSE),
                taken => {
                    elsewhere = taken.ok();
                    break;
                }
            }
        }
        Alone {
            _here: here.unwrap_or_else(PoisonError::into_inner),
            _elsewhere: elsewhere,
        }
    }

    /// A file for a blob to grow in. The first time, also removes what downloads left that broke off.
    pub(super) fn begin(&self, blob: BlobId, size: u64) -> Result<Partial, StoreError> {
        let folder = self.prepare()?;
        let partial = Partial::create(&folder, &blob.to_string(), size).map_err(store_error)?;
        self.swept.call_once(|| {
            if let Some(now) = partial.modified() {
                sweep(&folder, now);
            }
        });
        Ok(partial)
    }

    /// Makes the folder for what is on its way, and tells backups and git to leave the records alone.
    pub(super) fn prepare(&self) -> Result<PathBuf, StoreError> {
        let folder = durable::folders(&self.root, DOWNLOAD).map_err(store_error)?;
        let state = self.root.join(STATE);
        let ignore = state.join(".gitignore");
        if fs::symlink_metadata(&ignore).is_err() {
            durable::write(&ignore, b"*").map_err(store_error)?;
        }
        write_tag(&state).map_err(store_error)?;
        Ok(folder)
    }

    /// Fails as [`prepare`](Self::prepare) would for what stands in its way, and changes nothing.
    pub(super) fn look(&self) -> Result<(), StoreError> {
        durable::existing(&self.root, DOWNLOAD)
            .map(|_| ())
            .map_err(store_error)
    }

    /// Where a blob waits that was verified and has no place yet.
    pub(super) fn verified(&self, blob: BlobId) -> PathBuf {
        self.root.join(DOWNLOAD).join(format!("{blob}.verified"))
    }

    /// Where the record of a file is: where Python has it, unless that name would be too long.
    pub(super) fn record_path(&self, path: &RepoPath) -> PathBuf {
        let folder = self.root.join(DOWNLOAD);
        if is_short(path) {
            return folder.join(format!("{path}.metadata"));
        }
        let mut digester = Digester::sha256();
        digester.update(path.as_str().as_bytes());
        let name = format!("{}.metadata", digester.finish());
        folder.join(path.parent().unwrap_or_default()).join(name)
    }

    /// The record of a file, whatever became of the file.
    pub(super) fn read_record(&self, path: &RepoPath) -> Option<Record> {
        let record = Record::read(&self.record_path(path))?;
        let of = if is_short(path) { None } else { Some(path) };
        (record.path.as_ref() == of).then_some(record)
    }

    /// What stands at a path, without following any link below the folder.
    pub(super) fn find(&self, path: &RepoPath) -> Result<Found, StoreError> {
        let mut at = self.root.clone();
        let mut parts = path.parts().peekable();
        while let Some(part) = parts.next() {
            at.push(part);
            let metadata = match fs::symlink_metadata(&at) {
                Ok(metadata) => metadata,
                Err(fault) if fault.kind() == io::ErrorKind::NotFound => return Ok(Found::Nothing),
                Err(fault) => {
                    let message = format!("can't look at `{}`", at.display());
                    return Err(StoreError::io(message, fault));
                }
            };
            if parts.peek().is_none() {
                return Ok(match metadata.file_type() {
                    kind if kind.is_symlink() => Found::Link,
                    kind if kind.is_dir() => Found::Folder,
                    _ => Found::File(metadata),
                });
            }
            if !metadata.is_dir() {
                return Ok(Found::Blocked(at));
            }
        }
        Ok(Found::Nothing)
    }

    /// The record of a file that is still as it was recorded. A file whose time is not the recorded one is read.
    pub(super) fn record_of(
        &self,
        path: &RepoPath,
        file: &fs::Metadata,
        tolerance: Tolerance,
    ) -> Result<Option<Record>, StoreError> {
        let Some(record) = self.read_record(path).filter(|_| file.is_file()) else {
            return Ok(None);
        };
        let modified = file.modified().ok();
        if modified.is_some_and(|modified| record.has_time(modified, tolerance)) {
            return Ok(Some(record));
        }
        let location = self.root.join(path.as_str());
        let is_own = self.digests.confirm(&location, record.blob)?;
        Ok(is_own.then_some(record))
    }

    /// Where a blob is, and its length.
    pub(super) fn blob(&self, id: BlobId) -> Result<Option<(PathBuf, u64)>, StoreError> {
        if let Some(size) = self.waiting(id)? {
            return Ok(Some((self.verified(id), size)));
        }
        for path in self.recorded(id)? {
            if let Some(size) = self.holds(&path, id, Tolerance::Second)? {
                return Ok(Some((self.root.join(path.as_str()), size)));
            }
        }
        // One of the user's own that was read when somebody asked what stands in the way.
        Ok(self.digests.find(&self.root, id))
    }

    /// The length of a blob that waits. What another process left there, or a crash, is read before it is believed, and
    /// goes when it is not the blob.
    fn waiting(&self, id: BlobId) -> Result<Option<u64>, StoreError> {
        if durable::existing(&self.root, DOWNLOAD)
            .map_err(store_error)?
            .is_none()
        {
            return Ok(None);
        }
        let verified = self.verified(id);
        let Ok(metadata) = fs::symlink_metadata(&verified) else {
            return Ok(None);
        };
        if !metadata.is_file() {
            return Ok(None);
        }
        match self.digests.confirm(&verified, id) {
            Ok(true) => Ok(Some(metadata.len())),
            Ok(false) => {
                // Who may only read leaves it there, and takes no notice of it.
                let _ = fs::remove_file(&verified);
                Ok(None)
            }
            Err(fault) if fault.kind() == StoreErrorKind::NotFound => Ok(None),
            Err(fault) => Err(fault),
        }
    }

    /// Every blob that waits or has its place.
    pub(super) fn blobs(&self) -> Result<Vec<BlobId>, StoreError> {
        let mut blobs = BTreeSet::new();
        for (name, _) in walk(&self.root.join(DOWNLOAD)).map_err(store_error)? {
            let waiting = name.strip_suffix(".verified");
            blobs.extend(waiting.and_then(|id| id.parse::<BlobId>().ok()));
        }
        blobs.extend(self.with_index(|index| index.keys().copied().collect::<Vec<_>>())?);
        let mut here = Vec::new();
        for id in blobs {
            if self.blob(id)?.is_some() {
                here.push(id);
            }
        }
        Ok(here)
    }

    pub(super) fn remove(&self, id: BlobId) -> Result<bool, StoreError> {
        if durable::existing(&self.root, DOWNLOAD)
            .map_err(store_error)?
            .is_none()
        {
            return Ok(false);
        }
        let _alone = self.alone();
        let mut removed = remove_file(&self.verified(id))?;
        for path in self.recorded(id)? {
            if self.holds(&path, id, Tolerance::None)?.is_some() {
                removed |= remove_file(&self.root.join(path.as_str()))?;
                remove_file(&self.record_path(&path))?;
            }
        }
        Ok(removed)
    }

    /// Forgets a file that is not what its record says.
    pub(super) fn disown(&self, file: &Path) {
        let below = file.strip_prefix(&self.root).ok();
        let path = below.and_then(|path| path.to_str()?.replace('\\', "/").parse().ok());
        if let Some(path) = path {
            let _ = fs::remove_file(self.record_path(&path));
        }
    }

    pub(super) fn listing(
        &self,
        commit: CommitId,
    ) -> Result<Option<Arc<Vec<TreeFile>>>, StoreError> {
        self.trees.read(commit).map_err(store_error)
    }

    fn facts(&self, commit: CommitId) -> Result<Option<Arc<Vec<TreeFile>>>, StoreError> {
        self.trees.facts(commit).map_err(store_error)
    }

    pub(super) fn knows(&self, commit: CommitId) -> Result<bool, StoreError> {
        if self.facts(commit)?.is_some() {
            return Ok(true);
        }
        let mut recorded = self.records().map_err(store_error)?.into_iter();
        Ok(recorded.any(|(_, record)| record.commit == commit))
    }

    pub(super) fn entry(&self, commit: CommitId, path: &RepoPath) -> Result<Entry, StoreError> {
        let listing = self.facts(commit)?;
        let listed = listing.as_deref().and_then(|listing| listed(listing, path));
        Ok(match self.present(commit, path, listed)? {
            Some((size, blob)) => Entry::Present {
                size,
                blob: Some(blob),
            },
            None if listing.is_some() && listed.is_none() => Entry::Absent,
            None => Entry::Unknown,
        })
    }

    pub(super) fn files(&self, commit: CommitId) -> Result<Vec<TreeFile>, StoreError> {
        let listing = self.facts(commit)?;
        let listing = listing.as_deref().map_or(&[][..], Vec::as_slice);
        let mut paths: BTreeSet<RepoPath> = listing.iter().map(|file| file.path.clone()).collect();
        let records = self.records().map_err(store_error)?;
        paths.extend(records.into_iter().map(|(path, _)| path));
        let mut files = Vec::new();
        for path in paths {
            let listed = listed(listing, &path);
            if let Some((size, blob)) = self.present(commit, &path, listed)? {
                let described = || digest::tree_file(path, size, blob);
                files.push(listed.cloned().unwrap_or_else(described));
            }
        }
        Ok(files)
    }

    /// The size and the digest of a file of a commit. One without a record that the listing describes is read.
    fn present(
        &self,
        commit: CommitId,
        path: &RepoPath,
        listed: Option<&TreeFile>,
    ) -> Result<Option<(u64, BlobId)>, StoreError> {
        let Found::File(file) = self.find(path)? else {
            return Ok(None);
        };
        let size = file.len();
        let record = self.record_of(path, &file, Tolerance::Second)?;
        let right = match (record, listed) {
            (Some(record), Some(listed)) => {
                (record.blob == listed.blob() && size == listed.size).then_some(record.blob)
            }
            (Some(record), None) => (record.commit == commit).then_some(record.blob),
            (None, Some(listed)) => self.is(path, &file, listed)?.then(|| listed.blob()),
            (None, None) => None,
        };
        Ok(right.map(|blob| (size, blob)))
    }

    /// Whether a file has the bytes it should have; reads it.
    pub(super) fn is(
        &self,
        path: &RepoPath,
        file: &fs::Metadata,
        expected: &TreeFile,
    ) -> Result<bool, StoreError> {
        if !file.is_file() || file.len() != expected.size {
            return Ok(false);
        }
        let location = self.root.join(path.as_str());
        self.digests.confirm(&location, expected.blob())
    }

    /// The size of a file of the store's own that was recorded with this blob.
    fn holds(
        &self,
        path: &RepoPath,
        id: BlobId,
        tolerance: Tolerance,
    ) -> Result<Option<u64>, StoreError> {
        let Found::File(file) = self.find(path)? else {
            return Ok(None);
        };
        let record = self.record_of(path, &file, tolerance)?;
        Ok(record
            .filter(|record| record.blob == id)
            .map(|_| file.len()))
    }

    fn recorded(&self, id: BlobId) -> Result<Vec<RepoPath>, StoreError> {
        self.with_index(|index| {
            let paths = index.get(&id).into_iter().flatten();
            paths.cloned().collect()
        })
    }

    /// Has the index built anew: another process may have put files into place.
    pub(super) fn forget_index(&self) {
        *self.index.lock().unwrap_or_else(PoisonError::into_inner) = None;
    }

    /// Runs something on the index, which is built when it is first needed.
    pub(super) fn with_index<T>(
        &self,
        work: impl FnOnce(&mut Index) -> T,
    ) -> Result<T, StoreError> {
        let mut held = self.index.lock().unwrap_or_else(PoisonError::into_inner);
        let index = if let Some(index) = held.as_mut() {
            index
        } else {
            let mut index = Index::new();
            for (path, record) in self.records().map_err(store_error)? {
                index.entry(record.blob).or_default().insert(path);
            }
            held.insert(index)
        };
        Ok(work(index))
    }

    fn records(&self) -> Result<Vec<(RepoPath, Record)>, CacheError> {
        let files = walk(&self.root.join(DOWNLOAD))?;
        let record = |(name, path): (String, PathBuf)| {
            let name = name.strip_suffix(".metadata")?;
            let record = Record::read(&path)?;
            let of = match &record.path {
                Some(of) if self.record_path(of) == path => of.clone(),
                _ => name.parse().ok().filter(is_short)?,
            };
            Some((of, record))
        };
        Ok(files.into_iter().filter_map(record).collect())
    }
}

/// Whether the name of a file leaves room for what makes it the name of its record.
pub(super) fn is_short(path: &RepoPath) -> bool {
    path.file_name().len() + ".metadata".len() <= LONGEST_NAME
}

/// `false` when there was nothing.
pub(super) fn remove_file(path: &Path) -> Result<bool, StoreError> {
    match fs::remove_file(path) {
        Ok(()) => Ok(true),
        Err(fault) if fault.kind() == io::ErrorKind::NotFound => Ok(false),
        Err(fault) => {
            let message = format!("can't remove `{}`", path.display());
            Err(StoreError::io(message, fault))
        }
    }
}

fn listed<'a>(listing: &'a [TreeFile], path: &RepoPath) -> Option<&'a TreeFile> {
    let index = listing.binary_search_by(|file| file.path.cmp(path));
    index.ok().map(|index| &listing[index])
}
