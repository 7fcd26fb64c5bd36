//! What goes into a model and what comes out.

use hubkit_types::Sense;
use serde_json::Value;

use super::{Ground, Modality, Reason, diffusers, files, gguf, libraries};
use crate::{
    CardData, Evidence,
    describe::{architecture, class, library, senses},
    lists::{self, Medium, Task},
};

pub(crate) fn modality(data: &CardData, evidence: &Evidence<'_>) -> Modality {
    let told =
        task_name(data, evidence).and_then(|(name, reason)| Some((named(&name)?, name, reason)));
    let mut found = Modality::default();
    if let Some((task, name, reason)) = told {
        // A class that translates, summarises and the like tells what goes in, not which of them it does.
        let is_class = matches!(
            reason.ground,
            Ground::Config | Ground::Adapter | Ground::Header
        );
        let is_open = is_class && task.id != name;
        found = Modality::of(task, reason);
        if is_open {
            found.task = None;
        }
    }
    let is_silent = found.inputs.is_empty() && found.outputs.is_empty();
    if is_silent {
        parts(&mut found, evidence);
    }
    // A vector stands for what the body reads, and the task does not say what that is.
    if found
        .task
        .is_some_and(|task| task.id == "feature-extraction")
        && class(evidence.config).and_then(|class| class.sense) == Some(Sense::Sound)
    {
        found.inputs = vec![Medium::Audio];
    }
    if is_silent {
        if let Some(library) = library_of(data, evidence)
            && let Some((inputs, outputs)) = libraries::media(&library)
        {
            add(&mut found, Ground::Library, Some(&library), inputs, outputs);
        }
        processor(&mut found, evidence.processor);
        if let Some((file, input)) = files::reads(evidence.files) {
            add(&mut found, Ground::Files, Some(file), &[input], &[]);
        }
    }
    if let Some(file) = files::clip_of_sentences(evidence.files) {
        let both = [Medium::Text, Medium::Image];
        add(
            &mut found,
            Ground::Files,
            Some(file),
            &both,
            &[Medium::Embedding],
        );
    }
    found
}

/// The task of a name, today's or a former one.
fn named(name: &str) -> Option<&'static Task> {
    lists::task(name).or_else(|| lists::renamed_task(name))
}

/// The name of a model's task, which may be a former one, and what told it: nothing where that leaves a doubt.
pub(crate) fn task_name(data: &CardData, evidence: &Evidence<'_>) -> Option<(String, Reason)> {
    let said = |ground, found: &str, task: &str| {
        let reason = Reason::new(ground, found);
        named(task).map(|_| (task.to_owned(), reason))
    };
    let by_card = || {
        let name = data.pipeline_tag.as_deref()?;
        said(Ground::Task, name, name)
    };
    let by_tag = || {
        // An author who names several leaves open which one counts.
        let mut tasks = data.tags.iter().filter(|tag| named(tag).is_some());
        let tag = tasks.next().filter(|_| tasks.next().is_none())?;
        said(Ground::Tag, tag, tag)
    };
    let by_pipeline = || {
        let class = evidence.model_index?.get("_class_name")?.as_str()?;
        said(Ground::Pipeline, class, diffusers::task(class)?)
    };
    let by_adapter = || {
        let kind = evidence.adapter?.get("task_type")?.as_str()?;
        said(Ground::Adapter, kind, adapter(kind)?)
    };
    let by_class = || {
        let class = class(evidence.config)?;
        said(Ground::Config, architecture(evidence.config)?, class.task)
    };
    let by_library = || {
        let library = library_of(data, evidence)?;
        let task = timm(&library, evidence.config).or_else(|| libraries::task(&library))?;
        said(Ground::Library, &library, task)
    };
    let by_files = || {
        let (file, task) = files::task(evidence.files)?;
        said(Ground::Files, file, task)
    };
    let by_header = || {
        let architecture = evidence.gguf?;
        said(Ground::Header, architecture, gguf::task(architecture)?)
    };
    // Sentence transformers keep the class of the body they stand on.
    let stands_on_a_body = || {
        let library = library_of(data, evidence)?;
        if library != "sentence-transformers" {
            return None;
        }
        by_library()
    };
    by_card()
        .or_else(by_tag)
        .or_else(by_pipeline)
        .or_else(stands_on_a_body)
        .or_else(by_adapter)
        .or_else(by_class)
        .or_else(by_library)
        .or_else(by_files)
        .or_else(by_header)
}

fn library_of(data: &CardData, evidence: &Evidence<'_>) -> Option<String> {
    let by_files = || library(evidence).or_else(|| files::library(evidence.files));
    (data.library_name.clone())
        .or_else(|| by_files().map(str::to_owned))
        .or_else(|| {
            let known = |tag: &&String| lists::library(tag).is_some();
            data.tags.iter().find(known).cloned()
        })
}

/// The task of an adapter, by PEFT's names.
fn adapter(kind: &str) -> Option<&'static str> {
    Some(match kind {
        "CAUSAL_LM" => "text-generation",
        "SEQ_CLS" => "text-classification",
        "TOKEN_CLS" => "token-classification",
        "QUESTION_ANS" => "question-answering",
        "SEQ_2_SEQ_LM" => "text2text-generation",
        "FEATURE_EXTRACTION" => "feature-extraction",
        _ => return None,
    })
}

/// Models of timm that have no classes give vectors.
fn timm(library: &str, config: Option<&Value>) -> Option<&'static str> {
    if library != "timm" {
        return None;
    }
    let classes = config.and_then(|config| config.get("num_classes")?.as_u64());
    Some(match classes {
        Some(0) => "image-feature-extraction",
        _ => "image-classification",
    })
}

/// What the parts of a model say that reads or writes of several kinds.
fn parts(found: &mut Modality, evidence: &Evidence<'_>) {
    let senses = senses(evidence.config);
    for (is_there, part, medium) in [
        (senses.images, "vision_config", Medium::Image),
        (senses.sounds, "audio_config", Medium::Audio),
    ] {
        if is_there {
            add(found, Ground::Config, Some(part), &[medium], &[]);
        }
    }
    let has = |key: &str| {
        evidence
            .config
            .is_some_and(|config| config.get(key).is_some())
    };
    for (part, inputs, outputs) in [
        ("text_config", &[Medium::Text][..], &[][..]),
        ("thinker_config", &[Medium::Text], &[Medium::Text]),
        ("talker_config", &[], &[Medium::Audio]),
        (
            "t2u_vocab_size",
            &[Medium::Text, Medium::Audio],
            &[Medium::Text, Medium::Audio],
        ),
        ("gen_vision_config", &[], &[Medium::Image]),
    ] {
        if has(part) {
            add(found, Ground::Config, Some(part), inputs, outputs);
        }
    }
}

/// What is prepared by a processor goes in.
fn processor(found: &mut Modality, processor: Option<&Value>) {
    let Some(processor) = processor else { return };
    for (key, medium) in [
        ("image_processor_type", Medium::Image),
        ("image_mean", Medium::Image),
        ("image_processor", Medium::Image),
        ("video_processor", Medium::Video),
        ("sampling_rate", Medium::Audio),
    ] {
        if processor.get(key).is_some() {
            add(found, Ground::Processor, Some(key), &[medium], &[]);
        }
    }
    let of_two_kinds = |key: &str| processor.get(key).and_then(Value::as_str);
    if let Some(name) = of_two_kinds("feature_extractor_type") {
        let is_of_images = [
            "ViT",
            "CLIP",
            "Beit",
            "DeiT",
            "ConvNext",
            "Detr",
            "Segformer",
            "DPT",
            "Yolos",
        ];
        let medium = match is_of_images.iter().any(|start| name.starts_with(start)) {
            true => Some(Medium::Image),
            false if processor.get("sampling_rate").is_some() => Some(Medium::Audio),
            false => None,
        };
        if let Some(medium) = medium {
            add(found, Ground::Processor, Some(name), &[medium], &[]);
        }
    }
}

fn add(
    found: &mut Modality,
    ground: Ground,
    what: Option<&str>,
    inputs: &[Medium],
    outputs: &[Medium],
) {
    let reason = Reason::new(ground, what.unwrap_or_default());
    found.add(inputs, outputs, reason);
}
