//! Links of commits to blobs that are not here.

use std::{fs, path::Path};

use hubkit_types::BlobId;

use super::{Collected, Collection, Garbage, owned::guard, remove};
use crate::{CacheError, RepoCache, cache::entries, read::walk};

/// Removes them. One that leads anywhere but to a blob of its own repository may lead to a disk that is not there just
/// now: it stays.
pub(crate) fn collect(
    cached: &RepoCache,
    what: &Collection,
    collected: &mut Collected,
) -> Result<(), CacheError> {
    let Some(snapshots) = cached.existing("snapshots")? else {
        return Ok(());
    };
    for (_, folder) in entries(&snapshots)? {
        if !folder.is_dir() || folder.is_symlink() {
            continue;
        }
        for (name, link) in walk(&folder)? {
            let Some(blob) = wanted(&link, name.split('/').count()) else {
                continue;
            };
            let is_missing = || fs::symlink_metadata(cached.blob_path(blob)).is_err();
            if !is_missing() {
                continue;
            }
            if what.dry_run {
                remove(link, 0, Garbage::DanglingLink, what, collected);
                continue;
            }
            match guard(cached, blob) {
                Some(_guard) if is_missing() => {
                    remove(link, 0, Garbage::DanglingLink, what, collected);
                }
                Some(_) => {}
                None => collected.keep(link, 0, "a process may be fetching what it leads to"),
            }
        }
    }
    Ok(())
}

/// The blob of the same repository that a link leads to, by its text.
fn wanted(link: &Path, depth: usize) -> Option<BlobId> {
    let target = fs::read_link(link).ok()?;
    let up = "../".repeat(depth + 1);
    let name = target.to_str()?.strip_prefix(&up)?.strip_prefix("blobs/")?;
    let blob: BlobId = name.parse().ok()?;
    (blob.to_string() == name).then_some(blob)
}
