//! Weights as compressed-tensors packs them: each group of modules in a format of its own.

use serde_json::{Map, Value};

use crate::model::{texts, whole_number};

use super::{
    narrow::narrow,
    scheme::text,
    targets::{Patterns, module_of_weight},
};

/// How compressed-tensors packs each group of modules.
#[derive(Debug)]
pub(super) struct Compressed<'c> {
    format: Option<&'c str>,
    groups: Vec<Group<'c>>,
    /// Which group a module belongs to. Groups that mean classes can't be told by the names of modules.
    pub(super) targets: Patterns<usize>,
}

#[derive(Debug)]
struct Group<'c> {
    format: Option<&'c str>,
    bits: Option<u64>,
}

impl<'c> Compressed<'c> {
    pub(super) fn of(object: &'c Map<String, Value>) -> Self {
        let groups = object.get("config_groups").and_then(Value::as_object);
        let groups = groups
            .into_iter()
            .flat_map(Map::values)
            .filter_map(Value::as_object);
        let targets = groups.clone().enumerate().flat_map(|(index, group)| {
            texts(group.get("targets")).map(move |target| (target, index))
        });
        let targets = Patterns::targets(targets);
        let groups = groups.map(|group| Group {
            format: text(group, "format"),
            bits: group
                .get("weights")
                .and_then(|weights| whole_number(weights.get("num_bits")?)),
        });
        Self {
            format: text(object, "format"),
            groups: groups.collect(),
            targets,
        }
    }

    /// The bits of the weights in a tensor and what one of them is, where they are packed.
    pub(super) fn bits_of(&self, tensor: &str) -> Option<(u64, String)> {
        let group = self.targets.find(module_of_weight(tensor));
        let own = group.and_then(|index| self.groups.get(index));
        let is_packed = |format: &&str| format.to_ascii_lowercase().ends_with("pack-quantized");
        let mut format = own.and_then(|group| group.format).or(self.format)?;
        if own.is_none() && format == "mixed-precision" && tensor.ends_with(".weight_packed") {
            // What is called packed is packed, whichever group it is of.
            format = self
                .groups
                .iter()
                .filter_map(|group| group.format)
                .find(is_packed)?;
        }
        if !is_packed(&format) {
            return None;
        }
        let any_bits = || {
            self.groups
                .iter()
                .filter_map(|group| group.bits)
                .find(|bits| *bits > 0)
        };
        let bits = own
            .and_then(|group| group.bits)
            .or_else(any_bits)
            .or_else(|| narrow(format).map(|(bits, _)| bits))
            .unwrap_or(4);
        let precision =
            narrow(format).map_or_else(|| format!("INT{bits}"), |(_, name)| name.to_owned());
        Some((bits, precision))
    }
}
