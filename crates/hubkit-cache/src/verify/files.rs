//! What can be told of a repository without reading content.

use std::{
    collections::{HashMap, HashSet},
    fs,
    path::{Path, PathBuf},
};

use hubkit_types::{BlobId, CommitId, TreeFile};

use super::{fault::Fault, hashing::Job};
use crate::{
    CacheErrorKind, RepoCache,
    cache::entries,
    durable,
    read::{first_hop, is_temporary, may_have, read_commit, walk},
};

/// What was looked at, what is wrong, and what only the content tells.
#[derive(Default)]
pub(super) struct Looked {
    pub(super) files: usize,
    pub(super) blobs: usize,
    pub(super) unverifiable: usize,
    pub(super) faults: Vec<(PathBuf, Fault)>,
    pub(super) jobs: Vec<Job>,
    /// Lengths of blobs, by the listings.
    sizes: HashMap<BlobId, u64>,
    /// What is going to be read, where a file may have several names.
    planned: HashSet<(u64, u64, BlobId)>,
}

impl Looked {
    pub(super) fn at(repo: &RepoCache) -> Self {
        let mut looked = Self::default();
        let mut folders = HashMap::new();
        for below in ["blobs", "snapshots", "refs", "trees"] {
            match durable::existing(repo.folder(), below) {
                Ok(Some(folder)) => {
                    folders.insert(below, folder);
                }
                Ok(None) => {}
                Err(_) => {
                    let path = repo.folder().join(below);
                    looked.faults.push((path, Fault::NoFolder));
                }
            }
        }
        let mut commits = HashMap::new();
        if let Some(folder) = folders.get("snapshots") {
            for (name, path) in looked.list(folder) {
                let commit = name.to_str().and_then(|name| name.parse::<CommitId>().ok());
                let is_folder = durable::is_folder(&path).is_ok_and(|is_folder| is_folder);
                if let Some(commit) = commit.filter(|_| is_folder) {
                    let listing = repo.trees().facts(commit).ok().flatten();
                    commits.insert(commit, (path, listing));
                } else if name != ".DS_Store" {
                    looked.faults.push((path, Fault::NoFolder));
                }
            }
        }
        for (_, listing) in commits.values() {
            for file in listing.iter().flat_map(|listing| listing.iter()) {
                looked.sizes.insert(file.blob(), file.size);
            }
        }
        if let Some(folder) = folders.get("blobs") {
            looked.look_at_blobs(repo, folder);
        }
        for (folder, listing) in commits.values() {
            looked.look_at_commit(repo, folder, listing.as_ref().map(|listing| &***listing));
        }
        if let Some(folder) = folders.get("refs") {
            for (name, path) in walk(folder).unwrap_or_default() {
                if is_temporary(&name) || name.ends_with(".DS_Store") {
                    continue;
                }
                match read_commit(&path) {
                    Ok(Some(commit)) if commits.contains_key(&commit) => {}
                    Ok(Some(commit)) => looked.faults.push((path, Fault::UnknownCommit(commit))),
                    Ok(None) => looked.faults.push((path, Fault::NoCommit)),
                    Err(fault) => looked.unreadable(path, &fault.to_string()),
                }
            }
        }
        looked
    }

    fn look_at_blobs(&mut self, repo: &RepoCache, folder: &Path) {
        for (name, path) in self.list(folder) {
            let exact = |name: &str| {
                name.parse()
                    .ok()
                    .filter(|id: &BlobId| id.to_string() == name)
            };
            if let Some(id) = name.to_str().and_then(exact) {
                self.blobs += 1;
                let size = self.sizes.get(&id).copied();
                self.look(repo, path, Some(id), size);
            }
        }
    }

    fn look_at_commit(&mut self, repo: &RepoCache, folder: &Path, listing: Option<&[TreeFile]>) {
        let files = match walk(folder) {
            Ok(files) => files,
            Err(fault) => return self.unreadable(folder.to_owned(), &fault.to_string()),
        };
        for (name, path) in files {
            if name.ends_with(".DS_Store") {
                continue;
            }
            self.files += 1;
            let listed = listing.and_then(|listing| {
                let at = listing.binary_search_by(|file| file.path.as_str().cmp(&name));
                at.ok().map(|at| &listing[at])
            });
            let blob = first_hop(&path);
            let is_own = |blob: &BlobId| {
                let own = fs::canonicalize(repo.blob_path(*blob));
                own.is_ok_and(|own| fs::canonicalize(&path).is_ok_and(|path| path == own))
            };
            let shown = blob.filter(is_own);
            match (listed, shown) {
                // The blob is looked at by itself.
                (Some(file), Some(blob)) if file.blob() == blob => {}
                (Some(file), _) => self.look(repo, path, Some(file.blob()), Some(file.size)),
                (None, _) if listing.is_some() => self.faults.push((path, Fault::Unlisted)),
                (None, Some(_)) => {}
                (None, None) => {
                    self.look(repo, path, blob, None);
                    self.unverifiable += usize::from(blob.is_none());
                }
            }
        }
    }

    /// Looks at a file that should be this blob, of this length.
    fn look(&mut self, repo: &RepoCache, path: PathBuf, id: Option<BlobId>, size: Option<u64>) {
        let target = || fs::read_link(&path).unwrap_or_default();
        let fault = match repo.real_path(&path) {
            Err(fault) if fault.kind() == CacheErrorKind::Corrupt => {
                let target = target();
                Some(Fault::LeadsOut { target })
            }
            Err(fault) => Some(Fault::Unreadable(fault.to_string())),
            Ok(None) => {
                let target = target();
                Some(Fault::Dangling { target })
            }
            Ok(Some(real)) => match fs::metadata(real) {
                Err(fault) => Some(Fault::Unreadable(fault.to_string())),
                Ok(metadata) => self.judge(&path, &metadata, id, size),
            },
        };
        if let Some(fault) = fault {
            self.faults.push((path, fault));
        }
    }

    fn judge(
        &mut self,
        path: &Path,
        metadata: &fs::Metadata,
        id: Option<BlobId>,
        size: Option<u64>,
    ) -> Option<Fault> {
        let found = metadata.len();
        if !metadata.is_file() {
            return Some(Fault::Unreadable("it is no plain file".to_owned()));
        }
        if let Some(expected) = size.filter(|expected| *expected != found) {
            return Some(Fault::Size { expected, found });
        }
        let id = id?;
        if !may_have(id, found) {
            return Some(Fault::Empty);
        }
        #[cfg(unix)]
        let is_new = {
            use std::os::unix::fs::MetadataExt as _;
            self.planned.insert((metadata.dev(), metadata.ino(), id))
        };
        #[cfg(not(unix))]
        let is_new = true;
        if is_new {
            self.jobs.push(Job {
                path: path.to_owned(),
                id,
                size: found,
            });
        }
        None
    }

    fn list(&mut self, folder: &Path) -> Vec<(std::ffi::OsString, PathBuf)> {
        entries(folder).unwrap_or_else(|fault| {
            self.unreadable(folder.to_owned(), &fault.to_string());
            Vec::new()
        })
    }

    fn unreadable(&mut self, path: PathBuf, why: &str) {
        self.faults.push((path, Fault::Unreadable(why.to_owned())));
    }
}
