use serde_json::{Value as Json, json};

use crate::{
    Asset, AssetFile, Card, CycloneDxVersion, ModelDocuments, ModelShape, ModelSources, SpdxError,
    cyclonedx, model_jsonld, spdx,
};

const CARD: &str = "\
---
license: [apache-2.0, llama3.1, unknown]
language: [en, no]
pipeline_tag: text-classification
library_name: peft
base_model: meta/base
datasets: [glue, ./local data]
tags: [tiny, supervised]
co2_eq_emissions: {emissions: 1500, energy_consumed: 4.5, training_type: fine-tuning}
model-index:
- name: x
  results:
  - task: {type: text-classification}
    dataset: {type: glue, name: GLUE, config: sst2, split: test}
    metrics: [{type: accuracy, value: 0.5, name: Accuracy}]
---
# Tiny

A model for tests.

## Limitations

Many.
";

const COMMIT: &str = "0123456789abcdef0123456789abcdef01234567";

fn asset() -> Asset {
    let digest = "a".repeat(64).parse().expect("a digest");
    Asset {
        repo: Some(hubkit_types::Repo::new(
            hubkit_types::RepoKind::Model,
            "me/Tiny".parse().expect("an id"),
        )),
        commit: Some(COMMIT.parse().expect("a commit")),
        modified: Some("2026-11-27T08:00:00.000Z".to_owned()),
        files: vec![
            AssetFile {
                path: "README.md".parse().expect("a path"),
                size: 700,
                sha256: None,
                oid: None,
            },
            AssetFile {
                path: "a b.safetensors".parse().expect("a path"),
                size: 12,
                sha256: Some(digest),
                oid: None,
            },
        ],
        ..Asset::default()
    }
}

fn with<T>(text: &str, asset: &Asset, make: impl Fn(&ModelSources<'_>) -> T) -> T {
    let card = Card::read(text);
    let shape = ModelShape {
        family: Some("bert".to_owned()),
        parameters: Some(42),
        ..ModelShape::default()
    };
    make(&ModelSources {
        card: &card,
        asset,
        name: "folder",
        shape: &shape,
        documents: ModelDocuments::default(),
        eval_results: &[],
    })
}

#[track_caller]
fn check(document: &Json, expected: &[(&str, Json)]) {
    for (pointer, value) in expected {
        assert_eq!(
            document.pointer(pointer),
            Some(value),
            "{pointer} of {document:#}"
        );
    }
}

#[test]
fn json_ld_tells_what_card_and_files_say() {
    let document = with(CARD, &asset(), model_jsonld);
    let page = "https://huggingface.co/me/Tiny";
    check(
        &document,
        &[
            ("/@id", json!(page)),
            ("/@type", json!(["fair4ml:MLModel", "SoftwareApplication"])),
            ("/version", json!(COMMIT)),
            ("/description", json!("A model for tests.")),
            ("/license/0", json!("https://spdx.org/licenses/Apache-2.0")),
            ("/license/1/@type", json!("CreativeWork")),
            ("/license/2", Json::Null),
            ("/inLanguage", json!(["en", "no"])),
            ("/mlTask", json!("text-classification")),
            (
                "/fineTunedFrom/@id",
                json!("https://huggingface.co/meta/base"),
            ),
            (
                "/trainedOn/0/@id",
                json!("https://huggingface.co/datasets/glue"),
            ),
            (
                "/trainedOn/1",
                json!({"@type": "Dataset", "name": "./local data"}),
            ),
            ("/testedOn/name", json!("glue")),
            ("/hasCO2eEmissions", json!("1500 g")),
            ("/modelRisksBiasLimitations", json!("Many.")),
            ("/hasEvaluation/name", json!("GLUE (sst2, test)")),
            ("/hasEvaluation/evaluationResults/value", json!(0.5)),
            (
                "/distribution/1/contentUrl",
                json!(format!("{page}/resolve/{COMMIT}/a%20b.safetensors")),
            ),
            ("/distribution/1/contentSize", json!("12 B")),
            ("/distribution/1/sha256", json!("a".repeat(64))),
        ]
        .into_iter()
        .filter(|(_, value)| !value.is_null())
        .collect::<Vec<_>>(),
    );
    assert_eq!(
        document["license"].as_array().map(Vec::len),
        Some(2),
        "unknown is no licence"
    );
}

#[test]
fn fewer_bits_and_merges_are_not_fine_tuned() {
    for (relation, is_tuned) in [
        ("finetune", true),
        ("adapter", true),
        ("quantized", false),
        ("merge", false),
    ] {
        let card = format!("---\nbase_model: a/b\nbase_model_relation: {relation}\n---\n");
        let document = with(&card, &asset(), model_jsonld);
        assert_eq!(
            document.get("fineTunedFrom").is_some(),
            is_tuned,
            "{relation}"
        );
        assert_eq!(document["isBasedOn"]["name"], "a/b");
    }
}

#[test]
fn cyclonedx_tells_what_card_and_files_say() {
    let package_url = format!("pkg:huggingface/me/Tiny@{COMMIT}");
    let base = "pkg:huggingface/meta/base";
    let component = "/metadata/component";
    let at = |rest: &str| format!("{component}{rest}");
    for version in CycloneDxVersion::ALL {
        let document = with(CARD, &asset(), |sources| cyclonedx(sources, version));
        let expected = [
            ("/specVersion".to_owned(), json!(version.as_str())),
            (
                "/metadata/timestamp".to_owned(),
                json!("2026-11-27T08:00:00.000Z"),
            ),
            (at("/bom-ref"), json!(package_url)),
            (at("/purl"), json!(package_url)),
            (at("/group"), json!("me")),
            (at("/name"), json!("Tiny")),
            (at("/licenses/0/license/id"), json!("Apache-2.0")),
            (
                at("/licenses/1/license/name"),
                json!("Llama 3.1 Community License Agreement"),
            ),
            (at("/pedigree/ancestors/0/purl"), json!(base)),
            (
                at("/modelCard/modelParameters/approach/type"),
                json!("supervised"),
            ),
            (
                at("/modelCard/modelParameters/task"),
                json!("text-classification"),
            ),
            (
                at("/modelCard/modelParameters/architectureFamily"),
                json!("bert"),
            ),
            (
                at("/modelCard/modelParameters/inputs"),
                json!([{"format": "text"}]),
            ),
            (
                at("/modelCard/modelParameters/datasets/0/ref"),
                json!("dataset:glue"),
            ),
            (
                at("/modelCard/quantitativeAnalysis/performanceMetrics/0"),
                json!({"type": "accuracy", "value": "0.5", "slice": "glue (config: sst2, split: test)"}),
            ),
            (
                at("/modelCard/considerations/environmentalConsiderations/energyConsumptions/0"),
                json!({
                    "activity": "fine-tuning",
                    "energyProviders": [],
                    "activityEnergyCost": {"value": 4.5, "unit": "kWh"},
                    "co2CostEquivalent": {"value": 0.0015, "unit": "tCO2eq"},
                }),
            ),
            (
                "/components/1/bom-ref".to_owned(),
                json!(format!("{package_url}#a%20b.safetensors")),
            ),
            (
                "/components/1/hashes/0/content".to_owned(),
                json!("a".repeat(64)),
            ),
            (
                "/dependencies/0".to_owned(),
                json!({"ref": package_url, "dependsOn": [base]}),
            ),
        ];
        for (pointer, value) in &expected {
            check(&document, &[(pointer, value.clone())]);
        }
    }
}

#[test]
fn spdx_needs_a_time() {
    let make = |asset: &Asset, created: Option<&str>| {
        with(CARD, asset, |sources| {
            spdx(sources, created).map(|document| document["@graph"][0]["created"].clone())
        })
    };
    let bare = Asset::default();
    assert_eq!(make(&asset(), None), Ok(json!("2026-11-27T08:00:00Z")));
    assert_eq!(
        make(&bare, Some("2020-01-01T00:00:00Z")),
        Ok(json!("2020-01-01T00:00:00Z"))
    );
    assert_eq!(make(&bare, None), Err(SpdxError::NoTime));
    for wrong in ["yesterday", "2020-01-01T00:00:00+01:00"] {
        assert_eq!(
            make(&bare, Some(wrong)),
            Err(SpdxError::Time(wrong.to_owned()))
        );
    }
}

#[test]
fn spdx_relates_the_model_to_what_it_came_from() {
    let document = with(CARD, &asset(), |sources| spdx(sources, None)).expect("a document");
    let space = format!("https://huggingface.co/me/Tiny/tree/{COMMIT}#");
    let graph = document["@graph"].as_array().expect("a graph");
    let related: Vec<(&str, Vec<String>)> = graph
        .iter()
        .filter(|element| element["type"] == "Relationship")
        .map(|element| {
            assert_eq!(element["from"], format!("{space}model"));
            let to = element["to"].as_array().expect("a list").iter();
            let short = |id: &Json| id.as_str().expect("an id").replace(&space, "");
            (
                element["relationshipType"].as_str().expect("a type"),
                to.map(short).collect(),
            )
        })
        .collect();
    let expected = [
        ("contains", vec!["file/README.md", "file/a%20b.safetensors"]),
        ("hasDocumentation", vec!["file/README.md"]),
        ("trainedOn", vec!["dataset/glue", "dataset/./local%20data"]),
        ("testedOn", vec!["dataset/glue"]),
        ("dependsOn", vec!["base/meta/base"]),
        ("descendantOf", vec!["base/meta/base"]),
        ("hasDeclaredLicense", vec!["licence/0", "licence/1"]),
    ];
    let expected: Vec<(&str, Vec<String>)> = expected
        .into_iter()
        .map(|(name, to)| (name, to.into_iter().map(str::to_owned).collect()))
        .collect();
    assert_eq!(related, expected);
}

#[test]
fn the_same_sources_give_the_same_bytes() {
    let make = |sources: &ModelSources<'_>| {
        [
            model_jsonld(sources).to_string(),
            cyclonedx(sources, CycloneDxVersion::V1_7).to_string(),
            spdx(sources, None).expect("a document").to_string(),
        ]
    };
    assert_eq!(with(CARD, &asset(), make), with(CARD, &asset(), make));
}

#[test]
fn a_card_that_says_nothing_makes_documents_that_say_nothing_more() {
    let bare = Asset::default();
    let document = with("", &bare, model_jsonld);
    let names: Vec<&str> = document
        .as_object()
        .expect("an object")
        .keys()
        .map(String::as_str)
        .collect();
    assert_eq!(names, ["@context", "@type", "modelCategory", "name"]);
    let document = with("", &bare, |sources| {
        cyclonedx(sources, CycloneDxVersion::V1_6)
    });
    assert_eq!(document["components"], json!([]));
    assert_eq!(document["metadata"]["component"]["name"], "folder");
}

#[test]
fn files_tell_what_goes_in_where_the_card_is_silent() {
    let card = Card::read("---\nlicense: mit\n---\n");
    let config =
        json!({"model_type": "whisper", "architectures": ["WhisperForConditionalGeneration"]});
    let documents = ModelDocuments {
        config: Some(&config),
        ..ModelDocuments::default()
    };
    let made = |shape: &ModelShape| {
        let sources = ModelSources {
            card: &card,
            asset: &asset(),
            name: "folder",
            shape,
            documents,
            eval_results: &[],
        };
        cyclonedx(&sources, CycloneDxVersion::V1_6)
    };
    let parameters = "/metadata/component/modelCard/modelParameters";
    let kinds = made(&ModelShape::default());
    check(
        &kinds,
        &[
            (
                &format!("{parameters}/task"),
                json!("automatic-speech-recognition"),
            ),
            (
                &format!("{parameters}/inputs"),
                json!([{"format": "audio"}]),
            ),
            (
                &format!("{parameters}/outputs"),
                json!([{"format": "text"}]),
            ),
        ],
    );
    // The graph that a runtime loads says it more closely.
    let ports = made(&ModelShape {
        inputs: vec!["features F32 [1, 80, 3000]".to_owned()],
        ..ModelShape::default()
    });
    let format = json!([{"format": "features F32 [1, 80, 3000]"}]);
    check(&ports, &[(&format!("{parameters}/inputs"), format)]);
}
