//! Looking through a folder for pointers.

use std::{
    collections::HashSet,
    fs, io,
    io::Read as _,
    path::{Path, PathBuf},
};

use hubkit::lfs::{Pointer, Recognition, recognise};

use crate::ui::{plain, trouble};

/// Something that stands for a file and is not it.
pub(super) struct Found {
    /// Below the folder that was looked through, with slashes.
    pub(super) path: String,
    /// Where it is.
    pub(super) file: PathBuf,
    pub(super) what: What,
}

pub(super) enum What {
    Pointer(Pointer),
    /// Nearly a pointer, and in the way all the same.
    Broken(String),
}

/// What a search came to.
pub(super) struct Search {
    pub(super) found: Vec<Found>,
    /// What could not be read, and why.
    pub(super) unreadable: Vec<(String, io::Error)>,
}

/// What in a folder files can take the place of: not what a link leads out to. Tells at once what can't be read.
pub(super) fn look_through(root: &Path) -> io::Result<Vec<Found>> {
    let real = fs::canonicalize(root)?;
    let Search {
        mut found,
        unreadable,
    } = search(root)?;
    found.retain(|one| fs::canonicalize(&one.file).is_ok_and(|file| file.starts_with(&real)));
    for (path, error) in unreadable {
        trouble(&format!("`{}` can't be read: {error}", plain(&path)));
    }
    Ok(found)
}

/// Goes through a folder. A symbolic link counts as the plain file it leads to, wherever that is: it is only read. Links to
/// folders are not followed. Nothing of git's own is looked at, and the blobs of a cache under the names of their snapshots
/// only. Fails where the folder itself can't be read.
pub(super) fn search(root: &Path) -> io::Result<Search> {
    let real = fs::canonicalize(root)?;
    let mut search = Search {
        found: Vec::new(),
        unreadable: Vec::new(),
    };
    if fs::metadata(&real)?.is_file() {
        let name = root.file_name().unwrap_or(root.as_os_str());
        let path = name.to_string_lossy().into_owned();
        search.found.extend(look_at(&real)?.map(|what| Found {
            path,
            file: real,
            what,
        }));
        return Ok(search);
    }
    let mut open = search.folder(&real, "")?;
    while let Some((folder, prefix)) = open.pop() {
        match search.folder(&folder, &prefix) {
            Ok(folders) => open.extend(folders),
            Err(error) => search.unreadable.push((prefix, error)),
        }
    }
    search.found.sort_by(|one, other| one.path.cmp(&other.path));
    search
        .unreadable
        .sort_by(|(one, _), (other, _)| one.cmp(other));
    Ok(search)
}

impl Search {
    /// Looks at the files of one folder; answers the folders in it, with what stands before the names there.
    fn folder(&mut self, folder: &Path, prefix: &str) -> io::Result<Vec<(PathBuf, String)>> {
        let entries = fs::read_dir(folder)?.collect::<io::Result<Vec<_>>>()?;
        let names: HashSet<_> = entries.iter().map(fs::DirEntry::file_name).collect();
        let has = |name: &str| names.contains(std::ffi::OsStr::new(name));
        let is_cached_repo = has("blobs") && has("snapshots");
        let mut folders = Vec::new();
        for entry in entries {
            let name = entry.file_name();
            let (kind, file) = (entry.file_type()?, entry.path());
            let path = format!("{prefix}{}", name.to_string_lossy());
            if kind.is_dir() {
                let is_ours = name == ".git" || is_cached_repo && name != "snapshots";
                if !is_ours {
                    folders.push((file, format!("{path}/")));
                }
                continue;
            }
            let what = match fs::metadata(&file) {
                Ok(target) if target.is_file() => look_at(&file),
                // A pipe, or a link to a folder.
                Ok(_) => continue,
                // A link that leads nowhere stands for nothing.
                Err(error) if error.kind() == io::ErrorKind::NotFound => continue,
                Err(error) => Err(error),
            };
            match what {
                Ok(Some(what)) => self.found.push(Found { path, file, what }),
                Ok(None) => {}
                Err(error) => self.unreadable.push((path, error)),
            }
        }
        Ok(folders)
    }
}

/// What a file is, if it is not what it stands for.
fn look_at(file: &Path) -> io::Result<Option<What>> {
    let opened = fs::File::open(file)?;
    let mut start = Vec::new();
    let most = Pointer::LIMIT as u64;
    opened.take(most).read_to_end(&mut start)?;
    Ok(Some(match recognise(&start) {
        Recognition::Pointer(pointer) | Recognition::Unusual(pointer) => What::Pointer(pointer),
        Recognition::Malformed(fault) => What::Broken(fault.to_string()),
        Recognition::MergeConflict => {
            What::Broken("pointers with the marks of a merge conflict".to_owned())
        }
        Recognition::OtherPointer(other) => What::Broken(other.to_string()),
        _ => return Ok(None),
    }))
}
