//! Fields of a repository's information that have a shape of their own, read when they are asked for.

use std::collections::BTreeMap;

use serde_json::Value;

use super::RepoInfo;
use crate::json::Fields;

/// How many parameters a model has, as the hub counted them in its safetensors files.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct SafetensorsTotals {
    /// How many of each type: `F32`, `BF16`, …
    pub parameters: BTreeMap<String, u64>,
    /// How many together.
    pub total: Option<u64>,
}

/// A provider that runs a model.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct InferenceProvider {
    /// The provider's name.
    pub provider: String,
    /// What the provider calls the model.
    pub provider_id: Option<String>,
    /// Whether it runs now: `live`, `staging`, `error`.
    pub status: Option<String>,
    /// The task it is run for.
    pub task: Option<String>,
    /// How it is run: `single-model`, `tag-filter`.
    pub kind: Option<String>,
    /// The file that holds the weights, where the model is an adapter of another.
    pub adapter_weights_path: Option<String>,
}

/// What the hub's scans of a repository's files found.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct SecurityReport {
    /// Whether all files were looked at. Until then a file without an issue may have one.
    pub scans_done: bool,
    /// The files that something was found in.
    pub files_with_issues: Vec<FileWithIssue>,
}

/// A file that something was found in.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct FileWithIssue {
    /// Its name as the server wrote it. Never make a path of it.
    pub path: String,
    /// How bad it is: `unsafe`, `suspicious`, `caution`, …
    pub level: String,
}

impl SecurityReport {
    /// `None` for what is no object.
    pub(crate) fn of(value: &Value) -> Option<Self> {
        let map = value.as_object()?;
        let files = map.get("filesWithIssues").and_then(Value::as_array);
        let text = |value: &Value, key: &str| value.get(key)?.as_str().map(str::to_owned);
        Some(Self {
            scans_done: map.get("scansDone") == Some(&Value::Bool(true)),
            files_with_issues: files
                .into_iter()
                .flatten()
                .map(|file| FileWithIssue {
                    // What can't be read is an issue nevertheless.
                    path: text(file, "path").unwrap_or_default(),
                    level: text(file, "level").unwrap_or_default(),
                })
                .collect(),
        })
    }
}

/// What is kept in [`RepoInfo::rest`] and has a shape: `None` where it is absent or has another one.
impl RepoInfo {
    /// The parameters of a model.
    pub fn safetensors(&self) -> Option<SafetensorsTotals> {
        let map = self.rest.get("safetensors")?.as_object()?;
        let counts = map.get("parameters").and_then(Value::as_object);
        let counts = counts.into_iter().flatten();
        Some(SafetensorsTotals {
            parameters: counts
                .filter_map(|(dtype, count)| Some((dtype.clone(), count.as_u64()?)))
                .collect(),
            total: map.get("total").and_then(Value::as_u64),
        })
    }

    /// Who runs the model: from the object keyed by provider, as the information of one model has it, or from the list
    /// of a page of models.
    pub fn inference_providers(&self) -> Option<Vec<InferenceProvider>> {
        let entries: Vec<(Option<&str>, &Value)> =
            match self.rest.get("inferenceProviderMapping")? {
                Value::Object(map) => map
                    .iter()
                    .map(|(name, entry)| (Some(name.as_str()), entry))
                    .collect(),
                Value::Array(list) => list.iter().map(|entry| (None, entry)).collect(),
                _ => return None,
            };
        let read = |(name, entry): (Option<&str>, &Value)| {
            let mut fields = Fields::of(entry.clone(), "a provider").ok()?;
            let own = fields.text("provider");
            Some(InferenceProvider {
                provider: name.map(str::to_owned).or(own)?,
                provider_id: fields.text("providerId"),
                status: fields.text("status"),
                task: fields.text("task"),
                kind: fields.text("type"),
                adapter_weights_path: fields.text("adapterWeightsPath"),
            })
        };
        Some(entries.into_iter().filter_map(read).collect())
    }

    /// What the hub's scans found.
    pub fn security_report(&self) -> Option<SecurityReport> {
        SecurityReport::of(self.rest.get("securityRepoStatus")?)
    }

    /// How many bytes the repository takes with all its history.
    pub fn used_storage(&self) -> Option<u64> {
        self.rest.get("usedStorage")?.as_u64()
    }

    /// How much the repository is talked of now.
    pub fn trending_score(&self) -> Option<f64> {
        self.rest.get("trendingScore")?.as_f64()
    }

    /// Downloads of all time.
    pub fn downloads_all_time(&self) -> Option<u64> {
        self.rest.get("downloadsAllTime")?.as_u64()
    }

    /// What of a model's `config.json` the hub keeps.
    pub fn config(&self) -> Option<&Value> {
        self.rest.get("config").filter(|value| value.is_object())
    }

    /// What the hub read in a model's GGUF file: `total`, `architecture`, `context_length`, …
    pub fn gguf(&self) -> Option<&Value> {
        self.rest.get("gguf").filter(|value| value.is_object())
    }

    /// Examples to try a model with.
    pub fn widget_data(&self) -> Option<&Value> {
        self.rest.get("widgetData").filter(|value| !value.is_null())
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn info(key: &str, value: Value) -> RepoInfo {
        let mut info = RepoInfo::new("a/b".parse().expect("an id"));
        info.rest.insert(key.to_owned(), value);
        info
    }

    #[test]
    fn parameters_are_counted_by_type() {
        let value = json!({"parameters": {"F32": 7, "odd": "x"}, "total": 7});
        let totals = info("safetensors", value).safetensors();
        let wanted = SafetensorsTotals {
            parameters: [("F32".to_owned(), 7)].into(),
            total: Some(7),
        };
        assert_eq!(totals, Some(wanted));
        assert_eq!(info("safetensors", json!(7)).safetensors(), None);
        let empty = info("safetensors", json!({})).safetensors();
        assert_eq!(empty, Some(SafetensorsTotals::default()));
    }

    #[test]
    fn providers_are_read_in_both_shapes() {
        let entry =
            json!({"providerId": "x", "status": "live", "task": "t", "type": "single-model"});
        let mut listed = entry.clone();
        listed["provider"] = "p".into();
        let wanted = InferenceProvider {
            provider: "p".to_owned(),
            provider_id: Some("x".to_owned()),
            status: Some("live".to_owned()),
            task: Some("t".to_owned()),
            kind: Some("single-model".to_owned()),
            adapter_weights_path: None,
        };
        let providers = |value| info("inferenceProviderMapping", value).inference_providers();
        for value in [json!({"p": entry}), json!([listed, 7, {}])] {
            assert_eq!(providers(value), Some(vec![wanted.clone()]));
        }
        assert_eq!(providers(json!([])), Some(Vec::new()));
        assert_eq!(providers(Value::Null), None);
    }

    #[test]
    fn an_issue_that_is_not_understood_is_an_issue() {
        let value =
            json!({"scansDone": true, "filesWithIssues": [{"path": "../x", "level": "unsafe"}, 7]});
        let report = info("securityRepoStatus", value)
            .security_report()
            .expect("a report");
        assert!(report.scans_done);
        assert_eq!(report.files_with_issues.len(), 2);
        assert_eq!(report.files_with_issues[0].level, "unsafe");
        let unknown = info("securityRepoStatus", json!({"scansDone": "yes"}));
        assert!(!unknown.security_report().expect("a report").scans_done);
    }

    #[test]
    fn numbers_and_objects_are_told_where_they_are_ones() {
        assert_eq!(info("usedStorage", json!(7)).used_storage(), Some(7));
        assert_eq!(info("usedStorage", json!(-7)).used_storage(), None);
        assert_eq!(
            info("trendingScore", json!(1.5)).trending_score(),
            Some(1.5)
        );
        assert_eq!(info("trendingScore", json!(2)).trending_score(), Some(2.0));
        let all = info("downloadsAllTime", json!(7)).downloads_all_time();
        assert_eq!(all, Some(7));
        assert!(info("config", json!({})).config().is_some());
        assert!(info("config", json!([])).config().is_none());
        assert!(info("gguf", json!({"total": 1})).gguf().is_some());
        assert!(info("widgetData", json!([])).widget_data().is_some());
        assert!(info("widgetData", Value::Null).widget_data().is_none());
    }
}
