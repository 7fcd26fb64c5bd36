//! `hubkit search`.

use hubkit::{ListRepos, RepoInfo, RepoKind, api::Direction};
use serde_json::Value;

use crate::{
    args::{Answer, Global, Search},
    exit::Exit,
    failure::Failure,
    repo_view, target,
    ui::{Ui, compact, count, data, day, plain, shortened, table},
};

pub(crate) async fn run(global: &Global, arguments: &Search, ui: &Ui) -> Result<Exit, Failure> {
    let hub = target::hub(global, 1)?;
    let limit = arguments.limit as usize;
    // One more than is shown tells whether there are more.
    let mut pages = hub.client().list(call(arguments, limit + 1));
    let mut repos = pages.collect(limit + 1).await?;
    let more = repos.len() > limit;
    repos.truncate(limit);
    if ui.quiet && !ui.json {
        for repo in &repos {
            data(repo.id.as_str())?;
        }
        return Ok(Exit::Done);
    }
    if ui.json || !repos.is_empty() {
        ui.result(
            || text(&repos),
            || {
                let value = |repo| repo_view::value(arguments.kind, repo);
                repos.iter().map(value).collect::<Vec<Value>>().into()
            },
        )?;
    }
    let (one, many) = match arguments.kind {
        RepoKind::Model => ("model", "models"),
        RepoKind::Dataset => ("dataset", "datasets"),
        RepoKind::Space => ("Space", "Spaces"),
        RepoKind::Kernel => ("kernel", "kernels"),
    };
    let number = count(repos.len(), one, many);
    let rest = if more { "; `--limit` shows more" } else { "" };
    ui.remark(&format!("{number}{rest}"));
    Ok(Exit::Done)
}

/// The question. What a person calls task, library and language are tags, and are written otherwise for each kind.
fn call(arguments: &Search, limit: usize) -> ListRepos {
    let kind = arguments.kind;
    let mut call = ListRepos::new(kind);
    let words = arguments.words.join(" ");
    call.search
        .extend(Some(words).filter(|words| !words.is_empty()));
    call.author.clone_from(&arguments.author);
    call.filter.clone_from(&arguments.filter);
    let is_model = kind == RepoKind::Model;
    let tag = |prefix: &str, value: &String| {
        if is_model {
            value.clone()
        } else {
            format!("{prefix}:{value}")
        }
    };
    match &arguments.task {
        Some(task) if is_model => call.pipeline_tag = Some(task.clone()),
        Some(task) => call.filter.push(format!("task_categories:{task}")),
        None => {}
    }
    call.filter
        .extend(arguments.library.iter().map(|value| tag("library", value)));
    call.filter.extend(
        arguments
            .language
            .iter()
            .map(|value| tag("language", value)),
    );
    call.filter.extend(
        arguments
            .license
            .iter()
            .map(|value| format!("license:{value}")),
    );
    call.gated = arguments.gated.map(|answer| answer == Answer::Yes);
    call.sort = arguments.sort.map(Into::into);
    call.direction = call.sort.map(|_| Direction::Descending);
    call.limit = Some(limit.min(hubkit::api::LONGEST_PAGE));
    call.expand = repo_view::fields(kind)
        .iter()
        .map(|&field| field.to_owned())
        .collect();
    call
}

/// At most 80 columns wide, unless a name is longer than half of them: names are for copying and never cut. A column that
/// would be empty is left out.
fn text(repos: &[RepoInfo]) -> String {
    let longest = repos.iter().map(|repo| repo.id.as_str().len()).max();
    let room = 48_usize.saturating_sub(longest.unwrap_or(0)).max(8);
    let number = |number: Option<u64>| number.map_or_else(String::new, compact);
    let mut rows = vec![["REPOSITORY", "TASK", "DOWNLOADS", "LIKES", "UPDATED"].map(str::to_owned)];
    rows.extend(repos.iter().map(|repo| {
        let task = plain(repo.pipeline_tag.as_deref().unwrap_or_default());
        [
            repo.id.to_string(),
            shortened(&task, room),
            format!("{:>9}", number(repo.downloads)),
            format!("{:>5}", number(repo.likes)),
            plain(day(repo.last_modified.as_deref().unwrap_or_default())),
        ]
    }));
    let is_filled = |column: &usize| rows[1..].iter().any(|row| !row[*column].trim().is_empty());
    let columns: Vec<usize> = (0..5).filter(is_filled).collect();
    let kept = |row: &[String; 5]| columns.iter().map(|&column| row[column].clone()).collect();
    table(&rows.iter().map(kept).collect::<Vec<Vec<String>>>())
}
