//! What goes in and what comes out, as a fact among those of the card.

use super::{Contract, Fact, Worth};
use crate::{Ground, Modality, lists::Medium};

impl Contract {
    /// Adds what goes in and what comes out, and what that was concluded from; nothing where nothing is known. It stands
    /// after the task. Where the card itself names no task, the one that was found is told too.
    pub fn with_modality(mut self, modality: &Modality) -> Self {
        if modality.inputs.is_empty() && modality.outputs.is_empty() {
            return self;
        }
        let Some(reason) = modality.reasons.first() else {
            return self;
        };
        let media = match (named(&modality.inputs), named(&modality.outputs)) {
            (inputs, None) => format!("{} →", inputs.unwrap_or_default()),
            (None, Some(outputs)) => outputs,
            (Some(inputs), Some(outputs)) => format!("{inputs} → {outputs}"),
        };
        let by = match reason.ground {
            // The line above says which one.
            Ground::Task => "by its task".to_owned(),
            ground => {
                let task = modality.task.map(|task| format!("{}, ", task.id));
                let task = task.unwrap_or_default();
                format!("{task}by {}: {}", ground.place(), reason.found)
            }
        };
        let after = ["license", "gated", "pipeline_tag"];
        let at = self
            .facts
            .iter()
            .rposition(|fact| after.contains(&fact.field));
        let fact = Fact {
            field: "modality",
            label: "Modality",
            values: vec![Worth::new(format!("{media} ({by})"), None)],
        };
        self.facts.insert(at.map_or(0, |at| at + 1), fact);
        self
    }
}

/// The names of media, if there are any.
fn named(media: &[Medium]) -> Option<String> {
    let names: Vec<&str> = media.iter().map(|medium| medium.as_str()).collect();
    (!names.is_empty()).then(|| names.join(", "))
}
