//! What a tensor's elements are, whatever the format.

use std::{borrow::Cow, fmt};

use hubkit_safetensors::Dtype;

/// The type of a tensor's elements.
///
/// Its name is that of safetensors where that has the type (`F32`, `BF16`), else that of the format (`Q4_K`).
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct ElementType {
    name: Cow<'static, str>,
    /// So many elements take so many bytes; `None` where elements have no size of their own, as texts.
    block: Option<(u64, u64)>,
}

impl ElementType {
    /// A type whose elements come in blocks: `elements` of them take `bytes` bytes.
    pub const fn blocks(name: &'static str, elements: u64, bytes: u64) -> Self {
        Self {
            name: Cow::Borrowed(name),
            block: Some((elements, bytes)),
        }
    }

    /// A type of which each element takes so many bytes.
    pub fn of_size(name: impl Into<Cow<'static, str>>, bytes: u64) -> Self {
        Self {
            name: name.into(),
            block: Some((1, bytes)),
        }
    }

    /// A type whose elements have no fixed size, or one that this crate does not know.
    pub fn unsized_type(name: impl Into<Cow<'static, str>>) -> Self {
        Self {
            name: name.into(),
            block: None,
        }
    }

    /// The name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// How many elements are packed together, and how many bytes they take; `None` where they have no fixed size.
    pub fn block(&self) -> Option<(u64, u64)> {
        self.block
    }

    /// How many bytes so many elements take; `None` where they don't fill whole blocks, have no fixed size, or take more
    /// than 64 bits can say.
    pub fn bytes_of(&self, elements: u64) -> Option<u64> {
        let (per_block, bytes) = self.block?;
        elements
            .is_multiple_of(per_block)
            .then(|| (elements / per_block).checked_mul(bytes))?
    }
}

impl From<Dtype> for ElementType {
    fn from(dtype: Dtype) -> Self {
        // The fewest elements that fill whole bytes.
        let (elements, bytes) = match dtype.bits() {
            4 => (2, 1),
            6 => (4, 3),
            bits => (1, bits / 8),
        };
        Self::blocks(dtype.as_str(), elements, bytes)
    }
}

impl fmt::Display for ElementType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_type_of_safetensors_takes_as_many_bytes_as_it_says() {
        for dtype in Dtype::ALL {
            let element = ElementType::from(dtype);
            assert_eq!(element.bytes_of(24), Some(dtype.bits() * 3), "{dtype}");
        }
        assert_eq!(ElementType::from(Dtype::F4).bytes_of(3), None);
        assert_eq!(ElementType::from(Dtype::F64).bytes_of(u64::MAX), None);
    }
}
