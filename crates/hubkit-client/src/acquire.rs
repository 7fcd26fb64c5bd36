//! Many files' way from the hub into the store.

use futures_util::{StreamExt as _, TryStreamExt as _, stream};
use hubkit_types::{CommitId, Repo, TreeFile};

use crate::{Client, Error, Progress};

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
        let transfers = files
            .iter()
            .map(|file| self.fetch_blob(repo, commit, file, progress));
        stream::iter(transfers)
            .buffer_unordered(self.0.max_workers)
            .try_collect()
            .await
    }
}
