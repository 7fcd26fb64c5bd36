//! Cards of models.

use serde_yaml::Mapping;

use super::{
    emissions::Emissions,
    fields::{Fields, Notes},
    gating::Gating,
    python::{self, ToDictError},
    results::ModelIndex,
    widget::{Inference, WidgetExample},
};
use crate::{Card, CardData, Diagnostic, FieldPath, Metadata};

/// The card of a model: what is well-formed of it, and what is to be said of the rest.
///
/// No card is too odd for it. What is not known here is in [`extra`](Self::extra), as is what could not be read, and
/// each such value has a [`Diagnostic`] of a rule `wrong-type`, `missing-field`, `unknown-value` or `not-a-repository`.
#[derive(Clone, PartialEq, Debug, Default)]
#[non_exhaustive]
pub struct ModelCard {
    /// All of the metadata, as it was read.
    pub metadata: Metadata,
    /// The fields that a hub lists and searches by: languages, licences, tags, task, library, base models, …
    pub data: CardData,
    /// What the model is called.
    pub model_name: Option<String>,
    /// Buckets that it was trained on.
    pub buckets: Vec<String>,
    /// The address of a small picture.
    pub thumbnail: Option<String>,
    /// How well it does, by the card itself. There is mostly one entry.
    pub model_index: Vec<ModelIndex>,
    /// What training it cost the climate.
    pub emissions: Option<Emissions>,
    /// What can be tried on its page.
    pub widget: Vec<WidgetExample>,
    /// Whether and how it can be tried.
    pub inference: Option<Inference>,
    /// The word that stands for what is to be filled in.
    pub mask_token: Option<String>,
    /// The words that call up what it was tuned to.
    pub instance_prompt: Option<String>,
    /// What is asked of those who want to get at it.
    pub gating: Gating,
    /// Fields that are not known here, and those that could not be read.
    pub extra: Mapping,
    /// What is to be said of values that could not be given, without places: [`Card::model`] adds these.
    pub diagnostics: Vec<Diagnostic>,
}

impl ModelCard {
    /// Reads the fields, in proportion to their length.
    pub fn of(metadata: &Metadata) -> Self {
        let mut notes = Notes::default();
        let mut fields = Fields::new(metadata.as_mapping(), FieldPath::root(), &mut notes);
        let card = Self {
            metadata: metadata.clone(),
            data: CardData::read(&mut fields),
            model_name: fields.text("model_name"),
            buckets: fields.texts("buckets"),
            thumbnail: fields.text("thumbnail"),
            model_index: fields.objects("model-index", ModelIndex::read),
            emissions: Emissions::read(&mut fields),
            widget: WidgetExample::read_all(&mut fields),
            inference: Inference::read(&mut fields),
            mask_token: fields.text("mask_token"),
            instance_prompt: fields.text("instance_prompt"),
            gating: Gating::read(&mut fields),
            extra: fields.rest(),
            diagnostics: Vec::new(),
        };
        Self {
            diagnostics: notes.into_diagnostics(),
            ..card
        }
    }

    /// The metadata as `ModelCardData.to_dict()` of huggingface_hub 2.4.0 gives it, which is what that writes back:
    /// nothing for null, tags once each, and the results of all entries of `model-index` in one. To agree in every value
    /// the metadata is to be read in [`Dialect::Python`](crate::Dialect::Python).
    ///
    /// # Errors
    ///
    /// Where that client can't load the card, most often for a result without a field that it needs.
    pub fn to_dict(&self) -> Result<Mapping, ToDictError> {
        python::model(self.metadata.as_mapping())
    }
}

impl Card<'_> {
    /// The card as that of a model. Diagnostics have their places in the text.
    pub fn model(&self) -> ModelCard {
        let mut card = ModelCard::of(&self.metadata);
        self.place(&mut card.diagnostics);
        card
    }
}
