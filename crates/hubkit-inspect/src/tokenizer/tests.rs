use super::*;
use crate::{Inspector, Verdict};

fn told(json: &str) -> Result<Inspection, InspectError> {
    let file = json.as_bytes();
    let mut inspector = Inspector::new(file.len() as u64);
    while let Some(range) = inspector.need() {
        let at = |offset| usize::try_from(offset).expect("small");
        inspector.feed(&file[at(range.start())..at(range.end())]);
    }
    inspector.finish()
}

const BPE: &str = r#"{
  "version": "1.0",
  "truncation": {"direction": "Right", "max_length": 512, "strategy": "LongestFirst", "stride": 0},
  "padding": {"strategy": {"Fixed": 128}, "pad_token": "<pad>"},
  "added_tokens": [
    {"id": 0, "content": "<s>", "special": true},
    {"id": 9, "content": "<new>", "special": true},
    {"id": 10, "content": "plain", "special": false}
  ],
  "normalizer": {"type": "Sequence", "normalizers": [{"type": "Prepend", "prepend": "_"}, {"type": "NFC"}]},
  "pre_tokenizer": null,
  "post_processor": {"type": "TemplateProcessing", "single": [{"Sequence": {"id": "A", "type_id": 0}}]},
  "decoder": {"type": "ByteLevel"},
  "model": {
    "type": "BPE", "dropout": null, "unk_token": "<unk>", "byte_fallback": true,
    "vocab": {"\u003cs>": 0, "a": 1, "b": 2, "ab": 3},
    "merges": [["a", "b"]]
  }
}"#;

#[test]
fn a_tokenizer_is_described_and_its_vocabulary_counted() {
    let told = told(BPE).expect("a sound tokenizer");
    assert_eq!(
        (told.format, told.verdict()),
        (Format::Tokenizer, Verdict::Sound)
    );
    let texts = [
        ("version", "1.0"),
        ("truncation.strategy", "LongestFirst"),
        ("padding.strategy", "Fixed(128)"),
        ("normalizer", "Sequence(Prepend, NFC)"),
        ("post_processor", "TemplateProcessing"),
        ("decoder", "ByteLevel"),
        ("model.type", "BPE"),
        ("model.unk_token", "<unk>"),
    ];
    for (key, text) in texts {
        assert_eq!(told.metadata[key].as_text(), Some(text), "{key}");
    }
    let numbers = [
        ("truncation.max_length", 512),
        ("added_tokens", 3),
        ("model.vocabulary", 4),
        ("model.merges", 1),
        ("vocabulary", 6),
    ];
    for (key, number) in numbers {
        assert_eq!(told.metadata[key].as_u64(), Some(number), "{key}");
    }
    let special = MetadataValue::List {
        element: "STRING",
        length: 2,
        first: ["<s>", "<new>"]
            .map(|token| MetadataValue::Text(token.to_owned()))
            .into(),
    };
    assert_eq!(told.metadata["special_tokens"], special);
    assert!(!told.metadata.contains_key("pre_tokenizer"));
}

#[test]
fn every_model_is_known_also_where_it_is_not_named_or_comes_first() {
    for (model, kind, vocabulary) in [
        (r#"{"vocab": {"a": 0}, "merges": []}"#, "BPE", 1),
        (
            r#"{"vocab": [["a", -1.5], ["<x>", 0]], "unk_id": 0}"#,
            "Unigram",
            2,
        ),
        (
            r#"{"vocab": {"a": 0}, "max_input_chars_per_word": 100}"#,
            "WordPiece",
            1,
        ),
        (r#"{"vocab": {"a": 0, "b": 1}}"#, "WordLevel", 2),
    ] {
        let json = format!(r#"{{"model": {model}, "added_tokens": [{{"content": "<x>"}}]}}"#);
        let told = told(&json).expect("a sound tokenizer");
        assert_eq!(told.metadata["model.type"].as_text(), Some(kind));
        assert_eq!(told.metadata["model.vocabulary"].as_u64(), Some(vocabulary));
        let total = if kind == "Unigram" { 2 } else { vocabulary + 1 };
        assert_eq!(told.metadata["vocabulary"].as_u64(), Some(total), "{kind}");
    }
}

#[test]
fn other_json_is_not_taken_for_a_tokenizer() {
    for other in [
        "{}",
        "[1]",
        r#"{"version": "1.0"}"#,
        r#"{"version": "1.0", "name": "x"}"#,
        r#"{"weight_map": {}}"#,
        r#"{"model": {"added_tokens": []}}"#,
        r#"{"added_tokens": [], "model_max_length": 5}"#,
        r#"{"added_tokens": [], "decoder": null}"#,
    ] {
        let fault = told(other).expect_err("no tokenizer");
        assert!(
            matches!(
                fault,
                InspectError::Unrecognised { .. }
                    | InspectError::Truncated { .. }
                    | InspectError::Malformed {
                        format: Format::Safetensors,
                        ..
                    }
            ),
            "{other}: {fault}"
        );
    }
}

#[test]
fn what_is_wrong_is_said() {
    for (json, message) in [
        (
            r#"{"added_tokens": 1, "model": {}}"#,
            "expected a list of tokens",
        ),
        (r#"{"added_tokens": [], "model": 5}"#, "expected a model"),
        (
            r#"{"added_tokens": [], "model": {"vocab": 5}}"#,
            "expected a vocabulary",
        ),
        (
            r#"{"added_tokens": [], "model": {"vocab": [[]]}}"#,
            "expected a token and its score",
        ),
        (r#"{"added_tokens": [{}], "model": {}}"#, "missing field"),
        (r#"{"added_tokens": [], "model": {}"#, "EOF"),
        (
            r#"{"added_tokens": [], "model": {}} x"#,
            "trailing characters",
        ),
    ] {
        let fault = told(json).expect_err("no tokenizer").to_string();
        assert!(fault.contains(message), "{json}: {fault}");
    }
    let twice = told(
        r#"{"added_tokens": [], "model": {"type": "X", "type": "Y"}, "decoder": 1, "decoder": 2}"#,
    );
    let twice = twice.expect("something is told");
    let codes: Vec<_> = twice.findings.iter().map(|finding| finding.code).collect();
    assert_eq!(codes, ["duplicate-key", "duplicate-key", "model"]);
    let deep = format!(r#"{{"added_tokens": [], "model": {}"#, "[".repeat(100_000));
    assert!(told(&deep).is_err());
}

#[test]
fn no_change_of_a_byte_makes_trouble() {
    for position in 0..BPE.len() {
        for change in [1, 2, 0x20] {
            let mut changed = BPE.as_bytes().to_vec();
            changed[position] ^= change;
            if let Ok(changed) = String::from_utf8(changed) {
                let _ = told(&changed);
            }
        }
        let _ = told(BPE.get(..position).unwrap_or_default());
    }
}
