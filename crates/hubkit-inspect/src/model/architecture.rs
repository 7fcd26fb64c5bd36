//! How a model is built.

use crate::{Format, Inspection, Tensor};

use super::{
    Attention, AttentionKind, Config,
    attention::{Layers, Shape},
    gguf,
    shapes::Shapes,
};

/// How a model is built, as far as its files say so.
///
/// Numbers come from a stranger and may be absurd; nothing is allocated by them.
#[derive(Clone, PartialEq, Debug, Default)]
#[non_exhaustive]
pub struct Architecture {
    /// Where all this comes from.
    pub source: Option<ArchitectureSource>,
    /// The classes that the model was saved from, such as `LlamaForCausalLM`.
    pub names: Vec<String>,
    /// The family, such as `llama`.
    pub model_type: Option<String>,
    /// The number of layers: of the language model, and of its decoder where it has an encoder too.
    pub layers: Option<u64>,
    /// How many numbers stand for a token between the layers.
    pub hidden: Option<u64>,
    /// How many numbers stand for a token within a feed-forward part.
    pub intermediate: Option<u64>,
    /// The number of attention heads.
    pub heads: Option<u64>,
    /// How many of them have keys and values of their own; the most of all layers.
    pub kv_heads: Option<u64>,
    /// How many numbers a query of one head has.
    pub head_dim: Option<u64>,
    /// The number of tokens that the model was made to look at.
    pub context: Option<u64>,
    /// The number of different tokens.
    pub vocabulary: Option<u64>,
    /// The experts of a mixture.
    pub experts: Option<Experts>,
    /// The number of tokens that layers with a window look back.
    pub sliding_window: Option<u64>,
    /// How positions are scaled beyond what the model was trained for, such as `yarn`.
    pub position_scaling: Option<String>,
    /// What the layers keep of each token; empty where that is not known, or where the model writes no text token by
    /// token.
    pub attention: Vec<Attention>,
    /// Whether the model writes text token by token, and so keeps a cache.
    pub generates: Option<bool>,
    /// The type that the weights are computed in, such as `bfloat16`.
    pub dtype: Option<String>,
    /// Whether the embedding of the input is that of the output too, where that is said.
    pub ties_embeddings: Option<bool>,
}

/// The experts of a mixture.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Experts {
    /// How many there are in a layer, without those that are always used.
    pub total: u64,
    /// How many of them a token goes through.
    pub active: Option<u64>,
    /// How many more are always used.
    pub shared: Option<u64>,
}

/// Where an [`Architecture`] comes from.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
#[non_exhaustive]
pub enum ArchitectureSource {
    /// `config.json`.
    Config,
    /// The metadata of a GGUF file.
    Gguf,
}

impl Architecture {
    /// Concludes it from `config.json` where there is one, else from the metadata of a GGUF file. What they leave out is
    /// told from the shapes of the tensors where that can be done.
    pub fn of(config: Option<&Config>, inspections: &[&Inspection]) -> Self {
        let gguf = inspections
            .iter()
            .find(|inspection| is_described_gguf(inspection));
        match (config, gguf) {
            // Beside a GGUF file a configuration is that of another form of the model.
            (_, Some(file)) => gguf::architecture(&file.metadata),
            (Some(config), None) => {
                let tensors = inspections
                    .iter()
                    .flat_map(|inspection| &inspection.tensors);
                of_config(config, tensors)
            }
            (None, None) => Self::default(),
        }
    }
}

const VOCABULARY: [&str; 2] = ["vocab_size", "padded_vocab_size"];

fn is_described_gguf(inspection: &Inspection) -> bool {
    inspection.format == Format::Gguf && inspection.metadata.contains_key("general.architecture")
}

fn of_config<'t>(config: &Config, tensors: impl Iterator<Item = &'t Tensor>) -> Architecture {
    let shapes = Shapes::of(tensors);
    let has_encoder = config.flag(&["is_encoder_decoder"]) == Some(true);
    let layers = config.number(if has_encoder {
        &[
            "decoder_layers",
            "num_decoder_layers",
            "num_layers",
            "num_hidden_layers",
        ]
    } else {
        &[
            "num_hidden_layers",
            "n_layer",
            "n_layers",
            "num_layers",
            "num_transformer_layers",
        ]
    });
    let hidden = config
        .number(&[
            "hidden_size",
            "n_embd",
            "d_model",
            "dim",
            "model_dim",
            "hidden_dim",
        ])
        .or(shapes.hidden);
    let family = config.language_model_type().or(config.model_type());
    let heads = config.number(if has_encoder {
        &[
            "decoder_attention_heads",
            "num_heads",
            "num_attention_heads",
        ]
    } else {
        &["num_attention_heads", "n_head", "n_heads", "num_heads"]
    });
    let head_dim = config
        .number(&["head_dim", "kv_channels", "d_kv", "d_head"])
        .or(shapes.head_dim)
        .or_else(|| hidden?.checked_div(heads?));
    let heads = heads.or_else(|| shapes.query?.checked_div(head_dim?));
    let kv_heads = kv_heads(config, family)
        .or_else(|| shapes.key?.checked_div(head_dim?))
        .or(heads);
    let mut architecture = Architecture {
        source: Some(ArchitectureSource::Config),
        names: config
            .architectures()
            .into_iter()
            .map(str::to_owned)
            .collect(),
        model_type: config.model_type().map(str::to_owned),
        layers,
        hidden,
        intermediate: config.number(&[
            "intermediate_size",
            "n_inner",
            "ffn_dim",
            "d_ff",
            "decoder_ffn_dim",
            "hidden_dim",
        ]),
        heads,
        kv_heads,
        head_dim,
        context: config.number(&[
            "max_position_embeddings",
            "n_positions",
            "n_ctx",
            "max_seq_len",
            "seq_length",
            "max_sequence_length",
            "max_target_positions",
            "model_max_length",
        ]),
        vocabulary: config.number(&VOCABULARY).or(shapes.vocabulary),
        experts: experts(config),
        sliding_window: sliding_window(config),
        position_scaling: config.position_scaling().map(str::to_owned),
        attention: Vec::new(),
        generates: generates(config),
        dtype: config.dtype().map(str::to_owned),
        ties_embeddings: config.ties_embeddings(),
    };
    if architecture.generates != Some(false) {
        architecture.attention = attention(config, &architecture).unwrap_or_default();
    }
    architecture
}

fn attention(config: &Config, told: &Architecture) -> Option<Vec<Attention>> {
    let layers = told.layers?;
    let kinds = Layers::of(config, layers, told.sliding_window);
    if let Some(rank) = config.number(&["kv_lora_rank"]) {
        let positions = config.number(&["qk_rope_head_dim"]).unwrap_or(0);
        let shape = Shape {
            kv_heads: 1,
            key_dim: rank.saturating_add(positions),
            value_dim: 0,
        };
        let latent = kinds.full.saturating_add(kinds.sliding);
        let parts = [
            shape.layers(latent, AttentionKind::Latent),
            recurrent(kinds),
        ];
        return Some(parts.into_iter().flatten().collect());
    }
    let key_dim = told.head_dim?;
    let shape = Shape {
        kv_heads: told.kv_heads?,
        key_dim,
        value_dim: config.number(&["v_head_dim"]).unwrap_or(key_dim),
    };
    if let Some(different) = by_layer(config, shape) {
        return Some(different);
    }
    let is_sliding = kinds.sliding > 0;
    // Some families have other heads where they look at everything (Gemma 4), or where they don't (MiMo).
    let full = Shape {
        kv_heads: config
            .number(&["num_global_key_value_heads"])
            .filter(|_| is_sliding)
            .unwrap_or(shape.kv_heads),
        key_dim: config
            .number(&["global_head_dim"])
            .filter(|_| is_sliding)
            .unwrap_or(shape.key_dim),
        value_dim: config
            .number(&["global_head_dim"])
            .filter(|_| is_sliding)
            .unwrap_or(shape.value_dim),
    };
    let sliding = Shape {
        kv_heads: config
            .number(&["swa_num_key_value_heads"])
            .unwrap_or(shape.kv_heads),
        key_dim: config.number(&["swa_head_dim"]).unwrap_or(shape.key_dim),
        value_dim: config
            .number(&["swa_v_head_dim"])
            .unwrap_or(shape.value_dim),
    };
    let window = told
        .sliding_window
        .map_or(AttentionKind::Full, AttentionKind::Sliding);
    let parts = [
        full.layers(kinds.full, AttentionKind::Full),
        sliding.layers(kinds.sliding, window),
        recurrent(kinds),
    ];
    Some(parts.into_iter().flatten().collect())
}

fn recurrent(kinds: Layers) -> Option<Attention> {
    let nothing = Shape {
        kv_heads: 0,
        key_dim: 0,
        value_dim: 0,
    };
    nothing.layers(kinds.recurrent, AttentionKind::Recurrent)
}

/// Where each layer says how many heads have keys and values (OpenELM): the layers by that number.
fn by_layer(config: &Config, shape: Shape) -> Option<Vec<Attention>> {
    let list = config
        .value(&["num_key_value_heads", "num_kv_heads"])?
        .as_array()?;
    let mut counts = std::collections::BTreeMap::<u64, u64>::new();
    for heads in list.iter().filter_map(super::config::whole_number) {
        *counts.entry(heads).or_default() += 1;
    }
    let groups = counts.into_iter();
    let groups = groups.filter_map(|(kv_heads, layers)| {
        Shape { kv_heads, ..shape }.layers(layers, AttentionKind::Full)
    });
    Some(groups.collect())
}

fn kv_heads(config: &Config, family: Option<&str>) -> Option<u64> {
    const NAMES: [&str; 5] = [
        "num_key_value_heads",
        "num_kv_heads",
        "n_kv_heads",
        "n_head_kv",
        "multi_query_group_num",
    ];
    let lists = config.value(&NAMES[..2]).and_then(|value| value.as_array());
    if let Some(list) = lists {
        return list.iter().filter_map(super::config::whole_number).max();
    }
    // Falcon's first generation has one head for all, whatever else its file says.
    let is_shared = config.flag(&["multi_query"]) == Some(true)
        && config.flag(&["new_decoder_architecture"]) != Some(true);
    if is_shared && family != Some("chatglm") {
        return Some(1);
    }
    let within = || {
        let section = config.value(&["attn_config"])?.as_object()?;
        section
            .get("kv_n_heads")
            .and_then(super::config::whole_number)
    };
    config.number(&NAMES).or_else(within)
}

fn sliding_window(config: &Config) -> Option<u64> {
    // Qwen gives a window that is not used unless it says so.
    let family = config.language_model_type().or(config.model_type());
    let is_usual = !family.is_some_and(|family| family.starts_with("qwen"));
    if !config.flag(&["use_sliding_window"]).unwrap_or(is_usual) {
        return None;
    }
    config
        .number(&["sliding_window", "attention_chunk_size", "window_size"])
        .filter(|window| *window > 0)
}

fn experts(config: &Config) -> Option<Experts> {
    let total = config.number(&[
        "num_local_experts",
        "n_routed_experts",
        "num_experts",
        "moe_num_experts",
        "num_routed_experts",
        "n_experts",
    ])?;
    (total > 1).then(|| Experts {
        total,
        active: config.number(&[
            "num_experts_per_tok",
            "num_experts_per_token",
            "experts_per_token",
            "moe_top_k",
            "moe_k",
            "top_k_experts",
            "num_selected_experts",
        ]),
        shared: config.number(&[
            "n_shared_experts",
            "num_shared_experts",
            "moe_num_shared_experts",
        ]),
    })
}

/// Whether the model writes text token by token: said by the names of its classes, else by its family.
fn generates(config: &Config) -> Option<bool> {
    const WRITERS: [&str; 5] = [
        "ForCausalLM",
        "LMHeadModel",
        "ForConditionalGeneration",
        "ForCausalLMWithValueHead",
        "ForSeq2SeqLM",
    ];
    const ENCODERS: [&str; 14] = [
        "bert",
        "roberta",
        "xlm-roberta",
        "distilbert",
        "albert",
        "electra",
        "deberta",
        "deberta-v2",
        "mpnet",
        "modernbert",
        "vit",
        "clip",
        "wav2vec2",
        "nomic_bert",
    ];
    let names = config.architectures();
    if names
        .iter()
        .any(|name| WRITERS.iter().any(|end| name.ends_with(end)))
    {
        return Some(true);
    }
    if let Some(family) = config
        .model_type()
        .filter(|_| config.flag(&["is_decoder"]) != Some(true))
        && ENCODERS.contains(&family)
    {
        return Some(false);
    }
    // Classes that judge or embed, on a body that could write; and models without a vocabulary to write with.
    let judges = [
        "ForSequenceClassification",
        "ForTokenClassification",
        "ForMaskedLM",
        "ForImageClassification",
        "EncoderModel",
    ];
    let is_judge = |name: &&str| judges.iter().any(|end| name.ends_with(end));
    let judges_only = !names.is_empty() && names.iter().all(is_judge);
    let has_words = config.number(&VOCABULARY).is_some();
    (judges_only || !names.is_empty() && !has_words).then_some(false)
}
