//! A repository as commands show it.

use hubkit::{Gated, RepoInfo, RepoKind};
use serde_json::{Value, json};

/// The fields that a list is asked for, by kind: a hub refuses names that it does not know.
pub(crate) fn fields(kind: RepoKind) -> &'static [&'static str] {
    match kind {
        RepoKind::Model => &[
            "author",
            "cardData",
            "createdAt",
            "disabled",
            "downloads",
            "gated",
            "lastModified",
            "library_name",
            "likes",
            "pipeline_tag",
            "private",
            "safetensors",
            "sha",
            "tags",
        ],
        RepoKind::Dataset => &[
            "author",
            "cardData",
            "createdAt",
            "disabled",
            "downloads",
            "gated",
            "lastModified",
            "likes",
            "private",
            "sha",
            "tags",
        ],
        _ => &[
            "author",
            "cardData",
            "createdAt",
            "disabled",
            "lastModified",
            "likes",
            "private",
            "sha",
            "tags",
        ],
    }
}

/// Everything that is known of it, for programs.
pub(crate) fn value(kind: RepoKind, info: &RepoInfo) -> Value {
    json!({
        "id": info.id.as_str(), "kind": kind.as_str(), "commit": info.sha.map(|sha| sha.to_string()),
        "author": info.author, "private": info.private, "gated": gated(info), "disabled": info.disabled,
        "last_modified": info.last_modified, "created_at": info.created_at,
        "downloads": info.downloads, "likes": info.likes, "task": info.pipeline_tag, "library": info.library_name,
        "licenses": info.licenses(), "languages": info.languages(), "base_models": info.base_models(),
        "parameters": info.parameters(), "tags": info.tags,
        "files": info.siblings.as_ref().map(Vec::len),
    })
}

/// `no`, `auto` or `manual`.
pub(crate) fn gated(info: &RepoInfo) -> &'static str {
    match info.gated {
        Gated::No => "no",
        Gated::Auto => "auto",
        Gated::Manual => "manual",
    }
}
