//! Blobs that are here already, in another file: copied, never moved over the network again.

use std::{
    collections::HashMap,
    fs::File,
    io::{self, Read as _, Seek as _, Write as _},
    path::{Path, PathBuf},
    sync::{Arc, Mutex, PoisonError},
};

use hubkit_cache::Cache;
use hubkit_store::{BlobKey, Digester, StoreError};
use hubkit_types::{BlobId, CommitId, Repo, Revision, TreeFile};

use super::{
    beneath::Fresh,
    state::{Opened, waiting_name},
};
use crate::{digest, stamp::Stamp};

/// How a file that the cache has comes into a folder.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
pub enum Sharing {
    /// As a copy of its own. Where the file system can, both share their blocks until one is changed.
    #[default]
    Copies,
    /// A large file as a second name of the cache's file, which takes no room and is made read-only. Whoever changes it
    /// all the same changes the cache. Small files, and what can't be shared, as copies.
    HardLinks,
}

/// The shared cache, as far as the folder takes files from it. It is never waited for and never an obstacle: what it
/// can't give is fetched.
#[derive(Debug)]
pub(super) struct Lender {
    cache: Cache,
    sharing: Sharing,
    /// What turned out not to be what its name says.
    damaged: Mutex<HashMap<PathBuf, Stamp>>,
}

impl Lender {
    pub(super) fn new(cache: Cache, sharing: Sharing) -> Self {
        Self {
            cache,
            sharing,
            damaged: Mutex::default(),
        }
    }

    /// The file that should be a blob, and its length. Its bytes are not looked at.
    pub(super) fn find(&self, key: &BlobKey) -> Option<(PathBuf, u64)> {
        let repo = self.cache.repo(&key.repo);
        let blob = match repo.blob(key.id) {
            Ok(Some(blob)) => blob,
            _ => repo.shown(key.id).ok()??,
        };
        let damaged = self.damaged.lock().unwrap_or_else(PoisonError::into_inner);
        let held = damaged.get(&blob.path);
        let is_damaged = held.is_some_and(|held| Stamp::at(&blob.path).as_ref() == Some(held));
        (!is_damaged).then_some((blob.path, blob.size))
    }

    /// The commit that a revision had when somebody last asked for it; a commit itself where its listing is here.
    pub(super) fn resolve(&self, repo: &Repo, revision: &Revision) -> Option<CommitId> {
        match revision.as_commit() {
            Some(commit) => self.listing(repo, commit).map(|_| commit),
            None => self.cache.repo(repo).resolve(revision).ok()?,
        }
    }

    /// Everything that a commit holds, where that was kept and is all.
    pub(super) fn listing(&self, repo: &Repo, commit: CommitId) -> Option<Arc<Vec<TreeFile>>> {
        self.cache.repo(repo).listing(commit).ok()?
    }

    /// Takes nothing from a file any more for as long as it stays as it is.
    fn disown(&self, path: &Path) {
        let mut damaged = self.damaged.lock().unwrap_or_else(PoisonError::into_inner);
        damaged.extend(Stamp::at(path).map(|stamp| (path.to_owned(), stamp)));
    }
}

impl Opened<'_> {
    /// Has a blob of the cache wait for its place. `false` when the cache's file is not that blob; it is not taken for it
    /// again.
    pub(super) fn borrow(
        &self,
        lender: &Lender,
        path: &Path,
        file: &TreeFile,
    ) -> Result<bool, StoreError> {
        let unreadable = |fault| StoreError::io(format!("can't read `{}`", path.display()), fault);
        let source = File::open(path).map_err(unreadable)?;
        let wants_link = lender.sharing == Sharing::HardLinks && file.lfs.is_some();
        let taken = if wants_link && self.link(path, &source, file.blob())? {
            true
        } else {
            self.copy_aside(source, path, file)?
        };
        if !taken {
            lender.disown(path);
        }
        Ok(taken)
    }

    /// Has the bytes of a file wait for their place as a blob. `false` when they are not that blob.
    pub(super) fn copy_aside(
        &self,
        source: File,
        path: &Path,
        file: &TreeFile,
    ) -> Result<bool, StoreError> {
        let Some(copy) = self.copy(source, path, file)? else {
            return Ok(false);
        };
        let name = waiting_name(file.blob());
        copy.place(self.download()?, &name)?;
        self.state.trust(
            self.download()?,
            &name,
            &self.state.waiting_path(file.blob()),
            file.blob(),
        );
        Ok(true)
    }

    /// Copies a file into the folder of what is on its way, durably, and makes sure that it is the blob; `None` when it
    /// is not.
    pub(super) fn copy(
        &self,
        source: File,
        path: &Path,
        file: &TreeFile,
    ) -> Result<Option<Fresh<'_>>, StoreError> {
        let download = self.download()?;
        let (fresh, mut target) = Fresh::file(download, &file.blob().to_string(), ".incomplete")?;
        // Whoever sweeps leaves it alone then.
        let _ = target.try_lock();
        let copied = fill(&mut target, source, file.blob(), file.size).and_then(|is_blob| {
            if is_blob {
                target.sync_all()?;
            }
            Ok(is_blob)
        });
        let is_blob = copied.map_err(|fault| {
            let to = download.path().join(fresh.name());
            let message = format!("can't copy `{}` to `{}`", path.display(), to.display());
            StoreError::io(message, fault)
        })?;
        Ok(is_blob.then_some(fresh))
    }

    /// Has a second name of the cache's file wait for its place, read-only. `false` when that can't be, or when it is not
    /// the blob.
    fn link(&self, path: &Path, source: &File, id: BlobId) -> Result<bool, StoreError> {
        let download = self.download()?;
        let again = source
            .try_clone()
            .map_err(|fault| StoreError::io(format!("can't read `{}`", path.display()), fault))?;
        if !self.state.digests().confirm_open(path, again, id)? {
            return Ok(false);
        }
        let made = Fresh::make(download, &id.to_string(), ".incomplete", |name| {
            download.link_from(source, path, name)
        });
        let Ok((fresh, ())) = made else {
            return Ok(false);
        };
        let read_only = source.metadata().and_then(|metadata| {
            let mut permissions = metadata.permissions();
            permissions.set_readonly(true);
            source.set_permissions(permissions)
        });
        if read_only.and_then(|()| source.sync_all()).is_err() {
            return Ok(false);
        }
        let name = waiting_name(id);
        fresh.place(download, &name)?;
        self.state
            .trust(download, &name, &self.state.waiting_path(id), id);
        Ok(true)
    }
}

/// Fills an empty file with the bytes of another; whether these are the blob. Stops where they can't be any more.
fn fill(target: &mut File, mut source: File, id: BlobId, size: u64) -> io::Result<bool> {
    if source.metadata()?.len() != size {
        return Ok(false);
    }
    // It may have been read before.
    source.rewind()?;
    let mut digester = Digester::for_blob(id, size);
    if clone(target, &source) {
        target.rewind()?;
        let (found, count) = digest::hash(target, digester, size)?;
        return Ok(found == id && count == size);
    }
    let mut buffer = vec![0; 1 << 20];
    let mut count = 0;
    loop {
        match source.read(&mut buffer) {
            Ok(0) => return Ok(count == size && digester.finish() == id),
            Ok(length) => {
                digester.update(&buffer[..length]);
                target.write_all(&buffer[..length])?;
                count += length as u64;
            }
            Err(fault) if fault.kind() == io::ErrorKind::Interrupted => {}
            Err(fault) => return Err(fault),
        }
        if count > size {
            return Ok(false);
        }
    }
}

/// Whether the bytes of a file are those with which another begins.
pub(super) fn is_beginning(beginning: File, whole: File) -> bool {
    let length = beginning
        .metadata()
        .map_or(u64::MAX, |metadata| metadata.len());
    let (mut left, mut right) = (beginning.take(length), whole.take(length));
    let (mut left_bytes, mut right_bytes) = (Vec::new(), Vec::new());
    loop {
        left_bytes.clear();
        right_bytes.clear();
        let read =
            |file: &mut io::Take<File>, bytes| file.by_ref().take(1 << 20).read_to_end(bytes);
        if read(&mut left, &mut left_bytes).is_err()
            || read(&mut right, &mut right_bytes).is_err()
            || left_bytes != right_bytes
        {
            return false;
        }
        if left_bytes.is_empty() {
            return true;
        }
    }
}

/// Has an empty file share the blocks of another until one of them is changed, where the file system can.
#[cfg(target_os = "linux")]
fn clone(target: &File, source: &File) -> bool {
    rustix::fs::ioctl_ficlone(target, source).is_ok()
}

#[cfg(not(target_os = "linux"))]
fn clone(_: &File, _: &File) -> bool {
    false
}
