//! What several trials use together.

use std::{
    fmt,
    sync::{Arc, OnceLock},
};

use anyhow::{Result, anyhow};

/// Something made by the first trial that asks, and dropped with the last trial. A `static` would never be dropped, and
/// a server in it never ended.
pub struct Shared<T>(Arc<OnceLock<Result<T, String>>>);

impl<T> Shared<T> {
    /// Returns what is shared, made now if nobody asked before. When it can't be made, nobody gets it.
    pub fn get(&self, make: impl FnOnce() -> Result<T>) -> Result<&T> {
        let shared = self
            .0
            .get_or_init(|| make().map_err(|error| format!("{error:#}")));
        shared
            .as_ref()
            .map_err(|error| anyhow!("what this trial shares can't be made: {error}"))
    }
}

impl<T> Default for Shared<T> {
    fn default() -> Self {
        Self(Arc::default())
    }
}

impl<T> Clone for Shared<T> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

impl<T> fmt::Debug for Shared<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Shared")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_made_once_and_dropped_with_its_last_user() {
        let (first, made) = (Shared::default(), Arc::new(()));
        let second = first.clone();
        assert!(first.get(|| Ok(Arc::clone(&made))).is_ok());
        assert!(second.get(|| anyhow::bail!("made twice")).is_ok());
        drop(first);
        assert_eq!(Arc::strong_count(&made), 2);
        drop(second);
        assert_eq!(Arc::strong_count(&made), 1);
    }

    #[test]
    fn what_can_not_be_made_fails_everyone() {
        let shared = Shared::<()>::default();
        for _ in 0..2 {
            let error = shared
                .get(|| anyhow::bail!("no port"))
                .expect_err("nothing");
            assert!(error.to_string().ends_with("no port"), "{error}");
        }
    }
}
