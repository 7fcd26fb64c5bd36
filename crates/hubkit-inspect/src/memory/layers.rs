//! The largest part of a model that a device has to hold at once.

use std::collections::HashMap;

use crate::Tensor;

use super::amount::Amount;

/// A part of a model: one layer of many, or a module that stands alone.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Layer {
    /// Its name: that of its tensors up to the number of the layer. A stranger's text.
    pub name: String,
    /// What it takes as stored.
    pub stored: Amount,
    /// The elements stored in it.
    pub elements: u64,
}

impl Layer {
    /// Finds the largest one; of several the first by name.
    pub(super) fn largest<'t>(tensors: impl IntoIterator<Item = &'t Tensor>) -> Option<Self> {
        let mut sizes = HashMap::<&str, (u128, u128, u64)>::new();
        for tensor in tensors {
            let place = sizes.entry(layer_of(&tensor.name)).or_default();
            place.0 += u128::from(tensor.bytes.unwrap_or(0));
            place.1 += u128::from(tensor.elements().unwrap_or(u64::MAX));
            place.2 += 1;
        }
        let larger = |one: &(&str, (u128, u128, u64)), other: &(&str, (u128, u128, u64))| {
            (one.1.0, other.0).cmp(&(other.1.0, one.0))
        };
        let (name, (bytes, elements, tensors)) = sizes.into_iter().max_by(larger)?;
        Some(Self {
            name: name.to_owned(),
            stored: Amount::new(bytes, format!("the bytes of its {tensors} tensors")),
            elements: u64::try_from(elements).unwrap_or(u64::MAX),
        })
    }
}

/// The layer that a tensor belongs to: its name up to the first number in it, else up to its last part.
fn layer_of(tensor: &str) -> &str {
    let mut end = 0;
    for part in tensor.split('.') {
        end += part.len();
        if !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit()) {
            return &tensor[..end];
        }
        end += 1;
    }
    tensor.rsplit_once('.').map_or(tensor, |(module, _)| module)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_layer_is_named_up_to_its_number() {
        for (tensor, layer) in [
            ("model.layers.12.mlp.experts.3.w1.weight", "model.layers.12"),
            ("blk.0.attn_q.weight", "blk.0"),
            ("model.embed_tokens.weight", "model.embed_tokens"),
            ("lm_head.weight", "lm_head"),
            ("weight", "weight"),
            ("", ""),
            ("..1", "..1"),
        ] {
            assert_eq!(layer_of(tensor), layer);
        }
    }
}
