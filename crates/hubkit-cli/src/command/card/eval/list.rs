//! `hubkit card eval list`.

use hubkit_card::{Card, EvalEntry, EvalResult, Metric, Value, value_to_json};
use serde_json::{Value as Json, json};

use super::super::{
    beside::{self, Beside},
    source::Source,
};
use crate::{
    args::{CardEvalList, Global},
    exit::Exit,
    failure::Failure,
    ui::{Ui, brief, table},
};

/// A result as a line, and as a value.
struct Row {
    cells: Vec<String>,
    value: Json,
}

pub(super) async fn run(global: &Global, arguments: &CardEvalList) -> Result<Exit, Failure> {
    let source = Source::read(global, &arguments.which).await?;
    let mut rows = Vec::new();
    for file in beside::results(&source.place).await? {
        rows.extend(file.entries().iter().map(|entry| of_entry(&file, entry)));
    }
    let card: Card<'_> = source.card()?;
    for model in card.model().model_index {
        for result in &model.results {
            let metrics = result.metrics.iter();
            rows.extend(metrics.map(|metric| of_result(model.name.as_deref(), result, metric)));
        }
    }
    let ui = Ui::new(global);
    let lines = || {
        let cells: Vec<_> = rows.iter().map(|row| row.cells.clone()).collect();
        table(&cells).trim_end().to_owned()
    };
    let values = || rows.iter().map(|row| row.value.clone()).collect();
    ui.lines(rows.is_empty(), lines, values)?;
    if rows.is_empty() {
        ui.remark(&format!("{} tells of no results", source.name));
    }
    Ok(Exit::Done)
}

fn of_entry(file: &Beside, entry: &EvalEntry) -> Row {
    let dataset = entry.dataset.as_ref().map(ToString::to_string);
    let source = entry.source.as_ref();
    let told = [&entry.notes, &entry.date].into_iter().flatten();
    let told: Vec<&str> = told.map(String::as_str).collect();
    Row {
        cells: vec![
            brief(&file.path),
            shown(dataset.as_deref()),
            shown(entry.task_id.as_deref()),
            value(entry.value.as_ref()),
            brief(&told.join(", ")),
        ],
        value: json!({
            "file": file.path,
            "dataset": dataset,
            "revision": entry.revision,
            "task": entry.task_id,
            "value": entry.value.as_ref().map(value_to_json),
            "date": entry.date,
            "notes": entry.notes,
            "source": source.map(|source| json!({
                "url": source.url, "name": source.name, "user": source.user, "org": source.org,
            })),
            "signed": entry.verify_token.is_some(),
        }),
    }
}

fn of_result(model: Option<&str>, result: &EvalResult, metric: &Metric) -> Row {
    let task = result.task.clone().unwrap_or_default();
    let dataset = result.dataset.clone().unwrap_or_default();
    let source = result.source.as_ref();
    let parts = [&dataset.config, &dataset.split].into_iter().flatten();
    let parts: Vec<&str> = parts.map(String::as_str).collect();
    let named = dataset.kind.as_deref().or(dataset.name.as_deref());
    let mut on = shown(named);
    if !parts.is_empty() {
        on = format!("{on} ({})", brief(&parts.join(", ")));
    }
    let kind = metric.kind.as_deref().or(metric.name.as_deref());
    Row {
        cells: vec![
            "README.md".to_owned(),
            on,
            shown(kind),
            value(metric.value.as_ref()),
            task.kind.as_deref().map(brief).unwrap_or_default(),
        ],
        value: json!({
            "file": "README.md",
            "model": model,
            "dataset": dataset.kind,
            "dataset_name": dataset.name,
            "config": dataset.config,
            "split": dataset.split,
            "revision": dataset.revision,
            "task_type": task.kind,
            "task_name": task.name,
            "metric": metric.kind,
            "metric_name": metric.name,
            "metric_config": metric.config,
            "value": metric.value.as_ref().map(value_to_json),
            "source": source.map(|source| json!({ "url": source.url, "name": source.name })),
            "signed": metric.verify_token.is_some(),
        }),
    }
}

fn shown(text: Option<&str>) -> String {
    text.map_or_else(|| "-".to_owned(), brief)
}

fn value(value: Option<&Value>) -> String {
    match value {
        None => "-".to_owned(),
        Some(Value::String(text)) => brief(text),
        Some(other) => brief(&value_to_json(other).to_string()),
    }
}
