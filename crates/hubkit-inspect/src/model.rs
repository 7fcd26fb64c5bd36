//! What the small documents beside the weights say of a model.

mod architecture;
mod attention;
mod config;
mod document;
mod gguf;
mod shapes;

pub use architecture::{Architecture, ArchitectureSource, Experts};
pub use attention::{Attention, AttentionKind};
pub use config::Config;
pub(crate) use config::{texts, whole_number};
pub use document::ConfigError;
pub(crate) use document::Document;
pub(crate) use gguf::absurd_heads;
