//! Cards of data sets.

use serde_yaml::Mapping;

use super::{
    configs::{DataConfig, EvalMapping},
    fields::{Fields, Notes},
    gating::Gating,
    info::DatasetInfo,
    python::{self, ToDictError},
};
use crate::{Card, CardData, Diagnostic, FieldPath, Metadata};

/// The card of a data set: what is well-formed of it, and what is to be said of the rest.
///
/// No card is too odd for it. What is not known here is in [`extra`](Self::extra), as is what could not be read, and
/// each such value has a [`Diagnostic`] of a rule `wrong-type`, `missing-field`, `unknown-value` or `not-a-repository`.
#[derive(Clone, PartialEq, Debug, Default)]
#[non_exhaustive]
pub struct DatasetCard {
    /// All of the metadata, as it was read.
    pub metadata: Metadata,
    /// The fields that a hub lists and searches by: languages, licences, tags, tasks, sizes, …
    pub data: CardData,
    /// What is to be known of the licence.
    pub license_details: Option<String>,
    /// Languages in more detail, as `en-US`.
    pub language_details: Vec<String>,
    /// The same under the name `language_bcp47`.
    pub language_bcp47: Vec<String>,
    /// The name it had on Papers with Code.
    pub paperswithcode_id: Option<String>,
    /// The address of a small picture.
    pub thumbnail: Option<String>,
    /// Whether its rows are shown.
    pub viewer: Option<bool>,
    /// The names of its configurations, in older cards.
    pub config_names: Vec<String>,
    /// Which files make up which configuration.
    pub configs: Vec<DataConfig>,
    /// What the configurations hold: columns, splits and sizes.
    pub infos: Vec<DatasetInfo>,
    /// How models are tried on it.
    pub train_eval_index: Vec<EvalMapping>,
    /// What is asked of those who want to get at it.
    pub gating: Gating,
    /// Fields that are not known here, and those that could not be read.
    pub extra: Mapping,
    /// What is to be said of values that could not be given, without places: [`Card::dataset`] adds these.
    pub diagnostics: Vec<Diagnostic>,
}

impl DatasetCard {
    /// Reads the fields, in proportion to their length.
    pub fn of(metadata: &Metadata) -> Self {
        let mut notes = Notes::default();
        let mut fields = Fields::new(metadata.as_mapping(), FieldPath::root(), &mut notes);
        let data = CardData::read(&mut fields);
        let (configs, older_names) = DataConfig::read_all(&mut fields);
        let mut config_names = fields.texts("config_names");
        config_names.extend(older_names);
        let card = Self {
            metadata: metadata.clone(),
            data,
            license_details: fields.text("license_details"),
            language_details: fields.texts("language_details"),
            language_bcp47: fields.texts("language_bcp47"),
            paperswithcode_id: fields.text("paperswithcode_id"),
            thumbnail: fields.text("thumbnail"),
            viewer: fields.flag("viewer"),
            config_names,
            configs,
            infos: DatasetInfo::read_all(&mut fields),
            train_eval_index: EvalMapping::read_all(&mut fields),
            gating: Gating::read(&mut fields),
            extra: fields.rest(),
            diagnostics: Vec::new(),
        };
        Self {
            diagnostics: notes.into_diagnostics(),
            ..card
        }
    }

    /// The metadata as `DatasetCardData.to_dict()` of huggingface_hub 2.4.0 gives it, which is what that writes back. To
    /// agree in every value the metadata is to be read in [`Dialect::Python`](crate::Dialect::Python).
    ///
    /// # Errors
    ///
    /// Where that client can't load the card.
    pub fn to_dict(&self) -> Result<Mapping, ToDictError> {
        python::dataset(self.metadata.as_mapping())
    }
}

impl Card<'_> {
    /// The card as that of a data set. Diagnostics have their places in the text.
    pub fn dataset(&self) -> DatasetCard {
        let mut card = DatasetCard::of(&self.metadata);
        self.place(&mut card.diagnostics);
        card
    }
}
