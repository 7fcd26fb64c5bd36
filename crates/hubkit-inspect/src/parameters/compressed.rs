//! Weights as compressed-tensors packs them: each group of modules in a format of its own.

use serde_json::{Map, Value};

use crate::model::{texts, whole_number};

use super::{
    narrow::narrow,
    scheme::text,
    targets::{Patterns, module_of_weight},
};

/// The bits of packed weights, and what one of them is; nothing where they are not packed.
type Packing = Option<(u64, String)>;

/// How compressed-tensors packs each group of modules.
#[derive(Debug)]
pub(super) struct Compressed {
    /// How modules are packed that no group is found for.
    usual: Packing,
    /// How they are packed where their tensor is called packed.
    called_packed: Packing,
    groups: Vec<Packing>,
    /// Which group a module belongs to. Groups that mean classes can't be told by the names of modules.
    pub(super) targets: Patterns<usize>,
}

impl Compressed {
    pub(super) fn of(object: &Map<String, Value>) -> Self {
        let groups = object.get("config_groups").and_then(Value::as_object);
        let groups = groups
            .into_iter()
            .flat_map(Map::values)
            .filter_map(Value::as_object);
        let targets = groups.clone().enumerate().flat_map(|(index, group)| {
            texts(group.get("targets")).map(move |target| (target, index))
        });
        let targets = Patterns::targets(targets);
        let bits = |group: &Map<String, Value>| {
            let weights = group.get("weights")?;
            whole_number(weights.get("num_bits")?)
        };
        let any_bits = groups.clone().filter_map(bits).find(|bits| *bits > 0);
        let whole = text(object, "format");
        let usual = packing(whole, any_bits);
        let called_packed = match whole {
            Some("mixed-precision") => {
                let mut formats = groups.clone().filter_map(|group| text(group, "format"));
                packing(formats.find(|format| is_packed(format)), any_bits)
            }
            _ => usual.clone(),
        };
        let packed =
            groups.map(|group| packing(text(group, "format").or(whole), bits(group).or(any_bits)));
        Self {
            usual,
            called_packed,
            groups: packed.collect(),
            targets,
        }
    }

    /// The bits of the weights in a tensor and what one of them is, where they are packed.
    pub(super) fn bits_of(&self, tensor: &str) -> Option<(u64, &str)> {
        let group = self.targets.find(module_of_weight(tensor));
        let packing = match group.and_then(|index| self.groups.get(index)) {
            Some(own) => own,
            None if tensor.ends_with(".weight_packed") => &self.called_packed,
            None => &self.usual,
        };
        packing
            .as_ref()
            .map(|(bits, precision)| (*bits, precision.as_str()))
    }
}

/// The format is a family: `pack-quantized`, `nvfp4-pack-quantized` and so on.
fn is_packed(format: &str) -> bool {
    format.to_ascii_lowercase().ends_with("pack-quantized")
}

fn packing(format: Option<&str>, bits: Option<u64>) -> Packing {
    let format = format.filter(|format| is_packed(format))?;
    let bits = bits
        .or_else(|| narrow(format).map(|(bits, _)| bits))
        .unwrap_or(4);
    let precision =
        narrow(format).map_or_else(|| format!("INT{bits}"), |(_, name)| name.to_owned());
    Some((bits, precision))
}
