//! Which format a file is of. Its content decides, never its name.

use std::fmt;

use hubkit_lfs::recognise;

use crate::{
    InspectError, Inspection, gguf, numpy, onnx, safetensors,
    view::{Step, View},
};

/// The format of a file.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
#[non_exhaustive]
pub enum Format {
    /// Safetensors.
    Safetensors,
    /// A NumPy array.
    NumPy,
    /// GGUF.
    Gguf,
    /// ONNX.
    Onnx,
}

impl Format {
    /// The name in machine-readable output: lower case, stable.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Safetensors => "safetensors",
            Self::NumPy => "npy",
            Self::Gguf => "gguf",
            Self::Onnx => "onnx",
        }
    }
}

impl fmt::Display for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Safetensors => "safetensors",
            Self::NumPy => "NumPy",
            Self::Gguf => "GGUF",
            Self::Onnx => "ONNX",
        })
    }
}

/// How much of a file is looked at first. Nearly all headers of safetensors files fit.
pub(crate) const FIRST: u64 = 100_000;

/// Recognises the file and inspects it. Started again from the beginning each time that more bytes are there.
pub(crate) fn inspect(view: &mut View) -> Step<Inspection> {
    let start = view.up_to(0, FIRST)?;
    if let Some(pointer) = recognise(start).pointer() {
        return Err(InspectError::Pointer(Box::new(pointer.clone())).into());
    }
    if gguf::is_gguf(start) {
        return gguf::inspect(view);
    }
    if numpy::is_array(start) {
        return numpy::inspect(view);
    }
    if onnx::is_model(start, view.size()) {
        return onnx::inspect(view);
    }
    // What has a mark of its own comes first; safetensors has none, and so its reader is asked last: it also knows what
    // else a file may be that has none.
    safetensors::inspect(view)
}
