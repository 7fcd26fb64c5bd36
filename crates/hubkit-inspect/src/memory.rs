//! How much memory a model takes, and the formulas that say so.

mod amount;
mod cache;
mod layers;
mod training;

use crate::{Architecture, Parameters, Tensor};

pub use amount::Amount;
pub use cache::{Cache, CacheType, ParseCacheTypeError};
pub use layers::Layer;
pub use training::{Training, TrainingAmounts};

/// What to estimate for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct MemoryRequest {
    /// How many tokens are kept of each sequence; `None` for as many as the model was made for.
    pub context: Option<u64>,
    /// How many sequences are worked on at once.
    pub batch: u64,
    /// The type that keys and values are kept in; `None` for that of the model, or of two bytes where it names none.
    pub cache_type: Option<CacheType>,
}

impl Default for MemoryRequest {
    fn default() -> Self {
        Self {
            context: None,
            batch: 1,
            cache_type: None,
        }
    }
}

/// How much memory a model takes, by what it is for. All amounts are in bytes.
///
/// What is not in them: activations, which grow with the batch and the length of what is read at once, and what a
/// runtime takes for itself.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
#[non_exhaustive]
pub struct Memory {
    /// The weights as they are stored, with all that serves to unpack them.
    pub weights: Option<Amount>,
    /// The keys and values of earlier tokens; `None` where the model keeps none, or where the files don't tell their shape.
    pub cache: Option<Cache>,
    /// The weights and the cache: the least that running the model takes.
    pub inference: Option<Amount>,
    /// The weights if each parameter is of that type: `F32`, `BF16`, `INT8`, `INT4`.
    pub loaded: Vec<(&'static str, Amount)>,
    /// The largest part that a device has to hold at once.
    pub largest_layer: Option<Layer>,
    /// What training all parameters with Adam takes.
    pub training: Option<Training>,
    /// What a reader should know of these numbers: full sentences without a full stop.
    pub notes: Vec<String>,
}

impl Memory {
    /// Estimates it, from all tensors of a model and what was concluded of them.
    pub fn estimate<'t>(
        tensors: impl IntoIterator<Item = &'t Tensor>,
        parameters: &Parameters,
        architecture: &Architecture,
        request: MemoryRequest,
    ) -> Self {
        let mut notes =
            vec!["activations and what a runtime takes for itself are not included".to_owned()];
        let largest_layer = Layer::largest(tensors);
        let cache = match Cache::of(architecture, request) {
            Ok(cache) => Some(cache),
            Err(why) => {
                notes.push(why.to_owned());
                None
            }
        };
        let has_weights = !parameters.stored.is_empty();
        let weights = has_weights.then(|| weights(parameters));
        let inference = weights.as_ref().map(|weights| match &cache {
            Some(cache) => Amount::sum(&[("weights", weights), ("cache", &cache.total)]),
            None => weights.clone(),
        });
        if let Some(cache) = &cache {
            notes.extend(cache.notes(architecture));
        }
        let memory = Self {
            weights,
            cache,
            inference,
            loaded: if has_weights {
                loaded(parameters.total)
            } else {
                Vec::new()
            },
            largest_layer,
            training: has_weights.then(|| Training::of(parameters.total)),
            notes,
        };
        memory.noting_what_saturated()
    }

    fn noting_what_saturated(mut self) -> Self {
        let amounts = [
            self.weights.as_ref(),
            self.inference.as_ref(),
            self.cache.as_ref().map(|cache| &cache.total),
        ];
        let is_over = |amount: &&Amount| amount.bytes == u64::MAX;
        if amounts.into_iter().flatten().any(|amount| is_over(&amount)) {
            self.notes.push(
                "a number is more than 64 bits can count and stands at their greatest value"
                    .to_owned(),
            );
        }
        self
    }
}

/// The weights as stored: where the bytes of some are not told, their elements count for nothing.
fn weights(parameters: &Parameters) -> Amount {
    let parts: Vec<String> = parameters
        .stored
        .iter()
        .filter(|(_, stored)| stored.bytes > 0)
        .map(|(dtype, stored)| format!("{} ({dtype})", stored.bytes))
        .collect();
    let bytes = parameters
        .stored
        .values()
        .map(|stored| u128::from(stored.bytes));
    Amount::new(bytes.sum(), parts.join(" + "))
}

/// What so many parameters take in the usual types.
fn loaded(parameters: u64) -> Vec<(&'static str, Amount)> {
    let types = [
        ("F32", 4, 1),
        ("BF16", 2, 1),
        ("INT8", 1, 1),
        ("INT4", 1, 2),
    ];
    let amounts = types.map(|(name, bytes, divisor)| {
        let total = (u128::from(parameters) * bytes).div_ceil(divisor);
        let formula = match divisor {
            1 => format!("{parameters} parameters × {bytes}"),
            _ => format!("{parameters} parameters / {divisor}"),
        };
        (name, Amount::new(total, formula))
    });
    amounts.into()
}

#[cfg(test)]
mod tests;
