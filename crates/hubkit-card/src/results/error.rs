//! Why a result is not added.

use hubkit_types::shown;
use serde_yaml::Value;

use crate::{EditError, MetadataError};

/// How much of a text of others a message repeats, in characters.
const LONGEST: usize = 80;

/// Why a result can't be added. Nothing was changed. Texts of others are repeated with what can't be seen escaped;
/// signatures are not.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum AddResultError {
    /// A part of the new result is not as hubs take it.
    #[error("{field}: expected {expected}, found {found}")]
    Wrong {
        /// The field.
        field: &'static str,
        /// What it needs.
        expected: &'static str,
        /// What was given.
        found: String,
    },
    /// The same was measured before, with another outcome.
    #[error("{subject} is there already, as {found}")]
    Exists {
        /// What was measured on what.
        subject: String,
        /// What came out then.
        found: String,
    },
    /// The same was measured several times, so which one is replaced can't be known.
    #[error("{subject} is there {count} times")]
    Repeated {
        /// What was measured on what.
        subject: String,
        /// How often it stands there.
        count: usize,
    },
    /// What is there is no list of results.
    #[error("expected a list of results, found other things in it")]
    NotResults,
    /// The results of the card are those of other models.
    #[error("expected the name of a model of `model-index`, one of {known}, found {found}")]
    Model {
        /// The models that are there.
        known: String,
        /// The one that was named.
        found: String,
    },
    /// The file of results can't be read.
    #[error("the results can't be read")]
    Unreadable(#[from] MetadataError),
    /// The change can't be written.
    #[error("the result can't be written")]
    Edit(#[from] EditError),
}

impl AddResultError {
    pub(super) fn wrong(field: &'static str, expected: &'static str, found: Option<&str>) -> Self {
        Self::Wrong {
            field,
            expected,
            found: found.map_or_else(|| "nothing".to_owned(), quoted),
        }
    }
}

/// A text of others in a message.
pub(super) fn quoted(text: &str) -> String {
    format!("`{}`", shown(text, LONGEST))
}

/// A value of others in a message.
pub(super) fn value(found: Option<&Value>) -> String {
    match found {
        None | Some(Value::Null) => "nothing".to_owned(),
        Some(Value::String(text)) => quoted(text),
        Some(Value::Number(number)) => number.to_string(),
        Some(Value::Bool(flag)) => flag.to_string(),
        Some(Value::Sequence(_)) => "a list".to_owned(),
        Some(Value::Mapping(_) | Value::Tagged(_)) => "a value of another form".to_owned(),
    }
}
