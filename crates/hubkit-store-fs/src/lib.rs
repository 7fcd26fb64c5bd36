#![doc = include_str!("../README.md")]

mod blocking;
mod cached;
mod commits;
mod digest;
mod folder;
mod hot;
mod local_dir;
mod memory;
mod recent;
mod sink;
mod stamp;
mod stream;
mod surveyed;
mod verify;

pub use cached::FsStore;
pub use folder::{FolderStore, Skipped};
pub use local_dir::{LocalDirStore, Overwrite, Sharing};
pub use verify::verify;
