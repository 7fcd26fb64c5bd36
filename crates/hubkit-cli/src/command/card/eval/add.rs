//! `hubkit card eval add`.

use std::{
    fs,
    path::{Path, PathBuf},
};

use hubkit::RepoId;
use hubkit_card::{Card, EvalEntry, EvalResult, Existing, add_entry, add_result, edit, lists};
use serde_json::json;

use super::{
    super::{
        beside::{self, Beside, RESULTS},
        editable::{self, Editable},
        source::{self, Place, folder_of},
    },
    benchmark, given,
    refused::refused,
    rewritten::{Rewritten, is_a_folder},
};
use crate::{
    args::{CardEvalAdd, Global},
    exit::Exit,
    failure::Failure,
    ui::{Ui, plain},
};

pub(super) async fn run(global: &Global, arguments: &CardEvalAdd) -> Result<Exit, Failure> {
    let folder = folder(&arguments.card)?;
    let token = given::token(arguments)?;
    let existing = if arguments.replace {
        Existing::Replace
    } else {
        Existing::Keep
    };
    let mut files = Vec::new();
    if let Some(entry) = given::entry(arguments, token.as_ref())? {
        benchmark::check(global, arguments, &entry).await?;
        files.push(of_results(&folder, &entry, existing).await?);
    }
    if let Some(result) = given::result(arguments, token.as_ref()) {
        files.push(of_card(global, arguments, &result, existing)?);
    }
    let ui = Ui::new(global);
    if !arguments.dry_run {
        // Both are known to be right before the first is written.
        for file in files.iter().filter(|file| file.is_changed()) {
            file.write()?;
        }
    }
    tell(&ui, &files, arguments.dry_run)?;
    Ok(Exit::Done)
}

/// The folder of the model.
fn folder(word: &str) -> Result<PathBuf, Failure> {
    let path = Path::new(word);
    if path.is_dir() {
        return Ok(path.to_owned());
    }
    if word == "-" {
        let message = "a result is added to files, not to standard input";
        return Err(Failure::usage(message).hint("name the folder of the model, or its README.md"));
    }
    editable::check(path, word)?;
    if path.file_name().is_none_or(|name| name != "README.md") {
        let message = format!("{}: expected a folder or a README.md", plain(word));
        return Err(Failure::usage(message).hint("name the folder of the model, or its README.md"));
    }
    Ok(folder_of(path).to_owned())
}

/// The file of results that gets the entry: the one that has it, or the one of its data set.
async fn of_results(
    folder: &Path,
    entry: &EvalEntry,
    existing: Existing,
) -> Result<Rewritten, Failure> {
    is_a_folder(&folder.join(RESULTS))?;
    let there = beside::results(&Place::Folder(folder.to_owned())).await?;
    let own = entry.dataset.as_ref().map(slug).unwrap_or_default();
    let having: Vec<&Beside> = there.iter().filter(|file| has(file, entry)).collect();
    let path = match having.as_slice() {
        [] => own,
        [file] => file.path.clone(),
        [first, second, ..] => {
            let (first, second) = (plain(&first.path), plain(&second.path));
            let message = format!("the same result is in {first} and in {second}");
            return Err(Failure::new(Exit::Usage, "result_repeated", message)
                .hint("take it out of all but one by hand; nothing was written"));
        }
    };
    let file = folder.join(&path);
    let name = plain(&file.display().to_string());
    let before = match fs::symlink_metadata(&file) {
        Ok(_) => Some(plain_file(&file, &name, &there, &path)?),
        Err(_) => None,
    };
    let text = before.as_deref().unwrap_or_default();
    let after = add_entry(text, entry, existing).map_err(|error| refused(&name, &error))?;
    Ok(Rewritten {
        file,
        name,
        before,
        after,
    })
}

/// `.eval_results/cais-hle.yaml`. The name of a repository has no more than one slash, and no other sign that paths have.
fn slug(dataset: &RepoId) -> String {
    format!("{RESULTS}/{}.yaml", dataset.as_str().replace('/', "-"))
}

/// Whether a file has an entry of the same.
fn has(file: &Beside, entry: &EvalEntry) -> bool {
    let there = file.entries();
    there.iter().any(|there| there.is_of_the_same(entry))
}

/// The text of a file that may be written. What a link leads to may be a blob of the cache.
fn plain_file(file: &Path, name: &str, there: &[Beside], path: &str) -> Result<String, Failure> {
    editable::check(file, "")?;
    let read = there.iter().find(|found| found.path == path);
    let bytes = read.map(|read| read.bytes.clone()).ok_or_else(|| {
        let message = format!("{name} is no plain file, so it is not written");
        Failure::new(Exit::Disk, "occupied", message).hint("move it out of the way")
    })?;
    String::from_utf8(bytes).map_err(|error| {
        let message = format!("{name}: expected UTF-8, found other bytes");
        Failure::new(Exit::Integrity, "malformed_results", message).caused_by(&error.utf8_error())
    })
}

/// The card that gets the result.
fn of_card(
    global: &Global,
    arguments: &CardEvalAdd,
    result: &EvalResult,
    existing: Existing,
) -> Result<Rewritten, Failure> {
    let card = Editable::open(&arguments.card)?;
    let read = Card::read(&card.text);
    source::check(&card.name, &read)?;
    let task = arguments.task_type.as_deref().unwrap_or_default();
    if lists::task(task).is_none() {
        let nearest = lists::nearest(lists::tasks().iter().map(|task| task.id), task);
        let meant = nearest.map_or_else(String::new, |id| format!(": did you mean `{id}`?"));
        let task = plain(task);
        Ui::new(global).remark(&format!("warning: `{task}` is no task of the list{meant}"));
    }
    let file = card.file.clone().unwrap_or_default();
    let whole = folder_of(&file).canonicalize().unwrap_or_default();
    let folder = whole.file_name().map(|name| name.to_string_lossy());
    let named = folder.as_deref().unwrap_or("model");
    let model = arguments.model_name.as_deref();
    let edits = add_result(&read.metadata, model, named, result, existing);
    let edits = edits.map_err(|error| refused(&card.name, &error))?;
    let after = edit(&card.text, &edits).map_err(|error| editable::refused(&card.name, &error))?;
    Ok(Rewritten {
        file,
        name: card.name,
        before: Some(card.text),
        after,
    })
}

fn tell(ui: &Ui, files: &[Rewritten], is_dry: bool) -> Result<(), Failure> {
    let changed = || files.iter().filter(|file| file.is_changed());
    let line = |file: &Rewritten| {
        if is_dry {
            file.difference()
        } else {
            format!("{}: the result was written", file.name)
        }
    };
    let value = |file: &Rewritten| {
        json!({
            "file": file.name,
            "changed": file.is_changed(),
            "new": file.before.is_none(),
            "written": file.is_changed() && !is_dry,
            "diff": is_dry.then(|| file.difference()),
        })
    };
    ui.lines(
        changed().next().is_none(),
        || changed().map(line).collect::<Vec<_>>().join("\n"),
        || json!({ "files": files.iter().map(value).collect::<Vec<_>>() }),
    )?;
    for file in files.iter().filter(|file| !file.is_changed()) {
        ui.remark(&format!("{} says so already", file.name));
    }
    Ok(())
}
