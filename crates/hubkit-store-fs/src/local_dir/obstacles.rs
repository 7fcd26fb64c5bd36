//! What stands in the way of files.

use std::{collections::BTreeSet, io::Read as _, path::Path};

use hubkit_lfs::{Pointer, recognise};
use hubkit_store::{StoreError, StoreErrorKind};
use hubkit_types::{RepoPath, TreeFile};

use super::{
    Overwrite,
    beneath::{Folder, Kind, Look, Reached},
    contents::{Found, Standing},
    metadata::{Record, Tolerance},
    state::{FolderState, Opened},
};

/// What one file needs.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Need {
    /// It is there, as the store put it or as the user had it.
    Nothing,
    /// It goes where nothing is.
    Place,
    /// It goes in the place of another file or a link, which looked so.
    Replace(Look),
    /// It goes in the place of a shorter file that looked so, if that turns out to be the beginning of it.
    Complete(Look),
}

/// What a file of the user's is called.
pub(super) const OWN: &str = "a file of your own";

/// Fails if one of these files could not be put into place; changes nothing.
pub(super) fn check(state: &FolderState, files: &[TreeFile]) -> Result<(), StoreError> {
    let Some(opened) = state.open()? else {
        return above(state.root()).map_or(Ok(()), |folder| may_write(&folder));
    };
    let mut first = None;
    let mut more = 0_usize;
    let mut parents = BTreeSet::new();
    for file in files {
        match opened.need(file) {
            Ok(Need::Nothing) => {}
            Ok(Need::Place | Need::Replace(_) | Need::Complete(_)) => {
                parents.insert(file.path.parent().unwrap_or_default());
            }
            Err(fault) if fault.kind() == StoreErrorKind::Occupied => {
                more += usize::from(first.is_some());
                first.get_or_insert(fault);
            }
            Err(fault) => return Err(fault),
        }
    }
    match first {
        Some(fault) if more > 0 => {
            let more = match more {
                1 => "one more file has".to_owned(),
                more => format!("{more} more files have"),
            };
            let message = format!("{fault}; {more} something in the way");
            return Err(StoreError::new(StoreErrorKind::Occupied, message));
        }
        Some(fault) => return Err(fault),
        None => {}
    }
    for parent in parents {
        if let Reached::End(folder) | Reached::Short(folder) = opened.root.reach(parent)? {
            may_write(&folder)?;
        }
    }
    Ok(())
}

/// The folder in which a folder would be made that is not there yet.
fn above(root: &Path) -> Option<Folder> {
    root.ancestors().skip(1).find_map(|ancestor| {
        let ancestor = if ancestor.as_os_str().is_empty() {
            Path::new(".")
        } else {
            ancestor
        };
        Folder::named(ancestor).ok().flatten()
    })
}

fn may_write(folder: &Folder) -> Result<(), StoreError> {
    folder.may_write().map_err(|fault| {
        let message = format!("can't write to `{}`", folder.path().display());
        StoreError::io(message, fault)
    })
}

/// The pointer that lies in the place of its file.
fn pointer_at(path: &RepoPath, standing: &Standing) -> Option<Pointer> {
    if standing.look.size >= Pointer::LIMIT as u64 {
        return None;
    }
    let file = standing.folder.open(path.file_name()).ok()?;
    let mut start = Vec::new();
    let most = Pointer::LIMIT as u64;
    file.take(most).read_to_end(&mut start).ok()?;
    recognise(&start).pointer().cloned()
}

impl Opened<'_> {
    /// What a file needs, or why it can't have its place: an error of kind `Occupied`.
    pub(super) fn need(&self, file: &TreeFile) -> Result<Need, StoreError> {
        match self.find(&file.path)? {
            Found::Nothing => Ok(Need::Place),
            Found::Blocked(at) => {
                let message = format!(
                    "`{}` is no folder, or a link to one, where `{}` should go",
                    at.display(),
                    file.path
                );
                Err(StoreError::new(StoreErrorKind::Occupied, message))
            }
            Found::Folder => Err(self.in_the_way(&file.path, "a folder")),
            Found::There(standing) => self.need_of(file, &standing),
        }
    }

    fn need_of(&self, file: &TreeFile, standing: &Standing) -> Result<Need, StoreError> {
        let (path, look) = (&file.path, standing.look);
        if look.kind == Kind::File {
            let record = self.record_of(path, standing, Tolerance::Second)?;
            let is_same = |record: Record| record.blob == file.blob() && look.size == file.size;
            if record.is_some_and(is_same) {
                return Ok(Need::Nothing);
            }
        }
        if self.state.overwrite() == Overwrite::Replace && look.kind != Kind::File {
            return Ok(Need::Replace(look));
        }
        match look.kind {
            Kind::Link => return Err(self.in_the_way(path, "a link")),
            Kind::Other => return Err(self.in_the_way(path, "no file, but a pipe or a device")),
            Kind::Folder => return Err(self.in_the_way(path, "a folder")),
            Kind::File => {}
        }
        let is_spelled = standing.folder.is_spelled(path.file_name());
        let is_own = self.record_of(path, standing, Tolerance::None)?.is_some();
        if is_own && is_spelled {
            Ok(Need::Replace(look))
        } else if self.is(path, standing, file)? {
            Ok(Need::Nothing)
        } else if self.state.overwrite() == Overwrite::Replace {
            Ok(Need::Replace(look))
        } else if is_spelled && look.size < file.size && self.is_recorded(file) {
            // A crash of the disk or of another client leaves such files.
            Ok(Need::Complete(look))
        } else if is_spelled {
            // A clone without git-lfs: what lies there looks like the file until someone loads it.
            match pointer_at(path, standing) {
                Some(pointer) => Err(self.in_the_way(path, &pointer.not_the_file().to_string())),
                None => Err(self.in_the_way(path, OWN)),
            }
        } else {
            let what =
                "a file whose name is spelled otherwise, which is the same to this file system";
            Err(self.in_the_way(path, what))
        }
    }

    /// Whether the file was once put into its place as it should be now, whatever became of it.
    fn is_recorded(&self, file: &TreeFile) -> bool {
        let record = self.record(&file.path);
        record.is_some_and(|record| record.blob == file.blob())
    }

    pub(super) fn in_the_way(&self, path: &RepoPath, what: &str) -> StoreError {
        let location = self.state.root().join(path.as_str());
        let message = format!(
            "`{}` is {what}, where `{path}` should go",
            location.display()
        );
        StoreError::new(StoreErrorKind::Occupied, message)
    }
}
