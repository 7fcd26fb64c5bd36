//! The small files that a template is filled from.

use serde_json::Value as Json;
use serde_yaml::Value;

use crate::{Loss, read_document};

/// A longer document of a template is not read, in bytes: logs of very long trainings are.
pub const DOCUMENT_BYTES: usize = 8 << 20;

/// Files at the top that say something, in JSON.
const JSON: &[&str] = &[
    "config.json",
    "adapter_config.json",
    "generation_config.json",
    "tokenizer_config.json",
    "preprocessor_config.json",
    "processor_config.json",
    "model_index.json",
    "modules.json",
    "config_sentence_transformers.json",
    "sentence_bert_config.json",
    "open_clip_config.json",
    "quantize_config.json",
    "meta.json",
    "trainer_state.json",
    "training_args.json",
    "all_results.json",
    "train_results.json",
    "eval_results.json",
    "predict_results.json",
    "dataset_info.json",
    "dataset_infos.json",
];

/// Files at the top that say something, in another form.
const TEXTS: &[&str] = &[MERGEKIT, "app.py", "requirements.txt", "Dockerfile"];

/// What was merged into a model, in YAML.
pub(super) const MERGEKIT: &str = "mergekit_config.yml";

/// What a file is called that holds terms of use.
pub(super) const LICENSES: &[&str] = &[
    "LICENSE",
    "LICENSE.md",
    "LICENSE.txt",
    "LICENCE",
    "LICENCE.md",
    "LICENCE.txt",
    "COPYING",
    "COPYING.txt",
];

/// Which of a repository's files a template is filled from, by their paths: small ones at the top whose names are known.
/// Hand on what they hold as the documents of [`TemplateSources`](crate::TemplateSources).
pub fn template_documents<'a>(files: &[&'a str]) -> Vec<&'a str> {
    let is_wanted = |file: &&&str| {
        let mut lists = [JSON, TEXTS, LICENSES].iter();
        lists.any(|names| names.contains(*file))
    };
    files.iter().filter(is_wanted).copied().collect()
}

/// What was handed on, read.
#[derive(Debug, Default)]
pub(super) struct Documents<'a> {
    json: Vec<(&'a str, Json)>,
    merge: Option<Value>,
    texts: Vec<(&'a str, &'a str)>,
    pub(super) losses: Vec<Loss>,
}

/// JSON with `null` in the place of what Python writes for numbers that are none, or without end.
fn finite(text: &str) -> String {
    let mut written = String::with_capacity(text.len());
    let (mut is_text, mut is_escaped) = (false, false);
    let mut rest = text;
    while let Some(character) = rest.chars().next() {
        let word = ["NaN", "-Infinity", "Infinity"]
            .iter()
            .find(|word| !is_text && rest.starts_with(**word));
        if let Some(word) = word {
            written.push_str("null");
            rest = &rest[word.len()..];
            continue;
        }
        if character == '"' && !is_escaped {
            is_text = !is_text;
        }
        is_escaped = is_text && character == '\\' && !is_escaped;
        written.push(character);
        rest = &rest[character.len_utf8()..];
    }
    written
}

impl<'a> Documents<'a> {
    /// Reads what can be read; the rest is told.
    pub(super) fn read(documents: &[(&'a str, &'a [u8])]) -> Self {
        let mut read = Self::default();
        for (path, bytes) in documents {
            let mut lose = |why: String| read.losses.push(Loss::new(*path, why));
            if bytes.len() > DOCUMENT_BYTES {
                lose(format!("it is longer than {DOCUMENT_BYTES} bytes"));
                continue;
            }
            let Ok(text) = std::str::from_utf8(bytes) else {
                lose("expected UTF-8, found other bytes".to_owned());
                continue;
            };
            let text = text.strip_prefix('\u{feff}').unwrap_or(text);
            if path.ends_with(".json") {
                // Python writes losses that are no numbers as no JSON knows them.
                let parsed = serde_json::from_str(text)
                    .or_else(|error| serde_json::from_str(&finite(text)).map_err(|_| error));
                match parsed {
                    Ok(value) => read.json.push((path, value)),
                    Err(error) => {
                        lose(format!("expected JSON: {error}"));
                        continue;
                    }
                }
            }
            if *path == MERGEKIT {
                match read_document(text) {
                    Ok(merge) => read.merge = Some(merge),
                    Err(error) => lose(format!("expected YAML: {error}")),
                }
            }
            read.texts.push((path, text));
        }
        read
    }

    /// A document in JSON.
    pub(super) fn json(&self, path: &str) -> Option<&Json> {
        let found = self.json.iter().find(|(known, _)| *known == path);
        found.map(|(_, value)| value)
    }

    /// What was merged into the model.
    pub(super) fn merge(&self) -> Option<&Value> {
        self.merge.as_ref()
    }

    /// A document as it is written.
    pub(super) fn text(&self, path: &str) -> Option<&'a str> {
        let found = self.texts.iter().find(|(known, _)| *known == path);
        found.map(|(_, text)| *text)
    }

    /// A text in a document in JSON, by its names from the outside in.
    pub(super) fn string(&self, path: &str, names: &[&str]) -> Option<&str> {
        let text = self.value(path, names)?.as_str()?.trim();
        (!text.is_empty()).then_some(text)
    }

    /// A value in a document in JSON, by its names from the outside in.
    pub(super) fn value(&self, path: &str, names: &[&str]) -> Option<&Json> {
        names
            .iter()
            .try_fold(self.json(path)?, |value, name| value.get(name))
    }
}
