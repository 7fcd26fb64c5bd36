//! The few imports that the weights of a model need, and that do nothing but hold values.
//!
//! All others can run code. There is no list of those that are known to: what is not known to be harmless is not harmless.

use super::value::{Id, Import, Picture, Value};
use crate::torch::element;

/// Functions that put tensors together.
const REBUILD: &[&str] = &[
    "_rebuild_device_tensor_from_cpu_tensor",
    "_rebuild_device_tensor_from_numpy",
    "_rebuild_meta_tensor_no_storage",
    "_rebuild_nested_tensor",
    "_rebuild_parameter",
    "_rebuild_parameter_with_state",
    "_rebuild_qtensor",
    "_rebuild_sparse_csr_tensor",
    "_rebuild_sparse_tensor",
    "_rebuild_tensor",
    "_rebuild_tensor_v2",
    "_rebuild_tensor_v3",
    "_rebuild_wrapper_subclass",
    "_rebuild_xla_tensor",
];

/// Types and functions of the language that make plain values of plain values.
const BUILTIN: &[&str] = &[
    "bool",
    "bytearray",
    "bytes",
    "complex",
    "dict",
    "float",
    "frozenset",
    "int",
    "list",
    "long",
    "range",
    "set",
    "slice",
    "str",
    "tuple",
    "unicode",
    "xrange",
];

const QUANTISATION: &[&str] = &[
    "per_channel_affine",
    "per_channel_affine_float_qparams",
    "per_channel_symmetric",
    "per_tensor_affine",
    "per_tensor_symmetric",
];

/// Whether the weights of a model may need it, and it does no more than hold values.
pub(crate) fn holds_values(import: &Import) -> bool {
    let name = &*import.name;
    match &*import.module {
        "collections" => ["OrderedDict", "defaultdict", "Counter"].contains(&name),
        "builtins" | "__builtin__" => BUILTIN.contains(&name),
        // With which encoding is looked at where it is called.
        "_codecs" => name == "encode",
        "torch" => {
            ["Size", "Tensor", "device"].contains(&name)
                || QUANTISATION.contains(&name)
                || element::of_dtype(name).is_some()
                || element::of_storage(name).is_some()
                || element::of_tensor(name).is_some()
        }
        "torch.cuda" => element::of_storage(name).is_some() || element::of_tensor(name).is_some(),
        "torch.storage" => [
            "UntypedStorage",
            "TypedStorage",
            "_UntypedStorage",
            "_TypedStorage",
        ]
        .contains(&name),
        "torch.serialization" => name == "_get_layout",
        "torch.nn.parameter" => ["Parameter", "Buffer"].contains(&name),
        "torch._utils" => REBUILD.contains(&name),
        "torch._tensor" => name == "_rebuild_from_type_v2",
        "numpy" => ["dtype", "ndarray"].contains(&name),
        "numpy.dtypes" => name.ends_with("DType") && !name.contains('.'),
        "numpy.core.multiarray" | "numpy._core.multiarray" => {
            ["_reconstruct", "scalar"].contains(&name)
        }
        "numpy.core.numeric" | "numpy._core.numeric" => name == "_frombuffer",
        _ => false,
    }
}

/// What is doubtful about a call of what is not imported, or of what depends on what it is given.
pub(super) fn doubt(picture: &Picture, callable: Id, arguments: Id) -> Option<&'static str> {
    let Some((module, name)) = picture.import(callable) else {
        return Some("calls what is only known when it is loaded: it can run code");
    };
    if (module, name) != ("_codecs", "encode") {
        return None;
    }
    let items = picture.items(arguments).unwrap_or_default();
    let plain = match items {
        [_] => true,
        [_, encoding] => {
            matches!(picture.get(*encoding), Value::Text(text) if ["latin1", "latin-1", "utf-8"].contains(&&**text))
        }
        _ => false,
    };
    (!plain).then_some("encodes otherwise than as Latin-1: it can run code of a codec")
}
