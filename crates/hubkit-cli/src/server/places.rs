//! Which connections are open, and which of them has to go when there are too many.

use std::{
    collections::BTreeMap,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    time::Instant,
};

use tokio::sync::Notify;

/// The places for connections. Cheap to clone; all clones are the same places.
#[derive(Clone)]
pub(super) struct Places(Arc<Shared>);

struct Shared {
    most: usize,
    start: Instant,
    taken: Mutex<Taken>,
}

#[derive(Default)]
struct Taken {
    next: u64,
    places: BTreeMap<u64, Arc<State>>,
}

/// Of one connection.
struct State {
    /// Since when no request is under way, in milliseconds after the start; [`BUSY`] while one is.
    idle_since: AtomicU64,
    leave: Notify,
}

const BUSY: u64 = u64::MAX;

/// The place of one connection, free again when dropped.
pub(super) struct Place {
    places: Places,
    number: u64,
    state: Arc<State>,
}

impl Places {
    pub(super) fn new(most: usize) -> Self {
        Self(Arc::new(Shared {
            most: most.max(1),
            start: Instant::now(),
            taken: Mutex::default(),
        }))
    }

    /// A place for a new connection, if need be that of one that is idle. `None` when all are busy.
    pub(super) fn take(&self) -> Option<Place> {
        let is_full = self.count() >= self.0.most;
        if is_full && !self.make_room() {
            return None;
        }
        let state = Arc::new(State {
            idle_since: AtomicU64::new(self.now()),
            leave: Notify::new(),
        });
        let mut taken = self.taken();
        let number = taken.next;
        taken.next += 1;
        taken.places.insert(number, Arc::clone(&state));
        Some(Place {
            places: self.clone(),
            number,
            state,
        })
    }

    /// Sends the connection away that is idle for the longest; `false` when none is idle.
    pub(super) fn make_room(&self) -> bool {
        let mut taken = self.taken();
        let since = |state: &Arc<State>| state.idle_since.load(Ordering::Relaxed);
        let idlest = taken.places.iter().min_by_key(|(_, state)| since(state));
        let Some((&number, state)) = idlest.filter(|(_, state)| since(state) != BUSY) else {
            return false;
        };
        state.leave.notify_one();
        // It leaves in a moment; nobody else is to be sent away for the same room.
        taken.places.remove(&number);
        true
    }

    /// Sends everybody away, each when its request is answered.
    pub(super) fn close(&self) {
        for state in self.taken().places.values() {
            state.leave.notify_one();
        }
    }

    /// How many connections are open.
    pub(super) fn count(&self) -> usize {
        self.taken().places.len()
    }

    /// How long there have been places.
    pub(super) fn age(&self) -> std::time::Duration {
        self.0.start.elapsed()
    }

    fn now(&self) -> u64 {
        u64::try_from(self.age().as_millis()).unwrap_or(BUSY - 1)
    }

    fn taken(&self) -> MutexGuard<'_, Taken> {
        self.0.taken.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Place {
    /// Says that a request is under way.
    pub(super) fn work(&self) {
        self.state.idle_since.store(BUSY, Ordering::Relaxed);
    }

    /// Says that none is.
    pub(super) fn rest(&self) {
        let now = self.places.now();
        self.state.idle_since.store(now, Ordering::Relaxed);
    }

    /// Waits until the connection has to go.
    pub(super) async fn sent_away(&self) {
        self.state.leave.notified().await;
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.places.taken().places.remove(&self.number);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Whether a connection was told to go.
    async fn is_sent_away(place: &Place) -> bool {
        tokio::select! {
            biased;
            () = place.sent_away() => true,
            () = std::future::ready(()) => false,
        }
    }

    #[tokio::test]
    async fn the_connection_that_is_idle_for_the_longest_makes_room() {
        let places = Places::new(2);
        let (first, second) = (places.take(), places.take());
        let (first, second) = (first.expect("a place"), second.expect("a place"));
        first.work();
        let third = places.take().expect("the second one's place");
        assert!(!is_sent_away(&first).await);
        assert!(is_sent_away(&second).await);
        third.work();
        assert!(places.take().is_none(), "all are busy");
        drop(second);
        assert_eq!(places.count(), 2);
        first.rest();
        assert!(places.take().is_some());
        assert!(is_sent_away(&first).await);
    }

    #[tokio::test]
    async fn everybody_is_told_when_it_ends() {
        let places = Places::new(9);
        let place = places.take().expect("a place");
        place.work();
        places.close();
        assert!(is_sent_away(&place).await);
    }
}
