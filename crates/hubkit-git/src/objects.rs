//! The folder in which git-lfs keeps objects, and how one comes into it.

use std::{
    fs::{self, File},
    io::{self, Read, Seek as _, SeekFrom, Write as _},
    path::{Path, PathBuf},
    sync::{
        Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
};

use bytes::Bytes;
use hubkit_lfs::Pointer;
use hubkit_store::{BoxFuture, Digester, Sink, Stage, StoreError, StoreErrorKind};
use hubkit_types::{BlobId, ByteRange, Sha256};

/// A folder of LFS objects, laid out as git-lfs does: `objects/ab/cd/abcd…`, and `incomplete` for what is on its way.
///
/// Blocking. What another process is bringing in is not waited for, but brought in beside it; both may succeed.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct LfsObjects {
    folder: PathBuf,
}

impl LfsObjects {
    /// The folder `lfs` of a repository, or any other. Nothing is made before there is something to keep.
    pub fn new(folder: impl Into<PathBuf>) -> Self {
        Self {
            folder: folder.into(),
        }
    }

    /// Where it is.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// The file of an object, whether it is there or not.
    pub fn path(&self, oid: Sha256) -> PathBuf {
        let name = oid.to_string();
        let folder = self.folder.join("objects").join(&name[..2]);
        folder.join(&name[2..4]).join(name)
    }

    /// The file of an object that is there with this length. Its bytes are not read.
    pub fn find(&self, oid: Sha256, size: u64) -> Option<PathBuf> {
        let path = self.path(oid);
        let found = fs::symlink_metadata(&path).ok()?;
        (found.is_file() && found.len() == size).then_some(path)
    }

    /// Makes room for an object, with what an earlier stage of it left that did not come to its end.
    ///
    /// # Errors
    ///
    /// Those of the disk.
    pub fn stage(&self, oid: Sha256, size: u64) -> Result<Stage, StoreError> {
        let (growing, note) = self.open(oid, size).map_err(|error| {
            let place = self.folder.display();
            StoreError::new(kind(&error), format!("no room for an object in {place}"))
                .with_source(error)
        })?;
        let blob = BlobId::Sha256(oid);
        Ok(Stage::resume(blob, size, growing, &note, false))
    }

    fn open(&self, oid: Sha256, size: u64) -> io::Result<(Growing, Vec<u8>)> {
        static NUMBER: AtomicU64 = AtomicU64::new(0);
        let folder = self.folder.join("incomplete");
        fs::create_dir_all(&folder)?;
        let path = folder.join(format!("{oid}.hubkit"));
        let target = self.path(oid);
        if let Some(file) = open_alone(&path)? {
            if file.metadata()?.len() > size {
                file.set_len(size)?;
            }
            let note = folder.join(format!("{oid}.note"));
            let said = fs::read(&note).unwrap_or_default();
            let growing = Growing {
                file: Mutex::new(file),
                path,
                note: Some(note),
                target,
                is_done: AtomicBool::new(false),
            };
            return Ok((growing, said));
        }
        // Somebody else is at it.
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let path = folder.join(format!("{oid}.{}-{number}.hubkit", std::process::id()));
        let file = File::options()
            .read(true)
            .write(true)
            .create_new(true)
            .open(&path)?;
        let growing = Growing {
            file: Mutex::new(file),
            path,
            note: None,
            target,
            is_done: AtomicBool::new(false),
        };
        Ok((growing, Vec::new()))
    }

    /// Keeps content, and gives the pointer to it. An empty file is its own pointer and is not kept.
    ///
    /// # Errors
    ///
    /// Those of the reader and of the disk. Nothing is kept then.
    pub fn keep(&self, mut content: impl Read) -> io::Result<Pointer> {
        let folder = self.folder.join("incomplete");
        fs::create_dir_all(&folder)?;
        let mut temporary = tempfile::Builder::new()
            .suffix(".hubkit")
            .tempfile_in(&folder)?;
        let mut digester = Digester::sha256();
        let mut size = 0;
        let mut buffer = vec![0; 1 << 18];
        loop {
            let count = match content.read(&mut buffer) {
                Ok(0) => break,
                Ok(count) => count,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                Err(error) => return Err(error),
            };
            digester.update(&buffer[..count]);
            temporary.write_all(&buffer[..count])?;
            size += count as u64;
        }
        let BlobId::Sha256(oid) = digester.finish() else {
            unreachable!("it was started as SHA-256")
        };
        if size > 0 && self.find(oid, size).is_none() {
            temporary.as_file().sync_all()?;
            let (_, kept) = temporary.keep().map_err(|error| error.error)?;
            readable(&kept)?;
            publish(&kept, &self.path(oid))?;
        }
        Ok(Pointer::new(oid, size))
    }
}

/// A temporary file is for its owner alone; an object is for whoever may read the repository.
fn readable(path: &Path) -> io::Result<()> {
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        // What a new file would get here tells the umask.
        let probe = path.with_extension("mode");
        let usual = File::create_new(&probe)?.metadata()?.permissions();
        fs::remove_file(&probe)?;
        let bits = usual.mode() & 0o777;
        fs::set_permissions(path, fs::Permissions::from_mode(bits))?;
    }
    #[cfg(not(unix))]
    let _ = path;
    Ok(())
}

/// Opens a file that nobody else has open so; `None` where somebody has.
fn open_alone(path: &Path) -> io::Result<Option<File>> {
    loop {
        let file = File::options()
            .read(true)
            .write(true)
            .create(true)
            .truncate(false)
            .open(path)?;
        match file.try_lock() {
            Ok(()) if is_still(path, &file) => return Ok(Some(file)),
            // Whoever had it published or removed it in this moment.
            Ok(()) => {}
            Err(fs::TryLockError::WouldBlock) => return Ok(None),
            Err(fs::TryLockError::Error(error)) => return Err(error),
        }
    }
}

/// Whether the name still leads to the open file.
fn is_still(path: &Path, file: &File) -> bool {
    let (Ok(named), Ok(open)) = (fs::symlink_metadata(path), file.metadata()) else {
        return false;
    };
    #[cfg(unix)]
    {
        use std::os::unix::fs::MetadataExt as _;
        (named.dev(), named.ino()) == (open.dev(), open.ino())
    }
    #[cfg(not(unix))]
    {
        named.len() == open.len()
    }
}

fn publish(from: &Path, to: &Path) -> io::Result<()> {
    let folder = to.parent().expect("an object lies in a folder");
    fs::create_dir_all(folder)?;
    fs::rename(from, to)?;
    // A folder can't be opened everywhere; where it can, the name is to survive a loss of power.
    #[cfg(unix)]
    File::open(folder)?.sync_all()?;
    Ok(())
}

fn kind(error: &io::Error) -> StoreErrorKind {
    match error.kind() {
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => StoreErrorKind::Full,
        io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem => {
            StoreErrorKind::Denied
        }
        _ => StoreErrorKind::Io,
    }
}

/// An object on its way.
struct Growing {
    file: Mutex<File>,
    path: PathBuf,
    /// Where it says how far it has come; `None` for one that nobody goes on with.
    note: Option<PathBuf>,
    target: PathBuf,
    is_done: AtomicBool,
}

impl Growing {
    fn file(&self) -> MutexGuard<'_, File> {
        self.file.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn fault(&self, error: io::Error) -> StoreError {
        let place = self.path.display();
        StoreError::new(kind(&error), format!("{place} can't be written")).with_source(error)
    }

    fn remove(&self) {
        let _ = fs::remove_file(&self.path);
        if let Some(note) = &self.note {
            let _ = fs::remove_file(note);
        }
    }
}

impl Sink for Growing {
    // The write has ended when the future has: it never waits on the way.
    fn write_at(&self, offset: u64, bytes: Bytes) -> BoxFuture<'_, Result<(), StoreError>> {
        Box::pin(async move {
            let mut file = self.file();
            file.seek(SeekFrom::Start(offset))
                .and_then(|_| file.write_all(&bytes))
                .map_err(|error| self.fault(error))
        })
    }

    fn read_at(&self, range: ByteRange) -> Result<Bytes, StoreError> {
        let length = usize::try_from(range.len()).unwrap_or(usize::MAX);
        let mut bytes = vec![0; length];
        let mut file = self.file();
        file.seek(SeekFrom::Start(range.start()))
            .and_then(|_| file.read_exact(&mut bytes))
            .map_err(|error| self.fault(error))?;
        Ok(bytes.into())
    }

    fn note(&self, note: &[u8]) {
        if let Some(path) = &self.note {
            let _ = fs::write(path, note);
        }
    }

    fn settle(&self) -> BoxFuture<'_, Result<(), StoreError>> {
        Box::pin(async { Ok(()) })
    }

    fn commit(&self) -> BoxFuture<'_, Result<(), StoreError>> {
        Box::pin(async move {
            let file = self.file().try_clone().map_err(|error| self.fault(error))?;
            let (from, to) = (self.path.clone(), self.target.clone());
            let published = tokio::task::spawn_blocking(move || {
                file.sync_all()?;
                publish(&from, &to)
            });
            let published = published.await.map_err(io::Error::other);
            published.flatten().map_err(|error| self.fault(error))?;
            self.is_done.store(true, Ordering::Relaxed);
            if let Some(note) = &self.note {
                let _ = fs::remove_file(note);
            }
            Ok(())
        })
    }

    fn discard(&self) -> BoxFuture<'_, Result<(), StoreError>> {
        Box::pin(async move {
            self.is_done.store(true, Ordering::Relaxed);
            self.remove();
            Ok(())
        })
    }
}

impl Drop for Growing {
    /// What no note tells of is of no use to anybody.
    fn drop(&mut self) {
        let is_noted = self
            .note
            .as_ref()
            .and_then(|note| fs::metadata(note).ok())
            .is_some_and(|note| note.len() > 0);
        if !is_noted && !self.is_done.load(Ordering::Relaxed) {
            self.remove();
        }
    }
}
