//! A file in the address space of this process: the one module with `unsafe` in it.
//!
//! # Why it is sound, and when it is not
//!
//! A map shows what is in the file now. Rust takes for granted that what a `&[u8]` shows does not change, so whoever maps a
//! file has to know that nobody changes it: no code here can know that, which is why [`MappedFile::open`] is `unsafe`
//! and says what its caller promises. Around that promise there is as little to go wrong as can be:
//!
//! - The header is read from the file by ordinary reads into memory of our own, never from the map. A header that was
//!   checked stays checked, whatever happens to the file, and no range of it can come to lie outside of the map.
//! - As many bytes are mapped as the file had when its header was checked, through the same open file: a file put in
//!   its place under the same name is another one, and does no harm.
//! - The map can be read and not written, and what it gives are bytes: every pattern of them is a value, so one that was
//!   changed against the promise would be a wrong number rather than an invalid one.
//!
//! What is left is a file that is cut shorter while it is mapped: touching what is gone ends the process (`SIGBUS` on Unix),
//! and no library can turn that into an error for the whole program. Nothing is done about it here.

use std::{fs::File, path::Path};

use memmap2::{Mmap, MmapOptions};

use crate::{Header, ReadHeaderError, TensorView, read_header};

/// A safetensors file mapped into memory: views of its tensors without a copy, and pages that come from the disk when they
/// are touched.
///
/// For files that stay as they are: those of a cache, which are written under another name and then renamed, or of an
/// image that is mounted read-only. Not for a file that something still writes to or that lies on a share where others
/// may, nor for a program that must not be ended by somebody else who cuts a file: read the ranges of a
/// [`TensorSlice`](crate::TensorSlice) then.
#[derive(Debug)]
pub struct MappedFile {
    header: Header,
    map: Mmap,
}

impl MappedFile {
    /// Maps a file, once its header is found to be correct.
    ///
    /// # Safety
    ///
    /// While the value exists, nothing may change the bytes of the file or cut it shorter, in this process or another.
    /// Removing it, or renaming another file to its name, is no change. See the head of the module for what may happen
    /// otherwise.
    ///
    /// # Errors
    ///
    /// When the file can't be opened, read or mapped, or its header is not correct.
    #[expect(
        unsafe_code,
        reason = "whether the file stays as it is, only the caller can know"
    )]
    pub unsafe fn open(path: &Path) -> Result<Self, ReadHeaderError> {
        let mut file = File::open(path)?;
        let header = read_header(&mut file)?;
        // The header was checked against the length of the file.
        let length = 8 + header.header_len() + header.data_len();
        let length = usize::try_from(length).map_err(std::io::Error::other)?;
        let mut options = MmapOptions::new();
        // SAFETY: the caller promises that the file stays as it is, which is all that is asked for.
        let map = unsafe { options.len(length).map(&file)? };
        Ok(Self { header, map })
    }

    /// The header.
    pub fn header(&self) -> &Header {
        &self.header
    }

    /// The tensor of this name.
    pub fn tensor(&self, name: &str) -> Option<TensorView<'_>> {
        self.header.view(self.header.tensor(name)?, &self.map)
    }

    /// All tensors, in the order of their data.
    pub fn tensors(&self) -> impl ExactSizeIterator<Item = TensorView<'_>> {
        self.header.tensors().map(|tensor| {
            self.header
                .view(tensor, &self.map)
                .expect("the map has every byte that the header speaks of")
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    #[expect(unsafe_code, reason = "the files are this test's own")]
    fn views_show_the_bytes_of_the_file() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("x.safetensors");
        let json = r#"{"a":{"dtype":"I16","shape":[2],"data_offsets":[0,4]},"none":{"dtype":"F32","shape":[0],"data_offsets":[4,4]}}"#;
        let mut bytes = (json.len() as u64).to_le_bytes().to_vec();
        bytes.extend_from_slice(json.as_bytes());
        bytes.extend_from_slice(&[1, 0, 0xfe, 0xff]);
        std::fs::write(&path, &bytes).expect("written");
        // SAFETY: nobody else knows of the file.
        let file = unsafe { MappedFile::open(&path) }.expect("a file");
        // Another file under the same name does not change the one that is mapped.
        if cfg!(unix) {
            std::fs::remove_file(&path).expect("removed");
            std::fs::write(&path, b"another").expect("written");
        }
        let values: Vec<i16> = file
            .tensor("a")
            .and_then(|view| Some(view.values()?.collect()))
            .expect("two numbers");
        assert_eq!(values, [1, -2]);
        let lengths: Vec<usize> = file.tensors().map(|view| view.bytes().len()).collect();
        assert_eq!(lengths, [4, 0]);
        std::fs::write(folder.path().join("y"), b"another").expect("written");
        // SAFETY: as above.
        let error = unsafe { MappedFile::open(&folder.path().join("y")) }.expect_err("no header");
        assert!(matches!(error, ReadHeaderError::Header(_)));
    }
}
