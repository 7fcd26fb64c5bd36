//! `hubkit lfs pointers`.

use std::{collections::HashMap, fs, path::Path};

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
    ui.remark(&summary(&found, bytes));
    let is_clone = WorkTree::discover(&arguments.path).is_ok();
    for line in advice(&found, is_clone, standing) {
        ui.remark(line);
    }
    Ok(Exit::No)
}

fn summary(found: &[Found], bytes: u64) -> String {
    let broken = found.iter().filter(|one| is_broken(one)).count();
    let whole = found.len() - broken;
    let pointers = format!("{} to {}", count(whole, "pointer", "pointers"), size(bytes));
    let faulty = count(broken, "broken pointer", "broken pointers");
    let what = match (whole, broken) {
        (_, 0) => pointers,
        (0, _) => faulty,
        _ => format!("{pointers} and {faulty}"),
    };
    let lies = if found.len() == 1 { "lies" } else { "lie" };
    format!("{what} {lies} where files belong")
}

/// What brings the files, by where their pointers lie.
fn advice(
    found: &[Found],
    is_clone: bool,
    standing: impl Fn(&Found) -> Option<PointerStanding>,
) -> Vec<&'static str> {
    const CACHE: &str = "in a cache `hubkit download REPO` fetches the files; what it takes for the file, `hubkit cache verify --repair` removes first";
    const CLONE: &str = "in the clone `hubkit lfs pull` fetches the files";
    const OWN: &str = "what git has changed, not added, or not in LFS by `.gitattributes`, `hubkit lfs pull` leaves alone";
    const FOLDER: &str = "`hubkit lfs pull PATH --repo REPO` fetches the files into a plain folder";
    const BROKEN: &str = "a broken pointer stands for no file: restore it with git, or fetch its file anew with `hubkit download REPO`";
    let mut advice = Vec::new();
    for one in found {
        let line = if is_in_cache(&one.file) {
            CACHE
        } else if is_broken(one) {
            BROKEN
        } else if standing(one) == Some(PointerStanding::CheckedOut) {
            CLONE
        } else if is_clone {
            OWN
        } else {
            FOLDER
        };
        if !advice.contains(&line) {
            advice.push(line);
        }
    }
    advice
}

fn is_broken(one: &Found) -> bool {
    matches!(one.what, What::Broken(_))
}

/// Whether a file lies in a snapshot or among the blobs of a cached repository.
fn is_in_cache(file: &Path) -> bool {
    let file = std::path::absolute(file).unwrap_or_else(|_| file.to_owned());
    let mut above = file.ancestors().skip(1);
    above.any(|folder| {
        let is_named = folder.ends_with("snapshots") || folder.ends_with("blobs");
        let has = |name: &str| folder.with_file_name(name).is_dir();
        is_named && has("snapshots") && has("blobs")
    })
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
