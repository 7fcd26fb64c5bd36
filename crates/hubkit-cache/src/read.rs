//! Reading. Opens nothing for writing and creates nothing: a cache on a read-only disk, or of another user, will do.

use std::{
    fs,
    path::{Path, PathBuf},
    sync::Arc,
};

use hubkit_types::{BlobId, CommitId, RepoPath, Revision, TreeFile};

use crate::{
    CacheError, CacheErrorKind, RepoCache,
    cache::{entries, shared_blobs},
    durable,
    error::found,
    read_plain,
    trees::REMEMBERED,
};

/// What the cache knows of one path of one commit.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Lookup {
    /// The file is here.
    Present {
        /// Where, below `snapshots`.
        path: PathBuf,
        /// Its length in bytes.
        size: u64,
        /// Its digest, as the name of the blob says it, or the listing where the file is not a link to a blob; `None`
        /// where neither does.
        blob: Option<BlobId>,
    },
    /// The commit is known to hold no such file.
    Absent,
    /// The cache can't tell: never fetched, or no longer whole.
    Unknown,
}

/// One file of a commit that is here.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct CachedFile {
    /// Where it lies in the repository.
    pub path: RepoPath,
    /// Where it lies on this machine, below `snapshots`.
    pub location: PathBuf,
    /// Its length in bytes.
    pub size: u64,
    /// Its digest, as the name of the blob says it, or the listing where the file is not a link to a blob.
    pub blob: Option<BlobId>,
}

/// One blob that is here.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Blob {
    /// The file.
    pub path: PathBuf,
    /// Its length in bytes.
    pub size: u64,
}

impl RepoCache {
    /// The commit that a revision had when it was last asked for; `None` when it never was, or when what was kept is
    /// no commit.
    pub fn resolve(&self, revision: &Revision) -> Result<Option<CommitId>, CacheError> {
        match self.existing("refs")? {
            Some(folder) => read_commit(&folder.join(revision.as_str())),
            None => Ok(None),
        }
    }

    /// Every revision that was kept with its commit, sorted.
    pub fn revisions(&self) -> Result<Vec<(Revision, CommitId)>, CacheError> {
        let mut revisions = Vec::new();
        let Some(folder) = self.existing("refs")? else {
            return Ok(revisions);
        };
        for (name, path) in walk(&folder)? {
            let Ok(revision) = name.parse::<Revision>() else {
                continue;
            };
            if !is_temporary(&name)
                && let Some(commit) = read_commit(&path)?
            {
                revisions.push((revision, commit));
            }
        }
        revisions.sort_unstable();
        Ok(revisions)
    }

    /// The folder of a commit's files, when there is one that is no link.
    pub fn snapshot(&self, commit: CommitId) -> Option<PathBuf> {
        self.existing(&format!("snapshots/{commit}")).ok()?
    }

    /// What is known of one path of a commit.
    ///
    /// A link to a blob that is gone, a file whose size is not the listed one, and a blob that is empty though its name is
    /// not that of no bytes, are `Unknown`, so that they are fetched again. A link that leads out of the repository's folder (other than to the cache's shared payloads) is an
    /// error of kind `Corrupt`.
    pub fn lookup(&self, commit: CommitId, path: &RepoPath) -> Result<Lookup, CacheError> {
        if self.existing("")?.is_none() {
            return Ok(Lookup::Unknown);
        }
        let listing = self.trees().facts(commit)?;
        self.lookup_in(commit, path, listing.as_ref().map(|listing| &listing[..]))
    }

    /// The same, by a listing that was read before.
    pub(crate) fn lookup_in(
        &self,
        commit: CommitId,
        path: &RepoPath,
        listing: Option<&[TreeFile]>,
    ) -> Result<Lookup, CacheError> {
        if let Some(present) = self.present(commit, path, listing)? {
            return Ok(Lookup::Present {
                path: present.location,
                size: present.size,
                blob: present.blob,
            });
        }
        let marker = self
            .folder()
            .join(format!(".no_exist/{commit}"))
            .join(path.as_str());
        let absent = if let Some(listing) = listing {
            listed(listing, path).is_none()
        } else {
            let link = self.snapshot_folder(commit).join(path.as_str());
            fs::symlink_metadata(marker).is_ok_and(|metadata| metadata.is_file())
                && fs::symlink_metadata(link).is_err()
        };
        Ok(if absent {
            Lookup::Absent
        } else {
            Lookup::Unknown
        })
    }

    /// A blob; `None` when it is not here, or empty though its name is not that of no bytes. A link out of the cache is an error of kind `Corrupt`.
    pub fn blob(&self, id: BlobId) -> Result<Option<Blob>, CacheError> {
        if self.existing("blobs")?.is_none() {
            return Ok(None);
        }
        let link = self.blob_path(id);
        let Some(path) = self.real_path(&link)? else {
            return Ok(None);
        };
        let metadata = found(fs::metadata(&path), "can't look at", &path)?;
        let sound = |metadata: &fs::Metadata| metadata.is_file() && may_have(id, metadata.len());
        Ok(metadata.filter(sound).map(|metadata| Blob {
            path,
            size: metadata.len(),
        }))
    }

    /// Whether there is any commit of which something is here; `false` where that can't be told.
    pub fn shows_any(&self) -> bool {
        matches!(self.existing("snapshots"), Ok(Some(_)))
    }

    /// A file of a commit that is this blob by the listing, and is no link: how clients keep files where there are no
    /// links, with nothing in `blobs`. `None` when there is none.
    ///
    /// Looks through a few commits that are here, those that revisions lead to first.
    pub fn shown(&self, id: BlobId) -> Result<Option<Blob>, CacheError> {
        let Some(folder) = self.existing("snapshots")? else {
            return Ok(None);
        };
        let mut commits: Vec<CommitId> = Vec::new();
        let named = self.revisions()?.into_iter().map(|(_, commit)| commit);
        let kept = entries(&folder)?.into_iter();
        let kept = kept.filter_map(|(name, _)| name.to_str()?.parse().ok());
        for commit in named.chain(kept) {
            if commits.len() < REMEMBERED && !commits.contains(&commit) {
                commits.push(commit);
            }
        }
        for commit in commits {
            let Some(listing) = self.trees().find(commit)? else {
                continue;
            };
            for file in listing.with_blob(id) {
                let location = self.snapshot_folder(commit).join(file.path.as_str());
                let is_plain = fs::symlink_metadata(&location)
                    .is_ok_and(|metadata| metadata.is_file() && metadata.len() == file.size);
                if is_plain && let Some(path) = self.real_path(&location)? {
                    let size = file.size;
                    return Ok(Some(Blob { path, size }));
                }
            }
        }
        Ok(None)
    }

    /// The names of all blobs, in no order. What is on its way is no blob.
    pub fn blobs(&self) -> Result<Vec<BlobId>, CacheError> {
        let Some(folder) = self.existing("blobs")? else {
            return Ok(Vec::new());
        };
        let names = entries(&folder)?.into_iter();
        let exact = |name: &str| {
            name.parse()
                .ok()
                .filter(|id: &BlobId| id.to_string() == name)
        };
        let here = |id: &BlobId| matches!(self.blob(*id), Ok(Some(_)));
        Ok(names
            .filter_map(|(name, _)| name.to_str().and_then(exact))
            .filter(here)
            .collect())
    }

    /// Everything the commit holds, sorted by path; `None` when no listing was kept, or none that can be understood.
    /// One with a name that must not reach a file system is an error of kind `Unsafe`.
    pub fn listing(&self, commit: CommitId) -> Result<Option<Arc<Vec<TreeFile>>>, CacheError> {
        match self.existing("")? {
            Some(_) => self.trees().read(commit),
            None => Ok(None),
        }
    }

    /// The files of a commit that are here, sorted by path. What [`lookup`](Self::lookup) calls `Unknown` is left out,
    /// and so is a file whose name is no path of a repository.
    pub fn files(&self, commit: CommitId) -> Result<Vec<CachedFile>, CacheError> {
        let mut files = Vec::new();
        let Some(folder) = self.existing(&format!("snapshots/{commit}"))? else {
            return Ok(files);
        };
        let listing = self.listing(commit)?;
        for (name, _) in walk(&folder)? {
            if name.rsplit('/').next() == Some(".DS_Store") {
                continue;
            }
            let path = name.parse().map_err(|refused| {
                let message = format!(
                    "{} holds a file that can't be served: {refused}",
                    folder.display()
                );
                CacheError::new(CacheErrorKind::Unsafe, message)
            })?;
            files.extend(self.present(
                commit,
                &path,
                listing.as_ref().map(|listing| &listing[..]),
            )?);
        }
        files.sort_unstable_by(|left, right| left.path.cmp(&right.path));
        Ok(files)
    }

    pub(crate) fn snapshot_folder(&self, commit: CommitId) -> PathBuf {
        self.folder().join(format!("snapshots/{commit}"))
    }

    pub(crate) fn blob_path(&self, id: BlobId) -> PathBuf {
        self.folder().join(format!("blobs/{id}"))
    }

    fn present(
        &self,
        commit: CommitId,
        path: &RepoPath,
        listing: Option<&[TreeFile]>,
    ) -> Result<Option<CachedFile>, CacheError> {
        let location = self.snapshot_folder(commit).join(path.as_str());
        let Some(real) = self.real_path(&location)? else {
            return Ok(None);
        };
        let Some(metadata) = found(fs::metadata(&real), "can't look at", &real)? else {
            return Ok(None);
        };
        let size = metadata.len();
        let listed = listing.and_then(|listing| listed(listing, path));
        if !metadata.is_file() || listed.is_some_and(|file| file.size != size) {
            return Ok(None);
        }
        let is_link = fs::symlink_metadata(&location).is_ok_and(|metadata| metadata.is_symlink());
        let blob = match listed {
            // Other clients name some blobs by other digests than those of their bytes: the listing knows better.
            Some(file) if is_link => first_hop(&location).filter(|id| file.blob() == *id),
            Some(file) => Some(file.blob()),
            None => first_hop(&location),
        };
        if blob.is_some_and(|id| !may_have(id, size)) {
            return Ok(None);
        }
        Ok(Some(CachedFile {
            path: path.clone(),
            location,
            size,
            blob,
        }))
    }

    /// Where a path leads in the end; `None` when it leads nowhere.
    pub(crate) fn real_path(&self, path: &Path) -> Result<Option<PathBuf>, CacheError> {
        let tried = "can't follow";
        let Some(real) = found(fs::canonicalize(path), tried, path)? else {
            return Ok(None);
        };
        let lies_in =
            |folder: &Path| fs::canonicalize(folder).is_ok_and(|folder| real.starts_with(folder));
        let shared = || shared_blobs(self.cache_root());
        if lies_in(self.folder()) || shared().is_some_and(|folder| lies_in(&folder)) {
            Ok(Some(real))
        } else {
            Err(CacheError::corrupt(path, "leads out of the cache"))
        }
    }
}

fn listed<'a>(listing: &'a [TreeFile], path: &RepoPath) -> Option<&'a TreeFile> {
    let index = listing.binary_search_by(|file| file.path.cmp(path));
    index.ok().map(|index| &listing[index])
}

/// Whether a blob of this name can have this length: a crash may leave a file with nothing in it, and only the name of
/// no bytes is right for that.
pub(crate) fn may_have(id: BlobId, size: u64) -> bool {
    const NOTHING: [&str; 2] = [
        "e69de29bb2d1d6434b8b29ae775ad8c2e48c5391",
        "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    ];
    size != 0 || NOTHING.contains(&id.to_string().as_str())
}

/// The digest in the name that a link names. A blob may be a link itself, to a payload of another name.
pub(crate) fn first_hop(link: &Path) -> Option<BlobId> {
    let target = fs::read_link(link).ok()?;
    let name = target.file_name()?.to_str()?;
    name.parse()
        .ok()
        .filter(|id: &BlobId| id.to_string() == name)
}

/// Python strips the newline in one place and not in the other; all agree on what is before it.
pub(crate) fn read_commit(path: &Path) -> Result<Option<CommitId>, CacheError> {
    let Some(bytes) = read_plain(path, 64)? else {
        return Ok(None);
    };
    let text = std::str::from_utf8(&bytes).unwrap_or_default();
    let line = text.strip_suffix('\n').unwrap_or(text);
    Ok(line.strip_suffix('\r').unwrap_or(line).parse().ok())
}

/// Whether a name below `refs` is that of a file on its way: `<revision>.<8 hex digits>.tmp`.
pub(crate) fn is_temporary(name: &str) -> bool {
    name.strip_suffix(".tmp")
        .and_then(|name| name.rsplit_once('.'))
        .is_some_and(|(_, random)| durable::is_random(random))
}

/// How deep a walk goes: as deep as a path of a repository.
const DEPTH: usize = 128;

/// Lists every file and every link below a folder, with its path from there, `/` between the parts.
///
/// Nothing when there is no such folder. Links are not followed; names that are no text, and what lies deeper than any
/// path of a repository, are left out.
pub fn walk(top: &Path) -> Result<Vec<(String, PathBuf)>, CacheError> {
    let mut found_files = Vec::new();
    let mut folders = vec![(String::new(), top.to_owned(), 0)];
    while let Some((prefix, folder, depth)) = folders.pop() {
        for (name, path) in entries(&folder)? {
            let Some(name) = name.to_str() else { continue };
            let name = if prefix.is_empty() {
                name.to_owned()
            } else {
                format!("{prefix}/{name}")
            };
            let Some(metadata) = found(fs::symlink_metadata(&path), "can't look at", &path)? else {
                continue;
            };
            if !metadata.is_dir() {
                found_files.push((name, path));
            } else if depth < DEPTH {
                folders.push((name, path, depth + 1));
            }
        }
    }
    Ok(found_files)
}
