//! Where repositories lie.

use std::{
    error::Error as _,
    ffi::OsStr,
    fs, io,
    path::{Path, PathBuf},
};

use hubkit_store::StoreError;
use hubkit_types::{Repo, RepoId, RepoKind};

use crate::{GitError, is_repository};

/// Something in a served folder that is not served.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
#[non_exhaustive]
pub struct Skipped {
    /// Where it lies; in a repository's commit, the repository's folder and the name in the commit.
    pub location: PathBuf,
    /// Why it is not served: a lower-case fragment, safe to print.
    pub reason: String,
}

impl Skipped {
    pub(super) fn new(location: PathBuf, reason: impl Into<String>) -> Self {
        let reason = reason.into();
        Self { location, reason }
    }

    pub(super) fn of(location: PathBuf, fault: &GitError) -> Self {
        let reason = match fault.source() {
            Some(source) => format!("{fault}: {source}"),
            None => fault.to_string(),
        };
        Self::new(location, reason.replace(char::is_control, " "))
    }
}

type Found = Vec<(Repo, PathBuf)>;

/// Every repository below the root with its folder, sorted, and what can't be one.
pub(super) fn scan(root: &Path) -> Result<(Found, Vec<Skipped>), StoreError> {
    let (mut found, mut skipped) = (Vec::new(), Vec::new());
    let mut add = |kind, namespace: Option<&str>, folder: PathBuf| {
        let name = folder.file_name().unwrap_or_default().to_string_lossy();
        let name = name.strip_suffix(".git").unwrap_or(&name);
        let id = match namespace {
            Some(namespace) => format!("{namespace}/{name}"),
            None => name.to_owned(),
        };
        match id.parse() {
            Ok(id) => found.push((Repo::new(kind, id), folder)),
            Err(error) => skipped.push(Skipped::new(folder, error.to_string())),
        }
    };
    for kind in RepoKind::ALL {
        for outer in folders(&root.join(kind.plural()))? {
            if is_repository(&outer) {
                add(kind, None, outer);
                continue;
            }
            let name = outer.file_name().and_then(OsStr::to_str);
            // Below what can't be a namespace nothing can be called.
            if let Some(namespace) = name.filter(|name| name.parse::<RepoId>().is_ok()) {
                let inner = folders(&outer)?.into_iter();
                for folder in inner.filter(|folder| is_repository(folder)) {
                    add(kind, Some(namespace), folder);
                }
            }
        }
    }
    found.sort_unstable();
    found.dedup_by(|later, kept| {
        let is_twin = later.0 == kept.0;
        if is_twin {
            // `NAME.git` sorts behind `NAME` and wins, as it does where one repository is looked for.
            std::mem::swap(&mut kept.1, &mut later.1);
            let reason = format!("`{}` has the same name", kept.1.display());
            skipped.push(Skipped::new(std::mem::take(&mut later.1), reason));
        }
        is_twin
    });
    Ok((found, skipped))
}

/// The folder of a repository; `None` when there is none.
pub(super) fn folder_of(root: &Path, repo: &Repo) -> Option<PathBuf> {
    let mut outer = root.join(repo.kind.plural());
    if let Some(namespace) = repo.id.namespace() {
        outer = spelled(&outer, namespace).filter(|outer| !is_repository(outer))?;
    }
    let name = repo.id.name();
    [format!("{name}.git"), name.to_owned()]
        .iter()
        .filter_map(|name| spelled(&outer, name))
        .find(|folder| is_repository(folder))
}

/// The folder of exactly this name: some file systems find one whose letters have another case.
fn spelled(outer: &Path, name: &str) -> Option<PathBuf> {
    let folder = outer.join(name);
    if !folder.is_dir() {
        return None;
    }
    let swap = |letter: char| {
        if letter.is_ascii_lowercase() {
            letter.to_ascii_uppercase()
        } else {
            letter.to_ascii_lowercase()
        }
    };
    let swapped: String = name.chars().map(swap).collect();
    // Where the other spelling is found too, only the list of names tells.
    let is_told_apart = swapped == name || !outer.join(swapped).exists();
    let is_listed = || folders(outer).is_ok_and(|held| held.contains(&folder));
    (is_told_apart || is_listed()).then_some(folder)
}

/// The folders in a folder, links to folders among them: whoever keeps the root decides what it serves. None when there
/// is no such folder.
fn folders(folder: &Path) -> Result<Vec<PathBuf>, StoreError> {
    let read = || -> io::Result<Vec<PathBuf>> {
        let entries = fs::read_dir(folder)?.map(|entry| Ok(entry?.path()));
        entries.collect()
    };
    match read() {
        Ok(paths) => Ok(paths.into_iter().filter(|path| path.is_dir()).collect()),
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
