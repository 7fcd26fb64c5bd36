//! What is known of one repository, and how long that counts.

use std::{
    collections::VecDeque,
    path::PathBuf,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use hubkit_store::StoreError;
use hubkit_types::CommitId;

use super::commit::{Commit, Digests};

/// How many commits of a repository are remembered.
const REMEMBERED: usize = 8;

/// What the last look found counts for so many times as long as the look took, so that looking through folders never
/// costs more than a small part of a processor.
const SHARE: u32 = 25;

/// What is known of one repository.
#[derive(Debug, Default)]
pub(super) struct Known {
    /// Held for as long as the repository is looked through, so that no file is hashed twice at a time.
    digests: Mutex<Digests>,
    seen: Mutex<Seen>,
}

#[derive(Debug, Default)]
struct Seen {
    /// The newest last.
    commits: VecDeque<Arc<Commit>>,
    last: Option<Look>,
    doubted: Option<Instant>,
    /// Since when somebody is looking the folder through.
    looking: Option<Instant>,
}

/// When the folder was looked through for the last time, and what it held.
#[derive(Debug)]
struct Look {
    began: Instant,
    took: Duration,
    found: Arc<Commit>,
}

impl Known {
    /// Looks through the folder, unless somebody began to after the question was asked.
    pub(super) fn look(&self, folder: PathBuf, asked: Instant) -> Result<Arc<Commit>, StoreError> {
        let mut digests = locked(&self.digests);
        if let Some(last) = locked(&self.seen).last.as_ref()
            && last.began >= asked
        {
            return Ok(Arc::clone(&last.found));
        }
        let began = Instant::now();
        let found = Commit::of(folder, &mut digests).map(Arc::new);
        let mut seen = locked(&self.seen);
        seen.looking = None;
        let found = found?;
        // The same content may have new times, and come back after a while.
        seen.commits.retain(|commit| commit.id != found.id);
        if seen.commits.len() == REMEMBERED {
            seen.commits.pop_front();
        }
        seen.commits.push_back(Arc::clone(&found));
        seen.last = Some(Look {
            began,
            took: began.elapsed(),
            found: Arc::clone(&found),
        });
        Ok(found)
    }

    /// The commit of the last look, where that is recent enough and nothing speaks against it. Otherwise the caller is to
    /// look, and whoever asks meanwhile is still told of the last look, unless that is older than `most`.
    pub(super) fn fresh(&self, now: Instant, most: Duration) -> Option<CommitId> {
        let mut seen = locked(&self.seen);
        let last = seen.last.as_ref()?;
        let age = now.duration_since(last.began);
        let is_doubted = seen.doubted.is_some_and(|doubted| doubted >= last.began);
        if is_doubted || age >= most {
            return None;
        }
        let id = last.found.id;
        if age < last.took * SHARE {
            return Some(id);
        }
        // A caller that was cancelled before it looked must not keep all others from it.
        if seen
            .looking
            .is_some_and(|since| now.duration_since(since) < most)
        {
            return Some(id);
        }
        seen.looking = Some(now);
        None
    }

    /// Says that the folder is not what the last look found.
    pub(super) fn doubt(&self) {
        locked(&self.seen).doubted = Some(Instant::now());
    }

    /// The commits that are remembered, the newest first.
    pub(super) fn commits(&self) -> Vec<Arc<Commit>> {
        locked(&self.seen).commits.iter().rev().cloned().collect()
    }

    /// The remembered commit with this id.
    pub(super) fn commit(&self, id: CommitId) -> Option<Arc<Commit>> {
        let seen = locked(&self.seen);
        let found = seen.commits.iter().rev().find(|commit| commit.id == id);
        found.cloned()
    }
}

pub(super) fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    // What is guarded is whole between any two statements.
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    const MOST: Duration = Duration::from_hours(24);

    #[test]
    fn one_looks_while_the_others_are_told_of_the_last_look() {
        let folder = tempfile::tempdir().expect("a folder");
        let known = Known::default();
        let start = Instant::now();
        assert_eq!(known.fresh(start, MOST), None, "nobody looked");
        let look = |asked| {
            known
                .look(folder.path().to_owned(), asked)
                .expect("a folder")
        };
        let id = look(start).id;
        assert_eq!(known.fresh(start, Duration::ZERO), None);
        let later = start + MOST / 2;
        assert_eq!(known.fresh(later, MOST), None, "this caller is to look");
        assert_eq!(known.fresh(later, MOST), Some(id), "and this one is not");
        assert_eq!(
            known.fresh(start + 2 * MOST, MOST),
            None,
            "but nothing is too old"
        );
        known.doubt();
        assert_eq!(known.fresh(later, MOST), None);
    }

    #[test]
    fn a_look_that_began_after_the_question_answers_it() {
        let folder = tempfile::tempdir().expect("a folder");
        let known = Known::default();
        let asked = Instant::now();
        let look = |asked| {
            known
                .look(folder.path().to_owned(), asked)
                .expect("a folder")
        };
        let first = look(asked);
        std::fs::write(folder.path().join("new"), "x").expect("room");
        assert_eq!(look(asked).id, first.id);
        assert_ne!(look(Instant::now()).id, first.id);
    }
}
