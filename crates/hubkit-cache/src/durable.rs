//! Files that appear whole or not at all, in folders that are no links.
//!
//! What the cache is written with, and anything else that must survive a loss of power and a stranger's links.

use std::{
    fs::{self, File, OpenOptions},
    hash::{BuildHasher as _, Hasher as _, RandomState},
    io::{self, Write as _},
    path::{Path, PathBuf},
};

use crate::{CacheError, error::found};

/// How often another random name is tried before giving up.
const ATTEMPTS: usize = 16;

/// A file that is there only as long as it is not finished: its drop removes it.
#[derive(Debug)]
pub(crate) struct Temporary {
    path: PathBuf,
}

impl Temporary {
    /// Creates an empty file `<folder>/<stem>.<8 hex digits><suffix>` that was not there before, not even as a link.
    ///
    /// Its mode is what the process's umask leaves of 0666, as for any file.
    pub(crate) fn file(
        folder: &Path,
        stem: &str,
        suffix: &str,
    ) -> Result<(Self, File), CacheError> {
        Self::make(folder, stem, suffix, |path| {
            OpenOptions::new()
                .read(true)
                .write(true)
                .create_new(true)
                .open(path)
        })
    }

    /// Makes something under a name that `create` must refuse when it is taken.
    pub(crate) fn make<T>(
        folder: &Path,
        stem: &str,
        suffix: &str,
        mut create: impl FnMut(&Path) -> io::Result<T>,
    ) -> Result<(Self, T), CacheError> {
        let mut attempts = 0;
        loop {
            // The standard library seeds its hashers from the system's randomness.
            let random = RandomState::new().build_hasher().finish() & 0xffff_ffff;
            let path = folder.join(format!("{stem}.{random:08x}{suffix}"));
            attempts += 1;
            match create(&path) {
                Ok(made) => return Ok((Self { path }, made)),
                Err(fault)
                    if fault.kind() == io::ErrorKind::AlreadyExists && attempts < ATTEMPTS => {}
                Err(fault) => return Err(CacheError::io("can't create", &path, fault)),
            }
        }
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// Gives it its final name, in place of whatever file or link has that name now.
    pub(crate) fn rename(self, target: &Path) -> Result<(), CacheError> {
        // The drop then removes what POSIX leaves behind when both names are one file already.
        fs::rename(&self.path, target)
            .map_err(|fault| CacheError::io("can't put into place", target, fault))
    }
}

impl Drop for Temporary {
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.path);
    }
}

/// Writes a small file: beside its place first, then renamed into it. Survives a loss of power when this returns.
///
/// Replaces a file or a link that has the name; never writes through the link.
pub fn write(path: &Path, content: &[u8]) -> Result<(), CacheError> {
    let folder = path.parent().unwrap_or(Path::new(""));
    let stem = path
        .file_name()
        .map_or_else(String::new, |name| name.to_string_lossy().into_owned());
    let (temporary, mut file) = Temporary::file(folder, &stem, ".tmp")?;
    file.write_all(content)
        .and_then(|()| file.sync_all())
        .map_err(|fault| CacheError::io("can't write", temporary.path(), fault))?;
    drop(file);
    temporary.rename(path)?;
    sync_folder(folder)
}

/// Creates the folders `below` (parts with `/` between them) under `base`, and returns the last of them.
///
/// `base` is taken as it is, and created when missing. Below it a link, or anything else that is no folder, is refused
/// with kind `Corrupt`.
pub fn folders(base: &Path, below: &str) -> Result<PathBuf, CacheError> {
    if !base.is_dir() {
        fs::create_dir_all(base).map_err(|fault| CacheError::io("can't create", base, fault))?;
        sync_parent(base)?;
    }
    let mut folder = base.to_owned();
    for part in below.split('/').filter(|part| !part.is_empty()) {
        folder.push(part);
        if !is_folder(&folder)? {
            match fs::create_dir(&folder) {
                Ok(()) => sync_parent(&folder)?,
                Err(fault) if fault.kind() == io::ErrorKind::AlreadyExists => {
                    is_folder(&folder)?;
                }
                Err(fault) => return Err(CacheError::io("can't create", &folder, fault)),
            }
        }
    }
    Ok(folder)
}

/// A new folder is only as durable as its name in the folder above.
fn sync_parent(folder: &Path) -> Result<(), CacheError> {
    match folder.parent() {
        Some(parent) if parent != Path::new("") => sync_folder(parent),
        _ => Ok(()),
    }
}

/// Whether there is a folder; `false` when there is nothing, an error of kind `Corrupt` when there is a link or a file.
pub fn is_folder(path: &Path) -> Result<bool, CacheError> {
    match found(fs::symlink_metadata(path), "can't look at", path)? {
        None => Ok(false),
        Some(metadata) if metadata.is_dir() => Ok(true),
        Some(metadata) if metadata.is_symlink() => Err(CacheError::corrupt(
            path,
            "is a link where a folder should be",
        )),
        Some(_) => Err(CacheError::corrupt(
            path,
            "is a file where a folder should be",
        )),
    }
}

/// Makes what was created, renamed or removed in a folder survive a loss of power, where the platform can.
pub fn sync_folder(folder: &Path) -> Result<(), CacheError> {
    #[cfg(unix)]
    {
        let synced = File::open(folder).and_then(|folder| folder.sync_all());
        match synced {
            // Some network file systems know no such thing.
            Err(fault)
                if !matches!(
                    fault.kind(),
                    io::ErrorKind::InvalidInput | io::ErrorKind::Unsupported
                ) =>
            {
                return Err(CacheError::io("can't sync", folder, fault));
            }
            _ => {}
        }
    }
    #[cfg(not(unix))]
    let _ = folder;
    Ok(())
}
