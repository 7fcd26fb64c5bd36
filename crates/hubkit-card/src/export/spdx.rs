//! A model as SPDX 3.0.1, with its profiles for AI and data sets.

mod elements;
mod package;

use hubkit_types::RepoId;
use serde_json::{Value as Json, json};

use super::model::{Model, ModelSources};
use crate::{BaseModelRelation, moment::is_time};
use elements::Document;

/// Why a model can't be written as SPDX.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SpdxError {
    /// Nobody says when the model was as it is described, and every SPDX document tells a time.
    #[error("expected the time of the state that is described, found none")]
    NoTime,
    /// A time was given that is none.
    #[error("expected a time in RFC 3339 and UTC such as `2026-11-27T08:00:00Z`, found `{0}`")]
    Time(String),
}

/// Describes a model as an [SPDX 3.0.1](https://spdx.github.io/spdx-spec/v3.0.1/) document in JSON-LD: the model as an
/// `ai_AIPackage`, its files with their digests, the data sets it was trained and measured on, its licences, and the
/// models it came from.
///
/// `created` is the time that the document tells, in RFC 3339; without one it is that of the commit, so the same sources
/// give the same document. What the card leaves out is absent.
///
/// # Errors
///
/// When there is no time, or one that is not of that form.
pub fn spdx(sources: &ModelSources<'_>, created: Option<&str>) -> Result<Json, SpdxError> {
    let model = Model::of(sources);
    let created = match created {
        Some(text) => time(text).ok_or_else(|| SpdxError::Time(hubkit_types::shown(text, 80)))?,
        None => model.modified.and_then(time).ok_or(SpdxError::NoTime)?,
    };
    let mut document = Document::new(&model, created);
    // Whether the namespace is a person's or an organisation's is not known here.
    let namespace = model.repo.and_then(RepoId::namespace);
    let supplier =
        namespace.map(|name| document.add("Agent", "supplier", vec![("name", name.into())]));
    let profiles = profiles(&model, supplier.is_some());
    let package = document.add("ai_AIPackage", "model", package::model(&model, supplier));
    let files: Vec<String> = model
        .files
        .iter()
        .map(|file| {
            let name = format!("file/{}", super::address::path(&file.path));
            document.add("software_File", &name, package::file(file))
        })
        .collect();
    document.relate(&package, "contains", files);
    if let Some(at) = model
        .files
        .iter()
        .position(|file| file.path.as_str() == "README.md")
    {
        let card = format!("file/{}", super::address::path(&model.files[at].path));
        let card = document.id(&card);
        document.relate(&package, "hasDocumentation", vec![card]);
    }
    let mut dataset_ids = std::collections::BTreeMap::new();
    for (relationship, datasets) in [
        ("trainedOn", model.trained_on.iter().collect()),
        ("testedOn", model.evaluated_on()),
    ] {
        let mut ids: Vec<String> = Vec::new();
        for dataset in datasets {
            let id = dataset_ids.entry(dataset).or_insert_with(|| {
                let name = format!("dataset/{}", super::address::encode(&dataset.name, b"/"));
                document.add(
                    "dataset_DatasetPackage",
                    &name,
                    package::dataset(&model, dataset),
                )
            });
            ids.push(id.clone());
        }
        document.relate(&package, relationship, ids);
    }
    let bases: Vec<String> = model
        .bases
        .iter()
        .map(|base| {
            document.add(
                "ai_AIPackage",
                &format!("base/{base}"),
                package::base(&model, base),
            )
        })
        .collect();
    if model.relation == Some(BaseModelRelation::Adapter) {
        document.relate(&package, "dependsOn", bases.clone());
    }
    document.relate(&package, "descendantOf", bases);
    let licences = package::licences(&model, &mut document);
    document.relate(&package, "hasDeclaredLicense", licences);
    Ok(document.finish(&package, profiles))
}

/// What the document promises. The profile for AI asks for the supplier, the version, the time and the origin of every
/// model, and of base models no card tells these; nor of data sets what their profile asks for.
fn profiles(model: &Model<'_>, has_supplier: bool) -> &'static [&'static str] {
    let is_whole = has_supplier && model.commit.is_some() && model.modified.is_some();
    if is_whole && model.bases.is_empty() {
        &["core", "software", "simpleLicensing", "ai"]
    } else {
        &["core", "software", "simpleLicensing"]
    }
}

/// A time as SPDX writes it: in UTC, whole seconds.
fn time(text: &str) -> Option<String> {
    let (head, tail) = text.split_at_checked(19)?;
    let is_utc = tail.ends_with('Z') || tail.ends_with("+00:00");
    (is_time(text) && is_utc).then(|| format!("{head}Z"))
}

/// What an `energyConsumption` or a list of words becomes when it says nothing.
fn absent(value: &Json) -> bool {
    *value == json!([]) || value.is_null()
}
