//! Documents as a whole.

use hubkit_types::{Repo, RepoKind};
use serde_json::json;

use super::*;

const CARD: &str = "\
---
pretty_name: Words of the world
license: [cc-by-4.0, other]
license_name: house rules
license_link: LICENSE
language: [en, no, code]
tags: [words]
task_categories: [text-classification]
size_categories: n<1K
extra_gated_prompt: Be kind.
configs:
- config_name: default
  data_files:
  - split: train
    path: data/train.csv
  - split: test
    path: [data/test-*.csv]
- config_name: pages
  data_files: pages/*.parquet
- config_name: odd
  data_files: data/train.csv
  skiprows: 2
dataset_info:
- config_name: pages
  features:
  - {name: image, dtype: image}
  - {name: label, dtype: {class_label: {names: [cat, dog]}}}
  - name: boxes
    list:
    - {name: at, sequence: float32, length: 4}
  - {name: what is it, dtype: decimal128}
---
# Words

Words that people say, and how often.
";

fn asset(files: &[(&str, bool)]) -> Asset {
    let mut asset = Asset::default();
    for (path, is_known) in files {
        asset.files.push(AssetFile {
            path: path.parse().expect("a path"),
            size: 7,
            sha256: is_known.then(|| "a".repeat(64).parse().expect("a digest")),
            oid: None,
        });
    }
    asset
}

fn on_a_hub(mut asset: Asset) -> Asset {
    asset.repo = Some(Repo::new(
        RepoKind::Dataset,
        "lab/words".parse().expect("an id"),
    ));
    asset.endpoint = Some("https://hub.example/prefix".parse().expect("an endpoint"));
    asset.commit = Some("c".repeat(40).parse().expect("a commit"));
    asset.created = Some("2026-01-02T03:04:05.000Z".to_owned());
    asset
}

const FILES: [(&str, bool); 8] = [
    (".gitattributes", true),
    ("LICENSE", true),
    ("README.md", true),
    ("data/test-0.csv", true),
    ("data/test-1.csv", true),
    ("data/train.csv", true),
    ("pages/a b.parquet", true),
    ("unknown.bin", false),
];

fn described(asset: &Asset, samples: &[(&str, &str)]) -> Croissant {
    let card = Card::read(CARD);
    assert_eq!(card.fault, None);
    let samples = samples
        .iter()
        .map(|(path, text)| {
            let sample = Sample {
                bytes: text.as_bytes().to_vec(),
                is_whole: true,
            };
            (path.parse().expect("a path"), sample)
        })
        .collect();
    croissant(&DatasetSources {
        card: &card,
        asset,
        name: "folder",
        samples: &samples,
    })
}

const SAMPLES: [(&str, &str); 2] = [
    ("data/train.csv", "word,n\nhub,1\n"),
    ("data/test-0.csv", "word,n\nhub,1\n"),
];

/// The part of a document with an id.
fn part<'a>(value: &'a Json, id: &str) -> Option<&'a Json> {
    match value {
        Json::Object(object) => {
            let is_it = object.len() > 1 && object.get("@id").and_then(Json::as_str) == Some(id);
            if is_it {
                return Some(value);
            }
            object.values().find_map(|inner| part(inner, id))
        }
        Json::Array(list) => list.iter().find_map(|inner| part(inner, id)),
        _ => None,
    }
}

#[test]
fn a_repository_is_described_at_its_commit() {
    let found = described(&on_a_hub(asset(&FILES)), &SAMPLES);
    let document = &found.document;
    let commit = "c".repeat(40);
    let page = "https://hub.example/prefix/datasets/lab/words";
    for (key, expected) in [
        ("name", json!("words")),
        ("alternateName", json!(["lab/words", "Words of the world"])),
        (
            "description",
            json!("Words that people say, and how often."),
        ),
        ("url", json!(page)),
        ("inLanguage", json!(["en", "no"])),
        ("keywords", json!(["words", "text-classification", "n<1K"])),
        ("conditionsOfAccess", json!("Be kind.")),
        ("datePublished", json!("2026-01-02T03:04:05.000Z")),
        (
            "license",
            json!([
                "https://spdx.org/licenses/CC-BY-4.0",
                {
                    "@type": "sc:CreativeWork",
                    "name": "house rules",
                    "url": format!("{page}/resolve/{commit}/LICENSE"),
                },
            ]),
        ),
        (
            "creator",
            json!({
                "@type": "sc:Organization",
                "name": "lab",
                "url": "https://hub.example/prefix/lab",
            }),
        ),
    ] {
        assert_eq!(document[key], expected, "{key}");
    }
    let file = part(document, "pages_a_b.parquet").expect("a file");
    assert_eq!(
        file["contentUrl"],
        format!("{page}/resolve/{commit}/pages/a%20b.parquet")
    );
    assert_eq!(file["contentSize"], "7 B");
    assert_eq!(file["sha256"], "a".repeat(64));
    assert_eq!(file["encodingFormat"], "application/x-parquet");
    // A card and hidden files are no data.
    assert!(part(document, "README.md").is_none() && part(document, ".gitattributes").is_none());
}

#[test]
fn every_split_is_a_set_of_records() {
    let found = described(&on_a_hub(asset(&FILES)), &SAMPLES);
    let document = &found.document;
    let n = part(document, "default_train/n").expect("a field");
    // Not all of the other split was seen, and a column has one type.
    assert_eq!(n["dataType"], "cr:Float64");
    let source = json!({
        "fileObject": { "@id": "data_train.csv" },
        "extract": { "column": "n" },
    });
    assert_eq!(n["source"], source);
    let split = part(document, "default_train/split").expect("a field");
    assert_eq!(split["value"], "train");
    let splits = part(document, "default_splits").expect("splits");
    assert_eq!(splits["data"][1]["default_splits/split_name"], "test");
    // Two files are a set, and only the first was looked into.
    let n = part(document, "default_test/n").expect("a field");
    assert_eq!(n["dataType"], "cr:Float64");
    let set = part(document, "default_test_files").expect("a set of files");
    assert_eq!(
        set["includes"],
        json!(["data/test-0.csv", "data/test-1.csv"])
    );
    assert_eq!(set["containedIn"].as_array().map(Vec::len), Some(2));
    let image = part(document, "pages_train/image").expect("a field");
    assert_eq!(image["source"]["transform"]["jsonPath"], "bytes");
    let label = part(document, "pages_train/label").expect("a field");
    assert_eq!(label["dataType"], "sc:Integer");
    assert_eq!(label["description"], "Classes: 0 = cat, 1 = dog");
    let at = part(document, "pages_train/boxes/at").expect("a field");
    assert_eq!(
        (&at["isArray"], &at["arrayShape"]),
        (&true.into(), &"4".into())
    );
    let losses: Vec<String> = found.losses.iter().map(ToString::to_string).collect();
    assert_eq!(
        losses,
        [
            "unknown.bin: its SHA-256 is not known",
            "what is it of pages/train: Croissant has no type for decimal128",
            "the records of odd: Croissant has no words for how it is read: `skiprows`",
        ]
    );
}

#[test]
fn a_folder_is_described_by_its_paths() {
    let found = described(&asset(&FILES), &SAMPLES);
    let document = &found.document;
    assert_eq!(document["name"], "Words of the world");
    assert!(document.get("url").is_none());
    let file = part(document, "pages_a_b.parquet").expect("a file");
    assert_eq!(file["contentUrl"], "pages/a b.parquet");
    let set = part(document, "default_test_files").expect("a set of files");
    assert!(set.get("containedIn").is_none());
    let missing: Vec<&str> = found.losses.iter().map(|loss| loss.what.as_str()).collect();
    for what in ["url", "creator", "datePublished"] {
        assert!(missing.contains(&what), "{what}");
    }
}

#[test]
fn what_nothing_is_known_of_is_told() {
    let found = described(&asset(&[("data/train.csv", true)]), &[]);
    assert!(part(&found.document, "default_train").is_none());
    let losses: Vec<String> = found.losses.iter().map(ToString::to_string).collect();
    for loss in [
        "data/test-*.csv of default: no file matches",
        "the records of default/train: neither the card nor a look into the files tells their columns",
        "the records of pages: no data file belongs to it",
    ] {
        assert!(losses.iter().any(|told| told == loss), "{loss}: {losses:?}");
    }
    let empty = croissant(&DatasetSources {
        card: &Card::read(""),
        asset: &Asset::default(),
        name: "folder",
        samples: &BTreeMap::new(),
    });
    assert_eq!(empty.document["name"], "folder");
    assert_eq!(empty.document["distribution"], json!([]));
}

#[test]
fn a_look_into_files_is_asked_for_where_it_tells_something() {
    let card = Card::read(CARD);
    let asset = asset(&FILES);
    let asked = sampled_files(&card, &asset);
    let asked: Vec<&str> = asked.iter().map(|file| file.path.as_str()).collect();
    assert_eq!(asked, ["data/train.csv", "data/test-0.csv"]);
}

#[test]
fn classes_written_by_name_are_texts() {
    let card = Card::read(
        "---\ndataset_info:\n  features:\n  - {name: a, dtype: {class_label: {names: [x]}}}\n  \
         - {name: b, dtype: {class_label: {names: [x]}}}\n---\n",
    );
    let sample = Sample {
        bytes: b"a,b\nx,0\n".to_vec(),
        is_whole: true,
    };
    let path: RepoPath = "train.csv".parse().expect("a path");
    let found = croissant(&DatasetSources {
        card: &card,
        asset: &asset(&[("train.csv", true)]),
        name: "folder",
        samples: &BTreeMap::from([(path, sample)]),
    });
    let a = part(&found.document, "default_train/a").expect("a field");
    let b = part(&found.document, "default_train/b").expect("a field");
    assert_eq!(
        (&a["dataType"], &b["dataType"]),
        (&"sc:Text".into(), &"sc:Integer".into())
    );
}

#[test]
fn a_column_has_one_type_in_all_splits() {
    let card = Card::read("");
    let samples = [
        ("test.csv", "a,b,c\n1,1,1\n"),
        ("train.csv", "a,b,c\n1.5,x,1\n"),
    ];
    let samples = samples.map(|(path, text)| {
        let sample = Sample {
            bytes: text.as_bytes().to_vec(),
            is_whole: true,
        };
        (path.parse().expect("a path"), sample)
    });
    let found = croissant(&DatasetSources {
        card: &card,
        asset: &asset(&[("test.csv", true), ("train.csv", true)]),
        name: "folder",
        samples: &BTreeMap::from(samples),
    });
    for (name, expected) in [("a", "cr:Float64"), ("b", "sc:Text"), ("c", "cr:Int64")] {
        for split in ["train", "test"] {
            let id = format!("default_{split}/{name}");
            let field = part(&found.document, &id).expect("a field");
            assert_eq!(field["dataType"], expected, "{id}");
        }
    }
}

/// As many files, patterns, splits and columns as a card has room for.
#[test]
fn no_card_takes_long_or_makes_a_document_without_end() {
    use std::fmt::Write as _;
    let mut card = String::from("---\nconfigs:\n");
    for config in 0..300 {
        let _ = writeln!(card, "- config_name: c{config}\n  data_files:");
        for split in 0..20 {
            let _ = writeln!(card, "  - split: s{split}\n    path: '**/*{split}*.csv'");
        }
    }
    card.push_str("dataset_info:\n  features:\n");
    for column in 0..2_000 {
        let _ = writeln!(card, "  - {{name: c{column}, dtype: string}}");
    }
    card.push_str("---\n");
    let card = Card::read(&card);
    assert_eq!(card.fault, None);
    let names: Vec<String> = (0..20_000).map(|n| format!("d/{n:05}.csv")).collect();
    let files: Vec<_> = names.iter().map(|name| (name.as_str(), true)).collect();
    let found = croissant(&DatasetSources {
        card: &card,
        asset: &asset(&files),
        name: "folder",
        samples: &BTreeMap::new(),
    });
    assert!(found.document.to_string().len() < 16 << 20);
    assert!(found.losses.len() < 5_000);
}
