//! What a model is described from.

use serde_json::Value as Json;

use crate::{Asset, Card, EvalEntry};

/// What a model is described from.
#[derive(Clone, Copy, Debug)]
pub struct ModelSources<'a> {
    /// The card.
    pub card: &'a Card<'a>,
    /// The repository or folder with its files.
    pub asset: &'a Asset,
    /// What to call the model where no repository names it: the folder's name.
    pub name: &'a str,
    /// What its files say of it.
    pub shape: &'a ModelShape,
    /// Its small files that tell what it is.
    pub documents: ModelDocuments<'a>,
    /// The entries of the files below `.eval_results/`.
    pub eval_results: &'a [EvalEntry],
}

/// The small files at the top of a model that tell what it is, each where it is there and is JSON.
#[derive(Clone, Copy, Debug, Default)]
pub struct ModelDocuments<'a> {
    /// `config.json`.
    pub config: Option<&'a Json>,
    /// `model_index.json`, of a pipeline of diffusers.
    pub model_index: Option<&'a Json>,
    /// `adapter_config.json`, of an adapter.
    pub adapter: Option<&'a Json>,
    /// `preprocessor_config.json` or `processor_config.json`.
    pub processor: Option<&'a Json>,
}

/// What the files of a model say, as far as they were looked at.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
#[non_exhaustive]
pub struct ModelShape {
    /// The family, such as `llama`.
    pub family: Option<String>,
    /// The classes that the model was saved from, such as `LlamaForCausalLM`.
    pub architectures: Vec<String>,
    /// How many parameters it has.
    pub parameters: Option<u64>,
    /// What one of them is, such as `BF16`; most first.
    pub precisions: Vec<String>,
    /// How the weights are packed, such as `gptq`.
    pub quantization: Option<String>,
    /// The number of tokens that the model was made to look at.
    pub context: Option<u64>,
    /// What goes in: `text`, `image`, …, or the names and types of tensors.
    pub inputs: Vec<String>,
    /// What comes out.
    pub outputs: Vec<String>,
}
