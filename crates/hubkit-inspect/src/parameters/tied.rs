//! Outputs that are the embedding of the input too.

use crate::{Config, Tensor};

/// The output of a model that is the embedding of its input too: one weight in two places.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct TiedWeights {
    /// The tensor that is the embedding. A stranger's text.
    pub embedding: String,
    /// The tensor that holds it again, where it is stored twice: it is counted once. A stranger's text.
    pub copy: Option<String>,
}

/// The last parts of the names of embeddings.
const EMBEDDINGS: [&str; 9] = [
    "embed_tokens.weight",
    "wte.weight",
    "word_embeddings.weight",
    "tok_embeddings.weight",
    "embed_in.weight",
    "embeddings.weight",
    "shared.weight",
    "embedding.weight",
    "token_embd.weight",
];

/// The names of outputs.
const OUTPUTS: [&str; 5] = [
    "lm_head.weight",
    "output.weight",
    "embed_out.weight",
    "lm_head.decoder.weight",
    "cls.predictions.decoder.weight",
];

impl TiedWeights {
    /// Finds the embedding that is the output too: where the configuration says so, or where the model writes text and
    /// there is no other output.
    pub(super) fn of<'t>(
        config: Option<&Config>,
        tensors: &(impl Iterator<Item = &'t Tensor> + Clone),
    ) -> Option<Self> {
        let said = config.and_then(Config::ties_embeddings);
        if said == Some(false) {
            return None;
        }
        let embedding = tensors.clone().find(|tensor| {
            tensor.shape.len() == 2
                && EMBEDDINGS.iter().any(|name| is_part(&tensor.name, name))
                && !["vision", "visual", "audio", "position"]
                    .iter()
                    .any(|other| tensor.name.contains(other))
        })?;
        let output = tensors
            .clone()
            .find(|tensor| OUTPUTS.iter().any(|name| is_output(&tensor.name, name)));
        match output {
            Some(output) if said == Some(true) && output.shape == embedding.shape => Some(Self {
                embedding: embedding.name.clone(),
                copy: Some(output.name.clone()),
            }),
            Some(_) => None,
            // Where nothing is said, only who writes text must have an output.
            None => {
                let writes = embedding.name == "token_embd.weight"
                    && tensors
                        .clone()
                        .any(|tensor| tensor.name == "output_norm.weight")
                    || config.is_some_and(|config| {
                        config.architectures().iter().any(|name| {
                            name.ends_with("ForCausalLM") || name.ends_with("LMHeadModel")
                        })
                    });
                let has_packed_output = tensors.clone().any(|tensor| {
                    tensor.name.starts_with("lm_head.") || tensor.name.contains(".lm_head.")
                });
                ((said == Some(true) || writes) && !has_packed_output).then(|| Self {
                    embedding: embedding.name.clone(),
                    copy: None,
                })
            }
        }
    }

    pub(super) fn note(&self) -> String {
        match &self.copy {
            None => {
                "the output is the embedding of the input: it is stored and counted once".to_owned()
            }
            Some(_) => {
                "the output is the embedding of the input: it is stored twice and counted once"
                    .to_owned()
            }
        }
    }
}

fn is_part(name: &str, end: &str) -> bool {
    name.strip_suffix(end)
        .is_some_and(|start| start.is_empty() || start.ends_with('.'))
}

/// `output.weight` is the name of many things but in GGUF files and the first LLaMA, where nothing stands before it.
fn is_output(name: &str, output: &str) -> bool {
    match output {
        "output.weight" => name == output,
        _ => is_part(name, output),
    }
}
