//! Where the bytes of a part of a tensor lie.

use std::{error, fmt};

use hubkit_types::ByteRange;

use crate::{
    Dtype, Header, ParseSliceError, Slice, TensorInfo, TensorQuery, error::shown, slice::Item,
    table::product,
};

/// A tensor of a file, or a part of one: its dtype, its shape, and where in the file its bytes are.
///
/// Says what to read and owns no file. Read what [`TensorSlice::reads`] lists, by whatever means, and give each to
/// [`TensorSlice::pick`], which hands on what belongs to the tensor; in the order of the list that is the tensor as it
/// lies in memory.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct TensorSlice {
    name: String,
    dtype: Dtype,
    shape: Vec<u64>,
    layout: Layout,
}

/// Blocks of the same length at regular distances, in bytes.
#[derive(Clone, PartialEq, Eq, Debug)]
struct Layout {
    /// Where the first block starts.
    start: u64,
    block: u64,
    /// How often what is within is repeated, the outermost first, and at which distance.
    repeats: Vec<Repeat>,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
struct Repeat {
    count: u64,
    distance: u64,
}

impl Header {
    /// Finds a tensor, or a part of one, and where its bytes are in the file.
    ///
    /// # Errors
    ///
    /// When there is no such tensor, or it has no such part.
    pub fn select(&self, query: &TensorQuery) -> Result<TensorSlice, SelectError> {
        for (name, slice) in query.candidates() {
            if let Some(tensor) = self.tensor(name) {
                return self.slice(tensor, &slice.map_err(SelectError::Parse)?);
            }
        }
        Err(SelectError::NotFound {
            name: query.as_str().to_owned(),
        })
    }

    /// Where the bytes of a part of one of this header's tensors are in the file.
    ///
    /// # Errors
    ///
    /// When the tensor has no such part, or its elements are smaller than a byte and the part does not fill whole bytes.
    pub fn slice(&self, tensor: TensorInfo<'_>, slice: &Slice) -> Result<TensorSlice, SelectError> {
        let dtype = tensor.dtype();
        let taken = resolve(tensor.shape(), slice)?;
        let kept = taken.iter().filter(|taken| taken.is_kept);
        let shape: Vec<u64> = kept.map(|taken| taken.count).collect();
        let start = self.file_range(tensor).start();
        Ok(TensorSlice {
            name: tensor.name().to_owned(),
            dtype,
            layout: lay_out(start, tensor.shape(), &taken, dtype)?,
            shape,
        })
    }
}

/// What is taken of a dimension.
struct Taken {
    first: u64,
    count: u64,
    /// Whether the dimension is one of the result.
    is_kept: bool,
}

fn resolve(shape: &[u64], slice: &Slice) -> Result<Vec<Taken>, SelectError> {
    let items = slice.items();
    let given = items.iter().filter(|item| **item != Item::Ellipsis).count();
    let Some(missing) = shape.len().checked_sub(given) else {
        let rank = shape.len();
        return Err(SelectError::TooManyIndexes { given, rank });
    };
    let all = Item::Range {
        start: None,
        stop: None,
    };
    let before = items.iter().position(|item| *item == Item::Ellipsis);
    let (head, tail) = match before {
        Some(place) => (&items[..place], &items[place + 1..]),
        None => (items, &[][..]),
    };
    let filled = std::iter::repeat_n(&all, missing);
    let items = head.iter().chain(filled).chain(tail);
    let taken = shape.iter().zip(items).enumerate();
    taken
        .map(|(dimension, (length, item))| take(dimension, *length, *item))
        .collect()
}

fn take(dimension: usize, length: u64, item: Item) -> Result<Taken, SelectError> {
    // Wide enough for every place counted from either end.
    let length = i128::from(length);
    let place = |index: i64| {
        let index = i128::from(index);
        if index < 0 { index + length } else { index }
    };
    let number = |place: i128| u64::try_from(place).expect("a place within the dimension");
    match item {
        Item::Index(index) => {
            let found = place(index);
            if (0..length).contains(&found) {
                let (first, count, is_kept) = (number(found), 1, false);
                Ok(Taken {
                    first,
                    count,
                    is_kept,
                })
            } else {
                let length = number(length);
                Err(SelectError::OutOfRange {
                    dimension,
                    index,
                    length,
                })
            }
        }
        Item::Range { start, stop } => {
            let start = start.map_or(0, place).clamp(0, length);
            let stop = stop.map_or(length, place).clamp(start, length);
            let (first, count, is_kept) = (number(start), number(stop - start), true);
            Ok(Taken {
                first,
                count,
                is_kept,
            })
        }
        Item::Ellipsis => unreachable!("it was replaced by ranges"),
    }
}

fn lay_out(
    start: u64,
    shape: &[u64],
    taken: &[Taken],
    dtype: Dtype,
) -> Result<Layout, SelectError> {
    let nothing = Layout {
        start,
        block: 0,
        repeats: Vec::new(),
    };
    if taken.iter().any(|taken| taken.count == 0) {
        return Ok(nothing);
    }
    // No length is zero here, so no product within is larger than that of all.
    product(shape)
        .and_then(|elements| elements.checked_mul(dtype.bits()))
        .ok_or(SelectError::Overflow)?;
    let (mut distance, mut first, mut block) = (dtype.bits(), 0, dtype.bits());
    let mut repeats: Vec<Repeat> = Vec::new();
    for (length, taken) in shape.iter().zip(taken).rev() {
        first += taken.first * distance;
        match repeats.last_mut() {
            _ if taken.count == 1 => {}
            None if distance == block => block *= taken.count,
            Some(inner) if distance == inner.count * inner.distance => inner.count *= taken.count,
            _ => repeats.push(Repeat {
                count: taken.count,
                distance,
            }),
        }
        distance *= length;
    }
    repeats.reverse();
    let distances = repeats.iter().map(|repeat| repeat.distance);
    if [first, block]
        .into_iter()
        .chain(distances)
        .any(|bits| !bits.is_multiple_of(8))
    {
        return Err(SelectError::Misaligned(dtype));
    }
    for repeat in &mut repeats {
        repeat.distance /= 8;
    }
    let start = start.checked_add(first / 8).ok_or(SelectError::Overflow)?;
    let layout = Layout {
        start,
        block: block / 8,
        repeats,
    };
    start
        .checked_add(layout.extent())
        .ok_or(SelectError::Overflow)?;
    Ok(layout)
}

impl TensorSlice {
    /// The most ranges that [`TensorSlice::reads`] lists for the sake of leaving bytes out, before those too long for one.
    const MOST_READS: u64 = 1000;

    /// The tensor's name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The type of the elements.
    pub fn dtype(&self) -> Dtype {
        self.dtype
    }

    /// The shape of the part: without the dimensions of which one place was taken.
    pub fn shape(&self) -> &[u64] {
        &self.shape
    }

    /// How many bytes the part has.
    pub fn len(&self) -> u64 {
        let repeats = self.layout.repeats.iter();
        repeats.fold(self.layout.block, |bytes, repeat| bytes * repeat.count)
    }

    /// Whether the part has no bytes.
    pub fn is_empty(&self) -> bool {
        self.layout.block == 0
    }

    /// Where the bytes of the part are in the file, in order; those that touch are one range. There may be millions, and
    /// none is held in memory.
    pub fn ranges(&self) -> impl Iterator<Item = ByteRange> {
        self.layout.blocks(0)
    }

    /// What to read of the file for it, in order.
    ///
    /// Ranges with at most `near` bytes between them are read as one, with what lies between: that is cheaper than to
    /// ask twice. Where there would be more than a thousand, they are joined whatever lies between. Then each is cut
    /// into reads of at most `longest` bytes.
    ///
    /// # Panics
    ///
    /// When `longest` is zero.
    pub fn reads(&self, near: u64, longest: u64) -> impl Iterator<Item = ByteRange> {
        assert!(longest > 0, "a read takes bytes");
        let joined = self.layout.joined(near, Self::MOST_READS);
        joined.blocks(0).flat_map(move |range| {
            let starts = (range.start()..range.end())
                .step_by(usize::try_from(longest).unwrap_or(usize::MAX));
            starts.map(move |start| {
                let end = start.saturating_add(longest).min(range.end());
                ByteRange::new(start, end).expect("it starts before the end")
            })
        })
    }

    /// Hands on what belongs to the part of `bytes`, which are those of the file from `offset` on.
    pub fn pick<'b>(&self, offset: u64, bytes: &'b [u8]) -> impl Iterator<Item = &'b [u8]> {
        let end = offset.saturating_add(bytes.len() as u64);
        let within = move |at: u64| {
            usize::try_from(at.clamp(offset, end) - offset).expect("within the bytes")
        };
        self.layout
            .blocks(offset)
            .take_while(move |block| block.start() < end)
            .map(move |block| &bytes[within(block.start())..within(block.end())])
    }
}

impl Layout {
    /// How many bytes there are from the start of the first block to the end of the last.
    fn extent(&self) -> u64 {
        let repeats = self.repeats.iter();
        repeats.fold(self.block, |extent, repeat| {
            extent + (repeat.count - 1) * repeat.distance
        })
    }

    /// The same with the innermost repetitions taken for one block each where at most `near` bytes lie between, or there
    /// would be more blocks than `most`.
    fn joined(&self, near: u64, most: u64) -> Self {
        let mut joined = self.clone();
        while let Some(inner) = joined.repeats.last() {
            let between = inner.distance - joined.block;
            let counts = joined.repeats.iter().map(|repeat| repeat.count);
            if between > near && counts.product::<u64>() <= most {
                break;
            }
            joined.block += (inner.count - 1) * inner.distance;
            joined.repeats.pop();
        }
        joined
    }

    /// The blocks that do not end before this byte.
    fn blocks(&self, from: u64) -> Blocks {
        let mut blocks = Blocks {
            layout: self.clone(),
            places: vec![0; self.repeats.len()],
            is_done: self.block == 0,
        };
        blocks.seek(from);
        blocks
    }
}

/// The blocks of a layout, one after the other.
struct Blocks {
    layout: Layout,
    /// How often each repetition was gone through.
    places: Vec<u64>,
    is_done: bool,
}

impl Blocks {
    fn seek(&mut self, from: u64) {
        let mut left = from.saturating_sub(self.layout.start);
        let mut is_behind = false;
        for (place, repeat) in self.places.iter_mut().zip(&self.layout.repeats) {
            let last = repeat.count - 1;
            let wanted = left / repeat.distance;
            is_behind |= wanted > last;
            *place = if is_behind { last } else { wanted };
            left -= *place * repeat.distance;
        }
        if left >= self.layout.block && !self.is_done {
            self.advance();
        }
    }

    fn start(&self) -> u64 {
        let steps = self.places.iter().zip(&self.layout.repeats);
        steps.fold(self.layout.start, |start, (place, repeat)| {
            start + place * repeat.distance
        })
    }

    fn advance(&mut self) {
        for (place, repeat) in self.places.iter_mut().zip(&self.layout.repeats).rev() {
            *place += 1;
            if *place < repeat.count {
                return;
            }
            *place = 0;
        }
        self.is_done = true;
    }
}

impl Iterator for Blocks {
    type Item = ByteRange;

    fn next(&mut self) -> Option<ByteRange> {
        if self.is_done {
            return None;
        }
        let start = self.start();
        self.advance();
        ByteRange::new(start, start + self.layout.block)
    }
}

/// A header has no such tensor, or the tensor no such part.
#[derive(Clone, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub enum SelectError {
    /// There is no tensor of this name.
    NotFound {
        /// The name that was asked for.
        name: String,
    },
    /// What stands behind the name is not a part that can be read.
    Parse(ParseSliceError),
    /// More dimensions are named than there are.
    TooManyIndexes {
        /// How many are named.
        given: usize,
        /// How many there are.
        rank: usize,
    },
    /// A place that the dimension does not have.
    OutOfRange {
        /// Which dimension, counted from zero.
        dimension: usize,
        /// The place that is named.
        index: i64,
        /// How many places there are.
        length: u64,
    },
    /// The elements are smaller than a byte, and the part does not start and end at whole bytes.
    Misaligned(Dtype),
    /// A place in the file does not fit 64 bits; only of a tensor of another header.
    Overflow,
}

impl fmt::Display for SelectError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotFound { name } => write!(f, "there is no tensor `{}`", shown(name)),
            Self::Parse(error) => error.fmt(f),
            Self::TooManyIndexes { given, rank } => {
                write!(f, "{given} dimensions are named, and the tensor has {rank}")
            }
            Self::OutOfRange {
                dimension,
                index,
                length,
            } => write!(
                f,
                "expected a place in dimension {dimension} of length {length}, found {index}"
            ),
            Self::Misaligned(dtype) => write!(
                f,
                "the part does not start and end at whole bytes: the elements of {dtype} are smaller"
            ),
            Self::Overflow => f.write_str("the place in the file does not fit 64 bits"),
        }
    }
}

impl error::Error for SelectError {
    fn source(&self) -> Option<&(dyn error::Error + 'static)> {
        None
    }
}

#[cfg(test)]
mod tests;
