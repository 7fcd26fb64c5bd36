//! Files with what the hub knows of them beyond git.

use hubkit::{
    Client, CommitId, Repo, RepoPath, TreeEntry, TreeFile,
    api::{ListTree, TreeDepth, TreeItem},
};
use serde_json::{Value, json};

use super::describe;
use crate::{
    failure::Failure,
    ui::{day, plain, shortened, size},
};

/// A file and the rest of its entry.
pub(super) struct Expanded {
    pub(super) file: TreeFile,
    entry: TreeEntry,
}

/// Asks the hub for every file below a folder, or of the whole commit; a hub that looks up commits gives few at a time.
pub(super) async fn list(
    client: &Client,
    repo: &Repo,
    commit: CommitId,
    folder: Option<&RepoPath>,
) -> Result<Vec<Expanded>, Failure> {
    let mut call = ListTree::new(repo.clone(), commit.into(), TreeDepth::Recursive);
    call.path = folder.cloned();
    call.expand = true;
    let mut pages = client.list_tree(call);
    let mut files = Vec::new();
    // Names that are no paths are left out here: `hubkit ls` without this says which.
    while let Some(entry) = pages.next().await? {
        if let Ok(entry) = entry
            && let TreeItem::File(file) = &entry.item
        {
            let file = file.clone();
            files.push(Expanded { file, entry });
        }
    }
    Ok(files)
}

pub(super) fn line(expanded: &Expanded) -> Vec<String> {
    let commit = expanded.commit();
    let date = commit.and_then(|commit| commit.date.as_deref());
    let title = commit.map_or("", |commit| commit.title.as_str());
    vec![
        format!("{:>10}", size(expanded.file.size)),
        plain(day(date.unwrap_or_default())),
        expanded.scan().map(plain).unwrap_or_default(),
        shortened(&plain(title), 24),
        expanded.file.path.to_string(),
    ]
}

pub(super) fn value(expanded: &Expanded) -> Value {
    let mut value = describe(&expanded.file);
    value["last_commit"] = expanded.commit().map_or(Value::Null, |commit| {
        json!({ "commit": commit.id.to_string(), "title": commit.title, "date": commit.date })
    });
    value["scan"] = expanded.scan().into();
    value
}

impl Expanded {
    fn commit(&self) -> Option<&hubkit::api::LastCommit> {
        self.entry.detail.as_ref()?.last_commit.as_ref()
    }

    /// What the scans say in one word: `safe`, `unsafe`, …
    fn scan(&self) -> Option<&str> {
        let status = self.entry.detail.as_ref()?.security_status.as_ref()?;
        status.get("status")?.as_str()
    }
}
