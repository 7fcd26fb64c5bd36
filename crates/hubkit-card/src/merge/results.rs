//! Results of a model, found by what was measured and how.

use std::collections::{HashMap, HashSet};

use serde_yaml::{Mapping, Value};

use super::{Differing, Merger};
use crate::{Change, EditError, FieldPath};

/// What tells one thing from another, as text: all fractions have one hash in `serde_yaml`, and looking among many of them
/// would take as long as comparing each with each.
fn identity(values: &[&Value]) -> String {
    format!("{values:?}")
}

/// Where a result is: its model and its place among the results of that.
type Place = (usize, usize);

/// The results of a card, by what they are of.
pub(super) struct Index<'v> {
    entries: &'v [Value],
    /// The place of each model by its name.
    models: HashMap<String, usize>,
    /// The first source of each task and data of a model, to which every name below is relative.
    silent: HashMap<String, &'v Value>,
    /// The first result of each task, data and source.
    results: HashMap<String, Place>,
    /// The first of each metric of these, and its place.
    metrics: HashMap<String, (Place, usize)>,
    /// Results and metrics as they are: cards have some of them twice, with other values.
    whole: HashSet<String>,
}

const DATA: [&str; 6] = ["type", "name", "config", "split", "revision", "args"];
const METRIC: [&str; 4] = ["type", "name", "config", "args"];

/// What is there, to be looked up, and what is given; `None` where either is no `model-index` in its outline.
pub(super) fn read<'v>(
    there: &'v [Value],
    given: &'v [Value],
) -> Option<(Index<'v>, Vec<&'v Mapping>)> {
    let index = Index::of(there)?;
    let models: Option<Vec<&Mapping>> = given.iter().map(Value::as_mapping).collect();
    let models = models?;
    let is_result = |result: &Value| {
        let metrics = result
            .as_mapping()
            .and_then(|result| list(result, "metrics"));
        metrics.is_some_and(|metrics| metrics.iter().all(Value::is_mapping))
    };
    let is_model = |model: &&Mapping| {
        list(model, "results").is_some_and(|results| results.iter().all(is_result))
    };
    models.iter().all(is_model).then_some((index, models))
}

/// The list of a name; nothing is an empty one, and anything else is none.
fn list<'v>(mapping: &'v Mapping, name: &str) -> Option<&'v [Value]> {
    match mapping.get(name) {
        None | Some(Value::Null) => Some(&[]),
        Some(found) => found.as_sequence().map(Vec::as_slice),
    }
}

const NOTHING: &Value = &Value::Null;

fn get<'v>(value: &'v Value, name: &str) -> &'v Value {
    value.get(name).unwrap_or(NOTHING)
}

fn source(result: &Value) -> &Value {
    get(get(result, "source"), "url")
}

/// What a result is of: task and data, of the model of a name.
fn subject(model: &Value, result: &Value) -> String {
    let data = get(result, "dataset");
    let mut values = vec![model, get(get(result, "task"), "type")];
    values.extend(DATA.map(|name| get(data, name)));
    identity(&values)
}

fn measured(metric: &Value) -> String {
    identity(&METRIC.map(|name| get(metric, name)))
}

/// Whether two results can be one without saying of a metric that it comes from a source that nobody named for it: their
/// sources are the same, or one that has none gets one and has no metric that the other lacks.
fn is_one(there: &Value, given: &Value) -> bool {
    let metrics = |result| get(result, "metrics").as_sequence().into_iter().flatten();
    match (source(there), source(given)) {
        (there, given) if there == given => true,
        (Value::Null, _) => {
            let given: HashSet<String> = metrics(given).map(measured).collect();
            metrics(there).all(|metric| given.contains(&measured(metric)))
        }
        _ => false,
    }
}

impl<'v> Index<'v> {
    fn of(entries: &'v [Value]) -> Option<Self> {
        let mut index = Self {
            entries,
            models: HashMap::new(),
            silent: HashMap::new(),
            results: HashMap::new(),
            metrics: HashMap::new(),
            whole: HashSet::new(),
        };
        for (at, model) in entries.iter().enumerate() {
            let name = get(model, "name");
            index.models.entry(identity(&[name])).or_insert(at);
            for (result_at, result) in list(model.as_mapping()?, "results")?.iter().enumerate() {
                index.add(name, result, (at, result_at));
            }
        }
        Some(index)
    }

    fn add(&mut self, model: &Value, result: &'v Value, place: Place) {
        let metrics = result
            .as_mapping()
            .and_then(|result| list(result, "metrics"));
        // One that is no result is in nobody's way.
        let Some(metrics) = metrics else { return };
        let subject = subject(model, result);
        self.silent.entry(subject.clone()).or_insert(source(result));
        let key = format!("{subject}{}", identity(&[source(result)]));
        self.whole.insert(format!("{key}{}", identity(&[result])));
        for (at, metric) in metrics.iter().enumerate() {
            let known = format!("{key}{}", measured(metric));
            self.metrics.entry(known).or_insert((place, at));
            self.whole.insert(format!("{key}{}", identity(&[metric])));
        }
        self.results.entry(key).or_insert(place);
    }

    /// What a given result may be known as: by its own source, and where either side names none by the other's.
    fn keys(&self, model: &Value, given: &Value) -> Vec<String> {
        let (subject, source) = (subject(model, given), source(given));
        let mut sources = vec![source];
        if source.is_null() {
            sources.extend(self.silent.get(&subject).copied());
        } else {
            sources.push(NOTHING);
        }
        let key = |source| format!("{subject}{}", identity(&[source]));
        sources.into_iter().map(key).collect()
    }

    fn result(&self, (model, result): Place) -> &'v Value {
        &self.entries[model]["results"][result]
    }
}

impl Merger {
    pub(super) fn results(
        &mut self,
        path: &FieldPath,
        index: &Index<'_>,
        models: &[&Mapping],
    ) -> Result<(), EditError> {
        for model in models {
            // One without a name is the first.
            let first = index.entries.first().map(|first| get(first, "name"));
            let name = model.get("name").filter(|name| !name.is_null());
            let name = name.or(first).unwrap_or(NOTHING);
            let Some(at) = index.models.get(&identity(&[name])).copied() else {
                let model = Value::Mapping((*model).clone());
                self.edit(path.clone(), Change::Append(model));
                continue;
            };
            let path = path.index(at);
            if let Some(there) = index.entries[at].as_mapping() {
                self.mapping(&path, there, model, &["name", "results"])?;
            }
            for result in list(model, "results").unwrap_or_default() {
                self.result(&path, index, name, result)?;
            }
        }
        Ok(())
    }

    fn result(
        &mut self,
        model: &FieldPath,
        index: &Index<'_>,
        name: &Value,
        given: &Value,
    ) -> Result<(), EditError> {
        let keys = index.keys(name, given);
        let is_known = |value: &Value| {
            let value = identity(&[value]);
            keys.iter()
                .any(|key| index.whole.contains(&format!("{key}{value}")))
        };
        if is_known(given) {
            return Ok(());
        }
        let found = keys.iter().find_map(|key| index.results.get(key));
        let (Some(place), Some(mapping)) = (found, given.as_mapping()) else {
            self.edit(model.key("results"), Change::Append(given.clone()));
            return Ok(());
        };
        let at = |(model, result): Place| {
            let path = FieldPath::of("model-index").index(model);
            path.key("results").index(result)
        };
        let is_one = is_one(index.result(*place), given);
        if let Some(there) = index.result(*place).as_mapping() {
            let except: &[&str] = if is_one {
                &["metrics"]
            } else {
                &["metrics", "source"]
            };
            self.mapping(&at(*place), there, mapping, except)?;
        }
        let mut added = HashSet::new();
        let mut apart = Vec::new();
        for metric in list(mapping, "metrics").unwrap_or_default() {
            if is_known(metric) {
                continue;
            }
            let measured = measured(metric);
            let known = keys.iter().map(|key| format!("{key}{measured}"));
            match known.into_iter().find_map(|key| index.metrics.get(&key)) {
                Some((place, metric_at)) => {
                    let path = at(*place).key("metrics").index(*metric_at);
                    let there = &index.result(*place)["metrics"][*metric_at];
                    self.metric(&path, there, metric)?;
                }
                None if !added.insert(identity(&[metric])) => {}
                None if is_one => {
                    let path = at(*place).key("metrics");
                    self.edit(path, Change::Append(metric.clone()));
                }
                None => apart.push(metric.clone()),
            }
        }
        if !apart.is_empty() {
            let mut result = mapping.clone();
            result.insert("metrics".into(), apart.into());
            self.edit(model.key("results"), Change::Append(result.into()));
        }
        Ok(())
    }

    fn metric(&mut self, path: &FieldPath, there: &Value, given: &Value) -> Result<(), EditError> {
        let (Value::Mapping(there), Value::Mapping(given)) = (there, given) else {
            return Ok(());
        };
        let conflicts = self.done.conflicts.len();
        self.mapping(path, there, given, &[])?;
        let value = path.key("value");
        let is_other = self.done.conflicts[conflicts..]
            .iter()
            .any(|conflict| conflict.path == value);
        if is_other && self.rules.differing == Differing::Overwrite {
            // They vouch for the value that was there.
            for name in ["verified", "verifyToken"] {
                if there.contains_key(name) && !given.contains_key(name) {
                    self.edit(path.key(name), Change::Remove);
                }
            }
        }
        Ok(())
    }
}
