//! The list of tasks.

use std::collections::BTreeMap;

use anyhow::{Context as _, Result, ensure};
use serde::Deserialize;

use super::{Origin, list, words};

#[derive(Deserialize)]
pub(super) struct Tasks {
    modalities: Vec<String>,
    /// Names that are no longer used, with those that took their place.
    former: BTreeMap<String, String>,
    #[serde(rename = "tasks")]
    all: Vec<Task>,
}

#[derive(Deserialize)]
struct Task {
    id: String,
    label: String,
    modality: String,
    inputs: Vec<String>,
    outputs: Vec<String>,
    models: bool,
    datasets: bool,
    subtasks: Vec<String>,
}

pub(super) fn render(facts: &Tasks, origin: &Origin) -> Result<String> {
    let is_known = |id: &String| facts.all.iter().any(|task| task.id == *id);
    ensure!(
        facts.former.values().all(is_known),
        "a former task became one that is not listed"
    );
    let entries = facts.all.iter().map(|task| entry(task, &facts.modalities));
    let modalities = facts.modalities.iter().map(|name| format!("{name:?}"));
    let former = facts.former.iter().map(|pair| format!("{pair:?}"));
    Ok([
        "use super::{List, Medium, Task};\n",
        &list(
            "TASKS",
            "Task",
            origin,
            &entries.collect::<Result<Vec<_>>>()?,
        )?,
        &list(
            "MODALITIES",
            "&str",
            origin,
            &modalities.collect::<Vec<_>>(),
        )?,
        &list(
            "FORMER_TASKS",
            "(&str, &str)",
            origin,
            &former.collect::<Vec<_>>(),
        )?,
    ]
    .join("\n"))
}

fn entry(task: &Task, modalities: &[String]) -> Result<String> {
    let Task {
        id,
        label,
        modality,
        models,
        datasets,
        ..
    } = task;
    ensure!(
        modalities.contains(modality),
        "{id}: the modality {modality} is not listed"
    );
    let inputs = media(&task.inputs).with_context(|| id.clone())?;
    let outputs = media(&task.outputs).with_context(|| id.clone())?;
    let subtasks = words(&task.subtasks);
    Ok(format!(
        "Task {{ id: {id:?}, label: {label:?}, modality: {modality:?}, inputs: {inputs}, outputs: {outputs}, \
         is_for_models: {models}, is_for_datasets: {datasets}, subtasks: {subtasks} }}"
    ))
}

fn media(names: &[String]) -> Result<String> {
    let variants: Vec<_> = names
        .iter()
        .map(|name| variant(name))
        .collect::<Result<_>>()?;
    Ok(format!("&[{}]", variants.join(", ")))
}

/// The name of a medium as a variant: `time-series` is `Medium::TimeSeries`.
fn variant(name: &str) -> Result<String> {
    let mut variant = "Medium::".to_owned();
    if name == "3d" {
        return Ok(variant + "ThreeD");
    }
    for word in name.split('-') {
        let mut letters = word.chars();
        let first = letters.next().context("a medium without a name")?;
        variant.push(first.to_ascii_uppercase());
        variant.push_str(letters.as_str());
    }
    Ok(variant)
}
