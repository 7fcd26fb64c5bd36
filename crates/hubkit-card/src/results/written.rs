//! Results as they are written, in the order in which hub-docs and Python's client have the names.

use hubkit_types::RepoId;
use serde_yaml::{Mapping, Value};

use crate::{EvalEntry, EvalResult, Metric, VerifyToken};

/// A mapping of what there is, in this order.
pub(super) fn mapping<'a>(pairs: impl IntoIterator<Item = (&'a str, Option<Value>)>) -> Value {
    let known = pairs
        .into_iter()
        .filter_map(|(name, value)| Some((Value::from(name), value?)));
    Value::Mapping(known.collect::<Mapping>())
}

/// The same, or nothing where there is nothing in it.
fn filled<'a>(pairs: impl IntoIterator<Item = (&'a str, Option<Value>)>) -> Option<Value> {
    Some(mapping(pairs)).filter(|value| value.as_mapping().is_some_and(|found| !found.is_empty()))
}

fn text(text: Option<&String>) -> Option<Value> {
    text.map(|text| Value::from(text.as_str()))
}

impl EvalEntry {
    /// The entry as it is written, without what is not known of the form.
    pub(super) fn to_value(&self) -> Value {
        let dataset = self.dataset.as_ref().map(RepoId::as_str);
        let token = self.verify_token.as_ref().map(VerifyToken::expose);
        let source = self.source.as_ref().and_then(|source| {
            filled([
                ("url", text(source.url.as_ref())),
                ("name", text(source.name.as_ref())),
                ("user", text(source.user.as_ref())),
                ("org", text(source.org.as_ref())),
            ])
        });
        let dataset = filled([
            ("id", dataset.map(Value::from)),
            ("task_id", text(self.task_id.as_ref())),
            ("revision", text(self.revision.as_ref())),
        ]);
        mapping([
            ("dataset", dataset),
            ("value", self.value.clone()),
            ("verifyToken", token.map(Value::from)),
            ("date", text(self.date.as_ref())),
            ("source", source),
            ("notes", text(self.notes.as_ref())),
        ])
    }
}

impl EvalResult {
    /// The result as it is written, without what is not known of the form.
    pub(super) fn to_value(&self) -> Value {
        let task = self.task.as_ref().and_then(|task| {
            filled([
                ("type", text(task.kind.as_ref())),
                ("name", text(task.name.as_ref())),
            ])
        });
        let dataset = self.dataset.as_ref().and_then(|dataset| {
            filled([
                ("name", text(dataset.name.as_ref())),
                ("type", text(dataset.kind.as_ref())),
                ("config", text(dataset.config.as_ref())),
                ("split", text(dataset.split.as_ref())),
                ("revision", text(dataset.revision.as_ref())),
                ("args", dataset.args.clone()),
            ])
        });
        let source = self.source.as_ref().and_then(|source| {
            filled([
                ("url", text(source.url.as_ref())),
                ("name", text(source.name.as_ref())),
            ])
        });
        let metrics = self.metrics.iter().map(Metric::to_value).collect();
        mapping([
            ("task", task),
            ("dataset", dataset),
            ("metrics", Some(Value::Sequence(metrics))),
            ("source", source),
        ])
    }
}

impl Metric {
    pub(super) fn to_value(&self) -> Value {
        let token = self.verify_token.as_ref().map(VerifyToken::expose);
        mapping([
            ("type", text(self.kind.as_ref())),
            ("value", self.value.clone()),
            ("name", text(self.name.as_ref())),
            ("config", text(self.config.as_ref())),
            ("args", self.args.clone()),
            ("verified", self.verified.map(Value::Bool)),
            ("verifyToken", token.map(Value::from)),
        ])
    }
}
