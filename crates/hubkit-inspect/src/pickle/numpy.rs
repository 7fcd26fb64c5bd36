//! Arrays of NumPy within a pickle.
//!
//! Source: `ndarray.__reduce__` and `dtype.__reduce__` in the reference of NumPy.

use super::{Id, Picture, Value};
use crate::ElementType;
use hubkit_safetensors::Dtype;

/// An array.
#[derive(Debug)]
pub(crate) struct Array {
    pub(crate) element: ElementType,
    pub(crate) shape: Vec<u64>,
}

/// The array that this value is, if it is one.
pub(crate) fn array(picture: &Picture, id: Id) -> Option<Array> {
    let (module, name, arguments) = picture.call(id)?;
    let (shape, dtype) = match (module, name, arguments) {
        ("numpy.core.multiarray" | "numpy._core.multiarray", "_reconstruct", _) => {
            let Value::Object(object) = picture.get(id) else {
                return None;
            };
            let [_, shape, dtype, ..] = picture.items(*object.states.first()?)? else {
                return None;
            };
            (*shape, *dtype)
        }
        ("numpy.core.numeric" | "numpy._core.numeric", "_frombuffer", [_, dtype, shape, ..]) => {
            (*shape, *dtype)
        }
        _ => return None,
    };
    Some(Array {
        element: element(picture, dtype),
        shape: lengths(picture, shape)?,
    })
}

/// Whole numbers that are not negative, of a tuple or a list.
pub(crate) fn lengths(picture: &Picture, id: Id) -> Option<Vec<u64>> {
    let items = picture.items(id)?.iter();
    items
        .map(|item| u64::try_from(picture.integer(*item)?).ok())
        .collect()
}

fn element(picture: &Picture, dtype: Id) -> ElementType {
    let code = match picture.call(dtype) {
        Some(("numpy", "dtype", [code, ..])) => picture.text(*code).unwrap_or("unknown"),
        _ => "unknown",
    };
    let known = match code.trim_start_matches(['<', '>', '=', '|']) {
        "b1" | "?" => Some(Dtype::Bool),
        "i1" => Some(Dtype::I8),
        "i2" => Some(Dtype::I16),
        "i4" => Some(Dtype::I32),
        "i8" => Some(Dtype::I64),
        "u1" => Some(Dtype::U8),
        "u2" => Some(Dtype::U16),
        "u4" => Some(Dtype::U32),
        "u8" => Some(Dtype::U64),
        "f2" => Some(Dtype::F16),
        "f4" => Some(Dtype::F32),
        "f8" => Some(Dtype::F64),
        "c8" => Some(Dtype::C64),
        _ => None,
    };
    match (known, code) {
        (Some(dtype), _) => dtype.into(),
        (None, "c16") => ElementType::blocks("C128", 1, 16),
        (None, code) => ElementType::unsized_type(code.chars().take(40).collect::<String>()),
    }
}
