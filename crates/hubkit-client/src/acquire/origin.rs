//! Where a file's bytes are asked for.

use std::sync::{Mutex, MutexGuard, PoisonError};

use bytes::Bytes;
use http::{Request, StatusCode, header::LOCATION};
use hubkit_api::Resolve;
use hubkit_transport::{Body, Bulk, Response};
use hubkit_types::{ByteRange, CommitId, Etag, Repo, TreeFile};
use url::Url;

use super::SMALL;
use crate::{
    Client, Error, Progress, address,
    exchange::{Answer, Redirects},
};

/// A file at the hub, and the address to which the hub sent us for it. Such addresses are signed and expire; the hub then
/// gives another.
pub(crate) struct Origin<'a> {
    client: &'a Client,
    repo: &'a Repo,
    commit: CommitId,
    file: &'a TreeFile,
    progress: &'a dyn Progress,
    location: Mutex<Option<Url>>,
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
            repo,
            commit,
            file,
            progress,
            location: Mutex::new(None),
        }
    }

    /// Asks for a first part. Where the hub sends us on to another server that is all it does, so that several parts can be
    /// asked for there; `None` then.
    pub(crate) async fn first(
        &self,
        range: ByteRange,
        validator: Option<Etag>,
    ) -> Result<Option<Response<Body>>, Error> {
        // Only the bytes are worth a connection of their own, and as a rule they lie elsewhere.
        let request = self.request(Some(range), validator);
        let redirects = Redirects::StopAtOtherOrigin;
        let exchanged = self
            .client
            .exchange(&request, Some(self.repo), redirects, self.progress);
        let answer = exchanged.await?;
        if !answer.response.status().is_redirection() {
            return self.refuse(answer).await.map(Some);
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
        let mut request = self.request(range, validator);
        if self.file.size > SMALL {
            request.extensions_mut().insert(Bulk);
        }
        let known = self.lock().clone();
        if let Some(url) = known {
            let answer = self
                .client
                .exchange_at(&url, &request, Some(self.repo), self.progress)
                .await?;
            if !is_expired(answer.response.status()) {
                return self.refuse(answer).await;
            }
            *self.lock() = None;
        }
        let answer = self
            .client
            .exchange(&request, Some(self.repo), Redirects::Follow, self.progress)
            .await?;
        if answer.response.status().is_success() {
            *self.lock() = Some(answer.url.clone());
        }
        self.refuse(answer).await
    }

    fn request(&self, range: Option<ByteRange>, validator: Option<Etag>) -> Request<Bytes> {
        let (repo, path) = (self.repo.clone(), self.file.path.clone());
        let mut call = Resolve::get(repo, self.commit.into(), path);
        call.range = range;
        call.if_range = validator;
        call.request()
    }

    async fn refuse(&self, answer: Answer) -> Result<Response<Body>, Error> {
        if answer.response.status() == StatusCode::RANGE_NOT_SATISFIABLE {
            return Ok(answer.response);
        }
        self.client.refuse_faults(answer.response).await
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
