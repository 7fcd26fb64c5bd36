//! The tags that the repositories of a kind have, sorted by what they are about.

use std::collections::{BTreeMap, BTreeSet};

use hubkit_api::{RepoTag, TagsByType};
use hubkit_types::RepoKind;
use serde_json::Map;

use super::{Entry, Index, matching::Rules};

/// Prefixes of tags that are types of their own.
const PREFIXES: &[&str] = &[
    "annotations_creators",
    "arxiv",
    "base_model",
    "benchmark",
    "dataset",
    "doi",
    "format",
    "language",
    "language_creators",
    "library",
    "license",
    "modality",
    "multilinguality",
    "region",
    "size_categories",
    "source_datasets",
    "task_categories",
    "task_ids",
];

/// Every tag of the repositories that are shown, by its type and sorted.
pub(crate) fn tags_by_type(index: &Index, kind: RepoKind, rules: &impl Rules) -> TagsByType {
    let mut types: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    let places = index.of_kind(kind);
    let entries = places.map(|place| index.at(place));
    for entry in entries.filter(|entry| rules.shows(&entry.repo)) {
        for tag in &entry.description.tags {
            types.entry(kind_of(entry, tag)).or_default().insert(tag);
        }
    }
    let tags = |(kind, tags): (&str, BTreeSet<&str>)| {
        let tags = tags.into_iter().map(|tag| RepoTag {
            id: tag.to_owned(),
            label: label(tag),
            rest: Map::new(),
        });
        (kind.to_owned(), tags.collect())
    };
    types.into_iter().map(tags).collect()
}

/// What a tag is about.
fn kind_of<'a>(entry: &Entry, tag: &'a str) -> &'a str {
    if let Some((prefix, _)) = tag.split_once(':') {
        let known = PREFIXES.iter().find(|known| **known == prefix);
        return known.map_or("other", |known| known);
    }
    let is = |value: &Option<String>| value.as_deref() == Some(tag);
    if is(&entry.description.library_name) || FORMATS.contains(&tag) {
        "library"
    } else if is(&entry.description.pipeline_tag) {
        "pipeline_tag"
    } else if entry.data.languages.iter().any(|code| code == tag) {
        "language"
    } else {
        "other"
    }
}

/// Formats that hubs list among the libraries.
const FORMATS: &[&str] = &[
    "coreml",
    "gguf",
    "jax",
    "joblib",
    "keras",
    "onnx",
    "openvino",
    "pytorch",
    "rust",
    "safetensors",
    "tensorboard",
    "tf",
    "tflite",
];

/// A tag without its prefix.
fn label(tag: &str) -> String {
    let label = tag.split_once(':').map_or(tag, |(_, label)| label);
    label.to_owned()
}
