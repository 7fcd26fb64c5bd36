//! The hub that the demo is shown on: made in memory, the same each time.

use bytes::Bytes;
use hubkit::{
    Repo, RepoKind, Revision,
    api::Gated,
    store::{DynStore, MemoryStore, Storage},
};
use hubkit_mirror::{Access, Mirror};
use safetensors::{Dtype, tensor::TensorView};

/// The model that the demo walks.
pub const MODEL: &str = "hubkit-demo/tiny-bert";
/// The dataset.
pub const DATASET: &str = "hubkit-demo/tiny-sentences";
/// The repository that not everyone may read.
pub const GATED: &str = "hubkit-demo/gated-tiny-bert";
/// The account that was accepted for the gated repository.
pub const USER: &str = "ada";
/// Its token. It opens nothing but this demo.
pub const TOKEN: &str = "hf_hubkit_demo_opens_nothing_else";

const HIDDEN: usize = 32;
const INTERMEDIATE: usize = 64;
const LAYERS: usize = 2;
const POSITIONS: usize = 64;
const WORDS: [&str; 24] = [
    "[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "a", "and", "cat", "dog", "every", "file",
    "from", "has", "hub", "is", "its", "model", "of", "tensor", "the", "to", "verified", ".", ",",
];

/// The demo's repositories as a mirror.
pub fn mirror() -> Mirror {
    let store = MemoryStore::new();
    let weights = weights();
    store.insert(
        repo(RepoKind::Model, MODEL),
        Revision::main(),
        model_files(&weights),
    );
    store.insert(
        repo(RepoKind::Model, GATED),
        Revision::main(),
        gated_files(&weights),
    );
    store.insert(
        repo(RepoKind::Dataset, DATASET),
        Revision::main(),
        dataset_files(),
    );
    let access = Access::open().with_user(USER, TOKEN).with_gated(
        repo(RepoKind::Model, GATED),
        Gated::Auto,
        &[USER],
    );
    Mirror::new(DynStore::new(store)).with_access(access)
}

/// One of the demo's repositories.
///
/// # Panics
///
/// When `id` is not a repository's name.
pub fn repo(kind: RepoKind, id: &str) -> Repo {
    Repo::new(
        kind,
        id.parse().expect("the names of the demo are well-formed"),
    )
}

type File = (hubkit::RepoPath, Bytes, Storage);

fn file(path: &str, content: impl Into<Bytes>) -> File {
    (
        path.parse().expect("the paths of the demo are well-formed"),
        content.into(),
        Storage::Git,
    )
}

fn large(path: &str, content: &Bytes) -> File {
    (
        path.parse().expect("the paths of the demo are well-formed"),
        content.clone(),
        Storage::Lfs,
    )
}

fn model_files(weights: &Bytes) -> Vec<File> {
    vec![
        file(
            ".gitattributes",
            "*.safetensors filter=lfs diff=lfs merge=lfs -text\n",
        ),
        file("README.md", include_str!("../demo/model-card.md")),
        file("config.json", config()),
        file(
            "special_tokens_map.json",
            include_str!("../demo/special_tokens_map.json"),
        ),
        file("tokenizer.json", tokenizer()),
        file(
            "tokenizer_config.json",
            include_str!("../demo/tokenizer_config.json"),
        ),
        file(
            "training/loss.csv",
            "step,loss\n0,3.17\n100,1.02\n200,0.41\n",
        ),
        file("vocab.txt", WORDS.join("\n") + "\n"),
        large("model.fp16.safetensors", &half_weights()),
        large("model.safetensors", weights),
    ]
}

fn gated_files(weights: &Bytes) -> Vec<File> {
    vec![
        file(
            ".gitattributes",
            "*.safetensors filter=lfs diff=lfs merge=lfs -text\n",
        ),
        file("README.md", include_str!("../demo/gated-card.md")),
        file("config.json", config()),
        large("model.safetensors", weights),
    ]
}

fn dataset_files() -> Vec<File> {
    vec![
        file("README.md", include_str!("../demo/dataset-card.md")),
        file("data/train.jsonl", include_str!("../demo/train.jsonl")),
    ]
}

fn config() -> String {
    serde_json::json!({
        "architectures": ["BertModel"], "model_type": "bert", "vocab_size": WORDS.len(), "hidden_size": HIDDEN,
        "num_hidden_layers": LAYERS, "num_attention_heads": 2, "intermediate_size": INTERMEDIATE, "hidden_act": "gelu",
        "max_position_embeddings": POSITIONS, "type_vocab_size": 2, "layer_norm_eps": 1e-12, "pad_token_id": 0,
        "torch_dtype": "float32",
    })
    .to_string()
}

fn tokenizer() -> String {
    let special = |id: usize| {
        serde_json::json!({
            "id": id, "content": WORDS[id], "single_word": false, "lstrip": false, "rstrip": false,
            "normalized": false, "special": true,
        })
    };
    let vocabulary: serde_json::Map<String, serde_json::Value> = WORDS
        .iter()
        .enumerate()
        .map(|(id, word)| ((*word).to_owned(), id.into()))
        .collect();
    serde_json::json!({
        "version": "1.0", "truncation": null, "padding": null,
        "added_tokens": (0..5).map(special).collect::<Vec<_>>(),
        "normalizer": {"type": "BertNormalizer", "clean_text": true, "handle_chinese_chars": true, "strip_accents": null,
            "lowercase": true},
        "pre_tokenizer": {"type": "BertPreTokenizer"},
        "post_processor": {"type": "BertProcessing", "sep": ["[SEP]", 3], "cls": ["[CLS]", 2]},
        "decoder": {"type": "WordPiece", "prefix": "##", "cleanup": true},
        "model": {"type": "WordPiece", "unk_token": "[UNK]", "continuing_subword_prefix": "##",
            "max_input_chars_per_word": 100, "vocab": vocabulary},
    })
    .to_string()
}

/// Names and shapes of a BERT encoder's parameters.
fn parameters() -> Vec<(String, Vec<usize>)> {
    let mut parameters = Vec::new();
    let mut add = |name: String, shape: &[usize]| parameters.push((name, shape.to_vec()));
    add(
        "embeddings.word_embeddings.weight".to_owned(),
        &[WORDS.len(), HIDDEN],
    );
    add(
        "embeddings.position_embeddings.weight".to_owned(),
        &[POSITIONS, HIDDEN],
    );
    add(
        "embeddings.token_type_embeddings.weight".to_owned(),
        &[2, HIDDEN],
    );
    add("embeddings.LayerNorm.weight".to_owned(), &[HIDDEN]);
    add("embeddings.LayerNorm.bias".to_owned(), &[HIDDEN]);
    for layer in 0..LAYERS {
        let linear = [
            ("attention.self.query", HIDDEN, HIDDEN),
            ("attention.self.key", HIDDEN, HIDDEN),
            ("attention.self.value", HIDDEN, HIDDEN),
            ("attention.output.dense", HIDDEN, HIDDEN),
            ("intermediate.dense", INTERMEDIATE, HIDDEN),
            ("output.dense", HIDDEN, INTERMEDIATE),
        ];
        for (name, rows, columns) in linear {
            add(
                format!("encoder.layer.{layer}.{name}.weight"),
                &[rows, columns],
            );
            add(format!("encoder.layer.{layer}.{name}.bias"), &[rows]);
        }
        for name in ["attention.output.LayerNorm", "output.LayerNorm"] {
            add(format!("encoder.layer.{layer}.{name}.weight"), &[HIDDEN]);
            add(format!("encoder.layer.{layer}.{name}.bias"), &[HIDDEN]);
        }
    }
    add("pooler.dense.weight".to_owned(), &[HIDDEN, HIDDEN]);
    add("pooler.dense.bias".to_owned(), &[HIDDEN]);
    parameters
}

/// Small numbers that look random and are the same each time (a linear congruential generator).
fn numbers() -> impl Iterator<Item = f32> {
    let step = |state: &u32| Some(state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223));
    std::iter::successors(Some(2_463_534_242), step).map(|state| {
        #[expect(clippy::cast_precision_loss, reason = "24 bits fit")]
        let number = (state >> 8) as f32 / 16_777_216.0;
        (number - 0.5) * 0.08
    })
}

fn weights() -> Bytes {
    write(Dtype::F32, |number| number.to_le_bytes().to_vec())
}

/// The same weights as halves: what a runtime takes only when it is asked to.
fn half_weights() -> Bytes {
    write(Dtype::F16, |number| half(number).to_le_bytes().to_vec())
}

fn write(dtype: Dtype, encode: impl Fn(f32) -> Vec<u8>) -> Bytes {
    let mut numbers = numbers();
    let content: Vec<(String, Vec<usize>, Vec<u8>)> = parameters()
        .into_iter()
        .map(|(name, shape)| {
            let length = shape.iter().product();
            let is_scale = name.ends_with("LayerNorm.weight");
            let data = numbers
                .by_ref()
                .take(length)
                .flat_map(|number| encode(if is_scale { 1.0 } else { number }));
            let data = data.collect();
            (name, shape, data)
        })
        .collect();
    let views = content.iter().map(|(name, shape, data)| {
        let view = TensorView::new(dtype, shape.clone(), data)
            .expect("the data is as long as its shape says");
        (name.as_str(), view)
    });
    let metadata = [("format".to_owned(), "pt".to_owned())]
        .into_iter()
        .collect();
    safetensors::serialize(views, Some(metadata))
        .expect("the tensors are well-formed")
        .into()
}

/// The nearest half-precision number below, for magnitudes that halves can hold.
fn half(number: f32) -> u16 {
    let bits = number.to_bits();
    let sign = (bits >> 16) & 0x8000;
    let exponent = ((bits >> 23) & 0xff).saturating_sub(112);
    let rest = if exponent == 0 {
        0
    } else {
        exponent << 10 | (bits >> 13) & 0x3ff
    };
    u16::try_from(sign | rest).expect("sixteen bits were kept")
}
