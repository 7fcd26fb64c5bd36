//! What is in the folder: files, blobs that wait for their place, and what is known of commits.

use std::{
    collections::BTreeSet,
    fs::File,
    path::{Path, PathBuf},
    sync::Arc,
};

use hubkit_store::{BlobKey, Entry, StoreError, StoreErrorKind};
use hubkit_types::{BlobId, CommitId, Repo, RepoPath, Revision, TreeFile};

use super::{
    beneath::{Folder, Kind, Look, Reached},
    metadata::{Record, Tolerance},
    reuse::Lender,
    state::{FolderState, Opened, waiting_name},
};
use crate::{blocking::store_error, digest};

/// What stands at a path of the folder.
pub(super) enum Found {
    Nothing,
    /// Something that is no folder: a file, a link at the end of the path, a pipe.
    There(Standing),
    Folder,
    /// A link or a file where the path needs a folder.
    Blocked(PathBuf),
}

/// What stands at a path, and the folder in which it does.
pub(super) struct Standing {
    pub(super) folder: Folder,
    pub(super) look: Look,
}

/// Where a blob can be had.
pub(super) enum Source {
    /// Among those that wait for their place.
    Waiting,
    /// In a file of the folder.
    Own(RepoPath),
    /// In the shared cache.
    Cached(PathBuf),
}

pub(super) struct Blob {
    pub(super) source: Source,
    pub(super) size: u64,
}

impl FolderState {
    /// Where a blob is, and its length.
    pub(super) fn blob(&self, key: &BlobKey) -> Result<Option<Blob>, StoreError> {
        let own = self.within(None, |opened| opened.blob(key.id))?;
        if own.is_some() {
            return Ok(own);
        }
        let lent = self.lender().and_then(|lender| lender.find(key));
        Ok(lent.map(|(path, size)| Blob {
            source: Source::Cached(path),
            size,
        }))
    }

    /// Every blob of the folder's own.
    pub(super) fn blobs(&self) -> Result<Vec<BlobId>, StoreError> {
        match self.open()? {
            Some(opened) => opened.blobs(),
            None => Ok(Vec::new()),
        }
    }

    /// The bytes of a blob.
    pub(super) fn open_blob(&self, id: BlobId, source: &Source) -> Result<File, StoreError> {
        let unreadable =
            |path: &Path, fault| StoreError::io(format!("can't read `{}`", path.display()), fault);
        if let Source::Cached(path) = source {
            return File::open(path).map_err(|fault| unreadable(path, fault));
        }
        let file = self.within(None, |opened| match source {
            Source::Waiting => Ok(Some(opened.download()?.open(&waiting_name(id))?)),
            Source::Own(path) => match opened.find(path)? {
                Found::There(standing) => Ok(Some(standing.folder.open(path.file_name())?)),
                _ => Ok(None),
            },
            Source::Cached(_) => Ok(None),
        })?;
        file.ok_or_else(|| {
            let message = format!("blob {id} is no longer in the folder");
            StoreError::new(StoreErrorKind::NotFound, message)
        })
    }

    /// The path of a blob.
    pub(super) fn path_of(&self, id: BlobId, source: Source) -> PathBuf {
        match source {
            Source::Waiting => self.waiting_path(id),
            Source::Own(path) => self.root().join(path.as_str()),
            Source::Cached(path) => path,
        }
    }

    /// The commit that a revision is: one of which anything is here, or what the cache has under that name.
    pub(super) fn resolve(
        &self,
        repo: &Repo,
        revision: &Revision,
    ) -> Result<Option<CommitId>, StoreError> {
        let lent = |lender: &Lender| lender.resolve(repo, revision);
        match revision.as_commit() {
            Some(commit) if self.knows(commit)? => Ok(Some(commit)),
            _ => Ok(self.lender().and_then(lent)),
        }
    }

    /// Everything that a commit holds, from the folder's listing or else the cache's.
    pub(super) fn listing(
        &self,
        repo: &Repo,
        commit: CommitId,
    ) -> Result<Option<Arc<Vec<TreeFile>>>, StoreError> {
        let own = self.trees().read(commit).map_err(store_error)?;
        Ok(own.or_else(|| self.lender()?.listing(repo, commit)))
    }

    fn facts(
        &self,
        repo: &Repo,
        commit: CommitId,
    ) -> Result<Option<Arc<Vec<TreeFile>>>, StoreError> {
        let own = self.trees().facts(commit).map_err(store_error)?;
        Ok(own.or_else(|| self.lender()?.listing(repo, commit)))
    }

    /// Whether anything of a commit is in the folder.
    pub(super) fn knows(&self, commit: CommitId) -> Result<bool, StoreError> {
        if self.trees().facts(commit).map_err(store_error)?.is_some() {
            return Ok(true);
        }
        let records = match self.open()? {
            Some(opened) => opened.records()?,
            None => Vec::new(),
        };
        Ok(records.iter().any(|(_, record)| record.commit == commit))
    }

    pub(super) fn entries(
        &self,
        repo: &Repo,
        commit: CommitId,
        paths: &[RepoPath],
    ) -> Result<Vec<Entry>, StoreError> {
        let listing = self.facts(repo, commit)?;
        let opened = self.open()?;
        let entry = |path| {
            let listed = listing.as_deref().and_then(|listing| listed(listing, path));
            let present = match &opened {
                Some(opened) => opened.present(commit, path, listed)?,
                None => None,
            };
            Ok(match present {
                Some((size, blob)) => Entry::Present {
                    size,
                    blob: Some(blob),
                },
                None if listing.is_some() && listed.is_none() => Entry::Absent,
                None => Entry::Unknown,
            })
        };
        paths.iter().map(entry).collect()
    }

    pub(super) fn files(&self, repo: &Repo, commit: CommitId) -> Result<Vec<TreeFile>, StoreError> {
        let listing = self.facts(repo, commit)?;
        let listing = listing.as_deref().map_or(&[][..], Vec::as_slice);
        let mut paths: BTreeSet<RepoPath> = listing.iter().map(|file| file.path.clone()).collect();
        self.within(Vec::new(), |opened| {
            paths.extend(opened.records()?.into_iter().map(|(path, _)| path));
            let mut files = Vec::new();
            for path in paths {
                let listed = listed(listing, &path);
                if let Some((size, blob)) = opened.present(commit, &path, listed)? {
                    let described = || digest::tree_file(path, size, blob);
                    files.push(listed.cloned().unwrap_or_else(described));
                }
            }
            Ok(files)
        })
    }
}

impl Opened<'_> {
    /// What stands at a path.
    pub(super) fn find(&self, path: &RepoPath) -> Result<Found, StoreError> {
        let folder = match self.root.reach(path.parent().unwrap_or_default())? {
            Reached::End(folder) => folder,
            Reached::Short(_) => return Ok(Found::Nothing),
            Reached::Blocked(at) => return Ok(Found::Blocked(at)),
        };
        Ok(match folder.look(path.file_name())? {
            None => Found::Nothing,
            Some(look) if look.kind == Kind::Folder => Found::Folder,
            Some(look) => Found::There(Standing { folder, look }),
        })
    }

    /// The record of a file that is still as it was recorded. A file whose time is not the recorded one is read.
    pub(super) fn record_of(
        &self,
        path: &RepoPath,
        standing: &Standing,
        tolerance: Tolerance,
    ) -> Result<Option<Record>, StoreError> {
        let is_file = standing.look.kind == Kind::File;
        let Some(record) = self.record(path).filter(|_| is_file) else {
            return Ok(None);
        };
        let modified = standing.look.modified;
        if modified.is_some_and(|modified| record.has_time(modified, tolerance)) {
            return Ok(Some(record));
        }
        let is_own = self.confirm(path, standing, record.blob)?;
        Ok(is_own.then_some(record))
    }

    /// Whether a file has the bytes it should have; reads it.
    pub(super) fn is(
        &self,
        path: &RepoPath,
        standing: &Standing,
        expected: &TreeFile,
    ) -> Result<bool, StoreError> {
        let look = standing.look;
        if look.kind != Kind::File || look.size != expected.size {
            return Ok(false);
        }
        self.confirm(path, standing, expected.blob())
    }

    fn confirm(
        &self,
        path: &RepoPath,
        standing: &Standing,
        id: BlobId,
    ) -> Result<bool, StoreError> {
        let file = standing.folder.open(path.file_name())?;
        let location = self.state.root().join(path.as_str());
        self.state.digests().confirm_open(&location, file, id)
    }

    /// A blob of the folder's own.
    fn blob(&self, id: BlobId) -> Result<Option<Blob>, StoreError> {
        if let Some(size) = self.waiting(id)? {
            let source = Source::Waiting;
            return Ok(Some(Blob { source, size }));
        }
        for path in self.recorded(id)? {
            if let Some(size) = self.holds(&path, id, Tolerance::Second)? {
                let source = Source::Own(path);
                return Ok(Some(Blob { source, size }));
            }
        }
        // One of the user's own that was read when somebody asked what stands in the way.
        let read = self.state.digests().find(self.state.root(), id);
        let Some(path) = read.and_then(|(path, _)| self.path_below(&path)) else {
            return Ok(None);
        };
        Ok(match self.find(&path)? {
            Found::There(standing) if self.confirm(&path, &standing, id)? => Some(Blob {
                source: Source::Own(path),
                size: standing.look.size,
            }),
            _ => None,
        })
    }

    /// The length of a blob that waits. What another process left there, or a crash, is read before it is believed, and
    /// goes when it is not the blob.
    fn waiting(&self, id: BlobId) -> Result<Option<u64>, StoreError> {
        let (Some(download), name) = (&self.download, waiting_name(id)) else {
            return Ok(None);
        };
        let Some(look) = download.look(&name)?.filter(|look| look.kind == Kind::File) else {
            return Ok(None);
        };
        let confirmed = download.open(&name).and_then(|file| {
            let location = self.state.waiting_path(id);
            self.state.digests().confirm_open(&location, file, id)
        });
        match confirmed {
            Ok(true) => Ok(Some(look.size)),
            Ok(false) => {
                // Who may only read leaves it there, and takes no notice of it.
                let _ = download.remove(&name);
                Ok(None)
            }
            Err(fault) if fault.kind() == StoreErrorKind::NotFound => Ok(None),
            Err(fault) => Err(fault),
        }
    }

    /// Every blob that waits or has its place.
    fn blobs(&self) -> Result<Vec<BlobId>, StoreError> {
        let mut blobs = BTreeSet::new();
        let names = match &self.download {
            Some(download) => download.walk()?,
            None => Vec::new(),
        };
        for name in names {
            let waiting = name.strip_suffix(".verified");
            blobs.extend(waiting.and_then(|id| id.parse::<BlobId>().ok()));
        }
        blobs.extend(self.with_index(|index| index.keys().copied().collect::<Vec<_>>())?);
        let mut here = Vec::new();
        for id in blobs {
            if self.blob(id)?.is_some() {
                here.push(id);
            }
        }
        Ok(here)
    }

    pub(super) fn remove(&self, id: BlobId) -> Result<bool, StoreError> {
        let Some(download) = &self.download else {
            return Ok(false);
        };
        let _alone = self.alone()?;
        let mut removed = download.remove(&waiting_name(id))?;
        for path in self.recorded(id)? {
            let Found::There(standing) = self.find(&path)? else {
                continue;
            };
            let record = self.record_of(&path, &standing, Tolerance::None)?;
            if record.is_some_and(|record| record.blob == id) {
                removed |= standing.folder.remove(path.file_name())?;
                self.remove_record(&path)?;
            }
        }
        Ok(removed)
    }

    /// The size and the digest of a file of a commit. One without a record that the listing describes is read.
    fn present(
        &self,
        commit: CommitId,
        path: &RepoPath,
        listed: Option<&TreeFile>,
    ) -> Result<Option<(u64, BlobId)>, StoreError> {
        let Found::There(standing) = self.find(path)? else {
            return Ok(None);
        };
        let size = standing.look.size;
        let record = self.record_of(path, &standing, Tolerance::Second)?;
        let right = match (record, listed) {
            (Some(record), Some(listed)) => {
                (record.blob == listed.blob() && size == listed.size).then_some(record.blob)
            }
            (Some(record), None) => (record.commit == commit).then_some(record.blob),
            (None, Some(listed)) => self.is(path, &standing, listed)?.then(|| listed.blob()),
            (None, None) => None,
        };
        Ok(right.map(|blob| (size, blob)))
    }

    /// The size of a file of the store's own that was recorded with this blob.
    fn holds(
        &self,
        path: &RepoPath,
        id: BlobId,
        tolerance: Tolerance,
    ) -> Result<Option<u64>, StoreError> {
        let Found::There(standing) = self.find(path)? else {
            return Ok(None);
        };
        let record = self.record_of(path, &standing, tolerance)?;
        let is_blob = record.is_some_and(|record| record.blob == id);
        Ok(is_blob.then_some(standing.look.size))
    }

    /// The path in a repository that a path on disk comes to.
    fn path_below(&self, location: &Path) -> Option<RepoPath> {
        let below = location.strip_prefix(self.state.root()).ok()?;
        below.to_str()?.replace('\\', "/").parse().ok()
    }
}

fn listed<'a>(listing: &'a [TreeFile], path: &RepoPath) -> Option<&'a TreeFile> {
    let index = listing.binary_search_by(|file| file.path.cmp(path));
    index.ok().map(|index| &listing[index])
}
