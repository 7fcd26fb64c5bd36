//! Cards that take the place of others.

use std::{
    fs::Permissions,
    io::{self, Write as _},
    path::Path,
};

use tempfile::NamedTempFile;

use super::source::folder_of;

/// A file that is to take the place of another: whole, on the disk, and with these permissions. It does so when it is
/// persisted, and is gone when it is dropped.
pub(super) fn staged(
    file: &Path,
    text: &str,
    permissions: Permissions,
) -> io::Result<NamedTempFile> {
    let mut new = tempfile::Builder::new()
        .prefix(".README-")
        .tempfile_in(folder_of(file))?;
    new.write_all(text.as_bytes())?;
    new.as_file().set_permissions(permissions)?;
    new.as_file().sync_all()?;
    Ok(new)
}
