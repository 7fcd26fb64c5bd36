//! How a model is built, from the metadata of a GGUF file.
//!
//! The keys are those of the specification in ggml's repository; what they come to is what llama.cpp makes of them.

use std::collections::BTreeMap;

use crate::MetadataValue;

use super::{
    Architecture, ArchitectureSource, Attention, AttentionKind, Experts,
    attention::{Layers, Shape, alternation},
};

struct Keys<'m> {
    metadata: &'m BTreeMap<String, MetadataValue>,
    family: &'m str,
}

impl Keys<'_> {
    fn value(&self, key: &str) -> Option<&MetadataValue> {
        self.metadata.get(&format!("{}.{key}", self.family))
    }

    /// One number; of a list the largest.
    fn number(&self, key: &str) -> Option<u64> {
        match self.value(key)? {
            MetadataValue::List { first, .. } => {
                first.iter().filter_map(MetadataValue::as_u64).max()
            }
            value => value.as_u64(),
        }
    }

    /// A count of heads, unless it can't be meant.
    fn heads(&self, key: &str) -> Option<u64> {
        self.number(key).filter(|heads| *heads <= MOST_HEADS)
    }
}

/// No model has so many heads in a layer.
const MOST_HEADS: u64 = 1 << 20;

/// The counts of heads that can't be meant, as key and number.
pub(crate) fn absurd_heads(metadata: &BTreeMap<String, MetadataValue>) -> Vec<(String, u64)> {
    let family = metadata.get("general.architecture");
    let Some(family) = family.and_then(MetadataValue::as_text) else {
        return Vec::new();
    };
    let keys = Keys { metadata, family };
    let counts = ["attention.head_count", "attention.head_count_kv"];
    let counts = counts
        .into_iter()
        .filter_map(|key| Some((format!("{family}.{key}"), keys.number(key)?)));
    counts.filter(|(_, heads)| *heads > MOST_HEADS).collect()
}

pub(super) fn architecture(metadata: &BTreeMap<String, MetadataValue>) -> Architecture {
    let Some(family) = metadata
        .get("general.architecture")
        .and_then(MetadataValue::as_text)
    else {
        return Architecture::default();
    };
    let keys = Keys { metadata, family };
    let (hidden, heads) = (
        keys.number("embedding_length"),
        keys.heads("attention.head_count"),
    );
    let vocabulary =
        keys.number("vocab_size")
            .or_else(|| match metadata.get("tokenizer.ggml.tokens")? {
                MetadataValue::List { length, .. } => Some(*length),
                _ => None,
            });
    let generates = match keys.value("attention.causal") {
        Some(MetadataValue::Boolean(causal)) => *causal,
        // Decoders don't say that they are.
        _ => !matches!(
            family,
            "clip" | "bert" | "nomic-bert" | "jina-bert-v2" | "t5encoder"
        ),
    };
    let mut architecture = Architecture {
        source: Some(ArchitectureSource::Gguf),
        names: Vec::new(),
        model_type: Some(family.to_owned()),
        layers: keys.number("block_count"),
        hidden,
        intermediate: keys.number("feed_forward_length"),
        heads,
        kv_heads: match keys.number("attention.head_count_kv") {
            Some(_) => keys.heads("attention.head_count_kv"),
            None => heads,
        },
        head_dim: keys
            .number("attention.key_length")
            .or_else(|| hidden?.checked_div(heads?)),
        context: keys.number("context_length"),
        vocabulary,
        experts: keys
            .number("expert_count")
            .filter(|total| *total > 1)
            .map(|total| Experts {
                total,
                active: keys.number("expert_used_count"),
                shared: keys.number("expert_shared_count"),
            }),
        sliding_window: keys
            .number("attention.sliding_window")
            .filter(|window| *window > 0),
        position_scaling: keys
            .value("rope.scaling.type")
            .and_then(MetadataValue::as_text)
            .filter(|kind| *kind != "none")
            .map(str::to_owned),
        attention: Vec::new(),
        generates: Some(generates),
        dtype: None,
        // Where the tensors are, they tell.
        ties_embeddings: None,
    };
    if generates {
        architecture.attention = attention(&keys, &architecture).unwrap_or_default();
    }
    architecture
}

fn attention(keys: &Keys<'_>, told: &Architecture) -> Option<Vec<Attention>> {
    let layers = told
        .layers?
        .saturating_sub(keys.number("attention.shared_kv_layers").unwrap_or(0));
    let key_dim = told.head_dim?;
    let shape = Shape {
        kv_heads: told.kv_heads?,
        key_dim,
        value_dim: keys.number("attention.value_length").unwrap_or_else(|| {
            told.hidden
                .zip(told.heads)
                .and_then(|(hidden, heads)| hidden.checked_div(heads))
                .unwrap_or(key_dim)
        }),
    };
    // Files of before llama.cpp had latent attention hold the keys and values of each head, and no such length.
    let is_latent = keys.number("attention.kv_lora_rank").is_some()
        && keys.number("attention.key_length_mla").is_some();
    if is_latent {
        let shape = Shape {
            value_dim: 0,
            ..shape
        };
        return Some(
            shape
                .layers(layers, AttentionKind::Latent)
                .into_iter()
                .collect(),
        );
    }
    if let Some(MetadataValue::List { first, length, .. }) = keys.value("attention.head_count_kv") {
        return Some(by_layer(first, *length, layers, shape));
    }
    let window = told.sliding_window;
    let pattern = match keys.value("attention.sliding_window_pattern") {
        Some(MetadataValue::List { first, .. }) => {
            return Some(named(first, layers, window, keys, shape));
        }
        Some(value) => value.as_u64().filter(|pattern| *pattern > 0),
        // Of the other families llama.cpp keeps all tokens, whatever window they give.
        None => alternation(keys.family),
    };
    let kinds = match (window, pattern) {
        (Some(_), Some(pattern)) => Layers::alternating(layers, pattern),
        _ => Layers {
            full: layers,
            ..Layers::default()
        },
    };
    Some(groups(kinds, window, keys, shape))
}

/// The layers by how many heads of each have keys and values: none in layers without attention.
fn by_layer(first: &[MetadataValue], length: u64, layers: u64, shape: Shape) -> Vec<Attention> {
    let mut counts = BTreeMap::<u64, u64>::new();
    let most = usize::try_from(layers).unwrap_or(usize::MAX);
    for heads in first.iter().take(most).filter_map(MetadataValue::as_u64) {
        *counts.entry(heads).or_default() += 1;
    }
    // What is not kept of a long list is counted as the most that was seen.
    let unseen = length.min(layers).saturating_sub(first.len() as u64);
    *counts.entry(shape.kv_heads).or_default() += unseen;
    let groups = counts.into_iter().filter_map(|(kv_heads, layers)| {
        let kind = if kv_heads == 0 {
            AttentionKind::Recurrent
        } else {
            AttentionKind::Full
        };
        Shape { kv_heads, ..shape }.layers(layers, kind)
    });
    groups.collect()
}

/// Where each layer says whether it has a window.
fn named(
    first: &[MetadataValue],
    layers: u64,
    window: Option<u64>,
    keys: &Keys<'_>,
    shape: Shape,
) -> Vec<Attention> {
    let most = usize::try_from(layers).unwrap_or(usize::MAX);
    let slides = |value: &&MetadataValue| {
        matches!(value, MetadataValue::Boolean(true)) || value.as_u64() == Some(1)
    };
    let sliding = first.iter().take(most).filter(slides).count() as u64;
    let kinds = Layers {
        full: layers - sliding,
        sliding,
        recurrent: 0,
    };
    groups(kinds, window, keys, shape)
}

fn groups(kinds: Layers, window: Option<u64>, keys: &Keys<'_>, shape: Shape) -> Vec<Attention> {
    let sliding = Shape {
        key_dim: keys
            .number("attention.key_length_swa")
            .unwrap_or(shape.key_dim),
        value_dim: keys
            .number("attention.value_length_swa")
            .unwrap_or(shape.value_dim),
        ..shape
    };
    let window = window.map_or(AttentionKind::Full, AttentionKind::Sliding);
    let parts = [
        shape.layers(kinds.full, AttentionKind::Full),
        sliding.layers(kinds.sliding, window),
    ];
    parts.into_iter().flatten().collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{CacheType, Memory, MemoryRequest, Parameters};

    /// The metadata of a file, as `KEY=NUMBER` or `KEY=1,2,3`, apart by spaces, after the family.
    fn metadata(family: &str, entries: &str) -> BTreeMap<String, MetadataValue> {
        let number = |text: &str| match text {
            "true" => MetadataValue::Boolean(true),
            "false" => MetadataValue::Boolean(false),
            text => MetadataValue::Integer(text.parse().expect("a number")),
        };
        let entry = |text: &str| {
            let (key, value) = text.split_once('=').expect("a value");
            let values: Vec<MetadataValue> = value.split(',').map(number).collect();
            let value = match &values[..] {
                [one] => one.clone(),
                _ => MetadataValue::List {
                    element: "INT32",
                    length: values.len() as u64,
                    first: values,
                },
            };
            (format!("{family}.{key}"), value)
        };
        let mut metadata: BTreeMap<_, _> = entries.split_whitespace().map(entry).collect();
        let family = MetadataValue::Text(family.to_owned());
        metadata.insert("general.architecture".to_owned(), family);
        metadata
    }

    /// How many numbers the cache holds of so many tokens.
    #[track_caller]
    fn check(family: &str, entries: &str, context: u64, numbers: u64) {
        let told = architecture(&metadata(family, entries));
        let request = MemoryRequest {
            context: Some(context),
            batch: 1,
            cache_type: Some(CacheType::F8),
        };
        let memory = Memory::estimate(&[], &Parameters::default(), &told, request);
        assert_eq!(
            memory.cache.map(|cache| cache.total.bytes),
            Some(numbers),
            "{:?}",
            told.attention
        );
    }

    #[test]
    fn keys_are_as_long_as_the_file_says() {
        let llama = "block_count=32 embedding_length=4096 attention.head_count=32 attention.head_count_kv=8";
        check("llama", llama, 100, 2 * 32 * 8 * 128 * 100);
        let qwen =
            "block_count=28 embedding_length=1024 attention.head_count=16 attention.head_count_kv=8
            attention.key_length=128 attention.value_length=128";
        check("qwen3", qwen, 100, 2 * 28 * 8 * 128 * 100);
        let different = "block_count=2 embedding_length=64 attention.head_count=4 attention.key_length=24 attention.value_length=16";
        check("other", different, 100, 2 * 4 * (24 + 16) * 100);
    }

    #[test]
    fn windows_count_where_llama_cpp_uses_them() {
        let layers = "block_count=12 embedding_length=64 attention.head_count=4 attention.head_count_kv=2 attention.sliding_window=8";
        let one = 2 * 2 * 16;
        check("gemma2", layers, 100, one * (6 * 100 + 6 * 8));
        check("gemma3", layers, 100, one * (2 * 100 + 10 * 8));
        check("llama", layers, 100, one * 12 * 100);
        check(
            "other",
            &format!("{layers} attention.sliding_window_pattern=4"),
            100,
            one * (3 * 100 + 9 * 8),
        );
        let named = "attention.sliding_window_pattern=true,true,false,true,true,false,true,true,false,true,true,false";
        check(
            "gemma3n",
            &format!("{layers} {named}"),
            100,
            one * (4 * 100 + 8 * 8),
        );
        check(
            "gemma3n",
            &format!("{layers} {named} attention.shared_kv_layers=6"),
            100,
            one * (2 * 100 + 4 * 8),
        );
    }

    #[test]
    fn compressed_keys_count_where_the_file_was_made_for_them() {
        let heads = "block_count=61 embedding_length=7168 attention.head_count=128 attention.kv_lora_rank=512";
        let now = "attention.head_count_kv=1 attention.key_length=576 attention.value_length=512 attention.key_length_mla=192";
        check("deepseek2", &format!("{heads} {now}"), 100, 61 * 576 * 100);
        let before =
            "attention.head_count_kv=128 attention.key_length=192 attention.value_length=128";
        check(
            "deepseek2",
            &format!("{heads} {before}"),
            100,
            61 * 128 * (192 + 128) * 100,
        );
    }

    #[test]
    fn a_count_of_heads_that_cannot_be_meant_is_not_told() {
        let entries = "block_count=4 embedding_length=64 attention.head_count=4294967295";
        let metadata = metadata("llama", entries);
        let told = architecture(&metadata);
        assert_eq!(
            (told.heads, told.kv_heads, told.head_dim),
            (None, None, None)
        );
        let heads = ("llama.attention.head_count".to_owned(), 4_294_967_295);
        assert_eq!(absurd_heads(&metadata), [heads]);
    }

    #[test]
    fn each_layer_may_have_heads_of_its_own() {
        let layers = "block_count=4 embedding_length=64 attention.head_count=8 attention.head_count_kv=4,0,0,2";
        check("lfm2", layers, 100, 2 * (4 + 2) * 8 * 100);
    }

    #[test]
    fn what_reads_all_at_once_keeps_nothing() {
        let told = architecture(&metadata(
            "bert",
            "block_count=4 embedding_length=64 attention.head_count=8",
        ));
        assert_eq!((told.generates, told.attention), (Some(false), Vec::new()));
        let told = architecture(&metadata(
            "llama",
            "attention.causal=false block_count=4 expert_count=8 expert_used_count=2",
        ));
        assert_eq!(told.generates, Some(false));
        let experts = told.experts.expect("experts");
        assert_eq!((experts.total, experts.active), (8, Some(2)));
        assert_eq!(architecture(&BTreeMap::new()), Architecture::default());
    }
}
