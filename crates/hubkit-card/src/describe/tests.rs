use serde_json::json;

use super::*;
use crate::Metadata;

#[track_caller]
fn check(kind: RepoKind, block: &str, evidence: &Evidence<'_>, tags: &[&str]) -> Description {
    let data = CardData::of(&Metadata::read(block).expect("metadata"));
    let found = describe(kind, &data, evidence);
    assert_eq!(found.tags, tags);
    found
}

const NOTHING: Evidence<'_> = Evidence {
    body: "",
    files: &[],
    config: None,
    model_index: None,
    adapter: None,
    processor: None,
    gguf: None,
};

#[test]
fn a_models_tags_are_its_cards_and_what_follows() {
    let config = json!({"model_type": "bert", "architectures": ["BertForMaskedLM"]});
    let evidence = Evidence {
        body: "See https://arxiv.org/abs/1810.04805.",
        files: &[
            "config.json",
            "model.safetensors",
            "onnx/model.onnx",
            "README.md",
        ],
        config: Some(&config),
        ..NOTHING
    };
    let block =
        "license: mit\nlanguage: [en, no]\ntags: [exbert, en]\ndatasets: squad\nbase_model: a/b";
    let found = check(
        RepoKind::Model,
        block,
        &evidence,
        &[
            "transformers",
            "onnx",
            "safetensors",
            "bert",
            "fill-mask",
            "exbert",
            "en",
            "no",
            "dataset:squad",
            "arxiv:1810.04805",
            "base_model:a/b",
            "base_model:finetune:a/b",
            "license:mit",
        ],
    );
    assert_eq!(found.auto_model, Some("AutoModelForMaskedLM"));
}

#[test]
fn what_the_card_says_counts_before_what_follows() {
    let config = json!({"model_type": "bert", "architectures": ["BertForMaskedLM"]});
    let evidence = Evidence {
        config: Some(&config),
        ..NOTHING
    };
    let block = "library_name: mine\npipeline_tag: other\nbase_model: [a/b, c/d]\nbase_model_relation: merge";
    let tags = [
        "mine",
        "bert",
        "other",
        "base_model:a/b",
        "base_model:merge:a/b",
        "base_model:c/d",
        "base_model:merge:c/d",
    ];
    check(RepoKind::Model, block, &evidence, &tags);
}

#[test]
fn where_there_is_doubt_nothing_is_said() {
    let config = json!({"model_type": "t5", "architectures": ["T5ForConditionalGeneration"]});
    let evidence = Evidence {
        config: Some(&config),
        ..NOTHING
    };
    let found = check(RepoKind::Model, "", &evidence, &["transformers", "t5"]);
    assert_eq!(found.pipeline_tag, None);
    for config in [
        json!({}),
        json!([]),
        json!({"model_type": 7, "architectures": {}}),
    ] {
        let evidence = Evidence {
            config: Some(&config),
            ..NOTHING
        };
        check(RepoKind::Model, "", &evidence, &[]);
    }
}

#[test]
fn how_a_model_came_from_another_is_told_by_its_files() {
    for (files, tags, relation) in [
        (&["adapter_config.json"][..], "x", "adapter"),
        (&["m-Q4_K_M.gguf"][..], "x", "quantized"),
        (&[][..], "awq", "quantized"),
        (&[][..], "x", "finetune"),
    ] {
        let evidence = Evidence { files, ..NOTHING };
        let block = format!("base_model: a/b\ntags: {tags}");
        let data = CardData::of(&Metadata::read(&block).expect("metadata"));
        let found = describe(RepoKind::Model, &data, &evidence).tags;
        assert!(
            found.contains(&format!("base_model:{relation}:a/b")),
            "{found:?}"
        );
    }
}

#[test]
fn a_data_sets_tags_carry_the_names_of_their_fields() {
    let evidence = Evidence {
        files: &["README.md", "data/a.parquet", "data/b.parquet"],
        ..NOTHING
    };
    check(
        RepoKind::Dataset,
        "license: mit\nlanguage: no\ntask_categories: [text-generation]\nsize_categories: n<1K\ntags: [x]",
        &evidence,
        &[
            "task_categories:text-generation",
            "language:no",
            "license:mit",
            "size_categories:n<1K",
            "format:parquet",
            "x",
        ],
    );
    let mixed = Evidence {
        files: &["a.csv", "b.json"],
        ..NOTHING
    };
    check(RepoKind::Dataset, "", &mixed, &[]);
}

#[test]
fn a_spaces_tags_begin_with_what_it_is_built_with() {
    let block = "sdk: gradio\nlicense: mit\ntags: [demo]";
    check(
        RepoKind::Space,
        block,
        &NOTHING,
        &["gradio", "demo", "license:mit"],
    );
}

#[test]
fn no_card_makes_tags_without_end() {
    let many: Vec<String> = (0..5_000).map(|count| format!("t{count}")).collect();
    let data = CardData {
        tags: many,
        ..CardData::default()
    };
    assert_eq!(
        describe(RepoKind::Space, &data, &NOTHING).tags.len(),
        Tags::MOST
    );
}
