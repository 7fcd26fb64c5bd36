//! Small files that anyone may have put there.

use std::{
    fs::{self, File},
    io::Read as _,
    path::Path,
};

use crate::{CacheError, error::found};

/// Reads a plain file of at most `most` bytes.
///
/// `None` when there is no such file, when it is longer, and when it is anything but a plain file: a link, a device or
/// a pipe can lead anywhere, never end, or never begin, and is not opened.
pub fn read_plain(path: &Path, most: u64) -> Result<Option<Vec<u8>>, CacheError> {
    let tried = "can't read";
    let Some(metadata) = found(fs::symlink_metadata(path), tried, path)? else {
        return Ok(None);
    };
    if !metadata.is_file() || metadata.len() > most {
        return Ok(None);
    }
    let Some(file) = found(File::open(path), tried, path)? else {
        return Ok(None);
    };
    let mut bytes = Vec::new();
    // It may have grown since.
    let read = file.take(most.saturating_add(1)).read_to_end(&mut bytes);
    let count = read.map_err(|fault| CacheError::io(tried, path, fault))? as u64;
    Ok((count <= most).then_some(bytes))
}
