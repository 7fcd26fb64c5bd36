//! Which files belong to which split of which configuration.

mod config;
mod find;

use std::collections::{BTreeMap, HashSet};

use super::{
    data_type::DataType,
    features,
    format::{DataFormat, is_compressed},
};
use crate::{AssetFile, Card, Column, DatasetInfo, Loss};
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
    pub(super) fn read(card: &Card<'_>, files: &[AssetFile], losses: &mut Vec<Loss>) -> Self {
        let card = card.dataset();
        let infos = Infos::read(&card.infos);
        let mut finder = Finder::new(files);
        let listed = &card.configs;
        let mut names = HashSet::new();
        let mut configs = Vec::new();
        for config in listed {
            let Some(name) = config.name.clone() else {
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
    by_config: BTreeMap<&'a str, &'a [Column]>,
    /// That of a card which has only one.
    only: Option<&'a DatasetInfo>,
}

impl<'a> Infos<'a> {
    fn read(infos: &'a [DatasetInfo]) -> Self {
        let mut by_config = BTreeMap::new();
        for info in infos {
            let name = info.config_name.as_deref().unwrap_or("default");
            by_config.entry(name).or_insert(info.features.as_slice());
        }
        let only = match infos {
            [only] => Some(only),
            _ => None,
        };
        Self { by_config, only }
    }

    /// The columns of a configuration. A single description that has no name is that of whatever there is.
    fn features(&self, config: &str) -> Vec<(String, DataType)> {
        let nameless = self.only.filter(|info| info.config_name.is_none());
        let found = self.by_config.get(config).copied();
        let found = found.or(nameless.map(|info| info.features.as_slice()));
        found.map(features::read).unwrap_or_default()
    }
}
