//! The results of `model-index` and of files beside the card, by what was measured on what.

use hubkit_types::shown;
use serde_yaml::Value;

use super::{Aspect, facts::Take};
use crate::{EvalEntry, EvalResult, Metadata, ModelIndex};

/// How much of a name stands in a subject, in characters.
const LONGEST: usize = 80;

pub(super) fn read(metadata: &Metadata, take: Take<'_>) {
    for model in ModelIndex::all(metadata) {
        for result in &model.results {
            let measured_on = measured_on(result);
            for metric in &result.metrics {
                let name = named([&metric.name, &metric.kind]);
                let subject = format!("{name} on {measured_on}");
                // A metric without a value still says that somebody measured.
                let value = metric.value.clone();
                let value = value.unwrap_or_else(|| Value::from("no value"));
                take(Aspect::Results, subject.clone(), value);
                if let Some(verified) = metric.verified {
                    let subject = format!("{subject}, verified");
                    take(Aspect::Results, subject, Value::Bool(verified));
                }
            }
        }
    }
}

/// The entries of `.eval_results/`: `default on cais/hle (no-tools)`.
pub(super) fn of_entries(entries: &[EvalEntry], take: Take<'_>) {
    for entry in entries {
        let task = named([&entry.task_id, &None]);
        let dataset = entry.dataset.as_ref().map(ToString::to_string);
        let parts = [&entry.revision, &entry.notes];
        let dataset = with_parts(named([&dataset, &None]), &parts);
        let subject = format!("{task} on {dataset}");
        let value = entry.value.clone();
        let value = value.unwrap_or_else(|| Value::from("no value"));
        take(Aspect::Results, subject.clone(), value);
        if entry.verify_token.is_some() {
            let subject = format!("{subject}, signed");
            take(Aspect::Results, subject, Value::Bool(true));
        }
    }
}

fn with_parts(name: String, parts: &[&Option<String>]) -> String {
    let parts: Vec<_> = parts
        .iter()
        .copied()
        .flatten()
        .map(|part| shown(part, LONGEST))
        .collect();
    if parts.is_empty() {
        return name;
    }
    format!("{name} ({})", parts.join(", "))
}

/// `squad (plain_text, validation, 1.0) for question-answering`.
fn measured_on(result: &EvalResult) -> String {
    let data = result.dataset.clone().unwrap_or_default();
    let parts = [&data.config, &data.split, &data.revision];
    let told = with_parts(named([&data.kind, &data.name]), &parts);
    match &result.task {
        Some(task) => format!("{told} for {}", named([&task.kind, &task.name])),
        None => told,
    }
}

fn named(names: [&Option<String>; 2]) -> String {
    let name = names.into_iter().flatten().next();
    name.map_or_else(|| "something".to_owned(), |name| shown(name, LONGEST))
}
