//! A large file in several parts at once.

use std::pin::pin;

use futures_util::{
    FutureExt as _, StreamExt as _,
    future::{BoxFuture, Either, select},
    stream::FuturesUnordered,
};
use http::{StatusCode, header};
use hubkit_store::Stage;
use hubkit_transport::{Body, Response};
use hubkit_types::{ByteRange, Etag, TreeFile};

use super::{Origin, Traffic, connections::Permit, parts::Parts};
use crate::{
    Client, Error, ErrorKind, Progress,
    pour::{Patience, Poured, Pouring},
    transfer::{start_of, text_of},
};

/// What came of asking for parts.
pub(crate) enum Filled {
    /// All is there.
    Whole,
    /// The server gives no parts, or gives them no name by which they could be told from those of another version: the
    /// answer that says so, if it brings the file.
    Unparted(Option<Response<Body>>),
}

/// Why parts did not all come.
pub(crate) enum Setback {
    /// The file is another than it was when the first part came.
    Changed,
    /// Going on makes no sense.
    Failed(Error),
}

impl From<Error> for Setback {
    fn from(error: Error) -> Self {
        Self::Failed(error)
    }
}

/// What every part of one file needs.
struct Shared<'a> {
    client: &'a Client,
    origin: &'a Origin<'a>,
    stage: &'a Stage,
    file: &'a TreeFile,
    progress: &'a dyn Progress,
}

impl Client {
    /// Fills a stage by several requests, as many as the lane of large files has turns for.
    pub(crate) async fn fill_in_parts(
        &self,
        origin: &Origin<'_>,
        stage: &Stage,
        file: &TreeFile,
        progress: &dyn Progress,
    ) -> Result<Filled, Setback> {
        let held = stage.held();
        let mut parts = Parts::new(held.gaps(file.size));
        let connections = &self.0.connections;
        let permit = connections.permit(Traffic::Large).await;
        let Some(first) = parts.next(connections.large_size()) else {
            return Ok(Filled::Whole);
        };
        let validator = stage.validator();
        if validator.is_none() && !held.is_empty() {
            // What is there can't be told from another version.
            return Err(Setback::Changed);
        }
        let answer = origin.first(first, validator).await?;
        let shared = Shared {
            client: self,
            origin,
            stage,
            file,
            progress,
        };
        let mut running: FuturesUnordered<BoxFuture<'_, Result<(), Setback>>> =
            FuturesUnordered::new();
        if let Some(response) = &answer
            && (response.status() == StatusCode::OK || origin.version_of(response).is_none())
        {
            return if held.is_empty() {
                let response = answer.filter(|response| response.status() == StatusCode::OK);
                Ok(Filled::Unparted(response))
            } else {
                Err(Setback::Changed)
            };
        }
        running.push(shared.part(first, answer, permit).boxed());
        loop {
            if parts.is_empty() || running.len() >= connections.of_one_file() {
                match running.next().await {
                    Some(outcome) => outcome?,
                    None => break,
                }
                continue;
            }
            let turn = pin!(connections.permit(Traffic::Large));
            let permit = if running.is_empty() {
                turn.await
            } else {
                // A part that ended comes first: it may say that there is no use in another.
                match select(running.next(), turn).await {
                    Either::Left((outcome, _)) => {
                        outcome.transpose()?;
                        if is_nameless(stage) {
                            return Ok(Filled::Unparted(None));
                        }
                        continue;
                    }
                    Either::Right((permit, _)) => permit,
                }
            };
            if let Some(part) = parts.next(connections.large_size()) {
                running.push(shared.part(part, None, permit).boxed());
            }
            if is_nameless(stage) {
                return Ok(Filled::Unparted(None));
            }
        }
        Ok(Filled::Whole)
    }
}

/// Whether what is there can't be told from another version.
fn is_nameless(stage: &Stage) -> bool {
    stage.validator().is_none() && !stage.held().is_empty()
}

impl Shared<'_> {
    /// Brings one part; asks again for what is missing of it where the connection breaks.
    async fn part(
        &self,
        part: ByteRange,
        first: Option<Response<Body>>,
        _permit: Permit,
    ) -> Result<(), Setback> {
        let mut answer = first;
        let mut patience = Patience::new();
        let mut at = part.start();
        while let Some(rest) = ByteRange::new(at, part.end()).filter(|rest| !rest.is_empty()) {
            let response = if let Some(response) = answer.take() {
                response
            } else {
                let validator = self.stage.validator();
                self.origin.ask(Some(rest), validator).await?
            };
            let (end, broken) = self.take(response, rest).await?;
            at = end;
            if at < part.end() {
                let fruitless = patience.after(at - part.start());
                let again = self.client.pick_up(fruitless, broken, self.progress);
                again.await?;
            }
        }
        Ok(())
    }

    /// Takes an answer to a part, as far as it goes: the place behind its last byte, and why it is the last.
    async fn take(
        &self,
        mut response: Response<Body>,
        part: ByteRange,
    ) -> Result<(u64, Error), Setback> {
        // There is no such part any more, all of it comes instead, or another part.
        let is_other = matches!(
            response.status(),
            StatusCode::RANGE_NOT_SATISFIABLE | StatusCode::OK
        );
        if is_other || start_of(&response, Some(part), self.file.size)?.is_none() {
            return Err(Setback::Changed);
        }
        let version = self.origin.version_of(&response);
        match self.stage.validator() {
            None => self.stage.set_validator(version),
            known if version.is_some() && known != version => {
                return Err(Setback::Changed);
            }
            Some(_) => {}
        }
        let mut pouring = Pouring {
            stage: self.stage,
            file: self.file,
            progress: self.progress,
            most: part.end(),
            beginning: None,
        };
        let poured = pouring.pour(response.body_mut(), part.start(), |bytes| {
            self.client.0.connections.large_came(bytes);
        });
        match poured.await {
            (end, Ok(())) => {
                let message = format!("the server sends no more than {end} bytes");
                Ok((end, Error::new(ErrorKind::Protocol, message)))
            }
            (end, Err(Poured::Broken(error))) => Ok((end, error)),
            (_, Err(Poured::Failed(error))) => Err(error.into()),
        }
    }
}

/// What a server calls the version of the file that it sends, if that tells it from any other.
pub(super) fn version_of(response: &Response<Body>) -> Option<Etag> {
    text_of(response, header::ETAG)
        .and_then(|tag| tag.parse().ok())
        .filter(Etag::is_strong)
}
