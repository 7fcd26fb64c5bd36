//! The lists that hubs know: licences, tasks, libraries, languages and others, each with its source and date.
//!
//! Some are closed: a hub refuses a card with another licence, task, colour or SDK. Libraries, languages and tags are
//! open: what is not listed may still be right.

mod dataset_libraries;
mod evaluation_frameworks;
mod language;
mod languages;
mod licenses;
mod medium;
mod model_libraries;
mod nearest;
mod tasks;
mod words;

use std::ops::Deref;

pub use language::is_language;
pub use medium::Medium;
pub use nearest::nearest;
pub use words::{
    BASE_MODEL_RELATIONS, COLORS, DATASET_MODALITIES, GATED_FIELD_TYPES, SDKS, SIZE_CATEGORIES,
};

/// A list, with where it is from. It is used as the slice of its entries.
#[derive(Clone, Copy, Debug)]
pub struct List<T: 'static> {
    /// Where it was read: a project at a commit, or a standard.
    pub source: &'static str,
    /// The day of that state, as `2026-08-22`.
    pub date: &'static str,
    entries: &'static [T],
}

impl<T> Deref for List<T> {
    type Target = [T];

    fn deref(&self) -> &Self::Target {
        self.entries
    }
}

/// A licence that a card may name.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct License {
    /// The name in cards: `apache-2.0`.
    pub id: &'static str,
    /// The name for people.
    pub name: &'static str,
    /// The name in the [SPDX License List](https://spdx.org/licenses/). Families of licences and most licences for models
    /// have none.
    pub spdx: Option<&'static str>,
    /// A page about it, where the Hub names one.
    pub info: Option<&'static str>,
    /// Its text, where the Hub names one.
    pub text: Option<&'static str>,
}

/// A task: what a model does, or a data set is for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Task {
    /// The name in cards: `text-generation`.
    pub id: &'static str,
    /// The name for people.
    pub label: &'static str,
    /// The field it belongs to: one of [`modalities`].
    pub modality: &'static str,
    /// What goes in; empty where the task does not say.
    pub inputs: &'static [Medium],
    /// What comes out; empty where the task does not say.
    pub outputs: &'static [Medium],
    /// Whether the Hub offers it for models.
    pub is_for_models: bool,
    /// Whether the Hub offers it for data sets.
    pub is_for_datasets: bool,
    /// Its finer tasks: what the `task_ids` of a data set may name.
    pub subtasks: &'static [&'static str],
}

/// A library that loads models or data sets.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Library {
    /// The name in cards: `sentence-transformers`.
    pub id: &'static str,
    /// The name for people.
    pub label: &'static str,
    /// Its source.
    pub url: &'static str,
    /// The tasks that a hub runs its models for, where it does.
    pub tasks: &'static [&'static str],
}

/// A program that results of benchmarks come from: `evaluation_framework` in the `eval.yaml` of a data set.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct EvaluationFramework {
    /// Its name.
    pub id: &'static str,
    /// Its page.
    pub url: &'static str,
}

/// The licences, in the Hub's order. Closed: a licence that is not among them is `other`, with a `license_name`.
pub fn licenses() -> &'static List<License> {
    &licenses::LICENSES
}

/// The licence of a name, which is in lower case.
pub fn license(id: &str) -> Option<&'static License> {
    licenses().iter().find(|license| license.id == id)
}

/// The licence of a name in the SPDX License List, whatever the case of its letters, as SPDX has it.
pub fn license_of_spdx(spdx: &str) -> Option<&'static License> {
    let is_it = |name: &str| name.eq_ignore_ascii_case(spdx);
    licenses()
        .iter()
        .find(|license| license.spdx.is_some_and(is_it))
}

/// The tasks, in the Hub's order. Closed.
pub fn tasks() -> &'static List<Task> {
    &tasks::TASKS
}

/// The task of a name.
pub fn task(id: &str) -> Option<&'static Task> {
    tasks().iter().find(|task| task.id == id)
}

/// What took the place of a task whose name is no longer used: older cards have it.
pub fn renamed_task(former: &str) -> Option<&'static Task> {
    let mut all = tasks::FORMER_TASKS.iter();
    all.find(|(name, _)| *name == former)
        .and_then(|(_, id)| task(id))
}

/// The finer tasks that `task_ids` may name, of all tasks; one that belongs to two comes twice. Closed.
pub fn task_ids() -> impl Iterator<Item = &'static str> {
    tasks()
        .iter()
        .flat_map(|task| task.subtasks.iter().copied())
}

/// The fields that tasks belong to: `nlp`, `cv`, …
pub fn modalities() -> &'static List<&'static str> {
    &tasks::MODALITIES
}

/// The libraries for models that the Hub knows. Open.
pub fn libraries() -> &'static List<Library> {
    &model_libraries::MODEL_LIBRARIES
}

/// The library for models of a name.
pub fn library(id: &str) -> Option<&'static Library> {
    libraries().iter().find(|library| library.id == id)
}

/// The libraries for data sets that the Hub knows. Open.
pub fn dataset_libraries() -> &'static List<Library> {
    &dataset_libraries::DATASET_LIBRARIES
}

/// The library for data sets of a name.
pub fn dataset_library(id: &str) -> Option<&'static Library> {
    dataset_libraries().iter().find(|library| library.id == id)
}

/// The frameworks that results may come from. Closed.
pub fn evaluation_frameworks() -> &'static List<EvaluationFramework> {
    &evaluation_frameworks::EVALUATION_FRAMEWORKS
}

/// The values of `language` that are no codes of ISO 639.
pub fn special_languages() -> &'static List<&'static str> {
    &languages::SPECIAL_LANGUAGES
}

#[cfg(test)]
mod tests;
