//! Which format a file is of. Its content decides, never its name.

use std::fmt;

use hubkit_lfs::recognise;

use crate::{
    InspectError, Inspection, gguf, hdf5, numpy, onnx, pickle, safetensors, tokenizer, torch,
    view::{Step, Stop, View},
    zip,
};

/// The format of a file.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
#[non_exhaustive]
pub enum Format {
    /// A model of Keras 3: a zip archive.
    Keras,
    /// A pickle of Python, or several in a row.
    Pickle,
    /// A checkpoint of PyTorch: a zip archive, pickles and storages in a row, or a tar archive.
    PyTorch,
    /// Safetensors.
    Safetensors,
    /// A NumPy array.
    NumPy,
    /// GGUF.
    Gguf,
    /// ONNX.
    Onnx,
    /// Arrays of NumPy in a zip archive.
    Npz,
    /// A zip archive of no kind that this crate knows.
    Zip,
    /// The `tokenizer.json` of the library `tokenizers`.
    Tokenizer,
    /// HDF5.
    Hdf5,
}

impl Format {
    /// The name in machine-readable output: lower case, stable.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Keras => "keras",
            Self::Pickle => "pickle",
            Self::PyTorch => "pytorch",
            Self::Safetensors => "safetensors",
            Self::NumPy => "npy",
            Self::Gguf => "gguf",
            Self::Onnx => "onnx",
            Self::Npz => "npz",
            Self::Zip => "zip",
            Self::Tokenizer => "tokenizer",
            Self::Hdf5 => "hdf5",
        }
    }
}

impl fmt::Display for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Keras => "Keras",
            Self::Pickle => "pickle",
            Self::PyTorch => "PyTorch",
            Self::Safetensors => "safetensors",
            Self::NumPy => "NumPy",
            Self::Gguf => "GGUF",
            Self::Onnx => "ONNX",
            Self::Npz => "NumPy archive",
            Self::Zip => "zip",
            Self::Tokenizer => "tokenizer",
            Self::Hdf5 => "HDF5",
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
    if tokenizer::is_tokenizer(start) {
        return tokenizer::inspect(view);
    }
    let superblock = hdf5::superblock(start);
    if superblock == Some(0) {
        return hdf5::inspect(view, 0);
    }
    if zip::recognised(start) {
        return zip::inspect(view);
    }
    if torch::tar::recognised(start) {
        return torch::tar::inspect(view);
    }
    if pickle::recognised(start, view.size() <= FIRST) {
        return pickle::inspect(view);
    }
    // What has a mark of its own comes first; safetensors has none, and so its reader is asked last: it also knows what
    // else a file may be that has none.
    match (safetensors::inspect(view), superblock) {
        // The mark of HDF5 may stand behind anything, so what is read as something else is that.
        (Err(Stop::Fault(_)), Some(place)) => hdf5::inspect(view, place),
        // A zip archive is found by its end, whatever was put before it.
        (Err(Stop::Fault(fault)), _) if zip::has_end(view)? => {
            zip::inspect(view).map_err(|stop| match stop {
                Stop::Fault(_) => Stop::Fault(fault),
                need @ Stop::Need(_) => need,
            })
        }
        (Err(Stop::Fault(fault)), _) => Err(match packed(start) {
            Some(packed) => {
                let found = format!("{packed}: what is packed in it was not analysed");
                InspectError::Unrecognised { found: Some(found) }
            }
            None => fault,
        }
        .into()),
        (told, _) => told,
    }
}

/// What files that are packed as a whole start with.
const PACKED: &[(&[u8], &str)] = &[
    (b"7z\xBC\xAF\x27\x1C", "a 7z archive"),
    (b"BZh", "a file packed by bzip2"),
    (b"\xFD7zXZ\0", "a file packed by xz"),
    (b"\x5D\0\0", "a file packed by lzma"),
    (b"\x1F\x8B", "a file packed by gzip"),
    (b"\x28\xB5\x2F\xFD", "a file packed by Zstandard"),
    (b"\x04\x22\x4D\x18", "a file packed by LZ4"),
    (b"x\x01", "a file packed by zlib"),
    (b"x\x5E", "a file packed by zlib"),
    (b"x\x9C", "a file packed by zlib"),
    (b"x\xDA", "a file packed by zlib"),
];

/// What packed a file that starts so.
fn packed(start: &[u8]) -> Option<&'static str> {
    let mut known = PACKED.iter();
    known
        .find(|(mark, _)| start.starts_with(mark))
        .map(|(_, name)| *name)
}
