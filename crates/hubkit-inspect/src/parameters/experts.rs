//! The experts of a mixture, by the names of their tensors.

/// Whether a tensor belongs to experts that a router chooses among, and not to one that is always used.
pub(super) fn is_routed(tensor: &str) -> bool {
    is_in_experts(tensor) || (tensor.contains("_exps.") && !tensor.contains("_shexp"))
}

/// As [`is_routed`], by the names of transformers alone.
pub(super) fn is_in_experts(tensor: &str) -> bool {
    tensor.contains(".experts.") && !tensor.contains("shared_experts")
}
