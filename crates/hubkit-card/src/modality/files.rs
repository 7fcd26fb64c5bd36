//! What the names of files tell.

use crate::lists::Medium;

/// Folders in which ESPnet keeps an experiment, by their beginnings.
const ESPNET: &[(&str, &str)] = &[
    ("tts_", "text-to-speech"),
    ("asr_", "automatic-speech-recognition"),
    ("enh_", "audio-to-audio"),
];

/// What a network of the YOLO family is for, by the end of its name.
const YOLO: &[(&str, &str)] = &[
    ("-seg", "image-segmentation"),
    ("-cls", "image-classification"),
    ("-pose", "keypoint-detection"),
    ("", "object-detection"),
];

/// The task that files tell, and the file that tells it.
pub(super) fn task<'a>(files: &[&'a str]) -> Option<(&'a str, &'static str)> {
    files.iter().find_map(|file| {
        let task = of_experiment(file)
            .or_else(|| of_yolo(file))
            .or_else(|| of_projector(file))?;
        Some((*file, task))
    })
}

/// `exp/tts_train_…/config.yaml`.
fn of_experiment(file: &str) -> Option<&'static str> {
    let (folders, _) = file.rsplit_once('/')?;
    let mut parts = folders.split('/');
    parts.find(|part| part.starts_with("exp"))?;
    let folder = parts.next()?;
    let found = ESPNET.iter().find(|(start, _)| folder.starts_with(start))?;
    Some(found.1)
}

/// `yolo11n-seg.pt`, `yolov8x.pt`.
fn of_yolo(file: &str) -> Option<&'static str> {
    let name = file
        .strip_suffix(".pt")
        .or_else(|| file.strip_suffix(".onnx"))?;
    let rest = name.strip_prefix("yolo")?;
    let rest = rest.strip_prefix('v').unwrap_or(rest);
    let size = rest.trim_start_matches(|letter: char| letter.is_ascii_digit());
    if size.len() == rest.len() {
        return None;
    }
    let kind = size.strip_prefix(['n', 's', 'm', 'l', 'x', 'b', 't', 'c', 'e'])?;
    YOLO.iter()
        .find(|(end, _)| *end == kind)
        .map(|(_, task)| *task)
}

/// llama.cpp keeps what turns images into what a language model reads in a file of its own.
fn of_projector(file: &str) -> Option<&'static str> {
    let name = file.rsplit('/').next().unwrap_or(file);
    let is_projector = name.to_ascii_lowercase().starts_with("mmproj") && name.ends_with(".gguf");
    is_projector.then_some("image-text-to-text")
}

/// The library that packs files so.
pub(crate) fn library(files: &[&str]) -> Option<&'static str> {
    let has = |name: &str| files.contains(&name);
    let begins = |start: &str| files.iter().any(|file| file.starts_with(start));
    if has("meta.json") && has("config.cfg") {
        Some("spacy")
    } else if begins("models/tokenize/") || (has("models/default.zip") && begins("models/")) {
        Some("stanza")
    } else if has("config_setfit.json") {
        Some("setfit")
    } else if has("gliner_config.json") {
        Some("gliner")
    } else if has("open_clip_config.json") {
        Some("open_clip")
    } else if has("hyperparams.yaml") && files.iter().any(|file| file.ends_with(".ckpt")) {
        Some("speechbrain")
    } else {
        None
    }
}

/// What a file at the top shows to be read, and the file.
pub(super) fn reads<'a>(files: &[&'a str]) -> Option<(&'a str, Medium)> {
    const TOKENIZERS: [&str; 8] = [
        "tokenizer.json",
        "tokenizer_config.json",
        "tokenizer.model",
        "vocab.txt",
        "merges.txt",
        "spiece.model",
        "sentencepiece.bpe.model",
        "chat_template.jinja",
    ];
    // What recognises speech has a tokenizer too, for what it writes.
    let prepares = [
        "preprocessor_config.json",
        "processor_config.json",
        "feature_extractor_config.json",
    ];
    if files.iter().any(|file| prepares.contains(file)) {
        return None;
    }
    let tokenizer = files.iter().find(|file| TOKENIZERS.contains(file))?;
    Some((*tokenizer, Medium::Text))
}

/// The part of a sentence transformer that reads images beside texts.
pub(super) fn clip_of_sentences<'a>(files: &[&'a str]) -> Option<&'a str> {
    let is_part = |file: &&&str| file.starts_with("0_CLIPModel/");
    files.iter().find(is_part).copied()
}
