use serde_json::{Value as Json, json};

use super::*;
use crate::{
    Card, Dialect, LintSettings, Severity, Surroundings, lint, render, validate, value_to_json,
};

/// A repository in a test.
#[derive(Default)]
struct Files {
    paths: Vec<(&'static str, String)>,
    shape: ModelShape,
    said: Said,
    header: BTreeMap<String, Vec<String>>,
    name: &'static str,
}

impl Files {
    fn json(mut self, path: &'static str, value: &Json) -> Self {
        self.paths.push((path, value.to_string()));
        self
    }

    fn text(mut self, path: &'static str, text: &str) -> Self {
        self.paths.push((path, text.to_owned()));
        self
    }

    fn fill(&self, kind: RepoKind) -> Template {
        let files: Vec<_> = self.paths.iter().map(|(path, _)| *path).collect();
        let documents = self
            .paths
            .iter()
            .map(|(path, text)| (*path, text.as_bytes()));
        let documents: Vec<_> = documents
            .filter(|(path, _)| template_documents(&[*path]) == [*path])
            .collect();
        let is_weights = |file: &&&str| file.ends_with(".safetensors") || file.ends_with(".gguf");
        let weights: Vec<_> = files.iter().filter(is_weights).copied().collect();
        template(&TemplateSources {
            kind,
            repo: None,
            commit: None,
            name: if self.name.is_empty() {
                "tiny"
            } else {
                self.name
            },
            files: &files,
            documents: &documents,
            shape: &self.shape,
            weights: &weights,
            header: &self.header,
            said: &self.said,
        })
    }

    /// Fills a card and holds it against what is promised of every one.
    #[track_caller]
    fn model(&self) -> (Template, String) {
        self.checked(RepoKind::Model)
    }

    #[track_caller]
    fn checked(&self, kind: RepoKind) -> (Template, String) {
        let filled = self.fill(kind);
        let text = filled.to_card().expect("a card");
        for dialect in [Dialect::Hub, Dialect::Python] {
            let card = Card::read_as(&text, dialect);
            assert_eq!(card.fault, None, "{text}");
            assert_eq!(card.metadata.as_mapping(), &filled.metadata, "{text}");
        }
        let card = Card::read(&text);
        assert_eq!(card.body, filled.body);
        let answer = validate(kind, &text);
        assert!(answer.errors.is_empty(), "{answer:?}\n{text}");
        let around = Surroundings::default();
        for finding in lint(kind, &card, &around, &LintSettings::default()) {
            let diagnostic = finding.diagnostic;
            let is_of_the_author = ["missing-license", "missing-base-model", "missing-metadata"]
                .contains(&diagnostic.rule);
            // A name that looks like a place to fill in is told as one, and rightly so.
            let is_of_the_author = is_of_the_author || self.name.contains("{{");
            assert!(is_of_the_author, "{diagnostic}\n{text}");
            assert_ne!(diagnostic.severity, Severity::Error);
        }
        for (name, _) in &filled.metadata {
            let name = name.as_str().expect("a name");
            let mut fields = filled.origins.iter().filter(|origin| origin.is_field);
            assert!(fields.any(|origin| origin.what == name), "{name}");
        }
        (filled, text)
    }
}

fn metadata(filled: &Template) -> Json {
    value_to_json(&serde_yaml::Value::Mapping(filled.metadata.clone()))
}

fn bert() -> Files {
    let mut files = Files::default()
        .json(
            "config.json",
            &json!({"_name_or_path": "bert-base-uncased", "architectures": ["BertForSequenceClassification"],
                "model_type": "bert", "id2label": {"10": "late", "0": "bad", "1": "good"}}),
        )
        .json("tokenizer_config.json", &json!({"tokenizer_class": "BertTokenizer"}))
        .text("model.safetensors", "");
    files.shape.architectures = vec!["BertForSequenceClassification".to_owned()];
    files.shape.parameters = Some(109_484_547);
    files.shape.precisions = vec!["F32".to_owned()];
    files.shape.context = Some(512);
    files
}

#[test]
fn a_model_of_transformers_says_what_its_files_say() {
    let (filled, text) = bert().model();
    assert_eq!(
        metadata(&filled),
        json!({"base_model": "bert-base-uncased", "library_name": "transformers",
            "pipeline_tag": "text-classification"})
    );
    for row in [
        "A model for text classification with 109.5 million parameters. It was made from `bert-base-uncased`.",
        "| Architecture | `BertForSequenceClassification` |",
        "| Labels | bad, good, late |",
        "| Context length | 512 tokens |",
        "| Parameters | 109,484,547 |",
        "from transformers import AutoModelForSequenceClassification, AutoTokenizer",
        "- `model.safetensors`",
    ] {
        assert!(text.contains(row), "{row}\n{text}");
    }
    assert!(filled.gaps.iter().any(|gap| gap.contains("licence")));
}

#[test]
fn what_the_author_says_counts_first() {
    let mut files = bert().text("LICENSE", "whatever");
    files.said.licenses = vec!["mit".to_owned()];
    files.said.languages = vec!["no".to_owned()];
    files.said.base_models = vec!["lab/larger".parse().expect("an id")];
    let (filled, _) = files.model();
    let found = metadata(&filled);
    assert_eq!(found["license"], "mit");
    assert_eq!(found["language"], "no");
    assert_eq!(found["base_model"], "lab/larger");
}

#[test]
fn no_path_is_a_base_model() {
    for path in [
        "/srv/anna/model",
        "./bert",
        "../models/bert",
        "C:\\models\\bert",
        "out",
        "output/checkpoint-500",
        "run-7/checkpoint-4000",
        "models/llama",
        "tiny",
        "lab/tiny",
        "my-bert",
        "~/bert",
        "https://huggingface.co/a/b",
        "",
    ] {
        let adapter =
            json!({"base_model_name_or_path": path, "peft_type": "LORA", "task_type": "CAUSAL_LM"});
        let (filled, text) = Files::default()
            .json("adapter_config.json", &adapter)
            .model();
        assert_eq!(filled.metadata.get("base_model"), None, "{path}");
        assert!(!text.contains("anna"), "{text}");
        assert!(
            filled.gaps.iter().any(|gap| gap.contains("base_model")),
            "{path}"
        );
    }
}

#[test]
fn an_adapter_is_one_of_its_base() {
    let adapter = json!({"base_model_name_or_path": "meta-llama/Llama-3.2-1B", "peft_type": "LORA", "r": 16,
        "lora_alpha": 32, "bias": "none", "use_dora": false, "target_modules": ["q_proj", "v_proj"],
        "task_type": "CAUSAL_LM", "revision": "0123abc"});
    let (filled, text) = Files::default()
        .json("adapter_config.json", &adapter)
        .model();
    assert_eq!(
        metadata(&filled),
        json!({"base_model": "meta-llama/Llama-3.2-1B", "base_model_relation": "adapter", "library_name": "peft",
            "pipeline_tag": "text-generation", "tags": ["lora"]})
    );
    for row in [
        "An adapter of `meta-llama/Llama-3.2-1B` for text generation.",
        "| Rank | 16 |",
        "| Target modules | `q_proj`, `v_proj` |",
        "revision=\"0123abc\"",
    ] {
        assert!(text.contains(row), "{row}\n{text}");
    }
    assert!(!text.contains("Bias") && !text.contains("DoRA"), "{text}");
}

#[test]
fn merged_and_quantized_models_name_what_they_came_from() {
    let merge = "models:\n- model: a/first\n- model: b/second\n- model: ./third\nmerge_method: ties\nbase_model: a/first\n";
    let (filled, text) = Files::default().text("mergekit_config.yml", merge).model();
    let found = metadata(&filled);
    assert_eq!(found["base_model"], json!(["a/first", "b/second"]));
    assert_eq!(found["base_model_relation"], "merge");
    assert!(text.contains("| Merge method | `ties` |"), "{text}");
    assert_eq!(filled.losses.len(), 1);
    let config = json!({"_name_or_path": "Qwen/Qwen2.5-7B-Instruct", "architectures": ["Qwen2ForCausalLM"],
        "model_type": "qwen2", "quantization_config": {"quant_method": "gptq", "bits": 4}});
    let (filled, text) = Files::default().json("config.json", &config).model();
    assert_eq!(metadata(&filled)["base_model_relation"], "quantized");
    assert!(text.contains("| Quantisation | `gptq`, 4 bits |"), "{text}");
}

#[test]
fn languages_are_those_that_files_list() {
    let whisper = json!({"lang_to_id": {"<|en|>": 1, "<|no|>": 2, "<|jw|>": 3}});
    let (filled, _) = Files::default()
        .json("generation_config.json", &whisper)
        .model();
    assert_eq!(metadata(&filled)["language"], json!(["en", "no"]));
    assert_eq!(
        filled.losses[0].to_string(),
        "generation_config.json: lang_to_id: no codes of ISO 639: jw"
    );
    let tokens = json!({"additional_special_tokens": ["<mask>", "ace_Arab", "eng_Latn"]});
    let (filled, _) = Files::default()
        .json("tokenizer_config.json", &tokens)
        .model();
    assert_eq!(metadata(&filled)["language"], json!(["ace", "eng"]));
    let mut named = bert();
    named.name = "bert-base-german";
    let (filled, _) = named.model();
    assert_eq!(filled.metadata.get("language"), None);
}

#[test]
fn training_and_results_are_those_of_the_trainer() {
    let state = json!({"best_model_checkpoint": "/srv/anna/x", "epoch": 3.0, "global_step": 750, "max_steps": 750,
        "train_batch_size": 8, "num_train_epochs": 3, "log_history": [
            {"eval_loss": 0.5, "eval_accuracy": 0.8, "step": 250}, {"loss": 0.1, "step": 500},
            {"eval_loss": 0.397_123_45, "eval_accuracy": 0.8731, "eval_runtime": 3.1, "step": 750},
            {"train_loss": 0.4123, "total_flos": 1e15, "step": 750}]});
    let arguments = json!({"learning_rate": 2e-5, "warmup_ratio": 0.0, "optim": "adamw_torch", "bf16": true,
        "output_dir": "/srv/anna/out", "max_steps": -1});
    let (_, text) = bert()
        .json("trainer_state.json", &state)
        .json("training_args.json", &arguments)
        .model();
    for row in [
        "| Learning rate | 2e-5 |",
        "| Optimiser | `adamw_torch` |",
        "| Mixed precision | bf16 |",
        "| Epochs | 3 |",
        "| Steps done | 750 |",
        "| `eval_accuracy` | 0.8731 |",
        "| `eval_loss` | 0.3971 |",
        "| `train_loss` | 0.4123 |",
    ] {
        assert!(text.contains(row), "{row}\n{text}");
    }
    for absent in ["anna", "runtime", "Warm-up", "Steps at most", "flos"] {
        assert!(!text.contains(absent), "{absent}\n{text}");
    }
}

#[test]
fn a_mark_of_the_byte_order_and_a_word_said_twice_change_nothing() {
    let config = json!({"architectures": ["BertForMaskedLM"], "model_type": "bert"});
    let mut files = Files::default().text("config.json", &format!("\u{feff}{config}"));
    files.said.languages = vec!["en".to_owned(), "en".to_owned()];
    files.said.base_models = ["a/b", "a/b"]
        .map(|id| id.parse().expect("a name"))
        .to_vec();
    let (filled, _) = files.model();
    assert_eq!(
        metadata(&filled),
        json!({"base_model": "a/b", "language": "en", "library_name": "transformers",
            "pipeline_tag": "fill-mask"})
    );
    assert_eq!(filled.losses, []);
}

#[test]
fn a_precision_is_that_of_the_file_that_was_read() {
    let shape = ModelShape {
        parameters: Some(64),
        precisions: vec!["Q4_K".to_owned()],
        ..ModelShape::default()
    };
    let files = ["tiny-Q4_K_M.gguf", "tiny-Q8_0.gguf"];
    let row = |files: &[&str]| {
        let filled = template(&TemplateSources {
            kind: RepoKind::Model,
            repo: None,
            commit: None,
            name: "tiny",
            files,
            documents: &[],
            shape: &shape,
            weights: &files[..1],
            header: &BTreeMap::new(),
            said: &Said::default(),
        });
        let line = filled.body.lines().find(|line| line.contains("Precision"));
        line.unwrap_or_default().to_owned()
    };
    assert_eq!(row(&files[..1]), "| Precision | Q4_K |");
    assert_eq!(row(&files), "| Precision | Q4_K in `tiny-Q4_K_M.gguf` |");
}

#[test]
fn what_python_writes_for_numbers_that_are_none_hides_no_other_number() {
    let (filled, text) = bert()
        .text(
            "eval_results.json",
            r#"{"eval_loss": NaN, "eval_f1": 0.5, "name": "a \" NaN"}"#,
        )
        .text(
            "trainer_state.json",
            r#"{"global_step": 10, "log_history": [{"grad_norm": -Infinity, "step": 5}]}"#,
        )
        .model();
    assert_eq!(filled.losses, []);
    assert!(text.contains("| `eval_f1` | 0.5 |"), "{text}");
    assert!(text.contains("| Steps done | 10 |"), "{text}");
    assert!(!text.contains("eval_loss"), "{text}");
    let broken = bert().text("eval_results.json", r#"{"eval_loss": NaN,"#);
    assert_eq!(broken.model().0.losses.len(), 1);
}

#[test]
fn an_adapter_is_loaded_by_the_class_that_its_task_names_or_by_none() {
    let config = |task: Json| json!({"base_model_name_or_path": "a/b", "peft_type": "LORA", "task_type": task});
    let text = |task: Json| {
        let files = Files::default().json("adapter_config.json", &config(task));
        files.model().1
    };
    assert!(text(json!("CAUSAL_LM")).contains("AutoModelForCausalLM.from_pretrained("));
    assert!(text(json!("FEATURE_EXTRACTION")).contains(" AutoModel.from_pretrained("));
    assert!(text(Json::Null).contains("<!-- To do: how it is loaded"));
}

#[test]
fn what_weights_say_of_themselves_counts() {
    let mut files = Files::default().text("tiny-Q4_K_M.gguf", "");
    for (name, value) in [
        ("general.license", "llama3.2"),
        ("general.languages", "de"),
        (
            "general.source.repo_url",
            "https://huggingface.co/meta-llama/Llama-3.2-1B",
        ),
    ] {
        files.header.insert(name.to_owned(), vec![value.to_owned()]);
    }
    let (filled, text) = files.model();
    assert_eq!(
        metadata(&filled),
        json!({"license": "llama3.2", "base_model": "meta-llama/Llama-3.2-1B", "base_model_relation": "quantized",
            "language": "de", "library_name": "gguf"})
    );
    assert!(
        text.contains("hf_hub_download(repo, \"tiny-Q4_K_M.gguf\", revision=revision)"),
        "{text}"
    );
}

#[test]
fn other_libraries_are_known_by_their_files() {
    let index = json!({"_class_name": "StableDiffusionPipeline", "unet": ["diffusers", "UNet2DConditionModel"]});
    let (filled, text) = Files::default().json("model_index.json", &index).model();
    let found = metadata(&filled);
    assert_eq!(
        (&found["library_name"], &found["pipeline_tag"]),
        (&json!("diffusers"), &json!("text-to-image"))
    );
    assert!(text.contains("unet (`UNet2DConditionModel`)"), "{text}");
    let sentences = bert()
        .json("modules.json", &json!([]))
        .json("config_sentence_transformers.json", &json!({}));
    let (filled, text) = sentences.model();
    assert_eq!(metadata(&filled)["library_name"], "sentence-transformers");
    assert!(
        text.contains("SentenceTransformer(repo, revision=revision)"),
        "{text}"
    );
    let timm = json!({"architecture": "resnet50", "num_classes": 10, "pretrained_cfg": {"license": "Apache-2.0"}});
    let (filled, _) = Files::default().json("config.json", &timm).model();
    assert_eq!(
        metadata(&filled),
        json!({"license": "apache-2.0", "library_name": "timm", "pipeline_tag": "image-classification"})
    );
    let own = json!({"architectures": ["OwnModel"], "model_type": "own", "auto_map": {"AutoModel": "x.OwnModel"}});
    let (_, text) = Files::default().json("config.json", &own).model();
    assert!(!text.contains("```python"), "{text}");
}

#[test]
fn datasets_and_spaces_have_cards_of_their_own() {
    let info = r#"{"license": "cc-by-4.0", "features": {"text": {"dtype": "string", "_type": "Value"},
        "label": {"names": ["no", "yes"], "_type": "ClassLabel"}},
        "splits": {"train": {"num_examples": 25000}, "test": {"num_examples": 5000}}}"#;
    let (filled, text) = Files::default()
        .text("dataset_info.json", info)
        .checked(RepoKind::Dataset);
    let found = metadata(&filled);
    assert_eq!(
        found["dataset_info"]["features"][0],
        json!({"name": "text", "dtype": "string"})
    );
    let names = &found["dataset_info"]["features"][1]["dtype"]["class_label"]["names"];
    assert_eq!(names, &json!({"0": "no", "1": "yes"}));
    assert_eq!(found["size_categories"], json!(["10K<n<100K"]));
    assert!(
        text.contains("| `train` | 25,000 |\n| `test` | 5,000 |"),
        "{text}"
    );
    let (filled, _) = Files::default()
        .text("app.py", "import gradio as gr\n")
        .text("requirements.txt", "torch\ngradio==5.9.1\n")
        .checked(RepoKind::Space);
    assert_eq!(
        metadata(&filled),
        json!({"title": "tiny", "sdk": "gradio", "sdk_version": "5.9.1", "app_file": "app.py"})
    );
    let (filled, _) = Files::default()
        .text("Dockerfile", "FROM x\nEXPOSE 7860\n")
        .checked(RepoKind::Space);
    assert_eq!(metadata(&filled)["app_port"], 7860);
    let stages = "FROM x AS build\nEXPOSE 99\nFROM y\n";
    let (filled, _) = Files::default()
        .text("Dockerfile", stages)
        .checked(RepoKind::Space);
    assert_eq!(filled.metadata.get("app_port"), None);
    for (line, version) in [
        ("gradio[oauth] == 5.1.0 # pinned", json!("5.1.0")),
        ("gradio-client==1.0", Json::Null),
        ("gradio>=4.0", Json::Null),
    ] {
        let (filled, _) = Files::default()
            .text("app.py", "import gradio as gr\n")
            .text("requirements.txt", line)
            .checked(RepoKind::Space);
        assert_eq!(metadata(&filled)["sdk_version"], version, "{line}");
    }
}

#[test]
fn the_commit_that_was_looked_at_is_the_one_that_is_loaded() {
    let commit = "0123456789abcdef0123456789abcdef01234567"
        .parse()
        .expect("a commit");
    let repo = "lab/tiny".parse().expect("an id");
    let config = br#"{"architectures": ["BertModel"], "model_type": "bert"}"#;
    let filled = template(&TemplateSources {
        kind: RepoKind::Model,
        repo: Some(&repo),
        commit: Some(&commit),
        name: "tiny",
        files: &["config.json"],
        documents: &[("config.json", config)],
        shape: &ModelShape::default(),
        weights: &[],
        header: &BTreeMap::new(),
        said: &Said::default(),
    });
    assert!(
        filled
            .body
            .contains("repo = \"lab/tiny\"\nrevision = \"0123456789"),
        "{}",
        filled.body
    );
}

/// Texts that would be markup, metadata or code wherever they are not words.
const HOSTILE: &[&str] = &[
    "a\n---\nlicense: mit\n---\n# b",
    "</td></table><script>alert(1)</script>",
    "--><img src=x onerror=alert(1)>",
    "`x` | y ``` ~~~",
    "[click](javascript:alert(1)) ![x](https://x.y/z.png)",
    "https://x.y www.x.y a@b.c",
    "\"\"\"); import os; os.system(\"x\") #",
    "{{ license }} [More Information Needed]",
    "&lt;b&gt; $x$ *a* _b_ ~c~ <b>",
    "\u{202e}\u{0}\u{feff}\r\n\t",
    "- a\n- b",
    "1. a",
    "[x]: https://x.y",
];

#[test]
fn texts_of_files_are_nothing_but_words() {
    for text in HOSTILE {
        let hostile = json!({"_name_or_path": text, "architectures": [text, "BertModel"], "model_type": text,
            "architecture": text, "language": [text], "id2label": {"0": text, "1": "x"},
            "quantization_config": {"quant_method": text, "bits": 4},
            "pretrained_cfg": {"license": text}});
        let adapter = json!({"peft_type": text, "base_model_name_or_path": text, "target_modules": [text],
            "task_type": text, "revision": text, text.to_owned(): text});
        let results = json!({format!("eval_{text}"): 1.0});
        let merge = format!(
            "merge_method: {}\nmodels: [{{model: {}}}]\n",
            json!(text),
            json!(text)
        );
        let mut files = Files::default()
            .json("config.json", &hostile)
            .json("adapter_config.json", &adapter)
            .json("model_index.json", &json!({"_class_name": text, text.to_owned(): ["a", text]}))
            .json("eval_results.json", &results)
            .json("meta.json", &json!({"license": text, "lang": text, "pipeline": [text], "performance": {text.to_owned(): 1}}))
            .text("mergekit_config.yml", &merge);
        files.name = text;
        files.shape.architectures = vec![(*text).to_owned()];
        files.shape.family = Some((*text).to_owned());
        files.shape.precisions = vec![(*text).to_owned()];
        files.shape.quantization = Some((*text).to_owned());
        files.shape.parameters = Some(1);
        files
            .header
            .insert("general.license".to_owned(), vec![(*text).to_owned()]);
        files.header.insert(
            "general.base_model.0.repo_url".to_owned(),
            vec![(*text).to_owned()],
        );
        let (filled, card) = files.model();
        assert_eq!(filled.metadata.get("license"), None, "{card}");
        only_ours(&card);
        let info = json!({"features": {text.to_owned(): {"_type": "Value", "dtype": text}},
            "splits": {text.to_owned(): {"num_examples": 1}}});
        let mut dataset = Files::default().json("dataset_info.json", &info);
        dataset.name = text;
        let (_, card) = dataset.checked(RepoKind::Dataset);
        only_ours(&card);
    }
}

/// Holds the structure of a card against that of a template.
#[track_caller]
fn only_ours(text: &str) {
    let card = Card::read(text);
    let outline = card.outline();
    let ours = [
        "Model details",
        "Uses",
        "How to use",
        "Training",
        "Evaluation",
        "Files",
        "Contents",
        "Where it comes from",
    ];
    for section in outline.sections.iter().skip(1) {
        assert!(
            ours.contains(&section.heading.as_str()),
            "{}\n{text}",
            section.heading
        );
    }
    assert!(outline.links.is_empty(), "{:?}\n{text}", outline.links);
    for table in &outline.tables {
        assert!(
            table.rows.iter().all(|row| row.len() == 2),
            "{table:?}\n{text}"
        );
    }
    assert!(
        outline
            .code
            .iter()
            .all(|block| block.text.contains("revision")),
        "{text}"
    );
    let html = render(card.body, &Nowhere, 1_000_000).html;
    for tag in ["<script", "<img", "<b>", "<em", "<del", "<li>a"] {
        assert!(!html.contains(tag), "{tag}\n{text}\n{html}");
    }
}

struct Nowhere;

impl crate::Resolver for Nowhere {
    fn link(&self, _: &crate::Reference<'_>) -> Option<String> {
        Some("x".to_owned())
    }

    fn image(&self, _: &crate::Reference<'_>) -> Option<String> {
        Some("x".to_owned())
    }
}

#[test]
fn broken_and_odd_documents_are_told_and_left() {
    let deep = "[".repeat(100_000);
    let files = Files::default()
        .text("config.json", &deep)
        .text("trainer_state.json", "{\"loss\": nan}")
        .text("mergekit_config.yml", "a: *nothing");
    let (filled, _) = files.model();
    let lost: Vec<_> = filled
        .losses
        .iter()
        .map(|loss| loss.what.as_str())
        .collect();
    assert_eq!(
        lost,
        ["config.json", "trainer_state.json", "mergekit_config.yml"]
    );
    for odd in [
        json!([]),
        json!(null),
        json!(7),
        json!({"architectures": {}, "id2label": [1], "model_type": 5}),
    ] {
        Files::default()
            .json("config.json", &odd)
            .json("adapter_config.json", &odd)
            .model();
        Files::default()
            .json("dataset_info.json", &odd)
            .checked(RepoKind::Dataset);
    }
}
