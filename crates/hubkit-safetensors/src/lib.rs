#![doc = include_str!("../README.md")]

mod check;
mod dtype;
mod error;
mod float;
mod foreign;
mod header;
mod index;
mod json;
mod layout;
#[cfg(not(target_family = "wasm"))]
mod mapped;
mod names;
mod npy;
mod output;
mod probe;
mod read;
mod rename;
mod rewrite;
mod selection;
mod slice;
mod stop;
mod survey;
mod table;
mod view;

pub use check::ShardFinding;
pub use dtype::{Dtype, ParseDtypeError};
pub use error::{HeaderError, TensorFault};
pub use float::FloatWidth;
pub use foreign::ForeignFormat;
pub use header::Header;
pub use index::{ShardIndex, ShardIndexError};
pub use layout::{Counted, Layout, NewTensor};
#[cfg(not(target_family = "wasm"))]
pub use mapped::MappedFile;
pub use npy::npy_header;
pub use output::{Existing, NewFile};
pub use probe::Probe;
pub use read::{ReadHeaderError, read_header, survey_header};
pub use rename::{ParseRenameRuleError, RenameRule};
pub use rewrite::{Rewrite, RewriteError};
pub use selection::{SelectError, TensorSlice};
pub use slice::{ParseSliceError, Slice, TensorQuery};
pub use stop::Stop;
pub use survey::Survey;
pub use table::{TensorInfo, Tensors};
pub use view::{Element, TensorView};
