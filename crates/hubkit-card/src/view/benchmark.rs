//! `eval.yaml`: a data set that is a benchmark.
//!
//! The form is that of hub-docs' page on evaluation results.

use std::collections::HashSet;

use serde_yaml::Mapping;

use super::fields::{Fields, Notes, quoted};
use crate::{Diagnostic, FieldPath, Metadata, MetadataError, Severity, lists};

const FRAMEWORK: &str = "evaluation_framework";

/// A data set that is a benchmark.
#[derive(Clone, PartialEq, Debug, Default)]
#[non_exhaustive]
pub struct Benchmark {
    /// What it is called.
    pub name: Option<String>,
    /// What it measures.
    pub description: Option<String>,
    /// The program that measures.
    pub evaluation_framework: Option<String>,
    /// Its tasks.
    pub tasks: Vec<BenchmarkTask>,
    /// Fields that are not known here, and those that could not be read.
    pub extra: Mapping,
    /// What is to be said of values that could not be given.
    pub diagnostics: Vec<Diagnostic>,
}

/// A task of a benchmark.
#[derive(Clone, PartialEq, Debug, Default)]
#[non_exhaustive]
pub struct BenchmarkTask {
    /// The name that results give as `task_id`.
    pub id: Option<String>,
    /// The configuration of the data set.
    pub config: Option<String>,
    /// The split; `test` where none is told.
    pub split: Option<String>,
    /// Which columns are what, as inspect-ai has it.
    pub field_spec: Option<Mapping>,
    /// What answers.
    pub solvers: Vec<Component>,
    /// What judges the answers.
    pub scorers: Vec<Component>,
    /// Fields that are not known here, and those that could not be read.
    pub extra: Mapping,
}

/// A part of the program that measures.
#[derive(Clone, PartialEq, Debug, Default)]
#[non_exhaustive]
pub struct Component {
    /// What it is called there.
    pub name: Option<String>,
    /// What is set for it.
    pub args: Option<Mapping>,
    /// Fields that are not known here, and those that could not be read.
    pub extra: Mapping,
}

impl Benchmark {
    /// Reads a file. An odd field is no error; what a hub refuses of it is a diagnostic of that severity.
    ///
    /// # Errors
    ///
    /// As [`Metadata::read`] has.
    pub fn read(text: &str) -> Result<Self, MetadataError> {
        let metadata = Metadata::read(text)?;
        let mut notes = Notes::default();
        let mut fields = Fields::new(metadata.as_mapping(), FieldPath::root(), &mut notes);
        let required = ["name", "description", "evaluation_framework", "tasks"];
        fields.require(Severity::Error, &required);
        let framework = fields.text(FRAMEWORK);
        let is_inspected = framework.as_deref() == Some("inspect-ai");
        if let Some(name) = &framework {
            self::framework(name, fields.notes);
        }
        let mut ids = HashSet::new();
        let benchmark = Self {
            name: fields.text("name"),
            description: fields.text("description"),
            evaluation_framework: framework,
            tasks: fields.objects("tasks", |fields| {
                if is_inspected {
                    // That program can't run a task without them.
                    let needed = ["field_spec", "solvers", "scorers"];
                    fields.require(Severity::Warning, &needed);
                }
                let task = BenchmarkTask::read(fields);
                if let Some(id) = &task.id
                    && !ids.insert(id.clone())
                {
                    let path = fields.path.key("id");
                    fields.notes.repeated(&path, id);
                }
                task
            }),
            extra: fields.rest(),
            diagnostics: Vec::new(),
        };
        Ok(Self {
            diagnostics: notes.placed_in(text),
            ..benchmark
        })
    }
}

/// A program that is in no list: a hub takes those of the list alone.
fn framework(name: &str, notes: &mut Notes) {
    let known = || lists::evaluation_frameworks().iter().map(|known| known.id);
    if known().any(|id| id == name) {
        return;
    }
    let nearest = lists::nearest(known(), name);
    let meant = nearest.map_or_else(String::new, |id| format!(": did you mean `{id}`?"));
    let message = format!("{} is no framework of the list{meant}", quoted(name));
    let path = FieldPath::of(FRAMEWORK);
    let unknown = Diagnostic::new(Severity::Error, "unknown-framework", path, message);
    notes.say(unknown.suggest(nearest.map(str::to_owned)));
}

impl BenchmarkTask {
    fn read(fields: &mut Fields<'_, '_>) -> Self {
        fields.require(Severity::Error, &["id"]);
        Self {
            id: fields.exact_text("id"),
            config: fields.exact_text("config"),
            split: fields.exact_text("split"),
            field_spec: fields.mapping("field_spec"),
            solvers: fields.objects("solvers", Component::read),
            scorers: fields.objects("scorers", Component::read),
            extra: fields.rest(),
        }
    }
}

impl Component {
    fn read(fields: &mut Fields<'_, '_>) -> Self {
        Self {
            name: fields.text("name"),
            args: fields.mapping("args"),
            extra: fields.rest(),
        }
    }
}
