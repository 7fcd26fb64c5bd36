//! Files for transformers, with weights in safetensors.
//!
//! The order is that of transformers 5: what `config.json` names in `transformers_weights`, then `model.safetensors`,
//! then `model.safetensors.index.json` with its shards. What would come next are pickles, and those are refused.

use std::collections::{BTreeMap, BTreeSet};

use hubkit_types::{RepoPath, TreeFile};

use crate::{
    Choice, LeftOut, Plan, PlanError, Role, WeightsFormat,
    documents::{module_folders, parse_path, shards, weights_named_by_config},
    layout::{reason_to_leave, role},
};

type Documents = BTreeMap<RepoPath, Vec<u8>>;

const CONFIG: &str = "config.json";
const MODULES: &str = "modules.json";
const WEIGHTS: &str = "model.safetensors";
const INDEX: &str = "model.safetensors.index.json";

/// The files of a commit, by path.
struct Tree<'a>(BTreeMap<&'a str, &'a TreeFile>);

impl<'a> Tree<'a> {
    fn new(files: &'a [TreeFile]) -> Self {
        Self(
            files
                .iter()
                .map(|file| (file.path.as_str(), file))
                .collect(),
        )
    }

    fn path(&self, path: &str) -> Option<&'a RepoPath> {
        self.0.get(path).map(|file| &file.path)
    }
}

/// Where the weights are, as far as it is known without the index.
enum Weights {
    /// One file.
    Single(RepoPath, &'static str),
    /// What this index names.
    Index(RepoPath),
}

pub(crate) fn needs(files: &[TreeFile], documents: &Documents) -> Vec<RepoPath> {
    let tree = Tree::new(files);
    let mut needs: Vec<RepoPath> = [CONFIG, MODULES]
        .into_iter()
        .filter_map(|name| tree.path(name).cloned())
        .collect();
    // Before the configuration is here, a guess saves a second round.
    let weights = match tree.path(CONFIG) {
        Some(config) if documents.contains_key(config) => find_weights(&tree, documents).ok(),
        Some(_) => find_usual_weights(&tree),
        None => return Vec::new(),
    };
    if let Some(Weights::Index(index)) = weights {
        needs.push(index);
    }
    needs.retain(|path| !documents.contains_key(path));
    needs
}

pub(crate) fn plan(files: &[TreeFile], documents: &Documents) -> Result<Plan, PlanError> {
    let tree = Tree::new(files);
    let mut roles: BTreeMap<RepoPath, (Role, String)> = BTreeMap::new();
    let mut choose = |path: RepoPath, role: Role, reason: String| {
        roles.entry(path).or_insert((role, reason));
    };
    match find_weights(&tree, documents)? {
        Weights::Single(path, reason) => choose(path, Role::Weights, reason.to_owned()),
        Weights::Index(index) => {
            for shard in shards(&index, document(documents, &index)?)? {
                if tree.path(shard.as_str()).is_none() {
                    return Err(PlanError::Missing {
                        named_by: index,
                        path: shard,
                    });
                }
                choose(shard, Role::Weights, format!("named by `{index}`"));
            }
            let reason = "says which file holds which tensor".to_owned();
            choose(index, Role::WeightsIndex, reason);
        }
    }
    if let Some(modules) = tree.path(MODULES) {
        let folders = module_folders(modules, document(documents, modules)?)?;
        for (path, role, reason) in sentence_transformers(&tree, &folders) {
            choose(path, role, reason.to_owned());
        }
    }
    for file in tree.0.values() {
        if let Some((role, reason)) = role(&file.path) {
            choose(file.path.clone(), role, reason.to_owned());
        }
    }
    Ok(sort_out(&tree, roles))
}

fn sort_out(tree: &Tree<'_>, mut roles: BTreeMap<RepoPath, (Role, String)>) -> Plan {
    let (mut chosen, mut left_out) = (Vec::new(), Vec::new());
    let single = roles
        .get(&weights_path())
        .is_some_and(|(role, _)| *role == Role::Weights);
    for file in tree.0.values().copied().cloned() {
        let reason = match roles.remove(&file.path) {
            Some((role, reason)) => {
                chosen.push(Choice { file, role, reason });
                continue;
            }
            None if single && file.path.as_str() == INDEX => {
                format!("`{WEIGHTS}` is there, and comes first")
            }
            None => reason_to_leave(&file.path),
        };
        left_out.push(LeftOut { file, reason });
    }
    // Stable: within a role the order of the paths stays.
    chosen.sort_by_key(|choice| choice.role);
    Plan { chosen, left_out }
}

fn weights_path() -> RepoPath {
    WEIGHTS.parse().expect("a plain name is a path")
}

fn document<'a>(documents: &'a Documents, path: &RepoPath) -> Result<&'a [u8], PlanError> {
    documents
        .get(path)
        .map(Vec::as_slice)
        .ok_or_else(|| PlanError::NotRead { path: path.clone() })
}

fn find_weights(tree: &Tree<'_>, documents: &Documents) -> Result<Weights, PlanError> {
    let config = tree.path(CONFIG).ok_or_else(|| PlanError::NoConfig {
        adapter: tree.path("adapter_config.json").cloned(),
    })?;
    if let Some(name) = weights_named_by_config(config, document(documents, config)?)? {
        let path = parse_path(config, &name)?;
        let weights = if name.ends_with(".safetensors") {
            Weights::Single(path, "named by `config.json`")
        } else if name.ends_with(".safetensors.index.json") {
            Weights::Index(path)
        } else {
            return Err(PlanError::NotSafetensors {
                named_by: config.clone(),
                path,
            });
        };
        return match &weights {
            Weights::Single(path, _) | Weights::Index(path)
                if tree.path(path.as_str()).is_none() =>
            {
                Err(PlanError::Missing {
                    named_by: config.clone(),
                    path: path.clone(),
                })
            }
            _ => Ok(weights),
        };
    }
    find_usual_weights(tree).ok_or_else(|| PlanError::NoSafetensors {
        found: tree
            .0
            .values()
            .filter_map(|file| Some((file.path.clone(), WeightsFormat::of(&file.path)?)))
            .collect(),
    })
}

fn find_usual_weights(tree: &Tree<'_>) -> Option<Weights> {
    let single = tree
        .path(WEIGHTS)
        .map(|path| Weights::Single(path.clone(), "the model's weights in one file"));
    single.or_else(|| tree.path(INDEX).cloned().map(Weights::Index))
}

/// What sentence-transformers reads besides: its own configuration, and the modules behind the model.
fn sentence_transformers(
    tree: &Tree<'_>,
    folders: &[RepoPath],
) -> Vec<(RepoPath, Role, &'static str)> {
    const CONFIGS: [&str; 10] = [
        MODULES,
        "config_sentence_transformers.json",
        "router_config.json",
        "sentence_bert_config.json",
        "sentence_roberta_config.json",
        "sentence_distilbert_config.json",
        "sentence_camembert_config.json",
        "sentence_albert_config.json",
        "sentence_xlm-roberta_config.json",
        "sentence_xlnet_config.json",
    ];
    let folders: BTreeSet<&str> = folders.iter().map(RepoPath::as_str).collect();
    let mut choices = Vec::new();
    for file in tree.0.values() {
        let path = &file.path;
        let name = path.file_name();
        let choice = match path.parent() {
            None if CONFIGS.contains(&name) => {
                (Role::Config, "configuration of sentence-transformers")
            }
            Some(folder) if folders.contains(folder) => match name {
                WEIGHTS => (Role::Weights, "weights of a module in `modules.json`"),
                CONFIG => (Role::Config, "configuration of a module in `modules.json`"),
                _ if CONFIGS.contains(&name) => {
                    (Role::Config, "configuration of a module in `modules.json`")
                }
                _ => continue,
            },
            _ => continue,
        };
        choices.push((path.clone(), choice.0, choice.1));
    }
    choices
}

#[cfg(test)]
mod tests;
