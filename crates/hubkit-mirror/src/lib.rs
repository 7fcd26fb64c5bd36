#![doc = include_str!("../README.md")]

mod access;
mod file;
mod info;
mod lookup;
mod mirror;
mod refusal;
mod tree;

pub use access::Access;
pub use mirror::Mirror;
