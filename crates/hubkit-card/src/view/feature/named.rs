//! Features that have a name of their own, with what else is said of them.

use serde_yaml::{Mapping, Value};

use super::Feature;
use crate::{
    FieldPath,
    view::fields::{Notes, count, scalar, texts},
};

/// A feature by its name, with what else is said of it.
pub(super) fn named(
    name: &str,
    options: Option<&Mapping>,
    path: &FieldPath,
    notes: &mut Notes,
) -> Feature {
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
pub(super) fn snake_case(name: &str) -> String {
    let mut snake = String::with_capacity(name.len() + 4);
    for c in name.chars() {
        if c.is_ascii_uppercase() && !snake.is_empty() {
            snake.push('_');
        }
        snake.push(c.to_ascii_lowercase());
    }
    snake
}
