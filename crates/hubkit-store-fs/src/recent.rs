//! What was found a moment ago.

use std::{
    collections::HashMap,
    fmt,
    hash::Hash,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

/// Answers that count for a moment. Cheap to clone; all clones hold the same.
pub(crate) struct Recent<K, V> {
    held: Arc<Mutex<HashMap<K, (Instant, V)>>>,
    longest: Duration,
}

impl<K: Hash + Eq, V: Clone> Recent<K, V> {
    /// More than are asked for again within a moment, and little memory.
    const MOST: usize = 4096;

    /// Answers count for so long; zero remembers none.
    pub(crate) fn new(longest: Duration) -> Self {
        Self {
            held: Arc::default(),
            longest,
        }
    }

    /// The answer, if it was found a moment ago.
    pub(crate) fn get(&self, question: &K, now: Instant) -> Option<V> {
        if self.longest.is_zero() {
            return None;
        }
        let held = self.lock();
        let (found, answer) = held.get(question)?;
        self.counts(*found, now).then(|| answer.clone())
    }

    /// Remembers an answer that is found now.
    pub(crate) fn put(&self, question: K, answer: V, now: Instant) {
        if self.longest.is_zero() {
            return;
        }
        let mut held = self.lock();
        if held.len() >= Self::MOST {
            held.retain(|_, (found, _)| self.counts(*found, now));
        }
        if held.len() >= Self::MOST {
            held.clear();
        }
        held.insert(question, (now, answer));
    }

    /// Forgets an answer that turned out to be wrong.
    pub(crate) fn forget(&self, question: &K) {
        self.lock().remove(question);
    }

    fn counts(&self, found: Instant, now: Instant) -> bool {
        now.duration_since(found) < self.longest
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<K, (Instant, V)>> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<K, V> Clone for Recent<K, V> {
    fn clone(&self) -> Self {
        Self {
            held: Arc::clone(&self.held),
            longest: self.longest,
        }
    }
}

impl<K, V> fmt::Debug for Recent<K, V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Recent")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LONGEST: Duration = Duration::from_secs(1);

    #[test]
    fn an_answer_counts_for_a_moment() {
        let (recent, now) = (Recent::new(LONGEST), Instant::now());
        recent.put("a", 1, now);
        assert_eq!(recent.get(&"a", now), Some(1));
        assert_eq!(recent.get(&"b", now), None);
        assert_eq!(recent.get(&"a", now + LONGEST), None);
        recent.forget(&"a");
        assert_eq!(recent.get(&"a", now), None);
        let none = Recent::new(Duration::ZERO);
        none.put("a", 1, now);
        assert_eq!(none.get(&"a", now), None);
    }

    #[test]
    fn whoever_asks_for_everything_fills_no_memory() {
        let (recent, now) = (Recent::new(LONGEST), Instant::now());
        for number in 0..3 * Recent::<usize, ()>::MOST {
            recent.put(number, (), now);
        }
        assert!(recent.lock().len() <= Recent::<usize, ()>::MOST);
    }
}
