//! What a text with a tag of YAML is.

use serde_yaml::Value;

use super::{CORE, fault};
use crate::{
    metadata::python::{binary, number, scalar},
    syntax::{Fault, Node},
};

/// The value of a text with a tag of YAML.
pub(super) fn tagged(tag: &str, text: &str, node: &Node<'_>) -> Result<Value, Fault> {
    let (value, expected) = match tag {
        "str" => return Ok(text.into()),
        "null" => return Ok(Value::Null),
        "bool" => (scalar::bool(text), "a truth value"),
        "int" => (number::int(text), "a whole number"),
        "float" => (number::float(text), "a number"),
        "timestamp" => (scalar::timestamp(text), "a day that there is"),
        "binary" => {
            let bytes = binary::decode(text).map_err(|reason| fault(node, reason))?;
            let kept = |_| text.split_whitespace().collect::<String>().into();
            return Ok(String::from_utf8(bytes).map_or_else(kept, Value::String));
        }
        _ => return Err(unknown_tag(node)),
    };
    let shown: String = text.chars().take(40).collect();
    value.ok_or_else(|| fault(node, format!("expected {expected}, found {shown:?}")))
}

/// What a key that counts as a number is equal to.
pub(super) fn number_of(key: &Value) -> Option<String> {
    const EXACT: f64 = 1e18;
    match key {
        Value::Bool(flag) => Some(u8::from(*flag).to_string()),
        Value::Number(number) => match number.as_f64() {
            Some(float) if number.is_f64() && float.fract() == 0.0 && float.abs() < EXACT => {
                Some(format!("{float:.0}"))
            }
            _ => Some(number.to_string()),
        },
        _ => None,
    }
}

/// The name of a tag of YAML; empty for a value that has none.
pub(super) fn tag_of<'t>(node: &'t Node<'_>) -> &'t str {
    match node.tag.as_deref() {
        None | Some("!") => "",
        Some(tag) => tag
            .strip_prefix(CORE)
            .filter(|tag| !tag.is_empty())
            .unwrap_or(tag),
    }
}

pub(super) fn unknown_tag(node: &Node<'_>) -> Fault {
    let tag = node.tag.as_deref().or(node.as_text()).unwrap_or_default();
    let shown: String = tag.chars().take(80).collect();
    fault(
        node,
        format!("found the type {shown:?}, which is not made of such a value"),
    )
}
