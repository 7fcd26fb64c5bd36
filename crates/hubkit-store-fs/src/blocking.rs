//! Disk work off the runtime's own threads.

use std::{
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use hubkit_cache::{CacheError, CacheErrorKind};
use hubkit_store::{StoreError, StoreErrorKind};
use tokio::task::{JoinError, spawn_blocking};

/// Runs disk work on a thread where waiting harms nobody. Work that began goes on when the future is dropped.
pub(crate) async fn run<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, StoreError> + Send + 'static,
) -> Result<T, StoreError> {
    spawn_blocking(work).await.map_err(lost)?
}

/// Runs a few looks at files where the caller stands, which costs less than to hand them to a thread and to wait for it,
/// for as long as the disk answers at once. Work that began goes on when the future is dropped.
pub(crate) async fn glance<T: Send + 'static>(
    pace: &Pace,
    work: impl FnOnce() -> Result<T, StoreError> + Send + 'static,
) -> Result<T, StoreError> {
    let start = Instant::now();
    if pace.is_slow(start) {
        return run(work).await;
    }
    let answer = work();
    pace.note(start, Instant::now());
    answer
}

/// Whether a disk answers at once. Cheap to clone; all clones know the same.
#[derive(Clone, Default, Debug)]
pub(crate) struct Pace(Arc<Mutex<Option<Instant>>>);

impl Pace {
    /// A look at a few files of a local disk takes some microseconds, a turn of a busy processor some milliseconds; a disk
    /// over a network that is out of reach takes much longer.
    const PROMPT: Duration = Duration::from_millis(10);
    /// How long a disk that was slow once counts as slow.
    const SLOW_FOR: Duration = Duration::from_millis(100);

    fn is_slow(&self, now: Instant) -> bool {
        self.until().is_some_and(|until| now < until)
    }

    fn note(&self, start: Instant, end: Instant) {
        if end.duration_since(start) > Self::PROMPT {
            *self.until() = Some(end + Self::SLOW_FOR);
        }
    }

    /// Takes the disk for slow from now on.
    #[cfg(test)]
    pub(crate) fn note_slow(&self) {
        let end = Instant::now() + Self::SLOW_FOR * 1000;
        *self.until() = Some(end);
    }

    fn until(&self) -> MutexGuard<'_, Option<Instant>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The thread panicked, or the runtime ended before it came to the work.
pub(crate) fn lost(fault: JoinError) -> StoreError {
    StoreError::new(StoreErrorKind::Io, "disk work did not come to an end").with_source(fault)
}

/// The same fault in the words of the seam.
pub(crate) fn store_error(fault: CacheError) -> StoreError {
    let kind = match fault.kind() {
        CacheErrorKind::NotFound => StoreErrorKind::NotFound,
        CacheErrorKind::Integrity => StoreErrorKind::Integrity,
        CacheErrorKind::Full => StoreErrorKind::Full,
        CacheErrorKind::Denied => StoreErrorKind::Denied,
        CacheErrorKind::Corrupt => StoreErrorKind::Corrupt,
        CacheErrorKind::Unsafe => StoreErrorKind::Unsafe,
        _ => StoreErrorKind::Io,
    };
    let error = StoreError::new(kind, fault.to_string());
    match fault.into_source() {
        Some(source) => error.with_source(source),
        None => error,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slow_disk_is_given_threads_for_a_while() {
        let (pace, start) = (Pace::default(), Instant::now());
        pace.note(start, start + Pace::PROMPT);
        assert!(!pace.is_slow(start));
        let end = start + Pace::PROMPT * 2;
        pace.note(start, end);
        assert!(pace.is_slow(end));
        assert!(!pace.is_slow(end + Pace::SLOW_FOR));
    }

    #[tokio::test]
    async fn work_is_done_on_either_pace() {
        let pace = Pace::default();
        let here = std::thread::current().id();
        let thread = async || glance(&pace, || Ok(std::thread::current().id())).await;
        assert_eq!(thread().await.expect("no fault"), here);
        let now = Instant::now();
        pace.note(now, now + Pace::PROMPT * 1000);
        assert_ne!(thread().await.expect("no fault"), here);
    }
}
