//! A member's own header and its content.

use std::borrow::Cow;

use flate2::{Crc, Decompress, FlushDecompress, Status};

use super::{Archive, Entry, LOCAL_MARK, directory::LOCAL_HEADER};
use crate::{
    little_endian::{u16_at, u32_at},
    view::{Step, View},
};

/// Room for the fields that writers put between the header and the content, to align it.
const EXTRA_AHEAD: u64 = 512;

/// So many bytes behind a member are brought with it: small members often stand together.
const BEHIND: u64 = 1024;

/// What a member's own header says.
#[derive(Debug)]
pub(super) struct Local<'view> {
    pub(super) name: &'view [u8],
    pub(super) flags: u16,
    pub(super) method: u16,
    pub(super) checksum: u32,
    pub(super) packed: u32,
    pub(super) size: u32,
    /// Where the content starts.
    pub(super) content: u64,
}

/// A content, or why there is none.
pub(crate) type Content<'view> = Result<Cow<'view, [u8]>, String>;

impl Archive {
    /// The first bytes of what is in a member, at most so many; fewer where it ends before.
    ///
    /// Neither the flags nor the checksum are believed: there are readers that look at neither. What is wrong with a member
    /// that is here is found when the whole archive is checked.
    pub(crate) fn read<'view>(
        &self,
        view: &'view View,
        entry: &Entry,
        most: u64,
    ) -> Step<Content<'view>> {
        let wanted = entry.size.min(most);
        // Packed bytes are seldom more than what they were packed from.
        let packed = entry.packed.min(wanted.saturating_add(1024));
        let ahead = LOCAL_HEADER + entry.name.len() as u64 + EXTRA_AHEAD + packed;
        let end = entry.limit.min(entry.header.saturating_add(ahead));
        if end.saturating_sub(entry.header) < LOCAL_HEADER {
            return Ok(Err(format!(
                "{} lies outside of the archive",
                entry.shown()
            )));
        }
        let here = view.bytes(entry.header, end - entry.header)?;
        let Some(fields) = header_length(here) else {
            return Ok(Err(format!("{} has no header of its own", entry.shown())));
        };
        let content = entry.header + fields;
        if content.saturating_add(packed) > self.directory.start() {
            return Ok(Err(format!("{} reaches beyond the archive", entry.shown())));
        }
        let packed_bytes = view.bytes(content, packed)?;
        Ok(match entry.method {
            0 => Ok(Cow::Borrowed(front(packed_bytes, wanted))),
            8 => inflate(packed_bytes, wanted)
                .map(Cow::Owned)
                .ok_or_else(|| format!("{} does not unpack", entry.shown())),
            method => Err(format!("{} is packed by method {method}", entry.shown())),
        })
    }

    /// Brings a member whole, and what stands right behind it, in one request.
    pub(crate) fn bring(&self, view: &View, entry: &Entry) -> Step<()> {
        let end = entry
            .limit
            .saturating_add(BEHIND)
            .min(self.directory.start());
        view.bytes(entry.header, end.saturating_sub(entry.header))?;
        Ok(())
    }

    /// As [`read`](Self::read), of a member that has to be there whole.
    pub(crate) fn read_whole<'view>(
        &self,
        view: &'view View,
        entry: &Entry,
        most: u64,
    ) -> Step<Content<'view>> {
        if entry.size > most {
            let message = format!(
                "{} has {} bytes, expected at most {most}",
                entry.shown(),
                entry.size
            );
            return Ok(Err(message));
        }
        self.read(view, entry, most)
    }
}

/// The header of a member, where it is here.
pub(super) fn local<'view>(view: &'view View, entry: &Entry) -> Option<Local<'view>> {
    let here = view.part_at(entry.header);
    let content = header_length(here)?;
    let name_end = usize::from(u16_at(here, 26)) + 30;
    Some(Local {
        name: here.get(30..name_end)?,
        flags: u16_at(here, 6),
        method: u16_at(here, 8),
        checksum: u32_at(here, 14),
        packed: u32_at(here, 18),
        size: u32_at(here, 22),
        content: entry.header + content,
    })
}

/// The length of a member's header with all its fields; `None` where there is none.
fn header_length(here: &[u8]) -> Option<u64> {
    let whole = here.len() as u64 >= LOCAL_HEADER && here.starts_with(LOCAL_MARK);
    whole.then(|| LOCAL_HEADER + u64::from(u16_at(here, 26)) + u64::from(u16_at(here, 28)))
}

fn front(bytes: &[u8], most: u64) -> &[u8] {
    let most = usize::try_from(most).unwrap_or(usize::MAX);
    &bytes[..bytes.len().min(most)]
}

/// Unpacks at most so many bytes; `None` where there is nothing to unpack.
fn inflate(packed: &[u8], most: u64) -> Option<Vec<u8>> {
    let mut unpacked = Vec::new();
    let sound = inflate_into(packed, most, |bytes| unpacked.extend_from_slice(bytes));
    (sound.is_some() || !unpacked.is_empty() || most == 0).then_some(unpacked)
}

/// What there is when all is unpacked.
#[derive(Debug)]
pub(super) struct Unpacked {
    pub(super) size: u64,
    pub(super) checksum: u32,
}

/// Unpacks up to so many bytes and one more, and keeps none; `None` where they can't be.
pub(super) fn unpack(packed: &[u8], method: u16, most: u64) -> Option<Unpacked> {
    let mut checksum = Crc::new();
    if method == 0 {
        checksum.update(front(packed, most));
    } else {
        inflate_into(packed, most.saturating_add(1), |bytes| {
            checksum.update(bytes);
        })?;
    }
    Some(Unpacked {
        size: if method == 0 {
            packed.len() as u64
        } else {
            u64::from(checksum.amount())
        },
        checksum: checksum.sum(),
    })
}

/// Unpacks at most so many bytes, piece by piece; `None` where what is packed is broken or ends too early.
fn inflate_into(packed: &[u8], most: u64, mut take: impl FnMut(&[u8])) -> Option<()> {
    let mut stream = Decompress::new(false);
    let mut rest = most;
    let mut buffer = vec![0; usize::try_from(most).unwrap_or(usize::MAX).min(32 * 1024)];
    loop {
        let room = usize::try_from(rest)
            .unwrap_or(usize::MAX)
            .min(buffer.len());
        let (input, output) = (stream.total_in(), stream.total_out());
        let from = packed.get(usize::try_from(input).ok()?..)?;
        let status = stream
            .decompress(from, &mut buffer[..room], FlushDecompress::None)
            .ok();
        let made = stream.total_out() - output;
        take(front(&buffer, made));
        rest -= made;
        match status? {
            Status::StreamEnd => return Some(()),
            _ if rest == 0 => return Some(()),
            _ if made == 0 && stream.total_in() == input => return None,
            _ => {}
        }
    }
}
