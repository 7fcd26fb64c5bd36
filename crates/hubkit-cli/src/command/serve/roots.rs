//! What is served: the stores, told by what lies in the folders.

use std::{
    path::{Path, PathBuf},
    time::Duration,
};

use hubkit::{
    Repo, RepoKind,
    cache::Cache,
    store::{DynStore, RefStore as _, StoreError, Union},
    store_fs::{FolderStore, FsStore},
};
use hubkit_git::{GitStore, is_repository};

use crate::{exit::Exit, failure::Failure};

/// How long a folder may count as it was seen last, while nobody asks for what changed in it.
const REMEMBERED_FOR: Duration = Duration::from_secs(1);

/// Everything that is served, and what is not.
pub(super) struct Served {
    pub(super) store: DynStore,
    /// How many repositories there are.
    pub(super) repositories: usize,
    /// What lies there and can't be served.
    pub(super) skipped: Vec<Skipped>,
    /// The repositories that lie in several places.
    pub(super) shadowed: Vec<Repo>,
}

/// Something that is not served.
pub(super) struct Skipped {
    pub(super) location: PathBuf,
    /// Why: a lower-case fragment, safe to print.
    pub(super) reason: String,
}

/// Opens all roots as one store.
pub(super) async fn open(roots: &[PathBuf]) -> Result<Served, Failure> {
    let (mut stores, mut skipped) = (Vec::new(), Vec::new());
    for root in roots {
        open_root(root, (&mut stores, &mut skipped))?;
    }
    let union = Union::new(stores);
    let read = async { Ok((union.repos().await?.len(), union.shadowed().await?)) };
    let shown: Vec<_> = roots.iter().map(|root| root.to_string_lossy()).collect();
    let (repositories, shadowed) = read
        .await
        .map_err(|error| unreadable(&shown.join(", "), &error))?;
    Ok(Served {
        store: DynStore::new(union),
        repositories,
        skipped,
        shadowed,
    })
}

/// The stores of a root, told by what lies at its top: repositories by kind, each plain or of git, or those of a cache.
fn open_root(
    root: &Path,
    (stores, skipped): (&mut Vec<DynStore>, &mut Vec<Skipped>),
) -> Result<(), Failure> {
    let shown = root.to_string_lossy();
    let entries = std::fs::read_dir(root).map_err(|error| {
        let message = format!("{shown} can't be read: {error}");
        Failure::new(Exit::Disk, "root", message)
    })?;
    let names: Vec<String> = entries
        .flatten()
        .filter_map(|entry| entry.file_name().into_string().ok())
        .collect();
    let fault = |error: StoreError| unreadable(&shown, &error);
    let is_by_kind = |name: &String| RepoKind::ALL.iter().any(|kind| kind.plural() == name);
    let is_cached = |name: &String| Repo::from_folder_name(name).is_some();
    let before = stores.len();
    if names.iter().any(is_by_kind) {
        let git = GitStore::open(root.to_owned()).map_err(fault)?;
        for held in git.skipped().map_err(fault)? {
            let (location, reason) = (held.location, held.reason);
            skipped.push(Skipped { location, reason });
        }
        let plain = FolderStore::open(root.to_owned()).map_err(fault)?;
        let plain = plain.leaving(is_repository).remembering(REMEMBERED_FOR);
        for held in plain.skipped().map_err(fault)? {
            let (location, reason) = (held.location, held.reason);
            skipped.push(Skipped { location, reason });
        }
        stores.extend([DynStore::new(git), DynStore::new(plain)]);
    }
    if names.iter().any(is_cached) {
        let cached = FsStore::new(Cache::new(root.to_owned()));
        stores.push(DynStore::new(cached.remembering(REMEMBERED_FOR)));
    }
    if stores.len() > before {
        return Ok(());
    }
    let (message, hint) = if is_repository(root) {
        let message = format!("{shown} is one git repository, which has no name here");
        let hint = "move it to models/NAMESPACE/NAME.git below another folder, and name that";
        (message, hint)
    } else {
        let message = format!("{shown} holds no repositories");
        let hint = "put them into models/NAMESPACE/NAME, datasets/…, spaces/… or kernels/… below it, git repositories as NAME.git, or name a cache";
        (message, hint)
    };
    Err(Failure::new(Exit::Usage, "no_repositories", message).hint(hint))
}

pub(super) fn unreadable(root: &str, error: &StoreError) -> Failure {
    let message = format!("{root} can't be served: {error}");
    Failure::new(Exit::Disk, "root", message)
}
