//! `hubkit download`.

mod dry_run;

use std::{fmt::Write as _, time::Duration};

use hubkit::{
    Client, CommitId, Hub, LocalFile, LocalSnapshot, Repo, RepoPath, SnapshotRequest, Source,
    average,
    plan::Selection,
    store_fs::{Overwrite, Sharing},
};
use serde_json::{Value, json};

use crate::{
    args::{Download, Global, ShowProgress},
    exit::Exit,
    failure::Failure,
    progress::Report,
    target::{self, Target},
    ui::{Ui, count, size},
};

/// What was wanted and is here now.
struct Fetched {
    repo: Repo,
    commit: CommitId,
    files: Vec<LocalFile>,
    /// The path to print: the file when one was named, else the folder.
    path: String,
}

pub(crate) async fn run(global: &Global, arguments: &Download, ui: &Ui) -> Result<Exit, Failure> {
    let (mut global, mut ui) = (global.clone(), ui.clone());
    if arguments.progress == ShowProgress::Json {
        // Whoever reads lines of JSON there wants no other ones.
        (global.quiet, ui.quiet) = (true, true);
    }
    let target = Target::read(&arguments.which)?;
    let wanted = Wanted::read(&target, arguments)?;
    let hub = hub(&global, arguments)?;
    let client = match &arguments.local_dir {
        Some(folder) => {
            let overwrite = if arguments.force {
                Overwrite::Replace
            } else {
                Overwrite::Refuse
            };
            let sharing = if arguments.hard_links {
                Sharing::HardLinks
            } else {
                Sharing::Copies
            };
            hub.into_folder(folder.clone(), overwrite, sharing)
        }
        None => hub.client().clone(),
    };
    let report = Report::new(arguments.progress, &ui, hub.environment());
    if arguments.dry_run {
        let plan = client.plan(&wanted.request, &report).await;
        report.finish();
        let plan = plan?;
        wanted.found(plan.files().len())?;
        let place = dry_run::Place::of(&hub, arguments, &plan);
        let exit = dry_run::tell(&ui, &plan, &place)?;
        report.done();
        return Ok(exit);
    }
    let outcome = fetch(&client, &wanted, &report).await;
    report.finish();
    let fetched = outcome?;
    tell(&ui, &fetched, &report)?;
    report.done();
    Ok(Exit::Done)
}

fn hub(global: &Global, arguments: &Download) -> Result<Hub, Failure> {
    target::hub_with(global, |mut builder| {
        if let Some(max_workers) = arguments.max_workers {
            builder = builder.max_workers(max_workers.into());
        }
        if let Some(max_connections) = arguments.max_connections {
            builder = builder.max_connections(max_connections.into());
        }
        if let Some(seconds) = arguments.lock_timeout {
            builder = builder.lock_timeout(Duration::from_secs(seconds.into()));
        }
        builder
    })
}

/// What the command line asks for.
struct Wanted {
    request: SnapshotRequest,
    /// Patterns chose the files.
    filtered: bool,
}

impl Wanted {
    fn read(target: &Target, arguments: &Download) -> Result<Self, Failure> {
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
                let path = name.parse();
                files.push(path.map_err(|error| Failure::usage(format!("{error}")))?);
            }
        }
        let filtered = !include.is_empty() || !arguments.exclude.is_empty();
        if !files.is_empty() && filtered {
            return Err(Failure::usage(
                "files are named and patterns given: it can only be one of the two",
            ));
        }
        let mut request = SnapshotRequest::new(target.repo.clone())
            .with_revision(target.revision())
            .with_selection(Selection::new(&include, &arguments.exclude))
            .with_files(files);
        request.expected = arguments.expect_commit;
        request.checked = arguments.verify;
        Ok(Self { request, filtered })
    }

    /// Patterns that match nothing are a mistake; a repository without files is none.
    fn found(&self, files: usize) -> Result<(), Failure> {
        if files > 0 || !self.filtered {
            return Ok(());
        }
        let message = format!("no file of {} matches the patterns", self.request.repo);
        Err(Failure::new(Exit::NotFound, "no_match", message)
            .hint("`hubkit ls REPO` lists the files"))
    }
}

async fn fetch(client: &Client, wanted: &Wanted, report: &Report) -> Result<Fetched, Failure> {
    if let [path] = wanted.request.files.as_slice()
        && !wanted.request.checked
    {
        return one(client, &wanted.request, path, report).await;
    }
    let snapshot = client.snapshot(&wanted.request, report).await?;
    wanted.found(snapshot.files.len())?;
    let LocalSnapshot {
        repo,
        commit,
        files,
        folder,
        ..
    } = snapshot;
    let path = match (&wanted.request.files[..], &files[..]) {
        ([_], [file]) => file.local_path.clone(),
        _ => folder,
    };
    let path = path.map(|path| path.to_string_lossy().into_owned());
    Ok(Fetched {
        repo,
        commit,
        files,
        path: path.unwrap_or_default(),
    })
}

async fn one(
    client: &Client,
    request: &SnapshotRequest,
    path: &RepoPath,
    report: &Report,
) -> Result<Fetched, Failure> {
    let (repo, revision) = (&request.repo, &request.revision);
    let (commit, file) = match request.expected {
        Some(expected) => {
            let file = client.file_expecting(repo, revision, path, expected, report);
            (expected, file.await?)
        }
        None => client.file(repo, revision, path, report).await?,
    };
    let local = file.local_path.as_ref();
    let path = local.map(|path| path.to_string_lossy().into_owned());
    Ok(Fetched {
        repo: repo.clone(),
        commit,
        path: path.unwrap_or_default(),
        files: vec![file],
    })
}

fn tell(ui: &Ui, fetched: &Fetched, report: &Report) -> Result<(), Failure> {
    let all = &fetched.files;
    let moved = all.iter().filter(|file| file.source == Source::Fetched);
    let (moved, moved_bytes) = moved.fold((0, 0), |(files, bytes), file| {
        (files + 1, bytes + file.size)
    });
    let total: u64 = all.iter().map(|file| file.size).sum();
    let files = count(all.len(), "file", "files");
    let (totals, time) = report.totals();
    let mut words = match moved {
        0 => format!("{files} ({}), all there already", size(total)),
        moved => format!(
            "{moved} of {files} fetched and verified, {} of {}",
            size(totals.arrived),
            size(total)
        ),
    };
    if let Some(rate) = average(totals.received, time).filter(|_| totals.received > 0) {
        let _ = write!(words, ", at {}/s", size(rate));
    }
    if totals.resumed > 0 {
        let left = size(totals.resumed);
        let _ = write!(words, "; {left} of it were left by an earlier try");
    }
    let (repo, commit) = (&fetched.repo, fetched.commit.to_string());
    ui.remark(&format!("{repo} at {}: {words}", &commit[..12]));
    ui.result(
        || fetched.path.clone(),
        || {
            json!({
                "repo": repo.id.as_str(), "kind": repo.kind.as_str(), "commit": commit, "path": fetched.path,
                "bytes": total, "fetched_bytes": moved_bytes, "received_bytes": totals.received,
                "resumed_bytes": totals.resumed, "files": all.iter().map(describe).collect::<Vec<Value>>(),
            })
        },
    )
}

fn describe(file: &LocalFile) -> Value {
    json!({
        "path": file.path.as_str(), "size": file.size, "digest": file.blob.map(|blob| blob.to_string()),
        "local_path": file.local_path.as_ref().map(|path| path.to_string_lossy()),
        "fetched": file.source == Source::Fetched,
    })
}
