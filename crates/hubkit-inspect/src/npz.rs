//! Arrays of NumPy in a zip archive: each member is a `.npy` file, of which the header is read.
//!
//! Source: `numpy.savez` and `numpy.lib.format` in the reference of NumPy.

use hubkit_types::{ByteRange, shown};

use crate::{
    Finding, Format, Inspection, Place,
    findings::Findings,
    numpy::{HeaderFault, header},
    view::{Step, View},
    zip::{Archive, Entry},
};

const ENDING: &str = ".npy";

/// How much of a member is read first. Nearly all headers fit.
const FIRST: u64 = 256;

/// The longest header that is read.
const MOST_HEADER: u64 = 1 << 20;

/// So many headers are read. Each may take a request, after which the directory is gone through again.
const MOST_HEADERS: usize = 1_000;
const MOST_WORK: usize = 4_000_000;

/// Whether all members are arrays.
pub(crate) fn recognised(archive: &Archive) -> bool {
    let mut names = archive.entries.iter().map(|entry| &entry.name);
    !archive.entries.is_empty() && names.all(|name| name.ends_with(ENDING))
}

/// Inspects the arrays.
pub(crate) fn inspect(view: &View, archive: &Archive, findings: &mut Findings) -> Step<Inspection> {
    let mut inspection = Inspection::new(Format::Npz);
    let most = MOST_HEADERS.min(MOST_WORK / archive.entries.len().max(1));
    for entry in archive.entries.iter().take(most) {
        array(view, archive, entry, &mut inspection, findings)?;
    }
    if let Some(more) = archive.entries.len().checked_sub(most + 1) {
        let message = format!(
            "{} more arrays are there than are looked at: not fully analysed",
            more + 1
        );
        findings.warning("not-analysed", message);
    }
    Ok(inspection)
}

fn array(
    view: &View,
    archive: &Archive,
    entry: &Entry,
    inspection: &mut Inspection,
    findings: &mut Findings,
) -> Step<()> {
    let name = shown(&entry.name, 100);
    let mut length = FIRST;
    let header = loop {
        let start = match archive.read(view, entry, length)? {
            Ok(start) => start,
            Err(message) => {
                findings.warning("not-analysed", format!("{message}: not analysed"));
                return Ok(());
            }
        };
        match header(&start) {
            Ok(header) => break header,
            Err(HeaderFault::Short { expected })
                if expected > length && expected <= MOST_HEADER.min(entry.size) =>
            {
                length = expected;
            }
            Err(HeaderFault::Short { expected }) => {
                let message = format!(
                    "expected a header of {expected} bytes in `{name}`, found {} bytes",
                    entry.size
                );
                findings.fault("cut-off", message);
                return Ok(());
            }
            Err(HeaderFault::Malformed(message)) => {
                findings.fault("header", format!("`{name}`: {message}"));
                return Ok(());
            }
        }
    };
    for Finding {
        severity,
        code,
        message,
    } in header.findings(entry.size.saturating_sub(header.length))
    {
        findings.add(severity, code, || format!("`{name}`: {message}"));
    }
    let end = header
        .bytes()
        .and_then(|bytes| header.length.checked_add(bytes));
    let place = Place::Member {
        name: entry.name.clone(),
        range: end.and_then(|end| ByteRange::new(header.length, end)),
    };
    let name = entry.name.strip_suffix(ENDING).unwrap_or(&entry.name);
    inspection
        .tensors
        .push(header.tensor(name.to_owned(), place));
    Ok(())
}
