//! The document as a whole.

use serde_json::{Value as Json, json};

use super::{
    DatasetSources, context::context, distribution::Distribution, ids::Ids, layout::Layout,
    license, prose::Prose, records,
};
use crate::{CardData, Loss, export::address};

const VERSION: &str = "http://mlcommons.org/croissant/1.1";
/// So many keywords are told.
const MOST_KEYWORDS: usize = 200;

pub(super) fn document(
    sources: &DatasetSources<'_>,
    layout: &Layout,
    losses: &mut Vec<Loss>,
) -> Json {
    let (card, asset) = (sources.card, sources.asset);
    let data = CardData::of(&card.metadata);
    let prose = Prose::read(card.body);
    let mut ids = Ids::default();
    let mut distribution = Distribution::new(asset, layout, &mut ids, losses);
    let record_sets = records::record_sets(
        layout,
        &asset.files,
        sources.samples,
        &mut distribution,
        &mut ids,
        losses,
    );
    let mut document = json!({
        "@context": context(),
        "@type": "sc:Dataset",
        "conformsTo": VERSION,
        "name": name(sources, &data),
    });
    let mut tell = |key: &str, value: Option<Json>, why: &str| match value {
        Some(value) => document[key] = value,
        None if why.is_empty() => {}
        None => losses.push(Loss::new(key, why)),
    };
    let description = prose.description.map(Json::from);
    tell(
        "description",
        description,
        "the card has no paragraph of its own with more than ten letters",
    );
    tell("alternateName", other_names(sources, &data), "");
    let licenses = license::licenses(&data, asset);
    tell("license", one_or_many(licenses), "the card names none");
    let owner = asset.repo.as_ref().and_then(|repo| repo.id.namespace());
    let hub = asset.endpoint.as_ref();
    let page = asset
        .repo
        .as_ref()
        .zip(hub)
        .map(|(repo, hub)| hub.url(&format!("/{}{}", repo.kind.url_prefix(), repo.id)));
    tell("url", page.map(Json::from), "a folder has no page");
    let creator = owner.map(|owner| {
        let mut creator = json!({ "@type": "sc:Organization", "name": owner });
        if let Some(hub) = hub {
            creator["url"] = hub.url(&format!("/{owner}")).into();
        }
        creator
    });
    tell("creator", creator, "no account owns it");
    let moment = |moment: &Option<String>| moment.clone().map(Json::from);
    let why = "nobody tells when it was published";
    tell("datePublished", moment(&asset.created), why);
    tell("dateModified", moment(&asset.modified), "");
    tell("keywords", one_or_many(keywords(&data)), "");
    tell("inLanguage", one_or_many(languages(&data)), "");
    tell("citeAs", prose.citation.map(Json::from), "");
    tell("version", version(sources), "");
    let doi = data.doi.as_deref().map(address::doi);
    tell("identifier", doi.clone().map(Json::from), "");
    tell("sameAs", doi.map(Json::from), "");
    tell("conditionsOfAccess", conditions(sources), "");
    document["distribution"] = distribution.finish().into();
    if !record_sets.is_empty() {
        document["recordSet"] = record_sets.into();
    }
    document
}

fn name(sources: &DatasetSources<'_>, data: &CardData) -> String {
    match &sources.asset.repo {
        Some(repo) => repo.id.name().to_owned(),
        None => data
            .pretty_name
            .clone()
            .unwrap_or_else(|| sources.name.to_owned()),
    }
}

fn other_names(sources: &DatasetSources<'_>, data: &CardData) -> Option<Json> {
    let repo = sources.asset.repo.as_ref()?;
    let full = repo.id.namespace().map(|_| repo.id.to_string());
    let names = full.into_iter().chain(data.pretty_name.clone());
    one_or_many(names.map(Json::from).collect())
}

/// Tags, tasks and sizes, each once.
fn keywords(data: &CardData) -> Vec<Json> {
    let mut found: Vec<&str> = Vec::new();
    let groups = [
        &data.tags,
        &data.task_categories,
        &data.task_ids,
        &data.size_categories,
    ];
    for word in groups.into_iter().flatten() {
        if found.len() < MOST_KEYWORDS && !found.contains(&word.as_str()) {
            found.push(word);
        }
    }
    found.into_iter().map(Json::from).collect()
}

/// Codes of languages. Programs are in none, and what is not known is not told.
fn languages(data: &CardData) -> Vec<Json> {
    let told = data
        .languages
        .iter()
        .filter_map(|code| match code.as_str() {
            "code" | "unk" | "unknown" => None,
            "multilingual" => Some("mul"),
            code => Some(code),
        });
    told.take(MOST_KEYWORDS).map(Json::from).collect()
}

/// The version that `dataset_info` tells, if it is one of three numbers.
fn version(sources: &DatasetSources<'_>) -> Option<Json> {
    let info = sources.card.metadata.get("dataset_info")?;
    let first = info.as_sequence().and_then(|list| list.first());
    let version = first.unwrap_or(info).get("version")?.as_str()?;
    let is_number = |part: &str| {
        let is_zero = part == "0";
        is_zero
            || (!part.starts_with('0')
                && !part.is_empty()
                && part.bytes().all(|b| b.is_ascii_digit()))
    };
    let is_version = version.split('.').count() == 3 && version.split('.').all(is_number);
    is_version.then(|| version.into())
}

/// What is asked of those who want access.
fn conditions(sources: &DatasetSources<'_>) -> Option<Json> {
    let prompt = sources.card.metadata.get("extra_gated_prompt")?.as_str()?;
    Some(prompt.trim().into()).filter(|text| text != "")
}

fn one_or_many(mut values: Vec<Json>) -> Option<Json> {
    match values.len() {
        0 => None,
        1 => values.pop(),
        _ => Some(values.into()),
    }
}
