//! What names say about files.

use std::fmt;

use hubkit_types::RepoPath;

use crate::Role;

/// How weights are stored, by the name of their file.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
#[non_exhaustive]
pub enum WeightsFormat {
    /// Safetensors.
    Safetensors,
    /// A pickle, as PyTorch writes: loading it can run code.
    Pickle,
    /// GGUF, for llama.cpp and its like.
    Gguf,
    /// ONNX.
    Onnx,
    /// TensorFlow or Keras.
    TensorFlow,
    /// Flax.
    Flax,
    /// OpenVINO.
    OpenVino,
    /// Core ML.
    CoreMl,
    /// LiteRT, formerly TensorFlow Lite.
    LiteRt,
}

impl WeightsFormat {
    /// The format of a file of weights; `None` for other files.
    pub fn of(path: &RepoPath) -> Option<Self> {
        let name = path.file_name();
        let ends = |endings: &[&str]| endings.iter().any(|ending| path.has_extension(ending));
        let in_part = |ending: &str| path.parts().any(|part| part.ends_with(ending));
        Some(
            if in_part(".mlpackage") || in_part(".mlmodelc") || ends(&["mlmodel"]) {
                Self::CoreMl
            } else if ends(&["safetensors"]) {
                Self::Safetensors
            } else if name.starts_with("openvino_") && ends(&["xml", "bin"]) {
                Self::OpenVino
            } else if ends(&["gguf"]) {
                Self::Gguf
            } else if ends(&["onnx", "onnx_data"]) || name.contains(".onnx_data") {
                Self::Onnx
            } else if ends(&["h5", "keras", "pb"]) || name.starts_with("tf_model") {
                Self::TensorFlow
            } else if ends(&["msgpack"]) {
                Self::Flax
            } else if ends(&["tflite", "litertlm"]) {
                Self::LiteRt
            } else if ends(&["bin", "pt", "pth", "ckpt", "pkl", "pickle", "joblib"]) {
                Self::Pickle
            } else {
                return None;
            },
        )
    }
}

impl fmt::Display for WeightsFormat {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Safetensors => "safetensors",
            Self::Pickle => "a pickle, which can run code",
            Self::Gguf => "GGUF",
            Self::Onnx => "ONNX",
            Self::TensorFlow => "TensorFlow",
            Self::Flax => "Flax",
            Self::OpenVino => "OpenVINO",
            Self::CoreMl => "Core ML",
            Self::LiteRt => "LiteRT",
        })
    }
}

/// What a runtime of transformers' layout uses a file for, and why; weights aside.
pub(crate) fn role(path: &RepoPath) -> Option<(Role, &'static str)> {
    let name = path.file_name();
    match path.parent() {
        None => {}
        Some("additional_chat_templates") if path.has_extension("jinja") => {
            return Some((Role::ChatTemplate, "one of the templates for conversations"));
        }
        Some(_) => return None,
    }
    Some(match name {
        "config.json" => (Role::Config, "says what the model is"),
        "generation_config.json" => (Role::GenerationConfig, "defaults for generating text"),
        "chat_template.jinja" | "chat_template.json" => {
            (Role::ChatTemplate, "the template for conversations")
        }
        "processor_config.json" | "preprocessor_config.json" | "video_preprocessor_config.json" => {
            (
                Role::Processor,
                "says how input other than text is prepared",
            )
        }
        "README.md" => (Role::Card, "the model's card"),
        _ if is_tokenizer(name) => (Role::Tokenizer, "part of the tokenizer"),
        _ if is_licence(name) => (Role::Licence, "the terms of use"),
        _ => return None,
    })
}

fn is_tokenizer(name: &str) -> bool {
    const NAMES: [&str; 24] = [
        "added_tokens.json",
        "bpe.codes",
        "dict.txt",
        "entity_vocab.json",
        "merges.txt",
        "normalizer.json",
        "prophetnet.tokenizer",
        "sentencepiece.bpe.model",
        "sentencepiece.model",
        "source.spm",
        "special_tokens_map.json",
        "spiece.model",
        "spm.model",
        "spm_char.model",
        "target.spm",
        "tekken.json",
        "tiktoken.model",
        "tokenizer.json",
        "tokenizer.model",
        "tokenizer_config.json",
        "vocab-src.json",
        "vocab-tgt.json",
        "vocab.json",
        "vocab.txt",
    ];
    let versioned = name
        .strip_prefix("tokenizer.")
        .and_then(|rest| rest.strip_suffix(".json"))
        .is_some_and(|version| {
            version
                .bytes()
                .all(|byte| matches!(byte, b'0'..=b'9' | b'.'))
        });
    versioned || NAMES.contains(&name) || name.ends_with(".tiktoken")
}

fn is_licence(name: &str) -> bool {
    const STARTS: [&str; 6] = [
        "license",
        "licence",
        "copying",
        "notice",
        "use_policy",
        "copyright",
    ];
    let name = name.to_ascii_lowercase();
    let (stem, extension) = name.split_once('.').unwrap_or((&name, ""));
    STARTS.iter().any(|start| stem.starts_with(start))
        && matches!(extension, "" | "md" | "txt" | "rst" | "pdf")
}

/// Why a file is not chosen that no rule asks for.
pub(crate) fn reason_to_leave(path: &RepoPath) -> String {
    let name = path.file_name();
    if is_training_state(name) {
        return "state of the training, not of the model".to_owned();
    }
    if name.starts_with("adapter_model.") || name == "adapter_config.json" {
        return "an adapter, which is asked for apart".to_owned();
    }
    match WeightsFormat::of(path) {
        Some(WeightsFormat::Safetensors) => {
            "safetensors that are not the model's chosen weights".to_owned()
        }
        Some(format) => format!("weights of another format: {format}"),
        None if name.ends_with(".index.json") || name.contains(".index.") => {
            "the index of weights that are not chosen".to_owned()
        }
        None if path.has_extension("py") => {
            "code of the repository, which is never run unasked".to_owned()
        }
        None if matches!(name, ".gitattributes" | ".gitignore" | ".gitmodules") => {
            "for git alone".to_owned()
        }
        None if path.parent().is_some() => "in a folder that the runtime does not read".to_owned(),
        None => "nothing that the runtime reads".to_owned(),
    }
}

pub(crate) fn is_training_state(name: &str) -> bool {
    let exact = matches!(
        name,
        "training_args.bin"
            | "optimizer.pt"
            | "optimizer.bin"
            | "scheduler.pt"
            | "scheduler.bin"
            | "scaler.pt"
            | "trainer_state.json"
            | "train_results.json"
            | "all_results.json"
            | "eval_results.json"
    );
    exact || name.starts_with("rng_state") || name.contains("tfevents")
}
