//! The bytes of a part of a file, as they come.

use std::{
    fmt,
    pin::Pin,
    task::{Context, Poll},
};

use bytes::Bytes;
use futures_util::{Stream, StreamExt as _, stream};
use hubkit_types::{ByteRange, CommitId, Repo, TreeFile};

use crate::{Client, Error, flow::Flow, whole::Whole};

/// The bytes of a part of a file, one chunk after another: exactly as many as were asked for, or an error as the last
/// item. [`Client::bytes`] makes it.
///
/// Holds one chunk at a time, and reads no further than it is polled. Dropping it ends the connection and leaves no
/// trace.
pub struct FileBytes(Pin<Box<dyn Stream<Item = Result<Bytes, Error>> + Send>>);

impl Client {
    /// The bytes of a part of a file, cut to the file's end: from the store if the file is there, else from the hub.
    ///
    /// A connection that breaks is picked up where it broke. All bytes are of one version: every request is pinned to the
    /// commit and guarded by the tag of the first answer, and an answer with another tag or of another file length is an
    /// error. A digest covers whole files only and says nothing of a part; where all bytes are asked for they are hashed
    /// on the way, and the last chunk comes only if the digest is right.
    ///
    /// Asks for nothing before it is polled.
    ///
    /// # Errors
    ///
    /// The items: `Integrity` when another version comes, or bytes that are not what the listing promised; those of
    /// [`Client::read_range`].
    pub fn bytes(
        &self,
        repo: &Repo,
        commit: CommitId,
        file: &TreeFile,
        range: ByteRange,
    ) -> FileBytes {
        let range = range.within(file.size);
        let mut flow = Flow::new(self, repo, commit, file, range);
        if range == ByteRange::whole(file.size) {
            flow.whole = Some(Whole::new(file));
        }
        FileBytes::of(flow)
    }
}

impl FileBytes {
    pub(crate) fn of(flow: Flow) -> Self {
        // Nothing comes behind an error: what asks again asks for another stream.
        let chunks = stream::unfold(Some(flow), |flow| async move {
            let mut flow = flow?;
            match flow.chunk().await {
                Ok(chunk) => chunk.map(|chunk| (Ok(chunk), Some(flow))),
                Err(error) => Some((Err(error), None)),
            }
        });
        Self(Box::pin(chunks))
    }

    /// The next chunk, never empty; `None` behind the last one, and behind an error. Cancelling loses no bytes.
    pub async fn chunk(&mut self) -> Option<Result<Bytes, Error>> {
        self.next().await
    }
}

impl Stream for FileBytes {
    type Item = Result<Bytes, Error>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.0.as_mut().poll_next(context)
    }
}

impl fmt::Debug for FileBytes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("FileBytes")
    }
}
