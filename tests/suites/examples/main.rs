//! The programs under examples/ do what they say.

mod safetensors_slice;
