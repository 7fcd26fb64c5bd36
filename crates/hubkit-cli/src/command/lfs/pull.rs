//! `hubkit lfs pull`.

use std::{
    fs,
    path::{Path, PathBuf},
};

use hubkit::{Hub, RepoPath, plan::Selection};
use hubkit_git::{LfsObjects, PointerStanding, Settled, WorkTree};
use serde_json::{Value, json};

use super::{
    content::{Became, Content, Due},
    found::{What, look_through},
    of_git,
    source::Source,
};
use crate::{
    args::{Global, Pull, ShowProgress},
    exit::Exit,
    failure::Failure,
    progress::Report,
    target::{self, Target},
    ui::{Ui, count, plain, size, trouble},
};

/// A pointer that is left as it is, and why.
struct Skipped {
    path: String,
    why: &'static str,
}

pub(crate) async fn run(global: &Global, arguments: &Pull, ui: &Ui) -> Result<Exit, Failure> {
    let hub = target::hub(global, arguments.max_workers.unwrap_or(8).into())?;
    let named = arguments.repo.as_ref().map(|text| {
        let target = Target::new(text, arguments.repo_type, None)?;
        Ok::<_, Failure>(target.repo)
    });
    let named = named.transpose()?;
    let selection = Selection::new(&arguments.include, &arguments.exclude);
    match (WorkTree::discover(&arguments.path), named) {
        (Ok(clone), named) => {
            let source = |hub: &Hub| match &named {
                Some(repo) => Source::named(hub, repo),
                None => Source::of_clone(hub, &clone, ui),
            };
            let below = Below::new(&clone, &arguments.path)?;
            let keeps = |path: &RepoPath| below.has(path) && selection.keeps(path);
            let (due, skipped) = of_clone(&clone, keeps)?;
            make_up(&clone, keeps, ui)?;
            let root = clone.root().to_owned();
            let content = Content::new(root, clone.objects(), due);
            let became = pull(
                &hub,
                content,
                source,
                |placed| record(&clone, placed, ui),
                ui,
            )
            .await?;
            tell(ui, &became, &skipped)
        }
        (Err(_), Some(repo)) => {
            let folder = &arguments.path;
            let due = of_folder(folder, &selection)?;
            // What is on its way lies beside the files, so that it can be moved and not copied.
            let objects = LfsObjects::new(folder.join(".cache/hubkit/lfs"));
            let content = Content::new(folder.clone(), &objects, due);
            let source = |hub: &Hub| Source::named(hub, &repo);
            let became = pull(&hub, content, source, |_| (), ui).await?;
            for (due, _) in became.iter().filter(|(_, became)| is_file(became)) {
                let _ = fs::remove_file(objects.path(due.pointer.oid()));
            }
            tell(ui, &became, &[])
        }
        (Err(error), None) => Err(of_git(&error)),
    }
}

fn is_file(became: &Became) -> bool {
    matches!(became, Became::File { .. })
}

async fn pull(
    hub: &Hub,
    mut content: Content<'_>,
    source: impl Fn(&Hub) -> Result<Source, Failure>,
    record: impl Fn(&[Settled]),
    ui: &Ui,
) -> Result<Vec<(Due, Became)>, Failure> {
    let mut became = content.put(&record);
    let missing = content.missing();
    if !missing.is_empty() {
        let report = Report::new(ShowProgress::Auto, ui, hub.environment());
        let source = source(hub)?;
        let fetched = source
            .fetch(hub.client(), content.objects, &missing, &report)
            .await;
        report.finish();
        match fetched {
            Ok(outcomes) => content.note(&missing, outcomes),
            Err(failure) if became.is_empty() => return Err(failure),
            // What was here already is in its place, and has to be told.
            Err(failure) => content.note(&missing[..1], vec![Err(failure)]),
        }
        became.extend(content.put(&record));
    }
    became.extend(content.give_up());
    became.sort_by(|(one, _), (other, _)| one.path.cmp(&other.path));
    Ok(became)
}

/// Tells git's index of files that are in place. One that can't be told makes no difference to the files.
fn record(clone: &WorkTree, placed: &[Settled], ui: &Ui) {
    if let Err(error) = clone.refresh(placed) {
        ui.remark(&format!(
            "note: {error}, so git may take the files for changed; `hubkit lfs pull` once more makes up for it"
        ));
    }
}

/// Tells git's index of files that an earlier pull put in place and did not come to tell of.
fn make_up(clone: &WorkTree, keeps: impl Fn(&RepoPath) -> bool, ui: &Ui) -> Result<(), Failure> {
    let found = clone.unrecorded(keeps).map_err(|error| of_git(&error))?;
    if !found.is_empty() {
        let files = count(found.len(), "file", "files");
        ui.remark(&format!(
            "{files} in place already; the index of git is told now"
        ));
        record(clone, &found, ui);
    }
    Ok(())
}

/// The part of a clone that was named.
struct Below {
    folder: PathBuf,
}

impl Below {
    fn new(clone: &WorkTree, named: &Path) -> Result<Self, Failure> {
        let unreadable = |error: std::io::Error| {
            let message = format!("{} can't be looked through: {error}", named.display());
            Failure::new(Exit::Disk, "unreadable", message)
        };
        let root = fs::canonicalize(clone.root()).map_err(unreadable)?;
        let named = fs::canonicalize(named).map_err(unreadable)?;
        let folder = named.strip_prefix(&root).unwrap_or(Path::new(""));
        let folder = folder.to_owned();
        Ok(Self { folder })
    }

    fn has(&self, path: &RepoPath) -> bool {
        Path::new(path.as_str()).starts_with(&self.folder)
    }
}

/// What is due in a clone.
fn of_clone(
    clone: &WorkTree,
    keeps: impl Fn(&RepoPath) -> bool,
) -> Result<(Vec<Due>, Vec<Skipped>), Failure> {
    let (mut due, mut skipped) = (Vec::new(), Vec::new());
    for met in clone.pointers().map_err(|error| of_git(&error))? {
        if !keeps(&met.path) {
            continue;
        }
        let why = match met.standing {
            PointerStanding::CheckedOut => {
                due.push(Due {
                    path: met.path,
                    pointer: met.pointer,
                });
                continue;
            }
            PointerStanding::NoAttribute => {
                "no `.gitattributes` keeps it in LFS, so git would take the file for a change"
            }
            PointerStanding::Changed => "it is not what git has in its index",
        };
        skipped.push(Skipped {
            path: met.path.to_string(),
            why,
        });
    }
    Ok((due, skipped))
}

fn of_folder(folder: &Path, selection: &Selection) -> Result<Vec<Due>, Failure> {
    let found = look_through(folder).map_err(|error| {
        let message = format!("{} can't be looked through: {error}", folder.display());
        Failure::new(Exit::NotFound, "unreadable", message)
    })?;
    let due = found.into_iter().filter_map(|one| match one.what {
        What::Pointer(pointer) => Some(Due {
            path: one.path.parse().ok()?,
            pointer,
        }),
        What::Broken(_) => None,
    });
    Ok(due.filter(|due| selection.keeps(&due.path)).collect())
}

fn tell(ui: &Ui, became: &[(Due, Became)], skipped: &[Skipped]) -> Result<Exit, Failure> {
    let mut exit = Exit::Done;
    let (mut files, mut bytes, mut fetched_bytes) = (0, 0_u64, 0_u64);
    for (due, became) in became {
        match became {
            Became::File { fetched, .. } => {
                files += 1;
                bytes += due.pointer.size();
                fetched_bytes += if *fetched { due.pointer.size() } else { 0 };
            }
            Became::Changed => exit = exit.or(Exit::No),
            Became::Failed(failure) => {
                exit = exit.or(failure.exit());
                if !ui.json {
                    trouble(&failure.text().replacen("error: ", "", 1));
                }
            }
        }
    }
    for Skipped { path, why } in skipped {
        ui.remark(&format!("left as it is: {}: {why}", plain(path)));
    }
    for (due, _) in became
        .iter()
        .filter(|(_, became)| matches!(became, Became::Changed))
    {
        let path = plain(due.path.as_str());
        ui.remark(&format!(
            "left as it is: {path}: it was changed, or lies behind a link"
        ));
    }
    let files = count(files, "file", "files");
    ui.remark(&format!(
        "{files} in place of pointers, {}, of which {} were fetched",
        size(bytes),
        size(fetched_bytes)
    ));
    ui.lines(
        became.is_empty(),
        || {
            let placed = became.iter().filter(|(_, became)| is_file(became));
            let paths: Vec<String> = placed.map(|(due, _)| plain(due.path.as_str())).collect();
            paths.join("\n")
        },
        || {
            let skipped = skipped
                .iter()
                .map(|one| json!({ "path": one.path, "why": one.why }));
            json!({
                "bytes": bytes, "fetched_bytes": fetched_bytes,
                "files": became.iter().map(describe).collect::<Value>(), "skipped": skipped.collect::<Value>(),
            })
        },
    )?;
    Ok(exit)
}

fn describe((due, became): &(Due, Became)) -> Value {
    let (outcome, failure) = match became {
        Became::File { fetched: true, .. } => ("fetched", None),
        Became::File { fetched: false, .. } => ("reused", None),
        Became::Changed => ("changed", None),
        Became::Failed(failure) => ("failed", Some(failure)),
    };
    json!({
        "path": due.path.as_str(), "size": due.pointer.size(), "oid": due.pointer.oid().to_string(), "outcome": outcome,
        "code": failure.map(Failure::code), "message": failure.map(Failure::message),
    })
}
