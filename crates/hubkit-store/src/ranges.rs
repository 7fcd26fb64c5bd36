//! Which bytes of a file are here.

use hubkit_types::ByteRange;

/// A set of bytes, kept as sorted runs that neither touch nor overlap.
#[derive(Clone, Default, PartialEq, Eq, Debug)]
pub struct RangeSet(Vec<ByteRange>);

impl RangeSet {
    /// No bytes.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a run.
    pub fn insert(&mut self, range: ByteRange) {
        if range.is_empty() {
            return;
        }
        let first = self.0.partition_point(|held| held.end() < range.start());
        let behind = self.0.partition_point(|held| held.start() <= range.end());
        let touched = &self.0[first..behind];
        let start = touched
            .first()
            .map_or(range.start(), |held| held.start().min(range.start()));
        let end = touched
            .last()
            .map_or(range.end(), |held| held.end().max(range.end()));
        self.0.splice(first..behind, ByteRange::new(start, end));
    }

    /// The runs, in order.
    pub fn runs(&self) -> &[ByteRange] {
        &self.0
    }

    /// How many bytes are in it.
    pub fn len(&self) -> u64 {
        self.0.iter().map(|run| run.len()).sum()
    }

    /// Whether there is no byte in it.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether it is exactly the first `size` bytes.
    pub fn is_whole(&self, size: u64) -> bool {
        match self.0.as_slice() {
            [] => size == 0,
            [run] => *run == ByteRange::whole(size),
            _ => false,
        }
    }

    /// How many bytes from the start are in it without a gap.
    pub fn frontier(&self) -> u64 {
        let first = self.0.first().filter(|run| run.start() == 0);
        first.map_or(0, |run| run.end())
    }

    /// What is missing of a file of `size` bytes, in order.
    pub fn gaps(&self, size: u64) -> Vec<ByteRange> {
        let mut gaps = Vec::new();
        let mut frontier = 0;
        for run in &self.0 {
            gaps.extend(
                ByteRange::new(frontier, run.start().min(size)).filter(|gap| !gap.is_empty()),
            );
            frontier = run.end();
        }
        gaps.extend(ByteRange::new(frontier, size).filter(|gap| !gap.is_empty()));
        gaps
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn a_set_of_runs_is_a_set_of_bytes(pairs in prop::collection::vec((0_u64..60, 0_u64..12), 0..20)) {
            let mut set = RangeSet::new();
            let mut bytes = [false; 72];
            for (start, length) in pairs {
                set.insert(ByteRange::new(start, start + length).expect("forwards"));
                for byte in start..start + length {
                    bytes[usize::try_from(byte).expect("small")] = true;
                }
            }
            let held = |offset: u64| set.runs().iter().any(|run| run.as_range().contains(&offset));
            let missing = |offset: u64| set.gaps(72).iter().any(|gap| gap.as_range().contains(&offset));
            for (offset, &expected) in (0..).zip(&bytes) {
                prop_assert_eq!(held(offset), expected);
                prop_assert_eq!(missing(offset), !expected);
            }
            prop_assert!(set.runs().windows(2).all(|pair| pair[0].end() < pair[1].start()));
            prop_assert_eq!(set.len(), bytes.iter().filter(|&&byte| byte).count() as u64);
            prop_assert_eq!(set.is_whole(72), bytes.iter().all(|&byte| byte));
        }
    }
}
