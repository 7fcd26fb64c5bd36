//! What goes into the model of a card and what comes out: by the card, or by the files around it.

mod header;

use hubkit::RepoKind;
use hubkit_card::{Card, Evidence, Ground, Modality, lists::Medium, modality};
use serde_json::{Value, json};

use super::{
    asset,
    beside::folder,
    model::Documents,
    source::{Place, Source},
};
use crate::ui::trouble;

/// Concludes it. Files are read only where the card and the names of files leave it open; what can't be read tells nothing.
pub(super) async fn of(source: &Source, card: &Card<'_>) -> Modality {
    let likely = || card.metadata.likely_kind();
    let kind = source.kind.or_else(likely).unwrap_or(RepoKind::Model);
    let paths = paths(&source.place);
    let files: Vec<&str> = paths.iter().map(String::as_str).collect();
    let mut evidence = Evidence {
        body: card.body,
        files: &files,
        ..Evidence::default()
    };
    let by_card = modality(kind, &card.metadata, &evidence);
    let is_said =
        |reason: &hubkit_card::Reason| matches!(reason.ground, Ground::Task | Ground::Tag);
    // What a vector stands for is for the configuration to say.
    let is_open = by_card
        .task
        .is_none_or(|task| task.id == "feature-extraction");
    if kind != RepoKind::Model || !is_open && by_card.reasons.first().is_some_and(is_said) {
        return by_card;
    }
    // A card called README.md is that of its folder.
    let near = folder(&source.place).map(|folder| Place::Folder(folder.to_owned()));
    let read = Documents::read(near.as_ref().unwrap_or(&source.place)).await;
    let documents = read.unwrap_or_else(|_| {
        trouble("the configuration of the model can't be read: what goes in and comes out is told without it");
        Documents::default()
    });
    let told = documents.told();
    evidence.config = told.config;
    evidence.model_index = told.model_index;
    evidence.adapter = told.adapter;
    evidence.processor = told.processor;
    let by_documents = modality(kind, &card.metadata, &evidence);
    if by_documents.task.is_some() || !by_documents.outputs.is_empty() {
        return by_documents;
    }
    let architecture = header::architecture(near.as_ref().unwrap_or(&source.place), &paths).await;
    evidence.gguf = architecture.as_deref();
    modality(kind, &card.metadata, &evidence)
}

/// What goes in and what comes out; null where nothing is known.
pub(in crate::command) fn value(modality: &Modality) -> Option<Value> {
    let names =
        |media: &[Medium]| -> Vec<&str> { media.iter().map(|medium| medium.as_str()).collect() };
    let reasons = modality.reasons.iter();
    let reasons: Vec<_> = reasons
        .map(|reason| json!({ "ground": reason.ground.as_str(), "found": reason.found }))
        .collect();
    (!reasons.is_empty()).then(|| {
        json!({
            "task": modality.task.map(|task| task.id),
            "inputs": names(&modality.inputs),
            "outputs": names(&modality.outputs),
            "reasons": reasons,
        })
    })
}

/// The paths of the files around a card.
fn paths(place: &Place) -> Vec<String> {
    if let Place::Hub(found) = place {
        let files = found.files.iter();
        return files.map(|file| file.path.to_string()).collect();
    }
    // A folder that can't be looked through tells nothing.
    let names = folder(place).and_then(|folder| asset::names(folder).ok());
    let names = names.unwrap_or_default().into_iter();
    names.map(|path| path.to_string()).collect()
}
