//! The head of a numpy file.

use std::fmt::Write as _;

use crate::Dtype;

impl Dtype {
    /// The type as numpy calls it, such as `<f4`; `None` of those that numpy does not have: the brain floats, and all that is
    /// smaller than a byte or a float of 8 bits.
    pub fn numpy(self) -> Option<&'static str> {
        Some(match self {
            Self::Bool => "|b1",
            Self::U8 => "|u1",
            Self::I8 => "|i1",
            Self::U16 => "<u2",
            Self::I16 => "<i2",
            Self::U32 => "<u4",
            Self::I32 => "<i4",
            Self::U64 => "<u8",
            Self::I64 => "<i8",
            Self::F16 => "<f2",
            Self::F32 => "<f4",
            Self::F64 => "<f8",
            Self::C64 => "<c8",
            Self::Bf16
            | Self::F4
            | Self::F6E2M3
            | Self::F6E3M2
            | Self::F8E5M2
            | Self::F8E4M3
            | Self::F8E8M0
            | Self::F8E4M3Fnuz
            | Self::F8E5M2Fnuz => return None,
        })
    }
}

/// What stands in a numpy file before the elements, byte for byte as `numpy.save` writes it.
///
/// Of a type that numpy does not have, the elements are what they are stored as: `<u2` for `BF16`, `|u1` for those of 8
/// bits. Smaller ones are `|u1` too, with the last dimension counted in bytes where its elements fill whole bytes, and
/// otherwise in one dimension.
pub fn npy_header(dtype: Dtype, shape: &[u64]) -> Vec<u8> {
    let stored = if dtype == Dtype::Bf16 { "<u2" } else { "|u1" };
    let packed = packed_shape(dtype, shape);
    let shape = packed.as_deref().unwrap_or(shape);
    let kind = dtype.numpy().unwrap_or(stored);
    let mut text = format!("{{'descr': '{kind}', 'fortran_order': False, 'shape': (");
    for (place, length) in shape.iter().enumerate() {
        let separator = if place == 0 { "" } else { ", " };
        write!(text, "{separator}{length}").expect("a text takes every text");
    }
    text.push_str(if shape.len() == 1 { ",), }" } else { "), }" });
    // Numpy leaves room for the first dimension to grow to 21 digits.
    if let Some(first) = shape.first() {
        let digits = first.to_string().len();
        text.extend(std::iter::repeat_n(' ', 21_usize.saturating_sub(digits)));
    }
    // With what stands before and the end of the line, a multiple of 64.
    let version_1 = 10;
    let version_2 = 12;
    let start = if text.len() + 65 > usize::from(u16::MAX) {
        version_2
    } else {
        version_1
    };
    let length = (start + text.len() + 1).next_multiple_of(64) - start;
    text.extend(std::iter::repeat_n(' ', length - 1 - text.len()));
    text.push('\n');
    let mut header = b"\x93NUMPY".to_vec();
    match u16::try_from(length) {
        Ok(length) if start == version_1 => {
            header.extend([1, 0]);
            header.extend(length.to_le_bytes());
        }
        _ => {
            header.extend([2, 0]);
            header.extend(
                u32::try_from(length)
                    .expect("of a thousand numbers at most")
                    .to_le_bytes(),
            );
        }
    }
    header.extend(text.bytes());
    header
}

/// The shape in bytes, where an element is smaller.
fn packed_shape(dtype: Dtype, shape: &[u64]) -> Option<Vec<u64>> {
    if dtype.bits() >= 8 {
        return None;
    }
    let mut packed = shape.to_vec();
    match packed.last_mut() {
        Some(last) if (*last * dtype.bits()).is_multiple_of(8) => *last = *last * dtype.bits() / 8,
        _ => packed = vec![shape.iter().product::<u64>() * dtype.bits() / 8],
    }
    Some(packed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(dtype: Dtype, shape: &[u64], expected: &str) {
        let header = npy_header(dtype, shape);
        assert!(header.starts_with(b"\x93NUMPY\x01\x00") && header.len().is_multiple_of(64));
        assert_eq!(
            usize::from(u16::from_le_bytes([header[8], header[9]])),
            header.len() - 10
        );
        let text = str::from_utf8(&header[10..]).expect("text");
        assert_eq!(text.trim_end(), expected);
    }

    #[test]
    fn shapes_are_tuples() {
        check(
            Dtype::F32,
            &[],
            "{'descr': '<f4', 'fortran_order': False, 'shape': (), }",
        );
        check(
            Dtype::Bool,
            &[3],
            "{'descr': '|b1', 'fortran_order': False, 'shape': (3,), }",
        );
        check(
            Dtype::Bf16,
            &[2, 3],
            "{'descr': '<u2', 'fortran_order': False, 'shape': (2, 3), }",
        );
    }

    #[test]
    fn what_is_smaller_than_a_byte_is_counted_in_bytes() {
        check(
            Dtype::F4,
            &[3, 4],
            "{'descr': '|u1', 'fortran_order': False, 'shape': (3, 2), }",
        );
        check(
            Dtype::F6E3M2,
            &[4, 2],
            "{'descr': '|u1', 'fortran_order': False, 'shape': (6,), }",
        );
    }
}
