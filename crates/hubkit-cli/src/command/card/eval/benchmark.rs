//! The benchmark that a result is of.

use std::path::Path;

use hubkit::RepoKind;
use hubkit_card::{Benchmark, EvalEntry, lists};

use super::super::{
    beside,
    source::{CARD, Found, Place},
};
use crate::{
    args::{CardEvalAdd, Global, WhichCard},
    exit::Exit,
    failure::Failure,
    ui::plain,
};

/// So many tasks are named.
const MOST: usize = 12;

/// Holds the task of an entry against the benchmark, where that is at hand or is asked for.
pub(super) async fn check(
    global: &Global,
    arguments: &CardEvalAdd,
    entry: &EvalEntry,
) -> Result<(), Failure> {
    let (name, text) = if let Some(path) = &arguments.benchmark {
        local(path)?
    } else if arguments.check {
        of_the_hub(global, arguments).await?
    } else {
        return Ok(());
    };
    let benchmark = Benchmark::read(&text).map_err(|error| {
        let message = format!("{name}: {}", plain(&error.to_string()));
        Failure::new(Exit::Integrity, "malformed_benchmark", message)
            .hint("`hubkit card lint` of the data set says what is wrong with it")
    })?;
    let task = entry.task_id.as_deref().unwrap_or_default();
    let ids = || benchmark.tasks.iter().filter_map(|task| task.id.as_deref());
    if ids().any(|id| id == task) {
        return Ok(());
    }
    let message = format!("{name} has no task `{}`", plain(task));
    let failure = Failure::new(Exit::Usage, "unknown_task", message);
    if let Some(nearest) = lists::nearest(ids(), task) {
        return Err(failure.hint(format!("did you mean `{}`?", plain(nearest))));
    }
    if ids().next().is_none() {
        return Err(failure.hint(
            "it has no tasks at all: a benchmark lists them in `tasks`, each with its `id`",
        ));
    }
    let known: Vec<_> = ids().take(MOST).map(plain).collect();
    let more = if ids().count() > MOST { ", …" } else { "" };
    Err(failure.hint(format!("its tasks are: {}{more}", known.join(", "))))
}

fn local(path: &Path) -> Result<(String, String), Failure> {
    let file = if path.is_dir() {
        path.join(beside::BENCHMARK)
    } else {
        path.to_owned()
    };
    let bytes = CARD.read(&file)?;
    let text = String::from_utf8_lossy(&bytes).into_owned();
    Ok((plain(&file.display().to_string()), text))
}

async fn of_the_hub(global: &Global, arguments: &CardEvalAdd) -> Result<(String, String), Failure> {
    let which = WhichCard {
        card: arguments.on.dataset.clone(),
        repo_type: Some(RepoKind::Dataset),
        revision: arguments.on.dataset_revision.map(Into::into),
    };
    let found = Found::read(global, &which).await?;
    let name = format!("{}@{}", found.repo, found.commit);
    let file = beside::benchmark(&Place::Hub(Box::new(found))).await?;
    let file = file.ok_or_else(|| {
        let message = format!("{name} has no {}: it is no benchmark", beside::BENCHMARK);
        Failure::new(Exit::NotFound, "no_benchmark", message)
            .hint("hubs rank models by benchmarks alone; without `--check` the result is added all the same")
    })?;
    Ok((format!("{name}/{}", file.path), file.text))
}
