//! A card of this machine that a command changes.

use std::{
    collections::HashSet,
    fs, io,
    path::{Path, PathBuf},
};

use hubkit_card::{Card, Edit, EditError, FieldPath, Value, edit, value_to_json};
use serde_json::json;

use super::{
    difference,
    replacement::{is_a_link, replace},
    source::{self, CARD, NAME},
};
use crate::{
    exit::Exit,
    failure::Failure,
    output::Output,
    ui::{Ui, plain},
};

/// A card, and the file that it is; none for standard input.
pub(super) struct Editable {
    pub(super) name: String,
    pub(super) file: Option<PathBuf>,
    pub(super) text: String,
}

impl Editable {
    /// Reads the card that the command line names: a file, a folder with one, or standard input.
    pub(super) fn open(word: &str) -> Result<Self, Failure> {
        if word == "-" {
            return Self::of("standard input".to_owned(), None, CARD.piped()?);
        }
        let path = Path::new(word);
        let file = if path.is_dir() {
            path.join(NAME)
        } else {
            path.to_owned()
        };
        Self::file(&file, word)
    }

    /// Reads the card in a file, which the command line names so.
    pub(super) fn file(file: &Path, word: &str) -> Result<Self, Failure> {
        check(file, word)?;
        let name = plain(&file.display().to_string());
        Self::of(name, Some(file.to_owned()), CARD.read(file)?)
    }

    fn of(name: String, file: Option<PathBuf>, bytes: Vec<u8>) -> Result<Self, Failure> {
        let text = String::from_utf8(bytes).map_err(|error| {
            let message = format!("{name}: expected UTF-8, found other bytes");
            Failure::new(Exit::Integrity, "malformed_card", message)
                .caused_by(&error.utf8_error())
                .hint("`hubkit card lint` says where; nothing was changed")
        })?;
        Ok(Self { name, file, text })
    }

    /// Makes the changes, shows them, and writes the card.
    pub(super) fn change(&self, ui: &Ui, edits: &[Edit], is_dry: bool) -> Result<Exit, Failure> {
        let card = Card::read(&self.text);
        source::check(&self.name, &card)?;
        let changed = edit(&self.text, edits).map_err(|error| refused(&self.name, &error))?;
        let is_piped = self.file.is_none();
        if is_piped && !is_dry && !ui.json {
            let mut out = Output::new();
            out.write(changed.as_bytes())?;
            out.finish()?;
            return Ok(Exit::Done);
        }
        let is_changed = changed != self.text;
        let mut seen = HashSet::new();
        let paths = edits.iter().map(|edit| &edit.path);
        let mut told: Vec<&FieldPath> = paths.filter(|path| seen.insert(*path)).collect();
        let (before, after) = (&card.metadata, Card::read(&changed).metadata);
        told.retain(|path| before.at(path) != after.at(path));
        let diff = || {
            let diff = difference::between(&self.text, &changed);
            let name = plain(&self.name);
            let diff = diff
                .unified_diff()
                .context_radius(2)
                .header(&name, &name)
                .to_string();
            diff.lines().map(plain).collect::<Vec<_>>().join("\n")
        };
        if let Some(file) = self.file.as_ref().filter(|_| is_changed && !is_dry) {
            replace(file, &self.name, &self.text, &changed)?;
        }
        let line = |path: &&FieldPath| {
            format!(
                "{}: {} -> {}",
                plain(&path.to_string()),
                shown(before.at(path)),
                shown(after.at(path))
            )
        };
        let value = |path: &&FieldPath| json!({ "path": path.to_string(), "before": before.at(path).map(value_to_json), "after": after.at(path).map(value_to_json) });
        ui.lines(
            !is_changed,
            || {
                if is_dry {
                    diff()
                } else {
                    told.iter().map(line).collect::<Vec<_>>().join("\n")
                }
            },
            || {
                json!({
                    "file": self.name, "changed": is_changed,
                    "written": is_changed && !is_dry && !is_piped,
                    "changes": told.iter().map(value).collect::<Vec<_>>(),
                    "diff": is_dry.then(diff),
                    "card": (is_piped && !is_dry).then_some(&changed),
                })
            },
        )?;
        if !is_changed {
            ui.remark(&format!("{} says so already", self.name));
        }
        Ok(Exit::Done)
    }
}

/// A value as JSON, for people.
pub(super) fn shown(value: Option<&Value>) -> String {
    match value {
        None => "nothing".to_owned(),
        Some(value) => plain(&value_to_json(value).to_string()),
    }
}

/// Only a file that is one is written, and never one that a link leads to: in a cache that would be a blob.
pub(super) fn check(file: &Path, word: &str) -> Result<(), Failure> {
    let name = plain(&file.display().to_string());
    match fs::symlink_metadata(file) {
        Ok(found) if found.is_symlink() => Err(is_a_link(file, &name)),
        Err(error)
            if error.kind() == io::ErrorKind::NotFound
                && word.parse::<hubkit::RepoId>().is_ok()
                && !Path::new(word).exists() =>
        {
            let message = format!(
                "there is no file `{}`, and this command changes no repository on a hub",
                plain(word)
            );
            Err(Failure::new(Exit::NotFound, "file_not_found", message)
                .hint("fetch it first: `hubkit download REPO README.md --local-dir DIR`, then name DIR"))
        }
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            let message = format!("{name}: {error}");
            Err(Failure::new(Exit::NotFound, "file_not_found", message)
                .hint("name a card's file, or a folder with a README.md"))
        }
        _ => Ok(()),
    }
}

/// What a user hears of a change that is not made.
pub(super) fn refused(name: &str, error: &EditError) -> Failure {
    let (exit, code, hint) = match error {
        EditError::Unreadable(_) => (
            Exit::Integrity,
            "malformed_card",
            "mend the block between the lines of `---` at the top of the card; nothing was changed",
        ),
        EditError::Unclosed => (
            Exit::Integrity,
            "malformed_card",
            "close the metadata with a line of `---`",
        ),
        EditError::Missing { .. } => (
            Exit::No,
            "no_such_field",
            "`hubkit card json` prints all that is there",
        ),
        EditError::Shape { .. } => (
            Exit::Usage,
            "wrong_shape",
            "`hubkit card get` prints what is there; `:=` sets all of it anew",
        ),
        EditError::Shared { .. } | EditError::Merged { .. } => (
            Exit::Usage,
            "shared_value",
            "change the mapping or the alias by hand; nothing was changed",
        ),
        _ => (
            Exit::Usage,
            "not_kept",
            "change the card by hand; nothing was changed",
        ),
    };
    Failure::new(exit, code, format!("{name}: {}", plain(&error.to_string())))
        .caused_by_chain(error)
        .hint(hint)
}
