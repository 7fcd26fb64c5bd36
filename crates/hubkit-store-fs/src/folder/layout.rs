//! Where repositories lie.

use std::{
    fs::{self, DirEntry},
    io,
    path::{Path, PathBuf},
    sync::Arc,
};

use hubkit_cache::durable;
use hubkit_store::StoreError;
use hubkit_types::{Repo, RepoId, RepoKind};

use super::scan::Skipped;
use crate::blocking::store_error;

/// A root, and which folders below it are for somebody else to serve.
#[derive(Clone, Debug)]
pub(super) struct Layout {
    pub(super) root: Arc<Path>,
    pub(super) is_elsewhere: fn(&Path) -> bool,
}

impl Layout {
    /// Every repository below the root, sorted.
    pub(super) fn repos(&self) -> Result<Vec<Repo>, StoreError> {
        let mut repos = Vec::new();
        for kind in RepoKind::ALL {
            let top = self.root.join(kind.plural());
            for (name, folder) in self.folders(&top)? {
                // What can't be a namespace can't be a name either, and the other way round.
                if name.parse::<RepoId>().is_err() {
                    continue;
                }
                let names = if holds_a_file(&folder)? {
                    vec![name]
                } else {
                    let inner = self.folders(&folder)?;
                    let full = |(inner, _): (String, PathBuf)| format!("{name}/{inner}");
                    inner.into_iter().map(full).collect()
                };
                let ids = names.iter().filter_map(|name| name.parse().ok());
                repos.extend(ids.map(|id| Repo::new(kind, id)));
            }
        }
        repos.sort_unstable();
        Ok(repos)
    }

    /// Folders that stand where a repository or a namespace would, and can't be one by their names.
    pub(super) fn skipped(&self) -> Result<Vec<Skipped>, StoreError> {
        let mut skipped = Vec::new();
        for kind in RepoKind::ALL {
            for (name, folder) in self.folders(&self.root.join(kind.plural()))? {
                if let Err(error) = name.parse::<RepoId>() {
                    skipped.push(Skipped::new(folder, error.to_string()));
                } else if !holds_a_file(&folder)? {
                    for (inner, folder) in self.folders(&folder)? {
                        if let Err(error) = format!("{name}/{inner}").parse::<RepoId>() {
                            skipped.push(Skipped::new(folder, error.to_string()));
                        }
                    }
                }
            }
        }
        Ok(skipped)
    }

    /// The folder of a repository; `None` when there is none.
    pub(super) fn folder_of(&self, repo: &Repo) -> Result<Option<PathBuf>, StoreError> {
        let top = self.root.join(repo.kind.plural());
        let (outer, name) = match repo.id.namespace() {
            Some(namespace) => (top.join(namespace), repo.id.name()),
            None => (top.clone(), repo.id.name()),
        };
        let folder = outer.join(name);
        let found = is_folder(&outer, name)?
            && !(self.is_elsewhere)(&folder)
            && match repo.id.namespace() {
                Some(namespace) => is_folder(&top, namespace)? && !holds_a_file(&outer)?,
                None => holds_a_file(&folder)?,
            };
        Ok(found.then_some(folder))
    }

    /// The folders in a folder that nobody else serves.
    fn folders(&self, folder: &Path) -> Result<Vec<(String, PathBuf)>, StoreError> {
        let mut found = folders(folder)?;
        found.retain(|(_, folder)| !(self.is_elsewhere)(folder));
        Ok(found)
    }
}

/// Whether there is a folder of exactly this name: some file systems find one whose letters have another case.
fn is_folder(parent: &Path, name: &str) -> Result<bool, StoreError> {
    Ok(parent.join(name).is_dir() && durable::is_spelled(parent, name).map_err(store_error)?)
}

/// The folders in a folder, links to folders among them: whoever keeps the root decides what it serves.
fn folders(folder: &Path) -> Result<Vec<(String, PathBuf)>, StoreError> {
    let named = |entry: DirEntry| Some((entry.file_name().into_string().ok()?, entry.path()));
    Ok(entries(folder)?
        .into_iter()
        .filter_map(named)
        .filter(|(_, path)| path.is_dir())
        .collect())
}

fn holds_a_file(folder: &Path) -> Result<bool, StoreError> {
    Ok(entries(folder)?.iter().any(|entry| {
        let is_hidden = entry.file_name().as_encoded_bytes().starts_with(b".");
        !is_hidden && entry.path().is_file()
    }))
}

/// What is in a folder; nothing when there is no such folder.
fn entries(folder: &Path) -> Result<Vec<DirEntry>, StoreError> {
    match fs::read_dir(folder).and_then(Iterator::collect) {
        Ok(entries) => Ok(entries),
        Err(fault)
            if matches!(
                fault.kind(),
                io::ErrorKind::NotFound | io::ErrorKind::NotADirectory
            ) =>
        {
            Ok(Vec::new())
        }
        Err(fault) => {
            let message = format!("can't look through `{}`", folder.display());
            Err(StoreError::io(message, fault))
        }
    }
}
