//! The types of elements: `TensorProto.DataType`.

use hubkit_safetensors::Dtype;

use crate::ElementType;

/// The type of this number; nothing where nothing is said.
pub(super) fn of(number: u64) -> Option<ElementType> {
    let dtype = match number {
        0 => return None,
        1 => Dtype::F32,
        2 => Dtype::U8,
        3 => Dtype::I8,
        4 => Dtype::U16,
        5 => Dtype::I16,
        6 => Dtype::I32,
        7 => Dtype::I64,
        8 => return Some(ElementType::unsized_type("STRING")),
        9 => Dtype::Bool,
        10 => Dtype::F16,
        11 => Dtype::F64,
        12 => Dtype::U32,
        13 => Dtype::U64,
        14 => Dtype::C64,
        15 => return Some(ElementType::blocks("C128", 1, 16)),
        16 => Dtype::Bf16,
        17 => Dtype::F8E4M3,
        18 => Dtype::F8E4M3Fnuz,
        19 => Dtype::F8E5M2,
        20 => Dtype::F8E5M2Fnuz,
        21 => return Some(ElementType::blocks("U4", 2, 1)),
        22 => return Some(ElementType::blocks("I4", 2, 1)),
        23 => Dtype::F4,
        24 => Dtype::F8E8M0,
        25 => return Some(ElementType::blocks("U2", 4, 1)),
        26 => return Some(ElementType::blocks("I2", 4, 1)),
        27 => Dtype::F6E2M3,
        28 => Dtype::F6E3M2,
        other => return Some(ElementType::unsized_type(format!("ONNX type {other}"))),
    };
    Some(dtype.into())
}

/// How many bytes so many elements take: those that are packed begin no byte anew, and the last byte may be half empty.
pub(super) fn bytes_of(element: &ElementType, elements: u64) -> Option<u64> {
    let (block, bytes) = element.block()?;
    Some(elements.checked_mul(bytes)?.div_ceil(block))
}
