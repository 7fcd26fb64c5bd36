//! `hubkit card import`.

use std::{fs, io::Write as _, path::Path};

use hubkit::safetensors::{Existing, NewFile};
use hubkit_card::{ImportError, import_croissant, import_cyclonedx};
use serde_json::Value;

use super::{input::Input, losses};
use crate::{
    args::{CardImport, Global},
    command::safetensors::unusable,
    exit::Exit,
    failure::Failure,
    ui::{Ui, data, plain},
};

/// How a description, or the card that it is put into, is read.
const DESCRIPTION: Input = Input {
    longest: 64 << 20,
    expected: "",
    code: "malformed_description",
    check: "check that this is a description of a data set",
    name: "name a file; `-` reads a description from standard input",
    piped: "`-` reads a description from standard input",
};

pub(super) fn run(global: &Global, arguments: &CardImport) -> Result<Exit, Failure> {
    let (name, bytes) = match arguments.description.as_str() {
        "-" => ("standard input".to_owned(), DESCRIPTION.piped()?),
        path => (plain(path), DESCRIPTION.read(Path::new(path))?),
    };
    let document: Value = serde_json::from_slice(&bytes).map_err(|error| {
        let message = format!("{name}: it is no JSON");
        Failure::new(Exit::Integrity, "malformed_description", message)
            .caused_by(&error)
            .hint("give the JSON-LD itself, not the page around it")
    })?;
    let import = match document.get("bomFormat") {
        Some(_) => import_cyclonedx,
        None => import_croissant,
    };
    let imported = import(&document).map_err(|error| failure(&name, &error))?;
    let mut lost = imported.losses.clone();
    if let Some(path) = &arguments.into {
        let shown = plain(&path.display().to_string());
        let there = if path.exists() {
            Some(text(path, &shown)?)
        } else {
            None
        };
        let made = match &there {
            Some(text) => imported.add_to(text),
            None => imported.to_card().map(|card| (card, Vec::new())),
        };
        let (card, kept) = made.map_err(|error| failure(&shown, &error))?;
        lost.extend(kept);
        if there.as_deref() == Some(card.as_str()) {
            Ui::new(global).remark(&format!("{shown} says all of it already"));
        } else {
            write(path, &card)?;
            Ui::new(global).remark(&format!("wrote {shown}"));
        }
    } else {
        let card = imported.to_card().map_err(|error| failure(&name, &error))?;
        data(card.trim_end_matches('\n'))?;
    }
    losses::tell(global, &lost);
    Ok(Exit::Done)
}

/// The text of a card, which is written back byte by byte.
fn text(path: &Path, shown: &str) -> Result<String, Failure> {
    String::from_utf8(DESCRIPTION.read(path)?).map_err(|_| {
        let message = format!("{shown}: expected UTF-8, found other bytes");
        Failure::new(Exit::Integrity, "malformed_card", message)
            .hint("save the card as UTF-8 first")
    })
}

/// Replaces a card as a whole, with the permissions that it has.
fn write(path: &Path, card: &str) -> Result<(), Failure> {
    let written = || {
        let about = fs::metadata(path).ok();
        let mut file = NewFile::create(path, Existing::Replace)?;
        file.write_all(card.as_bytes())?;
        file.publish()?;
        match about {
            Some(about) => fs::set_permissions(path, about.permissions()),
            None => Ok(()),
        }
    };
    written().map_err(|error| unusable(path, &error))
}

fn failure(name: &str, error: &ImportError) -> Failure {
    let (code, hint) = match error {
        ImportError::NoDataset { .. } => (
            "malformed_description",
            "data sets in Croissant 1.0 and 1.1 are read, and models in CycloneDX",
        ),
        ImportError::NoModel => (
            "malformed_description",
            "name the bill of materials of a model: one with a component of that type",
        ),
        ImportError::BrokenCard => (
            "malformed_card",
            "mend the block between the lines of `---` at the top: `hubkit card lint` says where it breaks",
        ),
        ImportError::OnePiece => (
            "malformed_card",
            "write each field of the metadata on a line of its own",
        ),
        _ => (
            "malformed_description",
            "print it without `--into`, and add what is missing by hand",
        ),
    };
    Failure::new(Exit::Integrity, code, format!("{name}: {error}")).hint(hint)
}
