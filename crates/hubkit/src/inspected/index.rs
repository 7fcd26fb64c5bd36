//! Indexes of shards, and whether the shards agree with them.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use hubkit_inspect::{Finding, Severity};
use hubkit_lfs::recognise;
use hubkit_safetensors::{ShardFinding, ShardIndex};
use hubkit_types::RepoPath;
use serde_json::Value;

use super::{InspectedFile, InspectionError};

/// Which file holds which tensor, as an index says.
#[derive(Debug)]
pub(super) struct Index {
    tensors: BTreeMap<String, RepoPath>,
    /// How many bytes the tensors take together, as an index of safetensors says. PyTorch's counts shared storage in
    /// ways of its own.
    total_size: Option<u64>,
}

/// The longest index that is read, in bytes.
pub(super) const LONGEST: u64 = ShardIndex::LIMIT as u64;

/// How many differences are told one by one.
const MOST_TOLD: usize = 3;

impl Index {
    /// Reads an index. Its shards lie in its own folder, or below.
    pub(super) fn parse(path: &RepoPath, json: &[u8]) -> Result<Self, InspectionError> {
        if let Some(pointer) = recognise(json).pointer() {
            return Err(InspectionError::Pointer {
                path: path.clone(),
                pointer: Box::new(pointer.clone()),
            });
        }
        let fault = |message: String| InspectionError::Index {
            path: path.clone(),
            message,
        };
        let below = |shard: &RepoPath| match path.parent() {
            Some(folder) => format!("{folder}/{shard}").parse(),
            None => Ok(shard.clone()),
        };
        let mut total_size = None;
        let tensors = if path.as_str().ends_with(".safetensors.index.json") {
            let index = ShardIndex::parse(json).map_err(|error| fault(error.to_string()))?;
            total_size = index.total_size();
            let tensors = index.tensors();
            tensors
                .map(|(tensor, shard)| (tensor.to_owned(), shard.clone()))
                .collect()
        } else {
            weight_map(json).map_err(fault)?
        };
        let tensors = tensors
            .into_iter()
            .map(|(tensor, shard)| Ok((tensor, below(&shard)?)));
        let tensors: Result<BTreeMap<_, _>, hubkit_types::ParseRepoPathError> = tensors.collect();
        Ok(Self {
            tensors: tensors.map_err(|error| fault(error.to_string()))?,
            total_size,
        })
    }

    /// The files that it names.
    pub(super) fn shards(&self) -> BTreeSet<RepoPath> {
        self.tensors.values().cloned().collect()
    }

    /// What the index and the files tell differently.
    pub(super) fn check(&self, files: &[InspectedFile]) -> Vec<Finding> {
        let mut places: HashMap<&str, &str> = HashMap::new();
        let (mut faults, mut extra) = (Vec::new(), 0_usize);
        let mut unread = BTreeSet::new();
        let mut size = Some(0_u64);
        let shards = self.shards();
        let is_shard = |file: &&InspectedFile| {
            let path = file.name.parse();
            path.is_ok_and(|path: RepoPath| shards.contains(&path))
        };
        for file in files.iter().filter(is_shard) {
            let Ok(inspection) = &file.outcome else {
                unread.insert(file.name.as_str());
                continue;
            };
            for tensor in &inspection.tensors {
                if let Some(other) = places.insert(&tensor.name, &file.name) {
                    let name = tensor.name.escape_debug();
                    faults.push(format!("`{name}` is in `{other}` and in `{}`", file.name));
                }
                size = size.and_then(|size| size.checked_add(tensor.bytes?));
                extra += usize::from(!self.tensors.contains_key(&tensor.name));
            }
        }
        for (tensor, shard) in &self.tensors {
            let name = tensor.escape_debug();
            match places.get(tensor.as_str()) {
                None if unread.contains(shard.as_str()) => {}
                None => faults.push(format!("`{name}` should be in `{shard}` and is nowhere")),
                Some(found) if *found != shard.as_str() => {
                    faults.push(format!(
                        "`{name}` should be in `{shard}` and is in `{found}`"
                    ));
                }
                Some(_) => {}
            }
        }
        let more = faults.len().saturating_sub(MOST_TOLD);
        faults.truncate(MOST_TOLD);
        let faults = faults.into_iter();
        let mut findings: Vec<Finding> = faults
            .map(|fault| Finding::new(Severity::Fault, "index", fault))
            .collect();
        if more > 0 {
            let tensors = if more == 1 { "tensor" } else { "tensors" };
            let message = format!("the index is wrong about {more} {tensors} more");
            findings.push(Finding::new(Severity::Fault, "index", message));
        }
        if extra > 0 {
            let tensors = if extra == 1 { "tensor" } else { "tensors" };
            let message = format!("the files hold {extra} {tensors} that the index does not name");
            findings.push(Finding::new(Severity::Warning, "index_extra", message));
        }
        if findings.is_empty()
            && unread.is_empty()
            && let (Some(expected), Some(found)) = (self.total_size, size)
            && expected != found
        {
            let message = ShardFinding::TotalSize { expected, found }.to_string();
            findings.push(Finding::new(Severity::Warning, "index_size", message));
        }
        findings
    }
}

/// The index of PyTorch's own files.
fn weight_map(json: &[u8]) -> Result<BTreeMap<String, RepoPath>, String> {
    let index: Value = serde_json::from_slice(json).map_err(|error| error.to_string())?;
    let map = index.get("weight_map").and_then(Value::as_object);
    let map = map.ok_or("there is no `weight_map`")?;
    let tensors = map.iter().map(|(tensor, file)| {
        let file = file.as_str().ok_or("a file is no text")?;
        let path = file
            .parse()
            .map_err(|error: hubkit_types::ParseRepoPathError| error.to_string())?;
        Ok((tensor.clone(), path))
    });
    let tensors: BTreeMap<String, RepoPath> = tensors.collect::<Result<_, String>>()?;
    if tensors.values().collect::<BTreeSet<_>>().len() > ShardIndex::MOST_SHARDS {
        return Err(format!(
            "it names more than {} files",
            ShardIndex::MOST_SHARDS
        ));
    }
    Ok(tensors)
}
