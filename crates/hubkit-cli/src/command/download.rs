//! `hubkit download`.

use hubkit::{
    Client, CommitId, LocalFile, LocalSnapshot, Repo, RepoPath, SnapshotRequest, Source,
    plan::Selection, store_fs::Overwrite,
};
use serde_json::{Value, json};

use crate::{
    args::{Download, Global},
    exit::Exit,
    failure::Failure,
    progress::Bar,
    target::{self, Target},
    ui::{Ui, count, size},
};

/// What was wanted and is here now.
struct Fetched {
    repo: Repo,
    commit: CommitId,
    files: Vec<LocalFile>,
}

pub(crate) async fn run(global: &Global, arguments: &Download, ui: &Ui) -> Result<Exit, Failure> {
    let target = Target::read(&arguments.which)?;
    let hub = target::hub(global, arguments.max_workers.into())?;
    let client = match &arguments.local_dir {
        Some(folder) => {
            let overwrite = if arguments.force {
                Overwrite::Replace
            } else {
                Overwrite::Refuse
            };
            hub.into_folder(folder.clone(), overwrite)
        }
        None => hub.client().clone(),
    };
    let bar = Bar::new(ui, hub.environment());
    let outcome = fetch(&client, &target, arguments, &bar).await;
    bar.finish();
    let (snapshot, path) = outcome?;
    let fetched: u64 = snapshot
        .files
        .iter()
        .filter(|file| file.source == Source::Fetched)
        .map(|file| file.size)
        .sum();
    let total: u64 = snapshot.files.iter().map(|file| file.size).sum();
    let moved = snapshot
        .files
        .iter()
        .filter(|file| file.source == Source::Fetched)
        .count();
    let files = count(snapshot.files.len(), "file", "files");
    let moved = match moved {
        0 => format!("{files} ({}), all there already", size(total)),
        moved => format!(
            "{moved} of {files} fetched and verified, {} of {}",
            size(fetched),
            size(total)
        ),
    };
    let (repo, commit) = (&snapshot.repo, snapshot.commit.to_string());
    ui.remark(&format!("{repo} at {}: {moved}", &commit[..12]));
    ui.result(
        || path.clone(),
        || {
            json!({
                "repo": snapshot.repo.id.as_str(), "kind": snapshot.repo.kind.as_str(), "commit": snapshot.commit.to_string(),
                "path": path, "bytes": total, "fetched_bytes": fetched,
                "files": snapshot.files.iter().map(describe).collect::<Vec<Value>>(),
            })
        },
    )?;
    Ok(Exit::Done)
}

fn describe(file: &LocalFile) -> Value {
    json!({
        "path": file.path.as_str(), "size": file.size, "digest": file.blob.map(|blob| blob.to_string()),
        "local_path": file.local_path.as_ref().map(|path| path.to_string_lossy()),
        "fetched": file.source == Source::Fetched,
    })
}

/// Fetches what is wanted; with it, the path to print: the file when one was named, else the folder.
async fn fetch(
    client: &Client,
    target: &Target,
    arguments: &Download,
    bar: &Bar,
) -> Result<(Fetched, String), Failure> {
    let (mut files, mut include) = (Vec::new(), arguments.include.clone());
    if let Some(path) = &target.path {
        if target.is_folder {
            include.push(format!("{path}/"));
        } else {
            files.push(path.clone());
        }
    }
    for name in &arguments.files {
        if name.ends_with('/') {
            include.push(name.clone());
        } else {
            files.push(
                name.parse()
                    .map_err(|error| Failure::usage(format!("{error}")))?,
            );
        }
    }
    let filtered = !include.is_empty() || !arguments.exclude.is_empty();
    if !files.is_empty() && filtered {
        return Err(Failure::usage(
            "files are named and patterns given: it can only be one of the two",
        ));
    }
    if let [path] = files.as_slice() {
        return one(client, target, path, bar).await;
    }
    let selection = Selection::new(&include, &arguments.exclude);
    let request = SnapshotRequest::new(target.repo.clone())
        .with_revision(target.revision())
        .with_selection(selection)
        .with_files(files);
    let snapshot = client.snapshot(&request, bar).await?;
    if snapshot.files.is_empty() && filtered {
        let message = format!("no file of {} matches the patterns", target.repo);
        return Err(Failure::new(Exit::NotFound, "no_match", message)
            .hint("`hubkit ls REPO` lists the files"));
    }
    let folder = snapshot
        .folder
        .as_ref()
        .map(|folder| folder.to_string_lossy().into_owned());
    let LocalSnapshot {
        repo,
        commit,
        files,
        ..
    } = snapshot;
    Ok((
        Fetched {
            repo,
            commit,
            files,
        },
        folder.unwrap_or_default(),
    ))
}

async fn one(
    client: &Client,
    target: &Target,
    path: &RepoPath,
    bar: &Bar,
) -> Result<(Fetched, String), Failure> {
    let (commit, file) = client
        .file(&target.repo, &target.revision(), path, bar)
        .await?;
    let local = file
        .local_path
        .as_ref()
        .map(|path| path.to_string_lossy().into_owned());
    Ok((
        Fetched {
            repo: target.repo.clone(),
            commit,
            files: vec![file],
        },
        local.unwrap_or_default(),
    ))
}
