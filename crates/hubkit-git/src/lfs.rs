//! Large files, beside git.

use std::{
    fs,
    path::{Path, PathBuf},
};

use hubkit_types::Sha256;

use crate::Repository;

impl Repository {
    /// The file with the content of an LFS object, where it is here: `objects/ab/cd/abcd…`. That its length is the one
    /// of the pointer is for the caller to see; its bytes are not read.
    pub fn lfs_object(&self, digest: Sha256) -> Option<PathBuf> {
        let name = digest.to_string();
        let folder = self.lfs_folder().join(&name[..2]).join(&name[2..4]);
        let path = folder.join(name);
        path.is_file().then_some(path)
    }

    /// Every LFS object that is here, sorted. What can't be looked through holds none.
    pub fn lfs_objects(&self) -> Vec<Sha256> {
        let names = |folder: &Path| {
            let entries = fs::read_dir(folder).into_iter().flatten().flatten();
            entries.map(|entry| entry.path()).collect::<Vec<_>>()
        };
        let outer = names(self.lfs_folder()).into_iter();
        let files = outer
            .flat_map(|folder| names(&folder))
            .flat_map(|folder| names(&folder));
        let mut found: Vec<Sha256> = files
            .filter_map(|path| path.file_name()?.to_str()?.parse().ok())
            .filter(|digest| self.lfs_object(*digest).is_some())
            .collect();
        found.sort_unstable();
        found
    }
}
