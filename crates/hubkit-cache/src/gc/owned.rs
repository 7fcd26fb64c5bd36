//! What a download left, and whether it left it.

use std::{
    fs::{self, File, OpenOptions, TryLockError},
    path::{Path, PathBuf},
    time::{Duration, SystemTime},
};

use hubkit_types::BlobId;

use super::{Garbage, freed};
use crate::{RepoCache, durable, journal, lock, owner::Life, read::is_temporary};

/// A file that a download left, or is at work on.
pub(super) struct Leftover {
    pub(super) path: PathBuf,
    pub(super) bytes: u64,
    pub(super) kind: Garbage,
    /// Of which blob.
    blob: Option<BlobId>,
    /// Whether clients that give files such names hold a lock for as long as they write.
    is_locked: bool,
    modified: Option<SystemTime>,
}

/// Whose a file is.
pub(super) enum Claim {
    /// Nobody's, for as long as these locks are held.
    Nobody {
        _locks: Vec<File>,
    },
    /// And how that is known.
    Somebody(&'static str),
    Unknown,
}

impl Leftover {
    /// Something in `blobs` that is no blob but will be one: `<blob>.<8 hex digits>.incomplete` and its journal, as hubkit
    /// and Python's client name them, `<blob>.incomplete` of older clients and `<blob>.part` of hf-hub.
    pub(super) fn of_blob(name: &str, path: PathBuf) -> Option<Self> {
        let (stem, end) = name.rsplit_once('.')?;
        let (blob, is_locked) = match stem.rsplit_once('.') {
            Some((blob, random)) if durable::is_random(random) => (blob, true),
            Some(_) => return None,
            None => (stem, false),
        };
        let is_known = match end {
            "incomplete" => true,
            "journal" => is_locked,
            "part" => !is_locked,
            _ => false,
        };
        // Names of blobs need not be digests with every client.
        let blob = blob.parse().ok().filter(|_| is_known)?;
        Some(Self::new(path, Garbage::Unfinished, Some(blob), is_locked))
    }

    /// Something in a folder of small files that was not put into its place.
    pub(super) fn of_small(name: &str, path: PathBuf) -> Option<Self> {
        is_temporary(name).then(|| Self::new(path, Garbage::Temporary, None, true))
    }

    fn new(path: PathBuf, kind: Garbage, blob: Option<BlobId>, is_locked: bool) -> Self {
        let metadata = fs::symlink_metadata(&path);
        Self {
            bytes: freed(&path),
            modified: metadata.and_then(|metadata| metadata.modified()).ok(),
            path,
            kind,
            blob,
            is_locked,
        }
    }

    /// How long nobody wrote to it; `None` when that can't be told, or is to come.
    pub(super) fn age(&self, now: SystemTime) -> Option<Duration> {
        now.duration_since(self.modified?).ok()
    }

    pub(super) fn is_as_it_was(&self) -> bool {
        fs::symlink_metadata(&self.path)
            .and_then(|metadata| metadata.modified())
            .is_ok_and(|modified| Some(modified) == self.modified)
    }

    /// Whose it is, by the locks that clients hold while they write, and by the journal beside it.
    pub(super) fn claim(&self, cached: &RepoCache) -> Claim {
        let partial = if self.path.extension().is_some_and(|end| end == "journal") {
            self.path.with_extension("incomplete")
        } else {
            self.path.clone()
        };
        let own = Lock::of(&partial);
        let blob = self.blob.map_or(Lock::Free(None), |blob| {
            let folder = cached.cache_root().join(lock::folder(cached));
            Lock::of(&folder.join(lock::name(blob)))
        });
        // Where there are no locks, the journal says who is at it.
        let runs = journal::read(&partial).is_some_and(|left| left.owner.life() == Life::Runs);
        match (own, blob) {
            _ if runs => Claim::Somebody("the process that writes it runs"),
            (Lock::Held, _) => Claim::Somebody("a process is writing it"),
            (_, Lock::Held) => Claim::Somebody("a process is fetching this blob"),
            (Lock::Free(own), Lock::Free(blob)) if self.is_locked => {
                let locks = own.into_iter().chain(blob).collect();
                Claim::Nobody { _locks: locks }
            }
            _ => Claim::Unknown,
        }
    }
}

enum Lock {
    /// Nobody else has it for as long as the file is open, where there is a file.
    Free(Option<File>),
    Held,
    Unknown,
}

impl Lock {
    /// Takes the lock of a file. One that is not there is nobody's, and a link can't be anybody's: it is not followed.
    fn of(path: &Path) -> Self {
        match fs::symlink_metadata(path) {
            Ok(metadata) if metadata.is_file() => {}
            _ => return Self::Free(None),
        }
        let open = |write: bool| OpenOptions::new().read(!write).write(write).open(path);
        let Ok(file) = open(true).or_else(|_| open(false)) else {
            return Self::Unknown;
        };
        match File::try_lock(&file) {
            Ok(()) => Self::Free(Some(file)),
            Err(TryLockError::WouldBlock) => Self::Held,
            Err(TryLockError::Error(_)) => Self::Unknown,
        }
    }
}

/// Holds the lock of a blob while something is removed that a download of it could be about to use; `None` while another
/// holds it.
pub(crate) fn guard(cached: &RepoCache, blob: BlobId) -> Option<File> {
    let folder = durable::folders(cached.cache_root(), &lock::folder(cached)).ok()?;
    durable::try_lock(&folder.join(lock::name(blob))).ok()
}
