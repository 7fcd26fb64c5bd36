//! Where repositories lie.

use std::{
    fs::{self, DirEntry},
    io,
    path::{Path, PathBuf},
};

use hubkit_cache::durable;
use hubkit_store::StoreError;
use hubkit_types::{Repo, RepoId, RepoKind};

use super::scan::Skipped;
use crate::blocking::store_error;

/// Every repository below the root, sorted.
pub(super) fn repos(root: &Path) -> Result<Vec<Repo>, StoreError> {
    let mut repos = Vec::new();
    for kind in RepoKind::ALL {
        let top = root.join(kind.plural());
        for (name, folder) in folders(&top)? {
            // What can't be a namespace can't be a name either, and the other way round.
            if name.parse::<RepoId>().is_err() {
                continue;
            }
            let names = if holds_a_file(&folder)? {
                vec![name]
            } else {
                let inner = folders(&folder)?;
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
pub(super) fn skipped(root: &Path) -> Result<Vec<Skipped>, StoreError> {
    let mut skipped = Vec::new();
    for kind in RepoKind::ALL {
        for (name, folder) in folders(&root.join(kind.plural()))? {
            if let Err(error) = name.parse::<RepoId>() {
                skipped.push(Skipped::new(folder, error.to_string()));
            } else if !holds_a_file(&folder)? {
                for (inner, folder) in folders(&folder)? {
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
pub(super) fn folder_of(root: &Path, repo: &Repo) -> Result<Option<PathBuf>, StoreError> {
    let top = root.join(repo.kind.plural());
    let Some(namespace) = repo.id.namespace() else {
        let folder = top.join(repo.id.name());
        let found = is_folder(&top, repo.id.name())? && holds_a_file(&folder)?;
        return Ok(found.then_some(folder));
    };
    let outer = top.join(namespace);
    let found =
        is_folder(&top, namespace)? && is_folder(&outer, repo.id.name())? && !holds_a_file(&outer)?;
    Ok(found.then(|| outer.join(repo.id.name())))
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
