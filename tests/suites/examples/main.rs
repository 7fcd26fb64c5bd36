//! The programs under examples/ do what they say.

mod lfs_pointers;
mod safetensors_slice;
