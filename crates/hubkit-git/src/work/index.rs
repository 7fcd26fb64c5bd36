//! Telling git that files are what it thinks they are.

use std::{fs, path::Path, thread, time::Duration};

use git2::IndexTime;
use hubkit_lfs::{Pointer, recognise};
use hubkit_types::RepoPath;

use super::{Settled, WorkTree, place};
use crate::{GitError, repository::own_oid};

impl WorkTree {
    /// Takes down in the index how these files looked on the disk when they had the content of their pointers, so that git
    /// need not read them to know that they are as they were checked out. Their object ids stay.
    ///
    /// A file that looks otherwise by now was changed since, and one of which the index has something else than its pointer
    /// was checked out or added anew: both are passed over, and git looks at them by itself.
    ///
    /// Takes up to a second: git trusts only what is older than its index, in whole seconds.
    ///
    /// # Errors
    ///
    /// When the index can't be read or written, as while another git holds it. Files and content are as they were; git
    /// then looks at them by itself, through whatever filter it is configured with.
    pub fn refresh(&self, files: &[Settled]) -> Result<(), GitError> {
        if files.is_empty() {
            return Ok(());
        }
        let fault = |fault| GitError::of("the index can't be written", fault);
        // Two more than are needed, for a clock that steps.
        for _ in 0..3 {
            // An index that knows of its repository would look at new files itself, without their filter, and take them for
            // changed.
            let mut index = self.index()?;
            let mut newest = 0;
            for settled in files {
                if let Some(mut entry) = index.get_path(Path::new(settled.path.as_str()), 0)
                    && own_oid(entry.id)? == settled.blob
                    && let Some(found) = place::inside(self.root(), &settled.path)
                        .and_then(|file| fs::symlink_metadata(file).ok())
                    && is_same(&found, &settled.metadata)
                {
                    stat(&mut entry, &settled.metadata);
                    newest = newest.max(entry.mtime.seconds());
                    index.add(&entry).map_err(fault)?;
                }
            }
            index.write().map_err(fault)?;
            let written = fs::metadata(self.inner.path().join("index"));
            let age = written.map_or(i64::MAX, |written| seconds_of(&written));
            if age > i64::from(newest) {
                break;
            }
            thread::sleep(Duration::from_millis(1010));
        }
        Ok(())
    }
}

impl WorkTree {
    /// Files that have the content of their pointers while the index does not say so, as after a pull that was killed or
    /// that found the index locked: without git-lfs, git takes each for a change until [`WorkTree::refresh`] is told of it.
    ///
    /// Reads to its end each file that is as long as its pointer says, that the attributes keep in LFS, and that looks
    /// otherwise than the index has it.
    ///
    /// # Errors
    ///
    /// When the index can't be read. A file that can't be is passed over.
    pub fn unrecorded(&self, keeps: impl Fn(&RepoPath) -> bool) -> Result<Vec<Settled>, GitError> {
        let index = self.index()?;
        let attributes = self.attributes()?;
        let written = fs::metadata(self.inner.path().join("index"));
        let written = written.map_or(i64::MAX, |written| seconds_of(&written));
        let mut found = Vec::new();
        for entry in index.iter() {
            let Some(path) = super::path_of(&entry).filter(|path| keeps(path)) else {
                continue;
            };
            let Some(looks) = place::inside(self.root(), &path)
                .and_then(|file| fs::symlink_metadata(file).ok())
                .filter(fs::Metadata::is_file)
            else {
                continue;
            };
            let mut expected = git2::IndexEntry {
                path: Vec::new(),
                ..entry
            };
            stat(&mut expected, &looks);
            let is_recorded = expected.mtime == entry.mtime
                && expected.ctime == entry.ctime
                && (expected.ino, expected.file_size) == (entry.ino, entry.file_size)
                && i64::from(entry.mtime.seconds()) < written;
            if is_recorded || !attributes.is_lfs(&path) {
                continue;
            }
            let Some(pointer) = self
                .pointer_of(entry.id)
                .filter(|it| it.size() == looks.len())
            else {
                continue;
            };
            let blob = own_oid(entry.id)?;
            if let Ok(Some(settled)) = place::settled(self.root(), &path, &pointer, blob) {
                found.push(settled);
            }
        }
        Ok(found)
    }

    /// The pointer that a blob is.
    fn pointer_of(&self, id: git2::Oid) -> Option<Pointer> {
        let bytes = self.blob_below(id, Pointer::LIMIT as u64)?;
        recognise(&bytes).pointer().cloned()
    }
}

/// Whether nobody touched a file in between.
pub(super) fn is_same(one: &fs::Metadata, other: &fs::Metadata) -> bool {
    if !one.is_file() || !other.is_file() {
        return false;
    }
    #[cfg(unix)]
    {
        use std::os::unix::fs::MetadataExt as _;
        let look = |found: &fs::Metadata| {
            let modified = (found.mtime(), found.mtime_nsec());
            let changed = (found.ctime(), found.ctime_nsec());
            (found.dev(), found.ino(), found.size(), modified, changed)
        };
        look(one) == look(other)
    }
    #[cfg(not(unix))]
    {
        one.len() == other.len() && one.modified().ok() == other.modified().ok()
    }
}

#[cfg(unix)]
fn stat(entry: &mut git2::IndexEntry, found: &fs::Metadata) {
    use std::os::unix::fs::MetadataExt as _;
    // Git keeps the low 32 bits of each.
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "the format of the index has 32 bits"
    )]
    {
        let time =
            |seconds: i64, nanoseconds: i64| IndexTime::new(seconds as i32, nanoseconds as u32);
        entry.mtime = time(found.mtime(), found.mtime_nsec());
        entry.ctime = time(found.ctime(), found.ctime_nsec());
        entry.dev = found.dev() as u32;
        entry.ino = found.ino() as u32;
        entry.uid = found.uid();
        entry.gid = found.gid();
        entry.file_size = found.len() as u32;
    }
}

#[cfg(not(unix))]
fn stat(entry: &mut git2::IndexEntry, found: &fs::Metadata) {
    #[expect(
        clippy::cast_possible_truncation,
        reason = "the format of the index has 32 bits"
    )]
    {
        entry.mtime = IndexTime::new(seconds_of(found) as i32, 0);
        entry.file_size = found.len() as u32;
    }
}

fn seconds_of(found: &fs::Metadata) -> i64 {
    let since = found
        .modified()
        .ok()
        .and_then(|time| time.duration_since(std::time::UNIX_EPOCH).ok());
    since.map_or(0, |since| {
        i64::try_from(since.as_secs()).unwrap_or(i64::MAX)
    })
}
