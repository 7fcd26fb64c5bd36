//! Repositories that are open already.

use std::{
    collections::VecDeque,
    fmt,
    path::{Path, PathBuf},
    sync::{Mutex, MutexGuard, PoisonError},
};

use crate::{GitError, Repository};

/// Handles that nobody uses at the moment. One thread at a time may use a handle, so each caller takes one out, or opens
/// another, and puts it back; how many wait here is bounded, and with them the files that are open.
#[derive(Default)]
pub(super) struct Handles(Mutex<VecDeque<(PathBuf, Repository)>>);

impl Handles {
    const MOST: usize = 64;

    /// Works with the repository in a folder. A handle that met a fault is not used again.
    pub(super) fn with<T>(
        &self,
        folder: &Path,
        work: impl FnOnce(&Repository) -> Result<T, GitError>,
    ) -> Result<T, GitError> {
        let repository = match self.take(folder) {
            Some(repository) => repository,
            None => Repository::open(folder)?,
        };
        let done = work(&repository)?;
        let mut idle = self.lock();
        idle.truncate(Self::MOST - 1);
        idle.push_front((folder.to_owned(), repository));
        Ok(done)
    }

    fn take(&self, folder: &Path) -> Option<Repository> {
        let mut idle = self.lock();
        let index = idle.iter().position(|(held, _)| held == folder)?;
        idle.remove(index).map(|(_, repository)| repository)
    }

    fn lock(&self) -> MutexGuard<'_, VecDeque<(PathBuf, Repository)>> {
        // A list that a panicking thread left holds whole handles, if fewer.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for Handles {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Handles")
    }
}
