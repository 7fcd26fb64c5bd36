#![doc = include_str!("../README.md")]

mod at;
mod cache;
pub mod durable;
mod error;
mod folder;
mod gc;
mod journal;
mod link;
mod lock;
mod many;
mod owner;
mod partial;
mod plain;
mod read;
mod scan;
mod trees;
mod verify;
mod write;

pub use cache::{CACHEDIR_TAG, Cache, RepoCache, write_tag};
pub use durable::Remover;
pub use error::{CacheError, CacheErrorKind};
pub use gc::{Collected, Collection, Garbage, Kept, Removed};
pub use many::Known;
pub use partial::{Left, Partial, sweep};
pub use plain::read_plain;
pub use read::{Blob, CachedFile, Lookup, walk};
pub use scan::{Incomplete, Scan, ScanWarning, ScannedRepo, ScannedRevision};
pub use trees::Trees;
pub use verify::{Digesting, Fault, Finding, Hashing, Reading, Verification, Verified};
pub use write::{Claim, NewBlob, Rival};

#[cfg(test)]
mod tests;
