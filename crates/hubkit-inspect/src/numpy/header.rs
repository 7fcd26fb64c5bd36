//! The header before an array's elements.

use std::{error, fmt};

use hubkit_types::shown;

use super::{
    element::{self, Descr},
    literal::{self, Literal},
};
use crate::ElementType;

/// What every array starts with.
pub(super) const MARK: &[u8] = b"\x93NUMPY";

/// The mark, the version and the shorter kind of length.
pub(super) const SHORTEST: u64 = 10;

/// The longest header that is read, in bytes. NumPy itself refuses more than 10,000 of a stranger.
const LONGEST: u64 = 1 << 20;

/// The header of one array.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Header {
    version: (u8, u8),
    /// The type of the elements.
    pub(crate) element: ElementType,
    /// The type as the header writes it, on one line.
    pub(crate) descr: String,
    /// Whether the first dimension is the fastest.
    pub(crate) fortran_order: bool,
    /// Whether elements of several bytes have the most significant one first.
    pub(crate) big_endian: bool,
    /// Whether the elements are Python objects: a pickle.
    pub(crate) holds_objects: bool,
    /// The length of each dimension, the first one first, whatever the order of the elements.
    pub(crate) shape: Vec<u64>,
    /// How many bytes stand before the elements.
    pub(crate) length: u64,
}

/// There is no header that can be read.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) enum HeaderFault {
    /// The bytes end before the header does: so many are needed, for a start.
    Short {
        /// How many, from the first byte of the array on.
        expected: u64,
    },
    /// What was expected and what was found.
    Malformed(String),
}

impl fmt::Display for HeaderFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Short { expected } => write!(
                f,
                "the array is cut off: its header needs {expected} bytes or more"
            ),
            Self::Malformed(message) => f.write_str(message),
        }
    }
}

impl error::Error for HeaderFault {}

fn malformed<T>(message: impl Into<String>) -> Result<T, HeaderFault> {
    Err(HeaderFault::Malformed(message.into()))
}

/// Reads the header from the first bytes of an array. They may go on behind it.
///
/// # Errors
///
/// [`HeaderFault::Short`] says how many bytes are needed: give more, and it may say so once again.
pub(crate) fn header(start: &[u8]) -> Result<Header, HeaderFault> {
    let Some((head, rest)) = start.split_at_checked(8) else {
        return Err(HeaderFault::Short { expected: SHORTEST });
    };
    if !head.starts_with(MARK) {
        return malformed("expected the mark of a NumPy array");
    }
    let version = (head[6], head[7]);
    let (before, length) = match (version, rest) {
        ((1, 0), [a, b, ..]) => (10, u64::from(u16::from_le_bytes([*a, *b]))),
        ((2 | 3, 0), [a, b, c, d, ..]) => (12, u64::from(u32::from_le_bytes([*a, *b, *c, *d]))),
        ((1, 0), _) => return Err(HeaderFault::Short { expected: 10 }),
        ((2 | 3, 0), _) => return Err(HeaderFault::Short { expected: 12 }),
        ((major, minor), _) => {
            return malformed(format!(
                "expected version 1.0 to 3.0, found {major}.{minor}"
            ));
        }
    };
    if length > LONGEST {
        return malformed(format!(
            "expected a header of at most {LONGEST} bytes, found one of {length}"
        ));
    }
    let end = before + length;
    let text = usize::try_from(end).ok().and_then(|end| start.get(..end));
    let Some(text) = text.map(|whole| &whole[if version == (1, 0) { 10 } else { 12 }..]) else {
        return Err(HeaderFault::Short { expected: end });
    };
    let text = if version.0 == 3 {
        String::from_utf8(text.to_vec())
            .or_else(|_| malformed("expected a header in UTF-8, found other bytes"))?
    } else {
        text.iter().map(|byte| char::from(*byte)).collect()
    };
    let fields = literal::parse(&text).map_err(HeaderFault::Malformed)?;
    let fields = Fields::of(&fields)?;
    Ok(Header {
        version,
        element: fields.descr.element,
        descr: fields.descr.text,
        fortran_order: fields.fortran_order,
        big_endian: fields.descr.big_endian,
        holds_objects: fields.descr.holds_objects,
        shape: fields.shape,
        length: end,
    })
}

impl Header {
    /// The version of the format, as in `1.0`.
    pub(crate) fn version(&self) -> String {
        format!("{}.{}", self.version.0, self.version.1)
    }

    /// How many bytes the elements take; `None` where that is more than 64 bits can say, or where it can't be told, as
    /// for Python objects.
    pub(crate) fn bytes(&self) -> Option<u64> {
        // An array without elements has none, however large its other dimensions.
        let elements = if self.shape.contains(&0) {
            0
        } else {
            let mut lengths = self.shape.iter();
            lengths.try_fold(1_u64, |product, length| product.checked_mul(*length))?
        };
        self.element.bytes_of(elements)
    }
}

/// The three entries of a header: these, each once, and no other.
struct Fields {
    descr: Descr,
    fortran_order: bool,
    shape: Vec<u64>,
}

impl Fields {
    fn of(literal: &Literal) -> Result<Self, HeaderFault> {
        let Literal::Dict(entries) = literal else {
            return malformed(format!("expected a dict, found {}", literal.kind()));
        };
        let (mut descr, mut fortran_order, mut shape) = (None, None, None);
        for (key, value) in entries {
            let again = match key.as_str() {
                "descr" => descr.replace(value),
                "fortran_order" => fortran_order.replace(value),
                "shape" => shape.replace(value),
                key => {
                    return malformed(format!(
                        "expected descr, fortran_order and shape in the header, found '{}'",
                        shown(key, 40)
                    ));
                }
            };
            if again.is_some() {
                return malformed(format!("{key} stands in the header twice"));
            }
        }
        let (Some(descr), Some(fortran_order), Some(shape)) = (descr, fortran_order, shape) else {
            return malformed("expected descr, fortran_order and shape in the header");
        };
        let Literal::Boolean(fortran_order) = fortran_order else {
            return malformed(format!(
                "expected True or False as fortran_order, found {}",
                fortran_order.kind()
            ));
        };
        Ok(Self {
            descr: element::of(descr).map_err(HeaderFault::Malformed)?,
            fortran_order: *fortran_order,
            shape: lengths(shape)?,
        })
    }
}

/// The most dimensions that an array has: NumPy 2 allows 64.
const MOST_DIMENSIONS: usize = 64;

fn lengths(shape: &Literal) -> Result<Vec<u64>, HeaderFault> {
    let Literal::Tuple(items) = shape else {
        return malformed(format!("expected a tuple as shape, found {}", shape.kind()));
    };
    if items.len() > MOST_DIMENSIONS {
        return malformed(format!(
            "expected at most {MOST_DIMENSIONS} dimensions, found {}",
            items.len()
        ));
    }
    let lengths = items.iter().map(|item| match item {
        Literal::Integer(length) => u64::try_from(*length).ok(),
        _ => None,
    });
    match lengths.collect() {
        Some(lengths) => Ok(lengths),
        None => malformed("expected a shape of whole numbers that are not negative"),
    }
}
