//! Naming what is no safetensors file.

use std::fmt;

/// Another kind of file, told by how it starts.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
#[non_exhaustive]
pub enum ForeignFormat {
    /// The pointer of Git LFS instead of the file it stands for.
    LfsPointer,
    /// A web page.
    Html,
    /// An XML document, as storage services answer with when they refuse.
    Xml,
    /// A JSON document, with no length before it.
    Json,
    /// A zip archive, as PyTorch writes.
    Zip,
    /// A Python pickle, which can run code when it is loaded.
    Pickle,
    /// A GGUF model.
    Gguf,
    /// An HDF5 file, as Keras writes.
    Hdf5,
    /// Nothing but zero bytes, as after a crash before the data reached the disk.
    Zeros,
}

impl ForeignFormat {
    /// Recognises the start of a file. Call it only where a correct header has been ruled out: the length of a header
    /// may look like any of these.
    pub(crate) fn recognise(start: &[u8]) -> Option<Self> {
        let text = start.trim_ascii_start();
        let starts_as = |word: &[u8]| {
            text.get(..word.len())
                .is_some_and(|found| found.eq_ignore_ascii_case(word))
        };
        Some(match start {
            [b'P', b'K', 3 | 5, 4 | 6, ..] => Self::Zip,
            [b'G', b'G', b'U', b'F', ..] => Self::Gguf,
            [0x89, b'H', b'D', b'F', ..] => Self::Hdf5,
            [0x80, 2..=5, ..] => Self::Pickle,
            _ if starts_as(b"version https://git-lfs") || starts_as(b"version https://hawser") => {
                Self::LfsPointer
            }
            _ if starts_as(b"<!doctype html") || starts_as(b"<html") => Self::Html,
            _ if starts_as(b"<?xml") => Self::Xml,
            _ if starts_as(b"{\"") => Self::Json,
            _ if start.len() > 8 && start.iter().take(64).all(|byte| *byte == 0) => Self::Zeros,
            _ => return None,
        })
    }
}

impl fmt::Display for ForeignFormat {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::LfsPointer => "the pointer of a file in Git LFS, not the file itself",
            Self::Html => "a web page",
            Self::Xml => "an XML document",
            Self::Json => "a JSON document",
            Self::Zip => "a zip archive, as PyTorch writes",
            Self::Pickle => "a Python pickle, which can run code when it is loaded",
            Self::Gguf => "a GGUF model",
            Self::Hdf5 => "an HDF5 file",
            Self::Zeros => "nothing but zeros",
        })
    }
}
