//! Features in either spelling.

use serde_yaml::{Mapping, Value};

use super::{
    Column, Feature, ListKind,
    named::{named, snake_case},
};
use crate::{
    FieldPath,
    view::fields::{Notes, count, scalar},
};

impl Column {
    /// Reads the columns in either spelling.
    pub(in crate::view) fn read_all(
        value: &Value,
        path: &FieldPath,
        notes: &mut Notes,
    ) -> Vec<Self> {
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
