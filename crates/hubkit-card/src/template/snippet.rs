//! How a model is loaded.

use hubkit_types::RepoId;

use super::{TemplateSources, draft::Draft, model::Model};
use crate::lists::Medium;

/// Stands for the commit that the author publishes.
const COMMIT: &str = "COMMIT";

/// Writes code that loads the model at a pinned revision, where the library is one whose way of loading is known.
pub(super) fn write(draft: &mut Draft<'_>, model: &Model<'_>) {
    let own_code = draft
        .documents
        .value("config.json", &["auto_map"])
        .is_some();
    let code = match model.library.as_deref() {
        _ if own_code => None,
        Some("transformers") => Some(transformers(model)),
        Some("peft") => peft(draft, model),
        Some("diffusers") => Some(
            "from diffusers import DiffusionPipeline\n\n\
             pipeline = DiffusionPipeline.from_pretrained(repo, revision=revision)\n"
                .to_owned(),
        ),
        Some("sentence-transformers") => Some(
            "from sentence_transformers import SentenceTransformer\n\n\
             model = SentenceTransformer(repo, revision=revision)\n\
             embeddings = model.encode([\"one text\", \"another text\"])\n"
                .to_owned(),
        ),
        Some("timm") => Some(
            "import timm\n\nmodel = timm.create_model(f\"hf-hub:{repo}@{revision}\", pretrained=True)\n"
                .to_owned(),
        ),
        Some("gguf") => gguf(model.sources),
        _ => None,
    };
    match code {
        Some(code) => write_code(draft, model.sources, &code),
        None if own_code => draft.ask("how it is loaded: it runs code of the repository, so say what that does and which commit was looked at"),
        None => draft.ask("how it is loaded, at which commit or tag"),
    }
}

/// Writes code that loads `repo` at `revision`.
pub(super) fn write_code(draft: &mut Draft<'_>, sources: &TemplateSources<'_>, code: &str) {
    let (imports, rest) = code.split_once("\n\n").unwrap_or(("", code));
    let repo = id(sources);
    let revision = sources.commit.map(ToString::to_string);
    let revision = revision.unwrap_or_else(|| COMMIT.to_owned());
    if sources.commit.is_none() {
        draft.ask("put the commit or tag that readers are to load in the place of `COMMIT`");
        draft.write("\n");
    }
    draft.write(&format!(
        "```python\n{imports}\n\nrepo = \"{repo}\"\nrevision = \"{revision}\"\n{rest}```\n"
    ));
}

/// The name of the repository, with a word in the place of a namespace that nobody knows.
fn id(sources: &TemplateSources<'_>) -> String {
    if let Some(repo) = sources.repo {
        return repo.to_string();
    }
    let name: Result<RepoId, _> = sources.name.parse();
    match name {
        Ok(id) if id.namespace().is_none() => format!("NAMESPACE/{id}"),
        _ => "NAMESPACE/NAME".to_owned(),
    }
}

fn transformers(model: &Model<'_>) -> String {
    let loader = model.loader.unwrap_or("AutoModel");
    let reads_texts = model.modality.inputs == [Medium::Text];
    let (class, name) = if reads_texts {
        ("AutoTokenizer", "tokenizer")
    } else {
        ("AutoProcessor", "processor")
    };
    let mut classes = [loader, class];
    classes.sort_unstable();
    format!(
        "from transformers import {}\n\n\
         {name} = {class}.from_pretrained(repo, revision=revision)\n\
         model = {loader}.from_pretrained(repo, revision=revision)\n",
        classes.join(", ")
    )
}

/// An adapter is put onto its base, at the revision of that, where the file has one.
fn peft(draft: &Draft<'_>, model: &Model<'_>) -> Option<String> {
    let base = model.bases.ids.first()?;
    let kind = draft
        .documents
        .string("adapter_config.json", &["task_type"]);
    let loader = match kind {
        Some("CAUSAL_LM") => "AutoModelForCausalLM",
        Some("SEQ_CLS") => "AutoModelForSequenceClassification",
        Some("TOKEN_CLS") => "AutoModelForTokenClassification",
        Some("QUESTION_ANS") => "AutoModelForQuestionAnswering",
        Some("SEQ_2_SEQ_LM") => "AutoModelForSeq2SeqLM",
        Some("FEATURE_EXTRACTION") => "AutoModel",
        // With the wrong class the weights of the adapter have no place to go to.
        _ => return None,
    };
    let pinned = draft.documents.string("adapter_config.json", &["revision"]);
    let is_safe = |text: &&str| {
        text.bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"._/-".contains(&byte))
    };
    let pinned = pinned.filter(is_safe).unwrap_or(COMMIT);
    Some(format!(
        "from peft import PeftModel\nfrom transformers import {loader}\n\n\
         base = {loader}.from_pretrained(\"{base}\", revision=\"{pinned}\")\n\
         model = PeftModel.from_pretrained(base, repo, revision=revision)\n"
    ))
}

/// One file is fetched, and opened by llama.cpp.
fn gguf(sources: &TemplateSources<'_>) -> Option<String> {
    let is_model = |file: &&&str| {
        let name = file.rsplit('/').next().unwrap_or(file);
        let is_safe = file
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"._/-".contains(&byte));
        name.ends_with(".gguf") && !name.to_ascii_lowercase().starts_with("mmproj") && is_safe
    };
    let file = sources.weights.iter().chain(sources.files).find(is_model)?;
    Some(format!(
        "from huggingface_hub import hf_hub_download\nfrom llama_cpp import Llama\n\n\
         path = hf_hub_download(repo, \"{file}\", revision=revision)\n\
         model = Llama(model_path=path)\n"
    ))
}
