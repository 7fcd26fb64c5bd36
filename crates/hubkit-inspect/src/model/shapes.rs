//! What the shapes of a model's tensors tell of how it is built.

use crate::Tensor;

/// What the shapes of the tensors of the first layer tell: nested configurations leave out what is usual for their class.
#[derive(Default)]
pub(super) struct Shapes {
    pub(super) hidden: Option<u64>,
    pub(super) vocabulary: Option<u64>,
    pub(super) query: Option<u64>,
    pub(super) key: Option<u64>,
    pub(super) head_dim: Option<u64>,
}

impl Shapes {
    pub(super) fn of<'t>(tensors: impl Iterator<Item = &'t Tensor>) -> Self {
        let mut shapes = Self::default();
        for tensor in tensors {
            let name = tensor.name.as_str();
            // Packed elements have other shapes than the weights they stand for.
            let is_plain = matches!(
                tensor.element.name(),
                "F64" | "F32" | "F16" | "BF16" | "F8_E4M3"
            );
            if !is_plain
                || name.contains("vision")
                || name.contains("visual")
                || name.contains("audio")
            {
                continue;
            }
            let first = |end: &str| name.ends_with(end) && name.contains("layers.0.");
            let rows = || tensor.shape.first().copied();
            if first("self_attn.q_proj.weight") {
                shapes.query = rows();
            } else if first("self_attn.k_proj.weight") {
                shapes.key = rows();
            } else if first("self_attn.q_norm.weight") || first("self_attn.k_norm.weight") {
                shapes.head_dim = rows();
            } else if name.ends_with("embed_tokens.weight") && tensor.shape.len() == 2 {
                shapes.vocabulary = rows();
                shapes.hidden = tensor.shape.get(1).copied();
            }
        }
        // Some models have one norm for all heads together.
        if shapes.head_dim.is_some() && shapes.head_dim == shapes.query {
            shapes.head_dim = None;
        }
        shapes
    }
}
