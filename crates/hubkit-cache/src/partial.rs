//! A file on its way.

use std::{
    fs::{self, File, OpenOptions},
    io::{self, Read as _, Seek as _, SeekFrom, Write as _},
    path::Path,
    time::SystemTime,
};

use hubkit_types::{BlobId, ByteRange};

use crate::{
    CacheError, CacheErrorKind,
    cache::entries,
    durable::{Remover, Temporary, sync_folder},
};

/// Bytes on their way to being a blob, in a file of a name of their own. Dropping it removes the file.
#[derive(Debug)]
pub struct Partial {
    file: File,
    temporary: Temporary,
    size: u64,
}

impl Partial {
    /// Creates the file `<folder>/<stem>.<8 hex digits>.incomplete`, never through a link that waits there.
    ///
    /// Nothing is reserved for the `size` bytes that are to come. The file is locked for as long as it grows, where the
    /// file system can: [`sweep`] leaves it alone then.
    pub fn create(folder: &Path, stem: &str, size: u64) -> Result<Self, CacheError> {
        let (temporary, file) = Temporary::file(folder, stem, SUFFIX)?;
        let _ = file.try_lock();
        Ok(Self {
            file,
            temporary,
            size,
        })
    }

    /// How many bytes there must be in the end.
    pub fn size(&self) -> u64 {
        self.size
    }

    /// Where the bytes are for now.
    pub fn path(&self) -> &Path {
        self.temporary.path()
    }

    /// When the file was last changed, as its file system has it.
    pub fn modified(&self) -> Option<SystemTime> {
        self.file
            .metadata()
            .and_then(|metadata| metadata.modified())
            .ok()
    }

    /// A handle that removes the file, also while this is at work on another thread.
    pub fn remover(&self) -> Remover {
        self.temporary.remover()
    }

    /// Writes bytes at an offset. What lies beyond the promised size is refused with kind `Integrity`.
    pub fn write_at(&mut self, offset: u64, bytes: &[u8]) -> Result<(), CacheError> {
        let end = offset.checked_add(bytes.len() as u64);
        if end.is_none_or(|end| end > self.size) {
            let message = format!("more than the promised {} bytes came", self.size);
            return Err(CacheError::new(CacheErrorKind::Integrity, message));
        }
        self.file
            .seek(SeekFrom::Start(offset))
            .and_then(|_| self.file.write_all(bytes))
            .map_err(|fault| CacheError::io("can't write", self.temporary.path(), fault))
    }

    /// Reads bytes that were written.
    pub fn read_at(&mut self, range: ByteRange) -> Result<Vec<u8>, CacheError> {
        let mut bytes = Vec::new();
        let read = self
            .file
            .seek(SeekFrom::Start(range.start()))
            .and_then(|_| (&self.file).take(range.len()).read_to_end(&mut bytes));
        let read = match read {
            Ok(count) if count as u64 != range.len() => Err(io::ErrorKind::UnexpectedEof.into()),
            other => other,
        };
        read.map_err(|fault| CacheError::io("can't read", self.temporary.path(), fault))?;
        Ok(bytes)
    }

    /// Gives the file its final name, durably. Whether the bytes are the right ones is the caller's to know; that there
    /// are as many as promised is checked.
    ///
    /// A file of that name with the very same bytes stays; any other file, and a link, is replaced.
    pub fn publish(self, target: &Path) -> Result<(), CacheError> {
        let path = self.temporary.path();
        let metadata = self
            .file
            .sync_all()
            .and_then(|()| self.file.metadata())
            .map_err(|fault| CacheError::io("can't sync", path, fault))?;
        if metadata.len() != self.size {
            let message = format!(
                "`{}` holds {} of the promised {} bytes",
                path.display(),
                metadata.len(),
                self.size
            );
            return Err(CacheError::new(CacheErrorKind::Integrity, message));
        }
        let folder = target.parent().unwrap_or(Path::new(""));
        // On some systems nobody reads what another has locked, be it through another handle of the same program.
        let _ = self.file.unlock();
        if !holds_the_same(target, path, self.size) {
            // An open file can't be renamed everywhere.
            drop(self.file);
            self.temporary.rename(target)?;
        }
        sync_folder(folder)
    }
}

/// Whether there is a plain file with the same bytes already: another process was faster. When in doubt it is not.
fn holds_the_same(target: &Path, ours: &Path, size: u64) -> bool {
    let plain = fs::symlink_metadata(target)
        .is_ok_and(|metadata| metadata.is_file() && metadata.len() == size);
    plain && same_bytes(target, ours).unwrap_or(false)
}

fn same_bytes(left: &Path, right: &Path) -> io::Result<bool> {
    let (mut left, mut right) = (File::open(left)?, File::open(right)?);
    let (mut left_bytes, mut right_bytes) = (Vec::new(), Vec::new());
    loop {
        left_bytes.clear();
        right_bytes.clear();
        (&mut left).take(CHUNK).read_to_end(&mut left_bytes)?;
        (&mut right).take(CHUNK).read_to_end(&mut right_bytes)?;
        if left_bytes != right_bytes {
            return Ok(false);
        }
        if left_bytes.is_empty() {
            return Ok(true);
        }
    }
}

const CHUNK: u64 = 1 << 20;

const SUFFIX: &str = ".incomplete";

/// For how many seconds a file on its way must have been left alone before it counts as given up.
const GIVEN_UP: u64 = 24 * 60 * 60;

/// Removes what downloads that broke off left in a folder: plain files `<blob>.<8 hex digits>.incomplete` that nobody
/// has locked and nobody wrote to in the last 24 hours before `now`.
///
/// Other clients give their files such names too and lock none of them, so both must hold: a lock protects a download
/// that stands still, the time one that is not locked. What can't be looked at or removed stays.
pub fn sweep(folder: &Path, now: SystemTime) {
    for (name, path) in entries(folder).unwrap_or_default() {
        if name.to_str().is_some_and(is_incomplete) && is_given_up(&path, now) {
            let _ = fs::remove_file(&path);
        }
    }
}

fn is_incomplete(name: &str) -> bool {
    let parts = name
        .strip_suffix(SUFFIX)
        .and_then(|name| name.rsplit_once('.'));
    parts.is_some_and(|(blob, random)| {
        blob.parse::<BlobId>().is_ok()
            && random.len() == 8
            && random.bytes().all(|byte| byte.is_ascii_hexdigit())
    })
}

fn is_given_up(path: &Path, now: SystemTime) -> bool {
    let is_old = fs::symlink_metadata(path).is_ok_and(|metadata| {
        let age = metadata
            .modified()
            .ok()
            .and_then(|modified| now.duration_since(modified).ok());
        metadata.is_file() && age.is_some_and(|age| age.as_secs() > GIVEN_UP)
    });
    // A lock that is taken here is let go of at once: nobody but who created the file ever asks for it.
    is_old
        && OpenOptions::new()
            .write(true)
            .open(path)
            .is_ok_and(|file| file.try_lock().is_ok())
}
