//! One file's way from the hub into the store.

use futures_util::FutureExt as _;
use http::{StatusCode, header};
use hubkit_api::{ContentRange, Resolve};
use hubkit_store::{BlobKey, BlobStoreExt as _, Stage};
use hubkit_transport::{Body, Response};
use hubkit_types::{ByteRange, CommitId, Etag, Repo, TreeFile};

use crate::{
    Client, Error, ErrorKind, Event, Progress,
    ask::packed,
    exchange::Redirects,
    pour::{Patience, Poured, pour},
};

impl Client {
    /// Fetches a file's bytes into the store. Returns once they are verified and kept for good.
    pub(crate) async fn fetch_blob(
        &self,
        repo: &Repo,
        commit: CommitId,
        file: &TreeFile,
        progress: &dyn Progress,
    ) -> Result<(), Error> {
        // Boxed: the state of a transfer is large, and a snapshot holds many of these.
        self.transfer(repo, commit, file, progress)
            .boxed()
            .await
            .map_err(|error| match error.kind() {
                // Not the file's fault; every other file would say the same.
                ErrorKind::Gated | ErrorKind::Authentication | ErrorKind::RepoNotFound => {
                    error.within(format_args!("{repo} at {}", self.endpoint()))
                }
                _ => error.within(format_args!("`{}` of {repo}", file.path)),
            })
    }

    async fn transfer(
        &self,
        repo: &Repo,
        commit: CommitId,
        file: &TreeFile,
        progress: &dyn Progress,
    ) -> Result<(), Error> {
        let key = BlobKey::new(repo.clone(), file.blob());
        progress.event(&Event::Started {
            path: &file.path,
            size: file.size,
        });
        let mut wrong_before = false;
        loop {
            let mut stage = self.0.store.begin(key.clone(), file.size).await?;
            let mut content_type = None;
            let filled = self
                .fill(&mut stage, repo, commit, file, &mut content_type, progress)
                .await;
            let held = stage.held().len();
            let outcome = match filled {
                Ok(()) => stage.publish().await.map_err(Error::from),
                Err(error) => stage.discard().await.map_err(Error::from).and(Err(error)),
            };
            match outcome {
                Ok(()) => break,
                // Wrong bytes may be one proxy's bad minute. A second time they are what the server has.
                Err(error) if error.kind() == ErrorKind::Integrity && !wrong_before => {
                    wrong_before = true;
                    progress.event(&Event::Restarted {
                        path: &file.path,
                        bytes: held,
                    });
                }
                Err(error) if error.kind() == ErrorKind::Integrity => {
                    return Err(explain(error, content_type.as_deref()));
                }
                Err(error) => return Err(error),
            }
        }
        let (path, size, blob) = (&file.path, file.size, file.blob());
        progress.event(&Event::Verified { path, size, blob });
        Ok(())
    }

    /// Moves bytes until the stage holds all of them. A broken connection is picked up where it broke; if the file
    /// changed in between, the server says so by sending it from its start. Ends after a bounded number of requests.
    async fn fill(
        &self,
        stage: &mut Stage,
        repo: &Repo,
        commit: CommitId,
        file: &TreeFile,
        content_type: &mut Option<String>,
        progress: &dyn Progress,
    ) -> Result<(), Error> {
        let mut call = Resolve::get(repo.clone(), commit.into(), file.path.clone());
        let mut patience = Patience::new();
        loop {
            let frontier = stage.held().runs().first().map_or(0, |run| run.end());
            if frontier == file.size && file.size > 0 {
                return Ok(());
            }
            // A range without a validator could splice two files; the digest would notice, but all would move again.
            let resume = frontier > 0 && call.if_range.is_some();
            call.range = if resume {
                ByteRange::new(frontier, file.size)
            } else {
                None
            };
            let request = call.request();
            let response = self
                .exchange(&request, Some(repo), Redirects::Follow, progress)
                .await?
                .response;
            let setback = if response.status() == StatusCode::RANGE_NOT_SATISFIABLE && resume {
                call.if_range = None;
                Error::new(
                    ErrorKind::Protocol,
                    "the server refuses the rest of the file",
                )
            } else {
                let mut response = self.refuse_faults(response).await?;
                *content_type = text_of(&response, header::CONTENT_TYPE);
                match start_of(&response, call.range, file.size)? {
                    None => {
                        call.if_range = None;
                        Error::new(
                            ErrorKind::Protocol,
                            "the server sends another part of the file than was asked for",
                        )
                    }
                    Some(offset) => {
                        if offset < frontier {
                            stage.forget();
                            progress.event(&Event::Restarted {
                                path: &file.path,
                                bytes: frontier - offset,
                            });
                        }
                        call.if_range = text_of(&response, header::ETAG)
                            .and_then(|tag| tag.parse().ok())
                            .filter(Etag::is_strong);
                        match pour(response.body_mut(), stage, offset, file, progress).await {
                            Ok(end) if end == file.size => return Ok(()),
                            Ok(end) if response.status() == StatusCode::PARTIAL_CONTENT => {
                                Error::new(
                                    ErrorKind::Protocol,
                                    format!("the server sends no more than {end} bytes"),
                                )
                            }
                            Ok(end) => {
                                let size = file.size;
                                let message = format!(
                                    "the body ended after {end} of the promised {size} bytes"
                                );
                                return Err(Error::new(ErrorKind::Integrity, message));
                            }
                            Err(Poured::Failed(error)) => return Err(error),
                            Err(Poured::Broken(error)) => error,
                        }
                    }
                }
            };
            let reached = stage.held().runs().first().map_or(0, |run| run.end());
            let Some(fruitless) = patience.after(reached) else {
                let tries = Patience::TRIES;
                return Err(setback.within(format_args!(
                    "gave up after {tries} tries that brought too little"
                )));
            };
            self.pause(fruitless, &setback, progress).await?;
        }
    }
}

/// Where the body's first byte belongs; `None` when it is not a part that was asked for.
pub(crate) fn start_of(
    response: &Response<Body>,
    asked: Option<ByteRange>,
    size: u64,
) -> Result<Option<u64>, Error> {
    if let Some(encoding) = packed(response.headers()) {
        let message = format!("the file comes packed as `{encoding}`, which was not asked for");
        return Err(Error::new(ErrorKind::Protocol, message));
    }
    match (response.status(), asked) {
        (StatusCode::OK, _) => Ok(Some(0)),
        (StatusCode::PARTIAL_CONTENT, Some(asked)) => {
            let found = ContentRange::of(response.headers());
            let fits = |found: &ContentRange| {
                let total = found.total.is_none_or(|total| total == size);
                let range = found.range;
                total
                    && range
                        .is_some_and(|range| range.start() == asked.start() && range.end() <= size)
            };
            Ok(found.filter(fits).map(|_| asked.start()))
        }
        (status, _) => {
            let message = format!("the server answered {status} where a file was expected");
            Err(Error::new(ErrorKind::Protocol, message))
        }
    }
}

pub(crate) fn text_of(response: &Response<Body>, name: header::HeaderName) -> Option<String> {
    Some(response.headers().get(name)?.to_str().ok()?.to_owned())
}

/// An error page instead of a file is the usual cause of a wrong digest.
fn explain(error: Error, content_type: Option<&str>) -> Error {
    match content_type {
        Some(found) if found.starts_with("text/html") => {
            error.within("the server sent a page of HTML")
        }
        _ => error,
    }
}
