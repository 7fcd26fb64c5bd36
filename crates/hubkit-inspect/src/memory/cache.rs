//! The cache of keys and values.

use std::{error, fmt, str::FromStr};

use crate::{Architecture, Attention, AttentionKind};

use super::{
    MemoryRequest,
    amount::{Amount, product},
};

/// The type that keys and values are kept in.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
#[non_exhaustive]
pub enum CacheType {
    /// 4 bytes.
    F32,
    /// 2 bytes.
    F16,
    /// 2 bytes.
    Bf16,
    /// 1 byte.
    F8,
    /// 34 bytes for 32 numbers, as llama.cpp keeps them.
    Q8_0,
    /// 24 bytes for 32 numbers.
    Q5_1,
    /// 22 bytes for 32 numbers.
    Q5_0,
    /// 20 bytes for 32 numbers.
    Q4_1,
    /// 18 bytes for 32 numbers.
    Q4_0,
}

impl CacheType {
    /// All of them.
    pub const ALL: [Self; 9] = [
        Self::F32,
        Self::F16,
        Self::Bf16,
        Self::F8,
        Self::Q8_0,
        Self::Q5_1,
        Self::Q5_0,
        Self::Q4_1,
        Self::Q4_0,
    ];

    /// The name, in lower case.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::F32 => "f32",
            Self::F16 => "f16",
            Self::Bf16 => "bf16",
            Self::F8 => "f8",
            Self::Q8_0 => "q8_0",
            Self::Q5_1 => "q5_1",
            Self::Q5_0 => "q5_0",
            Self::Q4_1 => "q4_1",
            Self::Q4_0 => "q4_0",
        }
    }

    /// So many numbers take so many bytes.
    fn block(self) -> (u64, u64) {
        match self {
            Self::F32 => (1, 4),
            Self::F16 | Self::Bf16 => (1, 2),
            Self::F8 => (1, 1),
            Self::Q8_0 => (32, 34),
            Self::Q5_1 => (32, 24),
            Self::Q5_0 => (32, 22),
            Self::Q4_1 => (32, 20),
            Self::Q4_0 => (32, 18),
        }
    }

    /// The type that a model computes in, as its configuration names it.
    fn of_model(dtype: Option<&str>) -> Self {
        match dtype {
            Some("float32" | "float") => Self::F32,
            Some("bfloat16") => Self::Bf16,
            // GGUF files name none, and llama.cpp keeps two bytes.
            _ => Self::F16,
        }
    }
}

impl fmt::Display for CacheType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for CacheType {
    type Err = ParseCacheTypeError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let text = text.to_ascii_lowercase();
        let known = Self::ALL.into_iter().find(|kind| kind.as_str() == text);
        known.ok_or(ParseCacheTypeError)
    }
}

/// A text is not the name of a type that keys and values are kept in.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct ParseCacheTypeError;

impl fmt::Display for ParseCacheTypeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names = CacheType::ALL.map(CacheType::as_str);
        write!(f, "expected one of {}", names.join(", "))
    }
}

impl error::Error for ParseCacheTypeError {}

/// The keys and values of earlier tokens.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Cache {
    /// What all sequences take together.
    pub total: Amount,
    /// What one more token of one sequence takes, before any window is full.
    pub per_token: u64,
    /// For how many tokens of each sequence.
    pub context: u64,
    /// For how many sequences.
    pub batch: u64,
    /// The type that they are kept in.
    pub cache_type: CacheType,
}

impl Cache {
    /// Computes it, or tells why it can't be.
    pub(super) fn of(model: &Architecture, request: MemoryRequest) -> Result<Self, &'static str> {
        if model.generates == Some(false) {
            return Err("the model reads all at once and keeps no cache");
        }
        if model.attention.is_empty() {
            return Err("the shape of the cache is not told by the files");
        }
        let context = request.context.or(model.context);
        let context = context
            .ok_or("the context is not told by the files, so that of the cache has to be given")?;
        let cache_type = request
            .cache_type
            .unwrap_or_else(|| CacheType::of_model(model.dtype.as_deref()));
        let (mut numbers, mut numbers_per_token, mut parts) = (0_u128, 0_u128, Vec::new());
        for part in model.attention.iter().filter(|part| part.keeps_tokens()) {
            let tokens = match part.kind {
                AttentionKind::Sliding(window) => window.min(context),
                _ => context,
            };
            let width = u128::from(part.key_dim) + u128::from(part.value_dim);
            let one = product(&[part.layers, part.kv_heads]).saturating_mul(width);
            numbers_per_token = numbers_per_token.saturating_add(one);
            numbers = numbers.saturating_add(one.saturating_mul(u128::from(tokens)));
            parts.push(formula(part, tokens));
        }
        let numbers = numbers.saturating_mul(u128::from(request.batch));
        let parts = if parts.len() == 1 {
            parts.concat()
        } else {
            format!("({})", parts.join(" + "))
        };
        let (per_block, bytes) = cache_type.block();
        let size = match per_block {
            1 => bytes.to_string(),
            _ => format!("{bytes}/{per_block}"),
        };
        let formula = format!("{parts} × {} sequences × {size} bytes", request.batch);
        Ok(Self {
            total: Amount::new(bytes_of(numbers, cache_type), formula),
            per_token: u64::try_from(bytes_of(numbers_per_token, cache_type)).unwrap_or(u64::MAX),
            context,
            batch: request.batch,
            cache_type,
        })
    }

    pub(super) fn notes(&self, model: &Architecture) -> Vec<String> {
        let mut notes = Vec::new();
        let has = |wanted: fn(AttentionKind) -> bool| {
            model.attention.iter().any(|part| wanted(part.kind))
        };
        if has(|kind| kind == AttentionKind::Latent) {
            notes.push(
                "the cache is that of runtimes that keep the compressed keys; where they are kept unpacked it takes many times as much".to_owned(),
            );
        }
        if has(|kind| kind == AttentionKind::Recurrent) {
            notes.push(
                "layers with a state of fixed size keep no tokens, and their state is not included"
                    .to_owned(),
            );
        }
        if model.context.is_some_and(|context| self.context > context) {
            notes.push("the model was made for fewer tokens than are asked for".to_owned());
        }
        notes
    }
}

fn bytes_of(numbers: u128, cache_type: CacheType) -> u128 {
    let (per_block, bytes) = cache_type.block();
    numbers
        .saturating_mul(u128::from(bytes))
        .div_ceil(u128::from(per_block))
}

fn formula(part: &Attention, tokens: u64) -> String {
    let Attention {
        layers,
        kv_heads,
        key_dim,
        value_dim,
        kind,
    } = part;
    let numbers = match (kind, key_dim == value_dim) {
        (AttentionKind::Latent, _) => format!("{key_dim} compressed"),
        (_, true) => format!("2 × {kv_heads} heads × {key_dim}"),
        (_, false) => format!("{kv_heads} heads × ({key_dim} + {value_dim})"),
    };
    format!("{layers} layers × {numbers} × {tokens} tokens")
}
