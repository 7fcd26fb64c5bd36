//! `hubkit download --dry-run`: what a download would come to.

use std::path::PathBuf;

use hubkit::{Hub, PlannedFile, SnapshotPlan, Standing};
use serde_json::{Value, json};

use crate::{
    args::Download,
    exit::Exit,
    failure::Failure,
    ui::{Ui, count, plain, size, table},
};

/// Where the files would go.
pub(super) struct Place(PathBuf);

impl Place {
    pub(super) fn of(hub: &Hub, arguments: &Download, plan: &SnapshotPlan) -> Self {
        if let Some(folder) = &arguments.local_dir {
            return Self(folder.clone());
        }
        let cache = hub.cache().repo(plan.repo());
        let commit = plan.commit().to_string();
        Self(cache.folder().join("snapshots").join(commit))
    }
}

/// Prints the plan. Ends as the download would, where it can be told that it would not come to its end.
pub(super) fn tell(ui: &Ui, plan: &SnapshotPlan, place: &Place) -> Result<Exit, Failure> {
    let obstacle = plan.obstacle().map(Failure::from);
    let obstacle = obstacle.or_else(|| no_room(plan));
    ui.result(
        || text(plan, place),
        || value(plan, place, obstacle.as_ref()),
    )?;
    match obstacle {
        Some(obstacle) => Err(obstacle),
        None => Ok(Exit::Done),
    }
}

fn no_room(plan: &SnapshotPlan) -> Option<Failure> {
    let (missing, room) = (plan.missing_bytes(), plan.room()?);
    (room < missing).then(|| {
        let message = format!("{missing} bytes are to be fetched, and there is room for {room}");
        Failure::new(Exit::Disk, "disk_full", message)
            .hint("free some space, or choose another place with `--cache-dir` or `--local-dir`")
    })
}

fn text(plan: &SnapshotPlan, place: &Place) -> String {
    let mut rows = vec![["FILE", "SIZE", "STATE"].map(str::to_owned).to_vec()];
    rows.extend(plan.files().iter().map(|PlannedFile { file, standing }| {
        let state = match standing {
            Standing::Present => "there",
            Standing::Held => "there under another name",
            Standing::Shared => "comes with another file",
            Standing::Missing => "to fetch",
        };
        vec![plain(file.path.as_str()), size(file.size), state.to_owned()]
    }));
    let files = |number| count(number, "file", "files");
    let (missing, all) = (plan.missing().count(), plan.files().len());
    let mut facts = vec![
        ("commit", plan.commit().to_string()),
        ("wanted", format!("{}, {}", files(all), size(plan.bytes()))),
        (
            "to fetch",
            match missing {
                0 => "nothing".to_owned(),
                missing => format!("{}, {}", files(missing), size(plan.missing_bytes())),
            },
        ),
    ];
    facts.extend(plan.room().map(|room| ("room", size(room))));
    facts.push(("goes to", place.0.to_string_lossy().into_owned()));
    let facts = facts
        .into_iter()
        .map(|(name, fact)| vec![name.to_owned(), fact]);
    format!("{}\n\n{}", table(&rows), table(&facts.collect::<Vec<_>>()))
}

fn value(plan: &SnapshotPlan, place: &Place, obstacle: Option<&Failure>) -> Value {
    let file = |planned: &PlannedFile| {
        let state = match planned.standing {
            Standing::Present => "present",
            Standing::Held => "held",
            Standing::Shared => "shared",
            Standing::Missing => "missing",
        };
        json!({
            "path": planned.file.path.as_str(), "size": planned.file.size, "digest": planned.file.blob().to_string(),
            "state": state, "missing_bytes": planned.missing(),
        })
    };
    json!({
        "dry_run": true, "repo": plan.repo().id.as_str(), "kind": plan.repo().kind.as_str(),
        "revision": plan.revision().to_string(), "commit": plan.commit().to_string(),
        "path": place.0.to_string_lossy(), "bytes": plan.bytes(),
        "missing_files": plan.missing().count(), "missing_bytes": plan.missing_bytes(), "room_bytes": plan.room(),
        "obstacle": obstacle.map(|obstacle| json!({"code": obstacle.code(), "message": obstacle.message()})),
        "files": plan.files().iter().map(file).collect::<Vec<_>>(),
    })
}
