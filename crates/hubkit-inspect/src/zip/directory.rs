//! One record of the directory.

use hubkit_types::shown;

use super::Entry;
use crate::{
    Format, InspectError,
    findings::Findings,
    little_endian::{u16_at, u32_at, u64_at},
};

const RECORD: usize = 46;
const RECORD_MARK: &[u8] = b"PK\x01\x02";

/// The length of a member's own header, without its name.
pub(super) const LOCAL_HEADER: u64 = 30;

/// The content is encrypted; with it, the two that come with strong encryption.
const ENCRYPTED: u16 = 1 | 1 << 6 | 1 << 13;
/// The content is a patch for another.
const PATCH: u16 = 1 << 5;
/// The name is UTF-8.
const UTF8: u16 = 1 << 11;

/// Deflate makes at best so few bytes of this many.
const MOST_RATIO: u64 = 1032;

/// Made on Unix: then the mode of the file is told.
const UNIX: u8 = 3;
const FILE_TYPE: u32 = 0o170_000;
const REGULAR: u32 = 0o100_000;
const FOLDER: u32 = 0o040_000;

impl Entry {
    /// The name, for a message.
    pub(super) fn shown(&self) -> String {
        format!("`{}`", shown(&self.name, 100))
    }

    /// Whether it is a folder.
    pub(super) fn is_folder(&self) -> bool {
        self.name.ends_with('/')
    }
}

/// Reads one record, and says what is behind it.
pub(super) fn entry<'bytes>(
    bytes: &'bytes [u8],
    findings: &mut Findings,
) -> Result<(Entry, &'bytes [u8]), InspectError> {
    let broken = |what: &str| InspectError::malformed(Format::Zip, what);
    if bytes.len() < RECORD || !bytes.starts_with(RECORD_MARK) {
        return Err(broken(
            "expected a record of the directory, found something else",
        ));
    }
    let name_end = RECORD + usize::from(u16_at(bytes, 28));
    let extra_end = name_end + usize::from(u16_at(bytes, 30));
    let end = extra_end + usize::from(u16_at(bytes, 32));
    let (Some(name), Some(extra), Some(rest)) = (
        bytes.get(RECORD..name_end),
        bytes.get(name_end..extra_end),
        bytes.get(end..),
    ) else {
        return Err(broken(
            "expected a record within the directory, found one that reaches beyond",
        ));
    };
    let flags = u16_at(bytes, 8);
    let mut entry = Entry {
        name: String::from_utf8_lossy(name).into_owned(),
        size: u64::from(u32_at(bytes, 24)),
        packed: u64::from(u32_at(bytes, 20)),
        flags,
        method: u16_at(bytes, 10),
        checksum: u32_at(bytes, 16),
        header: u64::from(u32_at(bytes, 42)),
        limit: 0,
    };
    if let Err(fault) = std::str::from_utf8(name) {
        let promised = if flags & UTF8 == 0 { "text" } else { "UTF-8" };
        let message = format!(
            "expected {promised} as the name of a member, found {}: {fault}",
            entry.shown()
        );
        findings.fault("name-encoding", message);
    }
    large_numbers(&mut entry, extra, findings);
    let mode = (bytes[5] == UNIX).then(|| u32_at(bytes, 38) >> 16);
    judge(&entry, mode, findings);
    Ok((entry, rest))
}

/// Numbers that 32 bits can't say are told in a field of their own (4.5.3).
fn large_numbers(entry: &mut Entry, mut extra: &[u8], findings: &mut Findings) {
    const FULL: u64 = 0xFFFF_FFFF;
    let mut field: &[u8] = &[];
    while extra.len() >= 4 {
        let end = (4 + usize::from(u16_at(extra, 2))).min(extra.len());
        if u16_at(extra, 0) == 1 {
            field = &extra[4..end];
        }
        extra = &extra[end..];
    }
    let mut missing = false;
    for number in [&mut entry.size, &mut entry.packed, &mut entry.header] {
        if *number == FULL {
            if field.len() < 8 {
                missing = true;
                continue;
            }
            *number = u64_at(field, 0);
            field = &field[8..];
        }
    }
    if missing {
        let message = format!(
            "expected the large numbers of the member {}, found no field with them",
            entry.shown()
        );
        findings.fault("zip64", message);
    }
}

/// What is wrong with one member by itself.
fn judge(entry: &Entry, mode: Option<u32>, findings: &mut Findings) {
    let name = entry.shown();
    if entry.flags & ENCRYPTED != 0 {
        findings.fault(
            "encrypted",
            format!("the member {name} is said to be encrypted"),
        );
    }
    if entry.flags & PATCH != 0 {
        findings.fault("patch", format!("the member {name} is said to be a patch"));
    }
    let kind = mode.unwrap_or_default() & FILE_TYPE;
    if ![0, REGULAR, FOLDER].contains(&kind) {
        findings.fault(
            "special-file",
            format!("expected a file or a folder, found {name} of mode {kind:o}"),
        );
    }
    let most = match entry.method {
        0 => entry.packed,
        8 => entry.packed.saturating_mul(MOST_RATIO),
        method => {
            findings.warning(
                "method",
                format!("expected {name} stored or deflated, found method {method}: not analysed"),
            );
            return;
        }
    };
    if entry.size > most || (entry.method == 0 && entry.size != entry.packed) {
        findings.fault(
            "size",
            format!(
                "expected at most {most} bytes of the {} of {name}, found {} promised",
                entry.packed, entry.size
            ),
        );
    }
}
