//! Bytes of a file, without a trace in the store.

use bytes::{Bytes, BytesMut};
use hubkit_store::{BlobKey, BlobStoreExt as _};
use hubkit_types::{ByteRange, CommitId, Repo, TreeFile};

use crate::{Client, Connectivity, Error, ErrorKind, FileBytes, file::digest, flow::Flow};

impl Client {
    /// A small file's bytes in memory, verified: from the store if they are there and sound, else from the hub. Nothing is
    /// kept in the store.
    ///
    /// # Cancellation
    ///
    /// Dropping the future leaves no trace.
    ///
    /// # Errors
    ///
    /// `Integrity` when the hub's bytes are not what the listing promised; `Protocol` when the file is longer than
    /// `limit` bytes; those of [`Client::file`].
    pub async fn read(
        &self,
        repo: &Repo,
        commit: CommitId,
        file: &TreeFile,
        limit: usize,
    ) -> Result<Bytes, Error> {
        if file.size > limit as u64 {
            let (path, size) = (&file.path, file.size);
            let message =
                format!("`{path}` has {size} bytes, more than the {limit} expected of it");
            return Err(Error::new(ErrorKind::Protocol, message));
        }
        let key = BlobKey::new(repo.clone(), file.blob());
        // A store that can't give it, or gives something else, is no reason to fail: the hub has it.
        if let Ok(bytes) = self.0.store.read_all(key, limit as u64).await
            && digest(file.blob(), &bytes) == file.blob()
        {
            return Ok(bytes);
        }
        if self.connectivity() == Connectivity::Offline {
            let message = format!(
                "`{}` of {repo} is not in the store, and the client is offline",
                file.path
            );
            return Err(Error::new(ErrorKind::Offline, message));
        }
        let mut flow = Flow::new(self, repo, commit, file, ByteRange::whole(file.size));
        flow.from_store = false;
        let bytes = collect(FileBytes::of(flow), file.size).await?;
        let (found, expected) = (digest(file.blob(), &bytes), file.blob());
        if found != expected {
            let message = format!(
                "`{}` of {repo}: the bytes hash to {found}, not to {expected}",
                file.path
            );
            return Err(Error::new(ErrorKind::Integrity, message));
        }
        Ok(bytes)
    }

    /// A part of a file's bytes in memory, cut to the file's end: what [`Client::bytes`] gives, collected. Of a part nothing
    /// but the connection vouches for the bytes: a digest covers whole files only.
    ///
    /// # Cancellation
    ///
    /// Dropping the future leaves no trace.
    ///
    /// # Errors
    ///
    /// `Protocol` when the server sends something else, or a whole file where the part lies far inside; `Integrity` when
    /// another version comes after a connection broke; those of [`Client::file`].
    pub async fn read_range(
        &self,
        repo: &Repo,
        commit: CommitId,
        file: &TreeFile,
        range: ByteRange,
    ) -> Result<Bytes, Error> {
        let range = range.within(file.size);
        collect(self.bytes(repo, commit, file, range), range.len()).await
    }
}

/// All chunks in one. What is there is the measure, not what is promised.
async fn collect(mut chunks: FileBytes, length: u64) -> Result<Bytes, Error> {
    let mut gathered = BytesMut::new();
    while let Some(chunk) = chunks.chunk().await {
        let chunk = chunk?;
        if gathered.is_empty() && chunk.len() as u64 == length {
            return Ok(chunk);
        }
        gathered.extend_from_slice(&chunk);
    }
    Ok(gathered.freeze())
}
