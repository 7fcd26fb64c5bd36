#![doc = include_str!("../README.md")]

mod blob;
mod error;
mod lfs;
mod log;
mod reference;
mod repository;
mod store;
mod tree;

pub use error::{GitError, GitErrorKind};
pub use log::Commit;
pub use reference::Reference;
pub use repository::{Repository, is_repository};
pub use store::{GitStore, Skipped};
pub use tree::{LeftOut, Node, Tree};
