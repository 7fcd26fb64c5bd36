//! Content in the place of a pointer.

use std::{
    fs::{self, File},
    io::{self, Read as _},
    path::{Path, PathBuf},
    time::{Duration, SystemTime},
};

use hubkit_lfs::{Pointer, recognise};
use hubkit_store::{Digester, git};
use hubkit_types::{BlobId, GitOid, RepoPath};
use tempfile::{Builder, NamedTempFile};

use super::index::is_same;

/// What came of it.
#[derive(Clone, Debug)]
pub enum Placed {
    /// The content is in place.
    Done(Settled),
    /// The content was in place already, put there by somebody else.
    There(Settled),
    /// What lies there is not the pointer any more, or is a link: it was left alone.
    Changed,
    /// The bytes of the object are not what its name says: nothing was touched.
    Damaged,
}

/// A file that has the content of its pointer, as it was when that was known.
#[derive(Clone, Debug)]
pub struct Settled {
    pub(super) path: RepoPath,
    /// What git has in its place.
    pub(super) blob: GitOid,
    pub(super) metadata: Box<fs::Metadata>,
}

impl Settled {
    /// Where it lies.
    pub fn path(&self) -> &RepoPath {
        &self.path
    }
}

/// Puts content in the place of the pointer at a path below `root`, at once: whoever looks sees the pointer or the whole
/// file. The file keeps its mode.
///
/// The copy grows in the folder `growing`, which is made if need be, so that one that is broken off lies in nobody's way; on
/// another device it grows beside the file, as only there it can be moved and not copied once more. Content is verified
/// while it is copied. Nothing is ever written through a symbolic link, nor in place of anything but
/// the pointer.
///
/// # Errors
///
/// Those of the disk. The pointer is in place then.
pub fn place(
    root: &Path,
    path: &RepoPath,
    pointer: &Pointer,
    content: &Path,
    growing: &Path,
) -> io::Result<Placed> {
    match place_from(root, path, pointer, content, Some(growing)) {
        // One device may be mounted in two places.
        Err(error) if error.kind() == io::ErrorKind::CrossesDevices => {
            place_from(root, path, pointer, content, None)
        }
        outcome => outcome,
    }
}

fn place_from(
    root: &Path,
    path: &RepoPath,
    pointer: &Pointer,
    content: &Path,
    growing: Option<&Path>,
) -> io::Result<Placed> {
    let Some(target) = inside(root, path) else {
        return Ok(Placed::Changed);
    };
    if pointer_blob(&target, pointer)?.is_none() {
        return met(root, path, pointer);
    }
    let folder = target.parent().unwrap_or(root);
    let mut temporary = temporary(folder, growing)?;
    if !copy(File::open(content)?, temporary.as_file_mut(), pointer)? {
        return Ok(Placed::Damaged);
    }
    let mode = fs::symlink_metadata(&target)?.permissions();
    temporary.as_file().set_permissions(mode)?;
    temporary.as_file().sync_all()?;
    let written = temporary.as_file().metadata()?;
    // It took a while to write all that.
    if inside(root, path).as_ref() != Some(&target) {
        return Ok(Placed::Changed);
    }
    let Some(blob) = pointer_blob(&target, pointer)? else {
        return met(root, path, pointer);
    };
    let file = temporary.persist(&target).map_err(|error| error.error)?;
    // The new name counts as a change of the file, but not of its content: that one would be somebody else's.
    let named = file.metadata()?;
    let is_content_same =
        named.len() == written.len() && named.modified()? == written.modified()?;
    Ok(Placed::Done(Settled {
        path: path.clone(),
        blob,
        metadata: Box::new(if is_content_same { named } else { written }),
    }))
}

/// What lies there instead of the pointer.
fn met(root: &Path, path: &RepoPath, pointer: &Pointer) -> io::Result<Placed> {
    let blob = git::blob_id(pointer.to_string().as_bytes());
    let found = settled(root, path, pointer, blob)?;
    Ok(found.map_or(Placed::Changed, Placed::There))
}

/// A plain file below `root` that has the content of a pointer already; `blob` is what git has in its place. Reads a file of
/// the right length to its end.
pub(super) fn settled(
    root: &Path,
    path: &RepoPath,
    pointer: &Pointer,
    blob: GitOid,
) -> io::Result<Option<Settled>> {
    let Some(target) = inside(root, path) else {
        return Ok(None);
    };
    let is_long = |found: &fs::Metadata| found.is_file() && found.len() == pointer.size();
    let before = match fs::symlink_metadata(&target) {
        Ok(found) if is_long(&found) => found,
        Ok(_) => return Ok(None),
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(error),
    };
    let file = File::open(&target)?;
    if !is_same(&before, &file.metadata()?) || !copy(file, &mut io::sink(), pointer)? {
        return Ok(None);
    }
    // Who writes to it meanwhile makes it look otherwise, which is seen before anybody counts on it.
    Ok(Some(Settled {
        path: path.clone(),
        blob,
        metadata: Box::new(before),
    }))
}

/// The file at a path below a folder; `None` where a part of the way is a link or no folder.
pub(super) fn inside(root: &Path, path: &RepoPath) -> Option<PathBuf> {
    let mut place = root.to_owned();
    let mut parts = path.parts().peekable();
    while let Some(part) = parts.next() {
        place.push(part);
        if parts.peek().is_some() && !fs::symlink_metadata(&place).ok()?.is_dir() {
            return None;
        }
    }
    Some(place)
}

/// A new file that can be moved into a folder.
fn temporary(folder: &Path, growing: Option<&Path>) -> io::Result<NamedTempFile> {
    const PREFIX: &str = "hubkit-";
    if let Some(growing) = growing
        && fs::create_dir_all(growing).is_ok()
        && is_one_device(growing, folder)?
    {
        let file = Builder::new().prefix(PREFIX).tempfile_in(growing)?;
        remove_left(growing, PREFIX, file.as_file().metadata()?.modified()?);
        return Ok(file);
    }
    Builder::new().prefix(".hubkit-").tempfile_in(folder)
}

/// Removes what was broken off a day ago or longer.
fn remove_left(folder: &Path, prefix: &str, now: SystemTime) {
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let is_ours = entry.file_name().to_string_lossy().starts_with(prefix);
        let modified = entry.metadata().and_then(|found| found.modified());
        let age = modified.ok().and_then(|then| now.duration_since(then).ok());
        if is_ours && age.is_some_and(|age| age > Duration::from_hours(24)) {
            let _ = fs::remove_file(entry.path());
        }
    }
}

#[cfg(unix)]
fn is_one_device(one: &Path, other: &Path) -> io::Result<bool> {
    use std::os::unix::fs::MetadataExt as _;
    Ok(fs::metadata(one)?.dev() == fs::metadata(other)?.dev())
}

/// Where devices have no number, moving tells.
#[cfg(not(unix))]
fn is_one_device(_: &Path, _: &Path) -> io::Result<bool> {
    Ok(true)
}

/// What git calls the bytes of the pointer that lies there; `None` where something else does.
fn pointer_blob(file: &Path, pointer: &Pointer) -> io::Result<Option<GitOid>> {
    let found = match fs::symlink_metadata(file) {
        Ok(found) => found,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(error),
    };
    if !found.is_file() || found.len() >= Pointer::LIMIT as u64 {
        return Ok(None);
    }
    let bytes = fs::read(file)?;
    let is_pointer = recognise(&bytes).pointer() == Some(pointer);
    Ok(is_pointer.then(|| git::blob_id(&bytes)))
}

/// Copies and verifies; whether the bytes are what the pointer stands for.
fn copy(from: File, to: &mut impl io::Write, pointer: &Pointer) -> io::Result<bool> {
    let mut from = from.take(pointer.size().saturating_add(1));
    let mut digester = Digester::sha256();
    let mut size = 0_u64;
    let mut buffer = vec![0; 1 << 18];
    loop {
        let count = match from.read(&mut buffer) {
            Ok(0) => break,
            Ok(count) => count,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) => return Err(error),
        };
        digester.update(&buffer[..count]);
        to.write_all(&buffer[..count])?;
        size += count as u64;
    }
    Ok(size == pointer.size() && digester.finish() == BlobId::Sha256(pointer.oid()))
}
