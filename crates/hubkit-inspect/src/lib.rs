#![doc = include_str!("../README.md")]

mod compare;
mod element;
mod error;
mod findings;
mod format;
mod gguf;
mod graph;
mod hdf5;
mod inspection;
mod inspector;
mod interface;
mod keras;
mod little_endian;
mod memory;
mod model;
mod named;
mod npz;
mod numpy;
mod onnx;
mod parameters;
mod pickle;
mod read;
mod safetensors;
mod template;
mod tokenizer;
mod torch;
mod tree;
mod view;
mod zip;

pub use compare::{Comparison, NameGroup, group_names};
pub use element::ElementType;
pub use error::InspectError;
pub use format::Format;
pub use gguf::{GgufPart, check_gguf_parts, gguf_part_names};
pub use graph::{Dimension, Graph, Operators, Port, PortKind};
pub use inspection::{
    Finding, Inspection, Member, MetadataValue, Place, Severity, Tensor, Verdict,
};
pub use inspector::Inspector;
pub use interface::{
    Interface, InterfaceSource, InterfaceSources, ProcessorConfig, Slot, TokenizerConfig,
};
pub use memory::{
    Amount, Cache, CacheType, Layer, Memory, MemoryRequest, ParseCacheTypeError, Training,
    TrainingAmounts,
};
pub use model::{
    Architecture, ArchitectureSource, Attention, AttentionKind, Config, ConfigError, Experts,
};
pub use parameters::{Parameters, Stored, TiedWeights};
pub use read::{ReadInspectionError, inspect_reader};
pub use tree::{Folded, Leaf, Module};
