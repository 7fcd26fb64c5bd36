//! Models described for other programs, and bills of materials as cards.

use std::collections::BTreeSet;

use hubkit_card::{
    Asset, AssetFile, Card, CycloneDxVersion, EvalEntries, ModelDocuments, ModelShape,
    ModelSources, cyclonedx, import_cyclonedx, model_jsonld, spdx,
};
use serde_json::Value;

use crate::Target;

pub(crate) const TARGETS: &[Target] = &[("card-model", describe), ("cyclonedx-import", import)];

/// What stands between a card, its results and its configuration.
const BETWEEN: u8 = 0x1c;

/// No document is longer than what it is made from explains: each text stands in it a few times, escaped.
const TIMES: usize = 64;
const AT_LEAST: usize = 1 << 16;

/// A card, a file of results and a configuration.
fn describe(data: &[u8]) {
    let mut parts = data.split(|byte| *byte == BETWEEN);
    let mut part = || String::from_utf8_lossy(parts.next().unwrap_or_default());
    let (text, results, config) = (part(), part(), part());
    let card = Card::read(&text);
    let results = EvalEntries::read(&results).map_or_else(|_| Vec::new(), |read| read.entries);
    let config: Option<Value> = serde_json::from_str(&config).ok();
    let mut asset = Asset::default();
    asset.files.extend(
        ["README.md", "LICENSE", "model.safetensors"].map(|path| AssetFile {
            path: path.parse().expect("a path"),
            size: 1,
            sha256: Some("a".repeat(64).parse().expect("a digest")),
            oid: None,
        }),
    );
    let sources = ModelSources {
        card: &card,
        asset: &asset,
        name: "model",
        shape: &ModelShape::default(),
        documents: ModelDocuments {
            config: config.as_ref(),
            ..ModelDocuments::default()
        },
        eval_results: &results,
    };
    let longest = AT_LEAST + TIMES * data.len();
    for version in [CycloneDxVersion::V1_6, CycloneDxVersion::V1_7] {
        let bill = cyclonedx(&sources, version);
        check(&bill, "bom-ref", longest);
        let imported = import_cyclonedx(&bill).expect("our own document");
        if let Ok(card) = imported.to_card() {
            assert_eq!(Card::read(&card).metadata.as_mapping(), &imported.metadata);
        }
    }
    check(&model_jsonld(&sources), "no name is its own here", longest);
    let spdx = spdx(&sources, Some("2026-11-27T08:00:00Z")).expect("a time");
    check(&spdx, "spdxId", longest);
}

/// A document has a bound, and no name is given to two things in it.
fn check(document: &Value, name: &str, longest: usize) {
    let length = document.to_string().len();
    assert!(
        length <= longest,
        "{length} bytes, at most {longest} expected"
    );
    let mut names = BTreeSet::new();
    let mut left = vec![document];
    while let Some(value) = left.pop() {
        match value {
            Value::Object(map) => {
                if let Some(name) = map.get(name).and_then(Value::as_str) {
                    assert!(names.insert(name), "{name} is given twice");
                }
                left.extend(map.values());
            }
            Value::Array(list) => left.extend(list),
            _ => {}
        }
    }
}

/// Any JSON, as a card of its own.
fn import(data: &[u8]) {
    let Ok(document) = serde_json::from_slice(data) else {
        return;
    };
    let Ok(imported) = import_cyclonedx(&document) else {
        return;
    };
    if let Ok(card) = imported.to_card() {
        assert_eq!(Card::read(&card).metadata.as_mapping(), &imported.metadata);
    }
}
