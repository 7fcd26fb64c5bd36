#![doc = include_str!("../README.md")]

mod access;
mod acquire;
mod address;
mod ask;
mod client;
mod community;
mod compare;
mod error;
mod exchange;
mod file;
mod flow;
mod foresight;
mod hop;
mod limiter;
mod listing;
mod lookup;
mod open;
mod pace;
mod pages;
mod plan;
mod pour;
mod progress;
mod questions;
mod read;
mod snapshot;
mod stream;
mod transfer;
mod whole;

pub use client::{Client, ClientBuilder, Connectivity};
pub use error::{Error, ErrorKind};
pub use open::RepoFile;
pub use pages::{PageStream, Pages};
pub use plan::{PlannedFile, SnapshotPlan, Standing};
pub use progress::{Event, FileTotals, Progress, Rate, Silent, Tally, Totals, Wait, average};
pub use snapshot::{LocalFile, LocalSnapshot, SnapshotRequest, Source};
pub use stream::FileBytes;
