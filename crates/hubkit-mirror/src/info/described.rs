//! An entry of the catalogue as a hub tells it.

use std::{fmt::Write as _, time::SystemTime};

use hubkit_api::{RepoInfo, Sibling};
use hubkit_store::Survey;
use hubkit_types::RepoKind;
use serde_json::{Value, json};

use crate::{
    access::{Access, RepoState, Visibility},
    catalogue::Entry,
};

/// How many characters of a digest are an id of the Hub's database, which some clients show.
const ID_LENGTH: usize = 24;

/// All that is known; what was asked for is left of it where it is answered. What nobody counts here is 0.
pub(crate) fn describe(entry: &Entry, access: &Access) -> RepoInfo {
    let repo = &entry.repo;
    let mut info = RepoInfo::new(repo.id.clone());
    info.gated = access.gated(repo);
    info.private = access.visibility(repo) == Visibility::Private;
    info.disabled = access.state(repo) == RepoState::Disabled;
    info.last_modified = entry.modified.and_then(time);
    info.downloads = Some(0);
    info.likes = Some(0);
    info.tags.clone_from(&entry.description.tags);
    info.pipeline_tag
        .clone_from(&entry.description.pipeline_tag);
    info.library_name
        .clone_from(&entry.description.library_name);
    info.card_data.clone_from(&entry.card_data);
    let siblings = entry
        .files
        .iter()
        .map(|(path, _)| Sibling::new(path.clone()));
    info.siblings = Some(siblings.collect());
    let mut put = |key: &str, value: Value| info.rest.insert(key.to_owned(), value);
    let mut id = Survey::mark([repo.kind.plural().to_owned(), repo.id.to_string()]);
    id.truncate(ID_LENGTH);
    put("_id", id.into());
    put("trendingScore", 0.into());
    put("downloadsAllTime", 0.into());
    let bytes = entry.files.iter().map(|(_, size)| *size);
    put("usedStorage", bytes.fold(0, u64::saturating_add).into());
    match repo.kind {
        RepoKind::Model => {
            put("modelId", repo.id.as_str().into());
            put("config", Value::Object(entry.config.clone()));
            put("spaces", json!([]));
            if let Some(results) = entry
                .card_data
                .as_ref()
                .and_then(|data| data.get("model-index"))
            {
                put("model-index", results.clone());
            }
            if let Some(class) = entry.description.auto_model {
                let task = &entry.description.pipeline_tag;
                put(
                    "transformersInfo",
                    json!({"auto_model": class, "pipeline_tag": task}),
                );
            }
        }
        RepoKind::Space => {
            put("models", entry.data.models.clone().into());
            put("datasets", entry.data.datasets.clone().into());
            if let Some(sdk) = &entry.data.sdk {
                put("sdk", sdk.as_str().into());
            }
        }
        RepoKind::Dataset | RepoKind::Kernel => {}
    }
    info
}

/// A moment as the Hub writes it; `None` for one that has no such form.
pub(crate) fn time(moment: SystemTime) -> Option<String> {
    moment.duration_since(SystemTime::UNIX_EPOCH).ok()?;
    let mut text = String::new();
    write!(text, "{}", humantime::format_rfc3339_millis(moment)).ok()?;
    Some(text)
}
