#![doc = include_str!("../README.md")]

mod client;
mod error;
mod exchange;
mod file;
mod listing;
mod lookup;
mod pace;
mod pour;
mod progress;
mod read;
mod snapshot;
mod transfer;

pub use client::{Client, ClientBuilder, Connectivity};
pub use error::{Error, ErrorKind};
pub use progress::{Event, Progress, Silent};
pub use snapshot::{LocalFile, LocalSnapshot, SnapshotRequest, Source};
