//! Documents that are made of cards.

use std::{io::Write as _, path::Path};

use hubkit::safetensors::{Existing, NewFile};
use serde_json::Value;

use super::source::Source;
use crate::{
    args::WrittenTo,
    command::safetensors::unusable,
    failure::Failure,
    ui::{data, plain},
};

/// Refuses to write a document over the card it is made of.
pub(super) fn check(source: &Source, to: &WrittenTo) -> Result<(), Failure> {
    let whole = |path: &Path| path.canonicalize().ok();
    let card = source.place.file().and_then(|file| whole(&file));
    match &to.output {
        Some(path) if card.is_some() && whole(path) == card => {
            let name = plain(&path.display().to_string());
            let message =
                format!("{name} is the card itself, and the document would take its place");
            Err(Failure::usage(message).hint("choose another `--output`"))
        }
        _ => Ok(()),
    }
}

/// Prints a document, or writes it to a file that is there as a whole or not at all.
pub(super) fn write(document: &Value, to: &WrittenTo) -> Result<(), Failure> {
    let text = format!("{document:#}");
    match &to.output {
        Some(path) => save(path, to.force, format!("{text}\n").as_bytes()),
        None => data(&text),
    }
}

/// Writes a file that is there as a whole or not at all; with `force` in the place of another.
pub(super) fn save(path: &Path, force: bool, bytes: &[u8]) -> Result<(), Failure> {
    let existing = if force {
        Existing::Replace
    } else {
        Existing::Keep
    };
    let written = || {
        let mut file = NewFile::create(path, existing)?;
        file.write_all(bytes)?;
        file.publish()
    };
    written().map_err(|error| unusable(path, &error))
}
