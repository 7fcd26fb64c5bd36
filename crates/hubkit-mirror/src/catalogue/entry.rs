//! What is known of one repository.

use std::{collections::BTreeMap, sync::OnceLock, time::SystemTime};

use hubkit_card::{Card, CardData, Description, Evidence, describe};
use hubkit_store::{Survey, SurveyRequest};
use hubkit_types::{Repo, RepoKind, RepoPath};
use serde_json::{Map, Value, json};

use super::told;
use crate::weights::Weights;

/// The small files that tell what a repository is.
const CARD: &str = "README.md";
const CONFIG: &str = "config.json";
const PIPELINE: &str = "model_index.json";
const ADAPTER: &str = "adapter_config.json";
/// A longer one is passed over.
pub(crate) const LONGEST_TEXT: u64 = 1 << 20;
/// How much of the text of a card is searched, in bytes.
const LONGEST_SEARCHED: usize = 256 << 10;
/// How long a description of quantised weights may be, as JSON, to be told.
const LONGEST_QUANTIZATION: usize = 4096;

/// What to ask of a store about a repository of which this is known.
pub(super) fn request(known: Option<&Entry>) -> SurveyRequest {
    SurveyRequest {
        texts: texts().collect(),
        longest_text: LONGEST_TEXT,
        known: known.map(|known| known.version.clone()),
    }
}

/// The paths of the small files.
pub(crate) fn texts() -> impl Iterator<Item = RepoPath> {
    let names = [CARD, CONFIG, PIPELINE, ADAPTER].into_iter();
    names.map(|name| name.parse().expect("a name without a slash is a path"))
}

/// What is known of one repository.
pub(crate) struct Entry {
    pub(crate) repo: Repo,
    /// The store's mark of what this was read from.
    pub(crate) version: String,
    pub(crate) modified: Option<SystemTime>,
    pub(crate) files: Vec<(RepoPath, u64)>,
    pub(crate) data: CardData,
    pub(crate) description: Description,
    /// The metadata of the card, where it says anything.
    pub(crate) card_data: Option<Value>,
    /// Of the configuration what a hub tells.
    pub(crate) config: Map<String, Value>,
    /// What the weights come to, once somebody asked.
    pub(crate) weights: OnceLock<Weights>,
    /// The id in lower case, and what it is found by besides its tags.
    pub(super) folded: String,
    pub(super) terms: Vec<String>,
    pub(super) words: Box<[u32]>,
    pub(super) text: String,
}

impl Entry {
    /// Reads what a store saw; nothing but the name is known of a repository without a default revision.
    pub(crate) fn read(repo: Repo, survey: Option<Survey>) -> Self {
        let survey = survey.unwrap_or_else(|| Survey {
            version: String::new(),
            modified: None,
            files: Vec::new(),
            texts: BTreeMap::new(),
        });
        let text = |name: &str| {
            let bytes = survey.texts.iter().find(|(path, _)| path.as_str() == name);
            bytes.map(|(_, bytes)| bytes)
        };
        let document = |name: &str| -> Option<Value> {
            serde_json::from_slice(text(name)?)
                .ok()
                .filter(Value::is_object)
        };
        let card = text(CARD).map(|bytes| String::from_utf8_lossy(bytes).into_owned());
        let card = card.as_deref().unwrap_or_default();
        let card = Card::read(card);
        let mut data = CardData::of(&card.metadata);
        let (config, pipeline, adapter) = (document(CONFIG), document(PIPELINE), document(ADAPTER));
        if let Some(base) = adapter.as_ref().and_then(base_model)
            && data.base_models.is_empty()
        {
            data.base_models.push(base);
        }
        let paths: Vec<&str> = survey.files.iter().map(|(path, _)| path.as_str()).collect();
        let evidence = Evidence {
            body: card.body,
            files: &paths,
            config: config.as_ref(),
            ..Evidence::default()
        };
        let description = describe(repo.kind, &data, &evidence);
        let searched = searched(&repo, &data, &description, card.body);
        Self {
            folded: repo.id.as_str().to_ascii_lowercase(),
            terms: terms(repo.kind, &data, &description),
            card_data: told::card(card.metadata.to_json()),
            config: configured(config, pipeline, adapter),
            weights: OnceLock::new(),
            words: Box::default(),
            text: searched,
            repo,
            version: survey.version,
            modified: survey.modified,
            files: survey.files,
            data,
            description,
        }
    }
}

/// The model that an adapter belongs to, if that is the name of one on a hub.
fn base_model(adapter: &Value) -> Option<hubkit_types::RepoId> {
    adapter
        .get("base_model_name_or_path")?
        .as_str()?
        .parse()
        .ok()
}

/// The tags, and under which other names one looks for them; all in lower case.
fn terms(kind: RepoKind, data: &CardData, description: &Description) -> Vec<String> {
    let mut terms = description.tags.clone();
    if kind == RepoKind::Model {
        let named = |name: &str, value: &String| format!("{name}:{value}");
        terms.extend(data.languages.iter().map(|code| named("language", code)));
        terms.extend(
            description
                .library_name
                .iter()
                .map(|name| named("library", name)),
        );
        terms.extend(
            description
                .pipeline_tag
                .iter()
                .map(|tag| named("pipeline_tag", tag)),
        );
    }
    for term in &mut terms {
        term.make_ascii_lowercase();
    }
    terms.sort_unstable();
    terms.dedup();
    terms
}

/// The text whose words a repository is found by.
fn searched(repo: &Repo, data: &CardData, description: &Description, body: &str) -> String {
    let mut end = body.len().min(LONGEST_SEARCHED);
    while !body.is_char_boundary(end) {
        end -= 1;
    }
    let titles = [&data.title, &data.pretty_name, &data.short_description];
    let titles = titles.into_iter().flatten().map(String::as_str);
    let tags = description.tags.iter().map(String::as_str);
    let parts = std::iter::once(repo.id.as_str()).chain(titles).chain(tags);
    // A long text is the last: it may have more words than are kept.
    let parts: Vec<&str> = parts.chain([&body[..end]]).collect();
    parts.join("\n")
}

/// Of the configuration what a hub tells.
fn configured(
    config: Option<Value>,
    pipeline: Option<Value>,
    adapter: Option<Value>,
) -> Map<String, Value> {
    let mut told = Map::new();
    if let Some(Value::Object(mut config)) = config {
        for key in ["architectures", "model_type", "auto_map"] {
            if let Some(value) = config.remove(key) {
                told.insert(key.to_owned(), value);
            }
        }
        if let Some(value) = config.remove("quantization_config")
            && value.to_string().len() <= LONGEST_QUANTIZATION
        {
            told.insert("quantization_config".to_owned(), value);
        }
    }
    let mut part = |name: &str, document: Option<Value>, keys: &[&str]| {
        let Some(Value::Object(mut map)) = document else {
            return;
        };
        map.retain(|key, value| keys.contains(&key.as_str()) && value.is_string());
        told.insert(name.to_owned(), json!(map));
    };
    part("diffusers", pipeline, &["_class_name"]);
    part("peft", adapter, &["base_model_name_or_path", "task_type"]);
    told
}
