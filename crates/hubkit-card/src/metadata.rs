//! The metadata of a card: YAML that a stranger wrote, as a value.

mod hub;
mod json;
mod names;
mod python;

use std::sync::Arc;

use serde_saphyr::{
    Options,
    options::{DuplicateKeyPolicy, NonFiniteFloatPolicy},
};
use serde_yaml::{Mapping, Value};

use crate::{Dialect, FieldPath, Step};

/// What the metadata of a card says. A clone of it costs nothing.
///
/// Values are those that the Hub reads: `no` is a word, `010` is ten, a date is a text, and a duplicate key is an error;
/// unless another [`Dialect`] is asked for.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Metadata(Arc<Mapping>);

/// Why the metadata of a card can't be used. Lines and columns count from 1 within the block.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum MetadataError {
    /// The block is longer than any card needs.
    #[error("expected at most {limit} bytes of metadata, found {found}")]
    TooLong {
        /// How many bytes are read at most.
        limit: usize,
        /// How many there are.
        found: usize,
    },
    /// It is not YAML, or YAML that multiplies or nests beyond what is read.
    #[error("line {line}, column {column}: {reason}")]
    Yaml {
        /// Where, if that is known.
        line: u64,
        /// Where in the line.
        column: u64,
        /// What was found, in the words of the YAML reader.
        reason: String,
    },
    /// It is YAML, but no mapping from names to values.
    #[error("expected names with their values, found {found}")]
    NotAMapping {
        /// What it is instead.
        found: &'static str,
    },
}

impl MetadataError {
    /// What is wrong, without the place: [`Card::fault_location`](crate::Card::fault_location) knows it in the card.
    pub fn reason(&self) -> String {
        match self {
            Self::Yaml { reason, .. } => reason.clone(),
            other => other.to_string(),
        }
    }
}

/// How deep lists and mappings may nest.
pub(crate) const DEEPEST: usize = 64;
/// How many values there may be, before aliases are followed.
pub(crate) const MOST_VALUES: usize = 100_000;
/// How many values may be written by aliases and merge keys: a line of them is a megabyte of values.
pub(crate) const MOST_REPEATED: usize = 20_000;

impl Metadata {
    /// How long a block may be, in bytes. Real ones of more than 100,000 bytes describe the columns of datasets.
    pub const LONGEST: usize = 1 << 20;

    /// Reads the block that [`split`](crate::split()) found. An empty one says nothing, which is no error.
    ///
    /// # Errors
    ///
    /// When it is longer than [`Metadata::LONGEST`], is not YAML, asks for a type of its own (`!!python/…`), repeats a
    /// key, nests deeper than 64, holds more than 100,000 values or repeats more than 20,000 by aliases, or is no mapping.
    pub fn read(block: &str) -> Result<Self, MetadataError> {
        Self::read_as(block, Dialect::Hub)
    }

    /// Reads the block in a dialect.
    ///
    /// # Errors
    ///
    /// As [`Metadata::read`]. In [`Dialect::Python`] a key that is there twice is none, but a list or a mapping as a key
    /// is one, a day that does not exist, a tab between values, and a character that can't be printed.
    pub fn read_as(block: &str, dialect: Dialect) -> Result<Self, MetadataError> {
        let found = match value(block, dialect)? {
            Value::Null => return Ok(Self::default()),
            Value::Mapping(mapping) => return Ok(Self(Arc::new(mapping))),
            Value::Sequence(_) => "a list",
            Value::String(_) => "a text",
            Value::Bool(_) | Value::Number(_) | Value::Tagged(_) => "a single value",
        };
        Err(MetadataError::NotAMapping { found })
    }

    /// The metadata that a hub handed on as JSON: `cardData` of an answer. No budget is kept, for all of it is there already.
    pub fn from_json(card_data: &serde_json::Map<String, serde_json::Value>) -> Self {
        Self(Arc::new(json::mapping(card_data)))
    }

    /// The value of a name at the top.
    pub fn get(&self, key: &str) -> Option<&Value> {
        self.0.get(key)
    }

    /// All of it, in the order it was written.
    pub fn as_mapping(&self) -> &Mapping {
        &self.0
    }

    /// The value at a path. Numbers and truth values that are names are found by the text they are written as.
    pub fn at(&self, path: &FieldPath) -> Option<&Value> {
        let (first, rest) = path.steps().split_first()?;
        let Step::Key(first) = first else {
            return None;
        };
        let start = self.0.get(key(&self.0, first))?;
        rest.iter().try_fold(start, |value, step| match step {
            Step::Key(name) => {
                let mapping = value.as_mapping()?;
                mapping.get(key(mapping, name))
            }
            Step::Index(index) => value.as_sequence()?.get(*index),
        })
    }

    /// Whether it says nothing at all.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The same as JSON, as the `cardData` of a hub's answers has it: keys that are no texts become texts, and what
    /// JSON has no number for becomes null.
    pub fn to_json(&self) -> serde_json::Value {
        json::object(&self.0)
    }
}

/// The key that a name means: the text, or a number, a truth value or nothing that is written so.
pub(crate) fn key(mapping: &Mapping, name: &str) -> Value {
    let text = Value::String(name.to_owned());
    if mapping.contains_key(&text) {
        return text;
    }
    let number = name.parse::<i64>().map(Value::from);
    let number = number
        .or_else(|_| name.parse::<f64>().map(Value::from))
        .ok();
    let other = match name {
        "true" => Some(Value::Bool(true)),
        "false" => Some(Value::Bool(false)),
        "null" => Some(Value::Null),
        _ => number,
    };
    other
        .filter(|other| mapping.contains_key(other))
        .unwrap_or(text)
}

/// A value as JSON, in the way of [`Metadata::to_json`].
pub fn value_to_json(value: &Value) -> serde_json::Value {
    json::json(value)
}

/// The value of a text of YAML, whatever kind it is.
pub(crate) fn value(text: &str, dialect: Dialect) -> Result<Value, MetadataError> {
    if text.len() > Metadata::LONGEST {
        return Err(MetadataError::TooLong {
            limit: Metadata::LONGEST,
            found: text.len(),
        });
    }
    match dialect {
        Dialect::Hub => {
            // What follows the last `|` is a whole line, as it is to the Hub's reader.
            let text = format!("{text}\n");
            let read = serde_saphyr::from_str_with_options(&text, options());
            read.map(|hub::Bounded(value)| value)
                .map_err(|error| yaml(&error))
        }
        Dialect::Python => python::read(text),
    }
}

fn options() -> Options {
    serde_saphyr::options! {
        strict_booleans: true,
        underscored_numbers_as_strings: true,
        duplicate_keys: DuplicateKeyPolicy::Error,
        non_finite_float_policy: NonFiniteFloatPolicy::PassThrough,
        reject_unsupported_tags: true,
        with_snippet: false,
        alias_limits: serde_saphyr::alias_limits! {
            max_total_replayed_events: MOST_REPEATED,
        },
        budget: serde_saphyr::budget! {
            flow_nesting_limit: DEEPEST,
            max_depth: DEEPEST,
            max_documents: 1,
            max_events: 400_000,
            max_nodes: MOST_VALUES,
            max_recorded_anchor_events: 100_000,
            max_recorded_anchor_bytes: 4 << 20,
            max_total_scalar_bytes: 2 << 20,
            max_merge_keys: 1_000,
        },
    }
}

fn yaml(error: &serde_saphyr::Error) -> MetadataError {
    let location = error.location();
    let mut reason = bound(error).unwrap_or_else(|| error.render());
    // The place is said once, in a form that a program can use, and settings of the reader are none of the author's.
    for aside in [" at line ", ", set DuplicateKeyPolicy"] {
        if let Some(end) = reason.rfind(aside) {
            reason.truncate(end);
        }
    }
    MetadataError::Yaml {
        line: location.map_or(1, |at| at.line()),
        column: location.map_or(1, |at| at.column()),
        reason,
    }
}

/// What to say of YAML that goes beyond what is read, in words for its author.
fn bound(error: &serde_saphyr::Error) -> Option<String> {
    use serde_saphyr::{Error, budget::BudgetBreach};
    let deep = || format!("lists and mappings nest deeper than {DEEPEST} levels");
    match error.without_snippet() {
        Error::RecursiveReferencesRequireWeakTypes { .. } => {
            return Some("an alias stands within what it repeats".to_owned());
        }
        Error::Budget { breach, .. } => match breach {
            BudgetBreach::Depth { .. } => return Some(deep()),
            BudgetBreach::Nodes { .. } | BudgetBreach::Events { .. } => {
                return Some(format!("it holds more than {MOST_VALUES} values"));
            }
            BudgetBreach::Documents { .. } => {
                return Some("expected one document, found another one below `---`".to_owned());
            }
            _ => {}
        },
        _ => {}
    }
    // These are handed on as texts.
    let told = error.render();
    if told.starts_with("recursion limit exceeded") {
        Some(deep())
    } else if told.starts_with("alias replay limit exceeded") {
        Some(format!("aliases repeat more than {MOST_REPEATED} values"))
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_goes_beyond_bounds_is_told_in_words_for_its_author() {
        let lists = |from: &str, to: &str| {
            let items = [format!("*{from}").as_str()].repeat(10).join(", ");
            format!("{to}: &{to} [{items}]\n")
        };
        let bomb = format!(
            "a: &a [x]\n{}{}{}{}{}",
            lists("a", "b"),
            lists("b", "c"),
            lists("c", "d"),
            lists("d", "e"),
            lists("e", "f")
        );
        for (block, expected) in [
            (
                "a: &a [*a]".to_owned(),
                "an alias stands within what it repeats",
            ),
            (bomb, "aliases repeat more than 20000 values"),
            (
                format!("a: {}1{}", "{a: ".repeat(70), "}".repeat(70)),
                "lists and mappings nest deeper than 64 levels",
            ),
            (
                format!("a: {}", "[".repeat(200_000)),
                "lists and mappings nest deeper than 64 levels",
            ),
            (
                format!("a: [{}]", "1, ".repeat(110_000)),
                "it holds more than 100000 values",
            ),
            (
                "a: 1\n---\nb: 2".to_owned(),
                "expected one document, found another one below `---`",
            ),
            ("a: 1\na: 2".to_owned(), "duplicate mapping key: a"),
        ] {
            let fault = Metadata::read(&block).expect_err("beyond bounds");
            assert_eq!(fault.reason(), expected);
        }
    }
}
