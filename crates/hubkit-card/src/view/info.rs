//! `dataset_info`: what a data set holds, as the library that made it found.

use serde_yaml::{Mapping, Value};

use super::{
    feature::Column,
    fields::{Fields, scalar},
};

/// What one configuration of a data set holds.
#[derive(Clone, PartialEq, Debug, Default)]
#[non_exhaustive]
pub struct DatasetInfo {
    /// Its name; `None` is the only one, or `default`.
    pub config_name: Option<String>,
    /// Its columns.
    pub features: Vec<Column>,
    /// Its splits.
    pub splits: Vec<SplitInfo>,
    /// How many bytes are fetched.
    pub download_size: Option<u64>,
    /// How many bytes it has once it is read.
    pub dataset_size: Option<u64>,
    /// Fields that are not known here, and those that could not be read.
    pub extra: Mapping,
}

/// A split of a configuration.
#[derive(Clone, PartialEq, Debug, Default)]
#[non_exhaustive]
pub struct SplitInfo {
    /// Its name: `train`, …
    pub name: Option<String>,
    /// How many bytes it has.
    pub num_bytes: Option<u64>,
    /// How many rows it has.
    pub num_examples: Option<u64>,
    /// Fields that are not known here, and those that could not be read.
    pub extra: Mapping,
}

impl DatasetInfo {
    /// Reads the field: the mapping of a single configuration, or a list of them.
    pub(super) fn read_all(fields: &mut Fields<'_, '_>) -> Vec<Self> {
        const KEY: &str = "dataset_info";
        match fields.any(KEY) {
            Some(Value::Mapping(_)) => fields.object(KEY, Self::read).into_iter().collect(),
            _ => fields.objects(KEY, Self::read),
        }
    }

    fn read(fields: &mut Fields<'_, '_>) -> Self {
        Self {
            config_name: fields.text("config_name"),
            features: read_features(fields),
            splits: SplitInfo::read_all(fields),
            download_size: fields.count("download_size"),
            dataset_size: fields.count("dataset_size"),
            extra: fields.rest(),
        }
    }
}

impl SplitInfo {
    /// Reads the splits: a list, or a mapping from their names.
    fn read_all(fields: &mut Fields<'_, '_>) -> Vec<Self> {
        const KEY: &str = "splits";
        let Some(Value::Mapping(splits)) = fields.any(KEY) else {
            return fields.objects(KEY, Self::read);
        };
        let path = fields.path.key(KEY);
        let mut found = Vec::new();
        for (key, value) in splits {
            let Some(name) = scalar(key) else { continue };
            let path = path.key(&name);
            let Value::Mapping(mapping) = value else {
                fields.notes.wrong_type(&path, "a mapping", value);
                continue;
            };
            let mut split = Self::read(&mut Fields::new(mapping, path, fields.notes));
            split.name.get_or_insert(name);
            found.push(split);
        }
        found
    }

    fn read(fields: &mut Fields<'_, '_>) -> Self {
        Self {
            name: fields.text("name"),
            num_bytes: fields.count("num_bytes"),
            num_examples: fields.count("num_examples"),
            extra: fields.rest(),
        }
    }
}

/// The columns under `features`.
pub(super) fn read_features(fields: &mut Fields<'_, '_>) -> Vec<Column> {
    const KEY: &str = "features";
    let Some(value) = fields.any(KEY) else {
        return Vec::new();
    };
    if !matches!(value, Value::Sequence(_) | Value::Mapping(_)) {
        fields.refuse(KEY, "a list of columns", value);
        return Vec::new();
    }
    let path = fields.path.key(KEY);
    Column::read_all(value, &path, fields.notes)
}
