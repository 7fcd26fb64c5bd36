//! The tensors of a header, kept without an allocation for each.

use std::{fmt, iter::FusedIterator};

use hubkit_types::ByteRange;

use crate::Dtype;

/// All tensors of a header: names one behind the other, shapes likewise, and an entry of fixed size for each tensor.
#[derive(Clone, Default)]
pub(crate) struct Table {
    pub(crate) names: String,
    pub(crate) shapes: Vec<u64>,
    pub(crate) entries: Vec<Entry>,
}

/// A tensor, with its name and shape as places in the table. A header is far too short for any of them to need 64 bits.
#[derive(Clone, Copy)]
pub(crate) struct Entry {
    pub(crate) name: (u32, u32),
    pub(crate) shape: (u32, u16),
    pub(crate) dtype: Dtype,
    pub(crate) data: ByteRange,
}

impl Table {
    pub(crate) fn name(&self, (start, end): (u32, u32)) -> &str {
        &self.names[start as usize..end as usize]
    }

    pub(crate) fn get(&self, index: u32) -> TensorInfo<'_> {
        self.info(&self.entries[index as usize])
    }

    pub(crate) fn info(&self, entry: &Entry) -> TensorInfo<'_> {
        let (start, rank) = entry.shape;
        TensorInfo {
            name: self.name(entry.name),
            dtype: entry.dtype,
            shape: &self.shapes[start as usize..][..usize::from(rank)],
            data: entry.data,
        }
    }

    pub(crate) fn iter(&self) -> Tensors<'_> {
        Tensors {
            table: self,
            entries: self.entries.iter(),
        }
    }
}

/// One tensor of a file: what its header says of it.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct TensorInfo<'a> {
    name: &'a str,
    dtype: Dtype,
    shape: &'a [u64],
    data: ByteRange,
}

impl<'a> TensorInfo<'a> {
    /// The name. May be empty.
    pub fn name(&self) -> &'a str {
        self.name
    }

    /// The type of the elements.
    pub fn dtype(&self) -> Dtype {
        self.dtype
    }

    /// The length of each dimension; none for a scalar.
    pub fn shape(&self) -> &'a [u64] {
        self.shape
    }

    /// Where the data lies, counted from the first byte behind the header. See [`Header::file_range`](crate::Header::file_range).
    pub fn data(&self) -> ByteRange {
        self.data
    }

    /// How many elements. Of a tensor that a [`Survey`](crate::Survey) finds a fault with, it may be more than 64 bits
    /// hold, and then it is the largest number that they do.
    pub fn elements(&self) -> u64 {
        product(self.shape).unwrap_or(u64::MAX)
    }
}

/// How many elements a shape has; `None` where 64 bits do not hold the number.
pub(crate) fn product(shape: &[u64]) -> Option<u64> {
    shape
        .iter()
        .try_fold(1_u64, |product, length| product.checked_mul(*length))
}

/// The tensors of a header, in the order of their data.
#[derive(Clone)]
pub struct Tensors<'a> {
    table: &'a Table,
    entries: std::slice::Iter<'a, Entry>,
}

impl<'a> Iterator for Tensors<'a> {
    type Item = TensorInfo<'a>;

    fn next(&mut self) -> Option<Self::Item> {
        self.entries.next().map(|entry| self.table.info(entry))
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.entries.size_hint()
    }
}

impl DoubleEndedIterator for Tensors<'_> {
    fn next_back(&mut self) -> Option<Self::Item> {
        self.entries.next_back().map(|entry| self.table.info(entry))
    }
}

impl ExactSizeIterator for Tensors<'_> {}

impl FusedIterator for Tensors<'_> {}

impl fmt::Debug for Tensors<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.clone()).finish()
    }
}
