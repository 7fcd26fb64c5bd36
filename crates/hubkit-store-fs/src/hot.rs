//! Small files that are asked for again and again.

use std::{
    collections::HashMap,
    fmt,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use bytes::Bytes;

use crate::stamp::Stamp;

/// The bytes of small files, each with what the file looked like when they were read. Whoever takes them looks whether it
/// still does. Cheap to clone; all clones hold the same.
#[derive(Clone)]
pub(crate) struct Hot {
    held: Arc<Mutex<Held>>,
    /// How many bytes one generation takes.
    most: usize,
}

/// What was not asked for while a whole generation came up is forgotten.
#[derive(Default)]
struct Held {
    young: HashMap<PathBuf, (Stamp, Bytes)>,
    old: HashMap<PathBuf, (Stamp, Bytes)>,
    /// What the young ones take, in bytes.
    weight: usize,
}

impl Hot {
    /// What a server may spend, in bytes.
    pub(crate) const ENOUGH: usize = 32 << 20;
    /// The longest file that is held, in bytes.
    pub(crate) const LONGEST: u64 = 64 << 10;
    /// What an entry takes besides its bytes and its path.
    const BESIDE: usize = 256;

    /// Holds none.
    pub(crate) fn none() -> Self {
        Self::within(0)
    }

    /// Holds so many bytes in all.
    pub(crate) fn within(most: usize) -> Self {
        Self {
            held: Arc::default(),
            most: most / 2,
        }
    }

    /// Whether files of this size are held.
    pub(crate) fn takes(&self, size: u64) -> bool {
        self.most > 0 && size <= Self::LONGEST
    }

    /// The bytes of a file that looks like this.
    pub(crate) fn get(&self, path: &Path, stamp: &Stamp) -> Option<Bytes> {
        if !self.takes(stamp.size) {
            return None;
        }
        let mut held = self.lock();
        if let Some((seen, bytes)) = held.young.get(path) {
            return (seen == stamp).then(|| bytes.clone());
        }
        let (path, (seen, bytes)) = held.old.remove_entry(path)?;
        if seen != *stamp {
            return None;
        }
        self.insert(&mut held, path, seen, bytes.clone());
        Some(bytes)
    }

    /// Holds the bytes of a file that looked like this before and after they were read.
    pub(crate) fn put(&self, path: &Path, stamp: Stamp, bytes: Bytes) {
        if self.takes(stamp.size) {
            self.insert(&mut self.lock(), path.to_owned(), stamp, bytes);
        }
    }

    fn insert(&self, held: &mut Held, path: PathBuf, stamp: Stamp, bytes: Bytes) {
        let beside = Self::BESIDE + path.as_os_str().len();
        let new = beside + bytes.len();
        if held.weight + new > self.most {
            held.old = std::mem::take(&mut held.young);
            held.weight = 0;
        }
        if new > self.most {
            return;
        }
        held.weight += new;
        if let Some((_, before)) = held.young.insert(path, (stamp, bytes)) {
            held.weight -= beside + before.len();
        }
    }

    fn lock(&self) -> MutexGuard<'_, Held> {
        // What is guarded is whole between any two statements, but for a weight that may be too high.
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for Hot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Hot")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stamp(size: u64) -> Stamp {
        let file = tempfile::NamedTempFile::new().expect("a file");
        file.as_file().set_len(size).expect("room");
        Stamp::at(file.path()).expect("a file")
    }

    #[test]
    fn only_a_file_that_looks_the_same_is_told_from_memory() {
        let (hot, path, stamp) = (Hot::within(1 << 20), Path::new("a"), stamp(1));
        hot.put(path, stamp.clone(), Bytes::from_static(b"x"));
        assert_eq!(hot.get(path, &stamp).as_deref(), Some(&b"x"[..]));
        assert_eq!(hot.get(Path::new("b"), &stamp), None);
        let other = self::stamp(1);
        assert_eq!(hot.get(path, &other), None);
        let large = self::stamp(Hot::LONGEST + 1);
        hot.put(path, large.clone(), Bytes::from_static(b"x"));
        assert_eq!(hot.get(path, &large), None);
        Hot::none().put(path, stamp.clone(), Bytes::from_static(b"x"));
        assert_eq!(Hot::none().get(path, &stamp), None);
    }

    #[test]
    fn what_is_asked_for_stays_and_memory_has_an_end() {
        const MOST: usize = 64 << 10;
        let (hot, stamp) = (Hot::within(MOST), stamp(1000));
        let bytes = Bytes::from(vec![0; 1000]);
        let path = |number: usize| PathBuf::from(number.to_string());
        for number in 0..1000 {
            hot.put(&path(number), stamp.clone(), bytes.clone());
            assert!(hot.get(&path(0), &stamp).is_some(), "{number}");
        }
        let held = hot.lock();
        let count = held.young.len() + held.old.len();
        assert!((2..=MOST / 1000).contains(&count), "{count}");
        assert!(!held.young.contains_key(&path(1)) && !held.old.contains_key(&path(1)));
    }
}
