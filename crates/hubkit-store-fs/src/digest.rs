//! What a file's bytes are called.

use std::{
    collections::HashMap,
    fs::File,
    io::{self, Read as _},
    path::{Path, PathBuf},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use hubkit_lfs::Pointer;
use hubkit_store::{Digester, StoreError, git};
use hubkit_types::{BlobId, RepoPath, TreeFile};

use crate::stamp::Stamp;

/// What a hub's listing would say of a file whose blob and size are known.
pub(crate) fn tree_file(path: RepoPath, size: u64, blob: BlobId) -> TreeFile {
    let (oid, lfs) = match blob {
        BlobId::Git(oid) => (oid, None),
        BlobId::Sha256(digest) => {
            let pointer = Pointer::new(digest, size).to_string();
            (git::blob_id(pointer.as_bytes()), Some(digest))
        }
    };
    TreeFile {
        path,
        size,
        oid,
        lfs,
    }
}

/// What files hash to, each read once for as long as it stays as it is. Cheap to clone; all clones know the same.
#[derive(Clone, Default, Debug)]
pub(crate) struct Digests(Arc<Mutex<Known>>);

#[derive(Default, Debug)]
struct Known {
    files: HashMap<(PathBuf, Algorithm), (Stamp, BlobId)>,
    by_blob: HashMap<BlobId, Vec<PathBuf>>,
}

#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
enum Algorithm {
    Git,
    Sha256,
}

impl From<BlobId> for Algorithm {
    fn from(id: BlobId) -> Self {
        match id {
            BlobId::Git(_) => Self::Git,
            BlobId::Sha256(_) => Self::Sha256,
        }
    }
}

impl Digests {
    /// What git calls the bytes of a file.
    pub(crate) fn by_git(&self, path: &Path) -> Result<BlobId, StoreError> {
        self.of(path, Algorithm::Git)
    }

    /// Whether a file is this blob.
    pub(crate) fn confirm(&self, path: &Path, id: BlobId) -> Result<bool, StoreError> {
        Ok(self.of(path, id.into())? == id)
    }

    /// The same of a file that was opened at a place.
    pub(crate) fn confirm_open(
        &self,
        path: &Path,
        file: File,
        id: BlobId,
    ) -> Result<bool, StoreError> {
        Ok(self.of_open(path, file, id.into())? == id)
    }

    /// Takes somebody's word for it that the file at a place is this blob, as long as it looks so.
    pub(crate) fn trust(&self, path: &Path, stamp: Stamp, id: BlobId) {
        self.insert(path, stamp, id);
    }

    /// A file below a folder that was found to be this blob, and its length.
    pub(crate) fn find(&self, folder: &Path, id: BlobId) -> Option<(PathBuf, u64)> {
        let paths = self.known().by_blob.get(&id).cloned().unwrap_or_default();
        let below = paths.into_iter().filter(|path| path.starts_with(folder));
        let mut here = below.filter_map(|path| {
            let stamp = Stamp::at(&path)?;
            let known = self.get(&path, &stamp, id.into());
            (known == Some(id)).then_some((path, stamp.size))
        });
        here.next()
    }

    fn of(&self, path: &Path, algorithm: Algorithm) -> Result<BlobId, StoreError> {
        // Nothing but a file is opened: a pipe may never begin, and a device never end.
        let Some(stamp) = Stamp::at(path) else {
            return Err(unreadable(path)(io::ErrorKind::NotFound.into()));
        };
        match self.get(path, &stamp, algorithm) {
            Some(id) => Ok(id),
            None => self.of_open(path, File::open(path).map_err(unreadable(path))?, algorithm),
        }
    }

    fn of_open(
        &self,
        path: &Path,
        mut file: File,
        algorithm: Algorithm,
    ) -> Result<BlobId, StoreError> {
        let stamp = |file: &File| {
            let metadata = file.metadata().map_err(unreadable(path))?;
            Ok(Stamp::of(&metadata))
        };
        let before = stamp(&file)?;
        if let Some(id) = self.get(path, &before, algorithm) {
            return Ok(id);
        }
        let digester = match algorithm {
            Algorithm::Git => Digester::git_blob(before.size),
            Algorithm::Sha256 => Digester::sha256(),
        };
        let (id, _) = hash(&mut file, digester, before.size).map_err(unreadable(path))?;
        if stamp(&file)? == before {
            self.insert(path, before, id);
        }
        Ok(id)
    }

    fn get(&self, path: &Path, stamp: &Stamp, algorithm: Algorithm) -> Option<BlobId> {
        let known = self.known();
        let (held, id) = known.files.get(&(path.to_owned(), algorithm))?;
        (held == stamp).then_some(*id)
    }

    fn insert(&self, path: &Path, stamp: Stamp, id: BlobId) {
        let mut known = self.known();
        let key = (path.to_owned(), id.into());
        if let Some((_, old)) = known.files.insert(key, (stamp, id))
            && old != id
            && let Some(paths) = known.by_blob.get_mut(&old)
        {
            paths.retain(|held| held != path);
        }
        let paths = known.by_blob.entry(id).or_default();
        if !paths.iter().any(|held| held == path) {
            paths.push(path.to_owned());
        }
    }

    fn known(&self) -> MutexGuard<'_, Known> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn unreadable(path: &Path) -> impl Fn(io::Error) -> StoreError {
    move |fault| StoreError::io(format!("can't read `{}`", path.display()), fault)
}

/// The digest of what is left of a file, and how many bytes that was. A file that grows faster than it is read would
/// never end: a little behind `size` bytes it is left.
pub(crate) fn hash(
    file: &mut File,
    mut digester: Digester,
    size: u64,
) -> io::Result<(BlobId, u64)> {
    let mut buffer = vec![0; 1 << 20];
    let mut count = 0;
    while count <= size {
        match file.read(&mut buffer) {
            Ok(0) => break,
            Ok(length) => {
                digester.update(&buffer[..length]);
                count += length as u64;
            }
            Err(fault) if fault.kind() == io::ErrorKind::Interrupted => {}
            Err(fault) => return Err(fault),
        }
    }
    Ok((digester.finish(), count))
}
