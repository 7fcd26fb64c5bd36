//! Whether what the store has is what it should be.

use std::collections::{BTreeSet, HashSet};

use futures_util::StreamExt as _;
use hubkit_store::{BlobKey, BlobStore as _, Digester};
use hubkit_types::{BlobId, ByteRange, Repo, TreeFile};

use crate::{Client, PlannedFile, Standing};

impl Client {
    /// Reads what the store has of these files, and counts as missing what is not what it should be. Returns what that is.
    pub(crate) async fn hold_against_digests(
        &self,
        repo: &Repo,
        files: &mut [PlannedFile],
    ) -> BTreeSet<BlobId> {
        let (mut sound, mut damaged) = (HashSet::new(), BTreeSet::new());
        for planned in files {
            if !matches!(planned.standing, Standing::Present | Standing::Held) {
                continue;
            }
            let blob = planned.file.blob();
            if damaged.contains(&blob) {
                planned.standing = Standing::Shared;
            } else if !sound.contains(&blob) {
                if self.is_whole(repo, &planned.file).await {
                    sound.insert(blob);
                } else {
                    damaged.insert(blob);
                    planned.standing = Standing::Missing;
                }
            }
        }
        damaged
    }

    /// Whether the store gives exactly the bytes of a file. What it can't give is not whole.
    async fn is_whole(&self, repo: &Repo, file: &TreeFile) -> bool {
        let mut digester = Digester::for_blob(file.blob(), file.size);
        let key = BlobKey::new(repo.clone(), file.blob());
        let whole = ByteRange::whole(file.size);
        if !whole.is_empty() {
            let Ok(mut bytes) = self.0.store.read(key, whole).await else {
                return false;
            };
            while let Some(chunk) = bytes.next().await {
                match chunk {
                    Ok(chunk) => digester.update(&chunk),
                    Err(_) => return false,
                }
            }
        }
        digester.finish() == file.blob()
    }
}
