//! Reading. Opens nothing for writing and creates nothing: a cache on a read-only disk, or of another user, will do.

use std::{
    fs::{self, File},
    io::Read as _,
    path::{Path, PathBuf},
    sync::Arc,
};

use hubkit_types::{BlobId, CommitId, RepoPath, Revision, TreeFile};

use crate::{
    CacheError, RepoCache,
    cache::{entries, shared_blobs},
    error::found,
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
        /// Its digest, as the name of the blob says it; `None` where the file is not a link to a blob.
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
    /// Its digest, as the name of the blob says it.
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
        read_commit(&self.folder().join("refs").join(revision.as_str()))
    }

    /// Every revision that was kept with its commit, sorted.
    pub fn revisions(&self) -> Result<Vec<(Revision, CommitId)>, CacheError> {
        let mut revisions = Vec::new();
        for (name, path) in walk(&self.folder().join("refs"))? {
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

    /// The folder of a commit's files, when there is one.
    pub fn snapshot(&self, commit: CommitId) -> Option<PathBuf> {
        let folder = self.snapshot_folder(commit);
        folder.is_dir().then_some(folder)
    }

    /// What is known of one path of a commit.
    ///
    /// A link to a blob that is gone, and a file whose size is not the listed one, are `Unknown`, so that they are
    /// fetched again. A link that leads out of the repository's folder (other than to the cache's shared payloads) is an
    /// error of kind `Corrupt`.
    pub fn lookup(&self, commit: CommitId, path: &RepoPath) -> Result<Lookup, CacheError> {
        let listing = self.listing(commit)?;
        if let Some(present) = self.present(commit, path, listing.as_deref())? {
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
        let absent = if let Some(listing) = &listing {
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

    /// A blob; `None` when it is not here. A link out of the cache is an error of kind `Corrupt`.
    pub fn blob(&self, id: BlobId) -> Result<Option<Blob>, CacheError> {
        let link = self.blob_path(id);
        let Some(path) = self.real_path(&link)? else {
            return Ok(None);
        };
        let metadata = found(fs::metadata(&path), "can't look at", &path)?;
        Ok(metadata.filter(fs::Metadata::is_file).map(|metadata| Blob {
            path,
            size: metadata.len(),
        }))
    }

    /// The names of all blobs, in no order. What is on its way is no blob.
    pub fn blobs(&self) -> Result<Vec<BlobId>, CacheError> {
        let names = entries(&self.folder().join("blobs"))?.into_iter();
        let exact = |name: &str| {
            name.parse()
                .ok()
                .filter(|id: &BlobId| id.to_string() == name)
        };
        let here = |id: &BlobId| self.blob_path(*id).exists();
        Ok(names
            .filter_map(|(name, _)| name.to_str().and_then(exact))
            .filter(here)
            .collect())
    }

    /// Everything the commit holds, sorted by path; `None` when no listing was kept, or none that can be understood.
    pub fn listing(&self, commit: CommitId) -> Result<Option<Arc<Vec<TreeFile>>>, CacheError> {
        self.trees().read(commit)
    }

    /// The files of a commit that are here, sorted by path. What [`lookup`](Self::lookup) calls `Unknown` is left out,
    /// and so is a file whose name is no path of a repository.
    pub fn files(&self, commit: CommitId) -> Result<Vec<CachedFile>, CacheError> {
        let listing = self.listing(commit)?;
        let mut files = Vec::new();
        for (name, _) in walk(&self.snapshot_folder(commit))? {
            if name.rsplit('/').next() == Some(".DS_Store") {
                continue;
            }
            if let Ok(path) = name.parse() {
                files.extend(self.present(commit, &path, listing.as_deref())?);
            }
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
        listing: Option<&Vec<TreeFile>>,
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
        // Other clients name some blobs by other digests than those of their bytes: the listing knows better.
        let blob = first_hop(&location).filter(|id| listed.is_none_or(|file| file.blob() == *id));
        Ok(Some(CachedFile {
            path: path.clone(),
            location,
            size,
            blob,
        }))
    }

    /// Where a path leads in the end; `None` when it leads nowhere.
    fn real_path(&self, path: &Path) -> Result<Option<PathBuf>, CacheError> {
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

/// The digest in the name that a link names. A blob may be a link itself, to a payload of another name.
fn first_hop(link: &Path) -> Option<BlobId> {
    let target = fs::read_link(link).ok()?;
    let name = target.file_name()?.to_str()?;
    name.parse()
        .ok()
        .filter(|id: &BlobId| id.to_string() == name)
}

/// Python strips the newline in one place and not in the other; all agree on what is before it.
fn read_commit(path: &Path) -> Result<Option<CommitId>, CacheError> {
    let tried = "can't read";
    if !path.is_file() {
        return Ok(None);
    }
    let Some(file) = found(File::open(path), tried, path)? else {
        return Ok(None);
    };
    let mut bytes = Vec::new();
    file.take(64)
        .read_to_end(&mut bytes)
        .map_err(|fault| CacheError::io(tried, path, fault))?;
    let text = std::str::from_utf8(&bytes).unwrap_or_default();
    let line = text.strip_suffix('\n').unwrap_or(text);
    Ok(line.strip_suffix('\r').unwrap_or(line).parse().ok())
}

/// Whether a name below `refs` is that of a file on its way: `<revision>.<8 hex digits>.tmp`.
pub(crate) fn is_temporary(name: &str) -> bool {
    let random = name
        .strip_suffix(".tmp")
        .and_then(|name| name.rsplit_once('.'))
        .map(|(_, random)| random);
    random.is_some_and(|random| {
        random.len() == 8 && random.bytes().all(|byte| byte.is_ascii_hexdigit())
    })
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
