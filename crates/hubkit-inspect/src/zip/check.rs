//! Members whose bytes happen to be here, held against what the directory says of them.

use super::{Archive, Entry, local, names};
use crate::{findings::Findings, view::View};

/// The sizes and the checksum follow the content.
const TOLD_BEHIND: u16 = 1 << 3;

/// So many bytes are unpacked to check them.
const MOST_UNPACKED: u64 = 64 << 20;

/// Checks the names of all members, and what is here of them, without asking for more.
pub(super) fn check(view: &View, archive: &Archive, findings: &mut Findings) {
    names::check(&archive.entries, findings);
    let mut budget = MOST_UNPACKED;
    for entry in &archive.entries {
        if entry.header < archive.directory.start()
            && let Some(header) = local::local(view, entry)
        {
            same(entry, &header, findings);
            content(view, entry, header.content, &mut budget, findings);
        } else if view.part_at(entry.header).len() >= 64 {
            let message = format!(
                "expected a header of the member {}, found none",
                entry.shown()
            );
            findings.fault("no-header", message);
        }
    }
}

fn same(entry: &Entry, header: &local::Local<'_>, findings: &mut Findings) {
    if String::from_utf8_lossy(header.name) != entry.name {
        let found = hubkit_types::shown(&String::from_utf8_lossy(header.name), 100);
        let message = format!(
            "expected the member {}, found it headed `{found}`",
            entry.shown()
        );
        findings.fault("name-mismatch", message);
    }
    let numbers = |number: u64| u32::try_from(number).unwrap_or(u32::MAX);
    let told = (header.checksum, header.packed, header.size);
    let expected = (entry.checksum, numbers(entry.packed), numbers(entry.size));
    // Where they follow the content, and where they take more than 32 bits, the header has something else.
    let elsewhere = header.flags & TOLD_BEHIND != 0 && told == (0, 0, 0);
    let large = (entry.checksum, u32::MAX, u32::MAX);
    if told != expected && told != large && !elsewhere {
        let message = format!(
            "expected the checksum and sizes of the member {} in its header, found others",
            entry.shown()
        );
        findings.warning("header-mismatch", message);
    }
    if (header.method, header.flags) != (entry.method, entry.flags) {
        let message = format!(
            "expected method {} and flags {:#x} in the header of {}, found {} and {:#x}",
            entry.method,
            entry.flags,
            entry.shown(),
            header.method,
            header.flags
        );
        findings.warning("header-mismatch", message);
    }
}

fn content(view: &View, entry: &Entry, start: u64, budget: &mut u64, findings: &mut Findings) {
    let Some(packed) = usize::try_from(entry.packed)
        .ok()
        .and_then(|length| view.part_at(start).get(..length))
    else {
        return;
    };
    if ![0, 8].contains(&entry.method) || entry.size > *budget {
        return;
    }
    *budget -= entry.size;
    let unpacked = local::unpack(packed, entry.method, entry.size);
    let Some(unpacked) = unpacked else {
        findings.fault(
            "broken",
            format!(
                "the content of the member {} does not unpack",
                entry.shown()
            ),
        );
        return;
    };
    if unpacked.size != entry.size {
        let message = format!(
            "expected {} bytes in the member {}, found {}",
            entry.size,
            entry.shown(),
            if unpacked.size > entry.size {
                "more"
            } else {
                "fewer"
            }
        );
        findings.fault("size", message);
    } else if unpacked.checksum != entry.checksum {
        let message = format!(
            "expected the checksum {:08x} of the member {}, found {:08x}",
            entry.checksum,
            entry.shown(),
            unpacked.checksum
        );
        findings.fault("checksum", message);
    }
}
