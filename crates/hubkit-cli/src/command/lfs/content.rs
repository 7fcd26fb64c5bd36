//! Content in the place of pointers: what is left to do, and doing it.

use std::{
    collections::{BTreeMap, HashSet},
    fs,
    path::PathBuf,
};

use hubkit::{LfsWanted, RepoPath, Sha256, lfs::Pointer};
use hubkit_git::{LfsObjects, Placed, Settled, place};

use super::source::wanted;
use crate::{exit::Exit, failure::Failure};

/// How much is put in place before the index is written, which takes up to a second.
const BATCH_FILES: usize = 1024;
const BATCH_BYTES: u64 = 1 << 30;

/// A pointer that is to become its file.
pub(super) struct Due {
    pub(super) path: RepoPath,
    pub(super) pointer: Pointer,
}

/// What became of one.
pub(super) enum Became {
    /// The file is there; whether it had to be fetched.
    File {
        fetched: bool,
    },
    /// Somebody changed what lay there.
    Changed,
    Failed(Failure),
}

/// Pointers, and the objects that are to take their place.
pub(super) struct Content<'a> {
    pub(super) root: PathBuf,
    pub(super) objects: &'a LfsObjects,
    pub(super) due: Vec<Due>,
    fetched: HashSet<Sha256>,
    failed: BTreeMap<Sha256, Failure>,
}

impl<'a> Content<'a> {
    pub(super) fn new(root: PathBuf, objects: &'a LfsObjects, due: Vec<Due>) -> Self {
        Self {
            root,
            objects,
            due,
            fetched: HashSet::new(),
            failed: BTreeMap::new(),
        }
    }

    /// What has to be fetched, each object once.
    pub(super) fn missing(&self) -> Vec<LfsWanted> {
        let mut seen = HashSet::new();
        let due = self.due.iter();
        due.filter(|due| {
            let pointer = &due.pointer;
            self.objects.find(pointer.oid(), pointer.size()).is_none() && seen.insert(pointer.oid())
        })
        .map(|due| wanted(&due.path, &due.pointer))
        .collect()
    }

    /// Takes note of how fetching went.
    pub(super) fn note(&mut self, wanted: &[LfsWanted], outcomes: Vec<Result<(), Failure>>) {
        for (wanted, outcome) in wanted.iter().zip(outcomes) {
            match outcome {
                Ok(()) => {
                    self.fetched.insert(wanted.object.oid);
                }
                Err(failure) => {
                    self.failed.insert(wanted.object.oid, failure);
                }
            }
        }
    }

    /// Takes note of what came before fetching failed as a whole, and gives the rest.
    pub(super) fn note_what_came(&mut self, wanted: &[LfsWanted]) -> Vec<LfsWanted> {
        let (came, missed): (Vec<_>, Vec<_>) = wanted.iter().cloned().partition(|one| {
            let object = &one.object;
            self.objects.find(object.oid, object.size).is_some()
        });
        self.fetched.extend(came.iter().map(|one| one.object.oid));
        missed
    }

    /// Puts what is here in its place; what is left is due still. An object that is damaged is removed, and due as well.
    ///
    /// `record` hears of files soon after they are in place, so that little is lost where all ends early.
    pub(super) fn put(&mut self, record: impl Fn(&[Settled])) -> Vec<(Due, Became)> {
        let (mut became, mut left) = (Vec::new(), Vec::new());
        let (mut unrecorded, mut bytes) = (Vec::new(), 0_u64);
        // Where git-lfs has such things as well.
        let growing = self.objects.folder().join("tmp");
        for due in std::mem::take(&mut self.due) {
            let pointer = &due.pointer;
            let Some(object) = self.objects.find(pointer.oid(), pointer.size()) else {
                left.push(due);
                continue;
            };
            let fetched = self.fetched.contains(&pointer.oid());
            match place(&self.root, &due.path, pointer, &object, &growing) {
                Ok(Placed::Done(settled) | Placed::There(settled)) => {
                    bytes = bytes.saturating_add(pointer.size());
                    unrecorded.push(settled);
                    if unrecorded.len() >= BATCH_FILES || bytes >= BATCH_BYTES {
                        record(&unrecorded);
                        (unrecorded, bytes) = (Vec::new(), 0);
                    }
                    became.push((due, Became::File { fetched }));
                }
                Ok(Placed::Changed) => became.push((due, Became::Changed)),
                Ok(Placed::Damaged) if !fetched => {
                    // Whoever needs it next would meet the same.
                    let _ = fs::remove_file(&object);
                    left.push(due);
                }
                Ok(Placed::Damaged) => {
                    let message = format!("`{}`: the object changed while it was copied", due.path);
                    let failure = Failure::new(Exit::Integrity, "integrity", message);
                    became.push((due, Became::Failed(failure)));
                }
                Err(error) => {
                    let message = format!("`{}` can't be written: {error}", due.path);
                    let failure = Failure::new(Exit::Disk, "disk", message);
                    became.push((due, Became::Failed(failure)));
                }
            }
        }
        record(&unrecorded);
        self.due = left;
        became
    }

    /// What could not be had.
    pub(super) fn give_up(mut self) -> Vec<(Due, Became)> {
        let mut told = BTreeMap::new();
        let due = self.due.into_iter();
        due.map(|due| {
            let oid = due.pointer.oid();
            let failure = self.failed.remove(&oid).unwrap_or_else(|| {
                let (exit, code, message) = told.get(&oid).cloned().unwrap_or((
                    Exit::NotFound,
                    "file_not_found",
                    format!("`{}`: the object is not here", due.path),
                ));
                Failure::new(exit, code, message)
            });
            let of = (failure.exit(), failure.code(), failure.message().to_owned());
            told.insert(oid, of);
            (due, Became::Failed(failure))
        })
        .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_came_before_a_failure_is_put_in_place() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let objects = LfsObjects::new(folder.path().join("lfs"));
        let elsewhere = LfsObjects::new(folder.path().join("elsewhere"));
        let first = objects.keep(&b"first"[..]).expect("kept");
        let second = elsewhere.keep(&b"second"[..]).expect("kept");
        let due = [("first.bin", &first), ("second.bin", &second)].map(|(name, pointer)| {
            fs::write(folder.path().join(name), pointer.to_string()).expect("written");
            let (path, pointer) = (name.parse().expect("a path"), pointer.clone());
            Due { path, pointer }
        });
        let wanted = due.each_ref().map(|due| wanted(&due.path, &due.pointer));
        let mut content = Content::new(folder.path().to_owned(), &objects, due.into());
        let missed = content.note_what_came(&wanted);
        assert_eq!(missed.len(), 1);
        assert_eq!(missed[0].object.oid, second.oid());
        let recorded = std::cell::Cell::new(0);
        let became = content.put(|files| recorded.set(recorded.get() + files.len()));
        assert_eq!(recorded.get(), 1);
        assert!(matches!(
            &became[..],
            [(due, Became::File { fetched: true })] if due.pointer == first
        ));
        let file = fs::read(folder.path().join("first.bin")).expect("read");
        assert_eq!(file, b"first");
        assert_eq!(content.due.len(), 1, "the other is due still");
    }
}
