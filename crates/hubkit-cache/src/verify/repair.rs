//! Removing what is wrong, so that it is fetched anew.

use std::{
    fs,
    path::{Path, PathBuf},
    time::SystemTime,
};

use super::{Finding, fault::Fault};
use crate::{
    Collected, Collection, RepoCache,
    cache::shared_blobs,
    gc::{collect_links, guard},
    read::first_hop,
};

/// Removes the file of a finding; `false` when it stays. Never removes what a link out of the cache leads to.
pub(super) fn repair(repo: &RepoCache, finding: &Finding) -> bool {
    let Finding { path, fault, .. } = finding;
    if !fault.can_be_repaired() {
        return false;
    }
    let name = path.file_name().and_then(|name| name.to_str());
    let blob = name.and_then(|name| name.parse().ok());
    // While somebody fetches it, it may be right a moment later.
    let guard = blob
        .or_else(|| first_hop(path))
        .map(|blob| guard(repo, blob));
    if matches!(guard, Some(None)) {
        return false;
    }
    if matches!(
        fault,
        Fault::Content { .. } | Fault::Size { .. } | Fault::Empty
    ) && let Some(payload) = shared_payload(repo, path)
    {
        let _ = fs::remove_file(payload);
    }
    fs::remove_file(path).is_ok()
}

/// Removes the links of commits to blobs that are gone.
pub(super) fn remove_dangling(repo: &RepoCache) {
    // By what is there, not by its age.
    let what = Collection::new(SystemTime::UNIX_EPOCH);
    let _ = collect_links(repo, &what, &mut Collected::default());
}

/// The payload that a blob is a link to, in the folder that repositories share: with it left in place, the next download
/// would lead there again.
fn shared_payload(repo: &RepoCache, blob: &Path) -> Option<PathBuf> {
    if blob.parent()? != repo.folder().join("blobs") || !blob.is_symlink() {
        return None;
    }
    let shared = fs::canonicalize(shared_blobs(repo.cache_root())?).ok()?;
    let real = fs::canonicalize(blob).ok()?;
    real.starts_with(shared).then_some(real)
}
