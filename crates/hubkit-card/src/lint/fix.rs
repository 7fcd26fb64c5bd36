//! Mending what can be mended without a question.

use serde_yaml::Value;

use crate::FieldPath;

/// One change to the metadata that mends a finding.
#[derive(Clone, PartialEq, Debug)]
pub(super) enum Fix {
    /// The field gets this value.
    Set(FieldPath, Value),
    /// What is written at the field is put between quotes, so that everybody reads it as a text.
    Quote(FieldPath),
    /// The field, or the place of a list, goes.
    Remove(FieldPath),
    /// The field gets another name.
    Rename(FieldPath, String),
}

impl Fix {
    pub(super) fn set(path: &FieldPath, value: Value) -> Self {
        Self::Set(path.clone(), value)
    }

    pub(super) fn quote(path: &FieldPath) -> Self {
        Self::Quote(path.clone())
    }

    pub(super) fn remove(path: &FieldPath) -> Self {
        Self::Remove(path.clone())
    }

    pub(super) fn rename(path: &FieldPath, name: &str) -> Self {
        Self::Rename(path.clone(), name.to_owned())
    }
}
