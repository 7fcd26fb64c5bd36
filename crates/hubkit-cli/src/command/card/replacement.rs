//! Cards that take the place of others.

use std::{
    fs::{self, Permissions},
    io::{self, Write as _},
    path::Path,
};

use tempfile::NamedTempFile;

use super::source::folder_of;
use crate::{exit::Exit, failure::Failure, ui::plain};

/// Replaces a card as a whole, with the permissions that it has: nobody finds half of it. What is no file, such as a link,
/// is left alone, and so is a card that someone else has changed since it was read. `name` is safe to show.
pub(super) fn replace(file: &Path, name: &str, before: &str, after: &str) -> Result<(), Failure> {
    let failure = |error: &io::Error| {
        let message = format!("{name} can't be written: {error}");
        Failure::new(Exit::Disk, "unwritable", message).hint("the card is as it was")
    };
    let found = fs::symlink_metadata(file).map_err(|error| failure(&error))?;
    if found.is_symlink() {
        return Err(is_a_link(file, name));
    }
    if !found.is_file() {
        let message = format!("{name} is not a file");
        return Err(Failure::new(Exit::Usage, "not_a_file", message));
    }
    let new = staged(file, after, found.permissions()).map_err(|error| failure(&error))?;
    if fs::read(file).map_err(|error| failure(&error))? != before.as_bytes() {
        let message = format!("{name} was changed by someone else meanwhile");
        return Err(Failure::new(Exit::Disk, "changed_meanwhile", message).hint("try again"));
    }
    new.persist(file).map_err(|error| failure(&error.error))?;
    Ok(())
}

/// What a user hears of a card that is a link. In a cache it would lead to a blob.
pub(super) fn is_a_link(file: &Path, name: &str) -> Failure {
    let target = fs::canonicalize(file)
        .map_or_else(|_| "nothing".to_owned(), |path| path.display().to_string());
    let message = format!("{name} is a symbolic link to {}", plain(&target));
    Failure::new(Exit::Usage, "symbolic_link", message)
        .hint("name the file it leads to, unless that is a file of the cache, which nothing may change: `hubkit download --local-dir DIR` gives a copy")
}

/// A file that is to take the place of another: whole, on the disk, and with these permissions. It does so when it is
/// persisted, and is gone when it is dropped.
fn staged(file: &Path, text: &str, permissions: Permissions) -> io::Result<NamedTempFile> {
    let mut new = tempfile::Builder::new()
        .prefix(".README-")
        .tempfile_in(folder_of(file))?;
    new.write_all(text.as_bytes())?;
    new.as_file().set_permissions(permissions)?;
    new.as_file().sync_all()?;
    Ok(new)
}
