//! The `Range` header, read by a server (RFC 9110, section 14).

use hubkit_types::ByteRange;

/// A range that a request asks for, before the size of the file is known.
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
enum Selection {
    Whole,
    Part(ByteRange),
    Unsatisfiable,
}

/// What all ranges of a request come to: at least one part, if any.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) enum Selections {
    Whole,
    Parts(Vec<ByteRange>),
    Unsatisfiable,
}

impl RangeSpec {
    /// How many ranges one request may ask for. To send the whole file to whoever asks for more is lawful, and costs less
    /// than many small pieces with a head each.
    const MOST: usize = 16;

    /// Reads the header's value. Empty when it is to be ignored: malformed, of another unit, or of too many ranges.
    pub fn parse(value: &str) -> Vec<Self> {
        let set = value.trim().split_once('=').and_then(|(unit, set)| {
            let in_bytes = unit.eq_ignore_ascii_case("bytes");
            in_bytes.then_some(set)
        });
        let ranges = set.into_iter().flat_map(|set| set.split(','));
        // One more than may be, to see that there are too many, and no more of a long header than that.
        let ranges = ranges.take(Self::MOST + 1).map(Self::parse_one);
        let ranges: Option<Vec<Self>> = ranges.collect();
        ranges
            .filter(|ranges| ranges.len() <= Self::MOST)
            .unwrap_or_default()
    }

    fn parse_one(text: &str) -> Option<Self> {
        let (first, last) = text.trim().split_once('-')?;
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

    /// What several ranges come to: those that the file has, in the order in which they were asked for. Ranges that overlap
    /// are asked for by nobody who means well, and answered with the whole file.
    pub(super) fn select_all(specs: &[Self], size: u64) -> Selections {
        let mut parts = Vec::with_capacity(specs.len());
        for spec in specs {
            match spec.select(size) {
                Selection::Whole => return Selections::Whole,
                Selection::Part(range) => parts.push(range),
                Selection::Unsatisfiable => {}
            }
        }
        if parts.is_empty() {
            return Selections::Unsatisfiable;
        }
        let mut sorted = parts.clone();
        sorted.sort_unstable_by_key(|part| part.start());
        if sorted
            .windows(2)
            .any(|pair| pair[1].start() < pair[0].end())
        {
            return Selections::Whole;
        }
        Selections::Parts(parts)
    }

    fn select(self, size: u64) -> Selection {
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
        Parts(Vec<(u64, u64)>),
        Unsatisfiable,
    }

    fn answer(value: &str, size: u64) -> Answer {
        let specs = RangeSpec::parse(value);
        if specs.is_empty() {
            return Answer::Whole;
        }
        match RangeSpec::select_all(&specs, size) {
            Selections::Whole => Answer::Whole,
            Selections::Parts(parts) => match parts.as_slice() {
                [range] => Answer::Part(range.start(), range.end()),
                parts => {
                    let ends = parts.iter().map(|part| (part.start(), part.end()));
                    Answer::Parts(ends.collect())
                }
            },
            Selections::Unsatisfiable => Answer::Unsatisfiable,
        }
    }

    #[test]
    fn every_form_of_the_header_has_its_answer() {
        use Answer::{Part, Parts, Unsatisfiable, Whole};
        let apart = |count: u64| {
            let ranges: Vec<String> = (0..count).map(|at| format!("{0}-{0}", 2 * at)).collect();
            format!("bytes={}", ranges.join(","))
        };
        let (most, many) = (apart(16), apart(17));
        let all: Vec<(u64, u64)> = (0..16).map(|at| (2 * at, 2 * at + 1)).collect();
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
            ("bytes=0-0,5-5", 10, Parts(vec![(0, 1), (5, 6)])),
            ("bytes=-1, 0-0", 10, Parts(vec![(9, 10), (0, 1)])),
            ("bytes=0-4,5-9", 10, Parts(vec![(0, 5), (5, 10)])),
            ("bytes=0-0,90-", 10, Part(0, 1)),
            ("bytes=10-,90-", 10, Unsatisfiable),
            ("bytes=0-5,3-9", 10, Whole),
            ("bytes=3-9,0-5", 10, Whole),
            ("bytes=0-0,0-0", 10, Whole),
            ("bytes=0-0,", 10, Whole),
            ("bytes=0-0,x", 10, Whole),
            ("bytes=-5,-3", 0, Whole),
            (&most, 100, Parts(all)),
            (&many, 100, Whole),
        ];
        for (value, size, wanted) in table {
            assert_eq!(answer(value, size), wanted, "{value} of {size}");
        }
    }

    proptest! {
        #[test]
        fn a_part_always_lies_in_the_file(value in "(bytes=)?[0-9,-]{0,44}", size in any::<u64>()) {
            let parts = match answer(&value, size) {
                Answer::Part(start, end) => vec![(start, end)],
                Answer::Parts(parts) => parts,
                Answer::Whole | Answer::Unsatisfiable => Vec::new(),
            };
            for (start, end) in parts {
                prop_assert!(start < end && end <= size);
            }
        }
    }
}
