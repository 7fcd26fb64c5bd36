//! `hubkit diff`.

use hubkit::{
    RepoPath,
    api::{Change, ChangeStatus},
};
use serde_json::{Value, json};

use crate::{
    args::{Diff, Global},
    exit::Exit,
    failure::Failure,
    output::Output,
    target::{self, Target},
    ui::{Ui, count, size, table},
};

pub(crate) async fn run(global: &Global, arguments: &Diff, ui: &Ui) -> Result<Exit, Failure> {
    let target = Target::new(&arguments.repo, arguments.repo_type, None)?;
    let hub = target::hub(global, 1)?;
    if !arguments.files && !ui.json {
        let diff = hub.client().diff(&target.repo, &arguments.spec).await?;
        let mut out = Output::new();
        out.write(diff.as_bytes())?;
        out.finish()?;
        return Ok(exit(diff.is_empty()));
    }
    let changes = hub.client().changes(&target.repo, &arguments.spec).await?;
    let files = &changes.files;
    if ui.json || !files.is_empty() {
        ui.result(
            || table(&files.iter().map(line).collect::<Vec<_>>()),
            || files.iter().map(value).collect::<Vec<Value>>().into(),
        )?;
    }
    let number = count(files.len(), "file", "files");
    let refused = match changes.refused {
        0 => String::new(),
        refused => format!("; {refused} more have names that can't be stored safely"),
    };
    ui.remark(&format!("{number} changed{refused}"));
    Ok(exit(files.is_empty() && changes.refused == 0))
}

/// As programs do that compare: what differs is a no.
fn exit(equal: bool) -> Exit {
    if equal { Exit::Done } else { Exit::No }
}

fn line(change: &Change) -> Vec<String> {
    let path = match &change.old_path {
        Some(old_path) => format!("{old_path} -> {}", change.path),
        None => change.path.to_string(),
    };
    vec![
        word(change.status).to_owned(),
        format!("{:>10}", size(change.size)),
        path,
    ]
}

fn word(status: ChangeStatus) -> &'static str {
    match status {
        ChangeStatus::Added => "added",
        ChangeStatus::Copied => "copied",
        ChangeStatus::Deleted => "deleted",
        ChangeStatus::Modified => "modified",
        ChangeStatus::Renamed => "renamed",
        ChangeStatus::TypeChanged => "type-changed",
        _ => "other",
    }
}

fn value(change: &Change) -> Value {
    json!({
        "status": word(change.status), "path": change.path.as_str(),
        "old_path": change.old_path.as_ref().map(RepoPath::as_str), "size": change.size, "binary": change.is_binary,
        "old_oid": change.old.map(|oid| oid.to_string()), "new_oid": change.new.map(|oid| oid.to_string()),
    })
}
