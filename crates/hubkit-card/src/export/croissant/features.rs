//! The columns that a card tells of: `features` in `dataset_info`, or in a configuration.

use super::data_type::{DataType, TEXT};
use crate::{Column, Feature, ListKind};

/// So many names of classes are taken over of one column.
const MOST_CLASSES: usize = 10_000;

/// The columns of a card as Croissant has them. What it has no type for stays [`DataType::Unknown`].
pub(super) fn read(columns: &[Column]) -> Vec<(String, DataType)> {
    let named = columns
        .iter()
        .map(|column| (column.name.clone(), data_type(&column.feature)));
    named.collect()
}

fn data_type(feature: &Feature) -> DataType {
    let named =
        |name: &str| DataType::scalar(name).unwrap_or_else(|| DataType::Unknown(name.to_owned()));
    match feature {
        Feature::Value { dtype } => named(dtype),
        Feature::ClassLabel { names } => {
            DataType::Class(names.iter().take(MOST_CLASSES).cloned().collect())
        }
        Feature::List {
            feature,
            length,
            kind,
        } => of_list(data_type(feature), *length, *kind),
        Feature::Struct(fields) => DataType::Struct(read(fields)),
        Feature::Image => DataType::Image,
        Feature::Audio { sampling_rate } => DataType::Audio(*sampling_rate),
        Feature::Video => DataType::Video,
        Feature::Translation { languages } => {
            let texts = languages.iter().map(|name| (name.clone(), TEXT));
            DataType::Struct(texts.collect())
        }
        Feature::Array { shape, dtype } => {
            let lists = shape.iter().rev();
            lists.fold(named(dtype), |inner, length| {
                DataType::List(Box::new(inner), *length)
            })
        }
        Feature::TranslationVariableLanguages { .. } => {
            DataType::Unknown("translation_variable_languages".to_owned())
        }
        Feature::Other { name, .. } => DataType::Unknown(name.clone()),
        Feature::Unknown(_) => DataType::Unknown("what the card says of it".to_owned()),
    }
}

/// A `sequence` of things with names is, for `datasets`, names with a list each.
fn of_list(inner: DataType, length: Option<u64>, kind: ListKind) -> DataType {
    match (inner, kind) {
        (DataType::Struct(fields), ListKind::Sequence) => {
            let lists = fields
                .into_iter()
                .map(|(name, inner)| (name, DataType::List(Box::new(inner), length)));
            DataType::Struct(lists.collect())
        }
        (inner, _) => DataType::List(Box::new(inner), length),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Card;

    #[test]
    fn features_are_read_as_datasets_writes_them() {
        let text = "---
dataset_info:
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
---
";
        let found = read(&Card::read(text).dataset().infos[0].features);
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
        assert_eq!(read(&[]), []);
    }
}
