//! Many files' way from the hub into the store.

mod claim;
mod connections;
mod origin;
mod parts;
mod ranges;

use futures_util::{StreamExt as _, TryStreamExt as _, future::try_join, stream};
use hubkit_store::BlobStore as _;
use hubkit_types::{CommitId, Repo, TreeFile};

use crate::{Client, Error, Progress};

pub(crate) use claim::Claimed;
pub(crate) use connections::{Connections, Traffic};
pub(crate) use origin::{Origin, is_expired};
pub(crate) use ranges::{Filled, Setback};

/// Files of at most so many bytes come whole in one answer, with many others at the same time.
pub(crate) const SMALL: u64 = 4 << 20;

/// How many small files are in hand: those under way, and those that wait for the disk, each of which is an open file.
const IN_HAND: usize = 512;

impl Client {
    /// Brings files of a commit into the store, several at a time. Returns once all are verified and kept for good, or
    /// with the first fault.
    pub(crate) async fn acquire(
        &self,
        repo: &Repo,
        commit: CommitId,
        files: &[TreeFile],
        progress: &dyn Progress,
    ) -> Result<(), Error> {
        self.check_room(repo, files).await?;
        let transfer = |file| self.fetch_blob(repo, commit, file, progress);
        let is_small = |file: &&TreeFile| file.size <= SMALL;
        let small = stream::iter(files.iter().filter(is_small).map(transfer));
        let large = stream::iter(files.iter().filter(|file| !is_small(file)).map(transfer));
        // Neither waits for the other: small files are soon there, and large ones take the longest.
        try_join(
            small.buffer_unordered(IN_HAND).try_collect::<()>(),
            large
                .buffer_unordered(self.0.max_workers)
                .try_collect::<()>(),
        )
        .await?;
        Ok(())
    }

    /// Refuses to begin what the store has no room for.
    async fn check_room(&self, repo: &Repo, files: &[TreeFile]) -> Result<(), Error> {
        let needed = files
            .iter()
            .fold(0_u64, |sum, file| sum.saturating_add(file.size));
        if needed == 0 {
            return Ok(());
        }
        match self.0.store.room(repo.clone()).await? {
            Some(room) if room < needed => Err(Error::no_room(repo, needed, room)),
            _ => Ok(()),
        }
    }
}
