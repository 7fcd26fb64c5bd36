//! `hubkit ls`.

mod drawing;
mod expanded;

use hubkit::{CommitId, RepoPath, Silent, TreeFile};
use serde_json::{Value, json};

use crate::{
    args::{Global, Ls},
    exit::Exit,
    failure::Failure,
    target::{self, Target},
    ui::{Ui, count, size, table},
};

pub(crate) async fn run(global: &Global, arguments: &Ls, ui: &Ui) -> Result<Exit, Failure> {
    let target = Target::read(&arguments.which)?;
    let path = path(&target, arguments)?;
    let hub = target::hub(global, 1)?;
    let revision = target.revision();
    let commit = hub
        .client()
        .resolve(&target.repo, &revision, &Silent)
        .await?;
    if arguments.expand {
        let client = hub.client();
        let files = expanded::list(client, &target.repo, commit, path.as_ref()).await?;
        let total = files.iter().map(|expanded| expanded.file.size);
        let total = total.fold(0, u64::saturating_add);
        let rows = || table(&files.iter().map(expanded::line).collect::<Vec<_>>());
        let values = || files.iter().map(expanded::value).collect();
        return print(ui, (files.len(), total, commit), rows, values);
    }
    let mut files = hub.client().tree(&target.repo, commit).await?;
    if let Some(path) = &path {
        files.retain(|file| {
            file.path == *path || file.path.as_str().starts_with(&format!("{path}/"))
        });
        if files.is_empty() {
            let repo = &target.repo;
            let message = format!("{repo} at {commit} has no file and no folder `{path}`");
            return Err(Failure::new(Exit::NotFound, "file_not_found", message));
        }
    }
    let total = files.iter().map(|file| file.size);
    let total = total.fold(0, u64::saturating_add);
    let rows = || {
        if arguments.tree {
            drawing::draw(&files)
        } else {
            table(&files.iter().map(line).collect::<Vec<_>>())
        }
    };
    let values = || files.iter().map(describe).collect();
    print(ui, (files.len(), total, commit), rows, values)
}

fn print(
    ui: &Ui,
    (files, total, commit): (usize, u64, CommitId),
    rows: impl FnOnce() -> String,
    values: impl FnOnce() -> Value,
) -> Result<Exit, Failure> {
    if ui.json || files > 0 {
        ui.result(rows, values)?;
    }
    let number = count(files, "file", "files");
    ui.remark(&format!("{number}, {}, at {commit}", size(total)));
    Ok(Exit::Done)
}

/// What is to be listed: one path, wherever on the command line it stands.
fn path(target: &Target, arguments: &Ls) -> Result<Option<RepoPath>, Failure> {
    let named = arguments
        .path
        .as_deref()
        .map(|path| path.trim_end_matches('/'));
    let named: Option<RepoPath> = named
        .map(str::parse)
        .transpose()
        .map_err(|error| Failure::usage(format!("{error}")))?;
    match (&target.path, named) {
        (Some(_), Some(_)) => Err(Failure::usage("two paths are named: it can only be one")),
        (inner, named) => Ok(named.or_else(|| inner.clone())),
    }
}

fn line(file: &TreeFile) -> Vec<String> {
    let place = if file.lfs.is_some() { "lfs" } else { "git" };
    let size = format!("{:>10}", size(file.size));
    vec![size, place.to_owned(), file.path.to_string()]
}

fn describe(file: &TreeFile) -> Value {
    json!({
        "path": file.path.as_str(), "size": file.size, "digest": file.blob().to_string(),
        "oid": file.oid.to_string(), "lfs": file.lfs.is_some(),
    })
}
