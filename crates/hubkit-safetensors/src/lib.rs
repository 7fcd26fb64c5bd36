#![doc = include_str!("../README.md")]

mod check;
mod dtype;
mod error;
mod foreign;
mod header;
mod index;
mod json;
mod names;
mod probe;
mod read;
mod survey;
mod table;

pub use check::ShardFinding;
pub use dtype::{Dtype, ParseDtypeError};
pub use error::{HeaderError, TensorFault};
pub use foreign::ForeignFormat;
pub use header::Header;
pub use index::{ShardIndex, ShardIndexError};
pub use probe::Probe;
pub use read::{ReadHeaderError, read_header, survey_header};
pub use survey::Survey;
pub use table::{TensorInfo, Tensors};
