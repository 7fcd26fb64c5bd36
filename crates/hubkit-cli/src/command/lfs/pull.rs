//! `hubkit lfs pull`.

use std::{collections::BTreeMap, fs, path::Path};

use hubkit::{Hub, Repo, RepoPath, plan::Selection};
use hubkit_git::{LfsObjects, Settled, WorkTree};
use serde_json::{Value, json};

use super::{
    content::{Became, Content, Due},
    due::{Below, Skipped, of_clone, of_folder},
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

pub(crate) async fn run(global: &Global, arguments: &Pull, ui: &Ui) -> Result<Exit, Failure> {
    let hub = target::hub(global, arguments.max_workers.unwrap_or(8).into())?;
    let named = arguments.repo.as_ref().map(|text| {
        let target = Target::new(text, arguments.repo_type, None)?;
        Ok::<_, Failure>(target.repo)
    });
    let named = named.transpose()?;
    let selection = Selection::new(&arguments.include, &arguments.exclude);
    let folder = &arguments.path;
    match (WorkTree::discover(folder), named) {
        (Ok(clone), named) => {
            let below = Below::new(&clone, folder)?;
            make_up(&clone, |path| below.has(path) && selection.keeps(path), ui)?;
            let sorted = of_clone(&clone, &below, &selection, named.is_some())?;
            if let Some(repo) = &named
                && !sorted.is_any_known
            {
                // It lies in a clone of something else.
                return into_folder(&hub, folder, repo, &selection, ui).await;
            }
            let source = |hub: &Hub| match &named {
                Some(repo) => Source::named(hub, repo),
                None => Source::of_clone(hub, &clone, ui),
            };
            let content = Content::new(clone.root().to_owned(), clone.objects(), sorted.due);
            let record = |placed: &[Settled]| record(&clone, placed, ui);
            let became = pull(&hub, content, source, record, ui).await?;
            tell(ui, &became, &sorted.skipped)
        }
        (Err(_), Some(repo)) => into_folder(&hub, folder, &repo, &selection, ui).await,
        (Err(error), None) => Err(of_git(&error)),
    }
}

/// A stranger's link in the way to where objects grow would have them written elsewhere.
fn refuse_links(folder: &Path) -> Result<(), Failure> {
    let mut place = folder.to_owned();
    for part in [".cache", "hubkit", "lfs"] {
        place.push(part);
        refuse_link(&place)?;
    }
    for part in ["objects", "incomplete", "tmp"] {
        refuse_link(&place.join(part))?;
    }
    Ok(())
}

fn refuse_link(place: &Path) -> Result<(), Failure> {
    if fs::symlink_metadata(place).is_ok_and(|found| found.is_symlink()) {
        let message = format!("`{}` is a symbolic link", place.display());
        let failure = Failure::new(Exit::Integrity, "unsafe_link", message);
        return Err(failure.hint("remove it: nothing is written through a link"));
    }
    Ok(())
}

/// Pulls into a folder that git knows nothing of.
async fn into_folder(
    hub: &Hub,
    folder: &Path,
    repo: &Repo,
    selection: &Selection,
    ui: &Ui,
) -> Result<Exit, Failure> {
    let sorted = of_folder(folder, selection)?;
    refuse_links(folder)?;
    // What is on its way lies beside the files, so that it can be moved and not copied.
    let objects = LfsObjects::new(folder.join(".cache/hubkit/lfs"));
    let content = Content::new(folder.to_owned(), &objects, sorted.due);
    let source = |hub: &Hub| Source::named(hub, repo);
    let became = pull(hub, content, source, |_| (), ui).await?;
    for (due, _) in became.iter().filter(|(_, became)| is_file(became)) {
        let _ = fs::remove_file(objects.path(due.pointer.oid()));
    }
    tell(ui, &became, &sorted.skipped)
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
            Err(failure) => {
                // Some may have come before, and are put in place as what was here already.
                let missed = content.note_what_came(&missing);
                became.extend(content.put(&record));
                if became.is_empty() {
                    return Err(failure);
                }
                content.note(&missed[..missed.len().min(1)], vec![Err(failure)]);
            }
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

fn tell(ui: &Ui, became: &[(Due, Became)], skipped: &[Skipped]) -> Result<Exit, Failure> {
    let mut exit = Exit::Done;
    let (mut files, mut bytes) = (0, 0_u64);
    let mut fetched_sizes = BTreeMap::new();
    for (due, became) in became {
        match became {
            Became::File { fetched, .. } => {
                files += 1;
                bytes = bytes.saturating_add(due.pointer.size());
                if *fetched {
                    // Two files may be of one object, which comes once.
                    fetched_sizes.insert(due.pointer.oid(), due.pointer.size());
                }
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
    let fetched_bytes = fetched_sizes.into_values().fold(0, u64::saturating_add);
    for Skipped {
        path,
        why,
        exit: its,
    } in skipped
    {
        exit = exit.or(*its);
        ui.remark(&format!("left as it is: {}: {}", plain(path), plain(why)));
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

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_written_through_a_link() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let outside = tempfile::tempdir().expect("a temporary folder");
        assert!(refuse_links(folder.path()).is_ok());
        for place in [".cache/hubkit/lfs/tmp", ".cache/hubkit", ".cache"] {
            let place = folder.path().join(place);
            let _ = fs::remove_dir_all(&place);
            fs::create_dir_all(place.parent().expect("a folder")).expect("made");
            std::os::unix::fs::symlink(outside.path(), &place).expect("a link");
            let refused = refuse_links(folder.path()).expect_err("a link");
            assert_eq!(refused.code(), "unsafe_link");
            fs::remove_file(&place).expect("removed");
        }
    }
}
