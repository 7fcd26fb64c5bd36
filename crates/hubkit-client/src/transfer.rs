//! One file's way from the hub into the store.

use futures_util::FutureExt as _;
use http::{StatusCode, header};
use hubkit_api::ContentRange;
use hubkit_lfs::Pointer;
use hubkit_store::{Stage, StoreErrorKind};
use hubkit_transport::{Body, Response};
use hubkit_types::{ByteRange, CommitId, Repo, TreeFile};

use crate::{
    Client, Error, ErrorKind, Event, Progress,
    acquire::{Claimed, Filled, Origin, SMALL, Setback, Traffic},
    ask::packed,
    pour::{Patience, Poured, Pouring},
    unpack::unpack,
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
        let mut second_chance = SecondChance::default();
        loop {
            let stage = match self.claim(repo, file, progress).await {
                Ok(Claimed::Stage(stage)) => stage,
                Ok(Claimed::There) => {
                    progress.event(&Event::Reused {
                        path: &file.path,
                        size: file.size,
                    });
                    return Ok(());
                }
                Err(error) if second_chance.after(&error, 0) => continue,
                Err(error) => return Err(error),
            };
            let attempt = Attempt {
                stage,
                file,
                progress,
            };
            let origin = Origin::new(self, repo, commit, file, progress);
            if attempt.run(self, &origin, &mut second_chance).await? {
                return Ok(());
            }
        }
    }

    /// Moves bytes until the stage holds all of them: a large file in several parts at once where the server gives such,
    /// any other in one go.
    async fn fill(
        &self,
        origin: &Origin<'_>,
        stage: &Stage,
        file: &TreeFile,
        content_type: &mut Option<String>,
        progress: &dyn Progress,
    ) -> Result<(), Error> {
        if file.size <= SMALL {
            let permit = self.0.connections.permit(Traffic::Small).await;
            let filled = self.fill_in_order(origin, stage, file, None, content_type, progress);
            filled.await?;
            drop(permit);
            self.0.connections.small_came();
            return Ok(());
        }
        let mut has_changed = false;
        let first = loop {
            match self.fill_in_parts(origin, stage, file, progress).await {
                Ok(Filled::Whole) => return Ok(()),
                Ok(Filled::Unparted(first)) => break first,
                Err(Setback::Changed) => {
                    let bytes = stage.held().len();
                    stage.restart().await?;
                    progress.event(&Event::Restarted {
                        path: &file.path,
                        bytes,
                    });
                    if has_changed {
                        // No longer in parts: one answer is of one version.
                        break None;
                    }
                    has_changed = true;
                }
                Err(Setback::Failed(error)) => return Err(error),
            }
        };
        let _permit = self.0.connections.permit(Traffic::Large).await;
        self.fill_in_order(origin, stage, file, first, content_type, progress)
            .await
    }

    /// Moves bytes one after another. A broken connection is picked up where it broke; if the file changed in between, the
    /// server says so by sending it from its start. Ends after a bounded number of requests.
    async fn fill_in_order(
        &self,
        origin: &Origin<'_>,
        stage: &Stage,
        file: &TreeFile,
        mut first: Option<Response<Body>>,
        content_type: &mut Option<String>,
        progress: &dyn Progress,
    ) -> Result<(), Error> {
        let mut patience = Patience::new();
        loop {
            let frontier = stage.held().frontier();
            if frontier == file.size && file.size > 0 {
                return Ok(());
            }
            // A range without a validator could splice two files; the digest would notice, but all would move again.
            let validator = stage.validator().filter(|_| frontier > 0);
            let range = validator
                .as_ref()
                .and_then(|_| ByteRange::new(frontier, file.size));
            let mut response = match first.take() {
                Some(response) => response,
                None => origin.ask(range, validator).await?,
            };
            *content_type = text_of(&response, header::CONTENT_TYPE);
            let is_refused = response.status() == StatusCode::RANGE_NOT_SATISFIABLE;
            let setback = if is_refused && range.is_some() {
                stage.set_validator(None);
                Error::new(
                    ErrorKind::Protocol,
                    "the server refuses the rest of the file",
                )
            } else {
                let response = &mut response;
                let was_packed = unpack(response);
                match start_of(response, range, file.size)? {
                    None => {
                        stage.set_validator(None);
                        Error::new(
                            ErrorKind::Protocol,
                            "the server sends another part of the file than was asked for",
                        )
                    }
                    Some(offset) => {
                        if offset < frontier {
                            stage.restart().await?;
                            progress.event(&Event::Restarted {
                                path: &file.path,
                                bytes: frontier - offset,
                            });
                        }
                        // A break in what is packed is at no known place of the file.
                        let version = origin.version_of(response).filter(|_| !was_packed);
                        stage.set_validator(version);
                        let mut pouring = Pouring {
                            stage,
                            file,
                            progress,
                            most: file.size,
                            beginning: Some(Vec::new()),
                        };
                        let is_part = response.status() == StatusCode::PARTIAL_CONTENT;
                        let poured = pouring.pour(response.body_mut(), offset, |_| ()).await;
                        // A large object's own digest says what it is.
                        let is_object = poured.0 == file.size && file.lfs.is_some();
                        if poured.1.is_ok()
                            && !is_object
                            && let Some(pointer) = pouring.pointer()
                        {
                            return Err(only_a_pointer(&pointer));
                        }
                        match poured {
                            (end, Ok(())) if end == file.size => return Ok(()),
                            (end, Ok(())) if is_part => Error::new(
                                ErrorKind::Protocol,
                                format!("the server sends no more than {end} bytes"),
                            ),
                            (end, Ok(())) => {
                                let size = file.size;
                                let message = format!(
                                    "the body ended after {end} of the promised {size} bytes"
                                );
                                return Err(Error::new(ErrorKind::Integrity, message));
                            }
                            (_, Err(Poured::Failed(error))) => return Err(error),
                            (_, Err(Poured::Broken(error))) => error,
                        }
                    }
                }
            };
            let fruitless = patience.after(stage.held().frontier());
            self.pick_up(fruitless, setback, progress).await?;
        }
    }
}

/// One try to bring a file into its stage and make it a blob.
pub(crate) struct Attempt<'a> {
    pub(crate) stage: Stage,
    pub(crate) file: &'a TreeFile,
    pub(crate) progress: &'a dyn Progress,
}

impl Attempt<'_> {
    /// `false` where another try is worth its while.
    pub(crate) async fn run(
        self,
        client: &Client,
        origin: &Origin<'_>,
        second_chance: &mut SecondChance,
    ) -> Result<bool, Error> {
        let Self {
            stage,
            file,
            progress,
        } = self;
        let (path, size) = (&file.path, file.size);
        progress.event(&Event::Started { path, size });
        let resumed = stage.held().len();
        if resumed > 0 {
            progress.event(&Event::Resumed {
                path,
                bytes: resumed,
            });
        }
        let mut content_type = None;
        let filled = client.fill(origin, &stage, file, &mut content_type, progress);
        let filled = filled.await;
        let held = stage.held().len();
        let outcome = match filled {
            Ok(()) => stage.publish().await.map_err(Error::from),
            Err(error) if error.kind() == ErrorKind::Integrity => {
                stage.discard().await.map_err(Error::from).and(Err(error))
            }
            // What came is there for the next one who asks for it.
            Err(error) => Err(error),
        };
        match outcome {
            Ok(()) => {
                let blob = file.blob();
                progress.event(&Event::Verified { path, size, blob });
                Ok(true)
            }
            Err(error) if second_chance.after(&error, resumed) => {
                progress.event(&Event::Restarted { path, bytes: held });
                Ok(false)
            }
            Err(error) if error.kind() == ErrorKind::Integrity => {
                Err(explain(error, content_type.as_deref()))
            }
            Err(error) => Err(error),
        }
    }
}

/// What is tried once more, each once.
#[derive(Default)]
pub(crate) struct SecondChance {
    wrong_bytes: bool,
    wrong_when_resumed: bool,
    went_away: bool,
}

impl SecondChance {
    /// Whether a file is worth another try after this.
    fn after(&mut self, error: &Error, resumed: u64) -> bool {
        let spent = match (error.kind(), error.store_kind()) {
            // What an earlier transfer left may be damaged, which is nobody's fault.
            (ErrorKind::Integrity, _) if resumed > 0 => &mut self.wrong_when_resumed,
            // Wrong bytes may be one proxy's bad minute. A second time they are what the server has.
            (ErrorKind::Integrity, _) => &mut self.wrong_bytes,
            // Somebody cleaned up where the file was growing.
            (_, Some(StoreErrorKind::NotFound)) => &mut self.went_away,
            _ => return false,
        };
        !std::mem::replace(spent, true)
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

/// What a hub sends that has a repository and not its large files.
fn only_a_pointer(pointer: &Pointer) -> Error {
    let message = format!(
        "what comes is {}, and the server lacks what it points to",
        pointer.not_the_file()
    );
    Error::new(ErrorKind::Integrity, message)
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
