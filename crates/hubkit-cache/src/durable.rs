//! Files that appear whole or not at all, in folders that are no links.
//!
//! What the cache is written with, and anything else that must survive a loss of power and a stranger's links.

use std::{
    fs::{self, File, OpenOptions, TryLockError},
    hash::{BuildHasher as _, Hasher as _, RandomState},
    io::{self, Write as _},
    path::{Path, PathBuf},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};

use crate::{CacheError, cache::entries, error::found};

/// How often another random name is tried before giving up.
const ATTEMPTS: usize = 16;

/// The longest name that common file systems take, in bytes.
const LONGEST_NAME: usize = 255;

/// Whether this is what stands in a temporary name so that it is no other's.
pub(crate) fn is_random(text: &str) -> bool {
    text.len() == 8 && text.bytes().all(|byte| byte.is_ascii_hexdigit())
}

/// A file that is there only as long as it is not finished: its drop removes it.
#[derive(Debug)]
pub(crate) struct Temporary(Arc<Place>);

#[derive(Debug)]
struct Place {
    path: PathBuf,
    gone: AtomicBool,
}

impl Place {
    fn remove(&self) {
        if self.gone.load(Ordering::Relaxed) {
            return;
        }
        // Where an open file can't be removed, whoever has it open tries again when done with it.
        let gone = fs::remove_file(&self.path).is_ok();
        self.gone.store(gone, Ordering::Relaxed);
    }
}

/// Removes a file that is on its way, from wherever, even while another thread writes to it.
///
/// That other thread goes on writing, to a file that has no name any more. Where an open file can't be removed, it goes
/// when that thread lets go of it.
#[derive(Clone, Debug)]
pub struct Remover(Arc<Place>);

impl Remover {
    /// Removes the file. Does nothing once the file was published or removed, or is to be kept.
    pub fn remove(&self) {
        self.0.remove();
    }
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
        // Nine bytes are for the digits and the dot before them.
        let room = LONGEST_NAME.saturating_sub(suffix.len() + 9);
        let cut = (0..=room.min(stem.len())).rev();
        let cut = cut.into_iter().find(|cut| stem.is_char_boundary(*cut));
        let stem = &stem[..cut.unwrap_or(0)];
        let mut attempts = 0;
        loop {
            // The standard library seeds its hashers from the system's randomness.
            let random = RandomState::new().build_hasher().finish() & 0xffff_ffff;
            let path = folder.join(format!("{stem}.{random:08x}{suffix}"));
            attempts += 1;
            match create(&path) {
                Ok(made) => {
                    let gone = AtomicBool::new(false);
                    return Ok((Self(Arc::new(Place { path, gone })), made));
                }
                Err(fault)
                    if fault.kind() == io::ErrorKind::AlreadyExists && attempts < ATTEMPTS => {}
                Err(fault) => return Err(CacheError::io("can't create", &path, fault)),
            }
        }
    }

    /// Takes charge of a file that is there already.
    pub(crate) fn adopt(path: PathBuf) -> Self {
        let gone = AtomicBool::new(false);
        Self(Arc::new(Place { path, gone }))
    }

    pub(crate) fn path(&self) -> &Path {
        &self.0.path
    }

    /// Whether the file stays when this is dropped.
    pub(crate) fn keep_if(&self, keep: bool) {
        self.0.gone.store(keep, Ordering::Relaxed);
    }

    /// Removes the file, be it one to keep.
    pub(crate) fn remove(&self) {
        self.0.gone.store(false, Ordering::Relaxed);
        self.0.remove();
    }

    pub(crate) fn remover(&self) -> Remover {
        Remover(self.0.clone())
    }

    /// Gives it its final name, in place of whatever file or link has that name now.
    pub(crate) fn rename(self, target: &Path) -> Result<(), CacheError> {
        fs::rename(self.path(), target)
            .map_err(|fault| CacheError::io("can't put into place", target, fault))?;
        self.0.gone.store(true, Ordering::Relaxed);
        Ok(())
    }

    /// As [`rename`](Self::rename) for what is another name of a file: where it is one of the very file that has the final
    /// name, POSIX leaves the old name behind.
    pub(crate) fn rename_name(self, target: &Path) -> Result<(), CacheError> {
        fs::rename(self.path(), target)
            .map_err(|fault| CacheError::io("can't put into place", target, fault))?;
        self.0.gone.store(false, Ordering::Relaxed);
        Ok(())
    }
}

impl Drop for Temporary {
    fn drop(&mut self) {
        self.0.remove();
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
    // Who clears up sees by this that it is on its way.
    let _ = File::try_lock(&file);
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

/// The folder `below` (parts with `/` between them) under `base`; `None` when it is not there.
///
/// `base` is taken as it is. Below it a link, or anything else that is no folder, is refused with kind `Corrupt`.
pub fn existing(base: &Path, below: &str) -> Result<Option<PathBuf>, CacheError> {
    let mut folder = base.to_owned();
    for part in below.split('/').filter(|part| !part.is_empty()) {
        folder.push(part);
        if !is_folder(&folder)? {
            return Ok(None);
        }
    }
    Ok(Some(folder))
}

/// Whether what a folder has under a name has exactly that name: some file systems find what is there under a name
/// whose letters have another case. `false` when there is nothing.
pub fn is_spelled(folder: &Path, name: &str) -> Result<bool, CacheError> {
    let tried = "can't look at";
    let path = folder.join(name);
    if found(fs::symlink_metadata(&path), tried, &path)?.is_none() {
        return Ok(false);
    }
    let swap = |letter: char| {
        if letter.is_ascii_lowercase() {
            letter.to_ascii_uppercase()
        } else {
            letter.to_ascii_lowercase()
        }
    };
    let swapped: String = name.chars().map(swap).collect();
    let path = folder.join(&swapped);
    if swapped == name || found(fs::symlink_metadata(&path), tried, &path)?.is_none() {
        return Ok(true);
    }
    // Both spellings are found: there are two, or the file system takes them for one. Only the list of names tells.
    Ok(entries(folder)?.iter().any(|(held, _)| held == name))
}

/// Opens a lock file, creating it if need be, and takes its lock. Dropping the file lets go. A link is not opened.
///
/// # Errors
///
/// `WouldBlock` when another holds the lock; otherwise what the operating system said.
pub fn try_lock(path: &Path) -> Result<File, TryLockError> {
    if fs::symlink_metadata(path).is_ok_and(|metadata| !metadata.is_file()) {
        return Err(TryLockError::Error(io::ErrorKind::InvalidInput.into()));
    }
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(false);
    // Users of one group may share a folder.
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o664);
    let file = options.open(path).map_err(TryLockError::Error)?;
    file.try_lock()?;
    Ok(file)
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

/// Brings everything that was written to the file system of a folder to its disk, whoever wrote it, in one go; `false` where
/// the platform can't.
pub fn sync_all_around(folder: &Path) -> Result<bool, CacheError> {
    #[cfg(target_os = "linux")]
    {
        let failed = |fault: io::Error| CacheError::io("can't sync the disk of", folder, fault);
        let open = File::open(folder).map_err(failed)?;
        rustix::fs::syncfs(&open).map_err(|fault| failed(fault.into()))?;
        Ok(true)
    }
    #[cfg(not(target_os = "linux"))]
    {
        let _ = folder;
        Ok(false)
    }
}

/// How many more bytes the file system takes that holds this folder, or would hold it; `None` where that can't be told.
pub fn room(folder: &Path) -> Option<u64> {
    let there = folder.ancestors().find(|folder| folder.is_dir())?;
    fs4::available_space(there).ok()
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
