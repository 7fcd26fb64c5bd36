//! What a repository's folder holds at one moment.

use std::{
    collections::{HashMap, HashSet},
    fs::File,
    io::{self, Read as _},
    path::{Path, PathBuf},
    sync::Mutex,
    time::{Duration, Instant},
};

use hubkit_lfs::Attributes;
use hubkit_store::{Digester, StoreError, StoreErrorKind, git};
use hubkit_types::{BlobId, CommitId, RepoPath, TreeFile};

use super::{
    inside::lies_in,
    known::locked,
    scan::{Found, scan},
};
use crate::{
    digest::{self, tree_file},
    stamp::Stamp,
};

/// Above this many bytes a file is kept as LFS would, as the Hub asks for.
const LARGE: u64 = 10_000_000;

/// How often a folder that changes under the reader's eyes is looked through anew.
const ATTEMPTS: usize = 3;

pub(super) const MESSAGE: &str = "Serve a folder";

/// What files hashed to, and what they looked like then.
pub(super) type Digests = HashMap<RepoPath, (Stamp, BlobId)>;

/// The files of a repository at one moment.
#[derive(Debug)]
pub(super) struct Commit {
    pub(super) id: CommitId,
    pub(super) folder: PathBuf,
    /// Sorted by path.
    pub(super) files: Vec<Held>,
    /// Where in `files` each blob stands, sorted.
    by_blob: Vec<(BlobId, usize)>,
}

/// A file, where it lies, and what it looked like when it was hashed.
#[derive(Debug)]
pub(super) struct Held {
    pub(super) file: TreeFile,
    pub(super) location: PathBuf,
    pub(super) stamp: Stamp,
    /// When it was seen unchanged for the last time.
    seen: Mutex<Option<Instant>>,
}

impl Held {
    /// Whether the file is what it was, or was so `lately`.
    pub(super) fn is_unchanged(&self, lately: Duration) -> bool {
        let now = Instant::now();
        let is_recent = |seen: Instant| now.duration_since(seen) < lately;
        if locked(&self.seen).is_some_and(is_recent) {
            return true;
        }
        let unchanged = Stamp::at(&self.location).as_ref() == Some(&self.stamp);
        *locked(&self.seen) = unchanged.then_some(now);
        unchanged
    }

    /// Takes back what was seen.
    pub(super) fn doubt(&self) {
        *locked(&self.seen) = None;
    }
}

impl Commit {
    /// Looks through a folder and reads what changed.
    pub(super) fn of(folder: PathBuf, digests: &mut Digests) -> Result<Self, StoreError> {
        for _ in 0..ATTEMPTS {
            if let Some(files) = hold(&folder, digests)? {
                let tree: Vec<TreeFile> = files.iter().map(|held| held.file.clone()).collect();
                let places = tree.iter().enumerate();
                let mut by_blob: Vec<_> =
                    places.map(|(index, file)| (file.blob(), index)).collect();
                by_blob.sort_unstable();
                return Ok(Self {
                    id: git::commit_id(&tree, MESSAGE),
                    folder,
                    files,
                    by_blob,
                });
            }
        }
        let message = format!("`{}` changes while it is read", folder.display());
        Err(StoreError::new(StoreErrorKind::Io, message))
    }

    pub(super) fn at(&self, path: &RepoPath) -> Option<&Held> {
        let index = self.files.binary_search_by(|held| held.file.path.cmp(path));
        index.ok().map(|index| &self.files[index])
    }

    /// Where in the files a blob stands.
    pub(super) fn with_blob(&self, id: BlobId) -> impl Iterator<Item = usize> {
        let first = self.by_blob.partition_point(|(blob, _)| *blob < id);
        let same = self.by_blob[first..].iter();
        same.take_while(move |(blob, _)| *blob == id)
            .map(|(_, index)| *index)
    }
}

/// The files of a folder; `None` when one changed meanwhile.
fn hold(folder: &Path, digests: &mut Digests) -> Result<Option<Vec<Held>>, StoreError> {
    let scan = scan(folder)?;
    let (found, within) = (scan.files, scan.real);
    let paths: HashSet<&RepoPath> = found.iter().map(|file| &file.path).collect();
    digests.retain(|path, _| paths.contains(path));
    let Some(attributes) = attributes(&found, &within)? else {
        return Ok(None);
    };
    let mut files = Vec::with_capacity(found.len());
    for Found { path, location } in found {
        let Some(stamp) = Stamp::at(&location) else {
            return Ok(None);
        };
        let is_lfs = stamp.size > LARGE || attributes.is_lfs(&path);
        let known = digests
            .get(&path)
            .filter(|(hashed, id)| *hashed == stamp && is_lfs == matches!(id, BlobId::Sha256(_)));
        let id = match known {
            Some((_, id)) => *id,
            None => match hash(&location, &within, &stamp, is_lfs)? {
                Some(id) => {
                    digests.insert(path.clone(), (stamp.clone(), id));
                    id
                }
                None => return Ok(None),
            },
        };
        files.push(Held {
            file: tree_file(path, stamp.size, id),
            location,
            stamp,
            seen: Mutex::default(),
        });
    }
    Ok(Some(files))
}

/// The rules at the top of the repository; `None` when they went away meanwhile.
fn attributes(found: &[Found], within: &Path) -> Result<Option<Attributes>, StoreError> {
    let Some(file) = found
        .iter()
        .find(|file| file.path.as_str() == ".gitattributes")
    else {
        return Ok(Some(Attributes::default()));
    };
    let read = || -> io::Result<Option<Vec<u8>>> {
        let open = File::open(&file.location)?;
        let mut text = Vec::new();
        Ok(if lies_in(&open, within) {
            open.take(LARGE).read_to_end(&mut text)?;
            Some(text)
        } else {
            None
        })
    };
    match read() {
        Ok(text) => Ok(text.map(Attributes::parse)),
        Err(fault) => gone_or_fault(&file.location, fault).map(|()| None),
    }
}

/// What a file hashes to; `None` when it is not, or does not stay, what the stamp says.
fn hash(
    location: &Path,
    within: &Path,
    stamp: &Stamp,
    is_lfs: bool,
) -> Result<Option<BlobId>, StoreError> {
    let digester = if is_lfs {
        Digester::sha256()
    } else {
        Digester::git_blob(stamp.size)
    };
    let read = || -> io::Result<Option<BlobId>> {
        let mut file = File::open(location)?;
        if !lies_in(&file, within) || Stamp::of(&file.metadata()?) != *stamp {
            return Ok(None);
        }
        let (id, count) = digest::hash(&mut file, digester, stamp.size)?;
        let same = count == stamp.size && Stamp::of(&file.metadata()?) == *stamp;
        Ok(same.then_some(id))
    };
    match read() {
        Ok(id) => Ok(id),
        Err(fault) => gone_or_fault(location, fault).map(|()| None),
    }
}

fn gone_or_fault(location: &Path, fault: io::Error) -> Result<(), StoreError> {
    if fault.kind() == io::ErrorKind::NotFound {
        return Ok(());
    }
    let message = format!("can't read `{}`", location.display());
    Err(StoreError::io(message, fault))
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;

    #[test]
    fn a_link_that_took_the_place_of_a_file_is_not_followed_out_of_the_folder() {
        let folder = tempfile::tempdir().expect("a folder");
        let outer = folder.path().canonicalize().expect("a path");
        let real = outer.join("repo");
        std::fs::create_dir(&real).expect("room");
        std::fs::write(outer.join("secret"), "x").expect("room");
        std::fs::write(real.join("file"), "x").expect("room");
        std::os::unix::fs::symlink("../secret", real.join("link")).expect("a link");
        for (name, is_read) in [("file", true), ("link", false)] {
            let location = real.join(name);
            let stamp = Stamp::at(&location).expect("a file");
            let id = hash(&location, &real, &stamp, false).expect("no fault");
            assert_eq!(id.is_some(), is_read, "{name}");
        }
    }
}
