//! The `Range` header, read by a server (RFC 9110, section 14).

use hubkit_types::ByteRange;

/// The one range that a request asks for, before the size of the file is known.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum RangeSpec {
    /// `first-last`, the last byte included; without a last one, up to the end.
    From {
        /// The first byte.
        first: u64,
        /// The last byte.
        last: Option<u64>,
    },
    /// `-length`: so many bytes at the end.
    Suffix {
        /// How many.
        length: u64,
    },
}

/// What a range comes to for a file of known size.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Selection {
    Whole,
    Part(ByteRange),
    Unsatisfiable,
}

impl RangeSpec {
    /// Reads the header's value. `None` when it is to be ignored: malformed, of another unit, or of more than one
    /// range, to which sending the whole file is a lawful answer.
    pub fn parse(value: &str) -> Option<Self> {
        let (unit, set) = value.trim().split_once('=')?;
        if !unit.eq_ignore_ascii_case("bytes") {
            return None;
        }
        let (first, last) = set.trim().split_once('-')?;
        match (first, last) {
            ("", length) => Some(Self::Suffix {
                length: read_number(length)?,
            }),
            (first, "") => Some(Self::From {
                first: read_number(first)?,
                last: None,
            }),
            (first, last) => {
                let (first, last) = (read_number(first)?, read_number(last)?);
                (first <= last).then_some(Self::From {
                    first,
                    last: Some(last),
                })
            }
        }
    }

    pub(super) fn select(self, size: u64) -> Selection {
        match self {
            Self::Suffix { length: 0 } => Selection::Unsatisfiable,
            // Satisfiable by the letter, but no `Content-Range` can say so.
            Self::Suffix { .. } if size == 0 => Selection::Whole,
            Self::Suffix { length } => part(size - length.min(size), size),
            Self::From { first, .. } if first >= size => Selection::Unsatisfiable,
            Self::From { first, last } => {
                let end = last.map_or(size, |last| last.saturating_add(1).min(size));
                part(first, end)
            }
        }
    }
}

fn part(start: u64, end: u64) -> Selection {
    ByteRange::new(start, end).map_or(Selection::Unsatisfiable, Selection::Part)
}

/// Digits only. A number that does not fit lies beyond the end of any file, and so does the largest that fits.
fn read_number(digits: &str) -> Option<u64> {
    let plain = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
    plain.then(|| digits.parse().unwrap_or(u64::MAX))
}

impl From<ByteRange> for RangeSpec {
    /// The form in which a client sends a range that is not empty.
    fn from(range: ByteRange) -> Self {
        Self::From {
            first: range.start(),
            last: Some(range.end().saturating_sub(1)),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[derive(PartialEq, Debug)]
    enum Answer {
        Whole,
        Part(u64, u64),
        Unsatisfiable,
    }

    fn answer(value: &str, size: u64) -> Answer {
        match RangeSpec::parse(value).map(|spec| spec.select(size)) {
            None | Some(Selection::Whole) => Answer::Whole,
            Some(Selection::Part(range)) => Answer::Part(range.start(), range.end()),
            Some(Selection::Unsatisfiable) => Answer::Unsatisfiable,
        }
    }

    #[test]
    fn every_form_of_the_header_has_its_answer() {
        use Answer::{Part, Unsatisfiable, Whole};
        let many = format!("bytes={}", ["0-0"; 1000].join(","));
        let table = [
            ("bytes=0-0", 10, Part(0, 1)),
            ("bytes=0-9", 10, Part(0, 10)),
            ("bytes=0-99", 10, Part(0, 10)),
            ("bytes=5-", 10, Part(5, 10)),
            ("bytes=9-9", 10, Part(9, 10)),
            ("bytes=-5", 10, Part(5, 10)),
            ("bytes=-50", 10, Part(0, 10)),
            (" Bytes= 0-0 ", 10, Part(0, 1)),
            ("bytes=10-", 10, Unsatisfiable),
            ("bytes=10-20", 10, Unsatisfiable),
            ("bytes=-0", 10, Unsatisfiable),
            ("bytes=0-", 0, Unsatisfiable),
            ("bytes=0-0", 0, Unsatisfiable),
            ("bytes=-0", 0, Unsatisfiable),
            ("bytes=-5", 0, Whole),
            ("bytes=0-18446744073709551615", 10, Part(0, 10)),
            ("bytes=0-18446744073709551616", 10, Part(0, 10)),
            ("bytes=18446744073709551616-", 10, Unsatisfiable),
            ("bytes=99999999999999999999999-", u64::MAX, Unsatisfiable),
            ("bytes=-99999999999999999999999", 10, Part(0, 10)),
            ("bytes=5-2", 10, Whole),
            ("bytes=", 10, Whole),
            ("bytes=-", 10, Whole),
            ("bytes=a-b", 10, Whole),
            ("bytes=+1-2", 10, Whole),
            ("bytes=0x0-1", 10, Whole),
            ("bytes=--5", 10, Whole),
            ("bytes=0-0-0", 10, Whole),
            ("bytes", 10, Whole),
            ("items=0-0", 10, Whole),
            ("", 10, Whole),
            ("bytes=0-0,5-5", 10, Whole),
            ("bytes=0-5,3-9", 10, Whole),
            (&many, 10, Whole),
        ];
        for (value, size, wanted) in table {
            assert_eq!(answer(value, size), wanted, "{value} of {size}");
        }
    }

    proptest! {
        #[test]
        fn a_part_always_lies_in_the_file(value in "(bytes=)?[0-9,-]{0,44}", size in any::<u64>()) {
            if let Answer::Part(start, end) = answer(&value, size) {
                prop_assert!(start < end && end <= size);
            }
        }
    }
}
