//! How weights are packed, as `quantization_config` and the names of the tensors say.
//!
//! The rules are those that the Hub counts by (the package @huggingface/hub, `parseSafetensorsMetadata`). Where these
//! rules count bytes for weights, ours go on; the guide on inspecting lists the differences by name.

use std::collections::HashMap;

use serde_json::{Map, Value};

use crate::{
    Config, Tensor,
    model::{texts, whole_number},
};

use super::{
    Ratio,
    compressed::Compressed,
    experts::is_in_experts,
    mlx,
    narrow::narrow,
    targets::{Patterns, module_and_part, module_of_weight},
};

/// What a tensor is for.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) enum Role {
    /// To unpack others.
    Auxiliary,
    /// It holds weights.
    Weights {
        /// So many an element.
        ratio: Ratio,
        /// What one of them is.
        precision: String,
    },
}

/// How the weights of a model are packed.
#[derive(Debug)]
pub(super) struct Scheme<'c> {
    object: Option<&'c Map<String, Value>>,
    method: Method,
    /// The type of the experts' weights where they have one of their own.
    expert_bits: Option<(u64, &'static str)>,
    /// Modules that are not packed, as compressed-tensors names them.
    ignored: Patterns<()>,
    /// The same, as transformers does.
    left_alone: Patterns<()>,
}

#[derive(Debug)]
enum Method {
    /// Nothing is said, or nothing but a number of bits.
    Unnamed,
    Mlx(HashMap<String, mlx::Packing>),
    Mxfp4,
    /// GPTQ and AWQ: weights of so many bits in `qweight`.
    Columns {
        bits: Option<u64>,
    },
    CompressedTensors(Compressed),
    Fp8,
    Bitsandbytes {
        four_bit: Option<&'static str>,
    },
    Modelopt {
        four_bit: bool,
    },
    Bitnet,
    Torchao {
        bits: u64,
    },
    Unknown,
}

/// Types that hold nothing but the exponents that a block of weights shares.
const EXPONENTS: [&str; 3] = ["F8_E8M0", "E8M0", "UE8"];

/// What stands beside packed weights, whoever packed them. A bare `scale` is missing on purpose: some models learn one.
const AUXILIARY: [&str; 11] = [
    "weight_scale",
    "weight_scale_inv",
    "weight_scale_2",
    "weight_global_scale",
    "weight_zero_point",
    "input_scale",
    "input_global_scale",
    "input_zero_point",
    "zero_point",
    "weight_shape",
    "weight_g_idx",
];

/// The bits of an integer that weights are packed into.
fn container(dtype: &str) -> Option<u64> {
    match dtype {
        "U8" | "I8" => Some(8),
        "U16" | "I16" => Some(16),
        "U32" | "I32" => Some(32),
        _ => None,
    }
}

impl<'c> Scheme<'c> {
    pub(super) fn of<'t>(
        config: Option<&'c Config>,
        tensors: impl Iterator<Item = &'t Tensor> + Clone,
    ) -> Self {
        let Some(config) = config else {
            return Self::none();
        };
        let sections = [config.root(), config.language()];
        let Some((object, is_mlx)) = sections.into_iter().find_map(described) else {
            return Self::none();
        };
        let expert_type = text(object, "expert_dtype")
            .or_else(|| {
                sections
                    .into_iter()
                    .find_map(|section| text(section, "expert_dtype"))
            })
            .or_else(|| text(object, "store_dtype"));
        let method = if is_mlx {
            Method::Mlx(mlx::packed_modules(object, tensors))
        } else {
            method(object)
        };
        let listed = |key| texts(object.get(key)).map(|pattern| (pattern, ()));
        Self {
            object: Some(object),
            method,
            expert_bits: expert_type.and_then(narrow),
            ignored: Patterns::targets(listed("ignore")),
            left_alone: Patterns::left_alone(listed("modules_to_not_convert")),
        }
    }

    fn none() -> Self {
        Self {
            object: None,
            method: Method::Unnamed,
            expert_bits: None,
            ignored: Patterns::default(),
            left_alone: Patterns::default(),
        }
    }

    fn is_unpacked(&self, tensor: &str) -> bool {
        self.ignored.find(module_of_weight(tensor)).is_some()
            || self.left_alone.find(tensor).is_some()
    }

    /// The name of the scheme, with the detail that tells its kinds apart.
    pub(super) fn name(&self) -> Option<String> {
        let object = self.object?;
        if let Method::Mlx(_) = self.method {
            return Some("mlx".to_owned());
        }
        let name = text(object, "quant_method")?.to_ascii_lowercase();
        let detail = ["format", "quant_algo"]
            .iter()
            .find_map(|key| text(object, key));
        Some(match detail {
            Some(detail) => format!("{name} ({detail})"),
            None => name,
        })
    }

    /// What is to be known of the count.
    pub(super) fn notes(&self) -> Vec<String> {
        let mut notes = Vec::new();
        match &self.method {
            Method::Unknown => notes.push(
                "how the weights are packed is not known here: integers count as one parameter each",
            ),
            Method::Mlx(packed) if packed.is_empty() => notes.push(
                "the configuration speaks of packed weights, and no tensor is packed so",
            ),
            _ => {}
        }
        let is_short = match &self.method {
            Method::CompressedTensors(compressed) => compressed.targets.has_more,
            _ => false,
        };
        if is_short || self.ignored.has_more || self.left_alone.has_more {
            notes.push("the configuration has more patterns for names than are tried");
        }
        notes.into_iter().map(str::to_owned).collect()
    }

    /// What a tensor is for.
    pub(super) fn role(&self, tensor: &Tensor) -> Role {
        let dtype = tensor.element.name();
        let plain = || Role::Weights {
            ratio: Ratio::ONE,
            precision: dtype.to_owned(),
        };
        if EXPONENTS.contains(&dtype) {
            return Role::Auxiliary;
        }
        let Some(object) = self.object else {
            return plain();
        };
        let name = tensor.name.as_str();
        let (module, part) = module_and_part(name);
        if AUXILIARY.contains(&part) {
            return Role::Auxiliary;
        }
        let packed = |container: u64, bits: u64, precision: &str| {
            let ratio = Ratio::packed(container, bits);
            if ratio == Ratio::ONE {
                return plain();
            }
            Role::Weights {
                ratio,
                precision: precision.to_owned(),
            }
        };
        match &self.method {
            Method::Mlx(modules) => match modules.get(module) {
                Some(_) if part == "scales" => Role::Auxiliary,
                Some(packing) if part == "biases" && packing.mode == mlx::Mode::Affine => {
                    Role::Auxiliary
                }
                Some(packing) if part == "weight" && dtype == "U32" => {
                    packed(32, packing.bits, &packing.precision())
                }
                _ => plain(),
            },
            Method::Mxfp4 if dtype == "U8" && part.ends_with("_scales") => Role::Auxiliary,
            Method::Bitsandbytes { .. } if is_bitsandbytes_state(part) => Role::Auxiliary,
            Method::Torchao { .. } if is_torchao_state(part) => Role::Auxiliary,
            _ if self.is_unpacked(name) => plain(),
            Method::Columns { .. } if ["qzeros", "g_idx", "scales"].contains(&part) => {
                Role::Auxiliary
            }
            Method::Columns { bits } if part == "qweight" => {
                let bits = bits.unwrap_or(4);
                packed(32, bits, &format!("INT{bits}"))
            }
            Method::Columns {
                bits: Some(bits @ (2 | 4)),
            } if dtype == "U8" => packed(8, *bits, &format!("INT{bits}")),
            Method::Mxfp4 if dtype == "U8" && name.contains("_blocks") => packed(8, 4, "MXFP4"),
            Method::CompressedTensors(compressed) => {
                match (container(dtype), compressed.bits_of(name)) {
                    (Some(container), Some((bits, precision))) => {
                        packed(container, bits, precision)
                    }
                    _ => plain(),
                }
            }
            Method::Fp8 if is_in_experts(name) => match (container(dtype), self.expert_bits) {
                (Some(container), Some((bits, precision))) => packed(container, bits, precision),
                _ => plain(),
            },
            Method::Bitsandbytes {
                four_bit: Some(precision),
            } if dtype == "U8" => packed(8, 4, precision),
            Method::Modelopt { four_bit: true } if dtype == "U8" && part == "weight" => {
                packed(8, 4, "NVFP4")
            }
            Method::Bitnet if dtype == "U8" && part == "weight" => packed(8, 2, "INT2"),
            Method::Torchao { bits } if part.ends_with("_qdata") => match container(dtype) {
                Some(container) => packed(container, *bits, &format!("INT{bits}")),
                None => plain(),
            },
            Method::Unnamed | Method::Unknown if dtype == "U8" && is_four_bit(object) => {
                packed(8, 4, "INT4")
            }
            _ => plain(),
        }
    }
}

/// What a section says of packing, and whether it is in the manner of MLX, which names no method.
fn described(section: &Map<String, Value>) -> Option<(&Map<String, Value>, bool)> {
    let object = |key: &str| section.get(key).and_then(Value::as_object);
    let is_mlx = |object: &&Map<String, Value>| {
        let method = object.get("quant_method");
        let may_be = method.is_none_or(|name| {
            name.as_str()
                .is_some_and(|name| name.eq_ignore_ascii_case("mlx"))
        });
        may_be && mlx::is_mlx(object)
    };
    if let Some(own) = object("quantization").filter(is_mlx) {
        return Some((own, true));
    }
    let told = object("quantization_config").or_else(|| object("compression_config"))?;
    Some((told, is_mlx(&told)))
}

fn method(object: &Map<String, Value>) -> Method {
    let Some(name) = text(object, "quant_method") else {
        return Method::Unnamed;
    };
    let bits = object.get("bits").and_then(whole_number);
    match name.to_ascii_lowercase().as_str() {
        "mxfp4" => Method::Mxfp4,
        "gptq" | "awq" => Method::Columns {
            bits: bits.filter(|bits| *bits > 0),
        },
        "compressed-tensors" => Method::CompressedTensors(Compressed::of(object)),
        // One value a byte or more: nothing is packed but experts, and common names cover what stands beside.
        "fp8" | "fbgemm_fp8" => Method::Fp8,
        "bitsandbytes" => Method::Bitsandbytes {
            four_bit: is_true(object, "load_in_4bit").then(|| {
                match text(object, "bnb_4bit_quant_type") {
                    Some("nf4") => "NF4",
                    _ => "FP4",
                }
            }),
        },
        "modelopt" => Method::Modelopt {
            four_bit: text(object, "quant_algo")
                .is_some_and(|algorithm| algorithm.to_ascii_lowercase().contains("fp4")),
        },
        "bitnet" => Method::Bitnet,
        "torchao" => Method::Torchao {
            bits: torchao_bits(object),
        },
        _ => Method::Unknown,
    }
}

fn is_four_bit(object: &Map<String, Value>) -> bool {
    is_true(object, "load_in_4bit") || object.get("bits").and_then(whole_number) == Some(4)
}

fn is_bitsandbytes_state(part: &str) -> bool {
    let four_bit = ["absmax", "quant_map", "nested_absmax", "nested_quant_map"];
    four_bit.contains(&part)
        || part.starts_with("bitsandbytes__")
        || part == "SCB"
        || part == "weight_format"
}

/// torchao takes its tensors apart into `_weight_qdata`, `_weight_scale` and so on.
fn is_torchao_state(part: &str) -> bool {
    let states = [
        "_scale",
        "_zero_point",
        "_scale_and_zero",
        "_act_pre_scale",
        "_per_tensor_scale",
    ];
    part.starts_with('_') && states.iter().any(|state| part.ends_with(state))
}

/// The bits of torchao's weights: `quant_type` is the name of a class, or holds it.
fn torchao_bits(object: &Map<String, Value>) -> u64 {
    let kind = object.get("quant_type");
    let kind = kind.and_then(|kind| match kind {
        Value::Object(kinds) => kinds
            .get("default")
            .and_then(|kind| kind.get("_type")?.as_str()),
        kind => kind.as_str(),
    });
    let kind = kind.unwrap_or_default().to_ascii_lowercase();
    let is_narrow = ["int4", "uint4", "nvfp4", "mxfp4"]
        .iter()
        .any(|name| kind.contains(name));
    if is_narrow { 4 } else { 8 }
}

pub(super) fn text<'m>(object: &'m Map<String, Value>, key: &str) -> Option<&'m str> {
    object.get(key)?.as_str()
}

fn is_true(object: &Map<String, Value>, key: &str) -> bool {
    object.get(key).and_then(Value::as_bool) == Some(true)
}
