//! `.eval_results/*.yaml`: how well a model does, in files beside its card.
//!
//! The form is that of hub-docs' `eval_results.yaml`.

use std::collections::HashSet;

use hubkit_types::RepoId;
use serde_yaml::{Mapping, Value};

use super::{
    VerifyToken,
    fields::{Fields, Notes, objects},
};
use crate::{
    Diagnostic, Dialect, FieldPath, MetadataError, Severity, metadata, moment::is_day_or_time,
};

/// The entries of a file of results.
#[derive(Clone, PartialEq, Debug, Default)]
#[non_exhaustive]
pub struct EvalEntries {
    /// What is well-formed of them.
    pub entries: Vec<EvalEntry>,
    /// What is to be said of the rest. The file is a list, so paths begin with a place in it: `[0].value`.
    pub diagnostics: Vec<Diagnostic>,
}

/// What a model reached at a task of a benchmark.
#[derive(Clone, PartialEq, Debug, Default)]
#[non_exhaustive]
pub struct EvalEntry {
    /// `dataset.id`: the benchmark.
    pub dataset: Option<RepoId>,
    /// `dataset.task_id`: its task.
    pub task_id: Option<String>,
    /// `dataset.revision`: the state of it.
    pub revision: Option<String>,
    /// What was reached: mostly a number.
    pub value: Option<Value>,
    /// `verifyToken`: what is to prove it; it is not checked here.
    pub verify_token: Option<VerifyToken>,
    /// When it was measured, as it is written.
    pub date: Option<String>,
    /// Who says so.
    pub source: Option<EntrySource>,
    /// How it was measured.
    pub notes: Option<String>,
    /// Fields that are not known here, and those that could not be read.
    pub extra: Mapping,
}

/// Who reports a result.
#[derive(Clone, PartialEq, Debug, Default)]
#[non_exhaustive]
pub struct EntrySource {
    /// Where it is said.
    pub url: Option<String>,
    /// Who it is.
    pub name: Option<String>,
    /// The account of a person.
    pub user: Option<String>,
    /// The account of an organisation.
    pub org: Option<String>,
    /// Fields that are not known here, and those that could not be read.
    pub extra: Mapping,
}

impl EvalEntries {
    /// Reads a file. An odd entry is no error; what a hub refuses in it is a diagnostic of that severity.
    ///
    /// # Errors
    ///
    /// As [`Metadata::read`](crate::Metadata::read) has, where it is no YAML or beyond bounds.
    pub fn read(text: &str) -> Result<Self, MetadataError> {
        let value = metadata::value(text, Dialect::Hub)?;
        if value.is_null() {
            return Ok(Self::default());
        }
        let mut notes = Notes::default();
        let mut told = HashSet::new();
        let read = |fields: &mut Fields<'_, '_>| {
            let entry = EvalEntry::read(fields);
            if entry.task_id.is_some() && !told.insert(entry.measured()) {
                let path = fields.path.clone();
                fields.notes.told_twice(&path);
            }
            entry
        };
        let (entries, _) = objects(&value, &FieldPath::root(), &mut notes, read);
        Ok(Self {
            entries,
            diagnostics: notes.placed_in(text),
        })
    }
}

impl EvalEntry {
    /// Whether both tell of the same: of one task of one state of a data set, done in the same way, as `notes` tells it. When
    /// it was done and what came out may differ.
    pub fn is_of_the_same(&self, other: &Self) -> bool {
        self.measured() == other.measured()
    }

    /// What was measured, and how.
    fn measured(&self) -> (Option<RepoId>, [Option<String>; 3]) {
        let notes = self.notes.as_deref().map(|notes| notes.trim().to_owned());
        let (task, revision) = (self.task_id.clone(), self.revision.clone());
        (self.dataset.clone(), [task, revision, notes])
    }

    fn read(fields: &mut Fields<'_, '_>) -> Self {
        fields.require(Severity::Error, &["dataset", "value"]);
        let dataset = fields.object("dataset", |fields| {
            fields.require(Severity::Error, &["id", "task_id"]);
            (
                fields.repository("id"),
                fields.exact_text("task_id"),
                fields.exact_text("revision"),
            )
        });
        let (dataset, task_id, revision) = dataset.unwrap_or_default();
        let value = fields.any("value").cloned();
        if let Some(value) = value.as_ref().filter(|value| !is_finite(value)) {
            let path = fields.path.key("value");
            let expected = "a number, by which leaderboards order";
            fields.notes.wrong_type(&path, expected, value);
        }
        if let Some(Value::String(date)) = fields.any("date")
            && !is_day_or_time(date)
        {
            let path = fields.path.key("date");
            let expected = "a day or a moment of ISO 8601, as `2026-01-02`";
            fields.notes.unknown_value(&path, expected, date);
        }
        Self {
            dataset,
            task_id,
            revision,
            value,
            verify_token: fields.token("verifyToken"),
            date: fields.text("date"),
            source: fields.object("source", EntrySource::read),
            notes: fields.text("notes"),
            extra: fields.rest(),
        }
    }
}

impl EntrySource {
    fn read(fields: &mut Fields<'_, '_>) -> Self {
        fields.require(Severity::Error, &["url"]);
        let url = fields.exact_text("url");
        if let Some(url) = url.as_deref().filter(|url| !is_web(url)) {
            let path = fields.path.key("url");
            let expected = "an address that begins with `https://` or `http://`";
            fields.notes.unknown_value(&path, expected, url);
        }
        Self {
            url,
            name: fields.text("name"),
            user: fields.text("user"),
            org: fields.text("org"),
            extra: fields.rest(),
        }
    }
}

/// Whether a value is a number that has an order.
pub(crate) fn is_finite(value: &Value) -> bool {
    value.as_f64().is_some_and(f64::is_finite)
}

/// Whether a text is the address of a page.
pub(crate) fn is_web(url: &str) -> bool {
    let rest = ["https://", "http://"]
        .iter()
        .find_map(|scheme| url.strip_prefix(scheme));
    let host = rest.and_then(|rest| rest.split(['/', '?', '#']).next());
    host.is_some_and(|host| !host.is_empty())
        && !url.chars().any(|c| c.is_whitespace() || c.is_control())
}
