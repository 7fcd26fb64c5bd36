//! The types of a tensor's elements.

use std::{error, fmt, str::FromStr};

use crate::error::shown;

/// The type of a tensor's elements: the 22 of safetensors 0.8.
///
/// Ordered as the format orders them: by alignment.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
#[non_exhaustive]
pub enum Dtype {
    /// A truth value in a byte.
    Bool,
    /// Floating point of 4 bits, two to a byte (OCP microscaling MXFP4).
    F4,
    /// Floating point of 6 bits: 2 of exponent, 3 of mantissa.
    F6E2M3,
    /// Floating point of 6 bits: 3 of exponent, 2 of mantissa.
    F6E3M2,
    /// Unsigned integer of 8 bits.
    U8,
    /// Signed integer of 8 bits.
    I8,
    /// Floating point of 8 bits: 5 of exponent, 2 of mantissa.
    F8E5M2,
    /// Floating point of 8 bits: 4 of exponent, 3 of mantissa.
    F8E4M3,
    /// An exponent of 8 bits: the scale of a block.
    F8E8M0,
    /// As `F8_E4M3`, finite only and with one zero.
    F8E4M3Fnuz,
    /// As `F8_E5M2`, finite only and with one zero.
    F8E5M2Fnuz,
    /// Signed integer of 16 bits.
    I16,
    /// Unsigned integer of 16 bits.
    U16,
    /// IEEE half precision.
    F16,
    /// The upper half of single precision.
    Bf16,
    /// Signed integer of 32 bits.
    I32,
    /// Unsigned integer of 32 bits.
    U32,
    /// IEEE single precision.
    F32,
    /// Complex number: two single-precision parts.
    C64,
    /// IEEE double precision.
    F64,
    /// Signed integer of 64 bits.
    I64,
    /// Unsigned integer of 64 bits.
    U64,
}

impl Dtype {
    /// Every type.
    pub const ALL: [Self; 22] = [
        Self::Bool,
        Self::F4,
        Self::F6E2M3,
        Self::F6E3M2,
        Self::U8,
        Self::I8,
        Self::F8E5M2,
        Self::F8E4M3,
        Self::F8E8M0,
        Self::F8E4M3Fnuz,
        Self::F8E5M2Fnuz,
        Self::I16,
        Self::U16,
        Self::F16,
        Self::Bf16,
        Self::I32,
        Self::U32,
        Self::F32,
        Self::C64,
        Self::F64,
        Self::I64,
        Self::U64,
    ];

    /// The name in a header.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Bool => "BOOL",
            Self::F4 => "F4",
            Self::F6E2M3 => "F6_E2M3",
            Self::F6E3M2 => "F6_E3M2",
            Self::U8 => "U8",
            Self::I8 => "I8",
            Self::F8E5M2 => "F8_E5M2",
            Self::F8E4M3 => "F8_E4M3",
            Self::F8E8M0 => "F8_E8M0",
            Self::F8E4M3Fnuz => "F8_E4M3FNUZ",
            Self::F8E5M2Fnuz => "F8_E5M2FNUZ",
            Self::I16 => "I16",
            Self::U16 => "U16",
            Self::F16 => "F16",
            Self::Bf16 => "BF16",
            Self::I32 => "I32",
            Self::U32 => "U32",
            Self::F32 => "F32",
            Self::C64 => "C64",
            Self::F64 => "F64",
            Self::I64 => "I64",
            Self::U64 => "U64",
        }
    }

    /// How many bits an element takes. Elements of less than a byte are packed.
    pub fn bits(self) -> u64 {
        match self {
            Self::F4 => 4,
            Self::F6E2M3 | Self::F6E3M2 => 6,
            Self::Bool
            | Self::U8
            | Self::I8
            | Self::F8E5M2
            | Self::F8E4M3
            | Self::F8E8M0
            | Self::F8E4M3Fnuz
            | Self::F8E5M2Fnuz => 8,
            Self::I16 | Self::U16 | Self::F16 | Self::Bf16 => 16,
            Self::I32 | Self::U32 | Self::F32 => 32,
            Self::C64 | Self::F64 | Self::I64 | Self::U64 => 64,
        }
    }
}

impl FromStr for Dtype {
    type Err = ParseDtypeError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::ALL
            .into_iter()
            .find(|dtype| dtype.as_str() == text)
            .ok_or_else(|| ParseDtypeError(shown(text)))
    }
}

impl fmt::Display for Dtype {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// The text is not the type of a tensor's elements.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ParseDtypeError(String);

impl fmt::Display for ParseDtypeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "`{}` is not a dtype of safetensors: expected one such as F32 or BF16",
            self.0
        )
    }
}

impl error::Error for ParseDtypeError {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_type_is_read_as_it_is_printed_and_case_counts() {
        for dtype in Dtype::ALL {
            assert_eq!(dtype.to_string().parse(), Ok(dtype));
        }
        assert!("f32".parse::<Dtype>().is_err() && "F128".parse::<Dtype>().is_err());
    }
}
