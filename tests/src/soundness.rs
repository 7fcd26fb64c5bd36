//! Whether a cache holds only what is right, however whoever wrote it ended.

use std::{collections::BTreeMap, fs, path::Path};

use anyhow::{Context as _, Result, ensure};
use sha2::{Digest as _, Sha256};

use crate::{
    COMMIT, Scene,
    faulty_hub::{git_digest, hex},
    files_below,
};

/// What the cache of a scene holds.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub struct Soundness {
    /// Blobs, each with the bytes that its name says.
    pub blobs: usize,
    /// Files of the commit, each of them the right one.
    pub links: usize,
    /// Whether the branch leads to the commit, all of whose files are there.
    pub has_ref: bool,
    /// Files on their way, with their journals and temporary files.
    pub unfinished: usize,
}

impl Scene {
    /// Fails where the cache holds a wrong blob, a file of the commit that is not the right one or leads nowhere, or a
    /// branch that leads to a commit that is not whole.
    pub fn expect_sound(&self) -> Result<Soundness> {
        let repo = format!("models--{}", self.hub.repo().replace('/', "--"));
        let repo = self.cache().join(repo);
        let mut found = Soundness::default();
        if !repo.exists() {
            return Ok(found);
        }
        for (name, bytes) in below(&repo.join("blobs"))? {
            if is_unfinished(&name) {
                found.unfinished += 1;
                continue;
            }
            let digest = if name.len() == 64 {
                hex(&Sha256::digest(&bytes))
            } else {
                git_digest(&bytes)
            };
            ensure!(digest == name, "the blob {name} has the digest {digest}");
            found.blobs += 1;
        }
        let shown = below(&repo.join(format!("snapshots/{COMMIT}")))?;
        for (name, bytes) in &shown {
            if is_unfinished(name) {
                found.unfinished += 1;
                continue;
            }
            let mut assets = self.hub.assets().iter();
            let asset = assets.find(|asset| asset.path == *name);
            let asset = asset.with_context(|| format!("{name} is no file of the commit"))?;
            ensure!(asset.content == *bytes, "other bytes in {name}");
            found.links += 1;
        }
        for (name, bytes) in below(&repo.join("refs"))? {
            if is_unfinished(&name) {
                found.unfinished += 1;
                continue;
            }
            ensure!(
                name == "main" && bytes == COMMIT.as_bytes(),
                "{name} leads elsewhere"
            );
            found.has_ref = true;
        }
        Ok(found)
    }

    /// What has a name in the cache, half-finished files aside, while somebody may be writing there.
    pub fn names(&self) -> Vec<String> {
        let mut names = Vec::new();
        let mut folders = vec![self.cache()];
        while let Some(folder) = folders.pop() {
            // What is gone by now has no name.
            for entry in fs::read_dir(&folder).into_iter().flatten().flatten() {
                let is_folder = entry.file_type().is_ok_and(|kind| kind.is_dir());
                let path = entry.path();
                if is_folder {
                    folders.push(path);
                } else {
                    names.push(path.to_string_lossy().into_owned());
                }
            }
        }
        names.retain(|name| !is_unfinished(name));
        names
    }

    /// What is left of downloads that did not come to their end, anywhere in the cache.
    pub fn litter(&self) -> Result<Vec<String>> {
        let names = below(&self.cache())?.into_keys();
        Ok(names.filter(|name| is_unfinished(name)).collect())
    }
}

fn below(folder: &Path) -> Result<BTreeMap<String, Vec<u8>>> {
    if fs::exists(folder)? {
        files_below(folder)
    } else {
        Ok(BTreeMap::new())
    }
}

fn is_unfinished(name: &str) -> bool {
    [".incomplete", ".journal", ".tmp"]
        .iter()
        .any(|end| name.ends_with(end))
}
