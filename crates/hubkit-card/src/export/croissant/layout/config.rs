//! A configuration, as a card lists it or as the names of files tell.

use std::collections::BTreeMap;

use serde_yaml::Value;

use super::{Config, Infos, Split, find::Finder};
use crate::{
    Loss,
    export::croissant::{
        features::{self, scalar},
        format::DataFormat,
        splits,
    },
};

/// What a configuration may say without saying how its files are read. Anything else is a parameter of the reader.
const ABOUT: [&str; 14] = [
    "config_name",
    "data_files",
    "data_dir",
    "default",
    "description",
    "features",
    "version",
    "drop_labels",
    "drop_metadata",
    "citation",
    "license",
    "homepage",
    "chunksize",
    "keep_in_memory",
];

pub(super) fn read(
    name: String,
    config: &Value,
    infos: &Infos<'_>,
    finder: &mut Finder<'_>,
    losses: &mut Vec<Loss>,
) -> Config {
    let folder = config.get("data_dir").and_then(Value::as_str);
    let folder = folder.map(|folder| folder.trim_start_matches("./").trim_matches('/'));
    let folder = folder.filter(|folder| !folder.is_empty() && *folder != ".");
    let mut splits = match config.get("data_files") {
        Some(listed) => listed_splits(&name, listed, folder, finder, losses),
        None => inferred(finder, folder),
    };
    let format = keep_one_format(&name, &mut splits, finder, losses);
    let mut features = config
        .get("features")
        .map(features::read)
        .unwrap_or_default();
    if features.is_empty() {
        features = infos.features(&name);
    }
    let (format, obstacle) = match format.map(|format| reader(config, format)) {
        Some(Ok(format)) => (Some(format), None),
        Some(Err(why)) => (format, Some(why)),
        None => (None, Some("no data file belongs to it".to_owned())),
    };
    Config {
        name,
        splits,
        features,
        format,
        json_field: config.get("field").and_then(scalar),
        obstacle,
    }
}

/// The only configuration of a data set whose card lists none.
pub(super) fn of_names(
    infos: &Infos<'_>,
    finder: &Finder<'_>,
    losses: &mut Vec<Loss>,
) -> Option<Config> {
    let mut splits = inferred(finder, None);
    let name = match &infos.only {
        Some((Some(name), _)) => name.clone(),
        _ => "default".to_owned(),
    };
    let format = keep_one_format(&name, &mut splits, finder, losses)?;
    Some(Config {
        features: infos.features(&name),
        name,
        splits,
        format: Some(format),
        json_field: None,
        obstacle: None,
    })
}

/// The splits that `data_files` lists: patterns alone are to train on.
fn listed_splits(
    config: &str,
    listed: &Value,
    folder: Option<&str>,
    finder: &mut Finder<'_>,
    losses: &mut Vec<Loss>,
) -> Vec<Split> {
    let items = match listed {
        Value::Sequence(items) => items.as_slice(),
        one => std::slice::from_ref(one),
    };
    let mut splits: Vec<Split> = Vec::new();
    let mut places = BTreeMap::new();
    for item in items {
        let (split, paths) = match (item.get("split").and_then(scalar), item.get("path")) {
            (Some(split), Some(paths)) => (split, paths),
            _ if item.is_string() => ("train".to_owned(), item),
            _ => {
                let what = format!("data files of {config}");
                losses.push(Loss::new(
                    what,
                    "expected a path, or a `split` with its `path`",
                ));
                continue;
            }
        };
        let mut files = Vec::new();
        let paths = match paths {
            Value::Sequence(paths) => paths.as_slice(),
            one => std::slice::from_ref(one),
        };
        for pattern in paths.iter().filter_map(scalar) {
            match finder.find(folder, &pattern) {
                Ok(found) => files.extend(found),
                Err(why) => losses.push(Loss::new(format!("{pattern} of {config}"), why)),
            }
        }
        let place = *places.entry(split.clone()).or_insert(splits.len());
        match splits.get_mut(place) {
            Some(known) => known.files.extend(files),
            None => splits.push(Split { name: split, files }),
        }
    }
    for split in &mut splits {
        split.files.sort_unstable();
        split.files.dedup();
    }
    splits
}

fn inferred(finder: &Finder<'_>, folder: Option<&str>) -> Vec<Split> {
    let candidates = finder.candidates(folder);
    let found = splits::infer(&candidates);
    let split = |(name, files): (&str, Vec<usize>)| Split {
        name: name.to_owned(),
        files,
    };
    found.into_iter().map(split).collect()
}

/// Keeps the files of the format that most have, as one reader reads all of a configuration. Of as many the first in the
/// order of formats counts. Splits without files are kept out.
fn keep_one_format(
    config: &str,
    splits: &mut Vec<Split>,
    finder: &Finder<'_>,
    losses: &mut Vec<Loss>,
) -> Option<DataFormat> {
    let mut counts: BTreeMap<DataFormat, usize> = BTreeMap::new();
    for place in splits.iter().flat_map(|split| &split.files) {
        if let Some(format) = finder.format(*place).map(DataFormat::reader) {
            *counts.entry(format).or_default() += 1;
        }
    }
    let most = counts.iter().rev().max_by_key(|(_, count)| **count);
    let format = most.map(|(format, _)| *format);
    let others: usize = counts.values().sum::<usize>() - most.map_or(0, |(_, count)| *count);
    if others > 0 {
        let what = format!("{others} files of {config}");
        losses.push(Loss::new(what, "they are in another format than most"));
    }
    for split in splits.iter_mut() {
        let is_of_most = |place: &usize| finder.format(*place).map(DataFormat::reader) == format;
        split.files.retain(is_of_most);
    }
    splits.retain(|split| !split.files.is_empty());
    format
}

/// The format as a configuration has it read, or what stands in the way of describing its rows.
fn reader(config: &Value, format: DataFormat) -> Result<DataFormat, String> {
    let keys = config
        .as_mapping()
        .into_iter()
        .flat_map(|mapping| mapping.keys());
    let mut read_as = format;
    for key in keys.filter_map(scalar) {
        let value = config.get(key.as_str()).and_then(scalar);
        let is_table = matches!(format, DataFormat::Csv | DataFormat::Tsv);
        match (key.as_str(), value.as_deref()) {
            (key, _) if ABOUT.contains(&key) => {}
            ("sep" | "delimiter", Some(",")) if is_table => read_as = DataFormat::Csv,
            ("sep" | "delimiter", Some("\t")) if is_table => read_as = DataFormat::Tsv,
            ("field", Some(_)) if format == DataFormat::Json => {}
            _ if format == DataFormat::Parquet => {}
            _ => {
                return Err(format!(
                    "Croissant has no words for how it is read: `{key}`"
                ));
            }
        }
    }
    Ok(read_as)
}
