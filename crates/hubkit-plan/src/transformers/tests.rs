use crate::{Runtime, needs, plan};

use super::*;

const BERT: &str = r#"{"model_type":"bert"}"#;
const SHARDED: &str =
    r#"{"weight_map":{"a":"model-1-of-2.safetensors","b":"model-2-of-2.safetensors"}}"#;

fn path(text: &str) -> RepoPath {
    text.parse().expect("a path")
}

fn tree(paths: &[&str]) -> Vec<TreeFile> {
    let oid = "e69de29bb2d1d6434b8b29ae775ad8c2e48c5391";
    paths
        .iter()
        .map(|text| TreeFile {
            path: path(text),
            size: 10,
            oid: oid.parse().expect("an oid"),
            lfs: None,
        })
        .collect()
}

/// Plans as a client does: reads what is needed until nothing is, from the documents that the test has.
fn plan_with(files: &[&str], documents: &[(&str, &str)]) -> Result<Plan, PlanError> {
    let tree = tree(files);
    let mut read = Documents::new();
    for _round in 0..3 {
        for need in needs(Runtime::TransformersSafetensors, &tree, &read) {
            let found = documents.iter().find(|(name, _)| *name == need.as_str());
            let (_, text) = found.unwrap_or_else(|| panic!("{need} is needed"));
            read.insert(need, text.as_bytes().to_vec());
        }
    }
    plan(Runtime::TransformersSafetensors, &tree, &read)
}

#[track_caller]
fn check(files: &[&str], documents: &[(&str, &str)], expected: &[(Role, &[&str])]) {
    let plan = plan_with(files, documents).expect("a plan");
    for role in [
        Role::Weights,
        Role::WeightsIndex,
        Role::Config,
        Role::Tokenizer,
    ] {
        let found: Vec<&str> = plan.of_role(role).map(|file| file.path.as_str()).collect();
        let expected = expected.iter().find(|(of, _)| *of == role);
        assert_eq!(
            found,
            expected.map_or(&[][..], |(_, paths)| *paths),
            "{role:?}"
        );
    }
    assert_eq!(plan.chosen.len() + plan.left_out.len(), files.len());
    assert!(plan.chosen.iter().all(|choice| !choice.reason.is_empty()));
    assert!(plan.left_out.iter().all(|file| !file.reason.is_empty()));
    assert_eq!(plan.bytes(), 10 * plan.chosen.len() as u64);
}

#[track_caller]
fn check_refused(files: &[&str], documents: &[(&str, &str)], expected: &str) {
    let error = plan_with(files, documents).expect_err("no plan");
    assert_eq!(error.to_string(), expected);
}

#[test]
fn one_file_of_weights_comes_before_an_index_and_before_pickles() {
    check(
        &[
            "config.json",
            "model.safetensors",
            "model.safetensors.index.json",
            "model-1-of-2.safetensors",
            "pytorch_model.bin",
            "vocab.txt",
            "tokenizer.4.0.0.json",
            "onnx/model.onnx",
            "onnx/config.json",
        ],
        &[("config.json", BERT)],
        &[
            (Role::Weights, &["model.safetensors"]),
            (Role::Config, &["config.json"]),
            (Role::Tokenizer, &["tokenizer.4.0.0.json", "vocab.txt"]),
        ],
    );
}

#[test]
fn an_index_brings_its_shards_and_no_other_file() {
    check(
        &[
            "config.json",
            "model-1-of-2.safetensors",
            "model-2-of-2.safetensors",
            "consolidated.safetensors",
            "model.safetensors.index.json",
        ],
        &[
            ("config.json", BERT),
            ("model.safetensors.index.json", SHARDED),
        ],
        &[
            (
                Role::Weights,
                &["model-1-of-2.safetensors", "model-2-of-2.safetensors"],
            ),
            (Role::WeightsIndex, &["model.safetensors.index.json"]),
            (Role::Config, &["config.json"]),
        ],
    );
}

#[test]
fn what_the_configuration_names_comes_first_and_may_take_a_second_round() {
    check(
        &[
            "config.json",
            "model.safetensors",
            "w/x.safetensors.index.json",
            "w/model-1-of-2.safetensors",
            "w/model-2-of-2.safetensors",
        ],
        &[
            (
                "config.json",
                r#"{"transformers_weights":"w/x.safetensors.index.json"}"#,
            ),
            ("w/x.safetensors.index.json", SHARDED),
        ],
        &[
            (
                Role::Weights,
                &["w/model-1-of-2.safetensors", "w/model-2-of-2.safetensors"],
            ),
            (Role::WeightsIndex, &["w/x.safetensors.index.json"]),
            (Role::Config, &["config.json"]),
        ],
    );
    for (name, expected) in [
        (
            "adapter_model.bin",
            "`config.json` names `adapter_model.bin` for weights: expected a .safetensors file",
        ),
        (
            "../x.safetensors",
            "`config.json` names a file that it must not name",
        ),
        (
            "x.safetensors",
            "`config.json` names `x.safetensors`, which is not in the repository",
        ),
    ] {
        let config = format!(r#"{{"transformers_weights":"{name}"}}"#);
        let files = ["config.json", "model.safetensors", "adapter_model.bin"];
        check_refused(&files, &[("config.json", &config)], expected);
    }
}

#[test]
fn modules_of_sentence_transformers_come_along() {
    check(
        &[
            "1_Pooling/config.json",
            "2_Dense/config.json",
            "2_Dense/model.safetensors",
            "2_Dense/pytorch_model.bin",
            "config.json",
            "config_sentence_transformers.json",
            "model.safetensors",
            "modules.json",
            "other/config.json",
            "sentence_bert_config.json",
            "tokenizer.json",
        ],
        &[
            ("config.json", BERT),
            (
                "modules.json",
                r#"[{"path":""},{"path":"1_Pooling"},{"path":"2_Dense"}]"#,
            ),
        ],
        &[
            (
                Role::Weights,
                &["2_Dense/model.safetensors", "model.safetensors"],
            ),
            (
                Role::Config,
                &[
                    "1_Pooling/config.json",
                    "2_Dense/config.json",
                    "config.json",
                    "config_sentence_transformers.json",
                    "modules.json",
                    "sentence_bert_config.json",
                ],
            ),
            (Role::Tokenizer, &["tokenizer.json"]),
        ],
    );
}

#[test]
fn each_file_left_out_has_its_own_reason() {
    let files = [
        ".gitattributes",
        "config.json",
        "model.fp16.safetensors",
        "model.safetensors",
        "modeling_x.py",
        "openvino/openvino_model.bin",
        "optimizer.pt",
        "picture.png",
        "pytorch_model.bin",
        "runs/x",
    ];
    let plan = plan_with(&files, &[("config.json", BERT)]).expect("a plan");
    let reasons: Vec<(&str, &str)> = plan
        .left_out
        .iter()
        .map(|left| (left.file.path.as_str(), left.reason.as_str()))
        .collect();
    assert_eq!(
        reasons,
        [
            (".gitattributes", "for git alone"),
            (
                "model.fp16.safetensors",
                "safetensors that are not the model's chosen weights"
            ),
            (
                "modeling_x.py",
                "code of the repository, which is never run unasked"
            ),
            (
                "openvino/openvino_model.bin",
                "weights of another format: OpenVINO"
            ),
            ("optimizer.pt", "state of the training, not of the model"),
            ("picture.png", "nothing that the runtime reads"),
            (
                "pytorch_model.bin",
                "weights of another format: a pickle, which can run code"
            ),
            ("runs/x", "in a folder that the runtime does not read"),
        ]
    );
}

#[test]
fn without_safetensors_there_is_no_plan_and_what_there_is_is_named() {
    check_refused(
        &["config.json", "pytorch_model.bin", "q4.gguf"],
        &[("config.json", BERT)],
        "there are no weights in safetensors; there is `pytorch_model.bin` (a pickle, which can run code), `q4.gguf` (GGUF)",
    );
    check_refused(
        &["config.json"],
        &[("config.json", BERT)],
        "there are no weights in safetensors",
    );
    check_refused(&["model.safetensors"], &[], "there is no config.json");
    check_refused(
        &["adapter_config.json", "adapter_model.safetensors"],
        &[],
        "there is no config.json: by `adapter_config.json` this is an adapter for another model",
    );
}

#[test]
fn an_index_that_names_what_it_must_not_is_refused() {
    let files = [
        "config.json",
        "model.safetensors.index.json",
        "pytorch_model.bin",
    ];
    for (index, expected) in [
        (
            SHARDED,
            "`model.safetensors.index.json` names `model-1-of-2.safetensors`, which is not in the repository",
        ),
        (
            r#"{"weight_map":{"a":"../../x.safetensors"}}"#,
            "`model.safetensors.index.json` names a file that it must not name",
        ),
        (
            r#"{"weight_map":{"a":"pytorch_model.bin"}}"#,
            "`model.safetensors.index.json` names `pytorch_model.bin` for weights: expected a .safetensors file",
        ),
        (
            r#"{"weight_map":{}}"#,
            "`model.safetensors.index.json` is malformed: expected 1 to 10000 files",
        ),
        (
            "{}",
            "`model.safetensors.index.json` is malformed: there is no `weight_map`",
        ),
    ] {
        let documents = [
            ("config.json", BERT),
            ("model.safetensors.index.json", index),
        ];
        check_refused(&files, &documents, expected);
    }
}

#[test]
fn a_document_that_was_not_read_is_asked_for() {
    let tree = tree(&["config.json", "model.safetensors.index.json"]);
    let first = needs(Runtime::TransformersSafetensors, &tree, &Documents::new());
    assert_eq!(
        first,
        [path("config.json"), path("model.safetensors.index.json")]
    );
    assert_eq!(
        plan(Runtime::TransformersSafetensors, &tree, &Documents::new()),
        Err(PlanError::NotRead {
            path: path("config.json")
        })
    );
}
