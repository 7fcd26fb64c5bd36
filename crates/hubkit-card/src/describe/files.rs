//! What the names of files, and a model's configuration, leave no doubt about.

use hubkit_types::{ModelClass, Senses};
use serde_json::Value;

use super::{Evidence, text};

/// How the name of a file tells its format.
enum Sign {
    /// It ends so.
    End(&'static str),
    /// Its last part begins and ends so.
    Name(&'static str, &'static str),
    /// A folder above it ends so.
    Folder(&'static str),
}

/// The tags of formats, in the order the Hub lists them.
const FORMATS: &[(&str, Sign)] = &[
    ("pytorch", Sign::Name("pytorch_model", ".bin")),
    ("pytorch", Sign::Name("diffusion_pytorch_model", ".bin")),
    ("tf", Sign::Name("tf_model", ".h5")),
    ("jax", Sign::Name("flax_model", ".msgpack")),
    ("rust", Sign::Name("rust_model", ".ot")),
    ("coreml", Sign::End(".mlmodel")),
    ("coreml", Sign::Folder(".mlpackage")),
    ("onnx", Sign::End(".onnx")),
    ("openvino", Sign::Name("openvino_model", ".xml")),
    ("tflite", Sign::End(".tflite")),
    ("keras", Sign::End(".keras")),
    ("safetensors", Sign::End(".safetensors")),
    ("gguf", Sign::End(".gguf")),
    ("joblib", Sign::End(".joblib")),
    ("tensorboard", Sign::Name("events.out.tfevents", "")),
];

/// The formats of a model's files.
pub(crate) fn formats<'a>(files: &[&str]) -> Vec<&'a str> {
    let mut found = Vec::new();
    for (format, sign) in FORMATS {
        if !found.contains(format) && files.iter().any(|file| is(file, sign)) {
            found.push(*format);
        }
    }
    found
}

fn is(file: &str, sign: &Sign) -> bool {
    let (folders, name) = file.rsplit_once('/').unwrap_or(("", file));
    match sign {
        Sign::End(end) => name.ends_with(end),
        Sign::Name(start, end) => name.starts_with(start) && name.ends_with(end),
        Sign::Folder(end) => folders.split('/').any(|folder| folder.ends_with(end)),
    }
}

/// The format of a data set whose files have one.
pub(super) fn data_format(files: &[&str]) -> Option<&'static str> {
    let mut formats = files.iter().filter_map(|file| {
        let (_, end) = file.rsplit_once('.')?;
        let is_about_itself = ["dataset_info.json", "dataset_infos.json", "state.json"]
            .iter()
            .any(|name| file.ends_with(name));
        match end {
            _ if is_about_itself => None,
            "parquet" => Some("parquet"),
            "csv" => Some("csv"),
            "json" | "jsonl" => Some("json"),
            "arrow" => Some("arrow"),
            _ => None,
        }
    });
    let first = formats.next()?;
    formats.all(|format| format == first).then_some(first)
}

/// The library that a file at the top of a model is made by.
pub(crate) fn library(evidence: &Evidence<'_>) -> Option<&'static str> {
    let has = |name: &str| evidence.files.contains(&name);
    let is_transformers =
        || text(evidence.config, "model_type").is_some() && architecture(evidence.config).is_some();
    if has("modules.json") && has("config_sentence_transformers.json") {
        Some("sentence-transformers")
    } else if has("adapter_config.json") {
        Some("peft")
    } else if has("model_index.json") {
        Some("diffusers")
    } else if is_transformers() {
        Some("transformers")
    } else if evidence.files.iter().any(|file| file.ends_with(".gguf")) {
        Some("gguf")
    } else {
        None
    }
}

/// The first architecture that a configuration names.
pub(crate) fn architecture(config: Option<&Value>) -> Option<&str> {
    config?.get("architectures")?.get(0)?.as_str()
}

/// What an architecture tells, with the parts that the configuration names.
pub(crate) fn class(config: Option<&Value>) -> Option<ModelClass> {
    ModelClass::named(architecture(config)?, senses(config))
}

/// What a model perceives beside texts.
pub(crate) fn senses(config: Option<&Value>) -> Senses {
    let has = |keys: &[&str]| {
        let sections = [
            config,
            config.and_then(|config| config.get("thinker_config")),
        ];
        let mut sections = sections.into_iter().flatten();
        sections.any(|section| {
            keys.iter()
                .any(|key| section.get(key).is_some_and(|part| !part.is_null()))
        })
    };
    Senses {
        images: has(&Senses::IMAGE_PARTS),
        sounds: has(&Senses::SOUND_PARTS),
    }
}
