//! What training a model cost the climate, as its card says.

use serde_yaml::Value;

use crate::view::fields::scalar;

/// `co2_eq_emissions` of a card. The Hub's documentation gives emissions in grams of CO2 equivalent.
#[derive(Clone, PartialEq, Debug)]
pub(in super::super) struct Emissions {
    /// In grams, where the card gives a number.
    pub(in super::super) grams: Option<f64>,
    /// What the card says, with the unit.
    pub(in super::super) said: String,
    /// The energy that was used, in kWh; CodeCarbon measures it.
    pub(in super::super) energy: Option<f64>,
    /// `pre-training` or `fine-tuning`.
    pub(in super::super) training: Option<String>,
    /// How this is known.
    pub(in super::super) source: Option<String>,
    /// Where it was trained.
    pub(in super::super) place: Option<String>,
    /// What it was trained on.
    pub(in super::super) hardware: Option<String>,
}

impl Emissions {
    pub(super) fn read(value: &Value) -> Option<Self> {
        let get = |key: &str| value.get(key);
        let amount = if value.is_mapping() {
            get("emissions")?
        } else {
            value
        };
        let grams = number(amount);
        let said = match grams {
            Some(grams) => format!("{grams} g"),
            None => scalar(amount)?,
        };
        Some(Self {
            grams,
            said,
            energy: get("energy_consumed").and_then(number),
            training: get("training_type").and_then(scalar),
            source: get("source").and_then(scalar),
            place: get("geographical_location").and_then(scalar),
            hardware: get("hardware_used").and_then(scalar),
        })
    }

    pub(in super::super) fn is_fine_tuning(&self) -> bool {
        let training = self.training.as_deref().unwrap_or_default();
        training.to_ascii_lowercase().replace(['-', ' ', '_'], "") == "finetuning"
    }
}

fn number(value: &Value) -> Option<f64> {
    let number = value.as_f64()?;
    (number.is_finite() && number >= 0.0).then_some(number)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_grams_and_texts_say_their_unit() {
        for (yaml, grams, said) in [
            ("5.5", Some(5.5), "5.5 g"),
            ("0.319355 Kg", None, "0.319355 Kg"),
            (
                "{emissions: 1710, training_type: fine-tuning}",
                Some(1710.0),
                "1710 g",
            ),
            (
                "{emissions: 0.21 in grams of CO2}",
                None,
                "0.21 in grams of CO2",
            ),
        ] {
            let value = serde_yaml::from_str(yaml).expect("YAML");
            let read = Emissions::read(&value).expect("emissions");
            assert_eq!((read.grams, read.said.as_str()), (grams, said), "{yaml}");
        }
        for yaml in ["~", "{}", "[1]", ".nan", "-3", "{emissions: {a: 1}}"] {
            let value = serde_yaml::from_str(yaml).expect("YAML");
            let read = Emissions::read(&value);
            assert!(read.is_none_or(|read| read.grams.is_none()), "{yaml}");
        }
    }
}
