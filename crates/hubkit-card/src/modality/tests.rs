use serde_json::{Value, json};

use super::*;

/// A model by its card and its files, and what is said: `inputs > outputs, task; ground: found`.
#[track_caller]
fn check(block: &str, evidence: &Evidence<'_>, expected: &str) {
    check_kind(RepoKind::Model, block, evidence, expected);
}

#[track_caller]
fn check_kind(kind: RepoKind, block: &str, evidence: &Evidence<'_>, expected: &str) {
    let metadata = Metadata::read(block).expect("metadata");
    let found = modality(kind, &metadata, evidence);
    let names = |media: &[Medium]| {
        let names: Vec<_> = media.iter().map(|medium| medium.as_str()).collect();
        names.join(" ")
    };
    let reasons = found
        .reasons
        .iter()
        .map(|reason| format!("; {}: {}", reason.ground.as_str(), reason.found));
    let told = format!(
        "{} > {}, {}{}",
        names(&found.inputs),
        names(&found.outputs),
        found.task.map_or("-", |task| task.id),
        reasons.collect::<String>()
    );
    assert_eq!(told, expected);
}

fn files<'a>(files: &'a [&'a str]) -> Evidence<'a> {
    Evidence {
        files,
        ..Evidence::default()
    }
}

fn config(config: &Value) -> Evidence<'_> {
    Evidence {
        config: Some(config),
        ..Evidence::default()
    }
}

#[test]
fn the_author_has_the_first_word() {
    let bert = json!({"architectures": ["BertForMaskedLM"]});
    let evidence = config(&bert);
    check(
        "pipeline_tag: text-classification",
        &evidence,
        "text > labels, text-classification; task: text-classification",
    );
    check(
        "tags: [bert, translation]",
        &evidence,
        "text > text, translation; tag: translation",
    );
    // Two tasks, or none that anybody knows, say nothing.
    for block in [
        "tags: [translation, summarization]",
        "pipeline_tag: mind-reading",
        "{}",
    ] {
        check(
            block,
            &evidence,
            "text > text, fill-mask; config: BertForMaskedLM",
        );
    }
    check(
        "pipeline_tag: text2text-generation",
        &evidence,
        "text > text, text-generation; task: text2text-generation",
    );
}

#[test]
fn a_class_tells_as_much_as_it_knows() {
    for (value, expected) in [
        (
            json!({"architectures": ["T5ForConditionalGeneration"]}),
            "text > text, -; config: T5ForConditionalGeneration",
        ),
        (
            json!({"architectures": ["LlavaForConditionalGeneration"], "vision_config": {}}),
            "image text > text, image-text-to-text; config: LlavaForConditionalGeneration",
        ),
        (
            json!({"architectures": ["HubertModel"]}),
            "audio > embedding, feature-extraction; config: HubertModel",
        ),
        (
            json!({"architectures": ["Qwen2_5OmniModel"], "thinker_config": {"vision_config": {}, "audio_config": {}}, "talker_config": {}}),
            "image audio text > text audio, any-to-any; config: Qwen2_5OmniModel; config: vision_config; \
             config: audio_config; config: thinker_config; config: talker_config",
        ),
        (json!({"architectures": ["FooModel"]}), " > , -"),
        (json!({"architectures": [5]}), " > , -"),
        (
            json!({"architectures": "x", "vision_config": null}),
            " > , -",
        ),
        (json!([]), " > , -"),
    ] {
        check("{}", &config(&value), expected);
    }
}

#[test]
fn pipelines_tell_what_they_make() {
    for (class, expected) in [
        ("StableDiffusionXLPipeline", "text > image, text-to-image"),
        (
            "OnnxStableDiffusionImg2ImgPipeline",
            "image > image, image-to-image",
        ),
        ("FluxKontextPipeline", "image > image, image-to-image"),
        ("WanImageToVideoPipeline", "image > video, image-to-video"),
        ("WanPipeline", "text > video, text-to-video"),
        ("DDPMPipeline", " > image, unconditional-image-generation"),
        ("AudioLDM2Pipeline", "text > audio, text-to-audio"),
        ("ShapEPipeline", "text > 3d, text-to-3d"),
    ] {
        let index = json!({"_class_name": class});
        let evidence = Evidence {
            model_index: Some(&index),
            ..Evidence::default()
        };
        check("{}", &evidence, &format!("{expected}; pipeline: {class}"));
    }
    let index = json!({"_class_name": "MyOwnPipeline"});
    let evidence = Evidence {
        model_index: Some(&index),
        ..Evidence::default()
    };
    check("{}", &evidence, " > , -");
}

#[test]
fn adapters_and_libraries_tell_what_they_are_for() {
    let adapter = json!({"task_type": "SEQ_CLS"});
    let evidence = Evidence {
        adapter: Some(&adapter),
        files: &["adapter_config.json"],
        ..Evidence::default()
    };
    check(
        "{}",
        &evidence,
        "text > labels, text-classification; adapter: SEQ_CLS",
    );
    let nothing = Evidence::default();
    check(
        "library_name: k2",
        &nothing,
        "audio > text, automatic-speech-recognition; library: k2",
    );
    check(
        "tags: [stable-baselines3]",
        &nothing,
        "observation > action, reinforcement-learning; library: stable-baselines3",
    );
    check(
        "library_name: pyannote-audio",
        &nothing,
        "audio > , -; library: pyannote-audio",
    );
    check("library_name: keras", &nothing, " > , -");
    let timm = json!({"architecture": "vit_base", "num_classes": 0});
    check(
        "library_name: timm",
        &config(&timm),
        "image > embedding, image-feature-extraction; library: timm",
    );
    // The class is that of the body below.
    let body = json!({"model_type": "bert", "architectures": ["BertModel"]});
    let evidence = Evidence {
        files: &["modules.json", "config_sentence_transformers.json"],
        config: Some(&body),
        ..Evidence::default()
    };
    check(
        "{}",
        &evidence,
        "text > embedding number, sentence-similarity; library: sentence-transformers",
    );
}

#[test]
fn names_of_files_tell_where_they_are_a_custom() {
    for (names, expected) in [
        (
            &["exp/tts_train_x/config.yaml"][..],
            "text > audio, text-to-speech; files: exp/tts_train_x/config.yaml",
        ),
        (
            &["meta.json", "config.cfg"],
            "text > labels, token-classification; library: spacy",
        ),
        (
            &["yolov8n-seg.pt"],
            "image > regions, image-segmentation; files: yolov8n-seg.pt",
        ),
        (
            &["yolo11x.pt"],
            "image > regions, object-detection; files: yolo11x.pt",
        ),
        (
            &["model-Q4_K_M.gguf", "mmproj-F16.gguf"],
            "image text > text, image-text-to-text; files: mmproj-F16.gguf",
        ),
        (&["vocab.txt"], "text > , -; files: vocab.txt"),
        (&["vocab.txt", "preprocessor_config.json"], " > , -"),
        // One without a header that was read.
        (&["model-Q4_K_M.gguf"], " > , -"),
        (
            &["yolo.pt", "yolov8.pt", "yolov8q.pt", "tts_x/a", "exp/tts_x"],
            " > , -",
        ),
    ] {
        check("{}", &files(names), expected);
    }
}

#[test]
fn what_is_prepared_goes_in() {
    for (value, expected) in [
        (
            json!({"image_processor_type": "ViTImageProcessor"}),
            "image > , -; processor: image_processor_type",
        ),
        (
            json!({"feature_extractor_type": "Wav2Vec2FeatureExtractor", "sampling_rate": 16000}),
            "audio > , -; processor: sampling_rate",
        ),
        (
            json!({"feature_extractor_type": "ViTFeatureExtractor"}),
            "image > , -; processor: ViTFeatureExtractor",
        ),
        (json!({"processor_class": "X"}), " > , -"),
    ] {
        let evidence = Evidence {
            processor: Some(&value),
            ..Evidence::default()
        };
        check("{}", &evidence, expected);
    }
}

#[test]
fn a_data_set_tells_what_it_holds() {
    let check = |block: &str, names: &[&str], expected: &str| {
        check_kind(RepoKind::Dataset, block, &files(names), expected);
    };
    check(
        "dataset_info: {features: [{name: id, dtype: int64}, {name: picture, dtype: image}, {name: says, list: {dtype: string}}, \
         {name: kind, dtype: {class_label: {names: {'0': a}}}}]}",
        &[],
        " > image text labels, -; features: picture; features: says; features: kind",
    );
    check(
        "dataset_info: [{features: [{name: a, dtype: float32}]}]",
        &["data.csv"],
        " > tabular, -; features: numbers alone",
    );
    check(
        "tags: ['modality:audio', 'modality:smell']",
        &[],
        " > audio, -; tag: modality:audio",
    );
    check(
        "{}",
        &[
            "README.md",
            ".gitattributes",
            "a/1.JPG",
            "a/2.png",
            "list.csv",
        ],
        " > image, -; files: JPG",
    );
    check("{}", &["logo.png", "a.parquet", "b.parquet"], " > , -");
    check(
        "task_categories: [text-to-image, x]",
        &[],
        " > text, -; task: text-to-image",
    );
    check("dataset_info: [5, {features: {a: 1}}]", &[], " > , -");
}

#[test]
fn of_a_space_nothing_is_said() {
    check_kind(
        RepoKind::Space,
        "pipeline_tag: translation",
        &files(&["app.py"]),
        " > , -",
    );
}

#[test]
fn what_is_shown_is_escaped_and_short() {
    let class = format!("Wan\u{1b}[2J{}Pipeline", "x".repeat(1000));
    let index = json!({"_class_name": class});
    let evidence = Evidence {
        model_index: Some(&index),
        ..Evidence::default()
    };
    let found = modality(RepoKind::Model, &Metadata::default(), &evidence);
    let text = &found.reasons[0].found;
    assert!(text.starts_with("Wan\\u{1b}") && text.len() < 200, "{text}");
}

#[test]
fn the_header_of_a_gguf_file_counts_where_nothing_else_tells() {
    let told = |gguf, names| Evidence {
        gguf: Some(gguf),
        ..files(names)
    };
    let alone = &["model-Q4_K_M.gguf"][..];
    for (block, gguf, names, expected) in [
        (
            "{}",
            "llama",
            alone,
            "text > text, text-generation; header: llama",
        ),
        (
            "{}",
            "nomic-bert",
            alone,
            "text > embedding, feature-extraction; header: nomic-bert",
        ),
        ("{}", "t5", alone, "text > text, -; header: t5"),
        ("{}", "clip", alone, " > , -"),
        ("{}", "\u{1b}[2J", alone, " > , -"),
        (
            "{}",
            "gemma3",
            &["mmproj-F16.gguf", "model-Q4_K_M.gguf"],
            "image text > text, image-text-to-text; files: mmproj-F16.gguf",
        ),
        (
            "pipeline_tag: translation",
            "llama",
            alone,
            "text > text, translation; task: translation",
        ),
    ] {
        check(block, &told(gguf, names), expected);
    }
}
