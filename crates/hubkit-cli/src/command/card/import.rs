//! `hubkit card import`.

use std::{fs, path::Path};

use hubkit_card::{ImportError, Imported, Loss, import_croissant, import_cyclonedx};
use serde_json::Value;

use super::{
    document::save, editable::Editable, input::Input, losses, replacement::replace, source::NAME,
};
use crate::{
    args::{CardImport, Global},
    exit::Exit,
    failure::Failure,
    ui::{Ui, data, plain},
};

/// How a description, or the card that it is put into, is read.
const DESCRIPTION: Input = Input {
    longest: 64 << 20,
    expected: "",
    code: "malformed_description",
    check: "check that this is a description of a data set or a model",
    name: "name a file; `-` reads a description from standard input",
    piped: "`-` reads a description from standard input",
};

pub(super) fn run(global: &Global, arguments: &CardImport) -> Result<Exit, Failure> {
    let (name, bytes) = match arguments.description.as_str() {
        "-" => ("standard input".to_owned(), DESCRIPTION.piped()?),
        path => (plain(path), DESCRIPTION.read(Path::new(path))?),
    };
    let text = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&bytes);
    let document: Value = serde_json::from_slice(text).map_err(|error| {
        let message = format!("{name}: it is no JSON");
        Failure::new(Exit::Integrity, "malformed_description", message)
            .caused_by(&error)
            .hint("give the JSON or JSON-LD itself, not the page around it")
    })?;
    let import = match document.get("bomFormat") {
        Some(_) => import_cyclonedx,
        None => import_croissant,
    };
    let imported = import(&document).map_err(|error| failure(&name, &error))?;
    let mut lost = imported.losses.clone();
    if let Some(path) = &arguments.into {
        lost.extend(add(global, path, &imported)?);
    } else {
        let card = imported.to_card().map_err(|error| failure(&name, &error))?;
        data(card.trim_end_matches('\n'))?;
    }
    losses::tell(global, &lost);
    Ok(Exit::Done)
}

/// Adds what a card lacks, or makes the card; and tells what it had already.
fn add(global: &Global, path: &Path, imported: &Imported) -> Result<Vec<Loss>, Failure> {
    if path == Path::new("-") {
        return Err(Failure::usage("`--into -`: expected a file to add to")
            .hint("without `--into` the card is printed; `./-` is a file of that name"));
    }
    let ui = Ui::new(global);
    let file = if path.is_dir() {
        path.join(NAME)
    } else {
        path.to_owned()
    };
    let shown = plain(&file.display().to_string());
    // What leads nowhere is a link all the same.
    if fs::symlink_metadata(&file).is_err() {
        let card = imported
            .to_card()
            .map_err(|error| failure(&shown, &error))?;
        save(&file, false, card.as_bytes())?;
        ui.remark(&format!("wrote {shown}"));
        return Ok(Vec::new());
    }
    let there = Editable::file(&file, &shown)?;
    let made = imported.add_to(&there.text);
    let (card, kept) = made.map_err(|error| failure(&shown, &error))?;
    if there.text == card {
        ui.remark(&format!("{shown} says all of it already"));
    } else {
        replace(&file, &shown, &there.text, &card)?;
        ui.remark(&format!("wrote {shown}"));
    }
    Ok(kept)
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
        ImportError::Unchanged(_) => (
            "malformed_card",
            "print it without `--into`, and add what is missing by hand",
        ),
        _ => (
            "malformed_description",
            "print it without `--into`, and add what is missing by hand",
        ),
    };
    Failure::new(Exit::Integrity, code, format!("{name}: {error}"))
        .caused_by_chain(error)
        .hint(hint)
}
