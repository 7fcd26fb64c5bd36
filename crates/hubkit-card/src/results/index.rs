//! Results of `model-index`.

use serde_yaml::Value;

use super::{
    AddResultError, Existing, check,
    error::{quoted, value},
    written::mapping,
};
use crate::{Change, Edit, EvalResult, FieldPath, Metadata, Metric, ModelIndex, ResultDataset};

const FIELD: &str = "model-index";

/// The changes that put a result with one metric into `model-index`.
///
/// `model` is the name of the model that it is of: where it is told, it must be one that is there; otherwise it is the only
/// one. `named` is what a model is called that has no results yet. A result of the same task, data set and source gets
/// the metric; where it has that metric already, with another value, the value is replaced, and a signature of the old
/// one goes, or the result is refused. A metric that has the value already needs no change.
///
/// # Errors
///
/// When the result is wrong, what is there has another form, names other models, or has the metric with another value
/// that is to be kept.
pub fn add_result(
    metadata: &Metadata,
    model: Option<&str>,
    named: &str,
    result: &EvalResult,
    existing: Existing,
) -> Result<Vec<Edit>, AddResultError> {
    check::result(result)?;
    let there = ModelIndex::all(metadata);
    if !is_whole(metadata.get(FIELD), &there) {
        return Err(AddResultError::NotResults);
    }
    let path = FieldPath::of(FIELD);
    let Some(at) = which(&there, model)? else {
        let results = Value::Sequence(vec![result.to_value()]);
        let name = Value::from(model.unwrap_or(named));
        let entry = mapping([("name", Some(name)), ("results", Some(results))]);
        let index = Value::Sequence(vec![entry]);
        return Ok(vec![Edit::new(path, Change::Set(index))]);
    };
    let path = path.index(at).key("results");
    let alike: Vec<usize> = (0..there[at].results.len())
        .filter(|place| is_beside(&there[at].results[*place], result))
        .collect();
    let new = &result.metrics[0];
    for place in &alike {
        let metrics = &there[at].results[*place].metrics;
        let found = metrics.iter().position(|metric| is_same(metric, new));
        if let Some(metric) = found {
            let path = path.index(*place).key("metrics").index(metric);
            return replaced(&metrics[metric], new, &path, existing, result);
        }
    }
    let edit = match alike.first() {
        Some(place) => {
            let metric = Change::Append(new.to_value());
            Edit::new(path.index(*place).key("metrics"), metric)
        }
        None => Edit::new(path, Change::Append(result.to_value())),
    };
    Ok(vec![edit])
}

/// Whether places in the view are those of the metadata: nothing was left out, and lists are lists.
fn is_whole(raw: Option<&Value>, there: &[ModelIndex]) -> bool {
    let is_list = |value: Option<&Value>, length: usize| match value {
        None | Some(Value::Null) => length == 0,
        Some(Value::Sequence(list)) => list.len() == length,
        Some(_) => false,
    };
    is_list(raw, there.len())
        && there.iter().enumerate().all(|(at, model)| {
            let results = item(raw, at).and_then(|raw| raw.get("results"));
            is_list(results, model.results.len())
                && model.results.iter().enumerate().all(|(at, result)| {
                    let metrics = item(results, at).and_then(|raw| raw.get("metrics"));
                    is_list(metrics, result.metrics.len())
                })
        })
}

fn item(list: Option<&Value>, at: usize) -> Option<&Value> {
    list?.as_sequence()?.get(at)
}

/// The place of the model that is meant; `None` where there is none yet.
fn which(there: &[ModelIndex], model: Option<&str>) -> Result<Option<usize>, AddResultError> {
    let known = || {
        let names = there.iter().take(8);
        let names: Vec<_> = names
            .map(|entry| quoted(entry.name.as_deref().unwrap_or_default()))
            .collect();
        names.join(", ")
    };
    match (model, there.len()) {
        (_, 0) => Ok(None),
        (None, 1) => Ok(Some(0)),
        (None, _) => Err(AddResultError::Model {
            known: known(),
            found: "none".to_owned(),
        }),
        (Some(name), _) => {
            let mut entries = there.iter();
            let found = entries.position(|entry| entry.name.as_deref() == Some(name));
            found.map(Some).ok_or_else(|| AddResultError::Model {
                known: known(),
                found: quoted(name),
            })
        }
    }
}

/// Whether a result is of the same task, data set and source. What these are called counts nothing.
fn is_beside(there: &EvalResult, new: &EvalResult) -> bool {
    let task = |result: &EvalResult| result.task.as_ref().and_then(|task| task.kind.clone());
    let dataset = |result: &EvalResult| {
        let dataset = result.dataset.clone().unwrap_or_default();
        let ResultDataset {
            kind,
            config,
            split,
            revision,
            args,
            ..
        } = dataset;
        (kind, config, split, revision, args)
    };
    let source = |result: &EvalResult| {
        let source = result.source.clone().unwrap_or_default();
        (source.url, source.name)
    };
    task(there) == task(new) && dataset(there) == dataset(new) && source(there) == source(new)
}

fn is_same(there: &Metric, new: &Metric) -> bool {
    let of = |metric: &Metric| {
        let Metric {
            kind, name, config, ..
        } = metric.clone();
        (kind, name, config)
    };
    of(there) == of(new) && there.args == new.args
}

fn replaced(
    there: &Metric,
    new: &Metric,
    path: &FieldPath,
    existing: Existing,
    result: &EvalResult,
) -> Result<Vec<Edit>, AddResultError> {
    let is_signed = new.verify_token.is_some() && there.verify_token != new.verify_token;
    if there.value == new.value && !is_signed {
        return Ok(Vec::new());
    }
    if existing == Existing::Keep {
        let metric = quoted(new.kind.as_deref().unwrap_or_default());
        let dataset = result.dataset.as_ref();
        let dataset = dataset.and_then(|dataset| dataset.kind.as_deref());
        return Err(AddResultError::Exists {
            subject: format!("{metric} on {}", quoted(dataset.unwrap_or_default())),
            found: value(there.value.as_ref()),
        });
    }
    let mut edits = Vec::new();
    let mut set = |key: &str, value| edits.push(Edit::new(path.key(key), Change::Set(value)));
    if let Some(value) = new.value.clone().filter(|_| there.value != new.value) {
        set("value", value);
    }
    if let Some(token) = &new.verify_token {
        set("verifyToken", Value::from(token.expose()));
    } else if there.verify_token.is_some() {
        edits.push(Edit::new(path.key("verifyToken"), Change::Remove));
    }
    // The hub says by itself what it verified.
    if there.verified.is_some() {
        edits.push(Edit::new(path.key("verified"), Change::Remove));
    }
    Ok(edits)
}
