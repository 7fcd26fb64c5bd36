//! Disk work off the runtime's own threads.

use hubkit_cache::{CacheError, CacheErrorKind};
use hubkit_store::{StoreError, StoreErrorKind};
use tokio::task::{JoinError, spawn_blocking};

/// Runs disk work on a thread where waiting harms nobody. Work that began goes on when the future is dropped.
pub(crate) async fn run<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, StoreError> + Send + 'static,
) -> Result<T, StoreError> {
    spawn_blocking(work).await.map_err(lost)?
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
