//! The few things that a plan wants to know from JSON files.

use std::{collections::BTreeSet, fmt};

use hubkit_types::RepoPath;
use serde_core::de::{Deserialize, Deserializer, IgnoredAny, MapAccess, Visitor};
use serde_json::Value;

use crate::PlanError;

const LONGEST_DOCUMENT: usize = 10_000_000;
/// What huggingface.js reads; a model of half a million tensors is known.
const LONGEST_INDEX: usize = 250_000_000;
const MOST_SHARDS: usize = 10_000;

/// Names the weights, if `config.json` does so itself.
pub(crate) fn weights_named_by_config(
    path: &RepoPath,
    json: &[u8],
) -> Result<Option<String>, PlanError> {
    match read_value(path, json)? {
        Value::Object(mut config) => match config.remove("transformers_weights") {
            None | Some(Value::Null) => Ok(None),
            Some(Value::String(name)) => Ok(Some(name)),
            Some(_) => Err(malformed(path, "`transformers_weights` is not a text")),
        },
        _ => Err(malformed(path, "expected an object")),
    }
}

/// The folders of the modules that `modules.json` of sentence-transformers lists, without the top one.
pub(crate) fn module_folders(path: &RepoPath, json: &[u8]) -> Result<Vec<RepoPath>, PlanError> {
    let Value::Array(modules) = read_value(path, json)? else {
        return Err(malformed(path, "expected an array"));
    };
    let mut folders = Vec::new();
    for module in &modules {
        let Some(folder) = module.get("path").and_then(Value::as_str) else {
            return Err(malformed(path, "a module has no `path`"));
        };
        let folder = folder.trim_end_matches('/');
        if !folder.is_empty() {
            folders.push(parse_path(path, folder)?);
        }
    }
    Ok(folders)
}

/// The files that an index names, each once; all in safetensors, and below the folder of the index.
pub(crate) fn shards(path: &RepoPath, json: &[u8]) -> Result<Vec<RepoPath>, PlanError> {
    if json.len() > LONGEST_INDEX {
        return Err(malformed(path, "too long"));
    }
    let index: Index =
        serde_json::from_slice(json).map_err(|error| malformed(path, &error.to_string()))?;
    let names = index
        .files
        .ok_or_else(|| malformed(path, "there is no `weight_map`"))?
        .0;
    if names.is_empty() || names.len() > MOST_SHARDS {
        return Err(malformed(path, "expected 1 to 10000 files"));
    }
    let folder = path.parent();
    names
        .iter()
        .map(|name| {
            // Parsed before it is joined, so that it is below the folder and not beside it.
            let shard = parse_path(path, name)?;
            let shard = match folder {
                Some(folder) => parse_path(path, &format!("{folder}/{shard}"))?,
                None => shard,
            };
            if shard.as_str().ends_with(".safetensors") {
                Ok(shard)
            } else {
                Err(PlanError::NotSafetensors {
                    named_by: path.clone(),
                    path: shard,
                })
            }
        })
        .collect()
}

pub(crate) fn parse_path(named_by: &RepoPath, text: &str) -> Result<RepoPath, PlanError> {
    text.parse().map_err(|error| PlanError::Path {
        named_by: named_by.clone(),
        error,
    })
}

fn read_value(path: &RepoPath, json: &[u8]) -> Result<Value, PlanError> {
    if json.len() > LONGEST_DOCUMENT {
        return Err(malformed(path, "too long"));
    }
    serde_json::from_slice(json).map_err(|error| malformed(path, &error.to_string()))
}

/// The message may quote the document: control characters are replaced, and the length is bounded.
fn malformed(path: &RepoPath, message: &str) -> PlanError {
    PlanError::Malformed {
        path: path.clone(),
        message: message
            .chars()
            .take(200)
            .map(|c| {
                if c.is_control() {
                    char::REPLACEMENT_CHARACTER
                } else {
                    c
                }
            })
            .collect(),
    }
}

/// An index, of which only the names of the files are kept: there may be very many tensors.
#[derive(Default)]
struct Index {
    files: Option<Files>,
}

struct Files(BTreeSet<String>);

impl<'de> Deserialize<'de> for Index {
    fn deserialize<D: Deserializer<'de>>(reader: D) -> Result<Self, D::Error> {
        struct IndexVisitor;

        impl<'de> Visitor<'de> for IndexVisitor {
            type Value = Index;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object with a weight_map")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Index, A::Error> {
                let mut index = Index::default();
                while let Some(key) = map.next_key::<String>()? {
                    if key == "weight_map" {
                        index.files = Some(map.next_value()?);
                    } else {
                        map.next_value::<IgnoredAny>()?;
                    }
                }
                Ok(index)
            }
        }

        reader.deserialize_map(IndexVisitor)
    }
}

impl<'de> Deserialize<'de> for Files {
    fn deserialize<D: Deserializer<'de>>(reader: D) -> Result<Self, D::Error> {
        struct FilesVisitor;

        impl<'de> Visitor<'de> for FilesVisitor {
            type Value = Files;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object from tensors to files")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Files, A::Error> {
                let mut files = BTreeSet::new();
                while let Some((_, file)) = map.next_entry::<IgnoredAny, String>()? {
                    files.insert(file);
                }
                Ok(Files(files))
            }
        }

        reader.deserialize_map(FilesVisitor)
    }
}
