//! The seam for content.

use std::{fmt, future::Future, path::PathBuf, pin::Pin};

use bytes::Bytes;
use futures_core::Stream;
use hubkit_types::{BlobId, ByteRange, Repo};

use crate::{Stage, StoreError};

/// Names a blob: the repository it belongs to and the digest of its bytes.
///
/// Blobs are addressed within a repository because who may read one is decided by repository. A backend is free to
/// keep equal bytes of two repositories once.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct BlobKey {
    /// The repository.
    pub repo: Repo,
    /// The digest.
    pub id: BlobId,
}

impl BlobKey {
    /// Puts repository and digest together.
    pub fn new(repo: Repo, id: BlobId) -> Self {
        Self { repo, id }
    }
}

impl fmt::Display for BlobKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "blob {} of {}", self.id, self.repo)
    }
}

/// What is known of a blob without reading it.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct BlobStat {
    /// Its length in bytes.
    pub size: u64,
}

/// What happens where somebody else, of this process or of another, is bringing the same blob in.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Contention {
    /// Nothing is staged, and the answer says who that is.
    Yield,
    /// The blob is staged a second time, beside the other.
    Proceed,
}

/// The answer to who wants to bring a blob in.
#[derive(Debug)]
pub enum Staging {
    /// Room for it.
    Ready(Stage),
    /// Somebody else is at it. Look again whether the blob is here, and then ask again.
    Busy(Holder),
}

/// Who is bringing a blob in.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Holder {
    /// Who that is, for a person: `process 4711 (hf)`; `None` where the store can't tell.
    pub name: Option<String>,
    /// How many bytes it has by now; `None` where the store can't tell.
    pub held: Option<u64>,
    /// A number that changes as long as it makes progress.
    pub mark: u64,
}

/// Bytes that come one chunk after another. Dropping it cancels the reading.
pub type ByteStream = Pin<Box<dyn Stream<Item = Result<Bytes, StoreError>> + Send>>;

/// Keeps immutable content under its digest.
///
/// # Contract
///
/// - Bytes come in only through a [`Stage`], which never publishes what does not hash to its name.
/// - A published blob is whole to every reader at once, and survives a loss of power from the moment
///   [`Stage::publish`] returned.
/// - Two stages of one blob may run at the same time; both succeed.
/// - Reading changes nothing, and needs no right to write.
///
/// # Cancellation
///
/// Dropping any future leaves every published blob as it was. A dropped [`Stage`] leaves nothing behind that a reader
/// could take for a blob.
///
/// # Retries
///
/// None happen here, but for interrupted system calls.
///
/// # Wrappers
///
/// A wrapper forwards every method, `local_path` among them (`deny(clippy::missing_trait_methods)`).
pub trait BlobStore: Send + Sync + 'static {
    /// What is known of a blob; `None` when it is not here.
    fn stat(
        &self,
        key: BlobKey,
    ) -> impl Future<Output = Result<Option<BlobStat>, StoreError>> + Send;

    /// The bytes of a range, cut to the blob's end. An error of kind `NotFound` when the blob is not here.
    fn read(
        &self,
        key: BlobKey,
        range: ByteRange,
    ) -> impl Future<Output = Result<ByteStream, StoreError>> + Send;

    /// Makes room for a blob of `size` bytes, with what an earlier stage of it left that did not come to its end.
    ///
    /// With [`Contention::Proceed`] the answer is never [`Staging::Busy`].
    fn stage(
        &self,
        key: BlobKey,
        size: u64,
        contention: Contention,
    ) -> impl Future<Output = Result<Staging, StoreError>> + Send;

    /// How many more bytes of a repository's blobs there is room for; `None` where that can't be told. Others may fill it
    /// in the next moment.
    fn room(&self, repo: Repo) -> impl Future<Output = Result<Option<u64>, StoreError>> + Send;

    /// Removes a blob; `false` when it was not here.
    fn remove(&self, key: BlobKey) -> impl Future<Output = Result<bool, StoreError>> + Send;

    /// Every blob of a repository, in no order.
    fn list(&self, repo: Repo) -> impl Future<Output = Result<Vec<BlobId>, StoreError>> + Send;

    /// The file that holds exactly this blob, where there is one that a program may open or map.
    fn local_path(&self, key: &BlobKey) -> Option<PathBuf>;
}
