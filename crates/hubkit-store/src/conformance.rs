//! The contracts of the traits as tests, for every store and every wrapper of one.
//!
//! Each function takes an empty store, leaves things in it, and panics with what the contract asks for when the store
//! does something else.

mod blobs;
mod refs;

pub use blobs::blobs;
pub use refs::{Keeps, refs};

use std::future::poll_fn;

use bytes::{Bytes, BytesMut};
use hubkit_types::{BlobId, ByteRange, Repo, RepoKind};

use crate::{
    BlobKey, BlobStore, BlobStoreExt as _, ByteStream, Digester, Stage, StoreError, StoreErrorKind,
};

fn repo() -> Repo {
    let id = "conformance/suite".parse();
    Repo::new(RepoKind::Model, id.expect("a legal id"))
}

fn key(id: BlobId) -> BlobKey {
    BlobKey::new(repo(), id)
}

fn git_id(bytes: &[u8]) -> BlobId {
    crate::git::blob_id(bytes).into()
}

fn sha256_id(bytes: &[u8]) -> BlobId {
    let mut digester = Digester::sha256();
    digester.update(bytes);
    digester.finish()
}

#[track_caller]
fn kind<T>(result: Result<T, StoreError>) -> Option<StoreErrorKind> {
    result.err().map(|fault| fault.kind())
}

/// The result, or a panic that says what was tried.
#[track_caller]
fn done<T>(result: Result<T, StoreError>, tried: &str) -> T {
    result.unwrap_or_else(|fault| panic!("{tried}: {fault} ({fault:?})"))
}

async fn collect(mut stream: ByteStream) -> Result<Bytes, StoreError> {
    let mut bytes = BytesMut::new();
    while let Some(chunk) = poll_fn(|context| stream.as_mut().poll_next(context)).await {
        bytes.extend_from_slice(&chunk?);
    }
    Ok(bytes.freeze())
}

async fn read(store: &impl BlobStore, id: BlobId, range: ByteRange) -> Result<Bytes, StoreError> {
    collect(store.read(key(id), range).await?).await
}

async fn stage(store: &impl BlobStore, id: BlobId, size: usize) -> Stage {
    done(store.begin(key(id), size as u64).await, "make a stage")
}

async fn publish(store: &impl BlobStore, id: BlobId, bytes: &[u8]) {
    let stage = stage(store, id, bytes.len()).await;
    let written = stage.write(0, Bytes::copy_from_slice(bytes)).await;
    done(written, "write a blob");
    done(stage.publish().await, "publish a blob");
}
