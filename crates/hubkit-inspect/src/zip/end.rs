//! The record at the end of an archive, by which its directory is found.

use hubkit_types::ByteRange;

use super::END_MARK;
use crate::{
    Format, InspectError,
    findings::Findings,
    little_endian::{u16_at, u32_at, u64_at},
    view::{Step, View},
};

const RECORD: usize = 22;
const DIRECTORY_MARK: &[u8] = b"PK\x01\x02";
const LOCATOR_MARK: &[u8] = b"PK\x06\x07";
const LOCATOR: u64 = 20;
const ZIP64_MARK: &[u8] = b"PK\x06\x06";
const ZIP64_RECORD: u64 = 56;

/// The longest comment, and the records before it.
const TAIL: u64 = 65_535 + 22 + LOCATOR + ZIP64_RECORD;

/// So many records are looked at, where a comment holds further ones.
const MOST_RECORDS: usize = 8;

/// The largest directory that is read: 300,000 members with long names.
const MOST_DIRECTORY: u64 = 32 << 20;

/// So many bytes before the directory are read with it.
const BEFORE: u64 = 1024;

/// What the end of the archive says.
#[derive(Clone, Copy, Debug)]
pub(super) struct End {
    /// Where the directory is.
    pub(super) directory: ByteRange,
    /// How many members it has.
    pub(super) entries: u64,
    /// What is added to the places that the archive tells: the length of what was put before it.
    pub(super) shift: u64,
    /// Whether its two records say different things.
    rival: bool,
}

/// Whether a mark of it stands where it may.
pub(super) fn is_there(view: &View) -> Step<bool> {
    let tail = view.up_to(view.size().saturating_sub(TAIL), TAIL)?;
    Ok(tail
        .windows(END_MARK.len())
        .any(|window| window == END_MARK))
}

/// Finds the end of the archive. Of several records the last one that leads to a directory is believed.
pub(super) fn find(view: &View, findings: &mut Findings) -> Step<End> {
    let size = view.size();
    let tail_start = size.saturating_sub(TAIL);
    let tail = view.up_to(tail_start, TAIL)?;
    let records = tail
        .windows(RECORD)
        .enumerate()
        .rev()
        .filter(|(_, window)| window.starts_with(END_MARK))
        .take(MOST_RECORDS)
        .map(|(at, window)| (at, at + RECORD + usize::from(u16_at(window, 20))))
        .filter(|(_, end)| *end <= tail.len());
    // A record whose comment reaches the end of the file comes before one that something follows.
    let mut records: Vec<(usize, usize)> = records.collect();
    records.sort_by_key(|(_, end)| *end != tail.len());
    let mut found = None;
    for (at, end) in &records {
        let record = &tail[*at..*at + RECORD];
        if let Some(told) = directory(view, tail_start + *at as u64, record)? {
            found = Some((*at, *end, told));
            break;
        }
    }
    let Some((at, end, told)) = found else {
        return Err(InspectError::malformed(
            Format::Zip,
            "expected a record at the end of the archive that leads to its directory, found none",
        )
        .into());
    };
    let rivals = records
        .iter()
        .filter(|(other, other_end)| *other != at && (*other_end == tail.len() || *other > at));
    if rivals.count() > 0 || told.rival {
        findings.warning(
            "several-ends",
            "expected one record at the end of the archive, found another that some readers follow instead",
        );
    }
    if end < tail.len() {
        findings.fault(
            "trailing-data",
            format!(
                "expected the archive to end the file, found {} bytes behind it",
                tail.len() - end
            ),
        );
    }
    if told.directory.len() > MOST_DIRECTORY {
        return Err(InspectError::TooLarge {
            wanted: told.directory.len(),
            most: MOST_DIRECTORY,
        }
        .into());
    }
    if told.shift > 0 {
        findings.warning(
            "prefix",
            format!(
                "expected the archive to start the file, found {} bytes before it",
                told.shift
            ),
        );
    }
    Ok(told)
}

/// Where the record at this place leads to; `None` where there is no directory.
fn directory(view: &View, at: u64, record: &[u8]) -> Step<Option<End>> {
    let (mut behind, mut rival) = (at, false);
    let mut entries = u64::from(u16_at(record, 10));
    let mut length = u64::from(u32_at(record, 12));
    let mut offset = u64::from(u32_at(record, 16));
    // Some writers have the record with the large numbers always.
    if let Some(place) = zip64(view, at)? {
        let large = view.bytes(place, ZIP64_RECORD)?;
        behind = place;
        for (number, full, at) in [
            (&mut entries, 0xFFFF, 32),
            (&mut length, 0xFFFF_FFFF, 40),
            (&mut offset, 0xFFFF_FFFF, 48),
        ] {
            let told = u64_at(large, at);
            if *number != full && *number != told {
                rival = true;
            }
            *number = told;
        }
    }
    // The directory stands right before the records. Where it is told to stand elsewhere, all places are off by as much.
    let Some(expected) = behind.checked_sub(length) else {
        return Ok(None);
    };
    let Some(shift) = expected.checked_sub(offset) else {
        return Ok(None);
    };
    let marked = if length <= MOST_DIRECTORY {
        // With what stands before it: small members often come last.
        let start = expected.saturating_sub(BEFORE);
        let bytes = view.bytes(start, expected - start + length)?;
        let before = usize::try_from(expected - start).unwrap_or(usize::MAX);
        bytes
            .get(before..)
            .is_some_and(|bytes| bytes.starts_with(DIRECTORY_MARK))
    } else {
        view.bytes(expected, 4)? == DIRECTORY_MARK
    };
    let told = End {
        directory: ByteRange::new(expected, behind).unwrap_or(ByteRange::whole(0)),
        entries,
        shift,
        rival,
    };
    Ok((marked || (length == 0 && entries == 0)).then_some(told))
}

/// Where the record with the large numbers is.
fn zip64(view: &View, at: u64) -> Step<Option<u64>> {
    let Some(locator) = at.checked_sub(LOCATOR) else {
        return Ok(None);
    };
    let bytes = view.bytes(locator, LOCATOR)?;
    if !bytes.starts_with(LOCATOR_MARK) {
        return Ok(None);
    }
    // Right before what locates it, unless it has fields of its own; what is told is off in a file with a prefix.
    for place in [locator.checked_sub(ZIP64_RECORD), Some(u64_at(bytes, 8))] {
        let place = place.filter(|place| place.saturating_add(ZIP64_RECORD) <= locator);
        if let Some(place) = place
            && view.bytes(place, ZIP64_RECORD)?.starts_with(ZIP64_MARK)
        {
            return Ok(Some(place));
        }
    }
    Ok(None)
}
