//! What a reader of a card wants to know before reading it.

mod modality;
mod results;

use hubkit_types::{RepoId, RepoKind};
use serde_yaml::Value;

use crate::{
    BaseModelRelation, CardData, EvalEntry, Metadata, Resolver, lists,
    render::link::{self, Use},
};

pub use results::Measured;

/// What the metadata of a card promises: licence, task, origin, results. What is odd in the metadata is left out.
///
/// Texts are the author's: [`Contract::lay_out`](crate::Contract::lay_out) and [`Contract::render`] escape them.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
#[non_exhaustive]
pub struct Contract {
    /// What the card calls the repository.
    pub name: Option<String>,
    /// What it promises, most wanted first.
    pub facts: Vec<Fact>,
    /// What was measured.
    pub results: Vec<Measured>,
}

/// Something that the metadata says.
#[derive(Clone, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub struct Fact {
    /// The field it comes from.
    pub field: &'static str,
    /// What it is called.
    pub label: &'static str,
    /// What it is.
    pub values: Vec<Worth>,
}

/// A value of a field.
#[derive(Clone, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub struct Worth {
    /// What it is called.
    pub text: String,
    /// Where more about it is, as a link of the card would say it: an address, a path on the hub, a file.
    pub to: Option<String>,
}

impl Worth {
    fn new(text: impl Into<String>, to: Option<String>) -> Self {
        let text = text.into();
        Self { text, to }
    }

    /// The address of what is more about it, as `resolver` knows it.
    pub fn address(&self, resolver: &impl Resolver) -> Option<String> {
        link::resolve(self.to.as_deref()?, Use::Link, resolver)
    }
}

impl Contract {
    /// Reads it.
    pub fn of(metadata: &Metadata) -> Self {
        let data = CardData::of(metadata);
        let mut contract = Self {
            name: data.pretty_name.clone().or_else(|| data.title.clone()),
            facts: Vec::new(),
            results: results::of(metadata),
        };
        contract.add("license", "License", licenses(&data));
        contract.add("gated", "Access", access(metadata));
        let tasks = data.pipeline_tag.iter().chain(&data.task_categories);
        contract.add("pipeline_tag", "Task", tasks.map(|id| task(id)));
        contract.add("task_ids", "Subtask", plain(&data.task_ids));
        let library = data.library_name.iter().map(|id| library(id));
        contract.add("library_name", "Library", library);
        let relation = data.base_model_relation;
        contract.add("base_model", base(relation), models(&data.base_models));
        contract.add("new_version", "Replaced by", models(&data.new_version));
        contract.add(
            "datasets",
            "Datasets",
            repos(RepoKind::Dataset, &data.datasets),
        );
        let sources = repos(RepoKind::Dataset, &data.source_datasets);
        contract.add("source_datasets", "Made from", sources);
        contract.add("models", "Models", repos(RepoKind::Model, &data.models));
        contract.add("language", "Languages", plain(&data.languages));
        contract.add("size_categories", "Rows", plain(&data.size_categories));
        contract.add("sdk", "Space", space(&data));
        let description = data.short_description.iter();
        contract.add("short_description", "For", plain(description));
        contract.add("co2_eq_emissions", "CO₂", emissions(metadata));
        let doi = data.doi.iter();
        let doi = doi.map(|doi| Worth::new(doi, Some(format!("https://doi.org/{doi}"))));
        contract.add("doi", "DOI", doi);
        contract.add("metrics", "Metrics", plain(&data.metrics));
        contract.add("tags", "Tags", plain(&data.tags));
        contract
    }

    /// Takes in what the files of `.eval_results/` say. These results come first: they are what hubs rank by.
    #[must_use]
    pub fn with_entries(mut self, entries: &[EvalEntry]) -> Self {
        self.results.splice(0..0, results::of_entries(entries));
        self
    }

    fn add(
        &mut self,
        field: &'static str,
        label: &'static str,
        values: impl IntoIterator<Item = Worth>,
    ) {
        let values = values.into_iter();
        let values: Vec<Worth> = values
            .filter(|value| !value.text.trim().is_empty())
            .collect();
        if !values.is_empty() {
            self.facts.push(Fact {
                field,
                label,
                values,
            });
        }
    }
}

fn plain<'a>(texts: impl IntoIterator<Item = &'a String>) -> impl Iterator<Item = Worth> {
    texts.into_iter().map(|text| Worth::new(text, None))
}

fn licenses(data: &CardData) -> Vec<Worth> {
    let named = data.license_name.as_deref();
    let link = data.license_link.clone();
    let known = data.licenses.iter().map(|id| {
        let license = lists::license(&id.to_lowercase());
        match (license, named) {
            (Some(license), Some(name)) if license.id == "other" => {
                Worth::new(format!("{name} (other)"), link.clone())
            }
            (Some(license), _) if license.id != "other" => Worth::new(
                called(license.name, license.id),
                link.clone()
                    .or(license.info.or(license.text).map(str::to_owned)),
            ),
            _ => Worth::new(id, link.clone()),
        }
    });
    let mut licenses: Vec<Worth> = known.collect();
    if let (true, Some(name)) = (licenses.is_empty(), named) {
        licenses.push(Worth::new(name, link));
    }
    licenses
}

/// What a reader must do to get the files, as far as the card says.
fn access(metadata: &Metadata) -> Vec<Worth> {
    let has = |key: &str| metadata.get(key).is_some_and(|value| !value.is_null());
    let gated = metadata.get("gated").and_then(scalar);
    let said = match gated.as_deref() {
        Some("manual") => "gated: the authors decide",
        Some("auto" | "true") => "gated: after agreeing to its terms",
        None if has("extra_gated_prompt")
            || has("extra_gated_fields")
            || has("extra_gated_heading") =>
        {
            "gated: the card asks for agreement"
        }
        _ => return Vec::new(),
    };
    vec![Worth::new(said, None)]
}

/// What people call something, and what cards call it.
fn called(label: &str, id: &str) -> String {
    let is_same = label.to_lowercase().replace(' ', "-") == id.to_lowercase();
    if is_same {
        return label.to_owned();
    }
    format!("{label} ({id})")
}

fn task(id: &str) -> Worth {
    match lists::task(id) {
        Some(task) => Worth::new(called(task.label, id), Some(format!("/tasks/{id}"))),
        None => Worth::new(id, None),
    }
}

fn library(id: &str) -> Worth {
    match lists::library(id) {
        Some(library) => Worth::new(called(library.label, id), Some(library.url.to_owned())),
        None => Worth::new(id, None),
    }
}

fn base(relation: Option<BaseModelRelation>) -> &'static str {
    match relation {
        Some(BaseModelRelation::Finetune) => "Finetuned from",
        Some(BaseModelRelation::Adapter) => "Adapter for",
        Some(BaseModelRelation::Merge) => "Merged from",
        Some(BaseModelRelation::Quantized) => "Quantized from",
        None => "Base model",
    }
}

fn models<'a>(ids: impl IntoIterator<Item = &'a RepoId>) -> impl Iterator<Item = Worth> {
    let worth = |id: &RepoId| Worth::new(id.as_str(), Some(format!("/{id}")));
    ids.into_iter().map(worth)
}

/// Names of repositories; what is none is a text.
fn repos(kind: RepoKind, names: &[String]) -> impl Iterator<Item = Worth> {
    names.iter().map(move |name| {
        let id: Option<RepoId> = name.parse().ok();
        let prefix = match kind {
            RepoKind::Dataset => "/datasets",
            RepoKind::Space => "/spaces",
            _ => "",
        };
        Worth::new(name, id.map(|id| format!("{prefix}/{id}")))
    })
}

fn space(data: &CardData) -> Option<Worth> {
    let sdk = data.sdk.as_ref()?;
    let version = data.sdk_version.iter().map(|version| format!(" {version}"));
    let file = data.app_file.iter().map(|file| format!(", {file}"));
    let text: String = std::iter::once(sdk.clone())
        .chain(version)
        .chain(file)
        .collect();
    Some(Worth::new(text, None))
}

/// Grams of CO₂ equivalent, as a number or within a mapping.
fn emissions(metadata: &Metadata) -> Option<Worth> {
    let value = metadata.get("co2_eq_emissions")?;
    let grams = match value {
        Value::Mapping(mapping) => mapping.get("emissions").and_then(scalar)?,
        value => scalar(value)?,
    };
    let is_number = grams.parse::<f64>().is_ok();
    let unit = if is_number { " g" } else { "" };
    Some(Worth::new(format!("{grams}{unit}"), None))
}

/// A single value as a text.
fn scalar(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        Value::Bool(truth) => Some(truth.to_string()),
        _ => None,
    }
}

#[cfg(test)]
mod tests;
