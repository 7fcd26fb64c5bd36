//! `model-index`: how well a model does, in the card itself.
//!
//! The form is that of hub-docs' `modelcard.md`. Cards in the wild miss almost any of its fields.

use serde_yaml::{Mapping, Value};

use super::{
    VerifyToken,
    fields::{Fields, Notes},
};
use crate::{FieldPath, Metadata, Severity};

/// A model of `model-index` with its results.
#[derive(Clone, PartialEq, Debug, Default)]
#[non_exhaustive]
pub struct ModelIndex {
    /// What the model is called.
    pub name: Option<String>,
    /// Its results.
    pub results: Vec<EvalResult>,
    /// Fields that are not known here, and those that could not be read.
    pub extra: Mapping,
}

/// What a model reached at a task on a data set.
#[derive(Clone, PartialEq, Debug, Default)]
#[non_exhaustive]
pub struct EvalResult {
    /// The task.
    pub task: Option<ResultTask>,
    /// The data set.
    pub dataset: Option<ResultDataset>,
    /// What was measured.
    pub metrics: Vec<Metric>,
    /// Who says so.
    pub source: Option<ResultSource>,
    /// Fields that are not known here, and those that could not be read.
    pub extra: Mapping,
}

/// The task of a result.
#[derive(Clone, PartialEq, Debug, Default)]
#[non_exhaustive]
pub struct ResultTask {
    /// `type`: the task as a hub names it, as `text-generation`.
    pub kind: Option<String>,
    /// What it is called for people.
    pub name: Option<String>,
    /// Fields that are not known here, and those that could not be read.
    pub extra: Mapping,
}

/// The data set of a result.
#[derive(Clone, PartialEq, Debug, Default)]
#[non_exhaustive]
pub struct ResultDataset {
    /// `type`: its name on a hub, or what the author calls it.
    pub kind: Option<String>,
    /// What it is called for people.
    pub name: Option<String>,
    /// Which part of it.
    pub config: Option<String>,
    /// Which split of that.
    pub split: Option<String>,
    /// Which state of it.
    pub revision: Option<String>,
    /// How it was loaded, in any form.
    pub args: Option<Value>,
    /// Fields that are not known here, and those that could not be read.
    pub extra: Mapping,
}

/// One thing that was measured.
#[derive(Clone, PartialEq, Debug, Default)]
#[non_exhaustive]
pub struct Metric {
    /// `type`: the metric, as `wer`.
    pub kind: Option<String>,
    /// What was found: a number, a text as `20.0 ± 1.2`, or any other value.
    pub value: Option<Value>,
    /// What it is called for people.
    pub name: Option<String>,
    /// Which variant of the metric.
    pub config: Option<String>,
    /// How it was computed, in any form.
    pub args: Option<Value>,
    /// Whether the Hub measured it itself, by the card's own word.
    pub verified: Option<bool>,
    /// `verifyToken`: what is to prove that; it is not checked here.
    pub verify_token: Option<VerifyToken>,
    /// Fields that are not known here, and those that could not be read.
    pub extra: Mapping,
}

/// Who reports a result.
#[derive(Clone, PartialEq, Debug, Default)]
#[non_exhaustive]
pub struct ResultSource {
    /// Who it is.
    pub name: Option<String>,
    /// Where it is said.
    pub url: Option<String>,
    /// Fields that are not known here, and those that could not be read.
    pub extra: Mapping,
}

impl ModelIndex {
    /// Reads all of them, without the rest of the card.
    pub(crate) fn all(metadata: &Metadata) -> Vec<Self> {
        let mut notes = Notes::default();
        let path = FieldPath::root();
        let mut fields = Fields::new(metadata.as_mapping(), path, &mut notes);
        fields.objects("model-index", Self::read)
    }

    pub(super) fn read(fields: &mut Fields<'_, '_>) -> Self {
        fields.require(Severity::Warning, &["name", "results"]);
        Self {
            name: fields.exact_text("name"),
            results: fields.objects("results", EvalResult::read),
            extra: fields.rest(),
        }
    }
}

impl EvalResult {
    /// Reads one. Python's client can't load a card where a field that is required here is missing.
    fn read(fields: &mut Fields<'_, '_>) -> Self {
        fields.require(Severity::Warning, &["task", "dataset", "metrics"]);
        Self {
            task: fields.object("task", ResultTask::read),
            dataset: fields.object("dataset", ResultDataset::read),
            metrics: fields.objects("metrics", Metric::read),
            source: fields.object("source", ResultSource::read),
            extra: fields.rest(),
        }
    }
}

impl ResultTask {
    fn read(fields: &mut Fields<'_, '_>) -> Self {
        fields.require(Severity::Warning, &["type"]);
        Self {
            kind: fields.exact_text("type"),
            name: fields.exact_text("name"),
            extra: fields.rest(),
        }
    }
}

impl ResultDataset {
    fn read(fields: &mut Fields<'_, '_>) -> Self {
        fields.require(Severity::Warning, &["type", "name"]);
        Self {
            kind: fields.exact_text("type"),
            name: fields.exact_text("name"),
            config: fields.exact_text("config"),
            split: fields.exact_text("split"),
            revision: fields.exact_text("revision"),
            args: fields.any("args").cloned(),
            extra: fields.rest(),
        }
    }
}

impl Metric {
    fn read(fields: &mut Fields<'_, '_>) -> Self {
        fields.require(Severity::Warning, &["value"]);
        Self::read_unmeasured(fields)
    }

    /// Reads one that names what is to be measured.
    pub(super) fn read_unmeasured(fields: &mut Fields<'_, '_>) -> Self {
        fields.require(Severity::Warning, &["type"]);
        Self {
            kind: fields.exact_text("type"),
            value: fields.any("value").cloned(),
            name: fields.exact_text("name"),
            config: fields.exact_text("config"),
            args: fields.any("args").cloned(),
            verified: fields.flag("verified"),
            verify_token: fields.token("verifyToken"),
            extra: fields.rest(),
        }
    }
}

impl ResultSource {
    fn read(fields: &mut Fields<'_, '_>) -> Self {
        fields.require(Severity::Warning, &["url"]);
        Self {
            name: fields.exact_text("name"),
            url: fields.exact_text("url"),
            extra: fields.rest(),
        }
    }
}
