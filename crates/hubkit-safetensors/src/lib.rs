#![doc = include_str!("../README.md")]

mod dtype;
mod error;
mod foreign;
mod header;
mod index;
mod json;
mod probe;
mod read;

pub use dtype::{Dtype, ParseDtypeError};
pub use error::{HeaderError, TensorFault};
pub use foreign::ForeignFormat;
pub use header::{Header, TensorInfo};
pub use index::{ShardIndex, ShardIndexError};
pub use probe::Probe;
pub use read::{ReadHeaderError, read_header};
