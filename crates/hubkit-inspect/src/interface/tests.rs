use super::*;
use crate::Operators;

fn told(interface: &Interface) -> Vec<String> {
    let line = |slot: &Slot| {
        let shape = slot.port.shape.iter().flatten().map(|length| match length {
            Dimension::Fixed(length) => length.to_string(),
            Dimension::Named(name) => name.clone(),
            Dimension::Free => "?".to_owned(),
        });
        let shape: Vec<String> = shape.collect();
        let element = slot.port.element.as_ref().map_or("", ElementType::name);
        format!(
            "{} {element} [{}] {}",
            slot.port.name,
            shape.join(", "),
            slot.about
        )
    };
    interface
        .inputs
        .iter()
        .chain(&interface.outputs)
        .map(line)
        .collect()
}

#[track_caller]
fn check(
    task: Option<&str>,
    config: &str,
    processor: &str,
    tokenizer: &str,
    expected: &[&str],
    from: &str,
) {
    let config = Config::parse(config.as_bytes()).expect("an object");
    let processor = ProcessorConfig::parse(processor.as_bytes()).ok();
    let tokenizer = TokenizerConfig::parse(tokenizer.as_bytes()).ok();
    let interface = Interface::expected(InterfaceSources {
        graph: None,
        task,
        config: Some(&config),
        processor: processor.as_ref(),
        tokenizer: tokenizer.as_ref(),
    });
    assert_eq!(told(&interface), expected);
    let sources: Vec<&str> = interface
        .concluded_from
        .iter()
        .map(|source| source.as_str())
        .collect();
    assert_eq!(sources.join(" "), from);
}

#[test]
fn texts_are_expected_where_the_class_reads_texts() {
    check(
        None,
        r#"{"architectures":["BertForSequenceClassification"],"id2label":{"0":"a","1":"b","2":"c"}}"#,
        "",
        r#"{"model_max_length":512,"model_input_names":["input_ids","token_type_ids","attention_mask"]}"#,
        &[
            "input_ids I64 [batch, sequence] a text as numbers of tokens, at most 512",
            "attention_mask I64 [batch, sequence] 1 for a token, 0 for what only fills up",
            "token_type_ids I64 [batch, sequence] 0 for tokens of the first text, 1 for those of the second",
            "logits F32 [batch, 3] a score for each label",
        ],
        "config tokenizer",
    );
    check(
        Some("text-generation"),
        r#"{"vocab_size":32000}"#,
        "",
        "{\"model_max_length\":1000000000000000019884624838656}",
        &[
            "input_ids I64 [batch, sequence] a text as numbers of tokens",
            "attention_mask I64 [batch, sequence] 1 for a token, 0 for what only fills up",
            "logits F32 [batch, sequence, 32000] a score for each token of the vocabulary",
        ],
        "task config tokenizer",
    );
}

#[test]
fn images_have_the_size_that_the_processor_brings_them_to() {
    for (processor, height, about) in [
        (
            r#"{"size":{"height":224,"width":224},"image_mean":[0.5,0.5,0.5]}"#,
            "224, 224",
            ", brought to 224 × 224",
        ),
        (
            r#"{"size":256,"do_center_crop":true,"crop_size":{"height":224,"width":192}}"#,
            "224, 192",
            ", brought to 224 × 192",
        ),
        (
            r#"{"image_processor":{"size":{"shortest_edge":800}}}"#,
            "height, width",
            ", its shorter side brought to 800",
        ),
        (r#"{"size":"large"}"#, "height, width", ""),
    ] {
        check(
            Some("image-classification"),
            r#"{"id2label":{"0":"a"}}"#,
            processor,
            "",
            &[
                &format!("pixel_values F32 [batch, 3, {height}] an image{about}"),
                "logits F32 [batch, 1] a score for each label",
            ],
            "task config processor",
        );
    }
}

#[test]
fn sounds_are_features_or_samples() {
    check(
        None,
        r#"{"architectures":["WhisperForConditionalGeneration"],"is_encoder_decoder":true,"vocab_size":51865}"#,
        r#"{"feature_size":80,"sampling_rate":16000,"chunk_length":30,"nb_max_frames":3000}"#,
        "",
        &[
            "input_features F32 [batch, 80, 3000] a sound measured 16000 times a second, 30 seconds at once",
            "decoder_input_ids I64 [batch, written] what was written so far",
            "logits F32 [batch, written, 51865] a score for each token of the vocabulary",
        ],
        "config processor",
    );
    check(
        None,
        r#"{"architectures":["Wav2Vec2ForCTC"],"vocab_size":32}"#,
        r#"{"feature_size":1,"sampling_rate":16000}"#,
        "",
        &[
            "input_values F32 [batch, samples] a sound measured 16000 times a second",
            "logits F32 [batch, frames, 32] a score for each token of the vocabulary",
        ],
        "config processor",
    );
}

#[test]
fn a_graph_knows_better_than_any_task() {
    let port = Port {
        name: "x".to_owned(),
        kind: PortKind::Tensor,
        element: None,
        shape: None,
    };
    let graph = Graph {
        name: String::new(),
        inputs: vec![port.clone()],
        outputs: vec![port],
        operators: Operators::default(),
        external_files: Vec::new(),
    };
    let sources = InterfaceSources {
        graph: Some(&graph),
        task: Some("fill-mask"),
        ..InterfaceSources::default()
    };
    let interface = Interface::expected(sources);
    assert_eq!(interface.concluded_from, [InterfaceSource::Graph]);
    assert_eq!(
        (
            interface.inputs.len(),
            interface.outputs.len(),
            interface.task
        ),
        (1, 1, None)
    );
}

#[test]
fn where_nothing_is_known_nothing_is_said() {
    for (task, config) in [
        (None, "{}"),
        (
            Some("reinforcement-learning"),
            r#"{"architectures":["Unheard"]}"#,
        ),
    ] {
        check(task, config, "{}", "{}", &[], "");
    }
}

#[test]
fn every_task_has_a_name_inputs_and_outputs() {
    for (name, task) in tasks::NAMES {
        assert!(Task::named(task.name()) == Some(task), "{name}");
        let interface = Interface::expected(InterfaceSources {
            task: Some(name),
            ..InterfaceSources::default()
        });
        assert!(
            !interface.inputs.is_empty() && !interface.outputs.is_empty(),
            "{name}"
        );
    }
}

#[test]
fn special_tokens_are_texts_or_objects() {
    let tokenizer = TokenizerConfig::parse(
        br#"{"bos_token":"<s>","eos_token":{"content":"</s>","lstrip":false},"pad_token":null,"chat_template":"x"}"#,
    )
    .expect("an object");
    assert_eq!(
        tokenizer.special_tokens(),
        [("bos_token", "<s>"), ("eos_token", "</s>")]
    );
    assert!(tokenizer.has_chat_template());
    assert_eq!((tokenizer.class(), tokenizer.longest()), (None, None));
}
