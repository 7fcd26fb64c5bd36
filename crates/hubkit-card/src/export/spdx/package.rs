//! The model, its files and what it was made from, as elements of SPDX.

use hubkit_types::RepoId;
use serde_json::{Value as Json, json};

use super::elements::Document;
use crate::{
    AssetFile,
    export::{
        address, media_type,
        model::{Dataset, Licence, Model},
        spdx::time,
    },
    lists,
};

pub(super) type Fields = Vec<(&'static str, Json)>;

pub(super) fn model(model: &Model<'_>, supplier: Option<String>) -> Fields {
    let prose = &model.prose;
    let task = model.described.pipeline_tag.as_deref();
    let listed = task.and_then(lists::task);
    let mut domain: Vec<&str> = listed.map(|task| task.modality).into_iter().collect();
    domain.extend(task);
    let joined = |texts: &[&Option<String>]| -> Json {
        let said: Vec<&str> = texts.iter().filter_map(|text| text.as_deref()).collect();
        if said.is_empty() {
            Json::Null
        } else {
            said.join("\n\n").into()
        }
    };
    let package_url = model.own_package_url();
    let identifiers = package_url.iter().map(|url| {
        json!({"type": "ExternalIdentifier", "externalIdentifierType": "packageUrl", "identifier": url})
    });
    let mut identifiers: Vec<Json> = identifiers.collect();
    identifiers.extend(model.data.doi.as_deref().map(|doi| {
        let url = address::doi(doi);
        json!({"type": "ExternalIdentifier", "externalIdentifierType": "other", "identifier": url, "comment": "digital object identifier"})
    }));
    let references = [
        ("vcs", model.page()),
        ("documentation", model.page_of_file("README.md")),
    ];
    let references = references
        .into_iter()
        .filter_map(|(kind, url)| Some((kind, url?)));
    let papers = model
        .papers()
        .map(|number| ("documentation", format!("https://arxiv.org/abs/{number}")));
    let references: Json = references
        .chain(papers)
        .map(
            |(kind, url)| json!({"type": "ExternalRef", "externalRefType": kind, "locator": [url]}),
        )
        .collect();
    vec![
        ("name", model.name.as_str().into()),
        ("description", prose.description.as_deref().into()),
        ("externalIdentifier", identifiers.into()),
        ("externalRef", references),
        ("releaseTime", model.modified.and_then(time).into()),
        ("suppliedBy", supplier.into()),
        ("software_primaryPurpose", "model".into()),
        (
            "software_packageVersion",
            model.commit.map(ToString::to_string).into(),
        ),
        ("software_packageUrl", package_url.into()),
        ("software_homePage", model.page().into()),
        ("software_downloadLocation", download(model).into()),
        ("ai_domain", domain.into()),
        ("ai_typeOfModel", model.categories().into()),
        (
            "ai_informationAboutApplication",
            joined(&[&prose.intended_use, &prose.out_of_scope, &prose.usage]),
        ),
        (
            "ai_informationAboutTraining",
            joined(&[&prose.training_data, &prose.training]),
        ),
        ("ai_limitation", joined(&[&prose.limitations])),
        (
            "ai_modelDataPreprocessing",
            prose
                .preprocessing
                .iter()
                .map(String::as_str)
                .collect::<Vec<_>>()
                .into(),
        ),
        (
            "ai_modelExplainability",
            prose
                .explanation
                .iter()
                .map(String::as_str)
                .collect::<Vec<_>>()
                .into(),
        ),
        (
            "ai_hyperparameter",
            prose
                .hyperparameters
                .iter()
                .map(|(name, value)| entry(name, value))
                .collect(),
        ),
        ("ai_metric", metrics(model)),
        ("ai_energyConsumption", energy(model)),
    ]
}

/// Where git gets the state that is described.
fn download(model: &Model<'_>) -> Option<String> {
    Some(format!("git+{}@{}", model.page()?, model.commit?))
}

fn entry(key: &str, value: &str) -> Json {
    json!({"type": "DictionaryEntry", "key": key, "value": value})
}

fn metrics(model: &Model<'_>) -> Json {
    let mut all = Vec::new();
    for evaluation in &model.evaluations {
        let parts = [
            evaluation.dataset.as_ref().map(|dataset| &dataset.name),
            evaluation.config.as_ref(),
            evaluation.split.as_ref(),
        ];
        let parts: Vec<&str> = parts.into_iter().flatten().map(String::as_str).collect();
        for metric in &evaluation.metrics {
            let key = format!("{} ({})", metric.label(), parts.join(", "));
            all.push(entry(key.trim_end_matches(" ()"), &metric.text()));
        }
    }
    all.into()
}

/// What training used, where the card says how many kilowatt hours.
fn energy(model: &Model<'_>) -> Json {
    let Some(emissions) = &model.emissions else {
        return Json::Null;
    };
    let Some(energy) = emissions.energy else {
        return Json::Null;
    };
    let kind = if emissions.is_fine_tuning() {
        "ai_finetuningEnergyConsumption"
    } else {
        "ai_trainingEnergyConsumption"
    };
    let used = json!({
        "type": "ai_EnergyConsumptionDescription",
        "ai_energyQuantity": energy,
        "ai_energyUnit": "kilowattHour",
    });
    json!({"type": "ai_EnergyConsumption", kind: [used]})
}

pub(super) fn file(file: &AssetFile) -> Fields {
    let digest = file.sha256.map(
        |digest| json!({"type": "Hash", "algorithm": "sha256", "hashValue": digest.to_string()}),
    );
    vec![
        ("name", file.path.as_str().into()),
        ("software_fileKind", "file".into()),
        ("contentType", media_type(&file.path).into()),
        ("verifiedUsing", digest.into_iter().collect()),
    ]
}

pub(super) fn dataset(model: &Model<'_>, dataset: &Dataset) -> Fields {
    let page = model.page_of_dataset(dataset);
    vec![
        ("name", dataset.name.as_str().into()),
        ("dataset_datasetType", json!(["noAssertion"])),
        ("software_primaryPurpose", "data".into()),
        ("software_homePage", page.clone().into()),
        ("software_downloadLocation", page.into()),
    ]
}

pub(super) fn base(model: &Model<'_>, base: &RepoId) -> Fields {
    let page = model.page_of(base);
    let package_url = model.package_url(base, None);
    vec![
        ("name", base.as_str().into()),
        ("software_primaryPurpose", "model".into()),
        ("software_packageUrl", package_url.into()),
        ("software_homePage", page.into()),
    ]
}

/// The licences that the card declares; SPDX has a word for a card that says nothing.
pub(super) fn licences(model: &Model<'_>, document: &mut Document) -> Vec<String> {
    if model.licences.is_empty() {
        return vec!["expandedlicensing_NoAssertionLicense".to_owned()];
    }
    let each = model.licences.iter().enumerate();
    each.map(|(at, licence)| expression(document, at, licence))
        .collect()
}

fn expression(document: &mut Document, at: usize, licence: &Licence) -> String {
    let name = format!("licence/{at}");
    if let Some(spdx) = licence.spdx {
        return document.add(
            "simplelicensing_LicenseExpression",
            &name,
            vec![("simplelicensing_licenseExpression", spdx.into())],
        );
    }
    // What a reference may be called: letters, digits, `-` and `.`.
    let called: String = licence
        .id
        .chars()
        .map(|c| {
            if c.is_ascii_alphanumeric() || c == '.' {
                c
            } else {
                '-'
            }
        })
        .collect();
    let reference = format!("LicenseRef-{called}-{at}");
    // The text itself is not at hand: what is known of it stands in its place.
    let text = match &licence.url {
        Some(url) => format!("{}\n{url}", licence.name),
        None => licence.name.clone(),
    };
    let text = document.add(
        "simplelicensing_SimpleLicensingText",
        &format!("licence/{at}/text"),
        vec![
            ("name", licence.name.as_str().into()),
            ("simplelicensing_licenseText", text.into()),
        ],
    );
    document.add(
        "simplelicensing_LicenseExpression",
        &name,
        vec![
            (
                "simplelicensing_licenseExpression",
                reference.as_str().into(),
            ),
            (
                "simplelicensing_customIdToUri",
                json!([entry(&reference, &text)]),
            ),
        ],
    )
}
