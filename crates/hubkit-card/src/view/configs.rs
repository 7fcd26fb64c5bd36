//! `configs` and `train-eval-index`: how a data set's files make up what is loaded, and how models are tried on it.

use serde_yaml::{Mapping, Value};

use super::{
    feature::Column,
    fields::{Fields, Notes, scalar, texts},
    info::read_features,
};
use crate::{FieldPath, Severity};

/// A configuration: which files are loaded together, and how.
#[derive(Clone, PartialEq, Debug, Default)]
#[non_exhaustive]
pub struct DataConfig {
    /// `config_name`: its name.
    pub name: Option<String>,
    /// Its files; empty where they are found by their names.
    pub data_files: Vec<DataFiles>,
    /// The folder that its files are looked for in.
    pub data_dir: Option<String>,
    /// Whether it is the one that is loaded when none is named.
    pub default: Option<bool>,
    /// Whether the names of folders are no labels.
    pub drop_labels: Option<bool>,
    /// Its columns, where they are told here.
    pub features: Vec<Column>,
    /// What is set for the program that reads the files, as `sep`; and fields that could not be read.
    pub parameters: Mapping,
}

/// Files of a configuration.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
#[non_exhaustive]
pub struct DataFiles {
    /// The split that they make up; `None` is `train`.
    pub split: Option<String>,
    /// Paths and patterns, such as `data/*.parquet`, relative to the repository.
    pub paths: Vec<String>,
}

/// An entry of `train-eval-index`: how a model is tried on a data set.
#[derive(Clone, PartialEq, Debug, Default)]
#[non_exhaustive]
pub struct EvalMapping {
    /// The configuration.
    pub config: Option<String>,
    /// The task.
    pub task: Option<String>,
    /// The same, more closely.
    pub task_id: Option<String>,
    /// The splits.
    pub splits: EvalSplits,
    /// From the columns to what the task calls them.
    pub columns: Vec<(String, String)>,
    /// What is measured, with `type`, `name` and `args`.
    pub metrics: Vec<super::results::Metric>,
    /// Fields that are not known here, and those that could not be read.
    pub extra: Mapping,
}

/// The splits that a model is tried on.
#[derive(Clone, PartialEq, Debug, Default)]
#[non_exhaustive]
pub struct EvalSplits {
    /// What it is trained on.
    pub train: Option<String>,
    /// What it is measured on.
    pub eval: Option<String>,
    /// Fields that are not known here, and those that could not be read.
    pub extra: Mapping,
}

impl DataConfig {
    /// Reads the configurations. In older cards the field is a list of names, which make the second list.
    pub(super) fn read_all(fields: &mut Fields<'_, '_>) -> (Vec<Self>, Vec<String>) {
        const KEY: &str = "configs";
        let Some(value) = fields.any(KEY) else {
            return Default::default();
        };
        let Value::Sequence(items) = value else {
            return match value {
                Value::String(name) => (Vec::new(), vec![name.clone()]),
                _ => (fields.objects(KEY, Self::read), Vec::new()),
            };
        };
        let is_older = !items.is_empty() && items.iter().all(Value::is_string);
        if is_older {
            let names = items.iter().filter_map(scalar).collect();
            return (Vec::new(), names);
        }
        (fields.objects(KEY, Self::read), Vec::new())
    }

    fn read(fields: &mut Fields<'_, '_>) -> Self {
        fields.require(Severity::Warning, &["config_name"]);
        Self {
            name: fields.exact_text("config_name"),
            data_files: match fields.any("data_files") {
                Some(value) => {
                    let path = fields.path.key("data_files");
                    let (files, is_whole) = DataFiles::read_all(value, &path, fields.notes);
                    if !is_whole {
                        fields.keep("data_files");
                    }
                    files
                }
                None => Vec::new(),
            },
            data_dir: fields.exact_text("data_dir"),
            default: fields.flag("default"),
            drop_labels: fields.flag("drop_labels"),
            features: read_features(fields),
            parameters: fields.rest(),
        }
    }
}

impl DataFiles {
    /// Reads a path, a list of paths, or a list of splits with theirs.
    fn read_all(value: &Value, path: &FieldPath, notes: &mut Notes) -> (Vec<Self>, bool) {
        let items = match value {
            Value::Sequence(items) => items.as_slice(),
            Value::Mapping(_) => std::slice::from_ref(value),
            _ => {
                let (paths, is_whole) = texts(value, path, notes);
                return (vec![Self { split: None, paths }], is_whole);
            }
        };
        let mut files: Vec<Self> = Vec::new();
        let mut is_whole = true;
        for (at, item) in items.iter().enumerate() {
            let path = path.index(at);
            if let Some(mapping) = item.as_mapping() {
                let mut fields = Fields::new(mapping, path, notes);
                fields.require(Severity::Warning, &["split", "path"]);
                files.push(Self {
                    split: fields.exact_text("split"),
                    paths: fields.texts("path"),
                });
                is_whole &= fields.rest().is_empty();
                continue;
            }
            let Value::String(text) = item else {
                is_whole = false;
                notes.wrong_type(&path, "a path, or a mapping with `split` and `path`", item);
                continue;
            };
            // Paths without a split belong together.
            match files.last_mut() {
                Some(last) if last.split.is_none() => last.paths.push(text.clone()),
                _ => files.push(Self {
                    split: None,
                    paths: vec![text.clone()],
                }),
            }
        }
        (files, is_whole)
    }
}

impl EvalMapping {
    pub(super) fn read_all(fields: &mut Fields<'_, '_>) -> Vec<Self> {
        fields.objects("train-eval-index", |fields| Self {
            config: fields.text("config"),
            task: fields.text("task"),
            task_id: fields.text("task_id"),
            splits: fields
                .object("splits", EvalSplits::read)
                .unwrap_or_default(),
            columns: read_columns(fields),
            metrics: fields.objects("metrics", super::results::Metric::read_unmeasured),
            extra: fields.rest(),
        })
    }
}

impl EvalSplits {
    fn read(fields: &mut Fields<'_, '_>) -> Self {
        Self {
            train: fields.text("train_split"),
            eval: fields.text("eval_split"),
            extra: fields.rest(),
        }
    }
}

fn read_columns(fields: &mut Fields<'_, '_>) -> Vec<(String, String)> {
    let mapping = fields.mapping("col_mapping").unwrap_or_default();
    let pairs = mapping
        .iter()
        .map(|(key, value)| Some((scalar(key)?, scalar(value)?)));
    let columns: Vec<_> = pairs.flatten().collect();
    if columns.len() < mapping.len() {
        fields.keep("col_mapping");
    }
    columns
}
