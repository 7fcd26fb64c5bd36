//! Pointers of Git LFS in the place of files of a model.

use std::{
    collections::HashSet,
    fs::{self, File},
    io::{self, Read as _},
    path::Path,
};

use hubkit_inspect::{Finding, Severity};
use hubkit_lfs::{Pointer, recognise};
use hubkit_types::{RepoPath, shown};

use super::{InspectedModel, Scope};

/// What findings of them are called.
pub(super) const CODE: &str = "lfs-pointer";

/// How many pointers are told one by one.
const MOST_TOLD: usize = 20;

/// Tells of the pointers in a folder beside the files that were looked at: in the place of other weights, and of documents
/// where those are wanted. A pointer is no document.
pub(super) fn look_in(folder: &Path, scope: &Scope, model: &mut InspectedModel) {
    let mut found = Vec::new();
    let known: HashSet<&str> = model.files.iter().map(|file| file.name.as_str()).collect();
    let others: HashSet<&RepoPath> = model.others.iter().collect();
    for path in &model.paths {
        let holds_weights = others.contains(path);
        let is_document = *scope == Scope::Model && path.parent().is_none();
        if !(holds_weights || is_document) || known.contains(path.as_str()) {
            continue;
        }
        // What can't be read was not looked at, and nothing is said of it.
        if let Ok(Some(pointer)) = read(&folder.join(path.as_str())) {
            found.push((path.clone(), pointer, holds_weights));
        }
    }
    tell(found, model);
}

/// Tells of the documents that are pointers, and takes them out.
pub(super) fn take_documents(model: &mut InspectedModel) {
    let documents = model.documents.iter();
    let found = documents.filter_map(|(path, bytes)| {
        let pointer = recognise(bytes).pointer()?.clone();
        Some((path.clone(), pointer, false))
    });
    tell(found.collect(), model);
}

fn tell(found: Vec<(RepoPath, Pointer, bool)>, model: &mut InspectedModel) {
    let more = found.len().saturating_sub(MOST_TOLD);
    for (number, (path, pointer, holds_weights)) in found.into_iter().enumerate() {
        let severity = if holds_weights {
            Severity::Fault
        } else {
            Severity::Warning
        };
        if number < MOST_TOLD {
            let message = format!(
                "{} is {}",
                shown(path.as_str(), 120),
                pointer.not_the_file()
            );
            model.findings.push(Finding::new(severity, CODE, message));
        }
        model.documents.remove(&path);
        if holds_weights {
            model.pointers.push((path, pointer));
        }
    }
    if more > 0 {
        let message = format!("{more} more files are pointers of Git LFS");
        let finding = Finding::new(Severity::Warning, CODE, message);
        model.findings.push(finding);
    }
}

/// The pointer that lies in the place of a regular file, if one does. Reads no more than a pointer has.
pub(super) fn read(path: &Path) -> io::Result<Option<Pointer>> {
    let about = fs::metadata(path)?;
    if !about.is_file() || about.len() >= Pointer::LIMIT as u64 {
        return Ok(None);
    }
    let mut bytes = Vec::new();
    File::open(path)?
        .take(Pointer::LIMIT as u64)
        .read_to_end(&mut bytes)?;
    Ok(recognise(&bytes).pointer().cloned())
}
