//! What the values of a column are.

/// What the values of a column are.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) enum DataType {
    /// A type of Croissant for single values: `sc:Text`, `cr:Int64`, …
    Scalar(&'static str),
    /// Numbers that stand for classes, by their names in order.
    Class(Vec<String>),
    Image,
    /// With the number of samples in a second, where it is said.
    Audio(Option<u64>),
    Video,
    /// Values with names.
    Struct(Vec<(String, Self)>),
    /// So many values of a type; any number where that is not said.
    List(Box<Self>, Option<u64>),
    /// Something that Croissant has no type for, as the card calls it.
    Unknown(String),
}

pub(super) const TEXT: DataType = DataType::Scalar("sc:Text");

impl DataType {
    /// The type of single values that `datasets`, or Arrow below it, calls by a name.
    pub(super) fn scalar(name: &str) -> Option<Self> {
        Some(Self::Scalar(match name {
            "bool" => "sc:Boolean",
            "int8" => "cr:Int8",
            "int16" => "cr:Int16",
            "int32" => "cr:Int32",
            "int64" => "cr:Int64",
            "uint8" => "cr:UInt8",
            "uint16" => "cr:UInt16",
            "uint32" => "cr:UInt32",
            "uint64" => "cr:UInt64",
            "float8" => "sc:Float",
            "float16" | "half" => "cr:Float16",
            "float32" | "float" => "cr:Float32",
            "float64" | "double" => "cr:Float64",
            "string" | "large_string" | "string_view" | "utf8" | "binary" | "large_binary"
            | "binary_view" => "sc:Text",
            "date32" | "date64" => "sc:Date",
            name if name.starts_with("timestamp[") => "sc:DateTime",
            name if name.starts_with("time32[") || name.starts_with("time64[") => "sc:Time",
            _ => return None,
        }))
    }

    pub(super) fn is_number(&self) -> bool {
        matches!(self, Self::Scalar(name) if *name == "sc:Float" || name.starts_with("cr:"))
    }
}
