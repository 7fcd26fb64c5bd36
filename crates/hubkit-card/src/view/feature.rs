//! What the columns of a data set hold.
//!
//! The types and both of their spellings are those of the library `datasets` 5.2: a list of `name` and `dtype` in cards,
//! and a mapping with `_type` as in `dataset_infos.json`.

use serde_yaml::{Mapping, Value};

use super::fields::{Notes, count, scalar, texts};
use crate::FieldPath;

/// A column of a data set, or a field of a structure.
#[derive(Clone, PartialEq, Debug)]
#[non_exhaustive]
pub struct Column {
    /// What it is called.
    pub name: String,
    /// What it holds.
    pub feature: Feature,
}

/// What a column holds.
#[derive(Clone, PartialEq, Debug)]
#[non_exhaustive]
pub enum Feature {
    /// A single value of a type of Arrow: `string`, `int64`, `float32`, `bool`, `timestamp[us]`, `binary`, …
    Value {
        /// The type.
        dtype: String,
    },
    /// A number that stands for a name.
    ClassLabel {
        /// The names, from that of 0 on. Empty where they are not told.
        names: Vec<String>,
    },
    /// Several of the same.
    List {
        /// Of what.
        feature: Box<Feature>,
        /// How many, where that is fixed.
        length: Option<u64>,
        /// How it is written.
        kind: ListKind,
    },
    /// Fields with names.
    Struct(Vec<Column>),
    /// A picture: its bytes, a path, or both.
    Image,
    /// A sound.
    Audio {
        /// How many samples a second.
        sampling_rate: Option<u64>,
    },
    /// A film.
    Video,
    /// The same text in several languages, each once.
    Translation {
        /// The languages.
        languages: Vec<String>,
    },
    /// The same text in several languages, of which some may be missing or be there several times.
    TranslationVariableLanguages {
        /// The languages.
        languages: Vec<String>,
    },
    /// Numbers in two to five dimensions.
    Array {
        /// How many in each; `None` where it varies.
        shape: Vec<Option<u64>>,
        /// The type of each.
        dtype: String,
    },
    /// A type with a name of its own, as `pdf`, `nifti`, `mesh`, `json`.
    Other {
        /// The name, in lower case with low lines.
        name: String,
        /// What else is said of it.
        options: Mapping,
    },
    /// What can't be told, as it is written.
    Unknown(Value),
}

/// How a list is written.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub enum ListKind {
    /// `list`: values of one after the other.
    List,
    /// `large_list`: the same with 64-bit offsets.
    LargeList,
    /// `sequence`, the older word. Of a structure it is a structure of lists: each field is a column of its own.
    Sequence,
}

impl Column {
    /// Reads the columns in either spelling.
    pub(super) fn read_all(value: &Value, path: &FieldPath, notes: &mut Notes) -> Vec<Self> {
        match value {
            Value::Null => Vec::new(),
            Value::Sequence(items) => {
                let mut columns = Vec::new();
                for (at, item) in items.iter().enumerate() {
                    let path = path.index(at);
                    match item.get("name").and_then(scalar) {
                        Some(name) => columns.push(Self {
                            name,
                            feature: listed(item, &path, notes),
                        }),
                        None => notes.wrong_type(&path, "a mapping with `name` and `dtype`", item),
                    }
                }
                columns
            }
            Value::Mapping(mapping) => fields(mapping, path, notes),
            _ => {
                notes.wrong_type(path, "a list of columns", value);
                Vec::new()
            }
        }
    }
}

fn fields(mapping: &Mapping, path: &FieldPath, notes: &mut Notes) -> Vec<Column> {
    let mut columns = Vec::new();
    for (key, value) in mapping {
        if let Some(name) = scalar(key) {
            let feature = any(value, &path.key(&name), notes);
            columns.push(Column { name, feature });
        }
    }
    columns
}

/// A feature in either spelling.
fn any(value: &Value, path: &FieldPath, notes: &mut Notes) -> Feature {
    match value {
        Value::String(dtype) => named(dtype, None, path, notes),
        Value::Mapping(mapping) => match mapping.get("_type").and_then(Value::as_str) {
            Some(kind) => typed(&snake_case(kind), mapping, path, notes),
            None if is_listed(mapping) => listed(value, path, notes),
            None => Feature::Struct(fields(mapping, path, notes)),
        },
        Value::Sequence(items) => match items.as_slice() {
            // A list of one feature is a list of that, one of columns a structure.
            [one] if one.get("name").is_none() => Feature::List {
                feature: Box::new(any(one, &path.index(0), notes)),
                length: None,
                kind: ListKind::List,
            },
            _ => Feature::Struct(Column::read_all(value, path, notes)),
        },
        _ => {
            notes.wrong_type(path, "a type", value);
            Feature::Unknown(value.clone())
        }
    }
}

/// Whether a mapping without `_type` is a feature, and not a structure.
fn is_listed(mapping: &Mapping) -> bool {
    let kind = mapping.keys().filter_map(Value::as_str);
    let mut kind = kind.filter(|key| *key != "name" && *key != "id");
    let first = kind.next().unwrap_or_default();
    let is_list = matches!(first, "sequence" | "list" | "large_list" | "struct");
    let is_value = first == "dtype"
        && mapping
            .get("dtype")
            .is_some_and(|dtype| !dtype.is_sequence());
    let is_named = mapping.len() == 1
        && matches!(
            first,
            "class_label" | "translation" | "translation_variable_languages"
        )
        || first.starts_with("array") && first.ends_with("_d");
    is_list || is_value || is_named
}

/// A feature as a mapping whose first field is its kind.
fn listed(value: &Value, path: &FieldPath, notes: &mut Notes) -> Feature {
    let Some(mapping) = value.as_mapping() else {
        return any(value, path, notes);
    };
    let is_kind = |key: &&Value| !matches!(key.as_str(), Some("name" | "id") | None);
    let Some(kind) = mapping.keys().find(is_kind).and_then(Value::as_str) else {
        notes.wrong_type(path, "a mapping with `name` and `dtype`", value);
        return Feature::Unknown(value.clone());
    };
    let inner = &mapping[kind];
    let path = path.key(kind);
    let list_kind = match kind {
        "list" => ListKind::List,
        "large_list" => ListKind::LargeList,
        "sequence" => ListKind::Sequence,
        "struct" => return Feature::Struct(Column::read_all(inner, &path, notes)),
        "dtype" => {
            return match inner {
                Value::String(dtype) => named(dtype, None, &path, notes),
                Value::Mapping(_) => listed(inner, &path, notes),
                _ => any(inner, &path, notes),
            };
        }
        "_type" => return any(value, &path, notes),
        _ => return named(kind, inner.as_mapping(), &path, notes),
    };
    // The length stands beside what is repeated, or with it.
    let length = mapping.get("length").or_else(|| inner.get("length"));
    let feature = match inner {
        Value::Sequence(_) => Feature::Struct(Column::read_all(inner, &path, notes)),
        Value::Mapping(_) => listed(inner, &path, notes),
        _ => any(inner, &path, notes),
    };
    Feature::List {
        feature: Box::new(feature),
        length: length.and_then(count),
        kind: list_kind,
    }
}

/// A feature with `_type`.
fn typed(kind: &str, mapping: &Mapping, path: &FieldPath, notes: &mut Notes) -> Feature {
    let list_kind = match kind {
        "list" => ListKind::List,
        "large_list" => ListKind::LargeList,
        "sequence" => ListKind::Sequence,
        "value" => {
            let dtype = mapping.get("dtype").and_then(scalar).unwrap_or_default();
            return Feature::Value { dtype };
        }
        _ => return named(kind, Some(mapping), path, notes),
    };
    let inner = mapping.get("feature").unwrap_or(&Value::Null);
    Feature::List {
        feature: Box::new(any(inner, &path.key("feature"), notes)),
        length: mapping.get("length").and_then(count),
        kind: list_kind,
    }
}

/// A feature by its name, with what else is said of it.
fn named(name: &str, options: Option<&Mapping>, path: &FieldPath, notes: &mut Notes) -> Feature {
    let option = |key: &str| options?.get(key);
    let mut languages = || match option("languages") {
        Some(value) => texts(value, &path.key("languages"), notes).0,
        None => Vec::new(),
    };
    match name.trim() {
        "class_label" => Feature::ClassLabel {
            names: option("names").map_or_else(Vec::new, |value| {
                class_names(value, &path.key("names"), notes)
            }),
        },
        "image" => Feature::Image,
        "audio" => Feature::Audio {
            sampling_rate: option("sampling_rate").and_then(count),
        },
        "video" => Feature::Video,
        "translation" => Feature::Translation {
            languages: languages(),
        },
        "translation_variable_languages" => Feature::TranslationVariableLanguages {
            languages: languages(),
        },
        "array2_d" | "array3_d" | "array4_d" | "array5_d" => Feature::Array {
            shape: match option("shape") {
                Some(Value::Sequence(shape)) => shape.iter().map(count).collect(),
                _ => Vec::new(),
            },
            dtype: option("dtype").and_then(scalar).unwrap_or_default(),
        },
        dtype if options.is_none() && is_value(dtype) => Feature::Value {
            dtype: dtype.to_owned(),
        },
        other => Feature::Other {
            name: other.to_owned(),
            options: options.cloned().unwrap_or_default(),
        },
    }
}

/// Whether a word is a type of Arrow, as the library knows them.
fn is_value(dtype: &str) -> bool {
    let name = dtype.split(['[', '(']).next().unwrap_or_default();
    matches!(
        name,
        "null"
            | "bool"
            | "int8"
            | "int16"
            | "int32"
            | "int64"
            | "uint8"
            | "uint16"
            | "uint32"
            | "uint64"
            | "float16"
            | "float32"
            | "float64"
            | "float"
            | "double"
            | "halffloat"
            | "int"
            | "str"
            | "time32"
            | "time64"
            | "timestamp"
            | "date32"
            | "date64"
            | "duration"
            | "decimal128"
            | "decimal256"
            | "binary"
            | "large_binary"
            | "binary_view"
            | "string"
            | "large_string"
            | "string_view"
            | "utf8"
            | "large_utf8"
            | "bool_"
            | "decimal"
    )
}

/// The names of classes: a list, or a mapping from their numbers.
fn class_names(value: &Value, path: &FieldPath, notes: &mut Notes) -> Vec<String> {
    let Value::Mapping(mapping) = value else {
        return texts(value, path, notes).0;
    };
    let mut names = Vec::new();
    for (key, name) in mapping {
        let number = scalar(key).and_then(|key| key.parse::<u64>().ok());
        match (number, scalar(name)) {
            (Some(number), Some(name)) => names.push((number, name)),
            _ => notes.wrong_type(path, "names by their numbers", value),
        }
    }
    names.sort();
    let is_whole = (0..)
        .zip(&names)
        .all(|(expected, (number, _))| expected == *number);
    if !is_whole {
        notes.unknown_value(path, "a name for every number from 0 on", "a gap");
    }
    names.into_iter().map(|(_, name)| name).collect()
}

/// `ClassLabel` as `class_label`, `Array2D` as `array2_d`, as the library does.
fn snake_case(name: &str) -> String {
    let mut snake = String::with_capacity(name.len() + 4);
    for c in name.chars() {
        if c.is_ascii_uppercase() && !snake.is_empty() {
            snake.push('_');
        }
        snake.push(c.to_ascii_lowercase());
    }
    snake
}

#[cfg(test)]
mod tests;
