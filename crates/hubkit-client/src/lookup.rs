//! Questions: who am I, what is this repository, what does it hold.

use bytes::Bytes;
use http::{Request, Response, StatusCode};
use hubkit_api::{Call, GetRepoInfo, Identity, LONGEST_ERROR_BODY, RepoInfo, WhoAmI};
use hubkit_store::{Entry, RefStore as _};
use hubkit_transport::Body;
use hubkit_types::{CommitId, Repo, RepoPath, Revision, TreeFile};

use crate::{
    Client, Connectivity, Error, ErrorKind, Event, Progress, Silent, exchange::Redirects,
    listing::unsafe_name, pace,
};

/// The longest answer about a repository that is read into memory, in bytes: it names every file, and there are
/// repositories with a million.
const LONGEST_INFO: usize = 64 << 20;

/// The longest answer of another kind, in bytes.
const LONGEST_ANSWER: usize = 1 << 20;

impl Client {
    /// Who the token belongs to.
    ///
    /// # Errors
    ///
    /// `Authentication` when there is no token or the hub refuses it; `Offline`, `Network`, `Protocol`, `RateLimited`.
    pub async fn who_am_i(&self) -> Result<Identity, Error> {
        self.call(&WhoAmI, None, LONGEST_ANSWER, &Silent).await
    }

    /// What the hub says of a repository.
    ///
    /// # Errors
    ///
    /// `RepoNotFound`, `RevisionNotFound`, `Authentication`, `Offline`, `Network`, `Protocol`, `RateLimited`.
    pub async fn info(&self, repo: &Repo, revision: Option<&Revision>) -> Result<RepoInfo, Error> {
        self.ask_info(repo, revision, &Silent).await
    }

    async fn ask_info(
        &self,
        repo: &Repo,
        revision: Option<&Revision>,
        progress: &dyn Progress,
    ) -> Result<RepoInfo, Error> {
        let call = GetRepoInfo::new(repo.clone(), revision.cloned());
        self.call(&call, Some(repo), LONGEST_INFO, progress).await
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
        let commit = match (revision.as_commit(), self.connectivity()) {
            (Some(commit), _) => commit,
            (None, Connectivity::Offline) => self
                .0
                .store
                .resolve(repo.clone(), revision.clone())
                .await?
                .ok_or_else(|| {
                    let message = format!(
                        "`{revision}` of {repo} is not in the store, and the client is offline"
                    );
                    Error::new(ErrorKind::Offline, message)
                })?,
            (None, Connectivity::Online) => self
                .ask_info(repo, Some(revision), progress)
                .await?
                .sha
                .ok_or_else(|| {
                    let message =
                        format!("the answer about {repo} names no commit, so it is not a hub's");
                    Error::new(ErrorKind::Protocol, message)
                })?,
        };
        progress.event(&Event::Resolved {
            repo,
            revision,
            commit,
        });
        Ok(commit)
    }

    /// Every file of a commit, sorted by path. Asks the store first: a commit's listing never changes.
    ///
    /// # Errors
    ///
    /// Those of [`Client::info`]; `Unsafe` when the hub lists a path that must not reach a file system.
    pub async fn tree(&self, repo: &Repo, commit: CommitId) -> Result<Vec<TreeFile>, Error> {
        let listing = self.listing(repo, commit, &Silent).await?;
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

    pub(crate) async fn call<C: Call>(
        &self,
        call: &C,
        about: Option<&Repo>,
        limit: usize,
        progress: &dyn Progress,
    ) -> Result<C::Reply, Error> {
        self.reply(call, &call.request(), about, limit, progress)
            .await
    }

    /// Sends a request and reads its answer, of at most `limit` bytes, as the call's.
    pub(crate) async fn reply<C: Call>(
        &self,
        call: &C,
        request: &Request<Bytes>,
        about: Option<&Repo>,
        limit: usize,
        progress: &dyn Progress,
    ) -> Result<C::Reply, Error> {
        let within = |error: Error| match about {
            Some(repo) => error.within(format_args!("{repo} at {}", self.endpoint())),
            None => error.within(self.endpoint()),
        };
        let response = self
            .exchange(request, about, Redirects::Follow, progress)
            .await?;
        let response = self.refuse_faults(response).await.map_err(within)?;
        let (parts, body) = response.into_parts();
        let body = pace::collect(body, limit)
            .await
            .map_err(|error| within(error.into()))?;
        let reply = call.reply(&Response::from_parts(parts, body));
        reply.map_err(|error| within(error.into()))
    }

    /// Turns a status of 400 or more into an error.
    pub(crate) async fn refuse_faults(
        &self,
        response: Response<Body>,
    ) -> Result<Response<Body>, Error> {
        if response.status() < StatusCode::BAD_REQUEST {
            return Ok(response);
        }
        let (parts, body) = response.into_parts();
        let body = pace::collect(body, LONGEST_ERROR_BODY)
            .await
            .unwrap_or_default();
        hubkit_api::check(&parts, &body)?;
        Err(Error::new(
            ErrorKind::Protocol,
            format!("the server answered {}", parts.status),
        ))
    }
}
