//! `hubkit card merge`.

mod given;

use std::fmt::Write as _;

use hubkit_card::{
    Card, Conflict, Differing, Edit, FieldPath, MergeRules, MergedLists, Value, merge,
    value_to_json,
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
    // What was put in, and from where: a later file may differ from that, and not from the card.
    let mut sources: Vec<(FieldPath, String)> = Vec::new();
    for word in &arguments.from {
        let (name, given) = given::read(word)?;
        let merged = there.as_mapping().map(|there| merge(there, &given, rules));
        let merged = merged.transpose().map_err(|error| refused(&name, &error))?;
        let merged = merged.unwrap_or_default();
        for edit in &merged.edits {
            let applied = edit.apply(&mut there);
            applied.map_err(|error| refused(&card.name, &error))?;
        }
        conflicts.extend(merged.conflicts.into_iter().map(|found| {
            Disagreement {
                with: origin(&sources, &found.path)
                    .unwrap_or(&card.name)
                    .to_owned(),
                given_in: name.clone(),
                found,
            }
        }));
        let paths = merged.edits.iter().map(|edit| edit.path.clone());
        sources.extend(paths.map(|path| (path, name.clone())));
        edits.extend(merged.edits);
    }
    let ui = Ui::new(global);
    if !arguments.overwrite && !conflicts.is_empty() {
        return Err(disagreement(&ui, &card.name, &conflicts)?);
    }
    card.change(&ui, &edits, arguments.dry_run)
}

/// Values that differ, and where they are.
struct Disagreement {
    /// The card, or a file that was named before the other one.
    with: String,
    given_in: String,
    found: Conflict,
}

/// The file that gave what is at a path, where one did.
fn origin<'s>(sources: &'s [(FieldPath, String)], path: &FieldPath) -> Option<&'s str> {
    let gave = |(given, _): &&(FieldPath, String)| path.steps().starts_with(given.steps());
    sources.iter().rfind(gave).map(|(_, name)| name.as_str())
}

/// Names every value that differs, with what each side says.
fn disagreement(ui: &Ui, name: &str, conflicts: &[Disagreement]) -> Result<Failure, Failure> {
    if ui.json {
        let conflict = |one: &Disagreement| {
            json!({
                "path": one.found.path.to_string(), "there": value_to_json(&one.found.there),
                "there_in": one.with, "given": value_to_json(&one.found.given), "from": one.given_in,
            })
        };
        let conflicts: Vec<_> = conflicts.iter().map(conflict).collect();
        let value =
            json!({ "file": name, "changed": false, "written": false, "conflicts": conflicts });
        data(&value.to_string())?;
    }
    let is_of_card = conflicts.iter().any(|one| one.with == name);
    let mut message = if is_of_card {
        format!("{name} says something else, and nothing was written")
    } else {
        "what is given says different things, and nothing was written".to_owned()
    };
    for Disagreement {
        with,
        given_in,
        found,
    } in conflicts
    {
        let path = plain(&found.path.to_string());
        let (there, given) = (shown(Some(&found.there)), shown(Some(&found.given)));
        let place = if with == name {
            "there".to_owned()
        } else {
            format!("in {with}")
        };
        // Writing to a text does not fail.
        let _ = write!(
            message,
            "\n  {path}: {there} {place}, {given} in {given_in}"
        );
    }
    let failure = Failure::new(Exit::No, "conflict", message);
    Ok(
        failure
            .hint("`--overwrite` takes the given values; `--dry-run` with it shows what changes"),
    )
}
