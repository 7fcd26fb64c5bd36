//! What bringing a snapshot into the store takes, before any of it is brought.

use std::{collections::BTreeSet, mem};

use hubkit_api::Sibling;
use hubkit_plan::collisions;
use hubkit_store::{BlobStore as _, Entry, RefStore as _, Snapshot};
use hubkit_types::{BlobId, CommitId, Repo, RepoPath, Revision, TreeFile};

use crate::{
    Client, Connectivity, Error, ErrorKind, Event, Progress, SnapshotRequest,
    foresight::Foresight,
    listing::{Listing, ListingSource, unsafe_name},
};

/// How much of a wanted file is in the store.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Standing {
    /// The file lies under its path.
    Present,
    /// Its bytes are there, and not under this path yet. None need move.
    Held,
    /// Its bytes are those of another file of the plan that is missing, and come with it.
    Shared,
    /// Its bytes must move. What an earlier transfer left of them need not; that is known only when it goes on.
    Missing,
}

/// A wanted file, and how much of it is in the store.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct PlannedFile {
    /// The file: its path, its length in bytes and its digest.
    pub file: TreeFile,
    /// How much of it is there.
    pub standing: Standing,
}

impl PlannedFile {
    /// How many bytes must move for it, at most.
    pub fn missing(&self) -> u64 {
        match self.standing {
            Standing::Missing => self.file.size,
            Standing::Present | Standing::Held | Standing::Shared => 0,
        }
    }
}

/// What bringing a snapshot into the store takes. [`Client::plan`] makes it, [`Client::carry_out`] does it.
#[derive(Debug)]
pub struct SnapshotPlan {
    pub(crate) repo: Repo,
    pub(crate) revision: Revision,
    pub(crate) commit: CommitId,
    pub(crate) files: Vec<PlannedFile>,
    /// What the store has and is not what it should be.
    pub(crate) damaged: BTreeSet<BlobId>,
    pub(crate) room: Option<u64>,
    pub(crate) obstacle: Option<Error>,
    /// Everything that the commit holds, where it should be recorded and is known for certain.
    pub(crate) listing: Option<Vec<TreeFile>>,
    pub(crate) source: ListingSource,
}

impl SnapshotPlan {
    /// The repository.
    pub fn repo(&self) -> &Repo {
        &self.repo
    }

    /// What was asked for.
    pub fn revision(&self) -> &Revision {
        &self.revision
    }

    /// What it is.
    pub fn commit(&self) -> CommitId {
        self.commit
    }

    /// The wanted files, sorted by path.
    pub fn files(&self) -> &[PlannedFile] {
        &self.files
    }

    /// How many bytes the wanted files have together.
    pub fn bytes(&self) -> u64 {
        total(self.files.iter().map(|planned| planned.file.size))
    }

    /// How many bytes must move, at most.
    pub fn missing_bytes(&self) -> u64 {
        total(self.files.iter().map(PlannedFile::missing))
    }

    /// The files whose bytes must move.
    pub fn missing(&self) -> impl Iterator<Item = &TreeFile> {
        let missing = self.files.iter();
        missing
            .filter(|planned| planned.standing == Standing::Missing)
            .map(|planned| &planned.file)
    }

    /// How many more bytes the store had room for; `None` where it can't tell, or where nothing must move.
    pub fn room(&self) -> Option<u64> {
        self.room
    }

    /// What is in the way: a file of the user's that the store would not replace, or bytes that are not there while the
    /// client is offline. [`Client::carry_out`] fails with it.
    pub fn obstacle(&self) -> Option<&Error> {
        self.obstacle.as_ref()
    }

    pub(crate) fn all_present(&self) -> bool {
        let mut files = self.files.iter();
        files.all(|planned| planned.standing == Standing::Present)
    }
}

impl Client {
    /// Finds out what bringing a snapshot into the store takes: which commit, which files, and how much of them is there.
    /// Moves no file and writes nothing.
    ///
    /// All names are checked here, before the first byte of a file is asked for: none may lead out of a folder or into
    /// the private folders of git and of hub clients, and no two may be one file on some system.
    ///
    /// # Cancellation
    ///
    /// Dropping the future leaves no trace.
    ///
    /// # Errors
    ///
    /// `OtherCommit` when the revision is not the expected commit; `Unsafe`, `FileNotFound`; those of [`Client::info`].
    pub async fn plan(
        &self,
        request: &SnapshotRequest,
        progress: &dyn Progress,
    ) -> Result<SnapshotPlan, Error> {
        let repo = &request.repo;
        let revision = &request.revision;
        // Boxed: it is short-lived, and the rest need not carry it.
        let resolved = Box::pin(self.resolve_foreseeing(request, progress)).await?;
        let (commit, named, mut foresight) = resolved;
        expect(repo, revision, commit, request.expected)?;
        let listing = match &mut foresight {
            Some(foresight) => Listing::recorded(mem::take(&mut foresight.listing)),
            None => self.listing(repo, commit, progress).await?,
        };
        self.check_named(repo, &listing, &named)?;
        if request.files.is_empty()
            && let Some(refused) = listing
                .refused
                .iter()
                .find(|refused| request.selection.keeps_text(refused.text()))
        {
            return Err(unsafe_name(repo, refused));
        }
        let wanted = select(request, &listing.files, commit)?;
        collisions::check(wanted.iter().map(|file| &file.path)).map_err(|collision| {
            Error::new(ErrorKind::Unsafe, collision.to_string()).with_source(collision)
        })?;
        let snapshot = Snapshot {
            repo: repo.clone(),
            commit,
            revision: Some(revision.clone()),
            files: wanted.clone(),
            listing: None,
        };
        // Before anything else is asked of the store: it comes to know what of the user's is as it should be.
        let obstacle = self.0.store.check(snapshot).await.err().map(Error::from);
        // What is recorded must be all of it: a part would pass for the whole.
        let is_whole = listing.source != ListingSource::Found && listing.refused.is_empty();
        let mut plan = SnapshotPlan {
            repo: repo.clone(),
            revision: revision.clone(),
            commit,
            files: self.sort_out(repo, commit, wanted, foresight).await?,
            damaged: BTreeSet::new(),
            room: None,
            obstacle,
            listing: is_whole.then_some(listing.files),
            source: listing.source,
        };
        if request.checked {
            let checking = self.hold_against_digests(repo, &mut plan.files);
            plan.damaged = Box::pin(checking).await;
        }
        progress.event(&Event::Planned {
            files: plan.files.len(),
            bytes: plan.bytes(),
            missing: plan.missing_bytes(),
        });
        let missing = plan.missing().count();
        if missing > 0 {
            plan.room = self.0.store.room(plan.repo.clone()).await?;
        }
        if missing > 0 && self.connectivity() == Connectivity::Offline {
            plan.obstacle = Some(if plan.damaged.is_empty() {
                offline_misses(&plan, missing)
            } else {
                offline_damage(&plan)
            });
        }
        Ok(plan)
    }

    /// Whether the hub's listing holds every file that the hub named when it was asked for the commit. The other way round
    /// it need not: of a very large repository not all are named.
    fn check_named(&self, repo: &Repo, listing: &Listing, named: &[Sibling]) -> Result<(), Error> {
        let files = &listing.files;
        let is_listed = |path| files.binary_search_by(|file| file.path.cmp(path)).is_ok();
        let lost = named.iter().find(|sibling| !is_listed(&sibling.path));
        match lost.filter(|_| listing.source == ListingSource::Hub) {
            None => Ok(()),
            Some(Sibling { path, .. }) => {
                let message = format!(
                    "the listing lacks `{path}`, which the hub names elsewhere, so it is not whole"
                );
                let error = Error::new(ErrorKind::Protocol, message);
                Err(self.within(Some(repo), error))
            }
        }
    }

    /// Tells what is in the store from what must move. Two paths of one blob move once.
    async fn sort_out(
        &self,
        repo: &Repo,
        commit: CommitId,
        wanted: Vec<TreeFile>,
        foresight: Option<Foresight>,
    ) -> Result<Vec<PlannedFile>, Error> {
        let foreseen = foresight.and_then(|seen| seen.into_entries(&wanted));
        let entries = if let Some(entries) = foreseen {
            entries
        } else {
            let paths = wanted.iter().map(|file| file.path.clone()).collect();
            self.0.store.entries(repo.clone(), commit, paths).await?
        };
        let mut missing: BTreeSet<BlobId> = BTreeSet::new();
        let mut files = Vec::with_capacity(wanted.len());
        for (file, entry) in wanted.into_iter().zip(entries) {
            let standing = if is_this(&entry, &file) {
                Standing::Present
            } else if missing.contains(&file.blob()) {
                Standing::Shared
            } else if self.holds(repo, &file).await? {
                Standing::Held
            } else {
                missing.insert(file.blob());
                Standing::Missing
            };
            files.push(PlannedFile { file, standing });
        }
        Ok(files)
    }
}

/// Fails unless the revision is the commit that was expected, if one was.
pub(crate) fn expect(
    repo: &Repo,
    revision: &Revision,
    found: CommitId,
    expected: Option<CommitId>,
) -> Result<(), Error> {
    match expected.filter(|expected| *expected != found) {
        None => Ok(()),
        Some(expected) => {
            let message =
                format!("`{revision}` of {repo} is {found}, where {expected} was expected");
            Err(Error::new(ErrorKind::OtherCommit, message))
        }
    }
}

/// Whether the store holds this file under its path, as far as can be told without reading it.
pub(crate) fn is_this(entry: &Entry, file: &TreeFile) -> bool {
    match entry {
        Entry::Present { size, blob } => {
            *size == file.size && blob.is_none_or(|blob| blob == file.blob())
        }
        Entry::Absent | Entry::Unknown => false,
    }
}

/// Sizes are a stranger's words: their sum may be more than a number holds.
fn total(sizes: impl Iterator<Item = u64>) -> u64 {
    sizes.fold(0, u64::saturating_add)
}

pub(crate) fn select(
    request: &SnapshotRequest,
    listing: &[TreeFile],
    commit: CommitId,
) -> Result<Vec<TreeFile>, Error> {
    if request.files.is_empty() {
        return Ok(listing
            .iter()
            .filter(|file| request.selection.keeps(&file.path))
            .cloned()
            .collect());
    }
    let find = |path: &RepoPath| {
        let found = listing.binary_search_by(|file| file.path.cmp(path)).ok();
        found.map(|at| listing[at].clone()).ok_or_else(|| {
            let message = format!("{} at {commit} has no file `{path}`", request.repo);
            Error::new(ErrorKind::FileNotFound, message)
        })
    };
    let mut files: Vec<TreeFile> = request.files.iter().map(find).collect::<Result<_, _>>()?;
    files.sort_by(|a, b| a.path.cmp(&b.path));
    files.dedup_by(|a, b| a.path == b.path);
    Ok(files)
}

fn offline_damage(plan: &SnapshotPlan) -> Error {
    let is_damaged = |file: &&TreeFile| plan.damaged.contains(&file.blob());
    let first = plan.missing().find(is_damaged);
    let first = first.map_or("", |file| file.path.as_str());
    let (repo, commit) = (&plan.repo, plan.commit);
    let message = format!("`{first}` of {repo} at {commit} is damaged, and the client is offline");
    Error::new(ErrorKind::Integrity, message)
}

fn offline_misses(plan: &SnapshotPlan, missing: usize) -> Error {
    let first = plan.missing().next();
    let first = first.map_or("", |file| file.path.as_str());
    let (repo, commit) = (&plan.repo, plan.commit);
    let message = format!(
        "{missing} of the wanted files of {repo} at {commit} are not in the store, `{first}` among them, and the client is offline"
    );
    Error::new(ErrorKind::Offline, message)
}
