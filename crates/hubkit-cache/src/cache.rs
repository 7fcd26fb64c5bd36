//! The cache and one repository's share of it.

use std::{
    ffi::OsString,
    fs, io,
    io::Write as _,
    path::{Path, PathBuf},
};

use hubkit_types::Repo;

use crate::{CacheError, Trees, error::found, trees::Memo};

/// The first line is what <https://bford.info/cachedir/> asks for.
const TAG: &str = "Signature: 8a477f597d28d172789f06886806bc55
# Everything in this folder was fetched from a model hub and can be fetched again.
# Backups may leave it out; see https://bford.info/cachedir/
";

/// The folder of the payloads that newer Python clients share between repositories, where there is one.
///
/// It counts only with its marker in it, as for those clients, and never when it is a link.
pub(crate) fn shared_blobs(root: &Path) -> Option<PathBuf> {
    let folder = root.join("blobs");
    let plain = fs::symlink_metadata(&folder).ok()?.is_dir();
    let marker = fs::read(folder.join(".huggingface-shared-blobs")).ok()?;
    (plain && marker == b"1\n").then_some(folder)
}

/// A cache folder, as Hugging Face's clients share it. Cheap to clone. Opens nothing by itself.
#[derive(Clone, Debug)]
pub struct Cache {
    root: PathBuf,
    memo: Memo,
}

impl Cache {
    /// Names the folder, which need not exist yet.
    pub fn new(root: PathBuf) -> Self {
        let memo = Memo::default();
        Self { root, memo }
    }

    /// The folder.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// One repository's share of the cache.
    pub fn repo(&self, repo: &Repo) -> RepoCache {
        let name = repo.folder_name();
        let folder = self.root.join(&name);
        RepoCache {
            root: self.root.clone(),
            trees: Trees::with_memo(folder.clone(), self.memo.clone()),
            name,
            folder,
        }
    }

    /// Every repository that has a folder here, sorted; none when there is no cache.
    pub fn repos(&self) -> Result<Vec<Repo>, CacheError> {
        let mut repos = Vec::new();
        for (name, path) in entries(&self.root)? {
            let repo = name.to_str().and_then(Repo::from_folder_name);
            repos.extend(repo.filter(|_| path.is_dir()));
        }
        repos.sort_unstable();
        Ok(repos)
    }
}

/// One repository's share of a cache. Cheap to clone; asks the disk each time.
#[derive(Clone, Debug)]
pub struct RepoCache {
    root: PathBuf,
    name: String,
    folder: PathBuf,
    trees: Trees,
}

impl RepoCache {
    /// The repository's folder: `models--namespace--name`.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    pub(crate) fn cache_root(&self) -> &Path {
        &self.root
    }

    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    pub(crate) fn trees(&self) -> &Trees {
        &self.trees
    }

    /// Tells backup tools what this folder is. Not worth failing for.
    pub(crate) fn tag_root(&self) {
        let _ = write_tag(&self.root);
    }
}

/// Writes `CACHEDIR.TAG` into a folder, if there is none yet.
pub fn write_tag(folder: &Path) -> Result<(), CacheError> {
    let path = folder.join("CACHEDIR.TAG");
    let created = fs::OpenOptions::new()
        .write(true)
        .create_new(true)
        .open(&path);
    match created.and_then(|mut file| file.write_all(TAG.as_bytes())) {
        Err(fault) if fault.kind() != io::ErrorKind::AlreadyExists => {
            Err(CacheError::io("can't write", &path, fault))
        }
        _ => Ok(()),
    }
}

/// What is in a folder, by name; nothing when there is no such folder. The order is the file system's.
pub(crate) fn entries(folder: &Path) -> Result<Vec<(OsString, PathBuf)>, CacheError> {
    let tried = "can't list";
    let Some(entries) = found(fs::read_dir(folder), tried, folder)? else {
        return Ok(Vec::new());
    };
    entries
        .map(|entry| {
            let entry = entry.map_err(|fault| CacheError::io(tried, folder, fault))?;
            Ok((entry.file_name(), entry.path()))
        })
        .collect()
}
