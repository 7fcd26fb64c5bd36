//! YAML as JSON.

use serde_json::{Map, Number, Value as Json};
use serde_yaml::{Mapping, Value};

pub(super) fn object(mapping: &Mapping) -> Json {
    let mut map = Map::new();
    for (key, value) in mapping {
        map.insert(name(key), json(value));
    }
    Json::Object(map)
}

pub(super) fn json(value: &Value) -> Json {
    match value {
        Value::Null => Json::Null,
        Value::Bool(flag) => Json::Bool(*flag),
        Value::Number(number) => self::number(number),
        Value::String(text) => Json::String(text.clone()),
        Value::Sequence(list) => list.iter().map(json).collect(),
        Value::Mapping(mapping) => object(mapping),
        Value::Tagged(tagged) => json(&tagged.value),
    }
}

/// JSON as YAML, which has all that JSON has.
pub(super) fn mapping(map: &Map<String, Json>) -> Mapping {
    let entries = map.iter();
    entries
        .map(|(name, json)| (Value::String(name.clone()), value(json)))
        .collect()
}

fn value(json: &Json) -> Value {
    match json {
        Json::Null => Value::Null,
        Json::Bool(flag) => Value::Bool(*flag),
        Json::Number(number) => {
            let whole = number.as_u64().map(Value::from);
            let whole = whole.or_else(|| number.as_i64().map(Value::from));
            whole
                .or_else(|| number.as_f64().map(Value::from))
                .unwrap_or_default()
        }
        Json::String(text) => Value::String(text.clone()),
        Json::Array(list) => list.iter().map(value).collect(),
        Json::Object(map) => Value::Mapping(mapping(map)),
    }
}

/// JavaScript has one kind of number, and writes a whole one without a point.
fn number(number: &serde_yaml::Number) -> Json {
    const FIRST_INEXACT: f64 = 9_007_199_254_740_992.0;
    if let Some(whole) = number.as_u64() {
        return whole.into();
    }
    if let Some(whole) = number.as_i64() {
        return whole.into();
    }
    let Some(float) = number.as_f64() else {
        return Json::Null;
    };
    if float.fract() == 0.0 && float.abs() < FIRST_INEXACT {
        #[expect(clippy::cast_possible_truncation, reason = "a whole number below 2^53")]
        return (float as i64).into();
    }
    Number::from_f64(float).map_or(Json::Null, Json::Number)
}

/// A key as JavaScript writes it.
pub(super) fn name(key: &Value) -> String {
    match key {
        Value::String(text) => text.clone(),
        Value::Null => "null".to_owned(),
        Value::Bool(flag) => flag.to_string(),
        Value::Number(number) => number.to_string(),
        Value::Sequence(list) => list.iter().map(name).collect::<Vec<_>>().join(","),
        Value::Mapping(_) => "[object Object]".to_owned(),
        Value::Tagged(tagged) => name(&tagged.value),
    }
}
