//! Writing. Each step leaves the cache such that any reader finds it whole.

use std::{
    collections::BTreeSet,
    fs::{self, OpenOptions},
    io,
    path::{Path, PathBuf},
    time::SystemTime,
};

use hubkit_types::{BlobId, ByteRange, CommitId, RepoPath, Revision, TreeFile};

use crate::{
    CacheError, CacheErrorKind, Left, Partial, Remover, RepoCache,
    cache::entries,
    durable, journal,
    link::{Link, Method},
    lock::{Asked, Lock},
    partial, read_plain,
};

/// A blob on its way into the cache. Dropping it leaves nothing behind but what another can go on with.
#[derive(Debug)]
pub struct NewBlob {
    repo: RepoCache,
    blob: BlobId,
    partial: Partial,
    _lock: Option<Lock>,
}

/// The answer to who wants to bring a large blob in.
#[derive(Debug)]
pub enum Claim {
    /// A file for it, with what was left in it.
    Ready(Box<NewBlob>, Option<Left>),
    /// Another process is bringing it in.
    Busy(Rival),
}

/// Another process that is bringing a blob in.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Rival {
    /// Which one, where that can be told: `process 4711 (hf)`.
    pub name: Option<String>,
    /// Its last note, if it leaves such.
    pub note: Option<Vec<u8>>,
    /// How long its file is. One that is reserved in advance is as long as the blob from the start.
    pub length: u64,
    /// When it last wrote.
    pub modified: Option<SystemTime>,
}

impl NewBlob {
    /// Writes bytes at an offset. What lies beyond the promised size is refused with kind `Integrity`.
    pub fn write_at(&self, offset: u64, bytes: &[u8]) -> Result<(), CacheError> {
        self.partial.write_at(offset, bytes)
    }

    /// Reads bytes that were written.
    pub fn read_at(&self, range: ByteRange) -> Result<Vec<u8>, CacheError> {
        self.partial.read_at(range)
    }

    /// Leaves a note for whoever goes on with it.
    pub fn note(&self, note: &[u8]) {
        self.partial.note(note);
    }

    /// Lets the disk begin to take a part that was written.
    pub fn begin_flush(&self, part: ByteRange) -> Result<(), CacheError> {
        self.partial.begin_flush(part)
    }

    /// Lets the disk take what was written so far.
    pub fn flush(&self) -> Result<(), CacheError> {
        self.partial.flush()
    }

    /// Where the bytes are for now.
    pub fn path(&self) -> &Path {
        self.partial.path()
    }

    /// A handle that removes the bytes, also while this is at work on another thread.
    pub fn remover(&self) -> Remover {
        self.partial.remover()
    }

    /// Makes the bytes the blob, durably. The caller has verified that they hash to its name.
    ///
    /// A blob that is there with the very same bytes stays; one with other bytes is replaced.
    pub fn publish(self) -> Result<(), CacheError> {
        self.partial.publish(&self.repo.blob_path(self.blob))
    }

    /// As [`publish`](Self::publish) for bytes that the caller brought to the disk; its is the folder of the blob to sync,
    /// which is returned.
    pub fn publish_flushed(self) -> Result<PathBuf, CacheError> {
        let target = self.repo.blob_path(self.blob);
        self.partial.publish_flushed(&target)?;
        Ok(target.parent().unwrap_or(&target).to_owned())
    }

    /// Removes the bytes, and what would let another go on with them.
    pub fn discard(&self) {
        self.partial.discard();
    }
}

impl RepoCache {
    /// Opens a file for a blob of `size` bytes to grow in: `blobs/<id>.<8 hex digits>.incomplete`, its own alone.
    pub fn begin(&self, blob: BlobId, size: u64) -> Result<NewBlob, CacheError> {
        let folder = self.folders("blobs")?;
        self.tag_root();
        let partial = Partial::create(&folder, &blob.to_string(), size)?;
        Ok(NewBlob {
            repo: self.clone(),
            blob,
            partial,
            _lock: None,
        })
    }

    /// As [`begin`](Self::begin) for a large blob: goes on with a file that was left, reserves its room on the disk, leaves
    /// a journal beside it, and takes the lock that other clients look at. Where another process has that lock the answer
    /// says which, unless `regardless`.
    pub fn claim(&self, blob: BlobId, size: u64, regardless: bool) -> Result<Claim, CacheError> {
        let folder = self.folders("blobs")?;
        self.tag_root();
        let lock = match Lock::ask(self, blob) {
            Asked::Taken(lock) => Some(lock),
            Asked::Busy(_) if regardless => None,
            Asked::Busy(name) => return Ok(Claim::Busy(rival(&folder, blob, name))),
        };
        let (partial, left) = Partial::resume(&folder, blob, size)?;
        let new = NewBlob {
            repo: self.clone(),
            blob,
            partial,
            _lock: lock,
        };
        Ok(Claim::Ready(Box::new(new), left))
    }

    /// How many more bytes of blobs there is room for, those among them that files on their way have reserved and nobody
    /// is at any more; `None` where that can't be told.
    pub fn room(&self) -> Option<u64> {
        let room = durable::room(self.folder())?;
        let left = self.existing("blobs").ok().flatten();
        let left = left.map_or_else(Vec::new, |folder| entries(&folder).unwrap_or_default());
        let reserved = left.into_iter().filter(|(name, path)| {
            name.to_str().is_some_and(partial::is_incomplete) && journal::is_orphan(path)
        });
        Some(reserved.fold(room, |room, (_, path)| {
            room.saturating_add(taken(&path).unwrap_or(0))
        }))
    }

    /// Makes the folder of a commit's files, so that a revision may lead to it even when it shows none.
    pub fn make_snapshot(&self, commit: CommitId) -> Result<(), CacheError> {
        let folder = self.folders(&format!("snapshots/{commit}"))?;
        self.tag_root();
        durable::sync_folder(folder.parent().unwrap_or(&folder))
    }

    /// Shows a blob as a file of a commit, atomically; replaces what is shown there now.
    ///
    /// Makes a relative link; where there are none, and where the blob is but a file of another commit, a second name of
    /// the file or a copy. Fails with kind
    /// `NotFound` when the blob is not here, and with kind `Corrupt` when a folder on the way is a link. Survives a loss
    /// of power after [`sync_links`](Self::sync_links).
    pub fn link(&self, commit: CommitId, path: &RepoPath, blob: BlobId) -> Result<(), CacheError> {
        self.link_by(commit, path, blob, &Method::ALL)
    }

    pub(crate) fn link_by(
        &self,
        commit: CommitId,
        path: &RepoPath,
        blob: BlobId,
        methods: &[Method],
    ) -> Result<(), CacheError> {
        let (found, methods) = if let Some(found) = self.blob(blob)? {
            (found, methods)
        } else if let Some(found) = self.shown(blob)? {
            self.folders("blobs")?;
            (found, &Method::WITHOUT_BLOB[..])
        } else {
            let message = format!("blob {blob} of `{path}` is not in the cache");
            return Err(CacheError::new(CacheErrorKind::NotFound, message));
        };
        let parent = path.parent().unwrap_or_default();
        let folder = self.folders(&format!("snapshots/{commit}/{parent}"))?;
        let target = folder.join(path.file_name());
        // Up from the file's folder to the repository's: its own folders, the commit's and `snapshots`.
        let mut relative = PathBuf::new();
        for _ in 0..=path.parts().count() {
            relative.push("..");
        }
        relative.push("blobs");
        relative.push(blob.to_string());
        if methods.contains(&Method::Symlink)
            && fs::read_link(&target).is_ok_and(|held| held == relative)
        {
            return Ok(());
        }
        if fs::symlink_metadata(&target).is_ok_and(|metadata| metadata.is_dir()) {
            return Err(CacheError::corrupt(
                &target,
                "is a folder where a file should be",
            ));
        }
        let link = Link {
            source: &found.path,
            blob: &self.blob_path(blob),
            relative: &relative,
            target: &target,
        };
        link.place(methods)
    }

    /// Makes links survive a loss of power. Each folder costs one sync, however many links it holds.
    pub fn sync_links<'a>(
        &self,
        commit: CommitId,
        paths: impl IntoIterator<Item = &'a RepoPath>,
    ) -> Result<(), CacheError> {
        let parents: BTreeSet<&str> = paths
            .into_iter()
            .map(|path| path.parent().unwrap_or_default())
            .collect();
        let snapshot = self.snapshot_folder(commit);
        parents
            .into_iter()
            .try_for_each(|parent| durable::sync_folder(&snapshot.join(parent)))
    }

    /// Remembers the commit of a revision. A commit id is no name to be remembered.
    ///
    /// Writes only what changes.
    pub fn write_ref(&self, revision: &Revision, commit: CommitId) -> Result<(), CacheError> {
        if revision.as_commit().is_some() {
            return Ok(());
        }
        let text = commit.to_string();
        let (parent, name) = match revision.as_str().rsplit_once('/') {
            Some((parent, name)) => (parent, name),
            None => ("", revision.as_str()),
        };
        let folder = self.folders(&format!("refs/{parent}"))?;
        self.tag_root();
        let path = folder.join(name);
        if read_plain(&path, text.len() as u64)?.is_some_and(|held| held == text.as_bytes()) {
            return Ok(());
        }
        // Python reads a newline as part of the commit.
        durable::write(&path, text.as_bytes())
    }

    /// Keeps the listing of a commit. One that says the same stays as it is.
    pub fn write_listing(&self, commit: CommitId, files: &[TreeFile]) -> Result<(), CacheError> {
        self.folders("")?;
        self.trees().write(commit, files)
    }

    /// Remembers that a commit holds no such file.
    pub fn mark_absent(&self, commit: CommitId, path: &RepoPath) -> Result<(), CacheError> {
        let parent = path.parent().unwrap_or_default();
        let folder = self.folders(&format!(".no_exist/{commit}/{parent}"))?;
        self.tag_root();
        let marker = folder.join(path.file_name());
        let created = OpenOptions::new()
            .write(true)
            .create_new(true)
            .open(&marker);
        match created {
            Err(fault) if fault.kind() != io::ErrorKind::AlreadyExists => {
                Err(CacheError::io("can't create", &marker, fault))
            }
            _ => Ok(()),
        }
    }

    /// Removes a blob, or the link to a shared payload; `false` when it was not here. Links of snapshots to it then lead
    /// nowhere, which [`lookup`](Self::lookup) calls `Unknown`.
    pub fn remove_blob(&self, id: BlobId) -> Result<bool, CacheError> {
        let path = self.blob_path(id);
        if self.existing("blobs")?.is_none() {
            return Ok(false);
        }
        match fs::remove_file(&path) {
            Ok(()) => Ok(true),
            Err(fault) if fault.kind() == io::ErrorKind::NotFound => Ok(false),
            Err(fault) => Err(CacheError::io("can't remove", &path, fault)),
        }
    }
}

/// How many bytes a file takes on the disk.
#[cfg(unix)]
fn taken(path: &Path) -> Option<u64> {
    let metadata = fs::symlink_metadata(path).ok()?;
    Some(std::os::unix::fs::MetadataExt::blocks(&metadata) * 512)
}

#[cfg(not(unix))]
fn taken(path: &Path) -> Option<u64> {
    Some(fs::symlink_metadata(path).ok()?.len())
}

/// What the files on their way to being a blob tell of who is at it.
fn rival(folder: &Path, blob: BlobId, name: Option<String>) -> Rival {
    let files = partial::of_blob(folder, blob).into_iter();
    let found = files.filter_map(|path| {
        let metadata = fs::symlink_metadata(&path).ok()?;
        Some((metadata.modified().ok(), metadata.len(), path))
    });
    // The one that was written to last is the one that grows.
    let newest = found.max_by_key(|(modified, ..)| *modified);
    let (modified, length, path) = newest.unwrap_or((None, 0, PathBuf::new()));
    let note = journal::read(&path).map(|entry| entry.note);
    Rival {
        name,
        note,
        length,
        modified,
    }
}
