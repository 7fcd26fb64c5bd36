//! What lies below a folder, reached so that no link on the way is followed.
//!
//! On Unix each folder is held open and the next one is opened from it, so a link that takes a folder's place is met
//! instead of followed, however late it comes. Elsewhere each step is looked at before it is taken.

#[cfg_attr(unix, path = "beneath/handles.rs")]
#[cfg_attr(not(unix), path = "beneath/paths.rs")]
mod folder;
mod fresh;

use std::{
    fs::File,
    io::{self, Read as _},
    path::{Path, PathBuf},
    time::SystemTime,
};

use hubkit_store::{StoreError, StoreErrorKind};

pub(super) use folder::Folder;
pub(super) use fresh::Fresh;

/// What stands under a name, the link itself where it is one.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Look {
    pub(super) kind: Kind,
    pub(super) size: u64,
    pub(super) modified: Option<SystemTime>,
    /// What tells one file from another where both look alike.
    pub(super) identity: Option<(u64, u64)>,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Kind {
    File,
    Folder,
    Link,
    /// A pipe, a device or the like.
    Other,
}

/// The next step down.
pub(super) enum Step {
    Folder(Folder),
    Nothing,
    /// A link, or something that is no folder.
    Blocked,
}

/// How far down a path leads.
pub(super) enum Reached {
    /// To its end.
    End(Folder),
    /// To this folder; the next one is not there.
    Short(Folder),
    /// To a link, or to something that is no folder, which stands here.
    Blocked(PathBuf),
}

impl Folder {
    /// Goes down `below` (parts with `/` between them) as far as there are folders.
    pub(super) fn reach(&self, below: &str) -> Result<Reached, StoreError> {
        let mut folder = self.clone();
        for part in parts(below) {
            match folder.step(part).map_err(cannot_open(&folder, part))? {
                Step::Folder(next) => folder = next,
                Step::Nothing => return Ok(Reached::Short(folder)),
                Step::Blocked => return Ok(Reached::Blocked(folder.path().join(part))),
            }
        }
        Ok(Reached::End(folder))
    }

    /// The folder `below` this one; `None` when it is not there, an error of kind `Corrupt` when a link or a file is.
    pub(super) fn existing(&self, below: &str) -> Result<Option<Self>, StoreError> {
        match self.reach(below)? {
            Reached::End(folder) => Ok(Some(folder)),
            Reached::Short(_) => Ok(None),
            Reached::Blocked(at) => Err(blocked(&at)),
        }
    }

    /// The folder `below` this one, made where it is missing; an error of kind `Corrupt` when a link or a file is there.
    pub(super) fn folders(&self, below: &str) -> Result<Self, StoreError> {
        let mut folder = self.clone();
        for part in parts(below) {
            folder = folder.into(part)?;
        }
        Ok(folder)
    }

    fn into(self, name: &str) -> Result<Self, StoreError> {
        loop {
            match self.step(name).map_err(cannot_open(&self, name))? {
                Step::Folder(next) => return Ok(next),
                Step::Blocked => return Err(blocked(&self.path().join(name))),
                Step::Nothing => match self.make(name) {
                    // A new folder is only as durable as its name in this one.
                    Ok(()) => self.sync()?,
                    Err(fault) if fault.kind() == io::ErrorKind::AlreadyExists => {}
                    Err(fault) => {
                        let message =
                            format!("can't create `{}`", self.path().join(name).display());
                        return Err(StoreError::io(message, fault));
                    }
                },
            }
        }
    }

    /// What stands under a name; `None` when there is nothing.
    pub(super) fn look(&self, name: &str) -> Result<Option<Look>, StoreError> {
        match self.look_at(name) {
            Ok(look) => Ok(Some(look)),
            Err(fault) if fault.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(fault) => {
                let message = format!("can't look at `{}`", self.path().join(name).display());
                Err(StoreError::io(message, fault))
            }
        }
    }

    /// The content of a plain file of at most `most` bytes; `None` when there is none.
    pub(super) fn read(&self, name: &str, most: u64) -> Option<Vec<u8>> {
        let file = self.open_file(name).ok()?;
        let is_short = file.metadata().is_ok_and(|metadata| metadata.len() <= most);
        let mut bytes = Vec::new();
        // It may have grown since.
        let mut file = is_short.then_some(file)?.take(most.saturating_add(1));
        let count = file.read_to_end(&mut bytes).ok()? as u64;
        (count <= most).then_some(bytes)
    }

    /// Opens a plain file to read it.
    pub(super) fn open(&self, name: &str) -> Result<File, StoreError> {
        self.open_file(name).map_err(|fault| {
            let message = format!("can't read `{}`", self.path().join(name).display());
            StoreError::io(message, fault)
        })
    }

    /// Removes a file or a link; `false` when there was nothing.
    pub(super) fn remove(&self, name: &str) -> Result<bool, StoreError> {
        match self.unlink(name) {
            Ok(()) => Ok(true),
            Err(fault) if fault.kind() == io::ErrorKind::NotFound => Ok(false),
            Err(fault) => {
                let message = format!("can't remove `{}`", self.path().join(name).display());
                Err(StoreError::io(message, fault))
            }
        }
    }

    /// Whether what has this name is spelled exactly so: some file systems find it under a name whose letters have
    /// another case or another form.
    pub(super) fn is_spelled(&self, name: &str) -> bool {
        let swap = |letter: char| {
            if letter.is_ascii_lowercase() {
                letter.to_ascii_uppercase()
            } else {
                letter.to_ascii_lowercase()
            }
        };
        let swapped: String = name.chars().map(swap).collect();
        let is_exact = name.is_ascii() && (swapped == name || self.look_at(&swapped).is_err());
        // Only the list of names tells the rest.
        is_exact
            || self
                .names()
                .is_ok_and(|names| names.iter().any(|held| held == name))
    }

    /// Makes what was created, renamed or removed here survive a loss of power, where the platform can.
    pub(super) fn sync(&self) -> Result<(), StoreError> {
        self.flush().map_err(|fault| {
            let message = format!("can't sync `{}`", self.path().display());
            StoreError::io(message, fault)
        })
    }

    /// The plain files and the links in this folder and below, by path, `/` between the parts. Links are not followed;
    /// names that are no text, and what lies deeper than any path of a repository, are left out.
    pub(super) fn walk(&self) -> Result<Vec<String>, StoreError> {
        let mut found = Vec::new();
        let mut folders = vec![(String::new(), self.clone(), 0)];
        while let Some((prefix, folder, depth)) = folders.pop() {
            let names = folder.names().map_err(|fault| {
                let message = format!("can't list `{}`", folder.path().display());
                StoreError::io(message, fault)
            })?;
            for name in names {
                let path = format!("{prefix}{name}");
                match folder.look(&name)?.map(|look| look.kind) {
                    Some(Kind::Folder) if depth < DEPTH => {
                        if let Ok(Step::Folder(next)) = folder.step(&name) {
                            folders.push((format!("{path}/"), next, depth + 1));
                        }
                    }
                    Some(Kind::Folder) | None => {}
                    Some(_) => found.push(path),
                }
            }
        }
        Ok(found)
    }
}

/// How deep a walk goes: as deep as a path of a repository.
const DEPTH: usize = 128;

fn parts(below: &str) -> impl Iterator<Item = &str> {
    below.split('/').filter(|part| !part.is_empty())
}

fn cannot_open(folder: &Folder, name: &str) -> impl FnOnce(io::Error) -> StoreError {
    let path = folder.path().join(name);
    move |fault| StoreError::io(format!("can't open `{}`", path.display()), fault)
}

fn blocked(at: &Path) -> StoreError {
    let message = format!(
        "`{}` is a link or a file, where a folder should be",
        at.display()
    );
    StoreError::new(StoreErrorKind::Corrupt, message)
}
