//! What a commit holds and what led to it never changes, so it is told again from memory.

use std::{
    collections::HashMap,
    fmt,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use hubkit_types::{CommitId, Repo};

use crate::{GitError, GitErrorKind};

/// Lists of the commits that were asked for last, [`MOST`](Self::MOST) entries together at most; a longer list is kept
/// alone. That a list is too long to be made is remembered too: finding out takes as long as the longest one.
pub(super) struct Remembered<T>(Mutex<Kept<T>>);

type Key = (Repo, CommitId);

struct Kept<T> {
    /// With each list, when it was asked for last, in questions.
    lists: HashMap<Key, (u64, Made<T>)>,
    questions: u64,
    weight: usize,
}

/// A list, or why it is too long.
enum Made<T> {
    List(Arc<[T]>),
    TooLong(String),
}

impl<T> Made<T> {
    fn weight(&self) -> usize {
        match self {
            Self::List(list) => BASE + list.len(),
            Self::TooLong(_) => BASE,
        }
    }

    fn told(&self) -> Result<Arc<[T]>, GitError> {
        match self {
            Self::List(list) => Ok(Arc::clone(list)),
            Self::TooLong(message) => Err(GitError::new(GitErrorKind::TooLarge, message.as_str())),
        }
    }
}

/// An empty list takes room as well.
const BASE: usize = 16;

impl<T> Remembered<T> {
    const MOST: usize = 1_000_000;

    /// The list of a commit. It is made without the lock, so a long one keeps nobody else waiting.
    pub(super) fn get(
        &self,
        repo: &Repo,
        commit: CommitId,
        make: impl FnOnce() -> Result<Vec<T>, GitError>,
    ) -> Result<Arc<[T]>, GitError> {
        let key = (repo.clone(), commit);
        if let Some(told) = self.lock().find(&key) {
            return told;
        }
        let outcome = match make() {
            Ok(list) => Made::List(list.into()),
            Err(error) if error.kind() == GitErrorKind::TooLarge => {
                Made::TooLong(error.to_string())
            }
            Err(error) => return Err(error),
        };
        let told = outcome.told();
        self.lock().insert(key, outcome);
        told
    }

    fn lock(&self) -> MutexGuard<'_, Kept<T>> {
        // What a panicking thread left holds whole lists, if fewer.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<T> Kept<T> {
    fn find(&mut self, key: &Key) -> Option<Result<Arc<[T]>, GitError>> {
        self.questions += 1;
        let (asked, made) = self.lists.get_mut(key)?;
        *asked = self.questions;
        Some(made.told())
    }

    fn insert(&mut self, key: Key, made: Made<T>) {
        self.weight += made.weight();
        if let Some((_, twin)) = self.lists.insert(key, (self.questions, made)) {
            self.weight -= twin.weight();
        }
        if self.weight > Remembered::<T>::MOST {
            self.make_room();
        }
    }

    /// Drops what was not asked for the longest, down to half, so that this is seldom to be done; the newest stays.
    fn make_room(&mut self) {
        let mut ages: Vec<u64> = self.lists.values().map(|(asked, _)| *asked).collect();
        ages.sort_unstable_by(|left, right| right.cmp(left));
        let half = ages[(ages.len() / 2).saturating_sub(1)];
        self.lists.retain(|_, (asked, _)| *asked >= half);
        self.weigh();
        if self.weight > Remembered::<T>::MOST {
            self.lists.retain(|_, (asked, _)| *asked >= ages[0]);
            self.weigh();
        }
    }

    fn weigh(&mut self) {
        let lists = self.lists.values();
        self.weight = lists.map(|(_, made)| made.weight()).sum();
    }
}

impl<T> Default for Remembered<T> {
    fn default() -> Self {
        Self(Mutex::new(Kept {
            lists: HashMap::new(),
            questions: 0,
            weight: 0,
        }))
    }
}

impl<T> fmt::Debug for Remembered<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Remembered")
    }
}

#[cfg(test)]
mod tests {
    use hubkit_types::RepoKind;

    use super::*;

    #[test]
    fn a_list_is_made_once_and_what_was_not_asked_for_the_longest_makes_room() {
        let remembered = Remembered::default();
        let repo = Repo::new(RepoKind::Model, "a/b".parse().expect("an id"));
        let is_made = |commit: u8, length: usize| {
            let mut made = false;
            let list = remembered.get(&repo, CommitId::from_bytes([commit; 20]), || {
                made = true;
                Ok(vec![0_u8; length])
            });
            assert_eq!(list.expect("a list").len(), length);
            made
        };
        for commit in 1..=4 {
            assert!(is_made(commit, 240_000));
        }
        assert!(!is_made(1, 240_000));
        assert!(is_made(5, 240_000), "the first that is too many");
        assert!(!is_made(1, 240_000), "it was asked for again");
        assert!(!is_made(5, 240_000));
        assert!(is_made(2, 240_000), "it had to make room");
        assert!(is_made(6, 2_000_000));
        assert!(!is_made(6, 2_000_000), "the last one stays, however long");
        assert!(is_made(1, 240_000));
        assert!(remembered.lock().weight <= Remembered::<u8>::MOST);
    }

    #[test]
    fn what_is_too_long_is_found_out_once_and_what_failed_is_tried_again() {
        let repo = Repo::new(RepoKind::Model, "a/b".parse().expect("an id"));
        for (kind, wanted) in [(GitErrorKind::TooLarge, 1), (GitErrorKind::Io, 3)] {
            let remembered = Remembered::<u8>::default();
            let mut tries = 0;
            for _ in 0..3 {
                let list = remembered.get(&repo, CommitId::from_bytes([1; 20]), || {
                    tries += 1;
                    Err(GitError::new(kind, "more than a million"))
                });
                let error = list.expect_err("no list");
                assert_eq!(
                    (error.kind(), error.to_string()),
                    (kind, "more than a million".to_owned())
                );
            }
            assert_eq!(tries, wanted);
        }
    }
}
