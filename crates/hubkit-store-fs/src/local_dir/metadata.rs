//! The record beside a downloaded file, as Python's client writes it: commit, digest and time, a line each.
//!
//! Where the file's name is too long to be part of the record's, a fourth line says which file it is of.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use hubkit_types::{BlobId, CommitId, RepoPath};

/// What is known of a file that was put into the folder.
#[derive(Clone, PartialEq, Debug)]
pub(super) struct Record {
    pub(super) commit: CommitId,
    pub(super) blob: BlobId,
    /// Seconds since 1970.
    pub(super) written: f64,
    /// Which file it is of, where the record's name does not say it.
    pub(super) path: Option<RepoPath>,
}

/// How far the time of a file may be from the recorded one.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Tolerance {
    /// A second, as for Python: its record has the time at which it was written. Enough for saying that a file is there.
    Second,
    /// None but what the record rounds away. For a file that is about to be lost.
    None,
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
            path: None,
        }
    }

    /// The longest record that is read, in bytes: three lines and a path.
    pub(super) const LONGEST: u64 = 8 << 10;

    /// `None` for what can't be understood.
    pub(super) fn parse(bytes: &[u8]) -> Option<Self> {
        let text = std::str::from_utf8(bytes).ok()?;
        let mut lines = text.lines().map(str::trim);
        Some(Self {
            commit: lines.next()?.parse().ok()?,
            blob: lines.next()?.parse().ok()?,
            written: lines
                .next()?
                .parse()
                .ok()
                .filter(|written: &f64| written.is_finite())?,
            path: lines.next().and_then(|path| path.parse().ok()),
        })
    }

    pub(super) fn render(&self) -> String {
        let mut text = format!("{}\n{}\n{:.6}\n", self.commit, self.blob, self.written);
        if let Some(path) = &self.path {
            text.push_str(path.as_str());
            text.push('\n');
        }
        text
    }

    /// Whether a file that was last changed at this time is still the recorded one, as far as its time tells: a file
    /// that someone put in its place may be older as well as newer.
    pub(super) fn has_time(&self, modified: SystemTime, tolerance: Tolerance) -> bool {
        let most = match tolerance {
            Tolerance::Second => 1.0,
            // Microseconds are written, and a number of this kind is good for a quarter of one today.
            Tolerance::None => 2e-6,
        };
        (seconds(modified) - self.written).abs() <= most
    }
}

fn seconds(time: SystemTime) -> f64 {
    time.duration_since(UNIX_EPOCH)
        .unwrap_or(Duration::ZERO)
        .as_secs_f64()
}
