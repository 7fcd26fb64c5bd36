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

use crate::{blocking::lost, hot::Hot, memory, stamp::Stamp};

/// The first read from a disk, and the most that one read takes: small files and first bytes come soon, large files fast.
const FIRST: u64 = 256 << 10;
const MOST: u64 = 1 << 20;

/// What is read at once of a file that is in memory already: no more than the processor's own cache takes.
const AT_ONCE: u64 = 128 << 10;

/// Opens a file for a range of it, cut to its end. Blocking.
pub(crate) fn open(path: &Path, range: ByteRange) -> Result<ByteStream, StoreError> {
    of_open(path, open_file(path)?, range)
}

/// The same of a file that was opened already. Blocking.
pub(crate) fn of_open(path: &Path, file: File, range: ByteRange) -> Result<ByteStream, StoreError> {
    let size = file
        .metadata()
        .map_err(|fault| fault_of(path, fault))?
        .len();
    stream(path, file, range.within(size), None)
}

/// The same, of a small file from memory, where it still looks as it did when it was read.
pub(crate) fn open_hot(
    path: &Path,
    size: u64,
    range: ByteRange,
    hot: &Hot,
) -> Result<ByteStream, StoreError> {
    if !hot.takes(size) {
        return open(path, range);
    }
    let stamp = Stamp::at(path).filter(|stamp| hot.takes(stamp.size));
    if let Some(stamp) = &stamp
        && let Some(bytes) = hot.get(path, stamp)
    {
        return Ok(whole(&bytes, range));
    }
    let file = open_file(path)?;
    if let Some(stamp) = &stamp
        && let Some(bytes) = read_whole(path, &file, stamp, hot)
    {
        return Ok(whole(&bytes, range));
    }
    let size = file
        .metadata()
        .map_err(|fault| fault_of(path, fault))?
        .len();
    stream(path, file, range.within(size), None)
}

/// Opens a file that must look like this; `None` when it does not. When it no longer does after some bytes were read,
/// these bytes are not handed out, and the stream ends with an error of kind `Corrupt`. A small file may come from memory:
/// it was looked at now all the same. Blocking.
pub(crate) fn open_unchanged(
    path: &Path,
    range: ByteRange,
    stamp: &Stamp,
    hot: &Hot,
) -> Result<Option<ByteStream>, StoreError> {
    if let Some(bytes) = hot.get(path, stamp) {
        let is_same = Stamp::at(path).as_ref() == Some(stamp);
        return Ok(is_same.then(|| whole(&bytes, range)));
    }
    let file = open_file(path)?;
    let metadata = file.metadata().map_err(|fault| fault_of(path, fault))?;
    if Stamp::of(&metadata) != *stamp {
        return Ok(None);
    }
    if let Some(bytes) = read_whole(path, &file, stamp, hot) {
        return Ok(Some(whole(&bytes, range)));
    }
    let range = range.within(stamp.size);
    stream(path, file, range, Some(stamp.clone())).map(Some)
}

/// All bytes of a small file that looks like this, if reading them waits for no disk: held for those who ask next.
fn read_whole(path: &Path, file: &File, stamp: &Stamp, hot: &Hot) -> Option<Bytes> {
    if !memory::CAN_TELL || !hot.takes(stamp.size) || stamp.size == 0 {
        return None;
    }
    let mut buffer = vec![0; usize::try_from(stamp.size).ok()?];
    let count = memory::read_at(file, &mut buffer, 0)?;
    let is_same = count == buffer.len() && Stamp::of(&file.metadata().ok()?) == *stamp;
    let bytes = Bytes::from(buffer);
    is_same.then(|| hot.put(path, stamp.clone(), bytes.clone()));
    is_same.then_some(bytes)
}

/// A range of bytes that are here.
fn whole(bytes: &Bytes, range: ByteRange) -> ByteStream {
    let range = range.within(bytes.len() as u64);
    let index = |at: u64| usize::try_from(at).unwrap_or(bytes.len()).min(bytes.len());
    let bytes = bytes.slice(index(range.start())..index(range.end()));
    Box::pin(Whole(Some(bytes).filter(|bytes| !bytes.is_empty())))
}

/// One chunk.
struct Whole(Option<Bytes>);

impl Stream for Whole {
    type Item = Result<Bytes, StoreError>;

    fn poll_next(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        Poll::Ready(self.0.take().map(Ok))
    }
}

/// Opens what should be a file. Should it be a pipe by now, nobody waits for its other end.
fn open_file(path: &Path) -> Result<File, StoreError> {
    let mut options = File::options();
    options.read(true);
    #[cfg(all(target_os = "linux", feature = "page-cache"))]
    {
        use std::os::unix::fs::OpenOptionsExt as _;
        options.custom_flags(memory::NO_WAITING);
    }
    options.open(path).map_err(|fault| fault_of(path, fault))
}

fn fault_of(path: &Path, fault: io::Error) -> StoreError {
    StoreError::io(format!("can't open `{}`", path.display()), fault)
}

fn stream(
    path: &Path,
    mut file: File,
    range: ByteRange,
    stamp: Option<Stamp>,
) -> Result<ByteStream, StoreError> {
    if range.start() > 0 {
        let start = SeekFrom::Start(range.start());
        file.seek(start).map_err(|fault| fault_of(path, fault))?;
    }
    Ok(Box::pin(FileStream {
        path: path.to_owned(),
        state: State::Idle(file),
        stamp,
        remaining: range.len(),
        chunk: FIRST,
        handed_out: None,
    }))
}

struct FileStream {
    path: PathBuf,
    state: State,
    stamp: Option<Stamp>,
    remaining: u64,
    chunk: u64,
    /// The last chunk, whose memory is used again once nobody else needs it.
    handed_out: Option<Bytes>,
}

/// What one read gave.
enum Read {
    Bytes(Bytes),
    /// The file is not what it was when it was opened.
    Changed,
}

enum State {
    Idle(File),
    Reading(JoinHandle<(File, io::Result<Read>)>),
    Ended,
}

impl FileStream {
    /// Goes on: with a chunk that is in memory already, or by asking the disk for one.
    fn start(&mut self) -> Option<io::Result<Read>> {
        let mut file = match std::mem::replace(&mut self.state, State::Ended) {
            State::Idle(file) if self.remaining > 0 => file,
            State::Reading(reading) => {
                self.state = State::Reading(reading);
                return None;
            }
            State::Idle(_) | State::Ended => return None,
        };
        if let Some(read) = self.read_at_once(&file) {
            self.state = State::Idle(file);
            return Some(read);
        }
        let length = self.remaining.min(self.chunk);
        self.chunk = MOST;
        let stamp = self.stamp.clone();
        self.state = State::Reading(spawn_blocking(move || {
            let read = read(&mut file, length, stamp.as_ref());
            (file, read)
        }));
        None
    }

    /// The next bytes, if reading them waits for no disk.
    fn read_at_once(&mut self, file: &File) -> Option<io::Result<Read>> {
        if !memory::CAN_TELL {
            return None;
        }
        let length = usize::try_from(self.remaining.min(AT_ONCE)).ok()?;
        let spare = self
            .handed_out
            .take()
            .and_then(|bytes| bytes.try_into_mut().ok());
        let mut buffer = spare.unwrap_or_default();
        buffer.resize(length, 0);
        let count = memory::read(file, &mut buffer)?;
        buffer.truncate(count);
        let bytes = buffer.freeze();
        if self.remaining > bytes.len() as u64 {
            self.handed_out = Some(bytes.clone());
        }
        Some(unchanged(file, self.stamp.as_ref(), bytes))
    }
}

fn read(file: &mut File, length: u64, stamp: Option<&Stamp>) -> io::Result<Read> {
    let mut bytes = Vec::new();
    (&mut *file).take(length).read_to_end(&mut bytes)?;
    unchanged(file, stamp, bytes.into())
}

/// Whoever changes a file changes its times first.
fn unchanged(file: &File, stamp: Option<&Stamp>, bytes: Bytes) -> io::Result<Read> {
    match stamp {
        Some(stamp) if Stamp::of(&file.metadata()?) != *stamp => Ok(Read::Changed),
        _ => Ok(Read::Bytes(bytes)),
    }
}

impl Stream for FileStream {
    type Item = Result<Bytes, StoreError>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let at_once = self.start();
        let read = if let Some(read) = at_once {
            read
        } else {
            let State::Reading(reading) = &mut self.state else {
                return Poll::Ready(None);
            };
            let (state, read) = match ready!(Pin::new(reading).poll(context)) {
                Ok((file, read)) => (State::Idle(file), Ok(read)),
                Err(fault) => (State::Ended, Err(lost(fault))),
            };
            self.state = state;
            match read {
                Ok(read) => read,
                Err(error) => return Poll::Ready(Some(Err(error))),
            }
        };
        let error = match read {
            Ok(Read::Bytes(bytes)) if !bytes.is_empty() => {
                self.remaining = self.remaining.saturating_sub(bytes.len() as u64);
                return Poll::Ready(Some(Ok(bytes)));
            }
            Ok(Read::Changed) => {
                let message = format!("`{}` changed while it was read", self.path.display());
                StoreError::new(StoreErrorKind::Corrupt, message)
            }
            Ok(Read::Bytes(_)) => {
                let (path, remaining) = (self.path.display(), self.remaining);
                let message = format!("`{path}` ended {remaining} bytes too early");
                StoreError::new(StoreErrorKind::Corrupt, message)
            }
            Err(fault) => StoreError::io(format!("can't read `{}`", self.path.display()), fault),
        };
        self.state = State::Ended;
        Poll::Ready(Some(Err(error)))
    }
}

impl Drop for FileStream {
    fn drop(&mut self) {
        if let State::Reading(reading) = &self.state {
            reading.abort();
        }
    }
}
