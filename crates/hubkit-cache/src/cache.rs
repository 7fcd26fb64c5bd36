//! The cache and one repository's share of it.

use std::{
    collections::HashSet,
    ffi::OsString,
    fs, io,
    io::Write as _,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, PoisonError},
};

use hubkit_types::Repo;

use crate::{CacheError, Trees, durable, error::found, read_plain, sweep, trees::Memo};

/// What `CACHEDIR.TAG` says in a folder of things that can be fetched again.
///
/// The first line is what <https://bford.info/cachedir/> asks for.
pub const CACHEDIR_TAG: &str = "Signature: 8a477f597d28d172789f06886806bc55
# Everything in this folder was fetched from a model hub and can be fetched again.
# Backups may leave it out; see https://bford.info/cachedir/
";

/// The folder of the payloads that newer Python clients share between repositories, where there is one.
///
/// It counts only with its marker in it, as for those clients, and never when it is a link.
pub(crate) fn shared_blobs(root: &Path) -> Option<PathBuf> {
    let folder = root.join("blobs");
    let plain = fs::symlink_metadata(&folder).ok()?.is_dir();
    let marker = read_plain(&folder.join(".huggingface-shared-blobs"), 2).ok()??;
    (plain && marker == b"1\n").then_some(folder)
}

/// A cache folder, as Hugging Face's clients share it. Cheap to clone. Opens nothing by itself.
#[derive(Clone, Debug)]
pub struct Cache {
    root: PathBuf,
    memo: Memo,
    swept: Swept,
}

/// The folders in which was looked for what broken downloads left.
type Swept = Arc<Mutex<HashSet<PathBuf>>>;

impl Cache {
    /// Names the folder, which need not exist yet.
    pub fn new(root: PathBuf) -> Self {
        Self {
            root,
            memo: Memo::default(),
            swept: Swept::default(),
        }
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
            trees: Trees::with_memo(self.root.clone(), &name, self.memo.clone()),
            swept: self.swept.clone(),
            name,
            folder,
        }
    }

    /// Every repository that has a folder here, sorted; none when there is no cache.
    pub fn repos(&self) -> Result<Vec<Repo>, CacheError> {
        let mut repos = Vec::new();
        for (name, path) in entries(&self.root)? {
            let repo = name.to_str().and_then(Repo::from_folder_name);
            repos.extend(
                repo.filter(|_| durable::is_folder(&path).is_ok_and(|is_folder| is_folder)),
            );
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
    swept: Swept,
}

impl RepoCache {
    /// The repository's folder: `models--namespace--name`.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Whether [`Cache::repos`] would name this one.
    pub fn is_here(&self) -> Result<bool, CacheError> {
        let is_folder = durable::is_folder(&self.folder).is_ok_and(|is_folder| is_folder);
        Ok(is_folder && durable::is_spelled(&self.root, &self.name)?)
    }

    /// A folder within the repository's, to be read; `None` when it is not there, or when what is there is the folder
    /// of a repository whose name has other cases and a file system that knows no case found it.
    ///
    /// A link on the way is refused with kind `Corrupt`: what lies behind it is not the cache's.
    pub(crate) fn existing(&self, below: &str) -> Result<Option<PathBuf>, CacheError> {
        let folder = durable::existing(&self.root, &format!("{}/{below}", self.name))?;
        match folder {
            Some(folder) if durable::is_spelled(&self.root, &self.name)? => Ok(Some(folder)),
            _ => Ok(None),
        }
    }

    /// A folder within the repository's, to be written to; made when it is missing.
    pub(crate) fn folders(&self, below: &str) -> Result<PathBuf, CacheError> {
        durable::folders(&self.root, &self.name)?;
        if durable::is_spelled(&self.root, &self.name)? {
            return durable::folders(&self.root, &format!("{}/{below}", self.name));
        }
        let fault = "is the folder of a repository whose name is spelled otherwise";
        Err(CacheError::corrupt(&self.folder, fault))
    }

    /// Removes what downloads of this repository left that broke off, by the rule of [`sweep`](crate::sweep), the first
    /// time that it is asked to.
    pub fn sweep(&self) {
        let Ok(Some(folder)) = self.existing("blobs") else {
            return;
        };
        let mut swept = self.swept.lock().unwrap_or_else(PoisonError::into_inner);
        let is_new = swept.insert(folder.clone());
        drop(swept);
        if is_new {
            sweep(&folder);
        }
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
    match created.and_then(|mut file| file.write_all(CACHEDIR_TAG.as_bytes())) {
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
