//! The JSON of a header, read in one pass and without a tree of values.

use std::{collections::BTreeMap, fmt};

use hubkit_types::ByteRange;
use serde_core::de::{
    Deserialize, DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor,
};

use crate::{Dtype, HeaderError, TensorInfo, error::shown};

/// Numpy stops at 64. Bounds the memory that a header of nothing but dimensions takes.
const MOST_DIMENSIONS: usize = 1024;

/// A header before its numbers are checked against each other.
#[derive(Default)]
pub(crate) struct Document {
    pub(crate) tensors: Vec<TensorInfo>,
    pub(crate) metadata: BTreeMap<String, String>,
}

pub(crate) fn read(json: &[u8]) -> Result<Document, HeaderError> {
    let mut reader = serde_json::Deserializer::from_slice(json);
    let malformed = |error: serde_json::Error| HeaderError::Json(shown(&error.to_string()));
    let document = reader.deserialize_map(DocumentVisitor).map_err(malformed)?;
    reader.end().map_err(malformed)?;
    Ok(document)
}

struct DocumentVisitor;

impl<'de> Visitor<'de> for DocumentVisitor {
    type Value = Document;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object of tensors")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Document, A::Error> {
        let mut document = Document::default();
        let mut metadata = None;
        while let Some(name) = map.next_key::<String>()? {
            if name == "__metadata__" {
                if metadata.is_some() {
                    return Err(A::Error::duplicate_field("__metadata__"));
                }
                metadata = Some(map.next_value_seed(Metadata)?);
            } else {
                document.tensors.push(map.next_value_seed(Tensor { name })?);
            }
        }
        document.metadata = metadata.unwrap_or_default();
        Ok(document)
    }
}

struct Metadata;

impl<'de> DeserializeSeed<'de> for Metadata {
    type Value = BTreeMap<String, String>;

    fn deserialize<D: Deserializer<'de>>(self, reader: D) -> Result<Self::Value, D::Error> {
        reader.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for Metadata {
    type Value = BTreeMap<String, String>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object of texts")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut metadata = BTreeMap::new();
        while let Some((key, value)) = map.next_entry::<String, String>()? {
            if metadata.contains_key(&key) {
                let key = shown(&key);
                return Err(A::Error::custom(format_args!(
                    "`{key}` is given twice in the metadata"
                )));
            }
            metadata.insert(key, value);
        }
        Ok(metadata)
    }
}

struct Tensor {
    name: String,
}

impl<'de> DeserializeSeed<'de> for Tensor {
    type Value = TensorInfo;

    fn deserialize<D: Deserializer<'de>>(self, reader: D) -> Result<TensorInfo, D::Error> {
        reader.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for Tensor {
    type Value = TensorInfo;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a tensor with dtype, shape and data_offsets")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<TensorInfo, A::Error> {
        let (mut dtype, mut shape, mut offsets) = (None, None, None);
        while let Some(field) = map.next_key()? {
            let twice = match field {
                Field::Dtype => dtype.replace(map.next_value()?).is_some(),
                Field::Shape => shape.replace(map.next_value::<Shape>()?).is_some(),
                Field::DataOffsets => offsets.replace(map.next_value::<(u64, u64)>()?).is_some(),
            };
            if twice {
                return Err(A::Error::duplicate_field(field.as_str()));
            }
        }
        let dtype = dtype.ok_or_else(|| A::Error::missing_field(Field::Dtype.as_str()))?;
        let shape = shape.ok_or_else(|| A::Error::missing_field(Field::Shape.as_str()))?;
        let (start, end) =
            offsets.ok_or_else(|| A::Error::missing_field(Field::DataOffsets.as_str()))?;
        let data = ByteRange::new(start, end).ok_or_else(|| {
            let name = shown(&self.name);
            A::Error::custom(format_args!(
                "the data of tensor `{name}` ends at byte {end}, before it starts at {start}"
            ))
        })?;
        Ok(TensorInfo {
            name: self.name,
            dtype,
            shape: shape.0,
            data,
        })
    }
}

#[derive(Clone, Copy)]
enum Field {
    Dtype,
    Shape,
    DataOffsets,
}

impl Field {
    fn as_str(self) -> &'static str {
        match self {
            Self::Dtype => "dtype",
            Self::Shape => "shape",
            Self::DataOffsets => "data_offsets",
        }
    }
}

impl<'de> Deserialize<'de> for Field {
    fn deserialize<D: Deserializer<'de>>(reader: D) -> Result<Self, D::Error> {
        struct FieldVisitor;

        impl Visitor<'_> for FieldVisitor {
            type Value = Field;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("dtype, shape or data_offsets")
            }

            fn visit_str<E: Error>(self, text: &str) -> Result<Field, E> {
                [Field::Dtype, Field::Shape, Field::DataOffsets]
                    .into_iter()
                    .find(|field| field.as_str() == text)
                    .ok_or_else(|| {
                        E::custom(format_args!(
                            "`{}` is not dtype, shape or data_offsets",
                            shown(text)
                        ))
                    })
            }
        }

        reader.deserialize_identifier(FieldVisitor)
    }
}

impl<'de> Deserialize<'de> for Dtype {
    fn deserialize<D: Deserializer<'de>>(reader: D) -> Result<Self, D::Error> {
        struct DtypeVisitor;

        impl Visitor<'_> for DtypeVisitor {
            type Value = Dtype;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a dtype such as \"F32\"")
            }

            fn visit_str<E: Error>(self, text: &str) -> Result<Dtype, E> {
                text.parse().map_err(E::custom)
            }
        }

        reader.deserialize_str(DtypeVisitor)
    }
}

struct Shape(Vec<u64>);

impl<'de> Deserialize<'de> for Shape {
    fn deserialize<D: Deserializer<'de>>(reader: D) -> Result<Self, D::Error> {
        struct ShapeVisitor;

        impl<'de> Visitor<'de> for ShapeVisitor {
            type Value = Shape;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an array of lengths")
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut lengths: A) -> Result<Shape, A::Error> {
                let mut shape = Vec::new();
                while let Some(length) = lengths.next_element()? {
                    if shape.len() == MOST_DIMENSIONS {
                        return Err(A::Error::custom(format_args!(
                            "expected at most {MOST_DIMENSIONS} dimensions"
                        )));
                    }
                    shape.push(length);
                }
                Ok(Shape(shape))
            }
        }

        reader.deserialize_seq(ShapeVisitor)
    }
}
