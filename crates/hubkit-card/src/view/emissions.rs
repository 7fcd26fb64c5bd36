//! What training a model cost the climate.

use serde_yaml::{Mapping, Value};

use super::fields::{Fields, scalar};

/// `co2_eq_emissions`: what training a model cost the climate.
#[derive(Clone, PartialEq, Debug, Default)]
#[non_exhaustive]
pub struct Emissions {
    /// Grams of carbon dioxide or what is worth as much.
    pub grams: Option<f64>,
    /// The same in the author's words, where it is no number: `11 kg`.
    pub text: Option<String>,
    /// How it was found out.
    pub source: Option<String>,
    /// `pre-training` or `fine-tuning`.
    pub training_type: Option<String>,
    /// Where the model was trained.
    pub geographical_location: Option<String>,
    /// On what it was trained.
    pub hardware_used: Option<String>,
    /// Fields that are not known here, and those that could not be read.
    pub extra: Mapping,
}

impl Emissions {
    /// Reads the field: a number, a text or a mapping.
    pub(super) fn read(fields: &mut Fields<'_, '_>) -> Option<Self> {
        const KEY: &str = "co2_eq_emissions";
        match fields.any(KEY)? {
            Value::Mapping(_) => fields.object(KEY, |fields| {
                let (grams, text) = match fields.any("emissions") {
                    Some(value) => amount(value),
                    None => (None, None),
                };
                Self {
                    grams,
                    text,
                    source: fields.text("source"),
                    training_type: fields.text("training_type"),
                    geographical_location: fields.text("geographical_location"),
                    hardware_used: fields.text("hardware_used"),
                    extra: fields.rest(),
                }
            }),
            value => {
                let (grams, text) = amount(value);
                if grams.is_none() && text.is_none() {
                    fields.refuse(KEY, "a number of grams or a mapping", value);
                    return None;
                }
                Some(Self {
                    grams,
                    text,
                    ..Self::default()
                })
            }
        }
    }
}

/// A number, or the words for it.
fn amount(value: &Value) -> (Option<f64>, Option<String>) {
    let text = scalar(value);
    let written = text.as_deref().and_then(|text| text.parse().ok());
    let grams = value
        .as_f64()
        .or(written)
        .filter(|grams: &f64| grams.is_finite());
    (grams, text.filter(|_| grams.is_none()))
}
