//! Bytes of a file, without a trace in the store.

use bytes::{Bytes, BytesMut};
use hubkit_api::Resolve;
use hubkit_store::{BlobKey, BlobStoreExt as _};
use hubkit_types::{ByteRange, CommitId, Repo, TreeFile};

use crate::{
    Client, Connectivity, Error, ErrorKind, exchange::Redirects, file::digest, pace::Paced,
    transfer::start_of,
};

/// How much of a file is thrown away, at most, to come to a range that the server does not send alone.
const MOST_SKIPPED: u64 = 8 << 20;

impl Client {
    /// A small file's bytes, verified: from the store if they are there and sound, else from the hub.
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
        let whole = ByteRange::whole(file.size);
        let bytes = if whole.is_empty() {
            Bytes::new()
        } else {
            self.read_range(repo, commit, file, whole).await?
        };
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

    /// A range of a file's bytes from the hub, cut to the file's end. Nothing but the connection vouches for them: a
    /// digest covers whole files only.
    ///
    /// # Errors
    ///
    /// `Protocol` when the server sends something else, or a whole file where the range lies far inside; those of
    /// [`Client::file`].
    pub async fn read_range(
        &self,
        repo: &Repo,
        commit: CommitId,
        file: &TreeFile,
        range: ByteRange,
    ) -> Result<Bytes, Error> {
        let range = range.within(file.size);
        if range.is_empty() {
            return Ok(Bytes::new());
        }
        let mut call = Resolve::get(repo.clone(), commit.into(), file.path.clone());
        call.range = Some(range);
        let response = self
            .exchange(
                &call.request(),
                Some(repo),
                Redirects::Follow,
                self.observer(),
            )
            .await?
            .response;
        let response = self.refuse_faults(response).await?;
        let fault = |what: &str| {
            let message = format!("`{}` of {repo}: {what}", file.path);
            Error::new(ErrorKind::Protocol, message)
        };
        let start = start_of(&response, Some(range), file.size)?;
        let start =
            start.ok_or_else(|| fault("the server sends another part than was asked for"))?;
        let mut skip = range.start() - start;
        if skip > MOST_SKIPPED {
            return Err(fault(
                "the server sends the whole file where a part was asked for",
            ));
        }
        let length =
            usize::try_from(range.len()).map_err(|_| fault("the part does not fit into memory"))?;
        let mut body = response.into_body();
        let mut paced = Paced::new(&mut body);
        let mut bytes = BytesMut::new();
        while bytes.len() < length {
            let Some(mut chunk) = paced.chunk().await? else {
                return Err(fault("the server sent less than was asked for"));
            };
            let skipped = chunk.len().min(usize::try_from(skip).unwrap_or(usize::MAX));
            skip -= skipped as u64;
            let wanted = chunk.split_off(skipped);
            bytes.extend_from_slice(&wanted[..wanted.len().min(length - bytes.len())]);
        }
        Ok(bytes.freeze())
    }
}
