//! The model and its parts as components.

use hubkit_types::RepoId;
use serde_json::{Map, Value as Json, json};

use super::{card, dataset_ref, file_ref, model_ref, property};
use crate::{
    AssetFile,
    export::{
        address, media_type,
        model::{Dataset, Licence, Model},
    },
};

pub(super) fn model(model: &Model<'_>) -> Json {
    let mut component = Map::new();
    let mut set = |name: &str, value: Option<Json>| {
        if let Some(value) = value {
            component.insert(name.to_owned(), value);
        }
    };
    set("type", Some("machine-learning-model".into()));
    set("bom-ref", Some(model_ref(model).into()));
    set("name", Some(model.short_name().into()));
    let namespace = model.repo.and_then(RepoId::namespace);
    set("group", namespace.map(Json::from));
    set("publisher", namespace.map(Json::from));
    set(
        "version",
        model.commit.map(|commit| commit.to_string().into()),
    );
    set("purl", model.own_package_url().map(Json::from));
    set(
        "description",
        model.prose.description.as_deref().map(Json::from),
    );
    let author = model.prose.developed_by.as_deref();
    set("authors", author.map(|name| json!([{"name": name}])));
    set("licenses", list(model.licences.iter().map(licence)));
    set("externalReferences", list(references(model)));
    set("pedigree", pedigree(model));
    set(
        "tags",
        list(model.data.tags.iter().map(|tag| tag.as_str().into())),
    );
    set("modelCard", Some(card::model_card(model)));
    set("properties", list(properties(model)));
    Json::Object(component)
}

/// A list, or nothing in place of an empty one.
pub(super) fn list(values: impl IntoIterator<Item = Json>) -> Option<Json> {
    let values: Vec<Json> = values.into_iter().collect();
    (!values.is_empty()).then_some(Json::Array(values))
}

fn licence(licence: &Licence) -> Json {
    let mut told = Map::new();
    match licence.spdx {
        Some(spdx) => told.insert("id".to_owned(), spdx.into()),
        None => told.insert("name".to_owned(), licence.name.as_str().into()),
    };
    if let Some(url) = &licence.url {
        told.insert("url".to_owned(), url.as_str().into());
    }
    told.insert("acknowledgement".to_owned(), "declared".into());
    if licence.id != licence.name && licence.spdx.is_none() {
        told.insert(
            "properties".to_owned(),
            json!([property("license", licence.id.as_str())]),
        );
    }
    json!({"license": told})
}

fn references(model: &Model<'_>) -> Vec<Json> {
    let reference = |kind: &str, url: String| json!({"type": kind, "url": url});
    let mut all = Vec::new();
    if let Some(page) = model.page() {
        all.push(reference("website", page.clone()));
        all.push(reference("vcs", page));
    }
    if let Some(card) = model.page_of_file("README.md") {
        all.push(reference("documentation", card.clone()));
        all.push(reference("model-card", card));
    }
    for number in model.papers() {
        let mut paper = reference("documentation", format!("https://arxiv.org/abs/{number}"));
        paper["comment"] = "paper".into();
        all.push(paper);
    }
    if let Some(doi) = &model.data.doi {
        let mut named = reference("other", address::doi(doi));
        named["comment"] = "digital object identifier".into();
        all.push(named);
    }
    all
}

fn pedigree(model: &Model<'_>) -> Option<Json> {
    let ancestors = list(model.bases.iter().map(|base| {
        let package_url = model.package_url(base, None);
        let mut ancestor = json!({
            "type": "machine-learning-model",
            "bom-ref": package_url,
            "name": base.name(),
            "purl": package_url,
            "externalReferences": [{"type": "website", "url": model.page_of(base)}],
        });
        if let Some(namespace) = base.namespace() {
            ancestor["group"] = namespace.into();
        }
        ancestor
    }))?;
    let mut pedigree = json!({"ancestors": ancestors});
    if let Some(relation) = model.relation {
        pedigree["notes"] = format!("{} of its base model", relation.as_str()).into();
    }
    Some(pedigree)
}

/// What CycloneDX has no field for.
fn properties(model: &Model<'_>) -> Vec<Json> {
    let data = &model.data;
    let mut all = Vec::new();
    let mut add = |name: &str, value: Option<String>| {
        all.extend(value.map(|value| property(name, value)));
    };
    add("library_name", model.described.library_name.clone());
    for language in &data.languages {
        add("language", Some(language.clone()));
    }
    for metric in &data.metrics {
        add("metric", Some(metric.clone()));
    }
    add(
        "base_model_relation",
        model.relation.map(|relation| relation.as_str().to_owned()),
    );
    add(
        "new_version",
        data.new_version.as_ref().map(ToString::to_string),
    );
    add("doi", data.doi.clone());
    add("pretty_name", data.pretty_name.clone());
    add("gated", model.is_gated.then(|| "true".to_owned()));
    let shape = model.shape;
    add(
        "parameters",
        shape.parameters.map(|count| count.to_string()),
    );
    for precision in &shape.precisions {
        add("precision", Some(precision.clone()));
    }
    add("quantization", shape.quantization.clone());
    add(
        "context_length",
        shape.context.map(|length| length.to_string()),
    );
    for (name, value) in &model.prose.hyperparameters {
        add(&format!("hyperparameter:{name}"), Some(value.clone()));
    }
    all
}

pub(super) fn file(model: &Model<'_>, file: &AssetFile) -> Json {
    let mut component = json!({
        "type": "file",
        "bom-ref": file_ref(model, file),
        "name": file.path.as_str(),
        "properties": [property("size", file.size.to_string())],
    });
    if let Some(media) = media_type(&file.path) {
        component["mime-type"] = media.into();
    }
    if let Some(digest) = &file.sha256 {
        component["hashes"] = json!([{"alg": "SHA-256", "content": digest.to_string()}]);
    }
    if model.repo.is_some() {
        component["externalReferences"] =
            json!([{"type": "distribution", "url": model.file(file)}]);
    }
    component
}

pub(super) fn dataset(model: &Model<'_>, dataset: &Dataset) -> Json {
    let mut data = json!({"type": "dataset", "name": dataset.name});
    let mut component = json!({
        "type": "data",
        "bom-ref": dataset_ref(dataset),
        "name": dataset.name,
    });
    if let Some(page) = model.page_of_dataset(dataset) {
        data["contents"] = json!({"url": page});
        component["externalReferences"] = json!([{"type": "website", "url": page}]);
    }
    component["data"] = json!([data]);
    component
}
