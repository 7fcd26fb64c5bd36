//! What each layer keeps of the tokens before: the shape of the cache of keys and values.

use serde_json::Value;

use super::{Config, config::whole_number};

/// Layers that keep the same of each token.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Attention {
    /// How many layers.
    pub layers: u64,
    /// Of which tokens they keep something.
    pub kind: AttentionKind,
    /// How many heads have keys and values of their own.
    pub kv_heads: u64,
    /// How many numbers a key has.
    pub key_dim: u64,
    /// How many numbers a value has; 0 where it is told from the key.
    pub value_dim: u64,
}

/// Of which tokens a layer keeps something.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
#[non_exhaustive]
pub enum AttentionKind {
    /// Of all.
    Full,
    /// Of so many of the last ones.
    Sliding(u64),
    /// Of all, but one compressed key in place of those of all heads (multi-head latent attention).
    Latent,
    /// Of none: a state of fixed size takes the place of the tokens.
    Recurrent,
}

impl Attention {
    /// Whether it keeps something of each token.
    pub fn keeps_tokens(&self) -> bool {
        self.kind != AttentionKind::Recurrent
    }
}

/// The shape of keys and values.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Shape {
    pub(super) kv_heads: u64,
    pub(super) key_dim: u64,
    pub(super) value_dim: u64,
}

impl Shape {
    pub(super) fn layers(self, layers: u64, kind: AttentionKind) -> Option<Attention> {
        (layers > 0).then_some(Attention {
            layers,
            kind,
            kv_heads: self.kv_heads,
            key_dim: self.key_dim,
            value_dim: self.value_dim,
        })
    }
}

/// How many layers are of which kind.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(super) struct Layers {
    pub(super) full: u64,
    pub(super) sliding: u64,
    pub(super) recurrent: u64,
}

impl Layers {
    /// Of each `pattern` layers the last looks at everything, the others through the window.
    pub(super) fn alternating(layers: u64, pattern: u64) -> Self {
        let full = layers.checked_div(pattern).unwrap_or(0);
        Self {
            full,
            sliding: layers - full,
            recurrent: 0,
        }
    }

    /// Looks up in the configuration which of the layers that keep something of their own are of which kind.
    pub(super) fn of(config: &Config, layers: u64, window: Option<u64>) -> Self {
        // The last of them may look at what others keep (Gemma 3n).
        let layers = layers.saturating_sub(config.number(&["num_kv_shared_layers"]).unwrap_or(0));
        if let Some(named) = Self::named(config, layers) {
            return named;
        }
        if let Some(every) = config
            .number(&["full_attention_interval"])
            .filter(|every| *every > 0)
        {
            let full = layers / every;
            return Self {
                full,
                sliding: 0,
                recurrent: layers - full,
            };
        }
        if let Some(period) = config
            .number(&["attn_layer_period"])
            .filter(|period| *period > 0)
        {
            let offset = config.number(&["attn_layer_offset"]).unwrap_or(0);
            let full = layers.saturating_sub(offset).div_ceil(period);
            return Self {
                full,
                sliding: 0,
                recurrent: layers - full,
            };
        }
        if window.is_none() {
            return Self {
                full: layers,
                ..Self::default()
            };
        }
        if let Some(pattern) = pattern(config) {
            return Self::alternating(layers, pattern);
        }
        // Qwen 2: the first ones look at everything.
        let full = config
            .number(&["max_window_layers"])
            .unwrap_or(0)
            .min(layers);
        Self {
            full,
            sliding: layers - full,
            recurrent: 0,
        }
    }

    /// Counts the layers where each is named.
    fn named(config: &Config, layers: u64) -> Option<Self> {
        let mut kinds = Self::default();
        let list = config.value(&["layer_types", "layers_block_type"]);
        let names = list
            .and_then(Value::as_array)
            .filter(|names| !names.is_empty());
        let most = usize::try_from(layers).unwrap_or(usize::MAX);
        if let Some(names) = names {
            for name in names.iter().take(most) {
                kinds.count(name.as_str().unwrap_or_default());
            }
            // Layers beyond the list are counted as those that keep the most.
            kinds.full += layers.saturating_sub(names.len() as u64);
            return Some(kinds);
        }
        let pattern = config.value(&["hybrid_override_pattern"])?.as_str()?;
        for letter in pattern.chars().take(most) {
            match letter {
                '*' => kinds.full += 1,
                'M' => kinds.recurrent += 1,
                _ => {}
            }
        }
        Some(kinds)
    }

    fn count(&mut self, name: &str) {
        match name {
            "sliding_attention" | "chunked_attention" | "window_attention" | "hybrid_sliding" => {
                self.sliding += 1;
            }
            "linear_attention" | "mamba" | "mamba2" | "recurrent" | "conv" | "rwkv" => {
                self.recurrent += 1;
            }
            "mlp" | "moe" => {}
            _ => self.full += 1,
        }
    }
}

/// Of how many layers the last looks at everything, where the rest do so through a window.
fn pattern(config: &Config) -> Option<u64> {
    let told = config.value(&["sliding_window_pattern", "_sliding_window_pattern"]);
    let told = told.and_then(|pattern| match pattern {
        // EXAONE 4: `LLLG`.
        Value::String(letters) => Some(letters.len() as u64),
        number => whole_number(number),
    });
    let family = config.language_model_type().or(config.model_type());
    told.filter(|pattern| *pattern > 0)
        .or_else(|| alternation(family?))
}

/// Of how many layers the last looks at everything, in families that don't say so in their files.
pub(super) fn alternation(family: &str) -> Option<u64> {
    Some(match family {
        "gemma2" | "gpt_oss" | "gpt-oss" => 2,
        "cohere2" | "olmo3" | "exaone4" | "llama4" | "llama4_text" => 4,
        "gemma3n" | "gemma3n_text" => 5,
        "gemma3" | "gemma3_text" | "gemma4" | "gemma4_text" => 6,
        _ => return None,
    })
}
