//! What is put into a card: the metadata of another one, or a file of YAML or JSON.

use std::path::Path;

use hubkit_card::{Card, Mapping, Value, read_document, split};

use super::super::{
    input::Input,
    source::{self, NAME},
};
use crate::{exit::Exit, failure::Failure, ui::plain};

const GIVEN: Input = Input {
    longest: 16 << 20,
    expected: "metadata of ",
    code: "malformed_metadata",
    check: "check that this is a card, or metadata as YAML or JSON",
    name: "name another card, a folder with a README.md, or a file of YAML or JSON",
    piped: "`-` reads from standard input",
};

/// What it is called, and what it says.
pub(super) fn read(word: &str) -> Result<(String, Mapping), Failure> {
    let path = Path::new(word);
    let folder = path.is_dir().then(|| path.join(NAME));
    let path = folder.as_deref().unwrap_or(path);
    let (name, bytes) = if word == "-" {
        ("standard input".to_owned(), GIVEN.piped()?)
    } else {
        (plain(&path.display().to_string()), GIVEN.read(path)?)
    };
    let malformed = |message: String| {
        let message = format!("{name}: {message}");
        Failure::new(Exit::Integrity, "malformed_metadata", message)
    };
    let text = String::from_utf8(bytes).map_err(|error| {
        malformed("expected UTF-8, found other bytes".to_owned()).caused_by(&error.utf8_error())
    })?;
    let text = text.strip_prefix('\u{feff}').unwrap_or(&text);
    let ends_in = |endings: &[&str]| {
        let ending = path.extension().unwrap_or_default();
        endings.iter().any(|end| ending.eq_ignore_ascii_case(end))
    };
    let value = if ends_in(&["json"]) || !ends_in(&["md"]) && is_json(text) {
        serde_json::from_str(text)
            .map_err(|error| malformed("it is no JSON".to_owned()).caused_by(&error))?
    } else {
        // A file of YAML may begin with a line of dashes, and have another one.
        let block = split(text).block.filter(|_| !ends_in(&["yaml", "yml"]));
        if block.is_some() {
            source::check(&name, &Card::read(text))?;
        }
        let block = block.or_else(|| ends_in(&["md"]).then_some(""));
        read_document(block.unwrap_or(text))
            .map_err(|error| malformed("it can't be read".to_owned()).caused_by(&error))?
    };
    match value {
        Value::Mapping(mapping) => Ok((name, mapping)),
        Value::Null => Ok((name, Mapping::new())),
        _ => Err(malformed("expected names with their values".to_owned())
            .hint("write `tags: [a]`, or `{\"tags\": [\"a\"]}`")),
    }
}

/// Whether a text without a name is JSON. YAML reads most of it alike, but not pairs of surrogates.
fn is_json(text: &str) -> bool {
    text.trim_start().starts_with('{') && serde_json::from_str::<serde_json::Value>(text).is_ok()
}
