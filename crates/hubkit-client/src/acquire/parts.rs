//! Which part of a file is asked for next.

use std::collections::VecDeque;

use hubkit_types::ByteRange;

/// What is missing of a file and not asked for yet.
#[derive(Debug)]
pub(crate) struct Parts {
    gaps: VecDeque<ByteRange>,
    left: u64,
}

/// The shortest and the longest part: one request each must be worth its round trip, and the last ones should end together.
const SHORTEST: u64 = 2 << 20;
const LONGEST: u64 = 64 << 20;

impl Parts {
    /// All of these, in order.
    pub(crate) fn new(gaps: Vec<ByteRange>) -> Self {
        let left = gaps.iter().map(|gap| gap.len()).sum();
        Self {
            gaps: gaps.into(),
            left,
        }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.gaps.is_empty()
    }

    /// The next part, for one of so many requests: a fair share of what is left, so that parts grow shorter towards the end.
    pub(crate) fn next(&mut self, requests: usize) -> Option<ByteRange> {
        let gap = self.gaps.pop_front()?;
        let share = self.left / (requests.max(1) as u64 * 2);
        let length = share.clamp(SHORTEST, LONGEST);
        // What would be left over is too short for a request of its own.
        let end = if gap.len() < length + SHORTEST {
            gap.end()
        } else {
            gap.start() + length
        };
        if let Some(rest) = ByteRange::new(end, gap.end()).filter(|rest| !rest.is_empty()) {
            self.gaps.push_front(rest);
        }
        let part = ByteRange::new(gap.start(), end)?;
        self.left -= part.len();
        Some(part)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn range(start: u64, end: u64) -> ByteRange {
        ByteRange::new(start, end).expect("forwards")
    }

    #[test]
    fn parts_cover_what_is_missing_once_and_in_order() {
        let gaps = [
            range(3, 10),
            range(20 << 20, 900 << 20),
            range(901 << 20, (901 << 20) + 1),
        ];
        let mut parts = Parts::new(gaps.to_vec());
        let mut asked = Vec::new();
        while let Some(part) = parts.next(8) {
            assert!(part.len() <= LONGEST + SHORTEST);
            asked.push(part);
        }
        assert!(parts.is_empty() && parts.left == 0);
        let mut joined: Vec<ByteRange> = Vec::new();
        for part in &asked {
            match joined.last_mut() {
                Some(last) if last.end() == part.start() => *last = range(last.start(), part.end()),
                _ => joined.push(*part),
            }
        }
        assert_eq!(joined, gaps);
        let lengths: Vec<u64> = asked[1..asked.len() - 2]
            .iter()
            .map(|part| part.len())
            .collect();
        assert!(
            lengths.windows(2).all(|pair| pair[0] >= pair[1]),
            "{lengths:?}"
        );
    }

    #[test]
    fn a_file_for_one_request_is_asked_for_in_long_parts() {
        let mut parts = Parts::new(vec![range(0, 3 << 20)]);
        assert_eq!(parts.next(1), Some(range(0, 3 << 20)));
        assert_eq!(parts.next(1), None);
    }
}
