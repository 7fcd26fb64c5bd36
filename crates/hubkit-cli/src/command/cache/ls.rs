//! `hubkit cache ls`.

use std::time::SystemTime;

use hubkit::cache::{Scan, ScanWarning, ScannedRepo};
use serde_json::{Value, json};

use crate::{
    args::Global,
    exit::Exit,
    failure::Failure,
    target,
    ui::{Ui, count, size, table},
};

pub(super) fn run(global: &Global, ui: &Ui) -> Result<Exit, Failure> {
    let hub = target::hub(global, 1)?;
    let root = hub.environment().cache.display().to_string();
    let scan = hub
        .cache()
        .scan()
        .map_err(|error| Failure::new(Exit::Disk, "cache", format!("{root}: {error}")))?;
    let total = scan.size_on_disk();
    ui.result(|| text(&scan), || json!({
        "cache": root, "bytes": total, "repositories": scan.repos.iter().map(describe).collect::<Vec<_>>(),
        "unfinished": scan.incomplete.iter().map(|found| json!({
                    "path": found.path.to_string_lossy(), "size": found.size,
                })).collect::<Vec<_>>(),
                "warnings": scan.warnings.iter().map(warning).collect::<Vec<_>>(),
    }))?;
    for found in &scan.warnings {
        ui.remark(&format!("warning: {}", warning(found)));
    }
    if !scan.incomplete.is_empty() {
        let downloads = count(
            scan.incomplete.len(),
            "unfinished download",
            "unfinished downloads",
        );
        let bytes = scan.incomplete.iter().map(|found| found.size).sum();
        ui.remark(&format!("{downloads} besides, {}", size(bytes)));
    }
    let repositories = count(scan.repos.len(), "repository", "repositories");
    ui.remark(&format!("{repositories}, {} in {root}", size(total)));
    Ok(Exit::Done)
}

fn warning(warning: &ScanWarning) -> String {
    format!("{} {}", warning.path.display(), warning.message)
}

fn text(scan: &Scan) -> String {
    let mut rows = vec![
        ["REPOSITORY", "SIZE", "FILES", "MODIFIED", "REVISIONS"]
            .map(str::to_owned)
            .to_vec(),
    ];
    for repo in &scan.repos {
        let revisions = repo.revisions.iter().map(|revision| {
            let commit = &revision.commit.to_string()[..12];
            let refs: Vec<&str> = revision.refs.iter().map(hubkit::Revision::as_str).collect();
            if refs.is_empty() {
                commit.to_owned()
            } else {
                format!("{commit} ({})", refs.join(", "))
            }
        });
        rows.push(vec![
            repo.repo.to_string(),
            size(repo.size_on_disk),
            repo.files.to_string(),
            time(repo.last_modified).unwrap_or_default(),
            revisions.collect::<Vec<_>>().join(", "),
        ]);
    }
    table(&rows)
}

fn describe(repo: &ScannedRepo) -> Value {
    let revisions = repo.revisions.iter().map(|revision| {
        json!({
            "commit": revision.commit.to_string(), "size": revision.size, "files": revision.files,
            "refs": revision.refs.iter().map(hubkit::Revision::as_str).collect::<Vec<_>>(),
            "last_modified": time(revision.last_modified),
        })
    });
    json!({
        "repo": repo.repo.id.as_str(), "kind": repo.repo.kind.as_str(), "path": repo.path.to_string_lossy(),
        "size": repo.size_on_disk, "files": repo.files, "blobs": repo.blobs,
        "last_accessed": time(repo.last_accessed), "last_modified": time(repo.last_modified),
        "revisions": revisions.collect::<Vec<_>>(),
    })
}

fn time(time: Option<SystemTime>) -> Option<String> {
    time.map(|time| humantime::format_rfc3339_seconds(time).to_string())
}
