//! The columns that a card tells of: `features` in `dataset_info`, or in a configuration.

use serde_yaml::Value;

use super::data_type::DataType;

/// The names of classes that are read of one column.
const MOST_CLASSES: usize = 10_000;

/// Reads a list of features as `datasets` writes it into a card. What it says of one column in a manner that is not
/// understood leaves that column [`DataType::Unknown`].
pub(super) fn read(features: &Value) -> Vec<(String, DataType)> {
    let list = features.as_sequence().map(Vec::as_slice);
    let named = list.unwrap_or_default().iter().filter_map(|feature| {
        let name = scalar(feature.get("name")?)?;
        Some((name, data_type(feature)))
    });
    named.collect()
}

/// The type that a mapping tells: by `dtype`, or by the name of the kind of thing that it is.
fn data_type(feature: &Value) -> DataType {
    match feature {
        Value::String(name) => of_name(name),
        Value::Sequence(_) => DataType::Struct(read(feature)),
        Value::Mapping(mapping) => {
            let get = |key: &str| feature.get(key);
            if let Some(dtype) = get("dtype") {
                return data_type(dtype);
            }
            if let Some(inner) = get("struct") {
                return DataType::Struct(read(inner));
            }
            if let Some(inner) = get("list").or_else(|| get("large_list")) {
                return DataType::List(Box::new(data_type(inner)), length(feature));
            }
            if let Some(inner) = get("sequence") {
                return sequence(inner, length(feature));
            }
            if let Some(label) = get("class_label") {
                return DataType::Class(classes(label));
            }
            let dimensions = ["array2_d", "array3_d", "array4_d", "array5_d"];
            if let Some(array) = dimensions.iter().find_map(|key| get(key)) {
                return of_array(array);
            }
            if let Some(audio) = get("audio") {
                let rate = audio.get("sampling_rate").and_then(Value::as_u64);
                return DataType::Audio(rate);
            }
            if let Some(languages) = get("translation").and_then(|of| of.get("languages")) {
                return translation(languages);
            }
            let named = ["image", "video"]
                .into_iter()
                .find(|key| get(key).is_some());
            let first = || mapping.keys().filter_map(scalar).find(|key| key != "name");
            let name = named.map(str::to_owned).or_else(first);
            name.map_or_else(nothing, |name| of_name(&name))
        }
        other => scalar(other).map_or_else(nothing, DataType::Unknown),
    }
}

fn nothing() -> DataType {
    DataType::Unknown("nothing".to_owned())
}

fn of_name(name: &str) -> DataType {
    match name {
        "image" => DataType::Image,
        "audio" => DataType::Audio(None),
        "video" => DataType::Video,
        name => DataType::scalar(name).unwrap_or_else(|| DataType::Unknown(name.to_owned())),
    }
}

/// A `sequence` of things with names is, for `datasets`, names with a list each.
fn sequence(inner: &Value, length: Option<u64>) -> DataType {
    match data_type(inner) {
        DataType::Struct(fields) => {
            let lists = fields
                .into_iter()
                .map(|(name, inner)| (name, DataType::List(Box::new(inner), length)));
            DataType::Struct(lists.collect())
        }
        inner => DataType::List(Box::new(inner), length),
    }
}

fn of_array(array: &Value) -> DataType {
    let shape = array.get("shape").and_then(Value::as_sequence);
    let mut inner = array
        .get("dtype")
        .map_or_else(|| DataType::Unknown("array".to_owned()), data_type);
    for length in shape.map(Vec::as_slice).unwrap_or_default().iter().rev() {
        inner = DataType::List(Box::new(inner), length.as_u64());
    }
    inner
}

fn translation(languages: &Value) -> DataType {
    let languages = languages.as_sequence().map(Vec::as_slice);
    let names = languages.unwrap_or_default().iter().filter_map(scalar);
    DataType::Struct(names.map(|name| (name, super::data_type::TEXT)).collect())
}

/// The names of classes: a list, or numbers with their names.
fn classes(label: &Value) -> Vec<String> {
    let names = label.get("names");
    let mut numbered: Vec<(u64, String)> = match names {
        Some(Value::Sequence(names)) => (0..).zip(names.iter().filter_map(scalar)).collect(),
        Some(Value::Mapping(names)) => names
            .iter()
            .filter_map(|(number, name)| Some((scalar(number)?.parse().ok()?, scalar(name)?)))
            .collect(),
        _ => Vec::new(),
    };
    numbered.sort();
    let names = numbered.into_iter().map(|(_, name)| name);
    names.take(MOST_CLASSES).collect()
}

fn length(feature: &Value) -> Option<u64> {
    feature.get("length").and_then(Value::as_u64)
}

/// A single value as the text it is written as.
pub(super) fn scalar(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Bool(flag) => Some(flag.to_string()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Metadata;

    #[test]
    fn features_are_read_as_datasets_writes_them() {
        let text = "
features:
- {name: text, dtype: string}
- {name: label, dtype: {class_label: {names: {'1': b, '0': a}}}}
- {name: kind, dtype: {class_label: {names: [x, y]}}}
- {name: image, dtype: image}
- {name: sound, dtype: {audio: {sampling_rate: 16000}}}
- {name: tokens, sequence: string}
- {name: vector, list: float32, length: 3}
- name: answers
  sequence:
  - {name: text, dtype: string}
  - {name: start, dtype: int32}
- name: turns
  list:
  - {name: role, dtype: string}
- name: meta
  struct:
  - {name: when, dtype: 'timestamp[us, tz=UTC]'}
- {name: board, dtype: {array2_d: {shape: [8, 8], dtype: int8}}}
- {name: pair, dtype: {translation: {languages: [en, de]}}}
- {name: odd, dtype: 'decimal128(10, 2)'}
- {name: odder, mesh: {}}
- {dtype: string}
- 5
";
        let metadata = Metadata::read(text).expect("metadata");
        let found = read(metadata.get("features").expect("features"));
        let scalar = |name: &str| DataType::scalar(name).expect("a type");
        let list = |inner: DataType, length| DataType::List(Box::new(inner), length);
        let names =
            |names: &[&str]| DataType::Class(names.iter().map(|n| (*n).to_owned()).collect());
        let text = || scalar("string");
        let expected = [
            ("text", text()),
            ("label", names(&["a", "b"])),
            ("kind", names(&["x", "y"])),
            ("image", DataType::Image),
            ("sound", DataType::Audio(Some(16_000))),
            ("tokens", list(text(), None)),
            ("vector", list(scalar("float32"), Some(3))),
            (
                "answers",
                DataType::Struct(vec![
                    ("text".to_owned(), list(text(), None)),
                    ("start".to_owned(), list(scalar("int32"), None)),
                ]),
            ),
            (
                "turns",
                list(DataType::Struct(vec![("role".to_owned(), text())]), None),
            ),
            (
                "meta",
                DataType::Struct(vec![("when".to_owned(), DataType::Scalar("sc:DateTime"))]),
            ),
            ("board", list(list(scalar("int8"), Some(8)), Some(8))),
            (
                "pair",
                DataType::Struct(vec![("en".to_owned(), text()), ("de".to_owned(), text())]),
            ),
            ("odd", DataType::Unknown("decimal128(10, 2)".to_owned())),
            ("odder", DataType::Unknown("mesh".to_owned())),
        ];
        for ((name, found), (expected_name, expected)) in found.iter().zip(&expected) {
            assert_eq!((name.as_str(), found), (*expected_name, expected));
        }
        assert_eq!(found.len(), expected.len());
        assert_eq!(read(&Value::Null), []);
    }
}
