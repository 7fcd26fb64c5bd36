//! `hubkit cache gc`.

use std::time::SystemTime;

use hubkit::cache::{Collected, Collection};
use serde_json::{Value, json};

use super::failed;
use crate::{
    args::{Gc, Global},
    exit::Exit,
    failure::Failure,
    target,
    ui::{Ui, count, plain, size},
};

pub(super) async fn run(global: &Global, arguments: &Gc, ui: &Ui) -> Result<Exit, Failure> {
    let hub = target::hub(global, 1)?;
    let root = hub.environment().cache.display().to_string();
    #[expect(
        clippy::disallowed_methods,
        reason = "how old a file is needs the time"
    )]
    let mut what = Collection::new(SystemTime::now());
    what.dry_run = arguments.dry_run;
    what.older_than = arguments.older_than;
    what.unreferenced = arguments.unreferenced;
    let cache = hub.cache();
    let collected = super::on_thread(move || cache.collect(&what)).await?;
    let collected = collected.map_err(|error| failed(&root, &error))?;
    let is_empty = collected.removed.is_empty();
    ui.lines(
        is_empty,
        || text(&collected),
        || json(&root, arguments, &collected),
    )?;
    for kept in &collected.kept {
        let path = plain(&kept.path.to_string_lossy());
        ui.remark(&format!("kept: {path}: {}", kept.reason));
    }
    let files = count(collected.removed.len(), "file", "files");
    let done = if arguments.dry_run {
        "would be removed"
    } else {
        "removed"
    };
    ui.remark(&format!(
        "{files} {done}, {} in {root}",
        size(collected.bytes())
    ));
    Ok(Exit::Done)
}

fn text(collected: &Collected) -> String {
    let line = |removed: &hubkit::cache::Removed| {
        let path = plain(&removed.path.to_string_lossy());
        format!("{path}  {}  {}", removed.kind.as_str(), size(removed.bytes))
    };
    let lines: Vec<String> = collected.removed.iter().map(line).collect();
    lines.join("\n")
}

fn json(root: &str, arguments: &Gc, collected: &Collected) -> Value {
    let removed = collected.removed.iter().map(|removed| {
        json!({
            "path": removed.path.to_string_lossy(), "size": removed.bytes, "kind": removed.kind.as_str(),
        })
    });
    let kept = collected.kept.iter().map(|kept| {
        json!({ "path": kept.path.to_string_lossy(), "size": kept.bytes, "reason": kept.reason })
    });
    json!({
        "cache": root, "dry_run": arguments.dry_run, "bytes": collected.bytes(),
        "removed": removed.collect::<Vec<Value>>(), "kept": kept.collect::<Vec<Value>>(),
    })
}
