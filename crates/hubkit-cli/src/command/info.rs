//! `hubkit info`.

use hubkit::{RepoInfo, api::Gated};
use serde_json::json;

use crate::{
    args::{Global, Info},
    exit::Exit,
    failure::Failure,
    target::{self, Target},
    ui::{Ui, plain, table},
};

pub(crate) async fn run(global: &Global, arguments: &Info, ui: &Ui) -> Result<Exit, Failure> {
    let target = Target::read(&arguments.which)?;
    let hub = target::hub(global, 1)?;
    let info = hub
        .client()
        .info(&target.repo, target.revision.as_ref())
        .await?;
    let gated = match info.gated {
        Gated::No => "no",
        Gated::Auto => "auto",
        Gated::Manual => "manual",
    };
    let files = info.siblings.as_ref().map(Vec::len);
    ui.result(
        || text(&target, &info, gated, files),
        || {
            json!({
                "id": info.id.as_str(), "kind": target.repo.kind.as_str(), "commit": info.sha.map(|sha| sha.to_string()),
                "author": info.author, "private": info.private, "gated": gated, "disabled": info.disabled,
                "last_modified": info.last_modified, "created_at": info.created_at,
                "downloads": info.downloads, "likes": info.likes, "task": info.pipeline_tag, "library": info.library_name,
                "tags": info.tags, "files": files,
            })
        },
    )?;
    Ok(Exit::Done)
}

fn text(target: &Target, info: &RepoInfo, gated: &str, files: Option<usize>) -> String {
    let mut rows = vec![
        ("repository", target.repo.to_string()),
        ("kind", target.repo.kind.to_string()),
        (
            "commit",
            info.sha
                .map_or_else(|| "unknown".to_owned(), |sha| sha.to_string()),
        ),
        (
            "private",
            if info.private { "yes" } else { "no" }.to_owned(),
        ),
        ("gated", gated.to_owned()),
    ];
    let optional = [
        ("task", info.pipeline_tag.clone()),
        ("library", info.library_name.clone()),
        ("last modified", info.last_modified.clone()),
        ("downloads", info.downloads.map(|count| count.to_string())),
        ("likes", info.likes.map(|count| count.to_string())),
        (
            "tags",
            Some(info.tags.join(", ")).filter(|tags| !tags.is_empty()),
        ),
    ];
    rows.extend(
        optional
            .into_iter()
            .filter_map(|(name, value)| Some((name, value?))),
    );
    rows.extend(files.map(|files| ("files", files.to_string())));
    table(
        &rows
            .into_iter()
            .map(|(name, value)| vec![name.to_owned(), plain(&value)])
            .collect::<Vec<_>>(),
    )
}
