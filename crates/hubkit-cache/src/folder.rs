//! Folders that are held open, so that what is in them is looked at without walking the whole way there again.

use std::io;
use std::path::Path;
#[cfg(not(unix))]
use std::path::PathBuf;

/// A folder that was no link when it was opened. Where the system can, what is asked of it is asked of that very folder,
/// whatever its path comes to name meanwhile.
pub(crate) struct Folder {
    #[cfg(unix)]
    handle: std::os::fd::OwnedFd,
    #[cfg(not(unix))]
    path: PathBuf,
}

#[cfg(unix)]
mod unix {
    use rustix::fs::{
        AtFlags, FileType, Mode, OFlags, open, openat, readlinkat_raw, statat, symlinkat,
    };

    use super::{Folder, Path, io};

    const FLAGS: OFlags = OFlags::RDONLY
        .union(OFlags::DIRECTORY)
        .union(OFlags::NOFOLLOW)
        .union(OFlags::CLOEXEC);

    impl Folder {
        /// Opens a folder; a link in its place is refused.
        pub(crate) fn open(path: &Path) -> io::Result<Self> {
            let handle = open(path, FLAGS, Mode::empty())?;
            Ok(Self { handle })
        }

        /// Opens a folder in this one.
        pub(crate) fn folder(&self, name: &str) -> io::Result<Self> {
            let handle = openat(&self.handle, name, FLAGS, Mode::empty())?;
            Ok(Self { handle })
        }

        /// The text of a link, as much of it as there is room for; an error where there is no link.
        pub(crate) fn link<'a>(&self, name: &str, room: &'a mut [u8]) -> io::Result<&'a [u8]> {
            let length = readlinkat_raw(&self.handle, name, &mut *room)?;
            Ok(&room[..length])
        }

        /// Makes a link under a name that is free.
        pub(crate) fn make_link(&self, name: &str, text: &str) -> io::Result<()> {
            Ok(symlinkat(text, &self.handle, name)?)
        }

        /// The length of a plain file in bytes; an error where there is none.
        pub(crate) fn plain(&self, name: &str) -> io::Result<u64> {
            let stat = statat(&self.handle, name, AtFlags::SYMLINK_NOFOLLOW)?;
            if FileType::from_raw_mode(stat.st_mode) != FileType::RegularFile {
                return Err(io::ErrorKind::InvalidInput.into());
            }
            u64::try_from(stat.st_size).map_err(io::Error::other)
        }
    }
}

#[cfg(not(unix))]
mod portable {
    use std::fs;

    use super::{Folder, Path, io};

    impl Folder {
        /// Names a folder; a link in its place is refused.
        pub(crate) fn open(path: &Path) -> io::Result<Self> {
            if !fs::symlink_metadata(path)?.is_dir() {
                return Err(io::ErrorKind::InvalidInput.into());
            }
            let path = path.to_owned();
            Ok(Self { path })
        }

        /// Names a folder in this one.
        pub(crate) fn folder(&self, name: &str) -> io::Result<Self> {
            Self::open(&self.path.join(name))
        }

        /// The text of a link, as much of it as there is room for; an error where there is no link.
        pub(crate) fn link<'a>(&self, name: &str, room: &'a mut [u8]) -> io::Result<&'a [u8]> {
            let target = fs::read_link(self.path.join(name))?;
            let text = target.to_str().ok_or(io::ErrorKind::InvalidData)?;
            let text = text.replace('\\', "/");
            let length = text.len().min(room.len());
            room[..length].copy_from_slice(&text.as_bytes()[..length]);
            Ok(&room[..length])
        }

        /// Here links are made the long way.
        pub(crate) fn make_link(&self, _name: &str, _text: &str) -> io::Result<()> {
            Err(io::ErrorKind::Unsupported.into())
        }

        /// The length of a plain file in bytes; an error where there is none.
        pub(crate) fn plain(&self, name: &str) -> io::Result<u64> {
            let metadata = fs::symlink_metadata(self.path.join(name))?;
            if metadata.is_file() {
                Ok(metadata.len())
            } else {
                Err(io::ErrorKind::InvalidInput.into())
            }
        }
    }
}
