//! Ending what is being written, from another thread.

use std::{
    collections::HashSet,
    fs, io,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

/// Ends the writing of files from another thread: what is not whole by then goes, at once. Its clones are one.
///
/// ```
/// use hubkit_safetensors::{Existing, NewFile, Stop};
///
/// # fn main() -> std::io::Result<()> {
/// # let folder = tempfile::tempdir()?;
/// # let target = folder.path().join("model.safetensors");
/// let stop = Stop::new();
/// let file = NewFile::create_until(&target, Existing::Keep, &stop)?;
/// stop.stop();
/// assert!(file.publish().is_err());
/// assert_eq!(std::fs::read_dir(folder.path())?.count(), 0);
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Default, Debug)]
pub struct Stop(Arc<Mutex<State>>);

#[derive(Default, Debug)]
struct State {
    is_stopped: bool,
    temporaries: HashSet<PathBuf>,
}

impl Stop {
    /// One that has stopped nothing yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Removes what is not whole, and makes all further writing an error. Once is enough.
    pub fn stop(&self) {
        let mut state = self.state();
        state.is_stopped = true;
        for temporary in state.temporaries.drain() {
            // Where what is open can't be removed, its writer does so at the next piece.
            let _ = fs::remove_file(temporary);
        }
    }

    /// Whether that was said.
    pub fn is_stopped(&self) -> bool {
        self.state().is_stopped
    }

    /// Does something to a temporary file, and nothing once all is stopped.
    pub(crate) fn unless_stopped<T>(
        &self,
        temporary: &Path,
        work: impl FnOnce() -> io::Result<T>,
    ) -> io::Result<T> {
        let mut state = self.state();
        if state.is_stopped {
            return Err(io::Error::other("it was stopped"));
        }
        let done = work()?;
        state.temporaries.insert(temporary.to_owned());
        Ok(done)
    }

    pub(crate) fn forget(&self, temporary: &Path) {
        self.state().temporaries.remove(temporary);
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
