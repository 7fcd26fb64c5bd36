//! Files that are there as a whole or not at all.

use std::{
    fs::{self, File, OpenOptions},
    io::{self, Write},
    path::{Path, PathBuf},
};

use crate::Stop;

/// What happens to a file that is there already.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Existing {
    /// It stays, and writing is an error of the kind `AlreadyExists`.
    Keep,
    /// It is replaced, once the new one is whole. What is no regular file, such as a link, a device or a folder, stays,
    /// and writing is an error of the kind `InvalidInput`.
    Replace,
}

/// A file that is written beside its place, and put there when it is whole.
///
/// Whoever looks finds the old file or the new one, never a part. A value that is dropped before it is published leaves
/// nothing; a process that is killed leaves a file `.NAME.NUMBER.part`, which nobody takes for the whole.
#[derive(Debug)]
pub struct NewFile {
    /// Closed once everything is on the disk.
    file: Option<File>,
    temporary: PathBuf,
    target: PathBuf,
    existing: Existing,
    stop: Stop,
}

impl NewFile {
    /// Starts a file that is to stand at `target`.
    ///
    /// # Errors
    ///
    /// `AlreadyExists` when there is one that is to be kept; `InvalidInput` when it is to be replaced and is no regular
    /// file, or when the path names no file; those of the file system.
    pub fn create(target: &Path, existing: Existing) -> io::Result<Self> {
        Self::create_until(target, existing, &Stop::new())
    }

    /// Starts a file that is written until it is whole or another thread stops that.
    ///
    /// # Errors
    ///
    /// Those of [`NewFile::create`]; one of the kind `Other` when it is stopped already, as in all that follows.
    pub fn create_until(target: &Path, existing: Existing, stop: &Stop) -> io::Result<Self> {
        match existing {
            Existing::Keep if fs::symlink_metadata(target).is_ok() => return Err(already_there()),
            Existing::Keep => {}
            Existing::Replace => refuse_to_replace(target)?,
        }
        let name = target
            .file_name()
            .ok_or_else(|| unfit(target, "names no file"))?;
        // Short enough for every file system with what is put around it.
        let name: String = name.to_string_lossy().chars().take(60).collect();
        let process = std::process::id();
        for attempt in 0..1000 {
            let temporary = target.with_file_name(format!(".{name}.{process}-{attempt}.part"));
            let create = || {
                OpenOptions::new()
                    .write(true)
                    .create_new(true)
                    .open(&temporary)
            };
            match stop.unless_stopped(&temporary, create) {
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
                Err(error) => return Err(error),
                Ok(file) => {
                    return Ok(Self {
                        file: Some(file),
                        temporary,
                        target: target.to_owned(),
                        existing,
                        stop: stop.clone(),
                    });
                }
            }
        }
        Err(already_there())
    }

    /// Brings everything that was written to the disk, and closes the file. Nothing can be written any more.
    ///
    /// # Errors
    ///
    /// Those of the file system.
    pub fn finish(&mut self) -> io::Result<()> {
        match self.file.take() {
            Some(file) => file.sync_all(),
            None => Ok(()),
        }
    }

    /// Puts the file at its place, with everything on the disk before.
    ///
    /// # Errors
    ///
    /// `AlreadyExists` when another file came to stand there meanwhile and is to be kept; `InvalidInput` when it is to be
    /// replaced and is no regular file; those of the file system.
    pub fn publish(mut self) -> io::Result<()> {
        self.finish()?;
        self.stop
            .unless_stopped(&self.temporary, || match self.existing {
                Existing::Replace => {
                    refuse_to_replace(&self.target)?;
                    fs::rename(&self.temporary, &self.target)
                }
                Existing::Keep => self.publish_beside_none(),
            })?;
        sync_folder(&self.target)
    }

    /// A link is refused where something is, a rename is not.
    fn publish_beside_none(&self) -> io::Result<()> {
        match fs::hard_link(&self.temporary, &self.target) {
            // The temporary name goes when the value is dropped.
            Ok(()) => Ok(()),
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Err(error),
            Err(_no_links_here) if fs::symlink_metadata(&self.target).is_ok() => {
                Err(already_there())
            }
            Err(_no_links_here) => fs::rename(&self.temporary, &self.target),
        }
    }
}

impl Write for NewFile {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let closed = || io::Error::new(io::ErrorKind::Unsupported, "the file is finished");
        if self.stop.is_stopped() {
            return Err(io::Error::other("it was stopped"));
        }
        self.file.as_mut().ok_or_else(closed)?.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.as_mut().map_or(Ok(()), Write::flush)
    }
}

impl Drop for NewFile {
    fn drop(&mut self) {
        // Some systems do not remove what is open.
        self.file = None;
        // There is nothing after a rename.
        let _ = fs::remove_file(&self.temporary);
        self.stop.forget(&self.temporary);
    }
}

/// A rename would take the place of a device or of a link, and leave a plain file where others expect more.
fn refuse_to_replace(target: &Path) -> io::Result<()> {
    match fs::symlink_metadata(target) {
        Ok(found) if !found.is_file() => Err(unfit(target, "is no regular file")),
        _ => Ok(()),
    }
}

/// A path that can't be what it was given for.
pub(crate) fn unfit(path: &Path, what: &str) -> io::Error {
    let message = format!("{} {what}", path.display());
    io::Error::new(io::ErrorKind::InvalidInput, message)
}

fn already_there() -> io::Error {
    io::Error::new(io::ErrorKind::AlreadyExists, "there is a file already")
}

/// A name is on the disk when the folder is. Where folders can't be opened, the system does so by itself.
fn sync_folder(target: &Path) -> io::Result<()> {
    if cfg!(unix) {
        let folder = target
            .parent()
            .filter(|folder| !folder.as_os_str().is_empty());
        File::open(folder.unwrap_or(Path::new(".")))?.sync_all()?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(folder: &Path) -> Vec<String> {
        let entries = fs::read_dir(folder).expect("a folder");
        let name = |entry: io::Result<fs::DirEntry>| {
            entry
                .expect("an entry")
                .file_name()
                .into_string()
                .expect("text")
        };
        let mut names: Vec<String> = entries.map(name).collect();
        names.sort();
        names
    }

    #[test]
    fn a_file_is_there_as_a_whole_or_not_at_all() {
        let folder = tempfile::tempdir().expect("a folder");
        let target = folder.path().join("x.safetensors");
        let mut file = NewFile::create(&target, Existing::Keep).expect("created");
        file.write_all(b"part").expect("written");
        assert!(!target.exists());
        drop(file);
        assert!(names(folder.path()).is_empty());
        let mut file = NewFile::create(&target, Existing::Keep).expect("created");
        file.write_all(b"whole").expect("written");
        file.publish().expect("published");
        assert_eq!(names(folder.path()), ["x.safetensors"]);
        assert_eq!(fs::read(&target).expect("there"), b"whole");
    }

    #[test]
    fn what_is_there_is_replaced_only_if_that_was_said() {
        let folder = tempfile::tempdir().expect("a folder");
        let target = folder.path().join("x");
        let early = NewFile::create(&target, Existing::Keep).expect("nothing is there yet");
        fs::write(&target, b"mine").expect("written");
        for error in [
            early.publish(),
            NewFile::create(&target, Existing::Keep).map(drop),
        ] {
            assert_eq!(
                error.expect_err("it is there").kind(),
                io::ErrorKind::AlreadyExists
            );
        }
        assert_eq!(fs::read(&target).expect("there"), b"mine");
        let mut file = NewFile::create(&target, Existing::Replace).expect("created");
        file.write_all(b"new").expect("written");
        file.publish().expect("published");
        assert_eq!(fs::read(&target).expect("there"), b"new");
        assert_eq!(names(folder.path()), ["x"]);
    }

    #[cfg(unix)]
    #[test]
    fn what_is_no_regular_file_is_never_replaced() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = |name: &str| folder.path().join(name);
        fs::write(path("file"), b"mine").expect("written");
        std::os::unix::fs::symlink("file", path("link")).expect("a link");
        fs::create_dir(path("folder")).expect("a folder");
        for target in [path("link"), path("folder"), "/dev/null".into()] {
            let error = NewFile::create(&target, Existing::Replace).expect_err("refused");
            assert_eq!(error.kind(), io::ErrorKind::InvalidInput);
            assert_eq!(
                error.to_string(),
                format!("{} is no regular file", target.display())
            );
        }
        // It came meanwhile.
        let early = NewFile::create(&path("late"), Existing::Replace).expect("nothing is there");
        std::os::unix::fs::symlink("file", path("late")).expect("a link");
        let error = early.publish().expect_err("refused");
        assert_eq!(error.kind(), io::ErrorKind::InvalidInput);
        assert_eq!(names(folder.path()), ["file", "folder", "late", "link"]);
        assert_eq!(fs::read(path("file")).expect("there"), b"mine");
    }

    #[test]
    fn what_is_stopped_is_gone_and_stays_so() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = |name: &str| folder.path().join(name);
        let stop = Stop::new();
        let create = |name| NewFile::create_until(&path(name), Existing::Keep, &stop);
        create("whole").expect("created").publish().expect("whole");
        let mut written = create("written").expect("created");
        let mut finished = create("finished").expect("created");
        finished.finish().expect("on the disk");
        stop.stop();
        written.write_all(b"more").expect_err("stopped");
        drop(written);
        assert_eq!(names(folder.path()), ["whole"]);
        finished.publish().expect_err("stopped");
        create("late").expect_err("stopped");
        assert_eq!(names(folder.path()), ["whole"]);
    }
}
