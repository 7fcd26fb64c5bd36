//! Content in the place of a pointer.

use std::{
    fs::{self, File},
    io::{self, Read as _, Write as _},
    path::{Path, PathBuf},
};

use hubkit_lfs::{Pointer, recognise};
use hubkit_store::Digester;
use hubkit_types::{BlobId, RepoPath};

/// What came of it.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Placed {
    /// The content is in place.
    Done,
    /// What lies there is not the pointer any more, or is a link: it was left alone.
    Changed,
    /// The bytes of the object are not what its name says: nothing was touched.
    Damaged,
}

/// Puts content in the place of the pointer at a path below `root`, at once: whoever looks sees the pointer or the whole
/// file. The file keeps its mode.
///
/// Content is verified while it is copied. Nothing is ever written through a symbolic link, nor in place of anything but
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
) -> io::Result<Placed> {
    let Some(target) = inside(root, path) else {
        return Ok(Placed::Changed);
    };
    if !is_pointer(&target, pointer)? {
        return Ok(Placed::Changed);
    }
    let folder = target.parent().unwrap_or(root);
    let mut temporary = tempfile::Builder::new()
        .prefix(".hubkit-")
        .tempfile_in(folder)?;
    if !copy(content, temporary.as_file_mut(), pointer)? {
        return Ok(Placed::Damaged);
    }
    let mode = fs::symlink_metadata(&target)?.permissions();
    temporary.as_file().set_permissions(mode)?;
    temporary.as_file().sync_all()?;
    // It took a while to write all that.
    if inside(root, path).as_ref() != Some(&target) || !is_pointer(&target, pointer)? {
        return Ok(Placed::Changed);
    }
    temporary.persist(&target).map_err(|error| error.error)?;
    Ok(Placed::Done)
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

fn is_pointer(file: &Path, pointer: &Pointer) -> io::Result<bool> {
    let found = match fs::symlink_metadata(file) {
        Ok(found) => found,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(false),
        Err(error) => return Err(error),
    };
    if !found.is_file() || found.len() >= Pointer::LIMIT as u64 {
        return Ok(false);
    }
    Ok(recognise(&fs::read(file)?).pointer() == Some(pointer))
}

/// Copies and verifies; whether the bytes are what the pointer stands for.
fn copy(from: &Path, to: &mut File, pointer: &Pointer) -> io::Result<bool> {
    let mut from = File::open(from)?.take(pointer.size().saturating_add(1));
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
