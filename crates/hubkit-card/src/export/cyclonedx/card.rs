//! The model card of CycloneDX.

use serde_json::{Map, Value as Json, json};

use super::{component::list, dataset_ref, measures, property};
use crate::{export::model::Model, lists::Medium};

pub(super) fn model_card(model: &Model<'_>) -> Json {
    let mut card = Map::new();
    let mut set = |name: &str, value: Option<Json>| {
        if let Some(value) = value {
            card.insert(name.to_owned(), value);
        }
    };
    set("modelParameters", parameters(model));
    let metrics = list(measures::metrics(model));
    set(
        "quantitativeAnalysis",
        metrics.map(|metrics| json!({"performanceMetrics": metrics})),
    );
    set("considerations", considerations(model));
    set("properties", list(measures::properties(model)));
    Json::Object(card)
}

fn parameters(model: &Model<'_>) -> Option<Json> {
    let mut parameters = Map::new();
    let mut set = |name: &str, value: Option<Json>| {
        if let Some(value) = value {
            parameters.insert(name.to_owned(), value);
        }
    };
    let tags = &model.data.tags;
    let approach = APPROACHES
        .iter()
        .find(|approach| tags.iter().any(|tag| tag == *approach));
    set(
        "approach",
        approach.map(|approach| json!({"type": approach})),
    );
    let task = model.described.pipeline_tag.as_deref();
    set("task", task.map(Json::from));
    let shape = model.shape;
    set(
        "architectureFamily",
        shape.family.as_deref().map(Json::from),
    );
    let classes = shape.architectures.join(", ");
    set(
        "modelArchitecture",
        (!classes.is_empty()).then(|| classes.into()),
    );
    let datasets = model
        .trained_on
        .iter()
        .map(|dataset| json!({"ref": dataset_ref(dataset)}));
    set("datasets", list(datasets));
    // What a graph asks for says more than what kind of thing it is.
    let formats = |told: &[String], kinds: &[Medium]| {
        let kinds = kinds.iter().map(|medium| medium.as_str().to_owned());
        let all: Vec<String> = if told.is_empty() {
            kinds.collect()
        } else {
            told.to_vec()
        };
        list(all.into_iter().map(|format| json!({"format": format})))
    };
    set("inputs", formats(&shape.inputs, &model.modality.inputs));
    set("outputs", formats(&shape.outputs, &model.modality.outputs));
    (!parameters.is_empty()).then_some(Json::Object(parameters))
}

/// How a model can learn, as the specification lists it; authors tag models with the same words.
const APPROACHES: [&str; 5] = [
    "supervised",
    "unsupervised",
    "reinforcement-learning",
    "semi-supervised",
    "self-supervised",
];

fn considerations(model: &Model<'_>) -> Option<Json> {
    let prose = &model.prose;
    let mut considerations = Map::new();
    let texts = |texts: &[&Option<String>]| {
        let said = texts.iter().filter_map(|text| text.as_deref());
        list(said.map(Json::from))
    };
    let risks = [
        ("out of scope", &prose.out_of_scope),
        ("ethics", &prose.ethics),
        ("law", &prose.legal),
    ];
    let risks = risks.into_iter().filter_map(|(kind, text)| {
        let text = text.as_deref()?;
        Some(json!({"name": format!("{kind}: {text}")}))
    });
    for (name, value) in [
        ("useCases", texts(&[&prose.intended_use])),
        ("technicalLimitations", texts(&[&prose.limitations])),
        ("ethicalConsiderations", list(risks)),
        ("environmentalConsiderations", environment(model)),
    ] {
        if let Some(value) = value {
            considerations.insert(name.to_owned(), value);
        }
    }
    (!considerations.is_empty()).then_some(Json::Object(considerations))
}

/// The energy of training, where the card says how much it was: CycloneDX takes emissions beside the energy only. All
/// that the card says stands in the properties. Who gave the energy, and from what, no card says.
fn environment(model: &Model<'_>) -> Option<Json> {
    let emissions = model.emissions.as_ref()?;
    let mut environment = Map::new();
    if let Some(energy) = emissions.energy {
        let activity = if emissions.is_fine_tuning() {
            "fine-tuning"
        } else {
            "training"
        };
        let mut consumed = json!({
            "activity": activity,
            "energyProviders": [],
            "activityEnergyCost": {"value": energy, "unit": "kWh"},
        });
        if let Some(grams) = emissions.grams {
            // Tonnes. Divided, for the nearest number that can be written shortly.
            consumed["co2CostEquivalent"] = json!({"value": grams / 1e6, "unit": "tCO2eq"});
        }
        environment.insert("energyConsumptions".to_owned(), json!([consumed]));
    }
    let said = [
        ("co2_eq_emissions", Some(&emissions.said)),
        ("co2_eq_emissions:source", emissions.source.as_ref()),
        (
            "co2_eq_emissions:training_type",
            emissions.training.as_ref(),
        ),
        (
            "co2_eq_emissions:geographical_location",
            emissions.place.as_ref(),
        ),
        (
            "co2_eq_emissions:hardware_used",
            emissions.hardware.as_ref(),
        ),
    ];
    let said = said
        .into_iter()
        .filter_map(|(name, value)| Some(property(name, value?.as_str())));
    environment.insert("properties".to_owned(), said.collect());
    Some(Json::Object(environment))
}
