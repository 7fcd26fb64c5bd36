//! Zip archives, of which the directory is read and the members that tell something.
//!
//! Source: PKWARE's APPNOTE.TXT 6.3.10, sections 4.3 (layout), 4.4 (fields) and 4.5.3 (zip64). Where readers are known to
//! differ about an archive, that is a finding. Nothing is ever unpacked to a place that the archive names.

mod check;
mod directory;
mod end;
mod local;
pub(crate) mod members;
mod names;
mod open;

use hubkit_types::ByteRange;

pub(crate) use local::Content;

use crate::{
    Format, Inspection, Member,
    findings::Findings,
    keras, npz, torch,
    view::{Step, View},
};

/// What every zip archive that starts with a member starts with, or one without members.
const LOCAL_MARK: &[u8] = b"PK\x03\x04";
const END_MARK: &[u8] = b"PK\x05\x06";

/// Whether a file that starts so is to be read as a zip archive.
pub(crate) fn recognised(start: &[u8]) -> bool {
    start.starts_with(LOCAL_MARK) || start.starts_with(END_MARK)
}

/// Whether there is what ends an archive, in a file that does not start as one.
pub(crate) fn has_end(view: &View) -> Step<bool> {
    end::is_there(view)
}

/// What the directory of an archive says.
#[derive(Debug)]
pub(crate) struct Archive {
    /// In the order of the directory.
    pub(crate) entries: Vec<Entry>,
    /// Where the directory is.
    directory: ByteRange,
    /// What the directory alone gives reason for.
    findings: Findings,
}

/// What the directory says of one member.
#[derive(Debug)]
pub(crate) struct Entry {
    /// The name. A stranger's text.
    pub(crate) name: String,
    /// The length of what is in it.
    pub(crate) size: u64,
    /// The length as packed.
    pub(crate) packed: u64,
    flags: u16,
    method: u16,
    checksum: u32,
    /// Where its own header starts in the file.
    header: u64,
    /// Up to where its header and content may reach: the next header, or the directory.
    limit: u64,
}

impl Archive {
    /// The first member of this name.
    pub(crate) fn find(&self, name: &str) -> Option<&Entry> {
        self.entries.iter().find(|entry| entry.name == name)
    }

    /// All members, as they are told.
    fn members(&self) -> Vec<Member> {
        let entries = self.entries.iter();
        entries
            .map(|entry| Member {
                name: entry.name.clone(),
                size: entry.size,
                packed: entry.packed,
            })
            .collect()
    }
}

/// Inspects an archive, of whatever kind its members make it.
pub(crate) fn inspect(view: &View) -> Step<Inspection> {
    let mut archive = open::open(view)?;
    let mut findings = std::mem::take(&mut archive.findings);
    let mut inspection = if torch::archive::recognised(&archive) {
        torch::archive::inspect(view, &archive, &mut findings)?
    } else if keras::recognised(&archive) {
        keras::inspect(view, &archive, &mut findings)?
    } else if npz::recognised(&archive) {
        npz::inspect(view, &archive, &mut findings)?
    } else {
        members::pickles(view, &archive, &mut findings)?;
        Inspection::new(Format::Zip)
    };
    check::check(view, &archive, &mut findings);
    inspection.members = archive.members();
    inspection.findings = findings.finish();
    Ok(inspection)
}
