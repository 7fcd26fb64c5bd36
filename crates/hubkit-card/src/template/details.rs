//! The facts of a model, in a table, and its files.

use std::fmt::Write as _;

use serde_json::Value as Json;

use super::{
    TemplateSources,
    draft::Draft,
    model::{Model, source as source_of},
    text::{self, code, grouped, words},
    training::shown,
};
use crate::describe;

/// So many of a list are shown.
const MOST: usize = 20;

/// A table while its rows are being found.
struct Rows<'d, 'a> {
    draft: &'d mut Draft<'a>,
    rows: Vec<(String, String)>,
}

impl Rows<'_, '_> {
    fn add(&mut self, name: &str, value: Option<String>, source: &str) {
        if let Some(value) = value.filter(|value| !value.is_empty()) {
            self.draft
                .tell(&name.to_lowercase(), false, source.to_owned());
            self.rows.push((name.to_owned(), value));
        }
    }

    /// A value of a document as it stands there.
    fn add_value(&mut self, name: &str, path: &str, names: &[&str]) {
        let value = self.draft.documents.value(path, names).and_then(shown);
        self.add(name, value, &format!("{path}: {}", names.join(".")));
    }
}

/// Writes the section with what the files say.
pub(super) fn write(draft: &mut Draft<'_>, model: &Model<'_>) {
    draft.section("Model details");
    let mut rows = Rows {
        draft,
        rows: Vec::new(),
    };
    built(&mut rows, model);
    weights(&mut rows, model);
    origin(&mut rows, model);
    let table = text::table("Fact", "Value", &rows.rows);
    let is_empty = rows.rows.is_empty();
    if is_empty {
        draft.ask("how it is built: the architecture, how many parameters it has, what goes in and what comes out");
    } else {
        draft.write(&table);
    }
}

fn built(rows: &mut Rows<'_, '_>, model: &Model<'_>) {
    let shape = model.sources.shape;
    let config = rows.draft.documents.json("config.json");
    let is_told = |name: &str| config.is_some_and(|config| config.get(name).is_some());
    let weights = model
        .sources
        .weights
        .first()
        .copied()
        .unwrap_or("config.json");
    let of_context = if config.is_some() {
        "config.json"
    } else {
        weights
    };
    let (of_classes, of_family) = (is_told("architectures"), is_told("model_type"));
    let source = |is_told: bool, name: &str| {
        if is_told {
            format!("config.json: {name}")
        } else {
            weights.to_owned()
        }
    };
    let classes: Vec<_> = shape
        .architectures
        .iter()
        .take(MOST)
        .map(|name| code(name))
        .collect();
    rows.add(
        "Architecture",
        Some(classes.join(", ")),
        &source(of_classes, "architectures"),
    );
    let family = shape.family.as_deref().map(code);
    rows.add("Family", family, &source(of_family, "model_type"));
    rows.add_value("Pipeline", "model_index.json", &["_class_name"]);
    let parts = rows.draft.documents.json("model_index.json").map(parts);
    rows.add("Parts", parts, "model_index.json");
    if model.library.as_deref() == Some("timm") {
        rows.add_value("Network", "config.json", &["architecture"]);
    }
    rows.add_value(
        "Vision",
        "open_clip_config.json",
        &["model_cfg", "vision_cfg", "timm_model_name"],
    );
    rows.add_value("Pipeline", "meta.json", &["pipeline"]);
    let media = |media: &[crate::lists::Medium]| {
        let names: Vec<_> = media.iter().map(|medium| medium.as_str()).collect();
        names.join(", ")
    };
    let reason = model.modality.reasons.first().map(source_of);
    let reason = reason.unwrap_or_default();
    rows.add("Input", Some(media(&model.modality.inputs)), &reason);
    rows.add("Output", Some(media(&model.modality.outputs)), &reason);
    let labels = rows
        .draft
        .documents
        .value("config.json", &["id2label"])
        .and_then(labels);
    rows.add("Labels", labels, "config.json: id2label");
    let languages = match model.languages.len() {
        0 => None,
        count if count > MOST => Some(format!("{count}, listed in the metadata")),
        _ => Some(model.languages.join(", ")),
    };
    rows.add("Languages", languages, "the metadata");
    let context = shape
        .context
        .map(|tokens| format!("{} tokens", grouped(tokens)));
    rows.add("Context length", context, of_context);
    rows.add_value(
        "Longest input",
        "sentence_bert_config.json",
        &["max_seq_length"],
    );
    rows.add_value(
        "Similarity",
        "config_sentence_transformers.json",
        &["similarity_fn_name"],
    );
}

fn weights(rows: &mut Rows<'_, '_>, model: &Model<'_>) {
    let shape = model.sources.shape;
    let source = match model.sources.weights {
        [] => "the weights".to_owned(),
        [one] => (*one).to_owned(),
        [first, rest @ ..] => format!("{first} and {} more", rest.len()),
    };
    rows.add("Parameters", shape.parameters.map(grouped), &source);
    let precisions: Vec<_> = shape
        .precisions
        .iter()
        .take(MOST)
        .map(|name| words(name))
        .collect();
    if shape.parameters.is_some() && !precisions.is_empty() {
        let mut told = precisions.join(", ");
        // Files of the same weights in other precisions lie side by side.
        if let Some(one) = one_of_several(model.sources) {
            let _ = write!(told, " in {}", code(one));
        }
        rows.add("Precision", Some(told), &source);
    }
    let config = &rows.draft.documents;
    let method = config.string("config.json", &["quantization_config", "quant_method"]);
    let method = method.or(shape.quantization.as_deref()).map(code);
    let bits = ["config.json", "quantize_config.json"]
        .iter()
        .find_map(|path| {
            let names: &[&str] = if *path == "config.json" {
                &["quantization_config", "bits"]
            } else {
                &["bits"]
            };
            config.value(path, names)?.as_u64()
        });
    let told = match (method, bits) {
        (Some(method), Some(bits)) => Some(format!("{method}, {bits} bits")),
        (None, Some(bits)) => Some(format!("{bits} bits")),
        (method, None) => method,
    };
    let from = if config
        .value("config.json", &["quantization_config"])
        .is_some()
    {
        "config.json: quantization_config"
    } else if config.json("quantize_config.json").is_some() {
        "quantize_config.json"
    } else {
        &source
    };
    let from = from.to_owned();
    rows.add("Quantisation", told, &from);
    let formats = describe::formats(model.sources.files).join(", ");
    rows.add("Formats", Some(formats), "the names of the files");
}

/// The GGUF file whose header was read, where there are others.
fn one_of_several<'a>(sources: &TemplateSources<'a>) -> Option<&'a str> {
    let is_weights = |file: &str| file.to_ascii_lowercase().ends_with(".gguf");
    let first = sources.weights.first().filter(|file| is_weights(file))?;
    let is_other = |file: &&str| is_weights(file) && !sources.weights.contains(file);
    sources.files.iter().any(is_other).then_some(*first)
}

fn origin(rows: &mut Rows<'_, '_>, model: &Model<'_>) {
    let bases: Vec<_> = model.bases.ids.iter().map(|id| code(id.as_str())).collect();
    let name = if bases.len() > 1 {
        "Base models"
    } else {
        "Base model"
    };
    rows.add(name, Some(bases.join(", ")), "the metadata");
    let merge = rows.draft.documents.merge();
    let method = merge.and_then(|merge| Some(code(merge.get("merge_method")?.as_str()?)));
    rows.add("Merge method", method, "mergekit_config.yml: merge_method");
    let own_code = rows.draft.documents.value("config.json", &["auto_map"]);
    let own_code = own_code.map(|_| "runs code of the repository".to_owned());
    rows.add("Loading", own_code, "config.json: auto_map");
}

/// The parts of a pipeline of diffusers, each with its class.
fn parts(index: &Json) -> String {
    let parts = index
        .as_object()
        .into_iter()
        .flatten()
        .filter_map(|(name, part)| {
            let class = part.get(1)?.as_str()?;
            Some(format!("{} ({})", words(name), code(class)))
        });
    parts.take(MOST).collect::<Vec<_>>().join(", ")
}

/// The names of classes, unless they are numbers alone.
fn labels(names: &Json) -> Option<String> {
    let mut names: Vec<_> = names
        .as_object()?
        .iter()
        .filter_map(|(number, name)| Some((number.parse::<u64>().ok()?, name.as_str()?)))
        .collect();
    names.sort_by_key(|(number, _)| *number);
    let is_named = names.iter().any(|(_, name)| !name.starts_with("LABEL_"));
    let count = names.len();
    let shown: Vec<_> = names
        .iter()
        .take(MOST)
        .map(|(_, name)| words(name))
        .collect();
    let more = match count - shown.len() {
        0 => String::new(),
        more => format!(" and {} more", grouped(more as u64)),
    };
    is_named.then(|| shown.join(", ") + &more)
}

/// Writes the section with the names of the files.
pub(super) fn write_files(draft: &mut Draft<'_>, files: &[&str]) {
    let is_told = |file: &&&str| !file.starts_with('.') && **file != "README.md";
    let told: Vec<_> = files.iter().filter(is_told).collect();
    if told.is_empty() {
        return;
    }
    draft.section("Files");
    for file in told.iter().take(MOST) {
        draft.write(&format!("- {}\n", code(file)));
    }
    if let Some(more) = told.len().checked_sub(MOST).filter(|more| *more > 0) {
        draft.write(&format!("- and {} more\n", grouped(more as u64)));
    }
}
