//! Results of a model: of `model-index` in its card, and of the files below `.eval_results/`.

use serde_json::Value as Json;
use serde_yaml::Value;

use super::Dataset;
use crate::Metadata;

/// What was measured on one data set for one task.
#[derive(Clone, PartialEq, Debug, Default)]
pub(in super::super) struct Evaluation {
    pub(in super::super) task: Option<String>,
    pub(in super::super) dataset: Option<Dataset>,
    /// What the card calls the data set for people.
    pub(in super::super) title: Option<String>,
    pub(in super::super) config: Option<String>,
    pub(in super::super) split: Option<String>,
    pub(in super::super) revision: Option<String>,
    pub(in super::super) metrics: Vec<Metric>,
    pub(in super::super) source_name: Option<String>,
    pub(in super::super) source_url: Option<String>,
    /// When it was measured.
    pub(in super::super) date: Option<String>,
    pub(in super::super) notes: Option<String>,
}

/// One number, or what stands for one.
#[derive(Clone, PartialEq, Debug)]
pub(in super::super) struct Metric {
    /// The metric, such as `accuracy`; of a benchmark its task.
    pub(in super::super) kind: String,
    /// What the card calls it for people, where that is something else.
    pub(in super::super) name: Option<String>,
    /// A number, a truth value or a text; what is more is JSON in a text.
    pub(in super::super) value: Json,
}

impl Metric {
    pub(in super::super) fn label(&self) -> &str {
        self.name.as_deref().unwrap_or(&self.kind)
    }

    pub(in super::super) fn text(&self) -> String {
        match &self.value {
            Json::String(text) => text.clone(),
            value => value.to_string(),
        }
    }
}

impl Evaluation {
    /// A result as `model-index` writes it, with the date and the notes beside it.
    pub(in super::super) fn to_json(&self) -> Json {
        let object = |pairs: Vec<(&str, Option<&String>)>| -> Json {
            let known = pairs
                .into_iter()
                .filter_map(|(name, value)| Some((name.to_owned(), Json::from(value?.as_str()))));
            Json::Object(known.collect())
        };
        let dataset = self.dataset.as_ref().map(|dataset| &dataset.name);
        let metrics = self.metrics.iter().map(|metric| {
            let mut told = object(vec![
                ("type", Some(&metric.kind)),
                ("name", metric.name.as_ref()),
            ]);
            told["value"] = metric.value.clone();
            told
        });
        let mut result = object(vec![
            ("date", self.date.as_ref()),
            ("notes", self.notes.as_ref()),
        ]);
        result["dataset"] = object(vec![
            ("type", dataset),
            ("name", self.title.as_ref().or(dataset)),
            ("config", self.config.as_ref()),
            ("split", self.split.as_ref()),
            ("revision", self.revision.as_ref()),
        ]);
        result["metrics"] = metrics.collect();
        if let Some(task) = &self.task {
            result["task"] = object(vec![("type", Some(task))]);
        }
        if self.source_url.is_some() || self.source_name.is_some() {
            result["source"] = object(vec![
                ("name", self.source_name.as_ref()),
                ("url", self.source_url.as_ref()),
            ]);
        }
        result
    }
}

/// The results in `model-index`, those that are of its form: others are left out, and nothing fails.
pub(super) fn of_model_index(metadata: &Metadata) -> Vec<Evaluation> {
    let models = metadata.get("model-index").into_iter().flat_map(list);
    let results = models
        .filter_map(|model| model.get("results"))
        .flat_map(list);
    results.filter_map(of_result).collect()
}

fn of_result(result: &Value) -> Option<Evaluation> {
    let dataset = result.get("dataset");
    let of_dataset = |key: &str| dataset.and_then(|dataset| text(dataset.get(key)?));
    let name = of_dataset("name");
    let named = of_dataset("type").or_else(|| name.clone());
    let metrics = result.get("metrics").into_iter().flat_map(list);
    let metrics: Vec<_> = metrics.filter_map(metric).collect();
    let of_source = |key: &str| text(result.get("source")?.get(key)?);
    let evaluation = Evaluation {
        task: result.get("task").and_then(|task| text(task.get("type")?)),
        title: name.filter(|name| named.as_ref() != Some(name)),
        dataset: named.as_deref().map(Dataset::named),
        config: of_dataset("config"),
        split: of_dataset("split"),
        revision: of_dataset("revision"),
        metrics,
        source_name: of_source("name"),
        source_url: of_source("url"),
        ..Evaluation::default()
    };
    (!evaluation.metrics.is_empty()).then_some(evaluation)
}

fn metric(metric: &Value) -> Option<Metric> {
    let kind = text(metric.get("type")?)?;
    let name = metric.get("name").and_then(text);
    Some(Metric {
        name: name.filter(|name| *name != kind),
        kind,
        value: value(metric.get("value")?)?,
    })
}

/// The results in a file below `.eval_results/`: a list of data set, task and value.
pub(super) fn of_results(file: &Value) -> Vec<Evaluation> {
    list(file).filter_map(of_entry).collect()
}

fn of_entry(entry: &Value) -> Option<Evaluation> {
    let dataset = entry.get("dataset")?;
    let of_dataset = |key: &str| text(dataset.get(key)?);
    let of_source = |key: &str| text(entry.get("source")?.get(key)?);
    Some(Evaluation {
        dataset: Some(Dataset::named(&of_dataset("id")?)),
        revision: of_dataset("revision"),
        metrics: vec![Metric {
            kind: of_dataset("task_id")?,
            name: None,
            value: value(entry.get("value")?)?,
        }],
        source_name: of_source("name")
            .or_else(|| of_source("org"))
            .or_else(|| of_source("user")),
        source_url: of_source("url"),
        date: entry.get("date").and_then(text),
        notes: entry.get("notes").and_then(text),
        ..Evaluation::default()
    })
}

/// The items of a list; a single mapping counts as a list of one.
fn list(value: &Value) -> impl Iterator<Item = &Value> {
    let items = match value {
        Value::Sequence(items) => items.as_slice(),
        Value::Mapping(_) => std::slice::from_ref(value),
        _ => &[],
    };
    items.iter()
}

/// A text that says something, or a number as it is written.
pub(super) fn text(value: &Value) -> Option<String> {
    let text = match value {
        Value::String(text) => text.trim().to_owned(),
        Value::Bool(flag) => flag.to_string(),
        Value::Number(number) => number.to_string(),
        _ => return None,
    };
    (!text.is_empty()).then_some(text)
}

fn value(value: &Value) -> Option<Json> {
    match value {
        Value::Null => None,
        Value::Bool(flag) => Some(Json::Bool(*flag)),
        Value::Number(number) => {
            let whole = number
                .as_i64()
                .map(Json::from)
                .or_else(|| number.as_u64().map(Json::from));
            let float = || serde_json::Number::from_f64(number.as_f64()?).map(Json::Number);
            // Infinity and what is no number have no form in JSON but a text.
            Some(
                whole
                    .or_else(float)
                    .unwrap_or_else(|| number.to_string().into()),
            )
        }
        Value::String(_) => text(value).map(Json::String),
        Value::Sequence(_) | Value::Mapping(_) | Value::Tagged(_) => {
            Some(serde_json::to_value(value).ok()?.to_string().into())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn index(yaml: &str) -> Vec<Evaluation> {
        of_model_index(&Metadata::read(yaml).expect("metadata"))
    }

    #[test]
    fn well_formed_results_are_kept_beside_broken_ones() {
        let found = index(
            "model-index:\n- name: x\n  results:\n  - {metrics: []}\n  - 7\n\
             \x20 - task: {type: text-classification}\n    dataset: {type: glue, name: GLUE, config: sst2, split: test}\n\
             \x20   metrics:\n    - {type: accuracy, value: 0.91, name: Accuracy}\n    - {type: f1}\n    - {value: 3}\n\
             \x20   - {type: map, value: {a: 1}}\n    - {type: inf, value: .inf}\n- broken\n",
        );
        let [found] = &found[..] else {
            panic!("{found:?}")
        };
        assert_eq!(found.dataset, Some(Dataset::named("glue")));
        assert_eq!(found.title.as_deref(), Some("GLUE"));
        assert_eq!(found.split.as_deref(), Some("test"));
        let told: Vec<_> = found
            .metrics
            .iter()
            .map(|metric| (metric.label(), metric.text()))
            .collect();
        let expected = [("Accuracy", "0.91"), ("map", "{\"a\":1}"), ("inf", ".inf")];
        assert_eq!(told, expected.map(|(label, text)| (label, text.to_owned())));
    }

    #[test]
    fn results_beside_the_card_name_their_benchmark() {
        let file = serde_yaml::from_str(
            "- dataset: {id: cais/hle, task_id: default, revision: abc}\n  value: 20.9\n  date: 2026-01-01\n\
             \x20 source: {url: 'https://x.org', user: me}\n- dataset: {id: x/y}\n  value: 1\n",
        );
        let found = of_results(&file.expect("YAML"));
        let [found] = &found[..] else {
            panic!("{found:?}")
        };
        assert_eq!(found.dataset, Some(Dataset::named("cais/hle")));
        assert_eq!(found.metrics[0].text(), "20.9");
        assert_eq!(found.source_name.as_deref(), Some("me"));
    }
}
