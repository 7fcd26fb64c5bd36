//! `hubkit log`.

use hubkit::CommitInfo;
use serde_json::{Value, json};

use crate::{
    args::{Global, Log},
    exit::Exit,
    failure::Failure,
    target::{self, Target},
    ui::{Ui, count, plain},
};

pub(crate) async fn run(global: &Global, arguments: &Log, ui: &Ui) -> Result<Exit, Failure> {
    let target = Target::read(&arguments.which)?;
    let hub = target::hub(global, 1)?;
    let mut pages = hub.client().commits(&target.repo, &target.revision());
    let commits = pages.collect(arguments.limit as usize).await?;
    if ui.json || !commits.is_empty() {
        ui.result(
            || commits.iter().map(text).collect::<Vec<_>>().join("\n"),
            || commits.iter().map(value).collect::<Vec<Value>>().into(),
        )?;
    }
    let (repo, shown) = (&target.repo, commits.len());
    let number = match pages.total() {
        Some(total) if total > shown as u64 => format!("{shown} of {total} commits"),
        _ => count(shown, "commit", "commits"),
    };
    ui.remark(&format!("{number} of {repo}"));
    Ok(Exit::Done)
}

/// The whole id, since a hub knows no short ones, and below it the title.
fn text(commit: &CommitInfo) -> String {
    let mut head = vec![commit.id.to_string()];
    head.extend(
        commit
            .date
            .as_deref()
            .map(|date| plain(date.get(..16).unwrap_or(date)).replace('T', " ")),
    );
    head.push(plain(&commit.authors.join(", ")));
    head.retain(|part| !part.is_empty());
    format!("{}\n    {}", head.join("  "), plain(&commit.title))
}

fn value(commit: &CommitInfo) -> Value {
    json!({
        "commit": commit.id.to_string(), "title": commit.title, "message": commit.message, "date": commit.date,
        "authors": commit.authors,
    })
}
