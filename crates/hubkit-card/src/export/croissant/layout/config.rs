//! A configuration, as a card lists it or as the names of files tell.

use std::collections::BTreeMap;

use serde_yaml::Value;

use super::{Config, Infos, Split, find::Finder};
use crate::{
    DataConfig, DataFiles, Loss,
    export::croissant::{features, format::DataFormat, splits},
};

/// Parameters that do not change how files are read.
const HARMLESS: [&str; 8] = [
    "description",
    "version",
    "drop_metadata",
    "citation",
    "license",
    "homepage",
    "chunksize",
    "keep_in_memory",
];

pub(super) fn read(
    name: String,
    config: &DataConfig,
    infos: &Infos<'_>,
    finder: &mut Finder<'_>,
    losses: &mut Vec<Loss>,
) -> Config {
    let folder = config.data_dir.as_deref();
    let folder = folder.map(|folder| folder.trim_start_matches("./").trim_matches('/'));
    let folder = folder.filter(|folder| !folder.is_empty() && *folder != ".");
    let mut splits = if config.data_files.is_empty() {
        inferred(finder, folder)
    } else {
        listed_splits(&name, &config.data_files, folder, finder, losses)
    };
    let format = keep_one_format(&name, &mut splits, finder, losses);
    let mut features = features::read(&config.features);
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
        json_field: parameter(config, "field"),
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
    let name = infos.only.and_then(|info| info.config_name.clone());
    let name = name.unwrap_or_else(|| "default".to_owned());
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
    listed: &[DataFiles],
    folder: Option<&str>,
    finder: &mut Finder<'_>,
    losses: &mut Vec<Loss>,
) -> Vec<Split> {
    let mut splits: Vec<Split> = Vec::new();
    let mut places = BTreeMap::new();
    for item in listed {
        let split = item.split.clone().unwrap_or_else(|| "train".to_owned());
        let mut files = Vec::new();
        for pattern in &item.paths {
            match finder.find(folder, pattern) {
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
fn reader(config: &DataConfig, format: DataFormat) -> Result<DataFormat, String> {
    let mut read_as = format;
    let is_table = matches!(format, DataFormat::Csv | DataFormat::Tsv);
    for key in config.parameters.keys().filter_map(scalar) {
        match (key.as_str(), parameter(config, &key).as_deref()) {
            (key, _) if HARMLESS.contains(&key) => {}
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

fn parameter(config: &DataConfig, name: &str) -> Option<String> {
    config.parameters.get(name).and_then(scalar)
}

/// A single value as the text it is written as.
fn scalar(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Bool(flag) => Some(flag.to_string()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}
