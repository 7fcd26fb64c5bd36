//! Floating-point numbers of other widths than Rust's.

use crate::Dtype;

/// How a small floating-point number is put together.
#[derive(Clone, Copy)]
struct Form {
    exponent_bits: u32,
    mantissa_bits: u32,
    bias: i32,
    specials: Specials,
}

/// Which patterns are no number.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Specials {
    /// As IEEE 754: the highest exponent is infinite or not a number.
    Ieee,
    /// Not a number where all bits but the sign are set, and nothing is infinite.
    AllOnes,
    /// Not a number where negative zero would be, and nothing is infinite.
    NegativeZero,
}

impl Form {
    const fn new(exponent_bits: u32, mantissa_bits: u32, bias: i32, specials: Specials) -> Self {
        Self {
            exponent_bits,
            mantissa_bits,
            bias,
            specials,
        }
    }

    fn decode(self, bits: u32) -> f32 {
        let mantissa_mask = (1 << self.mantissa_bits) - 1;
        let exponent_mask = (1 << self.exponent_bits) - 1;
        let mantissa = bits & mantissa_mask;
        let exponent = (bits >> self.mantissa_bits) & exponent_mask;
        let is_negative = bits >> (self.mantissa_bits + self.exponent_bits) & 1 == 1;
        let sign = u32::from(is_negative) << 31;
        match self.specials {
            Specials::Ieee if exponent == exponent_mask => {
                return f32::from_bits(sign | 0x7f80_0000 | mantissa << (23 - self.mantissa_bits));
            }
            Specials::AllOnes if exponent == exponent_mask && mantissa == mantissa_mask => {
                return f32::from_bits(sign | 0x7fc0_0000);
            }
            Specials::NegativeZero if is_negative && exponent == 0 && mantissa == 0 => {
                return f32::from_bits(0xffc0_0000);
            }
            _ => {}
        }
        // Exact: every form here has fewer bits than a single, and no exponent beyond its.
        let (whole, exponent) = match exponent {
            0 => (mantissa, 1),
            _ => (mantissa | 1 << self.mantissa_bits, exponent),
        };
        let power = i32::try_from(exponent).expect("a few bits")
            - self.bias
            - i32::try_from(self.mantissa_bits).expect("a few bits");
        #[expect(clippy::cast_precision_loss, reason = "at most eleven bits")]
        let magnitude = whole as f32 * power_of_two(power);
        if is_negative { -magnitude } else { magnitude }
    }
}

/// Two to a power that a single-precision number can be.
fn power_of_two(power: i32) -> f32 {
    let biased = u32::try_from(power + 127).unwrap_or(0);
    if biased == 0 {
        // Below the normal numbers: one bit, as far to the right as it takes.
        f32::from_bits(1 << u32::try_from(power + 149).unwrap_or(0))
    } else {
        f32::from_bits(biased << 23)
    }
}

const F16: Form = Form::new(5, 10, 15, Specials::Ieee);

/// The form of the types of eight bits.
fn small(dtype: Dtype) -> Option<Form> {
    Some(match dtype {
        Dtype::F8E5M2 => Form::new(5, 2, 15, Specials::Ieee),
        Dtype::F8E4M3 => Form::new(4, 3, 7, Specials::AllOnes),
        Dtype::F8E5M2Fnuz => Form::new(5, 2, 16, Specials::NegativeZero),
        Dtype::F8E4M3Fnuz => Form::new(4, 3, 8, Specials::NegativeZero),
        _ => return None,
    })
}

/// A type that numbers can be rounded to.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum FloatWidth {
    /// `F16`.
    F16,
    /// `BF16`.
    Bf16,
    /// `F32`.
    F32,
}

impl FloatWidth {
    /// The type of the elements.
    pub fn dtype(self) -> Dtype {
        match self {
            Self::F16 => Dtype::F16,
            Self::Bf16 => Dtype::Bf16,
            Self::F32 => Dtype::F32,
        }
    }

    /// Puts a number behind others, as it stands in a file.
    ///
    /// Rounds to the nearest, and of two to the even one; what is too large becomes infinite. What is not a number stays
    /// so, with its sign, and as quiet.
    pub fn encode(self, number: f32, out: &mut Vec<u8>) {
        match self {
            Self::F16 => out.extend_from_slice(&to_f16(number).to_le_bytes()),
            Self::Bf16 => out.extend_from_slice(&to_bf16(number).to_le_bytes()),
            Self::F32 => out.extend_from_slice(&number.to_le_bytes()),
        }
    }
}

impl Dtype {
    /// Whether [`Dtype::decode`] knows the type: floating-point numbers of 8 bits and more.
    pub fn is_float(self) -> bool {
        self.decode(&[]).is_some()
    }

    /// The floating-point numbers in bytes of this type; `None` where it is another kind of type, or numbers of less than
    /// eight bits.
    ///
    /// Exact but for `F64`, which is rounded to the nearest. Bytes at the end that are no whole number are left out.
    pub fn decode(self, bytes: &[u8]) -> Option<impl Iterator<Item = f32> + Clone> {
        let width = usize::try_from(self.bits() / 8).expect("a few bytes");
        let form = small(self);
        let decode: fn(&[u8], Option<Form>) -> f32 = match self {
            Self::F32 => |bytes, _| f32::from_le_bytes(whole(bytes)),
            #[expect(
                clippy::cast_possible_truncation,
                reason = "rounding is what is asked for"
            )]
            Self::F64 => |bytes, _| f64::from_le_bytes(whole(bytes)) as f32,
            Self::Bf16 => {
                |bytes, _| f32::from_bits(u32::from(u16::from_le_bytes(whole(bytes))) << 16)
            }
            Self::F16 => |bytes, _| F16.decode(u16::from_le_bytes(whole(bytes)).into()),
            Self::F8E8M0 => |bytes, _| match bytes[0] {
                0xff => f32::NAN,
                exponent => power_of_two(i32::from(exponent) - 127),
            },
            _ => {
                form?;
                |bytes, form| form.map_or(f32::NAN, |form| form.decode(bytes[0].into()))
            }
        };
        Some(
            bytes
                .chunks_exact(width)
                .map(move |bytes| decode(bytes, form)),
        )
    }
}

fn whole<const N: usize>(bytes: &[u8]) -> [u8; N] {
    *bytes.first_chunk().expect("as many bytes as the type has")
}

fn to_bf16(number: f32) -> u16 {
    let bits = number.to_bits();
    let rounded = if number.is_nan() {
        // Rounding could carry into what makes it infinite; the upper bit of the mantissa keeps it quiet.
        bits | 0x0040_0000
    } else {
        bits + 0x7fff + (bits >> 16 & 1)
    };
    u16::try_from(rounded >> 16).expect("the upper half")
}

fn to_f16(number: f32) -> u16 {
    let bits = number.to_bits();
    let sign = bits >> 16 & 0x8000;
    let magnitude = bits & 0x7fff_ffff;
    let half = if magnitude > 0x7f80_0000 {
        0x7e00 | (magnitude >> 13 & 0x3ff)
    } else if magnitude >= 0x4780_0000 {
        // From 65536 on; what is rounded up to that gets there by itself.
        0x7c00
    } else if magnitude >= 0x3880_0000 {
        // A normal number in both: the exponent moves by the difference of the biases.
        let moved = magnitude - (112 << 23);
        round_off(moved, 13)
    } else {
        // In units of the smallest half.
        let shift = 126 - (magnitude >> 23).max(1);
        let mantissa = magnitude & 0x007f_ffff | u32::from(magnitude >= 0x0080_0000) << 23;
        if shift > 31 {
            0
        } else {
            round_off(mantissa, shift)
        }
    };
    u16::try_from(sign | half).expect("sixteen bits")
}

/// Drops so many bits, rounding to the nearest, and of two to the even one.
fn round_off(bits: u32, dropped: u32) -> u32 {
    let kept = bits >> dropped;
    let rest = bits & ((1 << dropped) - 1);
    let half = 1 << (dropped - 1);
    kept + u32::from(rest > half || rest == half && kept & 1 == 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn encoded(width: FloatWidth, number: f32) -> u16 {
        let mut bytes = Vec::new();
        width.encode(number, &mut bytes);
        u16::from_le_bytes(whole(&bytes))
    }

    fn decoded(dtype: Dtype, bytes: &[u8]) -> f32 {
        dtype
            .decode(bytes)
            .and_then(|mut numbers| numbers.next())
            .expect("a number")
    }

    #[test]
    fn every_half_is_the_same_after_it_was_a_single() {
        for (width, dtype) in [
            (FloatWidth::F16, Dtype::F16),
            (FloatWidth::Bf16, Dtype::Bf16),
        ] {
            for bits in 0..=u16::MAX {
                let number = decoded(dtype, &bits.to_le_bytes());
                let again = encoded(width, number);
                if number.is_nan() {
                    assert!(decoded(dtype, &again.to_le_bytes()).is_nan());
                    assert_eq!(bits & 0x8000, again & 0x8000, "{bits:#06x}");
                } else {
                    assert_eq!(bits, again, "{dtype} {bits:#06x} {number}");
                }
            }
        }
    }

    #[test]
    fn what_lies_between_goes_to_the_nearest_and_then_to_the_even() {
        for (number, half) in [
            (65519.996, 0x7bff),
            (65520.0, 0x7c00),
            (f32::MAX, 0x7c00),
            (-1e9, 0xfc00),
            // Halfway between two: once down, once up.
            (1.0 + 0.000_488_281_25, 0x3c00),
            (1.0 + 3.0 * 0.000_488_281_25, 0x3c02),
            // Half of the smallest, and a little more.
            (2.980_232_2e-8, 0x0000),
            (2.980_233e-8, 0x0001),
            (-1e-30, 0x8000),
            (f32::from_bits(1), 0x0000),
            // The largest subnormal, rounded up to a normal number.
            (6.103_516e-5, 0x0400),
            (6.1e-5, 0x03ff),
        ] {
            assert_eq!(encoded(FloatWidth::F16, number), half, "{number}");
        }
        for (bits, upper) in [
            (0x3f80_8000, 0x3f80),
            (0x3f81_8000, 0x3f82),
            (0x3f80_8001, 0x3f81),
            (0x7f7f_ffff, 0x7f80),
            (0x7f80_0001, 0x7fc0),
            (0xff80_0001, 0xffc0),
            (0x0000_8001, 0x0001),
        ] {
            assert_eq!(
                encoded(FloatWidth::Bf16, f32::from_bits(bits)),
                upper,
                "{bits:#x}"
            );
        }
    }

    #[test]
    fn small_types_have_the_values_of_their_tables() {
        for (dtype, bits, expected) in [
            (Dtype::F8E4M3, 0x7e, 448.0),
            (Dtype::F8E4M3, 0x01, 0.001_953_125),
            (Dtype::F8E4M3, 0x38, 1.0),
            (Dtype::F8E5M2, 0x7b, 57344.0),
            (Dtype::F8E5M2, 0xfc, f32::NEG_INFINITY),
            (Dtype::F8E4M3Fnuz, 0x7f, 240.0),
            (Dtype::F8E4M3Fnuz, 0x40, 1.0),
            (Dtype::F8E5M2Fnuz, 0x7f, 57344.0),
            (Dtype::F8E8M0, 127, 1.0),
            (Dtype::F8E8M0, 0, 5.877_472e-39),
            (Dtype::F8E8M0, 254, 1.701_411_8e38),
        ] {
            let found = decoded(dtype, &[bits]);
            assert_eq!(found.to_bits(), expected.to_bits(), "{dtype} {bits:#x}");
        }
        for (dtype, bits) in [
            (Dtype::F8E4M3, 0xff),
            (Dtype::F8E5M2, 0x7d),
            (Dtype::F8E4M3Fnuz, 0x80),
            (Dtype::F8E5M2Fnuz, 0x80),
            (Dtype::F8E8M0, 0xff),
        ] {
            assert!(decoded(dtype, &[bits]).is_nan(), "{dtype} {bits:#x}");
        }
        assert!(Dtype::I32.decode(&[0; 4]).is_none() && Dtype::F4.decode(&[0]).is_none());
        assert!(!Dtype::C64.is_float() && Dtype::F64.is_float());
    }
}
