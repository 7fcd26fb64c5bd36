//! Data sets described in Croissant, and such descriptions as cards.

use std::collections::BTreeMap;

use hubkit_card::{
    Asset, AssetFile, Card, DatasetSources, Sample, croissant, import_croissant, sampled_files,
};

use crate::Target;

pub(crate) const TARGETS: &[Target] = &[("croissant", describe), ("croissant-import", import)];

/// What stands between a card and the beginning of its data files.
const BETWEEN: u8 = 0x1c;

const FILES: [&str; 6] = [
    "README.md",
    "data/train-00000-of-00001.parquet",
    "lines.jsonl",
    "list.json",
    "test.csv",
    "train.csv",
];

/// A card, and how each of its files begins.
fn describe(data: &[u8]) {
    let at = data.iter().position(|byte| *byte == BETWEEN);
    let (text, sample) = data.split_at(at.unwrap_or(data.len()));
    let text = String::from_utf8_lossy(text);
    let card = Card::read(&text);
    let mut asset = Asset::default();
    asset.files.extend(FILES.iter().map(|path| AssetFile {
        path: path.parse().expect("a path"),
        size: sample.len() as u64,
        sha256: Some("a".repeat(64).parse().expect("a digest")),
        oid: None,
    }));
    let sample = Sample {
        bytes: sample.get(1..).unwrap_or_default().to_vec(),
        is_whole: true,
    };
    let asked = sampled_files(&card, &asset).into_iter();
    let samples: BTreeMap<_, _> = asked
        .map(|file| (file.path.clone(), sample.clone()))
        .collect();
    let described = croissant(&DatasetSources {
        card: &card,
        asset: &asset,
        name: "words",
        samples: &samples,
    });
    let mut names = Vec::new();
    collect_names(&described.document, &mut names);
    names.sort_unstable();
    let count = names.len();
    names.dedup();
    assert_eq!(names.len(), count, "a name is given twice");
    let imported = import_croissant(&described.document).expect("our own document");
    // Texts of strangers may have no form in YAML that reads back; then there is no card.
    if let Ok(card) = imported.to_card() {
        assert_eq!(Card::read(&card).metadata.as_mapping(), &imported.metadata);
    }
}

/// The ids of all parts. What has an id and nothing else is a reference.
fn collect_names<'a>(value: &'a serde_json::Value, names: &mut Vec<&'a str>) {
    match value {
        serde_json::Value::Object(map) => {
            for (key, inner) in map {
                if key == "@context" || key == "data" {
                    continue;
                }
                match inner.as_str() {
                    Some(id) if key == "@id" && map.len() > 1 => names.push(id),
                    _ => collect_names(inner, names),
                }
            }
        }
        serde_json::Value::Array(list) => {
            for inner in list {
                collect_names(inner, names);
            }
        }
        _ => {}
    }
}

/// Any JSON, as a card of its own and into one that is there.
fn import(data: &[u8]) {
    let Ok(document) = serde_json::from_slice(data) else {
        return;
    };
    let Ok(imported) = import_croissant(&document) else {
        return;
    };
    if let Ok(card) = imported.to_card() {
        let read = Card::read(&card);
        assert_eq!(read.metadata.as_mapping(), &imported.metadata);
        let (again, _) = imported.add_to(&card).expect("a card of ours");
        assert_eq!(again, card);
    }
    let there = "---\r\nlicense: mit # ours\r\n---\r\nText";
    if let Ok((card, _)) = imported.add_to(there) {
        assert!(card.starts_with("---\r\nlicense: mit # ours\r\n"));
        assert!(card.ends_with("---\r\nText"));
    }
}
