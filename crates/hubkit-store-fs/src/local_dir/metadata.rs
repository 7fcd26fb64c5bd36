//! The record beside a downloaded file, as Python's client writes it: commit, digest and time, a line each.

use std::{
    fs::File,
    io::Read as _,
    path::Path,
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use hubkit_types::{BlobId, CommitId};

/// What is known of a file that was put into the folder.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(super) struct Record {
    pub(super) commit: CommitId,
    pub(super) blob: BlobId,
    /// Seconds since 1970.
    pub(super) written: f64,
}

impl Record {
    /// The record of a file that was last changed at this time, and not since.
    ///
    /// The time of the file itself is as good as the clock, and never behind it.
    pub(super) fn new(commit: CommitId, blob: BlobId, modified: SystemTime) -> Self {
        Self {
            commit,
            blob,
            written: seconds(modified),
        }
    }

    /// `None` when there is no record, or one that can't be understood.
    pub(super) fn read(path: &Path) -> Option<Self> {
        let mut text = String::new();
        let file = File::open(path).ok()?;
        file.take(1024).read_to_string(&mut text).ok()?;
        let mut lines = text.lines().map(str::trim);
        Some(Self {
            commit: lines.next()?.parse().ok()?,
            blob: lines.next()?.parse().ok()?,
            written: lines.next()?.parse().ok()?,
        })
    }

    pub(super) fn render(&self) -> String {
        format!("{}\n{}\n{:.6}\n", self.commit, self.blob, self.written)
    }

    /// Whether a file that was last changed at this time is still the recorded one. Python allows a second, since not
    /// every file system keeps time any finer.
    pub(super) fn still_holds(&self, modified: SystemTime) -> bool {
        seconds(modified) - 1.0 <= self.written
    }
}

fn seconds(time: SystemTime) -> f64 {
    time.duration_since(UNIX_EPOCH)
        .unwrap_or(Duration::ZERO)
        .as_secs_f64()
}
