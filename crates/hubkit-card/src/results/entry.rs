//! Entries of files below `.eval_results/`.

use hubkit_types::RepoId;
use serde_yaml::Value;

use super::{
    AddResultError, Existing, check,
    error::{quoted, value},
};
use crate::{EvalEntries, EvalEntry, edit_document, read_document};

impl EvalEntry {
    /// What was measured, for people.
    fn subject(&self) -> String {
        let task = quoted(self.task_id.as_deref().unwrap_or_default());
        let dataset = self.dataset.as_ref().map_or("", RepoId::as_str);
        let notes = self.notes.as_deref().map(quoted);
        let notes = notes.map_or_else(String::new, |notes| format!(" ({notes})"));
        format!("a result for {task} of {dataset}{notes}")
    }
}

/// The text of a file of `.eval_results` with an entry added to it; an empty text is a new file.
///
/// The entry must be as hubs take it: a data set by its name, a task, a number, and where it has a source the address of
/// that. Everything else in the file stays byte for byte, as with [`edit_document`]. An entry that
/// [is of the same](EvalEntry::is_of_the_same) and says the same is left as it is; one that says something else is
/// replaced as a whole, or refused.
///
/// # Errors
///
/// When the entry is wrong, the file is no list of entries, the same stands there with another outcome and is to be kept, or
/// stands there several times; and as with [`edit_document`].
pub fn add_entry(
    file: &str,
    entry: &EvalEntry,
    existing: Existing,
) -> Result<String, AddResultError> {
    check::entry(entry)?;
    let mut list = match read_document(file)? {
        Value::Null => Vec::new(),
        Value::Sequence(list) => list,
        _ => return Err(AddResultError::NotResults),
    };
    let there = EvalEntries::read(file)?.entries;
    if there.len() != list.len() {
        return Err(AddResultError::NotResults);
    }
    let new = entry.to_value();
    let same: Vec<usize> = (0..there.len())
        .filter(|at| there[*at].is_of_the_same(entry))
        .collect();
    match (same.as_slice(), existing) {
        ([], _) => list.push(new),
        ([at], _) if list[*at] == new => return Ok(file.to_owned()),
        ([at], Existing::Replace) => list[*at] = new,
        ([at], Existing::Keep) => {
            return Err(AddResultError::Exists {
                subject: entry.subject(),
                found: value(there[*at].value.as_ref()),
            });
        }
        (several, _) => {
            return Err(AddResultError::Repeated {
                subject: entry.subject(),
                count: several.len(),
            });
        }
    }
    let mut added = edit_document(file, &Value::Sequence(list))?;
    // A new file ends as files do, and one that did so still does.
    if !added.ends_with(['\n', '\r']) {
        let ends = ["\r\n", "\n", "\r"];
        let end = ends.into_iter().find(|end| file.ends_with(end));
        added.push_str(end.unwrap_or(if file.is_empty() { "\n" } else { "" }));
    }
    Ok(added)
}
