//! The entries of the metadata.

use hubkit_types::shown;

use super::{
    cursor::{Cursor, LONGEST},
    malformed,
};
use crate::{MetadataValue, Severity, findings::Findings, view::Step};

/// The fewest bytes that an entry takes: a length of its name, a type and a byte.
pub(super) const SHORTEST_ENTRY: u64 = 4 + 4 + 1;

/// The most values in a list.
const MOST_VALUES: u64 = 1_000_000;

/// So many values of a list are kept.
const KEPT: u64 = 8;

/// Lists of numbers up to this length are kept whole: they say something of each layer.
const WHOLE: u64 = 512;

/// So many values are kept of all such lists together.
pub(super) const MOST_IN_WHOLE: u64 = 16_384;

/// How deep lists may lie in each other.
const DEEPEST: u32 = 4;

/// Reads an entry.
pub(super) fn read_entry(
    cursor: &mut Cursor<'_>,
    findings: &mut Findings,
    room: &mut u64,
) -> Step<(String, MetadataValue)> {
    let key = cursor.text()?;
    let Ok(key) = std::str::from_utf8(key) else {
        let found = String::from_utf8_lossy(key);
        return Err(malformed(format!(
            "expected the name of an entry in UTF-8, found '{}'",
            shown(&found, 80)
        )));
    };
    let kind = Kind::read(cursor, key)?;
    let value = Reader {
        cursor,
        key,
        findings,
        room,
    }
    .value(kind, 0)?;
    Ok((key.to_owned(), value))
}

/// The type of a value.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    U8,
    I8,
    U16,
    I16,
    U32,
    I32,
    F32,
    Bool,
    Text,
    List,
    U64,
    I64,
    F64,
}

impl Kind {
    fn read(cursor: &mut Cursor<'_>, key: &str) -> Step<Self> {
        Ok(match cursor.u32()? {
            0 => Self::U8,
            1 => Self::I8,
            2 => Self::U16,
            3 => Self::I16,
            4 => Self::U32,
            5 => Self::I32,
            6 => Self::F32,
            7 => Self::Bool,
            8 => Self::Text,
            9 => Self::List,
            10 => Self::U64,
            11 => Self::I64,
            12 => Self::F64,
            found => {
                return Err(malformed(format!(
                    "expected a type of value from 0 to 12, found {found} for '{}'",
                    shown(key, 80)
                )));
            }
        })
    }

    /// Its name in the format's own words, and how many bytes a value takes where all take the same.
    fn described(self) -> (&'static str, Option<u64>) {
        match self {
            Self::U8 => ("UINT8", Some(1)),
            Self::I8 => ("INT8", Some(1)),
            Self::U16 => ("UINT16", Some(2)),
            Self::I16 => ("INT16", Some(2)),
            Self::U32 => ("UINT32", Some(4)),
            Self::I32 => ("INT32", Some(4)),
            Self::F32 => ("FLOAT32", Some(4)),
            Self::Bool => ("BOOL", Some(1)),
            Self::Text => ("STRING", None),
            Self::List => ("ARRAY", None),
            Self::U64 => ("UINT64", Some(8)),
            Self::I64 => ("INT64", Some(8)),
            Self::F64 => ("FLOAT64", Some(8)),
        }
    }
}

/// Reads the value of one entry.
struct Reader<'entry, 'view> {
    cursor: &'entry mut Cursor<'view>,
    key: &'entry str,
    findings: &'entry mut Findings,
    /// How many values of lists may yet be kept beyond the first ones.
    room: &'entry mut u64,
}

impl Reader<'_, '_> {
    fn value(&mut self, kind: Kind, depth: u32) -> Step<MetadataValue> {
        let cursor = &mut *self.cursor;
        Ok(match kind {
            Kind::U8 => integer(u8::from_le_bytes(cursor.little()?)),
            Kind::I8 => integer(i8::from_le_bytes(cursor.little()?)),
            Kind::U16 => integer(u16::from_le_bytes(cursor.little()?)),
            Kind::I16 => integer(i16::from_le_bytes(cursor.little()?)),
            Kind::U32 => integer(cursor.u32()?),
            Kind::I32 => integer(i32::from_le_bytes(cursor.little()?)),
            Kind::U64 => integer(cursor.u64()?),
            Kind::I64 => integer(i64::from_le_bytes(cursor.little()?)),
            Kind::F32 => MetadataValue::Float(f32::from_le_bytes(cursor.little()?).into()),
            Kind::F64 => MetadataValue::Float(f64::from_le_bytes(cursor.little()?)),
            Kind::Bool => {
                let [byte] = cursor.little()?;
                if byte > 1 {
                    let key = self.key;
                    self.findings.add(Severity::Fault, "bool", || {
                        format!("expected 0 or 1 for '{}', found {byte}", shown(key, 80))
                    });
                }
                MetadataValue::Boolean(byte != 0)
            }
            Kind::Text => {
                let text = cursor.text()?;
                // The tokens of some vocabularies are pieces of characters.
                if depth == 0 && std::str::from_utf8(text).is_err() {
                    let key = self.key;
                    self.findings.add(Severity::Warning, "encoding", || {
                        format!(
                            "expected a text in UTF-8 for '{}', found other bytes",
                            shown(key, 80)
                        )
                    });
                }
                MetadataValue::Text(String::from_utf8_lossy(text).into_owned())
            }
            Kind::List => self.list(depth)?,
        })
    }

    fn list(&mut self, depth: u32) -> Step<MetadataValue> {
        let (kind, length) = self.list_head(depth)?;
        let is_numbers = depth == 0 && !matches!(kind, Kind::Text | Kind::List);
        let kept = if is_numbers && length <= WHOLE.min(*self.room) {
            *self.room -= length;
            length
        } else {
            length.min(KEPT)
        };
        let first = (0..kept).map(|_| self.value(kind, depth + 1));
        let first = first.collect::<Step<_>>()?;
        self.pass(kind, length - kept, depth + 1)?;
        let (element, _) = kind.described();
        Ok(MetadataValue::List {
            element,
            length,
            first,
        })
    }

    /// The type of the values of a list, and their number.
    fn list_head(&mut self, depth: u32) -> Step<(Kind, u64)> {
        if depth >= DEEPEST {
            return Err(malformed(format!(
                "expected at most {DEEPEST} lists in each other, found more for '{}'",
                shown(self.key, 80)
            )));
        }
        let kind = Kind::read(self.cursor, self.key)?;
        let length = self.cursor.length()?;
        let (_, size) = kind.described();
        let size = size.unwrap_or(match kind {
            Kind::List => 4 + self.cursor.shortest_length(),
            _ => self.cursor.shortest_length(),
        });
        if length > MOST_VALUES {
            return Err(malformed(format!(
                "expected a list of at most {MOST_VALUES} values, found one of {length} for '{}'",
                shown(self.key, 80)
            )));
        }
        self.cursor.expect(length * size, LONGEST)?;
        Ok((kind, length))
    }

    /// Passes over so many values.
    fn pass(&mut self, kind: Kind, values: u64, depth: u32) -> Step<()> {
        if let (_, Some(size)) = kind.described() {
            return self.cursor.skip(values * size);
        }
        for _ in 0..values {
            if kind == Kind::Text {
                let length = self.cursor.text_length()?;
                self.cursor.skip(length)?;
            } else {
                let (kind, length) = self.list_head(depth)?;
                self.pass(kind, length, depth + 1)?;
            }
        }
        Ok(())
    }
}

fn integer(number: impl Into<i128>) -> MetadataValue {
    MetadataValue::Integer(number.into())
}
