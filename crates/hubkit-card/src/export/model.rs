//! A model as every export tells of it.

mod emissions;
mod evaluation;
mod licence;
mod prose;
mod sources;

use hubkit_types::{CommitId, RepoId, RepoKind};
use serde_yaml::Value;

use super::address;
use crate::{
    AssetFile, BaseModelRelation, CardData, Description, Evidence, Metadata, Modality, describe,
    modality, moment::is_time,
};

pub(super) use emissions::Emissions;
pub(super) use evaluation::{Evaluation, Metric};
pub(super) use licence::Licence;
pub(super) use prose::Prose;
pub use sources::{ModelDocuments, ModelShape, ModelSources};

/// What the exports tell of a model: each fact once, from the card or from what lies around it. What nobody says is
/// absent.
pub(super) struct Model<'a> {
    /// What it is called: the repository's id, or what the caller calls the folder.
    pub(super) name: String,
    pub(super) repo: Option<&'a RepoId>,
    /// The address of the hub, without a slash at the end.
    pub(super) hub: String,
    pub(super) commit: Option<&'a CommitId>,
    pub(super) created: Option<&'a str>,
    pub(super) modified: Option<&'a str>,
    pub(super) data: CardData,
    pub(super) described: Description,
    /// What goes in and what comes out, as kinds.
    pub(super) modality: Modality,
    pub(super) licences: Vec<Licence>,
    /// The models it came from, and how, where it came from any.
    pub(super) bases: Vec<RepoId>,
    pub(super) relation: Option<BaseModelRelation>,
    pub(super) trained_on: Vec<Dataset>,
    pub(super) evaluations: Vec<Evaluation>,
    pub(super) emissions: Option<Emissions>,
    pub(super) is_gated: bool,
    pub(super) prose: Prose,
    pub(super) shape: &'a ModelShape,
    pub(super) files: &'a [AssetFile],
}

/// A data set that a card names.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(super) struct Dataset {
    /// As the card calls it.
    pub(super) name: String,
    /// Its repository, where the name is one of a repository.
    pub(super) repo: Option<RepoId>,
}

impl Dataset {
    pub(super) fn named(name: &str) -> Self {
        Self {
            name: name.to_owned(),
            repo: name.parse().ok(),
        }
    }
}

impl<'a> Model<'a> {
    pub(super) fn of(sources: &ModelSources<'a>) -> Self {
        let ModelSources {
            card,
            asset,
            shape,
            documents,
            ..
        } = *sources;
        let metadata = &card.metadata;
        let data = CardData::of(metadata);
        let files: Vec<&str> = asset.files.iter().map(|file| file.path.as_str()).collect();
        // Beside no configuration the family is what the header of a GGUF file says.
        let is_gguf =
            documents.config.is_none() && files.iter().any(|path| path.ends_with(".gguf"));
        let evidence = Evidence {
            body: card.body,
            files: &files,
            config: documents.config,
            model_index: documents.model_index,
            adapter: documents.adapter,
            processor: documents.processor,
            gguf: shape.family.as_deref().filter(|_| is_gguf),
        };
        let described = describe(RepoKind::Model, &data, &evidence);
        let modality = modality(RepoKind::Model, metadata, &evidence);
        let repo = asset.repo.as_ref().map(|repo| &repo.id);
        let hub = asset
            .endpoint
            .as_ref()
            .map_or_else(|| address::HUGGING_FACE.to_owned(), ToString::to_string);
        let mut bases = data.base_models.clone();
        dedup(&mut bases);
        let relation = described.base_model_relation.filter(|_| !bases.is_empty());
        let mut trained_on: Vec<_> = data
            .datasets
            .iter()
            .map(|name| Dataset::named(name))
            .collect();
        dedup(&mut trained_on);
        let mut evaluations = evaluation::of_model_index(metadata);
        evaluations.extend(sources.eval_results.iter().filter_map(evaluation::of_entry));
        let mut model = Self {
            name: repo.map_or_else(|| own_name(metadata, sources.name), ToString::to_string),
            repo,
            hub,
            commit: asset.commit.as_ref(),
            created: asset.created.as_deref().filter(|text| is_time(text)),
            modified: asset.modified.as_deref().filter(|text| is_time(text)),
            licences: Vec::new(),
            bases,
            relation,
            trained_on,
            evaluations,
            emissions: metadata.get("co2_eq_emissions").and_then(Emissions::read),
            is_gated: metadata.get("gated").is_some_and(is_on)
                || metadata.get("extra_gated_prompt").is_some()
                || metadata.get("extra_gated_fields").is_some(),
            prose: Prose::read(card.body),
            shape: sources.shape,
            files: &asset.files,
            data,
            described,
            modality,
        };
        model.licences = licence::all(&model);
        model
    }

    /// The name without its namespace.
    pub(super) fn short_name(&self) -> &str {
        self.repo.map_or(&self.name, |repo| repo.name())
    }

    /// The page of the model, where it is on a hub.
    pub(super) fn page(&self) -> Option<String> {
        self.repo.map(|repo| self.page_of(repo))
    }

    /// The page of a model on the same hub.
    pub(super) fn page_of(&self, repo: &RepoId) -> String {
        format!("{}/{repo}", self.hub)
    }

    /// The page of a data set on the same hub.
    pub(super) fn page_of_dataset(&self, dataset: &Dataset) -> Option<String> {
        let repo = dataset.repo.as_ref()?;
        Some(format!("{}/datasets/{repo}", self.hub))
    }

    /// The package URL of a model on the same hub.
    pub(super) fn package_url(&self, repo: &RepoId, commit: Option<&CommitId>) -> String {
        address::package_url(&self.hub, repo, commit)
    }

    /// The package URL of this model, where it is on a hub.
    pub(super) fn own_package_url(&self) -> Option<String> {
        Some(self.package_url(self.repo?, self.commit))
    }

    /// Where a file is read: at its commit on the hub, or in the folder.
    pub(super) fn file(&self, file: &AssetFile) -> String {
        let path = address::path(&file.path);
        let revision = self.revision();
        self.page().map_or_else(
            || path.clone(),
            |page| format!("{page}/resolve/{revision}/{path}"),
        )
    }

    /// The page of a file of the repository, pinned to the commit.
    pub(super) fn page_of_file(&self, name: &str) -> Option<String> {
        let file = self.files.iter().find(|file| file.path.as_str() == name)?;
        let path = address::path(&file.path);
        Some(format!("{}/blob/{}/{path}", self.page()?, self.revision()))
    }

    fn revision(&self) -> String {
        self.commit
            .map_or_else(|| "main".to_owned(), ToString::to_string)
    }

    /// What the model is built like: the family and the classes, each once.
    pub(super) fn categories(&self) -> Vec<&str> {
        let family = self.shape.family.as_deref();
        let mut all: Vec<&str> = family.into_iter().collect();
        all.extend(self.shape.architectures.iter().map(String::as_str));
        all.extend(self.prose.model_type.as_deref());
        dedup(&mut all);
        all
    }

    /// The data sets it was measured on, each once.
    pub(super) fn evaluated_on(&self) -> Vec<&Dataset> {
        let mut all: Vec<_> = (self.evaluations.iter())
            .filter_map(|evaluation| evaluation.dataset.as_ref())
            .collect();
        dedup(&mut all);
        all
    }

    /// Papers, by their number at arXiv.
    pub(super) fn papers(&self) -> impl Iterator<Item = &str> {
        let tags = self.described.tags.iter();
        tags.filter_map(|tag| tag.strip_prefix("arxiv:"))
    }
}

/// What a card calls its model, or what the caller does.
fn own_name(metadata: &Metadata, otherwise: &str) -> String {
    let index = || metadata.get("model-index")?.get(0)?.get("name");
    let said = metadata.get("model_name").or_else(index);
    let said = said.and_then(Value::as_str).map(str::trim);
    let said = said.filter(|name| !name.is_empty());
    said.unwrap_or(otherwise).to_owned()
}

/// Leaves the first of each.
pub(super) fn dedup<T: Ord + Clone>(list: &mut Vec<T>) {
    let mut seen = std::collections::BTreeSet::new();
    list.retain(|item| seen.insert(item.clone()));
}

fn is_on(value: &Value) -> bool {
    match value {
        Value::Bool(is_on) => *is_on,
        Value::String(text) => matches!(text.as_str(), "auto" | "manual" | "true"),
        _ => false,
    }
}
