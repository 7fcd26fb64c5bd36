//! Fields of records, as the features of a card.

use serde_yaml::{Mapping, Value};

use super::node::Node;
use crate::Loss;

/// So deep fields may nest.
const DEEPEST: usize = 16;
/// So many columns of a set of records are taken over.
const MOST: usize = 1_000;

/// The features of a set of records, but for its split.
pub(super) fn read(records: Node<'_>, name: &str, losses: &mut Vec<Loss>) -> Vec<Value> {
    let fields = records.all("field").into_iter().take(MOST);
    let columns = fields.filter(|field| !is_split(*field));
    columns
        .filter_map(|field| feature(field, name, 0, losses))
        .collect()
}

/// Whether a field is no column but tells the split: by a fixed value, or by the path of the file.
pub(super) fn is_split(field: Node<'_>) -> bool {
    let name = column(field);
    let by_path = field
        .get("source")
        .and_then(|source| source.get("extract"))
        .is_some_and(|extract| extract.get("fileProperty").is_some());
    name.as_deref() == Some("split") && (field.get("value").is_some() || by_path)
}

fn feature(field: Node<'_>, records: &str, depth: usize, losses: &mut Vec<Loss>) -> Option<Value> {
    let name = column(field)?;
    let mut mapping = Mapping::new();
    mapping.insert("name".into(), name.as_str().into());
    let inner = field.all("subField");
    let mut lost = |why: &str| losses.push(Loss::new(format!("{name} of {records}"), why));
    let kind = if inner.is_empty() {
        let Some(dtype) = dtype(field) else {
            lost("a card has no type for it");
            return None;
        };
        ("dtype", dtype)
    } else if depth == DEEPEST {
        lost("it lies too deep");
        return None;
    } else {
        let inner = inner.into_iter().take(MOST);
        let inner = inner.filter_map(|inner| feature(inner, records, depth + 1, losses));
        ("struct", Value::Sequence(inner.collect()))
    };
    for (key, value) in in_lists(field, kind) {
        mapping.insert(key.into(), value);
    }
    Some(Value::Mapping(mapping))
}

/// A type, in as many lists as the shape of the field has dimensions.
fn in_lists(field: Node<'_>, (key, value): (&'static str, Value)) -> Vec<(&'static str, Value)> {
    let is_list = ["isArray", "repeated"].iter().any(|term| {
        field
            .get(term)
            .is_some_and(|node| node.0.as_bool() == Some(true))
    });
    if !is_list {
        return vec![(key, value)];
    }
    let shape = field.text("arrayShape").unwrap_or_else(|| "-1".to_owned());
    let mut found = vec![(key, value)];
    for length in shape.split(',').rev().take(DEEPEST) {
        let length: Option<u64> = length.trim().trim_matches(['(', ')']).parse().ok();
        let inner = match found.as_slice() {
            [("dtype", Value::String(name))] => Value::from(name.as_str()),
            [("struct", fields)] => fields.clone(),
            parts => {
                let parts = parts
                    .iter()
                    .map(|(key, value)| ((*key).into(), value.clone()));
                Value::Mapping(parts.collect())
            }
        };
        found = vec![("list", inner)];
        found.extend(length.map(|length| ("length", length.into())));
    }
    found
}

/// The name of a column, as files have it.
fn column(field: Node<'_>) -> Option<String> {
    let source = field.get("source");
    let is_inner = source.is_some_and(|source| source.get("transform").is_some());
    let column = source
        .filter(|_| !is_inner)
        .and_then(|source| source.get("extract"))
        .and_then(|extract| extract.text("column"));
    column.or_else(|| field.text("name")).or_else(|| {
        let id = field.id()?;
        Some(id.rsplit_once('/').map_or(id, |(_, name)| name).to_owned())
    })
}

fn dtype(field: Node<'_>) -> Option<Value> {
    let rate = field
        .get("source")
        .and_then(|source| source.get("samplingRate"));
    let types = field.texts("dataType");
    types.iter().find_map(|name| {
        let short = name.rsplit([':', '/']).next().unwrap_or(name);
        if let Some(classes) = field.text("description").and_then(|text| classes(&text))
            && short == "Integer"
        {
            return Some(of("class_label", "names", classes));
        }
        if let ("AudioObject", Some(rate)) = (short, rate.and_then(|node| node.0.as_u64())) {
            return Some(of("audio", "sampling_rate", rate.into()));
        }
        Some(Value::from(match short {
            "Boolean" => "bool",
            "Int8" => "int8",
            "Int16" => "int16",
            "Int32" => "int32",
            "Int64" | "Integer" => "int64",
            "UInt8" => "uint8",
            "UInt16" => "uint16",
            "UInt32" => "uint32",
            "UInt64" => "uint64",
            "Float16" => "float16",
            "Float32" => "float32",
            "Float64" | "Float" | "Number" => "float64",
            "Text" | "URL" => "string",
            "Date" => "date32",
            "DateTime" => "timestamp[us]",
            "Time" => "time64[us]",
            "ImageObject" => "image",
            "AudioObject" => "audio",
            "VideoObject" => "video",
            _ => return None,
        }))
    })
}

fn of(kind: &str, key: &str, value: Value) -> Value {
    let mut inner = Mapping::new();
    inner.insert(key.into(), value);
    let mut outer = Mapping::new();
    outer.insert(kind.into(), Value::Mapping(inner));
    Value::Mapping(outer)
}

/// The names of classes as our own documents tell them, if all are told: `Classes: 0 = neg, 1 = pos`.
fn classes(description: &str) -> Option<Value> {
    let mut rest = description.strip_prefix("Classes: 0 = ")?;
    let mut names = Mapping::new();
    loop {
        let number = names.len() + 1;
        let (name, more) = match rest.split_once(&format!(", {number} = ")) {
            Some((name, more)) => (name, Some(more)),
            None => (rest, None),
        };
        names.insert((number - 1).to_string().into(), name.into());
        match more {
            Some(more) => rest = more,
            None if name.contains(", and ") && name.ends_with(" more") => return None,
            None => return Some(Value::Mapping(names)),
        }
    }
}
