//! `model-index` there and back: flat results, and those of one task and data set together.

use std::collections::HashMap;

use serde_yaml::{Mapping, Value};

use super::{ToDictError, equal, is_true};
use crate::FieldPath;

/// A single number with all that it is about.
struct Flat<'v> {
    task: &'v Value,
    dataset: &'v Value,
    source: &'v Value,
    metric: &'v Value,
}

/// The entries of `model-index` as one, with the name of the last.
pub(super) fn merged(index: &Value) -> Result<Value, ToDictError> {
    let path = FieldPath::of("model-index");
    let mut name = &Value::Null;
    let mut results = Vec::new();
    for (at, entry) in items(index, &path)?.iter().enumerate() {
        let path = path.index(at);
        name = need(entry, &path, "name")?;
        let list = need(entry, &path, "results")?;
        let path = path.key("results");
        for (at, result) in items(list, &path)?.iter().enumerate() {
            flatten(result, &path.index(at), &mut results)?;
        }
    }
    if name.is_null() && !results.is_empty() {
        return Err(ToDictError::new(&path, "a `name`", name));
    }
    let grouped = grouped(&results, &path)?;
    Ok(index_of(name, grouped))
}

/// An index without results.
pub(super) fn empty(name: &Value) -> Value {
    index_of(name, Vec::new())
}

fn index_of(name: &Value, results: Vec<Value>) -> Value {
    let mut entry = Mapping::new();
    entry.insert("name".into(), name.clone());
    entry.insert("results".into(), Value::Sequence(results));
    without_null(&Value::Sequence(vec![Value::Mapping(entry)]))
}

fn flatten<'v>(
    result: &'v Value,
    path: &FieldPath,
    flat: &mut Vec<Flat<'v>>,
) -> Result<(), ToDictError> {
    const NONE: &Value = &Value::Null;
    let task = need(result, path, "task")?;
    need(task, &path.key("task"), "type")?;
    let dataset = need(result, path, "dataset")?;
    need(dataset, &path.key("dataset"), "type")?;
    need(dataset, &path.key("dataset"), "name")?;
    let source = match result.get("source") {
        Some(source) if is_true(source) => source,
        _ => NONE,
    };
    if !source.is_null() && !source.is_mapping() {
        return Err(ToDictError::new(&path.key("source"), "a mapping", source));
    }
    let metrics = need(result, path, "metrics")?;
    let metrics_path = path.key("metrics");
    for (at, metric) in items(metrics, &metrics_path)?.iter().enumerate() {
        let metric_path = metrics_path.index(at);
        need(metric, &metric_path, "type")?;
        need(metric, &metric_path, "value")?;
        if !of(source, "name").is_null() && of(source, "url").is_null() {
            let path = path.key("source").key("url");
            return Err(ToDictError::new(&path, "an address beside the name", NONE));
        }
        flat.push(Flat {
            task,
            dataset,
            source,
            metric,
        });
    }
    Ok(())
}

/// Results of one task and one data set together, in the order of their first.
fn grouped(flat: &[Flat<'_>], path: &FieldPath) -> Result<Vec<Value>, ToDictError> {
    let mut groups: Vec<(&Flat<'_>, Vec<Value>)> = Vec::new();
    let mut places: HashMap<[Value; 5], usize> = HashMap::new();
    for result in flat {
        let key = [
            of(result.task, "type"),
            of(result.dataset, "type"),
            of(result.dataset, "config"),
            of(result.dataset, "split"),
            of(result.dataset, "revision"),
        ];
        if let Some(value) = key
            .iter()
            .find(|value| value.is_sequence() || value.is_mapping())
        {
            return Err(ToDictError::new(
                path,
                "single values for task and data set",
                value,
            ));
        }
        let place = *places.entry(key.map(equal)).or_insert(groups.len());
        if place == groups.len() {
            groups.push((result, Vec::new()));
        }
        let metric = picked(
            result.metric,
            &[
                "type",
                "value",
                "name",
                "config",
                "args",
                "verified",
                "verifyToken",
            ],
        );
        groups[place].1.push(metric);
    }
    let groups = groups.into_iter().map(|(first, metrics)| {
        let mut data = Mapping::new();
        data.insert("task".into(), picked(first.task, &["type", "name"]));
        let names = ["name", "type", "config", "split", "revision", "args"];
        data.insert("dataset".into(), picked(first.dataset, &names));
        data.insert("metrics".into(), Value::Sequence(metrics));
        if !of(first.source, "url").is_null() {
            data.insert("source".into(), picked(first.source, &["url", "name"]));
        }
        Value::Mapping(data)
    });
    Ok(groups.collect())
}

fn of<'v>(value: &'v Value, key: &str) -> &'v Value {
    value.get(key).unwrap_or(&Value::Null)
}

fn picked(value: &Value, names: &[&str]) -> Value {
    let pairs = names
        .iter()
        .map(|name| ((*name).into(), of(value, name).clone()));
    Value::Mapping(pairs.collect())
}

/// The value of a name that must be there, though it may be null.
fn need<'v>(
    value: &'v Value,
    path: &FieldPath,
    key: &'static str,
) -> Result<&'v Value, ToDictError> {
    let Value::Mapping(mapping) = value else {
        return Err(ToDictError::new(path, "a mapping", value));
    };
    mapping.get(key).ok_or_else(|| ToDictError {
        path: path.key(key),
        expected: "such a field",
        found: "none",
    })
}

/// What Python goes through in a loop. Names and letters are no mappings, so what follows refuses them.
fn items<'v>(value: &'v Value, path: &FieldPath) -> Result<&'v [Value], ToDictError> {
    match value {
        Value::Sequence(items) => Ok(items),
        Value::String(text) if text.is_empty() => Ok(&[]),
        Value::Mapping(mapping) if mapping.is_empty() => Ok(&[]),
        other => Err(ToDictError::new(path, "a list", other)),
    }
}

/// Leaves out null in lists and mappings, as deep as there are any.
fn without_null(value: &Value) -> Value {
    match value {
        Value::Sequence(items) => {
            let items = items.iter().filter(|item| !item.is_null());
            items.map(without_null).collect()
        }
        Value::Mapping(mapping) => {
            let pairs = mapping
                .iter()
                .filter(|(key, value)| !key.is_null() && !value.is_null());
            let pairs = pairs.map(|(key, value)| (key.clone(), without_null(value)));
            Value::Mapping(pairs.collect())
        }
        other => other.clone(),
    }
}
