//! Where a file's bytes are asked for.

use std::sync::{Mutex, MutexGuard, PoisonError};

use bytes::Bytes;
use http::{Request, StatusCode, header::LOCATION};
use hubkit_api::Resolve;
use hubkit_transport::{Body, Bulk, Response};
use hubkit_types::{ByteRange, CommitId, Etag, Repo, TreeFile};
use url::Url;

use super::{SMALL, ranges::version_of};
use crate::{Client, Error, Progress, address, exchange::Redirects, lfs::Grant};

/// A file at a server, and the address to which the server sent us for it. Such addresses are signed and expire; the server
/// then gives another.
pub(crate) struct Origin<'a> {
    client: &'a Client,
    way: Way<'a>,
    file: &'a TreeFile,
    progress: &'a dyn Progress,
    location: Mutex<Option<Url>>,
}

/// By what a file is asked for.
enum Way<'a> {
    /// By its path in a commit.
    Path(&'a Repo, CommitId),
    /// By its digest.
    Digest(&'a Grant<'a>),
}

impl<'a> Origin<'a> {
    pub(crate) fn new(
        client: &'a Client,
        repo: &'a Repo,
        commit: CommitId,
        file: &'a TreeFile,
        progress: &'a dyn Progress,
    ) -> Self {
        Self {
            client,
            way: Way::Path(repo, commit),
            file,
            progress,
            location: Mutex::new(None),
        }
    }

    /// A large file to whose address we were sent already.
    pub(crate) fn granted(
        client: &'a Client,
        grant: &'a Grant<'a>,
        file: &'a TreeFile,
        progress: &'a dyn Progress,
    ) -> Self {
        Self {
            client,
            way: Way::Digest(grant),
            file,
            progress,
            location: Mutex::new(None),
        }
    }

    /// Which version of the file an answer is of. What is asked for by its digest has one only, whatever the server calls
    /// it.
    pub(crate) fn version_of(&self, response: &Response<Body>) -> Option<Etag> {
        match self.way {
            Way::Path(..) => version_of(response),
            Way::Digest(_) => self.file.blob().to_string().parse().ok(),
        }
    }

    /// Asks for a first part. Where the hub sends us on to another server that is all it does, so that several parts can be
    /// asked for there; `None` then.
    pub(crate) async fn first(
        &self,
        range: ByteRange,
        validator: Option<Etag>,
    ) -> Result<Option<Response<Body>>, Error> {
        let (repo, commit) = match self.way {
            Way::Path(repo, commit) => (repo, commit),
            Way::Digest(_) => return self.ask(Some(range), validator).await.map(Some),
        };
        // Only the bytes are worth a connection of their own, and as a rule they lie elsewhere.
        let request = self.request(repo, commit, Some(range), validator);
        let redirects = Redirects::StopAtOtherOrigin;
        let exchanged = self
            .client
            .exchange(&request, Some(repo), redirects, self.progress);
        let answer = exchanged.await?;
        if !answer.response.status().is_redirection() {
            return self.refuse(answer.response).await.map(Some);
        }
        let location = answer.response.headers().get(LOCATION);
        let target = location.and_then(|location| {
            let location = location.to_str().ok()?;
            address::redirected(self.client.endpoint(), &answer.url, location)
        });
        *self.lock() = target;
        Ok(None)
    }

    /// Asks for the file, or a part of it. A status of 400 or more is an error, but for that which says that there is no
    /// such part.
    pub(crate) async fn ask(
        &self,
        range: Option<ByteRange>,
        validator: Option<Etag>,
    ) -> Result<Response<Body>, Error> {
        let (repo, commit) = match self.way {
            Way::Path(repo, commit) => (repo, commit),
            Way::Digest(grant) => {
                let response = grant.ask(self.client, range, self.progress).await?;
                return self.refuse(response).await;
            }
        };
        let mut request = self.request(repo, commit, range, validator);
        if self.file.size > SMALL {
            request.extensions_mut().insert(Bulk);
        }
        let known = self.lock().clone();
        if let Some(url) = known {
            let answer = self
                .client
                .exchange_at(&url, &request, Some(repo), self.progress)
                .await?;
            if !is_expired(answer.response.status()) {
                return self.refuse(answer.response).await;
            }
            *self.lock() = None;
        }
        let answer = self
            .client
            .exchange(&request, Some(repo), Redirects::Follow, self.progress)
            .await?;
        if answer.response.status().is_success() {
            *self.lock() = Some(answer.url.clone());
        }
        self.refuse(answer.response).await
    }

    fn request(
        &self,
        repo: &Repo,
        commit: CommitId,
        range: Option<ByteRange>,
        validator: Option<Etag>,
    ) -> Request<Bytes> {
        let path = self.file.path.clone();
        let mut call = Resolve::get(repo.clone(), commit.into(), path);
        call.range = range;
        call.if_range = validator;
        call.request()
    }

    async fn refuse(&self, response: Response<Body>) -> Result<Response<Body>, Error> {
        if response.status() == StatusCode::RANGE_NOT_SATISFIABLE {
            return Ok(response);
        }
        self.client.refuse_faults(response).await
    }

    fn lock(&self) -> MutexGuard<'_, Option<Url>> {
        self.location.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What a server says of an address that no longer counts, each in its own way.
pub(crate) fn is_expired(status: StatusCode) -> bool {
    matches!(
        status,
        StatusCode::BAD_REQUEST
            | StatusCode::UNAUTHORIZED
            | StatusCode::FORBIDDEN
            | StatusCode::NOT_FOUND
            | StatusCode::GONE
    )
}
