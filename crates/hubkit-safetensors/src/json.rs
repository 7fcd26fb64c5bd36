//! The JSON of a header, read in one pass and without a tree of values.
//!
//! What is wrong with one tensor is noted and the reading goes on; only what is no JSON ends it.

use std::{collections::BTreeMap, fmt};

use hubkit_types::ByteRange;
use serde_core::de::{
    DeserializeSeed, Deserializer, Error, IgnoredAny, MapAccess, SeqAccess, Visitor,
};

use crate::{
    Dtype, HeaderError, ParseDtypeError, TensorFault,
    error::shown,
    survey::Findings,
    table::{Entry, Table},
};

/// Numpy stops at 64.
const MOST_DIMENSIONS: usize = 1024;

/// All tensors together. With the next one it bounds the memory that a header takes, which else could be many times its
/// length: a dimension takes two bytes of text and eight of memory.
const MOST_DIMENSIONS_IN_ALL: usize = 8_000_000;

const MOST_METADATA: usize = 100_000;

/// Of a name, or a text of the metadata, in bytes. A text with escapes is twice in memory while it is read.
const LONGEST_TEXT: usize = 16 << 20;

/// A header before its numbers are checked against each other.
#[derive(Default)]
pub(crate) struct Document {
    pub(crate) table: Table,
    pub(crate) metadata: BTreeMap<String, String>,
    pub(crate) findings: Findings,
}

/// Reads as far as there is JSON, and notes what is wrong.
pub(crate) fn read(json: &[u8]) -> Document {
    let mut document = Document::default();
    // Looking at all of it once is faster than at each text of it.
    let (text, fault) = match str::from_utf8(json) {
        Ok(text) => (text, None),
        Err(error) => {
            let (sound, _) = json.split_at(error.valid_up_to());
            let message = format!("byte {} is not UTF-8", sound.len());
            (str::from_utf8(sound).unwrap_or_default(), Some(message))
        }
    };
    // A tensor takes a hundred bytes or more in most headers. Memory that is not needed is not touched.
    document.table.entries.reserve(text.len() / 100);
    document.table.shapes.reserve(text.len() / 50);
    document.table.names.reserve(text.len() / 2);
    let mut reader = serde_json::Deserializer::from_str(text);
    let end = reader
        .deserialize_map(DocumentVisitor(&mut document))
        .and_then(|()| reader.end());
    let fault = fault.or_else(|| Some(shown(&end.err()?.to_string())));
    if let Some(message) = fault {
        document.findings.unreadable = true;
        document.findings.push(HeaderError::Json(message));
    }
    document
}

/// Declares what a visitor does with values of a kind that it can't use: it passes over them and gives nothing.
macro_rules! nothing_of {
    ($($kind:ident)*) => { $(nothing_of!(@ $kind);)* };
    (@ text) => {
        fn visit_str<E: Error>(self, _: &str) -> Result<Self::Value, E> {
            Ok(None)
        }
    };
    (@ whole_number) => {
        fn visit_u64<E: Error>(self, _: u64) -> Result<Self::Value, E> {
            Ok(None)
        }
    };
    (@ other_scalars) => {
        fn visit_bool<E: Error>(self, _: bool) -> Result<Self::Value, E> {
            Ok(None)
        }

        fn visit_i64<E: Error>(self, _: i64) -> Result<Self::Value, E> {
            Ok(None)
        }

        fn visit_f64<E: Error>(self, _: f64) -> Result<Self::Value, E> {
            Ok(None)
        }

        fn visit_unit<E: Error>(self) -> Result<Self::Value, E> {
            Ok(None)
        }
    };
    (@ array) => {
        fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Self::Value, A::Error> {
            while items.next_element::<IgnoredAny>()?.is_some() {}
            Ok(None)
        }
    };
    (@ object) => {
        fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
            while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
            Ok(None)
        }
    };
}

/// Makes a visitor a seed for a value of any kind.
macro_rules! seed_of_any {
    ($name:ty, $value:ty) => {
        impl<'de> DeserializeSeed<'de> for $name {
            type Value = $value;

            fn deserialize<D: Deserializer<'de>>(self, reader: D) -> Result<$value, D::Error> {
                reader.deserialize_any(self)
            }
        }
    };
}

struct DocumentVisitor<'a>(&'a mut Document);

impl<'de> Visitor<'de> for DocumentVisitor<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object of tensors")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        let Document {
            table,
            metadata,
            findings,
        } = self.0;
        let mut has_metadata = false;
        while let Some(key) = map.next_key_seed(Name(&mut table.names))? {
            let name = match key {
                Key::Tensor(name) => name,
                Key::TooLong(start) => {
                    map.next_value::<IgnoredAny>()?;
                    findings.unreadable = true;
                    findings.push(HeaderError::tensor(&start, TensorFault::NameTooLong));
                    continue;
                }
                Key::Metadata => {
                    let fault = match map.next_value_seed(Metadata(metadata))? {
                        None => Some("it is not an object of texts".to_owned()),
                        Some(fault) => fault,
                    };
                    let fault =
                        fault.or_else(|| has_metadata.then(|| "it is given twice".to_owned()));
                    findings.extend(fault.map(HeaderError::Metadata));
                    has_metadata = true;
                    continue;
                }
            };
            let shapes = table.shapes.len();
            let read = map
                .next_value_seed(Tensor(&mut table.shapes))?
                .unwrap_or(Err(TensorFault::NotAnObject));
            match read {
                Ok((dtype, shape, data)) => table.entries.push(Entry {
                    name,
                    shape,
                    dtype,
                    data,
                }),
                Err(fault) => {
                    findings.unreadable = true;
                    findings.push(HeaderError::tensor(table.name(name), fault));
                    table.names.truncate(name.0 as usize);
                    table.shapes.truncate(shapes);
                }
            }
        }
        Ok(())
    }
}

enum Key {
    /// Where the name is, among the others.
    Tensor((u32, u32)),
    /// The beginning of the name.
    TooLong(String),
    Metadata,
}

/// Puts the name of a tensor behind the other names.
struct Name<'a>(&'a mut String);

seed_of_any!(Name<'_>, Key);

impl Visitor<'_> for Name<'_> {
    type Value = Key;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a name")
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Key, E> {
        if text == "__metadata__" {
            return Ok(Key::Metadata);
        }
        if text.len() > LONGEST_TEXT {
            return Ok(Key::TooLong(shown(text)));
        }
        let start = place(self.0.len());
        self.0.push_str(text);
        Ok(Key::Tensor((start, place(self.0.len()))))
    }
}

fn place(length: usize) -> u32 {
    u32::try_from(length).expect("a header is shorter than 4 GiB")
}

/// Reads the metadata. Tells what is wrong with them, if they are an object.
struct Metadata<'a>(&'a mut BTreeMap<String, String>);

seed_of_any!(Metadata<'_>, Option<Option<String>>);

impl<'de> Visitor<'de> for Metadata<'_> {
    type Value = Option<Option<String>>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object of texts")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut fault = None;
        while let Some(key) = map.next_key_seed(Text)? {
            let value = map.next_value_seed(Text)?;
            let Some(key) = key else {
                fault.get_or_insert_with(|| "a key is longer than 16 MiB".to_owned());
                continue;
            };
            if self.0.len() == MOST_METADATA {
                fault.get_or_insert_with(|| format!("it has more than {MOST_METADATA} entries"));
                continue;
            }
            match value {
                None => {
                    let key = shown(&key);
                    fault.get_or_insert_with(|| format!("`{key}` is not a text of at most 16 MiB"));
                }
                Some(_) if self.0.contains_key(&key) => {
                    let key = shown(&key);
                    fault.get_or_insert_with(|| format!("`{key}` is given twice"));
                }
                Some(text) => {
                    self.0.insert(key, text);
                }
            }
        }
        Ok(Some(fault))
    }

    nothing_of!(text whole_number other_scalars array);
}

struct Text;

seed_of_any!(Text, Option<String>);

impl<'de> Visitor<'de> for Text {
    type Value = Option<String>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a text")
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Self::Value, E> {
        Ok((text.len() <= LONGEST_TEXT).then(|| text.to_owned()))
    }

    nothing_of!(whole_number other_scalars array object);
}

/// Where a shape lies in the table: the first length, and how many there are.
type ShapePlace = (u32, u16);

type TensorParts = Result<(Dtype, ShapePlace, ByteRange), TensorFault>;

/// Reads a tensor, and puts its shape behind the other shapes.
struct Tensor<'a>(&'a mut Vec<u64>);

seed_of_any!(Tensor<'_>, Option<TensorParts>);

impl<'de> Visitor<'de> for Tensor<'_> {
    type Value = Option<TensorParts>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a tensor with dtype, shape and data_offsets")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let (mut dtype, mut shape, mut offsets) = (None, None, None);
        let mut fault = None;
        while let Some(field) = map.next_key_seed(FieldSeed)? {
            let found = match &field {
                Field::Dtype => take(&mut dtype, &field, map.next_value_seed(DtypeSeed)?),
                Field::Shape => take(&mut shape, &field, map.next_value_seed(Shape(self.0))?),
                Field::DataOffsets => take(&mut offsets, &field, map.next_value_seed(Offsets)?),
                Field::Other(key) => {
                    map.next_value::<IgnoredAny>()?;
                    Some(TensorFault::UnknownField(key.clone()))
                }
            };
            fault = fault.or(found);
        }
        Ok(Some(match (fault, dtype, shape, offsets) {
            (Some(fault), ..) => Err(fault),
            (None, Some(dtype), Some(shape), Some(data)) => Ok((dtype, shape, data)),
            (None, None, ..) => Err(TensorFault::MissingField(Field::Dtype.name())),
            (None, _, None, _) => Err(TensorFault::MissingField(Field::Shape.name())),
            (None, ..) => Err(TensorFault::MissingField(Field::DataOffsets.name())),
        }))
    }

    nothing_of!(text whole_number other_scalars array);
}

/// Takes a value that was read, or tells why it can't be taken.
fn take<T>(
    place: &mut Option<T>,
    field: &Field,
    value: Option<Result<T, TensorFault>>,
) -> Option<TensorFault> {
    match value {
        None => Some(TensorFault::Malformed(field.name())),
        Some(Err(fault)) => Some(fault),
        Some(Ok(_)) if place.is_some() => Some(TensorFault::DuplicateField(field.name())),
        Some(Ok(value)) => {
            *place = Some(value);
            None
        }
    }
}

enum Field {
    Dtype,
    Shape,
    DataOffsets,
    Other(String),
}

impl Field {
    fn name(&self) -> &'static str {
        match self {
            Self::Dtype => "dtype",
            Self::Shape => "shape",
            Self::DataOffsets => "data_offsets",
            Self::Other(_) => "another",
        }
    }
}

struct FieldSeed;

seed_of_any!(FieldSeed, Field);

impl Visitor<'_> for FieldSeed {
    type Value = Field;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("dtype, shape or data_offsets")
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Field, E> {
        Ok(match text {
            "dtype" => Field::Dtype,
            "shape" => Field::Shape,
            "data_offsets" => Field::DataOffsets,
            _ => Field::Other(shown(text)),
        })
    }
}

struct DtypeSeed;

seed_of_any!(DtypeSeed, Option<Result<Dtype, TensorFault>>);

impl<'de> Visitor<'de> for DtypeSeed {
    type Value = Option<Result<Dtype, TensorFault>>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a dtype such as \"F32\"")
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Self::Value, E> {
        let dtype = text.parse();
        Ok(Some(dtype.map_err(|error: ParseDtypeError| {
            TensorFault::UnknownDtype(error)
        })))
    }

    nothing_of!(whole_number other_scalars array object);
}

struct Number;

seed_of_any!(Number, Option<u64>);

impl<'de> Visitor<'de> for Number {
    type Value = Option<u64>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a whole number")
    }

    fn visit_u64<E: Error>(self, number: u64) -> Result<Self::Value, E> {
        Ok(Some(number))
    }

    nothing_of!(text other_scalars array object);
}

struct Shape<'a>(&'a mut Vec<u64>);

seed_of_any!(Shape<'_>, Option<Result<ShapePlace, TensorFault>>);

impl<'de> Visitor<'de> for Shape<'_> {
    type Value = Option<Result<ShapePlace, TensorFault>>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an array of lengths")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut lengths: A) -> Result<Self::Value, A::Error> {
        let start = self.0.len();
        let mut are_numbers = true;
        let most = MOST_DIMENSIONS.min(MOST_DIMENSIONS_IN_ALL - start);
        let mut fits = true;
        while let Some(length) = lengths.next_element_seed(Number)? {
            are_numbers &= length.is_some();
            fits &= self.0.len() - start < most;
            if fits {
                self.0.extend(length);
            }
        }
        if !are_numbers {
            return Ok(None);
        }
        if !fits {
            return Ok(Some(Err(TensorFault::TooManyDimensions)));
        }
        let rank = u16::try_from(self.0.len() - start).expect("at most a thousand");
        Ok(Some(Ok((place(start), rank))))
    }

    nothing_of!(text whole_number other_scalars object);
}

struct Offsets;

seed_of_any!(Offsets, Option<Result<ByteRange, TensorFault>>);

impl<'de> Visitor<'de> for Offsets {
    type Value = Option<Result<ByteRange, TensorFault>>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an array of two offsets")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut offsets: A) -> Result<Self::Value, A::Error> {
        let start = offsets.next_element_seed(Number)?.flatten();
        let end = offsets.next_element_seed(Number)?.flatten();
        let mut are_two = true;
        while offsets.next_element::<IgnoredAny>()?.is_some() {
            are_two = false;
        }
        let (Some(start), Some(end), true) = (start, end, are_two) else {
            return Ok(None);
        };
        let range = ByteRange::new(start, end);
        Ok(Some(range.ok_or(TensorFault::Backwards { start, end })))
    }

    nothing_of!(text whole_number other_scalars object);
}
