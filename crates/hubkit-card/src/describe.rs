//! What a hub says of a repository: the tags, the library and the task that follow from its card and its files.

mod files;
mod papers;

use hubkit_types::RepoKind;
use serde_json::Value;

pub(crate) use files::{architecture, class, formats, library, senses};

use crate::{BaseModelRelation, CardData, lists, modality};

/// What is known of a repository beside the fields of its card.
#[derive(Clone, Copy, Debug, Default)]
pub struct Evidence<'a> {
    /// The text of the card.
    pub body: &'a str,
    /// The paths of the repository's files.
    pub files: &'a [&'a str],
    /// `config.json`, where it is JSON.
    pub config: Option<&'a Value>,
    /// `model_index.json`, of a pipeline of diffusers.
    pub model_index: Option<&'a Value>,
    /// `adapter_config.json`, of an adapter.
    pub adapter: Option<&'a Value>,
    /// `preprocessor_config.json` or `processor_config.json`.
    pub processor: Option<&'a Value>,
    /// The architecture that the header of a GGUF file names, `general.architecture`.
    pub gguf: Option<&'a str>,
}

/// What a hub says of a repository.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
#[non_exhaustive]
pub struct Description {
    /// Its tags, each once: those that the card lists and those that follow, as `license:mit` and `safetensors`.
    pub tags: Vec<String>,
    /// The library of a model: the card's word, or what its files leave no doubt about.
    pub library_name: Option<String>,
    /// The task of a model, likewise.
    pub pipeline_tag: Option<String>,
    /// The class of transformers that loads the model, where its architecture leaves no doubt.
    pub auto_model: Option<&'static str>,
    /// How a model came from its base models, where it has any: the card's word, or what its files and tags say.
    pub base_model_relation: Option<BaseModelRelation>,
}

/// Says what follows from a card and the names of files. Nothing is guessed: where there is doubt, nothing is said.
///
/// The form of the tags is the Hub's: languages are plain codes with models and `language:xx` with data sets; papers are
/// found by the addresses in the text. Tags that tell about the Hub itself (`region:us`, `endpoints_compatible`) are not
/// made.
pub fn describe(kind: RepoKind, data: &CardData, evidence: &Evidence<'_>) -> Description {
    let mut tags = Tags::default();
    let papers = papers::find(evidence.body);
    let mut description = Description::default();
    match kind {
        RepoKind::Model => {
            let model_type = text(evidence.config, "model_type");
            let class = files::class(evidence.config);
            description.library_name =
                (data.library_name.clone()).or_else(|| files::library(evidence).map(str::to_owned));
            description.pipeline_tag = data.pipeline_tag.clone().or_else(|| {
                let (task, _) = modality::task_name(data, evidence)?;
                lists::task(&task).map(|task| task.id.to_owned())
            });
            description.auto_model = class.and_then(|class| class.loader);
            tags.add(description.library_name.as_deref());
            tags.add(files::formats(evidence.files));
            tags.add(model_type);
            tags.add(description.pipeline_tag.as_deref());
            tags.add(texts(&data.tags));
            tags.add(texts(&data.languages));
            tags.prefix("dataset", texts(&data.datasets));
            tags.prefix("arxiv", texts(&papers));
            tags.prefix("doi", data.doi.as_deref());
            if !data.base_models.is_empty() {
                let library = description.library_name.as_deref();
                description.base_model_relation = Some(relation(data, evidence, library));
            }
            for (base, relation) in data
                .base_models
                .iter()
                .zip(description.base_model_relation.iter().cycle())
            {
                tags.prefix("base_model", [base.as_str()]);
                tags.add([format!("base_model:{}:{base}", relation.as_str()).as_str()]);
            }
            tags.prefix("license", texts(&data.licenses));
        }
        RepoKind::Dataset => {
            for (name, values) in [
                ("task_categories", &data.task_categories),
                ("task_ids", &data.task_ids),
                ("annotations_creators", &data.annotations_creators),
                ("language_creators", &data.language_creators),
                ("multilinguality", &data.multilinguality),
                ("source_datasets", &data.source_datasets),
                ("language", &data.languages),
                ("license", &data.licenses),
                ("size_categories", &data.size_categories),
                ("arxiv", &papers),
            ] {
                tags.prefix(name, texts(values));
            }
            tags.prefix("format", files::data_format(evidence.files));
            tags.prefix("doi", data.doi.as_deref());
            tags.add(texts(&data.tags));
        }
        // Spaces, and kinds that are not known here.
        _ => {
            tags.add(data.sdk.as_deref());
            tags.add(texts(&data.tags));
            tags.prefix("license", texts(&data.licenses));
        }
    }
    description.tags = tags.0;
    description
}

/// How a model came from another: the author's word, or what its files and tags say.
fn relation(data: &CardData, evidence: &Evidence<'_>, library: Option<&str>) -> BaseModelRelation {
    let is_tagged = |names: &[&str]| data.tags.iter().any(|tag| names.contains(&tag.as_str()));
    let is_adapter = library == Some("peft") || evidence.files.contains(&"adapter_config.json");
    let has_fewer_bits = evidence
        .config
        .is_some_and(|config| config.get("quantization_config").is_some())
        || evidence.files.iter().any(|file| file.ends_with(".gguf"))
        || is_tagged(&["gguf", "gptq", "awq", "exl2", "quantized"]);
    match data.base_model_relation {
        Some(relation) => relation,
        None if is_adapter => BaseModelRelation::Adapter,
        None if data.base_models.len() > 1 && is_tagged(&["merge", "mergekit"]) => {
            BaseModelRelation::Merge
        }
        None if has_fewer_bits => BaseModelRelation::Quantized,
        None => BaseModelRelation::Finetune,
    }
}

fn text<'a>(value: Option<&'a Value>, key: &str) -> Option<&'a str> {
    value?.get(key)?.as_str().filter(|text| !text.is_empty())
}

fn texts(list: &[String]) -> impl Iterator<Item = &str> {
    list.iter().map(String::as_str)
}

/// Tags in the order they were found, each once.
#[derive(Default)]
struct Tags(Vec<String>);

impl Tags {
    /// No tag of a hub is longer.
    const LONGEST: usize = 256;
    const MOST: usize = 1000;

    fn add<'a>(&mut self, tags: impl IntoIterator<Item = &'a str>) {
        for tag in tags {
            let has_room = self.0.len() < Self::MOST && tag.len() <= Self::LONGEST;
            if has_room && !self.0.iter().any(|known| known == tag) {
                self.0.push(tag.to_owned());
            }
        }
    }

    fn prefix<'a>(&mut self, name: &str, values: impl IntoIterator<Item = &'a str>) {
        for value in values {
            self.add([format!("{name}:{value}").as_str()]);
        }
    }
}

#[cfg(test)]
mod tests;
