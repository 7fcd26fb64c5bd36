//! Many files of one commit.

use std::{path::PathBuf, time::Duration};

use hubkit_plan::Selection;
use hubkit_store::{BlobKey, BlobStore as _, Entry, RefStore as _, Snapshot, StoreErrorKind};
use hubkit_types::{BlobId, CommitId, Repo, RepoPath, Revision, TreeFile};

use crate::{
    Client, Error, ErrorKind, Event, PlannedFile, Progress, SnapshotPlan, Standing,
    listing::ListingSource,
};

/// Which files of which state of a repository are wanted.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct SnapshotRequest {
    /// The repository.
    pub repo: Repo,
    /// The state; `main` unless told otherwise.
    pub revision: Revision,
    /// Patterns of paths to take and to leave; everything unless told otherwise.
    pub selection: Selection,
    /// Exactly these files, and an error if one does not exist; all that the selection keeps when empty.
    pub files: Vec<RepoPath>,
    /// The commit that the revision must be; any unless told otherwise.
    pub expected: Option<CommitId>,
    /// Whether what the store has is read and held against its digests, and fetched anew where it is something else; its
    /// lengths are looked at in any case.
    pub checked: bool,
}

impl SnapshotRequest {
    /// Everything on `main`.
    pub fn new(repo: Repo) -> Self {
        Self {
            repo,
            revision: Revision::main(),
            selection: Selection::default(),
            files: Vec::new(),
            expected: None,
            checked: false,
        }
    }

    /// Another state.
    pub fn with_revision(mut self, revision: Revision) -> Self {
        self.revision = revision;
        self
    }

    /// Only what the patterns keep.
    pub fn with_selection(mut self, selection: Selection) -> Self {
        self.selection = selection;
        self
    }

    /// Only these files.
    pub fn with_files(mut self, files: Vec<RepoPath>) -> Self {
        self.files = files;
        self
    }

    /// Only if the revision is this commit; else an error of kind [`OtherCommit`](ErrorKind::OtherCommit), before any file
    /// is asked for and before anything is written.
    pub fn expecting(mut self, commit: CommitId) -> Self {
        self.expected = Some(commit);
        self
    }

    /// With every byte that the store has held against its digest.
    pub fn checking(mut self) -> Self {
        self.checked = true;
        self
    }
}

/// How a file came to be in the store.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Source {
    /// Its bytes moved, and were verified.
    Fetched,
    /// It was there.
    Reused,
}

/// A file that is in the store.
#[derive(Clone, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub struct LocalFile {
    /// Its path in the repository.
    pub path: RepoPath,
    /// Its length in bytes.
    pub size: u64,
    /// Its digest, where the store knows it.
    pub blob: Option<BlobId>,
    /// Its path on this machine, where the store keeps files by their paths.
    pub local_path: Option<PathBuf>,
    /// How it came there.
    pub source: Source,
}

/// Files of one commit that are in the store.
#[derive(Clone, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub struct LocalSnapshot {
    /// The repository.
    pub repo: Repo,
    /// The commit.
    pub commit: CommitId,
    /// The folder that holds the files by their paths, where the store has one.
    pub folder: Option<PathBuf>,
    /// The files, sorted by path.
    pub files: Vec<LocalFile>,
}

impl Client {
    /// Brings the files of a snapshot into the store and returns where they are: [`plan`](Client::plan), and then
    /// [`carry_out`](Client::carry_out).
    ///
    /// The revision is resolved once; everything else is asked of its commit. Nothing is written before the names of all
    /// wanted files are known to be safe together. Every file that moves is verified against the digest in the listing;
    /// the snapshot becomes visible only when all of them are there. A commit whose listing and files are in the store
    /// takes no request at all. Where something goes away meanwhile that was in the store, or turns out to be damaged, all
    /// is planned anew, once.
    ///
    /// # Cancellation
    ///
    /// Dropping the future keeps the files that were verified so far; nothing unverified ever has a file's name.
    ///
    /// # Errors
    ///
    /// Of any kind; see [`ErrorKind`] for what to do about each.
    pub async fn snapshot(
        &self,
        request: &SnapshotRequest,
        progress: &dyn Progress,
    ) -> Result<LocalSnapshot, Error> {
        let plan = Box::pin(self.plan(request, progress)).await?;
        match self.carry_out(plan, progress).await {
            Err(error) if is_gone(&error) => {
                tell_gone(&error, progress);
                let plan = Box::pin(self.plan(request, progress)).await?;
                self.carry_out(plan, progress).await
            }
            other => other,
        }
    }

    /// Brings into the store what a plan lacks, and returns where all its files are.
    ///
    /// The plan is taken for what it was when it was made: a file that went away since then is an error, and can be
    /// planned anew.
    ///
    /// # Cancellation
    ///
    /// Dropping the future keeps the files that were verified so far; nothing unverified ever has a file's name.
    ///
    /// # Errors
    ///
    /// The [obstacle](SnapshotPlan::obstacle) of the plan, before anything is asked or written; those of
    /// [`Client::snapshot`].
    pub async fn carry_out(
        &self,
        plan: SnapshotPlan,
        progress: &dyn Progress,
    ) -> Result<LocalSnapshot, Error> {
        let all_present = plan.all_present();
        let missing: Vec<TreeFile> = plan.missing().cloned().collect();
        let SnapshotPlan {
            repo,
            revision,
            commit,
            files: planned,
            damaged,
            obstacle,
            listing,
            source,
            ..
        } = plan;
        if let Some(obstacle) = obstacle {
            return Err(obstacle);
        }
        let tell = |standings: &[Standing]| {
            for each in &planned {
                if standings.contains(&each.standing) {
                    let (path, size) = (&each.file.path, each.file.size);
                    progress.event(&Event::Reused { path, size });
                }
            }
        };
        tell(&[Standing::Present, Standing::Held]);
        for blob in damaged {
            // It would pass for what is to be fetched.
            let key = BlobKey::new(repo.clone(), blob);
            self.0.store.remove(key).await?;
        }
        self.acquire(&repo, commit, &missing, progress).await?;
        tell(&[Standing::Shared]);
        if source == ListingSource::Hub
            || !all_present
            || self.is_unnamed(&repo, &revision, commit).await?
        {
            let snapshot = Snapshot {
                repo: repo.clone(),
                commit,
                revision: Some(revision),
                files: planned.iter().map(|each| each.file.clone()).collect(),
                listing,
            };
            self.record(snapshot, all_present).await?;
        }
        if !all_present {
            self.check_arrived(&repo, commit, &planned).await?;
        }
        // Only now: a store has no folder for a commit before it holds something of it.
        let folder = self.0.store.snapshot_path(&repo, commit);
        let local = |PlannedFile { file, standing }| LocalFile {
            blob: Some(file.blob()),
            local_path: folder
                .as_ref()
                .map(|folder| folder.join(file.path.as_str())),
            path: file.path,
            size: file.size,
            source: match standing {
                Standing::Present | Standing::Held => Source::Reused,
                Standing::Shared | Standing::Missing => Source::Fetched,
            },
        };
        let files = planned.into_iter().map(local).collect();
        Ok(LocalSnapshot {
            repo,
            commit,
            folder,
            files,
        })
    }

    /// Whether everything that the listing promised is in the store now, under its path and of its length.
    async fn check_arrived(
        &self,
        repo: &Repo,
        commit: CommitId,
        planned: &[PlannedFile],
    ) -> Result<(), Error> {
        let paths = planned.iter().map(|each| each.file.path.clone()).collect();
        let entries = self.0.store.entries(repo.clone(), commit, paths).await?;
        for (PlannedFile { file, .. }, entry) in planned.iter().zip(entries) {
            if !matches!(entry, Entry::Present { size, .. } if size == file.size) {
                let path = &file.path;
                let message = format!(
                    "`{path}` of {repo} at {commit} was fetched and is not in the store: something removes files there"
                );
                return Err(Error::new(ErrorKind::Integrity, message));
            }
        }
        Ok(())
    }

    /// Whether the store would not find this commit by this name.
    async fn is_unnamed(
        &self,
        repo: &Repo,
        revision: &Revision,
        commit: CommitId,
    ) -> Result<bool, Error> {
        Ok(self.0.store.resolve(repo.clone(), revision.clone()).await? != Some(commit))
    }

    /// Records a snapshot. Where every file was there before, a store that can't be written to is no obstacle: what
    /// would be recorded is a convenience for the next time.
    pub(crate) async fn record(&self, snapshot: Snapshot, all_present: bool) -> Result<(), Error> {
        use hubkit_store::StoreErrorKind::{Denied, Full};
        match self.0.store.record(snapshot).await {
            Err(error) if all_present && matches!(error.kind(), Denied | Full) => Ok(()),
            other => Ok(other?),
        }
    }
}

/// Whether something that the store was counted on for is not there, or was found damaged when it was needed. The store
/// knows better by now.
pub(crate) fn is_gone(error: &Error) -> bool {
    error.store_kind() == Some(StoreErrorKind::NotFound)
}

/// Says why everything is looked at once more.
pub(crate) fn tell_gone(error: &Error, progress: &dyn Progress) {
    progress.event(&Event::Waiting {
        reason: &error.to_string(),
        delay: Duration::ZERO,
    });
}
