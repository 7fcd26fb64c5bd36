//! The bytes of a file that git itself keeps.

use std::{io::Read as _, ops::ControlFlow};

use git2::ObjectType;
use hubkit_types::{ByteRange, GitOid};

use crate::{GitError, GitErrorKind, Repository, error::Optional as _, repository::foreign};

/// The most bytes that are handed out at once.
const PIECE: usize = 1 << 20;

impl Repository {
    /// The length of a blob; `None` when there is no blob of this id.
    ///
    /// # Errors
    ///
    /// Of kind `Corrupt` or `Io` when that can't be told.
    pub fn blob_size(&self, oid: GitOid) -> Result<Option<u64>, GitError> {
        let header = self.header(oid)?;
        Ok(header.and_then(|(size, kind)| (kind == ObjectType::Blob).then_some(size)))
    }

    /// The bytes of a blob that has no more than `limit` of them; `None` when there is no blob of this id.
    ///
    /// # Errors
    ///
    /// Of kind `TooLarge` when the blob is longer, and `Corrupt` or `Io` when it can't be read.
    pub fn read_blob(&self, oid: GitOid, limit: u64) -> Result<Option<Vec<u8>>, GitError> {
        let Some(size) = self.blob_size(oid)? else {
            return Ok(None);
        };
        if size > limit {
            let message = format!("the blob {oid} has {size} bytes, more than {limit}");
            return Err(GitError::new(GitErrorKind::TooLarge, message));
        }
        let message = || format!("can't read the blob {oid}");
        let odb = self
            .inner
            .odb()
            .map_err(|fault| GitError::of(message(), fault))?;
        let bytes = odb.read(foreign(oid)).optional(message)?;
        Ok(bytes.map(|bytes| bytes.data().to_vec()))
    }

    /// Whether the bytes of a blob can be had one after the other, without all of them in memory: git keeps it in a file
    /// of its own, and not in a pack.
    ///
    /// # Errors
    ///
    /// Of kind `Io` when that can't be told.
    pub fn is_loose(&self, oid: GitOid) -> Result<bool, GitError> {
        let message = || format!("can't open the blob {oid}");
        let odb = self
            .inner
            .odb()
            .map_err(|fault| GitError::of(message(), fault))?;
        // In a pack it would be found as well, so this only asks what can be streamed.
        Ok(odb.reader(foreign(oid)).is_ok())
    }

    /// Hands out a range of a [loose](Self::is_loose) blob piece by piece, cut to its end, for as long as `take` goes on.
    /// Holds two megabytes at most; what lies before the range is read too.
    ///
    /// # Errors
    ///
    /// Of kind `NotFound` when there is no such loose blob, and `Corrupt` when it ends too early.
    pub fn stream_blob(
        &self,
        oid: GitOid,
        range: ByteRange,
        mut take: impl FnMut(Vec<u8>) -> ControlFlow<()>,
    ) -> Result<(), GitError> {
        let fault = |fault| GitError::of(format!("can't open the blob {oid}"), fault);
        let odb = self.inner.odb().map_err(fault)?;
        let (mut reader, size, _) = odb.reader(foreign(oid)).map_err(fault)?;
        let range = range.within(size as u64);
        let mut at = 0;
        let mut buffer = vec![0; PIECE];
        while at < range.end() {
            let left = usize::try_from(range.end() - at)
                .unwrap_or(PIECE)
                .min(PIECE);
            let count = reader.read(&mut buffer[..left]).unwrap_or_default();
            if count == 0 {
                let message = format!("the blob {oid} ends after {at} of {size} bytes");
                return Err(GitError::new(GitErrorKind::Corrupt, message));
            }
            let before = usize::try_from(range.start().saturating_sub(at)).unwrap_or(count);
            if before < count && take(buffer[before..count].to_vec()).is_break() {
                break;
            }
            at += count as u64;
        }
        Ok(())
    }

    /// Every blob that the repository holds, in no order, whether or not a commit leads to it.
    ///
    /// # Errors
    ///
    /// Of kind `Corrupt` or `Io` when they can't be listed.
    pub fn blobs(&self) -> Result<Vec<GitOid>, GitError> {
        let fault = |fault| GitError::of("can't list the objects", fault);
        let odb = self.inner.odb().map_err(fault)?;
        let mut objects = Vec::new();
        odb.foreach(|id| {
            objects.push(*id);
            true
        })
        .map_err(fault)?;
        let mut blobs = Vec::new();
        for id in objects {
            let oid = crate::repository::own_oid(id)?;
            if self.blob_size(oid)?.is_some() {
                blobs.push(oid);
            }
        }
        blobs.sort_unstable();
        blobs.dedup();
        Ok(blobs)
    }
}
