//! Results of a model: of `model-index` in its card, and of the files below `.eval_results/`.

use serde_json::Value as Json;
use serde_yaml::Value;

use super::Dataset;
use crate::{
    EvalEntry, EvalResult, Metadata, ModelIndex,
    view::{self, fields::scalar},
};

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
    let models = ModelIndex::all(metadata).into_iter();
    let results = models.flat_map(|model| model.results);
    results.filter_map(of_result).collect()
}

fn of_result(result: EvalResult) -> Option<Evaluation> {
    let dataset = result.dataset.unwrap_or_default();
    let named = dataset.kind.or_else(|| dataset.name.clone());
    let source = result.source.unwrap_or_default();
    let evaluation = Evaluation {
        task: result.task.and_then(|task| task.kind),
        title: dataset.name.filter(|name| named.as_ref() != Some(name)),
        dataset: named.as_deref().map(Dataset::named),
        config: dataset.config,
        split: dataset.split,
        revision: dataset.revision,
        metrics: result.metrics.into_iter().filter_map(metric).collect(),
        source_name: source.name,
        source_url: source.url,
        ..Evaluation::default()
    };
    (!evaluation.metrics.is_empty()).then_some(evaluation)
}

fn metric(metric: view::Metric) -> Option<Metric> {
    let kind = metric.kind?;
    Some(Metric {
        name: metric.name.filter(|name| *name != kind),
        kind,
        value: value(&metric.value?)?,
    })
}

/// The result of an entry below `.eval_results/`, where it tells of which task of which data set it is.
pub(super) fn of_entry(entry: &EvalEntry) -> Option<Evaluation> {
    let source = entry.source.clone().unwrap_or_default();
    Some(Evaluation {
        dataset: Some(Dataset::named(entry.dataset.as_ref()?.as_str())),
        revision: entry.revision.clone(),
        metrics: vec![Metric {
            kind: entry.task_id.clone()?,
            name: None,
            value: value(entry.value.as_ref()?)?,
        }],
        source_name: source.name.or(source.org).or(source.user),
        source_url: source.url,
        date: entry.date.clone(),
        notes: entry.notes.clone(),
        ..Evaluation::default()
    })
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
        Value::String(_) => scalar(value).map(Json::String),
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
        let file = crate::EvalEntries::read(
            "- dataset: {id: cais/hle, task_id: default, revision: abc}\n  value: 20.9\n  date: 2026-01-01\n\
             \x20 source: {url: 'https://x.org', user: me}\n- dataset: {id: x/y}\n  value: 1\n",
        );
        let entries = file.expect("YAML").entries;
        let found: Vec<_> = entries.iter().filter_map(of_entry).collect();
        let [found] = &found[..] else {
            panic!("{found:?}")
        };
        assert_eq!(found.dataset, Some(Dataset::named("cais/hle")));
        assert_eq!(found.metrics[0].text(), "20.9");
        assert_eq!(found.source_name.as_deref(), Some("me"));
    }
}
