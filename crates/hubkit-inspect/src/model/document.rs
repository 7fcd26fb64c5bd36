//! A small JSON document of a stranger, read within bounds.

use std::{borrow::Cow, cell::Cell, error, fmt};

use serde_core::de::{DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Number, Value};

/// The longest document that is read, in bytes.
const LONGEST: usize = 10_000_000;

/// How many values a document may hold: vocabularies of labels and tokens reach tens of thousands.
const MOST_VALUES: u32 = 500_000;

/// Why a document can't be read.
#[derive(Clone, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub enum ConfigError {
    /// It is longer than any honest one.
    TooLong {
        /// Its length in bytes.
        found: usize,
        /// The longest that is read.
        most: usize,
    },
    /// It is no JSON, is nested too deeply, or holds too many values. The text says which and where.
    Json(String),
    /// It is JSON, but not an object.
    NoObject,
}

impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TooLong { found, most } => {
                write!(f, "expected at most {most} bytes, found {found}")
            }
            Self::Json(message) => write!(f, "expected JSON: {message}"),
            Self::NoObject => f.write_str("expected a JSON object, found another value"),
        }
    }
}

impl error::Error for ConfigError {}

/// An object of which every field may be missing or of a wrong type.
#[derive(Clone, PartialEq, Debug, Default)]
pub(crate) struct Document(Map<String, Value>);

impl Document {
    /// Reads a document as Python's `json` does: a mark of byte order is passed over, and `NaN` and `Infinity` are taken
    /// for numbers that are not known.
    pub(crate) fn parse(bytes: &[u8]) -> Result<Self, ConfigError> {
        if bytes.len() > LONGEST {
            return Err(ConfigError::TooLong {
                found: bytes.len(),
                most: LONGEST,
            });
        }
        let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
        let bytes = without_unknown_numbers(bytes);
        let json = |fault: serde_json::Error| ConfigError::Json(fault.to_string());
        let mut source = serde_json::Deserializer::from_slice(&bytes);
        let left = Cell::new(MOST_VALUES);
        let value = Counted(&left).deserialize(&mut source).map_err(json)?;
        source.end().map_err(json)?;
        match value {
            Value::Object(map) => Ok(Self(map)),
            _ => Err(ConfigError::NoObject),
        }
    }

    /// The object itself.
    pub(crate) fn map(&self) -> &Map<String, Value> {
        &self.0
    }
}

/// The same text in which empty strings stand for `NaN`, `Infinity` and `-Infinity`: nobody takes them for a number, and
/// unlike `null` they fit.
fn without_unknown_numbers(bytes: &[u8]) -> Cow<'_, [u8]> {
    const UNKNOWN: [&[u8]; 3] = [b"-Infinity", b"Infinity", b"NaN"];
    let mut text = Cow::Borrowed(bytes);
    let (mut at, mut quoted) = (0, false);
    while at < bytes.len() {
        match bytes[at] {
            b'"' => quoted = !quoted,
            b'\\' if quoted => at += 1,
            b'-' | b'I' | b'N' if !quoted => {
                let rest = &bytes[at..];
                if let Some(word) = UNKNOWN.iter().find(|word| rest.starts_with(word)) {
                    let place = &mut text.to_mut()[at..at + word.len()];
                    place.fill(b' ');
                    place[..2].copy_from_slice(b"\"\"");
                    at += word.len() - 1;
                }
            }
            _ => {}
        }
        at += 1;
    }
    text
}

/// Reads a value while there is room for more.
#[derive(Clone, Copy)]
struct Counted<'c>(&'c Cell<u32>);

impl<'de> DeserializeSeed<'de> for Counted<'_> {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, source: D) -> Result<Value, D::Error> {
        use serde_core::de::Error as _;
        let left = self
            .0
            .get()
            .checked_sub(1)
            .ok_or_else(|| D::Error::custom(format_args!("more than {MOST_VALUES} values")))?;
        self.0.set(left);
        source.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Counted<'_> {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Bool(value))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(Value::Number(value.into()))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(Value::Number(value.into()))
    }

    fn visit_f64<E>(self, value: f64) -> Result<Value, E> {
        Ok(Number::from_f64(value).map_or(Value::Null, Value::Number))
    }

    fn visit_str<E>(self, value: &str) -> Result<Value, E> {
        Ok(Value::String(value.to_owned()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Value, A::Error> {
        let mut values = Vec::new();
        while let Some(value) = list.next_element_seed(self)? {
            values.push(value);
        }
        Ok(Value::Array(values))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut object: A) -> Result<Value, A::Error> {
        let mut map = Map::new();
        while let Some(key) = object.next_key()? {
            map.insert(key, object.next_value_seed(self)?);
        }
        Ok(Value::Object(map))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Value, ConfigError> {
        Document::parse(text.as_bytes()).map(|document| Value::Object(document.0))
    }

    #[test]
    fn what_python_writes_is_read() {
        let text = "\u{feff}{\"a\": [0.0, Infinity, -Infinity, NaN], \"b\": \"NaN \\\" -Infinity\", \"c\": -1}";
        let value = read(text).expect("read");
        assert_eq!(value["b"], "NaN \" -Infinity");
        assert_eq!(value["c"], -1);
        assert_eq!(value["a"].as_array().map(Vec::len), Some(4));
    }

    #[test]
    fn what_is_hostile_is_refused() {
        assert_eq!(read("[1]"), Err(ConfigError::NoObject));
        let deep = format!("{{\"a\":{}", "[".repeat(100_000));
        assert!(matches!(read(&deep), Err(ConfigError::Json(_))));
        let many = format!("{{\"a\":[{}1]}}", "1,".repeat(600_000));
        let Err(ConfigError::Json(message)) = read(&many) else {
            panic!("too many values were read");
        };
        assert!(message.starts_with("more than 500000 values"), "{message}");
        let long = format!("{{}}{}", " ".repeat(LONGEST));
        assert!(matches!(read(&long), Err(ConfigError::TooLong { .. })));
        for text in [
            "",
            "{",
            "{\"a\":1e999}",
            "{\"a\":NaNa}",
            "{} x",
            "{\"a\":\"\\",
        ] {
            assert!(matches!(read(text), Err(ConfigError::Json(_))), "{text}");
        }
    }
}
