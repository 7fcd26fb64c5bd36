//! A part of a file on its way: from the store, or from the hub through as many connections as it takes.

use std::time::Duration;

use bytes::Bytes;
use futures_util::StreamExt as _;
use http::{StatusCode, header};
use hubkit_api::Resolve;
use hubkit_store::{BlobKey, BlobStore as _, ByteStream};
use hubkit_transport::{Body, Bulk};
use hubkit_types::{ByteRange, CommitId, Repo, TreeFile};
use tokio::time::Instant;

use crate::{
    Client, Connectivity, Error, ErrorKind,
    exchange::Redirects,
    pace::Paced,
    pour::Patience,
    transfer::{start_of, text_of},
    whole::{Version, Whole},
};

/// How much of a file is thrown away, at most, to come to a part that the server does not send alone.
const MOST_SKIPPED: u64 = 8 << 20;
/// A reader who did not ask for so long was busy with something else.
const AWAY: Duration = Duration::from_secs(5);
/// An answer of so many bytes wants a connection of its own.
const LONG: u64 = 4 << 20;

/// A part of a file on its way.
pub(crate) struct Flow {
    client: Client,
    repo: Repo,
    commit: CommitId,
    file: TreeFile,
    /// The next byte.
    at: u64,
    end: u64,
    pub(crate) version: Version,
    /// Confirms the digest, where the part is all of the file.
    pub(crate) whole: Option<Whole>,
    /// Whether the store may have it.
    pub(crate) from_store: bool,
    coming: Option<Coming>,
    fruitless: u32,
    /// Bytes since a body broke.
    gained: u64,
    /// When the reader was given something last.
    last: Instant,
}

/// Where bytes come from.
enum Coming {
    Store(ByteStream),
    Hub { body: Paced<Body>, skip: u64 },
}

/// Why there is no further chunk from where chunks came.
enum Lost {
    /// The store lost the file.
    Store(Error),
    /// The connection broke, or is not worth waiting for.
    Connection(Error),
    /// The body came to its end, before the part did.
    Short,
    /// Going on makes no sense.
    Hopeless(Error),
}

impl Flow {
    pub(crate) fn new(
        client: &Client,
        repo: &Repo,
        commit: CommitId,
        file: &TreeFile,
        part: ByteRange,
    ) -> Self {
        Self {
            client: client.clone(),
            repo: repo.clone(),
            commit,
            file: file.clone(),
            at: part.start(),
            end: part.end(),
            version: Version::default(),
            whole: None,
            from_store: true,
            coming: None,
            fruitless: 0,
            gained: 0,
            last: Instant::now(),
        }
    }

    /// The next chunk, never empty; `None` behind the last byte of the part.
    pub(crate) async fn chunk(&mut self) -> Result<Option<Bytes>, Error> {
        let chunk = self.next().await;
        chunk.map_err(|error| match error.kind() {
            // Not the file's fault; every other file would say the same.
            ErrorKind::Gated | ErrorKind::Authentication | ErrorKind::RepoNotFound => {
                error.within(format_args!("{} at {}", self.repo, self.client.endpoint()))
            }
            _ => error.within(format_args!("`{}` of {}", self.file.path, self.repo)),
        })
    }

    async fn next(&mut self) -> Result<Option<Bytes>, Error> {
        while self.at < self.end {
            if self.coming.is_none() {
                self.coming = Some(self.open().await?);
            }
            let Some(coming) = &mut self.coming else {
                continue;
            };
            if self.last.elapsed() > AWAY
                && let Coming::Hub { body, .. } = coming
            {
                body.resume();
            }
            match coming.chunk().await {
                Ok(mut chunk) => {
                    let left = usize::try_from(self.end - self.at).unwrap_or(usize::MAX);
                    chunk.truncate(left);
                    self.at += chunk.len() as u64;
                    self.gained += chunk.len() as u64;
                    if let Some(whole) = &mut self.whole {
                        whole.take(&chunk)?;
                    }
                    self.last = Instant::now();
                    return Ok(Some(chunk));
                }
                Err(lost) => {
                    self.coming = None;
                    self.recover(lost).await?;
                }
            }
        }
        Ok(None)
    }

    /// Waits until it makes sense to ask again.
    async fn recover(&mut self, lost: Lost) -> Result<(), Error> {
        let broken = match lost {
            Lost::Hopeless(error) => return Err(error),
            Lost::Store(error) if self.client.connectivity() == Connectivity::Offline => {
                return Err(error);
            }
            Lost::Store(_) => {
                self.from_store = false;
                return Ok(());
            }
            Lost::Short => {
                let message = format!("the server sends no more than {} bytes", self.at);
                Error::new(ErrorKind::Protocol, message)
            }
            Lost::Connection(error) => error,
        };
        if self.gained >= Patience::GAIN {
            self.fruitless = 0;
        }
        self.gained = 0;
        self.fruitless += 1;
        let fruitless = Some(self.fruitless).filter(|count| *count < Patience::TRIES);
        let observer = self.client.observer();
        self.client.pick_up(fruitless, broken, observer).await
    }

    async fn open(&mut self) -> Result<Coming, Error> {
        let offline = self.client.connectivity() == Connectivity::Offline;
        if self.from_store {
            match self.ask_store().await {
                Ok(Some(stream)) => return Ok(Coming::Store(stream)),
                // Online, a store that can't give it is no reason to fail: the hub has it.
                Err(error) if offline => return Err(error),
                Ok(None) | Err(_) => self.from_store = false,
            }
        }
        if offline {
            let message = "is not in the store, and the client is offline";
            return Err(Error::new(ErrorKind::Offline, message));
        }
        // Boxed: the state of a request is large, and a reader holds this one for long.
        Box::pin(self.ask_hub()).await
    }

    async fn ask_store(&mut self) -> Result<Option<ByteStream>, Error> {
        let store = self.client.store();
        let key = BlobKey::new(self.repo.clone(), self.file.blob());
        let stat = store.stat(key.clone()).await?;
        if stat.is_none_or(|stat| stat.size != self.file.size) {
            return Ok(None);
        }
        Ok(Some(store.read(key, self.left()).await?))
    }

    async fn ask_hub(&mut self) -> Result<Coming, Error> {
        let (repo, file, part) = (&self.repo, &self.file, self.left());
        let mut call = Resolve::get(repo.clone(), self.commit.into(), file.path.clone());
        call.range = Some(part);
        call.if_range = self.version.tag().cloned();
        let observer = self.client.observer();
        let mut request = call.request();
        if part.len() >= LONG {
            request.extensions_mut().insert(Bulk);
        }
        let answer = self
            .client
            .exchange(&request, Some(repo), Redirects::Follow, observer)
            .await?;
        let response = self.client.refuse_faults(answer.response).await?;
        let start = start_of(&response, Some(part), file.size)?;
        let tag = text_of(&response, header::ETAG).and_then(|tag| tag.parse().ok());
        self.version.confirm(tag)?;
        let refused = |what: &str| Error::new(ErrorKind::Protocol, what);
        let start =
            start.ok_or_else(|| refused("the server sends another part than was asked for"))?;
        let is_whole = response.status() == StatusCode::OK;
        let body = response.into_body();
        if let Some(length) = body
            .length()
            .filter(|length| is_whole && *length != file.size)
        {
            let (size, kind) = (file.size, ErrorKind::Integrity);
            let message = format!("the server has {length} bytes of it, where {size} are listed");
            return Err(Error::new(kind, message));
        }
        let skip = part.start() - start;
        if skip > MOST_SKIPPED {
            let what = "the server sends the whole file where a part was asked for";
            return Err(refused(what));
        }
        let body = Paced::new(body);
        Ok(Coming::Hub { body, skip })
    }

    /// What is still to come.
    fn left(&self) -> ByteRange {
        ByteRange::new(self.at, self.end).expect("only what lies before the end is counted")
    }
}

impl Coming {
    /// The next chunk, not empty.
    async fn chunk(&mut self) -> Result<Bytes, Lost> {
        loop {
            let chunk = match self {
                Self::Store(stream) => match stream.next().await {
                    Some(Ok(chunk)) => chunk,
                    Some(Err(error)) => return Err(Lost::Store(error.into())),
                    None => {
                        let message = "the store gives fewer bytes than it says it has";
                        return Err(Lost::Store(Error::new(ErrorKind::Integrity, message)));
                    }
                },
                Self::Hub { body, skip } => match body.chunk().await {
                    Ok(Some(mut chunk)) => {
                        let longest = usize::try_from(*skip).unwrap_or(usize::MAX);
                        let skipped = chunk.split_to(chunk.len().min(longest));
                        *skip -= skipped.len() as u64;
                        chunk
                    }
                    Ok(None) => return Err(Lost::Short),
                    Err(error) if error.may_retry() => return Err(Lost::Connection(error.into())),
                    Err(error) => return Err(Lost::Hopeless(error.into())),
                },
            };
            if !chunk.is_empty() {
                return Ok(chunk);
            }
        }
    }
}
