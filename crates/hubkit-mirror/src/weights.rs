//! What the weights of a model come to, read out of the store for its description.

use std::collections::BTreeMap;

use hubkit_inspect::{
    Architecture, Config, Format, Inspection, Inspector, MetadataValue, Parameters, gguf_part_names,
};
use hubkit_store::{BlobKey, DynStore};
use hubkit_types::{CommitId, Repo, RepoPath, TreeFile};
use serde_json::{Map, Value};

use crate::{file::find_file, lookup::short_file, refusal::Refusal, tensors::read_range};

/// How many files are looked into for the sake of a description.
const MOST_FILES: usize = 64;

/// How many bytes of all of them together.
const MOST_BYTES: u64 = 32 << 20;

/// How long a configuration may be that says how weights are packed, in bytes.
const LONGEST_CONFIG: u64 = 10_000_000;

/// How long a template may be that is told, in bytes.
const LONGEST_TEMPLATE: usize = 1 << 16;

/// What the weights of a model come to.
#[derive(Debug, Default)]
pub(crate) struct Weights {
    /// How many parameters there are, by the type that they are stored in: those of safetensors files at the top.
    pub(crate) safetensors: Option<BTreeMap<String, u64>>,
    /// What a GGUF file at the top says, as the Hub tells it.
    pub(crate) gguf: Option<Map<String, Value>>,
}

/// Reads what describes the weights. What can't be read is as if it were not there.
pub(crate) async fn read_weights(
    store: &DynStore,
    repo: &Repo,
    commit: CommitId,
    files: &[TreeFile],
) -> Weights {
    Weights {
        safetensors: count_safetensors(store, repo, commit, files).await,
        gguf: tell_gguf(store, repo, commit, files).await,
    }
}

/// One file, or the shards of one. Without both, since nobody could say which of them is the model.
async fn count_safetensors(
    store: &DynStore,
    repo: &Repo,
    commit: CommitId,
    files: &[TreeFile],
) -> Option<BTreeMap<String, u64>> {
    let is_weights = |file: &&TreeFile| {
        let name = file.path.as_str();
        name == "model.safetensors" || is_shard(name)
    };
    let paths = files.iter().filter(is_weights).map(|file| &file.path);
    let paths: Vec<&RepoPath> = paths.collect();
    let has_both = paths.len() > 1 && paths.iter().any(|path| !is_shard(path.as_str()));
    if has_both {
        return None;
    }
    let parts = inspect_all(store, repo, commit, &paths, Format::Safetensors).await?;
    let config = "config.json".parse().expect("a plain name");
    let config = short_file(store, repo, commit, &config, LONGEST_CONFIG).await;
    let config = config
        .ok()
        .flatten()
        .and_then(|bytes| Config::parse(&bytes).ok());
    let tensors = parts.iter().flat_map(|part| &part.tensors);
    Some(Parameters::count(tensors, config.as_ref()).logical)
}

/// The first of them, with its other parts.
async fn tell_gguf(
    store: &DynStore,
    repo: &Repo,
    commit: CommitId,
    files: &[TreeFile],
) -> Option<Map<String, Value>> {
    let is_model = |name: &str| {
        let is_gguf = name.ends_with(".gguf") && !name.contains('/');
        // What turns images into tokens for another file.
        is_gguf && !name.starts_with("mmproj")
    };
    let names = files.iter().map(|file| &file.path);
    let first = names.filter(|path| is_model(path.as_str())).min()?;
    let parts = match gguf_part_names(first.as_str()) {
        None => vec![first.clone()],
        Some(names) if names.len() > MOST_FILES => return None,
        Some(names) => names
            .iter()
            .map(|name| name.parse().ok())
            .collect::<Option<_>>()?,
    };
    let parts: Vec<&RepoPath> = parts.iter().collect();
    let parts = inspect_all(store, repo, commit, &parts, Format::Gguf).await?;
    let total = Parameters::count(parts.iter().flat_map(|part| &part.tensors), None).total;
    let architecture = Architecture::of(None, &parts.iter().collect::<Vec<_>>());
    let mut told = Map::new();
    told.insert("total".to_owned(), total.into());
    if let Some(family) = architecture.model_type {
        told.insert("architecture".to_owned(), family.into());
    }
    if let Some(context) = architecture.context {
        told.insert("context_length".to_owned(), context.into());
    }
    let template = parts.first()?.metadata.get("tokenizer.chat_template");
    let template = template.and_then(MetadataValue::as_text);
    if let Some(template) = template.filter(|template| template.len() <= LONGEST_TEMPLATE) {
        told.insert("chat_template".to_owned(), template.into());
    }
    Some(told)
}

/// What is in all of these files; nothing unless all are of this format, and what describes them is no longer than is read.
async fn inspect_all(
    store: &DynStore,
    repo: &Repo,
    commit: CommitId,
    paths: &[&RepoPath],
    format: Format,
) -> Option<Vec<Inspection>> {
    if paths.is_empty() || paths.len() > MOST_FILES {
        return None;
    }
    let (mut parts, mut left) = (Vec::new(), MOST_BYTES);
    for path in paths {
        let part = inspect(store, repo, commit, path, &mut left).await.ok()??;
        parts.push(part);
    }
    parts
        .iter()
        .all(|part| part.format == format)
        .then_some(parts)
}

/// What is in a file, if it is of a known format and so many bytes of it tell.
async fn inspect(
    store: &DynStore,
    repo: &Repo,
    commit: CommitId,
    path: &RepoPath,
    left: &mut u64,
) -> Result<Option<Inspection>, Refusal> {
    let (size, blob) = find_file(store, repo, path, commit).await?;
    let key = BlobKey::new(repo.clone(), blob);
    let mut inspector = Inspector::new(size);
    while let Some(range) = inspector.need() {
        let Some(rest) = left.checked_sub(range.len()) else {
            return Ok(None);
        };
        *left = rest;
        inspector.feed(&read_range(store, &key, range).await?);
    }
    Ok(inspector.finish().ok())
}

/// Whether this is the name of a shard: `model-00001-of-00002.safetensors`.
fn is_shard(name: &str) -> bool {
    let middle = name
        .strip_prefix("model-")
        .and_then(|rest| rest.strip_suffix(".safetensors"));
    let is_count = |text: &str| text.len() == 5 && text.bytes().all(|byte| byte.is_ascii_digit());
    middle
        .and_then(|middle| middle.split_once("-of-"))
        .is_some_and(|(number, of)| is_count(number) && is_count(of))
}
