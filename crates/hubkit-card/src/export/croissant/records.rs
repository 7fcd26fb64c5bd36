//! Sets of records: one for each split of each configuration.

use std::collections::BTreeMap;

use hubkit_types::RepoPath;
use serde_json::{Value as Json, json};

use super::{
    data_type::{DataType, TEXT},
    distribution::Distribution,
    field::{self, Origin},
    format::{DataFormat, is_compressed_otherwise},
    ids::Ids,
    layout::{Config, Layout, Split},
    sample::{self, Look, Others, Sample},
};
use crate::{AssetFile, Loss};

/// So many columns of a set of records are described, as the Hub does; and so many in a document.
const MOST_COLUMNS: usize = 1_000;
const MOST_FIELDS: usize = 20_000;

/// The sets of records of a data set.
pub(super) fn record_sets(
    layout: &Layout,
    files: &[AssetFile],
    samples: &BTreeMap<RepoPath, Sample>,
    distribution: &mut Distribution<'_>,
    ids: &mut Ids,
    losses: &mut Vec<Loss>,
) -> Vec<Json> {
    let mut sets = Vec::new();
    let mut fields_left = MOST_FIELDS;
    for config in &layout.configs {
        if let Some(why) = &config.obstacle {
            losses.push(Loss::new(format!("the records of {}", config.name), why));
            continue;
        }
        let Some(format) = config.format else {
            continue;
        };
        let mut looked = Vec::new();
        for split in &config.splits {
            match Columns::of(config, split, format, files, samples) {
                Ok(columns) => looked.push((split, columns)),
                Err(why) => {
                    let what = format!("the records of {}/{}", config.name, split.name);
                    losses.push(Loss::new(what, why));
                }
            }
        }
        if config.features.is_empty() {
            unite(&mut looked);
        }
        let mut described = Vec::new();
        for (split, columns) in looked {
            let records = format!("{}/{}", config.name, split.name);
            if columns.all.len().min(MOST_COLUMNS) > fields_left {
                let why = format!("a document describes at most {MOST_FIELDS} columns");
                losses.push(Loss::new(format!("the records of {records}"), why));
                continue;
            }
            let Some(source) = distribution.source_of(config, split, columns.format, ids, losses)
            else {
                continue;
            };
            let origin = Origin {
                source,
                format: columns.format,
                json_field: config.json_field.as_deref(),
                records: &records,
            };
            let set = record_set(config, split, &columns, &origin, ids, losses);
            fields_left = fields_left.saturating_sub(columns.all.len());
            described.push((split.name.as_str(), set));
        }
        if let Some(splits) = splits_of(config, &described, ids) {
            sets.push(splits);
        }
        sets.extend(described.into_iter().map(|(_, set)| set));
    }
    sets
}

/// The columns of a split, and the format that they are found in.
struct Columns {
    all: Vec<(String, DataType)>,
    format: DataFormat,
}

impl Columns {
    /// What the card tells, or else what a look into the first file does.
    fn of(
        config: &Config,
        split: &Split,
        format: DataFormat,
        files: &[AssetFile],
        samples: &BTreeMap<RepoPath, Sample>,
    ) -> Result<Self, String> {
        if format == DataFormat::Text {
            return Ok(Self {
                all: vec![("text".to_owned(), TEXT)],
                format,
            });
        }
        if matches!(
            format,
            DataFormat::Image | DataFormat::Audio | DataFormat::Video
        ) {
            return Ok(Self {
                all: vec![of_files(format)],
                format,
            });
        }
        if !format.has_columns() {
            return Err("their format is none whose columns Croissant can address".to_owned());
        }
        let mut paths = split.files.iter().map(|place| &files[*place].path);
        let is_lines =
            |path: &RepoPath| DataFormat::of(path.as_str()) == Some(DataFormat::JsonLines);
        let format = match format {
            DataFormat::Json if paths.clone().all(is_lines) => DataFormat::JsonLines,
            format => format,
        };
        if paths
            .clone()
            .any(|path| is_compressed_otherwise(path.as_str()))
        {
            return Err("they are compressed, and not by gzip".to_owned());
        }
        let first = paths.next().and_then(|path| samples.get(path));
        let field = config.json_field.as_deref();
        let others = match split.files.len() {
            1 => Others::None,
            _ => Others::Some,
        };
        let look = first.and_then(|sample| sample::look(sample, format, field, others));
        let format = match (&look, format) {
            (Some(look), _) => look.format,
            (None, DataFormat::Json) if field.is_none() => {
                return Err(
                    "it is not known whether the file is a list or lines of JSON".to_owned(),
                );
            }
            (None, format) => format,
        };
        let all = match (config.features.is_empty(), look) {
            (false, None) => config.features.clone(),
            (false, Some(look)) => agreed(&config.features, &look),
            (true, Some(look)) => look.columns,
            (true, None) => {
                return Err(
                    "neither the card nor a look into the files tells their columns".to_owned(),
                );
            }
        };
        Ok(Self { all, format })
    }
}

/// Gives a column the same type in all splits of a configuration: one that has the values of each.
fn unite(looked: &mut [(&Split, Columns)]) {
    let mut united: BTreeMap<String, DataType> = BTreeMap::new();
    for (name, data_type) in looked.iter().flat_map(|(_, columns)| &columns.all) {
        let known = united
            .entry(name.clone())
            .or_insert_with(|| data_type.clone());
        if known == data_type {
            continue;
        }
        if known.is_number() && data_type.is_number() {
            *known = DataType::Scalar("cr:Float64");
        } else if let (DataType::Scalar(_), DataType::Scalar(_)) = (&*known, data_type) {
            *known = TEXT;
        }
    }
    for (name, data_type) in looked.iter_mut().flat_map(|(_, columns)| &mut columns.all) {
        if let Some(known) = united.get(name) {
            data_type.clone_from(known);
        }
    }
}

/// The only column of files that are records themselves.
fn of_files(format: DataFormat) -> (String, DataType) {
    match format {
        DataFormat::Audio => ("audio".to_owned(), DataType::Audio(None)),
        DataFormat::Video => ("video".to_owned(), DataType::Video),
        _ => ("image".to_owned(), DataType::Image),
    }
}

/// The columns that a card tells of, with the type that their values are seen to have where the two are at odds: classes
/// written by name, and days and times where the card says texts.
fn agreed(features: &[(String, DataType)], look: &Look) -> Vec<(String, DataType)> {
    let seen: BTreeMap<&str, &DataType> = look
        .columns
        .iter()
        .map(|(name, data_type)| (name.as_str(), data_type))
        .collect();
    let agree = |(name, told): &(String, DataType)| {
        let data_type = match (told, seen.get(name.as_str())) {
            (DataType::Class(_), Some(seen)) if !seen.is_number() => (*seen).clone(),
            (DataType::Scalar("sc:Text"), Some(DataType::Scalar(seen)))
                if seen.starts_with("sc:Date") =>
            {
                DataType::Scalar(seen)
            }
            _ => told.clone(),
        };
        (name.clone(), data_type)
    };
    features.iter().map(agree).collect()
}

fn record_set(
    config: &Config,
    split: &Split,
    columns: &Columns,
    origin: &Origin<'_>,
    ids: &mut Ids,
    losses: &mut Vec<Loss>,
) -> Json {
    let id = ids.take(&format!("{}_{}", config.name, split.name));
    let mut fields = vec![json!({
        "@type": "cr:Field",
        "@id": ids.take_below(&id, "split"),
        "name": "split",
        "description": "The split that the records belong to.",
        "dataType": "sc:Text",
        "value": split.name,
    })];
    for (column, data_type) in columns.all.iter().take(MOST_COLUMNS) {
        let field = match columns.format {
            DataFormat::Text | DataFormat::Image | DataFormat::Audio | DataFormat::Video => {
                Some(of_file(origin, &id, column, data_type, ids))
            }
            _ => field::of_column(origin, &id, column, data_type, ids, losses),
        };
        fields.extend(field);
    }
    if columns.all.len() > MOST_COLUMNS {
        let rest = columns.all.len() - MOST_COLUMNS;
        let what = format!("{rest} columns of {}", origin.records);
        losses.push(Loss::new(
            what,
            format!("only the first {MOST_COLUMNS} are described"),
        ));
    }
    json!({
        "@type": "cr:RecordSet",
        "@id": id,
        "name": id,
        "description": format!("The split {} of the configuration {}.", split.name, config.name),
        "field": fields,
    })
}

/// A field of a file itself: its lines, or all of it.
fn of_file(
    origin: &Origin<'_>,
    records_id: &str,
    column: &str,
    data_type: &DataType,
    ids: &mut Ids,
) -> Json {
    let (property, croissant_type) = match data_type {
        DataType::Image => ("content", "sc:ImageObject"),
        DataType::Audio(_) => ("content", "sc:AudioObject"),
        DataType::Video => ("content", "sc:VideoObject"),
        _ => ("lines", "sc:Text"),
    };
    let mut source = origin.source.clone();
    source["extract"] = json!({ "fileProperty": property });
    json!({
        "@type": "cr:Field",
        "@id": ids.take_below(records_id, column),
        "name": column,
        "dataType": croissant_type,
        "source": source,
    })
}

/// The splits of a configuration that are described.
fn splits_of(config: &Config, described: &[(&str, Json)], ids: &mut Ids) -> Option<Json> {
    if described.is_empty() {
        return None;
    }
    let id = ids.take(&format!("{}_splits", config.name));
    let field = ids.take_below(&id, "split_name");
    let data: Vec<Json> = described
        .iter()
        .map(|(name, _)| json!({ field.as_str(): name }))
        .collect();
    Some(json!({
        "@type": "cr:RecordSet",
        "@id": id,
        "name": id,
        "description": format!("The splits of the configuration {}.", config.name),
        "dataType": "cr:Split",
        "key": { "@id": field },
        "field": [{ "@type": "cr:Field", "@id": field, "name": "split_name", "dataType": "sc:Text" }],
        "data": data,
    }))
}
