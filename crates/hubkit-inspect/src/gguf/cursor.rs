//! Reading from front to back, of bytes that come in growing windows.

use super::{MARK, malformed};
use crate::{
    InspectError,
    format::FIRST,
    view::{Step, View},
};

/// The longest description of a model, in bytes: all that stands before the tensors.
pub(super) const LONGEST: u64 = 50_000_000;

/// The most that is asked for at once when nobody knows how much is needed: so many bytes of weights may be read in vain.
const WIDEST: u64 = 4 << 20;

/// The longest text, in bytes.
const LONGEST_TEXT: u64 = 10_000_000;

/// The order of the bytes in numbers.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Order {
    Little,
    Big,
}

/// A place in the description, and how what stands there is to be read.
pub(super) struct Cursor<'view> {
    view: &'view View,
    position: u64,
    /// What is here from the position on.
    here: &'view [u8],
    /// Up to where bytes are needed for certain.
    certain: u64,
    version: u32,
    order: Order,
}

impl<'view> Cursor<'view> {
    /// Reads the mark and the version.
    pub(super) fn open(view: &'view View) -> Step<Self> {
        let mut cursor = Self {
            view,
            position: MARK.len() as u64,
            here: &[],
            certain: 0,
            version: 0,
            order: Order::Little,
        };
        let version = cursor.number()?;
        (cursor.version, cursor.order) =
            match (u32::from_le_bytes(version), u32::from_be_bytes(version)) {
                (version @ 1..=3, _) => (version, Order::Little),
                (_, version @ 1..=3) => (version, Order::Big),
                (version, _) => {
                    return Err(malformed(format!(
                        "expected version 1, 2 or 3, found {version}"
                    )));
                }
            };
        Ok(cursor)
    }

    /// The version and the order, as they are told.
    pub(super) fn variant(&self) -> String {
        match self.order {
            Order::Little => format!("v{}", self.version),
            Order::Big => format!("v{}, big-endian", self.version),
        }
    }

    /// How many bytes stand before what comes next.
    pub(super) fn position(&self) -> u64 {
        self.position
    }

    /// Says that so many bytes follow for certain.
    ///
    /// # Errors
    ///
    /// When they are more than the file has, or than are read.
    pub(super) fn expect(&mut self, bytes: u64, most: u64) -> Step<()> {
        let end = self.position.saturating_add(bytes);
        if end > self.view.size() {
            let found = self.view.size();
            return Err(InspectError::Truncated {
                expected: end,
                found,
            }
            .into());
        }
        if end > most {
            return Err(InspectError::TooLarge { wanted: end, most }.into());
        }
        self.certain = end;
        Ok(())
    }

    /// Reads so many bytes.
    pub(super) fn take(&mut self, length: u64) -> Step<&'view [u8]> {
        let enough = |here: &'view [u8]| {
            let length = usize::try_from(length).ok()?;
            here.split_at_checked(length)
        };
        if let Some((taken, rest)) = enough(self.here) {
            (self.position, self.here) = (self.position + length, rest);
            return Ok(taken);
        }
        if self.position.saturating_add(length) > LONGEST {
            let wanted = self.position.saturating_add(length);
            return Err(InspectError::TooLarge {
                wanted,
                most: LONGEST,
            }
            .into());
        }
        let window = self.view.held().saturating_mul(2).clamp(FIRST, WIDEST);
        let certain = self.certain.saturating_sub(self.position);
        let taken = self
            .view
            .bytes_ahead(self.position, length, window.max(certain))?;
        self.position += length;
        self.here = self.view.part_at(self.position);
        Ok(taken)
    }

    /// Passes over so many bytes, whether they are here or not.
    pub(super) fn skip(&mut self, length: u64) -> Step<()> {
        let certain = self.certain;
        self.expect(length, LONGEST)?;
        self.certain = certain;
        self.position += length;
        let rest = usize::try_from(length)
            .ok()
            .and_then(|length| self.here.get(length..));
        self.here = rest.unwrap_or_default();
        Ok(())
    }

    fn number<const BYTES: usize>(&mut self) -> Step<[u8; BYTES]> {
        let bytes = self.take(BYTES as u64)?;
        Ok(bytes.try_into().expect("as many as were asked for"))
    }

    /// The bytes of a number, the least significant one first.
    pub(super) fn little<const BYTES: usize>(&mut self) -> Step<[u8; BYTES]> {
        let mut bytes = self.number()?;
        if self.order == Order::Big {
            bytes.reverse();
        }
        Ok(bytes)
    }

    pub(super) fn u32(&mut self) -> Step<u32> {
        self.little().map(u32::from_le_bytes)
    }

    pub(super) fn u64(&mut self) -> Step<u64> {
        self.little().map(u64::from_le_bytes)
    }

    /// The length of something: version 1 has shorter ones.
    pub(super) fn length(&mut self) -> Step<u64> {
        if self.version == 1 {
            self.u32().map(u64::from)
        } else {
            self.u64()
        }
    }

    /// The length of a text, which follows.
    pub(super) fn text_length(&mut self) -> Step<u64> {
        let length = self.length()?;
        if length > LONGEST_TEXT {
            return Err(malformed(format!(
                "expected a text of at most {LONGEST_TEXT} bytes, found one of {length}"
            )));
        }
        Ok(length)
    }

    /// A text, in whatever encoding.
    pub(super) fn text(&mut self) -> Step<&'view [u8]> {
        let length = self.text_length()?;
        self.take(length)
    }

    /// The fewest bytes that a length takes.
    pub(super) fn shortest_length(&self) -> u64 {
        if self.version == 1 { 4 } else { 8 }
    }
}
