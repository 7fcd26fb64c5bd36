//! A JSON value in little: the first entries of each object and list, and nothing of the rest.

use std::{collections::BTreeMap, fmt};

use serde_core::de::{
    Deserialize, DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor,
};

use crate::MetadataValue;

/// So many entries of an object or a list are kept.
const KEPT: usize = 32;

/// What lies deeper is not kept: a step in a list of steps lies in two values.
const KEPT_DEPTH: u32 = 3;

/// So many characters of a text are kept.
const KEPT_TEXT: usize = 1000;

/// A value in little.
#[derive(Debug)]
pub(super) enum Sketch {
    Null,
    Boolean(bool),
    Integer(i128),
    Float(f64),
    Text(String),
    List(Vec<Sketch>),
    Map(BTreeMap<String, Sketch>),
}

impl Sketch {
    /// The value, if it is a single one; what is chosen with a parameter, as in `{"Fixed": 128}`, is told as `Fixed(128)`.
    pub(super) fn scalar(self) -> Option<MetadataValue> {
        Some(match self {
            Self::Boolean(truth) => MetadataValue::Boolean(truth),
            Self::Integer(number) => MetadataValue::Integer(number),
            Self::Float(number) => MetadataValue::Float(number),
            Self::Text(text) => MetadataValue::Text(text),
            Self::Map(entries) if entries.len() == 1 => {
                let (choice, value) = entries.into_iter().next()?;
                match value {
                    Self::Integer(number) => MetadataValue::Text(format!("{choice}({number})")),
                    _ => return None,
                }
            }
            Self::Null | Self::List(_) | Self::Map(_) => return None,
        })
    }

    /// The kind of a step, and of the steps in it: `Sequence(NFD, Lowercase)`.
    pub(super) fn kinds(&self) -> Option<String> {
        let Self::Map(entries) = self else {
            return None;
        };
        let Some(Self::Text(kind)) = entries.get("type") else {
            return None;
        };
        let inner = entries.values().find_map(|value| match value {
            Self::List(steps) => {
                let kinds: Vec<String> = steps.iter().filter_map(Self::kinds).collect();
                (!kinds.is_empty()).then(|| kinds.join(", "))
            }
            _ => None,
        });
        Some(match inner {
            Some(inner) if kind == "Sequence" => format!("{kind}({inner})"),
            _ => kind.clone(),
        })
    }
}

impl<'de> Deserialize<'de> for Sketch {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Sketcher { depth: 0 })
    }
}

struct Sketcher {
    /// In how many values it lies.
    depth: u32,
}

impl Sketcher {
    fn inner(&self) -> Self {
        Self {
            depth: self.depth + 1,
        }
    }

    /// How many entries are kept here.
    fn kept(&self) -> usize {
        if self.depth < KEPT_DEPTH { KEPT } else { 0 }
    }
}

impl<'de> DeserializeSeed<'de> for Sketcher {
    type Value = Sketch;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Sketch, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Sketcher {
    type Value = Sketch;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value")
    }

    fn visit_unit<E>(self) -> Result<Sketch, E> {
        Ok(Sketch::Null)
    }

    fn visit_bool<E>(self, truth: bool) -> Result<Sketch, E> {
        Ok(Sketch::Boolean(truth))
    }

    fn visit_i64<E>(self, number: i64) -> Result<Sketch, E> {
        Ok(Sketch::Integer(number.into()))
    }

    fn visit_u64<E>(self, number: u64) -> Result<Sketch, E> {
        Ok(Sketch::Integer(number.into()))
    }

    fn visit_f64<E>(self, number: f64) -> Result<Sketch, E> {
        Ok(Sketch::Float(number))
    }

    fn visit_str<E>(self, text: &str) -> Result<Sketch, E> {
        Ok(Sketch::Text(text.chars().take(KEPT_TEXT).collect()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Sketch, A::Error> {
        let mut kept = Vec::new();
        while kept.len() < self.kept() {
            match list.next_element_seed(self.inner())? {
                Some(value) => kept.push(value),
                None => return Ok(Sketch::List(kept)),
            }
        }
        while list.next_element::<IgnoredAny>()?.is_some() {}
        Ok(Sketch::List(kept))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Sketch, A::Error> {
        let mut kept = BTreeMap::new();
        while kept.len() < self.kept() {
            match map.next_key::<String>()? {
                Some(key) => {
                    let value = map.next_value_seed(self.inner())?;
                    kept.insert(key.chars().take(KEPT_TEXT).collect(), value);
                }
                None => return Ok(Sketch::Map(kept)),
            }
        }
        while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
        Ok(Sketch::Map(kept))
    }
}
