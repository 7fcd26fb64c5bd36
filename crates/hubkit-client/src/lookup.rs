//! Questions: who am I, what is this repository, what does it hold.

use hubkit_api::{GetRepoInfo, Identity, InfoDetail, RepoInfo, Sibling, WhoAmI};
use hubkit_store::{Entry, RefStore as _};
use hubkit_types::{CommitId, Repo, RepoPath, Revision, TreeFile};

use crate::{
    Client, Connectivity, Error, ErrorKind, Event, Progress,
    ask::{LONGEST_ANSWER, LONGEST_LIST},
    listing::unsafe_name,
};

impl Client {
    /// Who the token belongs to.
    ///
    /// # Errors
    ///
    /// `Authentication` when there is no token or the hub refuses it; `Offline`, `Network`, `Protocol`, `RateLimited`.
    pub async fn who_am_i(&self) -> Result<Identity, Error> {
        self.call(&WhoAmI, None, LONGEST_ANSWER, self.observer())
            .await
    }

    /// What the hub says of a repository.
    ///
    /// # Errors
    ///
    /// `RepoNotFound`, `RevisionNotFound`, `Authentication`, `Offline`, `Network`, `Protocol`, `RateLimited`.
    pub async fn info(&self, repo: &Repo, revision: Option<&Revision>) -> Result<RepoInfo, Error> {
        self.ask_info(repo, revision, self.observer()).await
    }

    /// As [`Client::info`], with more told of it, or only what is named.
    ///
    /// # Errors
    ///
    /// Those of [`Client::info`]; a hub refuses names of fields that it does not know.
    pub async fn info_with(
        &self,
        repo: &Repo,
        revision: Option<&Revision>,
        detail: InfoDetail,
    ) -> Result<RepoInfo, Error> {
        let mut call = GetRepoInfo::new(repo.clone(), revision.cloned());
        call.detail = detail;
        self.call(&call, Some(repo), LONGEST_LIST, self.observer())
            .await
    }

    async fn ask_info(
        &self,
        repo: &Repo,
        revision: Option<&Revision>,
        progress: &dyn Progress,
    ) -> Result<RepoInfo, Error> {
        let call = GetRepoInfo::new(repo.clone(), revision.cloned());
        self.call(&call, Some(repo), LONGEST_LIST, progress).await
    }

    /// The commit that a revision is now. A commit id is answered without a request; offline, the store answers.
    ///
    /// # Errors
    ///
    /// Those of [`Client::info`].
    pub async fn resolve(
        &self,
        repo: &Repo,
        revision: &Revision,
        progress: &dyn Progress,
    ) -> Result<CommitId, Error> {
        let (commit, _) = self.resolve_named(repo, revision, progress).await?;
        Ok(commit)
    }

    /// As [`Client::resolve`]; with it, the files that the hub named in the same answer.
    pub(crate) async fn resolve_named(
        &self,
        repo: &Repo,
        revision: &Revision,
        progress: &dyn Progress,
    ) -> Result<(CommitId, Vec<Sibling>), Error> {
        let (commit, siblings) = match (revision.as_commit(), self.connectivity()) {
            (Some(commit), _) => (Some(commit), None),
            (None, Connectivity::Offline) => {
                let resolved = self.0.store.resolve(repo.clone(), revision.clone());
                let commit = resolved.await?.ok_or_else(|| {
                    let message = format!(
                        "`{revision}` of {repo} is not in the store, and the client is offline"
                    );
                    Error::new(ErrorKind::Offline, message)
                })?;
                (Some(commit), None)
            }
            (None, Connectivity::Online) => {
                let info = self.ask_info(repo, Some(revision), progress).await?;
                (info.sha, info.siblings)
            }
        };
        let commit = commit.ok_or_else(|| {
            let what = "the answer names no commit, so it is not a hub's";
            self.within(Some(repo), Error::new(ErrorKind::Protocol, what))
        })?;
        progress.event(&Event::Resolved {
            repo,
            revision,
            commit,
        });
        Ok((commit, siblings.unwrap_or_default()))
    }

    /// Every file of a commit, sorted by path. Asks the store first: a commit's listing never changes.
    ///
    /// # Errors
    ///
    /// Those of [`Client::info`]; `Unsafe` when the hub lists a path that must not reach a file system.
    pub async fn tree(&self, repo: &Repo, commit: CommitId) -> Result<Vec<TreeFile>, Error> {
        let listing = self.listing(repo, commit, self.observer()).await?;
        match listing.refused.first() {
            Some(refused) => Err(unsafe_name(repo, refused)),
            None => Ok(listing.files),
        }
    }

    /// What the store knows of one path, without asking the hub.
    pub(crate) async fn known(
        &self,
        repo: &Repo,
        commit: CommitId,
        path: &RepoPath,
    ) -> Result<Entry, Error> {
        Ok(self
            .0
            .store
            .entry(repo.clone(), commit, path.clone())
            .await?)
    }
}
