//! The names of a header's tensors, to find one and to see whether two are the same.

use std::ops::Range;

use crate::table::Table;

/// The tensors of a table in the order of a hash of their names, and where two hashes are the same, of the names.
///
/// Comparing hashes first is several times faster than comparing names that begin alike, as those of a model do. Names
/// chosen to have the same hash only make it as slow as it would be without.
#[derive(Clone, Default)]
pub(crate) struct Names(Vec<u64>);

/// A hash and the index of a tensor, so that sorting compares whole numbers.
fn packed(name: &str, index: u32) -> u64 {
    u64::from(hash(name)) << 32 | u64::from(index)
}

fn hash_of(packed: u64) -> u64 {
    packed >> 32
}

fn index_of(packed: u64) -> u32 {
    u32::try_from(packed & u64::from(u32::MAX)).expect("the lower half")
}

impl Names {
    /// Orders the names of a table. Returns beside it the first tensor, in the table's order, of each name that is there
    /// more than once.
    pub(crate) fn of(table: &Table) -> (Self, Vec<u32>) {
        let mut packed: Vec<u64> = (0..)
            .zip(table.iter())
            .map(|(index, tensor)| packed(tensor.name(), index))
            .collect();
        packed.sort_unstable();
        let mut duplicates = Vec::new();
        for alike in packed.chunk_by_mut(|one, other| hash_of(*one) == hash_of(*other)) {
            if alike.len() == 1 {
                continue;
            }
            let name = |packed: u64| table.get(index_of(packed)).name();
            alike.sort_by(|one, other| name(*one).cmp(name(*other)));
            duplicates.extend(
                alike
                    .chunk_by(|one, other| name(*one) == name(*other))
                    .filter(|same| same.len() > 1)
                    .map(|same| index_of(same[0])),
            );
        }
        duplicates.sort_unstable();
        (Self(packed), duplicates)
    }

    pub(crate) fn find(&self, table: &Table, name: &str) -> Option<u32> {
        let alike = &self.0[self.alike(u64::from(hash(name)))];
        alike
            .binary_search_by(|packed| table.get(index_of(*packed)).name().cmp(name))
            .ok()
            .map(|found| index_of(alike[found]))
    }

    fn alike(&self, hash: u64) -> Range<usize> {
        let start = self.0.partition_point(|packed| hash_of(*packed) < hash);
        let length = self.0[start..].partition_point(|packed| hash_of(*packed) == hash);
        start..start + length
    }
}

fn hash(name: &str) -> u32 {
    const FACTOR: u64 = 0x9e37_79b9_7f4a_7c15;
    let (words, rest) = name.as_bytes().as_chunks::<8>();
    let mut last = [0; 8];
    last[..rest.len()].copy_from_slice(rest);
    let mut hash = name.len() as u64;
    for word in words.iter().chain([&last]) {
        hash = (hash ^ u64::from_le_bytes(*word)).wrapping_mul(FACTOR);
        hash ^= hash >> 32;
    }
    u32::try_from(hash.wrapping_mul(FACTOR) >> 32).expect("the upper half")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Dtype, table::Entry};
    use hubkit_types::ByteRange;

    fn table(names: &[String]) -> Table {
        let mut table = Table::default();
        for name in names {
            let start = u32::try_from(table.names.len()).expect("short");
            table.names.push_str(name);
            let end = u32::try_from(table.names.len()).expect("short");
            table.entries.push(Entry {
                name: (start, end),
                shape: (0, 0),
                dtype: Dtype::U8,
                data: ByteRange::whole(1),
            });
        }
        table
    }

    #[test]
    fn every_name_is_found_also_where_hashes_are_the_same() {
        // Of a hundred thousand names, some have the same hash of 32 bits.
        let names: Vec<String> = (0..100_000)
            .map(|number| format!("layer.{number}"))
            .collect();
        let mut hashes: Vec<u32> = names.iter().map(|name| hash(name)).collect();
        hashes.sort_unstable();
        assert!(hashes.windows(2).any(|pair| pair[0] == pair[1]));
        let table = table(&names);
        let (order, duplicates) = Names::of(&table);
        assert!(duplicates.is_empty());
        for (index, name) in (0..).zip(&names) {
            assert_eq!(order.find(&table, name), Some(index));
        }
        assert_eq!(order.find(&table, "layer.100000"), None);
    }

    #[test]
    fn a_name_that_is_there_again_is_told_once() {
        let names = ["b", "a", "b", "c", "a", "b", ""].map(str::to_owned);
        let table = table(&names);
        assert_eq!(Names::of(&table).1, [0, 1]);
    }
}
