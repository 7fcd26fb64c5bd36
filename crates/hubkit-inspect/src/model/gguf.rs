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
        keys.number("attention.head_count"),
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
        kv_heads: keys.number("attention.head_count_kv").or(heads),
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
