//! The models that a model came from.

use hubkit_types::RepoId;
use serde_yaml::Value;

use super::{TemplateSources, documents::MERGEKIT, draft::Draft};
use crate::BaseModelRelation;

/// The models that a model came from, and how.
#[derive(Debug, Default)]
pub(super) struct Bases {
    pub(super) ids: Vec<RepoId>,
    pub(super) relation: Option<BaseModelRelation>,
    /// Whether the file says only where the weights were loaded from.
    pub(super) is_doubtful: bool,
}

/// More than these are no list of models.
const MOST: usize = 64;

/// Models that had names of one part before each got a namespace: programs still write these names.
const ONE_PART: &[&str] = &[
    "albert-base-v1",
    "albert-base-v2",
    "albert-large-v1",
    "albert-large-v2",
    "albert-xlarge-v1",
    "albert-xlarge-v2",
    "albert-xxlarge-v1",
    "albert-xxlarge-v2",
    "bert-base-cased",
    "bert-base-cased-finetuned-mrpc",
    "bert-base-chinese",
    "bert-base-german-cased",
    "bert-base-german-dbmdz-cased",
    "bert-base-german-dbmdz-uncased",
    "bert-base-multilingual-cased",
    "bert-base-multilingual-uncased",
    "bert-base-uncased",
    "bert-large-cased",
    "bert-large-cased-whole-word-masking",
    "bert-large-cased-whole-word-masking-finetuned-squad",
    "bert-large-uncased",
    "bert-large-uncased-whole-word-masking",
    "bert-large-uncased-whole-word-masking-finetuned-squad",
    "camembert-base",
    "ctrl",
    "distilbert-base-cased",
    "distilbert-base-cased-distilled-squad",
    "distilbert-base-german-cased",
    "distilbert-base-multilingual-cased",
    "distilbert-base-uncased",
    "distilbert-base-uncased-distilled-squad",
    "distilbert-base-uncased-finetuned-sst-2-english",
    "distilgpt2",
    "distilroberta-base",
    "gpt2",
    "gpt2-large",
    "gpt2-medium",
    "gpt2-xl",
    "openai-gpt",
    "roberta-base",
    "roberta-base-openai-detector",
    "roberta-large",
    "roberta-large-mnli",
    "roberta-large-openai-detector",
    "t5-11b",
    "t5-3b",
    "t5-base",
    "t5-large",
    "t5-small",
    "transfo-xl-wt103",
    "xlm-clm-ende-1024",
    "xlm-clm-enfr-1024",
    "xlm-mlm-100-1280",
    "xlm-mlm-17-1280",
    "xlm-mlm-en-2048",
    "xlm-mlm-ende-1024",
    "xlm-mlm-enfr-1024",
    "xlm-mlm-enro-1024",
    "xlm-mlm-tlm-xnli15-1024",
    "xlm-mlm-xnli15-1024",
    "xlm-roberta-base",
    "xlm-roberta-large",
    "xlm-roberta-large-finetuned-conll02-dutch",
    "xlm-roberta-large-finetuned-conll02-spanish",
    "xlm-roberta-large-finetuned-conll03-english",
    "xlm-roberta-large-finetuned-conll03-german",
    "xlnet-base-cased",
    "xlnet-large-cased",
];

/// Folders that training programs write to: `outputs/checkpoint-500` has the shape of a repository's name.
const FOLDERS: &[&str] = &[
    "checkpoint",
    "checkpoints",
    "ckpt",
    "ckpts",
    "content",
    "data",
    "exp",
    "experiments",
    "home",
    "input",
    "kaggle",
    "logs",
    "mnt",
    "model",
    "models",
    "out",
    "output",
    "outputs",
    "pretrained",
    "pretrained_models",
    "results",
    "root",
    "runs",
    "saved",
    "saved_models",
    "tmp",
    "trained",
    "weights",
    "work",
    "workspace",
];

/// Sets the base models, and how the model came from them where that follows from the files.
pub(super) fn fill(draft: &mut Draft<'_>, sources: &TemplateSources<'_>) -> Bases {
    let mut bases = Bases::default();
    let mut source = "the command".to_owned();
    let said = &sources.said.base_models;
    if said.is_empty() {
        for (found, path, is_doubtful) in found(draft, sources) {
            for text in found.iter().take(MOST) {
                match id(text, sources) {
                    Ok(Some(id)) if !bases.ids.contains(&id) => bases.ids.push(id),
                    Ok(_) => {}
                    Err(why) => draft.lose(path.as_str(), why),
                }
            }
            if !bases.ids.is_empty() {
                (source, bases.is_doubtful) = (path, is_doubtful);
                break;
            }
        }
    } else {
        for id in said {
            if !bases.ids.contains(id) {
                bases.ids.push(id.clone());
            }
        }
    }
    if bases.ids.is_empty() {
        if relation(draft, sources).is_some() {
            draft.miss("the model it was made from: `base_model` in the metadata");
        }
        return bases;
    }
    let names: Vec<_> = bases.ids.iter().map(ToString::to_string).collect();
    draft.set_all("base_model", &names, source);
    if let Some((relation, source)) = relation(draft, sources) {
        bases.relation = Some(relation);
        draft.set("base_model_relation", relation.as_str(), source);
    }
    bases
}

/// What names base models, the surest first: the names, the file, and whether they may mean something else.
fn found(draft: &Draft<'_>, sources: &TemplateSources<'_>) -> Vec<(Vec<String>, String, bool)> {
    let mut all = Vec::new();
    let mut text = |path: &str, name: &str, is_doubtful| {
        if let Some(text) = draft.documents.string(path, &[name]) {
            all.push((
                vec![text.to_owned()],
                format!("{path}: {name}"),
                is_doubtful,
            ));
        }
    };
    text("adapter_config.json", "base_model_name_or_path", false);
    text("quantize_config.json", "model_name_or_path", true);
    text("config.json", "_name_or_path", true);
    text("model_index.json", "_name_or_path", true);
    if let Some(merge) = draft.documents.merge() {
        all.insert(0, (merged(merge), MERGEKIT.to_owned(), false));
    }
    let file = sources.weights.first().copied().unwrap_or_default();
    let mut header = |name: String, is_doubtful| {
        let url = sources.header.get(&name).and_then(|texts| texts.first());
        let id = url.map(|url| {
            let start = "https://huggingface.co/";
            url.strip_prefix(start).unwrap_or(url).trim_end_matches('/')
        });
        if let Some(id) = id {
            all.push((vec![id.to_owned()], format!("{file}: {name}"), is_doubtful));
        }
    };
    header("general.source.huggingface.repository".to_owned(), false);
    header("general.source.repo_url".to_owned(), false);
    header("general.base_model.0.repo_url".to_owned(), true);
    all
}

/// The models that a configuration of mergekit names, each once.
fn merged(config: &Value) -> Vec<String> {
    let mut found = Vec::new();
    let mut add = |value: Option<&Value>| {
        let path = value.and_then(|value| value.get("model")?.get("path"));
        if let Some(text) = path.or(value).and_then(Value::as_str) {
            // What stands behind the sign is an adapter that was applied first.
            found.extend(text.split('+').map(str::to_owned));
        }
    };
    let items = |value: Option<&Value>| -> Vec<Value> {
        let items = value.and_then(Value::as_sequence);
        items
            .map(|items| items.iter().take(MOST).cloned().collect())
            .unwrap_or_default()
    };
    for model in items(config.get("models")) {
        add(model.get("model"));
    }
    for slice in items(config.get("slices")) {
        for source in items(slice.get("sources")) {
            add(source.get("model"));
        }
    }
    add(config.get("base_model"));
    found
}

/// The repository that a text names: none where it is the one that is described, an error where it may be a path.
fn id(text: &str, sources: &TemplateSources<'_>) -> Result<Option<RepoId>, &'static str> {
    const PATH: &str = "it is a path, or may be one, and no name of a repository";
    let id: RepoId = text.parse().map_err(|_| PATH)?;
    let first = id.namespace();
    let is_itself = sources.repo == Some(&id) || id.name() == sources.name;
    if is_itself {
        return Ok(None);
    }
    let is_folder = match first {
        Some(first) => {
            let first = first.to_ascii_lowercase();
            FOLDERS.contains(&first.as_str()) || id.name().starts_with("checkpoint-")
        }
        None => !ONE_PART.contains(&id.as_str()),
    };
    if is_folder { Err(PATH) } else { Ok(Some(id)) }
}

/// How the model came from others, and the file that says so.
fn relation(
    draft: &Draft<'_>,
    sources: &TemplateSources<'_>,
) -> Option<(BaseModelRelation, &'static str)> {
    let documents = &draft.documents;
    if documents.text(MERGEKIT).is_some() {
        Some((BaseModelRelation::Merge, MERGEKIT))
    } else if documents.json("adapter_config.json").is_some() {
        Some((BaseModelRelation::Adapter, "adapter_config.json"))
    } else if documents
        .value("config.json", &["quantization_config"])
        .is_some_and(serde_json::Value::is_object)
    {
        Some((
            BaseModelRelation::Quantized,
            "config.json: quantization_config",
        ))
    } else if documents.json("quantize_config.json").is_some() {
        Some((BaseModelRelation::Quantized, "quantize_config.json"))
    } else if [
        "general.source.huggingface.repository",
        "general.source.repo_url",
    ]
    .iter()
    .any(|name| sources.header.contains_key(*name))
    {
        Some((
            BaseModelRelation::Quantized,
            "what the weights were converted from",
        ))
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_configuration_of_mergekit_names_its_models_in_any_form() {
        let config = "models:\n- model: a/b\n- model: {model: {path: c/d}}\nslices:\n- sources:\n  - model: e/f+g/h\nbase_model: a/b\n";
        let config = crate::read_document(config).expect("YAML");
        assert_eq!(merged(&config), ["a/b", "c/d", "e/f", "g/h", "a/b"]);
    }

    #[test]
    fn names_of_one_part_are_the_old_ones() {
        for name in ONE_PART {
            assert!(
                name.parse::<RepoId>()
                    .is_ok_and(|id| id.namespace().is_none()),
                "{name}"
            );
        }
        for name in FOLDERS {
            assert_eq!(*name, name.to_lowercase());
        }
    }
}
