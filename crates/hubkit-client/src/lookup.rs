//! Questions: who am I, what is this repository, what does it hold.

use std::collections::HashSet;

use bytes::Bytes;
use http::{Request, Response, StatusCode};
use hubkit_api::{
    Call, GetRepoInfo, Identity, ListTree, RefusedPath, RepoInfo, TreeDepth, TreeEntry, WhoAmI,
};
use hubkit_store::{Entry, RefStore as _};
use hubkit_transport::Body;
use hubkit_types::{CommitId, Endpoint, Repo, RepoPath, Revision, TreeFile};

use crate::{Client, Connectivity, Error, ErrorKind, Event, Progress, Silent, exchange::Redirects};

/// The longest answer that is read into memory, in bytes. A page of a thousand files takes about 300 kB.
const LONGEST_ANSWER: usize = 64 << 20;

/// The most files a listing may have; the largest repositories of the Hub have some hundred thousand.
const MOST_FILES: usize = 5_000_000;

/// Everything that a commit holds.
pub(crate) struct Listing {
    pub(crate) files: Vec<TreeFile>,
    /// Names in it that must not reach a file system. The store keeps none, so a listing from there has none.
    pub(crate) refused: Vec<RefusedPath>,
    /// It came from the hub, whole, and is not in the store yet.
    pub(crate) is_new: bool,
}

impl Client {
    /// Who the token belongs to.
    ///
    /// # Errors
    ///
    /// `Authentication` when there is no token or the hub refuses it; `Offline`, `Network`, `Protocol`, `RateLimited`.
    pub async fn who_am_i(&self) -> Result<Identity, Error> {
        self.call(&WhoAmI, None, &Silent).await
    }

    /// What the hub says of a repository.
    ///
    /// # Errors
    ///
    /// `RepoNotFound`, `RevisionNotFound`, `Authentication`, `Offline`, `Network`, `Protocol`, `RateLimited`.
    pub async fn info(&self, repo: &Repo, revision: Option<&Revision>) -> Result<RepoInfo, Error> {
        let call = GetRepoInfo {
            repo: repo.clone(),
            revision: revision.cloned(),
        };
        self.call(&call, Some(repo), &Silent).await
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
            (None, Connectivity::Online) => {
                let call = GetRepoInfo {
                    repo: repo.clone(),
                    revision: Some(revision.clone()),
                };
                self.call(&call, Some(repo), progress)
                    .await?
                    .sha
                    .ok_or_else(|| {
                        let message = format!(
                            "the answer about {repo} names no commit, so it is not a hub's"
                        );
                        Error::new(ErrorKind::Protocol, message)
                    })?
            }
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

    pub(crate) async fn listing(
        &self,
        repo: &Repo,
        commit: CommitId,
        progress: &dyn Progress,
    ) -> Result<Listing, Error> {
        if let Some(files) = self.0.store.listing(repo.clone(), commit).await? {
            return Ok(Listing {
                files,
                refused: Vec::new(),
                is_new: false,
            });
        }
        if self.connectivity() == Connectivity::Offline {
            let files = self.0.store.files(repo.clone(), commit).await?;
            if files.is_empty() {
                let message = format!(
                    "nothing of {repo} at {commit} is in the store, and the client is offline"
                );
                return Err(Error::new(ErrorKind::Offline, message));
            }
            return Ok(Listing {
                files,
                refused: Vec::new(),
                is_new: false,
            });
        }
        self.fetch_listing(repo, commit, progress).await
    }

    async fn fetch_listing(
        &self,
        repo: &Repo,
        commit: CommitId,
        progress: &dyn Progress,
    ) -> Result<Listing, Error> {
        let call = ListTree {
            repo: repo.clone(),
            revision: commit.into(),
            path: None,
            depth: TreeDepth::Recursive,
        };
        let mut page = self.call(&call, Some(repo), progress).await?;
        let (mut files, mut refused) = (Vec::new(), Vec::new());
        let mut seen = HashSet::new();
        loop {
            files.extend(page.entries.into_iter().filter_map(|entry| match entry {
                TreeEntry::File(file) => Some(file),
                TreeEntry::Folder { .. } => None,
            }));
            refused.extend(page.refused);
            if files.len() + refused.len() > MOST_FILES {
                let message = format!("the listing of {repo} has more than {MOST_FILES} files");
                return Err(Error::new(ErrorKind::Protocol, message));
            }
            let Some(next) = page.next else { break };
            if !seen.insert(next.clone()) {
                let message =
                    format!("the listing of {repo} leads back to a page that was read already");
                return Err(Error::new(ErrorKind::Protocol, message));
            }
            let request = self.page_request(&next)?;
            page = self.reply(&call, &request, Some(repo), progress).await?;
        }
        files.sort_by(|a, b| a.path.cmp(&b.path));
        // What is recorded must be all of it: a listing without some of its names would pass for a whole one.
        let is_new = refused.is_empty();
        Ok(Listing {
            files,
            refused,
            is_new,
        })
    }

    /// The request for a page that a `Link` header named. It must lie on the same hub.
    fn page_request(&self, next: &str) -> Result<Request<Bytes>, Error> {
        let foreign = || {
            let message = "the listing goes on at another origin, which is not followed".to_owned();
            Error::new(ErrorKind::Protocol, message)
        };
        let path = if next.starts_with('/') && !next.starts_with("//") {
            next
        } else {
            let endpoint: Endpoint = self.0.endpoint.origin().clone().into();
            next.strip_prefix(&endpoint.to_string())
                .filter(|path| path.starts_with('/'))
                .ok_or_else(foreign)?
        };
        // Requests are relative to the endpoint, so a prefix that both share is taken off here.
        let path = path.strip_prefix(self.0.endpoint.prefix()).unwrap_or(path);
        Request::get(path).body(Bytes::new()).map_err(|error| {
            Error::new(
                ErrorKind::Protocol,
                "the address of the listing's next page is malformed",
            )
            .with_source(error)
        })
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

    async fn call<C: Call>(
        &self,
        call: &C,
        about: Option<&Repo>,
        progress: &dyn Progress,
    ) -> Result<C::Reply, Error> {
        self.reply(call, &call.request(), about, progress).await
    }

    async fn reply<C: Call>(
        &self,
        call: &C,
        request: &Request<Bytes>,
        about: Option<&Repo>,
        progress: &dyn Progress,
    ) -> Result<C::Reply, Error> {
        let response = self
            .exchange(request, about, Redirects::Follow, progress)
            .await?;
        let (parts, body) = response.into_parts();
        let body = body.collect(LONGEST_ANSWER).await?;
        call.reply(&Response::from_parts(parts, body))
            .map_err(|error| {
                let error = Error::from(error);
                match about {
                    Some(repo) => error.within(format_args!("{repo} at {}", self.endpoint())),
                    None => error.within(self.endpoint()),
                }
            })
    }

    /// Turns a status of 400 or more into an error.
    pub(crate) async fn refuse_faults(
        &self,
        response: Response<Body>,
    ) -> Result<Response<Body>, Error> {
        if response.status() < StatusCode::BAD_REQUEST {
            return Ok(response);
        }
        /// A fault's explanation is text or a page of HTML; more is not worth reading.
        const LONGEST_EXPLANATION: usize = 64 << 10;
        let (parts, body) = response.into_parts();
        let body = body.collect(LONGEST_EXPLANATION).await.unwrap_or_default();
        hubkit_api::check(&parts, &body)?;
        Err(Error::new(
            ErrorKind::Protocol,
            format!("the server answered {}", parts.status),
        ))
    }
}

pub(crate) fn unsafe_name(repo: &Repo, refused: &RefusedPath) -> Error {
    Error::new(
        ErrorKind::Unsafe,
        format!(
            "{repo} lists a file that can't be stored safely: {}",
            refused.error()
        ),
    )
}
