//! Sets of records, as configurations and splits.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use serde_yaml::{Mapping, Value};

use super::{
    features::{self, is_split},
    node::Node,
};
use crate::{Loss, percent};

/// So many sets of records are taken over.
const MOST: usize = 10_000;

/// What a card says of files and columns.
#[derive(Default)]
pub(super) struct Layout {
    pub(super) configs: Option<Value>,
    pub(super) info: Option<Value>,
}

#[derive(Default)]
struct Config {
    splits: Vec<(String, Vec<String>)>,
    features: Vec<Value>,
    /// The name below which JSON has its rows.
    field: Option<String>,
}

/// Reads sets of records whose fields come from files. One whose split is a fixed value is a split of a configuration;
/// any other is a configuration.
pub(super) fn read(dataset: Node<'_>, losses: &mut Vec<Loss>) -> Layout {
    let files: HashMap<&str, Node<'_>> = dataset
        .all("distribution")
        .into_iter()
        .filter_map(|node| Some((node.id()?, node)))
        .collect();
    let mut configs: BTreeMap<String, Config> = BTreeMap::new();
    for records in dataset.all("recordSet").into_iter().take(MOST) {
        let Some(name) = records
            .text("name")
            .or_else(|| Some(records.id()?.to_owned()))
        else {
            continue;
        };
        let fields = records.all("field");
        let split = fields.iter().find(|field| is_split(**field));
        let fixed = split.and_then(|field| field.text("value"));
        if records.get("data").is_some() {
            if !records
                .texts("dataType")
                .iter()
                .any(|kind| kind.ends_with("Split"))
            {
                losses.push(Loss::new(name, "a card holds no rows"));
            }
            continue;
        }
        unread(records, &name, &fields, losses);
        let Some(source) = fields.iter().find_map(|field| source(*field)) else {
            losses.push(Loss::new(name, "its fields come from no file"));
            continue;
        };
        let paths = files
            .get(source)
            .map(|node| paths(*node))
            .unwrap_or_default();
        let (config, split) = if let Some(split) = &fixed {
            let config = name.strip_suffix(&format!("_{split}"));
            (config.unwrap_or("default").to_owned(), split.clone())
        } else {
            if split.is_some() {
                let what = format!("the splits of {name}");
                losses.push(Loss::new(what, "they are told by the paths of files"));
            }
            (name.clone(), "train".to_owned())
        };
        let known = configs.entry(config).or_default();
        known.field = fields.iter().find_map(|field| rows_of(*field));
        if paths.is_empty() {
            losses.push(Loss::new(
                format!("the files of {name}"),
                "they have no paths in a repository",
            ));
        } else {
            known.splits.push((split, paths));
        }
        if known.features.is_empty() {
            known.features = features::read(records, &name, losses);
        }
    }
    written(configs)
}

/// What is read of a set of records and of a field, or says nothing of the data.
const OF_RECORDS: [&str; 7] = [
    "@id",
    "@type",
    "data",
    "dataType",
    "description",
    "field",
    "name",
];
const OF_FIELD: [&str; 11] = [
    "@id",
    "@type",
    "arrayShape",
    "dataType",
    "description",
    "isArray",
    "name",
    "repeated",
    "source",
    "subField",
    "value",
];

/// Tells what is said of records beyond that, such as their key: each name once, however many columns have it.
fn unread(records: Node<'_>, name: &str, fields: &[Node<'_>], losses: &mut Vec<Loss>) {
    let why = "a card has no field for it";
    for term in records.names() {
        if !OF_RECORDS.contains(&term) {
            losses.push(Loss::new(format!("{term} of {name}"), why));
        }
    }
    let terms: BTreeSet<&str> = fields.iter().flat_map(|field| field.names()).collect();
    for term in terms.into_iter().filter(|term| !OF_FIELD.contains(term)) {
        losses.push(Loss::new(format!("{term} of columns of {name}"), why));
    }
}

/// The file, or set of files, that a field comes from.
fn source(field: Node<'_>) -> Option<&str> {
    let source = field.get("source");
    let own = source.and_then(|source| {
        source
            .reference("fileObject")
            .or_else(|| source.reference("fileSet"))
    });
    own.or_else(|| field.all("subField").into_iter().find_map(source_of_inner))
}

/// The name in `$.NAME[*]…`, as far as it is a plain one.
fn rows_of(field: Node<'_>) -> Option<String> {
    let path = field.get("source")?.get("extract")?.text("jsonPath")?;
    let (name, _) = path.strip_prefix("$.")?.split_once("[*]")?;
    let is_plain = name
        .bytes()
        .all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
    (is_plain && !name.is_empty()).then(|| name.to_owned())
}

fn source_of_inner(field: Node<'_>) -> Option<&str> {
    let source = field.get("source")?;
    source
        .reference("fileObject")
        .or_else(|| source.reference("fileSet"))
}

/// Where files lie in a repository: the patterns of a set, or the path in an address of a hub.
fn paths(node: Node<'_>) -> Vec<String> {
    let includes = node.texts("includes");
    if !includes.is_empty() {
        return includes;
    }
    let Some(url) = node.text("contentUrl") else {
        return Vec::new();
    };
    if !url.contains("://") && !url.starts_with('/') {
        return vec![url];
    }
    // /resolve/REVISION/PATH
    let behind = url.split_once("/resolve/").map(|(_, behind)| behind);
    let path = behind.and_then(|behind| behind.split_once('/'));
    path.map(|(_, path)| percent::decode_lossy(path))
        .into_iter()
        .collect()
}

fn written(configs: BTreeMap<String, Config>) -> Layout {
    let (mut listed, mut infos) = (Vec::new(), Vec::new());
    for (name, config) in configs {
        if !config.splits.is_empty() {
            let splits = config.splits.into_iter().map(|(split, mut paths)| {
                let path = match paths.len() {
                    1 => paths.pop().map_or(Value::Null, Value::from),
                    _ => Value::Sequence(paths.into_iter().map(Value::from).collect()),
                };
                mapping([("split", split.into()), ("path", path)])
            });
            let files = Value::Sequence(splits.collect());
            let mut config_of = Mapping::new();
            config_of.insert("config_name".into(), name.as_str().into());
            config_of.insert("data_files".into(), files);
            if let Some(field) = config.field {
                config_of.insert("field".into(), field.into());
            }
            listed.push(Value::Mapping(config_of));
        }
        if !config.features.is_empty() {
            infos.push(mapping([
                ("config_name", name.into()),
                ("features", Value::Sequence(config.features)),
            ]));
        }
    }
    Layout {
        configs: (!listed.is_empty()).then_some(Value::Sequence(listed)),
        info: match infos.len() {
            0 => None,
            1 => infos.pop(),
            _ => Some(Value::Sequence(infos)),
        },
    }
}

fn mapping<const N: usize>(pairs: [(&str, Value); N]) -> Value {
    let pairs = pairs.into_iter().map(|(key, value)| (key.into(), value));
    Value::Mapping(pairs.collect::<Mapping>())
}
