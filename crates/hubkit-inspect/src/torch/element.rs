//! The types of elements, by the names that PyTorch gives to types, storages and tensors.

use hubkit_safetensors::Dtype;

use crate::ElementType;

/// Types that safetensors does not have, with the bytes that an element takes.
const OTHERS: &[(&str, &str, u64)] = &[
    ("complex32", "C32", 4),
    ("chalf", "C32", 4),
    ("complex128", "C128", 16),
    ("cdouble", "C128", 16),
    ("qint8", "qint8", 1),
    ("quint8", "quint8", 1),
    ("qint32", "qint32", 4),
    // Two or four values in each element.
    ("quint4x2", "quint4x2", 1),
    ("quint2x4", "quint2x4", 1),
    ("float4_e2m1fn_x2", "float4_e2m1fn_x2", 1),
    ("bits8", "bits8", 1),
    ("bits16", "bits16", 2),
    ("bits1x8", "bits1x8", 1),
    ("bits2x4", "bits2x4", 1),
    ("bits4x2", "bits4x2", 1),
    ("int1", "int1", 1),
    ("int2", "int2", 1),
    ("int3", "int3", 1),
    ("int4", "int4", 1),
    ("int5", "int5", 1),
    ("int6", "int6", 1),
    ("int7", "int7", 1),
    ("uint1", "uint1", 1),
    ("uint2", "uint2", 1),
    ("uint3", "uint3", 1),
    ("uint4", "uint4", 1),
    ("uint5", "uint5", 1),
    ("uint6", "uint6", 1),
    ("uint7", "uint7", 1),
];

/// The type of this name, as in `torch.float32`.
pub(crate) fn of_dtype(name: &str) -> Option<ElementType> {
    let dtype = match name {
        "float32" | "float" => Dtype::F32,
        "float64" | "double" => Dtype::F64,
        "float16" | "half" => Dtype::F16,
        "bfloat16" => Dtype::Bf16,
        "uint8" => Dtype::U8,
        "int8" => Dtype::I8,
        "int16" | "short" => Dtype::I16,
        "int32" | "int" => Dtype::I32,
        "int64" | "long" => Dtype::I64,
        "uint16" => Dtype::U16,
        "uint32" => Dtype::U32,
        "uint64" => Dtype::U64,
        "bool" => Dtype::Bool,
        "complex64" | "cfloat" => Dtype::C64,
        "float8_e4m3fn" => Dtype::F8E4M3,
        "float8_e4m3fnuz" => Dtype::F8E4M3Fnuz,
        "float8_e5m2" => Dtype::F8E5M2,
        "float8_e5m2fnuz" => Dtype::F8E5M2Fnuz,
        "float8_e8m0fnu" => Dtype::F8E8M0,
        _ => {
            let other = OTHERS.iter().find(|(known, ..)| *known == name);
            return other.map(|(_, name, bytes)| ElementType::blocks(name, 1, *bytes));
        }
    };
    Some(dtype.into())
}

/// What a storage of this name holds, as in `FloatStorage`.
pub(crate) fn of_storage(name: &str) -> Option<ElementType> {
    of_capital(name.strip_suffix("Storage")?)
}

/// What a tensor of this name holds, as in `FloatTensor`.
pub(crate) fn of_tensor(name: &str) -> Option<ElementType> {
    of_capital(name.strip_suffix("Tensor")?)
}

fn of_capital(name: &str) -> Option<ElementType> {
    of_dtype(match name {
        "Double" => "float64",
        "Float" => "float32",
        "Half" => "float16",
        "BFloat16" => "bfloat16",
        "Long" => "int64",
        "Int" => "int32",
        "Short" => "int16",
        "Char" => "int8",
        "Byte" => "uint8",
        "Bool" => "bool",
        "ComplexDouble" => "complex128",
        "ComplexFloat" => "complex64",
        "ComplexHalf" => "complex32",
        "QInt8" => "qint8",
        "QInt32" => "qint32",
        "QUInt8" => "quint8",
        "QUInt4x2" => "quint4x2",
        "QUInt2x4" => "quint2x4",
        _ => return None,
    })
}
