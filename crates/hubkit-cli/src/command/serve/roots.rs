//! What is served: the stores, told by what lies in the folders.

use std::{path::Path, time::Duration};

use hubkit::{
    RepoKind,
    cache::Cache,
    store::{DynStore, StoreError},
    store_fs::{FolderStore, FsStore, Skipped},
};

use crate::{exit::Exit, failure::Failure};

/// How long a folder may count as it was seen last, while nobody asks for what changed in it.
const REMEMBERED_FOR: Duration = Duration::from_secs(1);

/// A folder of plain repositories, or a cache: told by what lies at the top. With it, what of it can't be served.
pub(super) fn open(root: &Path) -> Result<(DynStore, Vec<Skipped>), Failure> {
    let entries = std::fs::read_dir(root).map_err(|error| {
        Failure::new(
            Exit::Disk,
            "root",
            format!("{} can't be read: {error}", root.display()),
        )
    })?;
    let names: Vec<String> = entries
        .flatten()
        .filter_map(|entry| entry.file_name().into_string().ok())
        .collect();
    let is_plain = |name: &String| RepoKind::ALL.iter().any(|kind| kind.plural() == name);
    let is_cached = |name: &String| hubkit::Repo::from_folder_name(name).is_some();
    if names.iter().any(is_plain) {
        let store = FolderStore::open(root.to_owned())
            .map_err(|error| unreadable(root, &error))?
            .remembering(REMEMBERED_FOR);
        let skipped = store.skipped().map_err(|error| unreadable(root, &error))?;
        return Ok((DynStore::new(store), skipped));
    }
    if names.iter().any(is_cached) {
        let store = FsStore::new(Cache::new(root.to_owned())).remembering(REMEMBERED_FOR);
        return Ok((DynStore::new(store), Vec::new()));
    }
    let message = format!("{} holds no repositories", root.display());
    Err(Failure::new(Exit::Usage, "no_repositories", message)
        .hint("put them into models/NAMESPACE/NAME, datasets/…, spaces/… or kernels/… below it, or name a cache"))
}

pub(super) fn unreadable(root: &Path, error: &StoreError) -> Failure {
    Failure::new(
        Exit::Disk,
        "root",
        format!("{} can't be served: {error}", root.display()),
    )
}
