//! Which files a repository's folder holds.

use std::{
    fs::{self, DirEntry},
    io,
    path::{Path, PathBuf},
};

use hubkit_store::{StoreError, StoreErrorKind};
use hubkit_types::RepoPath;

/// More files than any hub takes in one repository.
const MOST_FILES: usize = 1_000_000;

/// A file of a repository.
pub(super) struct Found {
    pub(super) path: RepoPath,
    pub(super) location: PathBuf,
}

/// Every file of a repository, sorted by path.
pub(super) fn files(folder: &Path) -> Result<Vec<Found>, StoreError> {
    let fault =
        |at: &Path, fault| StoreError::io(format!("can't look through `{}`", at.display()), fault);
    let real = fs::canonicalize(folder).map_err(|error| fault(folder, error))?;
    let mut found = Vec::new();
    let mut open = vec![(String::new(), folder.to_owned())];
    while let Some((prefix, folder)) = open.pop() {
        let entries = fs::read_dir(&folder).map_err(|error| fault(&folder, error))?;
        for entry in entries {
            let entry = entry.map_err(|error| fault(&folder, error))?;
            let Some(path) = path_of(&prefix, &entry) else {
                continue;
            };
            let location = entry.path();
            let file_type = entry.file_type().map_err(|error| fault(&location, error))?;
            if file_type.is_dir() {
                open.push((format!("{path}/"), location));
            } else if file_type.is_file()
                || (file_type.is_symlink() && leads_inside(&location, &real))
            {
                found.push(Found { path, location });
            }
            if found.len() + open.len() > MOST_FILES {
                let message = format!("`{}` holds more than {MOST_FILES} files", real.display());
                return Err(StoreError::new(StoreErrorKind::Unsupported, message));
            }
        }
    }
    found.sort_unstable_by(|left, right| left.path.cmp(&right.path));
    Ok(found)
}

fn path_of(prefix: &str, entry: &DirEntry) -> Option<RepoPath> {
    let name = entry.file_name();
    format!("{prefix}{}", name.to_str()?).parse().ok()
}

/// Whether a link leads to a file of the same repository that would be served under its own name too.
fn leads_inside(link: &Path, real: &Path) -> bool {
    let target = || -> io::Result<PathBuf> {
        let target = fs::canonicalize(link)?;
        let is_file = fs::metadata(&target)?.is_file();
        Ok(if is_file { target } else { PathBuf::new() })
    };
    let Ok(target) = target() else {
        return false;
    };
    let Ok(inner) = target.strip_prefix(real) else {
        return false;
    };
    let parts: Option<Vec<&str>> = inner.iter().map(|part| part.to_str()).collect();
    parts.is_some_and(|parts| parts.join("/").parse::<RepoPath>().is_ok())
}
