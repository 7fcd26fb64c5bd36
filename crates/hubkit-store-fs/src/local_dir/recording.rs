//! Putting files into their places.

use std::{
    collections::{BTreeSet, HashMap},
    io,
};

use hubkit_store::{BlobKey, Snapshot, StoreError, StoreErrorKind, check_recorded};
use hubkit_types::{BlobId, CommitId, Repo, TreeFile};

use super::{
    Overwrite,
    beneath::{Folder, Look},
    contents::{Found, Source},
    metadata::{Record, Tolerance},
    obstacles::{Need, OWN},
    reuse,
    state::{FolderState, Opened, waiting_name},
};

/// Looks at everything before it changes anything: what stands in the way of one file keeps all others out.
pub(super) fn record(state: &FolderState, snapshot: &Snapshot) -> Result<(), StoreError> {
    let opened = state.prepare()?;
    let _alone = opened.alone()?;
    let mut needs = Vec::new();
    for file in &snapshot.files {
        needs.push((file, opened.need(file)?));
    }
    let mut uses: HashMap<BlobId, usize> = HashMap::new();
    for (file, _) in needs.iter().filter(|(_, need)| *need != Need::Nothing) {
        // A file that is the source of one path may be the one that another path replaces.
        set_aside(&opened, &snapshot.repo, file)?;
        *uses.entry(file.blob()).or_default() += 1;
    }
    for (file, need) in &mut needs {
        if let Need::Complete(look) = *need {
            *need = complete(&opened, file, look)?;
        }
    }
    if let Some(listing) = &snapshot.listing {
        opened.keep_listing(snapshot.commit, listing)?;
    }
    let mut changed = BTreeSet::new();
    for (file, need) in needs {
        if need != Need::Nothing {
            let left = uses.entry(file.blob()).or_insert(1);
            *left -= 1;
            put(&opened, file, need, *left)?;
            changed.insert(file.path.parent().unwrap_or_default());
        }
        keep_record(&opened, file, snapshot.commit)?;
    }
    for parent in changed {
        opened.root.folders(parent)?.sync()?;
    }
    for file in &snapshot.files {
        // Bytes that came for a file that turned out to be there.
        opened.download()?.remove(&waiting_name(file.blob()))?;
    }
    opened.sweep()
}

/// Makes sure that the blob is among those that wait, and not only in some file.
fn set_aside(opened: &Opened<'_>, repo: &Repo, file: &TreeFile) -> Result<(), StoreError> {
    let state = opened.state;
    let key = BlobKey::new(repo.clone(), file.blob());
    let found = match state.blob(&key)? {
        None => {
            state.forget_index();
            state.blob(&key)?
        }
        found => found,
    };
    check_recorded(file, found.as_ref().map(|blob| blob.size))?;
    let Some(source) = found.map(|blob| blob.source) else {
        return Ok(());
    };
    match (&source, state.lender()) {
        (Source::Waiting, _) => Ok(()),
        (Source::Cached(path), Some(lender)) => {
            if opened.borrow(lender, path, file)? {
                return Ok(());
            }
            let message = format!(
                "`{}` in the cache is damaged, so `{}` can't be taken from there",
                path.display(),
                file.path
            );
            Err(StoreError::new(StoreErrorKind::NotFound, message))
        }
        (Source::Cached(_) | Source::Own(_), _) => {
            let bytes = state.open_blob(file.blob(), &source)?;
            let own = match &source {
                Source::Own(path) => Some(path.clone()),
                Source::Waiting | Source::Cached(_) => None,
            };
            let path = state.path_of(file.blob(), source);
            if opened.copy_aside(bytes, &path, file)? {
                return Ok(());
            }
            if let Some(own) = own {
                opened.remove_record(&own)?;
            }
            let message = format!(
                "`{}` was changed and is no longer blob {}",
                path.display(),
                file.blob()
            );
            Err(StoreError::new(StoreErrorKind::Integrity, message))
        }
    }
}

/// A file that is too short goes if it is the beginning of the right one; else it is the user's own.
fn complete(opened: &Opened<'_>, file: &TreeFile, look: Look) -> Result<Need, StoreError> {
    let whole = opened.download()?.open(&waiting_name(file.blob()))?;
    let is_beginning = match opened.find(&file.path)? {
        Found::There(standing) if standing.look == look => {
            reuse::is_beginning(standing.folder.open(file.path.file_name())?, whole)
        }
        _ => false,
    };
    if is_beginning {
        Ok(Need::Replace(look))
    } else {
        Err(opened.in_the_way(&file.path, OWN))
    }
}

/// Puts a waiting blob into its place; `left` is how many more places it has.
fn put(opened: &Opened<'_>, file: &TreeFile, need: Need, left: usize) -> Result<(), StoreError> {
    let folder = opened
        .root
        .folders(file.path.parent().unwrap_or_default())?;
    // From here until the new record is written the file counts as nobody's, and is told by its digest.
    opened.remove_record(&file.path)?;
    let (download, waiting) = (opened.download()?, waiting_name(file.blob()));
    let moved = if left == 0 {
        move_in(opened, download, &waiting, &folder, file, need)
    } else {
        download.open(&waiting).and_then(|bytes| {
            let path = opened.state.waiting_path(file.blob());
            let copy = opened.copy(bytes, &path, file)?.ok_or_else(|| {
                let message = format!("`{}` was changed", path.display());
                StoreError::new(StoreErrorKind::Integrity, message)
            })?;
            move_in(opened, download, copy.name(), &folder, file, need)
        })
    };
    match moved {
        Ok(()) => {
            let location = opened.state.root().join(file.path.as_str());
            opened
                .state
                .trust(&folder, file.path.file_name(), &location, file.blob());
            Ok(())
        }
        // What another process put there is as good as what this one would have.
        Err(fault)
            if matches!(
                fault.kind(),
                StoreErrorKind::NotFound | StoreErrorKind::Occupied
            ) && is_right(opened, file)? =>
        {
            Ok(())
        }
        Err(fault) => Err(fault),
    }
}

/// Gives a file its place, and takes nothing else's.
fn move_in(
    opened: &Opened<'_>,
    from: &Folder,
    name: &str,
    folder: &Folder,
    file: &TreeFile,
    need: Need,
) -> Result<(), StoreError> {
    let target = file.path.file_name();
    let location = folder.path().join(target);
    let moved = match need {
        Need::Replace(seen) => {
            let is_kept = opened.state.overwrite() == Overwrite::Refuse;
            let found = folder.look(target)?;
            if is_kept && found.is_some_and(|found| found != seen) {
                Err(io::ErrorKind::AlreadyExists.into())
            } else {
                from.rename(name, folder, target)
            }
        }
        Need::Place | Need::Nothing | Need::Complete(_) => {
            from.rename_to_free(name, folder, target)
        }
    };
    moved.map_err(|fault| {
        if fault.kind() == io::ErrorKind::AlreadyExists {
            let message = format!(
                "`{}` appeared or was changed meanwhile: this file system takes two names for one, or another program is at work",
                location.display()
            );
            return StoreError::new(StoreErrorKind::Occupied, message);
        }
        StoreError::io(format!("can't put `{}` into place", location.display()), fault)
    })
}

/// Whether a file has its place already.
fn is_right(opened: &Opened<'_>, file: &TreeFile) -> Result<bool, StoreError> {
    match opened.find(&file.path)? {
        Found::There(standing) => opened.is(&file.path, &standing, file),
        _ => Ok(false),
    }
}

fn keep_record(opened: &Opened<'_>, file: &TreeFile, commit: CommitId) -> Result<(), StoreError> {
    let modified = match opened.find(&file.path)? {
        Found::There(standing) => standing.look.modified,
        _ => None,
    };
    let Some(modified) = modified else {
        let message = format!("`{}` is gone as soon as it is there", file.path);
        return Err(StoreError::new(StoreErrorKind::NotFound, message));
    };
    let mut record = Record::new(commit, file.blob(), modified);
    // Where the file is the one that was recorded, the time of that record stays: with the time of now, a change in the
    // second since would become the recorded content.
    if let Some(held) = opened.record(&file.path)
        && held.blob == record.blob
        && held.has_time(modified, Tolerance::Second)
    {
        record.written = held.written;
    }
    opened.keep_record(&file.path, record)
}
