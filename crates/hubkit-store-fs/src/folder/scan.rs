//! Which files a repository's folder holds.

use std::{
    fs::{self, DirEntry},
    io,
    path::{Path, PathBuf},
};

use hubkit_store::{StoreError, StoreErrorKind};
use hubkit_types::{ParseRepoPathError, PathFault, RepoPath};

/// More files than any hub takes in one repository.
const MOST_FILES: usize = 1_000_000;

/// A file of a repository.
pub(super) struct Found {
    pub(super) path: RepoPath,
    pub(super) location: PathBuf,
}

/// Something in a served folder that is not served.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
#[non_exhaustive]
pub struct Skipped {
    /// Where it lies.
    pub location: PathBuf,
    /// Why it is not served: a lower-case fragment, safe to print.
    pub reason: String,
}

impl Skipped {
    pub(super) fn new(location: PathBuf, reason: impl Into<String>) -> Self {
        let reason = reason.into();
        Self { location, reason }
    }
}

/// What lies in a repository's folder.
pub(super) struct Scan {
    /// Where the folder is, without links.
    pub(super) real: PathBuf,
    /// Its files, sorted by path.
    pub(super) files: Vec<Found>,
    /// What can't be served, but for the state of git and of hub clients, which is no content.
    pub(super) skipped: Vec<Skipped>,
}

pub(super) fn scan(folder: &Path) -> Result<Scan, StoreError> {
    let fault =
        |at: &Path, fault| StoreError::io(format!("can't look through `{}`", at.display()), fault);
    let real = fs::canonicalize(folder).map_err(|error| fault(folder, error))?;
    let (mut files, mut skipped) = (Vec::new(), Vec::new());
    let mut open = vec![(String::new(), folder.to_owned())];
    while let Some((prefix, folder)) = open.pop() {
        let entries = fs::read_dir(&folder).map_err(|error| fault(&folder, error))?;
        for entry in entries {
            let entry = entry.map_err(|error| fault(&folder, error))?;
            let location = entry.path();
            let path = match path_of(&prefix, &entry) {
                Ok(path) => path,
                Err(None) => continue,
                Err(Some(reason)) => {
                    skipped.push(Skipped::new(location, reason));
                    continue;
                }
            };
            let file_type = entry.file_type().map_err(|error| fault(&location, error))?;
            if file_type.is_dir() {
                open.push((format!("{path}/"), location));
            } else if file_type.is_file()
                || (file_type.is_symlink() && leads_inside(&location, &real))
            {
                files.push(Found { path, location });
            } else if file_type.is_symlink() {
                let reason = "a link that does not lead to a file of the same repository";
                skipped.push(Skipped::new(location, reason));
            } else {
                skipped.push(Skipped::new(location, "neither a file nor a folder"));
            }
            if files.len() + skipped.len() + open.len() > MOST_FILES {
                let message = format!("`{}` holds more than {MOST_FILES} files", real.display());
                return Err(StoreError::new(StoreErrorKind::Unsupported, message));
            }
        }
    }
    files.sort_unstable_by(|left, right| left.path.cmp(&right.path));
    skipped.sort_unstable();
    Ok(Scan {
        real,
        files,
        skipped,
    })
}

/// The path of an entry, or why it has none; no reason where there is nothing to say about it.
fn path_of(prefix: &str, entry: &DirEntry) -> Result<RepoPath, Option<String>> {
    let name = entry.file_name();
    let name = name
        .to_str()
        .ok_or_else(|| Some("its name is not UTF-8".to_owned()))?;
    format!("{prefix}{name}")
        .parse()
        .map_err(|error: ParseRepoPathError| match error.fault() {
            PathFault::DotGit | PathFault::ClientState => None,
            _ => Some(error.to_string()),
        })
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
