//! Weights as MLX packs them: into `U32`, with scales beside them, each module by parameters of its own if it wishes.

use std::collections::{HashMap, HashSet};

use serde_json::{Map, Value};

use crate::{Tensor, model::whole_number};

use super::targets::module_and_part;

/// What MLX calls a quantisation: `affine`, or one of the formats with shared exponents.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Packing {
    pub(super) bits: u64,
    pub(super) mode: Mode,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Mode {
    Affine,
    Mxfp4,
    Nvfp4,
    Mxfp8,
}

impl Packing {
    /// Reads the parameters, with what MLX takes for those that are left out. Others than MLX has are none.
    fn of(object: &Map<String, Value>) -> Option<Self> {
        let mode = match object.get("mode") {
            None => Mode::Affine,
            Some(name) => match name.as_str()?.to_ascii_lowercase().as_str() {
                "affine" => Mode::Affine,
                "mxfp4" => Mode::Mxfp4,
                "nvfp4" => Mode::Nvfp4,
                "mxfp8" => Mode::Mxfp8,
                _ => return None,
            },
        };
        let (usual_bits, usual_group) = match mode {
            Mode::Affine => (4, 64),
            Mode::Mxfp4 => (4, 32),
            Mode::Nvfp4 => (4, 16),
            Mode::Mxfp8 => (8, 32),
        };
        let number = |key, usual| match object.get(key) {
            None | Some(Value::Null) => Some(usual),
            Some(value) => whole_number(value),
        };
        let (bits, group) = (
            number("bits", usual_bits)?,
            number("group_size", usual_group)?,
        );
        let exists = match mode {
            Mode::Affine => matches!(bits, 2..=6 | 8) && matches!(group, 32 | 64 | 128),
            _ => (bits, group) == (usual_bits, usual_group),
        };
        exists.then_some(Self { bits, mode })
    }

    pub(super) fn precision(self) -> String {
        match self.mode {
            Mode::Affine => format!("INT{}", self.bits),
            Mode::Mxfp4 => "MXFP4".to_owned(),
            Mode::Nvfp4 => "NVFP4".to_owned(),
            Mode::Mxfp8 => "MXFP8".to_owned(),
        }
    }
}

/// Whether these are parameters of MLX, for the whole model or for a module of it.
pub(super) fn is_mlx(object: &Map<String, Value>) -> bool {
    let says_any = |object: &Map<String, Value>| {
        ["bits", "group_size", "mode"]
            .iter()
            .any(|key| object.contains_key(*key))
    };
    let is_valid = |object: &Map<String, Value>| says_any(object) && Packing::of(object).is_some();
    is_valid(object) || object.values().filter_map(Value::as_object).any(is_valid)
}

/// The modules that are packed, each with how: those with a `U32` weight, scales, and for `affine` also biases. A
/// configuration alone proves nothing.
pub(super) fn packed_modules<'t>(
    object: &Map<String, Value>,
    tensors: impl Iterator<Item = &'t Tensor> + Clone,
) -> HashMap<String, Packing> {
    let modules = |part: &'static str| -> HashSet<&'t str> {
        let parts = tensors.clone().map(|tensor| module_and_part(&tensor.name));
        parts
            .filter(|(_, own)| *own == part)
            .map(|(module, _)| module)
            .collect()
    };
    let (scales, biases) = (modules("scales"), modules("biases"));
    let mut packed = HashMap::new();
    for tensor in tensors {
        let (module, part) = module_and_part(&tensor.name);
        if part != "weight" || tensor.element.name() != "U32" || !scales.contains(module) {
            continue;
        }
        let packing = match object.get(module) {
            Some(Value::Bool(false)) => None,
            Some(Value::Object(own)) => Packing::of(own),
            _ => Packing::of(object),
        };
        if let Some(packing) =
            packing.filter(|packing| packing.mode != Mode::Affine || biases.contains(module))
        {
            packed.insert(module.to_owned(), packing);
        }
    }
    packed
}
