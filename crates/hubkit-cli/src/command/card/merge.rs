//! `hubkit card merge`.

mod given;

use std::fmt::Write as _;

use hubkit_card::{
    Card, Conflict, Differing, Edit, MergeRules, MergedLists, Value, merge, value_to_json,
};
use serde_json::json;

use super::{
    editable::{Editable, refused, shown},
    source,
};
use crate::{
    args::{CardMerge, Global},
    exit::Exit,
    failure::Failure,
    ui::{Ui, data, plain},
};

pub(super) fn run(global: &Global, arguments: &CardMerge) -> Result<Exit, Failure> {
    let words = std::iter::once(&arguments.card).chain(&arguments.from);
    if words.filter(|word| *word == "-").count() > 1 {
        return Err(
            Failure::usage("only one of them can come from standard input")
                .hint("name a file for the others"),
        );
    }
    let rules = MergeRules {
        differing: if arguments.overwrite {
            Differing::Overwrite
        } else {
            Differing::Keep
        },
        lists: if arguments.replace_lists {
            MergedLists::Replace
        } else {
            MergedLists::Extend
        },
    };
    let card = Editable::open(&arguments.card)?;
    let read = Card::read(&card.text);
    source::check(&card.name, &read)?;
    let mut there = Value::Mapping(read.metadata.as_mapping().clone());
    let mut edits: Vec<Edit> = Vec::new();
    let mut conflicts = Vec::new();
    for word in &arguments.from {
        let (name, given) = given::read(word)?;
        let merged = there.as_mapping().map(|there| merge(there, &given, rules));
        let merged = merged.transpose().map_err(|error| refused(&name, &error))?;
        let merged = merged.unwrap_or_default();
        for edit in &merged.edits {
            let applied = edit.apply(&mut there);
            applied.map_err(|error| refused(&card.name, &error))?;
        }
        edits.extend(merged.edits);
        conflicts.extend(
            merged
                .conflicts
                .into_iter()
                .map(|found| (name.clone(), found)),
        );
    }
    let ui = Ui::new(global);
    if !arguments.overwrite && !conflicts.is_empty() {
        return Err(disagreement(&ui, &card.name, &conflicts)?);
    }
    card.change(&ui, &edits, arguments.dry_run)
}

/// Names every value that differs, with what each side says.
fn disagreement(ui: &Ui, name: &str, conflicts: &[(String, Conflict)]) -> Result<Failure, Failure> {
    if ui.json {
        let conflict = |(from, conflict): &(String, Conflict)| {
            json!({
                "path": conflict.path.to_string(), "there": value_to_json(&conflict.there),
                "given": value_to_json(&conflict.given), "from": from,
            })
        };
        let conflicts: Vec<_> = conflicts.iter().map(conflict).collect();
        let value =
            json!({ "file": name, "changed": false, "written": false, "conflicts": conflicts });
        data(&value.to_string())?;
    }
    let mut message = format!("{name} says something else, and nothing was written");
    for (from, conflict) in conflicts {
        let path = plain(&conflict.path.to_string());
        let (there, given) = (shown(Some(&conflict.there)), shown(Some(&conflict.given)));
        // Writing to a text does not fail.
        let _ = write!(message, "\n  {path}: {there} there, {given} in {from}");
    }
    let failure = Failure::new(Exit::No, "conflict", message);
    Ok(
        failure
            .hint("`--overwrite` takes the given values; `--dry-run` with it shows what changes"),
    )
}
