//! One file's way from the hub into the store.

use futures_util::FutureExt as _;
use http::{StatusCode, header};
use hubkit_api::{Resolve, ResolveMethod};
use hubkit_store::{BlobKey, BlobStore as _, Stage, StoreErrorKind};
use hubkit_transport::{Body, Response};
use hubkit_types::{ByteRange, CommitId, Etag, Repo, Revision, TreeFile};

use crate::{Client, Error, ErrorKind, Event, Progress, exchange::Redirects};

/// How often a file is started over because what came was wrong, and how often an interrupted one is picked up without
/// a single new byte in between.
const ATTEMPTS: u32 = 5;

impl Client {
    /// Fetches a file's bytes into the store, unless they are there. Returns once they are verified and kept for good.
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
            let mut stage = self.0.store.stage(key.clone(), file.size).await?;
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
        progress.event(&Event::Verified {
            path: &file.path,
            size: file.size,
            blob: file.blob(),
        });
        Ok(())
    }

    /// Moves bytes until the stage holds all of them. A broken connection is picked up where it broke, and if the file
    /// changed in between, the server says so by sending it from its start.
    async fn fill(
        &self,
        stage: &mut Stage,
        repo: &Repo,
        commit: CommitId,
        file: &TreeFile,
        content_type: &mut Option<String>,
        progress: &dyn Progress,
    ) -> Result<(), Error> {
        let mut call = Resolve {
            repo: repo.clone(),
            revision: Revision::from(commit),
            path: file.path.clone(),
            method: ResolveMethod::Get,
            range: None,
            if_range: None,
        };
        let mut fruitless = 0;
        loop {
            let frontier = stage.held().runs().first().map_or(0, |run| run.end());
            if frontier == file.size && (file.size > 0 || fruitless > 0) {
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
                .await?;
            if response.status() == StatusCode::RANGE_NOT_SATISFIABLE && resume {
                call.if_range = None;
                fruitless += 1;
                continue;
            }
            let mut response = self.refuse_faults(response).await?;
            *content_type = text_of(&response, header::CONTENT_TYPE);
            let offset = start_of(&response, call.range, file.size)?;
            if offset < frontier {
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
                Ok(end) => {
                    let size = file.size;
                    let message =
                        format!("the body ended after {end} of the promised {size} bytes");
                    return Err(Error::new(ErrorKind::Integrity, message));
                }
                Err(Poured::Failed(error)) => return Err(error),
                Err(Poured::Broken { error, moved }) => {
                    fruitless = if moved > 0 { 1 } else { fruitless + 1 };
                    if fruitless >= ATTEMPTS {
                        let tries = format!(
                            "gave up after {ATTEMPTS} broken connections without a new byte"
                        );
                        return Err(error.within(tries));
                    }
                    self.pause(fruitless, &error, progress).await?;
                }
            }
        }
    }
}

enum Poured {
    /// The connection broke; what came before is kept.
    Broken { error: Error, moved: u64 },
    /// Going on makes no sense.
    Failed(Error),
}

/// Moves a body into the stage; returns the offset behind its last byte.
async fn pour(
    body: &mut Body,
    stage: &mut Stage,
    mut offset: u64,
    file: &TreeFile,
    progress: &dyn Progress,
) -> Result<u64, Poured> {
    let start = offset;
    while let Some(chunk) = body.chunk().await {
        let chunk = match chunk {
            Ok(chunk) => chunk,
            Err(error) if error.may_retry() => {
                return Err(Poured::Broken {
                    error: error.into(),
                    moved: offset - start,
                });
            }
            Err(error) => return Err(Poured::Failed(error.into())),
        };
        let bytes = chunk.len() as u64;
        stage
            .write(offset, chunk)
            .await
            .map_err(|error| Poured::Failed(error.into()))?;
        offset += bytes;
        progress.event(&Event::Received {
            path: &file.path,
            bytes,
        });
    }
    Ok(offset)
}

/// Where the body's first byte belongs. What the server says must fit what was asked.
fn start_of(response: &Response<Body>, asked: Option<ByteRange>, size: u64) -> Result<u64, Error> {
    if let Some(encoding) =
        text_of(response, header::CONTENT_ENCODING).filter(|encoding| encoding != "identity")
    {
        let message = format!(
            "the server sent the file encoded as `{}` although asked not to",
            encoding.escape_debug()
        );
        return Err(Error::new(ErrorKind::Protocol, message));
    }
    match (response.status(), asked) {
        (StatusCode::OK, _) => Ok(0),
        (StatusCode::PARTIAL_CONTENT, Some(asked)) => {
            let expected = format!("bytes {asked}/{size}");
            let found = text_of(response, header::CONTENT_RANGE).unwrap_or_default();
            if found == expected {
                return Ok(asked.start());
            }
            let message = format!(
                "expected `Content-Range: {expected}`, found `{}`",
                found.escape_debug()
            );
            Err(Error::new(ErrorKind::Protocol, message))
        }
        (status, _) => Err(Error::new(
            ErrorKind::Protocol,
            format!("the server answered {status} where a file was expected"),
        )),
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

impl Error {
    pub(crate) fn is_missing_blob(&self) -> bool {
        self.store_kind() == Some(StoreErrorKind::NotFound)
    }
}
