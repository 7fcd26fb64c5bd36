//! Metadata as the Hub's Python client reads it: YAML 1.1 as PyYAML does with `safe_load`.

mod binary;
mod construct;
mod number;
mod scalar;
mod source;

use serde_yaml::Value;

use super::MetadataError;
use crate::{
    Dialect,
    syntax::{Document, Fault},
};

impl From<Fault> for MetadataError {
    fn from(fault: Fault) -> Self {
        Self::Yaml {
            line: fault.location.line as u64,
            column: fault.location.column as u64,
            reason: fault.reason,
        }
    }
}

/// Reads a block whose length is in bounds.
pub(super) fn read(block: &str) -> Result<Value, MetadataError> {
    source::check_characters(block)?;
    let lines = source::Lines::new(block);
    let document = Document::read_as(&lines.text, Dialect::Python)?;
    source::check_signs(&document)?;
    match lines.with_separators(&document) {
        Some(text) => construct(&Document::read_as(&text, Dialect::Python)?),
        None => construct(&document),
    }
}

fn construct(document: &Document<'_>) -> Result<Value, MetadataError> {
    match &document.root {
        Some(root) => Ok(construct::value(root, document.source)?),
        None => Ok(Value::Null),
    }
}
