//! What a transfer tells while it runs.

mod rate;
mod tally;

use std::{fmt, ops::Deref, sync::Arc, time::Duration};

use hubkit_types::{BlobId, CommitId, Repo, RepoId, RepoPath, Revision};

pub use rate::{Rate, average};
pub use tally::{FileTotals, Tally, Totals, Wait};

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
    /// Somebody else is bringing the same file into the store, and is waited for. Told again as it goes on.
    Busy {
        /// The file.
        path: &'a RepoPath,
        /// Its length.
        size: u64,
        /// Who that is, where the store can tell.
        holder: Option<&'a str>,
        /// How many bytes are there by now, where the store can tell.
        held: Option<u64>,
    },
    /// Bytes of a file were there from an earlier transfer that broke off; they need not move again. Follows `Started`.
    Resumed {
        /// The file.
        path: &'a RepoPath,
        /// How many.
        bytes: u64,
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
    /// The hub calls a repository otherwise than it was asked for: it was moved, or is spelled otherwise. What is kept is
    /// kept under the name that was asked for, so that whoever asks by that name again finds it.
    Renamed {
        /// What was asked for.
        repo: &'a Repo,
        /// What the hub calls it.
        name: &'a RepoId,
    },
    /// A listing names folders and nothing in them, so parts of it were lost on the way; the folders are listed one by
    /// one instead.
    ListingBroken {
        /// The repository.
        repo: &'a Repo,
        /// How many folders it is about.
        folders: usize,
    },
    /// Something failed or is not allowed yet, and will be tried again.
    Waiting {
        /// What failed, or why it is not allowed.
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

/// Who hears of what a call does that was not told whom to tell.
#[derive(Clone)]
pub(crate) struct Observer(Arc<dyn Progress>);

impl Observer {
    pub(crate) fn new(progress: impl Progress + 'static) -> Self {
        Self(Arc::new(progress))
    }
}

impl Deref for Observer {
    type Target = dyn Progress;

    fn deref(&self) -> &Self::Target {
        &*self.0
    }
}

impl fmt::Debug for Observer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Observer")
    }
}
