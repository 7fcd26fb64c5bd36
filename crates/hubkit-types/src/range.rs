//! Ranges of bytes.

use std::{error, fmt, ops::Range, str::FromStr};

use crate::hex::shown;

/// A run of bytes in a file: from `start` up to, and without, `end`. Never backwards; may be empty.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct ByteRange {
    start: u64,
    end: u64,
}

impl ByteRange {
    /// The bytes from `start` up to, and without, `end`; `None` when that runs backwards.
    pub fn new(start: u64, end: u64) -> Option<Self> {
        (start <= end).then_some(Self { start, end })
    }

    /// All bytes of a file of `size` bytes.
    pub fn whole(size: u64) -> Self {
        Self {
            start: 0,
            end: size,
        }
    }

    /// The offset of the first byte.
    pub fn start(self) -> u64 {
        self.start
    }

    /// The offset behind the last byte.
    pub fn end(self) -> u64 {
        self.end
    }

    /// How many bytes.
    pub fn len(self) -> u64 {
        self.end - self.start
    }

    /// Whether there is no byte in it.
    pub fn is_empty(self) -> bool {
        self.start == self.end
    }

    /// The same run as the standard library's range.
    pub fn as_range(self) -> Range<u64> {
        self.start..self.end
    }

    /// The part of this range that lies in a file of `size` bytes.
    pub fn within(self, size: u64) -> Self {
        Self {
            start: self.start.min(size),
            end: self.end.min(size),
        }
    }
}

impl FromStr for ByteRange {
    type Err = ParseByteRangeError;

    /// Reads `START-END` with the last byte included, as HTTP counts. An empty range has no such form.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let fault = || ParseByteRangeError(shown(text));
        let (first, last) = text.split_once('-').ok_or_else(fault)?;
        let number = |digits: &str| {
            let plain = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
            plain
                .then(|| digits.parse::<u64>().ok())
                .flatten()
                .ok_or_else(fault)
        };
        let end = number(last)?.checked_add(1).ok_or_else(fault)?;
        Self::new(number(first)?, end)
            .filter(|range| !range.is_empty())
            .ok_or_else(fault)
    }
}

impl fmt::Display for ByteRange {
    /// `START-END` with the last byte included, as HTTP counts.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.end.checked_sub(1) {
            Some(last) if !self.is_empty() => write!(f, "{}-{last}", self.start),
            _ => write!(f, "{}-(empty)", self.start),
        }
    }
}

/// The text is not a range such as `0-99`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ParseByteRangeError(String);

impl fmt::Display for ParseByteRangeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "`{}` is not a byte range: expected START-END with START at most END",
            self.0
        )
    }
}

impl error::Error for ParseByteRangeError {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_byte_is_included_in_text_and_excluded_in_numbers() {
        let range: ByteRange = "0-99".parse().expect("a range");
        assert_eq!((range.start(), range.end(), range.len()), (0, 100, 100));
        assert_eq!(range.to_string(), "0-99");
        for wrong in [
            "",
            "-",
            "5",
            "9-5",
            "-5",
            "5-",
            "+1-2",
            "0-18446744073709551615",
            "0-18446744073709551616",
        ] {
            assert!(wrong.parse::<ByteRange>().is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_range_is_cut_to_the_file() {
        let range = ByteRange::new(50, 500).expect("forwards");
        assert_eq!(range.within(100).as_range(), 50..100);
        assert!(range.within(10).is_empty());
        assert_eq!(ByteRange::new(2, 1), None);
    }
}
