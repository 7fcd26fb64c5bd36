//! Files that a result is written to.

use std::{
    collections::BTreeSet,
    fs, io,
    path::{Path, PathBuf},
};

use hubkit_card::{Card, EvalEntries};

use super::super::{difference::between, document, replacement};
use crate::{exit::Exit, failure::Failure, ui::plain};

/// A file as it is and as it is to be.
pub(super) struct Rewritten {
    pub(super) file: PathBuf,
    /// What people call it.
    pub(super) name: String,
    /// `None` where there is none yet.
    pub(super) before: Option<String>,
    pub(super) after: String,
}

impl Rewritten {
    pub(super) fn is_changed(&self) -> bool {
        self.before.as_ref() != Some(&self.after)
    }

    /// Writes it at once, or not at all. A new file never takes the place of another.
    pub(super) fn write(&self) -> Result<(), Failure> {
        if let Some(before) = &self.before {
            return replacement::replace(&self.file, &self.name, before, &self.after);
        }
        if let Some(folder) = self.file.parent() {
            made(folder)?;
        }
        document::save(&self.file, false, self.after.as_bytes())
    }

    /// The lines that change. Signatures are not among what is shown: output ends up in logs.
    pub(super) fn difference(&self) -> String {
        let before = self.before.as_deref().unwrap_or_default();
        let diff = between(before, &self.after);
        let mut unified = diff.unified_diff();
        let mut text = unified
            .context_radius(2)
            .header(&self.name, &self.name)
            .to_string();
        for token in tokens(before).union(&tokens(&self.after)) {
            text = text.replace(token.as_str(), "***");
        }
        let lines = text.lines().map(|line| match line.find(TOKEN) {
            // One that is written in several lines is known by where it begins.
            Some(at) => plain(&line[..at]) + TOKEN + " ***",
            None => plain(line),
        });
        lines.collect::<Vec<_>>().join("\n")
    }
}

const TOKEN: &str = "verifyToken:";

/// The signatures in a card or a file of results.
fn tokens(text: &str) -> BTreeSet<String> {
    let index = Card::read(text).model().model_index;
    let results = index.into_iter().flat_map(|model| model.results);
    let metrics = results.flat_map(|result| result.metrics);
    let of_card = metrics.filter_map(|metric| metric.verify_token);
    let entries = EvalEntries::read(text).map(|file| file.entries);
    let entries = entries.unwrap_or_default().into_iter();
    let of_file = entries.filter_map(|entry| entry.verify_token);
    let found = of_card
        .chain(of_file)
        .map(|token| token.expose().to_owned());
    found.filter(|token| token.len() > 3).collect()
}

/// Makes a folder, unless it is there. What leads elsewhere is none.
fn made(folder: &Path) -> Result<(), Failure> {
    match fs::create_dir(folder) {
        Err(error) if error.kind() != io::ErrorKind::AlreadyExists => {
            let name = plain(&folder.display().to_string());
            let message = format!("{name} can't be made: {error}");
            Err(Failure::new(Exit::Disk, "unwritable", message))
        }
        _ => Ok(()),
    }
}

/// Refuses a folder of results that is none, or leads elsewhere.
pub(super) fn is_a_folder(folder: &Path) -> Result<(), Failure> {
    let name = plain(&folder.display().to_string());
    match fs::symlink_metadata(folder) {
        Ok(found) if found.is_dir() => Ok(()),
        Ok(_) => {
            let message = format!("{name} is no plain folder, so nothing is written to it");
            Err(Failure::new(Exit::Disk, "occupied", message)
                .hint("move what is in its place, such as a link, out of the way"))
        }
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        Err(error) => Err(Failure::new(
            Exit::Disk,
            "unreadable",
            format!("{name}: {error}"),
        )),
    }
}
