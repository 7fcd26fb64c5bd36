//! Blocks of code, and what they load.

use crate::Location;

/// A block of code.
#[derive(Clone, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub struct CodeBlock {
    /// The language that its author names, in lower case.
    pub language: Option<String>,
    /// The code, with line ends as they are.
    pub text: String,
    /// Where the block begins.
    pub location: Location,
    /// Where its first line of code begins.
    pub first_line: Location,
    /// The section it stands in, as a number in [`Outline::sections`](crate::Outline::sections).
    pub section: Option<usize>,
    /// Whether it stands in a section on how to use the repository, and is not a quotation or data.
    pub is_in_usage: bool,
    /// What in it loads a model, a data set or a Space.
    pub calls: Vec<Call>,
}

/// A call that loads a model, a data set or a Space.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub struct Call {
    /// What is called: `from_pretrained`.
    pub name: &'static str,
    /// Where.
    pub location: Location,
}

/// What loads something from a hub, as it stands in code.
const CALLS: &[&str] = &[
    "from_pretrained",
    "pipeline",
    "load_dataset",
    "load_dataset_builder",
    "SentenceTransformer",
    "CrossEncoder",
    "SparseEncoder",
    "InferenceClient",
    "AsyncInferenceClient",
    "HfInference",
    "snapshot_download",
    "hf_hub_download",
    "hf_hub_url",
    "load_model",
    "from_hub",
    "from_pretrained_keras",
    "create_model_and_transforms",
    "push_to_hub_keras",
    "load_learner",
    "load_from_hub",
    "hubkit download",
    "hf download",
    "huggingface-cli download",
    "vllm serve",
    "ollama run",
    "llama-server",
    "llama-cli",
    "git clone",
    "gr.load",
    "LLM",
    "Llama",
    "evaluate.load",
    "load_metric",
    "read_parquet",
    "api-inference.huggingface.co",
    "router.huggingface.co",
];

/// Languages of what is no instruction.
const NO_INSTRUCTIONS: [&str; 6] = ["bibtex", "bib", "json", "text", "txt", "csv"];

/// Words in the heading of a section on how to use something.
const USAGE: [&str; 12] = [
    "usage",
    "how to use",
    "how to run",
    "how to load",
    "quickstart",
    "quick start",
    "getting started",
    "get started",
    "inference",
    "loading the",
    "run the model",
    "example",
];

impl CodeBlock {
    /// Whether it shows how to use the repository.
    pub fn is_snippet(&self) -> bool {
        !self.calls.is_empty() || self.is_in_usage
    }
}

/// Whether a heading is that of a section on how to use something.
pub(super) fn is_usage(heading: &str) -> bool {
    let heading = heading.to_lowercase();
    let heading = heading.trim_start_matches(|c: char| !c.is_alphanumeric());
    // "Intended uses", "Use cases" and "Out-of-scope use" tell what for, and not how.
    heading == "use" || heading == "using" || USAGE.iter().any(|word| heading.contains(word))
}

/// Whether a language is one of instructions, or none is named.
pub(super) fn instructs(language: Option<&str>) -> bool {
    language.is_none_or(|language| !NO_INSTRUCTIONS.contains(&language))
}

/// The calls in a code, each with where it begins.
pub(super) fn calls(code: &str) -> Vec<(usize, &'static str)> {
    let mut found = Vec::new();
    let bytes = code.as_bytes();
    let is_word = |at: usize| {
        bytes
            .get(at)
            .is_some_and(|byte| byte.is_ascii_alphanumeric() || *byte == b'_')
    };
    let mut at = 0;
    while at < bytes.len() {
        if !is_word(at) || at > 0 && is_word(at - 1) {
            at += 1;
            continue;
        }
        let rest = &code[at..];
        let call = CALLS.iter().find(|name| {
            rest.starts_with(**name) && is_called(name, rest[name.len()..].bytes().next())
        });
        if let Some(name) = call {
            found.push((at, *name));
            at += name.len();
        } else {
            at += 1;
        }
    }
    found
}

/// Whether a name is used, and not only mentioned: a function is called, and a command goes on.
fn is_called(name: &str, next: Option<u8>) -> bool {
    if name.contains([' ', '-']) {
        return !next.is_some_and(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
    }
    // `Llama.from_pretrained(` is found at its second name.
    next == Some(b'(')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn calls_are_found_where_they_are_made() {
        let code = "from transformers import pipeline\nx = AutoModel.from_pretrained(\n  'a/b')\npipeline('t')\n";
        assert_eq!(calls(code), [(48, "from_pretrained"), (74, "pipeline")]);
        assert_eq!(
            calls("curl https://api-inference.huggingface.co/models/a/b").len(),
            1
        );
        assert_eq!(
            calls("git clone https://huggingface.co/a/b"),
            [(0, "git clone")]
        );
        assert!(calls("my_pipeline(é) pipeline_tag LLMs(").is_empty());
    }

    #[test]
    fn headings_on_how_to_use_something() {
        for heading in [
            "Usage",
            "🚀 Quickstart",
            "How to use it?",
            "Use",
            "Inference with vLLM",
        ] {
            assert!(is_usage(heading), "{heading}");
        }
        for heading in [
            "Intended uses & limitations",
            "Out-of-Scope Use",
            "Training",
        ] {
            assert!(!is_usage(heading), "{heading}");
        }
    }
}
