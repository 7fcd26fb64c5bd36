//! The whole directory, and what it alone tells of its members.

use super::{Archive, Entry, directory, end};
use crate::{
    Format, InspectError,
    findings::Findings,
    view::{Step, View},
};

/// The most members of an archive.
const MOST_ENTRIES: usize = 300_000;

/// Reads the directory.
pub(super) fn open(view: &View) -> Step<Archive> {
    let mut findings = Findings::default();
    let end = end::find(view, &mut findings)?;
    let bytes = view.bytes(end.directory.start(), end.directory.len())?;
    let mut entries = Vec::new();
    let mut rest = bytes;
    while !rest.is_empty() {
        let (entry, behind) = directory::entry(rest, &mut findings)?;
        rest = behind;
        entries.push(entry);
        if entries.len() > MOST_ENTRIES {
            return Err(InspectError::malformed(
                Format::Zip,
                format!("expected at most {MOST_ENTRIES} members, found more"),
            )
            .into());
        }
    }
    if entries.len() as u64 != end.entries {
        findings.fault(
            "count",
            format!(
                "expected {} members as the end of the archive says, found {} in its directory",
                end.entries,
                entries.len()
            ),
        );
    }
    place(
        &mut entries,
        end.shift,
        end.directory.start(),
        &mut findings,
    );
    Ok(Archive {
        entries,
        directory: end.directory,
        findings,
    })
}

/// Finds where each member may reach to, and those that reach into the next one.
fn place(entries: &mut [Entry], shift: u64, directory: u64, findings: &mut Findings) {
    let mut order: Vec<usize> = (0..entries.len()).collect();
    for entry in entries.iter_mut() {
        entry.header = entry.header.saturating_add(shift);
    }
    order.sort_by_key(|index| entries[*index].header);
    if let Some(first) = order.first().map(|index| entries[*index].header)
        && first > shift
    {
        findings.warning(
            "prefix",
            format!(
                "expected the first member at the start of the archive, found it {} bytes behind",
                first - shift
            ),
        );
    }
    let mut next = directory;
    for index in order.into_iter().rev() {
        let entry = &mut entries[index];
        entry.limit = next;
        let least = entry.name.len() as u64 + directory::LOCAL_HEADER;
        let end = entry
            .header
            .saturating_add(least)
            .saturating_add(entry.packed);
        if entry.header >= directory {
            findings.fault(
                "out-of-bounds",
                format!(
                    "expected the member {} before the directory at {directory}, found {}",
                    entry.shown(),
                    entry.header
                ),
            );
        } else if end > next {
            findings.fault(
                "overlap",
                format!(
                    "expected the member {} to end at {next} or before, found {end}",
                    entry.shown()
                ),
            );
        }
        next = next.min(entry.header);
    }
}
