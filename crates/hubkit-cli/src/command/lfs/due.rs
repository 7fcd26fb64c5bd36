//! Which pointers are to become files, and which are left as they are.

use std::{
    collections::HashSet,
    fs, io,
    path::{Path, PathBuf},
};

use hubkit::{RepoPath, lfs::Pointer, plan::Selection};
use hubkit_git::{PointerStanding, WorkTree};

use super::{
    content::Due,
    found::{Found, What, look_through},
    of_git,
};
use crate::{exit::Exit, failure::Failure};

/// A pointer that is left as it is, and why.
pub(super) struct Skipped {
    pub(super) path: String,
    pub(super) why: String,
    /// `Done` for what is somebody's own, `No` for what should have become a file and could not.
    pub(super) exit: Exit,
}

/// What was found, told apart.
#[derive(Default)]
pub(super) struct Sorted {
    pub(super) due: Vec<Due>,
    pub(super) skipped: Vec<Skipped>,
    /// Whether git has any of them in its index.
    pub(super) is_any_known: bool,
}

impl Sorted {
    fn skip(&mut self, path: impl Into<String>, why: impl Into<String>, exit: Exit) {
        self.skipped.push(Skipped {
            path: path.into(),
            why: why.into(),
            exit,
        });
    }

    fn wants(&mut self, path: RepoPath, pointer: Pointer) {
        if pointer.extensions().is_empty() {
            self.due.push(Due { path, pointer });
            return;
        }
        let why = "its pointer has extensions: the object is not the file, which only the programs that they name can make of it";
        self.skip(path.as_str(), why, Exit::No);
    }

    fn in_order(mut self) -> Self {
        self.due.sort_by(|one, other| one.path.cmp(&other.path));
        self.skipped.sort_by(|one, other| one.path.cmp(&other.path));
        self
    }
}

/// The part of a clone that was named.
pub(super) struct Below {
    root: PathBuf,
    named: PathBuf,
}

impl Below {
    pub(super) fn new(clone: &WorkTree, named: &Path) -> Result<Self, Failure> {
        let root = fs::canonicalize(clone.root()).map_err(|error| unreadable(named, &error))?;
        let named = fs::canonicalize(named).map_err(|error| unreadable(named, &error))?;
        Ok(Self { root, named })
    }

    pub(super) fn has(&self, path: &RepoPath) -> bool {
        // Git's own folder may lie elsewhere: then all is meant.
        match self.named.strip_prefix(&self.root) {
            Ok(below) => Path::new(path.as_str()).starts_with(below),
            Err(_) => true,
        }
    }
}

/// What is due in a clone; `takes_all` counts those that git does not have in its index.
pub(super) fn of_clone(
    clone: &WorkTree,
    below: &Below,
    selection: &Selection,
    takes_all: bool,
) -> Result<Sorted, Failure> {
    let mut sorted = Sorted::default();
    let mut known = HashSet::new();
    for met in clone.pointers().map_err(|error| of_git(&error))? {
        known.insert(met.path.clone());
        if !below.has(&met.path) || !selection.keeps(&met.path) {
            continue;
        }
        sorted.is_any_known = true;
        let why = match met.standing {
            PointerStanding::CheckedOut => {
                sorted.wants(met.path, met.pointer);
                continue;
            }
            PointerStanding::NoAttribute => {
                "no `.gitattributes` keeps it in LFS, so git would take the file for a change"
            }
            PointerStanding::Changed => "it is not what git has in its index",
        };
        sorted.skip(met.path.as_str(), why, Exit::Done);
    }
    let attributes = clone.attributes().map_err(|error| of_git(&error))?;
    let folder = if below.named.starts_with(&below.root) {
        &below.named
    } else {
        &below.root
    };
    for one in look(folder)? {
        let Ok(inner) = one.file.strip_prefix(&below.root) else {
            continue;
        };
        let text = inner
            .to_string_lossy()
            .replace(std::path::MAIN_SEPARATOR, "/");
        // What a link leads to counts where it lies itself.
        let is_link = fs::symlink_metadata(&one.file).is_ok_and(|found| found.is_symlink());
        if is_link || !selection.keeps_text(&text) {
            continue;
        }
        match (one.what, path_of(inner, &text)) {
            (_, Ok(path)) if known.contains(&path) => {}
            (What::Pointer(pointer), Ok(path)) if takes_all => sorted.wants(path, pointer),
            (What::Pointer(_), Ok(_)) => {
                sorted.skip(
                    text,
                    "git does not have it in its index, or has it in conflict",
                    Exit::Done,
                );
            }
            // It may be anything, such as a text about pointers.
            (What::Broken(_), Ok(path)) if !attributes.is_lfs(&path) => {}
            (What::Broken(why), Ok(_)) | (_, Err(why)) => sorted.skip(text, why, Exit::No),
        }
    }
    Ok(sorted.in_order())
}

/// What is due in a folder.
pub(super) fn of_folder(folder: &Path, selection: &Selection) -> Result<Sorted, Failure> {
    let mut sorted = Sorted::default();
    for one in look(folder)? {
        if !selection.keeps_text(&one.path) {
            continue;
        }
        // With links as they are: none is written through.
        match (one.what, path_of(&one.file, &one.path)) {
            (What::Pointer(pointer), Ok(path)) => sorted.wants(path, pointer),
            (What::Broken(why), _) | (_, Err(why)) => sorted.skip(one.path, why, Exit::No),
        }
    }
    Ok(sorted.in_order())
}

/// The path that a name makes, if every platform has such names.
fn path_of(file: &Path, text: &str) -> Result<RepoPath, String> {
    if file.to_str().is_none() && text.contains(char::REPLACEMENT_CHARACTER) {
        return Err("its name is not UTF-8".to_owned());
    }
    let parsed = text.parse::<RepoPath>();
    parsed.map_err(|error| format!("it has a name that not every platform has: {error}"))
}

fn look(folder: &Path) -> Result<Vec<Found>, Failure> {
    look_through(folder).map_err(|error| unreadable(folder, &error))
}

fn unreadable(folder: &Path, error: &io::Error) -> Failure {
    let exit = match error.kind() {
        io::ErrorKind::NotFound => Exit::NotFound,
        _ => Exit::Disk,
    };
    let message = format!("{} can't be looked through: {error}", folder.display());
    Failure::new(exit, "unreadable", message)
}

#[cfg(test)]
mod tests;
