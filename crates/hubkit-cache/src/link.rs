//! How a path of a snapshot comes to show a blob.

use std::{fs, io, path::Path};

use crate::{CacheError, durable::Temporary};

/// A way to show a blob under another name, best first.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Method {
    /// A relative link.
    Symlink,
    /// A second name of the file, where the file system or the user's rights know no links.
    HardLink,
    /// The bytes again, where it does not know that either. Where the file system can let two files share their bytes until
    /// one of them changes, they do, and take no more room.
    Copy,
}

impl Method {
    pub(crate) const ALL: [Self; 3] = [Self::Symlink, Self::HardLink, Self::Copy];

    /// For a file that no link could name.
    pub(crate) const WITHOUT_BLOB: [Self; 2] = [Self::HardLink, Self::Copy];
}

/// What is to be shown, and where.
pub(crate) struct Link<'a> {
    /// The blob's file itself, which is not a link.
    pub(crate) source: &'a Path,
    /// The name of the blob in the repository: a temporary name stands beside it, where a stump left by a crash is no
    /// file of a snapshot.
    pub(crate) blob: &'a Path,
    /// What a link says.
    pub(crate) relative: &'a Path,
    /// The path to show it under.
    pub(crate) target: &'a Path,
}

impl Link<'_> {
    /// Shows the blob, atomically, by the first of the methods that works.
    pub(crate) fn place(&self, methods: &[Method]) -> Result<(), CacheError> {
        let folder = self.blob.parent().unwrap_or(Path::new(""));
        let stem = self
            .blob
            .file_name()
            .map_or_else(String::new, |name| name.to_string_lossy().into_owned());
        let mut first_fault = None;
        for method in methods {
            let made = Temporary::make(folder, &stem, ".incomplete", |path| match method {
                Method::Symlink => symlink(self.relative, path),
                Method::HardLink => fs::hard_link(self.source, path),
                Method::Copy => copy(self.source, path),
            });
            match made {
                Ok((temporary, ())) => return temporary.rename_name(self.target),
                Err(fault) => {
                    first_fault.get_or_insert(fault);
                }
            }
        }
        let unmade = || CacheError::corrupt(self.target, "can't be made by any method");
        Err(first_fault.unwrap_or_else(unmade))
    }
}

fn copy(blob: &Path, path: &Path) -> io::Result<()> {
    // The one way to share bytes there; elsewhere `io::copy` asks the system for it. It would write over a file.
    #[cfg(target_vendor = "apple")]
    if fs::symlink_metadata(path).is_err() {
        fs::copy(blob, path)?;
        return fs::File::open(path)?.sync_all();
    }
    let mut source = fs::File::open(blob)?;
    let mut copy = fs::OpenOptions::new()
        .write(true)
        .create_new(true)
        .open(path)?;
    let copied = io::copy(&mut source, &mut copy).and_then(|_| copy.sync_all());
    if copied.is_err() {
        let _ = fs::remove_file(path);
    }
    copied
}

#[cfg(unix)]
fn symlink(relative: &Path, path: &Path) -> io::Result<()> {
    std::os::unix::fs::symlink(relative, path)
}

#[cfg(windows)]
fn symlink(relative: &Path, path: &Path) -> io::Result<()> {
    std::os::windows::fs::symlink_file(relative, path)
}

#[cfg(not(any(unix, windows)))]
fn symlink(_: &Path, _: &Path) -> io::Result<()> {
    Err(io::ErrorKind::Unsupported.into())
}
