#![doc = include_str!("../README.md")]

mod blobs;
pub mod conformance;
mod digest;
mod error;
mod ext;
pub mod git;
mod memory;
mod note;
mod ranges;
mod refs;
mod stage;
mod store;
mod survey;
mod union;
mod verifier;

pub use blobs::{BlobKey, BlobStat, BlobStore, ByteStream, Contention, Holder, Staging};
pub use digest::Digester;
pub use error::{StoreError, StoreErrorKind};
pub use ext::BlobStoreExt;
pub use memory::{MemoryStore, Storage};
pub use ranges::RangeSet;
pub use refs::{Entry, RefStore, Snapshot, check_recorded, entry_by_entry};
pub use stage::{BoxFuture, Sink, Stage};
pub use store::{DynStore, Store};
pub use survey::{CommitRecord, History, Survey, SurveyRequest};
pub use union::Union;
