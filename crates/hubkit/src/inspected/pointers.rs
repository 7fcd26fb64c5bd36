//! Pointers of Git LFS in the place of files of a model.

use std::{
    fs::{self, File},
    io::{self, Read as _},
    path::Path,
};

use hubkit_lfs::{Pointer, recognise};

/// What findings of them are called.
pub(super) const CODE: &str = "lfs-pointer";

/// The pointer that lies in the place of a regular file, if one does. Reads no more than a pointer has.
pub(super) fn read(path: &Path) -> io::Result<Option<Pointer>> {
    let about = fs::metadata(path)?;
    if !about.is_file() || about.len() >= Pointer::LIMIT as u64 {
        return Ok(None);
    }
    let mut bytes = Vec::new();
    File::open(path)?
        .take(Pointer::LIMIT as u64)
        .read_to_end(&mut bytes)?;
    Ok(recognise(&bytes).pointer().cloned())
}
