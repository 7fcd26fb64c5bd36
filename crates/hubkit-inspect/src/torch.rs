//! Checkpoints of PyTorch: a zip archive since 1.6, several pickles in a row before, a tar archive at the very first.
//!
//! Source: `torch/serialization.py` and `torch/_utils.py` of PyTorch 2.15, which write and read all three.

pub(crate) mod archive;
pub(crate) mod element;
pub(crate) mod legacy;
mod rebuild;
pub(crate) mod stores;
pub(crate) mod tar;
pub(crate) mod tensors;
