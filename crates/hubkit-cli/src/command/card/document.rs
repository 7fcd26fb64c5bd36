//! Documents that are made of cards.

use std::io::Write as _;

use hubkit::safetensors::{Existing, NewFile};
use serde_json::Value;

use crate::{args::WrittenTo, command::safetensors::unusable, failure::Failure, ui::data};

/// Prints a document, or writes it to a file that is there as a whole or not at all.
pub(super) fn write(document: &Value, to: &WrittenTo) -> Result<(), Failure> {
    let text = format!("{document:#}");
    let Some(path) = &to.output else {
        return data(&text);
    };
    let existing = if to.force {
        Existing::Replace
    } else {
        Existing::Keep
    };
    let written = || {
        let mut file = NewFile::create(path, existing)?;
        file.write_all(text.as_bytes())?;
        file.write_all(b"\n")?;
        file.publish()
    };
    written().map_err(|error| unusable(path, &error))
}
