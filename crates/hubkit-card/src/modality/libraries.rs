//! Libraries whose models are all for one thing.

use crate::lists::Medium;

const TASKS: &[(&str, &[&str])] = &[
    ("audio-to-audio", &["asteroid"]),
    ("automatic-speech-recognition", &["k2", "whisperkit"]),
    ("depth-estimation", &["depth-anything-v2", "depth-pro"]),
    ("feature-extraction", &["model2vec"]),
    ("image-segmentation", &["ben2", "birefnet"]),
    (
        "image-to-3d",
        &["3dtopia-xl", "hunyuan3d-2", "trellis", "trellis2"],
    ),
    ("mask-generation", &["sam2"]),
    ("object-detection", &["deepforest", "yolov10", "yolov26"]),
    (
        "reinforcement-learning",
        &["ml-agents", "sample-factory", "stable-baselines3"],
    ),
    ("robotics", &["lerobot"]),
    ("sentence-similarity", &["sentence-transformers"]),
    ("text-classification", &["bertopic", "setfit"]),
    (
        "text-generation",
        &["gemma.cpp", "mamba-ssm", "mlc-llm", "rwkv"],
    ),
    (
        "text-to-audio",
        &[
            "acestep",
            "magenta-realtime",
            "songbloom",
            "stable-audio-tools",
        ],
    ),
    ("text-to-image", &["hunyuan-dit", "sana"]),
    (
        "text-to-speech",
        &[
            "chat_tts",
            "chatterbox",
            "cosyvoice",
            "dia-tts",
            "f5-tts",
            "index-tts",
            "kittentts",
            "mars5-tts",
            "outetts",
            "piper",
            "qwen3_tts",
            "tensorflowtts",
            "voicecraft",
            "voxcpm",
            "zonos",
        ],
    ),
    ("text-to-video", &["genmo", "open-sora"]),
    (
        "time-series-forecasting",
        &["chronos-forecasting", "timesfm", "tirex"],
    ),
    (
        "token-classification",
        &[
            "flair",
            "gliner",
            "gliner2",
            "spacy",
            "span-marker",
            "stanza",
        ],
    ),
    ("visual-document-retrieval", &["colpali"]),
    ("zero-shot-image-classification", &["open_clip", "tic-clip"]),
];

type Media = &'static [Medium];

/// Libraries that leave the task open, but not what goes in or comes out.
const MEDIA: &[(&str, Media, Media)] = &[
    ("adapter-transformers", &[Medium::Text], &[]),
    ("allennlp", &[Medium::Text], &[]),
    ("fasttext", &[Medium::Text], &[]),
    ("PaddleOCR", &[Medium::Image], &[]),
    ("paddlenlp", &[Medium::Text], &[]),
    ("pyannote-audio", &[Medium::Audio], &[]),
    ("speechbrain", &[Medium::Audio], &[]),
    ("tabpfn", &[Medium::Tabular], &[]),
    ("ultralytics", &[Medium::Image], &[]),
];

pub(super) fn task(library: &str) -> Option<&'static str> {
    let mut tasks = TASKS.iter();
    tasks
        .find(|(_, libraries)| libraries.contains(&library))
        .map(|(task, _)| *task)
}

pub(super) fn media(library: &str) -> Option<(Media, Media)> {
    let mut media = MEDIA.iter();
    media
        .find(|(name, ..)| *name == library)
        .map(|(_, inputs, outputs)| (*inputs, *outputs))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lists;

    #[test]
    fn libraries_and_tasks_are_listed_ones_and_each_once() {
        let mut seen = Vec::new();
        for (task, libraries) in TASKS {
            assert!(lists::task(task).is_some(), "{task}");
            seen.extend(*libraries);
        }
        seen.extend(MEDIA.iter().map(|(name, ..)| *name));
        for name in &seen {
            assert!(lists::library(name).is_some(), "{name}");
            assert_eq!(
                seen.iter().filter(|other| *other == name).count(),
                1,
                "{name}"
            );
        }
    }
}
