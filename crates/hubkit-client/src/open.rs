//! A file of a repository, to be read like one.

use std::{
    fmt, io,
    pin::Pin,
    task::{Context, Poll, ready},
};

use bytes::{Buf as _, Bytes};
use futures_util::Stream as _;
use hubkit_store::{BlobKey, BlobStore as _};
use hubkit_types::{ByteRange, CommitId, Repo, TreeFile};
use tokio::io::{AsyncBufRead, AsyncRead, AsyncSeek, ReadBuf, SeekFrom};

use crate::{
    Client, Connectivity, Error, ErrorKind, FileBytes,
    flow::Flow,
    whole::{Version, Whole},
};

/// How much is asked for at a time: little after a jump, more and more while reading goes on in order.
const FIRST: u64 = 128 << 10;
const MOST: u64 = 16 << 20;
/// A jump forwards over no more than this reads on; over more it asks anew.
const HOP: u64 = 128 << 10;

/// A file of a commit that is read and sought in like a file on disk: from the store if it is there, else from the hub, of
/// which only the parts that are read are asked for. [`Client::open`] makes it.
///
/// Implements tokio's `AsyncRead`, `AsyncBufRead` and `AsyncSeek`. What fails is an [`io::Error`] around an [`Error`].
///
/// Reading goes ahead of the reader by 16 MiB at most: so much is asked for at a time where reading goes on in order,
/// 128 KiB after a jump. In memory there is one chunk as it came from the transport or the store.
///
/// A connection that breaks is picked up where it broke. All bytes are of one version: every request is pinned to the
/// commit and guarded by the tag of the first answer, and an answer with another tag or of another file length is an
/// error. A file that is read from its start to its end without a jump is hashed on the way: the last bytes come only if
/// the digest is right, and nothing comes any more if it is not. Of other reads nothing but the connection vouches for
/// the bytes.
///
/// # Cancellation
///
/// A read that is dropped loses no bytes: the next one goes on where it was. Dropping the file ends its connection and
/// leaves no trace.
pub struct RepoFile {
    client: Client,
    repo: Repo,
    commit: CommitId,
    file: TreeFile,
    position: u64,
    /// The bytes at the position, as far as they are here.
    chunk: Bytes,
    window: Option<Window>,
    /// Where the last window ended, and how long it was.
    asked: (u64, u64),
    version: Version,
    whole: Option<Whole>,
    /// Why nothing comes any more.
    spoilt: Option<String>,
}

/// Bytes that were asked for.
struct Window {
    bytes: FileBytes,
    /// The offset of what comes next, and that behind what comes last.
    at: u64,
    end: u64,
}

impl Client {
    /// Opens a file of a commit for reading at any place. Asks nothing of the hub before it is read.
    ///
    /// # Cancellation
    ///
    /// Dropping the future leaves no trace.
    ///
    /// # Errors
    ///
    /// `Offline` when the client is and the file is not in the store; `Store` when that can't be told.
    pub async fn open(
        &self,
        repo: &Repo,
        commit: CommitId,
        file: &TreeFile,
    ) -> Result<RepoFile, Error> {
        if self.connectivity() == Connectivity::Offline {
            let key = BlobKey::new(repo.clone(), file.blob());
            let stat = self.store().stat(key).await?;
            if stat.is_none_or(|stat| stat.size != file.size) {
                let path = &file.path;
                let message =
                    format!("`{path}` of {repo} is not in the store, and the client is offline");
                return Err(Error::new(ErrorKind::Offline, message));
            }
        }
        Ok(RepoFile {
            client: self.clone(),
            repo: repo.clone(),
            commit,
            file: file.clone(),
            position: 0,
            chunk: Bytes::new(),
            window: None,
            asked: (0, FIRST / 2),
            version: Version::default(),
            whole: Some(Whole::new(file)),
            spoilt: None,
        })
    }
}

impl RepoFile {
    /// The file: its path, its length in bytes and its digest.
    pub fn file(&self) -> &TreeFile {
        &self.file
    }

    /// The offset of the next byte to be read.
    pub fn position(&self) -> u64 {
        self.position
    }

    fn ask(&mut self) -> Window {
        let (end, length) = self.asked;
        let length = if self.position == end {
            (length * 2).min(MOST)
        } else {
            FIRST
        };
        let at = self.position;
        let end = at.saturating_add(length).min(self.file.size);
        self.asked = (end, length);
        let part = ByteRange::new(at, end).expect("the position lies before the end");
        let mut flow = Flow::new(&self.client, &self.repo, self.commit, &self.file, part);
        flow.version = self.version.clone();
        let bytes = FileBytes::of(flow);
        Window { bytes, at, end }
    }

    /// Takes note of a chunk that came, and keeps what of it lies behind the position.
    fn take(&mut self, at: u64, mut chunk: Bytes) -> Result<(), Error> {
        if at == 0 && self.whole.is_none() {
            self.whole = Some(Whole::new(&self.file));
        }
        match &mut self.whole {
            Some(whole) if whole.hashed() == at => whole.take(&chunk).map_err(|error| {
                let error = error.within(format_args!("`{}` of {}", self.file.path, self.repo));
                self.spoilt = Some(error.to_string());
                error
            })?,
            _ => self.whole = None,
        }
        let skipped = usize::try_from(self.position - at).unwrap_or(usize::MAX);
        chunk.advance(skipped.min(chunk.len()));
        self.chunk = chunk;
        Ok(())
    }

    fn poll_chunk(&mut self, context: &mut Context<'_>) -> Poll<Result<(), Error>> {
        if let Some(spoilt) = &self.spoilt {
            return Poll::Ready(Err(Error::new(ErrorKind::Integrity, spoilt.clone())));
        }
        while self.chunk.is_empty() && self.position < self.file.size {
            let mut window = match self.window.take() {
                Some(window) => window,
                None => self.ask(),
            };
            match Pin::new(&mut window.bytes).poll_next(context) {
                Poll::Pending => {
                    self.window = Some(window);
                    return Poll::Pending;
                }
                Poll::Ready(None) => {}
                Poll::Ready(Some(chunk)) => {
                    let (chunk, at) = (chunk?, window.at);
                    window.at += chunk.len() as u64;
                    if window.at < window.end {
                        self.window = Some(window);
                    }
                    self.take(at, chunk)?;
                }
            }
        }
        Poll::Ready(Ok(()))
    }
}

impl AsyncBufRead for RepoFile {
    fn poll_fill_buf(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<&[u8]>> {
        let this = self.get_mut();
        ready!(this.poll_chunk(context)).map_err(io_error)?;
        Poll::Ready(Ok(&this.chunk))
    }

    fn consume(self: Pin<&mut Self>, amount: usize) {
        let this = self.get_mut();
        this.chunk.advance(amount);
        this.position += amount as u64;
    }
}

impl AsyncRead for RepoFile {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let bytes = ready!(self.as_mut().poll_fill_buf(context))?;
        let amount = bytes.len().min(buffer.remaining());
        buffer.put_slice(&bytes[..amount]);
        self.consume(amount);
        Poll::Ready(Ok(()))
    }
}

impl AsyncSeek for RepoFile {
    fn start_seek(self: Pin<&mut Self>, place: SeekFrom) -> io::Result<()> {
        let this = self.get_mut();
        let position = match place {
            SeekFrom::Start(offset) => Some(offset),
            SeekFrom::Current(by) => this.position.checked_add_signed(by),
            SeekFrom::End(by) => this.file.size.checked_add_signed(by),
        };
        let position = position.ok_or_else(|| {
            let message = "a place before the start of the file, or beyond what numbers hold";
            io::Error::new(io::ErrorKind::InvalidInput, message)
        })?;
        let ahead = position.checked_sub(this.position);
        match ahead.and_then(|ahead| usize::try_from(ahead).ok()) {
            Some(ahead) if ahead <= this.chunk.len() => this.chunk.advance(ahead),
            _ => {
                this.chunk.clear();
                let is_near = |window: &mut Window| {
                    let behind = position.checked_sub(window.at);
                    position < window.end && behind.is_some_and(|bytes| bytes <= HOP)
                };
                this.window = this.window.take_if(is_near);
            }
        }
        this.position = position;
        Ok(())
    }

    fn poll_complete(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<u64>> {
        Poll::Ready(Ok(self.position))
    }
}

impl fmt::Debug for RepoFile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RepoFile")
            .field("repo", &self.repo)
            .field("commit", &self.commit)
            .field("file", &self.file)
            .field("position", &self.position)
            .finish_non_exhaustive()
    }
}

fn io_error(error: Error) -> io::Error {
    let kind = match error.kind() {
        ErrorKind::Integrity | ErrorKind::Protocol => io::ErrorKind::InvalidData,
        ErrorKind::FileNotFound | ErrorKind::RepoNotFound | ErrorKind::Offline => {
            io::ErrorKind::NotFound
        }
        ErrorKind::Authentication | ErrorKind::Gated => io::ErrorKind::PermissionDenied,
        _ => io::ErrorKind::Other,
    };
    io::Error::new(kind, error)
}
