//! What comes back of a card that was described in Croissant.

use std::collections::BTreeMap;

use hubkit_types::{Repo, RepoKind};
use serde_json::json;

use super::*;
use crate::{Asset, AssetFile, Card, DatasetSources, EditError, Metadata, croissant};

const CARD: &str = "\
---
license: [cc-by-4.0, other]
license_name: house rules
license_link: https://example.org/terms
language: [en, no, multilingual]
pretty_name: Words of the world
tags: [words, no]
task_categories: [text-classification]
task_ids: [sentiment-analysis]
size_categories: [n<1K]
doi: 10.5072/words
extra_gated_prompt: Be kind.
configs:
- config_name: default
  data_files:
  - {split: train, path: data/a b.parquet}
  - {split: test, path: [data/c.parquet, data/d.parquet]}
- config_name: pages
  data_files:
  - {split: train, path: pages.parquet}
dataset_info:
- config_name: default
  features:
  - {name: word, dtype: string}
  - {name: n, dtype: int32}
  - {name: label, dtype: {class_label: {names: {'0': neg, '1': 'pos, or so'}}}}
  - {name: \"what it's\", dtype: float32}
  - {name: sound, dtype: {audio: {sampling_rate: 16000}}}
- config_name: pages
  features:
  - {name: image, dtype: image}
  - {name: vector, list: float64, length: 3}
  - {name: board, list: {list: int8, length: 8}, length: 8}
  - name: boxes
    list:
    - {name: at, dtype: int64}
  - name: meta
    struct:
    - {name: when, dtype: 'timestamp[us]'}
    - {name: tags, list: string}
---
# Words of the world

Words that people say, and how often.

## Citation

```bibtex
@misc{words, title={Words}}
```
";

fn round_trip(card: &str, asset: &Asset) -> Imported {
    let card = Card::read(card);
    assert_eq!(card.fault, None);
    let described = croissant(&DatasetSources {
        card: &card,
        asset,
        name: "folder",
        samples: &BTreeMap::new(),
    });
    import_croissant(&described.document).expect("a data set")
}

fn asset() -> Asset {
    let mut asset = Asset::default();
    let paths = [
        "data/a b.parquet",
        "data/c.parquet",
        "data/d.parquet",
        "pages.parquet",
    ];
    asset.files = paths
        .into_iter()
        .map(|path| AssetFile {
            path: path.parse().expect("a path"),
            size: 7,
            sha256: Some("a".repeat(64).parse().expect("a digest")),
            oid: None,
        })
        .collect();
    asset.repo = Some(Repo::new(
        RepoKind::Dataset,
        "lab/words".parse().expect("an id"),
    ));
    asset.endpoint = Some("https://hub.example".parse().expect("an endpoint"));
    asset.commit = Some("c".repeat(40).parse().expect("a commit"));
    asset
}

#[test]
fn a_card_that_was_described_comes_back() {
    let card = CARD;
    let imported = round_trip(card, &asset());
    let there = Metadata::read(Card::read(card).block.expect("a block")).expect("metadata");
    for (key, expected) in there.as_mapping() {
        assert_eq!(imported.metadata.get(key), Some(expected), "{key:?}");
    }
    assert_eq!(imported.metadata.len(), there.as_mapping().len());
    // The card as text says the same once more, and its text is there.
    let written = imported.to_card().expect("a card");
    let again = Card::read(&written);
    assert_eq!(again.metadata.as_mapping(), &imported.metadata);
    assert_eq!(again.body.trim(), Card::read(card).body.trim());
    let lost: Vec<&str> = imported
        .losses
        .iter()
        .map(|loss| loss.what.as_str())
        .collect();
    assert_eq!(lost, ["creator", "url", "distribution"]);
}

#[test]
fn documents_of_others_are_read_and_what_is_lost_is_told() {
    let document = json!({
        "@context": { "@vocab": "https://schema.org/" },
        "@type": "schema:Dataset",
        "name": { "de": "Wörter" },
        "schema:license": [
            "https://creativecommons.org/licenses/by-sa/4.0/",
            { "@type": "CreativeWork", "name": "Ours", "url": "https://example.org" },
            "https://example.org/other",
        ],
        "inLanguage": ["en-GB", "Klingon"],
        "keywords": "one",
        "publisher": { "name": "x" },
        "distribution": [
            { "@type": "cr:FileObject", "@id": "repo", "contentUrl": "https://huggingface.co/datasets/a/b" },
            { "@type": "cr:FileSet", "@id": "files", "includes": "default/*/*.parquet" },
        ],
        "recordSet": [
            { "@id": "labels", "data": [{ "a": 1 }] },
            {
                "@id": "default",
                "field": [
                    {
                        "@id": "default/split",
                        "source": { "fileSet": { "@id": "files" }, "extract": { "fileProperty": "fullpath" } },
                    },
                    {
                        "@id": "default/n",
                        "dataType": "sc:Integer",
                        "source": { "fileSet": { "@id": "files" }, "extract": { "column": "n n" } },
                    },
                    {
                        "@id": "default/odd",
                        "dataType": "wd:Q1",
                        "source": { "fileSet": { "@id": "files" }, "extract": { "column": "odd" } },
                    },
                ],
            },
        ],
    });
    let imported = import_croissant(&document).expect("a data set");
    let text = "
license: [cc-by-sa-4.0, other]
license_name: Ours
license_link: https://example.org
language: [en]
pretty_name: Wörter
tags: [one]
configs:
- config_name: default
  data_files:
  - {split: train, path: default/*/*.parquet}
dataset_info:
  config_name: default
  features:
  - {name: n n, dtype: int64}
";
    let expected = Metadata::read(text).expect("metadata");
    assert_eq!(&imported.metadata, expected.as_mapping());
    let lost: Vec<&str> = imported
        .losses
        .iter()
        .map(|loss| loss.what.as_str())
        .collect();
    assert_eq!(
        lost,
        [
            "https://example.org/other",
            "en-GB",
            "Klingon",
            "labels",
            "the splits of default",
            "odd of default",
            "publisher",
            "distribution",
        ]
    );
}

#[test]
fn what_is_no_data_set_is_named() {
    for (document, found) in [
        (json!([]), "a list"),
        (json!({}), "an object without `@type`"),
        (json!({ "@type": "MLModel" }), "a MLModel"),
        (
            json!({ "bomFormat": "CycloneDX" }),
            "an object without `@type`",
        ),
    ] {
        let error = import_croissant(&document).expect_err("no data set");
        assert_eq!(
            error,
            ImportError::NoDataset {
                found: found.to_owned()
            }
        );
    }
}

#[test]
fn a_card_gets_what_it_lacks_and_keeps_what_it_has() {
    let imported = import_croissant(&json!({
        "@type": "Dataset", "name": "words", "license": "https://spdx.org/licenses/MIT.html", "inLanguage": "no",
    }))
    .expect("a data set");
    for (text, expected) in [
        (
            "---\nlicense: mit # ours\n\n# end\n---\n# Text\n",
            "---\nlicense: mit # ours\nlanguage:\n- 'no'\npretty_name: words\n\n# end\n---\n# Text\n",
        ),
        (
            "---\r\nlicense: gpl\r\nlanguage: en\r\n---\r\nText",
            "---\r\nlicense: gpl\r\nlanguage: en\r\npretty_name: words\r\n---\r\nText",
        ),
        (
            "Text\n",
            "---\nlicense: mit\nlanguage:\n- 'no'\npretty_name: words\n---\nText\n",
        ),
        (
            "---\n\n---\nText",
            "---\nlicense: mit\nlanguage:\n- 'no'\npretty_name: words\n---\nText",
        ),
        (
            "---\n{license: gpl}\n---\n# Text",
            "---\n{license: gpl, language: ['no'], pretty_name: words}\n---\n# Text",
        ),
    ] {
        let (written, _) = imported.add_to(text).expect("a card");
        assert_eq!(written, expected);
    }
    let (_, losses) = imported
        .add_to("---\nlicense: gpl\n---\nText")
        .expect("a card");
    let lost: Vec<&str> = losses.iter().map(|loss| loss.what.as_str()).collect();
    assert_eq!(lost, ["license", "description"]);
    let refused = imported.add_to("---\nlicense: mit\n").expect_err("open");
    assert_eq!(refused, ImportError::Unchanged(EditError::Unclosed));
    let refused = imported.add_to("---\na: [\n---\n").expect_err("broken");
    assert_eq!(refused, ImportError::BrokenCard);
}

#[test]
fn deep_and_long_documents_end() {
    let mut field = json!({ "name": "a", "dataType": "sc:Text" });
    for _ in 0..100 {
        field = json!({ "name": "a", "subField": [field] });
    }
    let document = json!({
        "@type": "Dataset",
        "distribution": [{ "@id": "f", "contentUrl": "f.csv" }],
        "recordSet": [{ "name": "r", "field": [
            { "name": "b", "dataType": "sc:Text", "source": { "fileObject": { "@id": "f" } } }, field,
        ] }],
    });
    let imported = import_croissant(&document).expect("a data set");
    assert!(
        imported
            .losses
            .iter()
            .any(|loss| loss.why == "it lies too deep")
    );
    assert!(imported.to_card().is_ok());
}

#[test]
fn no_description_becomes_metadata() {
    let document =
        json!({ "@type": "Dataset", "description": "---\nlicense: mit\n---\n\u{1b}[2J" });
    let imported = import_croissant(&document).expect("a data set");
    let made = imported.to_card().expect("a card");
    assert_eq!(made, "# Dataset\n\n---\nlicense: mit\n---\n[2J\n\n");
    let (added, _) = imported.add_to("").expect("a card");
    for text in [made, added] {
        assert!(Card::read(&text).metadata.is_empty(), "{text}");
    }
}

#[test]
fn what_nobody_reads_is_told() {
    let document = json!({
        "@type": "sc:Dataset",
        "sc:name": "words",
        "dct:conformsTo": "http://mlcommons.org/croissant/1.1",
        "rai:dataBiases": "many",
        "isLiveDataset": true,
        "sdVersion": null,
        "recordSet": [{
            "name": "r",
            "key": "a",
            "field": [
                { "name": "a", "dataType": "sc:Text", "references": { "@id": "b" } },
                { "name": "b", "dataType": "sc:Text", "references": { "@id": "a" } },
            ],
        }],
    });
    let imported = import_croissant(&document).expect("a data set");
    let lost: Vec<&str> = imported
        .losses
        .iter()
        .map(|loss| loss.what.as_str())
        .collect();
    let expected = [
        "key of r",
        "references of columns of r",
        "r",
        "isLiveDataset",
        "rai:dataBiases",
    ];
    assert_eq!(lost, expected);
}

#[test]
fn one_doi_is_taken_and_other_identifiers_are_told() {
    let document = json!({
        "@type": "Dataset",
        "name": "words",
        "identifier": ["urn:x", "https://doi.org/10.1/a"],
        "sameAs": ["doi:10.1/a", "https://example.org/words"],
    });
    let imported = import_croissant(&document).expect("a data set");
    assert_eq!(imported.metadata["doi"], "10.1/a");
    let lost = imported.losses.iter().map(|loss| loss.what.as_str());
    assert_eq!(lost.collect::<Vec<_>>(), ["identifier", "sameAs"]);
}
