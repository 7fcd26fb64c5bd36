//! What goes into a repository's model and what comes out, or what a data set holds.

mod dataset;
mod diffusers;
mod files;
mod gguf;
mod libraries;
mod model;

use hubkit_types::{RepoKind, shown};

use crate::{
    CardData, Evidence, Metadata,
    lists::{Medium, Task},
};

pub(crate) use files::library as packed_by;
pub(crate) use model::{modality as of_model, task_name};

/// What goes in and what comes out, as far as a card and files tell. Empty where they tell nothing.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
#[non_exhaustive]
pub struct Modality {
    /// What goes into a model.
    pub inputs: Vec<Medium>,
    /// What comes out of a model, or what a data set holds.
    pub outputs: Vec<Medium>,
    /// What the model is for, where that is known.
    pub task: Option<&'static Task>,
    /// What all this was concluded from: first what told the task, where one is known. Empty where nothing is known.
    pub reasons: Vec<Reason>,
}

/// What something was concluded from.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Reason {
    /// Where it was found.
    pub ground: Ground,
    /// What was found there: `BertForMaskedLM`. Texts of others are in it, with what can't be seen escaped.
    pub found: String,
}

/// Where something was found that tells of inputs and outputs.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
#[non_exhaustive]
pub enum Ground {
    /// The task that the card names: `pipeline_tag`, or `task_categories` of a data set.
    Task,
    /// A tag of the card.
    Tag,
    /// The pipeline of diffusers in `model_index.json`.
    Pipeline,
    /// The class of the model in `config.json`, or the parts that it names.
    Config,
    /// What an adapter was trained for, in `adapter_config.json`.
    Adapter,
    /// The library, where its models are all for one thing.
    Library,
    /// What prepares images and sounds, in `preprocessor_config.json` or `processor_config.json`.
    Processor,
    /// The columns of a data set, in `dataset_info`.
    Features,
    /// The names of files.
    Files,
    /// The architecture in the header of a GGUF file.
    Header,
}

impl Ground {
    /// Its name in machine-readable output.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Task => "task",
            Self::Tag => "tag",
            Self::Pipeline => "pipeline",
            Self::Config => "config",
            Self::Adapter => "adapter",
            Self::Library => "library",
            Self::Processor => "processor",
            Self::Features => "features",
            Self::Files => "files",
            Self::Header => "header",
        }
    }

    /// Where it was found, in the words of a sentence that begins with "by".
    pub fn place(self) -> &'static str {
        match self {
            Self::Task => "the card's task",
            Self::Tag => "a tag of the card",
            Self::Pipeline => "model_index.json",
            Self::Config => "config.json",
            Self::Adapter => "adapter_config.json",
            Self::Library => "the library",
            Self::Processor => "the preprocessor's configuration",
            Self::Features => "dataset_info",
            Self::Files => "a file",
            Self::Header => "the header of a GGUF file",
        }
    }
}

/// Says what goes into a model and what comes out, or what a data set holds: from its card, and where that is silent from
/// its small files and the names of the others.
///
/// The author's word counts first. Nothing is said of Spaces, which are programs, and nothing where two rules would be
/// needed to guess one answer: a `.gguf` file may be of any kind, until its header names an architecture.
pub fn modality(kind: RepoKind, metadata: &Metadata, evidence: &Evidence<'_>) -> Modality {
    let data = CardData::of(metadata);
    match kind {
        RepoKind::Model => model::modality(&data, evidence),
        RepoKind::Dataset => dataset::modality(metadata, &data, evidence),
        _ => Modality::default(),
    }
}

impl Modality {
    /// What a task says.
    fn of(task: &'static Task, reason: Reason) -> Self {
        Self {
            inputs: task.inputs.to_vec(),
            outputs: task.outputs.to_vec(),
            task: Some(task),
            reasons: vec![reason],
        }
    }

    /// Adds what a rule tells; what was known already needs no further reason.
    fn add(&mut self, inputs: &[Medium], outputs: &[Medium], reason: Reason) {
        let before = self.inputs.len() + self.outputs.len();
        for (known, added) in [(&mut self.inputs, inputs), (&mut self.outputs, outputs)] {
            for medium in added {
                if !known.contains(medium) {
                    known.push(*medium);
                }
            }
        }
        if self.inputs.len() + self.outputs.len() > before {
            self.reasons.push(reason);
        }
    }
}

/// How much of a name is repeated, in characters.
const LONGEST: usize = 100;

impl Reason {
    fn new(ground: Ground, found: &str) -> Self {
        Self {
            ground,
            found: shown(found, LONGEST),
        }
    }
}

#[cfg(test)]
mod tests;
