//! Whether a file is still the one it was.

use std::{
    fs::{self, Metadata},
    path::Path,
    time::SystemTime,
};

/// What of a file tells that it was changed or replaced.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Stamp {
    pub(crate) size: u64,
    modified: Option<SystemTime>,
    created: Option<SystemTime>,
    #[cfg(unix)]
    identity: (u64, u64, i64, i64),
}

impl Stamp {
    pub(crate) fn of(metadata: &Metadata) -> Self {
        #[cfg(unix)]
        use std::os::unix::fs::MetadataExt as _;
        Self {
            size: metadata.len(),
            modified: metadata.modified().ok(),
            created: metadata.created().ok(),
            #[cfg(unix)]
            identity: (
                metadata.dev(),
                metadata.ino(),
                metadata.ctime(),
                metadata.ctime_nsec(),
            ),
        }
    }

    pub(crate) fn modified(&self) -> Option<SystemTime> {
        self.modified
    }

    /// The stamp of the file at a place now, if there is a file.
    pub(crate) fn at(location: &Path) -> Option<Self> {
        let metadata = fs::metadata(location).ok()?;
        metadata.is_file().then(|| Self::of(&metadata))
    }
}
