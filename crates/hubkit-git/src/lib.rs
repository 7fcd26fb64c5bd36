#![doc = include_str!("../README.md")]

mod blob;
mod error;
mod lfs;
mod log;
mod objects;
mod reference;
mod remote;
mod repository;
mod store;
mod tree;
mod work;

pub use error::{GitError, GitErrorKind};
pub use log::Commit;
pub use objects::LfsObjects;
pub use reference::Reference;
pub use remote::{LfsPlace, LfsRemote, ToldBy};
pub use repository::{Repository, is_repository};
pub use store::{GitStore, Skipped};
pub use tree::{LeftOut, Node, Tree};
pub use work::{MetPointer, Placed, PointerStanding, Settled, WorkTree, place};
