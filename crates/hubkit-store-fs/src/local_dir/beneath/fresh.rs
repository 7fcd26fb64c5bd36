//! A file that is not in its place yet.

use std::{
    fs::File,
    hash::{BuildHasher as _, Hasher as _, RandomState},
    io::{self, Write as _},
};

use hubkit_store::StoreError;

use super::Folder;

/// How often another random name is tried before giving up.
const ATTEMPTS: usize = 16;

/// The longest name that common file systems take, in bytes.
const LONGEST_NAME: usize = 255;

/// Something new in a folder under a name of its own, `<stem>.<8 hex digits><suffix>`. Its drop removes it.
#[derive(Debug)]
pub(in crate::local_dir) struct Fresh<'a> {
    folder: &'a Folder,
    name: String,
    is_placed: bool,
}

impl<'a> Fresh<'a> {
    /// Makes an empty file.
    pub(in crate::local_dir) fn file(
        folder: &'a Folder,
        stem: &str,
        suffix: &str,
    ) -> Result<(Self, File), StoreError> {
        Self::make(folder, stem, suffix, |name| folder.create(name))
    }

    /// Makes something under a name that `create` must refuse when it is taken.
    pub(in crate::local_dir) fn make<T>(
        folder: &'a Folder,
        stem: &str,
        suffix: &str,
        mut create: impl FnMut(&str) -> io::Result<T>,
    ) -> Result<(Self, T), StoreError> {
        // Nine bytes are for the digits and the dot before them.
        let room = LONGEST_NAME.saturating_sub(suffix.len() + 9);
        let mut ends = (0..=room.min(stem.len())).rev();
        let end = ends.find(|end| stem.is_char_boundary(*end));
        let stem = &stem[..end.unwrap_or_default()];
        let mut attempts = 0;
        loop {
            // The standard library seeds its hashers from the system's randomness.
            let random = RandomState::new().build_hasher().finish() & 0xffff_ffff;
            let name = format!("{stem}.{random:08x}{suffix}");
            attempts += 1;
            match create(&name) {
                Ok(made) => {
                    let fresh = Self {
                        folder,
                        name,
                        is_placed: false,
                    };
                    return Ok((fresh, made));
                }
                Err(fault)
                    if fault.kind() == io::ErrorKind::AlreadyExists && attempts < ATTEMPTS => {}
                Err(fault) => {
                    let path = folder.path().join(name);
                    let message = format!("can't create `{}`", path.display());
                    return Err(StoreError::io(message, fault));
                }
            }
        }
    }

    pub(in crate::local_dir) fn name(&self) -> &str {
        &self.name
    }

    /// Gives it its name, in the place of whatever file or link has that name.
    pub(in crate::local_dir) fn place(
        mut self,
        folder: &Folder,
        name: &str,
    ) -> Result<(), StoreError> {
        let renamed = self.folder.rename(&self.name, folder, name);
        renamed.map_err(|fault| {
            let path = folder.path().join(name);
            StoreError::io(format!("can't put `{}` into place", path.display()), fault)
        })?;
        // Where both names were one file already, the first is still there.
        self.is_placed = self.folder.look_at(&self.name).is_err();
        Ok(())
    }
}

impl Drop for Fresh<'_> {
    fn drop(&mut self) {
        if !self.is_placed {
            // What can't be removed now is swept later.
            let _ = self.folder.unlink(&self.name);
        }
    }
}

impl Folder {
    /// Writes a small file: under another name first, then renamed. Replaces a file or a link that has the name.
    ///
    /// A crash may lose it, and a loss of power may leave it empty.
    pub(in crate::local_dir) fn write(&self, name: &str, content: &[u8]) -> Result<(), StoreError> {
        let (fresh, mut file) = Fresh::file(self, name, ".tmp")?;
        file.write_all(content).map_err(|fault| {
            let path = self.path().join(fresh.name());
            StoreError::io(format!("can't write `{}`", path.display()), fault)
        })?;
        drop(file);
        fresh.place(self, name)
    }
}
