//! JSON of a stranger, built only as far as a budget goes.
//!
//! Text of a few bytes can make values of hundreds: `{"":0}` takes a hundred times its length. So what is built is
//! counted, and lists are read item by item, never held as a whole.

use std::fmt;

use serde_core::de::{DeserializeSeed, Deserializer, Error as _, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Value};

use crate::ApiError;

/// How much may be built. A unit is about 32 bytes of memory.
pub(super) struct Budget(u64);

impl Budget {
    /// What an object takes however little is in it.
    const OBJECT: u64 = 20;
    /// What a list takes however little is in it.
    const LIST: u64 = 4;

    /// For an answer that is read at once: enough for the information of a repository of a million files.
    pub(super) const WHOLE: u64 = 24_000_000;
    /// For one item of a list.
    pub(super) const ITEM: u64 = 4_000_000;

    pub(super) fn of(units: u64) -> Self {
        Self(units)
    }

    fn spend<E: serde_core::de::Error>(&mut self, units: u64) -> Result<(), E> {
        self.0 = self
            .0
            .checked_sub(units)
            .ok_or_else(|| E::custom("more in it than is read"))?;
        Ok(())
    }
}

/// Builds a value within a budget.
pub(super) struct Tree<'a>(pub(super) &'a mut Budget);

impl<'de> DeserializeSeed<'de> for Tree<'_> {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, reader: D) -> Result<Value, D::Error> {
        self.0.spend(1)?;
        reader.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Tree<'_> {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_f64<E>(self, value: f64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_str<E>(self, value: &str) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Value, A::Error> {
        self.0.spend(Budget::LIST)?;
        let mut list = Vec::new();
        while let Some(item) = items.next_element_seed(Tree(self.0))? {
            list.push(item);
        }
        Ok(Value::Array(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Value, A::Error> {
        self.0.spend(Budget::OBJECT)?;
        let mut map = Map::new();
        while let Some(key) = entries.next_key::<String>()? {
            // Which of two values is meant, each reader would decide for itself.
            if map.contains_key(&key) {
                return Err(A::Error::custom(format_args!("`{key}` is said twice")));
            }
            let value = entries.next_value_seed(Tree(self.0))?;
            map.insert(key, value);
        }
        Ok(Value::Object(map))
    }
}

/// Reads a list item by item, each within a budget of its own, and stops at the first that is refused.
pub(super) struct List<'a, F> {
    /// Makes something of an item.
    pub(super) item: F,
    /// Why an item was refused.
    pub(super) fault: &'a mut Option<ApiError>,
    /// What the items are.
    pub(super) what: &'a str,
    /// How many there may be.
    pub(super) most: usize,
}

impl<'de, T, F: FnMut(Value) -> Result<T, ApiError>> DeserializeSeed<'de> for List<'_, F> {
    type Value = Vec<T>;

    fn deserialize<D: Deserializer<'de>>(self, reader: D) -> Result<Vec<T>, D::Error> {
        reader.deserialize_seq(self)
    }
}

impl<'de, T, F: FnMut(Value) -> Result<T, ApiError>> Visitor<'de> for List<'_, F> {
    type Value = Vec<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} as a list", self.what)
    }

    fn visit_seq<A: SeqAccess<'de>>(mut self, mut items: A) -> Result<Vec<T>, A::Error> {
        let mut list = Vec::new();
        loop {
            let mut budget = Budget::of(Budget::ITEM);
            let Some(value) = items.next_element_seed(Tree(&mut budget))? else {
                return Ok(list);
            };
            if list.len() == self.most {
                let (most, what) = (self.most, self.what);
                return Err(A::Error::custom(format_args!(
                    "more than {most} {what} on one page"
                )));
            }
            match (self.item)(value) {
                Ok(item) => list.push(item),
                Err(fault) => {
                    *self.fault = Some(fault);
                    return Err(A::Error::custom("an item was refused"));
                }
            }
        }
    }
}
