//! What stands beside a file on its way: whose it is, and how far it has come.

use std::{
    fs::{self, File, OpenOptions},
    path::{Path, PathBuf},
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
};

use crate::{
    CacheError,
    at::write_all_at,
    owner::{AtWork, Life, Owner},
    read_plain,
};

pub(crate) const SUFFIX: &str = ".journal";
const FORMAT: &str = "hubkit-journal 1";

/// The longest journal that is read.
const LONGEST: u64 = 16 << 10;

/// The journal of one file. Written in place and never synced: it survives the end of the process; after a crash of the
/// machine whoever reads it has to look at the file itself.
#[derive(Debug)]
pub(crate) struct Journal {
    path: PathBuf,
    work: AtWork,
    file: Mutex<Option<File>>,
    /// Whether it says something that somebody can go on from.
    keep: AtomicBool,
}

/// What somebody left.
#[derive(Debug)]
pub(crate) struct Entry {
    pub(crate) owner: Owner,
    pub(crate) note: Vec<u8>,
}

impl Journal {
    /// For a file that is new. Nothing is created before the first note.
    pub(crate) fn beside(partial: &Path) -> Self {
        Self {
            path: path(partial),
            work: AtWork::new(),
            file: Mutex::new(None),
            keep: AtomicBool::new(false),
        }
    }

    /// For a file that somebody left: writes down whose it is now. `None` when that can't be done.
    pub(crate) fn take_over(partial: &Path, left: &Entry) -> Option<Self> {
        let journal = Self::beside(partial);
        let file = OpenOptions::new()
            .read(true)
            .write(true)
            .open(&journal.path)
            .ok()?;
        write_all_at(&file, &journal.render(&left.note), 0).ok()?;
        *journal.file.lock().unwrap_or_else(PoisonError::into_inner) = Some(file);
        journal.keep.store(true, Ordering::Relaxed);
        journal.is_ours().then_some(journal)
    }

    /// Puts a note in the place of the one before. With an empty one the journal goes when this is dropped.
    pub(crate) fn note(&self, note: &[u8]) -> Result<(), CacheError> {
        let mut file = self.file.lock().unwrap_or_else(PoisonError::into_inner);
        let open = match file.take() {
            Some(open) => open,
            None => OpenOptions::new()
                .read(true)
                .write(true)
                .create_new(true)
                .open(&self.path)
                .map_err(|fault| CacheError::io("can't create", &self.path, fault))?,
        };
        let written = write_all_at(&open, &self.render(note), 0);
        *file = Some(open);
        written.map_err(|fault| CacheError::io("can't write", &self.path, fault))?;
        self.keep.store(!note.is_empty(), Ordering::Relaxed);
        Ok(())
    }

    /// Whether there is a note to go on from.
    pub(crate) fn is_begun(&self) -> bool {
        let file = self.file.lock().unwrap_or_else(PoisonError::into_inner);
        file.is_some()
    }

    /// Whether nobody else took the file over.
    pub(crate) fn is_ours(&self) -> bool {
        !self.is_begun()
            || read_at(&self.path).is_some_and(|entry| &entry.owner == self.work.owner())
    }

    pub(crate) fn remove(&self) {
        if self.is_begun() {
            let _ = fs::remove_file(&self.path);
        }
    }

    fn render(&self, note: &[u8]) -> Vec<u8> {
        let head = format!("{FORMAT}\nowner {}\n", self.work.owner().render());
        [head.as_bytes(), note].concat()
    }
}

impl Drop for Journal {
    fn drop(&mut self) {
        if !self.keep.load(Ordering::Relaxed) && self.is_ours() {
            self.remove();
        }
    }
}

/// Where the journal of a file is.
pub(crate) fn path(partial: &Path) -> PathBuf {
    partial.with_extension(&SUFFIX[1..])
}

/// What the journal of a file says; `None` when there is none, or none that can be understood.
pub(crate) fn read(partial: &Path) -> Option<Entry> {
    read_at(&path(partial))
}

fn read_at(path: &Path) -> Option<Entry> {
    let bytes = read_plain(path, LONGEST).ok()??;
    let rest = bytes.strip_prefix(FORMAT.as_bytes())?;
    let rest = rest.strip_prefix(b"\nowner ")?;
    let end = rest.iter().position(|byte| *byte == b'\n')?;
    let owner = Owner::read(std::str::from_utf8(&rest[..end]).ok()?)?;
    Some(Entry {
        owner,
        note: rest[end + 1..].to_vec(),
    })
}

/// Whether a file on its way belongs to nobody any more: nobody has it locked, and its owner, where it has one, is gone.
/// What can't be told counts as somebody's.
pub(crate) fn is_orphan(partial: &Path) -> bool {
    let open = OpenOptions::new().write(true).open(partial);
    let is_free = open.is_ok_and(|file| file.try_lock().is_ok());
    let owner = read(partial).map(|entry| entry.owner.life());
    is_free && owner != Some(Life::Runs)
}
