//! Which files belong to which split of which configuration.

mod config;
mod find;

use std::collections::{BTreeMap, HashSet};

use serde_yaml::Value;

use super::{
    data_type::DataType,
    features,
    format::{DataFormat, is_compressed},
};
use crate::{AssetFile, Loss, Metadata};
use find::Finder;

/// So many configurations are described, as the Hub does.
const MOST_CONFIGS: usize = 100;
/// So many files are looked into.
const MOST_SAMPLES: usize = 32;

/// The configurations of a data set.
#[derive(Debug)]
pub(super) struct Layout {
    pub(super) configs: Vec<Config>,
}

/// A part of a data set that is loaded by its name.
#[derive(Debug)]
pub(super) struct Config {
    pub(super) name: String,
    pub(super) splits: Vec<Split>,
    /// The columns that the card tells of.
    pub(super) features: Vec<(String, DataType)>,
    /// What its files are; `None` without any.
    pub(super) format: Option<DataFormat>,
    /// The name below which a JSON file has its rows.
    pub(super) json_field: Option<String>,
    /// Why its rows can't be described, if so.
    pub(super) obstacle: Option<String>,
}

/// Rows that serve one purpose.
#[derive(Debug)]
pub(super) struct Split {
    pub(super) name: String,
    /// The places of its files.
    pub(super) files: Vec<usize>,
}

impl Layout {
    /// Reads the layout that a card describes, or that the names of the files tell where it is silent.
    pub(super) fn read(metadata: &Metadata, files: &[AssetFile], losses: &mut Vec<Loss>) -> Self {
        let infos = Infos::read(metadata);
        let mut finder = Finder::new(files);
        let listed = metadata.get("configs").and_then(Value::as_sequence);
        let listed = listed.map(Vec::as_slice).unwrap_or_default();
        let mut names = HashSet::new();
        let mut configs = Vec::new();
        // Older cards list names alone, which say nothing of files.
        for config in listed.iter().filter(|config| config.is_mapping()) {
            let Some(name) = config.get("config_name").and_then(features::scalar) else {
                losses.push(Loss::new("a configuration", "it has no `config_name`"));
                continue;
            };
            if !names.insert(name.clone()) {
                losses.push(Loss::new(
                    name,
                    "a configuration of this name comes before it",
                ));
                continue;
            }
            if configs.len() == MOST_CONFIGS {
                let rest = listed.len() - MOST_CONFIGS;
                let why = format!("only the first {MOST_CONFIGS} are described");
                losses.push(Loss::new(format!("{rest} configurations"), why));
                break;
            }
            configs.push(config::read(name, config, &infos, &mut finder, losses));
        }
        if configs.is_empty() {
            configs.extend(config::of_names(&infos, &finder, losses));
        }
        Self { configs }
    }

    /// The files whose first bytes tell columns: the first of each split, for as many as are worth it.
    pub(super) fn sampled<'a>(&self, files: &'a [AssetFile]) -> Vec<&'a AssetFile> {
        let mut seen = HashSet::new();
        let described = self.configs.iter().filter(|config| {
            config.obstacle.is_none() && config.format.is_some_and(DataFormat::tells_columns)
        });
        let first = described
            .flat_map(|config| &config.splits)
            .filter_map(|split| split.files.first().copied());
        first
            .filter(|place| seen.insert(*place))
            .map(|place| &files[place])
            .filter(|file| !is_compressed(file.path.as_str()))
            .take(MOST_SAMPLES)
            .collect()
    }
}

/// What `dataset_info` tells of the columns of configurations.
struct Infos<'a> {
    by_config: BTreeMap<String, &'a Value>,
    /// That of a card which has only one, with its name if it says one.
    only: Option<(Option<String>, &'a Value)>,
}

impl<'a> Infos<'a> {
    fn read(metadata: &'a Metadata) -> Self {
        let info = metadata.get("dataset_info");
        let list = match info {
            Some(Value::Sequence(list)) => list.as_slice(),
            Some(one @ Value::Mapping(_)) => std::slice::from_ref(one),
            _ => &[],
        };
        let (mut by_config, mut only) = (BTreeMap::new(), None);
        for info in list {
            let name = info.get("config_name").and_then(features::scalar);
            let features = info.get("features").unwrap_or(&Value::Null);
            only = (list.len() == 1).then(|| (name.clone(), features));
            by_config
                .entry(name.unwrap_or_else(|| "default".to_owned()))
                .or_insert(features);
        }
        Self { by_config, only }
    }

    /// The columns of a configuration. A single description that has no name is that of whatever there is.
    fn features(&self, config: &str) -> Vec<(String, DataType)> {
        let nameless = match &self.only {
            Some((None, features)) => Some(*features),
            _ => None,
        };
        let found = self.by_config.get(config).copied().or(nameless);
        found.map(features::read).unwrap_or_default()
    }
}
