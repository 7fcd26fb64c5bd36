//! A folder that is held open.

use std::{
    fs::File,
    io,
    os::fd::{AsRawFd as _, OwnedFd},
    path::{Path, PathBuf},
    sync::Arc,
    time::{Duration, UNIX_EPOCH},
};

use rustix::{
    fs::{Access, AtFlags, CWD, Dir, FileType, Mode, OFlags, Stat},
    io::Errno,
};

use super::{Kind, Look, Step};

/// A folder, whatever becomes of its name. Cheap to clone.
#[derive(Clone, Debug)]
pub(in crate::local_dir) struct Folder {
    handle: Arc<OwnedFd>,
    /// For messages, and for those who open files by their names.
    path: PathBuf,
}

const HERE: OFlags = OFlags::RDONLY
    .union(OFlags::DIRECTORY)
    .union(OFlags::CLOEXEC);

impl Folder {
    /// The folder of this name, through links where it is one; `None` when there is nothing.
    pub(in crate::local_dir) fn named(path: &Path) -> io::Result<Option<Self>> {
        match rustix::fs::open(path, HERE, Mode::empty()) {
            Ok(handle) => Ok(Some(Self {
                handle: Arc::new(handle),
                path: path.to_owned(),
            })),
            Err(Errno::NOENT) => Ok(None),
            Err(fault) => Err(fault.into()),
        }
    }

    pub(in crate::local_dir) fn path(&self) -> &Path {
        &self.path
    }

    /// A name that leads to this very folder for as long as it is held, where the system gives one; else its name.
    pub(in crate::local_dir) fn held_path(&self) -> PathBuf {
        let held = PathBuf::from(format!("/proc/self/fd/{}", self.handle.as_raw_fd()));
        let leads_here = cfg!(target_os = "linux")
            && rustix::fs::stat(&held)
                .and_then(|found| Ok((found, rustix::fs::fstat(&self.handle)?)))
                .is_ok_and(|(found, own)| look_of(&found) == look_of(&own));
        if leads_here { held } else { self.path.clone() }
    }

    pub(super) fn step(&self, name: &str) -> io::Result<Step> {
        let flags = HERE.union(OFlags::NOFOLLOW);
        match rustix::fs::openat(&self.handle, name, flags, Mode::empty()) {
            Ok(handle) => Ok(Step::Folder(Self {
                handle: Arc::new(handle),
                path: self.path.join(name),
            })),
            Err(Errno::NOENT) => Ok(Step::Nothing),
            // What a link is refused with differs from system to system.
            Err(Errno::NOTDIR | Errno::LOOP | Errno::MLINK) => Ok(Step::Blocked),
            Err(fault) => Err(fault.into()),
        }
    }

    pub(super) fn make(&self, name: &str) -> io::Result<()> {
        let mode = Mode::RWXU | Mode::RWXG | Mode::RWXO;
        Ok(rustix::fs::mkdirat(&self.handle, name, mode)?)
    }

    pub(super) fn look_at(&self, name: &str) -> io::Result<Look> {
        let stat = rustix::fs::statat(&self.handle, name, AtFlags::SYMLINK_NOFOLLOW)?;
        Ok(look_of(&stat))
    }

    /// Opens what must be a plain file. A pipe that has its place by now is not waited for.
    pub(super) fn open_file(&self, name: &str) -> io::Result<File> {
        let flags = OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::CLOEXEC;
        let handle = rustix::fs::openat(&self.handle, name, flags, Mode::empty())?;
        let file = File::from(handle);
        if file.metadata()?.is_file() {
            Ok(file)
        } else {
            Err(io::ErrorKind::InvalidInput.into())
        }
    }

    /// Makes a file that was not there, not even as a link.
    pub(super) fn create(&self, name: &str) -> io::Result<File> {
        let flags = OFlags::RDWR | OFlags::CREATE | OFlags::EXCL | OFlags::CLOEXEC;
        let mode = Mode::from_raw_mode(0o666);
        Ok(rustix::fs::openat(&self.handle, name, flags, mode)?.into())
    }

    /// Opens a file to lock it, made where it is missing. A link is refused.
    pub(in crate::local_dir) fn lock_file(&self, name: &str) -> io::Result<File> {
        let flags =
            OFlags::WRONLY | OFlags::CREATE | OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::CLOEXEC;
        // Users of one group may share a folder.
        let mode = Mode::from_raw_mode(0o664);
        Ok(rustix::fs::openat(&self.handle, name, flags, mode)?.into())
    }

    pub(super) fn unlink(&self, name: &str) -> io::Result<()> {
        Ok(rustix::fs::unlinkat(&self.handle, name, AtFlags::empty())?)
    }

    /// Gives a file another name, in the place of whatever has that name.
    pub(in crate::local_dir) fn rename(&self, name: &str, to: &Self, new: &str) -> io::Result<()> {
        Ok(rustix::fs::renameat(&self.handle, name, &to.handle, new)?)
    }

    /// Gives a file another name, where nothing has it: `AlreadyExists` otherwise.
    pub(in crate::local_dir) fn rename_to_free(
        &self,
        name: &str,
        to: &Self,
        new: &str,
    ) -> io::Result<()> {
        #[cfg(any(target_os = "linux", target_os = "android", target_vendor = "apple"))]
        {
            let flags = rustix::fs::RenameFlags::NOREPLACE;
            match rustix::fs::renameat_with(&self.handle, name, &to.handle, new, flags) {
                // The kernel or the file system knows no such thing.
                Err(Errno::INVAL | Errno::NOSYS | Errno::NOTSUP) => {}
                renamed => return Ok(renamed?),
            }
        }
        match to.look_at(new) {
            Err(fault) if fault.kind() == io::ErrorKind::NotFound => self.rename(name, to, new),
            Ok(_) => Err(io::ErrorKind::AlreadyExists.into()),
            Err(fault) => Err(fault),
        }
    }

    /// Gives an open file of some path a second name here. Neither a link nor another file of that path gets one.
    pub(in crate::local_dir) fn link_from(
        &self,
        file: &File,
        path: &Path,
        name: &str,
    ) -> io::Result<()> {
        rustix::fs::linkat(CWD, path, &self.handle, name, AtFlags::empty())?;
        let linked = self.look_at(name)?;
        if linked.identity == look_of(&rustix::fs::fstat(file)?).identity {
            return Ok(());
        }
        self.unlink(name)?;
        Err(io::ErrorKind::InvalidInput.into())
    }

    /// Whether files may be made here.
    pub(in crate::local_dir) fn may_write(&self) -> io::Result<()> {
        let access = Access::WRITE_OK | Access::EXEC_OK;
        Ok(rustix::fs::accessat(
            &self.handle,
            ".",
            access,
            AtFlags::empty(),
        )?)
    }

    pub(super) fn names(&self) -> io::Result<Vec<String>> {
        let mut names = Vec::new();
        for entry in Dir::read_from(&self.handle)? {
            let entry = entry?;
            let name = entry.file_name().to_str().unwrap_or_default();
            if !matches!(name, "" | "." | "..") {
                names.push(name.to_owned());
            }
        }
        Ok(names)
    }

    pub(super) fn flush(&self) -> io::Result<()> {
        match rustix::fs::fsync(&self.handle) {
            // Some network file systems know no such thing.
            Ok(()) | Err(Errno::INVAL | Errno::NOTSUP) => Ok(()),
            Err(fault) => Err(fault.into()),
        }
    }
}

fn look_of(stat: &Stat) -> Look {
    let kind = match FileType::from_raw_mode(stat.st_mode) {
        FileType::RegularFile => Kind::File,
        FileType::Directory => Kind::Folder,
        FileType::Symlink => Kind::Link,
        _ => Kind::Other,
    };
    let time = Duration::from_secs(number(stat.st_mtime))
        .checked_add(Duration::from_nanos(number(stat.st_mtime_nsec)));
    Look {
        kind,
        size: number(stat.st_size),
        modified: time.and_then(|time| UNIX_EPOCH.checked_add(time)),
        identity: Some((number(stat.st_dev), number(stat.st_ino))),
    }
}

/// Each system has other types for these. What is before 1970 counts as of then.
fn number<T>(value: T) -> u64
where
    u64: TryFrom<T>,
{
    u64::try_from(value).unwrap_or_default()
}
