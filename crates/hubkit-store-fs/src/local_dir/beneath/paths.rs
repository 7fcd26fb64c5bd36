//! A folder that is known by its name.

use std::{
    fs::{self, File, OpenOptions},
    io,
    path::{Path, PathBuf},
};

use super::{Kind, Look, Step};

/// A folder of a name. Each step below it is looked at before it is taken.
#[derive(Clone, Debug)]
pub(in crate::local_dir) struct Folder {
    path: PathBuf,
}

impl Folder {
    /// The folder of this name, through links where it is one; `None` when there is nothing.
    pub(in crate::local_dir) fn named(path: &Path) -> io::Result<Option<Self>> {
        match fs::metadata(path) {
            Ok(metadata) if metadata.is_dir() => Ok(Some(Self {
                path: path.to_owned(),
            })),
            Ok(_) => Err(io::ErrorKind::NotADirectory.into()),
            Err(fault) if fault.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(fault) => Err(fault),
        }
    }

    pub(in crate::local_dir) fn path(&self) -> &Path {
        &self.path
    }

    /// A name that leads here: there is none but its own.
    pub(in crate::local_dir) fn held_path(&self) -> PathBuf {
        self.path.clone()
    }

    pub(super) fn step(&self, name: &str) -> io::Result<Step> {
        match self.look_at(name) {
            Ok(Look {
                kind: Kind::Folder, ..
            }) => Ok(Step::Folder(Self {
                path: self.path.join(name),
            })),
            Ok(_) => Ok(Step::Blocked),
            Err(fault) if fault.kind() == io::ErrorKind::NotFound => Ok(Step::Nothing),
            Err(fault) => Err(fault),
        }
    }

    pub(super) fn make(&self, name: &str) -> io::Result<()> {
        fs::create_dir(self.path.join(name))
    }

    pub(super) fn look_at(&self, name: &str) -> io::Result<Look> {
        let metadata = fs::symlink_metadata(self.path.join(name))?;
        let kind = match metadata.file_type() {
            kind if kind.is_symlink() => Kind::Link,
            kind if kind.is_dir() => Kind::Folder,
            kind if kind.is_file() => Kind::File,
            _ => Kind::Other,
        };
        Ok(Look {
            kind,
            size: metadata.len(),
            modified: metadata.modified().ok(),
            identity: None,
        })
    }

    /// Opens what must be a plain file.
    pub(super) fn open_file(&self, name: &str) -> io::Result<File> {
        if self.look_at(name)?.kind == Kind::File {
            File::open(self.path.join(name))
        } else {
            Err(io::ErrorKind::InvalidInput.into())
        }
    }

    /// Makes a file that was not there, not even as a link.
    pub(super) fn create(&self, name: &str) -> io::Result<File> {
        let mut options = OpenOptions::new();
        options.read(true).write(true).create_new(true);
        options.open(self.path.join(name))
    }

    /// Opens a file to lock it, made where it is missing. A link is refused.
    pub(in crate::local_dir) fn lock_file(&self, name: &str) -> io::Result<File> {
        if self.look_at(name).is_ok_and(|look| look.kind != Kind::File) {
            return Err(io::ErrorKind::InvalidInput.into());
        }
        let mut options = OpenOptions::new();
        options.write(true).create(true).truncate(false);
        options.open(self.path.join(name))
    }

    pub(super) fn unlink(&self, name: &str) -> io::Result<()> {
        fs::remove_file(self.path.join(name))
    }

    /// Gives a file another name, in the place of whatever has that name.
    pub(in crate::local_dir) fn rename(&self, name: &str, to: &Self, new: &str) -> io::Result<()> {
        fs::rename(self.path.join(name), to.path.join(new))
    }

    /// Gives a file another name, where nothing has it: `AlreadyExists` otherwise.
    pub(in crate::local_dir) fn rename_to_free(
        &self,
        name: &str,
        to: &Self,
        new: &str,
    ) -> io::Result<()> {
        match to.look_at(new) {
            Err(fault) if fault.kind() == io::ErrorKind::NotFound => self.rename(name, to, new),
            Ok(_) => Err(io::ErrorKind::AlreadyExists.into()),
            Err(fault) => Err(fault),
        }
    }

    /// Second names are not given: what makes them harmless differs from system to system.
    #[expect(clippy::unused_self, reason = "a handle can be linked to")]
    pub(in crate::local_dir) fn link_from(&self, _: &File, _: &Path, _: &str) -> io::Result<()> {
        Err(io::ErrorKind::Unsupported.into())
    }

    /// Whether files may be made here; only trying tells.
    #[expect(
        clippy::unused_self,
        clippy::unnecessary_wraps,
        reason = "a handle can be asked"
    )]
    pub(in crate::local_dir) fn may_write(&self) -> io::Result<()> {
        Ok(())
    }

    pub(super) fn names(&self) -> io::Result<Vec<String>> {
        let mut names = Vec::new();
        for entry in fs::read_dir(&self.path)? {
            names.extend(entry?.file_name().into_string());
        }
        Ok(names)
    }

    #[expect(
        clippy::unused_self,
        clippy::unnecessary_wraps,
        reason = "a handle can be flushed"
    )]
    pub(super) fn flush(&self) -> io::Result<()> {
        Ok(())
    }
}
