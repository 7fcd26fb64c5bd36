use super::*;
use crate::{FieldPath, Metadata, view::fields::Notes};

fn read(block: &str) -> (Vec<Column>, usize) {
    let metadata = Metadata::read(block).expect("metadata");
    let mut notes = Notes::default();
    let value = metadata.get("features").expect("features");
    let columns = Column::read_all(value, &FieldPath::of("features"), &mut notes);
    (columns, notes.into_diagnostics().len())
}

fn value(dtype: &str) -> Feature {
    Feature::Value {
        dtype: dtype.to_owned(),
    }
}

fn list(feature: Feature, length: Option<u64>, kind: ListKind) -> Feature {
    Feature::List {
        feature: Box::new(feature),
        length,
        kind,
    }
}

fn column(name: &str, feature: Feature) -> Column {
    Column {
        name: name.to_owned(),
        feature,
    }
}

/// The same columns, as cards list them and as JSON has them.
const LISTED: &str = "\
features:
- name: id
  dtype: int64
- name: label
  dtype:
    class_label:
      names:
        '1': 'yes'
        '0': 'no'
- name: words
  sequence: string
- name: box
  list: float32
  length: 4
- name: answers
  sequence:
  - name: text
    dtype: string
  - name: at
    dtype: int32
- name: meta
  struct:
  - name: when
    dtype: timestamp[us, tz=UTC]
- name: rows
  list:
  - name: tag
    dtype:
      class_label:
        names: [a, b]
- name: picture
  dtype: image
- name: sound
  dtype:
    audio:
      sampling_rate: 16000
- name: both
  dtype:
    translation:
      languages: [de, 'no']
- name: grid
  dtype:
    array2_d:
      shape: [3, ~]
      dtype: uint8
- name: scan
  dtype: nifti
";

const TYPED: &str = "\
features:
  id: {dtype: int64, id: ~, _type: Value}
  label: {num_classes: 2, names: ['no', 'yes'], _type: ClassLabel}
  words: {feature: {dtype: string, _type: Value}, length: -1, _type: Sequence}
  box: {feature: {dtype: float32, _type: Value}, length: 4, _type: List}
  answers:
    feature:
      text: {dtype: string, _type: Value}
      at: {dtype: int32, _type: Value}
    _type: Sequence
  meta:
    when: {dtype: 'timestamp[us, tz=UTC]', _type: Value}
  rows:
  - tag: {names: [a, b], _type: ClassLabel}
  picture: {_type: Image}
  sound: {sampling_rate: 16000, _type: Audio}
  both: {languages: [de, 'no'], _type: Translation}
  grid: {shape: [3, ~], dtype: uint8, _type: Array2D}
  scan: {_type: Nifti}
";

#[test]
fn both_spellings_say_the_same() {
    let names = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
    let (columns, notes) = read(LISTED);
    assert_eq!(notes, 0);
    let expected = [
        column("id", value("int64")),
        column(
            "label",
            Feature::ClassLabel {
                names: names(&["no", "yes"]),
            },
        ),
        column("words", list(value("string"), None, ListKind::Sequence)),
        column("box", list(value("float32"), Some(4), ListKind::List)),
        column(
            "answers",
            list(
                Feature::Struct(vec![
                    column("text", value("string")),
                    column("at", value("int32")),
                ]),
                None,
                ListKind::Sequence,
            ),
        ),
        column(
            "meta",
            Feature::Struct(vec![column("when", value("timestamp[us, tz=UTC]"))]),
        ),
        column(
            "rows",
            list(
                Feature::Struct(vec![column(
                    "tag",
                    Feature::ClassLabel {
                        names: names(&["a", "b"]),
                    },
                )]),
                None,
                ListKind::List,
            ),
        ),
        column("picture", Feature::Image),
        column(
            "sound",
            Feature::Audio {
                sampling_rate: Some(16_000),
            },
        ),
        column(
            "both",
            Feature::Translation {
                languages: names(&["de", "no"]),
            },
        ),
        column(
            "grid",
            Feature::Array {
                shape: vec![Some(3), None],
                dtype: "uint8".to_owned(),
            },
        ),
    ];
    assert_eq!(columns[..11], expected);
    let Feature::Other { name, .. } = &columns[11].feature else {
        panic!("{:?}", columns[11]);
    };
    assert_eq!(name, "nifti");
    let (typed, notes) = read(TYPED);
    assert_eq!(notes, 0);
    assert_eq!(typed[..11], expected);
}

#[test]
fn what_can_not_be_told_stays_and_is_said() {
    let (columns, notes) = read("features:\n- a\n- name: b\n- name: c\n  dtype: 5\n");
    assert_eq!(columns.len(), 2);
    assert!(
        columns
            .iter()
            .all(|column| matches!(column.feature, Feature::Unknown(_)))
    );
    assert_eq!(notes, 3);
    let (columns, notes) = read("features: {x: {names: {'0': a, '2': b}, _type: ClassLabel}}");
    let names = vec!["a".to_owned(), "b".to_owned()];
    assert_eq!(columns, [column("x", Feature::ClassLabel { names })]);
    assert_eq!(notes, 1);
}
