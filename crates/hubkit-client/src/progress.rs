//! What a transfer tells while it runs.

use std::time::Duration;

use hubkit_types::{BlobId, CommitId, Repo, RepoPath, Revision};

/// One thing that happened. Sizes are bytes.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub enum Event<'a> {
    /// A revision was resolved; everything after this is about the commit.
    Resolved {
        /// The repository.
        repo: &'a Repo,
        /// What was asked for.
        revision: &'a Revision,
        /// What it is.
        commit: CommitId,
    },
    /// It is known what there is to do.
    Planned {
        /// How many files are wanted.
        files: usize,
        /// How many bytes they have.
        bytes: u64,
        /// How many of those bytes must move; the rest is in the store.
        missing: u64,
    },
    /// A file was in the store already.
    Reused {
        /// Its path.
        path: &'a RepoPath,
        /// Its length.
        size: u64,
    },
    /// A file's transfer starts.
    Started {
        /// Its path.
        path: &'a RepoPath,
        /// Its length.
        size: u64,
    },
    /// Bytes of a file arrived.
    Received {
        /// The file.
        path: &'a RepoPath,
        /// How many arrived since the last such event.
        bytes: u64,
    },
    /// A file's transfer starts over: what had arrived does not count.
    Restarted {
        /// The file.
        path: &'a RepoPath,
        /// How many bytes no longer count.
        bytes: u64,
    },
    /// A file hashed to what it is called, and is in the store for good.
    Verified {
        /// The file.
        path: &'a RepoPath,
        /// Its length.
        size: u64,
        /// The digest that was confirmed.
        blob: BlobId,
    },
    /// Something failed and will be tried again.
    Waiting {
        /// What failed.
        reason: &'a str,
        /// How long until then.
        delay: Duration,
    },
}

/// Hears of events. Called from within transfers, so it should return at once.
///
/// Any `Fn(&Event)` is one.
pub trait Progress: Send + Sync {
    /// Takes note of an event.
    fn event(&self, event: &Event<'_>);
}

impl<F: Fn(&Event<'_>) + Send + Sync> Progress for F {
    fn event(&self, event: &Event<'_>) {
        self(event);
    }
}

/// Hears nothing.
#[derive(Clone, Copy, Default, Debug)]
pub struct Silent;

impl Progress for Silent {
    fn event(&self, _: &Event<'_>) {}
}
