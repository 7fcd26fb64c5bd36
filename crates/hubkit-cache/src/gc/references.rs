//! Blobs to which no commit of their repository refers.

use std::{collections::HashSet, fs, time::SystemTime};

use hubkit_types::{BlobId, CommitId};

use super::{Collected, Collection, Garbage, freed, owned::guard, remove};
use crate::{
    CacheError, RepoCache,
    cache::entries,
    read::{first_hop, walk},
};

/// Removes those that came so long ago that no download can be about to show them: files of a commit are shown when all
/// of them are here.
pub(super) fn collect(
    cached: &RepoCache,
    what: &Collection,
    collected: &mut Collected,
) -> Result<(), CacheError> {
    let Some(folder) = cached.existing("blobs")? else {
        return Ok(());
    };
    let Some(referred) = referred(cached)? else {
        let reason = "it holds files that are no links and that no listing names, so which blobs are needed can't be told";
        collected.keep(folder, 0, reason);
        return Ok(());
    };
    for (name, path) in entries(&folder)? {
        let exact = |name: &str| {
            name.parse()
                .ok()
                .filter(|id: &BlobId| id.to_string() == name)
        };
        let Some(blob) = name.to_str().and_then(exact) else {
            continue;
        };
        if referred.contains(&blob) {
            continue;
        }
        let bytes = freed(&path);
        let modified: Option<SystemTime> = fs::symlink_metadata(&path)
            .and_then(|metadata| metadata.modified())
            .ok();
        let age = modified.and_then(|modified| what.now.duration_since(modified).ok());
        if age.is_none_or(|age| age < what.older_than) {
            collected.keep(
                path,
                bytes,
                "a download may be about to show it: it is not old enough",
            );
        } else if what.dry_run {
            remove(path, bytes, Garbage::Unreferenced, what, collected);
        } else if let Some(_guard) = guard(cached, blob) {
            remove(path, bytes, Garbage::Unreferenced, what, collected);
        } else {
            collected.keep(path, bytes, "a process is at work on it");
        }
    }
    Ok(())
}

/// The blobs that files of commits are; `None` when it can't be told of all.
fn referred(cached: &RepoCache) -> Result<Option<HashSet<BlobId>>, CacheError> {
    let mut referred = HashSet::new();
    let Some(snapshots) = cached.existing("snapshots")? else {
        return Ok(Some(referred));
    };
    for (name, folder) in entries(&snapshots)? {
        let commit: Option<CommitId> = name.to_str().and_then(|name| name.parse().ok());
        if !folder.is_dir() || folder.is_symlink() {
            continue;
        }
        let listing = match commit {
            Some(commit) => cached.trees().facts(commit)?,
            None => None,
        };
        for (path, file) in walk(&folder)? {
            if file.is_symlink() {
                // What leads elsewhere needs no blob of this repository.
                referred.extend(first_hop(&file));
                continue;
            }
            let file = listing.as_ref().and_then(|listing| {
                let at = listing.binary_search_by(|file| file.path.as_str().cmp(&path));
                at.ok().map(|at| listing[at].blob())
            });
            match file {
                Some(blob) => referred.insert(blob),
                None if path.ends_with(".DS_Store") => continue,
                None => return Ok(None),
            };
        }
    }
    Ok(Some(referred))
}
