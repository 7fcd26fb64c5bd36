//! The card of a model.

use std::fmt::Write as _;

use hubkit_types::RepoKind;

use super::{
    TemplateSources,
    base::{self, Bases},
    details,
    draft::{Draft, list},
    language, license, snippet, text, training,
};
use crate::{
    BaseModelRelation, CardData, Description, Evidence, Ground, Modality, Reason, describe,
    lists::{self, Task},
    modality,
};

/// What is known of a model.
pub(super) struct Model<'a> {
    pub(super) sources: &'a TemplateSources<'a>,
    pub(super) bases: Bases,
    pub(super) library: Option<String>,
    pub(super) task: Option<&'static Task>,
    /// The class of transformers that loads it.
    pub(super) loader: Option<&'static str>,
    pub(super) modality: Modality,
    pub(super) languages: Vec<String>,
}

pub(super) fn fill<'a>(sources: &'a TemplateSources<'a>) -> Draft<'a> {
    let mut draft = Draft::new(sources.documents);
    license::fill(&mut draft, sources);
    let bases = base::fill(&mut draft, sources);
    language::fill(&mut draft, sources);
    let model = conclude(&mut draft, sources, bases);
    tags(&mut draft);
    draft.sort(&[
        "license",
        "base_model",
        "base_model_relation",
        "language",
        "library_name",
        "pipeline_tag",
        "tags",
    ]);
    title(&mut draft, &model);
    details::write(&mut draft, &model);
    draft.section("Uses");
    draft.ask("what it is meant for, what it is not meant for, and what it gets wrong");
    draft.section("How to use");
    snippet::write(&mut draft, &model);
    training::write(&mut draft);
    training::write_results(&mut draft);
    details::write_files(&mut draft, sources.files);
    draft
}

/// Concludes library and task, and puts them into the metadata.
fn conclude<'a>(
    draft: &mut Draft<'a>,
    sources: &'a TemplateSources<'a>,
    bases: Bases,
) -> Model<'a> {
    let mut data = CardData::default();
    data.base_models.clone_from(&bases.ids);
    let documents = &draft.documents;
    let processor = ["preprocessor_config.json", "processor_config.json"];
    let evidence = Evidence {
        body: "",
        files: sources.files,
        config: documents.json("config.json"),
        model_index: documents.json("model_index.json"),
        adapter: documents.json("adapter_config.json"),
        processor: processor.iter().find_map(|path| documents.json(path)),
        gguf: (sources.header.get("general.architecture"))
            .and_then(|texts| Some(texts.first()?.as_str())),
    };
    let library = library(&data, &evidence, sources);
    data.library_name = library.as_ref().map(|(name, _)| name.clone());
    let Description {
        pipeline_tag,
        auto_model,
        ..
    } = describe(RepoKind::Model, &data, &evidence);
    let told = modality::task_name(&data, &evidence);
    let modality = modality::of_model(&data, &evidence);
    let task = pipeline_tag.as_deref().and_then(lists::task);
    let source = told.map(|(_, reason)| source(&reason));
    if let Some((name, source)) = &library {
        draft.set("library_name", name.as_str(), source.as_str());
    } else {
        draft.miss("the library it is for: `library_name` in the metadata");
    }
    if let Some(task) = task {
        draft.set("pipeline_tag", task.id, source.unwrap_or_default());
    } else {
        draft.miss("the task it is for: `pipeline_tag` in the metadata");
    }
    let languages = match draft.metadata().get("language") {
        Some(serde_yaml::Value::Sequence(codes)) => codes
            .iter()
            .filter_map(|code| code.as_str())
            .map(str::to_owned)
            .collect(),
        Some(code) => code.as_str().map(str::to_owned).into_iter().collect(),
        None => Vec::new(),
    };
    Model {
        sources,
        bases,
        library: library.map(|(name, _)| name),
        task,
        loader: auto_model,
        modality,
        languages,
    }
}

/// The file that shows what a model is for, and the name in it.
pub(super) fn source(reason: &Reason) -> String {
    let source = match reason.ground {
        Ground::Pipeline => "model_index.json: _class_name",
        Ground::Config => "config.json",
        Ground::Adapter => "adapter_config.json: task_type",
        Ground::Library => "what models of the library are for",
        Ground::Processor => "the configuration of the processor",
        Ground::Header => "general.architecture in the header of the weights",
        _ => return reason.found.clone(),
    };
    source.to_owned()
}

/// The library that made the files, and the file that shows it.
fn library(
    data: &CardData,
    evidence: &Evidence<'_>,
    sources: &TemplateSources<'_>,
) -> Option<(String, String)> {
    let described = describe(RepoKind::Model, data, evidence).library_name;
    let of_config = || {
        let config = evidence.config?;
        let is_timm = config.get("model_type").is_none()
            && config
                .get("architecture")
                .is_some_and(serde_json::Value::is_string)
            && config
                .get("pretrained_cfg")
                .is_some_and(serde_json::Value::is_object);
        is_timm.then(|| ("timm".to_owned(), "config.json: pretrained_cfg".to_owned()))
    };
    let of_files = || {
        let name = modality::packed_by(sources.files)?;
        Some((name.to_owned(), "the names of the files".to_owned()))
    };
    match described {
        Some(name) if name != "gguf" => {
            let source = match name.as_str() {
                "sentence-transformers" => "modules.json",
                "peft" => "adapter_config.json",
                "diffusers" => "model_index.json",
                _ => "config.json: model_type",
            };
            Some((name, source.to_owned()))
        }
        gguf => of_config().or_else(of_files).or_else(|| {
            let file = sources.files.iter().find(|file| file.ends_with(".gguf"))?;
            gguf.map(|name| (name, (*file).to_owned()))
        }),
    }
}

/// Tags that programs which make such models write, and by which they are found.
fn tags(draft: &mut Draft<'_>) {
    if draft.documents.text("mergekit_config.yml").is_some() {
        let tags = ["mergekit".to_owned(), "merge".to_owned()];
        draft.set("tags", list(&tags), "mergekit_config.yml");
    } else if draft
        .documents
        .string("adapter_config.json", &["peft_type"])
        == Some("LORA")
    {
        draft.set(
            "tags",
            list(&["lora".to_owned()]),
            "adapter_config.json: peft_type",
        );
    }
}

/// The title, and what it is in a sentence or two.
fn title(draft: &mut Draft<'_>, model: &Model<'_>) {
    let sources = model.sources;
    let name = sources.title();
    let about = about(model);
    draft.write(&format!("# {}\n\n{about}\n\n", text::words(&name)));
    if model.bases.is_doubtful {
        draft.ask("check that this is the model it was made from: the file says only what the weights were loaded from");
    }
    draft.ask("say in a sentence or two what it does, and for whom");
}

/// A sentence or two of facts.
fn about(model: &Model<'_>) -> String {
    let names: Vec<_> = (model.bases.ids.iter())
        .map(|id| text::code(id.as_str()))
        .collect();
    let bases = match names.split_last() {
        None => String::new(),
        Some((last, [])) => last.clone(),
        Some((last, others)) => format!("{} and {last}", others.join(", ")),
    };
    let relation = model.bases.relation.filter(|_| !bases.is_empty());
    let mut about = match relation {
        Some(BaseModelRelation::Adapter) => format!("An adapter of {bases}"),
        _ => "A model".to_owned(),
    };
    if let Some(task) = model.task {
        let _ = write!(about, " for {}", task.label.to_lowercase());
    }
    if let Some(count) = model.sources.shape.parameters {
        let own = match relation {
            Some(BaseModelRelation::Adapter) => " of its own",
            _ => "",
        };
        let noun = if count == 1 {
            "parameter"
        } else {
            "parameters"
        };
        let _ = write!(about, " with {} {noun}{own}", text::rounded(count));
    }
    about.push('.');
    let how = match relation {
        Some(BaseModelRelation::Adapter) => return about,
        Some(BaseModelRelation::Merge) => format!("It was merged from {bases}"),
        Some(BaseModelRelation::Quantized) => {
            format!("Its weights are those of {bases} with fewer bits")
        }
        _ if bases.is_empty() => return about,
        _ => format!("It was made from {bases}"),
    };
    format!("{about} {how}.")
}
