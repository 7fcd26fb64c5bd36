//! `hubkit ls`.

use hubkit::{Silent, TreeFile};
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
    let hub = target::hub(global, 1)?;
    let commit = hub
        .client()
        .resolve(&target.repo, &target.revision(), &Silent)
        .await?;
    let mut files = hub.client().tree(&target.repo, commit).await?;
    if let Some(path) = &target.path {
        files.retain(|file| {
            file.path == *path || file.path.as_str().starts_with(&format!("{path}/"))
        });
        if files.is_empty() {
            let message = format!(
                "{} at {commit} has no file and no folder `{path}`",
                target.repo
            );
            return Err(Failure::new(Exit::NotFound, "file_not_found", message));
        }
    }
    let total: u64 = files.iter().map(|file| file.size).sum();
    if ui.json || !files.is_empty() {
        ui.result(
            || {
                let lines = files.iter().map(|file| {
                    let place = if file.lfs.is_some() { "lfs" } else { "git" };
                    vec![
                        format!("{:>10}", size(file.size)),
                        place.to_owned(),
                        file.path.to_string(),
                    ]
                });
                table(&lines.collect::<Vec<_>>())
            },
            || files.iter().map(describe).collect::<Vec<Value>>().into(),
        )?;
    }
    let number = count(files.len(), "file", "files");
    ui.remark(&format!("{number}, {}, at {commit}", size(total)));
    Ok(Exit::Done)
}

fn describe(file: &TreeFile) -> Value {
    json!({
        "path": file.path.as_str(), "size": file.size, "digest": file.blob().to_string(),
        "oid": file.oid.to_string(), "lfs": file.lfs.is_some(),
    })
}
