//! Locks that other clients look at.

#[cfg(target_os = "linux")]
use std::fs;
use std::{
    fs::{File, TryLockError},
    path::Path,
};

use hubkit_types::BlobId;

#[cfg(target_os = "linux")]
use crate::owner;
use crate::{RepoCache, durable};

/// Holds a lock, or does not: nothing here depends on it. Dropping it lets go.
///
/// Python's client takes this lock (`flock`) while it fetches a blob, and so does this one while it fetches a large one, so
/// that a blob is fetched once. Names are unique and renames are atomic, so the worst that a missing lock costs is a second
/// fetch.
#[derive(Debug)]
pub(crate) struct Lock {
    _file: Option<File>,
}

/// What came of asking for a lock.
pub(crate) enum Asked {
    /// It is held, or there are no locks here.
    Taken(Lock),
    /// Somebody else holds it; who, where that can be told.
    Busy(Option<String>),
}

/// Where the locks of a repository's blobs are, below the cache.
pub(crate) fn folder(repo: &RepoCache) -> String {
    format!(".locks/{}", repo.name())
}

/// The name of a blob's lock there.
pub(crate) fn name(blob: BlobId) -> String {
    format!("{blob}.lock")
}

impl Lock {
    pub(crate) fn ask(repo: &RepoCache, blob: BlobId) -> Asked {
        let Ok(folder) = durable::folders(repo.cache_root(), &folder(repo)) else {
            return Asked::Taken(Self { _file: None });
        };
        let path = folder.join(name(blob));
        match durable::try_lock(&path) {
            Ok(file) => Asked::Taken(Self { _file: Some(file) }),
            Err(TryLockError::WouldBlock) => Asked::Busy(holder(&path)),
            Err(TryLockError::Error(_)) => Asked::Taken(Self { _file: None }),
        }
    }
}

/// Who holds the lock of a file, for a person: `process 4711 (hf)`.
#[cfg(target_os = "linux")]
fn holder(path: &Path) -> Option<String> {
    use std::os::unix::fs::MetadataExt as _;
    let metadata = fs::symlink_metadata(path).ok()?;
    let device = metadata.dev();
    // As the kernel packs them.
    let major = (device >> 8 & 0xfff) | (device >> 32 & !0xfff);
    let minor = (device & 0xff) | (device >> 12 & !0xff);
    let locks = fs::read_to_string("/proc/locks").ok()?;
    let process = locks.lines().find_map(|line| {
        let mut words = line.split_ascii_whitespace().skip(1);
        if words.next() != Some("FLOCK") {
            return None;
        }
        let process = words.nth(2)?;
        let mut place = words.next()?.split(':');
        let mut hexadecimal = || u64::from_str_radix(place.next()?, 16).ok();
        let found = (hexadecimal()?, hexadecimal()?);
        let is_there = found == (major, minor) && place.next()?.parse() == Ok(metadata.ino());
        is_there.then_some(process)
    })?;
    Some(owner::described(process))
}

/// Only Linux tells.
#[cfg(not(target_os = "linux"))]
fn holder(_: &Path) -> Option<String> {
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    #[cfg(target_os = "linux")]
    fn the_holder_of_a_lock_is_named() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("x.lock");
        let held = durable::try_lock(&path).expect("free");
        let who = holder(&path);
        // Some file systems show files under other devices than their locks.
        let expected = format!("process {} ", std::process::id());
        assert!(who.is_none_or(|who| who.starts_with(&expected)));
        drop(held);
        // A process that another test starts has it too, until it is another program.
        let is_gone = || {
            std::thread::sleep(std::time::Duration::from_millis(10));
            holder(&path).is_none()
        };
        assert!((0..1000).any(|_| is_gone()));
    }
}
