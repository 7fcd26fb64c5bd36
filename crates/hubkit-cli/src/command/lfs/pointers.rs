//! `hubkit lfs pointers`.

use std::{collections::HashMap, fs};

use hubkit_git::{PointerStanding, WorkTree};
use serde_json::{Value, json};

use super::found::{Found, Search, What, search};
use crate::{
    args::Pointers,
    exit::Exit,
    failure::Failure,
    ui::{Ui, count, plain, size, table, trouble},
};

pub(crate) fn run(arguments: &Pointers, ui: &Ui) -> Result<Exit, Failure> {
    let shown = arguments.path.display();
    let searched = search(&arguments.path).map_err(|error| {
        let exit = match error.kind() {
            std::io::ErrorKind::NotFound => Exit::NotFound,
            _ => Exit::Disk,
        };
        Failure::new(
            exit,
            "unreadable",
            format!("{shown} can't be looked through: {error}"),
        )
    })?;
    let Search { found, unreadable } = searched;
    for (path, error) in &unreadable {
        trouble(&format!("`{}` can't be read: {error}", plain(path)));
    }
    let standings = standings(arguments);
    let bytes = found.iter().fold(0_u64, |sum, one| match &one.what {
        What::Pointer(pointer) => sum.saturating_add(pointer.size()),
        What::Broken(_) => sum,
    });
    let standing = |one: &Found| {
        let file = fs::canonicalize(&one.file).ok()?;
        standings.get(&file).copied()
    };
    ui.lines(
        found.is_empty(),
        || {
            let rows: Vec<Vec<String>> = found.iter().map(row).collect();
            table(&rows)
        },
        || {
            let list = found.iter().map(|one| describe(one, standing(one)));
            let unreadable = unreadable
                .iter()
                .map(|(path, error)| json!({ "path": path, "message": error.to_string() }));
            json!({
                "path": arguments.path.to_string_lossy(), "bytes": bytes, "pointers": list.collect::<Value>(),
                "unreadable": unreadable.collect::<Value>(),
            })
        },
    )?;
    if found.is_empty() {
        let nothing = unreadable.is_empty();
        return Ok(if nothing { Exit::Done } else { Exit::Disk });
    }
    let pointers = count(found.len(), "pointer", "pointers");
    ui.remark(&format!(
        "{pointers} to {} lie where files belong; `hubkit lfs pull` fetches the files",
        size(bytes)
    ));
    Ok(Exit::No)
}

/// What git knows of the pointers of a clone; nothing where there is none.
fn standings(arguments: &Pointers) -> HashMap<std::path::PathBuf, PointerStanding> {
    let met = WorkTree::discover(&arguments.path).and_then(|clone| {
        let root = fs::canonicalize(clone.root()).unwrap_or_else(|_| clone.root().to_owned());
        let met = clone.pointers()?.into_iter();
        Ok(met
            .map(|met| (root.join(met.path.as_str()), met.standing))
            .collect())
    });
    met.unwrap_or_default()
}

fn row(one: &Found) -> Vec<String> {
    let path = plain(&one.path);
    match &one.what {
        What::Pointer(pointer) => vec![size(pointer.size()), pointer.oid().to_string(), path],
        What::Broken(why) => vec!["?".to_owned(), why.clone(), path],
    }
}

fn describe(one: &Found, standing: Option<PointerStanding>) -> Value {
    let git = standing.map(|standing| match standing {
        PointerStanding::CheckedOut => "checked_out",
        PointerStanding::NoAttribute => "no_attribute",
        PointerStanding::Changed => "changed",
    });
    match &one.what {
        What::Pointer(pointer) => json!({
            "path": one.path, "size": pointer.size(), "oid": pointer.oid().to_string(), "git": git, "fault": null,
        }),
        What::Broken(why) => json!({
            "path": one.path, "size": null, "oid": null, "git": git, "fault": why,
        }),
    }
}
