//! A pointer where its file was expected.

use std::{error, fmt};

use hubkit_types::Sha256;

use super::Pointer;

/// What is said, everywhere in the same words, when a pointer is met where its file was expected.
///
/// Prints as `a Git LFS pointer to 4.9 GB (sha256 …), not the file`, to stand behind "this is" or the name of a file. What to
/// do about it depends on the place, so who says it adds that.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct NotTheFile {
    oid: Sha256,
    size: u64,
}

impl NotTheFile {
    pub(super) fn new(pointer: &Pointer) -> Self {
        Self {
            oid: pointer.oid(),
            size: pointer.size(),
        }
    }

    /// The digest of the file.
    pub fn oid(&self) -> Sha256 {
        self.oid
    }

    /// The length of the file in bytes.
    pub fn size(&self) -> u64 {
        self.size
    }
}

impl fmt::Display for NotTheFile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { oid, size } = self;
        f.write_str("a Git LFS pointer to ")?;
        write_size(f, *size)?;
        write!(f, " (sha256 {oid}), not the file")
    }
}

impl error::Error for NotTheFile {}

/// In decimal units, cut and not rounded: a file is never called larger than it is.
fn write_size(f: &mut fmt::Formatter<'_>, bytes: u64) -> fmt::Result {
    const UNITS: [(u64, &str); 6] = [
        (1_000_000_000_000_000_000, "EB"),
        (1_000_000_000_000_000, "PB"),
        (1_000_000_000_000, "TB"),
        (1_000_000_000, "GB"),
        (1_000_000, "MB"),
        (1_000, "kB"),
    ];
    match UNITS.into_iter().find(|(unit, _)| bytes >= *unit) {
        Some((unit, name)) => write!(f, "{}.{} {name}", bytes / unit, bytes % unit / (unit / 10)),
        None => write!(f, "{bytes} bytes"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_told_as_people_read_them() {
        let told = |size| {
            let pointer = Pointer::new(Sha256::from_bytes([7; 32]), size);
            let text = pointer.not_the_file().to_string();
            text[21..].split(" (").next().unwrap_or_default().to_owned()
        };
        for (size, expected) in [
            (999, "999 bytes"),
            (1000, "1.0 kB"),
            (1_999_999, "1.9 MB"),
            (4_912_345_678, "4.9 GB"),
            (u64::MAX, "18.4 EB"),
        ] {
            assert_eq!(told(size), expected);
        }
    }
}
