//! HDF5 files, as Keras writes in its older format. Recognised by their superblock, and not read further.
//!
//! The format is that of the HDF5 File Format Specification, section II.A: the signature stands at the start, or, behind a
//! block that belongs to the user, at byte 512, 1024, 2048 and so on.

use std::collections::BTreeMap;

use crate::{
    Finding, Format, InspectError, Inspection, MetadataValue, Severity,
    view::{Step, View},
};

const SIGNATURE: &[u8] = b"\x89HDF\r\n\x1a\n";

/// The longest superblock: two addresses of eight bytes fewer than it has, and all before them.
const LONGEST: u64 = 56;

/// Where the superblock stands, if it stands among these first bytes.
pub(crate) fn superblock(start: &[u8]) -> Option<u64> {
    let places = std::iter::once(0).chain((9..40).map(|power| 1_u64 << power));
    places
        .take_while(|place| *place < start.len() as u64)
        .find(|place| {
            let rest = usize::try_from(*place)
                .ok()
                .and_then(|place| start.get(place..));
            rest.is_some_and(|rest| rest.starts_with(SIGNATURE))
        })
}

/// Reads the superblock at this place.
pub(crate) fn inspect(view: &View, place: u64) -> Step<Inspection> {
    let block = view.up_to(place, LONGEST)?;
    let Some(version) = block.get(SIGNATURE.len()).copied() else {
        let (expected, found) = (place + LONGEST, view.size());
        return Err(InspectError::Truncated { expected, found }.into());
    };
    // Where the size of an address is said, and where the addresses begin.
    let (said, addresses) = match version {
        0 => (13, 24),
        1 => (13, 28),
        2 | 3 => (9, 12),
        _ => {
            let message = format!("expected a superblock of version 0 to 3, found {version}");
            return Err(InspectError::malformed(Format::Hdf5, message).into());
        }
    };
    let size = block.get(said).copied().unwrap_or_default();
    if !matches!(size, 2 | 4 | 8) {
        let message = format!("expected addresses of 2, 4 or 8 bytes, found {size}");
        return Err(InspectError::malformed(Format::Hdf5, message).into());
    }
    let size = usize::from(size);
    let address = |index: usize| {
        let from = addresses + index * size;
        let mut bytes = [0; 8];
        bytes[..size].copy_from_slice(block.get(from..from + size)?);
        Some(u64::from_le_bytes(bytes))
    };
    // In all versions the third address is the end of the file.
    let Some(end) = address(2) else {
        let (expected, found) = (place + LONGEST, view.size());
        return Err(InspectError::Truncated { expected, found }.into());
    };
    let mut findings = Vec::new();
    if end > view.size() {
        let message = format!("expected {end} bytes, found {}", view.size());
        findings.push(Finding::new(Severity::Fault, "cut-off", message));
    }
    let message = "recognised by its superblock; what is in it is not analysed further";
    findings.push(Finding::new(Severity::Note, "not-analysed", message));
    let number = |number: u64| MetadataValue::Integer(number.into());
    Ok(Inspection {
        variant: format!("superblock version {version}"),
        metadata: BTreeMap::from([
            ("superblock.version".to_owned(), number(version.into())),
            ("superblock.place".to_owned(), number(place)),
            ("end_of_file".to_owned(), number(end)),
        ]),
        findings,
        ..Inspection::new(Format::Hdf5)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Inspector, Verdict};

    /// A superblock of this version at this place, in a file that ends there.
    fn file(place: usize, version: u8, end: u64) -> Vec<u8> {
        let mut file = vec![b'u'; place];
        file.extend(SIGNATURE);
        file.push(version);
        let head: &[u8] = match version {
            0 => &[0, 0, 0, 0, 8, 8, 0, 4, 0, 16, 0, 0, 0, 0, 0],
            1 => &[0, 0, 0, 0, 8, 8, 0, 4, 0, 16, 0, 0, 0, 0, 0, 1, 0, 0, 0],
            _ => &[8, 8, 0],
        };
        file.extend(head);
        for address in [0, u64::MAX, end, 96] {
            file.extend(address.to_le_bytes());
        }
        file
    }

    fn told(file: &[u8]) -> Result<Inspection, InspectError> {
        let mut inspector = Inspector::new(file.len() as u64);
        while let Some(range) = inspector.need() {
            let at = |offset| usize::try_from(offset).expect("small");
            inspector.feed(&file[at(range.start())..at(range.end())]);
        }
        inspector.finish()
    }

    #[test]
    fn every_version_is_recognised_wherever_it_may_stand() {
        for place in [0, 512, 1024, 2048, 65536] {
            for version in 0..=3 {
                let bytes = file(place, version, 60);
                let told = told(&bytes).expect("something is told");
                assert_eq!(told.format, Format::Hdf5);
                assert_eq!(told.variant, format!("superblock version {version}"));
                assert_eq!(
                    told.metadata["superblock.place"].as_u64(),
                    Some(place as u64)
                );
                assert_eq!(
                    told.metadata["end_of_file"].as_u64(),
                    Some(60),
                    "{place} {version}"
                );
                let verdict = if bytes.len() < 60 {
                    Verdict::Malformed
                } else {
                    Verdict::Sound
                };
                assert_eq!(told.verdict(), verdict, "{place} {version}");
                assert_eq!(
                    told.findings.last().map(|finding| finding.code),
                    Some("not-analysed")
                );
            }
        }
        for place in [1, 511, 513, 1536] {
            assert!(
                matches!(told(&file(place, 0, 60)), Err(fault) if !matches!(fault, InspectError::Malformed { format: Format::Hdf5, .. }))
            );
        }
    }

    #[test]
    fn a_superblock_that_is_none_is_a_fault() {
        let mut strange = file(0, 4, 0);
        assert!(matches!(
            told(&strange),
            Err(InspectError::Malformed {
                format: Format::Hdf5,
                ..
            })
        ));
        strange = file(0, 2, 0);
        strange[9] = 7;
        assert!(told(&strange).is_err());
        let whole = file(0, 0, 10);
        for length in 8..whole.len() {
            for change in [0, 1, 0xFF] {
                let mut changed = whole[..length].to_vec();
                changed[length - 1] ^= change;
                let _ = told(&changed);
            }
        }
        assert!(matches!(
            told(&whole[..30]),
            Err(InspectError::Truncated { .. })
        ));
    }
}
