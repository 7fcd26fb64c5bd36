#![doc = include_str!("../README.md")]

mod access;
mod file;
mod history;
mod info;
mod listing;
mod lookup;
mod mirror;
mod refusal;
mod tree;

pub use access::Access;
pub use listing::Unlisted;
pub use mirror::Mirror;
