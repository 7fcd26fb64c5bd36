//! Putting files into their places.

use std::{
    collections::HashMap,
    fs::{self, File},
    io::{self, Read as _},
    path::Path,
};

use hubkit_cache::{durable, read_plain};
use hubkit_store::{Digester, Snapshot, StoreError, StoreErrorKind};
use hubkit_types::{BlobId, CommitId, TreeFile};

use super::{
    Overwrite,
    folder_state::{FolderState, Found, is_short, remove_file},
    metadata::{Record, Tolerance},
};
use crate::blocking::store_error;

/// What one file needs.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Need {
    /// It is there, as the store put it or as the user had it.
    Nothing,
    /// It goes where nothing is.
    Place,
    /// It goes in the place of another file.
    Replace,
}

/// What would stand in the way of these files.
pub(super) fn check(state: &FolderState, files: &[TreeFile]) -> Result<(), StoreError> {
    state.look()?;
    files
        .iter()
        .try_for_each(|file| need(state, file).map(|_| ()))
}

/// Looks at everything before it changes anything: what stands in the way of one file keeps all others out.
pub(super) fn record(state: &FolderState, snapshot: &Snapshot) -> Result<(), StoreError> {
    state.prepare()?;
    let _alone = state.alone();
    let mut needs = Vec::new();
    for file in &snapshot.files {
        needs.push((file, need(state, file)?));
    }
    let mut uses: HashMap<BlobId, usize> = HashMap::new();
    for (file, need) in &needs {
        if *need != Need::Nothing {
            check_source(state, file).or_else(|fault| {
                if fault.kind() != StoreErrorKind::NotFound {
                    return Err(fault);
                }
                state.forget_index();
                check_source(state, file)
            })?;
            *uses.entry(file.blob()).or_default() += 1;
        }
    }
    // A file that is the source of one path may be the one that another path replaces.
    for (file, _) in needs.iter().filter(|(_, need)| *need != Need::Nothing) {
        set_aside(state, file)?;
    }
    if let Some(listing) = &snapshot.listing {
        let trees = state.trees();
        trees.write(snapshot.commit, listing).map_err(store_error)?;
    }
    for (file, need) in needs {
        if need != Need::Nothing {
            let left = uses.entry(file.blob()).or_insert(1);
            *left -= 1;
            put(state, file, need, *left)?;
        }
        keep_record(state, file, snapshot.commit)?;
    }
    for file in &snapshot.files {
        // Bytes that came for a file that turned out to be there.
        remove_file(&state.verified(file.blob()))?;
    }
    Ok(())
}

fn need(state: &FolderState, file: &TreeFile) -> Result<Need, StoreError> {
    let in_the_way = |what: &str| {
        let message = format!(
            "`{}` is {what}, where `{}` should go",
            state.root().join(file.path.as_str()).display(),
            file.path
        );
        StoreError::new(StoreErrorKind::Occupied, message)
    };
    match state.find(&file.path)? {
        Found::Nothing => Ok(Need::Place),
        Found::Blocked(at) => {
            let message = format!(
                "`{}` is no folder, or a link to one, where `{}` should go",
                at.display(),
                file.path
            );
            Err(StoreError::new(StoreErrorKind::Occupied, message))
        }
        Found::Folder => Err(in_the_way("a folder")),
        Found::Link if state.overwrite() == Overwrite::Replace => Ok(Need::Replace),
        Found::Link => Err(in_the_way("a link")),
        Found::File(found) => {
            let is_same = |record: Record| record.blob == file.blob() && found.len() == file.size;
            let record = state.record_of(&file.path, &found, Tolerance::Second)?;
            if record.is_some_and(is_same) {
                Ok(Need::Nothing)
            } else if state
                .record_of(&file.path, &found, Tolerance::None)?
                .is_some()
            {
                Ok(Need::Replace)
            } else if state.is(&file.path, &found, file)? {
                Ok(Need::Nothing)
            } else if state.overwrite() == Overwrite::Replace {
                Ok(Need::Replace)
            } else {
                Err(in_the_way("a file of your own"))
            }
        }
    }
}

fn check_source(state: &FolderState, file: &TreeFile) -> Result<(), StoreError> {
    let (kind, found) = match state.blob(file.blob())? {
        Some((_, size)) if size == file.size => return Ok(()),
        Some((_, size)) => (StoreErrorKind::Integrity, format!("has {size} bytes")),
        None => (StoreErrorKind::NotFound, "is not in the folder".to_owned()),
    };
    let message = format!(
        "blob {} of `{}`, {} bytes, {found}",
        file.blob(),
        file.path,
        file.size
    );
    Err(StoreError::new(kind, message))
}

/// Makes sure that the blob is among those that wait, and not only in some file.
fn set_aside(state: &FolderState, file: &TreeFile) -> Result<(), StoreError> {
    let verified = state.verified(file.blob());
    match state.blob(file.blob())? {
        Some((path, _)) if path == verified => Ok(()),
        Some((path, _)) => copy(state, &path, file, &verified).inspect_err(|fault| {
            if fault.kind() == StoreErrorKind::Integrity {
                state.disown(&path);
            }
        }),
        None => check_source(state, file),
    }
}

/// Puts a waiting blob into its place; `left` is how many more places it has.
fn put(state: &FolderState, file: &TreeFile, need: Need, left: usize) -> Result<(), StoreError> {
    let parent = file.path.parent().unwrap_or_default();
    let folder = durable::folders(state.root(), parent).map_err(store_error)?;
    let target = folder.join(file.path.file_name());
    if need == Need::Place && fs::symlink_metadata(&target).is_ok() {
        // What another process put there is as good as what this one would have.
        if is_right(state, file)? {
            return Ok(());
        }
        let message = format!(
            "`{}` appeared meanwhile: this file system takes two names for one, or another program is at work",
            target.display()
        );
        return Err(StoreError::new(StoreErrorKind::Occupied, message));
    }
    // From here until the new record is written the file counts as nobody's, and is told by its digest.
    remove_file(&state.record_path(&file.path))?;
    let verified = state.verified(file.blob());
    if left > 0 {
        return match copy(state, &verified, file, &target) {
            Err(fault) if fault.kind() == StoreErrorKind::NotFound && is_right(state, file)? => {
                Ok(())
            }
            other => other,
        };
    }
    match fs::rename(&verified, &target) {
        Ok(()) => {
            state.digests().trust(&target, file.blob());
            durable::sync_folder(&folder).map_err(store_error)
        }
        Err(fault) if fault.kind() == io::ErrorKind::NotFound && is_right(state, file)? => Ok(()),
        Err(fault) => {
            let message = format!("can't put `{}` into place", target.display());
            Err(StoreError::io(message, fault))
        }
    }
}

/// Whether a file has its place already.
fn is_right(state: &FolderState, file: &TreeFile) -> Result<bool, StoreError> {
    match state.find(&file.path)? {
        Found::File(found) => state.is(&file.path, &found, file),
        _ => Ok(false),
    }
}

/// Copies a blob, and makes sure on the way that it is the one.
fn copy(
    state: &FolderState,
    source: &Path,
    file: &TreeFile,
    target: &Path,
) -> Result<(), StoreError> {
    let unreadable = |fault| StoreError::io(format!("can't read `{}`", source.display()), fault);
    let mut open = File::open(source).map_err(unreadable)?;
    let partial = state.begin(file.blob(), file.size)?;
    let mut digester = Digester::for_blob(file.blob(), file.size);
    let mut offset = 0;
    let mut buffer = Vec::new();
    loop {
        buffer.clear();
        let read = (&mut open).take(1 << 20).read_to_end(&mut buffer);
        if read.map_err(unreadable)? == 0 {
            break;
        }
        partial.write_at(offset, &buffer).map_err(store_error)?;
        digester.update(&buffer);
        offset += buffer.len() as u64;
    }
    if offset != file.size || digester.finish() != file.blob() {
        let message = format!(
            "`{}` was changed and is no longer blob {}",
            source.display(),
            file.blob()
        );
        return Err(StoreError::new(StoreErrorKind::Integrity, message));
    }
    partial.publish(target).map_err(store_error)?;
    state.digests().trust(target, file.blob());
    Ok(())
}

fn keep_record(state: &FolderState, file: &TreeFile, commit: CommitId) -> Result<(), StoreError> {
    let target = state.root().join(file.path.as_str());
    let modified = fs::symlink_metadata(&target).and_then(|metadata| metadata.modified());
    let modified = modified.map_err(|fault| {
        let message = format!("can't look at `{}`", target.display());
        StoreError::io(message, fault)
    })?;
    let mut record = Record::new(commit, file.blob(), modified);
    // Where the file is the one that was recorded, the time of that record stays: with the time of now, a change in the
    // second since would become the recorded content.
    if let Some(held) = state.read_record(&file.path)
        && held.blob == record.blob
        && held.has_time(modified, Tolerance::Second)
    {
        record.written = held.written;
    }
    record.path = Some(&file.path).filter(|path| !is_short(path)).cloned();
    let path = state.record_path(&file.path);
    let parent = file.path.parent().unwrap_or_default();
    durable::folders(&state.prepare()?, parent).map_err(store_error)?;
    let text = record.render();
    let held = read_plain(&path, text.len() as u64).map_err(store_error)?;
    if held.is_some_and(|held| held == text.as_bytes()) {
        return Ok(());
    }
    durable::write(&path, text.as_bytes()).map_err(store_error)?;
    state.with_index(|index| {
        let paths = index.entry(file.blob()).or_default();
        paths.insert(file.path.clone());
    })
}
