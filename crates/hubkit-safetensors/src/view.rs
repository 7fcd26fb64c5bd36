//! Tensors whose bytes are in memory.

use std::fmt;

use crate::{Dtype, Header, TensorInfo};

/// A tensor and its bytes, which stay where they are. [`Header::view`] gives it, and so does a mapped file.
///
/// The bytes are in the order of the file: little-endian, the last dimension fastest. They may start at any address.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct TensorView<'a> {
    info: TensorInfo<'a>,
    bytes: &'a [u8],
}

impl Header {
    /// One of this header's tensors in a file whose bytes are all in memory; `None` where the file ends before.
    pub fn view<'a>(&'a self, tensor: TensorInfo<'a>, file: &'a [u8]) -> Option<TensorView<'a>> {
        let range = self.file_range(tensor);
        let start = usize::try_from(range.start()).ok()?;
        let end = usize::try_from(range.end()).ok()?;
        let bytes = file.get(start..end)?;
        Some(TensorView {
            info: tensor,
            bytes,
        })
    }
}

impl<'a> TensorView<'a> {
    /// What the header says of it.
    pub fn info(&self) -> TensorInfo<'a> {
        self.info
    }

    /// The name. May be empty.
    pub fn name(&self) -> &'a str {
        self.info.name()
    }

    /// The type of the elements.
    pub fn dtype(&self) -> Dtype {
        self.info.dtype()
    }

    /// The length of each dimension; none for a scalar.
    pub fn shape(&self) -> &'a [u64] {
        self.info.shape()
    }

    /// All bytes of the tensor.
    pub fn bytes(&self) -> &'a [u8] {
        self.bytes
    }

    /// The elements, if they are of the Rust type that is asked for: `view.values::<f32>()`. Works at any address, since
    /// each is read by itself.
    ///
    /// What Rust has no type for (`BF16`, `F16`, those of less than 16 bits) comes with [`Dtype::decode`].
    pub fn values<T: Element>(&self) -> Option<impl ExactSizeIterator<Item = T> + Clone + 'a> {
        let elements = T::split(self.bytes);
        (self.dtype() == T::DTYPE).then(|| elements.iter().map(T::read))
    }
}

impl fmt::Debug for TensorView<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TensorView")
            .field("info", &self.info)
            .finish_non_exhaustive()
    }
}

/// A type of Rust that is the type of a tensor's elements. Sealed.
pub trait Element: sealed::Read + Copy + 'static {
    /// The type as a header names it.
    const DTYPE: Dtype;
}

mod sealed {
    pub trait Read: Sized {
        /// The bytes of one element.
        type Bytes: 'static;

        fn split(bytes: &[u8]) -> &[Self::Bytes];

        fn read(bytes: &Self::Bytes) -> Self;
    }
}

macro_rules! elements {
    ($($type:ty = $dtype:ident),*) => { $(
        impl Element for $type {
            const DTYPE: Dtype = Dtype::$dtype;
        }

        impl sealed::Read for $type {
            type Bytes = [u8; size_of::<$type>()];

            fn split(bytes: &[u8]) -> &[Self::Bytes] {
                bytes.as_chunks().0
            }

            fn read(bytes: &Self::Bytes) -> Self {
                Self::from_le_bytes(*bytes)
            }
        }
    )* };
}

elements!(
    u8 = U8,
    i8 = I8,
    u16 = U16,
    i16 = I16,
    u32 = U32,
    i32 = I32,
    u64 = U64,
    i64 = I64,
    f32 = F32,
    f64 = F64
);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn elements_are_read_at_any_address_and_only_as_what_they_are() {
        let json = r#"{"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1]},"b":{"dtype":"F32","shape":[2],"data_offsets":[1,9]}}"#;
        let mut file = (json.len() as u64).to_le_bytes().to_vec();
        file.extend_from_slice(json.as_bytes());
        file.push(7);
        file.extend([1.5_f32, -2.0].into_iter().flat_map(f32::to_le_bytes));
        let header = Header::parse(json.as_bytes(), Some(9)).expect("a header");
        let view = |name| header.view(header.tensor(name).expect("it is there"), &file);
        let b = view("b").expect("all of it");
        let values: Vec<f32> = b.values().expect("of this type").collect();
        assert_eq!((values.as_slice(), b.bytes().len()), (&[1.5, -2.0][..], 8));
        assert!(b.values::<i32>().is_none() && b.values::<f64>().is_none());
        let cut = &file[..file.len() - 1];
        assert!(header.view(b.info(), cut).is_none());
        assert_eq!(view("a").and_then(|a| a.values::<u8>()?.next()), Some(7));
    }
}
