//! Telling pointers from the files they stand for.

use std::fmt;

use crate::{ParsePointerError, Pointer};

/// What the first bytes of a file say about it.
#[derive(Clone, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub enum Recognition {
    /// A pointer, as git-lfs writes it.
    Pointer(Pointer),
    /// A pointer that git-lfs reads, but would write otherwise: its git object id is not that of the canonical text.
    Unusual(Pointer),
    /// Starts as a pointer does, and is not one that git-lfs reads.
    Malformed(ParsePointerError),
    /// Pointers with the marks of a merge conflict around them.
    MergeConflict,
    /// A pointer of another system.
    OtherPointer(OtherPointer),
    /// No byte at all. To git-lfs this is the pointer to an empty file, and both have the same content.
    Empty,
    /// Nothing that looks like a pointer.
    NotAPointer,
}

/// Another system that keeps a small file in git for a large one elsewhere.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
#[non_exhaustive]
pub enum OtherPointer {
    /// git-annex: the path of an object in its store.
    GitAnnex,
    /// XetHub's git extension, before it became part of the Hub.
    XetHub,
}

impl fmt::Display for OtherPointer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::GitAnnex => "a git-annex pointer",
            Self::XetHub => "a XetHub pointer",
        })
    }
}

impl Recognition {
    /// The pointer, where there is a correct one.
    pub fn pointer(&self) -> Option<&Pointer> {
        match self {
            Self::Pointer(pointer) | Self::Unusual(pointer) => Some(pointer),
            _ => None,
        }
    }
}

/// Decides whether a file is a pointer from its first bytes.
///
/// Give the whole file, or at least its first [`Pointer::LIMIT`] bytes: a file as long as that is no pointer, and
/// nothing behind is looked at.
pub fn recognise(first_bytes: &[u8]) -> Recognition {
    let first_bytes = &first_bytes[..first_bytes.len().min(Pointer::LIMIT)];
    if first_bytes.is_empty() {
        return Recognition::Empty;
    }
    match Pointer::parse(first_bytes) {
        Ok(pointer) if pointer.to_string().as_bytes() == first_bytes => {
            Recognition::Pointer(pointer)
        }
        Ok(pointer) => Recognition::Unusual(pointer),
        Err(_) if is_merge_conflict(first_bytes) => Recognition::MergeConflict,
        Err(fault) if claims_to_be_a_pointer(first_bytes) => Recognition::Malformed(fault),
        Err(_) => {
            recognise_other(first_bytes).map_or(Recognition::NotAPointer, Recognition::OtherPointer)
        }
    }
}

fn is_merge_conflict(bytes: &[u8]) -> bool {
    (bytes.starts_with(b"<<<<<<< ") || contains(bytes, b"\n<<<<<<< "))
        && contains(bytes, b"\noid sha256:")
}

/// The spelling may differ, in case, white space or the name of the version; the words don't.
fn claims_to_be_a_pointer(bytes: &[u8]) -> bool {
    let start = bytes.trim_ascii_start();
    let names_version = start
        .get(..8)
        .is_some_and(|word| word.eq_ignore_ascii_case(b"version "));
    let mut lines = start.split(|byte| matches!(byte, b'\n' | b'\r'));
    let first = lines.next().unwrap_or_default();
    (names_version && (contains(first, b"git-lfs") || contains(first, b"hawser")))
        || start.starts_with(b"oid sha256:")
}

fn recognise_other(bytes: &[u8]) -> Option<OtherPointer> {
    let line = bytes.split(|byte| *byte == b'\n').next()?;
    if bytes.starts_with(b"# xet version ") {
        return Some(OtherPointer::XetHub);
    }
    // The object's path, or the target of a link to it in a clone that could make no link.
    let annex = line.starts_with(b"/annex/objects/")
        || (line.starts_with(b".git/") || line.starts_with(b"../"))
            && contains(line, b".git/annex/objects/");
    annex.then_some(OtherPointer::GitAnnex)
}

fn contains(bytes: &[u8], needle: &[u8]) -> bool {
    bytes.windows(needle.len()).any(|window| window == needle)
}

#[cfg(test)]
mod tests {
    use hubkit_types::Sha256;

    use super::*;

    #[test]
    fn other_pointers_are_called_what_they_are() {
        for (bytes, expected) in [
            (
                &b"/annex/objects/SHA256E-s5--aa.bin\n"[..],
                OtherPointer::GitAnnex,
            ),
            (
                b"../.git/annex/objects/x/y/SHA256E-s5--aa/SHA256E-s5--aa",
                OtherPointer::GitAnnex,
            ),
            (b"# xet version 0\nfilesize = 1\n", OtherPointer::XetHub),
        ] {
            assert_eq!(recognise(bytes), Recognition::OtherPointer(expected));
        }
    }

    #[test]
    fn what_follows_the_first_kibibyte_is_not_looked_at() {
        let mut bytes = Pointer::new(Sha256::from_bytes([7; 32]), 5)
            .to_string()
            .into_bytes();
        assert!(recognise(&bytes).pointer().is_some());
        bytes.resize(4096, b'\n');
        assert_eq!(
            recognise(&bytes),
            Recognition::Malformed(ParsePointerError::TooLong)
        );
        assert_eq!(recognise(&bytes[..1024]), recognise(&bytes));
    }

    #[test]
    fn weights_and_prose_are_no_pointers() {
        for bytes in [
            &b"GGUF\x03\0\0\0"[..],
            b"version 2 of this model is better",
            b"<<<<<<< HEAD\nsome text\n",
            b"\x08\0\0\0\0\0\0\0{}      ",
        ] {
            assert_eq!(recognise(bytes), Recognition::NotAPointer);
        }
    }
}
