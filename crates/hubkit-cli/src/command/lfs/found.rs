//! Looking through a folder for pointers.

use std::{
    collections::HashSet,
    fs, io,
    io::Read as _,
    path::{Path, PathBuf},
};

use hubkit::lfs::{Pointer, Recognition, recognise};

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

/// Goes through a folder. A symbolic link counts as the file it leads to, if that lies in the folder too; links to folders
/// are not followed. Nothing of git's own is looked at, and the blobs of a cache under the names of their snapshots only.
pub(super) fn look_through(root: &Path) -> io::Result<Vec<Found>> {
    let real = fs::canonicalize(root)?;
    let mut found = Vec::new();
    if fs::metadata(&real)?.is_file() {
        let name = root.file_name().unwrap_or(root.as_os_str());
        let name = name.to_string_lossy().into_owned();
        found.extend(look_at(&real).map(|what| Found {
            path: name,
            file: real,
            what,
        }));
        return Ok(found);
    }
    let mut open = vec![(real.clone(), String::new())];
    while let Some((folder, prefix)) = open.pop() {
        let entries = fs::read_dir(&folder)?.collect::<io::Result<Vec<_>>>()?;
        let names: HashSet<_> = entries.iter().map(fs::DirEntry::file_name).collect();
        let has = |name: &str| names.contains(std::ffi::OsStr::new(name));
        let is_cached_repo = has("blobs") && has("snapshots");
        for entry in entries {
            let name = entry.file_name();
            let (kind, place) = (entry.file_type()?, entry.path());
            let path = format!("{prefix}{}", name.to_string_lossy());
            if kind.is_dir() {
                let is_ours = name == ".git" || is_cached_repo && name != "snapshots";
                if !is_ours {
                    open.push((place, format!("{path}/")));
                }
                continue;
            }
            let file = if kind.is_symlink() {
                match fs::canonicalize(&place) {
                    Ok(target) if target.starts_with(&real) && target.is_file() => target,
                    _ => continue,
                }
            } else if kind.is_file() {
                place.clone()
            } else {
                continue;
            };
            if let Some(what) = look_at(&file) {
                let file = place;
                found.push(Found { path, file, what });
            }
        }
    }
    found.sort_by(|one, other| one.path.cmp(&other.path));
    Ok(found)
}

/// What a file is, if it is not what it stands for. What can't be read is nothing.
fn look_at(file: &Path) -> Option<What> {
    let opened = fs::File::open(file).ok()?;
    let mut start = Vec::new();
    let most = Pointer::LIMIT as u64;
    opened.take(most).read_to_end(&mut start).ok()?;
    Some(match recognise(&start) {
        Recognition::Pointer(pointer) | Recognition::Unusual(pointer) => What::Pointer(pointer),
        Recognition::Malformed(fault) => What::Broken(fault.to_string()),
        Recognition::MergeConflict => {
            What::Broken("pointers with the marks of a merge conflict".to_owned())
        }
        Recognition::OtherPointer(other) => What::Broken(other.to_string()),
        _ => return None,
    })
}
