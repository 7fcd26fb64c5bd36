//! A file on its way.

use std::{
    fs::{self, File, OpenOptions},
    io::{self, Read as _},
    path::{Path, PathBuf},
    time::{Duration, SystemTime},
};

use fs4::FileExt as _;
use hubkit_types::{BlobId, ByteRange};

use crate::{
    CacheError, CacheErrorKind,
    at::{read_exact_at, write_all_at},
    cache::entries,
    durable::{Remover, Temporary, is_random, sync_folder},
    journal::{self, Journal},
    owner::Life,
};

/// Bytes on their way to being a blob, in a file of a name of their own. Dropping it removes the file, unless it left a
/// note from which another can go on.
#[derive(Debug)]
pub struct Partial {
    file: File,
    temporary: Temporary,
    size: u64,
    journal: Option<Journal>,
}

/// What somebody left in a partial file.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Left {
    /// The last note.
    pub note: Vec<u8>,
    /// Whether the machine has been up since: then what was written is there, even where it is not on the disk.
    pub same_boot: bool,
}

impl Partial {
    /// Creates the file `<folder>/<stem>.<8 hex digits>.incomplete`, never through a link that waits there.
    ///
    /// Nothing is reserved for the `size` bytes that are to come. The file is locked for as long as it grows, where the
    /// file system can: [`sweep`] leaves it alone then.
    pub fn create(folder: &Path, stem: &str, size: u64) -> Result<Self, CacheError> {
        let (temporary, file) = Temporary::file(folder, stem, SUFFIX)?;
        // By its name: what another library calls the same trait method is not meant.
        let _ = File::try_lock(&file);
        Ok(Self {
            file,
            temporary,
            size,
            journal: None,
        })
    }

    /// Goes on with a file for this blob that its owner left, or else creates one as [`create`](Self::create) does, with
    /// its `size` bytes reserved on the disk and a journal beside it.
    ///
    /// A file is left when nobody has it locked and its owner, by the journal, no longer runs. One of another machine
    /// counts as left when nothing was noted for ten minutes, by the clock of the file system.
    pub fn resume(
        folder: &Path,
        blob: BlobId,
        size: u64,
    ) -> Result<(Self, Option<Left>), CacheError> {
        for path in of_blob(folder, blob) {
            if let Some((partial, left)) = Self::take_over(path, folder, size) {
                return Ok((partial, Some(left)));
            }
        }
        let mut partial = Self::create(folder, &blob.to_string(), size)?;
        partial.reserve()?;
        partial.journal = Some(Journal::beside(partial.path()));
        // From now on somebody can go on with it, if only to use its name and its room.
        partial.note(b"");
        Ok((partial, None))
    }

    fn take_over(path: PathBuf, folder: &Path, size: u64) -> Option<(Self, Left)> {
        let is_plain = |path: &Path| {
            let metadata = fs::symlink_metadata(path).ok()?;
            (metadata.is_file() && metadata.len() == size && has_one_name(&metadata)).then_some(())
        };
        is_plain(&path)?;
        let file = OpenOptions::new().read(true).write(true).open(&path).ok()?;
        File::try_lock(&file).ok()?;
        // It may have become a blob, or another's, before the lock was held.
        is_plain(&path)?;
        let entry = journal::read(&path)?;
        match entry.owner.life() {
            Life::Runs => return None,
            Life::Unknown if !is_left_alone(&journal::path(&path), folder) => return None,
            Life::Ended | Life::Unknown => {}
        }
        let journal = Journal::take_over(&path, &entry)?;
        let left = Left {
            note: entry.note,
            same_boot: entry.owner.is_of_this_boot(),
        };
        let partial = Self {
            file,
            temporary: Temporary::adopt(path),
            size,
            journal: Some(journal),
        };
        partial.temporary.keep_if(true);
        Some((partial, left))
    }

    /// Takes the room on the disk now, so that a full disk is known before the bytes move. Where that can't be done the
    /// file is as long all the same.
    fn reserve(&self) -> Result<(), CacheError> {
        let reserved = match self.file.allocate(self.size) {
            Err(fault) if fault.kind() != io::ErrorKind::StorageFull => Ok(()),
            other => other,
        };
        reserved
            .and_then(|()| self.file.set_len(self.size))
            .map_err(|fault| CacheError::io("can't make room for", self.path(), fault))
    }

    /// How many bytes there must be in the end.
    pub fn size(&self) -> u64 {
        self.size
    }

    /// Where the bytes are for now.
    pub fn path(&self) -> &Path {
        self.temporary.path()
    }

    /// A handle that removes the file, also while this is at work on another thread. Does nothing from the first note on.
    pub fn remover(&self) -> Remover {
        self.temporary.remover()
    }

    /// Writes bytes at an offset. What lies beyond the promised size is refused with kind `Integrity`.
    pub fn write_at(&self, offset: u64, bytes: &[u8]) -> Result<(), CacheError> {
        let end = offset.checked_add(bytes.len() as u64);
        if end.is_none_or(|end| end > self.size) {
            let message = format!("more than the promised {} bytes came", self.size);
            return Err(CacheError::new(CacheErrorKind::Integrity, message));
        }
        write_all_at(&self.file, bytes, offset)
            .map_err(|fault| CacheError::io("can't write", self.path(), fault))
    }

    /// Reads bytes that were written.
    pub fn read_at(&self, range: ByteRange) -> Result<Vec<u8>, CacheError> {
        let length = usize::try_from(range.len()).unwrap_or(usize::MAX);
        let mut bytes = vec![0; length];
        read_exact_at(&self.file, &mut bytes, range.start())
            .map_err(|fault| CacheError::io("can't read", self.path(), fault))?;
        Ok(bytes)
    }

    /// Leaves a note for whoever goes on with this file, if it is one that another can go on with; an empty one says that
    /// there is nothing to go on with, and this leaves nothing when it is dropped. What can't be noted is
    /// no fault: the next one starts afresh.
    pub fn note(&self, note: &[u8]) {
        if let Some(journal) = &self.journal
            && journal.note(note).is_ok()
        {
            self.temporary.keep_if(!note.is_empty());
        }
    }

    /// Lets the disk begin to take a part that was written, without waiting for it, where the system knows such a thing;
    /// waits for all that was written where it does not.
    pub fn begin_flush(&self, part: ByteRange) -> Result<(), CacheError> {
        #[cfg(target_os = "linux")]
        {
            // What Linux does first with pages that it is told are not needed is to write them. It lets go of none of these:
            // they are not on the disk yet.
            let length = std::num::NonZeroU64::new(part.len());
            let advice = rustix::fs::Advice::DontNeed;
            let begun = rustix::fs::fadvise(&self.file, part.start(), length, advice);
            begun.map_err(|fault| CacheError::io("can't sync", self.path(), fault.into()))
        }
        #[cfg(not(target_os = "linux"))]
        {
            let _ = part;
            self.flush()
        }
    }

    /// Lets the disk take what was written so far. Where it does not, nothing of the file is kept.
    pub fn flush(&self) -> Result<(), CacheError> {
        self.synced(self.file.sync_data())
    }

    /// A system that could not write what a file holds says so once, and may forget the bytes: nobody is to go on with them.
    fn synced(&self, outcome: io::Result<()>) -> Result<(), CacheError> {
        outcome.map_err(|fault| {
            self.discard();
            CacheError::io("can't sync", self.path(), fault)
        })
    }

    /// Gives the file its final name, durably. Whether the bytes are the right ones is the caller's to know; that there
    /// are as many as promised, and that no other process took the file over, is checked.
    ///
    /// A file of that name with the very same bytes stays; any other file, and a link, is replaced.
    pub fn publish(self, target: &Path) -> Result<(), CacheError> {
        self.synced(self.file.sync_all())?;
        self.publish_flushed(target)?;
        sync_folder(target.parent().unwrap_or(Path::new("")))
    }

    /// As [`publish`](Self::publish) for bytes that the caller brought to the disk; its is the folder of `target` to sync
    /// too.
    pub fn publish_flushed(self, target: &Path) -> Result<(), CacheError> {
        let path = self.path();
        let metadata = self
            .file
            .metadata()
            .map_err(|fault| CacheError::io("can't look at", path, fault))?;
        if metadata.len() != self.size {
            let message = format!(
                "`{}` holds {} of the promised {} bytes",
                path.display(),
                metadata.len(),
                self.size
            );
            return Err(CacheError::new(CacheErrorKind::Integrity, message));
        }
        if let Some(journal) = &self.journal
            && !journal.is_ours()
        {
            // Where the file is gone too, somebody cleared up.
            fs::symlink_metadata(path)
                .map_err(|fault| CacheError::io("can't find", path, fault))?;
            let message = format!("another process took `{}` over", path.display());
            return Err(CacheError::new(CacheErrorKind::Integrity, message));
        }
        // There nobody reads what another has locked, be it through another handle of the same program.
        #[cfg(windows)]
        let _ = File::unlock(&self.file);
        if holds_the_same(target, path, self.size) {
            self.temporary.remove();
        } else {
            // An open file can't be renamed everywhere.
            drop(self.file);
            self.temporary.rename(target)?;
        }
        // Not before: whoever could not rename it left something to go on with.
        if let Some(journal) = &self.journal {
            journal.remove();
        }
        Ok(())
    }

    /// Removes the file, and what would let another go on with it.
    pub fn discard(&self) {
        if let Some(journal) = &self.journal
            && journal.is_ours()
        {
            journal.remove();
        }
        self.temporary.remove();
    }
}

/// The files on their way to being this blob, in no order.
pub(crate) fn of_blob(folder: &Path, blob: BlobId) -> Vec<PathBuf> {
    let stem = format!("{blob}.");
    let found = entries(folder).unwrap_or_default().into_iter();
    let is_of = |name: &str| name.starts_with(&stem) && is_incomplete(name);
    found
        .filter(|(name, _)| name.to_str().is_some_and(is_of))
        .map(|(_, path)| path)
        .collect()
}

/// How long nothing may have been noted of a file whose owner can't be looked for.
const LEFT_ALONE: Duration = Duration::from_mins(10);

/// Whether a file was not changed for long, by the clock of its file system.
fn is_left_alone(path: &Path, folder: &Path) -> bool {
    clock(folder).is_some_and(|now| is_older(path, LEFT_ALONE, now))
}

/// What time it is for the file system of a folder that can be written to.
fn clock(folder: &Path) -> Option<SystemTime> {
    let (_probe, file) = Temporary::file(folder, "clock", ".tmp").ok()?;
    file.metadata().and_then(|found| found.modified()).ok()
}

/// A file with a second name would be written to under that name too.
#[cfg(unix)]
fn has_one_name(metadata: &fs::Metadata) -> bool {
    std::os::unix::fs::MetadataExt::nlink(metadata) == 1
}

#[cfg(not(unix))]
fn has_one_name(_: &fs::Metadata) -> bool {
    true
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

/// For how long a file on its way must have been left alone before it counts as given up: one that another can go on
/// with, and one that nobody can.
const GIVEN_UP: Duration = Duration::from_hours(24);
const GIVEN_UP_WITH_JOURNAL: Duration = Duration::from_hours(7 * 24);

/// Removes what downloads that broke off left in a folder: plain files `<blob>.<8 hex digits>.incomplete` that nobody
/// has locked and nobody wrote to for 24 hours by the clock of the file system, or for seven days where there is a journal
/// beside it. A journal goes with its file, or alone where there is no such file.
///
/// It belongs at the end of a download: before, it would take away what that could have gone on with. Other clients give their files such names too and lock none of them, so both must hold: a lock protects a download
/// that stands still, the time one that is not locked. What can't be looked at or removed stays.
pub fn sweep(folder: &Path) {
    let mut found = entries(folder).unwrap_or_default();
    found.retain(|(name, _)| {
        let name = name.to_str().unwrap_or_default();
        is_incomplete(name) || name.ends_with(journal::SUFFIX)
    });
    // Nothing is written where there is nothing to remove.
    let Some(now) = found.first().and_then(|_| clock(folder)) else {
        return;
    };
    for (name, path) in found {
        let Some(name) = name.to_str() else { continue };
        if is_incomplete(name) {
            let journal = journal::path(&path);
            let most = if journal.exists() {
                GIVEN_UP_WITH_JOURNAL
            } else {
                GIVEN_UP
            };
            if is_older(&path, most, now) && journal::is_orphan(&path) {
                let _ = fs::remove_file(&path);
                let _ = fs::remove_file(&journal);
            }
        } else if let Some(stem) = name.strip_suffix(journal::SUFFIX) {
            let partial = format!("{stem}{SUFFIX}");
            let is_alone = is_incomplete(&partial) && !folder.join(partial).exists();
            if is_alone && is_older(&path, GIVEN_UP, now) {
                let _ = fs::remove_file(&path);
            }
        }
    }
}

pub(crate) fn is_incomplete(name: &str) -> bool {
    let parts = name
        .strip_suffix(SUFFIX)
        .and_then(|name| name.rsplit_once('.'));
    parts.is_some_and(|(blob, random)| blob.parse::<BlobId>().is_ok() && is_random(random))
}

fn is_older(path: &Path, most: Duration, now: SystemTime) -> bool {
    fs::symlink_metadata(path).is_ok_and(|metadata| {
        let modified = metadata.modified().ok();
        let age = modified.and_then(|modified| now.duration_since(modified).ok());
        metadata.is_file() && age.is_some_and(|age| age > most)
    })
}
