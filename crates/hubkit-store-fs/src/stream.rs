//! A file as a stream.

use std::{
    fs::File,
    io::{self, Read as _, Seek as _, SeekFrom},
    path::{Path, PathBuf},
    pin::Pin,
    task::{Context, Poll, ready},
};

use bytes::Bytes;
use futures_core::Stream;
use hubkit_store::{ByteStream, StoreError, StoreErrorKind};
use hubkit_types::ByteRange;
use tokio::task::{JoinHandle, spawn_blocking};

use crate::{blocking::lost, stamp::Stamp};

/// The first read, and the most that one read takes: small files and first bytes come soon, large files fast.
const FIRST: u64 = 256 << 10;
const MOST: u64 = 1 << 20;

/// Opens a file for a range of it, cut to its end. Blocking.
pub(crate) fn open(path: &Path, range: ByteRange) -> Result<ByteStream, StoreError> {
    stream(path, range, |_| Ok(None))
}

/// Opens a file that must look like this; `None` when it does not. When it no longer does after some bytes were read,
/// these bytes are not handed out, and the stream ends with an error of kind `Corrupt`. Blocking.
pub(crate) fn open_unchanged(
    path: &Path,
    range: ByteRange,
    stamp: Stamp,
) -> Result<Option<ByteStream>, StoreError> {
    let mut is_changed = false;
    let opened = stream(path, range, |file| {
        is_changed = Stamp::of(&file.metadata()?) != stamp;
        Ok(Some(stamp))
    })?;
    Ok((!is_changed).then_some(opened))
}

fn stream(
    path: &Path,
    range: ByteRange,
    stamp: impl FnOnce(&File) -> io::Result<Option<Stamp>>,
) -> Result<ByteStream, StoreError> {
    let fault = |fault| StoreError::io(format!("can't open `{}`", path.display()), fault);
    let mut file = File::open(path).map_err(fault)?;
    let stamp = stamp(&file).map_err(fault)?;
    let size = file.metadata().map_err(fault)?.len();
    let range = range.within(size);
    file.seek(SeekFrom::Start(range.start())).map_err(fault)?;
    Ok(Box::pin(FileStream {
        path: path.to_owned(),
        state: State::Idle(file),
        stamp,
        remaining: range.len(),
        chunk: FIRST,
    }))
}

struct FileStream {
    path: PathBuf,
    state: State,
    stamp: Option<Stamp>,
    remaining: u64,
    chunk: u64,
}

/// What one read gave.
enum Read {
    Bytes(Vec<u8>),
    /// The file is not what it was when it was opened.
    Changed,
}

enum State {
    Idle(File),
    Reading(JoinHandle<(File, io::Result<Read>)>),
    Ended,
}

impl FileStream {
    fn start(&mut self) {
        self.state = match std::mem::replace(&mut self.state, State::Ended) {
            State::Idle(mut file) if self.remaining > 0 => {
                let length = self.remaining.min(self.chunk);
                self.chunk = MOST;
                let stamp = self.stamp.clone();
                State::Reading(spawn_blocking(move || {
                    let read = read(&mut file, length, stamp.as_ref());
                    (file, read)
                }))
            }
            State::Reading(reading) => State::Reading(reading),
            _ => State::Ended,
        };
    }
}

fn read(file: &mut File, length: u64, stamp: Option<&Stamp>) -> io::Result<Read> {
    let mut bytes = Vec::new();
    (&mut *file).take(length).read_to_end(&mut bytes)?;
    // Whoever changes a file changes its times first.
    if let Some(stamp) = stamp
        && Stamp::of(&file.metadata()?) != *stamp
    {
        return Ok(Read::Changed);
    }
    Ok(Read::Bytes(bytes))
}

impl Stream for FileStream {
    type Item = Result<Bytes, StoreError>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.start();
        let State::Reading(reading) = &mut self.state else {
            return Poll::Ready(None);
        };
        let read = ready!(Pin::new(reading).poll(context));
        self.state = State::Ended;
        let (file, read) = match read {
            Ok(read) => read,
            Err(fault) => return Poll::Ready(Some(Err(lost(fault)))),
        };
        let answer = match read {
            Ok(Read::Changed) => {
                let message = format!("`{}` changed while it was read", self.path.display());
                Err(StoreError::new(StoreErrorKind::Corrupt, message))
            }
            Ok(Read::Bytes(bytes)) if bytes.is_empty() => {
                let message = format!(
                    "`{}` ended {} bytes too early",
                    self.path.display(),
                    self.remaining
                );
                Err(StoreError::new(StoreErrorKind::Corrupt, message))
            }
            Ok(Read::Bytes(bytes)) => {
                self.remaining = self.remaining.saturating_sub(bytes.len() as u64);
                self.state = State::Idle(file);
                Ok(bytes.into())
            }
            Err(fault) => {
                let message = format!("can't read `{}`", self.path.display());
                Err(StoreError::io(message, fault))
            }
        };
        Poll::Ready(Some(answer))
    }
}

impl Drop for FileStream {
    fn drop(&mut self) {
        if let State::Reading(reading) = &self.state {
            reading.abort();
        }
    }
}
