//! Comfort on top of the seam for content.

use std::future::{Future, poll_fn};

use bytes::{Bytes, BytesMut};
use hubkit_types::ByteRange;

use crate::{BlobKey, BlobStore, Contention, Stage, Staging, StoreError, StoreErrorKind};

/// What any [`BlobStore`] can do besides.
pub trait BlobStoreExt: BlobStore {
    /// Whether the blob is here.
    fn exists(&self, key: BlobKey) -> impl Future<Output = Result<bool, StoreError>> + Send {
        async move { Ok(self.stat(key).await?.is_some()) }
    }

    /// Makes room for a blob, whoever else is bringing it in.
    fn begin(
        &self,
        key: BlobKey,
        size: u64,
    ) -> impl Future<Output = Result<Stage, StoreError>> + Send {
        async move {
            match self.stage(key, size, Contention::Proceed).await? {
                Staging::Ready(stage) => Ok(stage),
                Staging::Busy(_) => {
                    let message = "the store yields to another though it was told not to";
                    Err(StoreError::new(StoreErrorKind::Unsupported, message))
                }
            }
        }
    }

    /// The whole of a blob in memory.
    ///
    /// Fails with kind `NotFound` when the blob is not here, with kind `Unsupported` when it has more than `limit`
    /// bytes, and with kind `Corrupt` when the store gives another number of bytes than it says.
    fn read_all(
        &self,
        key: BlobKey,
        limit: u64,
    ) -> impl Future<Output = Result<Bytes, StoreError>> + Send {
        async move {
            let Some(stat) = self.stat(key.clone()).await? else {
                let message = format!("{key} is not in the store");
                return Err(StoreError::new(StoreErrorKind::NotFound, message));
            };
            if stat.size > limit {
                let message = format!("{key} has {} bytes, more than {limit}", stat.size);
                return Err(StoreError::new(StoreErrorKind::Unsupported, message));
            }
            let mut stream = self.read(key.clone(), ByteRange::whole(stat.size)).await?;
            let mut bytes = BytesMut::new();
            while let Some(chunk) = poll_fn(|context| stream.as_mut().poll_next(context)).await {
                bytes.extend_from_slice(&chunk?);
                if bytes.len() as u64 > stat.size {
                    break;
                }
            }
            if bytes.len() as u64 != stat.size {
                let message = format!("{key} does not have the {} bytes it should", stat.size);
                return Err(StoreError::new(StoreErrorKind::Corrupt, message));
            }
            Ok(bytes.freeze())
        }
    }
}

impl<S: BlobStore> BlobStoreExt for S {}
